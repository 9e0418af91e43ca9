"""Taking back what somebody just did to a turn: a verdict, a flag, or taking a flag off.

A verdict that is undone stays as history, marked as withdrawn; the one that it had replaced counts again.
"""

from __future__ import annotations

import json

from sqlite_utils import Database

from bot.record import audit
from bot.record.review import ReviewError, place_of, propose


def undo_verdict(database: Database, turn: int, *, by: str, now: str) -> int:
    """Undoes one's own verdict on a turn, with all those that were
    given by the same press of a key, and returns how many that were.

    The turns wait again where they waited, assigned as they were.

    Raises:
        ReviewError: the verdict that counts is somebody else's, or there is none.
    """
    conversation, number = place_of(database, turn)
    with database.atomic():
        audit.append(database, by, "verdict.undone", f"{conversation}#{number}", now)
        given = database.execute(
            "SELECT by, at FROM verdicts WHERE turn = ? AND superseded_at IS NULL", [turn]
        ).fetchone()
        if given is None or given[0] != by:
            raise ReviewError("There is no verdict of yours to undo: a newer one may have replaced it.")
        turns = [
            found
            for (found,) in database.execute(
                "SELECT turn FROM verdicts WHERE by = ? AND at = ? AND superseded_at IS NULL", [by, given[1]]
            ).fetchall()
        ]
        for found in turns:
            _withdraw(database, found, now)
    return len(turns)


def _withdraw(database: Database, turn: int, now: str) -> None:
    verdict, at, queue, before = database.execute(
        "SELECT id, at, queue, before FROM verdicts WHERE turn = ? AND superseded_at IS NULL", [turn]
    ).fetchone()
    database.execute("UPDATE verdicts SET superseded_at = ?, state = 'withdrawn' WHERE id = ?", [now, verdict])
    database.execute("DELETE FROM corrections WHERE turn = ? AND run IS NULL", [turn])
    database.execute(
        """INSERT INTO verdicts (turn, verdict, correct, comment, queue, by, at, before, state)
        SELECT turn, verdict, correct, comment, queue, by, at, before, 'restored' FROM verdicts WHERE turn = ?
        AND superseded_at = ? AND id < ?
        ORDER BY id DESC LIMIT 1""",
        [turn, at, verdict],
    )
    earlier = database.execute(
        "SELECT verdict, by, correct, at FROM verdicts WHERE turn = ? AND superseded_at IS NULL", [turn]
    ).fetchone()
    database.execute(
        "UPDATE turn_facts SET verdict = ?, reviewer = ? WHERE turn = ?",
        [*(earlier[:2] if earlier else (None, None)), turn],
    )
    if earlier:
        propose(database, turn, earlier[2], earlier[1], earlier[3])
    told = json.loads(before or "{}")
    queues = told.get("queues", [])
    if queue == "flagged" and "flagged" in queues:
        _reopen(database, turn, at)
    if "missed" not in queues:
        database.execute("DELETE FROM queue_items WHERE turn = ? AND queue = 'missed'", [turn])
    for name in queues:
        database.execute(
            """INSERT INTO queue_items (queue, turn) SELECT :queue, :turn
            WHERE NOT EXISTS (SELECT 1 FROM queue_items WHERE queue = :queue AND turn = :turn)""",
            {"queue": name, "turn": turn},
        )
    if told.get("assigned"):
        database.execute(
            "INSERT OR REPLACE INTO assignments (turn, assignee, by, at) VALUES (?, ?, ?, ?)", [turn, *told["assigned"]]
        )


def undo_unflag(database: Database, turn: int, *, by: str, now: str) -> None:
    """Puts back a flag that one just took off, with its reason and whoever had put it on.

    Raises:
        ReviewError: none was taken off by this person.
    """
    conversation, number = place_of(database, turn)
    with database.atomic():
        audit.append(database, by, "turns.flagged", f"{conversation}#{number}", now, again=True)
        row = database.execute(
            "SELECT max(resolved_at) FROM flags WHERE turn = ? AND resolved_by = ?", [turn, by]
        ).fetchone()
        if row[0] is None:
            raise ReviewError("There is no flag that you took off this message.")
        _reopen(database, turn, row[0])


def _reopen(database: Database, turn: int, resolved_at: str) -> None:
    if database.execute("SELECT 1 FROM flags WHERE turn = ? AND resolved_at IS NULL", [turn]).fetchone() is None:
        database.execute(
            """UPDATE flags SET resolved_by = NULL, resolved_at = NULL
            WHERE id = (SELECT max(id) FROM flags WHERE turn = ? AND resolved_at = ?)""",
            [turn, resolved_at],
        )
    database.execute("UPDATE turn_facts SET flagged = 1 WHERE turn = ?", [turn])
    database.execute(
        """INSERT INTO queue_items (queue, turn) SELECT 'flagged', :turn
        WHERE NOT EXISTS (SELECT 1 FROM queue_items WHERE queue = 'flagged' AND turn = :turn)""",
        {"turn": turn},
    )
