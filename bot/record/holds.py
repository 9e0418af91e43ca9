"""Legal holds: a conversation that may have to be shown to a court or
an authority is neither purged nor erased until the hold is released.

A visitor may delete a held conversation all the same. Then it is gone from the console, from search and from exports
like any other; one sealed copy stays, which `python -m bot record export-person` opens, until the hold is released.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from bot.record import audit
from bot.record.sealed import Seal
from bot.record.turns import utc
from bot.safety.redaction import kept

TABLES_OF_TURNS = ("verdicts", "sample_verdicts", "notes", "tags", "flags")
"""What staff noted about turns."""


class HoldError(ValueError):
    """A hold that cannot be put or released; the message is fit for staff."""


@dataclass(frozen=True)
class Hold:
    """Who holds a conversation, since when (ISO 8601 in UTC) and why."""

    by: str
    at: str
    reason: str


def held(database: Database, conversation: str) -> Hold | None:
    """The hold on a conversation that is there, None when there is none."""
    row = database.execute("SELECT by, at, reason FROM holds WHERE conversation = ?", [conversation]).fetchone()
    return Hold(*row) if row else None


def hold(database: Database, conversation: str, *, by: str, reason: str) -> None:
    """Puts a conversation under a legal hold.

    Raises:
        HoldError: no reason, no such conversation, or it is held already.
    """
    if not reason.strip():
        raise HoldError("Give a reason for the hold. Nothing was changed.")
    now = utc(time.time())
    with database.atomic():
        audit.append(database, by, "conversation.held", conversation, now, reason=kept(reason)[:200])
        if database.execute("SELECT 1 FROM conversations WHERE id = ?", [conversation]).fetchone() is None:
            raise HoldError(f"There is no conversation {conversation!r}, so nothing can be held.")
        if held(database, conversation) is not None:
            raise HoldError("This conversation is under a legal hold already.")
        database.execute(
            "INSERT INTO holds (conversation, by, at, reason) VALUES (?, ?, ?, ?)",
            [conversation, by, now, kept(reason)[:200]],
        )


def release(database: Database, conversation: str, hashed: str, *, by: str, reason: str) -> bool:
    """Ends a hold. The copy of one that its visitor deleted meanwhile goes with it.

    Returns:
        Whether there was such a copy.

    Raises:
        HoldError: no reason, or there is no hold.
    """
    if not reason.strip():
        raise HoldError("Give a reason for the release. Nothing was changed.")
    with database.atomic():
        audit.append(database, by, "conversation.released", conversation, utc(time.time()), reason=kept(reason)[:200])
        ended = database.execute("DELETE FROM holds WHERE conversation = ?", [conversation]).rowcount
        copies = database.execute("DELETE FROM held_copies WHERE hash = ?", [hashed]).rowcount
        if not ended and not copies:
            raise HoldError(f"The conversation {conversation!r} is under no hold.")
        if copies:
            database.execute("INSERT INTO pending_wipes (at) VALUES (?)", [time.time()])
    return bool(copies)


def move_under_hold(database: Database, conversation: str, hashed: str, seal: Seal) -> None:
    """Keeps a sealed copy of a held conversation that its visitor deletes; the caller holds the transaction."""
    ground = held(database, conversation)
    assert ground is not None
    copy = seal.close(json.dumps(all_held(database, conversation), ensure_ascii=False), hashed)
    database.execute(
        "INSERT OR REPLACE INTO held_copies (hash, by, at, reason, sealed) VALUES (?, ?, ?, ?, ?)",
        [hashed, ground.by, ground.at, ground.reason, copy],
    )


def held_copy(database: Database, hashed: str, seal: Seal) -> dict[str, Any] | None:
    """The copy of a held conversation that its visitor deleted, None when there is none.

    Raises:
        SealError: it was sealed with another secret.
    """
    row = database.execute("SELECT sealed FROM held_copies WHERE hash = ?", [hashed]).fetchone()
    return None if row is None else dict(json.loads(seal.open(row[0], hashed)))


def all_held(database: Database, conversation: str) -> dict[str, Any]:
    """Every row of the record that belongs to a conversation, by table;
    requests are left to `bot.record.requests`, which opens them."""
    turns = "SELECT id FROM turns WHERE conversation = ?"
    chosen = {
        "conversations": "id = ?",
        "turns": "conversation = ?",
        "events": "conversation = ?",
        "feedback": "conversation = ?",
        "corrections": f"turn IN ({turns})",
        **dict.fromkeys(TABLES_OF_TURNS, f"turn IN ({turns})"),
    }
    return {
        table: list(database.query(f"SELECT * FROM {table} WHERE {where}", [conversation]))
        for table, where in chosen.items()
    }
