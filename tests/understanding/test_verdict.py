"""From chances to a verdict, and where the thresholds lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bot.understanding.encoder import DIMENSIONS
from bot.understanding.examples import Examples
from bot.understanding.heads import HEADS
from bot.understanding.linear import Reading
from bot.understanding.verdict import (
    LEFT_TO_A_QUESTION,
    LEFT_TO_CHANCE,
    RULE_COUNTS,
    RULE_OF_DOING_COUNTS,
    URGENT_RULE_COUNTS,
    Thresholds,
    choose_thresholds,
    judge,
    parts_of,
)

CLASSES = ("clinician_dose", "emergency_breathing", "emergency_over", "what_is_ozone")
EXAMPLES = Examples(
    ("how much ozone", "I gasp for air", "I am safe", "what is ozone"), CLASSES, np.eye(4, DIMENSIONS, dtype=np.float32)
)
THRESHOLDS = Thresholds(alarm=0.6, check=0.2, risk=0.4)
DOSE, BREATH, OVER, OZONE = (tuple(0.85 if place == best else 0.05 for place in range(4)) for best in range(4))


def test_a_message_of_several_sentences_is_judged_in_parts() -> None:
    assert parts_of("I take warfarin daily. Is that a problem?") == ["i take warfarin daily", "is that a problem"]


def test_a_short_sentence_is_not_judged_on_its_own() -> None:
    assert parts_of("Hi there. I take warfarin.") == ["i take warfarin"]


@pytest.mark.parametrize("text", ["", "I take warfarin daily", "Is that a problem?"])
def test_a_single_sentence_has_no_parts(text: str) -> None:
    assert parts_of(text) == []


def _judged(emergency: float, risk: float, *rows: tuple[float, ...], examples: Examples = EXAMPLES) -> dict[str, Any]:
    whole = np.array(rows or [OZONE], np.float32)
    embeddings = np.pad(whole, ((0, 0), (0, DIMENSIONS - 4)))
    return judge(
        {"emergency": emergency, "risk": risk}, THRESHOLDS, Reading(CLASSES, whole, whole), embeddings, examples
    )


@pytest.mark.parametrize(
    ("emergency", "risk", "level"),
    [
        (0.6, 0.0, "emergency"),
        (0.599, 0.9, "check"),
        (0.2, 0.0, "check"),
        (0.199, 0.4, "clinician"),
        (0.199, 0.399, None),
    ],
)
def test_the_level_is_the_gravest_whose_threshold_is_reached(emergency: float, risk: float, level: str | None) -> None:
    assert _judged(emergency, risk)["level"] == level


@pytest.mark.parametrize(
    ("emergency", "risk", "row", "category"),
    [
        (0.9, 0.9, BREATH, "emergency_breathing"),
        (0.3, 0.9, DOSE, "emergency_breathing"),
        (0.0, 0.9, BREATH, "clinician_dose"),
        (0.9, 0.9, OVER, "emergency_breathing"),
        (0.0, 0.0, DOSE, None),
    ],
    ids=[
        "as read",
        "of danger although a dose is nearer",
        "of a clinician although breath is nearer",
        "never the end of an emergency",
        "none without a level",
    ],
)
def test_the_category_is_the_likeliest_of_its_level(
    emergency: float, risk: float, row: tuple[float, ...], category: str | None
) -> None:
    assert _judged(emergency, risk, row)["category"] == category


def test_the_nearest_example_is_that_of_the_part_that_is_risky() -> None:
    found = _judged(0.0, 0.9, OZONE, DOSE)
    assert (found["category"], found["nearest"]) == ("clinician_dose", "how much ozone")
    assert found["similarity"] == pytest.approx(_judged(0.0, 0.9, DOSE)["similarity"])


def test_a_level_without_an_example_is_none() -> None:
    embedding = np.eye(1, DIMENSIONS, dtype=np.float32)
    harmless = Examples(("what is ozone",), ("what_is_ozone",), embedding)
    reading = Reading(("what_is_ozone",), np.ones((1, 1), np.float32), np.ones((1, 1), np.float32))
    found = judge({"emergency": 0.9, "risk": 0.9}, THRESHOLDS, reading, embedding, harmless)
    assert (found["level"], found["category"]) == (None, None)


def test_a_verdict_tells_its_chances_and_what_they_were_held_against() -> None:
    found = _judged(0.123456, 0.9)
    assert (found["emergency_score"], found["score"]) == (0.1235, 0.9)
    assert found["thresholds"] == {
        "emergency": 0.6,
        "check": 0.2,
        "risk": 0.4,
        "rule": 0.4 * RULE_COUNTS,
        "rule_of_doing": 0.4 * RULE_OF_DOING_COUNTS,
        "emergency_rule": 0.2 * URGENT_RULE_COUNTS,
    }


def _chosen(**chances: np.ndarray[Any, Any]) -> Thresholds:
    """Thresholds on 1,000 emergencies, then 1,000 risks, then 1,000
    answerable questions, then 1,000 messages about something else."""
    kinds = np.repeat(np.arange(4), 1000)
    truths = {
        "emergency": (kinds == 0).astype(float),
        "risk": (kinds <= 1).astype(float),
        "right": np.where(kinds == 2, 1.0, np.nan),
        "subject": np.where(kinds == 2, 1.0, np.where(kinds == 3, 0.0, np.nan)),
    }
    plain = {
        "emergency": np.where(kinds == 0, 0.9, 0.0),
        "risk": np.where(kinds <= 1, 0.8, 0.1),
        "right": np.where(kinds == 2, 0.8, 0.1),
        "subject": np.where(kinds == 2, 0.9, 0.1),
    }
    return choose_thresholds({**plain, **chances}, truths)


def test_few_emergencies_lie_below_asking_and_few_below_the_alarm() -> None:
    spread = np.concatenate([np.linspace(0.001, 1.0, 1000), np.zeros(3000)])
    chosen = _chosen(emergency=spread)
    assert (spread[:1000] < chosen.check).mean() == pytest.approx(LEFT_TO_CHANCE, abs=0.001)
    assert (spread[:1000] < chosen.alarm).mean() == pytest.approx(LEFT_TO_CHANCE + LEFT_TO_A_QUESTION, abs=0.001)


def test_the_threshold_of_a_risk_lies_between_what_is_risky_and_what_is_not() -> None:
    assert 0.1 < _chosen().risk <= 0.8


@pytest.mark.parametrize(("one_in", "referred"), [(5, True), (20, False)])
def test_a_risk_missed_costs_as_much_as_six_referred_needlessly(one_in: int, referred: bool) -> None:
    kinds = np.repeat(np.arange(4), 1000)
    alike = (kinds == 1) & (np.arange(4000) % one_in == 0) | (kinds == 2)
    chosen = _chosen(risk=np.where(alike, 0.3, np.where(kinds <= 1, 0.8, 0.1)))
    assert (chosen.risk <= 0.3) is referred


def test_what_is_about_something_else_is_not_answered() -> None:
    chosen = _chosen(right=np.full(4000, 0.8))
    assert 0.1 < chosen.subject <= 0.9


def test_asking_back_needs_less_than_an_answer() -> None:
    chosen = _chosen()
    assert 0 < chosen.clarify < chosen.subject


def test_without_emergencies_nothing_is_chosen_from_nothing() -> None:
    chosen = choose_thresholds(dict.fromkeys(HEADS, np.zeros(0, np.float32)), dict.fromkeys(HEADS, np.zeros(0)))
    assert (chosen.alarm, chosen.check) == (0.5, 0.5)
