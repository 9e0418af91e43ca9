"""A conversation that its visitor deleted is gone, in every table and in every byte."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.record.database import open_record
from bot.record.deletion import delete_conversation, was_deleted, wipe
from bot.record.feedback import give_feedback
from bot.record.requests import leave_request, list_requests
from bot.record.tracker_store import RecordTrackerStore
from bot.record.turns import Turn, search_turns, turns_of

SECRET = "xylophonist"
TURN = Turn("c", 0, "2026-01-01T00:00:00+00:00", SECRET, "answer", None, None, [], None, None, {}, "x", 1, "h", "r", [], "w", 1.0, None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.db"


@pytest.fixture
def record(path: Path) -> Database:
    database = open_record(path)
    store = RecordTrackerStore(database=database)
    for conversation in ("c", "other"):
        asyncio.run(store.add_turn(replace(TURN, conversation=conversation, text=SECRET if conversation == "c" else "marimba"), "web", {}))
        database.execute("INSERT INTO events (conversation, type, at, data) VALUES (?, 'user', 1, ?)", [conversation, conversation])
        give_feedback(database, conversation, 1, False, f"{SECRET} reason" if conversation == "c" else "")
        database.conn.commit()
    leave_request(database, "c", question="May I?", reach="01 23", best_time="mornings")
    return database


def _rows(database: Database, conversation: str) -> int:
    tables = ("turns", "events", "feedback")
    return sum(int(database.execute(f"SELECT count(*) FROM {table} WHERE conversation = ?", [conversation]).fetchone()[0]) for table in tables)


def test_nothing_of_it_is_left_in_any_table_or_search(record: Database) -> None:
    delete_conversation(record, "c")
    assert _rows(record, "c") == 0
    assert turns_of(record, "c") == []
    assert search_turns(record, SECRET) == []
    assert record.execute("SELECT count(*) FROM conversations WHERE id = 'c'").fetchone()[0] == 0


def test_other_conversations_stay(record: Database) -> None:
    before = _rows(record, "other")
    delete_conversation(record, "c")
    assert _rows(record, "other") == before == 3
    assert len(search_turns(record, "marimba")) == 1


def test_a_question_for_the_clinical_team_stays_without_a_link(record: Database) -> None:
    delete_conversation(record, "c")
    (request,) = list_requests(record)
    assert request.question == "May I?"
    assert request.conversation is None


def test_the_record_knows_that_it_was_deleted_without_keeping_its_id(record: Database) -> None:
    assert not was_deleted(record, "c")
    delete_conversation(record, "c")
    assert was_deleted(record, "c")
    assert not was_deleted(record, "other")
    assert record.execute("SELECT count(*) FROM deleted_conversations WHERE hash = 'c'").fetchone()[0] == 0


def test_deleting_twice_is_deleting_once(record: Database) -> None:
    delete_conversation(record, "c")
    delete_conversation(record, "c")
    assert was_deleted(record, "c")


def test_no_byte_of_the_words_is_left_in_any_file(record: Database, path: Path) -> None:
    assert any(SECRET.encode() in file.read_bytes() for file in path.parent.iterdir())
    delete_conversation(record, "c")
    wipe(path)
    assert [file.name for file in path.parent.iterdir() if SECRET.encode() in file.read_bytes()] == []
    assert len(search_turns(record, "marimba")) == 1
