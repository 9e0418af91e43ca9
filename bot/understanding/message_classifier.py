"""Which approved question a message asks, how sure that is, and whether the message sounds risky."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Dict, List, Type

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
from sklearn.linear_model import LogisticRegression

from bot.safety.normalise import phrase
from bot.understanding.encoder import Matrix, shared_encoder
from bot.understanding.linear import Examples, SoftmaxRegression, features, fit_side_by_side, fold_numbers
from bot.understanding.risk import SILENT, RiskCalibration, fit_risk, is_risk, judge, parts_of

FALLBACK = "nlu_fallback"
"""Rasa's own name for "I did not understand"; `data/rules.yml` turns it into approved questions to choose from."""

OUT_OF_SCOPE = "out_of_scope"

_FOLDS = 3
_EVIDENCE = 5
"""Columns of evidence; see `Calibration`."""
_COST_WRONG_ANSWER = 1.0
_COST_OFF_TOPIC_ANSWER = 10.0
"""Against a needless question back (1): a neighbouring answer costs the visitor one more question, as asking back does; an
answer to somebody who asked about something else is a mistake that makes the whole assistant look careless."""


@dataclass(frozen=True)
class Calibration:
    """Turns raw scores into the chance of being right, and says from which chance on to answer or to ask back.

    `weights` belong to: logit of the best probability, margin to the second, cosine to the nearest example of the
    best intent, cosine to the nearest example of any intent, and a constant. All are fitted on held-out folds. A text that
    names the subject is hardly ever about something else, so it is answered from a lower chance on.
    """

    weights: tuple[float, ...]
    answer_from: float
    answer_from_on_subject: float
    clarify_from: float

    def confidence(self, evidence: Matrix) -> Matrix:
        """Chance of being right for rows of evidence: shape (rows,)."""
        return np.asarray(1 / (1 + np.exp(-(evidence @ np.array(self.weights, dtype=np.float32)))), dtype=np.float32)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MessageClassifier(IntentClassifier, GraphComponent):
    """Softmax regression on the sentence embedding, calibrated and with thresholds chosen on held-out folds.

    Sets `intent`, `intent_ranking` and `risk` (see `bot.understanding.risk`). Below the lower threshold the intent is `out_of_scope`, between the two it is
    `nlu_fallback`; the ranking always holds the intents themselves. A message that is a training example, letter for
    letter after normalisation, is that intent with confidence 1: so a button always leads where it says.
    """

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """Needs a dense sentence feature."""
        return [DenseFeaturizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`ranking_length`: intents listed with their confidence. `subject`: words (beginnings) that show what a text is about."""
        return {"ranking_length": 10, "subject": []}

    def __init__(self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model: SoftmaxRegression | None = None
        self._examples: Examples | None = None
        self._calibration = Calibration((0.0,) * _EVIDENCE, 0.5, 0.5, 0.25)
        self._risk = SILENT
        self._known: dict[str, str] = {}

    @classmethod
    def create(cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext) -> MessageClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the regression, its calibration and its thresholds."""
        messages = [message for message in training_data.intent_examples if message.get(TEXT) and message.get(INTENT)]
        if not messages:
            return self._resource
        texts = [str(message.get(TEXT)) for message in messages]
        intents = [str(message.get(INTENT)) for message in messages]
        embeddings = np.vstack([sentence_embedding(message) for message in messages])
        rows = features(texts, embeddings)
        self._examples = Examples(tuple(texts), tuple(intents), embeddings)
        folds = fold_numbers(intents, _FOLDS)
        seen = [(rows[folds != fold], [intent for intent, number in zip(intents, folds, strict=True) if number != fold]) for fold in range(_FOLDS)]
        self._model, *partial = fit_side_by_side([(rows, intents), *seen])
        held_out = _hold_out(rows, self._examples, folds, partial)
        self._calibration = _calibrate(held_out, self._names_subject(texts))
        self._risk = fit_risk(held_out.probabilities, held_out.classes, held_out.nearest_risky, held_out.nearest_ordinary, held_out.intents)
        self._known = {phrase(text): intent for text, intent in zip(texts, intents, strict=True)}
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder / "regression.npz")
            self._examples.save(folder / "examples.npz")
            (folder / "calibration.json").write_text(json.dumps({"intent": asdict(self._calibration), "risk": asdict(self._risk)}), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> MessageClassifier:
        """A trained classifier. A missing file is an error, not an untrained classifier."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = SoftmaxRegression.load(folder / "regression.npz")
            component._examples = Examples.load(folder / "examples.npz")
            stored = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
        component._calibration, component._risk = Calibration(**stored["intent"]), RiskCalibration(**stored["risk"])
        component._known = {phrase(text): intent for text, intent in zip(component._examples.texts, component._examples.intents, strict=True)}
        return component

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing downstream learns from this classifier's guesses."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets `intent` and `intent_ranking` on each message."""
        for message in messages:
            self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        text = str(message.get(TEXT) or "")
        if self._model is None or self._examples is None or not phrase(text):
            message.set(INTENT, {"name": FALLBACK, "confidence": 0.0}, add_to_output=True)
            message.set("intent_ranking", [], add_to_output=True)
            message.set("risk", None, add_to_output=True)
            return
        embedding = sentence_embedding(message)
        probabilities = self._model.probabilities(features([text], embedding))
        similarities = self._examples.similarities(embedding)
        evidence, _ = _evidence(probabilities, self._model.classes, similarities, self._examples.intents)
        confidence = float(self._calibration.confidence(evidence)[0])
        order = np.argsort(-probabilities[0])
        best = self._model.classes[order[0]]
        known = self._known.get(phrase(text))
        if known is not None:
            best, confidence = known, 1.0
        # The others share what the best leaves over, in proportion.
        rest = max(1.0 - float(probabilities[0][list(self._model.classes).index(best)]), 1e-9)
        ranking = [{"name": best, "confidence": confidence}]
        for index in order[: int(self._config["ranking_length"])]:
            name = self._model.classes[index]
            if name != best:
                ranking.append({"name": name, "confidence": float(probabilities[0][index]) / rest * (1.0 - confidence)})
        message.set(INTENT, {"name": self._decide(best, confidence, bool(self._names_subject([text])[0])), "confidence": confidence}, add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
        message.set("risk", None if known is not None and not is_risk(known) else self._judge(text, embedding), add_to_output=True)

    def _judge(self, text: str, embedding: Matrix) -> Dict[str, Any]:
        """What the embeddings of the whole message and of each of its sentences say about risk; the riskiest counts."""
        assert self._model is not None
        assert self._examples is not None
        parts = parts_of(text)
        embeddings = np.vstack([embedding, shared_encoder().encode(parts)]) if parts else embedding
        probabilities = self._model.probabilities(features([text, *parts], embeddings))
        return judge(self._risk, probabilities, self._model.classes, self._examples.similarities(embeddings), self._examples)

    def _names_subject(self, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
        """For each text, whether it has a word that begins like one of the subject's."""
        beginnings = tuple(str(word) for word in self._config["subject"])
        return np.array([any(word.startswith(beginnings) for word in phrase(text).split()) if beginnings else False for text in texts], dtype=np.bool_)

    def _decide(self, best: str, confidence: float, on_subject: bool) -> str:
        if confidence >= (self._calibration.answer_from_on_subject if on_subject else self._calibration.answer_from):
            return best
        return FALLBACK if confidence >= self._calibration.clarify_from and best != OUT_OF_SCOPE else OUT_OF_SCOPE


def sentence_embedding(message: Message) -> Matrix:
    """The sentence embedding of a message, shape (1, 384); encoded here if no featurizer left one."""
    _, sentence = message.get_dense_features(TEXT)
    if sentence is not None:
        return np.asarray(sentence.features, dtype=np.float32)
    return shared_encoder().encode([str(message.get(TEXT) or "")])


def _evidence(probabilities: Matrix, classes: Sequence[str], similarities: Matrix, intents: Sequence[str]) -> tuple[Matrix, npt.NDArray[np.int64]]:
    """Rows of evidence for `Calibration`, and the index of the best class of each row."""
    best = probabilities.argmax(axis=1)
    top = np.sort(probabilities, axis=1)[:, -2:]
    first = top[:, -1]
    second = top[:, 0] if probabilities.shape[1] > 1 else np.zeros_like(first)
    own = _nearest_of_class(similarities, classes, intents)[np.arange(len(best)), best]
    clipped = np.clip(first, 1e-4, 1 - 1e-4)
    evidence = np.stack([np.log(clipped / (1 - clipped)), first - second, own, similarities.max(axis=1), np.ones_like(first)], axis=1)
    return evidence.astype(np.float32), best


def _nearest_of_class(similarities: Matrix, classes: Sequence[str], intents: Sequence[str]) -> Matrix:
    """Cosine to the nearest example of each class: shape (rows, classes)."""
    owners = np.searchsorted(np.array(classes), np.array(intents))
    order = np.argsort(owners, kind="stable")
    starts = np.searchsorted(owners[order], np.arange(len(classes)))
    return np.asarray(np.maximum.reduceat(similarities[:, order], starts, axis=1), dtype=np.float32)


@dataclass(frozen=True)
class HeldOut:
    """What models that had not seen an example said of it, for every example, in one order."""

    intents: npt.NDArray[np.str_]
    classes: tuple[str, ...]
    probabilities: Matrix
    evidence: Matrix
    guesses: npt.NDArray[np.str_]
    nearest_risky: Matrix
    nearest_ordinary: Matrix


def _hold_out(rows: Matrix, examples: Examples, folds: npt.NDArray[np.int64], models: Sequence[SoftmaxRegression]) -> HeldOut:
    """What each fold's model says of the examples it has not seen."""
    intents = np.array(examples.intents)
    classes = tuple(str(name) for name in np.unique(intents))
    count = len(intents)
    probabilities, evidence = np.zeros((count, len(classes)), np.float32), np.zeros((count, _EVIDENCE), np.float32)
    guesses, risky_near, ordinary_near = np.empty(count, dtype=intents.dtype), np.zeros(count, np.float32), np.zeros(count, np.float32)
    risky = np.array([is_risk(intent) for intent in intents])
    for fold, model in enumerate(models):
        seen, unseen = folds != fold, folds == fold
        if not unseen.any():
            continue
        part = model.probabilities(rows[unseen])
        similarities = examples.embeddings[unseen] @ examples.embeddings[seen].T
        evidence[unseen], best = _evidence(part, model.classes, similarities, list(intents[seen]))
        guesses[unseen] = np.array(model.classes)[best]
        probabilities[np.ix_(unseen, np.searchsorted(classes, model.classes))] = part
        risky_near[unseen] = similarities[:, risky[seen]].max(axis=1, initial=0.0)
        ordinary_near[unseen] = similarities[:, ~risky[seen]].max(axis=1, initial=0.0)
    return HeldOut(intents, classes, probabilities, evidence, guesses, risky_near, ordinary_near)


def _calibrate(held_out: HeldOut, on_subject: npt.NDArray[np.bool_]) -> Calibration:
    """Fits confidence and thresholds on guesses of models that had not seen the example."""
    right = held_out.guesses == held_out.intents
    if len(set(right)) < 2:
        return Calibration((1.0, *(0.0,) * (_EVIDENCE - 1)), 0.5, 0.5, 0.25)
    fitted = LogisticRegression(C=10.0, fit_intercept=False, max_iter=1000).fit(held_out.evidence, right)
    weights = tuple(float(weight) for weight in fitted.coef_[0])
    confidence = Calibration(weights, 0.0, 0.0, 0.0).confidence(held_out.evidence)
    ordinary = (held_out.guesses != OUT_OF_SCOPE) & ~np.array([is_risk(guess) for guess in held_out.guesses])
    costs = np.where(np.isin(held_out.intents, (OUT_OF_SCOPE, "other_language")), _COST_OFF_TOPIC_ANSWER, _COST_WRONG_ANSWER)
    on, off = ordinary & on_subject, ordinary & ~on_subject
    answer_from = _cheapest(confidence[off], right[off], costs[off])
    answer_from_on_subject = min(answer_from, _cheapest(confidence[on], right[on], costs[on]))
    return Calibration(weights, answer_from, answer_from_on_subject, round(answer_from_on_subject / 3, 3))


def _cheapest(confidence: Matrix, right: npt.NDArray[np.bool_], cost_wrong: Matrix) -> float:
    """The threshold with the lowest cost: `cost_wrong` of each wrong answer given, 1 for each right one held back."""
    candidates = np.linspace(0.05, 0.95, 91)
    costs = [cost_wrong[(confidence >= t) & ~right].sum() + ((confidence < t) & right).sum() for t in candidates]
    return float(round(candidates[int(np.argmin(costs))], 3))
