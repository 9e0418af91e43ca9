"""What staff say is wrong with an approved text, for whoever mends it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True)
class Complaint:
    """One verdict that a text is wrong or outdated.

    `version` is the one that the visitor got; `at` is ISO 8601 in UTC.
    """

    turn: int
    conversation: str
    number: int
    snippet: str
    version: int | None
    comment: str
    by: str
    at: str


def text_complaints(database: Database, snippet: str = "", *, limit: int = 200) -> list[Complaint]:
    """The complaints that count, the newest first: those about one snippet, or all."""
    rows = database.execute(
        """SELECT v.turn, t.conversation, t.number, t.snippet_id, t.snippet_version, v.comment, v.by, v.at
            FROM turn_facts f INDEXED BY turn_facts_verdict
        JOIN verdicts v ON v.turn = f.turn AND v.superseded_at IS NULL JOIN turns t ON t.id = f.turn
        WHERE f.verdict = 'wrong_text' AND t.snippet_id IS NOT NULL AND (:snippet = '' OR t.snippet_id = :snippet)
        ORDER BY v.at DESC LIMIT :limit""",
        {"snippet": snippet, "limit": limit},
    )
    return [Complaint(*row) for row in rows]
