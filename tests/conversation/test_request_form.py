"""What each step of the form takes."""

from __future__ import annotations

import pytest

from bot.content.form_words import load_form_words
from bot.conversation.request_form import (
    CONSENT,
    QUESTION,
    REACH,
    TIME,
    asks_to_be_called,
    changed,
    contact_in,
    is_contact,
    new_contact,
    takes,
    tells_a_time,
)
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
        ("555-0199 ext 42", "555-0199 ext 42"),
        ("it's 555-0199, extension 4217, thanks", "555-0199, extension 4217"),
        ("555 010 9988 x7", "555 010 9988 x7"),
        ("+1 555 010 9988 #12", "+1 555 010 9988 #12"),
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
    "text",
    [
        "weekday mornings",
        "any time",
        "during opening hours",
        "after 6 pm",
        "can be any day",
        "2026-12-01",
        "on 01/12/2026 or later",
    ],
)
def test_a_time_is_taken(text: str) -> None:
    assert takes(TIME, text, WORDS)


@pytest.mark.parametrize(
    "text", ["when are you open", "how much does it cost?", "What is ozone", "jo@mail.example", "555 0100 7789"]
)
def test_a_question_is_no_time(text: str) -> None:
    assert not takes(TIME, text, WORDS)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("after my chemo on Mondays", True),
        ("at 9", True),
        ("whenever", True),
        ("I am pregnant", False),
        ("warfarin", False),
    ],
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
    ("text", "slot"),
    [
        ("Change the time", TIME),
        ("wrong number", REACH),
        ("change my question!", QUESTION),
        ("Go back", TIME),
        ("5550100778", None),
    ],
)
def test_a_change_names_its_step(text: str, slot: str | None) -> None:
    assert changed(CONSENT, text, WORDS) == slot


def test_there_is_no_step_before_the_first() -> None:
    assert changed(QUESTION, "back", WORDS) == QUESTION


@pytest.mark.parametrize(
    "text",
    [
        "yes of course",
        "Yes, please!",
        "ok sure go ahead",
        "that's right, please send it",
        "yes yes thanks",
        "Absolutely, send it now",
        "yes",
    ],
)
def test_a_yes_in_other_words_is_a_yes(text: str) -> None:
    assert takes(CONSENT, text, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "yes but not today",
        "please",
        "thanks",
        "no",
        "yes no",
        "do not send it please",
        "of course not",
        "yes if it is free",
        "",
    ],
)
def test_what_is_not_plainly_a_yes_sends_nothing(text: str) -> None:
    assert not takes(CONSENT, text, WORDS)


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("no wait, my number is wrong", REACH),
        ("hold on, there's a typo in my e-mail", REACH),
        ("sorry, I gave you the wrong phone number", REACH),
        ("can you change the time please", TIME),
        ("the day is not right", TIME),
        ("I want to edit my question", QUESTION),
        ("no wait", None),
        ("my platelets number is wrong", None),
        ("the number and the time are wrong", None),
    ],
)
def test_what_is_called_wrong_is_asked_again(text: str, slot: str | None) -> None:
    assert changed(CONSENT, text, WORDS) == slot


def test_a_question_about_something_wrong_is_a_question_for_the_team() -> None:
    assert changed(QUESTION, "the time is wrong", WORDS) is None


@pytest.mark.parametrize(
    ("slot", "text", "contact"),
    [
        (CONSENT, "no, my number is 555 010 9988", "555 010 9988"),
        (TIME, "wait, the number is wrong, it is 555-0199 ext 42", "555-0199 ext 42"),
        (CONSENT, "change my email to jo@mail.example please", "jo@mail.example"),
        (CONSENT, "555 010 9988", None),
        (TIME, "2026-12-01", None),
        (TIME, "call after 5 on 555 010 9988", None),
        (REACH, "my number is 555 010 9988", None),
    ],
)
def test_a_correction_that_brings_the_number_is_taken(slot: str, text: str, contact: str | None) -> None:
    assert new_contact(slot, text, WORDS) == contact


@pytest.mark.parametrize(
    "text",
    [
        "call me tomorrow",
        "Please call me back",
        "book me tomorrow at 10, I'm Anna",
        "can someone ring me after 5?",
        "I want to be called back",
        "contact me",
    ],
)
def test_asking_to_be_called_or_booked_is_seen(text: str) -> None:
    assert asks_to_be_called(text, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "call me a taxi",
        "call me Anna",
        "why did you call me",
        "do you call me a liar",
        "book a session",
        "who can I call",
        "",
    ],
)
def test_other_calls_open_no_form(text: str) -> None:
    assert asks_to_be_called(text, WORDS) is None
