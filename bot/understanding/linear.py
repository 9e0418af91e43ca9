"""Softmax regression on sentence embeddings and hashed letter groups: trained in seconds, stored as plain arrays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import HashingVectorizer
from threadpoolctl import threadpool_limits

from bot.safety.normalise import phrase
from bot.understanding.encoder import DIMENSIONS, Matrix

_LETTER_BUCKETS = 1024
_LETTER_WEIGHT = 0.5
"""Share of the letter groups beside the embedding: they help with typing slips and rare names, too much of them with nothing."""

_UPDATES = 1_000
_RATE = 0.03
_DECAY = 2e-6

_letters = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=_LETTER_BUCKETS, norm="l2", dtype=np.float32)


def features(texts: Sequence[str], embeddings: Matrix) -> Matrix:
    """What the regression sees: shape (len(texts), 384 + 1024)."""
    letters = _letters.transform([phrase(text) or " " for text in texts]).toarray() * _LETTER_WEIGHT
    return np.hstack([embeddings, letters]).astype(np.float32)


@dataclass(frozen=True)
class SoftmaxRegression:
    """Weights of shape (classes, features) and what each row stands for."""

    classes: tuple[str, ...]
    weights: Matrix
    bias: Matrix

    @classmethod
    def fit(cls, rows: Matrix, labels: Sequence[str]) -> SoftmaxRegression:
        """Trains by Adam with a cosine rate and a little L2, the same result every time.

        Much faster than L-BFGS with this many classes (docs/adr/004-adam.md).
        """
        names, targets = np.unique(np.array(labels), return_inverse=True)
        weights = np.zeros((rows.shape[1], len(names)), np.float32)
        bias = np.zeros(len(names), np.float32)
        moments = [np.zeros_like(weights), np.zeros_like(weights), np.zeros_like(bias), np.zeros_like(bias)]
        random = np.random.default_rng(7)
        size = int(np.clip(len(rows) // 40, 32, 256))
        epochs = int(np.clip(_UPDATES * size // len(rows), 15, 60))
        steps = epochs * -(-len(rows) // size)
        step = 0
        for _ in range(epochs):
            order = random.permutation(len(rows))
            for start in range(0, len(rows), size):
                chosen = order[start : start + size]
                batch = rows[chosen]
                error = _softmax(batch @ weights + bias)
                error[np.arange(len(chosen)), targets[chosen]] -= 1
                error /= len(chosen)
                step += 1
                rate = _RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
                _adam(weights, batch.T @ error + _DECAY * weights, moments[0], moments[1], rate, step)
                _adam(bias, error.sum(axis=0), moments[2], moments[3], rate, step)
        return cls(tuple(str(name) for name in names), weights.T.copy(), bias)

    def probabilities(self, rows: Matrix) -> Matrix:
        """Shape (rows, classes); each row sums to one."""
        return _softmax(rows @ self.weights.T + self.bias)

    def save(self, path: Path) -> None:
        """Writes one .npz without pickled objects."""
        np.savez(path, classes=np.array(self.classes), weights=self.weights.astype(np.float16), bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> SoftmaxRegression:
        """Reads what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(tuple(str(name) for name in stored["classes"]), stored["weights"].astype(np.float32), stored["bias"])


@dataclass(frozen=True)
class Examples:
    """Training examples with their embeddings, to name the nearest one and to know an example when it is seen again."""

    texts: tuple[str, ...]
    intents: tuple[str, ...]
    embeddings: Matrix

    def similarities(self, embeddings: Matrix) -> Matrix:
        """Cosine of each row with each example: shape (rows, examples)."""
        return np.asarray(embeddings @ self.embeddings.T, dtype=np.float32)

    def save(self, path: Path) -> None:
        """Writes one .npz without pickled objects."""
        np.savez(path, texts=np.array(self.texts), intents=np.array(self.intents), embeddings=self.embeddings.astype(np.float16))

    @classmethod
    def load(cls, path: Path) -> Examples:
        """Reads what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            embeddings = stored["embeddings"].astype(np.float32).reshape(-1, DIMENSIONS)
            return cls(tuple(str(text) for text in stored["texts"]), tuple(str(intent) for intent in stored["intents"]), embeddings)


def _softmax(scores: Matrix) -> Matrix:
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(scores / scores.sum(axis=1, keepdims=True), dtype=np.float32)


def _adam(values: Matrix, gradient: Matrix, mean: Matrix, square: Matrix, rate: float, step: int) -> None:
    """One step of Adam (Kingma and Ba, 2015), in place."""
    mean += 0.1 * (gradient - mean)
    square += 0.01 * (gradient * gradient - square)
    values -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)


def fit_side_by_side(tasks: Sequence[tuple[Matrix, Sequence[str]]]) -> list[SoftmaxRegression]:
    """Trains several regressions at once, each on one core: threads that wait for each other cost more than they give."""
    with threadpool_limits(limits=1), ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(lambda task: SoftmaxRegression.fit(*task), tasks))


def fold_numbers(labels: Sequence[str], folds: int) -> npt.NDArray[np.int64]:
    """A fold for each example, spread evenly within each label and the same every time."""
    numbers = np.zeros(len(labels), dtype=np.int64)
    seen: dict[str, int] = {}
    order = np.random.default_rng(7).permutation(len(labels))
    for index in order:
        label = labels[index]
        numbers[index] = seen.get(label, 0) % folds
        seen[label] = seen.get(label, 0) + 1
    return numbers
