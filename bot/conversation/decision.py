"""Whether a message may be answered at all. Plain values in, a plain decision out; Rasa is not needed to test it.

The order, the first that applies wins:

1. an emergency, found by either net;
2. an emergency that the visitor told of before and has not called over: where to find the clinic is answered all the
same;
3. a message with no words; the answer to "is this happening now?"; a doubtful sign of an emergency, which is asked
about;
4. in the form for the clinical team: a command to the form, or an answer to it, which the form itself takes;
5. a message that is far too long;
6. a risk for a clinician, found by either net (a rule does not count where the classifier is sure that its words were
not meant);
7. a risk told of before or in this message, when the question is whether to have the treatment; other answers about it
get a caution once;
8. a follow-up on the last answer, contact data outside the form, another language, several questions at once, or a
   question in the middle of the form;
9. otherwise Rasa's rules answer.

A referral or an emergency in answer to another language also gets the approved sentence in that language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.content.follow_ups import FollowUps
from bot.content.form_words import FormWords
from bot.content.languages import Languages
from bot.content.library import Library
from bot.content.plain_words import PlainWords
from bot.content.short_questions import ASK, ShortQuestions
from bot.conversation import request_form
from bot.conversation.memory import Memory
from bot.safety.asked import asks_for_a_judgement
from bot.safety.cues import about_nobody, asks, hypothetical
from bot.safety.normalise import MAX_MESSAGE_LENGTH, clean, phrase
from bot.safety.triage import Finding
from bot.vocabulary import (
    CLINICIAN,
    EMERGENCY,
    FALLBACK,
    FORM,
    OTHER_LANGUAGE,
    OUT_OF_SCOPE,
    Level,
    Reason,
    Route,
    without_kind,
)

EMERGENCY_OVER = "emergency_over"
EMERGENCY_FOLLOWUP = "emergency_followup"
EARLIER_RISK = "clinician_earlier_risk"
CAUTION = "caution_earlier_risk"
CAUTION_TOLD = "caution_told"
CAUTION_EMERGENCY = "caution_emergency"
CHECK = "check_now"
CHECK_OVER = "check_over"
GAP = "detail_gap"
_SELF_HARM = "emergency_self_harm"
_CHECKS = {_SELF_HARM: "check_self_harm"}
"""Texts that ask whether it is happening, where the general one does not fit."""
_EMERGENCY_LANGUAGE = "emergency_language"
_SURE_BESIDE_A_RULE = 0.9
"""Chance of danger from which the classifier alone makes an emergency of what a rule plainly sends to a clinician.

Of 550 strangers' emergencies 15 are plainly for a clinician by the rules, are urgent by none, and lie below it; 12 of
them would be an alarm without this and are asked about instead.
"""
_SURE_IN_GENERAL = 0.75
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
_OF_THE_HOUSE = ("assistant", "clinic", "money", "visit")
"""Topics of which an answer says nothing about anybody's health."""
_SURE_IN_BETWEEN = 0.75
"""Confidence from which what is no answer to the form is a
question in between; below it the form says what it could not take."""
_AS_PLAIN_AS_ONE = 3
"""Weak rules that together send a message as plainly to a clinician as a strong one: "he takes tablets for it". Of 700
strangers' emergencies two, both long, are asked about first for it."""
_BRIEF = 5
"""Words: "I am pregnant" tells of no danger, however sure the classifier; all of those 15 emergencies are longer."""
_MAY_MEAN_THE_DANGER = 2
"""Words up to which a question may ask about the danger itself: "how long?"."""
_A_WORD_OR_FOUR, _FAINT, _UNLIKE = 4, 0.08, 0.8
"""Words, and the chance of danger and the likeness (cosine) to a known danger below which a doubt about so few is none:
"moss roof". Of 1,300 strangers' emergencies none is asked about for less."""
_SHORT, _FAINT_AFTER_AN_ANSWER, _UNLIKE_AFTER_AN_ANSWER, _CALM_TOGETHER = 12, 0.1, 0.65, 0.05
"""The same after an answer, when the message read together with it is calm: "and the loo". Of those emergencies one is
passed over for it, after an answer that has nothing to do with it: "yes and cramps really bad". Of 72 harmless
follow-ups that were asked about in 1,100 strangers' chats, ... are not."""
_WHO_IS_THERE = ("contact", "after_hours", "nearest_hospital", "no_reply_yet", "online_consultation")
"""Answers that somebody in danger asks for: they do not show that nobody is."""
_STILL_ANSWERED = ("clinic", "visit", "money")
"""Topics that are answered while an emergency is not over, under
the reminder: where the clinic is, when it is open, what it costs."""

