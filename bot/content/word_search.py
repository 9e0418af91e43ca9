"""Finding the answer that somebody has in mind from a few words: in
its question, its text and the sentences visitors ask it with. Pure.

The search of the console's answers, of its field in which an answer is named, and of the website's page of answers.
None of them needs a model: the training sentences are full of the words that people use for a thing (price, fee, how
much), so words lead to the right answer although its own question holds none of them.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from bot.content.snippet import Snippet

_TITLE, _ASKED, _TEXT = 3.0, 2.0, 1.0
"""What a word is worth in a question, in the sentences it is asked with, and in a text."""

_BEGUN, _MISSPELT = 0.8, 0.6
"""What is left of it where only the beginning fits, and where the spelling nearly does."""

_RARELY, _OFTEN = 0.1, 5.0
"""A word in one of many sentences is worth this much of it, and all of it from about one sentence in five on."""

_ENOUGH = 0.6
"""Of the weight of the words that were looked for, an answer must have this share."""

_LED_TO = 0.1
"""How much more an answer is worth for each e-fold of answers that lead on to it: it is what many want."""

_LIKENESS = 0.8
_MOST_WORDS = 20
_SMALL = frozenset(
    """a an and are at be by can do does for from get have how i in is it me my of on or so that the there this to was
    we what when
    will with you""".split()  # noqa: SIM905 (a list of one a line would be longer than the rest of this module)
)
_ENDINGS = ("ings", "ing", "ies", "edly", "ed", "es", "s", "ly", "y", "e")
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Asked:
    """The words of the sentences that visitors ask each answer with, counted once."""

    def __init__(self, sentences: Mapping[str, Collection[str]] = MappingProxyType({})) -> None:
        self.sentences = sentences
        self.stems: dict[str, str] = {}
        self.worth = {answer: _worth(asked, _ASKED, self.stems) for answer, asked in sentences.items()}


class WordSearch:
    """An index of answers. `short` is the text of each short version by the answer's id."""

    def __init__(
        self, snippets: Iterable[Snippet], asked: Asked | None = None, short: Mapping[str, str] = _NOTHING
    ) -> None:
        self._snippets = {snippet.id: snippet for snippet in snippets}
        self._led_to = Counter(name for snippet in self._snippets.values() for name in snippet.related)
        self._asked = asked or Asked()
        self._stems = dict(self._asked.stems)
        self._places: dict[str, dict[str, float]] = defaultdict(dict)
        self._own: dict[str, set[str]] = {}
        for name, snippet in self._snippets.items():
            text = _worth([f"{snippet.text} {short.get(name, '')}"], _TEXT, self._stems)
            title = _worth([f"{snippet.question} {name}"], _TITLE, self._stems)
            self._own[name] = {*text, *title}
            for worth in (text, self._asked.worth.get(name, {}), title):
                for found, value in worth.items():
                    place = self._places[found]
                    place[name] = max(place.get(name, 0.0), value)

    def search(self, words: str, limit: int | None = None) -> list[Snippet]:
        """The answers that hold enough of the words, the best first. A word weighs the more the fewer answers have it,
        and counts most where it stands in the question; an answer that many others lead on to comes sooner."""
        held: dict[str, float] = defaultdict(float)
        score: dict[str, float] = defaultdict(float)
        whole = 0.0
        for word in telling(words):
            fitting = self._fitting(word)
            weight = math.log(1 + len(self._snippets) / len(fitting)) if fitting else 0.0
            whole += weight
            for name, worth in fitting.items():
                held[name] += weight
                score[name] += worth
        found = (name for name in score if held[name] >= _ENOUGH * whole)
        best = sorted(found, key=lambda name: (-score[name] * (1 + _LED_TO * math.log1p(self._led_to[name])), name))
        return [self._snippets[name] for name in best[:limit]]

    def because(self, words: str, name: str) -> str:
        """The training sentence that shows why an answer was found;
        empty when its own words do, or when no sentence does."""
        wanted = [self._meant(word).keys() for word in telling(words)]
        if all(known & self._own[name] for known in wanted):
            return ""
        held: dict[str, int] = {}
        for sentence in self._asked.sentences.get(name, ()):
            stems = {self._stems[word] for word in words_in(sentence)}
            held[sentence] = sum(not known.isdisjoint(stems) for known in wanted)
        best = max(held.values(), default=0)
        return min((sentence for sentence, count in held.items() if count == best), key=len) if best else ""

    def _meant(self, word: str) -> dict[str, float]:
        """The stems that a word may stand for, with what is left of its worth."""
        exact = stem(word)
        known = {exact: 1.0} if exact in self._places else {}
        if len(word) >= 3:
            begun = {found for whole, found in self._stems.items() if whole.startswith(word) and found in self._places}
            known |= dict.fromkeys(begun - known.keys(), _BEGUN)
        if not known and len(word) >= 4:
            known = dict.fromkeys(get_close_matches(exact, self._places, n=3, cutoff=_LIKENESS), _MISSPELT)
        return known

    def _fitting(self, word: str) -> dict[str, float]:
        """What a word is worth for each answer; rare words are worth more."""
        worth: dict[str, float] = {}
        for found, share in self._meant(word).items():
            rare = math.log(1 + len(self._snippets) / len(self._places[found]))
            for name, place in self._places[found].items():
                worth[name] = max(worth.get(name, 0.0), share * rare * place)
        return worth


def _worth(texts: Collection[str], most: float, stems: dict[str, str]) -> dict[str, float]:
    """What each stem is worth: among many texts by the share of those that hold it. `stems` is filled by the way."""
    counted: dict[str, int] = defaultdict(int)
    for text in texts:
        for found in {stems.setdefault(word, stem(word)) for word in words_in(text)}:
            counted[found] += 1
    return {found: most * min(1.0, _RARELY + _OFTEN * count / len(texts)) for found, count in counted.items()}


def telling(words: str) -> list[str]:
    """The words of what was asked that say something, each once."""
    wanted = list(dict.fromkeys(words_in(words)))
    return ([word for word in wanted if word not in _SMALL] or wanted)[:_MOST_WORDS]


def words_in(text: str) -> list[str]:
    """The words of a text in lower case; an apostrophe is no border."""
    return re.findall(r"[^\W_]+", re.sub(r"(?<=\w)['’](?=\w)", "", text.lower()))


def stem(word: str) -> str:
    """A word without a common English ending, so that `prices`, `priced` and `pricing` are one."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
