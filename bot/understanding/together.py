"""A message read after an answer."""

from __future__ import annotations

from dataclasses import dataclass

from bot.understanding.encoder import Matrix
from bot.understanding.heads import groups
from bot.understanding.linear import Reading

_RISKY = 0.5
"""Share of the risks from which a reading is one rather than a question."""


@dataclass(frozen=True)
class Together:
    """A message after an answer: row 0 is the message alone, row 1 the one in which the last answer's subject is named.

    `words` are the lexical opinions of both, shape (2, classes); `likeness` says how like the last answer each class
    is, shape (classes,).
    """

    text: str
    reading: Reading
    words: Matrix
    likeness: Matrix

    def risky(self) -> bool:
        """Whether the reading together is a risk rather than a question."""
        ordinary = groups(self.reading.classes)
        return float(self.reading.probabilities[1, ordinary.emergency | ordinary.clinician].sum()) >= _RISKY