GENERAL = frozenset(
    {
        "clinician_dose",
        "clinician_home_use",
        "clinician_interaction",
        "clinician_cancer_claim",
        "clinician_infection_claim",
        "clinician_cure_claim",
        "clinician_contraindication",
        "clinician_second_opinion",
        "clinician_general",
    }
)
"""Categories that may be asked about in general; all others tell of a person and stay with the conversation."""


MAX_FINDINGS = 10
"""Findings of one message that are kept."""


@dataclass(frozen=True)
class Decision:
    """The snippet to send instead of an answer, why, and what to remember.

    `reason` is told to staff; `risk` names category and rule; `slots` are set together with the reply. `then` are
    the actions that follow it; `ends_form` closes the form for the clinical team.
    """

    snippet: str
    reason: Reason
    risk: Mapping[str, Any] | None = None
    findings: Sequence[Finding] = ()
    earlier: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    then: Sequence[str] = ()
    ends_form: bool = False

    def as_metadata(self) -> dict[str, Any]:
        """What is stored with the action in the record."""
        return {
            "reason": self.reason,
            "risk": dict(self.risk) if self.risk else None,
            "findings": [finding.as_dict() for finding in self.findings[:MAX_FINDINGS]],
            "earlier": self.earlier,
            "then": list(self.then),
        }


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
class Checking:
    """What the visitor was asked about: the danger, and the snippet that answers them if there is none."""

    category: str
    then: str | None = None


@dataclass(frozen=True)
class Context:
    """Where a conversation stands.

    `asked` is the slot that the form asks for, if it is open; `checking` what the last reply asked about; `cautioned`
    whether the caution on account of an earlier risk was given; `doubtful` whether the emergency that is not over was
    seen by the classifier alone, or a calm question about something else came after it.
    """

    asked: str | None = None
    memory: Memory = field(default_factory=Memory)
    checking: Checking | None = None
    cautioned: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class Verdict:
    """How grave a message is, of what, and by which net."""

    level: Level | None = None
    category: str | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Content:
    """What is known beside the snippets."""

    form_words: FormWords = field(default_factory=FormWords)
    follow_ups: FollowUps = field(default_factory=lambda: FollowUps({}))
    languages: Languages = field(default_factory=lambda: Languages({}, {}))
    short_questions: ShortQuestions = field(default_factory=ShortQuestions)
    plain_words: PlainWords = field(default_factory=PlainWords)


MAX_PARTS = 3
"""Questions of one message that are answered."""

SOURCES = "sources_of_answer"
APPROVAL = "approval_of_answer"
PREVIOUS = "previous_answer"
LEAVE_QUESTION = "leave_question"
_SIMPLER = "simpler"
_WITHOUT_ANSWER = {SOURCES: "where_answers_come_from", APPROVAL: "who_approved"}
"""What is said to a question about the last answer when there is none."""
_NOT_UNDERSTOOD = (FALLBACK, OUT_OF_SCOPE, OTHER_LANGUAGE)
_NOT_IN_BETWEEN = (*_NOT_UNDERSTOOD, LEAVE_QUESTION, "no_open_request", "acknowledge", "chitchat")
"""Intents that are no question in the middle of the form: the form itself says what it could not take."""


