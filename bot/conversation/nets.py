"""How grave a message is: what the rules, which read its words, and the classifier, which hears it, make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.content.library import Library
from bot.safety.asked import asks_for_a_judgement
from bot.safety.cues import about_nobody, hypothetical
from bot.safety.normalise import MAX_MESSAGE_LENGTH, clean, phrase
from bot.safety.triage import Finding
from bot.vocabulary import CLINICIAN, EMERGENCY, Level, Route, without_kind

SELF_HARM = "emergency_self_harm"
_SURE_BESIDE_A_RULE = 0.9
"""Chance of danger from which the classifier alone makes an emergency of what a rule plainly sends to a clinician.

Of 550 strangers' emergencies 15 are plainly for a clinician by the rules, are urgent by none, and lie below it; 12 of
them would be an alarm without this and are asked about instead.
"""
SURE_IN_GENERAL = 0.75
"""Confidence from which a question about nobody gets the answer
that speaks of the risk in general, instead of a referral."""
_RISK_IN_GENERAL = 0.5
"""The chance of a risk from which such a question is somebody's own all the same: "melanoma was removed, ozone
afterwards?". Of 1,015 messages for a clinician in tests/questions 2.2 % are answered with it and 4 % without, and of
2,960 strangers' fair questions none is held back for it."""
_NO_RISK = 0.35
"""Chance of a risk below which such a question is answered, if no rule saw anything in it: "could my sister hold my
hand through it"."""
_SURE_BESIDE_TOLD = 0.6
_RISK_BESIDE_TOLD = 0.7
"""The confidence and the chance of a risk where a rule saw what somebody tells by the way, and nobody asks for a
judgement: "on warfarin, what days are you open". Of 620 strangers' messages for a clinician five are answered for it,
and of 1,750 fair questions 26 more."""
_NO_DANGER = 0.03
"""Chance of danger from which no question about the house gets in front of it."""
_NOT_ONLY_TOLD = (
    "dose",
    "home_use",
    "stop_treatment",
    "after_session",
    "interaction",
    "symptoms",
    "test_results",
    "alcohol_drugs",
)
"""Risks that are something to do or something that happens: words of these are never told by the way."""
OF_THE_HOUSE = ("assistant", "clinic", "money", "visit")
"""Topics of which an answer says nothing about anybody's health."""
_AS_PLAIN_AS_ONE = 3
"""Weak rules that together send a message as plainly to a clinician as a strong one: "he takes tablets for it". Of 700
strangers' emergencies two, both long, are asked about first for it."""
_BRIEF = 5
"""Words: "I am pregnant" tells of no danger, however sure the classifier; all of those 15 emergencies are longer."""
_A_WORD_OR_FOUR, _FAINT, _UNLIKE = 4, 0.08, 0.8
"""Words, and the chance of danger and the likeness (cosine) to a known danger below which a doubt about so few is none:
"moss roof". Of 1,300 strangers' emergencies none is asked about for less."""
_SHORT, _FAINT_AFTER_AN_ANSWER, _UNLIKE_AFTER_AN_ANSWER, _CALM_TOGETHER = 12, 0.1, 0.65, 0.05
"""The same after an answer, when the message read together with it is calm: "and the loo". Of those emergencies one is
passed over for it, after an answer that has nothing to do with it: "yes and cramps really bad". Of 72 harmless
follow-ups that were asked about in 1,100 strangers' chats, 39 are not."""


@dataclass(frozen=True)
class Understanding:
    """What the two nets and the intent classifier made of one message.

    `parts` are the intents of the message's sentences, and `questions` those of them that ask something and are
    understood well; `in_context` is the answer that the message means together with the last one; with a `gap` it does
    not say what was asked. `again` is the text of the last answer to send where that one is meant once more.
    """

    text: str
    intent: str | None
    confidence: float
    findings: Sequence[Finding]
    classifier: Mapping[str, Any]
    parts: Sequence[str] = ()
    in_context: str | None = None
    gap: bool = False
    again: str | None = None
    questions: Sequence[str] = ()


@dataclass(frozen=True)
class Verdict:
    """How grave a message is, of what, and by which net."""

    level: Level | None = None
    category: str | None = None
    rule: str | None = None


def judged(message: Understanding, library: Library, *, foreign: bool = False) -> Verdict:
    """What both nets together make of a message.

    The rules read the words, so what they find counts unless the classifier, which hears of it, is sure that it was not
    meant; what tells of self-harm is asked about even so. A doubtful sign of danger beside a plain one for a clinician
    is a matter for the clinician: "I take warfarin". Without a classifier, or in a language that it does not know
    (`foreign`), they count as they stand, and so does an emergency in a message of which the classifier has read no
    more than the beginning and the end. What a rule only asks about is asked about, unless something graver was found.
    """
    verdict = _judged(message, library, foreign=foreign)
    if (
        verdict.level == Level.CLINICIAN
        and not foreign
        and (_answered_in_general(message, str(verdict.category), library) or _of_the_house(message, library))
    ):
        verdict = Verdict()
    asks = next((finding for finding in message.findings if finding.asks), None)
    if asks is not None and verdict.level not in (Level.EMERGENCY, Level.CHECK):
        return Verdict(Level.CHECK, asks.category, asks.rule)
    return verdict


