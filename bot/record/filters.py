"""One filter for lists, charts, bulk actions and exports: what it asks for, and the turns it finds.

A search through a million turns must not keep anybody waiting, whatever was asked:

- When one of its conditions is rare, its index leads to everything at once.
- Otherwise it looks through the newest turns first, in windows as large as its time allows, and stops when it has
  enough or its time is up;
  then it says how far back it has looked, and can go on from there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlite_utils import Database

from bot import vocabulary
from bot.safety.normalise import clean

FIRST_WINDOW = 5_000
"""Turns looked through at once to begin with."""

PATIENCE_SECONDS = 0.06
"""Windows are made so that they end at about this time."""

FEW = 10_000
"""Turns that fulfil a condition so rare that its index is followed to all of them."""

FEW_WITH_WORDS = 5_000
"""The same for words, whose index is slower."""

CHECKED_AT_ONCE = 100
"""Turns whose words are looked up together."""

NEAR = 400
"""Up to so many turns apart it is quicker to read the index of words through than to look each turn up in it."""

NONE, ANY = "none", "any"
NOT_UNDERSTOOD = "not_understood"
"""In the place of a route: any of those of a turn that was not understood."""


@dataclass(frozen=True)
class TurnFilter:
    """What to look for; an empty value asks for nothing.

    `since` (inclusive) and `until` (exclusive) are ISO 8601 in UTC; `feedback` is helpful, not_helpful or none;
    `verdict` is one of the verdicts, none or any; `flagged`, `unwarned` and `first` (the first turn of its
    conversation) are switches; `turns_from` and `turns_to` bound the length of the conversation, `latency_over` and
    `latency_to` the milliseconds of the reply; `gap` is a cluster of unanswered questions.
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
    first: bool = False
    latency_over: float | None = None
    latency_to: float | None = None
    judged_since: str = ""
    judged_until: str = ""

    @property
    def empty(self) -> bool:
        """Whether it lets everything through."""
        return all(getattr(self, field.name) in ("", None, False) for field in fields(self))


@dataclass(frozen=True)
class Found:
    """Turn numbers in the order asked for.

    `next` goes on where the search stopped (None: it went through everything), and `full` tells whether it stopped
    because it had enough rather than because its time was up.
    """

    turns: tuple[int, ...]
    next: int | None
    full: bool


def words_query(words: str) -> str:
    """An FTS5 query for all of `words`, each quoted, so that
    every text is a legal search and operators are just words."""
    spaced = "".join(character if character.isprintable() else " " for character in clean(words))
    return " ".join('"' + word.replace('"', '""') + '"' for word in spaced.split())


_CONDITIONS = {
    "since": "f.at >= :since",
    "until": "f.at < :until",
    "route": "f.route = :route",
    "intent": "f.intent = :intent",
    "snippet": "f.snippet = :snippet",
    "category": "f.category = :category",
    "rule": "f.rule = :rule",
    "confidence_from": "f.confidence >= :confidence_from",
    "confidence_to": "f.confidence <= :confidence_to",
    "latency_over": "f.latency > :latency_over",
    "latency_to": "f.latency <= :latency_to",
    "reviewer": "f.reviewer = :reviewer",
    "tag": "EXISTS (SELECT 1 FROM tags WHERE tags.tag = :tag AND tags.turn = f.turn)",
    "turns_from": "c.turns >= :turns_from",
    "turns_to": "c.turns <= :turns_to",
    "judged_since": (
        "EXISTS (SELECT 1 FROM verdicts v WHERE v.turn = f.turn AND v.superseded_at IS NULL AND v.at >= :judged_since)"
    ),
    "judged_until": (
        "EXISTS (SELECT 1 FROM verdicts v WHERE v.turn = f.turn AND v.superseded_at IS NULL AND v.at < :judged_until)"
    ),
    "gap": "EXISTS (SELECT 1 FROM gap_members m WHERE m.turn = f.turn AND m.cluster = :gap)",
}
_FEEDBACK = {"helpful": "f.helpful = 1", "not_helpful": "f.helpful = 0", NONE: "f.helpful IS NULL"}
_VERDICT = {NONE: "f.verdict IS NULL", ANY: "f.verdict IS NOT NULL"}
_NOT_UNDERSTOOD = f"f.route IN ({', '.join(repr(route.value) for route in vocabulary.NOT_UNDERSTOOD)})"


