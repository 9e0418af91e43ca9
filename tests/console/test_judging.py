"""Judging as staff do it: nothing typed is lost, nobody is
overruled without a word, and everything can be taken back."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlite_utils import Database
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.record import review
from tests.console.conftest import Add, LogIn

AT = "2027-01-16T00:00:00.000+00:00"


def test_the_inbox_counts_conversations_and_requests_once(log_in: LogIn, add: Add) -> None:
    add("emergency", conversation="c")
    for number in (2, 3, 4):
        add("emergency", conversation="c", number=number)
    add("clinician", conversation="c", number=5)
    add("clinician", conversation="d")
    html = log_in("reviewer").get("/")
    assert 'data-count="waiting">2<' in html
    assert 'data-count="emergencies">1<' in html
    assert "<title>(2) Inbox" in html
    assert "1 conversation waits, with 4 messages" in log_in("viewer").get("/queues/emergencies")


def test_one_verdict_is_for_all_messages_of_a_conversation_that_wait(
    log_in: LogIn, add: Add, database: Database
) -> None:
    turns = [
        add("emergency", conversation="c", number=number, text=text)
        for number, text in enumerate(("I cannot breathe", "ok", "yes"), start=1)
    ]
    maria = log_in("reviewer")
    _, address = maria.post("/queues/emergencies/next")
    html = maria.get(address)
    assert "for the 3 messages of this conversation that wait here" in html
    also = re.search(r'name="also" value="([\d,]+)"', html)
    assert also is not None
    late = add("emergency", conversation="c", number=4, text="it is worse")
    _, address = maria.post("/queues/emergencies/complete", {"turn": str(turns[0]), "right": "1", "also": also[1]})
    assert f"/turns/{late}?" in address, "what came in meanwhile was not seen, so it is not judged"
    assert database.execute("SELECT turn FROM verdicts ORDER BY turn").fetchall() == [(turn,) for turn in turns]


def test_a_verdict_on_a_text_is_for_one_message_and_the_next_of_its_conversation_follows(
    log_in: LogIn, add: Add, database: Database
) -> None:
    turns = [add("clinician", conversation="c", number=number) for number in (1, 2)]
    other = add("clinician")
    form = {"turn": str(turns[0]), "verdict": "wrong_snippet", "correct": "cost", "also": str(turns[1])}
    _, address = log_in("reviewer").post("/queues/referrals/complete", form)
    assert address.startswith(f"/queues/referrals/turns/{turns[1]}?")
    assert database.execute("SELECT turn, correct FROM verdicts").fetchall() == [(turns[0], "cost")]
    assert log_in("clinician").post("/queues/referrals/next")[1].startswith(f"/queues/referrals/turns/{other}?")


@pytest.mark.parametrize("path", ["/queues/emergencies/complete", "/turns/1/verdict", "/judge/complete"])
def test_a_verdict_over_a_newer_one_is_shown_with_everything_that_was_typed(
    log_in: LogIn, add: Add, database: Database, path: str
) -> None:
    turn = add("emergency")
    maria = log_in("reviewer")
    maria.get(f"/queues/emergencies/turns/{turn}")
    review.give_verdict(database, turn, "should_not_refer", by="clinician", now=AT, comment="A cough only")
    form = {
        "turn": str(turn),
        "query": "route=emergency",
        "seen": "",
        "verdict": "should_refer",
        "comment": "Call her",
        "note": "On Monday",
    }
    status, said = maria.post(path, form)
    assert status == 409
    assert (
        "clinician judged this message meanwhile: “Referred or alarmed for nothing”, with the comment “A cough only”"
        in unescape(said)
    )
    for kept in (">Call her</textarea>", ">On Monday</textarea>", 'value="should_refer" required data-key="3" checked'):
        assert kept in said
    assert database.execute("SELECT count(*) FROM notes").fetchone() == (0,)
    seen = re.search(r'name="seen" value="(\d+)"', said)
    assert seen is not None
    assert maria.post(path, {**form, "seen": seen[1]})[0] == 303, "saving again replaces it"
    assert database.execute("SELECT verdict, by FROM verdicts WHERE superseded_at IS NULL").fetchone() == (
        "should_refer",
        "reviewer",
    )


def test_a_note_is_saved_with_the_verdict_that_is_given_beside_it(log_in: LogIn, add: Add, database: Database) -> None:
    turn = add("clinician")
    maria = log_in("reviewer")
    html = maria.get(f"/queues/referrals/turns/{turn}")
    form = re.search(r'<form class="judge".*?</form>', html, re.S)
    assert form is not None
    for name in ("note", "comment", "correct", "verdict", "right"):
        assert f'name="{name}"' in form[0], "one form, so that no key and no button sends a part of it"
    maria.post("/queues/referrals/complete", {"turn": str(turn), "right": "1", "note": "voicemail left"})
    assert database.execute("SELECT text FROM notes").fetchall() == [("voicemail left",)]


def test_what_was_typed_when_the_login_had_ended_is_shown_to_be_copied(console: Starlette) -> None:
    outside = TestClient(console, follow_redirects=False)
    form = {
        "turn": "7",
        "verdict": "should_refer",
        "comment": "<b>Call</b> her",
        "note": "On Monday",
        "password": "hunter2",
    }
    response = outside.post("/queues/referrals/complete", data=form)
    assert response.status_code == 401
    assert "&lt;b&gt;Call&lt;/b&gt; her" in response.text
    assert "On Monday" in response.text
    assert "hunter2" not in response.text
    assert 'href="/login?next=/queues/referrals/turns/7"' in response.text


def test_a_form_that_is_refused_leads_back_and_shows_what_was_typed(log_in: LogIn, add: Add) -> None:
    turn = add(conversation="c")
    status, said = log_in("reviewer").post(f"/turns/{turn}/tags", {"tag": "x" * 50, "back": "/conversations/c?turn=1"})
    assert status == 400
    assert 'href="/conversations/c?turn=1"' in said
    assert "x" * 50 in said
    status, said = log_in("admin").post("/settings", {"sample_percent": "200", "low_confidence": "0.5"})
    assert (status, 'class="button" href="/settings"' in said) == (400, True)


def test_what_is_not_there_is_not_found_rather_than_a_wrong_address(log_in: LogIn) -> None:
    for path in ("/training/999", "/queues/referrals/turns/999"):
        assert log_in("admin").status("GET", path) == 404


def test_a_verdict_is_undone_from_the_page_that_says_it_was_noted(log_in: LogIn, add: Add, database: Database) -> None:
    turns = [add("clinician") for _ in range(2)]
    maria = log_in("reviewer")
    maria.post("/queues/referrals/next")
    _, address = maria.post("/queues/referrals/complete", {"turn": str(turns[0]), "right": "1"})
    html = maria.get(address)
    assert f'action="/turns/{turns[0]}/undo"' in html
    back = re.search(r'name="back" value="(/queues/referrals/turns/\d+[^"]*)"', html[html.index("/undo") :])
    assert back is not None
    status, address = maria.post(f"/turns/{turns[0]}/undo", {"kind": "verdict", "back": unescape(back[1])})
    assert (status, address.split("?")[0]) == (303, f"/queues/referrals/turns/{turns[0]}")
    assert review.queue_counts(database)["referrals"] == 2
    assert "Undone" in maria.get(address.split("#")[0])


def test_flags_are_undone_both_ways(log_in: LogIn, add: Add, database: Database) -> None:
    turn, maria = add(conversation="c"), log_in("reviewer")
    _, address = maria.post(f"/turns/{turn}/flag", {"reason": "odd"})
    assert 'name="kind" value="flag"' in maria.get(address.split("#")[0])
    maria.post(f"/turns/{turn}/undo", {"kind": "flag"})
    assert review.queue_counts(database)["flagged"] == 0
    maria.post(f"/turns/{turn}/flag", {"reason": "odd"})
    _, address = maria.post(f"/turns/{turn}/flag", {"off": "1"})
    assert 'name="kind" value="unflag"' in maria.get(address.split("#")[0])
    maria.post(f"/turns/{turn}/undo", {"kind": "unflag"})
    assert review.queue_counts(database)["flagged"] == 1
    assert maria.post(f"/turns/{turn}/undo", {"kind": "everything"})[0] == 400


def test_whatever_was_found_is_worked_through_like_a_queue(log_in: LogIn, add: Add, database: Database) -> None:
    turns = [add("clarify", text="May I bring a kindle") for _ in range(3)]
    add("answer")
    review.give_verdict(database, turns[1], "right", by="clinician", now=AT)
    maria = log_in("reviewer")
    assert "Judge these (3), one by one" in maria.get("/search?route=clarify")
    query = "q=kindle&route=clarify"
    _, address = maria.post("/judge/next", {"query": query})
    assert address.startswith(f"/judge/turns/{turns[2]}?")
    assert "May I bring a kindle" in maria.get(address)
    _, address = maria.post("/judge/complete", {"query": query, "turn": str(turns[2]), "verdict": "missing_content"})
    assert address.startswith(f"/judge/turns/{turns[0]}?"), "what a colleague has judged is left out"
    _, address = maria.post("/judge/skip", {"query": query, "turn": str(turns[0])})
    assert address == f"/search?{query}&said=skipped"
    assert maria.post("/judge/next", {"query": ""})[0] == 400


def test_some_rows_of_a_list_are_changed_and_no_others(log_in: LogIn, add: Add, database: Database) -> None:
    turns = [add("clarify") for _ in range(3)]
    carla = log_in("clinician")
    html = carla.get("/search?route=clarify")
    assert all(f'form="bulk" name="t{turn}"' in html for turn in turns)
    form = {
        "query": "route=clarify",
        "scope": "ticked",
        f"t{turns[0]}": "1",
        f"t{turns[2]}": "1",
        "action": "judge",
        "value_judge": "missing_content",
    }
    status, html = carla.post("/bulk", form)
    assert (status, "2 messages?" in html) == (200, True)
    confirmed = {
        "query": "route=clarify",
        "action": "judge",
        "value": "missing_content",
        "confirmed": "2",
        "ticked": f"{turns[0]},{turns[2]}",
    }
    _, address = carla.post("/bulk", confirmed)
    assert address == f"/search?route=clarify&said=judged-many&undo={turns[2]}&n=2"
    assert "2 messages are judged." in carla.get(address)
    assert database.execute("SELECT turn FROM verdicts ORDER BY turn").fetchall() == [(turns[0],), (turns[2],)]
    carla.post(f"/turns/{turns[2]}/undo", {"kind": "verdict"})
    assert review.queue_counts(database)["not_understood"] == 3, "both are undone"


def test_a_bulk_verdict_leaves_colleagues_verdicts_unless_told_to_replace_them(
    log_in: LogIn, add: Add, database: Database
) -> None:
    turns = [add("clarify") for _ in range(3)]
    review.give_verdict(database, turns[0], "right", by="reviewer", now=AT)
    log_in("reviewer").post("/queues/not_understood/next")
    carla = log_in("clinician")
    form = {"query": "route=clarify", "action": "judge", "value": "missing_content", "confirmed": "3"}
    status, html = carla.post("/bulk", form)
    assert (status, "1 of them has</strong>" in html or "1 of them has" in html, "left out" in html) == (
        200,
        True,
        True,
    )
    carla.post("/bulk", {**form, "overruled": "1"})
    given = dict(database.execute("SELECT turn, verdict FROM verdicts WHERE superseded_at IS NULL").fetchall())
    assert given == {turns[0]: "right", turns[2]: "missing_content"}, "the second is in a colleague's hands"
    assert carla.post("/bulk", {**form, "overruled": "1", "replace": "1"})[0] == 303
    assert database.execute(
        "SELECT by FROM verdicts WHERE turn = ? AND superseded_at IS NULL", [turns[0]]
    ).fetchone() == ("clinician",)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("price", "cost"),
        ("saturday", "opening_hours"),
        ("refund", "refunds"),
        ("blood thinner", "anticoagulant_used"),
        ("medicines and ozone", "clinician_medicine"),
        ("phone", "contact"),
        ("parkin", "parking_details"),
        ("pregnent", "clinician_pregnancy"),
    ],
)
def test_an_answer_is_found_by_words_of_its_text_and_of_how_people_ask(log_in: LogIn, typed: str, answer: str) -> None:
    found = log_in("reviewer").client.get("/answers.json", params={"q": typed}).json()
    assert answer in [row["id"] for row in found]


def test_a_wrong_text_is_told_where_the_text_is(log_in: LogIn, add: Add) -> None:
    turn = add(snippet_id="cost", snippet_version=1)
    log_in("reviewer").post(f"/turns/{turn}/verdict", {"verdict": "wrong_text", "comment": "It is $260 since May."})
    html = log_in("viewer").get("/answers/cost")
    assert "It is $260 since May." in html


def test_a_missed_emergency_is_at_the_top_of_everyones_inbox(log_in: LogIn, add: Add) -> None:
    turn = add("answer")
    log_in("reviewer").post(f"/turns/{turn}/verdict", {"verdict": "should_alarm", "comment": "Chest pain!"})
    for role in ("viewer", "clinician"):
        html = log_in(role).get("/")
        assert "1 conversation should have been an emergency" in html
        assert html.index("/queues/missed") < html.index("/queues/emergencies")
