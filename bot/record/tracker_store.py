"""Rasa's tracker store on the record: events, turn and search index in one transaction."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlite_utils import Database

from bot.record.database import open_record
from bot.record.turns import Turn, gravest, insert_turn, turn_from_events, utc
from bot.safety.normalise import clean
from bot.safety.redaction import redact
from bot.settings import Settings

EVENTS_LOADED = 60
"""Events of a conversation that Rasa gets to see: about ten turns. What must outlive them is in the slots."""


class RecordTrackerStore(TrackerStore):
    """Keeps every event and every turn; loads a bounded tail of the events and the current slots.

    `committed` holds, by conversation, the turn of the last successful save, so that the engine can reply with what
    is in the record and with nothing else. `faults` counts failed saves and reads, because Rasa's own wrapper
    swallows the exceptions.
    """

    def __init__(self, domain: Optional[Domain] = None, event_broker: Optional[EventBroker] = None, database: Optional[Database] = None, **kwargs: Any) -> None:
        super().__init__(domain or Domain.empty(), event_broker)
        path = kwargs.get("path")
        self.database = database if database is not None else open_record(Path(path) if path else Settings().database)
        self.committed: dict[str, Turn] = {}
        self.faults = 0
        self._known: dict[str, int] = {}

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Writes what is new, once a visitor has spoken: Rasa saves an empty conversation first, which nobody needs.

        Raises whatever SQLite raises, after counting it.
        """
        new = list(tracker.events)[self._known.get(tracker.sender_id, 0) :]
        if not any(isinstance(event, UserUttered) for event in new):
            return
        try:
            self._write(tracker, new)
        except Exception:
            self.faults += 1
            raise
        self._known[tracker.sender_id] = len(tracker.events)
        await self.stream_events(tracker)

    def _write(self, tracker: DialogueStateTracker, new: list[Event]) -> None:
        now = time.time()
        conversation = tracker.sender_id
        events = [_redacted(event.as_dict()) for event in new]
        slots = {name: value for name, value in tracker.current_slot_values().items() if value is not None and name != "session_started_metadata"}
        with self.database.atomic():
            number = self._touch(conversation, tracker.get_latest_input_channel() or "unknown", now, json.dumps(slots))
            self.database.conn.executemany(
                "INSERT INTO events (conversation, type, at, data) VALUES (?, ?, ?, ?)",
                [(conversation, event["event"], float(event.get("timestamp") or now), json.dumps(event, ensure_ascii=False)) for event in events],
            )
            turn = turn_from_events(conversation, number, events, now)
            if turn is not None:
                self._insert(turn)
        if turn is not None:
            self.committed[conversation] = turn

    def add_turn(self, turn: Turn, channel: str, remember: Mapping[str, Any]) -> Turn:
        """Commits a turn that did not come through Rasa, adds `remember` to the slots and returns the turn with its number.

        Raises:
            sqlite3.Error: the record cannot be written; counted in `faults`.
        """
        try:
            with self.database.atomic():
                turn = replace(turn, number=self._touch(turn.conversation, channel, time.time(), json.dumps(dict(remember)), keep=True))
                self._insert(turn)
        except sqlite3.Error:
            self.faults += 1
            raise
        return turn

    def _touch(self, conversation: str, channel: str, now: float, slots: str, *, keep: bool = False) -> int:
        """Brings the conversation's row up to date and returns its number of turns; takes the write lock first of all."""
        kept = "json_patch(slots, excluded.slots)" if keep else "excluded.slots"
        row = self.database.execute(
            f"""INSERT INTO conversations (id, channel, started_at, last_at, turns, slots) VALUES (:id, :channel, :now, :now, 1, :slots)
            ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, turns = turns + excluded.turns, slots = {kept} RETURNING turns""",
            {"id": conversation, "channel": channel, "now": utc(now), "slots": slots},
        ).fetchone()
        return int(row[0])

    def _insert(self, turn: Turn) -> None:
        insert_turn(self.database, turn)
        (worst,) = self.database.execute("SELECT worst_route FROM conversations WHERE id = ?", [turn.conversation]).fetchone()
        self.database.execute("UPDATE conversations SET worst_route = ? WHERE id = ?", [gravest([worst, turn.route]), turn.conversation])

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The last events of a conversation on top of its current slots, or None for a new one."""
        try:
            row = self.database.execute("SELECT slots FROM conversations WHERE id = ?", [sender_id]).fetchone()
            if row is None:
                return None
            stored = self.database.execute("SELECT data FROM events WHERE conversation = ? ORDER BY id DESC LIMIT ?", [sender_id, EVENTS_LOADED]).fetchall()
        except Exception:
            self.faults += 1
            raise
        tail = [Event.from_parameters(json.loads(data)) for (data,) in reversed(stored)]
        tracker = DialogueStateTracker.from_events(sender_id, [event for event in tail if event is not None], self.domain.slots, domain=self.domain)
        known = {slot.name for slot in self.domain.slots}
        current = tracker.current_slot_values()
        for name, value in json.loads(row[0]).items():
            if name in known and current.get(name) != value:
                tracker.update(SlotSet(name, value), self.domain)
        self._known[sender_id] = len(tracker.events)
        return tracker

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        return [conversation for (conversation,) in self.database.execute("SELECT id FROM conversations")]

    def forget(self, sender_id: str) -> None:
        """Drops what is remembered in memory about a finished turn."""
        self.committed.pop(sender_id, None)
        self._known.pop(sender_id, None)


def _redacted(event: dict[str, Any]) -> dict[str, Any]:
    """The event without obvious personal data in the visitor's words."""
    if event.get("event") != "user":
        return event
    parse = dict(event.get("parse_data") or {})
    if parse.get("text"):
        parse["text"] = redact(clean(str(parse["text"])))
    return {**event, "text": redact(clean(str(event.get("text") or ""))), "parse_data": parse}
