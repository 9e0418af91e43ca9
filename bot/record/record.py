"""The one thread of a process that touches the record, so that
neither a slow disk nor a locked file blocks the event loop."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlite_utils import Database

from bot.record.database import BUSY_TIMEOUT_MS, RecordError, open_record

log = structlog.get_logger()

Result = TypeVar("Result")

PATIENCE_SECONDS = BUSY_TIMEOUT_MS / 1000
"""How long a write waits for another process before it is given up."""

_LOCK_TRY_MS = 50
"""How long one attempt at the write lock waits inside SQLite;
reads have to wait for it, so it is short and repeated."""

_FOLDED_AFTER = 30
"""Writes after which the write-ahead log is folded into the file, some 4 MB.

That takes as long as a turn, so it is done when whoever wrote has been told, not, as SQLite would, before the commit is
over.
"""

_STOP = object()


@dataclass
class _Job:
    run: Callable[[Database], Any]
    write: bool
    until: float = 0.0
    """Monotonic time at which a write is given up."""
    outcome: Future[Any] = field(default_factory=Future)


class Record:
    """Reads and writes in the order they come, each write that waits committed together with the others that wait.

    One `fsync` serves all visitors who speak at the same moment. A job that fails takes none of the others with it. The
    file is opened when it is first needed and again after a fault, or when another file lies in its place; so a full
    disk, a read-only file or a deleted record stop hurting when their cause goes away.

    Args:
        path: the file; ignored when a database is given.
        database: a record that is already open, for one in memory.
    """

    def __init__(self, path: Path | None, database: Database | None = None) -> None:
        self._path = path if database is None else None
        self._open: Database | None = database
        self._identity: tuple[int, int] | None = None
        self._log: tuple[int, int] | None = None
        self._beside: Database | None = None
        self._jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._unfolded = 0
        self.faults = 0
        self._thread: threading.Thread | None = None

    @property
    def path(self) -> Path | None:
        """The file, or None for a record in memory."""
        return self._path

    @property
    def database(self) -> Database:
        """The record for code outside the record's thread: a connection of its own to a file, the only one to a record
        in memory.

        Whoever uses it waits for the disk and for locks, so nothing on an event loop may. The engine does while it
        loads a model: at the start, before anybody is served, or in a thread of its own.
        """
        if self._path is None:
            assert self._open is not None
            return self._open
        if self._beside is None:
            self._beside = open_record(self._path, any_thread=True)
        return self._beside

    async def read(self, job: Callable[[Database], Result]) -> Result:
        """What `job` makes of the record.

        Raises:
            RecordError: the record cannot be opened.
            sqlite3.Error: whatever the job raises; counted in `faults`.
        """
        result: Result = await self._done(_Job(job, write=False))
        return result

    async def write(self, job: Callable[[Database], Result], until: float | None = None) -> Result:
        """Runs `job` in a transaction and returns once it is committed, or raises and leaves nothing of it behind.

        Args:
            job: what to write; it may be run again when a commit fails.
            until: monotonic time until which to wait for a lock of another process; by default `PATIENCE_SECONDS` from
                now.
                There is always one attempt.

        Raises:
            RecordError: the record cannot be opened.
            sqlite3.Error: it cannot be written; counted in `faults`.
        """
        result: Result = await self._done(
            _Job(job, write=True, until=time.monotonic() + PATIENCE_SECONDS if until is None else until)
        )
        return result

    async def _done(self, job: _Job) -> Any:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="record", daemon=True)
            self._thread.start()
        self._jobs.put(job)
        return await asyncio.wrap_future(job.outcome)

    def close(self) -> None:
        """Ends the thread after the jobs that are queued, and closes the file."""
        if self._thread is not None:
            self._jobs.put(_STOP)
            self._thread.join()
        if self._beside is not None:
            self._beside.close()

    def _work(self) -> None:
        waiting: list[_Job] = []
        stopping = False
        while not stopping or waiting:
            arrived = self._take(block=not waiting and not stopping)
            stopping = stopping or _STOP in arrived
            for job in arrived:
                if job is _STOP:
                    continue
                if job.write:
                    waiting.append(job)
                else:
                    self._read(job)
            if waiting:
                self._unfolded += len(waiting)
                waiting = self._commit(waiting)
                self._unfolded -= len(waiting)
            if self._unfolded >= _FOLDED_AFTER:
                self._fold()
        self._close()

    def _take(self, *, block: bool) -> list[Any]:
        """All jobs that are queued; waits for the first one if `block`."""
        taken = [self._jobs.get()] if block else []
        with suppress(queue.Empty):
            while True:
                taken.append(self._jobs.get_nowait())
        return taken

    def _fold(self) -> None:
        """Folds the write-ahead log into the file, as far as no reader needs it; what fails here is done next time."""
        self._unfolded = 0
        if self._path is not None and self._open is not None:
            with suppress(sqlite3.Error):
                self._open.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _read(self, job: _Job) -> None:
        try:
            result = job.run(self._current())
        except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
            self._failed([job], error)
        else:
            _tell(job, result)

    def _commit(self, jobs: list[_Job]) -> list[_Job]:
        """Commits the jobs in one transaction; returns those
        that have to be tried again because the record is locked."""
        try:
            database = self._current()
            database.execute("BEGIN IMMEDIATE")
        except (RecordError, sqlite3.Error) as error:
            return self._too_late(jobs, error) if _locked(error) else self._failed(jobs, error)
        try:
            alone = len(jobs) == 1
            outcomes = [self._outcome(database, job, alone=alone) for job in jobs]
            if not alone or outcomes[0][1] is None:  # a job that failed alone has taken the whole transaction back
                database.execute("COMMIT")
            if self._replaced():
                return jobs
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                database.conn.rollback()
            if len(jobs) > 1:
                return [left for job in jobs for left in self._commit([job])]
            return self._failed(jobs, error)
        for job, (result, fault) in zip(jobs, outcomes, strict=True):
            if fault is None:
                _tell(job, result)
            else:
                self._failed([job], fault)
        return []

    @staticmethod
    def _outcome(database: Database, job: _Job, *, alone: bool) -> tuple[Any, BaseException | None]:
        """Result and fault of one job of a transaction, of which a fault leaves nothing.

        A fault of the record itself, not of the job, is raised.

        A job that is `alone` needs no savepoint, for which SQLite would copy every page that is changed.
        """
        if not alone:
            database.execute("SAVEPOINT job")
        try:
            result = job.run(database)
        except Exception as error:
            if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.IntegrityError):
                raise
            fault = error  # the others of the transaction are not to blame
        else:
            if not alone:
                database.execute("RELEASE job")
            return result, None
        if alone:
            database.conn.rollback()
        elif database.conn.in_transaction:
            database.execute("ROLLBACK TO job")
            database.execute("RELEASE job")
        return None, fault

    def _too_late(self, jobs: list[_Job], error: Exception) -> list[_Job]:
        now = time.monotonic()
        self._failed([job for job in jobs if job.until <= now], error)
        return [job for job in jobs if job.until > now]

    def _failed(self, jobs: list[_Job], error: BaseException) -> list[_Job]:
        """Tells those who wait; a connection that may be sick is closed, so that the next job opens the file anew."""
        if isinstance(error, (sqlite3.Error, RecordError)) and not isinstance(error, sqlite3.IntegrityError):
            self.faults += len(jobs)
            if not _locked(error):
                self._close()
        for job in jobs:
            if job.outcome.set_running_or_notify_cancel():
                job.outcome.set_exception(error)
        return []

    def _current(self) -> Database:
        """The open record; opened again when the file at its path is another one by now."""
        if self._path is None:
            assert self._open is not None
            return self._open
        if self._open is None or self._replaced():
            self._open = open_record(self._path, any_thread=True)
            self._open.execute(f"PRAGMA busy_timeout = {_LOCK_TRY_MS}")
            self._open.execute("PRAGMA wal_autocheckpoint = 0")
            self._open.execute(
                "PRAGMA temp_store = MEMORY"
            )  # else each turn's savepoint is a file of its own, made and unmade
            self._identity = _identity(self._path)
            self._log = _identity(_beside(self._path, "-wal"))
        return self._open

    def _replaced(self) -> bool:
        """Whether another file, or none, is at the path by now; then the old one is closed.

        Its write-ahead log, if it is still there, must go: SQLite would replay it into the new file.
        """
        if self._path is None or _identity(self._path) == self._identity:
            return False
        log.error("record.replaced")
        self._close()
        if _identity(_beside(self._path, "-wal")) == self._log:
            for suffix in ("-wal", "-shm"):
                _beside(self._path, suffix).unlink(missing_ok=True)
        return True

    def _close(self) -> None:
        if self._path is not None and self._open is not None:
            with suppress(sqlite3.Error):
                self._open.close()
            self._open = None


def _tell(job: _Job, result: Any) -> None:
    if job.outcome.set_running_or_notify_cancel():
        job.outcome.set_result(result)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file is at `path`: device and inode, or None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _locked(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and str(error).startswith(
        ("database is locked", "database table is locked")
    )
