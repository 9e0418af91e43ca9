"""The door with SQLite behind it: the record of one machine, which is the staff's review record too."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlite_utils import Database

from bot.content.library import Library
from bot.content.published import Published
from bot.record import texts
from bot.record.asked_next import asked_next
from bot.record.chain import note_head
from bot.record.database import RecordError, writable
from bot.record.deletion import delete_conversation, was_deleted
from bot.record.feedback import NoSuchTurn, feedback_of, give_feedback
from bot.record.promotion import note_serving
from bot.record.proof import note_texts
from bot.record.record import Record
from bot.record.requests import keep_request
from bot.record.sealed import Seal
from bot.record.turns import Turn, gravest, insert_turn, turn_of_request, turns_of
from bot.record.upkeep import warnings_at
from bot.storage.door import (
    EVENTS_LOADED,
    AnsweredError,
    Entry,
    NoSuchTurnError,
    StaleTurnError,
    StorageError,
    Talk,
    whole_turns,
)

Result = TypeVar("Result")


class RecordDecisions:
    """What staff decided, in a record that is open."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def revision(self) -> int:
        """See `Decisions`."""
        with _told():
            return texts.revision(self._database)

    def published(self) -> Published:
        """See `Decisions`."""
        with _told():
            return texts.published_set(self._database)

    def note_texts(self, library: Library, at: str) -> None:
        """See `Decisions`."""
        with _told():
            note_texts(self._database, library, at)

    def note_revision(self, process: str, number: int, at: str) -> None:
        """See `Decisions`; processes of this machine that are gone are forgotten."""
        host = process.rpartition(" ")[0]
        with _told(), self._database.atomic():
            for other in texts.serving_content(self._database):
                name, _, known = other.rpartition(" ")
                if name == host and known.isdigit() and Path("/proc").exists() and not Path(f"/proc/{known}").exists():
                    texts.forget_serving(self._database, other)
            texts.note_serving_content(self._database, process, number, at)


class SqliteStore:
    """The way of one machine: see `Store`."""

    keeps_record = True

    def __init__(self, record: Record) -> None:
        self.record = record

    @property
    def faults(self) -> int:
        """See `Store`."""
        return self.record.faults

    async def open(self) -> None:
        """See `Store`."""
        await self._read(lambda database: None)

    async def look_up(self, conversation: str, request: str | None) -> tuple[Turn | None, Talk | None]:
        """See `Store`."""

        def look(database: Database) -> tuple[Turn | None, Talk | None]:
            return turn_of_request(database, conversation, request) if request else None, _talk(database, conversation)

        return await self._read(look)

    async def answered(self, conversation: str, request: str) -> Turn | None:
        """See `Store`."""
        return await self._read(lambda database: turn_of_request(database, conversation, request))

    async def commit(self, entry: Entry, until: float | None = None) -> Turn:
        """See `Store`."""
        events = event_rows(entry)
        with _told():
            return await self.record.write(lambda database: add_turn(database, entry, events), until)

    async def history(self, conversation: str) -> list[tuple[Turn, tuple[bool, str] | None]]:
        """See `Store`."""

        def read(database: Database) -> list[tuple[Turn, tuple[bool, str] | None]]:
            feedback = feedback_of(database, conversation)
            return [(turn, feedback.get(turn.number)) for turn in turns_of(database, conversation)]

        return await self._read(read)

    async def slots(self, conversation: str) -> Mapping[str, Any]:
        """See `Store`."""

        def read(database: Database) -> Mapping[str, Any]:
            row = database.execute("SELECT slots FROM conversations WHERE id = ?", [conversation]).fetchone()
            return dict(orjson.loads(row[0])) if row else {}

        return await self._read(read)

    async def feedback(self, conversation: str, number: int, helpful: bool, reason: str) -> None:
        """See `Store`."""
        try:
            await self._write(lambda database: give_feedback(database, conversation, number, helpful, reason))
        except (NoSuchTurn, OverflowError) as error:
            raise NoSuchTurnError(str(error)) from error

    async def deleted(self, conversation: str) -> bool:
        """See `Store`."""
        return await self._read(lambda database: was_deleted(database, conversation))

    async def delete(self, conversation: str, seal: Callable[[], Seal]) -> None:
        """See `Store`."""
        await self._write(lambda database: delete_conversation(database, conversation, seal))

    async def conversations(self) -> list[str]:
        """See `Store`."""
        return await self._read(lambda database: [name for (name,) in database.execute("SELECT id FROM conversations")])

    async def note_model(self, model: str, at: str) -> None:
        """See `Store`."""
        await self._write(lambda database: note_serving(database, model, at))

    def revision(self) -> int:
        """See `Decisions`."""
        return self._decisions().revision()

    def published(self) -> Published:
        """See `Decisions`."""
        return self._decisions().published()

    def note_texts(self, library: Library, at: str) -> None:
        """See `Decisions`."""
        self._decisions().note_texts(library, at)

    def note_revision(self, process: str, number: int, at: str) -> None:
        """See `Decisions`."""
        self._decisions().note_revision(process, number, at)

    def bring_promoted(self, data: Path, models: Path) -> None:
        """Nothing: the console writes them where this process looks."""

    def asked_next(self, library: Library) -> dict[str, dict[str, int]]:
        """See `Store`."""
        with _told():
            return asked_next(self.record.database, library)

    def keep_proof(self, at: str) -> tuple[int, str] | None:
        """See `Store`."""
        if (path := self.record.path) is None:
            return None
        with _told():
            return note_head(self.record.database, path, at)

    def problem(self) -> str | None:
        """See `Store`."""
        return None if self.record.path is None else writable(self.record.path)

    def warnings(self, now: float) -> list[str]:
        """See `Store`."""
        return [] if self.record.path is None else warnings_at(self.record.path, now)

    def close(self) -> None:
        """See `Store`."""
        self.record.close()

    def _decisions(self) -> RecordDecisions:
        with _told():
            return RecordDecisions(self.record.database)

    async def _read(self, job: Callable[[Database], Result]) -> Result:
        with _told():
            return await self.record.read(job)

    async def _write(self, job: Callable[[Database], Result]) -> Result:
        with _told():
            return await self.record.write(job)


