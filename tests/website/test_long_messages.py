"""A message of 64 kB, whatever it is made of, is answered, and nobody else waits for it."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import httpx2 as httpx
import pytest

from bot.on_rasa.engine import Engine
from bot.record.database import open_record
from bot.safety.normalise import MAX_MESSAGE_LENGTH
from bot.settings import MAX_BODY_BYTES, Settings
from bot.website.app import create_app
from tests.hostile import SHAPES, hostile

BUSY = 0.25
"""Seconds of this process's work, whoever else keeps the machine busy, within which somebody else gets an answer."""


class Site:
    """The website without a network, and somebody else who looks whether it is alive."""

    def __init__(self, settings: Settings, engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
        transport = httpx.ASGITransport(app=create_app(settings, engine))
        self._browser = httpx.AsyncClient(transport=transport, base_url="http://test")
        self._loop = loop

    def ask(self, body: bytes) -> httpx.Response:
        return self._loop.run_until_complete(self._browser.post("/api/chat", content=body))

    def ask_while_others_wait(self, body: bytes) -> tuple[httpx.Response, float]:
        """The reply, and the longest between two health checks meanwhile, in seconds of this process's work."""
        return self._loop.run_until_complete(self._both(body))

    async def _both(self, body: bytes) -> tuple[httpx.Response, float]:
        reply = asyncio.create_task(self._browser.post("/api/chat", content=body))
        longest, answered = 0.0, time.process_time()
        while not reply.done():
            await asyncio.sleep(0.001)
            assert (await self._browser.get("/healthz")).json() == {"alive": True}
            longest, answered = max(longest, time.process_time() - answered), time.process_time()
        return reply.result(), longest


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine, loop: asyncio.AbstractEventLoop) -> Site:
    monkeypatch.setenv("OZONE_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("OZONE_DATABASE", str(tmp_path / "record.db"))
    settings = Settings()
    open_record(settings.database).close()
    return Site(settings, engine, loop)


def _body(shape: str, then: str) -> bytes:
    """As much of a shape as a request may hold: some letters take two bytes or six."""
    size = MAX_BODY_BYTES - 100
    while len(body := json.dumps({"message": hostile(shape, size) + then}).encode()) > MAX_BODY_BYTES:
        size = size * MAX_BODY_BYTES // len(body) - 100
    return body


@pytest.mark.parametrize("shape", SHAPES)
def test_a_message_of_64_kilobytes_is_answered_and_holds_nobody_up(site: Site, shape: str) -> None:
    reply, longest = site.ask_while_others_wait(_body(shape, ""))
    assert reply.status_code == 200
    assert longest < BUSY


@pytest.mark.parametrize("shape", SHAPES)
def test_an_emergency_at_the_end_of_64_kilobytes_is_answered_as_one(site: Site, shape: str) -> None:
    reply = site.ask(_body(shape, " I cannot breathe"))
    assert (reply.status_code, reply.json()["route"]) == (200, "emergency")


def test_of_64_kilobytes_the_record_keeps_the_beginning_and_the_end(site: Site, engine: Engine) -> None:
    said = "My question is long. " + "word " * 12_000 + "Those were my words."
    body = json.dumps({"message": said}).encode()
    # A machine that stands still for seconds has the visitor answered without the record: then it is said again.
    replies = (site.ask(body).json() for _ in range(5))
    conversation = [next(reply["conversation"] for reply in replies if reply["turn"] is not None)]
    record = engine.store.database
    (text,) = record.execute("SELECT text FROM turns WHERE conversation = ?", conversation).fetchone()
    assert text.startswith("My question is long.")
    assert text.endswith("Those were my words.")
    assert len(text) <= MAX_MESSAGE_LENGTH
    (events,) = record.execute("SELECT sum(length(data)) FROM events WHERE conversation = ?", conversation).fetchone()
    assert events < 20_000


def test_nobody_waits_without_a_model_either(site: Site, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_processor", None)
    reply, longest = site.ask_while_others_wait(_body("what visitors say", " I cannot breathe"))
    assert reply.json()["route"] == "emergency"
    assert longest < BUSY
