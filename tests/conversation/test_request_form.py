"""What each step of the form takes."""

from __future__ import annotations

import pytest

from bot.content.form_words import load_form_words
from bot.conversation.request_form import CONSENT, QUESTION, REACH, TIME, changed, contact_in, takes
from tests.conftest import DATA

WORDS = load_form_words(DATA)


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("555-0100", "555-0100"),
        ("call me on +44 (0)20 7946 0958 please", "+44 (0)20 7946 0958"),
        ("jo.b+x@mail.example.org", "jo.b+x@mail.example.org"),
        ("write to jo@mail.example.", "jo@mail.example"),
    ],
)
def test_one_contact_is_found_among_words(text: str, contact: str) -> None:
    assert contact_in(text) == contact


@pytest.mark.parametrize(
    "text", ["", "12345", "1234567890123456", "jo@", "@example.org", "a@b.example c@d.example", "5550100778 or 5550100779", "by post", "5550100778 " * 20]
)
def test_no_or_several_contacts_are_none(text: str) -> None:
    assert contact_in(text) is None


@pytest.mark.parametrize("text", ["weekday mornings", "any time", "during opening hours", "after 6 pm", "can be any day"])
def test_a_time_is_taken(text: str) -> None:
    assert takes(TIME, text, WORDS)


@pytest.mark.parametrize("text", ["when are you open", "how much does it cost?", "What is ozone"])
def test_a_question_is_no_time(text: str) -> None:
    assert not takes(TIME, text, WORDS)


@pytest.mark.parametrize(
    ("text", "slot"), [("Change the time", TIME), ("wrong number", REACH), ("change my question!", QUESTION), ("Go back", TIME), ("5550100778", None)]
)
def test_a_change_names_its_step(text: str, slot: str | None) -> None:
    assert changed(CONSENT, text, WORDS) == slot


def test_there_is_no_step_before_the_first() -> None:
    assert changed(QUESTION, "back", WORDS) == QUESTION
