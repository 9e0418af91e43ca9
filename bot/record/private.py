"""What a visitor types into the form for the clinical team stays out of the transcript: it goes to the request and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from bot.record.requests import leave_request
from bot.record.review_schema import KEPT_APART as KEPT_APART
from bot.vocabulary import FORM_SLOTS

LEAVE_REQUEST = "action_leave_request"
"""The action after which the filled form is stored; it is stored together with the turn, so neither is ever there alone."""


def without_answers(events: Sequence[Mapping[str, Any]], asked: str | None) -> list[dict[str, Any]]:
    """The events of a turn without what was typed into the form.

    `asked` is the slot the form asked for before the turn. The visitor's words are kept when a decision with a reason
    shows that they were no answer to it: an emergency, a question in between, a command.
    """
    answered = asked in FORM_SLOTS and not any(event.get("event") == "action" and (event.get("metadata") or {}).get("reason") for event in events)
    return [_without(event, answered) for event in events]


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