def decide(
    message: Understanding,
    *,
    risk: str | None,
    emergency: str | None,
    library: Library,
    context: Context = Context(),
    content: Content = Content(),
) -> Decision | None:
    """The decision, or None when Rasa's rules (or the open form) take the message.

    Args:
        message: what is known of the message.
        risk: category of a personal risk told of earlier in the conversation.
        emergency: category of an emergency that is not over.
        library: to know what an intent's snippet may be sent after.
        context: where the conversation stands.
        content: words of the form, targets of follow-ups, other languages.
    """
    asked, words, plain = context.asked, content.form_words, content.plain_words
    if asked in (request_form.REACH, request_form.CONSENT) and request_form.takes(asked, message.text, words):
        message = replace(message, classifier={}, intent=None)  # a number or a yes says nothing to the classifier
    foreign = content.languages.of(message.text) is not None or any(finding.foreign for finding in message.findings)
    verdict = judged(message, library, foreign=foreign)
    if verdict.level == Level.EMERGENCY and not (emergency is not None and _only_says_over(message, plain)):
        return _alarm(verdict, message, Reason.EMERGENCY, risk, asked, library, content)
    if asked is not None and verdict.level == Level.CHECK and str(verdict.rule).startswith("classifier."):
        verdict = Verdict()  # the clinical team reads it anyway, and a doubt alone would not let anybody finish
    if emergency is not None:
        return _while_emergency(message, verdict, emergency, risk, library, context, content)
    if not phrase(message.text):
        return _in_between(Decision("empty_message", Reason.NO_WORDS), asked)
    if (
        context.checking is not None
        and (answered := _checked(message, verdict, context.checking, risk, asked, library, content)) is not None
    ):
        return answered
    if verdict.level == Level.CHECK:
        return _asking_first(verdict, message, risk, library, context, content)
    category, rule = verdict.category, verdict.rule
    if asked is not None:
        if (command := _command(message.text, asked, words)) is not None:
            return command
        risk_for_a_time = (
            asked == request_form.TIME and message.findings and not request_form.tells_a_time(message.text)
        )
        if request_form.takes(asked, message.text, words) and not risk_for_a_time:
            return None
    elif _too_long(message):
        return Decision("message_too_long", Reason.TOO_LONG, slots=remember(message, category, risk))
    if category is not None:
        referral = Decision(
            category,
            Reason.RISK,
            {"category": category, "rule": rule},
            message.findings,
            risk,
            remember(message, category, risk),
        )
        return _in_between(_in_own_language(referral, OTHER_LANGUAGE, message.text, library, content), asked)
    if asked is None and (called := request_form.asks_to_be_called(message.text, words)) is not None:
        return _opened(called, words, risk, library)
    if asked is None and message.intent in _NOT_UNDERSTOOD and request_form.is_contact(message.text):
        return Decision("contact_outside_form", Reason.CONTACT_DATA)
    several = _several(message, library) if asked is None else ()
    if several and (held := _held_back(several, message, risk, library, context)) is not None:
        return held
    if several:
        return Decision(several[0], Reason.SEVERAL_QUESTIONS, then=tuple(f"utter_{name}" for name in several[1:]))
    short = content.short_questions.target(message.text, context.memory.topic, library)
    if short == ASK:
        if risk is None and asked is None and (asking := _asking_back(context.memory, library)) is not None:
            return asking
        short = None
    follows = short or _follow_up(message, context.memory, library, content)
    only = _one_question(message, library)
    target = follows or message.in_context or only or message.intent
    unsure = (target == message.intent and message.confidence < _SURE_IN_BETWEEN) or (
        asked == request_form.REACH and "@" in message.text
    )
    if asked is not None and (target in _NOT_IN_BETWEEN or target not in library or unsure):
        return None
    if target is not None and (held := _held_back((target,), message, risk, library, context)) is not None:
        return _in_between(_in_own_language(held, OTHER_LANGUAGE, message.text, library, content), asked)
    if message.gap and follows is None and target is not None:
        return _in_between(Decision(GAP, Reason.DETAIL_GAP, then=(f"utter_{message.again or target}",)), asked)
    if target is not None and target != message.intent:
        part = message.in_context is None and target == only
        return _in_between(Decision(target, Reason.PART if part else Reason.FOLLOW_UP), asked)
    if (
        message.intent in _NOT_UNDERSTOOD
        and (code := content.languages.of(message.text)) is not None
        and f"{OTHER_LANGUAGE}_{code}" in library
    ):
        return _in_between(Decision(f"{OTHER_LANGUAGE}_{code}", Reason.OTHER_LANGUAGE), asked)
    if asked is not None:
        return _in_between(Decision(str(target), Reason.IN_BETWEEN), asked)
    return None


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
        or message.confidence < _SURE_IN_GENERAL
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
        and message.confidence >= (_SURE_BESIDE_TOLD if told else _SURE_IN_GENERAL)
        and score is not None
        and score < (_RISK_BESIDE_TOLD if told else _NO_RISK)
        and float(message.classifier.get("emergency_score") or 0.0) < _NO_DANGER
        and library[intent].topic in _OF_THE_HOUSE
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
        if danger is None or danger >= thresholds.get("emergency", 0.0) or by_itself or _too_long(message):
            return Verdict(Level.EMERGENCY, urgent.category, urgent.rule)
        if danger >= thresholds.get("emergency_rule", 0.0) or urgent.category == _SELF_HARM:
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


