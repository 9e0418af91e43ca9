"""Which approved questions a message asks when it asks several."""

from __future__ import annotations

import re
from typing import List

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.on_rasa.message_classifier import MessageClassifier
from bot.safety.normalise import shortened
from bot.understanding.encoder import shared_encoder

_BETWEEN = re.compile(
    r"(?<=[?!.;])\s+|\n+|,?\s+(?:and|also|plus)\s+(?:also\s+)?(?=(?:what|when|where|who|why|how|which|is|are|do|does"
    r"|can|will)\b)",
    re.IGNORECASE,
)
_SHORTEST = 2
_MOST = 6
"""Words of the shortest part, and parts that are looked at."""
_ASKS = re.compile(
    r"\?|^(?:(?:so|and|but|also|plus|ok|okay|then|hi|hello|please)\W+)*"
    r"(?:what|when|where|who|whom|whose|why|how|which|is|are|am|was|were|do|does|did|can|could|will|would|should|may"
    r"|must|has|have|any|tell me|explain)\b",
    re.IGNORECASE,
)
_SURE = 0.7
"""Confidence from which a part of a message is a question of its
own: a story around a question has sentences that come near one."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class QuestionParts(MessageClassifier):
    """The message classifier, which also sets `parts`, the intent of each sentence and question of a message
    with several, in order, and `questions`, those of them that ask something and are understood well."""

    def begin(self, text: str) -> None:
        """Starts to encode the sentences and the questions of a message."""
        super().begin(text)
        for part in parts_of_message(text):
            shared_encoder().begin(part)

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets `intent`, `intent_ranking` and `risk` as its parent does, and `parts` and `questions`."""
        parts = [
            [Message(data={TEXT: part}) for part in parts_of_message(str(message.get(TEXT) or ""))]
            for message in messages
        ]
        super().process([*messages, *(part for own in parts for part in own)])
        for message, own in zip(messages, parts, strict=True):
            message.set("parts", [part.get(INTENT)["name"] for part in own], add_to_output=True)
            asking = [part.get(INTENT) for part in own if _ASKS.search(str(part.get(TEXT)))]
            message.set(
                "questions", [intent["name"] for intent in asking if intent["confidence"] >= _SURE], add_to_output=True
            )
        return messages


def parts_of_message(text: str) -> List[str]:
    """The sentences and questions of a text, empty when there is only one."""
    pieces = (piece.strip(" ,") for piece in _BETWEEN.split(shortened(text)))
    parts = [piece for piece in pieces if len(piece.split()) >= _SHORTEST]
    return parts[:_MOST] if len(parts) > 1 else []
