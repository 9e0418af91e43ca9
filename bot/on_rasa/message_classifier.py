"""Which approved question a message asks, how sure that is, and whether the message sounds risky."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Dict, List, Optional, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.library import Library
from bot.content.shared import shared_library, shared_triage
from bot.safety.asked import asked_part
from bot.safety.denials import without_denials
from bot.safety.normalise import phrase, sentences
from bot.safety.triage import Finding
from bot.settings import Settings
from bot.understanding.choice import Choice, fit_choice
from bot.understanding.encoder import Matrix, judged_by, shared_encoder
from bot.understanding.fitting import fit_all, fit_in_folds, plain_chances, route_of_intent
from bot.understanding.heads import Heads, Seen, chances_across, evidence, fit_heads, is_risk
from bot.understanding.lexical import Opinion, WordIndex
from bot.understanding.linear import Intents, Reading
from bot.understanding.strangers import Stranger, read_strangers, truths
from bot.understanding.texts import TextIndex
from bot.understanding.together import Together
from bot.understanding.verdict import Thresholds, choose_thresholds, judge, parts_of
from bot.vocabulary import FALLBACK, OTHER_LANGUAGE, OUT_OF_SCOPE, Level

_BATCH = 64
_SURER = 0.05
"""By how much the part that asks must be surer than the whole to count in its place; from 0 to 0.2 nothing changes by
more than a point."""
_SURE_ENOUGH_TO_ASK, _HARDLY_OURS = 0.7, 0.03
"""Chances of being right and of being ours from which a question that may be about another house is asked back rather
than turned away: "any nurse positions going"."""
_FEW = 3
"""Words of a message of which nothing is known if none of them is."""

NOT_UNDERSTOOD = (FALLBACK, OUT_OF_SCOPE, OTHER_LANGUAGE)
SECOND_READING = "second_reading"
_GRAVITY = (None, Level.CLINICIAN, Level.CHECK, Level.EMERGENCY)
_FEWEST_STRANGERS = 400
"""Below that the heads are fitted on held-out folds of the training data itself, as for data that is not ours."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MessageClassifier(IntentClassifier, GraphComponent):
    """Softmax regression on the sentence embedding, and four heads
    that say what may be made of it (`bot.understanding.heads`).

    Sets `intent`, `intent_ranking` and `risk` (see `bot.understanding.verdict`). The intent is the likeliest ordinary
    one where its chance of being right, and of the message being about something of ours, reach their thresholds; else
    it is `nlu_fallback` or, where not even asking back makes sense, `out_of_scope`. A message that is a training
    example, letter for letter after normalisation, is that intent with confidence 1: so a button always leads where it
    says.
    """

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """Needs a dense sentence feature."""
        return [DenseFeaturizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`ranking_length`: intents listed with their confidence.

        `subject`: words (beginnings) that show what a text is about.

        `strangers`: folder under data/ with the messages that the heads learn from.
        """
        return {"ranking_length": 10, "subject": [], "strangers": "strangers"}

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """What is learnt from beside the training data: Rasa
        would restore an old classifier from its cache otherwise."""
        folder = Settings().data / str(config.get("strangers", "strangers"))
        return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.jsonl")))).hexdigest()

    def __init__(self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._intents: Intents | None = None
        self._heads: Heads | None = None
        self._thresholds = Thresholds()
        self._words: WordIndex | None = None
        self._texts: tuple[Library, TextIndex] | None = None
        self._choice = Choice()
        self._known: dict[str, str] = {}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the regression on the examples, and heads and thresholds on messages of strangers."""
        messages = [message for message in training_data.intent_examples if message.get(TEXT) and message.get(INTENT)]
        if not messages:
            return self._resource
        texts = [str(message.get(TEXT)) for message in messages]
        labels = [str(message.get(INTENT)) for message in messages]
        embeddings = np.vstack([sentence_embedding(message) for message in messages])
        strangers = read_strangers(Settings().data / str(self._config["strangers"]))
        known = set(labels)
        if sum(bool(known.intersection(message.intents)) for message in strangers) >= _FEWEST_STRANGERS:
            self._intents = fit_all(texts, labels, embeddings)
            self._remember()
            with shared_encoder().keeping(Settings().models):
                seen = list(self._see([message.text for message in strangers]))
        else:  # data that is not ours
            self._intents, strangers, seen = self._from_folds(texts, labels, embeddings)
        self._learn(strangers, seen)
        with self._model_storage.write_to(self._resource) as folder:
            self._intents.save(folder)
            learnt = {
                "choice": self._choice.weights,
                "heads": dict(self._heads.weights) if self._heads else None,
                "thresholds": asdict(self._thresholds),
            }
            (folder / "heads.json").write_text(json.dumps(learnt), encoding="utf-8")
        return self._resource

    def _learn(self, strangers: Sequence[Stranger], seen: Sequence[Seen]) -> None:
        """Fits the choice, heads and thresholds on what was read of messages that no model had seen."""
        self._choice = fit_choice(seen, strangers, self._text_index())
        seen = [self._chosen(of) for of in seen]
        guesses = [of.best for of in seen]
        truth = truths(strangers, guesses)
        rows = np.array([evidence(of) for of in seen])
        if any(len(np.unique(of[~np.isnan(of)])) < 2 for of in truth.values()):
            return  # nothing that it could get wrong
        self._heads = fit_heads(rows, truth)
        # By heads that had not learnt from the same writer: on their own writers' messages they look surer than they
        # are.
        told = chances_across(rows, truth, [message.writer or str(row) for row, message in enumerate(strangers)])
        self._thresholds = choose_thresholds(told, truth)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MessageClassifier:
        """A trained classifier. A missing file is an error, not an untrained classifier."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._intents = Intents.load(folder)
            learnt = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
        component._choice = Choice(learnt["choice"])
        component._heads = Heads(learnt["heads"]) if learnt["heads"] else None
        component._thresholds = Thresholds(**learnt["thresholds"])
        component._remember()
        return component

    def _remember(self) -> None:
        assert self._intents is not None
        examples = self._intents.examples
        phrases = [phrase(text) for text in examples.texts]
        self._words = WordIndex(phrases, examples.intents, self._intents.regression.classes)
        self._known = dict(zip(phrases, examples.intents, strict=True))

    def begin(self, text: str) -> None:
        """Starts to encode the sentences of a message, so that
        they are ready or nearly so when `process` comes to them."""
        for part in (*parts_of(text), *_asked(text)):
            shared_encoder().begin(part)

    def together(self, text: str, combined: str, topic: str) -> Together | None:
        """A message read alone and with the subject of the last answer, whose intent is `topic`, named in it; None for
        a classifier that was not trained."""
        if self._intents is None or self._words is None:
            return None
        texts = [text, combined]
        reading = self._intents.read(texts, shared_encoder().encode(texts))
        opinions = [self._words.opinion(own) for own in texts]
        return Together(
            text,
            reading,
            np.stack([opinion.nearest for opinion in opinions]),
            np.stack([opinion.held for opinion in opinions]),
            np.stack([self._text_index().likeness(own) for own in texts]),
            self._intents.likeness(topic),
        )

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
        """Reads one row for each whole message and one for each of its sentences, and decides on each message.

        Of a disguised message both readings are read, and the graver one counts. Where symptoms are denied ("no chest
        pain"), what is left of the message says whether anybody is in danger.
        """
        read = list(self._read(messages))
        disguised = [message for message in messages if message.get(SECOND_READING)]
        affirmed = [" ".join(map(without_denials, sentences(str(message.get(TEXT))))) for message in messages]
        denies = [text != phrase(str(message.get(TEXT))) for message, text in zip(messages, affirmed, strict=True)]
        calm = [Message(data={TEXT: text}) for text, denied in zip(affirmed, denies, strict=True) if denied and text]
        left = zip(calm, self._read(calm) if calm else (), strict=True)
        again = iter(
            self._read([Message(data={TEXT: message.get(SECOND_READING)}) for message in disguised])
            if disguised
            else ()
        )
        for message, (seen, embeddings), text, denied in zip(messages, read, affirmed, denies, strict=True):
            self._decide_on(message, seen, embeddings)
            if not text:
                message.set("risk", None, add_to_output=True)
            elif denied:
                without, of_it = next(left)
                self._decide_on(without, *of_it)
                _take_calmer(message, without)
            if message.get(SECOND_READING):
                plain = Message(data={TEXT: message.get(SECOND_READING)})
                self._decide_on(plain, *next(again))
                _take_graver(message, plain)

    def _see(self, texts: Sequence[str]) -> Iterator[Seen]:
        """What is known of messages that no pipeline has read, a batch at a time."""
        for start in range(0, len(texts), _BATCH):
            yield from (
                seen for seen, _ in self._read([Message(data={TEXT: text}) for text in texts[start : start + _BATCH]])
            )

    def _read(self, messages: Sequence[Message]) -> Iterator[tuple[Seen, Matrix]]:
        """All that is known of each message, and the embeddings of its rows."""
        assert self._intents is not None
        assert self._words is not None
        texts = [str(message.get(TEXT)) for message in messages]
        asking = [_asked(text) for text in texts]
        rows = [[text, *parts_of(text), *part] for text, part in zip(texts, asking, strict=True)]
        embeddings = _embeddings(messages, rows)
        reading = self._intents.read([text for own in rows for text in own], embeddings)
        places = self._intents.examples.places(embeddings)
        end = 0
        for message, text, part, own in zip(messages, texts, asking, rows, strict=True):
            start, end = end, end + len(own)
            rules = message.get("rules")
            findings = shared_triage().check(text) if rules is None else [Finding(**rule) for rule in rules]
            read = slice(start, end - len(part))
            seen = self._seen(text, reading.part(read), findings, places[start])
            for asked in part:  # one or none, in the last row
                of_it = self._seen(
                    asked, reading.part(slice(end - 1, end)), shared_triage().check(asked), places[end - 1]
                )
                seen = replace(seen, asked=of_it)
            yield self._chosen(seen), embeddings[read]

    def _seen(self, text: str, reading: Reading, findings: Sequence[Finding], place: Matrix) -> Seen:
        assert self._words is not None
        texts = self._text_index().likeness(text)
        opinion = self._words.opinion(text)
        nothing = np.zeros(len(reading.classes), np.float32)
        return Seen(text, reading, opinion, findings, self._names_subject(text), place, texts, nothing)

    def _chosen(self, seen: Seen) -> Seen:
        """The same with what it may mean, and what the part that asks may mean."""
        asked = seen.asked and replace(seen.asked, meant=self._choice.shares(seen.asked, self._text_index()))
        return replace(seen, asked=asked, meant=self._choice.shares(seen, self._text_index()))

    def _text_index(self) -> TextIndex:
        """The approved texts of the turn by their words: counted once for each state of the library."""
        assert self._intents is not None
        library = shared_library().now()
        if self._texts is None or self._texts[0] is not library:
            self._texts = library, TextIndex(library, self._intents.regression.classes)
        return self._texts[1]

    def _decide_on(self, message: Message, seen: Seen, embeddings: Matrix) -> None:
        """Sets what was found out of a message; the first row of
        the reading is the message, the others are its sentences."""
        assert self._intents is not None
        known = self._known.get(phrase(seen.text))
        chances = self._heads.chances(evidence(seen)) if self._heads else plain_chances(seen.reading)
        best, confidence = (known, 1.0) if known is not None else self._likeliest(seen, chances["right"])
        chances["right"] = confidence
        name = best if known is not None else self._decide(best, chances, seen.reading)
        message.set(INTENT, {"name": name, "confidence": confidence}, add_to_output=True)
        message.set("intent_ranking", self._ranking(seen, best, confidence), add_to_output=True)
        said = [self._known.get(sentence) for sentence in sentences(seen.text)] if known is None else [known]
        ordinary = bool(said) and all(name is not None and not is_risk(name) for name in said)
        risk = (
            None
            if ordinary or _says_nothing(seen)
            else judge(chances, self._thresholds, seen.reading, embeddings, self._intents.examples)
        )
        message.set("risk", risk, add_to_output=True)

    def _likeliest(self, seen: Seen, right: float) -> tuple[str, float]:
        """The best of the message as a whole with its chance of being right; or that of the part that asks, where it is
        surer: what comes before it may be a story with a likeness of its own."""
        best = seen.best
        if self._heads is None or seen.asked is None or (other := seen.asked.best) == best:
            return best, right
        alone = self._heads.chances(evidence(seen.asked))["right"]
        return (other, alone) if alone > right + _SURER and not is_risk(other) else (best, right)

    def _decide(self, best: str, chances: Mapping[str, float], reading: Reading) -> str:
        if chances["right"] >= self._thresholds.right and chances["subject"] >= self._thresholds.subject:
            return best
        if reading.classes[int(reading.probabilities[0].argmax())] == OTHER_LANGUAGE:
            return OTHER_LANGUAGE
        near = chances["right"] >= _SURE_ENOUGH_TO_ASK and chances["subject"] >= _HARDLY_OURS
        return FALLBACK if near or chances["subject"] >= self._thresholds.clarify else OUT_OF_SCOPE

    def _ranking(self, seen: Seen, best: str, confidence: float) -> List[Dict[str, Any]]:
        """The best with its confidence, and the other ordinary intents that come into question, which share what it
        leaves over in proportion."""
        classes, meant = seen.reading.classes, seen.meant
        others = [
            index for index in np.argsort(-meant)[: int(self._config["ranking_length"]) + 1] if classes[index] != best
        ]
        rest = max(float(meant.sum()) - float(meant[classes.index(best)]), 1e-9)
        return [
            {"name": best, "confidence": confidence},
            *(
                {"name": classes[index], "confidence": float(meant[index]) / rest * (1.0 - confidence)}
                for index in others[: int(self._config["ranking_length"]) - 1]
                if meant[index] > 0
            ),
        ]

    def _names_subject(self, text: str) -> bool:
        """Whether a text has a word that begins like one of the subject's."""
        beginnings = tuple(str(word) for word in self._config["subject"])
        return bool(beginnings) and any(word.startswith(beginnings) for word in phrase(text).split())

    def _from_folds(
        self, texts: Sequence[str], labels: Sequence[str], embeddings: Matrix
    ) -> tuple[Intents, List[Stranger], List[Seen]]:
        """The model, and as strangers its own sentences, as models see them that had not learnt them."""
        intents, held_out, read = fit_in_folds(texts, labels, embeddings, judged_by(texts))
        rows = np.flatnonzero(read).tolist()
        nothing = np.zeros(len(held_out.classes), np.float32)
        silent = Opinion(nothing, nothing, 0.0)
        seen = [
            Seen(
                texts[row],
                held_out.part(slice(row, row + 1)),
                silent,
                (),
                self._names_subject(texts[row]),
                intents.examples.places(embeddings[row : row + 1])[0],
                nothing,
                nothing,
            )
            for row in rows
        ]
        return intents, [Stranger(texts[row], route_of_intent(labels[row]), (labels[row],)) for row in rows], seen


def _take_graver(message: Message, again: Message) -> None:
    """What the second reading says, where it is graver, or where the first one was not understood."""
    first, second = message.get("risk") or {}, again.get("risk") or {}
    graver = _GRAVITY.index(second.get("level")) > _GRAVITY.index(first.get("level"))
    understood = message.get(INTENT)["name"] in NOT_UNDERSTOOD and again.get(INTENT)["name"] not in NOT_UNDERSTOOD
    if graver or float(second.get("emergency_score") or 0) > float(first.get("emergency_score") or 0):
        message.set("risk", second, add_to_output=True)
    if understood:
        message.set(INTENT, again.get(INTENT), add_to_output=True)
        message.set("intent_ranking", again.get("intent_ranking"), add_to_output=True)


def _asked(text: str) -> List[str]:
    """The part of a message that asks, where that is not all of it: one text or none."""
    part = asked_part(text)
    return [] if part == phrase(text) else [part]


def _says_nothing(seen: Seen) -> bool:
    """Whether a message is a word or three that nobody ever used here, by its words and by the rules: "blub", "qwertz".

    Of such a message the encoder knows letters only, which come near to anything. A misspelt word has its second
    reading.
    """
    words = phrase(seen.text).split()
    return (
        len(words) <= _FEW
        and seen.opinion.unknown >= 1.0
        and not seen.findings
        and all(word.isascii() for word in words)
    )


def _take_calmer(message: Message, affirmed: Message) -> None:
    """What is said of danger by the message without what it
    denies, where that is less; its question and other risks stay."""
    first, second = message.get("risk") or {}, affirmed.get("risk") or {}
    if first.get("level") in (Level.CHECK, Level.EMERGENCY) and _GRAVITY.index(second.get("level")) < _GRAVITY.index(
        first["level"]
    ):
        message.set("risk", second or None, add_to_output=True)


def sentence_embedding(message: Message) -> Matrix:
    """The sentence embedding of a message, shape (1, 384); encoded here if no featurizer left one."""
    found = _featurized(message)
    return (
        shared_encoder().encode([str(message.get(TEXT) or "")])
        if found is None
        else np.asarray(found, dtype=np.float32)
    )


def _featurized(message: Message) -> Matrix | None:
    """The sentence embedding that a featurizer left, shape (1, 384).

    Rasa would make a copy, then look whether there are others to add to it.
    """
    left = [
        feature
        for feature in message.features
        if feature.attribute == TEXT and feature.type == FEATURE_TYPE_SENTENCE and feature.is_dense()
    ]
    if len(left) == 1:
        return left[0].features
    _, combined = message.get_dense_features(TEXT)
    return None if combined is None else combined.features


def _embeddings(messages: Sequence[Message], texts: Sequence[Sequence[str]]) -> Matrix:
    """One row for each text of each message, the message itself first.

    What no featurizer encoded is encoded in one batch.
    """
    featurized = [_featurized(message) for message in messages]
    missing = [text for found, own in zip(featurized, texts, strict=True) for text in own[0 if found is None else 1 :]]
    encoded = iter(shared_encoder().encode(missing))
    rows: List[Matrix] = []
    for found, own in zip(featurized, texts, strict=True):
        rows.append(next(encoded) if found is None else found)
        rows.extend(next(encoded) for _ in own[1:])
    return np.vstack(rows).astype(np.float32, copy=False)
