"""Names told by what stands beside them: a surname behind a first name, whose wife it is, who somebody's partner is.

The words here may be English words or unknown; what tells that they are names is their capital in a text that has small
letters too, and the place in which they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.safety.redaction.months import MONTHS
from bot.safety.redaction.spans import Span
from bot.safety.redaction.words import (
    COMMON,
    EPONYMS,
    EVERYDAY_MORE,
    NOT_AFTER_A_NAME,
    OF_THE_FIELD,
    first_names,
    of_english,
    unheard_of,
    word_set,
)

_NAME = "[name]"
_PART = r"[A-ZÀ-ÖØ-ÞĀ-Ž][a-zß-öø-ÿā-ž'’-]{1,20}"
_PARTICLES = r"(?:(?:van|von|der|den|de|la|le|du|di|da|dos|al|el|bin|ter|ten|y)\s){0,3}"
_ENDS = r"(?=[.,;!?)\n]|\s(?:here|again|born|aged?|and\smy|speaking|writing)\b|\Z)"
_BEHIND = re.compile(rf"\s(?P<name>{_PARTICLES}{_PART}){_ENDS}")
"""The rest of a name, with which a clause ends."""
_KIN = (
    r"(?:mum|mom|mam|mummy|dad|mother|father|wife|husband|partner|son|daughter|sister|brother|aunt|auntie|uncle|nan|"
    r"gran|grandma|grandad|grandpa|grandmother|grandfather|granddaughter|grandson|niece|nephew|cousin|carer|"
    r"girlfriend|boyfriend|fianc[ée]e?|flatmate|mate|friend)"
)
_WHO_IT_IS = re.compile(rf"\b(?i:my|our|his|her)\s(?i:(?:\w{{2,10}}\s)?{_KIN})(?i:'s|\sis|,)\s(?P<name>{_PART}){_ENDS}")
"""Who somebody near is: "my partner is Alex."."""
_WHOSE = re.compile(
    rf"(?:\A|[.!?\n,]\s?|\b(?i:it's|its|this\sis|i'm|im|i\sam|hi|hello|hey|from|for)!?\s)(?P<name>{_PART})['’]s\s"
    rf"(?i:{_KIN})\b"
)
"""Whose relative somebody is: "Charlotte's mum here"."""
_FIRST_OF_ALL = re.compile(rf"\A(?P<name>(?P<first>{_PART})\s(?P<last>{_PART}))(?=[,.]\s)")
"""Two words with which a message begins, as on a form: "Hyacinth Braithwaite, bp 168/101"."""
_SURNAME_FIRST = re.compile(
    r"(?:\A|\n)[王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林罗羅高郑鄭梁谢謝宋唐许許邓鄧韩韓冯馮曹彭曾肖田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇吕呂丁任沈姚卢盧姜崔钟鍾谭譚]"
    r"[\u4e00-\u9fff]{1,2}(?=[,，、。])"
)
"""A Chinese name with which a message begins."""
_TIMES = word_set("monday tuesday wednesday thursday friday saturday sunday christmas easter ramadan today tomorrow")


def beside(text: str, named: Sequence[Span]) -> Iterator[Span]:
    """What else of a name stands behind those that were found, and the names that their places tell."""
    for found in _SURNAME_FIRST.finditer(text):
        yield Span(found.start(), found.end(), _NAME)
    if text.isupper():
        return
    begins = _FIRST_OF_ALL.match(text)
    if begins and _may_be(begins["name"]):
        one, two = begins["first"].lower().replace("’", "'"), begins["last"].lower()
        if (one in first_names() or of_english(one)) and unheard_of(two) and one not in COMMON and "'" not in one:
            yield Span(begins.start("name"), begins.end("name"), _NAME)
    for span in named:
        behind = _BEHIND.match(text, span.end) if span.label == _NAME else None
        if behind and _may_be(behind["name"]):
            yield Span(behind.start("name"), behind.end("name"), _NAME)
    for kind in (_WHO_IT_IS, _WHOSE):
        for found in kind.finditer(text):
            one = found["name"].lower()
            known = one in first_names() or (kind is _WHOSE and unheard_of(one))
            if known and _may_be(one):
                yield Span(found.start("name"), found.end("name"), _NAME)


def _may_be(name: str) -> bool:
    """Whether a word with a capital beside a name is no day, medicine, illness or institution."""
    last = name.rpartition(" ")[2].lower()
    return not any(last in words for words in (_TIMES, MONTHS, NOT_AFTER_A_NAME, OF_THE_FIELD, EPONYMS, EVERYDAY_MORE))
