"""Taking a conversation out of the record, down to the last byte."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from bot.record import audit
from bot.record.database import BUSY_TIMEOUT_MS
from bot.record.turns import utc


def delete_conversation(database: Database, conversation: str) -> None:
    """Deletes a conversation: its turns with the search index, Rasa's events, and everything that refers to them.

    Questions left for the clinical team stay, without a link to it. The hash of its id stays too, so that nobody can go
    on with it (`was_deleted`). The words are still in the file until `wipe`.

    Raises:
        sqlite3.Error: the record cannot be written; nothing is deleted.
    """
    database.execute("PRAGMA secure_delete=ON")
    now = utc(time.time())
    with database.atomic():
        audit.append(database, "visitor", "conversation.deleted", conversation, now)
        database.execute("INSERT OR REPLACE INTO deleted_conversations (hash, at) VALUES (?, ?)", [_hash(conversation), now])
        database.execute("DELETE FROM conversations WHERE id = ?", [conversation])


def was_deleted(database: Database, conversation: str) -> bool:
    """Whether there was such a conversation that was deleted."""
    return database.execute("SELECT 1 FROM deleted_conversations WHERE hash = ?", [_hash(conversation)]).fetchone() is not None


def wipe(path: Path) -> None:
    """Takes deleted words out of the search index and the write-ahead log of the record at `path`; may take seconds.

    Raises:
        sqlite3.Error: the record cannot be written.
    """
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("INSERT INTO turns_fts (turns_fts) VALUES ('optimize')")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _hash(conversation: str) -> str:
    return hashlib.sha256(conversation.encode()).hexdigest()
