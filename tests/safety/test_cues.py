"""Signs that an alarming word may not be meant, or that it is."""

from __future__ import annotations

import pytest

from bot.safety.cues import CUES, about_nobody, cues

SHOWN = [
    ("hypothetical", "What if someone stops breathing?", "someone stopped breathing"),
    ("asks", "Is there chest pain afterwards?", "there is chest pain, is that bad"),
    ("denied", "I have no chest pain", "I have chest pain"),
    ("over", "I had a stroke two years ago", "my face droops"),
    ("now", "my face just went numb", "numbness of the face"),
    ("continuous", "my lips are turning blue", "blue lips"),
    ("told", "I saw a film about a stroke", "a stroke"),
    ("idiom", "this queue is killing me", "kill"),
    ("thing", "my phone died", "my dog died"),
    ("self", "my chest hurts", "the chest hurts"),
    ("other", "my husband collapsed", "I collapsed"),
    ("chair", "the needle hurts", "the arm hurts"),
]


@pytest.mark.parametrize(("sign", "with_it", "without"), SHOWN, ids=[row[0] for row in SHOWN])
def test_a_sign_is_seen_where_it_is_and_not_where_it_is_not(sign: str, with_it: str, without: str) -> None:
    place = CUES.index(sign)
    assert (cues(with_it)[place], cues(without)[place]) == (True, False)


def test_every_sign_has_an_example() -> None:
    assert tuple(row[0] for row in SHOWN) == CUES


def test_a_sign_is_a_whole_word() -> None:
    assert not any(cues("nowhere yesterdays"))


def test_capitals_and_apostrophes_do_not_hide_a_sign() -> None:
    assert cues("I DON'T have it")[CUES.index("denied")]


def test_a_message_without_words_shows_nothing() -> None:
    assert not any(cues("🙂"))


@pytest.mark.parametrize(
    "general",
    [
        "are there people who must not have it",
        "can I ask, do pregnant women get it?",
        "I read about ozone and Lyme, what is known?",
        "why is the thyroid on the list",
        "do studies show that it helps with ear noise",
    ],
)
def test_a_question_about_nobody_names_nobody(general: str) -> None:
    assert about_nobody(general)


@pytest.mark.parametrize(
    "personal",
    [
        "I have lupus, is it known to help?",
        "a friend with asthma, is that studied",
        "what do studies say for my knee",
        "would it suit him",
        "can I have it",
        "does it help with fibromyalgia",
        "tinnitus cured, true?",
    ],
)
def test_a_question_in_which_somebody_is_named_is_about_somebody(personal: str) -> None:
    assert not about_nobody(personal)
