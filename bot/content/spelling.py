"""One spelling for all English texts, whichever way they were
written: US or UK, by the word pairs of data/spelling.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bot.content.files import ContentError, read_mapping

SPELLINGS = ("US", "UK")
_MOST_SEEN = 10_000
_BEGINS = re.compile(r"(?:^|[.!?:]\s+|\n\s*|\")$")
"""What stands before the first word of a sentence."""


@dataclass(frozen=True)
class Spelling:
    """Words to replace, in small letters; `pattern` finds them
    as whole words, never in an address, a number or a {field}."""

    words: Mapping[str, str]
    pattern: re.Pattern[str]
    seen: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Texts that were asked for, in this spelling: nearly all are asked for again whenever something is published."""

    def of(self, text: str) -> str:
        """The text in this spelling. A word with a capital in the middle of a sentence is part of a name and stays."""
        spelled = self.seen.get(text)
        if spelled is None:
            if len(self.seen) >= _MOST_SEEN:
                self.seen.clear()
            spelled = self.seen[text] = self.pattern.sub(self._replaced, text)
        return spelled

    def _replaced(self, match: re.Match[str]) -> str:
        said, word = match[0], self.words[match[0].lower()]
        if said.islower():
            return word
        begins = _BEGINS.search(match.string[: match.start()]) is not None
        return word[0].upper() + word[1:] if begins and said[1:].islower() else said


def load_spelling(path: Path, spelling: str) -> Spelling:
    """Reads spelling.yml, which gives the UK word for each US word.

    Raises:
        ContentError: the file cannot be used, or a word stands on both sides.
    """
    pairs = {str(us).lower(): str(uk).lower() for us, uk in read_mapping(path).items()}
    if len(set(pairs.values())) < len(pairs) or set(pairs) & set(pairs.values()):
        raise ContentError(f"{path}: a word stands twice, or on both sides. Each word may have one partner.")
    return _spelling(tuple(pairs.items()), spelling)


@lru_cache(maxsize=4)
def _spelling(pairs: tuple[tuple[str, str], ...], spelling: str) -> Spelling:
    words = {uk: us for us, uk in pairs} if spelling == "US" else dict(pairs)
    longest_first = sorted(words, key=len, reverse=True)
    pattern = rf"(?<![\w@{{./-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w@}}/]|[.-]\w)"
    return Spelling(words, re.compile(pattern, re.IGNORECASE))