def _too_long(message: Understanding) -> bool:
    return len(clean(message.text)) > MAX_MESSAGE_LENGTH


def _alarm(
    verdict: Verdict,
    message: Understanding,
    reason: Reason,
    risk: str | None,
    asked: str | None,
    library: Library,
    content: Content,
) -> Decision:
    category = str(verdict.category)
    doubtful = reason == Reason.EMERGENCY and str(verdict.rule).startswith("classifier.")
    slots = {"emergency": category, "risk": risk or category, "checking": None, "doubtful": doubtful or None}
    alarm = Decision(
        category,
        reason,
        {"category": category, "rule": verdict.rule},
        message.findings,
        slots=slots,
        ends_form=asked is not None,
    )
    return _in_own_language(alarm, _EMERGENCY_LANGUAGE, message.text, library, content)


def _only_says_over(message: Understanding, plain: PlainWords) -> bool:
    """Whether a message is nothing but one of the plain words that end an emergency."""
    return phrase(message.text) in plain.over.says


def _while_emergency(
    message: Understanding,
    verdict: Verdict,
    emergency: str,
    risk: str | None,
    library: Library,
    context: Context,
    content: Content,
) -> Decision:
    """The reply while an emergency is not over: its end, or the
    reminder, with the answer after it if it is about the clinic itself.

    An alarm that the classifier alone raised may have been none, and so may one that is followed by a calm question
    about something else: whoever then asks another is answered, after one sentence on what to do if anybody is in
    danger, and it is over. Thoughts of self-harm end in plain words or by a button only.
    """
    plain = content.plain_words
    harming = emergency == _SELF_HARM
    meant = message.intent == EMERGENCY_OVER and not harming and verdict.level is None
    over = _only_says_over(message, plain) or (
        (message.text in plain.over or meant) and not plain.goes_on_in(message.text)
    )
    ended = {"emergency": None, "doubtful": None, **({"risk": None} if str(risk).startswith(EMERGENCY) else {})}
    if over and phrase(message.text):
        return Decision(EMERGENCY_OVER, Reason.EMERGENCY_OVER, earlier=emergency, slots=ended)
    target = message.intent
    answerable = target is not None and target in library and library[target].route == Route.ANSWER
    calm = answerable and not harming and verdict.level is None and _asks_calmly(message, library, plain)
    if calm and context.doubtful:
        return Decision(
            CAUTION_EMERGENCY, Reason.EMERGENCY_DOUBTED, earlier=emergency, slots=ended, then=(f"utter_{target}",)
        )
    about_the_clinic = answerable and library[str(target)].topic in _STILL_ANSWERED
    then = (f"utter_{target}",) if about_the_clinic else ()
    goes_on = plain.goes_on_in(message.text) or verdict.level is not None
    doubt = {"doubtful": None} if goes_on else {"doubtful": True} if calm and not about_the_clinic else {}
    still = Decision(
        EMERGENCY_FOLLOWUP,
        Reason.EMERGENCY_NOT_OVER,
        {"category": emergency, "rule": "earlier"},
        message.findings,
        emergency,
        doubt,
        then,
    )
    return _in_own_language(still, _EMERGENCY_LANGUAGE, message.text, library, content)


def _asks_calmly(message: Understanding, library: Library, plain: PlainWords) -> bool:
    """Whether a message surely asks for an answer that nobody needs in an emergency: not what to do or who is there."""
    answer = library[str(message.intent)]
    return (
        message.confidence >= _SURE_IN_GENERAL
        and len(phrase(message.text).split()) > _MAY_MEAN_THE_DANGER
        and answer.after_risk != "refer"
        and answer.topic != "assistant"
        and answer.id not in _WHO_IS_THERE
        and (asks(message.text) or "?" in message.text)
        and not plain.goes_on_in(message.text)
    )


