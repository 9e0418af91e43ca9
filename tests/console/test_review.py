"""Reviewing as staff do it, page by page."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.console import gaps, state
from bot.console.accounts import verify_login
from bot.console.second_factor import code_at
from bot.record import alerts, review
from bot.record.audit import verify_audit
from bot.record.corrections import finish_run, settle_run, start_run
from bot.record.database import connect
from bot.record.feedback import give_feedback
from bot.record.gaps import add_group, add_members
from bot.record.promotion import note_serving
from bot.record.requests import leave_request
from bot.record.sealed import Seal
from bot.secret import load_secret
from tests.console.conftest import NOW, Add, LogIn, new_secret

AT = "2027-01-16T00:00:00.000+00:00"


def test_the_queue_leads_from_turn_to_turn_until_it_is_clear(log_in: LogIn, add: Add, database: Database) -> None:
    turns = [add("clinician") for _ in range(2)]
    maria = log_in("reviewer")
    status, address = maria.post("/queues/referrals/next")
    assert (status, address) == (303, f"/queues/referrals/turns/{turns[0]}?order=oldest")
    assert "Referrals: 1 of 2" in maria.get(address)
    _, address = maria.post("/queues/referrals/complete", {"turn": str(turns[0]), "verdict": "right"})
    assert address == f"/queues/referrals/turns/{turns[1]}?order=oldest&previous={turns[0]}&said=judged&undo={turns[0]}"
    assert "Referrals: 2 of 2" in maria.get(address)
    _, address = maria.post(
        "/queues/referrals/complete",
        {"turn": str(turns[1]), "verdict": "should_not_refer", "correct": "cost", "note": "see price list"},
    )
    assert address == f"/queues/referrals?order=oldest&said=cleared&undo={turns[1]}"
    assert review.queue_counts(database)["referrals"] == 0
    assert "see price list" in maria.get("/conversations/talk-2")


def test_a_colleagues_turn_is_not_judged_over_their_head(log_in: LogIn, add: Add) -> None:
    turn = add("emergency")
    log_in("clinician").post("/queues/emergencies/next")
    html = log_in("reviewer").get(f"/queues/emergencies/turns/{turn}")
    assert "clinician is looking at this message" in html
    assert re.search(r'<button class="right"[^>]* disabled>', html), "what would be refused cannot be pressed"
    for path in ("/queues/emergencies/complete", f"/turns/{turn}/verdict"):
        status, said = log_in("reviewer").post(path, {"turn": str(turn), "verdict": "right", "note": "Ask her <again>"})
        assert status == 409
        assert "clinician has taken this message meanwhile" in said
        assert ">Ask her &lt;again&gt;</textarea>" in said, "what was typed is still in its field"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"verdict": "splendid"}, "There is no verdict"),
        ({"verdict": "wrong_snippet", "correct": "zqxv"}, "“zqxv” is in no answer"),
        ({}, "There is no verdict"),
    ],
)
def test_a_verdict_that_cannot_be_is_one_sentence(log_in: LogIn, add: Add, form: dict[str, str], sentence: str) -> None:
    status, said = log_in("reviewer").post(f"/turns/{add()}/verdict", form)
    assert status == 400
    assert sentence in said


@pytest.mark.parametrize(
    "path",
    ["/turns/999/verdict", "/turns/x/verdict", "/gaps/999", "/training/999", "/corrections/999", "/queues/none/next"],
)
def test_what_is_not_there_is_one_sentence(log_in: LogIn, path: str) -> None:
    status, said = log_in("admin").post(
        path, {"verdict": "right", "decision": "open", "state": "accepted", "word": "promote"}
    )
    assert status in (400, 404)
    assert "There is no" in said


def test_notes_tags_flags_and_assignment_are_shown_with_the_turn(log_in: LogIn, add: Add) -> None:
    turn, maria = add(conversation="c"), log_in("reviewer")
    for path, form in (
        ("notes", {"text": "<b>ask"}),
        ("tags", {"tag": "Price"}),
        ("flag", {"reason": "odd"}),
        ("assignee", {"to": "clinician"}),
    ):
        status, address = maria.post(f"/turns/{turn}/{path}", form)
        assert (status, address.split("?")[0]) == (303, "/conversations/c")
    html = maria.get("/conversations/c")
    for words in ("&lt;b&gt;ask", "/search?tag=price", "odd", "Assigned to clinician"):
        assert words in html
    maria.post(f"/turns/{turn}/tags", {"tag": "price", "off": "1"})
    maria.post(f"/turns/{turn}/flag", {"off": "1"})
    html = maria.get("/conversations/c")
    assert "/search?tag=price" not in html
    assert "Take the flag off" not in html


def test_who_read_what_is_in_the_audit_and_the_chain_is_whole(log_in: LogIn, add: Add, database: Database) -> None:
    add(conversation="c")
    log_in("viewer").get("/conversations/c")
    log_in("clinician").get("/export.csv?route=answer")
    log_in("viewer").get("/search?q=my+secret+illness")
    html = log_in("admin").get("/audit")
    for words in ("conversation.read", "exported", "turns.searched", "everything and words"):
        assert words in html
    assert "secret" not in html
    assert verify_audit(database)[1] == []


def test_the_way_to_reach_a_visitor_is_for_clinicians_only(
    log_in: LogIn, add: Add, database: Database, contact_seal: Seal
) -> None:
    add(conversation="c")
    leave_request(database, "c", question="May I come?", reach="555 0100", best_time="mornings", seal=contact_seal)
    assert "555 0100" not in log_in("reviewer").get("/requests")
    assert "May I come?" in log_in("reviewer").get("/requests")
    carla = log_in("clinician")
    assert "555 0100" in carla.get("/requests")
    assert carla.post("/requests/1", {"state": "taken"}) == (303, "/requests?state=taken&said=taken")
    assert "taken by clinician" in carla.get("/requests?state=taken")
    carla.post("/requests/1", {"state": "done"})
    assert "done by clinician" in carla.get("/requests?state=done")


def test_a_bulk_action_is_confirmed_with_the_number_of_turns(log_in: LogIn, add: Add, database: Database) -> None:
    for _ in range(3):
        add("clarify")
    add()
    carla = log_in("clinician")
    form = {"query": "route=clarify", "action": "tag", "value": "Odd ones"}
    status, html = carla.post("/bulk", form)
    assert (status, "3 messages?" in html, review.known_tags(database)) == (200, True, [])
    assert carla.post("/bulk", {**form, "confirmed": "2"})[0] == 200, "the number has changed: ask again"
    assert carla.post("/bulk", {**form, "confirmed": "3"}) == (303, "/search?route=clarify&said=tagged-many&n=3")
    assert database.execute("SELECT count(*) FROM tags WHERE tag = 'odd-ones'").fetchone() == (3,)
    carla.post("/bulk", {"query": "tag=odd-ones", "action": "judge", "value": "missing_content", "confirmed": "3"})
    assert review.queue_counts(database)["not_understood"] == 0


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"query": "", "action": "tag", "value": "x"}, "never for all of them"),
        ({"query": "route=emergency", "action": "tag", "value": "x"}, "No message passes this filter"),
        ({"query": "route=answer", "action": "erase"}, "Choose what to do"),
        ({"query": "route=answer", "action": "judge", "value": "great", "confirmed": "1"}, "There is no verdict"),
        ({"query": "route=answer", "action": "tag", "value": "x", "scope": "ticked"}, "No message is ticked"),
        ({"query": "route=answer", "action": "judge", "value": "wrong_text", "confirmed": "1"}, "given one by one"),
    ],
)
def test_a_bulk_action_that_cannot_be_is_one_sentence(
    log_in: LogIn, add: Add, form: dict[str, str], sentence: str
) -> None:
    add()
    status, said = log_in("clinician").post("/bulk", form)
    assert status == 400
    assert sentence in said


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=yesterday", "is no day"),
        ("from=2026-02-02&to=2026-01-01", "ends on 2026-01-01 before it begins"),
        ("confidence_from=7", "a number from 0 to 1"),
        ("confidence_from=nan", "a number from 0 to 1"),
        ("turns_from=many", "is no whole number"),
        ("verdict=great", "There is no verdict called"),
        ("feedback=great", "There is no feedback called"),
    ],
)
@pytest.mark.parametrize("path", ["/search", "/conversations", "/export.csv"])
def test_a_filter_that_cannot_be_is_one_sentence(log_in: LogIn, path: str, query: str, sentence: str) -> None:
    browser = log_in("clinician")
    assert browser.status("GET", f"{path}?{query}") == 400
    assert sentence in browser.client.get(f"{path}?{query}").text


def test_a_saved_view_leads_back_to_its_filter(log_in: LogIn, add: Add) -> None:
    add("clinician")
    vera = log_in("viewer")
    assert vera.post("/views", {"query": "route=clinician&q=ozone", "name": "My referrals", "list": "search"})[0] == 303
    assert 'href="/search?q=ozone&amp;route=clinician">My referrals' in vera.get("/")
    assert "My referrals" not in log_in("reviewer").get("/")
    log_in("reviewer").post("/views/1/delete", {"back": "/search"})
    assert "My referrals" in vera.get("/search")
    vera.post("/views/1/delete", {"back": "/search"})
    assert "My referrals" not in vera.get("/search")


def test_an_export_has_one_row_a_conversation_when_asked(log_in: LogIn, add: Add) -> None:
    add("emergency", conversation="c")
    add(conversation="c", number=2)
    add(conversation="d", text="=1+1")
    text = log_in("clinician").get("/export.csv?rows=conversations")
    lines = text.removeprefix("\ufeff").splitlines()
    assert [line.split(",")[0] for line in lines] == ["conversation", "c", "d"]
    assert "'=1+1" in lines[2]
    assert log_in("clinician").status("GET", "/export.csv?rows=words") == 400


def test_a_gap_added_to_a_snippet_becomes_corrections(log_in: LogIn, add: Add, database: Database) -> None:
    turns = [add("clarify", text=text) for text in ("may i bring a kindle", "May I bring a kindle", "kindle ok?")]
    with database.atomic():
        group = add_group(database, "may i bring a kindle", b"")
        add_members(database, group, [(turn, AT) for turn in turns], b"")
    maria = log_in("reviewer")
    assert "3 questions" in maria.get("/gaps")
    assert "2 messages found" not in maria.get(f"/search?gap={group}")
    status, said = maria.post(f"/gaps/{group}", {"decision": "add_to_intent"})
    assert (status, "Choose the answer" in said) == (400, True)
    maria.post(f"/gaps/{group}", {"decision": "add_to_intent", "target": "what_to_wear_bring"})
    assert database.execute("SELECT count(*) FROM corrections WHERE intent = 'what_to_wear_bring'").fetchone() == (2,)
    assert "what_to_wear_bring" in maria.get("/gaps?decision=add_to_intent")


def test_gaps_fold_what_was_asked_once_and_take_one_decision_for_many(
    log_in: LogIn, add: Add, database: Database
) -> None:
    ranking = [{"name": "out_of_scope", "confidence": 0.5}, {"name": "cost", "confidence": 0.31}]
    turns = [
        add("clarify", text=text, ranking=ranking)
        for text in ("how tall is the tower", "who won the cup", "is there a discount")
    ]
    with database.atomic():
        for turn in turns:
            add_members(database, add_group(database, f"question {turn}", b""), [(turn, AT)], b"")
    review.give_verdict(database, turns[0], "right", by="clinician", now=AT)
    maria = log_in("reviewer")
    html = maria.get("/gaps")
    assert "Asked once (2), by the nearest answer" in html
    assert "Judged already: the reply was right (1)" in html
    assert 'value="cost" data-correct' in html, "the nearest answer is proposed"
    status, said = maria.post("/gaps/many", {"decision": "out_of_scope"})
    assert (status, "No group is ticked" in said) == (400, True)
    maria.post("/gaps/many", {"decision": "out_of_scope", "g1": "1", "g2": "1"})
    assert database.execute("SELECT count(*) FROM gap_clusters WHERE decision = 'out_of_scope'").fetchone() == (2,)


def test_as_many_groups_as_a_page_lists_take_one_decision(log_in: LogIn, add: Add, database: Database) -> None:
    turns = [add("clarify", text=f"how tall is tower {place}") for place in range(gaps.LISTED)]
    with database.atomic():
        for turn in turns:
            add_members(database, add_group(database, f"question {turn}", b""), [(turn, AT)], b"")
    groups = [group for (group,) in database.execute("SELECT id FROM gap_clusters")]
    form = {"decision": "out_of_scope", **{f"g{group}": "1" for group in groups}}
    assert log_in("reviewer").post("/gaps/many", form) == (303, f"/gaps?said=decided-many&n={gaps.LISTED}")


def test_an_export_of_turns_holds_what_people_said_of_them(log_in: LogIn, add: Add, database: Database) -> None:
    turn = add("clinician", conversation="-83xJ15", text="x" * 40_000, confidence=0.8980425000190735)
    give_feedback(database, "-83xJ15", 1, helpful=False, reason="=I wanted the price")
    review.give_verdict(
        database, turn, "wrong_snippet", by="reviewer", now=AT, correct="cost", comment="They meant\u2028the price"
    )
    review.add_note(database, turn, "Rang her.", by="clinician", now=AT)
    review.add_note(database, turn, "No answer.", by="reviewer", now=AT)
    review.set_flag(database, [turn], by="admin", now=AT, reason="odd")
    review.assign(database, [turn], "reviewer", by="admin", now=AT)
    carla = log_in("clinician")
    assert carla.post("/account", {"action": "preferences", "zone": "Asia/Tokyo"})[0] == 303
    (line,) = carla.get("/export.jsonl").splitlines()
    row = json.loads(line)
    assert (row["visitor_reason"], row["comment"]) == ("=I wanted the price", "They meant\u2028the price")
    assert row["notes"] == ["clinician: Rang her.", "reviewer: No answer."]
    assert (row["flag_reason"], row["assigned_to"], row["verdict_in_words"]) == (
        "odd",
        "reviewer",
        "Another answer would fit",
    )
    assert (row["id"], row["outcome"], row["confidence"]) == (turn, "Clinician", 0.898)
    assert row["link"] == "http://testserver/conversations/-83xJ15?turn=1#turn-1"
    table = list(csv.DictReader(io.StringIO(carla.get("/export.csv").removeprefix("\ufeff"), newline="")))
    assert (table[0]["id"], table[0]["conversation"]) == (str(turn), "-83xJ15"), "ids stay as they are"
    assert (table[0]["visitor_reason"], table[0]["notes"]) == (
        "'=I wanted the price",
        "clinician: Rang her.\nreviewer: No answer.",
    )
    assert table[0]["text"] == "x" * 32_000 + " … (cut: 40,000 letters)"
    assert (row["judged_at"], table[0]["judged_at"]) == ("2027-01-16 09:00:00+09:00",) * 2


def test_grouping_and_training_start_beside_the_console(
    log_in: LogIn, add: Add, database: Database, launched: list[list[str]]
) -> None:
    carla = log_in("clinician")
    carla.post("/gaps/group")
    status, said = carla.post("/training")
    assert (status, "No correction is accepted" in said) == (400, True)
    review.give_verdict(
        database, add(text="how much is it then"), "wrong_snippet", by="reviewer", now=AT, correct="cost"
    )
    assert "how much is it then" in carla.get("/training")
    carla.post("/corrections/1", {"state": "accepted"})
    assert carla.post("/training") == (303, "/training?said=training")
    assert launched == [["improve", "gaps"], ["improve", "run", "--by", "clinician"]]


def test_a_candidate_that_does_not_fit_any_more_is_not_promoted(log_in: LogIn, database: Database) -> None:
    run = start_run(database, by="clinician", now=AT, model="a", file_before="")
    finish_run(
        database,
        run,
        state="ready",
        now=AT,
        message="",
        model="b",
        file_after='version: "3.1"\nnlu: []\n',
        results={"measures": [], "passes": True},
    )
    status, said = log_in("clinician").post(f"/training/{run}", {"word": "promote"})
    assert status == 400
    assert "What a model is made from has changed since this candidate was trained." in said


def test_a_redundant_correction_is_marked(log_in: LogIn, add: Add, database: Database) -> None:
    review.give_verdict(
        database, add(text="what's ozone"), "wrong_snippet", by="reviewer", now=AT, correct="what_is_ozone"
    )
    assert "Redundant" in log_in("reviewer").get("/training")


def test_the_last_administrator_cannot_lock_everybody_out(log_in: LogIn, database: Database) -> None:
    ada = log_in("admin")
    for form in ({"action": "role", "role": "viewer"}, {"action": "disable"}):
        status, said = ada.post("/staff/admin", form)
        assert (status, "This is the last administrator" in said) == (400, True)
    assert ada.post("/staff/reviewer", {"action": "role", "role": "admin"})[0] == 303
    assert ada.post("/staff/admin", {"action": "role", "role": "viewer"})[0] == 303
    assert ada.status("GET", "/staff") == 403, "a role counts at once, also where somebody is logged in"


def test_a_disabled_colleague_is_out_at_once(log_in: LogIn) -> None:
    victim = log_in("viewer")
    victim.get("/")
    log_in("admin").post("/staff/viewer", {"action": "disable"})
    assert victim.status("GET", "/") == 303


def test_settings_are_numbers_that_make_sense(log_in: LogIn, database: Database) -> None:
    ada = log_in("admin")
    assert ada.post("/settings", {"sample_percent": "200", "low_confidence": "0.5"})[0] == 400
    assert ada.post("/settings", {"sample_percent": "20", "low_confidence": "high"})[0] == 400
    ada.post("/settings", {"sample_percent": "20", "low_confidence": "0.7"})
    assert (review.setting(database, "sample_percent"), review.setting(database, "low_confidence")) == (20, 0.7)


def test_times_are_shown_in_the_zone_somebody_chose(log_in: LogIn, add: Add) -> None:
    add(conversation="c", at="2027-01-10T23:30:00.000+00:00")
    vera = log_in("viewer")
    assert "10 Jan 2027, 23:30" in vera.get("/conversations/c")
    vera.post("/account", {"action": "preferences", "zone": "Asia/Tokyo", "shortcuts": "1"})
    assert "11 Jan 2027, 08:30" in vera.get("/conversations/c")
    assert "Times are shown in JST" in vera.get("/")
    status, said = vera.post("/account", {"action": "preferences", "zone": "Mars/Olympus"})
    assert (status, "There is no time zone called" in said) == (400, True)


def test_a_second_factor_is_asked_for_once_it_is_on(log_in: LogIn, database: Database, tmp_path: Path) -> None:
    secret = new_secret()
    vera = log_in("viewer")
    assert vera.post("/account", {"action": "code-on", "secret": secret, "code": "000000"})[0] == 400
    vera.post("/account", {"action": "code-on", "secret": secret, "code": code_at(secret, int(NOW // 30))})
    later = NOW + 60
    code = code_at(secret, int(later // 30))
    seal = Seal(load_secret(tmp_path / "secret"))
    assert verify_login(database, "viewer", "correct horse battery", "", later, lambda: seal) is None
    assert verify_login(database, "viewer", "correct horse battery", code, later, lambda: seal) == "viewer"
    assert verify_login(database, "viewer", "correct horse battery", code, later, lambda: seal) is None, (
        "a code is good once"
    )


def test_a_risk_told_of_earlier_is_shown_where_it_was_told(log_in: LogIn, add: Add) -> None:
    add(
        "clinician",
        conversation="c",
        text="I take warfarin",
        risk_category="clinician_medicine",
        risk_rule="medicine.anticoagulant",
    )
    add(
        "clinician",
        conversation="c",
        number=2,
        risk_category="clinician_medicine",
        explanation={"reason": "earlier_risk", "earlier": "clinician_medicine"},
    )
    html = log_in("viewer").get("/conversations/c")
    assert 'It was told of in <a href="/conversations/c?turn=1#turn-1">turn 1</a>' in html
    assert html.count("I take warfarin") == 2


def test_what_a_rule_saw_is_marked_in_the_visitors_words(log_in: LogIn, add: Add) -> None:
    findings = [
        {"category": "clinician_medicine", "rule": "r", "words": words}
        for words in ("i take", "take warfarin", "not there", "")
    ]
    add("clinician", conversation="c", text="Now I take warfarin <b>", explanation={"findings": findings})
    assert "Now <mark>I take warfarin</mark> &lt;b&gt;" in log_in("viewer").get("/conversations/c")


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("cost", "cost"),
        ("How much does it cost?", "cost"),
        ("what should wear", "what_to_wear_bring"),
        ("HOW MUCH  cost", "cost"),
    ],
)
def test_a_correction_is_understood_by_id_by_question_or_by_words_of_one_alone(
    log_in: LogIn, add: Add, database: Database, typed: str, chosen: str
) -> None:
    turn = add()
    status, _ = log_in("reviewer").post(f"/turns/{turn}/verdict", {"verdict": "wrong_snippet", "correct": typed})
    assert status == 303
    assert database.execute("SELECT correct FROM verdicts").fetchall() == [(chosen,)]


@pytest.mark.parametrize(("typed", "sentence"), [("zqxv", "is in no answer"), ("ozone", "could be several answers")])
def test_a_correction_that_could_be_none_or_several_is_asked_about_in_its_form(
    log_in: LogIn, add: Add, database: Database, typed: str, sentence: str
) -> None:
    form = {"verdict": "wrong_snippet", "correct": typed, "comment": "They asked for it"}
    status, said = log_in("reviewer").post(f"/turns/{add()}/verdict", form)
    assert (status, sentence in said) == (400, True)
    assert f'value="{typed}"' in said
    assert ">They asked for it</textarea>" in said
    assert ('type="radio" name="correct"' in said) == (typed == "ozone"), "those it could be are there to choose from"
    assert database.execute("SELECT count(*) FROM verdicts").fetchone() == (0,)


def test_latencies_are_bars_that_lead_to_their_first_replies(log_in: LogIn, add: Add) -> None:
    for latency in (45.0, 45.0, 140.0):
        add(latency_ms=latency, at="2027-01-10T10:00:00.000+00:00")
    add(number=2, conversation="x", latency_ms=45.0, at="2027-01-10T10:00:00.000+00:00")
    browser = log_in("viewer")
    html = unescape(browser.get("/figures?from=2027-01-09&to=2027-01-11"))
    asked = "/search?first=1&latency_over=30&latency_to=50&from=2027-01-09&to=2027-01-11"
    assert f'href="{asked}"' in html
    assert "Half came within 50 ms, 95 % within 150 ms." in html
    assert "2 messages found" in browser.get(asked)


def test_every_tile_of_the_figures_leads_to_as_many_turns_as_it_counts(log_in: LogIn, add: Add) -> None:
    for route in ("emergency", "clinician", "clarify", "out_of_scope", "answer"):
        add(route, at="2027-01-10T10:00:00.000+00:00")
    browser = log_in("viewer")
    html = unescape(browser.get("/figures?from=2027-01-09&to=2027-01-11"))
    tiles = re.findall(r'<dt>([^<]+)</dt><dd><a href="(/search[^"]+)">.*?</a>', html, re.S)
    counts = {
        label: re.search(r"(\d+) messages? found", browser.get(address))
        for label, address in tiles
        if "judged" not in label.lower()
    }
    found = {label: match[1] for label, match in counts.items() if match}
    assert found == {"Turns": "5", "Emergencies": "1", "Referred": "1", "Not understood": "2"}


def test_a_filter_in_use_is_shown_and_can_be_taken_off_by_itself(log_in: LogIn, add: Add) -> None:
    add("emergency")
    html = unescape(log_in("viewer").get("/search?route=emergency&first=1&q=ozone"))
    assert 'href="/search?q=ozone&first=1" aria-label="Take off the filter route: emergency"' in html
    assert 'href="/search?q=ozone&route=emergency" aria-label="Take off the filter first of its conversation"' in html


def test_whoever_has_waited_longest_is_the_first_request(
    log_in: LogIn, database: Database, add: Add, contact_seal: Seal
) -> None:
    add(conversation="c")
    for question in ("the first", "the second"):
        leave_request(database, "c", question=question, reach="jo@mail.example", best_time="", seal=contact_seal)
    html = log_in("clinician").get("/requests")
    assert html.index("the first") < html.index("the second")
    assert 'href="mailto:jo%40mail.example"' in html


def test_a_less_safe_candidate_shows_what_was_lost_first_and_waits_for_two_people(
    log_in: LogIn, database: Database
) -> None:
    run = start_run(database, by="carla", now=AT, model="m1", file_before="")
    losses = [
        {
            "kind": "emergency_lost",
            "text": "a black curtain",
            "before": "emergency_other",
            "after": "clinician_after_session",
        }
    ]
    changed = [
        {"text": "how dear", "before": "clarify", "after": "cost", "better": True},
        {"text": "how far", "before": "location", "after": "clarify", "better": False},
    ]
    measure = {
        "label": "Questions that got their answer",
        "before": 0.9,
        "after": 0.8,
        "floor": 0.7,
        "at_most": False,
        "worse": True,
        "passes": True,
    }
    results = {"measures": [measure], "passes": True, "changed": changed, "losses": losses}
    finish_run(database, run, state="ready", now=AT, message="", model="m2", file_after="x", results=results)
    reviewer, clinician = log_in("reviewer"), log_in("clinician")
    page = clinician.get(f"/training/{run}")
    assert (
        page.index("a black curtain")
        < page.index("how far")
        < page.index("Questions that got their answer")
        < page.index("how dear")
    )
    assert "no longer shown the emergency number" in page
    assert "▼ worse" in page
    assert "must be accepted by two people" in page
    assert clinician.post(f"/training/{run}", {"word": "promote"})[0] == 400
    for browser in (reviewer, clinician):
        assert browser.post(f"/training/{run}/reason", {"loss": "0", "reason": "A rule finds this one."}) == (
            303,
            f"/training/{run}?said=reason-kept",
        )
    assert "Accepted by two people." in clinician.get(f"/training/{run}")


def test_a_training_whose_process_is_gone_is_ended_on_its_page(log_in: LogIn, database: Database) -> None:
    run = start_run(database, by="carla", now=AT, model="m1", file_before="")
    carla = log_in("clinician")
    assert carla.post(f"/training/{run}/give-up")[0] == 303
    assert "Given up by" in carla.get(f"/training/{run}")
    assert carla.post(f"/training/{run}/give-up")[0] == 400


@pytest.mark.parametrize("state", ["training", "failed", "ready"])
def test_a_run_without_results_is_a_page_all_the_same(log_in: LogIn, database: Database, state: str) -> None:
    run = start_run(database, by="admin", now=AT, model="old", file_before="")
    if state != "training":
        finish_run(database, run, state=state, now=AT, message="It was cut short.")
    assert f"Training run {run}" in log_in("admin").get(f"/training/{run}")


def test_a_run_says_which_model_the_website_answers_with(log_in: LogIn, database: Database) -> None:
    run = start_run(database, by="admin", now=AT, model="old", file_before="")
    finish_run(database, run, state="ready", now=AT, message="", model="new", file_after="x")
    browser = log_in("reviewer")
    assert "nothing yet: it has not been started" in browser.get(f"/training/{run}")
    for model, said in (("old", "the model before"), ("new", "✓ this candidate"), ("other", "another model")):
        note_serving(database, model, AT)
        assert said in browser.get(f"/training/{run}")
    settle_run(database, run, "promoted", by="admin", now=AT)
    assert "has not taken the promoted model up yet" in browser.get(f"/training/{run}")


def test_saved_views_are_ones_own_unless_shared_and_are_in_the_audit(log_in: LogIn, database: Database) -> None:
    tom, vera = log_in("reviewer"), log_in("viewer")
    tom.post("/views", {"name": "Risky answers", "query": "route=answer&verdict=should_refer", "list": "search"})
    assert "Risky answers" in tom.get("/")
    assert "Risky answers" not in vera.get("/")
    tom.post(
        "/views",
        {"name": "Risky answers", "query": "route=answer&verdict=should_refer", "list": "search", "shared": "1"},
    )
    assert 'href="/search?route=answer&amp;verdict=should_refer"' in vera.get("/")
    assert vera.post("/views/1/delete")[0] == 400, "a colleague's view is theirs"
    assert tom.post("/views/1/delete", {"back": "/search"})[0] == 303
    done = [action for (action,) in database.execute("SELECT action FROM audit WHERE action LIKE 'view.%' ORDER BY id")]
    assert done == ["view.saved", "view.saved", "view.deleted"]


@pytest.mark.parametrize("path", ["/export.csv?rows=turns", "/export.csv?rows=conversations", "/export.jsonl"])
def test_an_export_is_in_the_audit_and_holds_no_formula(log_in: LogIn, add: Add, database: Database, path: str) -> None:
    add(conversation="c", text="=HYPERLINK(1)")
    text = log_in("clinician").get(path)
    assert "HYPERLINK" in text
    if "csv" in path:
        assert not re.search(r'(^|,)"?=', text, re.M)
    assert database.execute(
        "SELECT count(*) FROM audit WHERE action = 'exported' AND who = 'clinician'"
    ).fetchone() == (1,)


def test_whoever_sees_visitors_words_is_in_the_audit(log_in: LogIn, add: Add, database: Database) -> None:
    turn = add("emergency", conversation="c")
    review.assign(database, [turn], "admin", by="admin", now=AT)
    admin = log_in("admin")
    pages = (
        "/",
        "/queues/emergencies",
        f"/queues/emergencies/turns/{turn}",
        "/conversations",
        "/conversations/c",
        "/search",
        "/requests",
        "/gaps",
        "/training",
    )
    for path in (*pages, "/figures", "/report?month=2027-01", "/audit"):
        (before,) = database.execute("SELECT count(*) FROM audit").fetchone()
        admin.get(path)
        assert database.execute("SELECT count(*) FROM audit").fetchone() == (before + 1,), path
    assert verify_audit(database)[1] == []


def test_other_sessions_can_be_ended(log_in: LogIn) -> None:
    one, other = log_in("viewer"), log_in("viewer")
    session = re.search(r'name="session" value="(\w+)"', one.get("/account"))
    assert session is not None
    one.post("/account", {"action": "end", "session": session[1]})
    assert (one.status("GET", "/"), other.status("GET", "/")) == (200, 303)


def test_every_bar_and_number_of_the_figures_leads_to_its_conversations(
    log_in: LogIn, add: Add, database: Database
) -> None:
    add("emergency", at="2027-01-10T10:00:00.000+00:00")
    add(at="2027-01-10T11:00:00.000+00:00")
    browser = log_in("viewer")
    html = unescape(browser.get("/figures?from=2027-01-09&to=2027-01-11"))
    for address in (
        "/conversations?from=2027-01-10&to=2027-01-10",
        "/search?route=emergency&from=2027-01-10&to=2027-01-10",
    ):
        assert f'href="{address}"' in html
    assert "1 message found" in browser.get("/search?route=emergency&from=2027-01-10&to=2027-01-10")
    judged = "/search?judged_from=2027-01-16&judged_to=2027-01-16"
    review.give_verdict(database, 1, "should_refer", by="admin", now=AT)
    html = unescape(browser.get("/figures?from=2027-01-09&to=2027-01-16"))
    assert f'href="{judged}"' in html
    assert 'href="/search?verdict=should_refer&judged_from=2027-01-09&judged_to=2027-01-16"' in html
    assert "1 message found" in browser.get(judged)
    assert "January 2027" in browser.get("/report?month=2027-01")


@pytest.mark.parametrize("query", ["from=x", "from=2027-01-02&to=2027-01-01", "from=2001-01-01&to=2027-01-01"])
def test_a_period_that_cannot_be_is_one_sentence(log_in: LogIn, query: str) -> None:
    assert log_in("viewer").status("GET", f"/figures?{query}") == 400


def test_asking_for_counts_does_not_keep_a_session_alive(log_in: LogIn, database: Database) -> None:
    vera = log_in("viewer")
    database.execute("UPDATE staff_sessions SET last_seen_at = '2027-01-16T11:30:00.000+00:00'")
    before = database.execute("SELECT last_seen_at FROM staff_sessions").fetchone()
    assert vera.status("GET", "/counts.json") == 200
    assert database.execute("SELECT last_seen_at FROM staff_sessions").fetchone() == before
    vera.get("/")
    assert database.execute("SELECT last_seen_at FROM staff_sessions").fetchone() != before


def test_reading_does_not_wait_for_the_disk_but_changes_and_exports_do(
    log_in: LogIn, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, browser = add("clinician", conversation="c"), log_in("clinician")
    browser.get("/")
    opened: list[bool] = []

    def noted(path: Path, *, durable: bool) -> Database:
        opened.append(durable)
        return connect(path, durable=durable)

    monkeypatch.setattr(state, "connect", noted)
    browser.get("/conversations/c")
    assert opened == [False, False], "the gate and the page"
    opened.clear()
    browser.post(f"/turns/{turn}/verdict", {"verdict": "right"})
    assert opened[-1] is True
    opened.clear()
    browser.get("/export.csv")
    assert opened[1] is True


def test_the_filter_of_a_list_draws_a_chart_whose_bars_lead_back_to_the_list(log_in: LogIn, add: Add) -> None:
    for day in (10, 10, 12):
        add("clinician", text="about my knee", at=f"2027-01-{day}T10:00:00.000+00:00")
    add(at="2027-01-11T10:00:00.000+00:00")
    browser = log_in("viewer")
    html = unescape(browser.get("/chart?q=knee"))
    assert "3 turns" in html
    asked = "/search?q=knee&route=clinician&from=2027-01-10&to=2027-01-10"
    assert f'href="{asked}"' in html
    assert "2 messages found" in browser.get(asked)
    assert "No message passes this filter" in browser.get("/chart?route=emergency")
    assert 'href="/chart?q=knee"' in browser.get("/search?q=knee")


def test_everybody_sees_that_alerts_do_not_get_out(log_in: LogIn, add: Add, database: Database) -> None:
    admin = log_in("admin")
    assert "Nobody is told of new requests" in admin.get("/settings")
    status, said = admin.post("/settings/test-alert")
    assert (status, "uses no way to send alerts" in said) == (400, True)
    alerts.use_channels(database, ["webhook"])
    assert admin.post("/settings/test-alert") == (303, "/settings?said=alert-tested")
    assert "1 event waits" in admin.get("/settings")
    add("emergency")
    alerts.note_failure(database, "webhook", "It answered with 500.", NOW)
    for name in ("viewer", "admin"):
        html = log_in(name).get("/")
        assert "Alerts do not get out by webhook" in html
        assert "It answered with 500. 2 events wait" in html
    alerts.note_told(database, "webhook", 2, NOW)
    assert "Alerts do not get out" not in log_in("viewer").get("/")
    assert "✓ Last sent" in admin.get("/settings")
