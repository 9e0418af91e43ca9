"""Both apps as processes of one terminal, with what follows PostgreSQL if there is one: started together, stopped
together.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

from bot.settings import Settings

_PATIENCE_SECONDS = 180
_SHUTDOWN_SECONDS = 10


def launch(settings: Settings) -> int:
    """Runs website and console until one ends or somebody stops them; returns the exit code.

    Prints `Ready` with both addresses once the website is ready and the console answers.
    """
    names = {"serve": settings.port, "console": settings.console_port}
    processes = {name: subprocess.Popen([sys.executable, "-m", "bot", name]) for name in names}
    if settings.database_url:
        processes["follow"] = subprocess.Popen([sys.executable, "-m", "bot", "record", "follow"])
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    website, console = (f"http://{settings.host}:{port}" for port in names.values())
    print("Starting ...", flush=True)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    announced = False
    try:
        while not stopping and all(process.poll() is None for process in processes.values()):
            if not announced and _answers(f"{website}/readyz") and _answers(f"{console}/healthz"):
                print(f"\nReady\n  Website: {website}\n  Console: {console}\n\nStop both with Ctrl-C.", flush=True)
                announced = True
            if not announced and time.monotonic() > deadline:
                print(
                    f"Not ready after {_PATIENCE_SECONDS} seconds. {website}/readyz says why.",
                    file=sys.stderr,
                    flush=True,
                )
                return 1
            time.sleep(0.3)
        if not stopping:
            ended = next(name for name, process in processes.items() if process.poll() is not None)
            print(_stopped(ended, names.get(ended)), file=sys.stderr)
            return 1
        return 0
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            try:
                process.wait(_SHUTDOWN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _stopped(name: str, port: int | None) -> str:
    if port is None:
        return "`record follow` has stopped; its lines above say why."
    app = "website" if name == "serve" else "console"
    return f"The {app} has stopped. Is port {port} in use? PORT and CONSOLE_PORT move the ports."


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
