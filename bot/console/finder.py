"""Finding the answer that somebody has in mind from a few words: in
its question, its text and the sentences visitors ask it with. Pure.

The console has no model, and needs none for this: the training sentences are full of the words that people use for a
thing (price, fee, how much), so words lead to the right answer although its own question holds none of them.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from bot.content.snippet import Snippet

_TITLE, _ASKED, _TEXT = 3.0, 2.0, 1.0
"""What a word is worth in a question, in the sentences it is asked with, and in a text."""

_BEGUN, _MISSPELT = 0.8, 0.6
"""What is left of it where only the beginning fits, and where the spelling nearly does."""

_RARELY, _OFTEN = 0.1, 5.0
"""A word in one of many sentences is worth this much of it, and all of it from about one sentence in five on."""

_LIKENESS = 0.8
_SMALL = frozenset(
    """a an and are at be by can do does for from get have how i in is it me my of on or so that the there this to was
    we what when
    will with you""".split()  # noqa: SIM905 (a list of one a line would be longer than the rest of this module)
)
_ENDINGS = ("ings", "ing", "ies", "edly", "ed", "es", "s", "ly", "y", "e")


class Finder:
    """An index of answers. `asked` holds the training sentences by the answer's id."""

    def __init__(self, snippets: Iterable[Snippet], asked: Mapping[str, Collection[str]]) -> None:
        self._snippets = {snippet.id: snippet for snippet in snippets}
        self._places: dict[str, dict[str, float]] = defaultdict(dict)
        self._stems: dict[str, str] = {}
        for snippet in self._snippets.values():
            self._add(snippet.id, [snippet.text], _TEXT)
            self._add(snippet.id, asked.get(snippet.id, ()), _ASKED)
            self._add(snippet.id, [f"{snippet.question} {snippet.id}"], _TITLE)

    def _add(self, snippet: str, texts: Collection[str], worth: float) -> None:
        """Every word counts for the best place it stands in;
        among many sentences by the share of those that hold it."""
        counted: dict[str, int] = defaultdict(int)
        for text in texts:
            for found in {self._stems.setdefault(word, stem(word)) for word in words(text)}:
                counted[found] += 1
        for found, count in counted.items():
            place = self._places[found]
            place[snippet] = max(place.get(snippet, 0.0), worth * min(1.0, _RARELY + _OFTEN * count / len(texts)))

    def search(self, asked: str, limit: int = 8) -> list[Snippet]:
        """The answers that fit, the best first: first those that
        hold the most of the words, then by how telling these are."""
        wanted = words(asked)
        telling = [word for word in wanted if word not in _SMALL] or wanted
        held: dict[str, int] = defaultdict(int)
        score: dict[str, float] = defaultdict(float)
        for word in telling[:20]:
            for snippet, worth in self._fitting(word).items():
                held[snippet] += 1
                score[snippet] += worth
        enough = max(1, math.ceil(len(telling) / 2))
        best = sorted(
            (name for name in score if held[name] >= enough), key=lambda name: (-held[name], -score[name], name)
        )
        return [self._snippets[name] for name in best[:limit]]

    def _fitting(self, word: str) -> dict[str, float]:
        """What a word is worth for each answer; rare words are worth more."""
        exact = stem(word)
        known = {exact: 1.0} if exact in self._places else {}
        if len(word) >= 3:
            begun = {found for whole, found in self._stems.items() if whole.startswith(word)}
            known |= dict.fromkeys(begun - known.keys(), _BEGUN)
        if not known and len(word) >= 4:
            known = dict.fromkeys(get_close_matches(exact, self._places, n=3, cutoff=_LIKENESS), _MISSPELT)
        worth: dict[str, float] = {}
        for found, share in known.items():
            rare = math.log(1 + len(self._snippets) / len(self._places[found]))
            for snippet, place in self._places[found].items():
                worth[snippet] = max(worth.get(snippet, 0.0), share * rare * place)
        return worth


def words(text: str) -> list[str]:
    """The words of a text in lower case; an apostrophe is no border."""
    return re.findall(r"[^\W_]+", re.sub(r"(?<=\w)['’](?=\w)", "", text.lower()))


def stem(word: str) -> str:
    """A word without a common English ending, so that `prices`, `priced` and `pricing` are one."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
