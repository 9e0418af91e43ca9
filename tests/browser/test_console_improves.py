"""From a correction made in the browser to a model that knows better.

Slow: it trains one model (about two minutes on two cores).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import expect, sync_playwright

from bot.improvement.candidate import ask
from bot.on_rasa.engine import Engine
from bot.on_rasa.model import model_path
from bot.record.database import open_record
from bot.settings import Settings
from tests.browser.conftest import BROWSERS, FLAGS
from tests.browser.console import logged_in, make_record, served
from tests.conftest import DATA, ROOT

Result = TypeVar("Result")

SENTENCES = (
    "can I knit in there",
    "is knitting allowed there",
    "is it fine if I do my knitting",
    "may I do some knitting there",
)
PARAPHRASES = ("may I knit there", "could I go on with my knitting")
RIGHT = "what_to_wear_bring"
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A project of its own: a copy of the data, and the model in use."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(DATA, folder / "data")
    for name in ("domain.yml", "config.yml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "models").mkdir()
    found = Settings(data=folder / "data", models=folder / "models", database=folder / "record.db")
    shutil.copy(model_path(Settings()), model_path(found))
    return found


def _beside[Result](loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Result]) -> Result:
    """Runs a coroutine on the loop, in a thread of its own: Playwright's loop runs in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(loop.run_until_complete, work).result()


@pytest.mark.training
def test_a_correction_made_in_the_browser_ends_in_a_model_that_knows_the_sentence_and_its_paraphrases(
    settings: Settings, engine: Engine, loop: asyncio.AbstractEventLoop
) -> None:
    running = Engine(settings, open_record(None))
    running.load()
    assert running.fault is None
    talks, unknown = [], []
    for number, sentence in enumerate(SENTENCES):
        reply = loop.run_until_complete(engine.turn(f"knitting-{number}", sentence))
        assert reply.turn is not None
        if reply.turn.snippet_id != RIGHT:
            unknown.append(number)
        talks.append([replace(reply.turn, route="out_of_scope")])
    assert len(unknown) > len(SENTENCES) / 2, "the model knows these sentences already: take others for this test"
    make_record(settings.database, *talks)
    environment = {
        "OZONE_DATABASE": str(settings.database),
        "OZONE_DATA": str(settings.data),
        "OZONE_MODELS": str(settings.models),
    }
    executable = next((path for path in BROWSERS if path and Path(path).exists()), None)
    with (
        served(settings.database, OZONE_DATA=str(settings.data), OZONE_MODELS=str(settings.models)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        _, page = logged_in(browser, address)
        page.set_default_timeout(PATIENCE_MS)
        page.get_by_role("button", name="Start with: Not understood").click()
        for _ in SENTENCES:
            page.get_by_label("Wrong route").check()
            page.get_by_label("Right would have been").fill(RIGHT)
            page.get_by_role("button", name="Complete and next").click()
        expect(page.get_by_text("The queue is clear.")).to_be_visible()
        page.goto("/training")
        for sentence in SENTENCES:
            page.get_by_role("button", name=f"Accept for: {sentence}").click()

        done = subprocess.run(
            [sys.executable, "-m", "bot", "improve"],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=1500,
        )
        assert done.returncode == 0, done.stderr
        assert "improve promote 1" in done.stdout

        page.goto("/training/1")
        expect(page.get_by_role("table", name="The gate, before and after")).to_be_visible()
        expect(page.get_by_text("out_of_scope; now: what_to_wear_bring ✓").first).to_be_visible()
        page.get_by_role("button", name="Promote this candidate").click()
        expect(page.get_by_text("Promoted:")).to_be_visible()
        page.goto(f"/conversations/knitting-{unknown[0]}")  # one that the model knew would have needed no fixing
        expect(page.get_by_role("link", name="Fixed by training run 1")).to_be_visible()

        answers = ask(settings, [{"text": text} for text in (*SENTENCES, *PARAPHRASES)])
        assert [answer["snippet"] for answer in answers] == [RIGHT] * len(answers)

        assert _beside(loop, running.take_up()), "a website that runs takes the promoted model up without a start"
        answered = _beside(loop, running.turn("after", PARAPHRASES[0])).turn
        assert answered is not None
        assert answered.snippet_id == RIGHT

        page.goto("/training/1")
        page.get_by_role("button", name="Step back").click()
        expect(page.get_by_text("Stepped back:")).to_be_visible()
        browser.close()
    assert loop.run_until_complete(running.take_up()), "and steps back with it"
    assert model_path(settings).name == model_path(Settings()).name, (
        "after stepping back the model from before fits again"
    )
