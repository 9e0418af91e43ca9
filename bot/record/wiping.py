"""Taking the words of deleted conversations out of the bytes of the record's files.

A deletion leaves words in two places: in the search index, whose old parts keep a word until they are merged with the
note that it is gone, and in the write-ahead log, until it is folded into the file and cut. Both take their time, so
each deletion leaves a mark (`pending_wipes`) that only a wipe which has done everything takes away. One wipe serves all
the deletions before it. A reader that keeps an old state of the record open, or a process that is killed, only delays
it.

Merging rewrites the whole index, more than a gigabyte for a million turns. So a wipe of a large index waits until as
many deletions as pay for it have come together, or for a time that grows with the index; one of a small record is done
at once.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

BYTES_A_TURN = 1_500
"""What merging the index writes for each turn of the record: the new part and the old one's zeros, each to the log and
to the file. Measured by `python -m benchmarks.erasing`."""

BYTES_A_DELETION = 1_700_000
"""What one deletion may cost in writing to the index; its own rows and their places in the log come to that."""

SMALL_BYTES = 8_000_000
"""A merge that writes no more is done in a moment."""

_BYTES_A_MINUTE = 2_000_000
_PAGES_A_STEP = 40
"""Pages of the index merged in one transaction: the write lock is held for some milliseconds."""

_LOCK_TRY_MS = 25
"""How long cutting the log may wait for a reader, because writers wait behind it."""

_PATIENCE_MS = 10_000
"""How long a step of the merge may wait for other writers; it holds nothing meanwhile."""

FAILURE = "wipe_failure"
"""Under this name the record keeps why the last wipe did not come to its end."""


@dataclass(frozen=True)
class Pending:
    """Deletions whose words may still be among the bytes of the files:
    how many, since when (Unix time), and why the last try failed."""

    deletions: int
    since: float
    failure: str


def pending(database: Database) -> Pending | None:
    """What is still to be wiped; None when nothing is."""
    count, since = database.execute("SELECT count(*), min(at) FROM pending_wipes").fetchone()
    if not count:
        return None
    failure = database.execute("SELECT value FROM upkeep WHERE name = ?", [FAILURE]).fetchone()
    return Pending(count, since, failure[0] if failure else "")


def is_due(database: Database, now: float) -> bool:
    """Whether the index is to be merged now, for the deletions that wait."""
    waiting = pending(database)
    if waiting is None:
        return False
    size = merge_bytes(database)
    return (
        size <= max(SMALL_BYTES, waiting.deletions * BYTES_A_DELETION)
        or now - waiting.since >= 60 * size / _BYTES_A_MINUTE
    )


def merge_bytes(database: Database) -> int:
    """About how much merging the search index writes."""
    first, last = database.execute("SELECT (SELECT min(id) FROM turns), (SELECT max(id) FROM turns)").fetchone()
    return 0 if last is None else (last - first + 1) * BYTES_A_TURN


def wipe(path: Path, *, index: bool = True, patience_ms: int = _PATIENCE_MS) -> bool:
    """Takes the words of everything deleted so far out of the files of the record at `path`.

    Args:
        path: the record.
        index: whether to merge the search index too; without it the log alone is cut, and the deletions stay marked.
        patience_ms: how long each step may wait for other writers.

    Returns:
        Whether all is done. What was in the way is kept in the record, and is to be tried again later.

    Raises:
        sqlite3.Error: the record cannot be read or written at all.
    """
    with _connected(path, patience_ms) as connection:
        (last,) = connection.execute("SELECT max(id) FROM pending_wipes").fetchone()
        if last is None:
            return True
        if index:
            _merge(connection)
        if not _cut_log(connection):
            _note(connection, "somebody keeps an old state of the record open, perhaps a backup or a database browser")
            return False
        with connection:
            if index:
                connection.execute("DELETE FROM pending_wipes WHERE id <= ?", [last])
            else:
                connection.execute("UPDATE pending_wipes SET folded = 1 WHERE id <= ?", [last])
            connection.execute("DELETE FROM upkeep WHERE name = ?", [FAILURE])
    return index


def log_is_due(database: Database) -> bool:
    """Whether there are deletions whose words may still be in the write-ahead log."""
    return database.execute("SELECT 1 FROM pending_wipes WHERE NOT folded LIMIT 1").fetchone() is not None


def note_failure(path: Path, why: str) -> None:
    """Keeps why a wipe failed, for staff to read.

    Raises:
        sqlite3.Error: not even that can be written.
    """
    with _connected(path) as connection:
        _note(connection, why)


def _note(connection: sqlite3.Connection, why: str) -> None:
    connection.execute("INSERT OR REPLACE INTO upkeep (name, value) VALUES (?, ?)", [FAILURE, why])


@contextmanager
def _connected(path: Path, patience_ms: int = _PATIENCE_MS) -> Iterator[sqlite3.Connection]:
    uri = path.resolve().as_uri() + "?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, timeout=patience_ms / 1000, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA synchronous=NORMAL")
        yield connection


def _merge(connection: sqlite3.Connection) -> None:
    """Merges the index into one part, in steps that let others write in between."""
    pages = -_PAGES_A_STEP
    while True:
        began, changes = time.monotonic(), connection.total_changes
        connection.execute("INSERT INTO turns_fts (turns_fts, rank) VALUES ('merge', ?)", [pages])
        if connection.total_changes - changes < 2:  # so SQLite says that there was nothing to merge
            return
        pages = _PAGES_A_STEP
        _rest(time.monotonic() - began)


def _rest(seconds: float) -> None:
    """Leaves the write lock to others for as long as a step had it."""
    time.sleep(min(seconds, 0.1))


def _cut_log(connection: sqlite3.Connection) -> bool:
    """Folds the write-ahead log into the file and cuts it to nothing; False while somebody reads an older state."""
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    (patience_ms,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {_LOCK_TRY_MS}")
    try:
        for attempt in range(20):
            ((busy, _, _),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            if not busy:
                return True
            time.sleep(0.002 * attempt)
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience_ms}")
