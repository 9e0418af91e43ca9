"""One spelling for the many ways people type, so that a rule is written once."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile(r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LATIN_MARKS = re.compile(r"[\u0300-\u036f\u064b-\u0652]")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'", "\u201c": '"', "\u201d": '"'})

_SENTENCE_END = re.compile(r"[!?;\n\r\u061f\u0964\u3002\uff01\uff1f\u2026]+|\.(?!\d)")
_NOT_A_WORD = re.compile(r"[^\w\s\u0900-\u0dff\u0e00-\u0eff]|_", re.UNICODE)
"""Vowel signs of Indic and Thai scripts are no word characters to `re`, but without them the words fall apart."""
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_SPACE = re.compile(r"\s+")

_CONTRACTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\bcan'?t\b|\bcan not\b|\bcannae\b", "cannot"),
        (r"\bwon'?t\b", "will not"),
        (r"\bshan'?t\b", "shall not"),
        (r"\b(do|does|did|is|are|was|were|has|have|had|would|could|should|must|might|need)n'?t\b", r"\1 not"),
        (r"\bi'?m\b|\bima\b|\bim\b", "i am"),
        (r"\b(i|we|you|they)'?ve\b", r"\1 have"),
        (r"\b(we|you|they)'re\b|\b(you|they)re\b", r"\1\2 are"),
        (r"\b(i|we|you|they|he|she|it)'ll\b", r"\1 will"),
        (r"\b(i|we|you|they|he|she)'d\b", r"\1 would"),
        (r"\b(it|he|she|that|this|what|who|how|there|here|where|when)'s\b", r"\1 is"),
        (r"\b(he|she|that|what|who|how|there|where)s\b", r"\1 is"),
        (r"\bu\b", "you"),
        (r"\bur\b", "your"),
        (r"\bw/o\b", "without"),
        (r"\bw/", "with "),
        (r"(?<=\w)'s\b", ""),
        (r"'", ""),
    )
)


def clean(text: str) -> str:
    """The visitor's words without what nobody can see: control, zero-width and direction characters, halves of an emoji."""
    return _CONTROL.sub("", _INVISIBLE.sub("", text)).strip()


def without_accents(text: str) -> str:
    """The text with the marks off its letters, as `sentences` takes them off, so that a pattern may be written with them."""
    return unicodedata.normalize("NFC", _LATIN_MARKS.sub("", unicodedata.normalize("NFD", text)))


@lru_cache(maxsize=128)
def sentences(text: str) -> tuple[str, ...]:
    """Normalised sentences of a message, in order, without empty ones.

    Lower case, accents off Latin letters, contractions written out ("cant" becomes "cannot"), punctuation turned into
    spaces. Sentences end at `. ? ! ;` and at line ends; a dot between digits ends nothing.
    """
    text = without_accents(unicodedata.normalize("NFKC", clean(text)).translate(_QUOTES).lower())
    for pattern, replacement in _CONTRACTIONS:
        text = pattern.sub(replacement, text)
    text = _REPEATED.sub(r"\1\1", text)
    parts = (_SPACE.sub(" ", _NOT_A_WORD.sub(" ", part)).strip() for part in _SENTENCE_END.split(text))
    return tuple(part for part in parts if part)


def phrase(text: str) -> str:
    """A name or short phrase in the spelling of `sentences`."""
    return " ".join(sentences(text))
