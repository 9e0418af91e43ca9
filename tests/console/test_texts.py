"""An owner changes a price, hours and a text; somebody else approves; nothing that was typed is lost on the way."""

from __future__ import annotations

import html
import json
import re
import threading
from dataclasses import replace
from datetime import UTC
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlite_utils import Database
from starlette.applications import Starlette

from bot.console.app import create_app
from bot.console.differences import difference
from bot.content.library import load_library
from bot.record import texts
from bot.record.review import change_setting
from bot.settings import Settings
from tests.conftest import DATA
from tests.console.conftest import NOW, Browser, LogIn

PRICE = "The first visit with a clinician costs $140. One session costs $195 to $260, depending on the form."
UNTIL = "2027-10-01"


@pytest.fixture
def console(tmp_path: Path, database: Database) -> Starlette:
    """A console that reads what is published in its own record."""
    return create_app(
        Settings(data=DATA, database=tmp_path / "record.db", secret_file=tmp_path / "secret", https=False),
        clock=lambda: NOW,
        zone=UTC,
    )


def fields(page: str) -> dict[str, str]:
    """What the form of a page holds."""
    found = dict(re.findall(r'<input[^>]* name="([\w.]+)" value="([^"]*)"', page))
    found.update(re.findall(r'<textarea id="[^"]*" name="([\w.]+)"[^>]*>([^<]*)<', page))
    found.update(re.findall(r'<select id="[^"]*" name="([\w.]+)".*?value="([^"]*)" selected', page))
    return {name: html.unescape(value) for name, value in found.items() if name not in ("csrf", "q")}


