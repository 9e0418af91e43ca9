"""What a visitor types into the form for the clinical team stays out of the transcript: it goes to the request and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlite_utils import Database

from bot.record.requests import leave_request
from bot.record.review_schema import KEPT_APART as KEPT_APART
from bot.vocabulary import FORM_SLOTS

LEAVE_REQUEST = "action_leave_request"
"""The action after which the filled form is stored; it is stored together with the turn, so neither is ever there alone."""
_REQUESTED = "requested_slot"
"""Rasa's own slot: what the open form asks for."""


def without_answers(events: Sequence[Mapping[str, Any]], asked: str | None) -> list[dict[str, Any]]:
    """The events of a turn without what was typed into the form.

    `asked` is the slot the form asked for before the turn. The visitor's words are kept when a decision with a reason
    shows that they were no answer to it: an emergency, a question in between, a command. A command that fills another slot ("no, my
    number is …") is an answer, too.
    """
    decided = any(event.get("event") == "action" and (event.get("metadata") or {}).get("reason") for event in events)
    answered = asked in FORM_SLOTS and (not decided or any(_fills_another(event, asked) for event in events))
    return [_without(event, answered) for event in events]


def form_so_far(database: Database, conversation: str) -> dict[str, str] | None:
    """What a visitor has typed into the form, by slot, while it waits for their consent; None at any other time."""
    row = database.execute("SELECT slots FROM conversations WHERE id = ?", [conversation]).fetchone()
    slots = orjson.loads(row[0]) if row else {}
    if slots.get(_REQUESTED) != FORM_SLOTS[-1]:
        return None
    return {slot: str(slots.get(slot) or "") for slot in FORM_SLOTS[:-1]}


def _fills_another(event: Mapping[str, Any], asked: str | None) -> bool:
    return event.get("event") == "slot" and event.get("name") in FORM_SLOTS and event.get("name") != asked and event.get("value") is not None


def _without(event: Mapping[str, Any], answered: bool) -> dict[str, Any]:
    if event.get("event") == "slot" and event.get("name") in FORM_SLOTS:
        return {**event, "value": None if event.get("value") is None else KEPT_APART}
    if event.get("event") == "user" and answered:
        return {**event, "text": KEPT_APART, "parse_data": {"text": KEPT_APART, "intent": {"name": None, "confidence": None}}}
    return dict(event)


def store_request(database: Database, conversation: str, events: Sequence[Mapping[str, Any]], slots: Mapping[str, Any]) -> None:
    """Leaves the request that a turn completed, if it did; `slots` are those before the turn. The caller holds the transaction."""
    if any(event.get("event") == "action" and event.get("name") == LEAVE_REQUEST for event in events):
        question, reach, best_time = (str(slots.get(slot) or "") for slot in FORM_SLOTS[:3])
        leave_request(database, conversation, question=question, reach=reach, best_time=best_time)
