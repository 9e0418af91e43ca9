"""The console in a real browser: a queue cleared with the keyboard
alone, every page for everybody, and all of it without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.content.library import Library
from bot.record.database import open_record
from bot.record.gaps import add_group, add_members
from bot.record.review import give_verdict
from tests.browser.console import address as address
from tests.browser.console import logged_in, make_record, turn
from tests.browser.console import page as page

CLEAN = 50
PAGES = (
    "/",
    "/queues/low_confidence",
    "/queues/no_warning",
    "/queues/emergencies/turns/52",
    "/conversations",
    "/conversations?verdict=any&route=answer",
    "/conversations/talk-51",
    "/conversations/talk-54?turn=2",
    "/search?route=not_understood&first=1&latency_over=10",
    "/search",
    "/search?q=number&confidence_to=0.9",
    "/search?q=nothing-like-this",
    "/chart?q=ozone",
    "/chart?tag=none-such",
    "/requests",
    "/requests?state=done",
    "/figures",
    "/figures?from=2026-11-01&to=2026-12-01&by=week",
    "/report?month=2026-11",
    "/gaps",
    "/rules?q=My+chest+hurts.+Can+ozone+cause+chest+pain%3F",
    "/training",
    "/answers",
    "/answers/what_is_ozone",
    "/account",
    "/staff",
    "/settings",
    "/tokens",
    "/samples",
    "/audit",
    "/nowhere",
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Path:
    """Fifty unsure answers, a referral, an emergency, something not understood, and a judged turn."""
    path = tmp_path_factory.mktemp("var") / "record.db"
    unsure = [[turn(library, number)] for number in range(1, CLEAN + 1)]
    others = [
        [turn(library, CLEAN + place, name)]
        for place, name in enumerate(("clinician_medicine", "emergency_breathing", "out_of_scope"), start=1)
    ]
    talk = turn(library, CLEAN + 4, confidence=0.99)
    make_record(path, *unsure, *others, [talk, replace(talk, number=2)])
    record = open_record(path)
    give_verdict(
        record,
        CLEAN + 4,
        "wrong_snippet",
        by="maria",
        now="2026-11-20T08:00:00.000+00:00",
        correct="cost",
        comment="They asked for the price.",
    )
    with record.atomic():
        add_members(
            record, add_group(record, "Can I read there?", b""), [(CLEAN + 3, "2026-11-20T08:00:00.000+00:00")], b""
        )
    record.close()
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_on_a_page_is_in_the_way_of_anybody(page: Page, path: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(path)
    assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_the_screen(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(fold => (fold.open = true))")
    taken = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert taken <= width


def test_keys_are_silent_while_somebody_types(page: Page) -> None:
    page.goto("/search")
    page.get_by_label("Words of a question or a reply").fill("")
    page.keyboard.type("i?j1")
    expect(page.get_by_label("Words of a question or a reply")).to_have_value("i?j1")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_question_mark_shows_the_keys(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_keys_can_be_switched_off(page: Page) -> None:
    page.goto("/account")
    page.get_by_label("Single keys do things").uncheck()
    page.get_by_role("button", name="Save").click()
    page.goto("/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.goto("/account")
    page.get_by_label("Single keys do things").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def test_a_queue_of_fifty_is_cleared_with_one_key_a_turn(page: Page, database: Path) -> None:
    page.goto("/queues/low_confidence")
    page.keyboard.press("s")
    for done in range(CLEAN):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Low confidence: {done + 1} of {CLEAN}")
        expect(page.locator("html.scripted")).to_be_attached()
        page.keyboard.press("1")
    expect(page.get_by_text("nothing more waits here")).to_be_visible()
    record = open_record(database)
    judged = record.execute(
        "SELECT count(*), count(DISTINCT turn) FROM verdicts WHERE by = 'maria' AND queue = 'low_confidence'"
    ).fetchone()
    record.close()
    assert judged == (CLEAN, CLEAN)


def test_a_wrong_turn_is_corrected_with_the_keyboard_alone(page: Page, database: Path) -> None:
    page.goto("/queues/not_understood")
    page.keyboard.press("s")
    page.get_by_role("heading", name="Not understood: 1 of 1").wait_for()
    page.keyboard.press("2")
    page.keyboard.type("what should wear br")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("nothing more waits here")).to_be_visible()
    page.goto("/training")
    expect(page.get_by_role("main")).to_contain_text(f"“Question number {CLEAN + 3} about ozone”")


def test_in_a_conversation_the_keys_are_for_the_turn_that_somebody_went_to(page: Page) -> None:
    page.goto(f"/conversations/talk-{CLEAN + 4}")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("2")
    second = page.locator("#turn-2")
    expect(second.get_by_label("Another answer would fit")).to_be_checked()
    second.get_by_role("button", name="What is ozone?").click()
    expect(second.get_by_label("Right would have been")).to_have_value("what_is_ozone")


def test_words_lead_to_answers_that_are_taken_with_the_arrows(page: Page) -> None:
    page.evaluate("sessionStorage.clear()")  # what was typed for this turn and not sent is kept there
    page.goto(f"/conversations/talk-{CLEAN + 4}?turn=2")
    expect(page.locator("html.scripted")).to_be_attached()
    page.keyboard.press("2")
    page.keyboard.type("refund")
    expect(page.get_by_role("listbox", name="Answers that fit")).to_be_visible(
        timeout=20_000
    )  # the first search reads all answers
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#turn-2").get_by_label("Right would have been")).to_have_value("refunds")
    page.locator("#turn-2").get_by_label("Right would have been").fill("")


def test_a_long_conversation_opens_at_its_turn(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 300})
    page.goto(f"/conversations/talk-{CLEAN + 4}?turn=2")
    top = page.locator("#turn-2").evaluate("turn => turn.getBoundingClientRect().top")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert 0 <= top < 200


@pytest.fixture
def plain(browser: Browser, address: str) -> Iterator[Page]:
    """A browser with JavaScript off."""
    context, opened = logged_in(browser, address, java_script_enabled=False)
    yield opened
    context.close()


def test_every_page_works_without_javascript(plain: Page) -> None:
    for path in PAGES:
        response = plain.goto(path)
        assert response is not None
        assert response.status == (404 if path == "/nowhere" else 200), path
        expect(plain.get_by_role("heading", level=1)).to_be_visible()
        expect(plain.locator("kbd:visible")).to_have_count(0)


def test_a_turn_is_judged_tagged_and_found_again_without_javascript(plain: Page) -> None:
    plain.goto("/")
    plain.get_by_role("button", name="Start with: Referrals").click()
    plain.get_by_text("Tag, flag or assign").click()
    plain.get_by_label("Tag", exact=True).fill("Warfarin again")
    plain.get_by_role("button", name="Put on").click()
    # exactly this name, which it has once the page has its styles
    plain.get_by_role("button", name="Right, next", exact=True).click()
    expect(plain.get_by_text("nothing more waits here")).to_be_visible()
    plain.goto("/search")
    plain.get_by_text("More filters").click()
    plain.get_by_label("Tag", exact=True).fill("warfarin-again")
    plain.get_by_role("button", name="Show").click()
    expect(plain.get_by_role("status")).to_have_text("1 message found, the newest first.")
    plain.get_by_role("link", name=f"Question number {CLEAN + 1} about ozone").click()
    expect(plain.get_by_role("article")).to_contain_text("judged by maria")
