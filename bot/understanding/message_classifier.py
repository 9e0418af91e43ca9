"""Which approved question a message asks, how sure that is, and whether the message sounds risky."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Dict, List, Type

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.linear_model import LogisticRegression

from bot.safety.normalise import phrase
from bot.understanding.encoder import Matrix, judged_by, shared_encoder
from bot.understanding.examples import Examples, main_directions
from bot.understanding.linear import Intents, Reading, features, fit_side_by_side, fold_numbers
from bot.understanding.risk import SILENT, RiskCalibration, fit_risk, is_risk, judge, parts_of

FALLBACK = "nlu_fallback"
"""Rasa's own name for "I did not understand"; `data/rules.yml` turns it into approved questions to choose from."""

OUT_OF_SCOPE = "out_of_scope"
_ELSEWHERE = (OUT_OF_SCOPE, "other_language")

_FOLDS = 3
_COST_WRONG_ANSWER = 1.5
_COST_OFF_TOPIC_ANSWER = 20.0
"""Against a needless question back (1). A neighbouring answer costs the visitor one more question, as asking back does, and a
little trust. An answer to somebody who asked about something else makes the whole assistant look careless; visitors' chatter is
also more varied than ours, so more of it passes than in our folds. Whoever names the subject did ask about it, more or less:
there a wrong answer costs the first figure."""


@dataclass(frozen=True)
class Calibration:
    """Turns raw scores into the chance of being right, and says from which chance on to answer or to ask back.

    `weights` belong to the columns of `_evidence` and are fitted, as the thresholds are, on held-out folds. A text that
    names the subject is hardly ever about something else, so it is answered from a lower chance on.
    """

    weights: tuple[float, ...]
    answer_from: float
    answer_from_on_subject: float
    clarify_from: float

    def confidence(self, evidence: Matrix) -> Matrix:
        """Chance of being right for rows of evidence: shape (rows,)."""
        return np.asarray(1 / (1 + np.exp(-(evidence @ np.array(self.weights, dtype=np.float32)))), dtype=np.float32)


