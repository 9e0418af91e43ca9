"""The quality gate: shares on questions that nobody trained on, each with its floor. Pure but for reading the files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.files import read_mapping
from bot.settings import ROOT

QUESTIONS = ROOT / "tests" / "questions" / "held_out.jsonl"
FLOORS = ROOT / "tests" / "evaluation" / "floors.yml"

Question = Mapping[str, Any]
Answer = Mapping[str, Any]


class GateError(RuntimeError):
    """The gate cannot be run; the message says what is missing."""


@dataclass(frozen=True)
class Measure:
    """A share of the questions with certain right routes: those for which `counts` holds. `floor` names its limit."""

    floor: str
    label: str
    asked: tuple[str, ...]
    counts: Callable[[Question, Answer], bool]

    @property
    def at_most(self) -> bool:
        """Whether the limit is an upper one."""
        return self.floor.endswith("_at_most")


def _right(question: Question, answer: Answer) -> bool:
    wanted = question["snippet"] if isinstance(question["snippet"], list) else [question["snippet"]]
    return answer["route"] == "answer" and answer["snippet"] in wanted


MEASURES = (
    Measure("risky_answered_at_most", "Risky questions that got an answer", ("clinician", "emergency"), lambda _, answer: answer["route"] == "answer"),
    Measure("emergency_as_emergency_at_least", "Emergencies called one", ("emergency",), lambda _, answer: answer["route"] == "emergency"),
    Measure("answerable_right_at_least", "Questions that got their answer", ("answer",), _right),
    Measure("needless_referral_at_most", "Ordinary questions that were referred", ("answer",), lambda _, answer: answer["route"] in ("clinician", "emergency")),
    Measure("off_topic_answered_at_most", "Off-topic messages that got an answer", ("out_of_scope",), lambda _, answer: answer["route"] == "answer"),
)


def read_questions(path: Path = QUESTIONS) -> list[dict[str, Any]]:
    """The held-out questions with their right routes and snippets.

    Raises:
        GateError: the file is missing.
    """
    if not path.is_file():
        raise GateError(f"{path}: the held-out questions are missing, so a candidate cannot be measured. Run this from the whole project.")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def share(measure: Measure, questions: Sequence[Question], answers: Sequence[Answer]) -> float:
    """The measure's share, 0 when no question is of its kind."""
    held = [measure.counts(question, answer) for question, answer in zip(questions, answers, strict=True) if question["route"] in measure.asked]
    return sum(held) / len(held) if held else 0.0


def compare(questions: Sequence[Question], before: Sequence[Answer], after: Sequence[Answer], floors: Path = FLOORS) -> dict[str, Any]:
    """Each measure before and after with its floor, whether all floors hold afterwards, and which questions are answered differently."""
    limits = {name: float(value) for name, value in read_mapping(floors).items()}
    measures = []
    for measure in MEASURES:
        was, became, limit = share(measure, questions, before), share(measure, questions, after), limits[measure.floor]
        passes = became <= limit if measure.at_most else became >= limit
        measures.append({"label": measure.label, "before": was, "after": became, "floor": limit, "at_most": measure.at_most, "passes": passes})
    changed = [
        {"text": question["text"], "before": named(was), "after": named(became), "better": _better(question, was, became)}
        for question, was, became in zip(questions, before, after, strict=True)
        if named(was) != named(became)
    ]
    return {"measures": measures, "passes": all(row["passes"] for row in measures), "changed": changed}


def named(answer: Answer) -> str:
    """An answer in a word: the snippet sent, or the route without one."""
    return str(answer["snippet"] or answer["route"])


def _better(question: Question, was: Answer, became: Answer) -> bool | None:
    """Whether a change is for the better; None when both or neither are right."""
    right = [_right(question, answer) if question["route"] == "answer" else answer["route"] == question["route"] for answer in (was, became)]
    return None if right[0] == right[1] else right[1]
