"""Nobody but the account that the chat runs as can read the record, the secret, or what is exported."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from bot import rights
from bot.record.database import open_record, writable
from bot.secret import load_secret
from tests.conftest import ROOT

Make = Callable[[Path], Path]


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever the account's habit is."""
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's own folder, as an earlier version left it."""
    folder = tmp_path / "var"
    folder.mkdir()
    folder.chmod(0o755)
    monkeypatch.setattr(rights, "OWN_FOLDER", folder)
    return folder


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _modes(folder: Path) -> dict[str, int]:
    return {path.name: _mode(path) for path in folder.iterdir()}


@pytest.fixture
def left_open() -> Iterator[Make]:
    """Makes a record as an earlier version did, in use: with a write-ahead log, and readable for everybody."""
    with ExitStack() as users:

        def make(folder: Path) -> Path:
            connection = users.enter_context(closing(sqlite3.connect(folder / "record.db")))
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE there (is_something)")
            for file in folder.iterdir():
                file.chmod(0o644)
            return folder / "record.db"

        yield make


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is logged."""
    capture = LogCapture()
    logger = structlog.wrap_logger(None, processors=[capture], wrapper_class=structlog.stdlib.BoundLogger)
    monkeypatch.setattr(rights, "log", logger)
    return capture.entries


@pytest.mark.usefixtures("umask")
def test_a_new_record_and_the_folders_made_for_it_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "made" / "var" / "record.db"
    with closing(open_record(path)) as record:
        record.execute("INSERT INTO heartbeat (id, at) VALUES (1, 'now')")
        record.conn.commit()
        assert writable(path) is None
        assert _modes(path.parent) == dict.fromkeys(
            ("record.db", "record.db-wal", "record.db-shm", "record.db.key"), 0o600
        )
    assert [_mode(folder) for folder in (path.parent, path.parent.parent)] == [0o700, 0o700]


@pytest.mark.usefixtures("umask")
def test_a_new_secret_and_its_folder_are_their_owners_alone(tmp_path: Path) -> None:
    load_secret(tmp_path / "var" / "secret")
    assert (_mode(tmp_path / "var"), _modes(tmp_path / "var")) == (0o700, {"secret": 0o600})


def test_what_an_earlier_version_left_open_is_narrowed_and_said_once(
    own: Path,
    left_open: Make,
    lines: list[Any],
) -> None:
    path = left_open(own)
    (own / "secret").write_text("s" * 43)
    (own / "secret").chmod(0o644)
    for _ in range(2):
        open_record(path).close()
        load_secret(own / "secret")
    assert _mode(own) == 0o700
    assert set(_modes(own).values()) == {0o600}
    assert sorted((line["event"], Path(line["path"]).name) for line in lines) == [
        ("record.rights_narrowed", name) for name in ("record.db", "record.db-shm", "record.db-wal", "secret", "var")
    ]


def test_whoever_runs_it_as_root_is_told_once(monkeypatch: pytest.MonkeyPatch, lines: list[Any]) -> None:
    monkeypatch.setattr(rights, "_said", set())
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    rights.warn_of_root()
    assert lines == []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    rights.warn_of_root()
    rights.warn_of_root()
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("record.kept_by_root", "warning")


def test_a_folder_that_somebody_else_made_is_left_and_named_once(
    tmp_path: Path,
    left_open: Make,
    lines: list[Any],
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    path = left_open(shared)
    for _ in range(2):
        open_record(path).close()
    assert _mode(shared) == 0o755
    assert set(_modes(shared).values()) == {0o600}
    named = [line["remedy"] for line in lines if line["event"] == "record.folder_open_to_others"]
    assert named == [f"chmod 700 {shared}"]


def test_a_link_to_a_record_narrows_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "elsewhere.db")
    open_record(tmp_path / "link.db").close()
    assert _mode(tmp_path / "elsewhere.db") == 0o600


def test_where_rights_cannot_be_changed_the_record_is_used_as_it_is(
    own: Path,
    left_open: Make,
    lines: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = left_open(own)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    monkeypatch.setattr(os, "fchmod", refuse)
    for _ in range(2):
        with closing(open_record(path)) as record:
            assert record.execute("SELECT count(*) FROM turns").fetchone() == (0,)
    assert [line["event"] for line in lines if line["path"] == str(path)] == ["record.rights_not_narrowed"]
    rights.narrow_output()


@pytest.mark.parametrize("command", ["export", "list"])
def test_a_command_on_the_record_writes_for_its_owner_alone_and_only_what_was_asked_for(
    tmp_path: Path,
    command: str,
) -> None:
    open_record(tmp_path / "record.db").close()
    (tmp_path / "record.db").chmod(0o644)
    with (tmp_path / "export.jsonl").open("wb") as exported:
        (tmp_path / "export.jsonl").chmod(0o644)
        environment = {**os.environ, "OZONE_DATABASE": str(tmp_path / "record.db")}
        result = subprocess.run(
            [sys.executable, "-m", "bot", "record", command],
            cwd=ROOT,
            env=environment,
            stdout=exported,
            stderr=subprocess.PIPE,
            check=True,
            text=True,
        )
    assert set(_modes(tmp_path).values()) == {0o600}
    assert (tmp_path / "export.jsonl").read_bytes() == b""
    assert "record.rights_narrowed" in result.stderr


@pytest.mark.parametrize("command", ["serve", "console", "up", "record list", "improve give-up", "staff list"])
def test_every_process_that_uses_the_record_keeps_what_it_writes_private(tmp_path: Path, command: str) -> None:
    """Each ends at once, at a setting that cannot be used or a record that is not there; the umask counts."""
    script = "import atexit, os; from bot.cli import main; atexit.register(lambda: print(oct(os.umask(0)))); main()"
    environment = {**os.environ, "OZONE_DATABASE": str(tmp_path / "record.db"), "PORT": "none"}
    result = subprocess.run(
        [sys.executable, "-c", script, *command.split()],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        umask=0o022,
    )
    assert "0o77" in result.stdout, result.stderr