UNCALIBRATED = Calibration((1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), 0.5, 0.5, 0.25)
"""Of a classifier that has learnt nothing yet, or nothing that it could get wrong."""


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
        self._intents: Intents | None = None
        self._calibration = UNCALIBRATED
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
        labels = [str(message.get(INTENT)) for message in messages]
        embeddings = np.vstack([sentence_embedding(message) for message in messages])
        self._intents, held_out, read = _fit(texts, labels, embeddings)
        # Confidence and thresholds from sentences alone that neither these models nor the encoder had seen.
        unseen = judged_by(texts) & read
        reading, intents = held_out.part(unseen), np.array(labels)[unseen]
        self._calibration = _calibrate(reading, intents, self._names_subject(texts)[unseen])
        self._risk = fit_risk(reading, intents)
        self._remember()
        with self._model_storage.write_to(self._resource) as folder:
            self._intents.save(folder)
            (folder / "calibration.json").write_text(json.dumps({"intent": asdict(self._calibration), "risk": asdict(self._risk)}), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any
    ) -> MessageClassifier:
        """A trained classifier. A missing file is an error, not an untrained classifier."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._intents = Intents.load(folder)
            stored = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
        component._calibration, component._risk = Calibration(**stored["intent"]), RiskCalibration(**stored["risk"])
        component._remember()
        return component

    def _remember(self) -> None:
        assert self._intents is not None
        self._known = {phrase(text): intent for text, intent in zip(self._intents.examples.texts, self._intents.examples.intents, strict=True)}

    def begin(self, text: str) -> None:
        """Starts to encode the sentences of a message, so that they are ready or nearly so when `process` comes to them."""
        for part in parts_of(text):
            shared_encoder().begin(part)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing downstream learns from this classifier's guesses."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets `intent`, `intent_ranking` and `risk` on each message; all of them are read in one go."""
        worded = []
        for message in messages:
            if self._intents is not None and phrase(str(message.get(TEXT) or "")):
                worded.append(message)
            else:
                message.set(INTENT, {"name": FALLBACK, "confidence": 0.0}, add_to_output=True)
                message.set("intent_ranking", [], add_to_output=True)
                message.set("risk", None, add_to_output=True)
        if worded:
            self._classify(worded)
        return messages

    def _classify(self, messages: Sequence[Message]) -> None:
        """Reads one row for each whole message and one for each of its sentences, of which the riskiest counts."""
        assert self._intents is not None
        texts = [[str(message.get(TEXT)), *parts_of(str(message.get(TEXT)))] for message in messages]
        flat = [text for own in texts for text in own]
        embeddings = _embeddings(messages, texts)
        reading = self._intents.read(flat, embeddings)
        on_subject = self._names_subject(flat)
        evidence = _evidence(reading, on_subject)
        end = 0
        for message, own in zip(messages, texts, strict=True):
            rows = slice(end, end := end + len(own))
            confidence = float(self._calibration.confidence(evidence[rows])[0])
            self._decide_on(message, confidence, bool(on_subject[rows][0]), reading.part(rows), embeddings[rows])

    def _decide_on(self, message: Message, confidence: float, on_subject: bool, reading: Reading, embeddings: Matrix) -> None:
        """Sets what was found out of a message; the first row of the reading is the message, the others are its sentences."""
        assert self._intents is not None
        probabilities = reading.probabilities[0]
        order = np.argsort(-probabilities)
        best = reading.classes[order[0]]
        known = self._known.get(phrase(str(message.get(TEXT))))
        if known is not None:
            best, confidence = known, 1.0
        # The others share what the best leaves over, in proportion.
        rest = max(1.0 - float(probabilities[reading.classes.index(best)]), 1e-9)
        ranking = [{"name": best, "confidence": confidence}]
        for index in order[: int(self._config["ranking_length"])]:
            name = reading.classes[index]
            if name != best:
                ranking.append({"name": name, "confidence": float(probabilities[index]) / rest * (1.0 - confidence)})
        message.set(INTENT, {"name": self._decide(best, confidence, on_subject), "confidence": confidence}, add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
        risk = None if known is not None and not is_risk(known) else judge(self._risk, reading, embeddings, self._intents.examples)
        message.set("risk", risk, add_to_output=True)

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
    found = _featurized(message)
    return shared_encoder().encode([str(message.get(TEXT) or "")]) if found is None else np.asarray(found, dtype=np.float32)


def _featurized(message: Message) -> Matrix | None:
    """The sentence embedding that a featurizer left, shape (1, 384). Rasa would make a copy, then look whether there are others to add to it."""
    left = [feature for feature in message.features if feature.attribute == TEXT and feature.type == FEATURE_TYPE_SENTENCE and feature.is_dense()]
    if len(left) == 1:
        return left[0].features
    _, combined = message.get_dense_features(TEXT)
    return None if combined is None else combined.features


def _embeddings(messages: Sequence[Message], texts: Sequence[Sequence[str]]) -> Matrix:
    """One row for each text of each message, the message itself first. What no featurizer encoded is encoded in one batch."""
    featurized = [_featurized(message) for message in messages]
    missing = [text for found, own in zip(featurized, texts, strict=True) for text in own[0 if found is None else 1 :]]
    encoded = iter(shared_encoder().encode(missing))
    rows: List[Matrix] = []
    for found, own in zip(featurized, texts, strict=True):
        rows.append(next(encoded) if found is None else found)
        rows.extend(next(encoded) for _ in own[1:])
    return np.vstack(rows).astype(np.float32, copy=False)


def _evidence(reading: Reading, on_subject: npt.NDArray[np.bool_]) -> Matrix:
    """What speaks for the best class being right, one row a text: shape (rows, 7).

    Logit of its probability; its lead over the second; cosine to the nearest example of any class; logit of the chance
    of being about something else; how much nearer the nearest example about something else is than the nearest about
    the subject; whether the text names the subject; a constant.
    """
    probabilities, nearest = reading.probabilities, reading.nearest
    top = np.sort(probabilities, axis=1)[:, -2:]
    lead = top[:, -1] - (top[:, 0] if probabilities.shape[1] > 1 else 0.0)
    elsewhere = _elsewhere(reading.classes)
    nearer = nearest[:, elsewhere].max(axis=1, initial=0.0) - nearest[:, ~elsewhere].max(axis=1, initial=0.0)
    columns = [_logit(top[:, -1]), lead, nearest.max(axis=1), _logit(probabilities[:, elsewhere].sum(axis=1)), nearer, on_subject, np.ones_like(lead)]
    return np.stack(columns, axis=1).astype(np.float32)


@lru_cache(maxsize=8)
def _elsewhere(classes: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    return np.isin(classes, _ELSEWHERE)


def _logit(chance: Matrix) -> Matrix:
    clipped = np.minimum(np.maximum(chance, 1e-4), 1 - 1e-4)  # many times quicker than `np.clip` on a single number
    return np.asarray(np.log(clipped / (1 - clipped)), dtype=np.float32)


def _fit(texts: Sequence[str], intents: Sequence[str], embeddings: Matrix) -> tuple[Intents, Reading, npt.NDArray[np.bool_]]:
    """The model, what models that had not seen it say of each example, and whether there was such a model for it."""
    rows, directions = features(texts, embeddings), main_directions(embeddings)
    folds = fold_numbers(intents, _FOLDS)
    parts = [(folds == fold, np.flatnonzero(folds != fold)) for fold in range(_FOLDS)]
    parts = [(unseen, seen) for unseen, seen in parts if unseen.any() and seen.size]
    whole, *partial = fit_side_by_side([(rows, intents), *((rows[seen], [intents[index] for index in seen.tolist()]) for _, seen in parts)])
    classes = whole.classes
    probabilities, nearest = np.zeros((len(texts), len(classes)), np.float32), np.zeros((len(texts), len(classes)), np.float32)
    read = np.zeros(len(texts), np.bool_)
    for regression, (unseen, seen) in zip(partial, parts, strict=True):
        examples = Examples([texts[index] for index in seen.tolist()], [intents[index] for index in seen.tolist()], embeddings[seen], directions)
        reading = Intents(regression, examples).read_features(rows[unseen], embeddings[unseen])
        places = np.ix_(unseen, np.searchsorted(classes, reading.classes))
        probabilities[places], nearest[places] = reading.probabilities, reading.nearest
        read |= unseen
    return Intents(whole, Examples(texts, intents, embeddings, directions)), Reading(classes, probabilities, nearest), read


def _calibrate(held_out: Reading, intents: npt.NDArray[np.str_], on_subject: npt.NDArray[np.bool_]) -> Calibration:
    """Fits confidence and thresholds on guesses of models that had not seen the example."""
    guesses = np.array(held_out.classes)[held_out.probabilities.argmax(axis=1)]
    right = guesses == intents
    if len(set(right)) < 2:
        return UNCALIBRATED
    evidence = _evidence(held_out, on_subject)

    fitted = LogisticRegression(C=10.0, fit_intercept=False, max_iter=1000).fit(evidence, right)
    weights = tuple(float(weight) for weight in fitted.coef_[0])
    confidence = Calibration(weights, 0.0, 0.0, 0.0).confidence(evidence)
    ordinary = (guesses != OUT_OF_SCOPE) & ~np.array([is_risk(guess) for guess in guesses])
    costs = np.where(np.isin(intents, _ELSEWHERE) & ~on_subject, _COST_OFF_TOPIC_ANSWER, _COST_WRONG_ANSWER)
    on, off = ordinary & on_subject, ordinary & ~on_subject
    answer_from = _cheapest(confidence[off], right[off], costs[off])
    answer_from_on_subject = min(answer_from, _cheapest(confidence[on], right[on], costs[on]))
    return Calibration(weights, answer_from, answer_from_on_subject, round(answer_from_on_subject / 3, 3))


def _cheapest(confidence: Matrix, right: npt.NDArray[np.bool_], cost_wrong: Matrix) -> float:
    """The threshold with the lowest cost: `cost_wrong` of each wrong answer given, 1 for each right one held back."""
    candidates = np.linspace(0.05, 0.95, 91)
    costs = [cost_wrong[(confidence >= t) & ~right].sum() + ((confidence < t) & right).sum() for t in candidates]
    return float(round(candidates[int(np.argmin(costs))], 3))