def text_of(page: str) -> str:
    """The words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def change_price(admin: Browser, price: str = PRICE, **others: str) -> tuple[int, str]:
    form = fields(admin.get("/facts?group=prices"))
    return admin.post("/facts", {**form, "price": price, "reason": "new prices from January", **others})


def draft(browser: Browser, old: str, new: str, *, action: str = "send", reason: str = "clearer") -> tuple[int, str]:
    form = fields(browser.get("/answers/opening_hours/draft"))
    return browser.post(
        "/answers/opening_hours/draft",
        {**form, "text": form["text"].replace(old, new), "reason": reason, "action": action},
    )


def sent(database: Database, name: str) -> str:
    """What the website would send."""
    return load_library(DATA, published=texts.published_set(database))[name].text


def test_an_owner_changes_a_price_and_sees_every_answer_it_changes_before_visitors_do(
    log_in: LogIn, database: Database
) -> None:
    admin = log_in("admin")
    assert change_price(admin) == (303, "/facts/changes")
    page = text_of(admin.get("/facts/changes"))
    assert "How much does it cost?" in page
    assert "What does it cost in all until the first session is done?" in page
    assert "$120 also stands elsewhere" in page
    assert "$195" not in sent(database, "cost")
    assert admin.post("/facts/changes/1", {"action": "publish"})[0] == 303
    assert sent(database, "cost").startswith(PRICE)
    assert PRICE in text_of(admin.get("/answers/cost"))


def test_a_published_fact_goes_back_to_the_one_before(log_in: LogIn, database: Database) -> None:
    admin, before = log_in("admin"), sent(database, "cost")
    change_price(admin)
    admin.post("/facts/changes/1", {"action": "publish"})
    assert admin.post("/facts/changes/1", {"action": "undo", "reason": ""})[0] == 400
    assert admin.post("/facts/changes/1", {"action": "undo", "reason": "too early"})[0] == 303
    assert sent(database, "cost") == before


def test_hours_are_a_grid_that_becomes_the_sentence(log_in: LogIn, database: Database) -> None:
    admin = log_in("admin")
    form = fields(admin.get("/facts?group=hours"))
    assert form["hours.Monday.0.from"] == "09:00"
    form.update({"hours.Saturday.0.from": "10:00", "hours.Saturday.0.to": "13:30", "reason": "open on Saturdays"})
    assert admin.post("/facts", form)[0] == 303
    admin.post("/facts/changes/1", {"action": "publish"})
    assert "Saturday, 10 am to 1:30 pm" in sent(database, "opening_hours")
    assert "closed on public holidays" in sent(database, "opening_hours")


@pytest.mark.parametrize(
    ("group", "typed", "told"),
    [
        ("prices", {"price": "It costs $140"}, "end it with a full stop"),
        ("contact", {"phone": "call us"}, "write the number to call in digits"),
        ("contact", {"email": ""}, "no clinic can do without it"),
        ("hours", {"hours.Monday.0.to": "08:00"}, "ends before it starts"),
        ("hours", {"hours.Sunday.0.from": "08:00"}, "Fill in both"),
        ("hours", {"holidays.0.name": ""}, "a closed day needs its date and what it is called"),
        ("contact", {"time_zone": "Mars"}, "no time zone"),
        ("contact", {"phone": "555-0177", "reason": " "}, "“Why?” is empty"),
    ],
)
def test_a_mistake_in_a_fact_is_told_and_what_was_typed_is_kept(
    log_in: LogIn, database: Database, group: str, typed: dict[str, str], told: str
) -> None:
    admin = log_in("admin")
    status, page = admin.post(
        "/facts", {**fields(admin.get(f"/facts?group={group}")), "reason": "typed with care", **typed}
    )
    assert status == 400
    assert told in text_of(page)
    assert {name: fields(page).get(name, "") for name in typed} == typed
    assert texts.newest(database) == {}


def test_quotes_of_a_word_processor_are_no_mistake(log_in: LogIn, database: Database) -> None:
    admin = log_in("admin")
    assert change_price(admin, PRICE, **{"money.tips": "Our staff don’t take tips."})[0] == 303
    assert {version.body["value"] for version in texts.drafts(database)} == {PRICE, "Our staff don't take tips."}


def test_a_fact_left_empty_is_not_known_and_its_answers_say_whom_to_ask(log_in: LogIn, database: Database) -> None:
    admin = log_in("admin")
    admin.post("/facts", {**fields(admin.get("/facts?group=getting_here")), "parking": "", "reason": "we moved"})
    admin.post("/facts/changes/1", {"action": "publish"})
    assert "free parking behind the building" not in sent(database, "parking_access")


def test_a_clinical_fact_waits_for_a_clinician(log_in: LogIn, database: Database) -> None:
    admin, clinician = log_in("admin"), log_in("clinician")
    admin.post(
        "/facts",
        {**fields(admin.get("/facts?group=treatment")), "age_minimum": "21", "reason": "our insurer asks for it"},
    )
    assert admin.post("/facts/changes/1", {"action": "publish"})[0] == 400
    assert admin.post("/facts/changes/1", {"action": "send"})[0] == 303
    assert admin.post("/approve/1", {"decision": "approve"})[0] == 409
    assert load_library(DATA, published=texts.published_set(database)).clinic.fields["age_minimum"] == "18"
    assert clinician.post("/approve/1", {"decision": "approve"})[0] == 303
    assert load_library(DATA, published=texts.published_set(database)).clinic.fields["age_minimum"] == "21"


def test_an_emergency_number_takes_two_people_and_a_test_call_each(log_in: LogIn, database: Database) -> None:
    admin, clinician = log_in("admin"), log_in("clinician")
    form = {
        **fields(admin.get("/facts?group=emergency")),
        "emergency.poison": "Poison Help at 1-800-222-1222",
        "reason": "its new name",
    }
    admin.post("/facts", form)
    assert "Call the number first" in admin.post("/facts/changes/1", {"action": "send"})[1]
    assert admin.post("/facts/changes/1", {"action": "send", "called": "1"})[0] == 303
    assert admin.post("/approve/1", {"decision": "approve", "called": "1"})[0] == 409
    assert clinician.post("/approve/1", {"decision": "approve"})[0] == 409
    assert clinician.post("/approve/1", {"decision": "approve", "called": "1"})[0] == 303
    assert (
        load_library(DATA, published=texts.published_set(database)).clinic.fields["emergency.poison"]
        == "Poison Help at 1-800-222-1222"
    )


def test_two_administrators_at_one_fact_see_both_and_overwrite_nothing(log_in: LogIn, database: Database) -> None:
    admin = log_in("admin")
    stale = fields(admin.get("/facts?group=prices"))
    change_price(admin)
    status, page = admin.post("/facts", {**stale, "price": "Everything costs $99.", "reason": "sale"})
    assert status == 400
    assert PRICE in text_of(page)
    assert fields(page)["price"] == "Everything costs $99."
    assert len(texts.history(database, texts.FACT, "price")) == 1


def test_a_text_is_written_by_one_and_approved_by_another(log_in: LogIn, database: Database) -> None:
    reviewer, clinician = log_in("reviewer"), log_in("clinician")
    assert draft(reviewer, "We are open", "Our doors are open")[0] == 303
    page = text_of(clinician.get("/approve/1"))
    assert "clearer" in page
    assert "Our doors are open Monday to Friday" in page
    assert "Texts to approve" in clinician.get("/")
    assert reviewer.post("/approve/1", {"decision": "approve", "review_by": UNTIL})[0] == 403
    assert clinician.post("/approve/1", {"decision": "approve", "review_by": UNTIL})[0] == 303
    assert sent(database, "opening_hours").startswith("Our doors are open")
    (version,) = texts.published(database)
    assert (version.author, version.approver, version.approver_role, version.review_by) == (
        "reviewer",
        "clinician",
        "clinician",
        UNTIL,
    )


def test_ones_own_text_is_approved_by_oneself_only_if_the_clinic_said_so(log_in: LogIn, database: Database) -> None:
    clinician = log_in("clinician")
    draft(clinician, "We are open", "Our doors are open")
    status, page = clinician.post("/approve/1", {"decision": "approve", "review_by": UNTIL})
    assert status == 409
    assert "a colleague has to decide" in page
    change_setting(database, "one_person", 1, by="admin", now="2026-11-20T08:00:00.000+00:00")
    assert clinician.post("/approve/1", {"decision": "approve", "review_by": UNTIL})[0] == 303
    assert "alone" in text_of(clinician.get("/answers/opening_hours"))


def test_a_text_sent_back_is_a_draft_again_with_the_reason(log_in: LogIn, database: Database) -> None:
    reviewer, clinician = log_in("reviewer"), log_in("clinician")
    draft(reviewer, "We are open", "Our doors are open")
    assert clinician.post("/approve/1", {"decision": "back", "reason": ""})[0] == 409
    assert clinician.post("/approve/1", {"decision": "back", "reason": "Say it shorter."})[0] == 303
    page = text_of(reviewer.get("/answers/opening_hours"))
    assert "Say it shorter." in page
    assert "There is a draft." in page


@pytest.mark.parametrize("wrong", ["It cures all. ", "Take 20 mg. ", "word " * 90, "{fone} "])
def test_a_text_that_fails_a_check_is_not_sent_for_approval_and_stays_in_the_form(
    log_in: LogIn, database: Database, wrong: str
) -> None:
    reviewer = log_in("reviewer")
    status, page = draft(reviewer, "We are open", f"{wrong}We are open")
    assert status == 400
    assert "Nothing was saved." in page
    assert wrong.strip() in fields(page)["text"]
    assert texts.waiting(database) == []


def test_the_preview_saves_nothing_and_shows_the_reply_and_its_faults(log_in: LogIn, database: Database) -> None:
    status, page = draft(log_in("reviewer"), "We are open", "It cures all. We are open", action="check", reason="")
    assert status == 200
    assert "It cures all. We are open Monday to Friday" in text_of(page)
    assert "promises something" in text_of(page)
    assert texts.newest(database) == {}


def test_a_stale_tab_shows_both_wordings_and_loses_neither(log_in: LogIn, database: Database) -> None:
    reviewer, clinician = log_in("reviewer"), log_in("clinician")
    stale = fields(clinician.get("/answers/opening_hours/draft"))
    draft(reviewer, "We are open", "Our doors are open", action="save")
    mine = stale["text"].replace("We are open", "You find us open")
    status, page = clinician.post(
        "/answers/opening_hours/draft", {**stale, "text": mine, "reason": "mine", "action": "save"}
    )
    assert status == 409
    assert "Our doors are open" in text_of(page)
    assert fields(page)["text"] == mine
    assert clinician.post("/answers/opening_hours/draft", {**fields(page), "action": "save"})[0] == 303


def test_undo_brings_the_version_before_back_and_says_why(log_in: LogIn, database: Database) -> None:
    reviewer, clinician = log_in("reviewer"), log_in("clinician")
    before = sent(database, "opening_hours")
    draft(reviewer, "We are open", "Our doors are open")
    clinician.post("/approve/1", {"decision": "approve", "review_by": UNTIL})
    assert clinician.post("/answers/opening_hours/undo", {"reason": ""})[0] == 400
    assert clinician.post("/answers/opening_hours/undo", {"reason": "wrong after all"})[0] == 303
    assert sent(database, "opening_hours") == before


def test_the_starter_set_is_signed_one_after_the_other_and_can_be_paused(log_in: LogIn, database: Database) -> None:
    clinician = log_in("clinician")
    page = clinician.get("/approve/sign?topic=money")
    first = fields(page)
    assert first["topic"] == "money"
    status, to = clinician.post("/approve/sign", {**first, "decision": "approve", "review_by": UNTIL})
    assert (status, to.startswith("/approve/sign?topic=money&after=")) == (303, True)
    assert fields(clinician.get(to))["id"] != first["id"]
    assert re.search(r"Money 1 of \d+", text_of(clinician.get("/approve")))
    (version,) = texts.published(database)
    assert (version.name, version.approver, version.review_by) == (first["id"], "clinician", UNTIL)
    assert "No clinician of yours has signed" not in clinician.get(f"/answers/{first['id']}")


def test_a_text_that_changed_while_it_was_read_is_not_signed(log_in: LogIn, database: Database) -> None:
    clinician = log_in("clinician")
    form = fields(clinician.get("/approve/sign?topic=money"))
    assert clinician.post("/approve/sign", {**form, "hash": "0" * 64, "review_by": UNTIL})[0] == 409
    assert texts.published(database) == []


@pytest.mark.parametrize(
    ("query", "id"),
    [
        ("price", "cost"),
        ("weekend", "opening_hours"),
        ("blood thinner", "clinician_medicine"),
        ("saturdays", "opening_hours"),
        ("parkin", "parking_access"),
    ],
)
def test_an_answer_is_found_by_what_people_remember(log_in: LogIn, query: str, id: str) -> None:
    assert f'href="/answers/{id}"' in log_in("viewer").get(f"/answers?q={query}")


def test_a_placeholder_leads_to_its_fact_and_the_fact_to_its_answers(log_in: LogIn) -> None:
    viewer = log_in("viewer")
    assert 'href="/facts?group=prices#fact-price"' in viewer.get("/answers/cost")
    assert 'href="/answers/cost"' in viewer.get("/facts?group=prices")
    assert "Save, and see what changes" not in viewer.get("/facts?group=prices")


class Website:
    """A website that says one thing, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                told = {"token": "t1", "messages": [{"text": "We are open.", "snippet": {"id": "opening_hours"}}]}
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(told).encode())

            def log_message(self, *_: object) -> None:
                """Tests print nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def test_trying_an_answer_asks_the_website_and_leaves_no_conversation_behind(
    tmp_path: Path, log_in: LogIn, console: Starlette
) -> None:
    reviewer, website = log_in("reviewer"), Website()
    state = console.state.console
    console.state.console = replace(
        state, settings=replace(state.settings, host="127.0.0.1", port=website.server.server_port)
    )
    page = text_of(reviewer.post("/answers/opening_hours/try")[1])
    assert "The website answers with this text." in page
    assert website.asked == [
        ("/api/chat", {"message": "When are you open?"}),
        ("/api/conversation/delete", {"token": "t1"}),
    ]
    website.server.shutdown()
    website.server.server_close()
    assert "cannot be reached from here" in text_of(reviewer.post("/answers/opening_hours/try")[1])


def test_a_form_of_another_session_changes_nothing(log_in: LogIn, database: Database) -> None:
    admin = log_in("admin")
    for path in (
        "/facts",
        "/facts/changes/1",
        "/answers/cost/draft",
        "/answers/cost/undo",
        "/approve/1",
        "/approve/sign",
    ):
        assert admin.client.post(path, data={"csrf": "0" * 64, "action": "publish"}).status_code == 403, path
    assert texts.newest(database) == {}


def test_the_clinics_own_page_stands_beside_what_the_assistant_says(log_in: LogIn) -> None:
    page = text_of(log_in("viewer").get("/golive"))
    assert "Your page, sentence 1" in page
    assert "Write instead:" in page


def test_figures_and_fields_count_as_one_word_in_a_comparison() -> None:
    diff = difference("It costs $120 on {weekday}.", "It costs $1,400 on {day}.")
    assert [part.text for part in diff.old if part.kind == "out"] == ["$120", "{weekday}"]
    assert [part.text for part in diff.new if part.kind == "new"] == ["$1,400", "{day}"]
    assert "".join(part.text for part in diff.new) == "It costs $1,400 on {day}."
