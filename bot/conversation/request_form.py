"""The form "leave a question for our clinical team": what each step takes. Plain values in, plain values out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.content.form_words import FormWords
from bot.safety.normalise import phrase
from bot.vocabulary import FORM_SLOTS

QUESTION, REACH, TIME, CONSENT = FORM_SLOTS

MIN_QUESTION = 3
"""Words."""
MAX_QUESTION = 1_000
MAX_REACH = 120
MAX_TIME = 100
"""Characters."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.UNICODE)
_PHONE = re.compile(r"\+?\(?\d[\d\s().\-/]{5,24}\d")
_AT = re.compile(r"\s*[(\[]?\bat\b[)\]]?\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*[(\[]?\bdot\b[)\]]?\s*", re.IGNORECASE)
"""The signs of an address as they are said: "jo at mail dot example"."""
_WORDS_BESIDE = 4
"""Words a message may have beside a number or an address and still be nothing else."""
_DIGITS = range(7, 16)
"""Digits of a phone number; 15 is the most that E.164 allows."""
_DATE = range(7, 9)
"""Digits of a date, which looks like a short phone number."""
_TIME = re.compile(
    r"\d|\b(?:any|all|every|morning|noon|afternoon|evening|night|lunch|day|week|weekend|month|hour|time|today|tomorrow|when|always|soon|early|late|later"
    r"|before|after|between|until|from|mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?:s|ever)?\b",
    re.IGNORECASE,
)
"""Words of a time; without one, "I am pregnant" is no answer to "when?"."""
_ASKS = re.compile(r"\?|^\s*(?:what|when|where|who|why|how|which|do|does|is|are)\b", re.IGNORECASE)


def contact_in(text: str) -> str | None:
    """The one phone number or e-mail address in a short text, or None when there is none or more than one."""
    if len(text) > MAX_REACH:
        return None
    text = _as_written(text)
    emails = _EMAIL.findall(text)
    rest = _EMAIL.sub(" ", text)
    phones = [number.strip() for number in _PHONE.findall(rest) if sum(digit.isdigit() for digit in number) in _DIGITS]
    found = [*emails, *phones]
    return found[0] if len(found) == 1 and (emails or sum(character.isdigit() for character in rest) in _DIGITS) else None


def _as_written(text: str) -> str:
    """The text with the signs of an address that was spelled out. "At" alone is too common a word to make one in a longer text."""
    if _EMAIL.search(text):
        return text
    written = _DOT.sub(".", _AT.sub("@", text)).strip(" .,")
    spelled = _EMAIL.fullmatch(written) or (_DOT.search(text) and _EMAIL.search(written))
    return written if spelled and "@www." not in written.lower() else text


def is_contact(text: str) -> bool:
    """Whether a message is a phone number or an e-mail address and hardly anything else."""
    contact = contact_in(text)
    return contact is not None and len(phrase(_as_written(text).replace(contact, " ")).split()) <= _WORDS_BESIDE


def takes(slot: str, text: str, words: FormWords) -> bool:
    """Whether a message is an answer to what the form asks, rather than something in between."""
    if slot == REACH:
        return contact_in(text) is not None
    if slot == CONSENT:
        return phrase(text) in words.yes
    return slot == QUESTION or not (_ASKS.search(text) or (is_contact(text) and sum(map(str.isdigit, text)) not in _DATE))


def tells_a_time(text: str) -> bool:
    """Whether a text names a time, and not only something else."""
    return _TIME.search(text) is not None


def fault_of(slot: str, text: str, words: FormWords) -> str | None:
    """The id of the snippet that says what is wrong with an answer; None when nothing is."""
    if slot == QUESTION:
        if len(text) > MAX_QUESTION:
            return "request_question_long"
        return "request_question_short" if len(phrase(text).split()) < MIN_QUESTION else None
    if slot == REACH:
        return None if contact_in(text) else "request_reach_unclear"
    if slot == TIME:
        return "request_time_unclear" if len(text) > MAX_TIME or not takes(TIME, text, words) else None
    return None if phrase(text) in words.yes else "request_consent_unclear"


def changed(slot: str, text: str, words: FormWords) -> str | None:
    """The slot that the visitor wants to fill again, or None."""
    said = phrase(text)
    named = next((name for name, phrases in words.change.items() if said in phrases), None)
    if named is not None or said not in words.back:
        return named
    return FORM_SLOTS[max(FORM_SLOTS.index(slot) - 1, 0)]


def emptied(*, keep: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The slots of the form without what the visitor typed."""
    return {slot: None for slot in (*FORM_SLOTS, "requested_slot") if slot not in (keep or {})}
