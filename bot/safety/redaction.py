"""Blanks obvious personal data before a message is stored.

Deliberately narrow: a record that staff can still read, without the numbers and addresses that identify somebody.
Medicine names, ages and dates stay, because a reviewer needs them to judge a referral.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.safety.normalise import clean, shortened

_EMAIL = re.compile(r"[\w.+-]++(\s?@\s?[\w-]++(?:\.[\w-]++)++)?")
"""Each word and what makes it an address, so that all is looked at once: a search would begin anew at each letter."""
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_DATE = r"(?:(?:19|20)\d\d[.-][01]?\d[.-][0-3]?\d|[0-3]?\d[.-][0-3]?\d[.-](?:19|20)\d\d)(?![().-]?\d)"
_LONG_NUMBER = re.compile(rf"(?<![\w.])(?!{_DATE})\+?\(?\d(?:(?:[\s().-]|\)\s|\s\()?\d){{6,18}}(?!\w)")
_NAME = re.compile(r"\b(I am called|I['’]m called|name['’]s)\s+([A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)*)", re.UNICODE)
_NAME_ANY_CASE = re.compile(r"\b((?i:my name is|my name['’]s))\s+([\w'-]+(?:\s+[A-Z][\w'-]+)*)")


def kept(text: str) -> str:
    """What is kept of a visitor's words: cleaned, redacted, and then shortened, so that no cut leaves half a number."""
    return shortened(redact(clean(text)))


@lru_cache(maxsize=8)  # a turn asks three times for the same message
def redact(text: str) -> str:
    """The text with e-mail addresses, web addresses, phone-like and card-like numbers and stated names blanked."""
    if "@" in text:
        text = _EMAIL.sub(lambda word: "[e-mail]" if word[1] else word[0], text)
    text = _ADDRESS.sub("[web address]", text)
    text = _LONG_NUMBER.sub("[number]", text)
    text = _NAME.sub(r"\1 [name]", text)
    return _NAME_ANY_CASE.sub(r"\1 [name]", text)
