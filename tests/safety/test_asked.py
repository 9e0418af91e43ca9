"""Of what somebody tells and asks, the part that asks."""

from __future__ import annotations

import pytest

from bot.safety.asked import asked_part, asks_for_a_judgement
from bot.safety.normalise import phrase


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("I am diabetic, type 2. Might I bring a sandwich?", "might i bring a sandwich"),
        ("latex allergy. do yall use latex gloves there", "do yall use latex gloves there"),
        ("i have epilepsy so i cant drive obv, does the skytrain stop near u", "does the skytrain stop near you"),
        ("Is there a lift? (emphysema, two steps and I'm finished)", "is there a lift"),
        ("on naltrexone, thats by the by, what i want to know is do you open saturdays", "do you open saturdays"),
        ("I got neuropathy and walk slow how far is it from the lot to your door", "how far is it from the lot"),
    ],
)
def test_what_is_asked_is_found_without_what_is_told(said: str, asked: str) -> None:
    assert asked in asked_part(said)
    assert len(asked_part(said).split()) < len(phrase(said).split())


@pytest.mark.parametrize("said", ["", "🙂", "parking?", "what is ozone", "I take warfarin", "thank you, goodbye"])
def test_a_message_without_two_halves_stays_whole(said: str) -> None:
    assert asked_part(said) == phrase(said)


@pytest.mark.parametrize(
    "said",
    [
        "should I skip my metformin that morning",
        "would it be safe for my mother",
        "can she have ozone",
        "am I too old for this",
        "would you give it to me",
        "does ozone help with my eczema",
        "is it fine for him",
    ],
)
def test_a_judgement_about_somebody_is_asked_for(said: str) -> None:
    assert asks_for_a_judgement(phrase(said))


@pytest.mark.parametrize(
    "said",
    [
        "how long is a session",
        "is there a lift",
        "what did the trials find on arthritis",
        "do you open on saturdays",
        "which bus stop is nearest to you",
        "what does gamma mean",
    ],
)
def test_a_question_about_the_house_or_the_world_asks_for_none(said: str) -> None:
    assert not asks_for_a_judgement(phrase(said))
