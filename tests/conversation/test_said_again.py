"""An answer that was read already is said again with the text that says what is asked now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.content.clinic import load_clinic
from bot.content.library import Library
from bot.content.snippet import Approval, Snippet
from bot.conversation.said_again import again
from bot.vocabulary import Route
from tests.conftest import DATA

GIST = "We have blankets, and the nurse can turn up the heat."
DAY = date(2026, 11, 30)
APPROVAL = Approval("Ed Itor", "editor", DAY)
WARMTH = Snippet(
    "warmth",
    "Is it cold in the treatment room?",
    f"{GIST} You may bring a pillow of your own. The room is kept at 72 °F.",
    Route.ANSWER,
    (),
    (),
    (),
    "answer",
    "approved",
    APPROVAL,
    DAY,
    1,
    "visit",
    "",
)
SHORT = replace(WARMTH, id="warmth_in_short", text=GIST, short_of="warmth")
LIBRARY = Library({"warmth": WARMTH, "warmth_in_short": SHORT}, load_clinic(DATA / "clinic.yml"))
ALONE = Library({"warmth": WARMTH}, load_clinic(DATA / "clinic.yml"))


@pytest.mark.parametrize("text", ["can i bring my own pillow", "how many degrees is it"])
def test_a_detail_that_only_the_whole_text_has_is_said_with_the_whole_text(text: str) -> None:
    assert again(text, "warmth", ("warmth",), LIBRARY) == "warmth"


@pytest.mark.parametrize("text", ["do you have blankets", "so the nurse can turn the heat up?"])
def test_what_the_short_form_says_is_said_in_short(text: str) -> None:
    assert again(text, "warmth", ("warmth",), LIBRARY) == "warmth_in_short"


def test_no_text_is_said_whole_three_times() -> None:
    assert again("can i bring my own pillow", "warmth", ("warmth", "warmth"), LIBRARY) == "warmth_in_short"


def test_an_answer_without_a_short_form_is_said_whole() -> None:
    assert again("do you have blankets", "warmth", ("warmth",) * 3, ALONE) == "warmth"
