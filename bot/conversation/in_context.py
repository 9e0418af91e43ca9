"""Reading a message together with what was answered last: "should I shower before it?" after the sauna."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.content.library import Library
from bot.safety.normalise import phrase
from bot.vocabulary import FALLBACK, Route

_LONGEST = 14
"""Words; who writes more says what it is about."""
_FEW = 5
_SURE = 0.9
"""Chance of being right from which a message that could stand alone is taken as it stands."""
_CONTENDERS = 3
_LIKELY = 0.3
"""Of what a message alone may mean: how many are looked at, and
the confidence from which one near the last answer is taken."""
_LEANS = re.compile(
    r"\b(it|its|that|this|they|them|those|these|one|ones|there|then|same|other|others|another|instead|too|else|both"
    r"|either)\b"
    r"|^(and|but|so|or|what about|how about|what if|why|sorry|i meant|no i meant|i mean|for|with|after|before|also|even"
    r"|only|just)\b"
)
_NOT_THE_SUBJECT = frozenset(
    """
    what which who where when why how is are was do does did can could should would will a an the of in to for
    it its i you we my your our there any used use mean means called also and or be been done here happen
    happens made
    """.split()  # noqa: SIM905 - a list would take fifty lines
)


def leans_on_context(text: str, confidence: float) -> bool:
    """Whether a message may mean what was talked about: it is short, and points back or is only a few words."""
    words = len(phrase(text).split())
    if not 0 < words <= _LONGEST or confidence == 1.0:  # a sentence that is known letter for letter means what it says
        return False
    return _points_back(text) or (words <= _FEW and confidence < _SURE)


def _points_back(text: str) -> bool:
    return _LEANS.search(phrase(text)) is not None


def about(question: str) -> str:
    """What an approved question is about, as a visitor would name it: "ozone sauna" for "What is an ozone sauna?"."""
    return " ".join(word for word in phrase(question).split() if word not in _NOT_THE_SUBJECT)


def combined(text: str, question: str) -> str:
    """A message with what the last answer was about named in it."""
    return f"{about(question)}: {text}"


@dataclass(frozen=True)
class Meant:
    """What a message means after the last answer: the answer it
    leads to, and whether that one does not say what was asked for."""

    answer: str
    gap: bool = False


def neighbours(topic: str, library: Library) -> frozenset[str]:
    """The answers that a follow-up on an answer most likely asks
    for: that one, those it is related to, and those related to it."""
    back = (snippet.id for snippet in library.of_route(Route.ANSWER) if topic in snippet.related)
    return frozenset({topic, *library[topic].related, *back})


def meant(
    text: str, alone: Mapping[str, Any], together: Mapping[str, Any], topic: str, library: Library
) -> Meant | None:
    """What a message that leans on the last answer means; None keeps it as it was read alone.

    Read alone it counts as it stands unless the reading together is surer of another answer. If it was not understood
    alone, the answers near the last one come first; and where nothing but the last answer itself is near, that one does
    not say what was asked, which is told.
    """
    own, name = alone.get("intent") or {}, (together.get("intent") or {}).get("name")
    ranking = alone.get("intent_ranking") or [{}]
    first = (together.get("intent_ranking") or [{}])[0].get("name")
    understood = name is not None and name == first
    if own.get("name") == ranking[0].get("name"):
        confidence = float((together.get("intent") or {}).get("confidence") or 0.0)
        return (
            Meant(str(name))
            if understood and name != topic and confidence > float(own.get("confidence") or 0.0)
            else None
        )
    near = neighbours(topic, library)
    for row in ranking[:_CONTENDERS]:
        if row.get("name") in near and float(row.get("confidence") or 0.0) >= _LIKELY:
            return Meant(str(row["name"]))
    if understood and name != topic:
        return Meant(str(name))
    if understood and (_points_back(text) or own.get("name") == FALLBACK):
        return Meant(topic, gap=True)
    return None
