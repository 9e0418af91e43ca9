"""Which approved questions a message asks when it asks several."""

from __future__ import annotations

import re
from typing import List

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.safety.normalise import shortened
from bot.understanding.encoder import shared_encoder
from bot.understanding.message_classifier import MessageClassifier

_BETWEEN = re.compile(
    r"(?<=[?!.;])\s+|\n+|,?\s+(?:and|also|plus)\s+(?:also\s+)?(?=(?:what|when|where|who|why|how|which|is|are|do|does|can|will)\b)", re.IGNORECASE
)
_SHORTEST = 2
_MOST = 6
"""Words of the shortest part, and parts that are looked at."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class QuestionParts(MessageClassifier):
    """The message classifier, which also sets `parts`: the intent of each single question, in order, when there are several."""

    def begin(self, text: str) -> None:
        """Starts to encode the sentences and the questions of a message."""
        super().begin(text)
        for part in parts_of_message(text):
            shared_encoder().begin(part)

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets `intent`, `intent_ranking` and `risk` as its parent does, and `parts`."""
        parts = [[Message(data={TEXT: part}) for part in parts_of_message(str(message.get(TEXT) or ""))] for message in messages]
        super().process([*messages, *(part for own in parts for part in own)])
        for message, own in zip(messages, parts, strict=True):
            message.set("parts", [part.get(INTENT)["name"] for part in own], add_to_output=True)
        return messages


def parts_of_message(text: str) -> List[str]:
    """The sentences and questions of a text, empty when there is only one."""
    pieces = (piece.strip(" ,") for piece in _BETWEEN.split(shortened(text)))
    parts = [piece for piece in pieces if len(piece.split()) >= _SHORTEST]
    return parts[:_MOST] if len(parts) > 1 else []
