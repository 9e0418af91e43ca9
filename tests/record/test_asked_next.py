"""What visitors asked next, counted from the record."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable

import pytest
from sqlite_utils import Database

from bot.content.library import Library
from bot.conversation.buttons import questions_for
from bot.conversation.memory import Memory
from bot.on_rasa.tracker_store import RecordTrackerStore
from bot.record.asked_next import LAST_TURNS, LEAST, asked_next
from bot.record.database import open_record
from bot.record.turns import Turn
from bot.safety.warning import WARNING

Visit = Callable[..., None]


@pytest.fixture
def database() -> Database:
    return open_record(None)


@pytest.fixture
def visit(database: Database, library: Library, loop: asyncio.AbstractEventLoop) -> Visit:
    """Records a conversation in which these snippets were sent, each in answer to `words`."""
    store = RecordTrackerStore(database=database)

    def recorded(*names: str, words: str = "in my own words") -> None:
        conversation = uuid.uuid4().hex
        for name in names:
            snippet = library[name]
            turn = Turn(
                conversation=conversation, number=0, at="2026-11-25T10:00:00.000+00:00", text=words,
                route=snippet.route, intent=name, confidence=1.0,
                ranking=[], risk_category=None, risk_rule=None, explanation={}, snippet_id=name,
                snippet_version=snippet.version, snippet_hash=snippet.hash,
                reply=snippet.text, messages=[{"text": snippet.text, "snippet": snippet.trace(), "buttons": []}],
                warning=WARNING, latency_ms=1.0,
                model_id=None, client_id=None,
            )  # fmt: skip
            loop.run_until_complete(store.add_turn(turn, "web", {}))

    return recorded


def test_what_was_asked_next_is_counted_by_conversation(database: Database, library: Library, visit: Visit) -> None:
    for _ in range(LEAST):
        visit("cost", "parking_access", "cost", "parking_access")
    for _ in range(LEAST + 1):
        visit("cost", "companions")
    assert asked_next(database, library) == {
        "cost": {"companions": LEAST + 1, "parking_access": LEAST},
        "parking_access": {"cost": LEAST},
    }


def test_one_visitors_path_is_no_habit(database: Database, library: Library, visit: Visit) -> None:
    visit(*["cost", "companions"] * 2 * LEAST)
    assert asked_next(database, library) == {}


def test_a_button_that_was_pressed_does_not_count(database: Database, library: Library, visit: Visit) -> None:
    for _ in range(LEAST):
        visit("cost", "insurance", words=library["insurance"].question)
    assert asked_next(database, library) == {}


@pytest.mark.parametrize("other", ["clinician_medicine", "emergency_breathing", "out_of_scope", "thanks", "clarify"])
def test_only_answers_count(database: Database, library: Library, visit: Visit, other: str) -> None:
    for _ in range(LEAST):
        visit("cost", other, "cost")
    assert asked_next(database, library) == {}


def test_an_empty_record_knows_nothing(database: Database, library: Library) -> None:
    assert LAST_TURNS > 0
    assert asked_next(database, library) == {}


def test_what_was_asked_next_is_offered_first_and_content_after_it(library: Library) -> None:
    asked = {"cost": {"parking_access": 9, "companions": 8, "location": 7}}
    assert questions_for(library["cost"], (), Memory(), library, risk=False, asked_next=asked) == [
        "parking_access",
        "companions",
        "price_includes",
    ]


def test_what_was_asked_next_is_not_offered_where_it_would_be_referred(library: Library) -> None:
    asked = {"cost": {"how_often": 9, "clinician_dose": 8}}
    offered = questions_for(library["cost"], (), Memory(), library, risk=True, asked_next=asked)
    assert offered == ["price_includes", "first_visit_price", "insurance"]
    assert "clinician_dose" not in questions_for(library["cost"], (), Memory(), library, risk=False, asked_next=asked)
