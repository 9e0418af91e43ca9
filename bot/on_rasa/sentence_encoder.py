"""The sentence encoder as a Rasa dense featurizer."""

from __future__ import annotations

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.safety.normalise import shortened
from bot.settings import Settings
from bot.understanding.encoder import checksums, shared_encoder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Adds one sentence feature of shape (1, 384) to each message that has a text. Nothing is trained."""

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """None: the encoder brings its own tokenizer."""
        return []

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`model` is part of the training cache's key: another encoder means training again."""
        return {**DenseFeaturizer.get_default_config(), "model": checksums()["model.onnx"]}

    def __init__(self, config: Dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._encoder = shared_encoder()

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Every configuration is fine; the files are checked when the encoder is loaded."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        """A ready encoder."""
        return cls(config, execution_context.node_name)

    def begin(self, text: str) -> None:
        """Starts to encode a message, so that it is ready or nearly so when `process` comes to it."""
        if text:
            self._encoder.begin(shortened(text))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Featurises all examples; what an earlier training encoded is not encoded again."""
        with self._encoder.keeping(Settings().models):
            self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Featurises messages; one without a text is left as it is."""
        worded = [message for message in messages if message.get(TEXT)]
        rows = self._encoder.encode([shortened(message.get(TEXT)) for message in worded])
        for message, row in zip(worded, rows, strict=True):
            message.add_features(Features(row[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages
