"""The website over HTTP while the record is locked or the disk
is full: health checks tell the truth, visitors get a safe reply."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from bot.on_rasa.engine import Engine
from bot.safety.warning import WARNING
from bot.settings import Settings
from bot.website.app import create_app
from tests.ports import free_port

LOCKED_SECONDS = 10.0


class Site:
    """A website that is being served."""

    def __init__(self, address: str) -> None:
        self.address = address

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.address + path, timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def ask(self, message: str) -> Any:
        return self.post("/api/chat", message=message)

    def ask_nothing(self) -> str:
        """The token of a new conversation."""
        return str(self.post("/api/conversation")["token"])

    def post(self, path: str, **body: Any) -> Any:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.loads(response.read())


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], Site]]:
    """Serves the website in a thread, on a record at a path."""
    started: list[tuple[uvicorn.Server, threading.Thread, Engine]] = []

    def start(path: Path) -> Site:
        monkeypatch.setenv("OZONE_DATABASE", str(path))
        monkeypatch.setenv("OZONE_SECRET_FILE", str(tmp_path / "secret"))
        settings, port = Settings(), free_port()
        engine = Engine(settings)
        app = create_app(settings, engine)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, ws="none"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
        thread.start()
        started.append((server, thread, engine))
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return Site(f"http://127.0.0.1:{port}")

    yield start
    for server, thread, engine in started:
        server.should_exit = True
        thread.join(20)
        engine.store.record.close()


def test_health_checks_are_answered_while_another_process_locks_the_record(
    serve: Callable[[Path], Site], tmp_path: Path
) -> None:
    site = serve(tmp_path / "record.db")
    assert site.get("/readyz")[0] == 200
    with (
        ThreadPoolExecutor(2) as visitors,
        closing(sqlite3.connect(tmp_path / "record.db", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        waiting = [visitors.submit(site.ask, text) for text in ("I cannot breathe", "What is ozone?")]
        until, slowest = time.monotonic() + LOCKED_SECONDS, 0.0
        while time.monotonic() < until:
            before = time.monotonic()
            assert site.get("/healthz")[0] == 200
            slowest = max(slowest, time.monotonic() - before)
            assert site.get("/metrics")[0] == 200
            time.sleep(0.1)
        status, body = site.get("/readyz")
        assert status == 503
        assert "cannot be written" in body
        other.execute("ROLLBACK")
        emergency, answer = (visitor.result() for visitor in waiting)
    assert slowest < 1.0
    assert emergency["route"] == "emergency"
    for reply in (emergency, answer):
        assert reply["messages"]
        assert reply["warning"]["text"] == WARNING
    assert site.ask("What is ozone?")["turn"] == 1
    assert site.get("/readyz")[0] == 200


@pytest.mark.parametrize(
    ("path", "more", "got"),
    [
        ("/api/feedback", {"turn": 1, "helpful": True}, {"saved": True}),
        ("/api/conversation/delete", {}, {"deleted": True}),
        ("/api/chat", {"message": "I cannot breathe"}, {"route": "emergency"}),
    ],
)
def test_what_waits_for_a_locked_record_keeps_nobody_else_waiting(
    serve: Callable[[Path], Site], tmp_path: Path, path: str, more: dict[str, Any], got: dict[str, Any]
) -> None:
    record = tmp_path / "record.db"
    site = serve(record)
    token = site.ask("What is ozone?")["token"]
    with ThreadPoolExecutor(1) as visitor, closing(sqlite3.connect(record, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = visitor.submit(site.post, path, token=token, **more)
        time.sleep(0.3)
        before = time.monotonic()
        assert site.get("/healthz")[0] == 200
        assert len(site.post("/api/conversation", token=token)["turns"]) == 1
        assert time.monotonic() - before < 1.0
        assert not waiting.done()
        other.execute("ROLLBACK")
        assert waiting.result().items() >= got.items()


@pytest.mark.parametrize(
    "words",
    ["I cannot breathe", "our carer says to wait but gran's been gulping for breath for half an hour after her ozone"],
)
def test_an_emergency_does_not_wait_for_a_locked_record_and_is_recorded_afterwards(
    serve: Callable[[Path], Site], tmp_path: Path, words: str
) -> None:
    """The rules know the first one, and the second takes the classifier."""
    record = tmp_path / "record.db"
    site = serve(record)
    token = site.ask("What is ozone?")["token"]
    with ThreadPoolExecutor(1) as visitor, closing(sqlite3.connect(record, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ordinary = visitor.submit(site.post, "/api/chat", token=site.ask_nothing(), message="What does it cost?")
        before = time.monotonic()
        reply = site.post("/api/chat", token=token, message=words)
        assert time.monotonic() - before < 1.5
        assert (reply["route"], reply["turn"]) == ("emergency", None)
        assert not ordinary.done(), "whoever is in no danger is answered when the turn is kept"
        other.execute("ROLLBACK")
        assert ordinary.result()["turn"] == 1
    until = time.monotonic() + 10
    while len(kept := site.post("/api/conversation", token=token)["turns"]) < 2:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert (kept[1]["text"], kept[1]["route"]) == (words, "emergency")


def test_an_emergency_does_not_wait_for_the_message_before_it(serve: Callable[[Path], Site], tmp_path: Path) -> None:
    record = tmp_path / "record.db"
    site = serve(record)
    token = site.ask("What is ozone?")["token"]
    with ThreadPoolExecutor(1) as visitor, closing(sqlite3.connect(record, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ordinary = visitor.submit(site.post, "/api/chat", token=token, message="What does it cost?")
        time.sleep(0.2)
        before = time.monotonic()
        assert site.post("/api/chat", token=token, message="I cannot breathe")["route"] == "emergency"
        assert time.monotonic() - before < 1.5
        other.execute("ROLLBACK")
        assert ordinary.result()["turn"] == 2


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own, as small as that."""
    folder.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() or not mount or not umount:
        pytest.skip("mounting a small disk needs root")
    if subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True, check=False
    ).returncode:
        pytest.skip("a small disk may not be mounted here")
    try:
        yield folder
    finally:
        subprocess.run([umount, "-l", str(folder)], check=True)


def test_a_disk_that_is_full_gets_the_safe_reply_until_there_is_room(
    serve: Callable[[Path], Site], tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 3) as disk:
        site = serve(disk / "record.db")
        assert site.ask("What is ozone?")["turn"] == 1
        _fill(disk / "other")
        replies = [site.ask("I take warfarin") for _ in range(3)]
        assert [reply["route"] for reply in replies] == ["clinician"] * 3
        assert replies[-1]["turn"] is None
        assert replies[-1]["warning"]["text"] == WARNING
        answer = site.ask("What is ozone?")
        assert (answer["route"], answer["turn"]) == ("answer", None)
        assert answer["messages"][0]["snippet"]["id"] == "what_is_ozone"
        assert site.ask("I cannot breathe")["route"] == "emergency"
        assert site.get("/healthz")[0] == 200
        status, body = site.get("/readyz")
        assert status == 503
        assert "cannot be written" in body
        (disk / "other").unlink()
        assert site.ask("What is ozone?")["turn"] == 1
        assert site.get("/readyz")[0] == 200
        with closing(sqlite3.connect(disk / "record.db")) as record:
            assert record.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            recorded = sum(reply["turn"] is not None for reply in replies)
            assert record.execute("SELECT count(*) FROM turns").fetchone() == (2 + recorded,)


def _fill(path: Path) -> None:
    """Takes all the room there is left."""
    with path.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
