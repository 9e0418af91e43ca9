"""What a message asks after an answer: read by itself and with what the last answer was about named in it.

"How long do they last" means gift vouchers after an answer on vouchers, and a session after one on sessions. Neither
reading knows that: alone the message lies near the session, together it lies near all that was said of vouchers. So
each answer that either of them comes near is weighed by both, by where it stands to the last answer, and by whether the
message points back. The weights were fitted on strangers' conversations (`python -m benchmarks.context`,
docs/adr/030-in-context.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.content.library import Library
from bot.safety.normalise import phrase
from bot.understanding.heads import groups
from bot.understanding.logit import shares
from bot.understanding.together import Together
from bot.vocabulary import FALLBACK, Route

NOTHING = "nothing"
"""Stands in a ranking for a message that asks for no answer of ours."""

_LONGEST = 40
"""Words; who writes more says what it is about."""
_LIKELY = 0.4
"""Chance from which an answer is taken for what is meant. Of 719 turns after an answer, by writers nobody had fitted
on, 78 % are answered rightly from here on and 13 % with another answer; from 0.5 on 72 and 11 %."""
_RATHER_ANOTHER = 0.2
"""Chance from which the second likeliest is sent where the likeliest is the last answer, which has been read: 47 such
turns are answered by the last answer in 70 % and by the second in 55 %."""
_SURE = 0.9
"""Chance of being right from which a message counts as read alone, where nothing is likely in context."""
_OFFERED = 10
"""Of what may be meant: how many are kept, for the buttons and for staff."""
_LOOKED_AT = 10
"""Answers that each reading comes nearest to, and so are weighed, beside the neighbours of the last answer."""
_GRAVE = (Route.EMERGENCY, Route.CLINICIAN, Route.CHECK)
_FEW = 4
"""Words of a message that hardly says what it is about."""
_LEAST = 1e-4
"""Added to a probability before its logarithm is taken."""

_LEANS = re.compile(
    r"\b(it|its|that|this|they|them|those|these|one|ones|there|then|same|other|others|another|instead|too|else|both"
    r"|either)\b"
    r"|^(and|but|so|or|what about|how about|what if|why|sorry|i meant|no i meant|i mean|for|with|after|before|also|even"
    r"|only|just)\b"
)
_NOT_THE_SUBJECT = frozenset(
    """
    what which who where when why how is are was do does did can could should will would a an the of in to for
    it its i you we my your our there any used use mean means called also and or be been done here happen
    happens made
    """.split()  # noqa: SIM905 - a list would take fifty lines
)

_OF_AN_ANSWER: Mapping[str, float] = {
    "chance alone": 0.327,
    "chance together": 0.324,
    "nearest alone": 1.949,
    "nearest together": 0.918,
    "words alone": 4.033,
    "words together": 0.468,
    "held alone": 0.846,
    "held together": 1.386,
    "texts alone": 0.874,
    "texts together": -0.020,
    "the last answer": -0.977,
    "related to it": 0.292,
    "in its topic": 0.418,
    "like it": 2.095,
    "an answer": 1.443,
    "small talk": 1.833,
    "points back: chance together": 0.029,
    "points back: related to it": 0.558,
    "points back: the last answer": 1.040,
    "few words: chance alone": -0.109,
    "few words: chance together": -0.003,
    "few words: nearest together": -0.087,
    "few words: related to it": 0.529,
    "few words: like it": 1.226,
}
_OF_NOTHING: Mapping[str, float] = {
    "nothing": 3.414,
    "nothing: chance alone": 0.524,
    "nothing: chance together": 0.102,
    "nothing: nearest alone": 2.098,
    "nothing: nearest together": 5.409,
}
WEIGHTS: Mapping[str, float] = {**_OF_AN_ANSWER, **_OF_NOTHING}
"""Of each kind of evidence for an answer, and of each for that nothing of ours is asked for."""

NAMES = tuple(WEIGHTS)
_ROW = np.array(list(WEIGHTS.values()))


def points_back(text: str) -> bool:
    """Whether a message has a word that stands for something said before, or begins as one that goes on."""
    return _LEANS.search(phrase(text)) is not None


def about(question: str) -> str:
    """What an approved question is about, as a visitor would name it: "ozone sauna" for "What is an ozone sauna?"."""
    return " ".join(word for word in phrase(question).split() if word not in _NOT_THE_SUBJECT)


def combined(text: str, question: str) -> str:
    """A message with what the last answer was about named in it."""
    return f"{about(question)}: {text}"


def neighbours(topic: str, library: Library) -> frozenset[str]:
    """The answers that a follow-up on an answer most likely asks
    for: that one, those it is related to, and those related to it."""
    back = (  # the rarest first: a turn comes here, and there are a thousand and more
        snippet.id
        for snippet in library
        if topic in snippet.related and snippet.route == Route.ANSWER and snippet.answers_a_question
    )
    return frozenset({topic, *library[topic].related, *back})


def candidates(seen: Together, near: frozenset[str], library: Library) -> list[str]:
    """The intents that are weighed, each once, `NOTHING` last; `near` are the neighbours of the last answer."""
    classes, ordinary = seen.reading.classes, groups(seen.reading.classes).ordinary
    chances = np.where(ordinary, seen.reading.probabilities, -1.0)
    nearest = [classes[index] for row in chances for index in np.argsort(-row)[:_LOOKED_AT] if ordinary[index]]
    names = dict.fromkeys([*nearest, *sorted(near.intersection(classes))])
    return [*(name for name in names if name not in library or library[name].route not in _GRAVE), NOTHING]


def evidence(
    seen: Together, names: Sequence[str], topic: str, near: frozenset[str], library: Library
) -> npt.NDArray[np.float64]:
    """One row for each candidate, the last of which is `NOTHING`: shape (candidates, len(NAMES))."""
    reading, column = seen.reading, {name: index for index, name in enumerate(seen.reading.classes)}
    back = float(points_back(seen.text))
    few = float(len(phrase(seen.text).split()) <= _FEW)
    rows = np.zeros((len(names), len(NAMES)))
    for row, name in zip(rows[:-1], names[:-1], strict=True):
        at = column[name]
        alone, together = (math.log(float(chance) + _LEAST) for chance in reading.probabilities[:, at])
        related, last = float(name in near and name != topic), float(name == topic)
        route = library[name].route if name in library else None
        same = float(route == Route.ANSWER and library[name].topic == library[topic].topic)
        row[: len(_OF_AN_ANSWER)] = (
            alone,
            together,
            *reading.nearest[:, at],
            *seen.words[:, at],
            *seen.held[:, at],
            *seen.texts[:, at],
            last,
            related,
            same,
            seen.likeness[at],
            float(route == Route.ANSWER),
            float(route == Route.SMALLTALK),
            back * together,
            back * related,
            back * last,
            few * alone,
            few * together,
            few * reading.nearest[1, at],
            few * related,
            few * seen.likeness[at],
        )
    elsewhere = groups(reading.classes).elsewhere
    chances = (math.log(float(row[elsewhere].sum()) + _LEAST) for row in reading.probabilities)
    rows[-1, len(_OF_AN_ANSWER) :] = (1.0, *chances, *(row[elsewhere].max(initial=0.0) for row in reading.nearest))
    return rows


def ranking(seen: Together, topic: str, library: Library) -> list[tuple[str, float]]:
    """The candidates with the chance of each that it is meant, the likeliest first; the chances add up to one."""
    near = neighbours(topic, library)
    names = candidates(seen, near, library)
    chances = shares(evidence(seen, names, topic, near, library) @ _ROW)
    return [(names[index], float(chances[index])) for index in np.argsort(-chances, kind="stable")]


def may_lean(text: str, confidence: float) -> bool:
    """Whether a message may mean what was talked about; a sentence that is known letter for letter means what it
    says."""
    return 0 < len(phrase(text).split()) <= _LONGEST and confidence < 1.0


@dataclass(frozen=True)
class Meant:
    """What a message means after the last answer: the answer it leads to, None where only asking back is left, and
    whether that answer is the last one again.

    `ranking` is what it may mean, in Rasa's form.
    """

    answer: str | None
    gap: bool = False
    ranking: Sequence[Mapping[str, Any]] = ()


def meant(alone: Mapping[str, Any], ranking: Sequence[tuple[str, float]], topic: str, library: Library) -> Meant | None:
    """What a message means after the last answer; None keeps it as it was read alone.

    Args:
        alone: what the NLU pipeline says of the message by itself.
        ranking: what it may mean in context, with the chance of each, the likeliest first.
        topic: the last answer.
        library: to know which of it can be sent.
    """
    own, first = alone.get("intent") or {}, (alone.get("intent_ranking") or [{}])[0].get("name")
    understood = own.get("name") is not None and own.get("name") == first
    best, chance = ranking[0]
    if best == NOTHING or (understood and best == own["name"]) or not _can_be_sent(best, library):
        return None
    told = [{"name": name, "confidence": round(share, 4)} for name, share in ranking[:_OFFERED] if name != NOTHING]
    if chance >= _LIKELY and best == topic and (other := _instead(ranking, library)) is not None:
        return Meant(other, ranking=told)
    if chance >= _LIKELY:
        return Meant(best, gap=best == topic, ranking=told)
    if understood and float(own.get("confidence") or 0.0) >= _SURE:
        return None
    return Meant(None, ranking=told) if understood or own.get("name") == FALLBACK else None


def _instead(ranking: Sequence[tuple[str, float]], library: Library) -> str | None:
    """What else is meant where the last answer is likeliest again: its text has been read already."""
    name, chance = ranking[1] if len(ranking) > 1 else (NOTHING, 0.0)
    return name if chance >= _RATHER_ANOTHER and _can_be_sent(name, library) else None


def _can_be_sent(name: str, library: Library) -> bool:
    return name in library and library[name].route in (Route.ANSWER, Route.SMALLTALK)
