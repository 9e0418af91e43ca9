"""Rasa's tracker store on the record: events, turn and search index in one transaction."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import orjson
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlite_utils import Database

from bot.record.private import opened_answers, sealed_answers, store_request, without_answers
from bot.record.record import Record
from bot.record.redacted import redacted_events, redacted_turn
from bot.record.sealed import CONTACT, Seal
from bot.record.turns import Turn, gravest, insert_turn, turn_from_events, turn_of_request
from bot.secret import load_secrets
from bot.settings import Settings

EVENTS_LOADED = 16
"""Events of a conversation that Rasa gets to see: two whole turns or more. What must outlive them is in the slots."""

_NOT_KEPT = ("session_started_metadata",)


_Tail = Tuple[int, Dict[str, Any], List[Dict[str, Any]]]
"""Turns, slots and the last events of a conversation."""


class StaleTurnError(RuntimeError):
    """Another process answered in this conversation meanwhile:
    the turn has to be worked out again on what is known now."""


@dataclass(frozen=True)
class _Loaded:
    """What Rasa was given of a conversation: how many events, the slots, and after how many turns."""

    events: int = 0
    turns: int = 0
    slots: Mapping[str, Any] | None = None


class RecordTrackerStore(TrackerStore):
    """Keeps every event and every turn; loads a bounded tail of the events and the current slots.

    `committed` holds, by conversation, the turn of the last successful save, so that the engine can reply with what
    is in the record and with nothing else.

    Args:
        path: the record's file; by default the one of the settings, for plain Rasa.
        database: a record that is already open.
        secret_file: what the answers of a form are sealed with; by default the one of the settings, for plain Rasa.
    """

    def __init__(
        self,
        domain: Optional[Domain] = None,
        event_broker: Optional[EventBroker] = None,
        database: Optional[Database] = None,
        path: Optional[str] = None,
        secret_file: Optional[Path] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain or Domain.empty(), event_broker)
        self._secret_file = secret_file
        self._seal: Optional[Seal] = None
        self.record = Record(Path(path) if path else Settings().database, database)
        self.committed: dict[str, Turn] = {}
        self._loaded: dict[str, _Loaded] = {}
        self._until: dict[str, float] = {}
        self._ahead: dict[str, Optional[_Tail]] = {}

    @property
    def database(self) -> Database:
        """The record, for reading beside the conversation; not for an event loop (see `Record.database`)."""
        return self.record.database

    def seal(self) -> Seal:
        """Closes and opens what visitors type into the form.

        A record in memory has a key that ends with the process.
        """
        if self._seal is None:
            in_memory = self.record.path is None and self._secret_file is None
            known = (secrets.token_hex(),) if in_memory else load_secrets(self._secret_file or Settings().secret_file)
            self._seal = Seal(*known, purpose=CONTACT)
        return self._seal

    @property
    def faults(self) -> int:
        """Failed reads and writes since the start; Rasa's own wrapper swallows the exceptions."""
        return self.record.faults

    def expect(self, conversation: str, until: float) -> None:
        """Says until when (monotonic time) the next save of a conversation may wait for a locked record."""
        self._until[conversation] = until

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Writes what is new, once a visitor has spoken: Rasa saves an empty conversation first, which nobody needs.

        Raises:
            RecordError: the record cannot be opened.
            sqlite3.Error: it cannot be written, or (`IntegrityError`) the same request was answered before.
            StaleTurnError: another process was faster.
        """
        conversation = tracker.sender_id
        loaded = self._loaded.get(conversation, _Loaded())
        new = list(tracker.events)[loaded.events :]
        if not any(isinstance(event, UserUttered) for event in new):
            return
        now = time.time()
        before = loaded.slots or {}
        events = redacted_events(without_answers([event.as_dict() for event in new], before.get(REQUESTED_SLOT)))
        rows = [
            (conversation, event["event"], float(event.get("timestamp") or now), orjson.dumps(event).decode())
            for event in events
        ]
        turn = turn_from_events(conversation, 0, events, now)
        assert turn is not None
        changed = sealed_answers(_changes(before, _slots(tracker)), conversation, self.seal)
        channel = tracker.get_latest_input_channel() or "unknown"

        def write(database: Database) -> Turn:
            numbered = _insert(database, turn, channel, changed, expected=loaded.turns)
            database.conn.executemany("INSERT INTO events (conversation, type, at, data) VALUES (?, ?, ?, ?)", rows)
            store_request(database, conversation, events, before, self.seal)
            return numbered

        self.committed[conversation] = await self.record.write(write, self._until.pop(conversation, None))
        self._loaded[conversation] = _Loaded(len(tracker.events), loaded.turns + 1, _slots(tracker))
        if self.event_broker is not None:
            for event in events:
                self.event_broker.publish({"sender_id": conversation, **event})

    def unsaved(self, tracker: DialogueStateTracker) -> Optional[Turn]:
        """What was worked out and is not committed, to be told and not to be kept; None when nobody has spoken."""
        new = list(tracker.events)[self._loaded.get(tracker.sender_id, _Loaded()).events :]
        return turn_from_events(tracker.sender_id, 0, [event.as_dict() for event in new], time.time())

    async def add_turn(
        self, turn: Turn, channel: str, remember: Mapping[str, Any], until: Optional[float] = None
    ) -> Turn:
        """Commits a turn that did not come through Rasa, adds
        `remember` to the slots and returns the turn with its number.

        Raises:
            RecordError: the record cannot be opened.
            sqlite3.Error: it cannot be written, or (`IntegrityError`) the same request was answered before.
        """
        redacted = redacted_turn(turn)
        return await self.record.write(lambda database: _insert(database, redacted, channel, remember), until)

    async def answered(self, conversation: str, request: str) -> Turn | None:
        """The turn that already answered this request, or None."""
        return await self.record.read(lambda database: turn_of_request(database, conversation, request))

    async def look_up(self, conversation: str, request: Optional[str]) -> Optional[Turn]:
        """Reads a conversation for the next `retrieve`, and in the same
        go the turn that already answered this request, if there is one.

        Raises:
            RecordError: the record cannot be opened.
            sqlite3.Error: it cannot be read.
        """

        def look(database: Database) -> tuple[Optional[Turn], Optional[_Tail]]:
            return turn_of_request(database, conversation, request) if request else None, _tail(database, conversation)

        found, self._ahead[conversation] = await self.record.read(look)
        return found

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The last events of a conversation on top of its current slots, or None for a new one."""
        if sender_id in self._ahead:
            found = self._ahead.pop(sender_id)
        else:
            found = await self.record.read(lambda database: _tail(database, sender_id))
        if found is None:
            return None
        turns, sealed, stored = found
        slots = opened_answers(sealed, sender_id, self.seal)
        events = [event for event in map(_event, stored) if event is not None]
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots, domain=self.domain)
        known = {slot.name for slot in self.domain.slots}
        current = tracker.current_slot_values()
        for name in known & (slots.keys() | current.keys()):
            if current.get(name) != slots.get(name) and name not in _NOT_KEPT:
                tracker.update(SlotSet(name, slots.get(name)), self.domain)
        form = _form_asking(self.domain, slots.get(REQUESTED_SLOT))
        if form != tracker.active_loop_name:  # its beginning may be further back than the events that were loaded
            tracker.update(ActiveLoop(form), self.domain)
        self._loaded[sender_id] = _Loaded(len(tracker.events), turns, slots)
        return tracker

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        return await self.record.read(
            lambda database: [conversation for (conversation,) in database.execute("SELECT id FROM conversations")]
        )

    def forget(self, sender_id: str) -> None:
        """Drops what is remembered in memory about a finished turn."""
        self.committed.pop(sender_id, None)
        self._loaded.pop(sender_id, None)
        self._until.pop(sender_id, None)
        self._ahead.pop(sender_id, None)


