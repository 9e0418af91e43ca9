"""Which approved texts hold the words of a message: what a text says is often more than what it is asked with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from bot.content.library import Library
from bot.content.word_search import stem, telling, words_in
from bot.understanding.encoder import Matrix
from bot.vocabulary import Route

_SATURATION, _OF_LENGTH = 1.2, 0.75
"""k1 and b of Okapi BM25 (Robertson and Walker, 1994), at their usual values."""
_UNIT = 10.0
"""BM25 of a message that a text answers in its own words, so that the evidence is about one."""


class TextIndex:
    """BM25 of a message and each approved text, by an inverted index.

    Args:
        library: whose questions and texts are looked at.
        classes: the intents, whose names are those of the answers; the columns of what is given.

    Attributes:
        lengths: logarithm of the words of each class's text, shape (classes,); zero for a class without one.
        answers: which classes are answers, and not small talk or something else, shape (classes,).
    """

    def __init__(self, library: Library, classes: Sequence[str]) -> None:
        counted = [
            Counter(map(stem, words_in(f"{library[name].question} {library[name].text}")))
            if name in library
            else Counter[str]()
            for name in classes
        ]
        sizes = np.array([of.total() for of in counted], np.float32)
        told = sizes > 0
        usual = max(float(sizes[told].mean()) if told.any() else 1.0, 1.0)
        self.lengths: Matrix = np.log1p(sizes)
        self.answers = np.array([name in library and library[name].route == Route.ANSWER for name in classes], np.bool_)
        self._classes = len(classes)
        found: dict[str, list[tuple[int, float]]] = {}
        for column, of in enumerate(counted):
            longer = _SATURATION * (1 - _OF_LENGTH + _OF_LENGTH * float(sizes[column]) / usual)
            for word, count in of.items():
                found.setdefault(word, []).append((column, count * (_SATURATION + 1) / (count + longer)))
        texts = int(told.sum())
        self._postings = {
            word: (
                np.array([column for column, _ in places], np.int32),
                np.array([worth for _, worth in places], np.float32)
                * np.float32(math.log(1 + (texts - len(places) + 0.5) / (len(places) + 0.5)) / _UNIT),
            )
            for word, places in found.items()
        }

    def likeness(self, text: str) -> Matrix:
        """BM25 of each class's text by the words of a message that say something, shape (classes,)."""
        scores = np.zeros(self._classes, np.float32)
        for word in {stem(word) for word in telling(text)}:
            if word in self._postings:
                columns, worth = self._postings[word]
                scores[columns] += worth
        return scores
