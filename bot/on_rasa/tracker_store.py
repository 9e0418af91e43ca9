"""Rasa's tracker store behind the door: a turn with its events and slots in one transaction."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlite_utils import Database

from bot.record.private import completed_request, opened_answers, sealed_answers, without_answers
from bot.record.record import Record
from bot.record.redacted import redacted_events, redacted_turn
from bot.record.sealed import CONTACT, Seal
from bot.record.turns import Turn, turn_from_events
from bot.secret import load_secrets
from bot.settings import Settings
from bot.storage.choice import open_store
from bot.storage.door import Entry, Store, Talk
from bot.storage.sqlite import SqliteStore

_NOT_KEPT = ("session_started_metadata",)


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
        path: the record's file; by default what the settings say, for plain Rasa.
        database: a record that is already open.
        secret_file: what the answers of a form are sealed with; by default the one of the settings, for plain Rasa.
        door: where turns are kept, if not in a record of this process.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        database: Database | None = None,
        path: str | None = None,
        secret_file: Path | None = None,
        door: Store | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain or Domain.empty(), event_broker)
        self._secret_file = secret_file
        self._seal: Seal | None = None
        self.door: Store = door or (
            SqliteStore(Record(Path(path) if path else Settings().database, database))
            if path or database is not None
            else open_store(Settings())
        )
        self.committed: dict[str, Turn] = {}
        self._loaded: dict[str, _Loaded] = {}
        self._until: dict[str, float] = {}
        self._ahead: dict[str, Talk | None] = {}

    @property
    def record(self) -> Record:
        """The record that this process keeps itself, where it does."""
        assert isinstance(self.door, SqliteStore), "the turns are kept elsewhere"
        return self.door.record

    @property
    def database(self) -> Database:
        """The record, for reading beside the conversation; not for an event loop (see `Record.database`)."""
        return self.record.database

    def seal(self) -> Seal:
        """Closes and opens what visitors type into the form.

        A record in memory has a key that ends with the process.
        """
        if self._seal is None:
            in_memory = (
                isinstance(self.door, SqliteStore) and self.door.record.path is None and self._secret_file is None
            )
            known = (secrets.token_hex(),) if in_memory else load_secrets(self._secret_file or Settings().secret_file)
            self._seal = Seal(*known, purpose=CONTACT)
        return self._seal

    @property
    def faults(self) -> int:
        """Failed reads and writes since the start; Rasa's own wrapper swallows the exceptions."""
        return self.door.faults

    def expect(self, conversation: str, until: float) -> None:
        """Says until when (monotonic time) the next save of a conversation may wait for a locked record."""
        self._until[conversation] = until

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Writes what is new, once a visitor has spoken: Rasa saves an empty conversation first, which nobody needs.

        Raises:
            OvertakenError: another process was faster.
            StorageError: it cannot be written.
        """
        conversation = tracker.sender_id
        loaded = self._loaded.get(conversation, _Loaded())
        new = list(tracker.events)[loaded.events :]
        if not any(isinstance(event, UserUttered) for event in new):
            return
        now = time.time()
        before = loaded.slots or {}
        events = redacted_events(without_answers([event.as_dict() for event in new], before.get(REQUESTED_SLOT)))
        turn = turn_from_events(conversation, 0, events, now)
        assert turn is not None
        changed = sealed_answers(_changes(before, _slots(tracker)), conversation, self.seal)
        channel = tracker.get_latest_input_channel() or "unknown"

        request = completed_request(events, before, self.seal)
        entry = Entry(turn, channel, changed, events, request, expected=loaded.turns)
        self.committed[conversation] = await self.door.commit(entry, self._until.pop(conversation, None))
        self._loaded[conversation] = _Loaded(len(tracker.events), loaded.turns + 1, _slots(tracker))
        if self.event_broker is not None:
            for event in events:
                self.event_broker.publish({"sender_id": conversation, **event})

    def unsaved(self, tracker: DialogueStateTracker) -> Turn | None:
        """What was worked out and is not committed, to be told and not to be kept; None when nobody has spoken."""
        new = list(tracker.events)[self._loaded.get(tracker.sender_id, _Loaded()).events :]
        return turn_from_events(tracker.sender_id, 0, [event.as_dict() for event in new], time.time())

    async def add_turn(self, turn: Turn, channel: str, remember: Mapping[str, Any], until: float | None = None) -> Turn:
        """Commits a turn that did not come through Rasa, adds
        `remember` to the slots and returns the turn with its number.

        Raises:
            AnsweredError: the same request was answered before.
            StorageError: it cannot be written.
        """
        return await self.door.commit(Entry(redacted_turn(turn), channel, remember), until)

    async def answered(self, conversation: str, request: str) -> Turn | None:
        """The turn that already answered this request, or None."""
        return await self.door.answered(conversation, request)

    async def look_up(self, conversation: str, request: str | None) -> Turn | None:
        """Reads a conversation for the next `retrieve`, and in the same
        go the turn that already answered this request, if there is one.

        Raises:
            StorageError: it cannot be read.
        """
        found, self._ahead[conversation] = await self.door.look_up(conversation, request)
        return found

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The last events of a conversation on top of its current slots, or None for a new one."""
        if sender_id in self._ahead:
            found = self._ahead.pop(sender_id)
        else:
            _, found = await self.door.look_up(sender_id, None)
        if found is None:
            return None
        slots = opened_answers(found.slots, sender_id, self.seal)
        events = [event for event in map(_event, found.events) if event is not None]
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots, domain=self.domain)
        known = {slot.name for slot in self.domain.slots}
        current = tracker.current_slot_values()
        for name in known & (slots.keys() | current.keys()):
            if current.get(name) != slots.get(name) and name not in _NOT_KEPT:
                tracker.update(SlotSet(name, slots.get(name)), self.domain)
        form = _form_asking(self.domain, slots.get(REQUESTED_SLOT))
        if form != tracker.active_loop_name:  # its beginning may be further back than the events that were loaded
            tracker.update(ActiveLoop(form), self.domain)
        self._loaded[sender_id] = _Loaded(len(tracker.events), found.turns, slots)
        return tracker

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        return await self.door.conversations()

    def forget(self, sender_id: str) -> None:
        """Drops what is remembered in memory about a finished turn."""
        self.committed.pop(sender_id, None)
        self._loaded.pop(sender_id, None)
        self._until.pop(sender_id, None)
        self._ahead.pop(sender_id, None)


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
