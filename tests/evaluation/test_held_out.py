"""Questions nobody trained on: a change that makes routing
worse than the floors fails here and says on which sentences."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import yaml

from bot.content.library import Library
from bot.evaluation.data import read_questions
from bot.evaluation.gate import Floor, below, read_floors
from bot.evaluation.measure import Silent, ask_questions
from bot.evaluation.scores import Rates, rates
from bot.on_rasa.engine import Engine
from tests.conftest import ROOT

FILES = sorted((ROOT / "tests" / "questions").glob("*.jsonl"))
FLOORS = read_floors(ROOT / "tests" / "evaluation" / "floors.yml")
CASES = [
    pytest.param(path, floor, id=f"{path.stem}-{floor.rate}")
    for path in FILES
    for floor in FLOORS.get(path.name, FLOORS["default"])
]


@pytest.fixture(scope="module")
def measured(engine: Engine, loop: asyncio.AbstractEventLoop, library: Library) -> dict[Path, Rates]:
    """The rates of each file of questions."""
    parts = {
        path: loop.run_until_complete(
            ask_questions(engine, read_questions(path, library), path.stem, path.name, Silent())
        )
        for path in FILES
    }
    return {path: rates(part.rows) for path, part in parts.items()}


@pytest.mark.parametrize(("path", "floor"), CASES)
def test_questions_nobody_trained_on_keep_to_the_floors(path: Path, floor: Floor, measured: dict[Path, Rates]) -> None:
    if fault := below(floor, measured[path]):
        pytest.fail(f"{path.name}: {fault}", pytrace=False)


def test_every_floor_belongs_to_a_file() -> None:
    named = set(yaml.safe_load((ROOT / "tests" / "evaluation" / "floors.yml").read_text(encoding="utf-8"))) - {
        "default"
    }
    assert named <= {path.name for path in FILES}
