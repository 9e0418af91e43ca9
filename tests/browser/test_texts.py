"""An owner who has never seen a file changes a price, an opening
hour and an answer; a second person approves; visitors would get it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from bot.content.library import Library, load_library
from bot.record import texts
from bot.record.database import open_record
from bot.record.turns import utc
from tests.browser.conftest import served
from tests.browser.console import BEGUN, PASSWORD, logged_in, make_record, turn
from tests.browser.console import address as address
from tests.browser.console import page as page
from tests.conftest import DATA

LIVE_WITHIN_MS = 5_000

PAGES = (
    "/answers",
    "/answers?q=price",
    "/answers/cost",
    "/answers/cost/draft",
    "/facts?group=contact",
    "/facts?group=hours",
    "/facts?group=prices",
    "/facts?q=parking",
    "/facts/changes",
    "/approve",
    "/approve/sign",
    "/golive",
    "/turns/2/draft",
    "/questions/new?turn=1",
    "/rules?q=I+cannot+breathe",
    "/account",
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Path:
    """Two conversations, maria who runs the clinic, and dana, its clinician."""
    path = tmp_path_factory.mktemp("var") / "record.db"
    make_record(
        path,
        [turn(library, 1, "opening_hours", text="Are you open on Saturdays?")],
        [turn(library, 2, "cost", text="What is the price?")],
    )
    record = open_record(path)
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    record.execute(
        "INSERT INTO staff (username, password_hash, created_at, role) VALUES ('dana', ?, ?, 'clinician')",
        [hashed, utc(BEGUN)],
    )
    record.close()
    return path


def dana_in(browser: Browser, address: str, **options: object) -> tuple[BrowserContext, Page]:
    """The clinician's own browser."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 860}, **options)
    opened = context.new_page()
    opened.goto("/login")
    opened.get_by_label("Username").fill("dana")
    opened.get_by_label("Password").fill(PASSWORD)
    opened.get_by_role("button", name="Log in").click()
    opened.wait_for_url("**/")
    return context, opened


@pytest.fixture(scope="module")
def chat(database: Path, address: str) -> Iterator[str]:
    """The address of the website that sends what the console's people publish."""
    with served(database) as found:
        yield found


def reply(visitor: Page, question: str) -> Locator:
    """The last reply in a chat, after a question."""
    visitor.get_by_role("textbox").fill(question)
    visitor.keyboard.press("Enter")
    log = visitor.get_by_role("region", name="Conversation")
    expect(log).to_contain_text(question)
    return log


def sent(database: Path, name: str) -> str:
    record = open_record(database)
    try:
        return load_library(DATA, published=texts.published_set(record))[name].text
    finally:
        record.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_the_pages_about_texts_is_in_the_way_of_anybody(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    for path in PAGES:
        page.goto(path)
        assert Axe().run(page).response["violations"] == [], path


def test_the_pages_about_texts_fit_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    widths = {}
    for path in PAGES:
        page.goto(path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 860})
    assert {path: width for path, width in widths.items() if width > 360} == {}


def test_an_owner_changes_a_price_an_hour_and_an_answer_and_a_clinician_approves(
    page: Page, browser: Browser, address: str, database: Path, chat: str
) -> None:
    visitor = browser.new_page()
    visitor.goto(chat)
    expect(reply(visitor, "How much does it cost?")).not_to_contain_text("$140")
    page.goto("/")
    page.get_by_role("link", name="Answers", exact=True).click()
    page.get_by_role("link", name="Clinic facts").click()
    page.get_by_role("link", name="Prices").click()
    page.get_by_label("Price", exact=True).fill("The first visit costs $140. One session costs $195 to $260.")
    page.get_by_label("Why?").fill("New prices from January")
    page.get_by_role("button", name="Save, and see what changes").click()
    page.get_by_text("The new words in").click()
    expect(page.get_by_role("heading", name="How much does it cost?")).to_be_visible()
    page.get_by_role("button", name="Publish now").click()
    page.goto("/facts?group=hours")
    page.get_by_label("Saturday from").fill("10:00")
    page.get_by_label("Saturday to").fill("13:00")
    page.get_by_label("Why?").fill("Open on Saturdays")
    page.get_by_role("button", name="Save, and see what changes").click()
    page.get_by_role("button", name="Publish now").click()
    page.goto("/answers?q=weekend")
    page.get_by_role("link", name="When are you open?").click()
    page.wait_for_load_state()
    page.keyboard.press("e")
    page.wait_for_url("**/draft")
    field = page.locator("#text")
    field.fill(field.input_value().replace("We are open", "You can visit us"))
    expect(
        page.locator("[data-live]")
        .get_by_text("You can visit us Monday to Friday, 9 am to 5 pm; Saturday, 10 am to 1 pm")
        .first
    ).to_be_visible()
    page.get_by_label("Why?").fill("Friendlier")
    page.get_by_role("button", name="Send for approval").click()
    assert "You can visit us" not in sent(database, "opening_hours")
    context, dana = dana_in(browser, address)
    dana.get_by_role("link", name="Look at them").click()
    dana.get_by_role("link", name="Start").click()
    expect(dana.get_by_text("Are you open on Saturdays?")).to_be_visible()
    dana.wait_for_load_state()
    dana.keyboard.press("1")
    expect(dana.get_by_text("Approved and published.")).to_be_visible(timeout=60_000)
    context.close()
    assert sent(database, "opening_hours").startswith(
        "You can visit us Monday to Friday, 9 am to 5 pm; Saturday, 10 am to 1 pm"
    )
    assert sent(database, "cost").startswith("The first visit costs $140.")
    visitor.wait_for_timeout(LIVE_WITHIN_MS)
    expect(reply(visitor, "What does a session cost?")).to_contain_text("The first visit costs $140.")
    expect(reply(visitor, "When are you open?")).to_contain_text(
        "You can visit us Monday to Friday, 9 am to 5 pm; Saturday, 10 am to 1 pm"
    )
    visitor.close()


def test_a_text_is_written_and_approved_without_javascript(browser: Browser, address: str, database: Path) -> None:
    context, reading = logged_in(browser, address, java_script_enabled=False)
    reading.goto("/answers/location/draft")
    field = reading.locator("#text")
    field.fill(field.input_value().replace("You can find us at", "Our door is at"))
    reading.get_by_role("button", name="Preview and check").click()
    expect(reading.get_by_text("Our door is at 1 Example Street").first).to_be_visible()
    reading.get_by_label("Why?").fill("Shorter")
    reading.get_by_role("button", name="Send for approval").click()
    context.close()
    context, dana = dana_in(browser, address, java_script_enabled=False)
    dana.goto("/approve")
    dana.get_by_role("link", name="Start").click()
    dana.get_by_role("button", name="Approve and publish").click()
    expect(dana.get_by_text("Approved and published.")).to_be_visible(timeout=60_000)
    context.close()
    assert sent(database, "location").startswith("Our door is at")
