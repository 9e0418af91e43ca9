"""The first net for risk, in the pipeline: the rules under data/safety, run on the raw message."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.shared import shared_languages, shared_second_reader, shared_triage
from bot.safety.redaction import redact


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class RuleTriage(GraphComponent):
    """Sets `rules`: what fired, gravest first, as `Finding.as_dict()`.

    The rules are data, so a change needs no training.

    A disguised message is searched in its second reading too, which is set as `second_reading`
    (`bot.safety.second_reading`); the record keeps it as `read_as`, without personal data.
    """

    def __init__(self) -> None:
        self._triage = shared_triage()
        self._second_reader = shared_second_reader()
        self._languages = shared_languages()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RuleTriage:
        """The rules on disk."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Looks at each message's text."""
        for message in messages:
            text = str(message.get(TEXT) or "")
            again = None if self._languages.of(text) is not None else self._second_reader.read(text)
            found = self._triage.gravest_first(
                [*self._triage.check(text), *(self._triage.check(again) if again else ())]
            )
            message.set("rules", [finding.as_dict() for finding in found], add_to_output=True)
            if again:
                message.set("second_reading", again)
                message.set("read_as", redact(again), add_to_output=True)
        return messages
