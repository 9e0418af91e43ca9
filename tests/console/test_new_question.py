"""A new question from a gap or from nothing to the next training; texts taken back; words that are not lost."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlite_utils import Database
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.console.accounts import create_session
from bot.console.nearness import Nearness
from bot.content.library import load_library
from bot.record import sentences, texts
from bot.record.corrections import list_corrections
from bot.record.deletion import take_out
from bot.record.gaps import add_group, add_members
from tests.conftest import DATA
from tests.console.conftest import NOW, Browser, LogIn
from tests.console.test_texts import console as console
from tests.console.test_texts import fields, sent, text_of
from tests.record.conftest import Add

TITLE = "May I knit during a session?"
NAME = "may_i_knit_during_a_session"
WAYS = "knitting while the drip runs\nis my crochet hook welcome\ncan I bring wool and needles"
TEXT = (
    "You may knit during a session, as long as the arm with the needle stays still. Many people find that one hand is"
    " not enough, so bring a book as well. Our staff help you to put your things within reach. Ask them before you"
    " begin: {phone}."
)
UNTIL = "2027-10-01"


def typed(**others: str) -> dict[str, str]:
    """A whole form."""
    return {
        "question": TITLE,
        "topic": "visit",
        "sentences": WAYS,
        "text": TEXT,
        "sources": "clinic",
        "clinic_only": "1",
        "reason": "visitors ask it",
        "action": "send",
        **others,
    }


def approved(log_in: LogIn, **others: str) -> None:
    """A new question, written by the reviewer and approved by the clinician."""
    status, address = log_in("reviewer").post("/questions/new", typed(**others))
    assert status == 303, text_of(address)
    number = re.search(r"/approve/(\d+)", address)
    assert number, address
    status, page = log_in("clinician").post(f"/approve/{number[1]}", {"decision": "approve", "review_by": UNTIL})
    assert status == 303, text_of(page)


def gap_of(database: Database, add: Add, *asked: str) -> int:
    """A group of unanswered questions."""
    with database.atomic():
        gap = add_group(database, asked[0], b"")
        turns = [add("out_of_scope", text=words) for words in asked]
        add_members(database, gap, [(turn, "2026-12-01") for turn in turns], b"")
    return gap


def test_a_new_question_is_approved_by_another_and_waits_for_the_training(log_in: LogIn, database: Database) -> None:
    approved(log_in)
    assert sent(database, NAME).startswith("You may knit during a session")
    page = text_of(log_in("viewer").get(f"/answers/{NAME}"))
    assert "visitors are not led to it before the next training" in page
    accepted = {(row.text, row.intent, row.decided_by) for row in list_corrections(database, "accepted")}
    assert accepted == {(words, NAME, "clinician") for words in (TITLE, *WAYS.splitlines())}


def test_a_new_question_from_a_gap_takes_the_visitors_own_words_and_they_go_with_the_conversation(
    log_in: LogIn, database: Database, add: Add
) -> None:
    gap = gap_of(database, add, "can i knit there", "would knitting be ok", "purl stitches allowed?")
    reviewer = log_in("reviewer")
    page = reviewer.get(f"/questions/new?gap={gap}")
    ticks = re.findall(r'name="(w\d+)" value="1" checked', page)
    assert len(ticks) == 3
    status, address = reviewer.post(
        "/questions/new", typed(gap=str(gap), sentences="", **dict.fromkeys(ticks[:2], "1"), action="save")
    )
    assert (status, address) == (303, f"/questions/{NAME}?said=drafted")
    assert len(re.findall(r'name="w\d+" value="1" checked', reviewer.get(f"/questions/{NAME}"))) == 2
    assert database.execute("SELECT decision FROM gap_clusters").fetchone() == ("new_snippet",)
    version = texts.drafts(database)[0]
    assert "knit there" not in str(version.body), "visitors' words are not copied into what can never be changed"
    kept = sentences.of_version(database, version.id)
    with database.atomic():
        take_out(database, [str(kept[0].conversation)])
    assert [one.words for one in sentences.of_version(database, version.id)] == [kept[1].words]


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ({"sentences": "one way to knit"}, "at least 3 different ways"),
        ({"sentences": "Knit?\nknit?\nknit?"}, "at least 3 different ways"),
        ({"topic": ""}, "Choose the topic"),
        ({"question": "When are you open?"}, "an answer with this question already"),
        ({"question": "Can I knit while I take warfarin?"}, "The safety rules refer this question"),
        ({"sentences": f"{WAYS}\nwhat is ozone?"}, "leads to “What is ozone?” already"),
        ({"sentences": f"{WAYS}\n????"}, "cannot be learnt from"),
        ({"text": "It cures all. " + TEXT}, "promises something"),
        ({"reason": ""}, "“Why?” is empty"),
    ],
)
def test_a_new_question_that_cannot_be_is_told_why_and_keeps_what_was_typed(
    log_in: LogIn, database: Database, others: dict[str, str], told: str
) -> None:
    status, page = log_in("reviewer").post("/questions/new", typed(**others))
    assert status == 400
    assert told in text_of(page)
    assert fields(page)["sentences"] == others.get("sentences", WAYS)
    assert texts.newest(database) == {}


def test_a_sentence_near_another_answer_is_shown_with_the_sentence_it_is_near(log_in: LogIn) -> None:
    form = typed(sentences=f"{WAYS}\nwhat is the ozone", action="check")
    page = text_of(log_in("reviewer").post("/questions/new", form)[1])
    assert "leads to What is ozone?" in page


def test_nearness_weighs_rare_words_and_leaves_the_own_intent_out() -> None:
    index = Nearness({"pets": {"can i bring my dog"}, "bags": {"can i bring my bag", "can i bring my coat"}})
    near = index.nearest("bring my dog")
    assert near is not None
    assert near.intent == "pets"
    assert not near.same
    assert index.nearest("can i bring my dog", but="pets") != near
    assert index.nearest("opening hours") is None


def test_a_new_question_keeps_its_place_when_it_is_changed_and_renewed(log_in: LogIn, database: Database) -> None:
    approved(log_in)
    reviewer, clinician = log_in("reviewer"), log_in("clinician")
    form = fields(reviewer.get(f"/answers/{NAME}/draft"))
    status, _ = reviewer.post(
        f"/answers/{NAME}/draft",
        {**form, "text": TEXT.replace("You may knit", "Feel free to knit"), "reason": "warmer", "action": "send"},
    )
    assert status == 303
    waiting = texts.waiting(database)[0]
    assert clinician.post(f"/approve/{waiting.id}", {"decision": "approve", "review_by": UNTIL})[0] == 303
    assert sent(database, NAME).startswith("Feel free to knit")


def test_a_new_question_that_is_taken_back_comes_back_word_for_word(log_in: LogIn, database: Database) -> None:
    approved(log_in)
    clinician = log_in("clinician")
    assert clinician.post(f"/answers/{NAME}/withdraw", {"reason": "a needle accident"})[0] == 303
    assert load_library(DATA, published=texts.published_set(database))[NAME].status == "retired"
    assert "a needle accident" in text_of(clinician.get(f"/answers/{NAME}"))
    assert clinician.post(f"/answers/{NAME}/back", {"reason": ""})[0] == 400
    assert clinician.post(f"/answers/{NAME}/back", {"reason": "blunt needles"})[0] == 303
    assert load_library(DATA, published=texts.published_set(database))[NAME].status == "approved"


# Taking back what came with the starter set


def test_a_starter_text_is_taken_back_with_a_reason_and_brought_back(log_in: LogIn, database: Database) -> None:
    clinician, before = log_in("clinician"), sent(database, "cost")
    assert log_in("reviewer").post("/answers/cost/withdraw", {"reason": "wrong"})[0] == 403
    assert clinician.post("/answers/cost/withdraw", {"reason": " "})[0] == 400
    assert clinician.post("/answers/cost/withdraw", {"reason": "the prices are being discussed"})[0] == 303
    library = load_library(DATA, published=texts.published_set(database))
    assert library["cost"].status == "retired"
    assert library["cost_in_short"].status == "retired"
    assert clinician.post("/answers/cost/withdraw", {"reason": "again"})[0] == 400
    assert clinician.post("/answers/cost/back", {"reason": "settled"})[0] == 303
    assert (sent(database, "cost"), texts.stopped(database)) == (before, [])
    assert clinician.post("/answers/cost/withdraw", {"reason": "a second time"})[0] == 303


@pytest.mark.parametrize("name", ["emergency_breathing", "clinician_medicine", "opening_hours", "contact"])
def test_what_visitors_always_need_is_not_taken_back(log_in: LogIn, database: Database, name: str) -> None:
    clinician = log_in("clinician")
    status, page = clinician.post(f"/answers/{name}/withdraw", {"reason": "why not"})
    assert status == 400
    assert "always there for visitors" in text_of(page)
    assert texts.newest(database) == {}


# What is typed is kept


def test_what_somebody_typed_without_saving_is_there_in_another_browser_and_a_colleague_is_told(
    log_in: LogIn, database: Database
) -> None:
    reviewer, clinician = log_in("reviewer"), log_in("clinician")
    form = fields(reviewer.get("/answers/cost/draft"))
    reviewer.post("/answers/cost/draft", {**form, "text": "Half a sentence about", "action": "check"})
    again = log_in("reviewer").get("/answers/cost/draft")
    assert "You typed this and did not save it" in again
    assert 'data-unsaved="text">Half a sentence about<' in again
    assert "Half a sentence about" not in clinician.get("/answers/cost/draft")
    assert "reviewer is writing in this text just now" in text_of(clinician.get("/answers/cost/draft"))
    status, _ = reviewer.post("/answers/cost/draft", {**form, "reason": "a start", "action": "save"})
    assert status == 303
    assert "did not save" not in reviewer.get("/answers/cost/draft")


def test_a_refused_form_is_kept_too(log_in: LogIn) -> None:
    reviewer = log_in("reviewer")
    assert reviewer.post("/questions/new", typed(reason=""))[0] == 400
    assert "knitting while the drip runs" in log_in("reviewer").get("/questions/new")


# Going back on a fact


def publish_fact(admin: Browser, clinician: Browser, group: str, form: dict[str, str]) -> None:
    """A changed fact that two people published."""
    assert admin.post("/facts", {**fields(admin.get(f"/facts?group={group}")), **form, "reason": "new"})[0] == 303
    assert admin.post("/facts/changes/1", {"action": "send", "called": "1"})[0] == 303
    assert clinician.post("/approve/1", {"decision": "approve", "called": "1"})[0] == 303


@pytest.mark.parametrize(
    ("group", "name", "value", "called"),
    [
        ("treatment", "age_minimum", "21", {}),
        ("emergency", "emergency.poison", "Poison Help at 1-800-222-1222", {"called": "1"}),
    ],
)
def test_going_back_on_a_clinical_or_emergency_fact_takes_two_people_as_the_change_did(
    log_in: LogIn, database: Database, group: str, name: str, value: str, called: dict[str, str]
) -> None:
    admin, clinician = log_in("admin"), log_in("clinician")

    def now_sent() -> str:
        return load_library(DATA, published=texts.published_set(database)).clinic.fields[name]

    before = now_sent()
    publish_fact(admin, clinician, group, {name: value})
    assert now_sent() == value
    if called:
        assert admin.post("/facts/changes/1", {"action": "undo", "reason": "a slip"})[0] == 400
        assert texts.waiting(database) == []
    assert admin.post("/facts/changes/1", {"action": "undo", "reason": "a slip", **called})[0] == 303
    assert now_sent() == value, "nothing changes before a second person says so"
    (waiting,) = texts.waiting(database)
    assert admin.post(f"/approve/{waiting.id}", {"decision": "approve", **called})[0] == 409
    assert clinician.post(f"/approve/{waiting.id}", {"decision": "approve", **called})[0] == 303
    assert now_sent() == before


# Approving with what was said in view


def test_the_last_questions_are_shown_with_the_reply_they_got_and_the_one_they_would_get(
    log_in: LogIn, database: Database, add: Add
) -> None:
    old = sent(database, "location")
    add("answer", text="where are you", snippet_id="location", reply=old)
    reviewer = log_in("reviewer")
    form = fields(reviewer.get("/answers/location/draft"))
    reviewer.post(
        "/answers/location/draft",
        {**form, "text": form["text"].replace("You can find us at", "Our door is at"), "reason": "x", "action": "send"},
    )
    page = log_in("clinician").get("/approve/1")
    assert "It would get" in page
    assert "where are you" in page
    assert re.search(r"<ins>Our</ins> <ins>door</ins>", page.partition("It would get")[2])


# Expiry


def test_an_expired_answer_about_the_treatment_is_in_the_inbox_and_hours_go_on(
    log_in: LogIn, console: Starlette, database: Database
) -> None:
    library = load_library(DATA)
    later = library["what_is_ozone"].review_by.replace(year=2028)
    assert "Answers that are not sent any more" not in log_in("clinician").get("/")
    later_on = NOW + 200 * 86_400
    console.state.console = replace(console.state.console, clock=lambda: later_on)
    client = TestClient(console, cookies={"console": create_session(database, "clinician", later_on)})
    assert "Answers that are not sent any more" in Browser(client).get("/")
    assert not library["what_is_ozone"].sendable(later)
    assert library["opening_hours"].sendable(later)
    assert library["cost"].sendable(later)


def test_one_draft_form_has_its_own_place_in_the_browser(log_in: LogIn) -> None:
    page = log_in("reviewer").get("/answers/cost/draft")
    assert re.search(r'data-draft="text /answers/cost/draft \d+" data-follow', page)
