"""How long what visitors left is kept, and the clean-up that makes it
true: old conversations and requests go, and forms that were abandoned.

The clean-up works in small batches and may be interrupted anywhere: the next one goes on.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from sqlite_utils import Database

from bot.content.clinic import Clinic
from bot.record import audit
from bot.record.deletion import ask_for_wipe, take_out
from bot.record.turns import utc
from bot.vocabulary import FORM_SLOTS

CLEANER = "clean-up"
"""Who cleans up, in the audit."""

CLEANED_AT = "cleaned_at"
"""Under this name the record keeps when the last clean-up ended, as Unix time."""

HOUR = 3
"""Of the night, in the clinic's time zone, at which a clean-up is due."""

FORM_SECONDS = 3_600
"""How long the answers of a form are kept that nobody finishes; the
silence that ends a conversation ends it sooner, if that is shorter."""

_BATCH = 50
_LOCK_SECONDS = 0.02
"""After this long a batch ends, so that visitors do not wait for the write lock."""


@dataclass(frozen=True)
class Keeping:
    """For how many days conversations (with their feedback, events, corrections and what staff
    noted) and requests are kept, and after how many seconds the answers of an abandoned form go."""

    conversations: int
    requests: int
    form_seconds: int = FORM_SECONDS


def keeping(clinic: Clinic, requests_days: int) -> Keeping:
    """How long everything is kept, by the clinic's facts and the setting for requests."""
    return Keeping(
        int(clinic.fields["retention_days"]), requests_days, int(min(FORM_SECONDS, clinic.silence_minutes * 60))
    )


