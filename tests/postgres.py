"""A PostgreSQL of the tests' own: in a folder of its own, on a port of its own, gone when they end.

It comes from POSTGRES_BIN, from the path, or from where Debian puts it (`scripts/postgres.sh` installs it there).
"""

from __future__ import annotations

import copy
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

MISSING = "There is no PostgreSQL here, so what it keeps is not tested: run `make postgres`, or set POSTGRES_BIN."
_PATIENCE_SECONDS = 60
_STOPPED, _ENDED = "T", "ZX"
"""How the kernel calls a process that was stopped, or has ended."""


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`, or None."""
    given = os.environ.get("POSTGRES_BIN")
    found = shutil.which("initdb")
    places = [Path(given)] if given else []
    places += [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return next((path for path in places if (path / "initdb").exists() and (path / "postgres").exists()), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One PostgreSQL.

    Args:
        options: settings of postgresql.conf.
        durable: whether a commit waits for the disk; tests that kill nothing do without.
    """

    def __init__(self, *, durable: bool = False, options: Sequence[str] = ()) -> None:
        found = binaries()
        assert found is not None, MISSING
        self._binaries = found
        self._make_folder()
        self._run("initdb", "-D", self.data, "-U", "ozone", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._configure(
            "listen_addresses = '127.0.0.1'",
            "max_connections = 60",
            "shared_buffers = 32MB",
            f"fsync = {'on' if durable else 'off'}",
            *options,
        )
        self.start()

    def standby(self) -> Server:
        """Another one that follows this one's every commit before whoever commits is told."""
        other = copy.copy(self)
        other._make_folder()
        other._run("pg_basebackup", "-D", other.data, "-R", "-c", "fast", "-d", self.url())
        other._configure()
        other.start()
        self.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.ask("SELECT pg_reload_conf()")
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'").strip() != "1":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return other

    def promote(self) -> None:
        """A standby takes over."""
        self.ask("SELECT pg_promote()")

    def _make_folder(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.data, self.port = self.folder / "data", _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] = (self.folder / "log").open("ab")
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")

    def _configure(self, *settings: str) -> None:
        own = [f"unix_socket_directories = '{self.folder}'", f"port = {self.port}", *settings]
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\n".join(own) + "\n")

    def url(self, database: str = "postgres") -> str:
        """As in DATABASE_URL."""
        return f"postgresql://ozone@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Starts it, and waits until it can be asked."""
        command = [*self._as_nobody(), str(self._binaries / "postgres"), "-D", str(self.data)]
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, start_new_session=True)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._ready():
            assert self._process.poll() is None, (self.folder / "log").read_text(encoding="utf-8")[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: the fast shutdown; SIGQUIT: as after a crash."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(_PATIENCE_SECONDS)

    def pause(self, *, on: bool) -> None:
        """Makes the whole of it say nothing, or go on: what a network that was cut looks like."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:  # it may just be making another process, which would stay stopped for ever if it was missed
            alive = {number: told[0] for number, (_, told) in self._processes().items() if told[0] not in _ENDED}
            waiting = [number for number, state in alive.items() if (state == _STOPPED) is not on]
            if not waiting:
                return
            for number in waiting:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGSTOP if on else signal.SIGCONT)
            assert time.monotonic() < deadline, self.states()
            time.sleep(0.005)

    def cpu_seconds(self) -> float:
        """What it has had of the cores, with its processes that are gone."""
        used = 0.0
        for own, told in self._processes().values():
            used += sum(int(ticks) for ticks in told[11 : 15 if own else 13])
        return used / os.sysconf("SC_CLK_TCK")

    def states(self) -> list[str]:
        """Each of its processes with its state: T is one that was stopped."""
        return [f"{number} {told[0]}" for number, (_, told) in self._processes().items()]

    def _processes(self) -> dict[int, tuple[bool, list[str]]]:
        """Itself and its children by number: whether it is itself, and what the kernel tells after the name."""
        assert self._process is not None
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                told = (process / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
                if self._process.pid in (int(process.name), int(told[1])):
                    found[int(process.name)] = (int(process.name) == self._process.pid, told)
        return found

    def ask(self, statement: str, database: str = "postgres") -> str:
        """What psql prints of it."""
        return self._run(
            "psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-c", statement, self.url(database)
        ).stdout.decode()

    def create(self, template: str = "template1") -> str:
        """A database of its own; returns its name."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def set_read_only(self, name: str, on: bool) -> None:
        """Makes a database refuse every write, as a standby does; who is connected has to come again."""
        self.ask(f"ALTER DATABASE {name} SET default_transaction_read_only = {'on' if on else 'off'}")
        self.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def remove(self) -> None:
        """Ends it and takes everything away."""
        if self._process is not None and self._process.poll() is None:
            self.pause(on=False)
            try:
                self.stop(signal.SIGQUIT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(_PATIENCE_SECONDS)
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ready(self) -> bool:
        asked = [str(self._binaries / "pg_isready"), "-q", "-t", "3", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asked, check=False, timeout=_PATIENCE_SECONDS).returncode == 0

    def _run(self, program: str, *arguments: object) -> subprocess.CompletedProcess[bytes]:
        command = [*self._as_nobody(), str(self._binaries / program), *map(str, arguments)]
        ended = subprocess.run(command, capture_output=True, check=False, cwd=self.folder, timeout=_PATIENCE_SECONDS)
        assert ended.returncode == 0, ended.stderr.decode()
        return ended

    @staticmethod
    def _as_nobody() -> list[str]:
        """PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return []
        return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
