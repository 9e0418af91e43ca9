"""What a review record keeps that follows the turns of a PostgreSQL (`bot.storage.follow`); none of it in any other.

`followed` holds the numbers of what was taken out of the outbox lately, so that nothing is taken twice. `gone` names
the conversations that left this record, until they have left PostgreSQL too; a trigger notes them, so that no way to
erase can forget it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

from sqlite_utils import Database

_KEEP_SECONDS = 7 * 86_400
"""For how long a number is kept: a PostgreSQL that fell back to an earlier state shows it again."""

_FOLLOWING = "following"
"""Under this name the record keeps what it calls itself to a PostgreSQL."""


def create(database: Database) -> None:
    """Makes the tables and the trigger."""
    database.execute("CREATE TABLE followed (id INTEGER PRIMARY KEY, at REAL NOT NULL)")
    database.execute("CREATE TABLE gone (conversation TEXT PRIMARY KEY, last_at TEXT NOT NULL) WITHOUT ROWID")
    database.execute(
        f"""CREATE TRIGGER conversation_gone AFTER DELETE ON conversations
            WHEN EXISTS (SELECT 1 FROM upkeep WHERE name = '{_FOLLOWING}')
            BEGIN INSERT OR REPLACE INTO gone (conversation, last_at) VALUES (OLD.id, OLD.last_at); END"""
    )


def identity(database: Database) -> str:
    """What this record calls itself; from the first time on it notes what leaves it."""
    with database.atomic():
        database.execute("INSERT OR IGNORE INTO upkeep (name, value) VALUES (?, ?)", [_FOLLOWING, secrets.token_hex(8)])
        row = database.execute("SELECT value FROM upkeep WHERE name = ?", [_FOLLOWING]).fetchone()
    return str(row[0])


def is_followed(database: Database, number: int) -> bool:
    """Whether what has this number in the outbox has been taken."""
    return database.execute("SELECT 1 FROM followed WHERE id = ?", [number]).fetchone() is not None


def note_followed(database: Database, numbers: Iterable[int], now: float) -> None:
    """These have been taken at `now` (Unix time); the caller holds the transaction."""
    database.conn.executemany(
        "INSERT OR IGNORE INTO followed (id, at) VALUES (?, ?)", [(number, now) for number in numbers]
    )


def forget_followed(database: Database, now: float) -> None:
    """Drops numbers that cannot be seen again."""
    with database.atomic():
        database.execute("DELETE FROM followed WHERE at < ?", [now - _KEEP_SECONDS])


def gone(database: Database, most: int = 200) -> list[tuple[str, str]]:
    """Conversations that left this record and not PostgreSQL, with the time of their last turn."""
    return [tuple(row) for row in database.execute("SELECT conversation, last_at FROM gone LIMIT ?", [most])]


def forget_gone(database: Database, conversations: Sequence[str]) -> None:
    """They have left PostgreSQL too."""
    with database.atomic():
        for conversation in conversations:
            database.execute("DELETE FROM gone WHERE conversation = ?", [conversation])
