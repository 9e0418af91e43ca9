"""Which training sentence shares the rarest words with another one. Pure.

The console has no model. Whether a new question's sentences would lead elsewhere is measured by the training's gate;
here a person sees early which answer they already speak for.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.content.word_search import stem, words_in

NEAR = 0.7
"""Cosine of the words, weighed by how rare they are, from which two sentences say nearly the same."""


@dataclass(frozen=True)
class Near:
    """The nearest training sentence of an answer; `likeness` is a cosine, 1.0 for the same words."""

    intent: str
    sentence: str
    likeness: float

    @property
    def same(self) -> bool:
        """Whether the words are the same."""
        return self.likeness > 0.999


class Nearness:
    """An index of training sentences by intent."""

    def __init__(self, examples: Mapping[str, Collection[str]]) -> None:
        self._sentences = [(intent, sentence) for intent in sorted(examples) for sentence in sorted(examples[intent])]
        self._stems: dict[str, str] = {}
        self._rows: dict[str, list[int]] = defaultdict(list)
        for row, (_, sentence) in enumerate(self._sentences):
            for word in self._words(sentence):
                self._rows[word].append(row)
        self._lengths = [0.0] * len(self._sentences)
        for word, rows in self._rows.items():
            for row in rows:
                self._lengths[row] += self._weight(word) ** 2

    def nearest(self, sentence: str, *, but: str = "") -> Near | None:
        """The training sentence of another intent than `but` that is nearest, None when none is near."""
        asked = self._words(sentence)
        shared: dict[int, float] = defaultdict(float)
        for word in asked:
            for row in self._rows.get(word, ()):
                if self._sentences[row][0] != but:
                    shared[row] += self._weight(word) ** 2
        length = sum(self._weight(word) ** 2 for word in asked)
        scored = ((share / math.sqrt(length * self._lengths[row]), -row) for row, share in shared.items())
        likeness, place = max(scored, default=(0.0, 0))
        return Near(*self._sentences[-place], likeness) if likeness >= NEAR else None

    def _words(self, sentence: str) -> set[str]:
        return {self._stems.setdefault(word, stem(word)) for word in words_in(sentence)}

    def _weight(self, word: str) -> float:
        return math.log((len(self._sentences) + 1) / (len(self._rows.get(word, ())) + 1)) + 1.0
