"""A model that staff promote is taken up while visitors go on talking, and only then."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.on_rasa import engine as engine_module
from bot.on_rasa.engine import Engine
from bot.on_rasa.model import model_path
from bot.record.database import open_record
from bot.record.promotion import reviewed_file, serving
from bot.settings import Settings
from tests.conftest import DATA

REVIEWED = 'version: "3.1"\nnlu: []\n'
"""What follows it makes it another file of examples: comments would not."""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A copy of the data, with the shipped model for it."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(DATA, folder / "data")
    (folder / "models").mkdir()
    found = Settings(data=folder / "data", models=folder / "models", database=folder / "record.db")
    shutil.copy(model_path(Settings()), model_path(found))
    return found


@pytest.fixture(scope="module")
def own(settings: Settings) -> Engine:
    """An engine that may be given another model; what it learns
    from is another matter, so every model is the shipped one."""
    made = Engine(settings, open_record(None))
    made.load()
    assert made.fault is None
    return made


@contextmanager
def promoted(settings: Settings, text: str, *, trained: bool = True) -> Iterator[Path]:
    """Reviewed examples, with a model that fits them, until the end of the block."""
    before = model_path(settings)
    reviewed_file(settings.data).write_text(text, encoding="utf-8")
    path = model_path(settings)
    if trained:
        shutil.copy(before, path)
    yield path
    reviewed_file(settings.data).unlink()


def test_a_promoted_model_is_taken_up_between_two_turns_and_given_up_again(
    own: Engine, settings: Settings, loop: asyncio.AbstractEventLoop
) -> None:
    assert loop.run_until_complete(own.take_up()) is False, "nothing was promoted"
    before = own._model
    with promoted(settings, REVIEWED) as path:
        taken = loop.create_task(own.take_up())
        reply = loop.run_until_complete(own.turn("meanwhile", "What is ozone?"))
        assert loop.run_until_complete(taken) is True
        assert reply.route == "answer"
        assert own._model != before
        assert loop.run_until_complete(own.turn("meanwhile", "What are your opening hours?")).turn is not None
        told = serving(own.store.database)
        assert told is not None
        assert f"{told[0]}.tar.gz" == path.name
        assert loop.run_until_complete(own.take_up()) is False, "it is in use already"
    assert loop.run_until_complete(own.take_up()) is True, "stepped back"
    assert own._model == before
    assert loop.run_until_complete(own.turn("meanwhile", "I cannot breathe")).route == "emergency"


def test_a_model_that_fails_a_canary_is_not_taken_up(
    own: Engine, settings: Settings, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = own._model
    with promoted(settings, REVIEWED + "another: 1\n"):
        monkeypatch.setattr(engine_module, "CANARIES", (("What is ozone?", "parking"),))
        assert loop.run_until_complete(own.take_up()) is False
        assert own._model == before
    monkeypatch.undo()
    assert loop.run_until_complete(own.take_up()) is False, "the model from before is in use still"


def test_when_anything_else_has_changed_the_model_waits_for_a_start(
    own: Engine, settings: Settings, loop: asyncio.AbstractEventLoop
) -> None:
    before, rules = own._model, settings.data / "rules.yml"
    text = rules.read_text(encoding="utf-8")
    with promoted(settings, REVIEWED + "a_third: 1\n"):
        rules.write_text(text + "\nchanged: 1\n", encoding="utf-8")
        assert loop.run_until_complete(own.take_up()) is False
        rules.write_text(text, encoding="utf-8")
    assert own._model == before
    assert loop.run_until_complete(own.turn("c", "What is ozone?")).route == "answer"


def test_reviewed_examples_without_a_model_leave_the_one_in_use(
    own: Engine, settings: Settings, loop: asyncio.AbstractEventLoop
) -> None:
    before = own._model
    with promoted(settings, REVIEWED + "not_trained: 1\n", trained=False):
        with pytest.raises(RuntimeError, match="make train"):
            loop.run_until_complete(own.take_up())
        assert own._model == before
        assert loop.run_until_complete(own.problems()) == []