def _asking_first(
    verdict: Verdict, message: Understanding, risk: str | None, library: Library, context: Context, content: Content
) -> Decision:
    """The number, and the question whether it is happening now; remembered is what to say if it is not."""
    category = str(verdict.category)
    calm = replace(
        message,
        findings=[finding for finding in message.findings if not finding.category.startswith(EMERGENCY)],
        classifier={**message.classifier, "level": None},
    )
    otherwise = decide(calm, risk=risk, emergency=None, library=library, context=context, content=content)
    then = otherwise.snippet if otherwise is not None else message.intent
    known = (
        then
        if then is not None
        and then in library
        and library[then].route in (Route.ANSWER, Route.CLINICIAN, Route.SMALLTALK)
        else None
    )
    slots: dict[str, Any] = {"checking": {"category": category, "then": known}}
    if context.asked is not None:
        slots[context.asked] = None
    asked_about = {"category": category, "rule": verdict.rule}
    asking = Decision(_CHECKS.get(category, CHECK), Reason.CHECK, asked_about, message.findings, slots=slots)
    return _in_own_language(asking, _EMERGENCY_LANGUAGE, message.text, library, content)


def _checked(
    message: Understanding,
    verdict: Verdict,
    checking: Checking,
    risk: str | None,
    asked: str | None,
    library: Library,
    content: Content,
) -> Decision | None:
    """What the visitor's answer to "is this happening now?" leads to; None when it is no answer to that."""
    plain = content.plain_words
    denied = phrase(message.text) in plain.no.says | plain.over.says
    begins = message.text in plain.no or message.text in plain.over
    if denied or (verdict.level != Level.CHECK and begins and not plain.goes_on_in(message.text)):
        then = checking.then or CHECK_OVER
        told = {"risk": then} if risk is None and then.startswith(CLINICIAN) and then not in GENERAL else {}
        return _in_between(
            Decision(then, Reason.CHECK_DENIED, earlier=checking.category, slots={"checking": None, **told}), asked
        )
    if message.text in plain.yes:
        return _alarm(
            Verdict(Level.EMERGENCY, checking.category, "check"),
            message,
            Reason.CHECK_CONFIRMED,
            risk,
            asked,
            library,
            content,
        )
    return None


def _in_own_language(decision: Decision, kind: str, text: str, library: Library, content: Content) -> Decision:
    """The decision, with the approved sentence in the language of the message after it when there is one."""
    own = f"{kind}_{content.languages.of(text)}"
    return replace(decision, then=(*decision.then, f"utter_{own}")) if own in library else decision


def _asking_back(memory: Memory, library: Library) -> Decision | None:
    """Asking which point is meant, with the questions near the last answer; None when there are none."""
    near = [name for name in library[str(memory.topic)].related if library[name].route == Route.ANSWER]
    return (
        Decision(Route.CLARIFY, Reason.SHORT_QUESTION, slots={"offered": near, "misses": float(memory.misses + 1)})
        if near
        else None
    )


def _in_between(decision: Decision, asked: str | None) -> Decision:
    """A reply in the middle of the form, after which the form asks again; the decision itself when no form is open."""
    return replace(decision, slots={**decision.slots, asked: None}, then=(*decision.then, FORM)) if asked else decision


def _opened(called: str, words: FormWords, risk: str | None, library: Library) -> Decision:
    """The form, for somebody who asks to be called; who asks to be booked is told first how that is done."""
    booking = words.call_me.booking
    first = (
        called in words.call_me.books
        and booking in library
        and not (risk and (_closed_by_a_risk(booking, library) or _needs_a_caution(booking, library)))
    )
    if first:
        return Decision(booking, Reason.CALL_ME, then=(f"utter_{LEAVE_QUESTION}", FORM))
    return Decision(LEAVE_QUESTION, Reason.CALL_ME, then=(FORM,))


def _command(text: str, asked: str, words: FormWords) -> Decision | None:
    """What a command to the form leads to; None when the message is none."""
    said = phrase(text)
    if request_form.says(text, words.cancel, words):
        return Decision("request_cancelled", Reason.FORM_CANCELLED, ends_form=True)
    if asked == request_form.CONSENT and request_form.says(text, words.no, words):
        return Decision("request_declined", Reason.FORM_DECLINED, ends_form=True)
    if said in words.help:
        return _in_between(Decision("request_help", Reason.FORM_HELP), asked)
    if said in words.open:
        return _in_between(Decision("request_already_open", Reason.FORM_OPEN), asked)
    if (contact := request_form.new_contact(asked, text, words)) is not None:
        return _in_between(Decision("request_change", Reason.FORM_CHANGED, slots={request_form.REACH: contact}), asked)
    if (slot := request_form.changed(asked, text, words)) is not None:
        return _in_between(Decision("request_change", Reason.FORM_CHANGED, slots={slot: None}), asked)
    return None


