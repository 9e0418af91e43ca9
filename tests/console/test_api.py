"""Programs read what staff judged, with a token and with nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlite_utils import Database
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.console.accounts import create_session
from bot.record import api_tokens, review
from bot.record.feedback import give_feedback
from bot.record.gaps import add_group, add_members
from bot.record.requests import leave_request
from bot.record.sealed import Seal
from bot.record.turns import utc
from tests.console.conftest import NOW, Add, LogIn

AT = utc(NOW)


@pytest.fixture
def token(database: Database) -> str:
    return api_tokens.make(database, "dashboard", by="admin", now=AT)


@pytest.fixture
def program(console: Starlette, token: str) -> TestClient:
    """A program with a token and without a session."""
    return TestClient(console, headers={"Authorization": f"Bearer {token}"})


def _read(program: TestClient, path: str) -> dict[str, Any]:
    response = program.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json"), response.text
    return dict(response.json())


def test_an_administrator_makes_a_token_that_is_shown_once_and_revoked(
    log_in: LogIn, console: Starlette, database: Database
) -> None:
    admin = log_in("admin")
    status, html = admin.post("/tokens", {"name": " monthly  dashboard "})
    assert status == 200
    (token,) = set(re.findall(r"ozone_[\w-]{43}", html))
    assert token not in admin.get("/tokens")
    assert token not in "\n".join(database.conn.iterdump()), "only a hash is kept"
    assert "never</td>" in admin.get("/tokens")
    program = TestClient(console, headers={"Authorization": f"Bearer {token}"})
    assert program.get("/api/v1/counts").status_code == 200
    assert "never</td>" not in admin.get("/tokens")
    assert api_tokens.tokens(database)[0].last_used_at == AT
    assert admin.post("/tokens/1/revoke") == (303, "/tokens?said=revoked")
    assert program.get("/api/v1/counts").status_code == 401
    status, said = admin.post("/tokens/1/revoke")
    assert (status, "There is no such token" in said) == (400, True)
    done = [(row[0], row[1]) for row in database.execute("SELECT who, action FROM audit ORDER BY id")]
    assert [row for row in done if "token" in " ".join(row)] == [
        ("admin", "token.made"),
        ("token monthly dashboard", "api.counts"),
        ("admin", "token.revoked"),
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "has a name"), ("x" * 61, "has a name"), ("a\u202eb", "has a name"), ("dashboard", "already")],
)
def test_a_name_that_cannot_be_used_is_refused_beside_its_field(
    log_in: LogIn, database: Database, token: str, name: str, said: str
) -> None:
    status, html = log_in("admin").post("/tokens", {"name": name})
    assert (status, said in html) == (400, True)
    assert len(api_tokens.tokens(database)) == 1


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer ozone_wrong",
        "Basic {token}",
        "{token}",
        "Bearer {token}x",
        "Bearer {hash}",
        "Bearer OZONE_{token}",
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/turns", "/api/v1/gaps", "/api/v1/counts", "/api/v1/nothing", "/api/"])
def test_without_the_right_token_nothing_is_told(
    console: Starlette, database: Database, token: str, header: str | None, path: str
) -> None:
    (hashed,) = database.execute("SELECT hash FROM api_tokens").fetchone()
    headers = {} if header is None else {"Authorization": header.format(token=token, hash=hashed)}
    response = TestClient(console, headers=headers).get(path)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="console"'
    assert set(response.json()) == {"error"}
    assert token not in response.text


@pytest.mark.parametrize("role", ["viewer", "reviewer", "clinician", "admin"])
def test_a_session_of_whatever_role_is_no_token_and_a_token_is_no_session(
    console: Starlette, database: Database, token: str, role: str
) -> None:
    session = create_session(database, role, NOW)
    staff = TestClient(console, cookies={"console": session}, follow_redirects=False)
    assert staff.get("/api/v1/counts").status_code == 401
    assert staff.get(f"/api/v1/counts?token={token}").status_code == 401
    posing = TestClient(console, headers={"Authorization": f"Bearer {token}"}, follow_redirects=False)
    assert posing.get("/conversations").status_code == 303
    assert TestClient(console, cookies={"console": token}, follow_redirects=False).get("/").status_code == 303
    assert TestClient(console, headers={"Authorization": f"Bearer {session}"}).get("/api/v1/counts").status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_it_only_reads(program: TestClient, method: str) -> None:
    response = program.request(method, "/api/v1/turns")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


def test_an_unknown_address_says_which_there_are(program: TestClient) -> None:
    response = program.get("/api/v2/turns")
    assert response.status_code == 404
    assert "v1/turns, v1/gaps, v1/counts" in response.json()["error"]


def test_turns_come_with_everything_that_people_said_of_them(program: TestClient, add: Add, database: Database) -> None:
    turn = add("clinician", conversation="c", text="call [number]", client_id="who-am-i")
    give_feedback(database, "c", 1, helpful=False, reason="I wanted the price")
    review.give_verdict(database, turn, "wrong_snippet", by="reviewer", now=AT, correct="cost", comment="the price")
    review.add_note(database, turn, "Rang.", by="clinician", now=AT)
    (row,) = _read(program, "/api/v1/turns")["turns"]
    expected = {
        "id": turn,
        "conversation": "c",
        "number": 1,
        "at": "2027-01-15 09:00:00+00:00",
        "text": "call [number]",
        "route": "clinician",
        "helpful": 0,
        "visitor_reason": "I wanted the price",
        "verdict": "wrong_snippet",
        "verdict_in_words": "Another answer would fit",
        "correct": "cost",
        "comment": "the price",
        "reviewer": "reviewer",
        "notes": ["clinician: Rang."],
        "link": "http://testserver/conversations/c?turn=1#turn-1",
    }
    assert {name: row[name] for name in expected} == expected
    assert "who-am-i" not in json.dumps(row)


def test_pages_neither_overlap_nor_leave_out_while_turns_come_in(program: TestClient, add: Add) -> None:
    made = [add("emergency" if place % 3 == 0 else "answer") for place in range(20)]
    for query, wanted in (("&route=answer", [turn for turn in made if made.index(turn) % 3]), ("&verdict=none", None)):
        seen, start = list[int](), ""
        there = [row["id"] for row in _read(program, f"/api/v1/turns?limit=500{query}")["turns"]]
        while True:
            part = _read(program, f"/api/v1/turns?limit=3{query}{start}")
            seen += [row["id"] for row in part["turns"]]
            if part["next"] is None:
                break
            assert len(part["turns"]) == 3
            start = f"&start={part['next']}"
            add("answer")  # what comes in meanwhile is newer than where one is
        assert seen == there
        assert wanted is None or sorted(seen) == wanted


def test_turns_are_filtered_as_in_the_search(program: TestClient, add: Add, database: Database) -> None:
    first, second = add("clinician", text="blood thinner"), add("clinician", text="metformin")
    review.give_verdict(database, second, "right", by="reviewer", now=AT)

    def ids(query: str) -> list[int]:
        return [row["id"] for row in _read(program, f"/api/v1/turns?{query}")["turns"]]

    assert ids("q=thinner") == [first]
    assert ids("verdict=any") == [second]
    assert ids("verdict=none") == [first]
    assert ids("judged_from=2027-01-16&judged_to=2027-01-16") == [second]
    assert ids("from=2027-01-15&to=2027-01-15") == [second, first]
    assert ids("to=2027-01-14") == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("turns?route=none", "There is no route"),
        ("turns?verdict=good", "There is no verdict"),
        ("turns?from=yesterday", "is no day"),
        ("turns?confidence_from=2", "from 0 to 1"),
        ("turns?limit=0", "from 1 to 500"),
        ("turns?limit=501", "from 1 to 500"),
        ("turns?limit=ten", "from 1 to 500"),
        ("turns?limit=", "from 1 to 500"),
        ("turns?start=-1", "whole number"),
        ("turns?start=99999999999999", "whole number"),
        ("turns?start=²", "whole number"),
        ("turns?rout=answer", "There is no parameter “rout”"),
        ("turns?route=answer&route=check", "“route” is given twice"),
        ("gaps?decision=maybe", "There is no decision"),
        ("gaps?route=answer", "There is no parameter"),
        ("gaps?limit=9999", "from 1 to 500"),
        ("counts?from=2026-13-01", "is no day"),
        ("counts?from=2027-02-01&to=2027-01-01", "A period is 1 to"),
        ("counts?from=2020-01-01&to=2027-01-01", "A period is 1 to"),
        ("counts?limit=3", "There is no parameter"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(program: TestClient, path: str, said: str) -> None:
    response = program.get(f"/api/v1/{path}")
    assert response.status_code == 400
    assert said in response.json()["error"]


def test_gaps_name_their_turns_page_by_page(program: TestClient, add: Add, database: Database) -> None:
    groups = []
    for text in ("kindle", "dog", "wifi"):
        turns = [add("clarify", text=f"{text}?") for _ in range(2)]
        with database.atomic():
            groups.append(add_group(database, f"{text}?", b""))
            add_members(database, groups[-1], [(turn, AT) for turn in turns], b"")
    part = _read(program, "/api/v1/gaps?limit=2")
    assert [gap["exemplar"] for gap in part["gaps"]] == ["kindle?", "dog?"]
    assert part["gaps"][0]["turns"] == [2, 1]
    rest = _read(program, f"/api/v1/gaps?limit=2&start={part['next']}")
    assert [gap["id"] for gap in rest["gaps"]] == groups[2:]
    assert rest["next"] is None
    assert _read(program, "/api/v1/gaps?decision=out_of_scope") == {"gaps": [], "next": None}


def test_counts_add_up(program: TestClient, add: Add, database: Database, contact_seal: Seal) -> None:
    for route, number in (("answer", 1), ("answer", 2), ("emergency", 1), ("clinician", 1)):
        add(route, conversation=f"c-{route}", number=number)
    review.give_verdict(database, 1, "right", by="reviewer", now=AT)
    leave_request(database, "c-answer", question="?", reach="555", best_time="", seal=contact_seal)
    day = "from=2027-01-15&to=2027-01-16"
    found = _read(program, f"/api/v1/counts?{day}")
    assert (found["conversations"], found["turns"], found["judged"]) == (3, 4, 1)
    assert (found["routes"]["answer"], found["routes"]["emergency"]) == (2, 1)
    assert (found["verdicts"]["right"], found["waiting_now"]["emergencies"], found["requests_now"]["new"]) == (1, 1, 1)
    assert "555" not in json.dumps(found)


def test_a_record_that_cannot_be_read_is_a_503_in_json(
    console: Starlette, program: TestClient, database: Database
) -> None:
    database.execute("ALTER TABLE turn_facts RENAME TO elsewhere")
    response = program.get("/api/v1/turns?route=answer")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert "error" in response.json()
