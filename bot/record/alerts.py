"""What somebody should hear of at once: a question for the clinical team, an emergency.

Triggers note an event in the transaction of what caused it, so none is lost and none is noted twice. Each way out (the
webhook, the e-mail) keeps how far it has come: everything after that is told in its next message, whichever process
sends it. An event holds no visitor's words, and goes with its turn or its request when that is erased.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlite_utils import Database

from bot.record.turns import utc

REQUEST, EMERGENCY, TEST = "request", "emergency", "test"

QUIET_HOURS = 1
"""An emergency that goes on is one event; after so long without a word of it, it is another."""

LISTED = 100
"""Events that one message names one by one; beyond that it only counts."""

_FIRST_RETRY_SECONDS, _LAST_RETRY_SECONDS = 5.0, 900.0
"""Between tries: doubled each time, from the first to the last."""


@dataclass(frozen=True)
class Event:
    """One thing that happened; `turn` is the emergency's turn in the record. `at` is ISO 8601 in UTC."""

    id: int
    kind: str
    turn: int | None
    at: str


@dataclass(frozen=True)
class Due:
    """What a way out has not told yet: how many events of each kind, the newest of them, and where they end.

    `reminder` is the newest reminder of review dates (`bot.record.reminders`) that it has not told, 0 for none.
    """

    counts: dict[str, int]
    events: tuple[Event, ...]
    first: int
    last: int
    reminder: int = 0


@dataclass(frozen=True)
class Channel:
    """How it goes with a way out.

    `waiting` counts events not told; `failure` says why the last of `tries` did not succeed, and is empty when all is
    well. Times are ISO 8601 in UTC.
    """

    name: str
    waiting: int
    tries: int
    failure: str
    failing_since: str | None
    sent_at: str | None


def create(database: Database) -> None:
    """Makes the tables and the triggers; what happened before is no news."""
    again = f"strftime('%Y-%m-%dT%H:%M:%f', NEW.at, '-{QUIET_HOURS} hours')"
    for statement in (
        f"""CREATE TABLE alerts (id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL CHECK (kind IN ('{REQUEST}', '{EMERGENCY}', '{TEST}')), at TEXT NOT NULL,
            turn INTEGER REFERENCES turns (id) ON DELETE CASCADE,
            request INTEGER REFERENCES requests (id) ON DELETE CASCADE)""",
        "CREATE INDEX alerts_turn ON alerts (turn)",
        "CREATE INDEX alerts_request ON alerts (request)",
        """CREATE TABLE alert_channels (name TEXT PRIMARY KEY, told INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
            next_at REAL NOT NULL DEFAULT 0, failure TEXT NOT NULL DEFAULT '', failing_since TEXT, sent_at TEXT)""",
        f"""CREATE TRIGGER request_alerts AFTER INSERT ON requests WHEN NEW.state = 'new' BEGIN
            INSERT INTO alerts (kind, at, request) VALUES ('{REQUEST}', NEW.created_at, NEW.id); END""",
        f"""CREATE TRIGGER emergency_alerts AFTER INSERT ON turns WHEN NEW.route = 'emergency'
            AND NOT EXISTS (SELECT 1 FROM turns WHERE conversation = NEW.conversation AND number < NEW.number
                AND route = 'emergency' AND at >= {again})
            BEGIN INSERT INTO alerts (kind, at, turn) VALUES ('{EMERGENCY}', NEW.at, NEW.id); END""",
    ):
        database.execute(statement)


def use_channels(database: Database, names: Collection[str]) -> None:
    """Begins with the ways out that are new, from what happens now on, and forgets those that are not in use."""
    marks = ", ".join("?" * len(names))
    with database.atomic():
        database.execute(f"DELETE FROM alert_channels WHERE name NOT IN ({marks})", list(names))
        for name in names:
            database.execute(
                "INSERT OR IGNORE INTO alert_channels (name, told) SELECT ?, coalesce(max(id), 0) FROM alerts", [name]
            )


def due(database: Database, channel: str, now: float) -> Due | None:
    """What a way out is to tell at `now` (Unix time); None when there is nothing, or when its next try is later."""
    found = database.execute(
        """SELECT told, (SELECT coalesce(max(id), 0) FROM review_reminders WHERE id > reminded)
        FROM alert_channels WHERE name = ? AND next_at <= ?""",
        [channel, now],
    ).fetchone()
    if found is None:
        return None
    row, reminder = [int(found[0])], int(found[1])
    counts = dict(database.execute("SELECT kind, count(*) FROM alerts WHERE id > ? GROUP BY kind", row).fetchall())
    if not counts:
        return Due({}, (), row[0], row[0], reminder) if reminder else None
    first, last = database.execute("SELECT min(id), max(id) FROM alerts WHERE id > ?", row).fetchone()
    rows = database.execute(
        "SELECT id, kind, turn, at FROM alerts WHERE id > ? ORDER BY id DESC LIMIT ?", [*row, LISTED]
    ).fetchall()
    return Due(counts, tuple(Event(*event) for event in reversed(rows)), first, last, reminder)


def note_told(database: Database, channel: str, last: int, now: float, reminder: int = 0) -> None:
    """Everything up to the event `last` has been told, and up to a reminder of review dates."""
    with database.atomic():
        database.execute(
            """UPDATE alert_channels SET told = max(told, ?), reminded = max(reminded, ?), tries = 0, next_at = 0,
            failure = '', failing_since = NULL, sent_at = ? WHERE name = ?""",
            [last, reminder, utc(now), channel],
        )


def note_failure(database: Database, channel: str, failure: str, now: float) -> None:
    """A try did not succeed; the next one comes later each time."""
    with database.atomic():
        database.execute(
            """UPDATE alert_channels SET tries = tries + 1, failure = :failure,
            failing_since = coalesce(failing_since, :at),
            next_at = :now + min(:first * (1 << min(tries, 20)), :last) WHERE name = :name""",
            {
                "name": channel,
                "failure": failure,
                "at": utc(now),
                "now": now,
                "first": _FIRST_RETRY_SECONDS,
                "last": _LAST_RETRY_SECONDS,
            },
        )


def channels(database: Database) -> list[Channel]:
    """The ways out that the website uses, by name."""
    rows = database.execute(
        """SELECT name, (SELECT count(*) FROM alerts WHERE id > told), tries, failure, failing_since, sent_at
        FROM alert_channels ORDER BY name"""
    )
    return [Channel(*row) for row in rows]


def add_test(database: Database, now: float) -> None:
    """An event that tells that alerts arrive, and nothing else."""
    with database.atomic():
        database.execute("INSERT INTO alerts (kind, at) VALUES (?, ?)", [TEST, utc(now)])
