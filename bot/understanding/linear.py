"""Softmax regression on sentence embeddings and hashed letter groups: trained in seconds, stored as plain arrays."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import repeat
from pathlib import Path

import mmh3
import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from bot.safety.normalise import phrase
from bot.understanding.encoder import DIMENSIONS, Matrix
from bot.understanding.examples import Examples

_LETTER_BUCKETS = 1024
_LETTER_WEIGHT = 0.5
"""Share of the letter groups beside the embedding: they help
with typing slips and rare names, too much of them with nothing."""

_NEIGHBOUR_WEIGHT = 10.0
"""Of the cosine to the nearest example of a class, added to the class's score.

Few examples a class leave the regression unsure where one of them says it plainly; any weight from 5 to 20 does nearly
as well (docs/adr/007-neighbours.md).
"""

_UPDATES = 1_000
_RATE = 0.03
_DECAY = 2e-6

CORES = os.cpu_count() or 1

_ADAM_ROWS = 128
"""Rows of weights at a time, so that what one step needs of them stays in the processor's own cache."""

_GROUP_LENGTHS = range(2, 6)
_LONGEST_KEPT_WORD = 32


def features(texts: Sequence[str], embeddings: Matrix) -> Matrix:
    """What the regression sees: shape (len(texts), 384 + 1024)."""
    return np.hstack([embeddings, letter_groups(texts) * np.float32(_LETTER_WEIGHT)], dtype=np.float32)


def letter_groups(texts: Sequence[str]) -> Matrix:
    """Rows of length one that count the groups of two to five
    letters within the words of each text, hashed to 1024 columns.

    The same as scikit-learn's `HashingVectorizer(analyzer="char_wb")`, whose preparations take longer than the count.
    """
    rows = np.zeros((len(texts), _LETTER_BUCKETS), np.float32)
    for row, text in zip(rows, texts, strict=True):
        words = phrase(text).split()
        if words:
            groups = np.concatenate(
                [_groups(word) if len(word) <= _LONGEST_KEPT_WORD else _groups.__wrapped__(word) for word in words]
            )
            row += np.bincount(np.abs(groups) - 1, weights=np.sign(groups), minlength=_LETTER_BUCKETS)
            row /= max(float(np.linalg.norm(row)), 1e-9)
    return rows


@lru_cache(maxsize=16_384)
def _groups(word: str) -> npt.NDArray[np.int64]:
    """The column of each group of letters of a word with its
    ends, counted from 1, with the sign with which it counts."""
    framed = f" {word} "
    found: list[str] = []
    for length in _GROUP_LENGTHS:
        found += [framed[start : start + length] for start in range(max(len(framed) - length, 0) + 1)]
        if len(framed) <= length:
            break  # the whole word, which counts once
    hashes = [mmh3.hash(group) for group in found]
    return np.array(
        [(abs(value) % _LETTER_BUCKETS + 1) * (1 if value >= 0 else -1) for value in hashes], dtype=np.int64
    )