def _insert(
    database: Database, turn: Turn, channel: str, slots: Mapping[str, Any], expected: int | None = None
) -> Turn:
    """Inserts a turn as the next of its conversation; `slots` are changes, None takes a slot away.

    No turn is dated before the one it follows, even when the clock was put back.
    """
    row = database.execute(
        "SELECT turns, last_at, worst_route FROM conversations WHERE id = ?", [turn.conversation]
    ).fetchone()
    turns, last_at, worst = row or (0, "", None)
    if expected is not None and turns != expected:
        raise StaleTurnError(turn.conversation)
    turn = replace(turn, number=turns + 1, at=max(turn.at, last_at))
    database.execute(
        """INSERT INTO conversations (id, channel, started_at, last_at, turns, worst_route, slots)
        VALUES (:id, :channel, :at, :at, 1, :worst, json_patch('{}', :slots)) ON CONFLICT (id) DO UPDATE
        SET last_at = excluded.last_at, turns = turns + 1, worst_route = excluded.worst_route, slots = json_patch(slots,
        :slots)""",
        {
            "id": turn.conversation,
            "channel": channel,
            "at": turn.at,
            "worst": gravest([worst, turn.route]),
            "slots": orjson.dumps(dict(slots)).decode(),
        },
    )
    insert_turn(database, turn)
    return turn


def _tail(database: Database, conversation: str) -> Optional[_Tail]:
    """Turns, slots and the last events of a conversation, oldest first and from the beginning of a turn."""
    row = database.execute("SELECT turns, slots FROM conversations WHERE id = ?", [conversation]).fetchone()
    if row is None:
        return None
    stored = database.execute(
        "SELECT data FROM events WHERE conversation = ? ORDER BY id DESC LIMIT ?", [conversation, EVENTS_LOADED]
    ).fetchall()
    events = [orjson.loads(data) for (data,) in reversed(stored)]
    if len(events) == EVENTS_LOADED:
        # A turn that is cut in the middle would look to Rasa like a conversation that begins with an action.
        listening = (number for number, event in enumerate(events) if event.get("name") == ACTION_LISTEN_NAME)
        events = events[next(listening, 0) :]
    return int(row[0]), orjson.loads(row[1]), events


def _event(stored: Mapping[str, Any]) -> Event | None:
    event = _event_class(str(stored.get("event")))._from_parameters(stored)
    return event if isinstance(event, Event) else None


@lru_cache(maxsize=64)
def _event_class(name: str) -> Any:
    """Rasa looks through all subclasses each time, which took a sixth of a turn."""
    return Event.resolve_by_type(name)


def _form_asking(domain: Domain, slot: str | None) -> str | None:
    """The form that asks for a slot; None when no slot is asked for."""
    return (
        next((form for form in domain.form_names if slot in domain.required_slots_for_form(form)), None)
        if slot
        else None
    )


def _slots(tracker: DialogueStateTracker) -> dict[str, Any]:
    """The slots that have a value and outlive a session."""
    return {
        name: value
        for name, value in tracker.current_slot_values().items()
        if value is not None and name not in _NOT_KEPT
    }


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be written so that `before` becomes `after`, as a JSON merge patch."""
    return {name: after.get(name) for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
