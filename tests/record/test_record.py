"""Writes are whole or not at all, faults end when their cause goes away, and nobody waits for somebody else's lock."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.record.database import RecordError, open_record
from bot.record.record import Record

NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.db"


@pytest.fixture
def record(path: Path) -> Iterator[Record]:
    record = Record(path)
    yield record
    record.close()


def beat(at: str) -> Callable[[Database], None]:
    """A write that can be seen afterwards."""

    def write(database: Database) -> None:
        database.execute("INSERT OR REPLACE INTO heartbeat (id, at) VALUES (1, ?)", [at])

    return write


def heard(database: Database) -> list[str]:
    return [at for (at,) in database.execute("SELECT at FROM heartbeat")]


def stored(path: Path) -> list[str]:
    with closing(open_record(path)) as database:
        return heard(database)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process that holds the write lock."""
    open_record(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing in `folder` can be written; root is nobody for as long, because root may write everywhere."""
    for file in (folder, *folder.iterdir()):
        file.chmod(0o555 if file.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for file in (folder, *folder.iterdir()):
            file.chmod(0o755 if file.is_dir() else 0o644)


@contextmanager
def full_disk(bytes_left: int = 0) -> Iterator[None]:
    """No file may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_was_written_is_on_disk(record: Record, path: Path) -> None:
    asyncio.run(record.write(beat("now")))
    assert stored(path) == ["now"]


def test_a_job_that_fails_leaves_nothing_and_takes_no_other_with_it(record: Record, path: Path) -> None:
    def fail(database: Database) -> None:
        beat("never")(database)
        raise ValueError("not this one")

    async def together() -> tuple[object, object]:
        return await asyncio.gather(record.write(beat("kept")), record.write(fail), return_exceptions=True)

    kept, failed = asyncio.run(together())
    assert kept is None
    assert isinstance(failed, ValueError)
    assert stored(path) == ["kept"]


def test_a_job_that_fails_alone_leaves_nothing_and_the_next_one_is_kept(record: Record, path: Path) -> None:
    def fail(database: Database) -> None:
        beat("never")(database)
        raise ValueError("not this one")

    with pytest.raises(ValueError, match="not this one"):
        asyncio.run(record.write(fail))
    assert stored(path) == []
    asyncio.run(record.write(beat("kept")))
    assert stored(path) == ["kept"]


def test_a_locked_record_can_still_be_read(record: Record, path: Path) -> None:
    async def while_locked() -> list[str]:
        waiting = asyncio.ensure_future(record.write(beat("later")))
        seen = await record.read(heard)
        assert not waiting.done()
        other.__exit__(None, None, None)
        await waiting
        return seen

    other = locked(path)
    other.__enter__()
    assert asyncio.run(while_locked()) == []
    assert stored(path) == ["later"]


def test_a_write_that_was_given_up_is_never_made(record: Record, path: Path) -> None:
    with locked(path), pytest.raises(sqlite3.OperationalError, match="locked"):
        asyncio.run(record.write(beat("too late"), until=0.0))
    asyncio.run(record.read(heard))
    assert stored(path) == []
    assert record.faults == 1


def test_a_deleted_record_is_made_anew(record: Record, path: Path) -> None:
    asyncio.run(record.write(beat("before")))
    path.unlink()
    asyncio.run(record.write(beat("after")))
    assert stored(path) == ["after"]


def test_a_record_that_was_put_in_its_place_is_used(record: Record, path: Path, tmp_path: Path) -> None:
    asyncio.run(record.write(beat("before")))
    open_record(tmp_path / "restored.db").close()
    (tmp_path / "restored.db").rename(path)
    assert asyncio.run(record.read(heard)) == []
    asyncio.run(record.write(beat("after")))
    assert stored(path) == ["after"]


def test_rubbish_in_its_place_is_a_fault_until_it_is_gone(record: Record, path: Path, tmp_path: Path) -> None:
    asyncio.run(record.write(beat("before")))
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"no database" * 500)
    rubbish.rename(path)
    with pytest.raises(RecordError, match="cannot be opened"):
        asyncio.run(record.write(beat("during")))
    path.unlink()
    asyncio.run(record.write(beat("after")))
    assert stored(path) == ["after"]


def test_a_full_disk_is_a_fault_until_there_is_room(record: Record, path: Path) -> None:
    asyncio.run(record.write(beat("before")))
    with full_disk(), pytest.raises((sqlite3.Error, RecordError)):
        asyncio.run(record.write(beat("during")))
    assert stored(path) == ["before"]
    asyncio.run(record.write(beat("after")))
    assert stored(path) == ["after"]


def test_a_read_only_record_is_a_fault_until_it_is_not() -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        open_record(folder / "record.db").close()
        record = Record(folder / "record.db")
        with read_only(folder), pytest.raises((sqlite3.Error, RecordError)):
            asyncio.run(record.write(beat("during")))
        asyncio.run(record.write(beat("after")))
        record.close()
        assert stored(folder / "record.db") == ["after"]
    finally:
        shutil.rmtree(folder)
