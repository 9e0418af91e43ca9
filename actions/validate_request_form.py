"""Checks each answer to the form "leave a question for our clinical team"."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction

from bot.content.shared import shared_form_words
from bot.conversation.request_form import REACH, contact_in, fault_of
from bot.safety.normalise import clean
from bot.vocabulary import FORM, FORM_SLOTS


class ValidateRequestForm(FormValidationAction):
    """Keeps an answer, or says in one approved sentence what is wrong with it and lets the form ask again."""

    def name(self) -> str:
        """The name Rasa expects for the form."""
        return f"validate_{FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """The slots that the last message filled."""
        events = []
        for slot, value in tracker.slots_to_validate().items():
            if slot not in FORM_SLOTS or value is None:
                continue
            text = clean(str(value))
            fault = fault_of(slot, text, shared_form_words())
            if fault is not None:
                dispatcher.utter_message(response=f"utter_{fault}")
            events.append(SlotSet(slot, None if fault else (contact_in(text) if slot == REACH else text)))
        return events