def _clauses(asked: TurnFilter) -> tuple[list[str], dict[str, Any]]:
    """Conditions on `turn_facts f` (and `conversations c`) with their values, without the words."""
    values = {name: value for name in _CONDITIONS if (value := getattr(asked, name)) not in ("", None)}
    where = [
        _NOT_UNDERSTOOD if name == "route" and asked.route == NOT_UNDERSTOOD else _CONDITIONS[name] for name in values
    ]
    if asked.feedback:
        where.append(_FEEDBACK[asked.feedback])
    if asked.verdict:
        where.append(_VERDICT.get(asked.verdict, "f.verdict = :verdict"))
        values["verdict"] = asked.verdict
    where += ["f.flagged"] * asked.flagged + ["NOT f.warned"] * asked.unwarned + ["f.number = 1"] * asked.first
    return where, values


@dataclass(frozen=True)
class _Way:
    """How to come to the turns: `source` binds f, `condition` is what its index answers, `turn` the number to go by."""

    source: str
    condition: str = "true"
    turn: str = "f.turn"

    def count(self, database: Database, values: dict[str, Any], limit: int) -> int:
        """Turns on this way between :low and :high, counted up to one more than `limit`."""
        source = self.source.partition(" CROSS JOIN ")[0]
        sql = (
            f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {self.turn} >= :low AND {self.turn} < :high AND"
            f" {self.condition} LIMIT {limit + 1})"
        )
        return int(database.execute(sql, values).fetchone()[0])


_THROUGH = _Way("turn_facts f")
"""Every turn, by its number."""

_BY_WORDS = _Way(
    "turns_fts CROSS JOIN turn_facts f ON f.turn = turns_fts.rowid", "turns_fts MATCH :words", "turns_fts.rowid"
)
"""The index of words drives, in the order of its own numbers: nothing has to be sorted."""


def _ways(asked: TurnFilter) -> Iterator[_Way]:
    """The indexes that could lead to what is asked for."""
    for name in ("route", "intent", "snippet", "category", "rule", "reviewer"):
        if getattr(asked, name) and not (name == "route" and asked.route == NOT_UNDERSTOOD):
            yield _Way(f"turn_facts f INDEXED BY turn_facts_{name}", _CONDITIONS[name])
    if asked.feedback in ("helpful", "not_helpful"):
        yield _Way("turn_facts f INDEXED BY turn_facts_helpful", _FEEDBACK[asked.feedback])
    if asked.verdict not in ("", NONE):
        yield _Way("turn_facts f INDEXED BY turn_facts_verdict", _VERDICT.get(asked.verdict, "f.verdict = :verdict"))
    if asked.flagged:
        yield _Way("turn_facts f INDEXED BY turn_facts_flagged", "f.flagged")
    if asked.unwarned:
        yield _Way("turn_facts f INDEXED BY turn_facts_unwarned", "NOT f.warned")
    if asked.confidence_to is not None or asked.confidence_from is not None:
        named = [name for name in ("confidence_from", "confidence_to") if getattr(asked, name) is not None]
        yield _Way("turn_facts f INDEXED BY turn_facts_confidence", " AND ".join(_CONDITIONS[name] for name in named))
    if asked.first and asked.latency_over is not None:
        yield _Way("turn_facts f INDEXED BY turn_facts_first", f"f.number = 1 AND {_CONDITIONS['latency_over']}")
    if asked.judged_since or asked.judged_until:
        judged = [
            f"d.at {sign} :{name}"
            for name, sign in (("judged_since", ">="), ("judged_until", "<"))
            if getattr(asked, name)
        ]
        yield _Way(
            "verdicts d INDEXED BY verdicts_at CROSS JOIN turn_facts f ON f.turn = d.turn",
            " AND ".join(["d.superseded_at IS NULL", *judged]),
            "d.turn",
        )
    if asked.tag:
        yield _Way("tags d CROSS JOIN turn_facts f ON f.turn = d.turn", "d.tag = :tag", "d.turn")
    if asked.gap is not None:
        yield _Way(
            "gap_members d INDEXED BY gap_members_cluster CROSS JOIN turn_facts f ON f.turn = d.turn",
            "d.cluster = :gap",
            "d.turn",
        )


def _rarest(database: Database, asked: TurnFilter, values: dict[str, Any]) -> _Way | None:
    """The way with the fewest turns on it, None when there are many on each."""
    counted = [
        (count, place, way)
        for place, way in enumerate(_ways(asked))
        if (count := way.count(database, values, FEW)) <= FEW
    ]
    fewest = min(counted, default=None)
    if (
        asked.words
        and (fewest is None or fewest[0] > CHECKED_AT_ONCE)
        and _BY_WORDS.count(database, values, FEW_WITH_WORDS) <= FEW_WITH_WORDS
    ):
        return _BY_WORDS
    return fewest[2] if fewest else None


