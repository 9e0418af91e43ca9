"""Nothing that staff type is lost, and no key acts where they did not mean it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.content.library import Library
from bot.record.database import open_record
from bot.record.review import give_verdict
from tests.browser.console import address as address
from tests.browser.console import logged_in, make_record, turn
from tests.browser.console import page as page

REFERRALS = 12


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Path:
    """Referrals, and a conversation of two messages."""
    path = tmp_path_factory.mktemp("var") / "record.db"
    make_record(path, *([turn(library, number, "clinician_medicine")] for number in range(1, REFERRALS + 1)))
    return path


def _rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    record = open_record(database)
    found: list[tuple[object, ...]] = record.execute(sql).fetchall()
    record.close()
    return found


def _note(page: Page, words: str) -> None:
    page.wait_for_load_state()  # the heading shows before the script listens, and then letters would be commands
    page.keyboard.press("m")
    page.keyboard.type(words)


def test_a_note_goes_with_the_verdict_whatever_key_sends_it(page: Page, database: Path) -> None:
    page.goto("/queues/referrals")
    page.keyboard.press("s")
    page.get_by_role("heading", name=f"Referrals: 1 of {REFERRALS}").wait_for()
    page.keyboard.press("3")
    page.keyboard.press("Escape")
    _note(page, "first note")
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name=f"Referrals: 2 of {REFERRALS}").wait_for()
    _note(page, "second note")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.get_by_role("heading", name=f"Referrals: 3 of {REFERRALS}").wait_for()
    assert _rows(database, "SELECT text FROM notes ORDER BY id") == [("first note",), ("second note",)]


def test_a_note_without_a_verdict_is_saved_as_a_note(page: Page, database: Path) -> None:
    page.goto("/queues/referrals/turns/3")
    _note(page, "only a note")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Your note is there for colleagues.")).to_be_visible()
    assert _rows(database, "SELECT text FROM notes WHERE turn = 3") == [("only a note",)]
    expect(page.locator("#note-3")).to_have_value("")


def test_what_was_typed_is_there_again_after_leaving_and_going_back(page: Page) -> None:
    page.goto("/queues/referrals/turns/4")
    page.keyboard.press("6")
    page.keyboard.type("We close at six")
    page.goto("/")
    page.go_back()
    expect(page.get_by_label("Comment")).to_have_value("We close at six")
    expect(page.get_by_role("button", name="Save: the text itself is wrong or outdated, next")).to_be_visible()
    expect(page.get_by_role("button", name="Right, next")).to_be_hidden()
    page.get_by_label("Comment").fill("")


def test_nothing_is_sent_by_itself_while_somebody_types(page: Page, database: Path) -> None:
    page.goto("/queues/referrals/turns/12")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.keyboard.press("6")
    page.keyboard.type("We close at six")
    page.wait_for_timeout(1_500)  # longer than the draft of a text waits before it is checked
    assert sent == []
    assert _rows(database, "SELECT 1 FROM verdicts WHERE turn = 12") == []
    page.get_by_label("Comment").fill("")


def test_what_was_typed_outlives_a_login_that_ended(browser: Browser, address: str) -> None:
    context, page = logged_in(browser, address)
    page.goto("/queues/referrals/turns/5")
    _note(page, "do not lose me")
    context.clear_cookies()
    page.get_by_role("button", name="Add the note only").click()
    expect(page.get_by_text("do not lose me")).to_be_visible()
    page.get_by_role("link", name="Go to the login page").click()
    page.get_by_label("Username").fill("maria")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("Note for colleagues")).to_have_value("do not lose me")
    context.close()


def test_a_newer_verdict_of_a_colleague_is_shown_with_what_was_typed(page: Page, database: Path) -> None:
    page.goto("/queues/referrals/turns/6")
    page.keyboard.press("5")
    page.keyboard.press("Escape")
    _note(page, "mine")
    record = open_record(database)
    give_verdict(record, 6, "right", by="tom", now="2026-11-21T08:00:00.000+00:00")
    record.close()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("tom judged this message meanwhile: “Right”")
    expect(page.get_by_label("Note for colleagues")).to_have_value("mine")
    expect(page.locator("html.scripted")).to_be_attached()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("Your verdict is noted.")
    assert _rows(database, "SELECT verdict FROM verdicts WHERE turn = 6 AND superseded_at IS NULL") == [
        ("should_not_refer",)
    ]


def test_f_goes_to_the_reason_and_enter_flags(page: Page, database: Path) -> None:
    page.goto("/queues/referrals/turns/7")
    page.keyboard.press("f")
    page.keyboard.type("s1 odd")
    assert _rows(database, "SELECT count(*) FROM flags") == [(0,)]
    page.keyboard.press("Enter")
    expect(page.get_by_text("Flagged: it waits")).to_be_visible()
    expect(page.locator("html.scripted")).to_be_attached()  # keys are heard from then on
    assert _rows(database, "SELECT turn, reason FROM flags") == [(7, "s1 odd")]
    page.keyboard.press("u")
    expect(page.get_by_text("Undone")).to_be_visible()
    assert _rows(database, "SELECT count(*) FROM flags WHERE resolved_at IS NULL") == [(0,)]


def test_a_verdict_is_undone_with_one_key(page: Page, database: Path) -> None:
    page.goto("/queues/referrals/turns/8")
    page.keyboard.press("1")
    expect(page.get_by_role("status")).to_contain_text("Your verdict is noted.")
    assert len(_rows(database, "SELECT 1 FROM verdicts WHERE turn = 8 AND superseded_at IS NULL")) == 1
    expect(page.locator("html.scripted")).to_be_attached()
    page.keyboard.press("u")
    expect(page.get_by_text("Undone")).to_be_visible()
    assert _rows(database, "SELECT 1 FROM verdicts WHERE turn = 8 AND superseded_at IS NULL") == []


@pytest.mark.parametrize(("key", "code"), [("M", "KeyM"), ("ь", "KeyM"), ("Ь", "KeyM")])
def test_keys_work_with_caps_lock_and_other_keyboards(page: Page, key: str, code: str) -> None:
    page.goto("/queues/referrals/turns/9")
    page.evaluate(
        "([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, code, bubbles: true}))",
        [key, code],
    )
    expect(page.get_by_label("Note for colleagues")).to_be_focused()


def test_in_a_conversation_one_judges_the_message_one_went_to(page: Page, database: Path) -> None:
    page.goto("/conversations/talk-10?turn=1")
    page.keyboard.press("1")
    expect(page.get_by_text("Your verdict is noted.")).to_be_visible()
    assert _rows(database, "SELECT verdict FROM verdicts WHERE turn = 10") == [("right",)]


def test_on_a_phone_the_button_in_reach_says_what_it_saves(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/queues/referrals/turns/11")
    expect(page.get_by_role("button", name="Right, next")).to_be_in_viewport()
    page.get_by_label("Another answer would fit").check()
    expect(page.get_by_role("button", name="Right, next")).to_be_hidden()
    expect(page.get_by_role("button", name="Save: another answer would fit, next")).to_be_in_viewport()
    page.set_viewport_size({"width": 1280, "height": 800})


def test_the_title_tells_what_waits(page: Page) -> None:
    page.goto("/")
    assert page.title().startswith("(")
