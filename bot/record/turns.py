"""A turn as staff read it, and the questions they ask of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlite_utils import Database

from bot.record.filters import TurnFilter, find
from bot.record.review_schema import MONTHLY
from bot.safety.warning import WARNING
from bot.vocabulary import GRAVEST_FIRST, Reason, Route


@dataclass(frozen=True)
class Turn:
    """One message of a visitor and what was replied, with the reason.

    `explanation` is everything needed to tell a clinician why: the rule with the words it saw, or the classifier's
    score with its threshold and nearest training example. `latency_ms` runs from the request's arrival to just
    before the commit. `request` is a keyed digest of the client's id and the visitor's words, by which a message that
    is sent again is known; there is one turn for each in a conversation.
    """

    conversation: str
    number: int
    at: str
    text: str
    route: str
    intent: str | None
    confidence: float | None
    ranking: Sequence[Mapping[str, Any]]
    risk_category: str | None
    risk_rule: str | None
    explanation: Mapping[str, Any]
    snippet_id: str | None
    snippet_version: int | None
    snippet_hash: str | None
    reply: str
    messages: Sequence[Mapping[str, Any]]
    warning: str
    latency_ms: float | None
    model_id: str | None
    client_id: str | None = None
    request: str | None = None


@dataclass(frozen=True)
class Conversation:
    """One row of the list of conversations."""

    id: str
    channel: str
    started_at: str
    last_at: str
    turns: int
    worst_route: str | None


_JSON_COLUMNS = ("ranking", "explanation", "messages")
_COLUMNS = tuple(Turn.__dataclass_fields__)
_INSERT = f"INSERT INTO turns ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_SELECT = f"SELECT {', '.join('turns.' + column for column in _COLUMNS)} FROM turns"


def utc(timestamp: float) -> str:
    """A Unix time as ISO 8601 in UTC with milliseconds."""
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="milliseconds")


def turn_from_events(
    conversation: str, number: int, events: Sequence[Mapping[str, Any]], finished: float
) -> Turn | None:
    """The turn that a run of Rasa events tells of, or None when no visitor spoke in it.

    Args:
        conversation: its id.
        number: 1 for the first turn of the conversation.
        events: `Event.as_dict()` of one turn, in order, as they are kept (`bot.record.redacted`).
        finished: Unix time at which the turn was complete.
    """
    user = next((event for event in reversed(events) if event.get("event") == "user"), None)
    if user is None:
        return None
    parse = user.get("parse_data") or {}
    given = user.get("metadata") or {}
    said = [event for event in events if event.get("event") == "bot"]
    worded = [(event.get("metadata") or {}) for event in said]
    replies = [(event.get("metadata") or {}) for event in events[events.index(user) :] if event.get("event") == "bot"]
    first: Mapping[str, Any] = next((metadata["snippet"] for metadata in [*replies, *worded] if _tells(metadata)), {})
    reasons = [
        event["metadata"]
        for event in events
        if event.get("event") == "action" and (event.get("metadata") or {}).get("reason")
    ]
    reason: Mapping[str, Any] = reasons[0] if reasons else {}
    risk: Mapping[str, Any] = reason.get("risk") or {}
    received = given.get("received_at")
    return Turn(
        conversation=conversation,
        number=number,
        at=utc(float(user.get("timestamp") or finished)),
        text=str(user.get("text") or ""),
        route=str(first.get("route") or Route.OUT_OF_SCOPE),
        intent=(parse.get("intent") or {}).get("name"),
        confidence=(parse.get("intent") or {}).get("confidence"),
        ranking=[
            {"name": row.get("name"), "confidence": round(float(row.get("confidence") or 0), 4)}
            for row in (parse.get("intent_ranking") or [])[:5]
        ],
        risk_category=risk.get("category"),
        risk_rule=risk.get("rule"),
        explanation={
            "reason": reason.get("reason", Reason.INTENT),
            "findings": reason.get("findings") or (parse.get("rules") or [])[:10],
            "classifier": parse.get("risk"),
            "earlier": reason.get("earlier"),
            **({"read_as": parse["read_as"]} if parse.get("read_as") else {}),
        },
        snippet_id=first.get("id"),
        snippet_version=first.get("version"),
        snippet_hash=first.get("hash"),
        reply="\n\n".join(str(event.get("text") or "") for event in said),
        messages=[
            {
                "text": event.get("text"),
                "snippet": metadata.get("snippet"),
                "buttons": (event.get("data") or {}).get("buttons") or [],
                **({"input": metadata["input"]} if metadata.get("input") else {}),
                **({"question": metadata["question"]} if metadata.get("question") else {}),
            }
            for event, metadata in zip(said, worded, strict=True)
        ],
        warning=WARNING,
        latency_ms=round(max(finished - float(received), 0.0) * 1000, 2) if received else None,
        model_id=given.get("model_id"),
        client_id=given.get("client_id"),
        request=given.get("request"),
    )


def _tells(metadata: Mapping[str, Any]) -> bool:
    """Whether what was said is the reply itself; a caution only stands before one."""
    return bool(metadata.get("snippet")) and not str(metadata["snippet"].get("id")).startswith("caution_")


def insert_turn(database: Database, turn: Turn) -> None:
    """Adds a turn; the caller holds the transaction."""
    values = {column: getattr(turn, column) for column in _COLUMNS}
    for column in _JSON_COLUMNS:
        values[column] = orjson.dumps(values[column]).decode()
    database.execute(_INSERT, list(values.values()))


def _turn(row: Sequence[Any]) -> Turn:
    values = dict(zip(_COLUMNS, row, strict=True))
    for column in _JSON_COLUMNS:
        values[column] = orjson.loads(values[column])
    return Turn(**values)


def gravest(routes: Sequence[str | None]) -> str | None:
    """The gravest of some routes, or None when there is none."""
    return next((route for route in GRAVEST_FIRST if route in routes), None)


def list_conversations(
    database: Database, *, limit: int = 50, offset: int = 0, route: str | None = None
) -> list[Conversation]:
    """Conversations, the last active first; `route` keeps those in which some turn took it."""
    where = "WHERE turns > 0" + (
        " AND EXISTS (SELECT 1 FROM turns t WHERE t.conversation = conversations.id AND t.route = :route)"
        if route
        else ""
    )
    rows = database.execute(
        f"SELECT id, channel, started_at, last_at, turns, worst_route FROM conversations {where} ORDER BY last_at DESC,"
        " id LIMIT :limit OFFSET :offset",
        {"limit": limit, "offset": offset, **({"route": route} if route else {})},
    )
    return [Conversation(*row) for row in rows]


def count_conversations(database: Database) -> int:
    """How many conversations there are."""
    return int(database.execute("SELECT count(*) FROM conversations").fetchone()[0])


def route_counts(database: Database) -> dict[str, int]:
    """Turns by route ever since the record began, erased ones too, every route named."""
    counted = dict(
        database.execute(
            "SELECT name, sum(count) FROM counters WHERE kind = ? GROUP BY name", [f"{MONTHLY}route"]
        ).fetchall()
    )
    return {route: int(counted.get(route, 0)) for route in GRAVEST_FIRST}


def get_conversation(database: Database, conversation: str) -> Conversation | None:
    """One conversation, or None."""
    row = database.execute(
        "SELECT id, channel, started_at, last_at, turns, worst_route FROM conversations WHERE id = ?", [conversation]
    ).fetchone()
    return Conversation(*row) if row else None


def turns_of(database: Database, conversation: str) -> list[Turn]:
    """The turns of a conversation, in order."""
    return [_turn(row) for row in database.execute(f"{_SELECT} WHERE conversation = ? ORDER BY number", [conversation])]


def turn_of_request(database: Database, conversation: str, request: str) -> Turn | None:
    """The turn that already answered this request, or None."""
    row = database.execute(f"{_SELECT} WHERE conversation = ? AND request = ?", [conversation, request]).fetchone()
    return _turn(row) if row else None


def turns_numbered(database: Database, ids: Sequence[int]) -> dict[int, Turn]:
    """Turns by their number in the record, in the order of `ids`; those that are gone are left out."""
    marks = ", ".join("?" * len(ids))
    rows = {
        row[0]: _turn(row[1:])
        for row in database.execute(f"SELECT id, {', '.join(_COLUMNS)} FROM turns WHERE id IN ({marks})", list(ids))
    }
    return {turn: rows[turn] for turn in ids if turn in rows}


def search_turns(database: Database, words: str, *, limit: int = 50) -> list[Turn]:
    """Turns whose question or reply holds all of `words`, the newest first.

    Everything a person can type is a legal search. Ranking would have to look at every match, which for a word like
    "ozone" is every turn.
    """
    if not words.strip():
        return []
    return list(
        turns_numbered(database, find(database, TurnFilter(words=words), limit=limit, patience=None).turns).values()
    )


def all_turns(database: Database, unreadable: list[str] | None = None) -> Iterator[Turn]:
    """Every turn, oldest first.

    Those that cannot be read go by conversation and number into `unreadable`.

    Raises:
        ValueError: there is one that cannot be read, and no list for it.
    """
    for row in database.execute(f"{_SELECT} ORDER BY turns.id"):
        try:
            turn = _turn(row)
        except ValueError:
            if unreadable is None:
                raise
            values = dict(zip(_COLUMNS, row, strict=True))
            unreadable.append(f"{values['conversation']} #{values['number']}")
        else:
            yield turn
