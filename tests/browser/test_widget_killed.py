"""Network, server or tab are killed at random moments of a
visit: no message is lost, none doubled, and help stays in view.

`OZONE_KILLS` sets how many moments, `OZONE_KILL_SEED` which ones.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE_SECONDS, answers, free_port
from tests.browser.widget import Chat
from tests.conftest import ROOT

KILLS = int(os.environ.get("OZONE_KILLS", "15"))
SEED = int(os.environ.get("OZONE_KILL_SEED", "17"))
LONGEST_UNDER_WAY = 0.12
"""Seconds after a message was sent within which something is killed: before, while and after it is answered."""


class Server:
    """A website that can be killed like a machine that loses its power, and started again on the same record."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        own = {
            "PORT": str(port),
            "OZONE_DATABASE": str(folder / "record.db"),
            "OZONE_SECRET_FILE": str(folder / "secret"),
        }
        self._environment = {**os.environ, **own}
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=self._environment, start_new_session=True
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not answers(self.address):
            assert self._process.poll() is None, "the website ended before it was ready"
            assert time.monotonic() < deadline, "the website was not ready in time"
            time.sleep(0.2)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    yield made
    made.kill()


def _new_tab(page: Page) -> Page:
    """The tab as the browser brings it back after it was killed: the page anew, with the tab's memory."""
    memory = page.evaluate("({ ...sessionStorage })")
    address = page.url
    context = page.context
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{address}static/icon.svg")
    page.evaluate("(memory) => Object.assign(sessionStorage, memory)", memory)
    page.goto(address)
    return page


def test_nothing_is_lost_or_doubled_and_the_number_is_there_whatever_is_killed(
    context: BrowserContext, server: Server
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - nothing is kept secret with it
    page = context.new_page()
    page.goto(f"{server.address}/")
    chat = Chat(page)
    sent: list[str] = []

    def write() -> None:
        words = f"What is ozone, question {len(sent) + 1}?"
        chat.send(words)
        sent.append(words)

    for _ in range(KILLS):
        killed = chance.choices(["network", "tab", "server"], weights=[3, 3, 1])[0]
        for _ in range(chance.randint(1, 3)):
            write()
        time.sleep(chance.uniform(0, LONGEST_UNDER_WAY))
        if killed == "network":
            context.set_offline(True)
        elif killed == "server":
            server.kill()
        else:
            chat = Chat(_new_tab(chat.page))
        if killed != "tab":
            write()
            expect(chat.questions).to_have_count(len(sent))
            expect(chat.number).to_be_in_viewport(timeout=5000)
        if killed == "server":
            server.start()
        context.set_offline(False)
        expect(chat.replies).to_have_count(len(sent), timeout=60_000)
        expect(chat.questions).to_have_count(len(sent))
        expect(chat.number).to_be_hidden()

    token = chat.page.evaluate(
        "JSON.parse(Object.entries(sessionStorage).find(([name]) => name.includes('http'))[1]).token"
    )
    turns = chat.page.request.post(f"{server.address}/api/conversation", data={"token": token}).json()["turns"]
    assert [turn["text"] for turn in turns] == sent
