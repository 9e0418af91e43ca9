"""A message read after an answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.understanding.encoder import Matrix
from bot.understanding.heads import groups
from bot.understanding.linear import Reading

RISKY = 0.5
"""Share of the risks from which a reading is one rather than a question."""


@dataclass(frozen=True)
class Together:
    """A message after an answer: row 0 is the message alone, row 1 the one in which the last answer's subject is named.

    Attributes:
        words: nearness by words of both, shape (2, classes).
        held: how much of both each class's sentences hold, shape (2, classes).
        texts: how much of both each class's approved text holds, shape (2, classes).
        likeness: how like the last answer each class is, shape (classes,).
    """

    text: str
    reading: Reading
    words: Matrix
    held: Matrix
    texts: Matrix
    likeness: Matrix

    def danger(self) -> float:
        """The share of the emergencies in the reading together."""
        return self._share(groups(self.reading.classes).emergency)

    def risk(self) -> float:
        """The share of all risks in the reading together; see `RISKY`."""
        ordinary = groups(self.reading.classes)
        return self._share(ordinary.emergency | ordinary.clinician)

    def _share(self, wanted: npt.NDArray[np.bool_]) -> float:
        return float(self.reading.probabilities[1, wanted].sum())
