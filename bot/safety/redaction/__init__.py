"""Blanks personal data before anything of a message is stored.

All kinds are looked for in one pass over the same text, and what is found is taken out at once:

1. `online`: e-mail addresses, also in words, web addresses, handles;
2. `codes`: passwords, the codes of doors, safes and accounts, plates of cars;
   and `registers`: papers, plates, locks and handles behind words of other languages;
3. `places`: streets with a number, postal codes behind a cue or in a country's form, "I live at ...";
4. `dwellings`: flats, plots, villages, houses with a name, landmarks, the way to somebody;
5. `offices`, `employers`: the house of which somebody is the head, in which they are the only one, or at which they
   work;
6. `people`: names behind cues, in greetings and signatures;
7. `introduced`: names behind cues of other languages, at the end of a message, beside a number;
   and `beside`: the rest of a name that was found, whose wife and who a partner is;
8. `born`, `born_elsewhere`: days of birth, ages over 89, the latter in words and calendars of many languages;
9. `issued`: when cards expire, codes of banks, parcels, bookings, wallets;
10. `numbers`: telephones, cards, accounts, identity, insurance and record numbers, places on the map;
11. `said_numbers`: telephones in words of many languages.

What a reviewer needs to judge a referral stays: medicines, doses and rows of them, blood values, ages up to 89, years,
dates, prices, the numbers of papers, chemicals and laws. Every look is bounded, so that a text of any shape costs what
its length does.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.safety.normalise import clean, shortened
from bot.safety.redaction.beside import beside
from bot.safety.redaction.born import ages, births
from bot.safety.redaction.born_elsewhere import ages_elsewhere, births_elsewhere
from bot.safety.redaction.codes import codes_of
from bot.safety.redaction.dwellings import dwellings_of
from bot.safety.redaction.employers import employers_of
from bot.safety.redaction.introduced import introduced_names
from bot.safety.redaction.issued import issued_numbers
from bot.safety.redaction.numbers import numbers_of
from bot.safety.redaction.offices import offices_of
from bot.safety.redaction.online import online_of
from bot.safety.redaction.people import People, other_scripts
from bot.safety.redaction.places import places_of
from bot.safety.redaction.registers import registers_of
from bot.safety.redaction.said_numbers import telephones_said
from bot.safety.redaction.spans import Span, blanked, plain, without, words_of

_HEAD, _TAIL = 4_000, 2_000
"""Characters at both ends of a long message that are looked at; far more than is kept of it."""

_EDGE = 200
"""Characters next to what is left out that are looked at and not kept: what is torn there could not be known."""

_LEFT_OUT = "\n…\n"

_WITHOUT_SPACES = re.compile("[\u0e00-\u0e7f\u3005-\u30fa\u3400-\u9fff\uac00-\ud7a3]")
"""Letters of languages that set no space between a word and a number."""
_COUNTED = re.compile(r"\s?[元円圆块塊万萬人名个個回次年月日時分歳岁년월원명]")
"""What is counted there, and leads to nobody."""

_LABEL = re.compile(r"\[(?:name|number|e-mail|web address|handle|password|address|location|date of birth|age)\]")


def kept(text: str) -> str:
    """What is kept of a visitor's words: cleaned, redacted, and then shortened, so that no cut leaves half a number."""
    text = clean(text)
    if len(text) <= _HEAD + _TAIL:
        return shortened(redact(text))
    head, tail = text[:_HEAD], text[-_TAIL:]
    beginning = [span for span in found(head) if span.start < _HEAD - _EDGE]
    end = [span for span in found(tail) if span.end > _EDGE]
    last = max([_HEAD - _EDGE, *(span.end for span in beginning)])
    first = min([_EDGE, *(span.start for span in end)])
    moved = [Span(span.start - first, span.end - first, span.label) for span in end]
    return shortened(without(head[:last], beginning) + _LEFT_OUT + without(tail[first:], moved))


@lru_cache(maxsize=8)  # a turn asks several times for the same message
def redact(text: str) -> str:
    """The text with everything that leads to somebody replaced
    by its kind: "[name]", "[number]", "[e-mail]" and so on."""
    spans = found(text)
    return without(text, spans) if spans else text


def without_labels(text: str) -> str:
    """What was kept of a visitor's own words: a redacted text without what stands for the rest."""
    return _LABEL.sub(" ", text)


def found(text: str) -> list[Span]:
    """What leads to somebody in a text, each with its place and kind; some may overlap."""
    level = plain(text)
    words = words_of(level)
    said = {word.lower for word in words}
    said |= {part for word in said if "-" in word or "'" in word for part in re.split("['-]", word)}
    spans = list(online_of(level, said))
    level = blanked(level, spans) if spans else level
    opening = [*codes_of(level, said), *registers_of(level)]
    if opening:
        spans += opening
        level = blanked(level, opening)
    addresses = list(places_of(level, words, said))
    addresses += [*dwellings_of(level, said, addresses), *offices_of(level, said), *employers_of(level, said)]
    level = blanked(level, addresses) if addresses else level
    named = [*People(level, words).names(), *introduced_names(level, said)]
    if not text.isascii():
        named += other_scripts(level)
    named += beside(level, named)
    born = [*births(level, said, named), *births_elsewhere(level, words)]
    unnamed = blanked(level, [*named, *born])
    born += [*ages(unnamed, named), *ages_elsewhere(unnamed)]
    level = blanked(level, born) if born else level
    numbers = [*issued_numbers(level, said), *numbers_of(level, words, said), *telephones_said(level, words)]
    if not text.isascii() and _WITHOUT_SPACES.search(level):
        apart = _WITHOUT_SPACES.sub(" ", level)
        numbers += [span for span in numbers_of(apart, (), said) if not _COUNTED.match(level, span.end)]
    return [*spans, *addresses, *named, *born, *numbers]


__all__ = ["found", "kept", "redact", "without_labels"]
