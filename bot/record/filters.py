"""One filter for lists, charts, bulk actions and exports: what it asks for, and the turns it finds.

A search through a million turns must not keep anybody waiting, whatever was asked. So it looks through the newest turns first, in windows
that double, and stops when it has enough or its time is up; then it says how far back it has looked, and can go on from there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlite_utils import Database

from bot.safety.normalise import clean

FIRST_WINDOW = 20_000
"""Turns looked through at once to begin with."""

PATIENCE_SECONDS = 0.04
"""No further window is begun after this time; the last one can take about as long again."""

NONE, ANY = "none", "any"


@dataclass(frozen=True)
class TurnFilter:
    """What to look for; an empty value asks for nothing.

    `since` (inclusive) and `until` (exclusive) are ISO 8601 in UTC; `feedback` is helpful, not_helpful or none; `verdict` is one of the
    verdicts, none or any; `flagged` and `unwarned` are switches; `turns_from` and `turns_to` bound the length of the conversation;
    `gap` is a cluster of unanswered questions.
    """

    words: str = ""
    since: str = ""
    until: str = ""
    route: str = ""
    intent: str = ""
    snippet: str = ""
    category: str = ""
    rule: str = ""
    confidence_from: float | None = None
    confidence_to: float | None = None
    feedback: str = ""
    verdict: str = ""
    reviewer: str = ""
    tag: str = ""
    flagged: bool = False
    unwarned: bool = False
    turns_from: int | None = None
    turns_to: int | None = None
    gap: int | None = None

    @property
    def empty(self) -> bool:
        """Whether it lets everything through."""
        return all(getattr(self, field.name) in ("", None, False) for field in fields(self))


@dataclass(frozen=True)
class Found:
    """Turn numbers in the order asked for. `next` goes on where the search stopped (None: it went through everything), and `full` tells
    whether it stopped because it had enough rather than because its time was up."""

    turns: tuple[int, ...]
    next: int | None
    full: bool


def words_query(words: str) -> str:
    """An FTS5 query for all of `words`, each quoted, so that every text is a legal search and operators are just words."""
    spaced = "".join(character if character.isprintable() else " " for character in clean(words))
    return " ".join('"' + word.replace('"', '""') + '"' for word in spaced.split())


def _clauses(asked: TurnFilter) -> tuple[list[str], dict[str, Any]]:
    """Conditions on `turn_facts f` (and `conversations c`) with their values, without the words."""
    where, values = [], {}
    for name, condition in (
        ("since", "f.at >= :since"),
        ("until", "f.at < :until"),
        ("route", "f.route = :route"),
        ("intent", "f.intent = :intent"),
        ("snippet", "f.snippet = :snippet"),
        ("category", "f.category = :category"),
        ("rule", "f.rule = :rule"),
        ("confidence_from", "f.confidence >= :confidence_from"),
        ("confidence_to", "f.confidence <= :confidence_to"),
        ("reviewer", "f.reviewer = :reviewer"),
        ("tag", "f.turn IN (SELECT turn FROM tags WHERE tag = :tag)"),
        ("turns_from", "c.turns >= :turns_from"),
        ("turns_to", "c.turns <= :turns_to"),
        ("gap", "f.turn IN (SELECT turn FROM gap_members WHERE cluster = :gap)"),
    ):
        value = getattr(asked, name)
        if value not in ("", None):
            where.append(condition)
            values[name] = value
    where += {"helpful": ["f.helpful = 1"], "not_helpful": ["f.helpful = 0"], NONE: ["f.helpful IS NULL"]}.get(asked.feedback, [])
    if asked.verdict:
        where.append({NONE: "f.verdict IS NULL", ANY: "f.verdict IS NOT NULL"}.get(asked.verdict, "f.verdict = :verdict"))
        values["verdict"] = asked.verdict
    where += ["f.flagged"] * asked.flagged + ["NOT f.warned"] * asked.unwarned
    return where, values


def _query(asked: TurnFilter, ascending: bool) -> tuple[str, dict[str, Any]]:
    where, values = _clauses(asked)
    source, turn = "turn_facts f", "f.turn"
    if asked.words:
        # The search index drives, in the order of its own numbers: nothing has to be sorted.
        source, turn = "turns_fts CROSS JOIN turn_facts f ON f.turn = turns_fts.rowid", "turns_fts.rowid"
        where.append("turns_fts MATCH :words")
        values["words"] = words_query(asked.words)
    if asked.turns_from is not None or asked.turns_to is not None:
        source += " CROSS JOIN conversations c ON c.id = f.conversation"
    conditions = " AND ".join([f"{turn} >= :low", f"{turn} < :high", *where])
    return f"SELECT f.turn FROM {source} WHERE {conditions} ORDER BY {turn} {'ASC' if ascending else 'DESC'} LIMIT :limit", values


def _range(database: Database, asked: TurnFilter) -> tuple[int, int]:
    """The numbers [low, high) among which turns of the asked period lie, from the hours' first and last turn."""
    low, high = database.execute(
        "SELECT min(first_turn), max(last_turn) FROM hours WHERE hour >= :since AND (:until = '' OR hour <= :until)",
        {"since": asked.since[:13], "until": asked.until[:13]},
    ).fetchone()
    return (low, high + 1) if low is not None else (0, 0)


