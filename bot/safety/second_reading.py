"""What a disguised message says: "1 c4n't br34the", "c a n t  b r e a t h e", "сап't breathe", "cntbrth".

A message gets a second reading only when something in it is no plain English word, and the graver of the two readings
counts (docs/adr/019-second-reading.md). Nothing here decides anything, and nobody is shown what it makes of a message
but staff.

In this order: characters that look like Latin ones, letters set apart by spaces or signs, digits and signs that stand
for letters, words run together, words without their vowels, words written by ear. Each step is tried only on words that
are not known, and kept only where it makes known ones.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice, product

from bot.safety.normalise import clean

_INVISIBLE_BETWEEN = re.compile(r"[\u00ad\u200b-\u200d\u2060\ufeff]")
_LONGEST = 400
"""Characters that are read again; disguises are short."""
_WORD = re.compile(r"[^\s]+")
_EDGES = ".,;:?!\"'()[]…"
_PLAIN = re.compile(r"[a-z']+")

_STANDS_FOR: Mapping[str, str] = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "6": "bg", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s",
    "!": "i", "|": "li", "+": "t", "€": "e", "£": "l", "¡": "i", "(": "c", "*": "ue", "#": "h", "%": "x", "&": "a",
    "²": "z", "2": "z",
}  # fmt: skip
_MEANT = re.compile(
    r"o3|o2|co2|h2o2|g6pd|b12|b6|d3|k2|q10|covid-?19|\d+(st|nd|rd|th)|\d+[-x]?(pass|day|hour|min|minute|week|month"
    r"|year|yr|session|times?|pm|am|kg|mg|ml|mcg|ug|g|lbs?|cm|mm|k|m|h|s)s?"
    r"|tmrw|tmr|tmw|tmmrw|thx|thnx|tnx|pls|plz|ppl|msgs?|appts?|hrs?|mins?|secs?|wks?|yrs?|mths?|mnths?|txts?|bc|bcs"
    r"|bcz|cuz|rly|rn|btw|idk|smth|sth|smn|ty|np|tbh|ngl|nvm|fyi"
    r"|klarna|clearpay|afterpay|affirm|paypal|venmo|zelle|revolut"
    r"|dr|mr|mrs|ms|st|rd|blvd|nhs|gp|tv|bday|wkend|wknd|xmas|lmk|hmm+|mhm|pfft|psst|shh|brb|jk|gd|gud|wth|fml|lvl"
    r"|govt|mgmt|dept|bldg|pkg|qty|pymt|srsly|probs?|def|obv|esp|approx|vs|etc"
    r"|[a-z]?\d+([.,:/-]\d+)*%?|[$€£]\d+([.,]\d+)*k?|24/7|\d+/\d+|1on1|2,3-dpg|ebo2|mp3|mp4|4g|5g|3d|a1c|hba1c|t2d|5ml"
    r"|iv\d+|c19|w/o?|b4|2day|2moro|gr8|l8r?|m8|u2|4u|2u"
)
"""Words that hold digits by right, or have no vowels by custom."""

_LOOKS_LIKE: Mapping[str, str] = {
    "а": "a", "б": "b", "в": "bv", "г": "rg", "д": "dg", "е": "e", "ж": "x", "з": "z", "и": "ui", "й": "u", "к": "k",
    "л": "nl", "м": "m", "н": "hn", "о": "o", "п": "np", "р": "pr", "с": "cs", "т": "t", "у": "yu", "ф": "of",
    "х": "xh",
    "ц": "uc", "ч": "y",
    "ш": "w", "щ": "w", "ъ": "b", "ь": "b", "э": "e", "ю": "u", "я": "r", "ґ": "r", "є": "e", "ї": "i", "ј": "j",
    "ѕ": "s", "і": "i",
    "ѵ": "v", "ө": "o", "ү": "y", "қ": "k", "ң": "h", "һ": "h", "ԁ": "d", "ԛ": "q", "ԝ": "w",
    "α": "a", "β": "b", "γ": "y", "δ": "d", "ε": "e", "ζ": "z", "η": "nh", "θ": "o", "ι": "i", "κ": "k", "λ": "l",
    "μ": "um", "ν": "nv", "ξ": "e", "ο": "o", "π": "np", "ρ": "pr", "σ": "os", "ς": "s", "τ": "t", "υ": "uy", "φ": "of",
    "χ": "xh", "ψ": "y",
    "ω": "wo",
    "օ": "o", "ս": "u", "ո": "n", "հ": "h", "ռ": "n", "ց": "g", "յ": "j",
}  # fmt: skip
"""Letters of other alphabets with the Latin ones that they are written for, the likeliest first."""

_SHORT_WORDS = frozenset(
    [
        "a",
        "i",
        "am",
        "an",
        "as",
        "at",
        "be",
        "by",
        "do",
        "go",
        "he",
        "if",
        "in",
        "is",
        "it",
        "me",
        "my",
        "no",
        "of",
        "on",
        "or",
        "so",
        "to",
        "up",
        "us",
        "we",
    ]
)
_CONTRACTED = frozenset(
    [
        *(
            "im",
            "ive",
            "id",
            "ill",
            "hes",
            "shes",
            "its",
            "were",
            "theyre",
            "youre",
            "youve",
            "weve",
            "theyve",
            "thats",
            "whats",
            "wheres",
        ),
        *(
            "whos",
            "heres",
            "theres",
            "lets",
            "cant",
            "dont",
            "wont",
            "isnt",
            "arent",
            "wasnt",
            "werent",
            "hasnt",
            "havent",
            "hadnt",
        ),
        *("doesnt", "didnt", "couldnt", "wouldnt", "shouldnt", "aint", "gonna", "wanna", "gotta"),
    ]
)
"""Words as they are typed without their apostrophe."""
_PRESSED = {**{chr(first + n): chr(97 + n) for first in (0x1F150, 0x1F170, 0x1F1E6) for n in range(26)}}
"""White letters on black discs and squares, and those that
flags are made of: Unicode does not say which letters they show."""
_ENOUGH_KNOWN = 0.6
_VOWELLESS_SHARE = 0.45
_SHORTEST_RUN_TOGETHER, _LONGEST_RUN_TOGETHER = 9, 200
_SHORTEST_SWAPPED = _SHORTEST_APART = 5
_NUMBER = re.compile(r"[a-z]?\d{1,4}")
"""A number that may be a word in a message that writes letters with digits."""
_SIGNS = re.compile(r"[,;:.!?()\[\]\"…/]+")
"""What stands between words that have no spaces between them."""
_MOST_CANDIDATES = 64


class SecondReader:
    """Reads disguised messages against a vocabulary.

    Args:
        frequencies: how often a word is used, of everyday English.
        ours: words of our own subject and of its dangers, which count as frequent.
    """

    def __init__(self, frequencies: Mapping[str, int], ours: Iterable[str]) -> None:
        own = {word for word in ours if _PLAIN.fullmatch(word)}
        most = max(frequencies.values(), default=1)
        total = float(sum(frequencies.values())) or 1.0
        self._cost = {
            word: math.log(total / count)
            for word, count in frequencies.items()
            if len(word) > 2 or word in _SHORT_WORDS
        }
        for word in own:
            if len(word) > 2 or word in _SHORT_WORDS:
                self._cost[word] = min(self._cost.get(word, 99.0), math.log(total / (most / 400)))
        self._cost |= {word: min(self._cost.get(word, 99.0), math.log(total / (most / 40))) for word in _CONTRACTED}
        self._dear = max(self._cost.values(), default=1.0) * 1.3
        self._skeletons: dict[str, str] = {}
        for word in sorted(own, key=lambda word: self._cost.get(word, 99.0), reverse=True):
            if len(word) > 3:
                self._skeletons[_skeleton(word)] = word
        self._own = own
        self._by_ear: dict[str, list[str]] = defaultdict(list)

    def read(self, text: str) -> str | None:
        """The second reading of a message, or None where it says what it says."""
        if len(text) > _LONGEST:
            return None
        shown = clean(text).lower() if text.isascii() else self._in_latin(text)
        words = _WORD.findall(shown)
        if text.isascii() and all(self._known(word.strip(_EDGES)) for word in words) and not _letters_apart(words):
            return None
        joined = self._with_vowels(self._numbers_meant(self._joined(words)))
        read = self._with_vowels([piece for word in joined for piece in self._word(word)])
        again = " ".join(read)
        plain = " ".join(word.strip(_EDGES) for word in _WORD.findall(clean(text).lower()))
        return None if again == plain or not read else again

    def _known(self, word: str) -> bool:
        return (
            not word
            or word in self._cost
            or word in self._own
            or word.isdigit()
            or bool(_MEANT.fullmatch(word))
            or word.replace("'", "") in self._cost
        )

    def _in_latin(self, text: str) -> str:
        """The text with characters that look like Latin ones
        written in Latin, if most of its words become known by that."""
        text = "".join(_shown(character) for character in text)
        bare = unicodedata.normalize("NFKC", _INVISIBLE_BETWEEN.sub("", text))
        same = clean(unicodedata.normalize("NFKC", text)).lower()
        letters = "".join(
            character
            for character in unicodedata.normalize("NFD", bare).lower()
            if not unicodedata.combining(character)
        )
        turned = " ".join(self._turned(word) for word in letters.split())
        words = [word.strip(_EDGES) for word in self._joined(turned.split())]
        readable = sum(self._known(word) or self._known(self._unleet(word) or " ") for word in words)
        return turned if (words and readable >= _ENOUGH_KNOWN * len(words)) or _letters_apart(words) else same

    def _turned(self, word: str) -> str:
        """A word in Latin letters: the known one that it can stand for, else the likeliest."""
        if word.isascii():
            return word
        options = [_latin(character) for character in word]
        candidates = ["".join(letters) for letters in islice(product(*options), _MOST_CANDIDATES)]
        return next((candidate for candidate in candidates if self._known(candidate.strip(_EDGES))), candidates[0])

    def _numbers_meant(self, words: list[str]) -> list[str]:
        """The words with numbers read as letters too, where another word is written with digits: "1 w4n7 70 d13"."""
        if all(self._known(word) or self._unleet(word) is None for word in words):
            return words
        return [self._number(word) if _NUMBER.fullmatch(word) else word for word in words]

    def _number(self, word: str) -> str:
        candidates = islice(product(*(_STANDS_FOR.get(sign, sign) for sign in word)), _MOST_CANDIDATES)
        return next(
            (
                read
                for read in map("".join, candidates)
                if read in _SHORT_WORDS or (len(read) > 2 and read in self._own)
            ),
            word,
        )

    def _joined(self, words: list[str]) -> list[str]:
        """Words with letters that were set apart put together again: "c a n t", "b-r-e-a-t-h-e", "br.ea.the"."""
        found: list[str] = []
        run: list[str] = []
        for word in [*words, ""]:
            bare = word.strip(_EDGES + "-_*~")
            if len(bare) == 1 and bare.isalnum():
                run.append(bare)
                continue
            if run and word and not word.strip("'’`"):
                continue  # the apostrophe of a word whose letters are apart
            if len(run) >= 3:
                found += self._apart("".join(run))
            else:
                found += run
            run = []
            if word:
                pieces = [piece for piece in re.split(r"[-._*~/\\|+=:,'’`^]+", bare) if piece]
                apart = len(pieces) >= 3 and sum(map(len, pieces)) <= 2 * len(pieces) + 1 and not _MEANT.fullmatch(bare)
                apart = apart or (len(bare) == 3 and "".join(pieces) in _SHORT_WORDS)
                inside = (
                    len(pieces) == 2
                    and not self._known(bare)
                    and self._known("".join(pieces))
                    and not all(map(self._known, pieces))
                )
                found.append("".join(pieces) if apart or inside else word)
        return found

    def _apart(self, letters: str) -> list[str]:
        """Letters that were set apart as a word, or as the words that they are."""
        return (
            [letters] if len(letters) < _SHORTEST_APART or self._known(letters) else self._split(letters) or [letters]
        )

    def _word(self, word: str) -> Iterator[str]:
        bare = word.strip(_EDGES)
        if self._known(bare):
            yield bare
            return
        if len(bare) >= _SHORTEST_RUN_TOGETHER and len(pieces := [piece for piece in _SIGNS.split(bare) if piece]) > 1:
            yield from (read for piece in pieces for read in self._word(piece))
            return
        for candidate in (bare, self._unleet(bare)):
            if candidate and self._known(candidate):
                yield candidate
                return
        letters = self._unleet(bare, anyhow=True) or bare
        short = re.sub(r"(.)\1{2,}", r"\1\1", letters)
        once = re.sub(r"(.)\1+", r"\1", letters)
        whole = (short, re.sub(r"(.)\1{2,}", r"\1", letters), once) if short != letters else ()
        for candidate in (*whole, self._swapped(letters)):
            if candidate and self._known(candidate):
                yield candidate
                return
        if len(letters) >= _SHORTEST_RUN_TOGETHER and (split := self._split(letters)):
            yield from split
            return
        yield next(
            (candidate for candidate in (once, self._heard(letters)) if candidate and self._known(candidate)), letters
        )

    def _swapped(self, letters: str) -> str | None:
        """The word of ours that two neighbours in the wrong order make unknown."""
        if len(letters) < _SHORTEST_SWAPPED or not letters.isalpha():
            return None
        turned = (
            letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
            for place in range(len(letters) - 1)
        )
        return next((word for word in turned if word in self._own), None)

    def _unleet(self, word: str, *, anyhow: bool = False) -> str | None:
        """The word with digits and signs read as letters: a known one,
        or (`anyhow`) the first there is; None without such signs."""
        if (
            not any(character in _STANDS_FOR for character in word)
            or not any(character.isalpha() for character in word)
            or _MEANT.fullmatch(word)
        ):
            return None
        options = [_STANDS_FOR.get(character, character) for character in word]
        candidates = ["".join(letters) for letters in islice(product(*options), _MOST_CANDIDATES)]
        known = (
            each for each in candidates if each in self._cost or each in self._own or each.replace("'", "") in self._own
        )
        return next(known, candidates[0] if anyhow else None)

    def _split(self, letters: str) -> list[str]:
        """The likeliest words that letters run together are made of; empty where they are not all words."""
        letters = letters.replace("'", "")
        if not letters.isalpha() or len(letters) > _LONGEST_RUN_TOGETHER:
            return []
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(letters) + 1):
            options = [
                (best[start][0] + self._cost.get(letters[start:end], self._dear * (end - start)), start)
                for start in range(max(0, end - 20), end)
            ]
            best.append(min(options))
        words: list[str] = []
        end = len(letters)
        while end:
            start = best[end][1]
            words.append(letters[start:end])
            end = start
        words.reverse()
        return (
            words
            if sum(len(word) for word in words if word in self._cost) >= 0.85 * len(letters)
            and len(words) < len(letters) / 2
            else []
        )

    def _with_vowels(self, words: list[str]) -> list[str]:
        """Words that lost their vowels, where so many are unknown that it is meant."""
        bare = [word.strip(_EDGES) for word in words]
        lost = [
            word
            for word in bare
            if len(word) > 1 and word.isalpha() and not self._known(word) and not set(word[1:]) & set("aeiou")
        ]
        if len(lost) < max(1.0, _VOWELLESS_SHARE * len(words)):
            return words
        return [
            word if self._known(plain) else self._skeletons.get(_skeleton(plain), word)
            for word, plain in zip(words, bare, strict=True)
        ]

    def _heard(self, word: str) -> str | None:
        """A word of ours that sounds like an unknown one."""
        if len(word) < 4 or not word.isalpha() or not word.isascii():
            return None
        if not self._by_ear:
            for own in sorted(self._own, key=lambda own: self._cost.get(own, 99.0)):
                if len(own) >= 4:
                    self._by_ear[_sound(own)].append(own)
        near = [
            own
            for own in self._by_ear.get(_sound(word), ())
            if own[0] == word[0] or {own[0], word[0]} in _SAME_BEGINNING
        ]
        return min(near, key=lambda own: abs(len(own) - len(word)), default=None)


_SAME_BEGINNING = ({"c", "k"}, {"f", "p"}, {"s", "c"}, {"g", "j"}, {"k", "q"}, {"z", "s"}, {"x", "z"})


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    import jellyfish  # only words that are not known get here

    return str(jellyfish.metaphone(word))


def _skeleton(word: str) -> str:
    return word[0] + re.sub(r"[aeiou']", "", word[1:])


def _letters_apart(words: list[str]) -> bool:
    return sum(len(word) == 1 for word in words) >= 0.6 * max(len(words), 1)


def _shown(character: str) -> str:
    """A sign as the letter that it shows; a space for one that shows none, such as an emoji between letters."""
    if unicodedata.category(character) != "So":
        return character
    pressed = _PRESSED.get(character) or unicodedata.normalize("NFKC", character)
    return pressed if pressed.isascii() and pressed.isalnum() else " "


@lru_cache(maxsize=2048)
def _latin(character: str) -> str:
    """The ASCII letters that a character can stand for, the likeliest first; the character itself if there are none."""
    if character.isascii():
        return character
    if turned := _LOOKS_LIKE.get(character):
        return turned
    for other in _confusables().get(character, ()):
        if other.isascii() and other.isalnum():
            return other.lower()
    return character


@lru_cache(maxsize=1)
def _confusables() -> Mapping[str, tuple[str, ...]]:
    """Unicode's table of characters that look alike; read when the first of them is met."""
    import json
    from importlib.resources import files

    raw = json.loads((files("confusable_homoglyphs") / "confusables.json").read_text(encoding="utf-8"))
    return {character: tuple(entry["c"] for entry in entries) for character, entries in raw.items()}


def everyday_frequencies() -> dict[str, int]:
    """How often 82,765 English words are used: the frequency dictionary
    that symspellpy ships (MIT), from Google Books and SCOWL."""
    from importlib.resources import files

    lines = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig").splitlines()
    return {word: int(count) for word, count in (line.split() for line in lines)}
