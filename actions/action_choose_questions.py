"""Chooses the approved questions that a misunderstood visitor may have meant."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.content.shared import shared_library
from bot.conversation.buttons import MAX_BUTTONS
from bot.conversation.memory import Memory
from bot.vocabulary import Route


class ActionChooseQuestions(Action):
    """Puts the ids of the likeliest answers into the slot `offered`,
    which `utter_clarify` shows as buttons, and counts the miss."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_choose_questions"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """The answers among the first intents of the ranking, the likeliest first."""
        library = shared_library()
        ranked = [row["name"] for row in tracker.latest_message.get("intent_ranking") or []]
        answers = [name for name in ranked if name in library and library[name].route == Route.ANSWER]
        misses = Memory.of(tracker.slots).misses + 1
        return [SlotSet("offered", answers[:MAX_BUTTONS]), SlotSet("misses", float(misses))]
