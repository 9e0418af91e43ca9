"""Turns are numbered without gaps, dated in order and never
doubled, also with two processes and a clock that goes back."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.on_rasa.tracker_store import RecordTrackerStore
from bot.record.database import open_record
from bot.record.turns import Turn, turns_of
from bot.safety.warning import WARNING
from bot.storage.door import AnsweredError

TURN = Turn(
    conversation="talk",
    number=0,
    at="2027-01-01T10:00:00.000+00:00",
    text="What is ozone?",
    route="answer",
    intent=None,
    confidence=None,
    ranking=[],
    risk_category=None,
    risk_rule=None,
    explanation={},
    snippet_id="what_is_ozone",
    snippet_version=1,
    snippet_hash="",
    reply="A gas.",
    messages=[{"text": "A gas."}],
    warning=WARNING,
    latency_ms=None,
    model_id=None,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.db"


def add(store: RecordTrackerStore, **changes: object) -> Turn:
    return asyncio.run(store.add_turn(replace(TURN, **changes), "web", {}))  # type: ignore[arg-type]


def test_no_turn_is_dated_before_the_one_it_follows(path: Path) -> None:
    store = RecordTrackerStore(path=str(path))
    assert add(store).at == TURN.at
    assert add(store, at="2026-12-31T23:00:00.000+00:00").at == TURN.at
    assert add(store, at="2027-01-01T11:00:00.000+00:00").at == "2027-01-01T11:00:00.000+00:00"


def test_two_processes_number_one_conversation_without_gaps(path: Path) -> None:
    one, other = RecordTrackerStore(path=str(path)), RecordTrackerStore(path=str(path))

    async def together() -> None:
        await asyncio.gather(*(store.add_turn(TURN, "web", {}) for store in (one, other) for _ in range(20)))

    asyncio.run(together())
    assert [turn.number for turn in turns_of(one.database, "talk")] == list(range(1, 41))


def test_a_request_is_kept_once_whichever_process_answers_it(path: Path) -> None:
    one, other = RecordTrackerStore(path=str(path)), RecordTrackerStore(path=str(path))
    add(one, request="request-1")
    with pytest.raises(AnsweredError):
        add(other, request="request-1")
    assert len(turns_of(other.database, "talk")) == 1


def test_what_one_process_learned_is_not_undone_by_the_other(path: Path) -> None:
    one, other = RecordTrackerStore(path=str(path)), RecordTrackerStore(path=str(path))
    asyncio.run(one.add_turn(TURN, "web", {"risk": "clinician_medicine"}))
    asyncio.run(other.add_turn(TURN, "web", {"emergency": "emergency_breathing"}))
    (slots,) = one.database.execute("SELECT slots FROM conversations").fetchone()
    assert slots == '{"risk":"clinician_medicine","emergency":"emergency_breathing"}'


def test_a_power_cut_leaves_whole_turns_and_a_sound_file(path: Path, tmp_path: Path) -> None:
    store = RecordTrackerStore(path=str(path))
    for _ in range(10):
        add(store)
    log = path.with_name("record.db-wal").read_bytes()
    assert log
    seen = set()
    for cut in range(0, len(log), len(log) // 40):
        copy = tmp_path / f"cut-{cut}" / "record.db"
        copy.parent.mkdir()
        shutil.copy(path, copy)
        copy.with_name("record.db-wal").write_bytes(log[:cut])
        database = open_record(copy)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        numbers = [turn.number for turn in turns_of(database, "talk")]
        assert numbers == list(range(1, len(numbers) + 1))
        seen.add(len(numbers))
        database.close()
    assert len(seen) > 5