def zone_of(clinic: Clinic) -> tzinfo:
    """The time zone whose night the clean-up waits for."""
    try:
        return ZoneInfo(clinic.fields["time_zone"])
    except (KeyError, ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@dataclass(frozen=True)
class Receipt:
    """What a clean-up took out, in numbers; `oldest` is when the
    oldest conversation that is left began to rest, ISO 8601 in UTC."""

    conversations: int
    turns: int
    requests: int
    forms: int
    held: int
    oldest: str | None

    def __bool__(self) -> bool:
        return bool(self.conversations or self.requests or self.forms)


def count_old(database: Database, keeping: Keeping, now: float) -> Receipt:
    """What a clean-up at `now` (Unix time) would take out."""
    limit = _before(now, keeping.conversations)
    conversations, turns = database.execute(
        "SELECT count(*), coalesce(sum(turns), 0) FROM conversations WHERE last_at < ? AND id NOT IN (SELECT"
        " conversation FROM holds)",
        [limit],
    ).fetchone()
    (requests,) = database.execute(
        f"SELECT count(*) FROM requests WHERE {_OLD_REQUEST}", [_before(now, keeping.requests)]
    ).fetchone()
    (forms,) = database.execute(
        f"SELECT count(*) FROM conversations WHERE {_OLD_FORM}", [utc(now - keeping.form_seconds)]
    ).fetchone()
    (oldest,) = database.execute("SELECT min(last_at) FROM conversations WHERE last_at >= ?", [limit]).fetchone()
    return Receipt(conversations, turns, requests, forms, _held_beyond(database, limit), oldest)


def clean_up(database: Database, keeping: Keeping, now: float) -> Receipt:
    """Takes out what is older than it may be, in batches, and asks for a wipe.

    A conversation under a legal hold stays, with its request.

    Raises:
        sqlite3.Error: the record cannot be written; what was done until then stays done.
    """
    limit = _before(now, keeping.conversations)
    conversations = turns = requests = 0
    while done := _batch(database, limit):
        conversations, turns = conversations + done[0], turns + done[1]
        time.sleep(_LOCK_SECONDS)
    while gone := _request_batch(database, _before(now, keeping.requests)):
        requests += gone
        time.sleep(_LOCK_SECONDS)
    forms = drop_forms(database, keeping, now)
    (oldest,) = database.execute("SELECT min(last_at) FROM conversations").fetchone()
    receipt = Receipt(conversations, turns, requests, forms, _held_beyond(database, limit), oldest)
    with database.atomic():
        if receipt:
            audit.append(
                database,
                CLEANER,
                "record.purged",
                "everything old",
                utc(now),
                conversations=conversations,
                turns=turns,
                requests=requests,
            )
        database.execute("INSERT OR REPLACE INTO upkeep (name, value) VALUES (?, ?)", [CLEANED_AT, str(now)])
    return receipt


def drop_forms(database: Database, keeping: Keeping, now: float) -> int:
    """Takes the answers of forms out that nobody went on with; returns how many these were."""
    limit = utc(now - keeping.form_seconds)
    dropped = 0
    while abandoned := database.execute(
        f"SELECT id, slots, last_at FROM conversations WHERE {_OLD_FORM} LIMIT {_BATCH}", [limit]
    ).fetchall():
        with database.atomic():
            for conversation, slots, last_at in abandoned:
                database.execute(
                    "UPDATE conversations SET slots = ? WHERE id = ? AND last_at = ? AND slots = ?",
                    [_without_form(slots), conversation, last_at, slots],
                )
            ask_for_wipe(database)
        dropped += len(abandoned)
    return dropped


def last_clean_up(database: Database) -> float | None:
    """When the last clean-up ended, as Unix time; None before the first."""
    row = database.execute("SELECT value FROM upkeep WHERE name = ?", [CLEANED_AT]).fetchone()
    return float(row[0]) if row else None


def is_due(database: Database, now: float, zone: tzinfo) -> bool:
    """Whether there was no clean-up since the last night's hour for it."""
    last = last_clean_up(database)
    return (
        last is None or last < _this_nights(now, zone).timestamp() or last > now + 86_400
    )  # a clock that was put back


def next_clean_up(now: float, zone: tzinfo) -> datetime:
    """When the next one is due after one that has been."""
    return _this_nights(now, zone) + timedelta(days=1)


def _this_nights(now: float, zone: tzinfo) -> datetime:
    present = datetime.fromtimestamp(now, zone)
    tonight = present.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return tonight if tonight <= present else tonight - timedelta(days=1)


_OLD_FORM = "instr(slots, '\"request_') > 0 AND last_at < ?"
_OLD_REQUEST = "changed_at < ? AND (conversation IS NULL OR conversation NOT IN (SELECT conversation FROM holds))"


def _before(now: float, days: int) -> str:
    return utc((datetime.fromtimestamp(now, UTC) - timedelta(days=days)).timestamp())


def _held_beyond(database: Database, limit: str) -> int:
    return int(
        database.execute(
            "SELECT count(*) FROM holds h JOIN conversations c ON c.id = h.conversation WHERE c.last_at < ?", [limit]
        ).fetchone()[0]
    )


def _batch(database: Database, limit: str) -> tuple[int, int] | None:
    """Takes some old conversations out; how many, and how many turns they had. None when none is left."""
    until = time.monotonic() + _LOCK_SECONDS
    with database.atomic():
        ask_for_wipe(database)
        old = database.execute(
            "SELECT id, turns FROM conversations WHERE last_at < ? AND id NOT IN (SELECT conversation FROM holds) ORDER"
            " BY last_at LIMIT ?",
            [limit, _BATCH],
        ).fetchall()
        done = turns = 0
        for conversation, count in old:
            take_out(database, [conversation])
            done, turns = done + 1, turns + count
            if time.monotonic() > until:
                break
        if not done:
            database.execute("DELETE FROM pending_wipes WHERE id = last_insert_rowid()")
    return (done, turns) if done else None


def _request_batch(database: Database, limit: str) -> int:
    with database.atomic():
        gone = int(
            database.execute(
                f"DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE {_OLD_REQUEST} LIMIT {_BATCH})",
                [limit],
            ).rowcount
        )
        if gone:
            ask_for_wipe(database)
    return gone


def _without_form(slots: str) -> str:
    known: Mapping[str, object] = orjson.loads(slots)
    return orjson.dumps(
        {name: value for name, value in known.items() if name not in (*FORM_SLOTS, "requested_slot")}
    ).decode()
