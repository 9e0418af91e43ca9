"""What a visitor types into the form for the clinical team stays
out of the transcript: it goes to the request and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from bot.record.requests import SealedRequest, sealed_request
from bot.record.review_schema import KEPT_APART as KEPT_APART
from bot.record.sealed import Seal, SealError, is_sealed
from bot.vocabulary import FORM_SLOTS

LEAVE_REQUEST = "action_leave_request"
"""The action after which the filled form is stored; it is
stored together with the turn, so neither is ever there alone."""
_REQUESTED = "requested_slot"
"""Rasa's own slot: what the open form asks for."""


def without_answers(events: Sequence[Mapping[str, Any]], asked: str | None) -> list[dict[str, Any]]:
    """The events of a turn without what was typed into the form.

    `asked` is the slot the form asked for before the turn. The visitor's words are kept when a decision with a reason
    shows that they were no answer to it: an emergency, a question in between, a command. A command that fills another
    slot ("no, my number is …") is an answer, too.
    """
    decided = any(event.get("event") == "action" and (event.get("metadata") or {}).get("reason") for event in events)
    answered = asked in FORM_SLOTS and (not decided or any(_fills_another(event, asked) for event in events))
    return [_without(event, answered) for event in events]


def form_so_far(sealed: Mapping[str, Any], conversation: str, seal: Callable[[], Seal]) -> dict[str, str] | None:
    """What a visitor has typed into the form, by slot, while it waits for their consent; None at any other time.

    `sealed` are the slots as they lie in the store.
    """
    slots = opened_answers(sealed, conversation, seal)
    if slots.get(_REQUESTED) != FORM_SLOTS[-1]:
        return None
    return {slot: str(slots.get(slot) or "") for slot in FORM_SLOTS[:-1]}


def _fills_another(event: Mapping[str, Any], asked: str | None) -> bool:
    return (
        event.get("event") == "slot"
        and event.get("name") in FORM_SLOTS
        and event.get("name") != asked
        and event.get("value") is not None
    )


def _without(event: Mapping[str, Any], answered: bool) -> dict[str, Any]:
    if event.get("event") == "slot" and event.get("name") in FORM_SLOTS:
        return {**event, "value": None if event.get("value") is None else KEPT_APART}
    if event.get("event") == "user" and answered:
        return {
            **event,
            "text": KEPT_APART,
            "parse_data": {"text": KEPT_APART, "intent": {"name": None, "confidence": None}},
        }
    return dict(event)


def sealed_answers(slots: Mapping[str, Any], conversation: str, seal: Callable[[], Seal]) -> dict[str, Any]:
    """The slots as they may lie in the record: what was typed into
    the form, and not agreed to yet, is sealed with a key outside it."""
    return {
        name: (
            seal().close(value, f"{name} of {conversation}") if name in FORM_SLOTS and isinstance(value, str) else value
        )
        for name, value in slots.items()
    }


def opened_answers(slots: Mapping[str, Any], conversation: str, seal: Callable[[], Seal]) -> dict[str, Any]:
    """The slots with the form's answers in the clear.

    One that this secret does not open is left out: the form asks for it again.
    """

    def opened() -> Iterator[tuple[str, Any]]:
        for name, value in slots.items():
            if name not in FORM_SLOTS or not isinstance(value, str) or not is_sealed(value):
                yield name, value
                continue
            with suppress(SealError):
                yield name, seal().open(value, f"{name} of {conversation}")

    return dict(opened())


def completed_request(
    events: Sequence[Mapping[str, Any]], slots: Mapping[str, Any], seal: Callable[[], Seal]
) -> SealedRequest | None:
    """The request that a turn completed, if it did; `slots` are those before the turn."""
    if not any(event.get("event") == "action" and event.get("name") == LEAVE_REQUEST for event in events):
        return None
    question, reach, best_time = (str(slots.get(slot) or "") for slot in FORM_SLOTS[:3])
    return sealed_request(question=question, reach=reach, best_time=best_time, seal=seal())
