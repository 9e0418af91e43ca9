"""The chat page in a real browser: a question typed, an answer and the warning read."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bot.safety.warning import WARNING


def _ask(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.keyboard.press("Enter")


def test_a_typed_question_gets_an_answer_with_sources_and_the_warning(page: Page) -> None:
    _ask(page, "How long does a session take?")
    log = page.get_by_role("region", name="Conversation")
    expect(log).to_contain_text("A session takes")
    expect(log).to_contain_text("Sources")
    expect(log).to_contain_text(WARNING)


def test_the_warning_stands_before_the_first_message(page: Page) -> None:
    expect(page.get_by_role("region", name="Warning").first).to_contain_text(WARNING)


def test_an_emergency_shows_numbers_that_can_be_tapped(page: Page) -> None:
    _ask(page, "I can't breathe")
    expect(page.locator("ozone-faq a[href='tel:911']").first).to_be_visible()


def test_a_referral_shows_how_to_reach_the_clinic(page: Page) -> None:
    _ask(page, "I am on warfarin")
    expect(page.locator("ozone-faq a[href^='tel:']").first).to_be_visible()


def test_hostile_words_stay_words(page: Page) -> None:
    _ask(page, "<img src=x onerror=alert(1)>")
    log = page.get_by_role("region", name="Conversation")
    expect(log).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("ozone-faq img").count() == 0


def test_a_reload_keeps_the_conversation(page: Page) -> None:
    _ask(page, "What are your opening hours?")
    log = page.get_by_role("region", name="Conversation")
    expect(log).to_contain_text("Monday to Friday")
    page.reload()
    expect(page.get_by_role("region", name="Conversation")).to_contain_text("Monday to Friday")


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_on_the_chat_page_is_in_the_way_of_anybody(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    _ask(page, "What is ozone therapy?")
    expect(page.get_by_role("region", name="Conversation")).to_contain_text("Sources")
    assert Axe().run(page).response["violations"] == []
