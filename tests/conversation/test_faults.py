"""Whatever breaks, the visitor gets the safe reply, the record
tells what was said, and all is well again once the cause is gone."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.conversation.reply import Reply
from bot.on_rasa import engine as engine_module
from bot.on_rasa.engine import Engine
from bot.on_rasa.model import model_path
from bot.on_rasa.tracker_store import RecordTrackerStore
from bot.record.record import Record
from bot.record.turns import turns_of
from bot.safety.warning import WARNING
from bot.settings import Settings
from bot.storage.sqlite import SqliteStore
from tests.on_rasa.test_tracker_store import TURN
from tests.record.test_record import full_disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.db"


@pytest.fixture
def on_disk(engine: Engine, path: Path) -> Iterator[Engine]:
    """The shipped assistant on a record in a file."""
    kept, engine.store.door = engine.store.door, SqliteStore(Record(path))
    yield engine
    engine.store.door.close()
    engine.store.door = kept


@pytest.fixture
def ask(on_disk: Engine, loop: asyncio.AbstractEventLoop) -> Callable[..., Reply]:
    def ask(text: str, client_id: str | None = None) -> Reply:
        return loop.run_until_complete(on_disk.turn("talk", text, client_id))

    return ask


def test_a_lock_that_lasts_too_long_gets_the_safe_reply(
    on_disk: Engine, ask: Callable[..., Reply], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("What is ozone?")
    monkeypatch.setattr(engine_module, "PATIENCE_SECONDS", 0.2)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        reply = ask("I cannot breathe")
    assert reply.turn is None
    assert reply.route == "emergency"
    assert reply.warning == WARNING
    after = ask("What is ozone?").turn
    assert after is not None
    assert after.number == 2


def test_a_lock_that_ends_in_time_costs_nothing_but_time(
    on_disk: Engine, ask: Callable[..., Reply], path: Path, loop: asyncio.AbstractEventLoop
) -> None:
    ask("What is ozone?")

    async def while_locked() -> Reply:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.ensure_future(on_disk.turn("talk", "What are your opening hours?"))
            # The event loop is free meanwhile: a readiness check is answered while the visitor waits.
            assert await on_disk.problems() == []
            await on_disk.store.retrieve("somebody else")
            assert not waiting.done()
        return await waiting

    reply = loop.run_until_complete(while_locked())
    assert reply.turn is not None
    assert reply.turn.number == 2


def test_a_full_disk_gets_the_safe_reply_until_there_is_room(ask: Callable[..., Reply]) -> None:
    ask("What is ozone?")
    with full_disk():
        during = ask("I take warfarin")
    assert (during.turn, during.route) == (None, "clinician")
    assert ask("What is ozone?").turn is not None


def test_a_risk_is_not_forgotten_over_a_failed_read(
    on_disk: Engine, ask: Callable[..., Reply], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: str) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    ask("I am pregnant")
    with monkeypatch.context() as broken:
        broken.setattr(on_disk.store, "retrieve", fail)
        ask("How long does a session take?")
    assert ask("Is ozone therapy safe?").route == "clinician"


def test_when_rasa_says_nothing_the_record_holds_what_the_visitor_got(
    on_disk: Engine, ask: Callable[..., Reply], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def say_nothing(*_: object) -> None:
        return None

    with monkeypatch.context() as broken:
        broken.setattr(on_disk._processor, "_run_prediction_loop", say_nothing)
        reply = ask("What is ozone?")
    (turn,) = turns_of(on_disk.store.database, "talk")
    assert turn == reply.turn
    assert turn.reply == reply.messages[0].text
    assert turn.snippet_id == "technical_problem"


def test_a_request_another_process_answered_gets_that_answer(
    on_disk: Engine, ask: Callable[..., Reply], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = RecordTrackerStore(path=str(path))

    async def meanwhile(tracker: object) -> None:
        """The other process is faster between this one's look and its commit."""
        monkeypatch.undo()
        key = on_disk._key("talk", "request-1", "What is ozone?")
        await other.add_turn(replace(TURN, client_id="request-1", request=key), "web", {})
        await on_disk.store.save(tracker)

    monkeypatch.setattr(on_disk.store, "save", meanwhile)
    assert ask("What is ozone?", "request-1").messages[0].text == TURN.reply
    assert len(turns_of(on_disk.store.database, "talk")) == 1


