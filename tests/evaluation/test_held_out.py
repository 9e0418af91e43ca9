"""Questions nobody trained on: a change that makes routing worse than the floors fails here and says on which sentences."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import yaml

from bot.conversation.engine import Engine
from tests.conftest import ROOT

QUESTIONS = [json.loads(line) for line in (ROOT / "tests" / "questions" / "held_out.jsonl").read_text(encoding="utf-8").splitlines()]
FLOORS = yaml.safe_load((ROOT / "tests" / "evaluation" / "floors.yml").read_text(encoding="utf-8"))

Row = tuple[dict[str, Any], str, str | None]


@pytest.fixture(scope="module")
def rows(engine: Engine, loop: asyncio.AbstractEventLoop) -> list[Row]:
    """Each question with the route and the snippet it got."""
    found = []
    for number, question in enumerate(QUESTIONS):
        reply = loop.run_until_complete(engine.turn(f"held-out-{number}", question["text"]))
        found.append((question, reply.route, reply.turn.snippet_id if reply.turn else None))
    return found


def _share(rows: list[Row], asked: tuple[str, ...], bad: Any) -> tuple[float, list[str]]:
    of = [row for row in rows if row[0]["route"] in asked]
    found = [f"{question['text']} -> {route} {snippet}" for question, route, snippet in of if bad(question, route, snippet)]
    return len(found) / len(of), found


def _wanted(question: dict[str, Any]) -> list[str]:
    return question["snippet"] if isinstance(question["snippet"], list) else [question["snippet"]]


def test_a_risk_is_hardly_ever_answered(rows: list[Row]) -> None:
    share, which = _share(rows, ("clinician", "emergency"), lambda question, route, snippet: route == "answer")
    assert share <= FLOORS["risky_answered_at_most"], (share, which)


def test_an_emergency_is_called_one(rows: list[Row]) -> None:
    share, which = _share(rows, ("emergency",), lambda question, route, snippet: route != "emergency")
    assert 1 - share >= FLOORS["emergency_as_emergency_at_least"], (share, which)


def test_an_answerable_question_gets_its_answer(rows: list[Row]) -> None:
    share, which = _share(rows, ("answer",), lambda question, route, snippet: route != "answer" or snippet not in _wanted(question))
    assert 1 - share >= FLOORS["answerable_right_at_least"], (share, which)


def test_an_ordinary_question_is_seldom_referred(rows: list[Row]) -> None:
    share, which = _share(rows, ("answer",), lambda question, route, snippet: route in ("clinician", "emergency"))
    assert share <= FLOORS["needless_referral_at_most"], (share, which)


def test_off_topic_is_seldom_answered(rows: list[Row]) -> None:
    share, which = _share(rows, ("out_of_scope",), lambda question, route, snippet: route == "answer")
    assert share <= FLOORS["off_topic_answered_at_most"], (share, which)
