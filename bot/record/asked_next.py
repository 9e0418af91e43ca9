"""What visitors really asked after an answer, counted from the record."""

from __future__ import annotations

import json

from sqlite_utils import Database

from bot.content.library import Library
from bot.vocabulary import Route

LAST_TURNS = 50_000
"""Turns that are looked at, so that a start stays quick and old habits fade."""

LEAST = 3
"""Conversations in which a question must have followed: one visitor's path is nobody else's business and no habit."""

KEPT = 5
"""Questions kept for each answer."""


def asked_next(database: Database, library: Library) -> dict[str, dict[str, int]]:
    """By answer: the answers that followed it directly, the most frequent first, with the number of conversations.

    Only what was typed counts. A button that was pressed tells what had been offered, and would confirm itself for
    ever. Only ids of answers are looked at; what was referred, and everything beside an answer, never counts.
    """
    answers = {snippet.id: snippet.question for snippet in library.of_route(Route.ANSWER)}
    rows = database.execute(
        """WITH followed AS (
            SELECT conversation, snippet_id AS asked, lead(snippet_id) OVER steps AS then_asked,
            lead(text) OVER steps AS words
            FROM turns WHERE id > (SELECT coalesce(max(id), 0) FROM turns) - ?
            WINDOW steps AS (PARTITION BY conversation ORDER BY number)
        )
        SELECT asked, then_asked, count(DISTINCT conversation) AS conversations FROM followed
        WHERE asked <> then_asked AND words NOT IN (SELECT value FROM json_each(?))
        GROUP BY asked, then_asked HAVING conversations >= ? ORDER BY conversations DESC, asked, then_asked""",
        [LAST_TURNS, json.dumps(list(answers.values())), LEAST],
    ).fetchall()
    found: dict[str, dict[str, int]] = {}
    for asked, then_asked, conversations in rows:
        if asked in answers and then_asked in answers and len(found.setdefault(asked, {})) < KEPT:
            found[asked][then_asked] = int(conversations)
    return {asked: following for asked, following in found.items() if following}
