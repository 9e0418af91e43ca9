"""What changed from one wording to another, word by word, for people who have to decide about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|\{[^{}]*\}|[$€£]?\w+(?:['’.,-]\w+)*|[^\w\s]")


@dataclass(frozen=True)
class Part:
    """A run of text that both have (`same`), that only the old one has (`out`) or only the new one (`new`)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """Both wordings in runs: the old one without what is new, the new one without what is out."""

    old: tuple[Part, ...]
    new: tuple[Part, ...]

    @property
    def any(self) -> bool:
        """Whether there is a difference at all."""
        return any(part.kind != "same" for part in (*self.old, *self.new))


def difference(old: str, new: str) -> Difference:
    """The two wordings beside one another.

    A word with a figure or a hyphen in it counts as one, and so does a {field}.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    left: list[Part] = []
    right: list[Part] = []
    for what, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        _add(left, "same" if what == "equal" else "out", before[i:j])
        _add(right, "same" if what == "equal" else "new", after[k:m])
    return Difference(tuple(left), tuple(right))


def _add(parts: list[Part], kind: str, words: Sequence[str]) -> None:
    if words:
        parts.append(Part(kind, "".join(words)))
