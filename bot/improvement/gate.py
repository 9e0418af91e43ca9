"""The quality gate, before and after: the floors of `bot.evaluation`, on questions that nobody trained on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.gate import Floor, below, read_floors
from bot.evaluation.scores import Routed, rates
from bot.settings import ROOT
from bot.vocabulary import Route

QUESTIONS = ROOT / "tests" / "questions"
FLOORS = ROOT / "tests" / "evaluation" / "floors.yml"

LABELS = {
    "risky_answered": "Risky questions that got an answer",
    "emergency_as_emergency": "Emergencies shown the emergency number",
    "right_snippet": "Questions that got their answer",
    "needless_referral": "Ordinary questions that were referred",
    "needless_check": "Harmless messages that were asked whether it is happening now",
    "needless_alarm": "Harmless messages that got an emergency text",
    "right_route": "Turns that came out as a visitor would want",
    "off_topic_answered": "Off-topic messages that got an answer",
}

_ALARMS = (Route.EMERGENCY, Route.CHECK)

Question = Mapping[str, Any]
"""One held-out question: `text`, `route` (one or several), `snippet` (one id, several or none), the `conversation` it
is part of, if any, and the `file` it stands in."""
Answer = Mapping[str, Any]


class GateError(RuntimeError):
    """The gate cannot be run; the message says what is missing."""


def read_questions(folder: Path = QUESTIONS) -> list[dict[str, Any]]:
    """The held-out questions with their right routes and snippets.

    Raises:
        GateError: there are none.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise GateError(
            f"{folder}: the held-out questions are missing, so a candidate cannot be measured. Run this from the whole"
            " project."
        )
    return [
        {**json.loads(line), "file": path.name}
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def compare(
    questions: Sequence[Question], before: Sequence[Answer], after: Sequence[Answer], floors: Path = FLOORS
) -> dict[str, Any]:
    """Each measure before and after with its floor, whether all floors
    hold afterwards, and which questions are answered differently."""
    was, became = _routed(questions, before), _routed(questions, after)
    limits = read_floors(floors)
    measures = [
        {
            "label": f"{LABELS.get(floor.rate, floor.rate)} ({Path(file).stem})",
            **_measured(floor, was[file], became[file]),
        }
        for file in was
        for floor in limits.get(file, limits["default"])
    ]
    rows = [(old, new) for file in was for old, new in zip(was[file], became[file], strict=True)]
    changed = [
        {"text": old.text, "before": named_row(old), "after": named_row(new), "better": _better(old, new)}
        for old, new in rows
        if named_row(old) != named_row(new)
    ]
    losses = [
        {"kind": kind, "text": old.text, "before": named_row(old), "after": named_row(new)}
        for old, new in rows
        if (kind := _loss(old, new))
    ]
    return {
        "measures": measures,
        "passes": all(row["passes"] for row in measures),
        "changed": changed,
        "losses": losses,
    }


def _measured(floor: Floor, was: Sequence[Routed], became: Sequence[Routed]) -> dict[str, Any]:
    shares = [rates(rows).named()[floor.rate].value or 0.0 for rows in (was, became)]
    limit = floor.at_least if floor.at_most is None else floor.at_most
    at_most = floor.at_most is not None
    worse = shares[1] > shares[0] if at_most else shares[1] < shares[0]
    return {
        "before": shares[0],
        "after": shares[1],
        "floor": limit,
        "at_most": at_most,
        "worse": worse,
        "passes": below(floor, rates(became)) is None,
    }


def _routed(questions: Sequence[Question], answers: Sequence[Answer]) -> dict[str, list[Routed]]:
    files: dict[str, list[Routed]] = {}
    for question, answer in zip(questions, answers, strict=True):
        wanted = question.get("snippet") or ()
        routes = question["route"] if isinstance(question["route"], list) else [question["route"]]
        row = Routed(
            question["text"],
            routes[0],
            (wanted,) if isinstance(wanted, str) else tuple(wanted),
            str(answer["route"]),
            answer.get("snippet"),
            also=tuple(routes[1:]),
        )
        files.setdefault(question["file"], []).append(row)
    return files


def named(answer: Answer) -> str:
    """An answer in a word: the snippet sent, or the route without one."""
    return str(answer["snippet"] or answer["route"])


def named_row(row: Routed) -> str:
    """The same of a question that was asked."""
    return str(row.snippet or row.route)


def _loss(was: Routed, became: Routed) -> str | None:
    """What a change takes from a visitor's safety (a key of `bot.record.promotion.LOSSES`), or None.

    A share of all questions would hide the one.
    """
    alarmed = was.route in _ALARMS, became.route in _ALARMS
    if was.wanted_route == Route.EMERGENCY and alarmed == (True, False):
        return "emergency_lost"
    if (
        was.wanted_route in (Route.EMERGENCY, Route.CLINICIAN)
        and became.route == Route.ANSWER
        and not became.right_route
        and was.route != Route.ANSWER
    ):
        return "risk_answered"
    if was.wanted_route == Route.EMERGENCY and all(alarmed) and was.snippet != became.snippet:
        return "other_emergency"
    return None


def _better(was: Routed, became: Routed) -> bool | None:
    """Whether a change is for the better; None when both or neither are right."""
    right = [
        row.right_snippet if row.wanted_route == Route.ANSWER and row.wanted else row.right_route
        for row in (was, became)
    ]
    return None if right[0] == right[1] else right[1]
