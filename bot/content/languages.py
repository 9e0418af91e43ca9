"""Recognising a message in another language by its script or its common words, read from data/languages.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.files import ContentError, read_mapping
from bot.safety.normalise import phrase

_ENGLISH = "en"
_ENOUGH = 2
"""Different common words of a language that a message must have."""


@dataclass(frozen=True)
class Languages:
    """Scripts as patterns and common words, by language code."""

    scripts: Mapping[str, re.Pattern[str]]
    words: Mapping[str, frozenset[str]]

    def of(self, text: str) -> str | None:
        """The code of the language a text seems to be in; None for English and for what cannot be told."""
        for code, letters in self.scripts.items():
            if letters.search(text):
                return code
        said = set(phrase(text).split())
        common = {code: said & words for code, words in self.words.items()}
        best = max(common, key=lambda code: len(common[code]), default=_ENGLISH)
        told = len(common.get(best, ())) >= _ENOUGH and any(
            len(word) > 1 for word in common[best]
        )  # letters alone are "E.B.O.O."
        return best if told and best != _ENGLISH and len(common[best]) > len(common.get(_ENGLISH, ())) else None


def load_languages(data: Path) -> Languages:
    """Reads data/languages.yml; without the file no language is told from another.

    Raises:
        ContentError: the file does not hold scripts and words by language code.
    """
    path = data / "languages.yml"
    if not path.is_file():
        return Languages({}, {})
    raw = read_mapping(path)
    try:
        scripts = {code: re.compile(f"[{''.join(ranges)}]") for code, ranges in raw.get("scripts", {}).items()}
        return Languages(scripts, {code: frozenset(map(str, words)) for code, words in raw.get("words", {}).items()})
    except (AttributeError, TypeError, re.error) as error:
        raise ContentError(
            f"{path}: expected `scripts:` and `words:`, each with a list for every language code."
        ) from error
