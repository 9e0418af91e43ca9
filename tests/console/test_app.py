"""The console from outside: who gets in, what is shown, and what hostile words cannot do."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from bot.console import accounts, inbox, search
from bot.console.app import create_app
from bot.console.current import CurrentContent
from bot.console.export import safe_cell
from bot.console.security import HEADERS, SessionGate, safe_target
from bot.content.library import Library
from bot.record.database import open_record
from bot.record.turns import Turn, insert_turn
from bot.safety.triage import Triage
from bot.safety.warning import WARNING
from bot.settings import Settings
from tests.conftest import DATA, ROOT

if TYPE_CHECKING:
    from httpx2 import Response

PASSWORD = "correct horse battery"
HOSTILE = "<script>alert('x')</script> \"><img src=x onerror=alert(1)> {{ 7*7 }}"
MINUTE = 60
SCRIPT = '<script type="module" src="/static/console.js"></script>'


class _Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", lambda: hasher)
    accounts._decoy.cache_clear()


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture(scope="session")
def content() -> CurrentContent:
    return CurrentContent(DATA)


@pytest.fixture(scope="session")
def record_with_maria(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with one account, made once and copied for each test."""
    path = tmp_path_factory.mktemp("record") / "record.db"
    record = open_record(path)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    record.execute(
        "INSERT INTO staff (username, password_hash, created_at, role) VALUES ('maria', ?,"
        " '2026-11-01T00:00:00.000+00:00', 'admin')",
        [hasher.hash(PASSWORD)],
    )
    record.close()
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=DATA, database=tmp_path / "record.db", https=False)


@pytest.fixture
def app(settings: Settings, clock: _Clock, content: CurrentContent) -> Starlette:
    return create_app(settings, clock=clock, throttle=accounts.Throttle(clock), content=content, zone=UTC)


@pytest.fixture
def outside(app: Starlette, settings: Settings, record_with_maria: Path) -> Iterator[TestClient]:
    """A browser that is not logged in; there is one account, maria."""
    shutil.copy(record_with_maria, settings.database)
    with TestClient(app, follow_redirects=False, base_url="http://testserver") as client:
        yield client


@pytest.fixture
def inside(outside: TestClient) -> TestClient:
    """The same browser, logged in as maria."""
    assert _log_in(outside).status_code == 303
    return outside


def _field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None
    return found[1]


def _log_in(client: TestClient, password: str = PASSWORD, username: str = "maria", target: str = "/") -> Response:
    csrf = _field(client.get("/login").text, "csrf")
    return client.post("/login", data={"csrf": csrf, "username": username, "password": password, "next": target})


