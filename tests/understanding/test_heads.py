"""Four chances from all that is known of a message, on toy evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from bot.safety.triage import Finding
from bot.understanding.heads import HEADS, Heads, Seen, evidence, fit_heads, groups, is_risk
from bot.understanding.lexical import Opinion
from bot.understanding.linear import Reading

CLASSES = ("clinician_dose", "emergency_breathing", "emergency_over", "out_of_scope", "what_is_ozone")
QUIET = (0.1, 0.05, 0.05, 0.1, 0.7)
PLACE = np.zeros(3, np.float32)
MEANT = np.array([0.0, 0.0, 0.1, 0.0, 0.9], np.float32)


@pytest.mark.parametrize("intent", ["emergency_breathing", "clinician_dose"])
def test_an_intent_of_danger_or_of_a_clinician_is_a_risk(intent: str) -> None:
    assert is_risk(intent)


@pytest.mark.parametrize("intent", ["what_is_ozone", "emergency_over", "out_of_scope", "", "the_clinician_dose"])
def test_any_other_intent_is_no_risk(intent: str) -> None:
    assert not is_risk(intent)


def test_every_intent_is_in_one_group() -> None:
    found = groups(CLASSES)
    assert np.stack([found.emergency, found.clinician, found.elsewhere, found.ordinary]).sum(axis=0).tolist() == [
        1
    ] * len(CLASSES)
    assert found.ordinary.tolist() == [False, False, True, False, True]


def _seen(
    text: str = "what is it",
    *parts: tuple[float, ...],
    findings: tuple[Finding, ...] = (),
    names_subject: bool = False,
    unknown: float = 0.0,
    asked: Seen | None = None,
) -> Seen:
    rows = np.array([QUIET, *parts], np.float32)
    opinion, reading = Opinion(rows[0], rows[0], unknown), Reading(CLASSES, rows, rows)
    return Seen(text, reading, opinion, findings, names_subject, PLACE, rows[0], MEANT, asked)


def _changed(one: Seen, other: Seen) -> int:
    return int((evidence(one) != evidence(other)).sum())


@pytest.mark.parametrize(
    "other",
    [
        _seen(findings=(Finding("emergency_breathing", "r", "x"),)),
        _seen(findings=(Finding("emergency_breathing", "r", "x", weak=True),)),
        _seen(findings=(Finding("clinician_dose", "r", "x"),)),
        _seen(findings=(Finding("clinician_dose", "r", "x", weak=True),)),
        _seen("what is it", (0.05, 0.8, 0.05, 0.05, 0.05)),
        _seen("what is it", (0.8, 0.05, 0.05, 0.05, 0.05)),
        _seen(names_subject=True),
        _seen(unknown=0.5),
        _seen("what is it?"),
        _seen("what is it now"),
    ],
    ids=[
        "an emergency rule",
        "a weak one",
        "a rule",
        "a weak rule",
        "an urgent part",
        "a risky part",
        "the subject",
        "unknown words",
        "a question mark",
        "a sign",
    ],
)
def test_whatever_is_known_is_evidence(other: Seen) -> None:
    assert _changed(_seen(), other)


def test_the_best_is_what_is_meant_and_without_any_what_is_likeliest() -> None:
    assert _seen().best == "what_is_ozone"
    assert replace(_seen(), meant=np.array([0, 0, 1, 0, 0], np.float32)).best == "emergency_over"
    assert replace(_seen(), meant=np.zeros(5, np.float32)).best == "what_is_ozone"


def test_the_same_is_the_same_evidence() -> None:
    assert _changed(_seen(), _seen()) == 0


def test_a_message_of_one_group_alone_is_evidence_without_infinities() -> None:
    certain, nothing = np.eye(5, dtype=np.float32)[1:2], np.zeros(5, np.float32)
    opinion, reading = Opinion(nothing, nothing, 1.0), Reading(CLASSES, certain, certain)
    row = evidence(Seen("🙂", reading, opinion, (), False, PLACE, nothing, nothing))
    assert np.isfinite(row).all()


def _toy() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    random = np.random.default_rng(7)
    truth = np.array([0.0, 1.0] * 100, np.float64)
    rows = random.normal(size=(200, 3))
    rows[:, 1] += 4 * truth
    return rows.astype(np.float32), truth


def test_a_head_learns_what_goes_with_its_truth() -> None:
    rows, truth = _toy()
    heads = fit_heads(rows, {"emergency": truth, "risk": 1 - truth})
    told = [heads.chances(row) for row in rows]
    assert np.mean([(of["emergency"] > 0.5) == (wanted == 1) for of, wanted in zip(told, truth, strict=True)]) > 0.95
    assert np.mean([(of["risk"] > 0.5) == (wanted == 0) for of, wanted in zip(told, truth, strict=True)]) > 0.95


def test_a_message_of_which_nobody_knows_the_truth_teaches_nothing() -> None:
    rows, truth = _toy()
    unsaid = np.concatenate([rows, -100 * np.ones((50, 3), np.float32)])
    known = fit_heads(rows, {"right": truth}).chances(rows[0])["right"]
    spread = np.where(np.arange(250) < 200, np.concatenate([truth, np.zeros(50)]), np.nan)
    assert (fit_heads(unsaid, {"right": spread}).chances(rows[0])["right"] > 0.5) == (known > 0.5)


def test_a_kind_of_evidence_that_never_changes_says_nothing() -> None:
    rows, truth = _toy()
    constant = np.column_stack([rows, np.full(200, 5.0, np.float32)])
    assert fit_heads(constant, {"risk": truth}).weights["risk"][3] == pytest.approx(0.0, abs=1e-6)


def test_a_chance_is_the_logistic_of_the_weighted_evidence() -> None:
    assert Heads({"risk": [1.0, 0.0, -1.0]}).chances(np.array([3.0, 9.0], np.float32))["risk"] == pytest.approx(
        1 / (1 + np.exp(-2))
    )


def test_there_are_four_heads() -> None:
    assert HEADS == ("right", "subject", "emergency", "risk")