EventRow = tuple[str, str, float, str]


def event_rows(entry: Entry) -> list[EventRow]:
    """Rasa's events of a turn as rows of the record."""
    now, conversation = time.time(), entry.turn.conversation
    return [
        (conversation, event["event"], float(event.get("timestamp") or now), orjson.dumps(event).decode())
        for event in entry.events
    ]


def add_turn(database: Database, entry: Entry, events: Sequence[EventRow]) -> Turn:
    """Inserts a turn with its events and its request; the caller holds the transaction.

    It becomes the next of its conversation, and is dated no earlier than the one before. One that has a number, from
    another store, keeps it and its time, also when it comes after those that follow it.

    Args:
        database: the record.
        entry: what is new.
        events: as rows.

    Raises:
        StaleTurnError: there are other turns than expected.
        sqlite3.Error: as ever.
    """
    turn = entry.turn
    row = database.execute(
        "SELECT turns, last_at, worst_route FROM conversations WHERE id = ?", [turn.conversation]
    ).fetchone()
    turns, last_at, worst = row or (0, "", None)
    if entry.expected is not None and turns != entry.expected:
        raise StaleTurnError(turn.conversation)
    if not turn.number:
        turn = replace(turn, number=turns + 1, at=max(turn.at, last_at))
    database.execute(
        """INSERT INTO conversations (id, channel, started_at, last_at, turns, worst_route, slots)
        VALUES (:id, :channel, :at, :at, 1, :worst, json_patch('{}', :slots)) ON CONFLICT (id) DO UPDATE
        SET last_at = max(last_at, excluded.last_at), started_at = min(started_at, excluded.started_at),
        turns = turns + 1, worst_route = excluded.worst_route, slots = json_patch(slots,
        :slots)""",
        {
            "id": turn.conversation,
            "channel": entry.channel,
            "at": turn.at,
            "worst": gravest([worst, turn.route]),
            "slots": orjson.dumps(dict(entry.slots)).decode(),
        },
    )
    insert_turn(database, turn)
    database.conn.executemany("INSERT INTO events (conversation, type, at, data) VALUES (?, ?, ?, ?)", events)
    if entry.request is not None:
        keep_request(database, turn.conversation, entry.request)
    return turn


def _talk(database: Database, conversation: str) -> Talk | None:
    row = database.execute("SELECT turns, slots FROM conversations WHERE id = ?", [conversation]).fetchone()
    if row is None:
        return None
    stored = database.execute(
        "SELECT data FROM events WHERE conversation = ? ORDER BY id DESC LIMIT ?", [conversation, EVENTS_LOADED]
    ).fetchall()
    events = [orjson.loads(data) for (data,) in reversed(stored)]
    return Talk(int(row[0]), orjson.loads(row[1]), whole_turns(events))


@contextmanager
def _told() -> Iterator[None]:
    """Faults of the record in the words of the door."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise AnsweredError("The same request has been answered.") from error
    except (RecordError, sqlite3.Error) as error:
        raise StorageError(str(error)) from error
