"""The form "leave a question for our clinical team" in a browser, from the referral to the staff's console."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, expect

from bot.content.library import Library
from bot.record.database import open_record
from bot.record.private import KEPT_APART
from bot.record.turns import utc
from tests.browser.console import BEGUN, PASSWORD, logged_in, served
from tests.browser.widget import LISTEN, Chat

LEAVE = "Leave a question for our clinical team"
QUESTION = "Is ozone all right with my heart medicine?"
REACH = "555-0199 42"


def _label(chat: Chat) -> str:
    """What a screen reader calls the text field."""
    name: str = chat.page.evaluate(
        "document.querySelector('ozone-faq').shadowRoot.querySelector('#field').labels[0].textContent"
    )
    return name


def _focused(page: Page) -> str:
    text: str = page.evaluate(
        "(e => e.id || e.textContent)(document.querySelector('ozone-faq').shadowRoot.activeElement ?? document.body)"
    )
    return text


def _type(chat: Chat, text: str) -> None:
    """Types with the keyboard into whatever has the focus, and waits for the reply."""
    before = chat.replies.count()
    chat.page.keyboard.type(text)
    chat.page.keyboard.press("Enter")
    expect(chat.replies).to_have_count(before + 1, timeout=20_000)


def _press(chat: Chat, button: str) -> None:
    """Goes to a button with the Tab key and presses it."""
    for _ in range(60):
        chat.page.keyboard.press("Shift+Tab")
        if _focused(chat.page) == button:
            break
    assert _focused(chat.page) == button
    before = chat.replies.count()
    chat.page.keyboard.press("Enter")
    expect(chat.replies).to_have_count(before + 1, timeout=20_000)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_question_is_left_with_the_keyboard_alone(
    browser: Browser, website: str, library: Library, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 740})
    page.add_init_script(f"({LISTEN})()")
    page.goto(website)
    chat = Chat(page)
    chat.field.focus()
    _type(chat, "I take warfarin")
    _press(chat, LEAVE)
    assert _label(chat) == library["ask_request_question"].question
    assert _focused(page) == "field", "whoever started the form types next"
    _type(chat, QUESTION)
    assert _label(chat) == library["ask_request_reach"].question
    expect(chat.field).to_have_attribute("inputmode", "email")
    _type(chat, "12345")
    expect(chat.replies.last).to_contain_text(library["request_reach_unclear"].text)
    _type(chat, "What are your opening hours?")
    expect(chat.replies.last).to_contain_text(library["opening_hours"].text)
    expect(chat.replies.last.locator(".chip")).to_have_text(["Cancel my question"])
    assert _label(chat) == library["ask_request_reach"].question
    _type(chat, REACH)
    _press(chat, "Any time")
    assert _label(chat) == library["ask_request_consent"].question
    _press(chat, "Change the time")
    assert _label(chat) == library["ask_request_time"].question
    _type(chat, "weekday mornings")
    _press(chat, "Yes, send it")
    expect(chat.replies.last).to_contain_text("Your question is with our clinical team")
    assert _label(chat) == "Your question"
    assert any(library["ask_request_time"].text in heard["words"] for heard in chat.heard())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def test_after_a_reload_the_form_goes_on_and_shows_no_contact_data(page: Page, library: Library) -> None:
    chat = Chat(page)
    for text in (LEAVE, QUESTION, REACH):
        chat.ask(text)
    page.reload()
    expect(chat.replies).to_have_count(3)
    expect(chat.questions.last).to_contain_text(KEPT_APART)
    expect(chat.log).not_to_contain_text(REACH)
    assert _label(chat) == library["ask_request_time"].question
    chat.ask("any time")
    chat.ask("No, do not send it")
    expect(chat.replies.last).to_contain_text(library["request_declined"].text)


def test_an_emergency_in_the_form_can_be_called_and_ends_it(page: Page) -> None:
    chat = Chat(page)
    chat.ask(LEAVE)
    chat.ask(QUESTION)
    chat.ask("I cannot breathe")
    expect(chat.replies.last.locator("a[href='tel:911']").first).to_be_visible()
    assert _label(chat) == "Your question"


def test_a_sentence_in_another_language_is_marked_as_such(page: Page, library: Library) -> None:
    chat = Chat(page)
    reply = chat.ask("no puedo respirar")
    expect(reply.locator("[lang=es]")).to_contain_text(library["emergency_language_es"].text)
    expect(reply.locator("[lang=es] a[href='tel:911']")).to_be_visible()


def test_the_console_shows_the_request_with_its_state_and_the_transcript_without_it(
    page: Page, browser: Browser, record_file: Path
) -> None:
    chat = Chat(page)
    for text in (
        LEAVE,
        "May I come with a new unicycle on my arm?",
        "unicycle@mail.example",
        "any time",
        "Yes, send it",
    ):
        chat.ask(text)
    record = open_record(record_file)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    record.execute(
        "INSERT INTO staff (username, password_hash, created_at, role) VALUES ('maria', ?, ?, 'admin')",
        [hasher.hash(PASSWORD), utc(BEGUN)],
    )
    record.conn.commit()
    record.close()
    with served(record_file, OZONE_SECRET_FILE=str(record_file.parent / "secret")) as console:
        staff_browser, staff = logged_in(browser, console)
        staff.goto("/requests")
        left = staff.locator("li", has_text="May I come with a new unicycle on my arm?")
        expect(left).to_contain_text("unicycle@mail.example")
        left.get_by_role("button", name=re.compile("^Take it")).click()
        expect(staff.locator("[aria-current=true]")).to_contain_text("Taken")
        taken = staff.locator("li", has_text="May I come with a new unicycle on my arm?")
        expect(taken).to_contain_text("taken by maria")
        taken.get_by_role("link", name=re.compile("^What was said")).click()
        expect(staff.locator("main")).to_contain_text(KEPT_APART)
        expect(staff.locator("main")).not_to_contain_text("unicycle")
        staff_browser.close()
