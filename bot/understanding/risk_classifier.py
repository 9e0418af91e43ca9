"""The second net for risk: a classifier on the sentence embedding, tuned to miss nothing."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Text, Type

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.safety.normalise import clean, phrase, sentences
from bot.understanding.encoder import Matrix, shared_encoder
from bot.understanding.intent_classifier import sentence_embedding
from bot.understanding.linear import Examples, SoftmaxRegression, features, fold_numbers

COST_MISSED_RISK = 100.0
COST_NEEDLESS_REFERRAL = 1.0
"""A risk that gets an answer against an ordinary question that gets a referral (the project's brief)."""

EMERGENCY = "emergency_"
CLINICIAN = "clinician_"

_FOLDS = 3
_MIN_WORDS_OF_A_PART = 3


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RiskClassifier(IntentClassifier, GraphComponent):
    """Sets `risk` on each message: what the embedding says, with score, threshold and the nearest training example.

    Risk is the summed probability of all `emergency_*` and `clinician_*` intents. Every sentence is judged alone and
    together with the rest; the riskiest counts. It never looks at the word lists of `bot.safety`, nor they at it.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Needs a dense sentence feature."""
        return [DenseFeaturizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """The costs from which the thresholds follow."""
        return {"cost_missed_risk": COST_MISSED_RISK, "cost_needless_referral": COST_NEEDLESS_REFERRAL}

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model: SoftmaxRegression | None = None
        self._examples: Examples | None = None
        self._thresholds = {"risk": 0.5, "emergency": 0.5}
        self._ordinary: frozenset[str] = frozenset()

    @classmethod
    def create(cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext) -> RiskClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the classifier and both thresholds; data without risk intents leaves it silent."""
        messages = [message for message in training_data.intent_examples if message.get(TEXT) and message.get(INTENT)]
        texts = [str(message.get(TEXT)) for message in messages]
        labels = [_label(str(message.get(INTENT))) for message in messages]
        if not any(label for label in labels):
            return self._persist(None, Examples((), (), np.zeros((0, 384), np.float32)), frozenset())
        embeddings = np.vstack([sentence_embedding(message) for message in messages])
        rows = features(texts, embeddings)
        self._thresholds = self._choose_thresholds(rows, labels)
        model = SoftmaxRegression.fit(rows, labels)
        risky = [index for index, label in enumerate(labels) if label]
        examples = Examples(tuple(texts[index] for index in risky), tuple(labels[index] for index in risky), embeddings[risky])
        return self._persist(model, examples, frozenset(phrase(text) for text, label in zip(texts, labels) if not label))

    def _persist(self, model: SoftmaxRegression | None, examples: Examples, ordinary: frozenset[str]) -> Resource:
        self._model, self._examples, self._ordinary = model, examples, ordinary
        with self._model_storage.write_to(self._resource) as folder:
            if model is not None:
                model.save(folder / "regression.npz")
            examples.save(folder / "examples.npz")
            (folder / "risk.json").write_text(json.dumps({"thresholds": self._thresholds, "ordinary": sorted(ordinary)}), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> RiskClassifier:
        """A trained classifier. A missing file is an error, not a silent net."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            stored = json.loads((folder / "risk.json").read_text(encoding="utf-8"))
            component._examples = Examples.load(folder / "examples.npz")
            component._model = SoftmaxRegression.load(folder / "regression.npz") if component._examples.texts else None
        component._thresholds = stored["thresholds"]
        component._ordinary = frozenset(stored["ordinary"])
        return component

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing downstream learns from this classifier's guesses."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets `risk` on each message."""
        for message in messages:
            message.set("risk", self.judge(str(message.get(TEXT) or "")), add_to_output=True)
        return messages

    def judge(self, text: str) -> Dict[Text, Any]:
        """What the embedding says of a text.

        Returns:
            `score` and `emergency_score` (0 to 1) with their thresholds, `category` (None when neither is reached),
            and for a category the `nearest` training example with its `similarity` (cosine).
        """
        silent = {"category": None, "score": 0.0, "emergency_score": 0.0, "thresholds": self._thresholds}
        if self._model is None or self._examples is None or not phrase(text) or phrase(text) in self._ordinary:
            return silent
        parts = [clean(text), *_parts(text)]
        embeddings = shared_encoder().encode(parts)
        probabilities = self._model.probabilities(features(parts, embeddings))
        risk, emergency = _sums(probabilities, self._model.classes)
        is_emergency = bool(emergency.max() >= self._thresholds["emergency"])
        verdict: Dict[Text, Any] = {**silent, "score": round(float(risk.max()), 4), "emergency_score": round(float(emergency.max()), 4)}
        if not is_emergency and risk.max() < self._thresholds["risk"]:
            return verdict
        row = int((emergency if is_emergency else risk).argmax())
        prefix = EMERGENCY if is_emergency else CLINICIAN
        own = [index for index, name in enumerate(self._model.classes) if name.startswith(prefix)]
        category = self._model.classes[max(own, key=lambda index: probabilities[row][index])]
        similarities = self._examples.similarities(embeddings[row : row + 1])[0]
        nearest = int(similarities.argmax())
        return {**verdict, "category": category, "nearest": self._examples.texts[nearest], "similarity": round(float(similarities[nearest]), 4)}

    def _choose_thresholds(self, rows: Matrix, labels: List[str]) -> Dict[Text, float]:
        """The thresholds with the lowest cost on folds the fold's own classifier never saw."""
        folds = fold_numbers(labels, _FOLDS)
        names = np.array(labels)
        risk, emergency = np.zeros(len(labels), np.float32), np.zeros(len(labels), np.float32)
        for fold in range(_FOLDS):
            model = SoftmaxRegression.fit(rows[folds != fold], list(names[folds != fold]))
            risk[folds == fold], emergency[folds == fold] = _sums(model.probabilities(rows[folds == fold]), model.classes)
        is_risk = np.array([bool(label) for label in labels])
        is_emergency = np.array([label.startswith(EMERGENCY) for label in labels])
        missed, needless = float(self._config["cost_missed_risk"]), float(self._config["cost_needless_referral"])
        # Both nets together may miss; this one alone is not the last line. An emergency that reaches a clinician is
        # half a miss, and a referral that shows emergency numbers frightens: the same costs, one step up.
        return {"risk": _cheapest(risk, is_risk, missed, needless), "emergency": _cheapest(emergency, is_emergency, missed / 10, needless)}


def _label(intent: str) -> str:
    return intent if intent.startswith((EMERGENCY, CLINICIAN)) and intent != "emergency_over" else ""


def _parts(text: str) -> List[str]:
    """Sentences worth judging alone, when there is more than one."""
    found = sentences(text)
    return [part for part in found if len(part.split()) >= _MIN_WORDS_OF_A_PART] if len(found) > 1 else []


def _sums(probabilities: Matrix, classes: tuple[str, ...]) -> tuple[Matrix, Matrix]:
    emergency = np.array([name.startswith(EMERGENCY) for name in classes])
    clinician = np.array([name.startswith(CLINICIAN) for name in classes])
    return probabilities[:, emergency | clinician].sum(axis=1), probabilities[:, emergency].sum(axis=1)


def _cheapest(scores: Matrix, positive: npt.NDArray[np.bool_], missed: float, needless: float) -> float:
    candidates = np.concatenate([np.linspace(0.005, 0.1, 39), np.linspace(0.11, 0.95, 85)])
    costs = [missed * ((scores < t) & positive).sum() + needless * ((scores >= t) & ~positive).sum() for t in candidates]
    return float(round(candidates[int(np.argmin(costs))], 4))