@dataclass(frozen=True)
class SoftmaxRegression:
    """Weights of shape (classes, features) and what each row stands for."""

    classes: tuple[str, ...]
    weights: Matrix
    bias: Matrix

    @classmethod
    def fit(
        cls, rows: Matrix, labels: Sequence[str], among: npt.NDArray[np.int64] | None = None, *, threads: int = 1
    ) -> SoftmaxRegression:
        """Trains by Adam with a cosine rate and a little L2, the same result every time.

        Much faster than L-BFGS with this many classes (docs/adr/004-adam.md).

        Args:
            rows, labels: features and class of each example.
            among: the rows to learn from; None is all of them.
            threads: how many share the work, each with a share of the classes.
        """
        among = np.arange(len(rows)) if among is None else among
        names, targets = np.unique(np.array(labels)[among], return_inverse=True)
        shares = [_Share(rows.shape[1], len(own)) for own in np.array_split(names, min(threads, len(names)))]
        ends = np.cumsum([share.bias.size for share in shares])[:-1]
        random = np.random.default_rng(7)
        size = int(np.clip(len(among) // 40, 32, 256))
        epochs = int(np.clip(_UPDATES * size // len(among), 15, 60))
        steps = epochs * -(-len(among) // size)
        step = 0
        with threadpool_limits(limits=1), ThreadPoolExecutor(threads) as pool:
            each = pool.map if threads > 1 else map
            for _ in range(epochs):
                order = random.permutation(len(among))
                for start in range(0, len(among), size):
                    chosen = order[start : start + size]
                    batch = rows[among[chosen]]
                    error = _softmax(np.hstack(list(each(_Share.scores, shares, repeat(batch)))))
                    error[np.arange(len(chosen)), targets[chosen]] -= 1
                    error /= len(chosen)
                    step += 1
                    rate = _RATE * 0.5 * (1 + math.cos(math.pi * step / steps))
                    list(
                        each(
                            _Share.learn,
                            shares,
                            repeat(batch),
                            np.split(error, ends, axis=1),
                            repeat(rate),
                            repeat(step),
                        )
                    )
        weights = np.hstack([share.weights for share in shares]).T.copy()
        return cls(tuple(str(name) for name in names), weights, np.hstack([share.bias for share in shares]))

    def scores(self, rows: Matrix) -> Matrix:
        """Unnormalised log-probabilities: shape (rows, classes)."""
        return np.asarray(rows @ self.weights.T + self.bias, dtype=np.float32)

    def probabilities(self, rows: Matrix) -> Matrix:
        """Shape (rows, classes); each row sums to one."""
        return _softmax(self.scores(rows))

    def save(self, path: Path) -> None:
        """Writes one .npz without pickled objects."""
        np.savez(path, classes=np.array(self.classes), weights=self.weights.astype(np.float16), bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> SoftmaxRegression:
        """Reads what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                tuple(str(name) for name in stored["classes"]), stored["weights"].astype(np.float32), stored["bias"]
            )


@dataclass(frozen=True)
class Reading:
    """What is known of some texts: one row a text, one column a class."""

    classes: tuple[str, ...]
    probabilities: Matrix
    nearest: Matrix
    """Cosine to the nearest training example of each class."""

    def part(self, rows: slice | npt.NDArray[np.bool_]) -> Reading:
        """What is known of some of the texts."""
        return Reading(self.classes, self.probabilities[rows], self.nearest[rows])


@dataclass(frozen=True)
class Intents:
    """Regression and examples together: what a text is like in general, and which single example it resembles."""

    regression: SoftmaxRegression
    examples: Examples

    def read(self, texts: Sequence[str], embeddings: Matrix) -> Reading:
        """Reads texts with their embeddings of shape (len(texts), 384)."""
        return self.read_features(features(texts, embeddings), embeddings)

    def read_features(self, rows: Matrix, embeddings: Matrix) -> Reading:
        """The same for texts whose features are made already."""
        nearest = self.examples.nearest(embeddings)
        return Reading(
            self.regression.classes, _softmax(self.regression.scores(rows) + _NEIGHBOUR_WEIGHT * nearest), nearest
        )

    @cached_property
    def _directions(self) -> Matrix:
        """Along what each class is told from the others, by embedding: shape (classes, 384), rows of length one."""
        weights = self.regression.weights[:, :DIMENSIONS]
        return np.asarray(weights / np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    def likeness(self, name: str) -> Matrix:
        """How like a class each class is, by what the regression knows it by: cosines, shape (classes,); zeros for a
        class that there is not."""
        classes = self.regression.classes
        if name not in classes:
            return np.zeros(len(classes), np.float32)
        return np.asarray(self._directions @ self._directions[classes.index(name)], dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Writes the files of both into `folder`."""
        self.regression.save(folder / "regression.npz")
        self.examples.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Intents:
        """Reads what `save` wrote."""
        return cls(SoftmaxRegression.load(folder / "regression.npz"), Examples.load(folder))


def _softmax(scores: Matrix) -> Matrix:
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(scores / scores.sum(axis=1, keepdims=True), dtype=np.float32)


class _Share:
    """Weights of some of the classes while they are fitted: shape (features, classes)."""

    def __init__(self, features: int, classes: int) -> None:
        self.weights, self.bias = np.zeros((features, classes), np.float32), np.zeros(classes, np.float32)
        self._gradient, self._of_weights, self._of_bias = (
            np.empty_like(self.weights),
            _Adam(self.weights),
            _Adam(self.bias),
        )

    def scores(self, batch: Matrix) -> Matrix:
        """Unnormalised log-probabilities of these classes."""
        return np.asarray(batch @ self.weights + self.bias, dtype=np.float32)

    def learn(self, batch: Matrix, error: Matrix, rate: float, step: int) -> None:
        """One step against the error of these classes: shape (rows, classes)."""
        np.matmul(batch.T, error, out=self._gradient)
        self._of_weights.step(self._gradient, rate, step, _DECAY)
        self._of_bias.step(error.sum(axis=0), rate, step)


class _Adam:
    """Adam (Kingma and Ba, 2015) on one array, in place: a new array
    for each of a dozen steps took as long as the products of a batch.

    Args:
        values: what is fitted, single precision; so is all that is worked out here.
    """

    def __init__(self, values: Matrix) -> None:
        self._parts = [slice(start, start + _ADAM_ROWS) for start in range(0, len(values), _ADAM_ROWS)]
        self._values, self._mean, self._square = values, np.zeros_like(values), np.zeros_like(values)
        self._work = np.empty_like(values[:_ADAM_ROWS])

    def step(self, gradient: Matrix, rate: float, step: int, decay: float = 0.0) -> None:
        """One step against a gradient, to which a share of the values is added; `step` counts from 1."""
        towards, spread = rate * 0.1 / (1 - 0.9**step), math.sqrt(0.01 / (1 - 0.99**step))
        for part in self._parts:  # ten and a hundred times the moments: a product less for each
            slope, mean, square, values = gradient[part], self._mean[part], self._square[part], self._values[part]
            work = self._work[: len(slope)]
            np.multiply(values, np.float32(decay), out=work)
            slope += work
            mean *= np.float32(0.9)
            mean += slope
            square *= np.float32(0.99)
            np.multiply(slope, slope, out=work)
            square += work
            np.sqrt(square, out=work)
            work *= np.float32(spread)
            work += np.float32(1e-8)
            np.divide(mean, work, out=work)
            work *= np.float32(towards)
            values -= work


def side_by_side[Result](tasks: Sequence[Callable[[], Result]]) -> list[Result]:
    """Does several tasks at once, each on one core: BLAS's own
    threads, which wait for each other, cost more than they give."""
    with threadpool_limits(limits=1), ThreadPoolExecutor(CORES) as pool:
        return [done.result() for done in [pool.submit(task) for task in tasks]]


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