def find(
    database: Database, asked: TurnFilter, *, limit: int, start: int | None = None, ascending: bool = False, patience: float | None = PATIENCE_SECONDS
) -> Found:
    """The turns that pass, the newest first unless `ascending`.

    Args:
        database: the record.
        asked: the filter.
        limit: how many at most.
        start: `next` of the part before.
        ascending: the oldest first.
        patience: seconds after which no further window is begun; None looks through everything.
    """
    if asked.words and not words_query(asked.words):
        return Found((), None, False)
    sql, values = _query(asked, ascending)
    low, high = _range(database, asked)
    if start is not None:
        low, high = (max(low, start), high) if ascending else (low, min(high, start))
    found: list[int] = []
    begun, window = time.monotonic(), FIRST_WINDOW
    while low < high and len(found) < limit:
        if patience is not None and window > FIRST_WINDOW and time.monotonic() - begun > patience:
            return Found(tuple(found), low if ascending else high, False)
        part = (low, min(high, low + window)) if ascending else (max(low, high - window), high)
        rows = database.execute(sql, {**values, "low": part[0], "high": part[1], "limit": limit - len(found)}).fetchall()
        found += [turn for (turn,) in rows]
        low, high = (part[1], high) if ascending else (low, part[0])
        window *= 2
    if len(found) < limit:
        return Found(tuple(found), None, True)
    return Found(tuple(found), found[-1] + 1 if ascending else found[-1], True)


def each(database: Database, asked: TurnFilter, size: int, start: int | None = None) -> Iterator[Sequence[int]]:
    """Every turn that passes from the number `start` on, the oldest first, in parts of `size`."""
    while True:
        found = find(database, asked, limit=size, start=start, ascending=True, patience=None)
        if found.turns:
            yield found.turns
        if found.next is None:
            return
        start = found.next


def find_conversations(database: Database, asked: TurnFilter, *, limit: int, start: int | None = None) -> tuple[dict[str, int], Found]:
    """Conversations with a turn that passes, by that turn's number, the newest first; and how far the search got."""
    chosen: dict[str, int] = {}
    begun, found, following = time.monotonic(), Found((), start, True), start
    while len(chosen) < limit:
        found = find(database, asked, limit=4 * limit, start=following)
        for turn, conversation in conversations_of(database, found.turns):
            if conversation in chosen or (start is not None and _shown_before(database, asked, conversation, start)):
                continue
            if len(chosen) == limit:
                return chosen, Found((), min(chosen.values()), True)
            chosen[conversation] = turn
        if found.next is None or not found.full or time.monotonic() - begun > PATIENCE_SECONDS:
            break
        following = found.next
    return chosen, found


def conversations_of(database: Database, turns: Sequence[int]) -> list[tuple[int, str]]:
    """Turn and conversation, in the order of `turns`."""
    marks = ", ".join("?" * len(turns))
    known = dict(database.execute(f"SELECT turn, conversation FROM turn_facts WHERE turn IN ({marks})", list(turns)).fetchall())
    return [(turn, known[turn]) for turn in turns if turn in known]


def _shown_before(database: Database, asked: TurnFilter, conversation: str, start: int) -> bool:
    """Whether a newer turn of this conversation passes, so that it stood on a part before."""
    where, values = _clauses(asked)
    if asked.words:
        where.append("EXISTS (SELECT 1 FROM turns_fts WHERE turns_fts MATCH :words AND turns_fts.rowid = f.turn)")
        values["words"] = words_query(asked.words)
    conditions = " AND ".join(["f.conversation = :conversation", "f.turn >= :start", *where])
    row = database.execute(
        f"SELECT 1 FROM turn_facts f INDEXED BY turn_facts_conversation JOIN conversations c ON c.id = f.conversation WHERE {conditions} LIMIT 1",
        {**values, "conversation": conversation, "start": start},
    ).fetchone()
    return row is not None
