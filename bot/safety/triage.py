"""Which words are risky: readable rules and word lists, each with an id that staff can look up."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from bot.safety.denials import without_denials
from bot.safety.normalise import MAX_MESSAGE_LENGTH, every_sentence, phrase, without_accents
from bot.safety.prefilter import Prefilter
from bot.vocabulary import is_emergency


class RuleError(ValueError):
    """A rule or word list that cannot be used; the message names it and says what to change."""


@dataclass(frozen=True)
class Finding:
    """One rule that fired: what kind of risk, which rule, and the words it saw (normalised).

    `weak`, `asks` and `foreign` come from the rule.
    """

    category: str
    rule: str
    words: str
    weak: bool = False
    asks: bool = False
    foreign: bool = False

    def as_dict(self) -> dict[str, str | bool]:
        """For the record."""
        return asdict(self)


@dataclass(frozen=True)
class Rule:
    """A pattern searched in each normalised sentence of a message.

    `unless` stops it for that one sentence; `fires` and `silent` are raw examples that must and must not fire. A `weak`
    rule looks only at the shape of a sentence ("my wife has ...", "can I take ..."), which many harmless ones share.
    What an `asks` rule sees is too little for an alarm and too much to pass over ("911"): it is always asked about.
    A `foreign` rule is for a language that the classifier does not know, so what it sees counts whatever that one says.
    `was` is the id that it had before, under which older turns of the record name it.
    """

    id: str
    category: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None
    fires: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    weak: bool = False
    asks: bool = False
    foreign: bool = False
    was: str = ""

    def search(self, sentence: str) -> str | None:
        """The words that fired, or None."""
        match = self.pattern.search(sentence)
        if match is None or (self.unless is not None and self.unless.search(sentence)):
            return None
        return match.group(0)

    def finding(self, sentence: str) -> Finding | None:
        """The finding in a normalised sentence, or None."""
        words = self.search(sentence)
        return None if words is None else Finding(self.category, self.id, words, self.weak, self.asks, self.foreign)


@dataclass(frozen=True)
class WordList:
    """Names of one kind (a class of medicines, a family of conditions); any mention is a finding.

    `weak` as for a `Rule`.
    """

    id: str
    category: str
    names: tuple[str, ...]
    weak: bool = False


_MACRO = re.compile(r"(?<!\?P)<([a-z_]+)>")
_BEYOND_LATIN = re.compile(r"[\u0370-\uffff]")
_MIN_FUZZY_LENGTH = 8
"""Letters a name needs before one typing slip is forgiven; shorter names are too close to everyday words."""


def compile_pattern(source: str, words: Mapping[str, Sequence[str]], owner: str) -> re.Pattern[str]:
    """Expands `<name>` to the named alternatives and adds word boundaries (not for scripts that write none).

    Raises:
        RuleError: an unknown `<name>`, one that holds itself, or a broken expression; `owner` names the rule.
    """

    def expand(text: str, within: tuple[str, ...]) -> str:
        def alternatives(match: re.Match[str]) -> str:
            if match[1] not in words:
                raise RuleError(f"{owner}: <{match[1]}> is not listed under `words:`.")
            if match[1] in within:
                raise RuleError(f"{owner}: <{match[1]}> under `words:` holds itself.")
            return "(?:" + "|".join(expand(word, (*within, match[1])) for word in words[match[1]]) + ")"

        return _MACRO.sub(alternatives, text)

    return bounded(expand(source, ()), owner)


def bounded(source: str, owner: str) -> re.Pattern[str]:
    """An expression between word boundaries (none for scripts that write none), for text without accents.

    Raises:
        RuleError: it is broken; `owner` names the rule.
    """
    plain = without_accents(source)
    try:
        return re.compile(plain if _BEYOND_LATIN.search(plain) else rf"\b(?:{plain})\b")
    except re.error as error:
        raise RuleError(f"{owner}: the pattern is not a regular expression ({error}).") from error


class Triage:
    """The deterministic net. Findings come back with the gravest category first.

    Args:
        categories: every category, gravest first; findings are ordered by it.
        rules: patterns, in the order of the files.
        lists: word lists.
        everyday: words that are never taken for a misspelt name.
    """

    def __init__(
        self,
        categories: Sequence[str],
        rules: Iterable[Rule],
        lists: Iterable[WordList],
        everyday: frozenset[str] = frozenset(),
    ) -> None:
        self._rank = {category: rank for rank, category in enumerate(categories)}
        self.rules = tuple(rules)
        self.lists = tuple(lists)
        self._prefilter = Prefilter([rule.pattern for rule in self.rules])
        owners: list[Rule | WordList] = [*self.rules, *self.lists]
        for owner in owners:
            if owner.category not in self._rank:
                raise RuleError(f"{owner.id}: the category {owner.category!r} is not listed in categories.yml.")
        self._names: dict[tuple[str, ...], WordList] = {}
        self._misspelt: dict[str, WordList] = {}
        for word_list in self.lists:
            for name in word_list.names:
                for spelling in (phrase(name), phrase(name.replace("'", ""))):
                    key = tuple(spelling.split())
                    if key:
                        self._names.setdefault(key, word_list)
        self._reach: dict[str, int] = {}
        for key in self._names:
            self._reach[key[0]] = max(self._reach.get(key[0], 1), len(key))
        for key, word_list in self._names.items():
            if len(key) == 1 and len(key[0]) >= _MIN_FUZZY_LENGTH:
                for slip in _one_letter_less(key[0]):
                    self._misspelt.setdefault(slip, word_list)
        self._longest = max((len(key[0]) for key in self._names), default=0)
        self._everyday = everyday

    def check(self, text: str) -> tuple[Finding, ...]:
        """All findings in a raw message, gravest first; of one that is too long, the first of each rule and list."""
        whole = len(text) <= MAX_MESSAGE_LENGTH
        found: dict[Finding | str, Finding] = {}
        for sentence in dict.fromkeys(every_sentence(text)):
            for finding in self._found(sentence, found):
                found.setdefault(finding if whole else finding.rule, finding)
        return self.gravest_first(found.values())

    def check_sentence(self, sentence: str) -> tuple[Finding, ...]:
        """All findings in one normalised sentence, gravest first."""
        return self.gravest_first(self._found(sentence, ()))

    def _found(self, sentence: str, known: Container[object]) -> Iterable[Finding]:
        """What a normalised sentence holds; rules in `known` are not searched for again."""
        affirmed = without_denials(sentence)
        for number in self._prefilter.worth_searching(sentence):
            rule = self.rules[number]
            if rule.id in known:
                continue
            finding = rule.finding(affirmed if is_emergency(rule.category) else sentence)
            if finding is not None:
                yield finding
        yield from self._listed(sentence.split())

    def gravest_first(self, found: Iterable[Finding]) -> tuple[Finding, ...]:
        """Each finding once, in the order of the categories."""
        return tuple(sorted(dict.fromkeys(found), key=lambda finding: self._rank[finding.category]))

    def _listed(self, words: Sequence[str]) -> Iterable[Finding]:
        start = 0
        while start < len(words):
            # A name of several words is tried only where one begins: its first word is compared as it stands.
            for length in range(min(self._reach.get(words[start], 1), len(words) - start), 0, -1):
                key = tuple(words[start : start + length])
                word_list = self._names.get(key) or self._names.get((*key[:-1], key[-1].removesuffix("s")))
                if word_list is None and length == 1:
                    word_list = self._nearly(key[0])
                if word_list is not None:
                    yield Finding(word_list.category, word_list.id, " ".join(key), word_list.weak)
                    start += length - 1
                    break
            start += 1

    def _nearly(self, word: str) -> WordList | None:
        """The list that holds a name one slip away: a letter too few, too many, wrong, or two swapped."""
        if not _MIN_FUZZY_LENGTH - 1 <= len(word) <= self._longest + 1 or word in self._everyday or word.isdigit():
            return None
        if word in self._misspelt:
            return self._misspelt[word]
        for slip in _one_letter_less(word):
            if (slip,) in self._names and len(slip) >= _MIN_FUZZY_LENGTH:
                return self._names[(slip,)]
            if slip in self._misspelt:
                return self._misspelt[slip]
        return None


def _one_letter_less(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}
