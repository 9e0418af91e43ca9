"""The website as several processes on one port: each holds the model, all write one record."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from types import FrameType

import structlog
from prometheus_client import multiprocess

from bot.settings import Settings

log = structlog.get_logger()


class AddressError(RuntimeError):
    """The address cannot be used; the message names it and the remedy."""


METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus_client keeps what the processes count together; its own name for the setting."""

_SHUTDOWN_SECONDS = 10
_LOOK_SECONDS = 0.2


def listening_socket(host: str, port: int, *, shared: bool) -> socket.socket:
    """A socket bound to an address; with `shared` other processes of ours
    may bind the same one, and the kernel spreads the visitors over them.

    Raises:
        AddressError: the address is in use, or is none of this machine.
    """
    bound = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(address)
    except OSError as error:
        if bound is not None:
            bound.close()
        raise AddressError(
            f"{host}:{port} cannot be used ({error.strerror}). Set another address with HOST and PORT (CONSOLE_PORT for"
            " the console)."
        ) from error
    return bound


def keep_serving(settings: Settings) -> int:
    """Runs the website's processes until somebody stops them; returns the exit code.

    A process that is killed, for want of memory perhaps, is started again; one that ends by itself has said why, and
    all end.

    Raises:
        AddressError: the address is in use, or is none of this machine.
    """
    with listening_socket(
        settings.host, settings.port, shared=False
    ) as probe:  # a shared one would not notice another server
        port = int(probe.getsockname()[1])
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    with tempfile.TemporaryDirectory() as counted:
        environment = {**os.environ, "PORT": str(port), METRICS_FOLDER: counted}
        processes = [_start(environment) for _ in range(settings.processes)]
        try:
            while not stopping.wait(_LOOK_SECONDS):
                for place, process in enumerate(processes):
                    if (code := process.poll()) is None:
                        continue
                    multiprocess.mark_process_dead(process.pid, counted)  # type: ignore[no-untyped-call]
                    if code >= 0:
                        return code or 1
                    log.error("website.process_killed", signal=-code)
                    processes[place] = _start(environment)
            return 0
        finally:
            _end(processes)


def _start(environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "serve", "--one-of-several"], env=environment, stdin=subprocess.PIPE
    )


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    until = time.monotonic() + _SHUTDOWN_SECONDS
    for process in processes:
        try:
            process.wait(max(until - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def end_with_parent() -> None:
    """Ends this process when the one that started it is gone,
    however that ended: its standard input is a pipe from there."""

    def wait() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()
