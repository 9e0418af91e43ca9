from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlite_utils import Database

from bot.on_rasa.tracker_store import RecordTrackerStore
from bot.record.database import open_record
from bot.record.feedback import MAX_REASON, NoSuchTurn, feedback_of, give_feedback
from bot.record.requests import NoSuchRequest, leave_request, list_requests, move_request
from bot.record.sealed import CONTACT, Seal
from bot.record.turns import Turn

SEAL = Seal("s3cret", purpose=CONTACT)
TURN = Turn(
    "c",
    1,
    "2026-01-01T00:00:00+00:00",
    "hi",
    "answer",
    None,
    None,
    [],
    None,
    None,
    {},
    "x",
    1,
    "h",
    "r",
    [],
    "w",
    1.0,
    None,
)


@pytest.fixture
def record() -> Database:
    database = open_record(None)
    asyncio.run(RecordTrackerStore(database=database).add_turn(replace(TURN, number=0), "web", {}))
    database.execute("PRAGMA foreign_keys=ON")
    return database


def test_the_last_judgement_of_a_turn_counts_and_holds_no_personal_data(record: Database) -> None:
    give_feedback(record, "c", 1, True)
    give_feedback(record, "c", 1, False, "write to me at ann@example.org")
    helpful, reason = feedback_of(record, "c")[1]
    assert not helpful
    assert "ann@example.org" not in reason


@pytest.mark.parametrize("place", range(MAX_REASON - 20, MAX_REASON + 2))
def test_a_reason_is_cut_after_its_personal_data_is_taken_out(record: Database, place: int) -> None:
    give_feedback(record, "c", 1, False, "x" * place + " ann@example.org " + "y" * 60_000)
    reason = feedback_of(record, "c")[1][1]
    assert len(reason) <= MAX_REASON
    assert "ann" not in reason


@pytest.mark.parametrize(("conversation", "number"), [("c", 2), ("other", 1), ("c", -1)])
def test_a_turn_that_is_not_there_cannot_be_judged(record: Database, conversation: str, number: int) -> None:
    with pytest.raises(NoSuchTurn):
        give_feedback(record, conversation, number, True)
    assert feedback_of(record, conversation) == {}


def test_a_request_goes_from_new_to_taken_to_done(record: Database) -> None:
    number = leave_request(record, "c", question="May I?", reach="01 23", best_time="mornings", seal=SEAL)
    assert [request.state for request in list_requests(record, state="new", seal=SEAL)] == ["new"]
    move_request(record, number, state="taken", by="ann")
    assert [request.taken_by for request in list_requests(record, state="taken", seal=SEAL)] == ["ann"]
    move_request(record, number, state="done", by="ann")
    assert [request.state for request in list_requests(record, seal=SEAL)] == ["done"]
    assert list_requests(record, state="new", seal=SEAL) == []


def test_requests_come_newest_first_and_in_pages(record: Database) -> None:
    numbers = [leave_request(record, "c", question=f"{n}", reach="r", best_time="t", seal=SEAL) for n in range(5)]
    first = list_requests(record, limit=2, seal=SEAL)
    assert [
        request.id for request in first + list_requests(record, limit=9, beyond=first[-1].id, seal=SEAL)
    ] == numbers[::-1]


def test_an_unknown_request_or_state_is_refused(record: Database) -> None:
    with pytest.raises(NoSuchRequest, match="no request 7"):
        move_request(record, 7, state="done", by="ann")
    with pytest.raises(NoSuchRequest, match="not 'lost'"):
        move_request(record, 7, state="lost", by="ann")


def test_a_deleted_conversation_takes_its_feedback_along_and_leaves_the_request(record: Database) -> None:
    give_feedback(record, "c", 1, True)
    leave_request(record, "c", question="q", reach="r", best_time="t", seal=SEAL)
    record.execute("DELETE FROM conversations WHERE id = 'c'")
    assert feedback_of(record, "c") == {}
    assert list_requests(record, seal=SEAL)[0].conversation is None
