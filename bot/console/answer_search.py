"""Finding an answer by whatever somebody remembers of it: its
question, its words, or a sentence that visitors use for it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.content.snippet import Snippet

_WORD = re.compile(r"[^\W_]+")
_ENDINGS = ("ings", "ing", "ies", "es", "ed", "s", "y", "e")
_SHORTEST_STEM = 3
_QUESTION, _TEXT = 3.0, 1.0
"""How much it counts that all words stand in the question or the id,
and in the text; a sentence counts 1, the second one less, and so on."""


@dataclass(frozen=True)
class Found:
    """An answer that fits, and the training sentence that shows why, when it was found by sentences alone."""

    snippet: Snippet
    because: str = ""


def search(
    words: str, snippets: Iterable[Snippet], examples: Mapping[str, Iterable[str]], short: Mapping[str, str]
) -> list[Found]:
    """The answers with a place (question, text or a training sentence) that holds every word, the best first.

    A word counts in all its forms and when it is only begun. `short` is the text of each short version by the answer's
    id.
    """
    asked = [_begun(word) for word in dict.fromkeys(_WORD.findall(words.lower()))]
    if not asked:
        return []
    ranked = []
    for place, snippet in enumerate(snippets):
        question = _holds(asked, f"{snippet.question} {snippet.id.replace('_', ' ')}")
        text = _holds(asked, f"{snippet.text} {short.get(snippet.id, '')}")
        sentences = [sentence for sentence in sorted(examples.get(snippet.id, ())) if _holds(asked, sentence)]
        score = _QUESTION * question + _TEXT * text + math.log2(1 + len(sentences))
        if score:
            ranked.append(
                (-score, place, Found(snippet, sentences[0] if sentences and not question and not text else ""))
            )
    return [found for *_, found in sorted(ranked, key=lambda row: row[:2])]


def _holds(asked: Sequence[re.Pattern[str]], text: str) -> bool:
    return all(word.search(text) for word in asked)


def _begun(word: str) -> re.Pattern[str]:
    """What finds a word in all its forms: it without a common ending, at the beginning of a word."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word[: -len(ending)]
            break
    return re.compile(
        rf"(?<![^\W_]){re.escape(word)}" + ("" if len(word) >= _SHORTEST_STEM else r"(?![^\W_])"), re.IGNORECASE
    )
