"""The second net for risk, on toy data."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from bot.understanding.risk import CEILING, SILENT, RiskCalibration, fit_risk, is_risk, judge, parts_of

from bot.understanding.encoder import DIMENSIONS
from bot.understanding.examples import Examples
from bot.understanding.linear import Reading

CLASSES = ("clinician_dose", "emergency_breathing", "what_is_ozone")
Toy = tuple[Reading, npt.NDArray[np.str_]]


def _toy() -> Toy:
    """What was read of 300 examples that are easy to tell apart, and their intents."""
    random = np.random.default_rng(3)
    intents = np.array([CLASSES[number % 3] for number in range(300)])
    right = np.eye(3)[np.arange(300) % 3]
    probabilities = 0.85 * right + 0.05 + 0.02 * random.random((300, 3))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    nearest = 0.3 + 0.5 * right + 0.1 * random.random((300, 3))
    return Reading(CLASSES, probabilities.astype(np.float32), nearest.astype(np.float32)), intents


@pytest.fixture(scope="module")
def fitted() -> RiskCalibration:
    return fit_risk(*_toy())


@pytest.mark.parametrize("intent", ["emergency_breathing", "clinician_dose"])
def test_an_intent_of_danger_or_of_a_clinician_is_a_risk(intent: str) -> None:
    assert is_risk(intent)


@pytest.mark.parametrize("intent", ["what_is_ozone", "emergency_over", "out_of_scope", "", "the_clinician_dose"])
def test_any_other_intent_is_no_risk(intent: str) -> None:
    assert not is_risk(intent)


def test_a_message_of_several_sentences_is_judged_in_parts() -> None:
    assert parts_of("I take warfarin daily. Is that a problem?") == ["i take warfarin daily", "is that a problem"]


def test_a_short_sentence_is_not_judged_on_its_own() -> None:
    assert parts_of("Hi there. I take warfarin.") == ["i take warfarin"]


@pytest.mark.parametrize("text", ["", "I take warfarin daily", "Is that a problem?"])
def test_a_single_sentence_has_no_parts(text: str) -> None:
    assert parts_of(text) == []


def test_silent_scores_below_its_own_threshold() -> None:
    assert SILENT.score(_toy()[0]).max() < SILENT.risk_from


def test_silent_never_fires_on_an_emergency() -> None:
    assert SILENT.emergency_from > 1


@pytest.mark.parametrize("intent", ["what_is_ozone", "clinician_dose"])
def test_data_of_one_kind_only_gives_silence(intent: str) -> None:
    reading, intents = _toy()
    assert fit_risk(reading, np.full_like(intents, intent, dtype="<U32")) == SILENT


def test_a_risk_scores_above_the_threshold(fitted: RiskCalibration) -> None:
    toy = _toy()
    risky = np.array([is_risk(intent) for intent in toy[1]])
    assert (fitted.score(toy[0])[risky] >= fitted.risk_from).all()


def test_no_more_ordinary_questions_are_referred_than_the_ceiling_allows(fitted: RiskCalibration) -> None:
    toy = _toy()
    ordinary = np.array([not is_risk(intent) for intent in toy[1]])
    assert (fitted.score(toy[0])[ordinary] >= fitted.risk_from).mean() <= CEILING + 0.01


def test_the_threshold_is_never_below_the_cheapest(fitted: RiskCalibration) -> None:
    assert fitted.risk_from >= fitted.cheapest


def test_a_score_is_a_chance(fitted: RiskCalibration) -> None:
    score = fitted.score(_toy()[0])
    assert score.min() >= 0
    assert score.max() <= 1


EXAMPLES = Examples(("how much ozone", "I gasp for air", "what is ozone"), CLASSES, np.eye(3, DIMENSIONS, dtype=np.float32))


def _judged(calibration: RiskCalibration, *probabilities: tuple[float, float, float]) -> dict[str, object]:
    rows = np.array(probabilities, dtype=np.float32)
    embeddings = np.pad(rows, ((0, 0), (0, DIMENSIONS - 3)))
    return judge(calibration, Reading(CLASSES, rows, EXAMPLES.nearest(embeddings)), embeddings, EXAMPLES)


@pytest.mark.parametrize(
    ("probabilities", "category"),
    [((0.95, 0.01, 0.04), "clinician_dose"), ((0.04, 0.95, 0.01), "emergency_breathing"), ((0.01, 0.01, 0.98), None)],
)
def test_a_message_is_given_the_category_it_is_likeliest_of(fitted: RiskCalibration, probabilities: tuple[float, float, float], category: str | None) -> None:
    assert _judged(fitted, probabilities)["category"] == category


def test_a_risky_part_makes_the_whole_message_risky(fitted: RiskCalibration) -> None:
    assert _judged(fitted, (0.01, 0.01, 0.98), (0.01, 0.98, 0.01))["category"] == "emergency_breathing"


def test_the_nearest_example_of_the_category_is_named(fitted: RiskCalibration) -> None:
    assert _judged(fitted, (0.95, 0.01, 0.04))["nearest"] == "how much ozone"


def test_examples_without_any_risk_are_never_judged_risky(fitted: RiskCalibration) -> None:
    embedding = np.eye(1, DIMENSIONS, dtype=np.float32)
    harmless = Examples(("what is ozone",), ("what_is_ozone",), embedding)
    reading = Reading(("what_is_ozone",), np.ones((1, 1), np.float32), harmless.nearest(embedding))
    assert judge(fitted, reading, embedding, harmless)["category"] is None


def test_a_score_that_counts_as_surely_ordinary_is_never_one_that_is_referred(fitted: RiskCalibration) -> None:
    assert fitted.ordinary_below <= fitted.risk_from
