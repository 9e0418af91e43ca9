"""What each step of the form takes."""

from __future__ import annotations

import pytest

from bot.content.form_words import load_form_words
from bot.conversation.request_form import CONSENT, QUESTION, REACH, TIME, changed, contact_in, is_contact, takes, tells_a_time
from tests.conftest import DATA

WORDS = load_form_words(DATA)


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("555-0100", "555-0100"),
        ("call me on +44 (0)20 7946 0958 please", "+44 (0)20 7946 0958"),
        ("jo.b+x@mail.example.org", "jo.b+x@mail.example.org"),
        ("write to jo@mail.example.", "jo@mail.example"),
        ("jo at mail dot example", "jo@mail.example"),
        ("jo.b (at) mail.example", "jo.b@mail.example"),
        ("write to jo at mail dot example please", "jo@mail.example"),
    ],
)
def test_one_contact_is_found_among_words(text: str, contact: str) -> None:
    assert contact_in(text) == contact


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "1234567890123456",
        "jo@",
        "@example.org",
        "a@b.example c@d.example",
        "5550100778 or 5550100779",
        "by post",
        "5550100778 " * 20,
        "I am at home. Try there",
        "look at www.clinic.example",
    ],
)
def test_no_or_several_contacts_are_none(text: str) -> None:
    assert contact_in(text) is None


@pytest.mark.parametrize(
    "text", ["weekday mornings", "any time", "during opening hours", "after 6 pm", "can be any day", "2026-12-01", "on 01/12/2026 or later"]
)
def test_a_time_is_taken(text: str) -> None:
    assert takes(TIME, text, WORDS)


@pytest.mark.parametrize("text", ["when are you open", "how much does it cost?", "What is ozone", "jo@mail.example", "555 0100 7789"])
def test_a_question_is_no_time(text: str) -> None:
    assert not takes(TIME, text, WORDS)


@pytest.mark.parametrize(
    ("text", "time"), [("after my chemo on Mondays", True), ("at 9", True), ("whenever", True), ("I am pregnant", False), ("warfarin", False)]
)
def test_a_time_is_told_from_something_else(text: str, time: bool) -> None:
    assert tells_a_time(text) is time


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("jo@mail.example", True),
        ("my number is 555 0100 77", True),
        ("jo at mail dot example", True),
        ("please call my wife about this on 555 0100 77", False),
        ("hi", False),
    ],
)
def test_contact_data_alone_is_told_from_a_message_with_some(text: str, contact: bool) -> None:
    assert is_contact(text) is contact


@pytest.mark.parametrize(
    ("text", "slot"), [("Change the time", TIME), ("wrong number", REACH), ("change my question!", QUESTION), ("Go back", TIME), ("5550100778", None)]
)
def test_a_change_names_its_step(text: str, slot: str | None) -> None:
    assert changed(CONSENT, text, WORDS) == slot


def test_there_is_no_step_before_the_first() -> None:
    assert changed(QUESTION, "back", WORDS) == QUESTION
