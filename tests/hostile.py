"""Texts that are cheap to send and dear to read, of any size, and what reading them costs."""

from __future__ import annotations

import base64
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from bot.settings import MAX_BODY_BYTES

WHOLE, PART = MAX_BODY_BYTES, MAX_BODY_BYTES // 8
"""Characters of the longest message that gets in, and of one that is an eighth as long."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SAID = (
    *("i", "my", "the", "a", "and", "or", "is", "it", "have", "had", "feel", "sick", "pain", "ozone", "drip"),
    *("after", "since", "session", "take", "with", "for", "chest", "cannot"),
)


def _again(unit: str) -> Callable[[int], str]:
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def without_order(pieces: Sequence[str], between: str = " ") -> Callable[[int], str]:
    """Pieces by chance, the same ones each time; no two stretches of the text are alike."""
    return lambda size: between.join(_chance(size).choices(pieces, k=size))[:size]


def _chance(size: int) -> random.Random:
    return random.Random(size)  # noqa: S311 - the same text each time


def _cut(every: int, between: str) -> Callable[[int], str]:
    """Letters by chance with something between so many of them."""

    def make(size: int) -> str:
        letters = without_order(_LETTERS, "")(size)
        return between.join(letters[start : start + every] for start in range(0, size, every))[:size]

    return make


_SHAPES: Mapping[str, Callable[[int], str]] = {
    "one letter": _again("a"),
    "one word of many letters": without_order(_LETTERS, ""),
    "spaces between two letters": lambda size: "x" + " " * (size - 2) + "y",
    "line ends": _again("\n"),
    "letters on lines": _again("a\n"),
    "an at sign and no address": lambda size: "x@" + "a" * (size - 2),
    "letters before an at sign": lambda size: "a" * (size - 1) + "@",
    "at signs": _again("a@"),
    "beginnings of addresses": _again("www."),
    "two words": _again("what is "),
    "i have": _again("i have "),
    "my name is": _again("my name is "),
    "what visitors say": without_order(_SAID),
    "words of nobody": _cut(5, " "),
    "short sentences": _cut(3, ". "),
    "digits": _again("0123456789"),
    "digits and spaces": _again("1 2 3 4 5 "),
    "digits and dots": _again("1.2.3."),
    "base64": lambda size: base64.b64encode(_chance(size).randbytes(size)).decode()[:size],
    "dots": _again("."),
    "commas": _again(","),
    "words and commas": _again("a, "),
    "brackets": _again("([{"),
    "quotes": _again("'"),
    "contractions": _again("isn't "),
    "emoji": lambda size: "😀" * (size // 4),
    "marks on one letter": lambda size: "a" + "\u0301\u0316\u0334" * (size // 6),
    "marks of another script": lambda size: "\u05d0" + "\u05b0\u0591\u05b1" * (size // 6),
    "letters that become many": lambda size: "\ufdfa" * (size // 3),
    "halves of emoji and nothing": _again("\ud83d\x00"),
}
SHAPES = tuple(_SHAPES)


_A_WORD_TWICE = re.compile(r"\b(\w+) (?:\w+ )*?\1 end")
_MANY_WORDS = " ".join(map(str, range(300)))


@cache
def hostile(shape: str, size: int = WHOLE) -> str:
    """A text of a shape, of so many bytes, or characters where they are Latin ones."""
    return _SHAPES[shape](size)


def seconds(work: Callable[[str], object], text: str) -> float:
    """Seconds of this thread's work on a text: others may keep the machine busy."""
    started = time.thread_time()
    work(text)
    return time.thread_time() - started


def yardstick() -> float:
    """Seconds of this thread that a machine needs for a fixed piece of the kind of work that rules are, just now: some
    1.7 ms where nobody else takes the processor away.
    """
    return seconds(_A_WORD_TWICE.search, _MANY_WORDS)


_USUAL = 0.0017
"""Seconds of the yardstick where nobody else takes the processor away."""


def affordable(work: Callable[[str], object], whole: str, part: str) -> bool:
    """Whether work on 64 kB takes less than two seconds, on a machine that needs 1.7 ms for the yardstick, and some
    eight times what 8 kB take: the square is 64 times.

    Three attempts, of which one has to succeed: a machine may stutter, but not at the same place each time.
    """
    for attempt in range(3):
        # Nobody remembers a text that begins with a word of its own.
        dear, cheap = seconds(work, f"whole{attempt} {whole}"), seconds(work, f"part{attempt} {part}")
        most = 2.0 * max(1.0, yardstick() / _USUAL)
        if dear < most and dear < 24 * cheap + 0.02:
            return True
        if dear > 3 * most:
            break
    return False


def too_dear(work: Callable[[str], object], size: int = WHOLE) -> list[str]:
    """The shapes on which work takes more than its share, of texts of so many bytes and of an eighth."""
    return [shape for shape in SHAPES if not affordable(work, hostile(shape, size), hostile(shape, size // 8))]
