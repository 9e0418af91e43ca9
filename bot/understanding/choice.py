"""Which approved question a message asks, of those that come near it: all that is known of each is weighed.

The regression alone puts the right one first for 83 of 100 strangers' questions, and among three for 95. A word index
that knows nothing of embeddings, the nearest sentence, the part that asks and the approved texts themselves know
better in some of the rest; the weights are fitted on strangers (docs/adr/031-choice.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.understanding.encoder import Matrix
from bot.understanding.heads import Seen, groups
from bot.understanding.logit import Rows, fit_weights, shares
from bot.understanding.strangers import Stranger
from bot.understanding.texts import TextIndex

NAMES = (
    "chance",
    "nearest",
    "words",
    "words of what is asked",
    "nearest of a part",
    "its sentences hold the words",
    "its text holds the words",
    "length of its text",
    "an answer",
)
_MOST = {"chance": 10, "nearest": 6, "words": 4, "asked": 6}
"""How many come into question by each kind of evidence."""
_LEAST = 1e-4
"""Added to a probability before its logarithm is taken."""


def candidates(seen: Seen) -> npt.NDArray[np.int64]:
    """Columns of the ordinary intents that come near a message in any way, in ascending order."""
    ordinary = groups(seen.reading.classes).ordinary
    asked = seen.asked or seen
    near = (
        (seen.reading.probabilities[0], _MOST["chance"]),
        (seen.reading.nearest[0], _MOST["nearest"]),
        (seen.opinion.nearest, _MOST["words"]),
        (asked.reading.probabilities[0], _MOST["asked"]),
    )
    found = [np.argsort(-np.where(ordinary, values, -1.0))[:most] for values, most in near]
    return np.unique([column for columns in found for column in columns if ordinary[column]])


def evidence(seen: Seen, columns: npt.NDArray[np.int64], texts: TextIndex) -> Rows:
    """One row of evidence for each candidate, shape (len(columns), len(NAMES))."""
    reading, asked = seen.reading, seen.asked or seen
    parts = reading.nearest[1:] if len(reading.nearest) > 1 else reading.nearest
    return np.column_stack(
        [
            np.log(reading.probabilities[0, columns] + _LEAST),
            reading.nearest[0, columns],
            seen.opinion.nearest[columns],
            asked.opinion.nearest[columns],
            parts[:, columns].max(axis=0),
            seen.opinion.held[columns],
            seen.texts[columns],
            texts.lengths[columns],
            texts.answers[columns],
        ]
    ).astype(np.float64)


@dataclass(frozen=True)
class Choice:
    """What each kind of `NAMES` weighs; without weights the regression's chance counts alone."""

    weights: Sequence[float] | None = None

    def shares(self, seen: Seen, texts: TextIndex) -> Matrix:
        """How likely each class is the ordinary intent that is meant, shape (classes,); together one, unless none comes
        into question."""
        found = np.zeros(len(seen.reading.classes), np.float32)
        columns = candidates(seen)
        if not columns.size:
            return found
        if self.weights is None:
            chances = seen.reading.probabilities[0, columns]
            found[columns] = chances / max(float(chances.sum()), 1e-9)
            return found
        found[columns] = shares(evidence(seen, columns, texts) @ np.array(self.weights))
        return found


def fit_choice(seen: Sequence[Seen], strangers: Sequence[Stranger], texts: TextIndex) -> Choice:
    """Fits the weights on the strangers of whom somebody said which answers would be right; without any there are
    none."""
    rows, rights = [], []
    for of, message in zip(seen, strangers, strict=True):
        columns = candidates(of)
        right = np.array([of.reading.classes[column] in message.intents for column in columns], np.bool_)
        if right.any():
            rows.append(evidence(of, columns, texts))
            rights.append(right)
    return Choice(fit_weights(rows, rights).tolist() if rows else None)
