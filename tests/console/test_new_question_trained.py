"""A new question that two people made in the console is answered by a website that runs, once a model knows it.

Slow: it trains one model (about two minutes on two cores).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from sqlite_utils import Database
from starlette.applications import Starlette

from bot.console.app import create_app
from bot.on_rasa.engine import Engine
from bot.on_rasa.model import model_path
from bot.settings import Settings
from tests.conftest import DATA, ROOT
from tests.console.conftest import NOW, LogIn
from tests.console.test_new_question import NAME, TITLE, WAYS, approved
from tests.console.test_texts import text_of

MORE = """is it fine to knit in the chair
may I do my knitting while I sit there
I would like to knit during the drip
could I go on with my knitting
am I allowed to knit
knitting during treatment ok?
do people knit while they wait for the drip to end
would my knitting be in the way"""
PARAPHRASE = "would it be all right to knit in my chair"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project of its own: a copy of the data, and the model in use."""
    shutil.copytree(DATA, tmp_path / "data")
    for name in ("domain.yml", "config.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    found = Settings(
        data=tmp_path / "data",
        models=tmp_path / "models",
        database=tmp_path / "record.db",
        secret_file=tmp_path / "secret",
        https=False,
    )
    found.models.mkdir()
    for path in (model_path(Settings()), Settings().models / "embeddings.npz"):
        if path.is_file():
            shutil.copy(path, found.models)
    return found


@pytest.fixture
def console(settings: Settings, database: Database, launched: list[list[str]]) -> Starlette:
    return create_app(settings, clock=lambda: NOW, zone=UTC, launch=lambda command: launched.append(list(command)))


@pytest.fixture
def website(settings: Settings, console: Starlette) -> Iterator[Engine]:
    """A website that runs all the time."""
    engine = Engine(settings)
    engine.load()
    assert engine.fault is None
    yield engine
    engine.store.record.close()


@pytest.mark.training
def test_a_new_question_ends_in_an_answer_of_the_website_that_runs(
    settings: Settings,
    website: Engine,
    log_in: LogIn,
    launched: list[list[str]],
    loop: asyncio.AbstractEventLoop,
) -> None:
    def asked(words: str) -> str | None:
        reply = loop.run_until_complete(website.turn(f"about {words}", words))
        assert reply.turn is not None, "the turn was worked out and recorded"
        return reply.turn.snippet_id

    approved(log_in, sentences=f"{WAYS}\n{MORE}")
    website._take_up_texts()
    assert NAME in website.library
    assert asked(PARAPHRASE) != NAME, "nobody is led to it before the training"
    clinician = log_in("clinician")
    assert clinician.post("/training")[0] == 303
    (command,) = launched
    environment = {
        "OZONE_DATABASE": str(settings.database),
        "OZONE_DATA": str(settings.data),
        "OZONE_MODELS": str(settings.models),
        "OZONE_SECRET_FILE": str(settings.secret_file),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot", *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=1500,
    )
    assert done.returncode == 0, done.stderr
    assert "not usable" not in text_of(clinician.get("/training")).lower()
    assert TITLE in text_of(clinician.get("/training/1"))
    for place in range(clinician.get("/training/1").count('name="loss"')):
        for person in ("clinician", "reviewer"):
            log_in(person).post("/training/1/reason", {"loss": str(place), "reason": "this test is about knitting"})
    status, page = clinician.post("/training/1", {"word": "promote"})
    assert status == 303, text_of(page)
    assert "before the next training" not in text_of(clinician.get(f"/answers/{NAME}"))
    assert loop.run_until_complete(website.take_up()), "a website that runs takes it up without a start"
    assert [asked(words) for words in (PARAPHRASE, TITLE)] == [NAME, NAME]
    assert asked("I cannot breathe") == "emergency_breathing"

    assert clinician.post(f"/answers/{NAME}/withdraw", {"reason": "not any more"})[0] == 303
    website._take_up_texts()
    assert asked("may I knit while the drip runs") == "answer_under_review"
    restarted = Engine(settings)
    restarted.load()
    assert restarted.fault is None
    assert clinician.post("/training/1", {"word": "step-back"})[0] == 303
    assert loop.run_until_complete(website.take_up())
    assert asked("may I knit while it drips") != NAME
