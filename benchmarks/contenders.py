"""Ways to find the intent of a message, each with one interface: learn from examples, then read messages."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from benchmarks.baseline import environment
from bot.content.library import Library
from bot.content.shared import shared_library
from bot.evaluation.data import Example
from bot.evaluation.pipeline import Parsed, read_config, trained
from bot.safety.normalise import clean, phrase
from bot.settings import ROOT
from bot.understanding.encoder import shared_encoder


class Reader(Protocol):
    """Something that has learnt and reads messages as Rasa would."""

    def parse(self, texts: Sequence[str]) -> list[Parsed]:
        """`intent` and `intent_ranking` of each text."""


_COUNTS: list[Mapping[str, Any]] = [
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]


def _rasa(pipeline: Sequence[Mapping[str, Any]]) -> Callable[[Sequence[Example]], AbstractContextManager[Reader]]:
    return lambda examples: trained(
        {"recipe": "default.v1", "language": "en", "pipeline": [dict(part) for part in pipeline]}, examples
    )


def starter_pipeline(epochs: int) -> list[Mapping[str, Any]]:
    """What `rasa init` of Rasa 3.6 suggests, without the parts
    that only find entities or choose among retrieved responses."""
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        *_COUNTS,
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True, "random_seed": 7},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ]


class NearestNeighbour:
    """The intent of the training example whose embedding is nearest; confidence is the cosine."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._intents = [example.intent for example in examples]
        self._embeddings = shared_encoder().encode([clean(example.text) for example in examples])

    def parse(self, texts: Sequence[str]) -> list[Parsed]:
        """One intent a text."""
        cosines = shared_encoder().encode([clean(text) for text in texts]) @ self._embeddings.T
        return [_one(self._intents[int(np.argmax(row))], float(row.max())) for row in cosines]


class FullText:
    """BM25 over the questions and texts of the snippets in SQLite's FTS5; it learns nothing from examples."""

    def __init__(self, library: Library) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.execute(
            "CREATE VIRTUAL TABLE snippets USING fts5(id UNINDEXED, question, text, tokenize = 'porter unicode61')"
        )
        self._database.executemany(
            "INSERT INTO snippets VALUES (?, ?, ?)",
            [(snippet.id, snippet.question, snippet.text) for snippet in library],
        )

    def parse(self, texts: Sequence[str]) -> list[Parsed]:
        """The best match of each text, or no intent where no word occurs."""
        return [self._parse(text) for text in texts]

    def _parse(self, text: str) -> Parsed:
        words = re.findall(r"[^\W_]+", phrase(text))
        query = " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
        sql = "SELECT id FROM snippets WHERE snippets MATCH ? ORDER BY bm25(snippets, 0, 2, 1) LIMIT 1"
        row = self._database.execute(sql, [query]).fetchone() if query else None
        return _one(str(row[0]), 1.0) if row else {"intent": {"name": None, "confidence": 0.0}, "intent_ranking": []}


def _one(intent: str, confidence: float) -> Parsed:
    best = {"name": intent, "confidence": confidence}
    return {"intent": best, "intent_ranking": [best]}


@dataclass(frozen=True)
class Read:
    """What the starter's own process read: times in ms, memory in MB."""

    parsed: list[Parsed]
    training_s: float
    times_ms: list[float]
    peak_mb: float
    before_mb: float


def read_by_starter(examples: Sequence[Example], texts: Sequence[str], epochs: int) -> Read:
    """Rasa's starter pipeline in an environment of its own: its networks need TensorFlow, which ours is without.

    Raises:
        RuntimeError: it could not be trained; what Rasa said stands above.
    """
    job = {
        "pipeline": starter_pipeline(epochs),
        "train": [(example.text, example.intent) for example in examples],
        "test": list(texts),
    }
    quiet = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }
    command = [str(environment()), str(ROOT / "benchmarks" / "starter" / "read.py")]
    done = subprocess.run(command, input=json.dumps(job), env=quiet, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError("Rasa's starter pipeline could not be trained. The lines above say why.")
    return Read(**json.loads(done.stdout.rstrip().rpartition("\n")[2]))


@contextmanager
def contender(name: str, examples: Sequence[Example]) -> Iterator[Reader]:
    """The contender `name`, trained on examples."""
    if name == OURS:
        with trained(read_config(ROOT / "config.yml"), examples) as pipeline:
            yield pipeline
    elif name == COUNTS:
        with _rasa([{"name": "WhitespaceTokenizer"}, *_COUNTS, {"name": "LogisticRegressionClassifier"}])(
            examples
        ) as reader:
            yield reader
    elif name == NEAREST:
        yield NearestNeighbour(examples)
    else:
        yield FullText(shared_library())


OURS = "Ours (config.yml)"
STARTER = "Rasa's starter pipeline (DIET)"
COUNTS = "Counts + logistic regression"
NEAREST = "Nearest neighbour, same embedding"
FULL_TEXT = "BM25 (SQLite FTS5) over the snippets"
CONTENDERS = (OURS, STARTER, COUNTS, NEAREST, FULL_TEXT)
