"""What visitors thought of an answer: helpful or not, with an optional reason."""

from __future__ import annotations

import time

from sqlite_utils import Database

from bot.record.turns import utc
from bot.safety.redaction import kept

MAX_REASON = 500
"""Characters of a reason that are kept."""


class NoSuchTurn(LookupError):
    """There is no such turn in this conversation."""


def give_feedback(database: Database, conversation: str, number: int, helpful: bool, reason: str = "") -> None:
    """Keeps a visitor's judgement of one turn; a later one replaces it.

    Obvious personal data is taken out of the reason.

    Raises:
        NoSuchTurn: the conversation has no turn with this number.
    """
    if (
        database.execute("SELECT 1 FROM turns WHERE conversation = ? AND number = ?", [conversation, number]).fetchone()
        is None
    ):
        raise NoSuchTurn(f"There is no turn {number} in this conversation.")
    with database.atomic():
        database.execute(
            """INSERT INTO feedback (conversation, number, helpful, reason, at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (conversation, number) DO UPDATE SET helpful = excluded.helpful, reason = excluded.reason,
            at = excluded.at""",
            [conversation, number, int(helpful), kept(reason)[:MAX_REASON], utc(time.time())],
        )


def feedback_of(database: Database, conversation: str) -> dict[int, tuple[bool, str]]:
    """Helpful or not, and the reason, by turn number."""
    rows = database.execute("SELECT number, helpful, reason FROM feedback WHERE conversation = ?", [conversation])
    return {number: (bool(helpful), reason) for number, helpful, reason in rows}
