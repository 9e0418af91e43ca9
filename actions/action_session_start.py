"""Begins a conversation, or a new one after a silence."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.conversation.request_form import emptied

_FORGOTTEN = ("offered", "topics", "shown", "misses")


class ActionSessionStart(Action):
    """After a silence the visitor is told of the new conversation.

    An open form is dropped; a risk and an emergency stay.
    """

    def name(self) -> str:
        """Rasa's name for what opens a session."""
        return "action_session_start"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """The opening events of a session, on the slots that outlive it."""
        opened: list[dict[str, Any]] = [SessionStarted()]
        if any(event.get("event") == "user" for event in tracker.events):
            dispatcher.utter_message(response="utter_new_conversation")
            forgotten = [*emptied(), *_FORGOTTEN]
            opened += [
                SlotSet(name, value)
                for name, value in tracker.slots.items()
                if value is not None and name not in forgotten
            ]
            opened += [*(SlotSet(name, None) for name in forgotten), ActiveLoop(None)]
        return [*opened, ActionExecuted("action_listen")]