def _follow_up(message: Understanding, memory: Memory, library: Library, content: Content) -> str | None:
    """The snippet that a follow-up on the last answer leads to;
    None for other messages and when there is no last answer."""
    intent, topic = message.intent, memory.topic
    if intent in _WITHOUT_ANSWER and topic not in library:
        return _WITHOUT_ANSWER[intent] if _WITHOUT_ANSWER[intent] in library else None
    if intent == _SIMPLER and topic is not None:
        return library.short_version(topic)
    if intent == PREVIOUS:
        return memory.topics[-2] if len(memory.topics) > 1 else None
    if intent in content.follow_ups and topic in library:
        return content.follow_ups.target(str(intent), str(topic), memory.topics, library)
    return None


def _asked_for(message: Understanding, library: Library) -> list[str]:
    """The answers to the single questions of a message, each once, in its order."""
    return [
        name for name in dict.fromkeys(message.questions) if name in library and library[name].route == Route.ANSWER
    ]


def _several(message: Understanding, library: Library) -> Sequence[str]:
    """The answers to a message that asks several questions, in its order; empty when it does not."""
    asked = _asked_for(message, library)
    return asked[:MAX_PARTS] if len(asked) > 1 and message.confidence < 1.0 else ()


def _one_question(message: Understanding, library: Library) -> str | None:
    """The answer to the only question in a message that is not
    understood as a whole; None unless there is exactly one."""
    asked = _asked_for(message, library)
    return asked[0] if len(asked) == 1 and message.intent in _NOT_UNDERSTOOD else None


def remember(message: Understanding, category: str | None, earlier: str | None) -> dict[str, Any]:
    """The first personal category among the findings stays with the conversation."""
    told = [finding.category for finding in message.findings] + ([category] if category else [])
    personal = next((name for name in told if name.startswith(CLINICIAN) and name not in GENERAL), None)
    return {"risk": personal} if personal and not earlier else {}


def told_of(message: Understanding) -> Finding | None:
    """The finding of a risk that a message tells of somebody, though it asks something else; None where it tells of
    none.

    A weak rule looks at the shape of a sentence alone, which is too little to hold against anybody.
    """
    if about_nobody(message.text):
        return None
    return next(
        (
            finding
            for finding in message.findings
            if not finding.weak and finding.category.startswith(CLINICIAN) and finding.category not in GENERAL
        ),
        None,
    )


def _held_back(
    names: Sequence[str], message: Understanding, risk: str | None, library: Library, context: Context
) -> Decision | None:
    """What is said instead of answers, or before them, on account of a risk told of before or in this message."""
    then = tuple(f"utter_{name}" for name in names)
    if risk is not None:
        if any(_closed_by_a_risk(name, library) for name in names):
            return Decision(EARLIER_RISK, Reason.EARLIER_RISK, {"category": risk, "rule": "earlier"}, (), risk)
        if not context.cautioned and any(_needs_a_caution(name, library) for name in names):
            return Decision(CAUTION, Reason.CAUTION, earlier=risk, slots={"cautioned": True}, then=then)
        return None
    if (told := told_of(message)) is None:
        return None
    seen = {"category": told.category, "rule": told.rule}
    if any(_closed_by_a_risk(name, library) for name in names):
        return Decision(told.category, Reason.RISK, seen, message.findings, None, {"risk": told.category})
    if any(_about_the_treatment(name, told.category, library) for name in names):
        slots = {"risk": told.category, "cautioned": True}
        return Decision(CAUTION_TOLD, Reason.CAUTION_TOLD, seen, message.findings, None, slots, then)
    return None


def _about_the_treatment(intent: str, category: str, library: Library) -> bool:
    """Whether an answer says something of the treatment, and nothing of a risk of this category."""
    return (
        intent in library
        and library[intent].route == Route.ANSWER
        and library[intent].topic not in _OF_THE_HOUSE
        and category not in library[intent].speaks_of
    )


def _needs_a_caution(intent: str, library: Library) -> bool:
    return intent in library and library[intent].route == Route.ANSWER and library[intent].after_risk == "caution"


def _closed_by_a_risk(intent: str, library: Library) -> bool:
    """Whether a question is about having the treatment oneself,
    so that a risk told of before sends it to a clinician."""
    return intent in library and library[intent].route == Route.ANSWER and library[intent].after_risk == "refer"