def _selected(asked: TurnFilter, way: _Way, columns: str) -> str:
    where, _ = _clauses(asked)
    long = (
        " CROSS JOIN conversations c ON c.id = f.conversation"
        if asked.turns_from is not None or asked.turns_to is not None
        else ""
    )
    conditions = " AND ".join([f"{way.turn} >= :low", f"{way.turn} < :high", way.condition, *where])
    return f"SELECT {columns} FROM {way.source}{long} WHERE {conditions}"


def _query(asked: TurnFilter, way: _Way, ascending: bool) -> str:
    return f"{_selected(asked, way, 'f.turn')} ORDER BY {way.turn} {'ASC' if ascending else 'DESC'} LIMIT :limit"


def _range(database: Database, asked: TurnFilter) -> tuple[int, int]:
    """The numbers [low, high) among which turns of the asked period lie, from the hours' first and last turn."""
    if not asked.since and not asked.until:
        low, high = database.execute(
            "SELECT (SELECT min(turn) FROM turn_facts), (SELECT max(turn) FROM turn_facts)"
        ).fetchone()
    else:
        low, high = database.execute(
            "SELECT min(first_turn), max(last_turn) FROM hours WHERE hour >= :since AND (:until = '' OR hour <="
            " :until)",
            {"since": asked.since[:13], "until": asked.until[:13]},
        ).fetchone()
    return (low, high + 1) if low is not None else (0, 0)


def find(
    database: Database,
    asked: TurnFilter,
    *,
    limit: int,
    start: int | None = None,
    ascending: bool = False,
    patience: float | None = PATIENCE_SECONDS,
) -> Found:
    """The turns that pass, the newest first unless `ascending`.

    Args:
        database: the record.
        asked: the filter.
        limit: how many at most.
        start: `next` of the part before.
        ascending: the oldest first.
        patience: seconds after which the search stops, about; None looks through everything.
    """
    if asked.words and not words_query(asked.words):
        return Found((), None, True)
    low, high = _range(database, asked)
    if start is not None:
        low, high = (max(low, start), high) if ascending else (low, min(high, start))
    begun = time.monotonic()
    values = {**_clauses(asked)[1], "words": words_query(asked.words), "low": low, "high": high, "limit": limit}
    if low >= high:
        return Found((), None, True)
    way = _rarest(database, asked, values)
    if way is None:
        return _through_windows(database, asked, values, ascending, begun, patience)
    if way is _BY_WORDS or not asked.words:
        found = [turn for (turn,) in database.execute(_query(asked, way, ascending), values)]
        return _enough(found, limit, ascending)
    candidates = [turn for (turn,) in database.execute(_query(asked, way, ascending), {**values, "limit": -1})]
    return _with_words(database, asked.words, candidates, limit, ascending, begun, patience)


def _enough(found: Sequence[int], limit: int, ascending: bool) -> Found:
    """What was found when nothing was left out before the last one."""
    if len(found) < limit:
        return Found(tuple(found), None, True)
    return Found(tuple(found), found[-1] + 1 if ascending else found[-1], True)


