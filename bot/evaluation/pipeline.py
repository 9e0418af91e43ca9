"""Trains the NLU pipeline of any Rasa configuration in a
temporary folder and reads messages with it, many at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_IMPORTER, PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.exceptions import GraphComponentException, GraphSchemaValidationException
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.validation import validate
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.data import TrainingType
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_config_file

from bot.evaluation.data import EvaluationError, Example
from bot.safety.normalise import clean
from bot.understanding import encoder

_BATCH = 32
_ENCODER = "bot.on_rasa.sentence_encoder.SentenceEncoder"
_NOT_A_COMMAND = "\u2060"
"""Put before a leading slash, as the website does: otherwise Rasa reads `/intent` as a command and not as words."""

Parsed = Mapping[str, Any]
Advance = Callable[[int], object]


def read_config(path: Path) -> dict[str, Any]:
    """A Rasa configuration with a pipeline.

    Raises:
        EvaluationError: it is missing, not YAML, or has no pipeline.
    """
    if not path.is_file():
        raise EvaluationError(f"{path}: there is no such file.")
    try:
        config: dict[str, Any] = read_config_file(path)
    except (RasaException, OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path}: not a Rasa configuration ({_first_line(error)}).") from error
    if not isinstance(config.get("pipeline"), list) or not config["pipeline"]:
        raise EvaluationError(f"{path}: there is no `pipeline:` with a list of components to train.")
    return {**config, "recipe": config.get("recipe") or "default.v1"}


class Pipeline:
    """A trained NLU pipeline. Its files live as long as the context manager `trained` that made it."""

    def __init__(self, runner: DaskGraphRunner, target: str) -> None:
        self._runner = runner
        self._target = target

    def parse(self, texts: Sequence[str], advance: Advance | None = None) -> list[Parsed]:
        """What Rasa would store for each text (`intent`, `intent_ranking`,
        and what components add); `advance` is told how many are done."""
        parsed: list[Parsed] = []
        for start in range(0, len(texts), _BATCH):
            batch = [
                UserMessage(_NOT_A_COMMAND + text if text.startswith("/") else text)
                for text in texts[start : start + _BATCH]
            ]
            messages = self._runner.run(
                inputs={PLACEHOLDER_MESSAGE: batch, PLACEHOLDER_TRACKER: None}, targets=[self._target]
            )[self._target]
            parsed.extend(message.as_dict(only_output_properties=True) for message in messages)
            if advance is not None:
                advance(len(batch))
        return parsed


@contextmanager
def trained(config: Mapping[str, Any], examples: Sequence[Example]) -> Iterator[Pipeline]:
    """Trains `config`'s pipeline on `examples`, with Rasa's own graph, without its cache and without an archive.

    Raises:
        EvaluationError: Rasa refuses the configuration or a component cannot be trained.
    """
    with tempfile.TemporaryDirectory(prefix="evaluation-") as folder:
        storage = LocalModelStorage.create(Path(folder))
        try:
            model = Recipe.recipe_for_name(config["recipe"]).graph_config_for_recipe(
                dict(config), {}, training_type=TrainingType.NLU
            )
            validate(model)
            _runner(model.train_schema, storage).run(inputs={PLACEHOLDER_IMPORTER: _Examples(examples)})
            predictor = _runner(model.predict_schema, storage)
        except (RasaException, GraphComponentException, GraphSchemaValidationException) as error:
            cause = error.__cause__ or error
            if type(cause).__module__.startswith("bot."):
                raise cause from error
            raise EvaluationError(f"The pipeline cannot be trained on this data: {_first_line(cause)}") from error
        yield Pipeline(predictor, str(model.nlu_target))


def _runner(schema: Any, storage: LocalModelStorage) -> DaskGraphRunner:
    return DaskGraphRunner.create(
        graph_schema=schema, model_storage=storage, execution_context=ExecutionContext(graph_schema=schema)
    )


class _Examples(TrainingDataImporter):
    """Labelled sentences where Rasa expects a project folder."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._examples = examples

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        return TrainingData([Message.build(text=example.text, intent=example.intent) for example in self._examples])

    def get_domain(self) -> Domain:
        return Domain.empty()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        return StoryGraph([])

    def get_conversation_tests(self) -> StoryGraph:
        return StoryGraph([])

    def get_config(self) -> dict[str, Any]:
        return {}

    def get_config_file_for_auto_config(self) -> str | None:
        return None


def uses_encoder(config: Mapping[str, Any]) -> bool:
    """Whether the pipeline reads sentence embeddings."""
    return any(component.get("name") == _ENCODER for component in config["pipeline"])


@contextmanager
def encoded_once(texts: Sequence[str], advance: Advance) -> Iterator[None]:
    """Encodes all texts and keeps the encoder's memory large
    enough for them, so that each is encoded once for all folds."""
    usual = encoder._REMEMBERED
    encoder._REMEMBERED = 4 * len(texts) + usual  # the sentences of long messages are encoded on their own as well
    try:
        for start in range(0, len(texts), 256):
            batch = [clean(text) for text in texts[start : start + 256]]
            encoder.shared_encoder().encode(batch)
            advance(len(batch))
        yield
    finally:
        encoder._REMEMBERED = usual


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
