"""What all kinds of redaction share: one spelling of a text that keeps every place, its words, and stretches of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Span:
    """A stretch of a text and what stands for it in the record."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Word:
    """A word or a run of digits, its place, and its small letters with plain apostrophes."""

    start: int
    end: int
    text: str
    lower: str

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[0].isupper()


PAPER_ON_THE_NET = (
    r"(?:https?://)?(?:[a-z0-9-]{1,30}\.){0,3}(?:doi\.org|nih\.gov|clinicaltrials\.gov|fda\.gov|cdc\.gov|who\.int|"
    r"europa\.eu|cochranelibrary\.com|nice\.org\.uk|nejm\.org|thelancet\.com|bmj\.com|nature\.com|sciencedirect\.com|"
    r"mdpi\.com|springer\.com|wiley\.com|frontiersin\.org|wikipedia\.org|plos\.org|jamanetwork\.com|gov\.uk|ecfr\.gov)"
    r"(?:/[\w./;:()<>%-]{0,150})?"
)
"""Where papers and laws are published: their addresses, without anything asked of them, lead to nobody."""

_WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f])+(?:['’ʼ-](?:[^\W\d_]|[\u0300-\u036f])+)*+|\d+")

_ZEROS = (
    *(0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0),
    *range(0x1D7CE, 0x1D7FF, 10),
)
"""The digit 0 of scripts that write numbers with digits of their own."""


@cache
def _plain() -> dict[int, str]:
    """Signs that look like a plain one, each for exactly one: wide
    letters and digits, digits of other scripts, dashes, spaces."""
    table = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF01, 0xFF5F)}
    table |= dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0x30FC, 0x2043], "-")
    table |= dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x09], " ")
    table |= dict.fromkeys([0x2024, 0x3002], ".") | {
        0xFE6B: "@",
        0x2044: "/",
        0x2215: "/",
        0x2018: "'",
        0x2019: "'",
        0x02BC: "'",
    }
    for zero in _ZEROS:
        table |= {zero + digit: str(digit) for digit in range(10)}
    return table | {ord(sign): str(number) for number, sign in enumerate("⓪①②③④⑤⑥⑦⑧⑨")}


def plain(text: str) -> str:
    """The text with look-alikes of plain signs made plain; every character keeps its place."""
    return text if text.isascii() else text.translate(_plain())


def words_of(text: str) -> list[Word]:
    """The words of a text, in order."""
    return [
        Word(found.start(), found.end(), found[0], found[0].lower().replace("’", "'")) for found in _WORD.finditer(text)
    ]


def without(text: str, spans: Iterable[Span]) -> str:
    """The text with every span replaced by its label; of spans
    that overlap, one stands for all of them: the longest."""
    pieces, place = [], 0
    for span in _apart(sorted(spans, key=lambda span: (span.start, -span.end))):
        pieces += [text[place : span.start], span.label]
        place = span.end
    return "".join([*pieces, text[place:]])


def _apart(spans: Sequence[Span]) -> Iterable[Span]:
    held: Span | None = None
    longest = 0
    for span in spans:
        if held is not None and span.start < held.end:
            label = span.label if span.end - span.start > longest else held.label
            longest = max(longest, span.end - span.start)
            held = Span(held.start, max(held.end, span.end), label)
            continue
        if held is not None:
            yield held
        held, longest = span, span.end - span.start
    if held is not None:
        yield held


def blanked(text: str, spans: Iterable[Span]) -> str:
    """The text with empty characters for all in the spans, so that every other one keeps its place."""
    pieces, place = [], 0
    for span in _apart(sorted(spans, key=lambda span: (span.start, -span.end))):
        pieces += [text[place : span.start], "\0" * (span.end - span.start)]
        place = span.end
    return "".join([*pieces, text[place:]])
