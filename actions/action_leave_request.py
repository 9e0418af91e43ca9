"""Ends the form "leave a question for our clinical team"."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.conversation.request_form import emptied
from bot.record.private import LEAVE_REQUEST


class ActionLeaveRequest(Action):
    """Empties the form. The tracker store sees this action and stores the request in the transaction of the turn."""

    def name(self) -> str:
        """The name in domain.yml."""
        return LEAVE_REQUEST

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """The form's slots, emptied."""
        return [SlotSet(slot, None) for slot in emptied()]
