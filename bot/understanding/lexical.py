"""A second opinion that knows nothing of embeddings: which training sentence shares the rarest words with a message."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.safety.normalise import phrase
from bot.understanding.encoder import Matrix


@dataclass(frozen=True)
class Opinion:
    """Of one message.

    Attributes:
        nearest: cosine to the nearest sentence of each class, shape (classes,).
        held: share of its words that some sentence of each class has, the rarer the more, shape (classes,).
        unknown: share of its words never seen.
    """

    nearest: Matrix
    held: Matrix
    unknown: float


_NOWHERE = np.zeros(0, np.int64)


class WordIndex:
    """Cosines of word tf-idf between a message and every training sentence, by an inverted index.

    Args:
        phrases, intents: one for each sentence, which is in the spelling of `phrase`.
        classes: the columns of what `opinion` gives, in this order.
    """

    def __init__(self, phrases: Sequence[str], intents: Sequence[str], classes: Sequence[str]) -> None:
        counted = [Counter(words.split()) for words in phrases]
        sentences_with = Counter(word for words in counted for word in words)
        self._weight = {word: math.log(len(phrases) / count) + 1.0 for word, count in sentences_with.items()}
        order = np.argsort(np.searchsorted(classes, intents), kind="stable")
        rows: dict[str, list[int]] = {word: [] for word in self._weight}
        shares: dict[str, list[float]] = {word: [] for word in self._weight}
        for place, index in enumerate(order.tolist()):
            words = counted[index]
            length = math.sqrt(sum((count * self._weight[word]) ** 2 for word, count in words.items())) or 1.0
            for word, count in words.items():
                rows[word].append(place)
                shares[word].append(count * self._weight[word] / length)
        self._postings: dict[str, tuple[npt.NDArray[np.int32], Matrix]] = {
            word: (np.array(rows[word], np.int32), np.array(shares[word], np.float32)) for word in self._weight
        }
        columns = np.searchsorted(classes, np.array(intents)[order])
        holding = {word: np.unique(columns[places]) for word, (places, _) in self._postings.items()}
        self._holding = {
            word: (of, math.log(1 + (len(classes) - of.size + 0.5) / (of.size + 0.5))) for word, of in holding.items()
        }
        present, starts = np.unique(columns, return_index=True)
        self._columns, self._starts = present, starts
        self._sentences, self._classes = len(phrases), len(classes)

    def opinion(self, text: str) -> Opinion:
        """What the words of a message are nearest to; zeros for a message of unknown words."""
        words = Counter(phrase(text).split())
        known = {word: count * self._weight[word] for word, count in words.items() if word in self._weight}
        nearest, held = np.zeros(self._classes, np.float32), np.zeros(self._classes, np.float32)
        if not known:
            return Opinion(nearest, held, 1.0)
        rarest = math.log(self._sentences) + 1.0  # a word never seen counts as one seen once
        length = math.sqrt(
            sum(weight**2 for weight in known.values()) + sum(rarest**2 for word in words if word not in known)
        )
        products = np.zeros(self._sentences, np.float32)
        for word, weight in known.items():
            places, shares = self._postings[word]
            products[places] += shares * np.float32(weight / length)
        nearest[self._columns] = np.maximum.reduceat(products, self._starts)
        whole = 0.0
        for word in words:
            holding, weight = self._holding.get(word, (_NOWHERE, math.log(2 * self._classes + 1)))
            held[holding] += np.float32(weight)
            whole += weight
        return Opinion(nearest, held / np.float32(whole), 1.0 - len(known) / len(words))
