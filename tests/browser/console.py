"""A staff console as `make serve` runs it, on a record of its own, for the browser tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, Page

from bot.content.library import Library
from bot.record.database import open_record
from bot.record.feedback import give_feedback
from bot.record.turns import Turn, gravest, insert_turn, utc
from bot.safety.warning import WARNING
from tests.browser.conftest import PATIENCE_SECONDS
from tests.conftest import ROOT
from tests.ports import free_port

PASSWORD = "correct horse battery"
BEGUN = 1_795_000_000.0


def make_record(path: Path, *talks: list[Turn]) -> None:
    """A record with these conversations and the account maria, an administrator."""
    record = open_record(path)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    record.execute(
        "INSERT INTO staff (username, password_hash, created_at, role) VALUES ('maria', ?, ?, 'admin')",
        [hasher.hash(PASSWORD), utc(BEGUN)],
    )
    for turns in talks:
        with record.atomic():
            record.execute(
                "INSERT INTO conversations (id, channel, started_at, last_at, turns, worst_route) VALUES (?, 'web', ?,"
                " ?, ?, ?)",
                [turns[0].conversation, turns[0].at, turns[-1].at, len(turns), gravest([turn.route for turn in turns])],
            )
            for turn in turns:
                insert_turn(record, turn)
    if talks:
        give_feedback(record, talks[0][0].conversation, 1, helpful=False, reason="I wanted the price.")
        asked = [
            talks[0][0].conversation,
            utc(BEGUN),
            "May I come with a cold?",
            "555 0100",
            "mornings",
            utc(BEGUN),
            utc(BEGUN),
        ]
        record.execute(  # in the clear, as before there were seals; the console seals it when it starts
            "INSERT INTO requests (conversation, created_at, question, reach, best_time, consent_at, changed_at) VALUES"
            " (?, ?, ?, ?, ?, ?, ?)",
            asked,
        )
    record.close()


def turn(library: Library, number: int, snippet_id: str = "what_is_ozone", **changes: object) -> Turn:
    """The first turn of a conversation of its own, answered with a current snippet."""
    snippet = library[snippet_id]
    trace = {"id": snippet.id, "version": snippet.version, "hash": snippet.hash}
    plain = Turn(
        conversation=f"talk-{number}",
        number=1,
        at=utc(BEGUN + 3600 * number),
        text=f"Question number {number} about ozone",
        route=snippet.route,
        intent=snippet.id,
        confidence=0.4,
        ranking=[{"name": snippet.id, "confidence": 0.4}],
        risk_category=None,
        risk_rule=None,
        explanation={"reason": "intent", "findings": [], "classifier": None, "earlier": None},
        snippet_id=snippet.id,
        snippet_version=snippet.version,
        snippet_hash=snippet.hash,
        reply=snippet.text,
        messages=[{"text": snippet.text, "snippet": trace, "buttons": []}],
        warning=WARNING,
        latency_ms=41.0,
        model_id="model-1",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@contextmanager
def served(database: Path, **environment: str) -> Iterator[str]:
    """The console's address, once it answers."""
    port = free_port()
    settings = {**os.environ, "CONSOLE_PORT": str(port), "OZONE_DATABASE": str(database), **environment}
    server = subprocess.Popen([sys.executable, "-m", "bot", "console"], cwd=ROOT, env=settings)
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while not _alive(f"http://127.0.0.1:{port}/healthz"):
            assert server.poll() is None, "the console ended before it was ready"
            assert time.monotonic() < deadline, "the console was not ready in time"
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="module")
def address(database: Path) -> Iterator[str]:
    """Where the console of the module's own record is; modules import this and `page`, and make `database`."""
    with served(database) as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page in which maria is logged in."""
    context, opened = logged_in(browser, address)
    yield opened
    context.close()


def _alive(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def logged_in(browser: Browser, address: str, **options: object) -> tuple[BrowserContext, Page]:
    """A page of a browser in which maria is logged in."""
    context = browser.new_context(base_url=address, **options)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Username").fill("maria")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Inbox").wait_for()
    return context, page
