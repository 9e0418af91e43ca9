"""Reading a message together with what was answered last: "should I shower before it?" after the sauna."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.safety.normalise import phrase

_LONGEST = 14
"""Words; who writes more says what it is about."""
_FEW = 5
_SURE = 0.9
"""Chance of being right from which a message that could stand alone is taken as it stands."""
_LEANS = re.compile(
    r"\b(it|its|that|this|they|them|those|these|one|ones|there|then|same|other|others|another|instead|too|else|both|either)\b"
    r"|^(and|but|so|or|what about|how about|what if|why|sorry|i meant|no i meant|i mean|for|with|after|before|also|even|only|just)\b"
)
_NOT_THE_SUBJECT = frozenset(
    [
        "what",
        "which",
        "who",
        "where",
        "when",
        "why",
        "how",
        "is",
        "are",
        "was",
        "do",
        "does",
        "did",
        "can",
        "could",
        "should",
        "would",
        "will",
        "a",
        "an",
        "the",
        "of",
        "in",
        "to",
        "for",
        "it",
        "its",
        "i",
        "you",
        "we",
        "my",
        "your",
        "our",
        "there",
        "any",
        "used",
        "use",
        "mean",
        "means",
        "called",
        "also",
        "and",
        "or",
        "be",
        "been",
        "done",
        "here",
        "happen",
        "happens",
        "made",
    ]
)


def leans_on_context(text: str, confidence: float) -> bool:
    """Whether a message may mean what was talked about: it is short, and points back or is only a few words."""
    said = phrase(text)
    words = len(said.split())
    if not 0 < words <= _LONGEST or confidence == 1.0:  # a sentence that is known letter for letter means what it says
        return False
    return _LEANS.search(said) is not None or (words <= _FEW and confidence < _SURE)


def about(question: str) -> str:
    """What an approved question is about, as a visitor would name it: "ozone sauna" for "What is an ozone sauna?"."""
    return " ".join(word for word in phrase(question).split() if word not in _NOT_THE_SUBJECT)


def combined(text: str, question: str) -> str:
    """A message with what the last answer was about named in it."""
    return f"{about(question)}: {text}"


def surer(alone: Mapping[str, Any], together: Mapping[str, Any], topic: str) -> str | None:
    """The intent of the reading together, when that one is an answer of its own and surer; None keeps the message as it stands."""
    intent = together.get("intent") or {}
    name, confidence = intent.get("name"), float(intent.get("confidence") or 0.0)
    first = (together.get("intent_ranking") or [{}])[0].get("name")
    if name != first or name == topic:  # not sure enough for an answer, or nothing new
        return None
    own = alone.get("intent") or {}
    ranked = (alone.get("intent_ranking") or [{}])[0].get("name")
    stands = own.get("name") == ranked
    return str(name) if not stands or confidence > float(own.get("confidence") or 0.0) else None
