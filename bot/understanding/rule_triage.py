"""The first net for risk, in the pipeline: the rules under data/safety, run on the raw message."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.shared import shared_triage


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RuleTriage(GraphComponent):
    """Sets `rules`: what fired, gravest first, as `Finding.as_dict()`. The rules are data, so a change needs no training."""

    def __init__(self) -> None:
        self._triage = shared_triage()

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext) -> RuleTriage:
        """The rules on disk."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Looks at each message's text."""
        for message in messages:
            message.set("rules", [finding.as_dict() for finding in self._triage.check(str(message.get(TEXT) or ""))], add_to_output=True)
        return messages
