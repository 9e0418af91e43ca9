"""What the console asks the record beyond `bot.record.turns`."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from bot.record.turns import GRAVITY, Turn

EXCERPT_TOKENS = 36
"""Words of a reply shown with a search hit, around the words found."""

EXPORTED = tuple(name for name in Turn.__dataclass_fields__ if name != "client_id")
"""Columns of a turn that leave the record, in their order."""

_JSON = ("ranking", "explanation", "messages")


@dataclass(frozen=True)
class Piece:
    """A run of text, found by a search or not."""

    text: str
    found: bool


@dataclass(frozen=True)
class Hit:
    """A turn that a search found."""

    conversation: str
    number: int
    at: str
    route: str
    text: tuple[Piece, ...]
    reply: tuple[Piece, ...]


def first_questions(database: Database, conversations: Sequence[str]) -> dict[str, str]:
    """The first words of each conversation, by its id."""
    marks = ", ".join("?" * len(conversations))
    rows = database.execute(
        f"""SELECT conversation, text FROM turns t WHERE conversation IN ({marks})
        AND number = (SELECT min(number) FROM turns WHERE conversation = t.conversation)""",
        list(conversations),
    )
    return dict(rows.fetchall())


def conversations_by_route(database: Database) -> dict[str, int]:
    """How many conversations hold a turn of each route, gravest first, every route named."""
    counted = dict(database.execute("SELECT route, count(DISTINCT conversation) FROM turns GROUP BY route").fetchall())
    return {route: int(counted.get(route, 0)) for route in reversed(GRAVITY)}


def search(database: Database, words: str, *, limit: int) -> list[Hit]:
    """Turns whose question or reply holds all of `words`, the best match first, with what was found marked.

    The index stems English, so `sessions` finds `session`; only the index knows what it found, so it does the marking,
    with a random mark that no stored text can hold. Everything a person can type is a legal search.
    """
    query = " ".join('"' + word.replace('"', '""') + '"' for word in "".join(character if character.isprintable() else " " for character in words).split())
    if not query:
        return []
    mark = f"\x02{secrets.token_hex(8)}\x02"
    rows = database.execute(
        """SELECT turns.conversation, turns.number, turns.at, turns.route,
            highlight(turns_fts, 0, :mark, :mark), snippet(turns_fts, 1, :mark, :mark, '…', :tokens)
        FROM turns_fts JOIN turns ON turns.id = turns_fts.rowid WHERE turns_fts MATCH :query ORDER BY rank, turns.id DESC LIMIT :limit""",
        {"mark": mark, "tokens": EXCERPT_TOKENS, "query": query, "limit": limit},
    )
    return [Hit(conversation, number, at, route, _pieces(text, mark), _pieces(reply, mark)) for conversation, number, at, route, text, reply in rows]


def _pieces(text: str, mark: str) -> tuple[Piece, ...]:
    """Every second part lies between two marks."""
    return tuple(Piece(part, index % 2 == 1) for index, part in enumerate(text.split(mark)) if part)


def last_turn_id(database: Database) -> int:
    """The newest turn's number in the record, 0 when there is none."""
    return int(database.execute("SELECT coalesce(max(id), 0) FROM turns").fetchone()[0])


def export_rows(database: Database, *, after: int, until: int, route: str | None, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Some turns with ids in (after, until], oldest first, and the id to go on after (`until` when there are no more)."""
    columns = ", ".join(EXPORTED)
    chosen = "AND route = :route" if route else ""
    rows = database.execute(
        f"SELECT id, {columns} FROM turns WHERE id > :after AND id <= :until {chosen} ORDER BY id LIMIT :limit",
        {"after": after, "until": until, "limit": limit, **({"route": route} if route else {})},
    ).fetchall()
    found = [dict(zip(EXPORTED, row[1:], strict=True)) for row in rows]
    for row in found:
        for column in _JSON:
            row[column] = json.loads(row[column])
    return found, (int(rows[-1][0]) if len(rows) == limit else until)
