"""What libraries log is one JSON line without anybody's words, as everything else in the log."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot.logs import configure_logging
from tests.conftest import ROOT
from tests.ports import free_port

WORDS = "I take warfarin"

_FAILING = f"""
from bot.cli import _run
from bot.logs import configure_logging
from bot.settings import Settings

async def fail(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({{"type": "lifespan.startup.complete"}})
        await receive()
    raise ValueError("{WORDS}")

configure_logging()
_run(lambda settings: fail, Settings(), Settings().port)
"""


@pytest.mark.usefixtures("logging_begun")
def test_every_event_that_the_reference_tells_of_comes_with_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    """One that is taken for a library's would lose them."""
    configure_logging()
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8").partition("## Log")[2]
    events = [event for line in page.splitlines() for event in re.findall(r"`(\w+\.\w+)`", line.split(" | ")[0])]
    assert len(events) > 30
    for event in events:
        structlog.get_logger().error(event, error="OSError")
    told = _lines(capsys.readouterr().err)
    assert [(line["event"], line.get("error")) for line in told] == [(event, "OSError") for event in events]


@pytest.fixture
def logging_begun() -> Iterator[None]:
    """As in a process of ours; what is captured is standard error of this moment."""
    configure_logging()
    yield
    configure_logging(level=50)


def _lines(written: str) -> list[dict[str, str]]:
    assert WORDS not in written
    return [json.loads(line) for line in written.splitlines()]


def _status(address: str) -> int | None:
    """What is answered, or None while nobody listens."""
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def test_a_fault_that_escapes_to_the_server_is_named_without_its_text(tmp_path: Path) -> None:
    port = free_port()
    with (tmp_path / "log").open("w") as written:
        environment = {**os.environ, "PORT": str(port)}
        process = subprocess.Popen([sys.executable, "-c", _FAILING], cwd=ROOT, env=environment, stderr=written)
    try:
        deadline = time.monotonic() + 60
        while (status := _status(f"http://127.0.0.1:{port}/")) is None:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert status == 500
    finally:
        process.terminate()
        process.wait(20)
    (line,) = _lines((tmp_path / "log").read_text(encoding="utf-8"))
    assert (line["event"], line["level"], line["error"]) == ("uvicorn.error", "error", "ValueError")
    assert line["said"] == "Exception in ASGI application"
    assert line["where"].startswith("<string>:")


@pytest.mark.usefixtures("logging_begun")
@pytest.mark.parametrize("name", ["uvicorn.error", "asyncio", "rasa.core.processor", "somebody.else"])
def test_neither_an_exception_nor_what_is_put_into_a_message_is_logged(
    name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging()
    logger = logging.getLogger(name)
    try:
        raise KeyError(WORDS)
    except KeyError as error:
        logger.error("Failed with %s", WORDS, exc_info=True)
        logger.error(error)
        logger.error(f"Traceback (most recent call last):\nKeyError: {WORDS}")  # so a start that fails is told
    lines = _lines(capsys.readouterr().err)
    assert [line["event"] for line in lines] == [name] * 3
    assert lines[0]["error"] == "KeyError"
    assert all(line["where"].startswith("test_logs.py:") for line in lines)


@pytest.mark.usefixtures("logging_begun")
def test_a_library_is_heard_once_however_often_logging_is_configured(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        configure_logging()
    logging.getLogger("somebody.else").warning("once")
    assert len(_lines(capsys.readouterr().err)) == 1