def test_other_words_that_another_process_answered_under_the_same_id_hide_nothing(
    on_disk: Engine, ask: Callable[..., Reply], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = RecordTrackerStore(path=str(path))

    async def meanwhile(tracker: object) -> None:
        monkeypatch.undo()
        key = on_disk._key("talk", "request-1", "What is ozone?")
        await other.add_turn(replace(TURN, client_id="request-1", request=key), "web", {})
        await on_disk.store.save(tracker)

    monkeypatch.setattr(on_disk.store, "save", meanwhile)
    reply = ask("I cannot breathe", "request-1")
    assert reply.route == "emergency"
    assert reply.turn is not None
    kept = turns_of(on_disk.store.database, "talk")
    assert [(turn.number, turn.client_id) for turn in kept] == [(1, "request-1"), (2, "request-1")]


def test_other_words_under_a_used_id_are_recorded_also_when_only_the_rules_are_left(
    on_disk: Engine, ask: Callable[..., Reply], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("What is ozone?", "request-1")
    monkeypatch.setattr(on_disk, "_processor", None)
    first, again = ask("I cannot breathe", "request-1"), ask("I cannot breathe", "request-1")
    assert first.route == "emergency"
    assert first.turn is not None
    assert again == first


def test_without_a_secret_a_message_is_answered_and_nothing_replayed(
    on_disk: Engine, ask: Callable[..., Reply], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").mkdir()
    monkeypatch.setattr(on_disk, "_settings", replace(on_disk._settings, secret_file=tmp_path / "secret"))
    monkeypatch.delitem(on_disk.__dict__, "_secret", raising=False)
    replies = [ask("I cannot breathe", "request-1") for _ in range(2)]
    assert [reply.turn.number for reply in replies if reply.turn] == [1, 2]


def test_what_another_process_just_learned_is_heeded(
    on_disk: Engine, ask: Callable[..., Reply], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = RecordTrackerStore(path=str(path))

    async def meanwhile(tracker: object) -> None:
        monkeypatch.undo()
        await other.add_turn(TURN, "web", {"risk": "clinician_pregnancy"})
        await on_disk.store.save(tracker)

    ask("What is ozone?")
    monkeypatch.setattr(on_disk.store, "save", meanwhile)
    reply = ask("Is ozone therapy safe?")
    assert reply.route == "clinician"
    assert [turn.number for turn in turns_of(on_disk.store.database, "talk")] == [1, 2, 3]


def test_a_clock_that_is_put_back_does_not_mix_up_the_order(
    ask: Callable[..., Reply], on_disk: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    ask("What is ozone?")
    with monkeypatch.context() as clock:
        clock.setattr(time, "time", lambda: now - 3600)
        ask("What are your opening hours?")
    turns = turns_of(on_disk.store.database, "talk")
    assert [turn.number for turn in turns] == [1, 2]
    assert turns[0].at <= turns[1].at
    assert all(turn.latency_ms is not None and turn.latency_ms >= 0 for turn in turns)


def test_a_model_that_appears_later_is_loaded_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loop: asyncio.AbstractEventLoop
) -> None:
    present = model_path(Settings())
    monkeypatch.setenv("OZONE_MODELS", str(tmp_path))
    monkeypatch.setenv("OZONE_DATABASE", str(tmp_path / "record.db"))
    monkeypatch.setattr(engine_module, "_LOAD_AGAIN_SECONDS", 0.0)
    late = Engine(Settings())
    late.load()
    (missing,) = loop.run_until_complete(late.problems())
    assert "make train" in missing
    (tmp_path / present.name).symlink_to(present)
    assert loop.run_until_complete(late.problems()) == []
    reply: Any = loop.run_until_complete(late.turn("talk", "What is ozone?"))
    assert reply.turn.snippet_id == "what_is_ozone"


def test_a_model_file_that_is_rubbish_leaves_the_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loop: asyncio.AbstractEventLoop
) -> None:
    (tmp_path / model_path(Settings()).name).write_bytes(b"no model")
    monkeypatch.setenv("OZONE_MODELS", str(tmp_path))
    monkeypatch.setenv("OZONE_DATABASE", str(tmp_path / "record.db"))
    broken = Engine(Settings())
    broken.load()
    (problem,) = loop.run_until_complete(broken.problems())
    assert "cannot be loaded" in problem
    assert loop.run_until_complete(broken.turn("talk", "I cannot breathe")).route == "emergency"
