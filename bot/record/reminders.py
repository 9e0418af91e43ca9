"""When staff are reminded of texts whose review date comes near: in a digest now and then, not text by text.

A text gives reason for a reminder when it comes as near to its date as one of `STAGES`, and when its date has passed. A
reminder goes out a week after the last one at the earliest; a text that passes its date waits a day at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlite_utils import Database

from bot.record.turns import utc

STAGES = (60, 30, 14, 7)
"""Days before the review date."""

_PASSED = len(STAGES) + 1
_WEEK, _DAY = timedelta(days=7), timedelta(days=1)
_SLACK = timedelta(hours=1)
"""By how much a week may be too short: nobody looks at the very second."""


def create(database: Database) -> None:
    """Makes the tables: the reminders, which stage of each text they have told, and how far each way out has come."""
    for statement in (
        "CREATE TABLE review_reminders (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, now REAL NOT NULL)",
        "CREATE TABLE review_stages (name TEXT PRIMARY KEY, review_by TEXT NOT NULL, stage INTEGER NOT NULL)",
        "ALTER TABLE alert_channels ADD COLUMN reminded INTEGER NOT NULL DEFAULT 0",
    ):
        database.execute(statement)


def note(database: Database, due: Mapping[str, date], today: date, now: float) -> bool:
    """Notes a reminder if one is to go out at `now` (Unix time).

    Args:
        database: the record.
        due: review dates of texts by their names.
        today: the day at the clinic.
        now: Unix time.

    Returns:
        Whether there is a new reminder.
    """
    if not due and database.execute("SELECT 1 FROM review_stages LIMIT 1").fetchone() is None:
        return False
    with database.atomic():
        told = {
            name: stage
            for name, on, stage in database.execute("SELECT name, review_by, stage FROM review_stages")
            if name in due and due[name].isoformat() == on
        }
        stages = {name: stage_of(on, today) for name, on in due.items()}
        news = [stage for name, stage in stages.items() if stage > told.get(name, 0)]
        (last,) = database.execute("SELECT max(now) FROM review_reminders").fetchone()
        wait = _DAY if _PASSED in news else _WEEK
        reminds = bool(news) and (last is None or now - last >= (wait - _SLACK).total_seconds() or now < last)
        database.execute("DELETE FROM review_stages")  # also of texts that were signed anew meanwhile
        database.conn.executemany(
            "INSERT INTO review_stages (name, review_by, stage) VALUES (?, ?, ?)",
            [
                (name, due[name].isoformat(), stage if reminds else told.get(name, 0))
                for name, stage in stages.items()
                if reminds or told.get(name, 0)
            ],
        )
        if reminds:
            database.execute("INSERT INTO review_reminders (at, now) VALUES (?, ?)", [utc(now), now])
    return reminds


def stage_of(on: date, today: date) -> int:
    """How near a review date is: 0 when it is far away, one more for each of `STAGES`, the most when it has passed."""
    left = (on - today).days
    return _PASSED if left < 0 else sum(left <= days for days in STAGES)
