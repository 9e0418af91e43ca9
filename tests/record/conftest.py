"""A record with turns to review."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlite_utils import Database

from bot.record.database import open_record
from bot.record.turns import Turn, insert_turn, utc
from bot.safety.warning import WARNING

BEGUN = 1_800_000_000.0

Add = Callable[..., int]


@pytest.fixture
def record() -> Database:
    """An empty record in memory, with a reviewer and a viewer."""
    database = open_record(None)
    for name, role in (("maria", "reviewer"), ("tom", "reviewer"), ("vera", "viewer")):
        database.execute(
            "INSERT INTO staff (username, password_hash, created_at, role) VALUES (?, '', '', ?)", [name, role]
        )
    return database


@pytest.fixture
def add(record: Database) -> Add:
    """Adds a turn and returns its number in the record; each is an hour
    after the one before, in a conversation of its own unless named."""
    made = 0

    def adding(
        route: str = "answer", *, conversation: str = "", number: int = 1, warning: str = WARNING, **changes: object
    ) -> int:
        nonlocal made
        made += 1
        values = {
            "conversation": conversation or f"talk-{made}",
            "number": number,
            "at": utc(BEGUN + 3600 * made),
            "text": "What is ozone?",
            "route": route,
            "intent": "what_is_ozone",
            "confidence": 0.9,
            "ranking": [],
            "risk_category": None,
            "risk_rule": None,
            "explanation": {},
            "snippet_id": "what_is_ozone",
            "snippet_version": 1,
            "snippet_hash": "h",
            "reply": "Ozone is a gas.",
            "messages": [],
            "warning": warning,
            "latency_ms": 40.0,
            "model_id": "m",
            **changes,
        }
        turn = Turn(**values)  # type: ignore[arg-type]
        with record.atomic():
            record.execute(
                """INSERT INTO conversations (id, channel, started_at, last_at, turns, worst_route) VALUES (?, 'web', ?,
                    ?, 1, ?)
                ON CONFLICT (id) DO UPDATE SET turns = turns + 1, last_at = excluded.last_at""",
                [turn.conversation, turn.at, turn.at, turn.route],
            )
            insert_turn(record, turn)
        return int(record.execute("SELECT max(id) FROM turns").fetchone()[0])

    return adding