def _answered_in_general(message: Understanding, category: str, library: Library) -> bool:
    """Whether a message asks about nobody in particular, and
    the answer to it speaks of every risk that a rule saw in it.

    What the classifier alone made of a "what if" is its likeness to the thing itself.
    """
    intent = message.intent
    if (
        intent is None
        or intent not in library
        or message.confidence < SURE_IN_GENERAL
        or float(message.classifier.get("score") or 0.0) >= _RISK_IN_GENERAL
        or not about_nobody(message.text)
        or asks_for_a_judgement(phrase(message.text))
    ):
        return False
    ruled = {finding.category for finding in message.findings if not finding.category.startswith(EMERGENCY)}
    seen = set() if not ruled and hypothetical(message.text) else ruled | {category}
    return library[intent].route == Route.ANSWER and seen <= set(library[intent].speaks_of)


def _of_the_house(message: Understanding, library: Library) -> bool:
    """Whether a message surely asks about the visit, the money or the house, and a risk is told by the way at most."""
    intent, score = message.intent, message.classifier.get("score")
    told = bool(message.findings)
    return (
        intent is not None
        and intent in library
        and message.confidence >= (_SURE_BESIDE_TOLD if told else SURE_IN_GENERAL)
        and score is not None
        and score < (_RISK_BESIDE_TOLD if told else _NO_RISK)
        and float(message.classifier.get("emergency_score") or 0.0) < _NO_DANGER
        and library[intent].topic in OF_THE_HOUSE
        and library[intent].route == Route.ANSWER
        and library[intent].after_risk == "answer"
        and not asks_for_a_judgement(phrase(message.text))
        and not any(without_kind(finding.category) in _NOT_ONLY_TOLD for finding in message.findings)
    )


def _judged(message: Understanding, library: Library, *, foreign: bool) -> Verdict:
    told: Mapping[str, Any] = {} if foreign else message.classifier
    thresholds: Mapping[str, float] = told.get("thresholds") or {}
    danger, score, guessed = told.get("emergency_score"), told.get("score"), told.get("category")
    urgent = next(
        (finding for finding in message.findings if finding.category.startswith(EMERGENCY) and not finding.asks), None
    )
    if urgent is not None:
        by_itself = any(part.startswith(EMERGENCY) for part in message.parts)  # one of its sentences says nothing else
        if danger is None or danger >= thresholds.get("emergency", 0.0) or by_itself or too_long(message):
            return Verdict(Level.EMERGENCY, urgent.category, urgent.rule)
        if danger >= thresholds.get("emergency_rule", 0.0) or urgent.category == SELF_HARM:
            return Verdict(Level.CHECK, urgent.category, urgent.rule)
    level = Level(told["level"]) if told.get("level") else None
    for_clinician = [finding for finding in message.findings if not finding.category.startswith(EMERGENCY)]
    known = message.intent if message.confidence == 1.0 else None
    plainly = (
        any(not finding.weak for finding in for_clinician)
        or len(for_clinician) >= _AS_PLAIN_AS_ONE
        or (known is not None and known.startswith(CLINICIAN))
    )
    if urgent is None and plainly and level in (Level.EMERGENCY, Level.CHECK) and (danger or 0.0) < _SURE_BESIDE_A_RULE:
        brief = len(phrase(message.text).split()) <= _BRIEF
        level = Level.CHECK if level == Level.EMERGENCY and not brief else Level.CLINICIAN
    if level == Level.CHECK and _faint(message.text, told):
        level = None
    if level in (Level.EMERGENCY, Level.CHECK):
        return Verdict(level, str(guessed), f"classifier.{guessed}")
    for finding in for_clinician:
        needed = thresholds.get(_needed(finding, message), 0.0)
        if score is None or score >= needed:
            return Verdict(Level.CLINICIAN, finding.category, finding.rule)
    if level == Level.CLINICIAN:
        return Verdict(level, str(guessed), f"classifier.{guessed}")
    intent = message.intent
    if intent is not None and intent in library and library[intent].route in (Route.CLINICIAN, Route.EMERGENCY):
        return Verdict(Level(library[intent].route), intent, f"intent.{intent}")
    return Verdict()


def _faint(text: str, told: Mapping[str, Any]) -> bool:
    """Whether a doubt of the classifier alone is too faint to ask about: it has few words to go by, is unlike all that
    it learnt, and nothing else speaks for it, such as the message read with the subject of the last answer."""
    words, likeness = len(phrase(text).split()), float(told.get("similarity", 1.0))
    danger, risk = float(told.get("emergency_score") or 0.0), float(told.get("score") or 0.0)
    together = told.get("together")
    if together is None:
        least = float((told.get("thresholds") or {}).get("risk", 0.0))
        return words <= _A_WORD_OR_FOUR and danger < _FAINT and likeness < _UNLIKE and risk < least
    return (
        words <= _SHORT
        and danger < _FAINT_AFTER_AN_ANSWER
        and likeness < _UNLIKE_AFTER_AN_ANSWER
        and risk < _RISK_IN_GENERAL
        and float(together["emergency"]) < _CALM_TOGETHER
        and float(together["any"]) < _RISK_IN_GENERAL
    )


def _needed(finding: Finding, message: Understanding) -> str:
    """The threshold for a rule: little where it sees something to do, or where a judgement is asked for."""
    if finding.weak:
        return "risk"
    doing = without_kind(finding.category) in _NOT_ONLY_TOLD or asks_for_a_judgement(phrase(message.text))
    return "rule_of_doing" if doing else "rule"


def too_long(message: Understanding) -> bool:
    return len(clean(message.text)) > MAX_MESSAGE_LENGTH
