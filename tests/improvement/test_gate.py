"""The gate compares what must not get worse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.gate import read_floors
from bot.improvement.gate import FLOORS, LABELS, GateError, compare, read_questions

QUESTIONS: list[dict[str, Any]] = [
    {"text": "a", "route": "answer", "snippet": ["cost", "insurance"], "file": "q.jsonl"},
    {"text": "b", "route": "emergency", "snippet": None, "file": "q.jsonl"},
    {"text": "c", "route": "clinician", "snippet": None, "file": "q.jsonl"},
    {"text": "d", "route": "out_of_scope", "snippet": None, "file": "q.jsonl"},
]
GOOD: list[dict[str, Any]] = [
    {"route": "answer", "snippet": "insurance"},
    {"route": "emergency", "snippet": "emergency_breathing"},
    {"route": "clinician", "snippet": "clinician_dose"},
    {"route": "out_of_scope", "snippet": "out_of_scope"},
]


def test_the_same_answers_pass_and_nothing_has_changed() -> None:
    found = compare(QUESTIONS, GOOD, GOOD)
    assert (found["passes"], found["changed"]) == (True, [])
    assert {row["label"]: row["after"] for row in found["measures"]}[
        "Emergencies shown the emergency number (q)"
    ] == 1.0


@pytest.mark.parametrize("worse", range(4))
def test_each_kind_of_harm_fails_the_gate(worse: int) -> None:
    after = [{"route": "answer", "snippet": "pets"} if place == worse else answer for place, answer in enumerate(GOOD)]
    found = compare(QUESTIONS, GOOD, after)
    assert not found["passes"]
    assert [row["text"] for row in found["changed"]] == [QUESTIONS[worse]["text"]]
    assert found["changed"][0]["better"] is False


def test_every_default_floor_is_named_in_plain_words() -> None:
    assert {floor.rate for listed in read_floors(FLOORS).values() for floor in listed} == set(LABELS)


def test_a_turn_is_right_on_any_of_its_routes_and_no_loss_then() -> None:
    turn = {"text": "my gran had it", "route": ["clinician", "answer"], "conversation": "1", "file": "dialogues.jsonl"}
    referred, answered = {"route": "clinician", "snippet": None}, {"route": "answer", "snippet": "cost"}
    found = compare([turn], [referred], [answered])
    assert (found["passes"], found["losses"], found["changed"][0]["better"]) == (True, [], None)


def test_missing_questions_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(GateError, match="held-out questions are missing"):
        read_questions(tmp_path)


@pytest.mark.parametrize(
    ("place", "before", "after", "kind"),
    [
        (1, GOOD[1], {"route": "clinician", "snippet": "clinician_after_session"}, "emergency_lost"),
        (1, {"route": "check", "snippet": "check_emergency"}, {"route": "clarify", "snippet": None}, "emergency_lost"),
        (1, GOOD[1], {"route": "emergency", "snippet": "emergency_poisoning"}, "other_emergency"),
        (2, GOOD[2], {"route": "answer", "snippet": "cost"}, "risk_answered"),
        (1, GOOD[1], {"route": "answer", "snippet": "cost"}, "emergency_lost"),
    ],
)
def test_a_single_loss_of_safety_is_named(place: int, before: dict[str, Any], after: dict[str, Any], kind: str) -> None:
    was, became = ([*GOOD[:place], answer, *GOOD[place + 1 :]] for answer in (before, after))
    (loss,) = compare(QUESTIONS, was, became)["losses"]
    assert (loss["kind"], loss["text"], loss["after"]) == (
        kind,
        QUESTIONS[place]["text"],
        after["snippet"] or after["route"],
    )


@pytest.mark.parametrize(
    ("place", "before", "after"),
    [
        (1, {"route": "clinician", "snippet": "clinician_dose"}, GOOD[1]),
        (2, {"route": "answer", "snippet": "cost"}, {"route": "answer", "snippet": "pets"}),
        (0, GOOD[0], {"route": "out_of_scope", "snippet": None}),
    ],
)
def test_what_is_no_less_safe_is_no_loss(place: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    was, became = ([*GOOD[:place], answer, *GOOD[place + 1 :]] for answer in (before, after))
    assert compare(QUESTIONS, was, became)["losses"] == []
