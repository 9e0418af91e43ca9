"""The website in two processes on one port: visitors notice
one website, and whatever ends a process harms no conversation."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socket
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.ports import free_port

PATIENCE_SECONDS = 300
_LISTENING = "0A"
"""A state in /proc/net/tcp."""


class Site:
    """`python -m bot serve` with two processes, on a record of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        own = {
            "PORT": str(self.port),
            "OZONE_DATABASE": str(folder / "record.db"),
            "OZONE_SECRET_FILE": str(folder / "secret"),
            "OZONE_PROCESSES": "2",
        }
        self.parent = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            cwd=ROOT,
            env={**os.environ, **own},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def children(self) -> list[int]:
        parent = self.parent.pid
        return [
            int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
        ]

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as response:
            return str(response.read().decode())

    def ask(self, message: str, **more: str) -> Any:
        """One message on a connection of its own, which the kernel gives
        to either process; sent again as the widget does when it is cut."""
        body = json.dumps({"message": message, "client_id": uuid.uuid4().hex, **more}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/chat", body, {"Content-Type": "application/json"}
        )
        for _ in range(20):
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    return json.loads(response.read())
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        raise AssertionError("no reply")

    def turns(self) -> int:
        return int(
            sum(
                float(count)
                for count in re.findall(r"^ozone_turns_total\{.*\} (\S+)$", self.get("/metrics"), re.MULTILINE)
            )
        )

    def listening(self) -> list[int]:
        """The processes that take visitors on the port."""
        table = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
        sockets = {
            f"socket:[{row[9]}]" for row in table if row[3] == _LISTENING and int(row[1].split(":")[1], 16) == self.port
        }
        return [child for child in self.children() if sockets & _open_files(child)]

    def stop(self) -> int:
        self.parent.terminate()
        return self.parent.wait(30)


def _soon(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def _open_files(process: int) -> set[str]:
    found = set()
    with suppress(OSError):  # gone meanwhile
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                found.add(str(descriptor.readlink()))
    return found


def _free(port: int) -> bool:
    with socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@contextmanager
def _serving(folder: Path) -> Iterator[Site]:
    site = Site(folder)
    try:
        _soon(lambda: site.parent.poll() is not None or len(site.listening()) == 2, "the two processes did not start")
        assert site.parent.poll() is None
        yield site
    finally:
        site.stop()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with _serving(tmp_path_factory.mktemp("var")) as made:
        yield made


def test_a_conversation_goes_on_whichever_process_gets_the_next_message(site: Site) -> None:
    talk = {"token": site.ask("What is ozone?")["token"]}
    assert [site.ask(f"what does it cost {number}", **talk)["turn"] for number in range(8)] == list(range(2, 10))


def test_a_request_that_reaches_both_is_answered_once(site: Site) -> None:
    talk = {"token": site.ask("What is ozone?")["token"]}
    with ThreadPoolExecutor(8) as pool:
        same = list(pool.map(lambda _: site.ask("does it hurt", client_id="once", **talk), range(8)))
    assert {reply["turn"] for reply in same} == {2}


def test_other_words_under_a_used_id_are_answered_once_whichever_process_gets_them(site: Site) -> None:
    talk = {"token": site.ask("What is ozone?")["token"]}
    said = ["does it hurt", "I cannot breathe"] * 4
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda text: site.ask(text, client_id="once", **talk), said))
    assert {reply["turn"] for reply in replies} == {2, 3}
    assert {reply["route"] for reply in replies[1::2]} == {"emergency"}


def test_metrics_and_readiness_speak_for_both(site: Site) -> None:
    before = site.turns()
    for number in range(8):
        site.ask(f"what does it cost {number}")
    assert site.turns() == before + 8
    assert json.loads(site.get("/readyz"))["ready"]
    assert re.search(r"^ozone_ready 1\.0$", site.get("/metrics"), re.MULTILINE)


def test_a_process_that_is_killed_is_replaced_and_costs_no_turn(site: Site) -> None:
    talk = {"token": site.ask("What is ozone?")["token"]}
    before = site.turns()
    victim, survivor = site.children()
    os.kill(victim, signal.SIGKILL)
    assert site.ask("is it safe", **talk)["turn"] == 2
    _soon(
        lambda: survivor in site.listening() and len(site.listening()) == 2,
        "no process took the place of the killed one",
    )
    assert site.ask("how long does it take", **talk)["turn"] == 3
    assert site.turns() == before + 2, "the turns of a killed process are no longer counted"


def test_both_end_when_they_are_asked_to(tmp_path: Path) -> None:
    with _serving(tmp_path) as site:
        assert site.stop() == 0
        assert _free(site.port)


def test_neither_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    with _serving(tmp_path) as site:
        site.parent.kill()
        site.parent.wait(10)
        _soon(lambda: _free(site.port), "the port is still served")


def test_an_address_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        environment = {
            **os.environ,
            "PORT": str(other.getsockname()[1]),
            "OZONE_PROCESSES": "2",
            "OZONE_DATABASE": str(tmp_path / "record.db"),
        }
        result = subprocess.run(
            [sys.executable, "-m", "bot", "serve"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert result.returncode == 2
    assert "cannot be used" in result.stderr
    assert "Traceback" not in result.stderr
