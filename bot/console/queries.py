"""What the console's lists ask the record, beyond `bot.record`."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlite_utils import Database

from bot.record.filters import conversations_of, holding_words
from bot.record.review import VERDICT_LABELS
from bot.record.turns import Turn
from bot.vocabulary import ROUTE_LABELS

EXCERPT_TOKENS = 36
"""Words of a reply shown with a search hit, around the words found."""

EXCERPT_LETTERS = 240
"""Letters of a reply shown in a list without words to find."""

EXPORTED = tuple(name for name in Turn.__dataclass_fields__ if name not in ("client_id", "request"))
"""Columns of a turn that leave the record, in their order."""

REVIEWED = (
    *(
        "helpful",
        "visitor_reason",
        "verdict",
        "correct",
        "comment",
        "reviewer",
        "judged_at",
        "notes",
        "flagged",
        "flag_reason",
        "assigned_to",
        "tags",
    ),
    *("outcome", "verdict_in_words", "link"),
)
"""What is known about a turn besides, in the export: what visitors
and staff said of it, codes in words, and the way back to it."""

CONVERSATION_COLUMNS = (
    "conversation",
    "channel",
    "started_at",
    "last_at",
    "turns",
    "gravest_route",
    "routes",
    "first_question",
    "helpful",
    "not_helpful",
    "reviewed",
    "tags",
)

_JSON = ("ranking", "explanation", "messages", "notes")


@dataclass(frozen=True)
class Piece:
    """A run of text, found by a search or not."""

    text: str
    found: bool


@dataclass(frozen=True)
class Hit:
    """A turn in a list; `helpful` is None when the visitor did not say."""

    turn: int
    conversation: str
    number: int
    at: str
    route: str
    helpful: bool | None
    verdict: str | None
    flagged: bool
    text: tuple[Piece, ...]
    reply: tuple[Piece, ...]


@dataclass(frozen=True)
class Listed:
    """A conversation in a list, with the turn through which it got there."""

    id: str
    last_at: str
    turns: int
    worst_route: str | None
    question: str
    number: int


def hits(database: Database, turns: Sequence[int], words: str) -> list[Hit]:
    """These turns, with what was found marked.

    The index stems English, so `sessions` finds `session`; only the index knows what it found, so it does the marking,
    with a random mark that no stored text can hold.
    """
    marks = ", ".join("?" * len(turns))
    facts = {
        row[0]: row[1:]
        for row in database.execute(
            "SELECT turn, conversation, number, at, route, helpful, verdict, flagged FROM turn_facts WHERE turn IN"
            f" ({marks})",
            list(turns),
        )
    }
    mark = f"\x02{secrets.token_hex(8)}\x02"
    if words:
        sql, values = holding_words(
            "rowid, highlight(turns_fts, 0, ?, ?), snippet(turns_fts, 1, ?, ?, '…', ?)", words, turns
        )
        rows = database.execute(sql, [mark, mark, mark, mark, EXCERPT_TOKENS, *values])
    else:
        start = f"rtrim(substr(reply, 1, {EXCERPT_LETTERS - 1})) || '…'"
        rows = database.execute(
            f"SELECT id, text, iif(length(reply) > {EXCERPT_LETTERS}, {start}, reply) FROM turns WHERE id IN ({marks})",
            list(turns),
        )
    texts = {turn: (text, reply) for turn, text, reply in rows}
    return [_hit(turn, facts[turn], *texts[turn], mark) for turn in turns if turn in facts and turn in texts]


def _hit(turn: int, facts: Sequence[Any], text: str, reply: str, mark: str) -> Hit:
    conversation, number, at, route, helpful, verdict, flagged = facts
    known = None if helpful is None else bool(helpful)
    return Hit(
        turn, conversation, number, at, route, known, verdict, bool(flagged), _pieces(text, mark), _pieces(reply, mark)
    )


def _pieces(text: str, mark: str) -> tuple[Piece, ...]:
    """Every second part lies between two marks."""
    return tuple(Piece(part, index % 2 == 1) for index, part in enumerate(text.split(mark)) if part)


def listed(database: Database, chosen: dict[str, int]) -> list[Listed]:
    """Conversations by id with one of their turns each, in this order."""
    marks = ", ".join("?" * len(chosen))
    known = {
        row[0]: row
        for row in database.execute(
            f"SELECT id, last_at, turns, worst_route FROM conversations WHERE id IN ({marks})", list(chosen)
        )
    }
    questions = first_questions(database, list(chosen))
    numbers = dict(
        database.execute(
            f"SELECT turn, number FROM turn_facts WHERE turn IN ({marks})", list(chosen.values())
        ).fetchall()
    )
    return [
        Listed(*(*known[name], questions.get(name, ""), numbers.get(turn, 1)))
        for name, turn in chosen.items()
        if name in known
    ]


def first_questions(database: Database, conversations: Sequence[str]) -> dict[str, str]:
    """The first words of each conversation, by its id."""
    marks = ", ".join("?" * len(conversations))
    rows = database.execute(
        f"""SELECT conversation, text FROM turns t WHERE conversation IN ({marks})
        AND number = (SELECT min(number) FROM turns WHERE conversation = t.conversation)""",
        list(conversations),
    )
    return dict(rows.fetchall())


def exported_turns(database: Database, turns: Sequence[int]) -> list[dict[str, Any]]:
    """One row a turn, in this order, with what visitors and staff
    said of it; `notes` are listed, each with whoever wrote it."""
    marks = ", ".join("?" * len(turns))
    columns = ", ".join(f"t.{name}" for name in EXPORTED)
    rows = database.execute(
        f"""SELECT t.id, {columns}, f.helpful, b.reason, f.verdict, v.correct, v.comment, f.reviewer, v.at,
            (SELECT json_group_array(n.by || ': ' || n.text) FROM (SELECT by, text FROM notes WHERE turn = t.id
            ORDER BY id) n),
            f.flagged, g.reason, a.assignee, (SELECT group_concat(tag, ' ') FROM tags WHERE turn = t.id), '', '', ''
        FROM turns t JOIN turn_facts f ON f.turn = t.id LEFT JOIN verdicts v ON v.turn = t.id
        AND v.superseded_at IS NULL
        LEFT JOIN feedback b ON b.conversation = t.conversation AND b.number = t.number
        LEFT JOIN flags g ON g.turn = t.id AND g.resolved_at IS NULL LEFT JOIN assignments a ON a.turn = t.id
        WHERE t.id IN ({marks})""",
        list(turns),
    )
    found = {row[0]: dict(zip(("id", *EXPORTED, *REVIEWED), row, strict=True)) for row in rows}
    for row in found.values():
        for column in _JSON:
            row[column] = json.loads(row[column])
        for column in ("confidence", "latency_ms"):
            row[column] = None if row[column] is None else round(row[column], 3)
        row["outcome"] = ROUTE_LABELS.get(row["route"], row["route"])
        row["verdict_in_words"] = VERDICT_LABELS.get(row["verdict"], row["verdict"])
        row["link"] = f"/conversations/{quote(row['conversation'])}?turn={row['number']}#turn-{row['number']}"
    return [found[turn] for turn in turns if turn in found]


def exported_conversations(database: Database, conversations: Sequence[str]) -> list[dict[str, Any]]:
    """One row a conversation, in this order."""
    marks = ", ".join("?" * len(conversations))
    questions = first_questions(database, conversations)
    rows = database.execute(
        f"""SELECT c.id, c.channel, c.started_at, c.last_at, c.turns, c.worst_route, group_concat(DISTINCT f.route), '',
            coalesce(sum(f.helpful = 1), 0), coalesce(sum(f.helpful = 0), 0), sum(f.verdict IS NOT NULL),
            (SELECT group_concat(DISTINCT tag) FROM tags WHERE turn IN (SELECT turn FROM turn_facts
            WHERE conversation = c.id))
        FROM conversations c JOIN turn_facts f ON f.conversation = c.id WHERE c.id IN ({marks}) GROUP BY c.id""",
        list(conversations),
    )
    found = {
        row[0]: {**dict(zip(CONVERSATION_COLUMNS, row, strict=True)), "first_question": questions.get(row[0], "")}
        for row in rows
    }
    return [found[name] for name in conversations if name in found]


def new_conversations(database: Database, turns: Sequence[int], seen: set[str]) -> list[str]:
    """Conversations of these turns that are not in `seen` yet; they are added to it."""
    fresh = list(
        dict.fromkeys(conversation for _, conversation in conversations_of(database, turns) if conversation not in seen)
    )
    seen.update(fresh)
    return fresh
