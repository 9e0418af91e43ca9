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
_EXTENSION = re.compile(
    r"[\s,;(]*(?:\b(?:extension|extn|ext|x)\b\.?|(?<=\d)\s*x|#)[\s.:]*(?:is\s+)?\d{1,6}\b\)?", re.IGNORECASE
)
"""What follows a number inside a company: "ext. 42", "x42"."""
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
    r"\d|\b(?:any|all|every|morning|noon|afternoon|evening|night|lunch|day|week|weekend|month|hour|time|today|tomorrow"
    r"|when|always|soon|early|late|later"
    r"|before|after|between|until|from|mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday"
    r"|sunday)(?:s|ever)?\b",
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
    extended = [_extended(rest, match) for match in _PHONE.finditer(rest) if _digits(match[0]) in _DIGITS]
    beside = rest
    for number, extension in extended:
        beside = beside.replace(f"{number}{extension}", number)
    found = [*emails, *(f"{number}{extension}".strip() for number, extension in extended)]
    return found[0] if len(found) == 1 and (emails or _digits(beside) in _DIGITS) else None


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _extended(text: str, match: re.Match[str]) -> tuple[str, str]:
    """A phone number as it stands in a text, and the extension behind it."""
    behind = _EXTENSION.match(text, match.end())
    return match[0], behind[0] if behind else ""


def _as_written(text: str) -> str:
    """The text with the signs of an address that was spelled out.

    "At" alone is too common a word to make one in a longer text.
    """
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
        return says(text, words.yes, words)
    return slot == QUESTION or not (
        _ASKS.search(text) or (is_contact(text) and sum(map(str.isdigit, text)) not in _DATE)
    )


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
    return None if says(text, words.yes, words) else "request_consent_unclear"


def says(text: str, phrases: frozenset[str], words: FormWords) -> bool:
    """Whether a message is made of these phrases alone, at least
    one, with polite words between: "yes of course, thanks"."""
    said = phrase(text).split()
    ends = {0: False}  # how far the words are covered, and whether one of the phrases is among what covers them
    for start in range(len(said)):
        if start not in ends:
            continue
        for end in range(start + 1, len(said) + 1):
            part = " ".join(said[start:end])
            if part in phrases or part in words.polite:
                ends[end] = ends.get(end, False) or ends[start] or part in phrases
    return bool(said) and ends.get(len(said), False)


def changed(slot: str, text: str, words: FormWords) -> str | None:
    """The slot that the visitor wants to fill again, or None."""
    said = phrase(text)
    named = next((name for name, phrases in words.change.items() if said in phrases), None)
    if named is None and slot != QUESTION:  # there, any sentence may be the question
        named = _called_wrong(said, words)
    if named is not None or said not in words.back:
        return named
    return FORM_SLOTS[max(FORM_SLOTS.index(slot) - 1, 0)]


def _called_wrong(said: str, words: FormWords) -> str | None:
    """The slot that a message of few words calls wrong, when it names one and says nothing else."""
    left = set(said.split())
    known = words.wrong | words.around | frozenset().union(*words.parts.values())
    for several in (told for told in known if " " in told and f" {told} " in f" {said} "):
        left = (left - set(several.split())) | {several}
    named = [slot for slot, parts in words.parts.items() if left & parts]
    return named[0] if len(named) == 1 and left & words.wrong and left <= known else None


def new_contact(slot: str, text: str, words: FormWords) -> str | None:
    """The phone number or e-mail address with which the visitor
    corrects an earlier one, at a later step; None when it is none.

    It has to be called a number or wrong: what stands alone there may be a slip, or a date.
    """
    contact = contact_in(text) if slot in (TIME, CONSENT) else None
    if contact is None or _ASKS.search(text):
        return None
    telling = words.wrong | words.parts.get(REACH, frozenset())
    beside = set(phrase(_as_written(text).replace(contact, " ")).split())
    return contact if beside & telling and beside <= telling | words.around | words.polite else None


def asks_to_be_called(text: str, words: FormWords) -> str | None:
    """The words with which a message asks to be called, written to or booked; None when it does not."""
    said = phrase(text).split()
    for start in range(len(said)):
        for end in range(len(said), start, -1):
            if (part := " ".join(said[start:end])) in words.call_me.says:
                behind = said[end] if end < len(said) else ""
                return part if not behind or behind in words.call_me.after or behind[0].isdigit() else None
        if said[start] not in words.call_me.before:
            return None
    return None


def emptied(*, keep: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The slots of the form without what the visitor typed."""
    return {slot: None for slot in (*FORM_SLOTS, "requested_slot") if slot not in (keep or {})}