def _turn(library: Library, **changes: object) -> Turn:
    """A plain answer with a current snippet; `changes` make it something else."""
    snippet = library["what_is_ozone"]
    logged = {"id": snippet.id, "version": snippet.version, "hash": snippet.hash}
    plain = Turn(
        conversation="c1",
        number=1,
        at="2026-11-20T10:15:00.000+00:00",
        text="What is ozone?",
        route="answer",
        intent="what_is_ozone",
        confidence=0.91,
        ranking=[{"name": "what_is_ozone", "confidence": 0.91}, {"name": "cost", "confidence": 0.04}],
        risk_category=None,
        risk_rule=None,
        explanation={"reason": "intent", "findings": [], "classifier": None, "earlier": None},
        snippet_id=snippet.id,
        snippet_version=snippet.version,
        snippet_hash=snippet.hash,
        reply=snippet.text,
        messages=[
            {"text": snippet.text, "snippet": logged, "buttons": [{"title": "Is it safe?", "send": "Is it safe?"}]}
        ],
        warning=WARNING,
        latency_ms=41.0,
        model_id="model-1",
        client_id="secret-client-id",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def _store(settings: Settings, *turns: Turn) -> None:
    record = open_record(settings.database)
    with record.atomic():
        for turn in turns:
            record.execute(
                """INSERT INTO conversations (id, channel, started_at, last_at, turns, worst_route) VALUES (?, 'web', ?,
                    ?, 1, ?)
                ON CONFLICT (id) DO UPDATE SET turns = turns + 1, last_at = excluded.last_at,
                worst_route = excluded.worst_route""",
                [turn.conversation, turn.at, turn.at, turn.route],
            )
            insert_turn(record, turn)
    record.close()


def _paths(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Every method and address of the application, those behind the gate too."""
    for route in routes:
        if isinstance(route, Route):
            for method in route.methods or ():
                yield method, route.path.replace("{id}", "c1")
        elif isinstance(route, Mount) and isinstance(route.app, SessionGate):
            yield from _paths(route.app.app.routes)  # type: ignore[attr-defined]


# Getting in


def test_every_address_but_the_public_ones_needs_a_session(app: Starlette, outside: TestClient) -> None:
    found = list(_paths(app.routes))
    assert len(found) > 15
    for method, path in found:
        response = outside.request(method, path)
        if path in ("/login", "/healthz"):
            continue
        allowed = (303, 401) if method in ("GET", "HEAD") else (401,)
        assert response.status_code in allowed, (method, path)
        if response.status_code == 303:
            assert response.headers["location"].startswith("/login")
        assert "Conversations" not in response.text


@pytest.mark.parametrize("path", ["/nowhere", "/conversations", "/static", "//", "/export.csv/"])
def test_an_address_that_does_not_exist_tells_a_stranger_nothing(outside: TestClient, path: str) -> None:
    response = outside.get(f"http://testserver{path}")
    assert response.status_code in (303, 404)
    assert "alternatively" not in response.text


def test_the_public_addresses_answer_strangers(outside: TestClient) -> None:
    assert outside.get("/healthz").json() == {"status": "alive"}
    assert outside.get("/static/console.css").headers["content-type"].startswith("text/css")
    assert outside.get("/static/icon.svg").status_code == 200
    assert outside.get("/static/../app.py").status_code in (303, 404)


def test_the_right_password_leads_to_the_page_that_was_asked_for(outside: TestClient) -> None:
    asked = outside.get("/conversations/c1?turn=2")
    assert asked.headers["location"] == "/login?next=/conversations/c1%3Fturn%3D2"
    target = _field(outside.get(asked.headers["location"]).text, "next")
    response = _log_in(outside, target=target)
    assert (response.status_code, response.headers["location"]) == (303, "/conversations/c1?turn=2")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/login",
        "",
        "/a\nb",
        "x",
        "/\t/evil.example",
    ],
)
def test_a_login_never_leads_to_another_site(target: str) -> None:
    assert safe_target(target) == "/"


def test_a_wrong_password_is_refused_without_telling_which_half_was_wrong(outside: TestClient) -> None:
    wrong, unknown = _log_in(outside, password="wrong horse battery"), _log_in(outside, username="nobody")
    assert wrong.status_code == unknown.status_code == 401
    for response in (wrong, unknown):
        assert "The username or the password is wrong, or the code is missing or wrong." in response.text
        assert "console" not in {cookie.split("=")[0] for cookie in response.headers.get_list("set-cookie")}
        assert "wrong horse" not in response.text


def test_an_empty_form_is_told_so(outside: TestClient) -> None:
    response = _log_in(outside, password="")
    assert response.status_code == 400
    assert "both the username and the password" in response.text


def test_five_failures_make_even_the_right_password_wait(outside: TestClient, clock: _Clock) -> None:
    for _ in range(5):
        _log_in(outside, password="wrong horse battery")
    refused = _log_in(outside)
    assert refused.status_code == 429
    assert "Please try again in 15 minutes." in refused.text
    assert refused.headers["retry-after"] == "900"
    clock.now += 15 * MINUTE
    assert _log_in(outside).status_code == 303


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(outside: TestClient) -> None:
    cookie = next(cookie for cookie in _log_in(outside).headers.get_list("set-cookie") if cookie.startswith("console="))
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie


def test_under_https_the_cookies_are_secure_and_bound_to_the_host(settings: Settings, outside: TestClient) -> None:
    secure = create_app(replace(settings, https=True))
    with TestClient(secure, base_url="https://testserver", follow_redirects=False) as client:
        response = _log_in(client)
        assert client.get("/").status_code == 200
    cookie = next(cookie for cookie in response.headers.get_list("set-cookie") if cookie.startswith("__Host-console="))
    assert "Secure" in cookie


def test_each_login_gets_a_session_of_its_own(outside: TestClient) -> None:
    _log_in(outside)
    first = outside.cookies["console"]
    outside.cookies.delete("console")
    _log_in(outside)
    assert outside.cookies["console"] != first


def test_a_session_is_over_after_half_an_hour_without_use(inside: TestClient, clock: _Clock) -> None:
    clock.now += 29 * MINUTE
    assert inside.get("/").status_code == 200
    clock.now += 29 * MINUTE
    assert inside.get("/").status_code == 200
    clock.now += 31 * MINUTE
    assert inside.get("/").status_code == 303


def test_a_session_is_over_after_twelve_hours_in_any_case(inside: TestClient, clock: _Clock) -> None:
    for _ in range(35):
        clock.now += 20 * MINUTE
        assert inside.get("/").status_code == 200
    clock.now += 20 * MINUTE
    assert inside.get("/").status_code == 303


def test_logging_out_ends_the_session_on_the_server(inside: TestClient) -> None:
    token = inside.cookies["console"]
    csrf = _field(inside.get("/").text, "csrf")
    assert inside.post("/logout", data={"csrf": csrf}).headers["location"] == "/login"
    inside.cookies.set("console", token)
    assert inside.get("/").status_code == 303


def test_somebody_logged_in_needs_no_login_form(inside: TestClient) -> None:
    assert inside.get("/login?next=/search").headers["location"] == "/search"


@pytest.mark.parametrize("token", ["", "x", "ü", "A" * 43, "a" * 100_000])
def test_an_invented_session_is_no_session(outside: TestClient, token: str) -> None:
    response = outside.get("/", headers={b"cookie": f"console={token}".encode()})
    assert response.status_code == 303


# Forms


@pytest.mark.parametrize("csrf", [None, "", "0" * 64, "ü"])
def test_logging_out_needs_the_token_of_this_session(inside: TestClient, csrf: str | None) -> None:
    response = inside.post("/logout", data={"other": "x"} if csrf is None else {"csrf": csrf})
    assert response.status_code == 403
    assert "Nothing was changed" in response.text
    assert inside.get("/").status_code == 200


def test_every_form_behind_the_gate_needs_a_token(app: Starlette, inside: TestClient) -> None:
    posts = [
        path for method, path in _paths(app.routes) if method == "POST" and path not in ("/login", "/api/{path:path}")
    ]
    assert posts
    for path in posts:
        assert inside.post(path, data={"csrf": "0" * 64}).status_code == 403, path


def test_a_login_form_of_another_browser_is_refused(outside: TestClient) -> None:
    csrf = _field(outside.get("/login").text, "csrf")
    outside.cookies.clear()
    response = outside.post("/login", data={"csrf": csrf, "username": "maria", "password": PASSWORD})
    assert response.status_code == 403
    assert "The form had expired. Please try again." in response.text


def test_two_open_login_forms_of_one_browser_both_work(outside: TestClient) -> None:
    first = _field(outside.get("/login").text, "csrf")
    outside.get("/login")
    assert outside.post("/login", data={"csrf": first, "username": "maria", "password": PASSWORD}).status_code == 303


def test_a_form_that_is_too_large_is_not_read(outside: TestClient) -> None:
    assert outside.post("/login", data={"username": "x" * 70_000}).status_code == 413


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x", ""])
def test_only_ordinary_forms_are_read(outside: TestClient, content_type: str) -> None:
    assert outside.post("/login", content=b"{}", headers={"content-type": content_type}).status_code == 415


def test_a_form_with_a_thousand_fields_is_refused(outside: TestClient) -> None:
    assert outside.post("/login", data={f"f{number}": "x" for number in range(1000)}).status_code == 400


# Headers and faults


@pytest.mark.parametrize(
    "path",
    ["/", "/login", "/nowhere", "/static/console.css", "/healthz", "/export.csv", "/?route=x", "/search?q=ozone"],
)
def test_every_response_carries_the_guarding_headers(inside: TestClient, path: str) -> None:
    headers = inside.get(path).headers
    for name, value in HEADERS.items():
        assert headers[name] == value


def test_a_fault_is_a_calm_page_with_the_same_headers(
    app: Starlette, inside: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the visitor said: secret")

    monkeypatch.setattr(inbox, "views_of", broken)
    calm = TestClient(app, raise_server_exceptions=False, cookies={"console": inside.cookies["console"]})
    response = calm.get("/")
    assert response.status_code == 500
    assert "Please try again" in response.text
    assert "secret" not in response.text
    assert response.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_a_record_that_is_no_database_is_said_in_words(outside: TestClient, settings: Settings) -> None:
    for path in settings.database.parent.glob("record.db*"):
        path.unlink()
    settings.database.write_bytes(b"this is not a database" * 100)
    response = outside.get("/login")
    assert response.status_code == 503
    assert "The record of conversations cannot be read" in response.text


def test_a_missing_page_helps_on(inside: TestClient) -> None:
    response = inside.get("/nowhere")
    assert response.status_code == 404
    assert "This address leads nowhere" in response.text
    assert 'href="/answers"' in response.text


def test_a_method_that_does_not_fit_is_said_in_words(inside: TestClient) -> None:
    response = inside.put("/search")
    assert response.status_code == 405
    assert "cannot be used in this way" in response.text


@pytest.mark.parametrize(
    "path", ["/conversations/none", "/conversations/%00", "/answers/none", "/conversations/" + "x" * 5000]
)
def test_an_unknown_conversation_or_snippet_is_a_helpful_404(inside: TestClient, path: str) -> None:
    response = inside.get(path)
    assert response.status_code == 404
    assert "There is no" in response.text


# No account, no record, no content


def test_without_a_record_the_login_page_says_which_command_makes_an_account(
    app: Starlette, settings: Settings
) -> None:
    client = TestClient(app, follow_redirects=False)
    assert client.get("/").headers["location"] == "/login"
    response = client.get("/login")
    assert response.status_code == 200
    assert "python -m bot staff add NAME" in response.text
    assert _log_in(client).status_code == 401
    assert not settings.database.exists()


def test_with_an_account_the_command_is_not_shown(outside: TestClient) -> None:
    assert "staff add" not in outside.get("/login").text


def test_an_empty_record_says_what_to_do_next(inside: TestClient) -> None:
    html = inside.get("/").text
    assert "No conversation yet" in html
    assert "ask a question" in html


def test_content_that_cannot_be_read_leaves_the_conversations_readable(
    settings: Settings, outside: TestClient, library: Library, tmp_path: Path
) -> None:
    _store(settings, _turn(library))
    app = create_app(replace(settings, data=tmp_path / "missing"))
    with TestClient(app, follow_redirects=False) as client:
        _log_in(client)
        html = client.get("/conversations/c1").text
        assert "Content problem." in html
        assert "are not compared" in html
        assert client.get("/answers").status_code == 200
        assert client.get("/answers/what_is_ozone").status_code == 503


def test_an_edited_snippet_is_seen_without_a_restart(settings: Settings, outside: TestClient, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data, ignore=shutil.ignore_patterns("encoder", "nlu"))
    with TestClient(create_app(replace(settings, data=data)), follow_redirects=False) as client:
        _log_in(client)
        assert "Ozone is a gas." in client.get("/answers/what_is_ozone").text
        about = data / "snippets" / "about.yml"
        about.write_text(
            about.read_text(encoding="utf-8").replace("Ozone is a gas.", "Ozone is a blue gas."), encoding="utf-8"
        )
        assert "Ozone is a blue gas." in client.get("/answers/what_is_ozone").text


# The list


def test_the_list_shows_the_first_question_the_gravest_route_and_the_time(
    inside: TestClient, settings: Settings, library: Library
) -> None:
    _store(settings, _turn(library), _turn(library, number=2, text="a later one", route="emergency", client_id=None))
    html = inside.get("/conversations").text
    assert ">What is ozone?</bdi>" in html
    assert "a later one" not in html
    assert "Emergency</span>" in html
    assert '<time datetime="2026-11-20T10:15:00.000+00:00">20 Nov 2026, 10:15</time>' in html


def test_the_filter_keeps_conversations_with_a_turn_of_that_route(
    inside: TestClient, settings: Settings, library: Library
) -> None:
    _store(settings, _turn(library), _turn(library, conversation="c2", text="I take warfarin", route="clinician"))
    html = inside.get("/conversations?route=clinician").text
    assert "I take warfarin" in html
    assert "What is ozone?</bdi>" not in html
    assert "No conversation passes this filter" in inside.get("/conversations?route=emergency").text


def test_the_list_is_read_in_parts_that_neither_repeat_nor_miss_a_conversation(
    inside: TestClient, settings: Settings, library: Library
) -> None:
    talks = [f"c{number}" for number in range(60)] + [f"c{number}" for number in range(0, 60, 7)]
    seen: dict[str, int] = {}
    for name in talks:
        seen[name] = seen.get(name, 0) + 1
        _store(
            settings, _turn(library, conversation=name, number=seen[name], text=f"question of {name}", client_id=None)
        )
    found, address = [], "/conversations"
    while address:
        html = inside.get(address).text
        found += re.findall(r'href="/conversations/(c\d+)" data-row', html)
        onward = re.search(r'href="([^"]+)" rel="next"', html)
        address = onward[1].replace("&amp;", "&") if onward else ""
    assert sorted(found) == sorted(set(talks))
    assert found[:3] == ["c56", "c49", "c42"]


@pytest.mark.parametrize("path", ["/conversations", "/search", "/export.csv", "/export.jsonl"])
def test_an_unknown_route_is_refused_in_one_sentence(inside: TestClient, path: str) -> None:
    response = inside.get(path, params={"route": "<b>x"})
    assert response.status_code == 400
    assert "There is no route called “&lt;b&gt;x”" in response.text


# One conversation


def test_a_conversation_shows_words_reply_reason_and_proof(
    inside: TestClient, settings: Settings, library: Library
) -> None:
    _store(settings, _turn(library))
    html = inside.get("/conversations/c1").text
    for expected in (
        "What is ozone?",
        "understood as “What is ozone?” (what_is_ozone) with a confidence of 0.91",
        "byte for byte, the snippet’s current text",
        library["what_is_ozone"].hash[:12],
        "Yet to be signed by a clinician",
        f"✓ Warning shown: {WARNING}",
        "41 ms",
        "model-1",
        "Is it safe?",
    ):
        assert expected in html


def test_a_rule_is_shown_with_the_words_it_saw_and_how_it_is_written(
    inside: TestClient, settings: Settings, library: Library
) -> None:
    findings = [{"category": "clinician_medicine", "rule": "medicine.anticoagulant", "words": "warfarin"}]
    _store(
        settings,
        _turn(
            library,
            route="clinician",
            risk_category="clinician_medicine",
            risk_rule="medicine.anticoagulant",
            explanation={"reason": "rule", "findings": findings},
        ),
    )
    html = inside.get("/conversations/c1").text
    assert "The rule medicine.anticoagulant saw the words “warfarin”, which tell of: medicine." in html
    assert "coumadin" in html
    assert "data/safety/medicines.yml" in html


def test_the_pattern_of_a_rule_is_shown_as_its_editor_wrote_it(
    settings: Settings, outside: TestClient, library: Library, tmp_path: Path
) -> None:
    (tmp_path / "safety").mkdir()
    (tmp_path / "safety" / "own.yml").write_text(
        "patterns:\n- {id: own.take, category: clinician_medicine, phrases: 'i take <a> &amp; <b>'}\n", encoding="utf-8"
    )
    findings = [{"category": "clinician_medicine", "rule": "own.take", "words": "i take"}]
    _store(settings, _turn(library, risk_rule="own.take", explanation={"findings": findings}))
    with TestClient(create_app(replace(settings, data=tmp_path)), follow_redirects=False) as client:
        _log_in(client)
        assert "i take &lt;a&gt; &amp;amp; &lt;b&gt;" in client.get("/conversations/c1").text


def test_a_rule_that_is_gone_is_said_to_be_gone(inside: TestClient, settings: Settings, library: Library) -> None:
    findings = [{"category": "clinician_medicine", "rule": "old.rule", "words": "x"}]
    _store(settings, _turn(library, risk_rule="old.rule", explanation={"findings": findings}))
    assert "is not in today’s rules" in inside.get("/conversations/c1").text


def test_the_classifier_is_shown_with_scores_thresholds_and_nearest_example(
    inside: TestClient, settings: Settings, library: Library
) -> None:
    classifier = {
        "category": "emergency_breathing",
        "score": 0.97,
        "emergency_score": 0.83,
        "thresholds": {"risk": 0.4, "emergency": 0.35},
        "nearest": "it hurts to breathe",
        "similarity": 0.88,
    }
    explanation: dict[str, object] = {"reason": "emergency", "findings": [], "classifier": classifier, "earlier": None}
    _store(
        settings,
        _turn(
            library,
            route="emergency",
            risk_category="emergency_breathing",
            risk_rule="classifier.emergency_breathing",
            explanation=explanation,
        ),
    )
    html = inside.get("/conversations/c1").text
    assert (
        "The classifier put the chance of an emergency at 0.830 (it is an alarm from 0.350 on), and named it:"
        " breathing." in html
    )
    assert "0.830, at or over the threshold of 0.350" in html
    assert "0.970, at or over the threshold of 0.400" in html
    assert "“<bdi>it hurts to breathe</bdi>”" in html


def test_a_silent_classifier_is_shown_with_its_scores(inside: TestClient, settings: Settings, library: Library) -> None:
    classifier = {
        "category": None,
        "score": 0.1,
        "emergency_score": 0.0,
        "thresholds": {"risk": 0.4, "emergency": 0.35},
    }
    _store(
        settings,
        _turn(library, explanation={"reason": "intent", "findings": [], "classifier": classifier, "earlier": None}),
    )
    html = inside.get("/conversations/c1").text
    assert "Saw no risk" in html
    assert "0.100, under the threshold of 0.400" in html


def test_a_check_is_shown_with_all_three_thresholds(inside: TestClient, settings: Settings, library: Library) -> None:
    thresholds = {"emergency": 0.35, "check": 0.05, "risk": 0.4, "rule": 0.1, "emergency_rule": 0.012}
    classifier = {
        "level": "check",
        "category": "emergency_stroke",
        "score": 0.97,
        "emergency_score": 0.12,
        "thresholds": thresholds,
    }
    explanation: dict[str, object] = {"reason": "check", "findings": [], "classifier": classifier, "earlier": None}
    _store(
        settings,
        _turn(
            library,
            route="check",
            risk_category="emergency_stroke",
            risk_rule="classifier.emergency_stroke",
            explanation=explanation,
        ),
    )
    html = inside.get("/conversations/c1").text
    assert "the visitor was asked whether it is happening now." in html
    assert "Emergency: 0.120, under the threshold of 0.350" in html
    assert "Asked first: 0.120, at or over the threshold of 0.050" in html
    assert "Any risk: 0.970, at or over the threshold of 0.400" in html
    assert "Asked if urgent" in html


def test_a_reason_that_lies_earlier_is_shown_with_the_risk(
    inside: TestClient, settings: Settings, library: Library
) -> None:
    explanation: dict[str, object] = {
        "reason": "caution",
        "findings": [],
        "classifier": None,
        "earlier": "clinician_medicine",
    }
    _store(settings, _turn(library, explanation=explanation))
    assert (
        "A risk was told of earlier in the conversation (medicine), so the answer came after a caution"
        in inside.get("/conversations/c1").text
    )


def test_every_rule_of_the_shipped_data_can_be_shown(content: CurrentContent, triage: Triage) -> None:
    known = content.snapshot().rules
    ids = [rule.id for rule in triage.rules] + [word_list.id for word_list in triage.lists]
    assert [rule_id for rule_id in ids if rule_id not in known or not known[rule_id].definition] == []


@pytest.mark.parametrize(
    "explanation",
    [
        {},
        {"findings": None, "classifier": [], "earlier": 3, "reason": 5},
        {
            "findings": ["x", {}],
            "classifier": {"category": 1, "score": "high", "emergency_score": 0.5, "thresholds": 3},
        },
    ],
)
def test_an_explanation_of_another_version_does_not_break_the_page(
    inside: TestClient, settings: Settings, library: Library, explanation: dict[str, object]
) -> None:
    _store(
        settings,
        _turn(
            library,
            explanation=explanation,
            ranking=[{"name": None}],
            messages=[{}],
            intent=None,
            confidence=None,
            latency_ms=None,
            model_id=None,
        ),
    )
    assert inside.get("/conversations/c1").status_code == 200


def test_a_reply_that_carries_the_warning_still_fits_its_hash(
    inside: TestClient, settings: Settings, library: Library
) -> None:
    snippet = library["what_is_ozone"]
    logged = {"id": snippet.id, "version": snippet.version, "hash": snippet.hash}
    _store(settings, _turn(library, messages=[{"text": f"{snippet.text}\n\n{WARNING}", "snippet": logged}]))
    assert "byte for byte, the snippet’s current text" in inside.get("/conversations/c1").text


def test_words_that_do_not_fit_their_hash_are_flagged(inside: TestClient, settings: Settings, library: Library) -> None:
    snippet = library["what_is_ozone"]
    logged = {"id": snippet.id, "version": snippet.version, "hash": snippet.hash}
    _store(settings, _turn(library, messages=[{"text": snippet.text + " It cures.", "snippet": logged}]))
    assert "do not give the hash that was logged" in inside.get("/conversations/c1").text


def test_a_reply_that_was_worked_out_is_shown_with_its_pattern_and_proof(
    inside: TestClient, settings: Settings, library: Library
) -> None:
    assert library.opening is not None
    plain, monday = library[library.opening.answer], datetime(2026, 12, 7, 15, tzinfo=UTC)
    sent = library.opening.answered(plain, "are you open now?", library.clinic.week, monday)
    _store(settings, _turn(library, messages=[{"text": sent.text, "snippet": sent.trace()}]))
    html = inside.get("/conversations/c1").text
    assert "byte for byte, the snippet’s current text" in html
    assert "We are open now, until {to} today." in html
    _store(
        settings,
        _turn(library, conversation="c2", messages=[{"text": f"We never close. {sent.text}", "snippet": sent.trace()}]),
    )
    assert "do not give the hash that was logged" in inside.get("/conversations/c2").text


def test_a_turn_without_the_warning_is_flagged(inside: TestClient, settings: Settings, library: Library) -> None:
    _store(settings, _turn(library, warning=""))
    assert "does not hold the warning" in inside.get("/conversations/c1").text


def test_the_turn_asked_for_is_marked(inside: TestClient, settings: Settings, library: Library) -> None:
    _store(settings, _turn(library), _turn(library, number=2, client_id=None))
    assert 'class="turn chosen" id="turn-2"' in inside.get("/conversations/c1?turn=2").text
    assert "no message of the number you asked for" in inside.get("/conversations/c1?turn=abc").text


def test_a_long_conversation_opens_at_the_part_with_the_turn(
    inside: TestClient, settings: Settings, library: Library
) -> None:
    _store(settings, *(_turn(library, number=number, client_id=None) for number in range(1, 151)))
    assert 'id="turn-140"' not in inside.get("/conversations/c1").text
    assert 'class="turn chosen" id="turn-140"' in inside.get("/conversations/c1?turn=140").text


# Hostile words


@pytest.mark.parametrize(
    "path",
    [
        "/conversations",
        "/conversations/c1",
        "/search?q=alert",
        "/search",
        "/queues/no_warning",
        "/queues/no_warning/turns/1",
    ],
)
def test_hostile_words_are_shown_as_words(inside: TestClient, settings: Settings, library: Library, path: str) -> None:
    findings = [{"category": HOSTILE, "rule": HOSTILE, "words": HOSTILE}]
    classifier = {"category": HOSTILE, "score": 0.9, "thresholds": {"risk": 0.3}, "nearest": HOSTILE}
    messages = [
        {"text": HOSTILE, "snippet": {"id": HOSTILE, "version": 1, "hash": HOSTILE}, "buttons": [{"title": HOSTILE}]}
    ]
    _store(
        settings,
        _turn(
            library,
            text=HOSTILE,
            reply=HOSTILE,
            messages=messages,
            intent=HOSTILE,
            model_id=HOSTILE,
            warning=HOSTILE,
            risk_rule=HOSTILE,
            ranking=[{"name": HOSTILE}],
            explanation={"findings": findings, "classifier": classifier},
        ),
    )
    html = inside.get(path).text.replace(SCRIPT, "")
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    assert "{{ 7*7 }}" in html


def test_hostile_words_in_a_search_are_shown_as_words(inside: TestClient) -> None:
    html = inside.get("/search", params={"q": HOSTILE}).text.replace(SCRIPT, "")
    assert "<script" not in html
    assert "<img" not in html


# Search


def test_a_search_marks_what_it_found_and_leads_to_the_turn(
    inside: TestClient, settings: Settings, library: Library
) -> None:
    _store(settings, _turn(library, text="How long do <b>sessions</b> take?", reply="One session takes an hour."))
    html = inside.get("/search?q=session").text
    assert "How long do &lt;b&gt;<mark>sessions</mark>&lt;/b&gt; take?" in html
    assert "<mark>session</mark>" in html
    assert 'href="/conversations/c1?turn=1#turn-1"' in html


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '""',
        "*",
        "NEAR(a b)",
        "a OR",
        "AND",
        "NOT x",
        "text:ozone",
        "(",
        ")",
        "^ozone",
        "a-b",
        "'; DROP TABLE turns; --",
        "\x00",
        "a\x00b",
        "\ud7ff",
        "x" * 5000,
        "🫁",
    ],
)
def test_whatever_people_type_is_a_legal_search(
    inside: TestClient, settings: Settings, library: Library, query: str
) -> None:
    _store(settings, _turn(library))
    assert inside.get("/search", params={"q": query}).status_code == 200


def test_search_operators_are_just_words(inside: TestClient, settings: Settings, library: Library) -> None:
    _store(settings, _turn(library, text="ozone or oxygen"), _turn(library, conversation="c2", text="ozone", reply="x"))
    assert "1 message found" in inside.get("/search", params={"q": "ozone OR oxygen"}).text


def test_a_search_without_a_hit_says_what_to_try(inside: TestClient) -> None:
    html = inside.get("/search?q=nothing").text
    assert "Nothing found for" in html
    assert "Try fewer words" in html


# Answers


def test_every_answer_is_on_some_page_of_the_list(inside: TestClient, library: Library) -> None:
    pages = [inside.get(f"/answers?page={number}").text for number in range(1, 2 + len(library) // 25)]
    for snippet in library:
        if snippet.status == "approved" and not snippet.short_of:
            assert any(f'href="/answers/{snippet.id}"' in html for html in pages), snippet.id
    assert "0 of them are signed by a clinician of yours" in pages[0]


def test_an_answer_shows_its_sources_and_who_answers_for_it(inside: TestClient, library: Library) -> None:
    html = inside.get("/answers/what_is_ozone").text
    snippet = library["what_is_ozone"]
    assert snippet.hash in html
    assert "No clinician of yours has signed this text yet." in html
    assert snippet.approval.by in html
    for source in snippet.sources:
        assert f'href="{source.address}" rel="noopener noreferrer external"' in html


def test_every_kind_of_snippet_has_a_page(inside: TestClient, library: Library) -> None:
    kinds = {
        (snippet.route, snippet.topic, bool(snippet.short_of), bool(snippet.sources), bool(snippet.unknown)): snippet
        for snippet in library
    }
    assert {inside.get(f"/answers/{snippet.id}").status_code for snippet in kinds.values()} == {200}


# Export


def test_the_export_has_one_row_a_turn_in_both_forms(
    inside: TestClient, settings: Settings, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "EXPORT_CHUNK", 2)
    _store(
        settings,
        *(
            _turn(library, number=number, client_id=None, route="answer" if number % 2 else "clinician")
            for number in range(1, 6)
        ),
    )
    rows = [json.loads(line) for line in inside.get("/export.jsonl").text.splitlines()]
    assert [row["number"] for row in rows] == [1, 2, 3, 4, 5]
    assert rows[0]["messages"][0]["snippet"]["id"] == "what_is_ozone"
    table = list(csv.DictReader(io.StringIO(inside.get("/export.csv").content.decode("utf-8-sig"))))
    assert [row["number"] for row in table] == ["1", "2", "3", "4", "5"]
    filtered = [json.loads(line) for line in inside.get("/export.jsonl?route=clinician").text.splitlines()]
    assert [row["number"] for row in filtered] == [2, 4]


def test_an_export_of_nothing_is_a_valid_file(inside: TestClient) -> None:
    assert inside.get("/export.jsonl").text == ""
    assert inside.get("/export.csv").content.decode("utf-8-sig").startswith("id,conversation,number,at,text,")


def test_an_export_is_a_download_with_a_name(inside: TestClient) -> None:
    assert re.fullmatch(
        r'attachment; filename="turns-emergency-\d{4}-\d\d-\d\d\.csv"',
        inside.get("/export.csv?route=emergency").headers["content-disposition"],
    )


def test_a_client_id_never_leaves_the_record(inside: TestClient, settings: Settings, library: Library) -> None:
    _store(settings, _turn(library))
    assert "secret-client-id" not in inside.get("/export.jsonl").text
    assert "secret-client-id" not in inside.get("/export.csv").text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n@x", "＝1"])
def test_a_cell_that_starts_a_formula_is_made_harmless(
    inside: TestClient, settings: Settings, library: Library, text: str
) -> None:
    _store(settings, _turn(library, text=text))
    content = inside.get("/export.csv").content.decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(content, newline="")))
    assert row["text"] == "'" + text


@pytest.mark.parametrize("value", [0.5, -1, None, "plain", "a=b", ""])
def test_a_harmless_cell_stays_as_it_is(value: object) -> None:
    assert safe_cell(value) == value


# Apart from the visitors' process


def test_the_console_never_imports_rasa() -> None:
    code = (
        "import sys, bot.console.app; print(sorted(name for name in sys.modules if name.split('.')[0] in {'rasa',"
        " 'tensorflow', 'sklearn', 'onnxruntime'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_page_holds_script_or_style_of_its_own(inside: TestClient, settings: Settings, library: Library) -> None:
    _store(settings, _turn(library))
    for path in (
        "/",
        "/conversations/c1",
        "/search?q=ozone",
        "/answers",
        "/answers/what_is_ozone",
        "/figures",
        "/gaps",
        "/training",
        "/nowhere",
        "/login",
    ):
        html = inside.get(path).text.replace(SCRIPT, "")
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html), path


def test_a_sentence_is_shown_with_what_fires_and_what_is_silenced(inside: TestClient) -> None:
    html = inside.get("/rules", params={"q": "My chest hurts. Can ozone cause chest pain?"}).text
    assert "<code>emergency.chest.pain</code> fires on “<bdi>chest hurts</bdi>”" in html
    assert "was silenced by “<bdi>can ozone cause chest pain</bdi>”" in html
    assert "The rules see: “<bdi>my chest hurts</bdi>”" in html


def test_a_harmless_sentence_is_left_to_the_questions(inside: TestClient) -> None:
    assert "The rules leave it to the approved questions." in inside.get("/rules", params={"q": "Where is it?"}).text


def test_a_sentence_is_shown_as_text(inside: TestClient) -> None:
    html = inside.get("/rules", params={"q": "<b>I cannot breathe</b>"}).text
    assert "<b>I cannot" not in html


def test_a_rule_that_is_written_while_the_console_runs_is_tried(
    settings: Settings, outside: TestClient, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    with TestClient(create_app(replace(settings, data=data)), follow_redirects=False) as client:
        _log_in(client)
        assert "own.zeppelin" not in client.get("/rules", params={"q": "a zeppelin fell on me"}).text
        path = data / "safety/clinician.yml"
        mine = "- id: own.zeppelin\n  category: clinician_general\n  phrases: |\n    zeppelin fell\n"
        path.write_text(path.read_text(encoding="utf-8") + mine, encoding="utf-8")
        assert "<code>own.zeppelin</code> fires" in client.get("/rules", params={"q": "a zeppelin fell on me"}).text
        path.write_text(
            path.read_text(encoding="utf-8") + mine.replace("zeppelin fell\n", "[zeppelin\n"), encoding="utf-8"
        )
        html = client.get("/rules", params={"q": "a zeppelin fell on me"}).text
        assert "The rules cannot be read" in html
        assert "no `]` closes" in html
