"""One spelling for the many ways people type, so that a rule is written once; and how much is looked at in one go.

What a visitor sends may be 64 kB of anything, and an expression may take the square of what it is run on, or more. So
everything that reads a message reads `shortened`, and the rules, which look at all of it, are handed short pieces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

MAX_MESSAGE_LENGTH = 2_000
"""Characters of a message that are read and kept. All of a longer one is still searched for risks."""

_AT_THE_END = 600
"""Characters of them, and up to a word more, that are the end of a longer message: a plea comes last."""

_LEFT_OUT = "\n…\n"

_PIECE = 400
_SHARED = 100
"""Characters of a piece, and of those that two pieces share where a sentence has to be torn. The longest sentence of
tests/questions has 335, and of what the rules find in those and in data/nlu one in 600 is longer than a hundred."""

_ENDS = (". ", "? ", "! ", "; ", "\n", "\r", "\u061f", "\u0964", "\u3002", "\uff01", "\uff1f", "\u2026")
"""Where a text may be cut and no sentence is torn."""

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LATIN_MARKS = re.compile(r"[\u0300-\u036f\u064b-\u0652]")
_QUOTES = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'", "\u201c": '"', "\u201d": '"'}
)

_SENTENCE_END = re.compile(r"[!?;\n\r\u061f\u0964\u3002\uff01\uff1f\u2026]+|\.(?!\d)")
_NOT_A_WORD = re.compile(r"[^\w\s\u0900-\u0dff\u0e00-\u0eff]|_", re.UNICODE)
"""Vowel signs of Indic and Thai scripts are no word characters to `re`, but without them the words fall apart."""
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_SPACE = re.compile(r"\s+")
_SPACES = re.compile(r"\s{2,}")

_SIGNS = {
    "sos": "🆘🚑🚨",
    "ok": "👍👌✅✔🆗😊🙂😀😃😄",
    "thank you": "🙏❤💕🥰😍",
    "hello": "👋",
    "no": "👎❌🙅",
}
"""What a message of nothing but signs says. Beside words they say nothing: "any discount? 🙏"."""
_SAID_BY = {sign: words for words, signs in _SIGNS.items() for sign in signs}

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
    """The visitor's words without what nobody can see: control, zero-width, direction characters, halves of an emoji.

    Of many spaces in a row one stays, of many line ends two.
    """
    return _SPACES.sub(_one_space, _CONTROL.sub("", _INVISIBLE.sub("", text))).strip()


def _one_space(spaces: re.Match[str]) -> str:
    return "\n\n"[: spaces[0].count("\n")] or ("\n" if "\r" in spaces[0] else " ")


def shortened(text: str) -> str:
    """What is read and kept of a message: all of it, cleaned, or the beginning and the end of one that is too long."""
    return clean(text) if len(text) <= MAX_MESSAGE_LENGTH else _shortened(text)


@lru_cache(maxsize=4)  # a turn asks many times for the same message
def _shortened(text: str) -> str:
    text = clean(text)
    if len(text) <= MAX_MESSAGE_LENGTH:
        return text
    beginning = text[: _space_before(text, MAX_MESSAGE_LENGTH - len(_LEFT_OUT) - _AT_THE_END - _SHARED)]
    return beginning + _LEFT_OUT + text[_space_before(text, len(text) - _AT_THE_END) :].lstrip()


def without_accents(text: str) -> str:
    """The text with the marks off its letters, as `sentences`
    takes them off, so that a pattern may be written with them."""
    return unicodedata.normalize("NFC", _LATIN_MARKS.sub("", unicodedata.normalize("NFD", text)))


def sentences(text: str) -> tuple[str, ...]:
    """Normalised sentences of a message (`shortened`), in order, without empty ones.

    Lower case, accents off Latin letters, contractions written out ("cant" becomes "cannot"), punctuation turned into
    spaces; a message of nothing but signs is what the signs say ("🆘" becomes "sos"). Sentences end at
    `. ? ! ;` and at line ends; a dot between digits ends nothing.
    """
    return _sentences(text if len(text) <= MAX_MESSAGE_LENGTH else _shortened(text))


@lru_cache(maxsize=128)
def _sentences(text: str) -> tuple[str, ...]:
    text = without_accents(unicodedata.normalize("NFKC", clean(text)).translate(_QUOTES).lower())
    for pattern, replacement in _CONTRACTIONS:
        text = pattern.sub(replacement, text)
    text = _REPEATED.sub(r"\1\1", text)
    parts = (_SPACE.sub(" ", _NOT_A_WORD.sub(" ", part)).strip() for part in _SENTENCE_END.split(text))
    return tuple(part for part in parts if part) or tuple(
        dict.fromkeys(_SAID_BY[sign] for sign in text if sign in _SAID_BY)
    )


def every_sentence(text: str) -> Iterator[str]:
    """Like `sentences`, of all of a message, however long.

    A sentence of more than 400 characters comes in overlapping pieces. Where it is torn stands `…`, so that a piece
    neither begins nor ends like a sentence.
    """
    text = clean(text)
    if len(text) <= _PIECE:
        yield from _sentences(text)
        return
    for before, piece, after in dict.fromkeys(_pieces(text)):
        found = list(_sentences.__wrapped__(piece))  # so many are not worth remembering
        if found:
            found[0] = before + found[0]
            found[-1] += after
        yield from found


def _pieces(text: str) -> Iterator[tuple[str, str, str]]:
    """A text in pieces that end where a sentence does; where none does, they overlap and are torn between two words.

    With each what stands before and after it: nothing, or the sign that it is torn.
    """
    start, before = 0, ""
    while len(text) - start > _PIECE:
        most = start + _PIECE
        if (end := max(text.rfind(mark, start, most) for mark in _ENDS) + 1) > 0:
            yield before, text[start:end], ""
            start, before = end, ""
            continue
        end = _space_before(text, most)
        yield before, text[start:end], " …"
        start, before = _space_before(text, end - _SHARED), "… "
    yield before, text[start:], ""


def _space_before(text: str, place: int) -> int:
    """The last space before a place; the place itself where no space is near."""
    return near if (near := text.rfind(" ", place - _SHARED, place)) >= 0 else place


def phrase(text: str) -> str:
    """A name or short phrase in the spelling of `sentences`."""
    return " ".join(sentences(text))
