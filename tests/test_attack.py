"""A short stretch of what `make fuzz` does for hours: whatever is sent, both applications answer as they should."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.logs import configure_logging
from bot.on_rasa.engine import Engine
from bot.record.database import open_record
from bot.settings import Settings
from bot.website.app import create_app
from tests.attack import Listener, Tally, Visitors, Words, attack, console_under_attack
from tests.conftest import DATA
from tests.record.conftest import Add, add

__all__ = ["add"]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """What both write to standard error meanwhile."""
    heard = Listener()
    monkeypatch.setattr("sys.stderr", heard)
    configure_logging()
    yield heard
    monkeypatch.undo()
    configure_logging(level=50)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("*.onnx", "tokenizer.json"))
    var = tmp_path / "var"
    return Settings(data=folder, models=tmp_path / "models", database=var / "record.db", secret_file=var / "secret")


@pytest.fixture
def record(settings: Settings) -> Iterator[Database]:
    database = open_record(settings.database)
    yield database
    database.close()


def _held(tally: Tally, log: Listener) -> None:
    assert tally.found == {}
    assert log.repeated == ""
    assert tally.worked < 2, "nothing holds up the others for long; benchmarks.hostile has the bar of a quiet machine"
    assert tally.grown < 50_000_000


@pytest.mark.usefixtures("record")
def test_whatever_visitors_send_is_answered(
    engine: Engine, settings: Settings, log: Listener, loop: asyncio.AbstractEventLoop
) -> None:
    visitors = Visitors(Words(random.Random(18)))  # noqa: S311 - the same ones each time
    tally = loop.run_until_complete(attack([(create_app(settings, engine), visitors)], 600))
    _held(tally, log)
    assert log.lines > 50
    assert {"visitors 200", "visitors 400", "visitors 401", "visitors 404", "visitors 405"} <= set(tally.statuses)


def test_whatever_colleagues_send_is_answered(
    settings: Settings, record: Database, add: Add, log: Listener, loop: asyncio.AbstractEventLoop
) -> None:
    words = Words(random.Random(81))  # noqa: S311 - the same ones each time
    for _ in range(40):
        text = words.text().encode("utf-8", "replace").decode()
        add(words.chance.choice(("answer", "clinician", "emergency", "clarify")), text=text)
    app, colleagues = console_under_attack(settings, words)
    tally = loop.run_until_complete(attack([(app, colleagues)], 900))
    _held(tally, log)
    assert {"colleagues 200", "colleagues 303", "colleagues 400", "colleagues 403"} <= set(tally.statuses)