def _through_windows(
    database: Database, asked: TurnFilter, values: dict[str, Any], ascending: bool, begun: float, patience: float | None
) -> Found:
    """Looks through turns in windows, each as large as the time left seems to allow."""
    sql = _query(asked, _BY_WORDS if asked.words else _THROUGH, ascending)
    low, high, limit = values["low"], values["high"], values["limit"]
    found: list[int] = []
    window, looked = FIRST_WINDOW, False
    while low < high and len(found) < limit:
        left = None if patience is None else patience - (time.monotonic() - begun)
        if looked and left is not None and left <= 0:
            return Found(tuple(found), low if ascending else high, False)
        part = (low, min(high, low + window)) if ascending else (max(low, high - window), high)
        since = time.monotonic()
        rows = database.execute(
            sql, {**values, "low": part[0], "high": part[1], "limit": limit - len(found)}
        ).fetchall()
        spent = max(time.monotonic() - since, 1e-4)
        found += [turn for (turn,) in rows]
        low, high = (part[1], high) if ascending else (low, part[0])
        window = (
            4 * window
            if left is None
            else max(FIRST_WINDOW // 4, 1, min(4 * window, int(window * (left - spent) / spent)))
        )
        looked = True
    return _enough(found, limit, ascending)


def tally(
    database: Database, asked: TurnFilter, *, patience: float | None = PATIENCE_SECONDS
) -> tuple[dict[tuple[str, str], int], int | None]:
    """How many turns pass, by UTC hour and route, from the newest back as far
    as time allows; and the turn down to which it has counted (None: all)."""
    counted: dict[tuple[str, str], int] = {}
    if asked.words and not words_query(asked.words):
        return counted, None
    low, high = _range(database, asked)
    begun, window, looked = time.monotonic(), FIRST_WINDOW, False
    values = {**_clauses(asked)[1], "words": words_query(asked.words), "low": low, "high": high}
    way = _rarest(database, asked, values) if low < high else None
    if way is not None and (way is _BY_WORDS or not asked.words):
        window, patience = high - low, None
    else:
        way = _BY_WORDS if asked.words else _THROUGH
    sql = _selected(asked, way, "substr(f.at, 1, 13), f.route, count(*)") + " GROUP BY 1, 2"
    while low < high:
        left = None if patience is None else patience - (time.monotonic() - begun)
        if looked and left is not None and left <= 0:
            return counted, high
        since = time.monotonic()
        for hour, route, count in database.execute(
            sql, {**values, "low": max(low, high - window), "high": high}
        ).fetchall():
            counted[hour, route] = counted.get((hour, route), 0) + count
        spent = max(time.monotonic() - since, 1e-4)
        high = max(low, high - window)
        window = (
            4 * window
            if left is None
            else max(FIRST_WINDOW // 4, 1, min(4 * window, int(window * (left - spent) / spent)))
        )
        looked = True
    return counted, None


def _with_words(
    database: Database,
    words: str,
    candidates: Sequence[int],
    limit: int,
    ascending: bool,
    begun: float,
    patience: float | None,
) -> Found:
    """Those of the candidates, which are in order, whose question or reply holds the words."""
    found: list[int] = []
    for place in range(0, len(candidates), CHECKED_AT_ONCE):
        if place and patience is not None and time.monotonic() - begun > patience:
            last = candidates[place - 1]
            return Found(tuple(found), last + 1 if ascending else last, False)
        part = candidates[place : place + CHECKED_AT_ONCE]
        holding = {turn for (turn,) in database.execute(*holding_words("rowid", words, part))}
        found += [turn for turn in part if turn in holding]
        if len(found) >= limit:
            break
    return _enough(found[:limit], limit, ascending)


def holding_words(columns: str, words: str, turns: Sequence[int]) -> tuple[str, list[Any]]:
    """A query for columns of those of some turns that hold the words, with its values.

    Where the turns lie close together the index is read through from the first to the last; the plus keeps SQLite from
    looking each up.
    """
    marks = ", ".join("?" * len(turns))
    if not turns or max(turns) - min(turns) > NEAR * len(turns):
        return f"SELECT {columns} FROM turns_fts WHERE turns_fts MATCH ? AND rowid IN ({marks})", [
            words_query(words),
            *turns,
        ]
    sql = f"SELECT {columns} FROM turns_fts WHERE turns_fts MATCH ? AND rowid BETWEEN ? AND ? AND +rowid IN ({marks})"
    return sql, [words_query(words), min(turns), max(turns), *turns]


def each(database: Database, asked: TurnFilter, size: int, start: int | None = None) -> Iterator[Sequence[int]]:
    """Every turn that passes from the number `start` on, the oldest first, in parts of `size`."""
    while True:
        found = find(database, asked, limit=size, start=start, ascending=True, patience=None)
        if found.turns:
            yield found.turns
        if found.next is None:
            return
        start = found.next


def find_conversations(
    database: Database, asked: TurnFilter, *, limit: int, start: int | None = None
) -> tuple[dict[str, int], Found]:
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
    known = dict(
        database.execute(f"SELECT turn, conversation FROM turn_facts WHERE turn IN ({marks})", list(turns)).fetchall()
    )
    return [(turn, known[turn]) for turn in turns if turn in known]


def _shown_before(database: Database, asked: TurnFilter, conversation: str, start: int) -> bool:
    """Whether a newer turn of this conversation passes, so that it stood on a part before."""
    where, values = _clauses(asked)
    if asked.words:
        # After the other conditions, which leave few turns or none: looking one up in the index of words takes long.
        where.append("EXISTS (SELECT 1 FROM turns_fts WHERE turns_fts MATCH :words AND turns_fts.rowid = f.turn)")
        values["words"] = words_query(asked.words)
    conditions = " AND ".join(["f.conversation = :conversation", "f.turn >= :start", *where])
    row = database.execute(
        "SELECT 1 FROM turn_facts f INDEXED BY turn_facts_conversation JOIN conversations c ON c.id = f.conversation"
        f" WHERE {conditions} LIMIT 1",
        {**values, "conversation": conversation, "start": start},
    ).fetchone()
    return row is not None
