"""Whether a message may be answered at all. Plain values in, a plain decision out; Rasa is not needed to test it.

`STEPS` is the order in which a message is looked at: an emergency first, what a visitor told of before ahead of what is
asked now, the form ahead of questions, and what is left to Rasa's rules last.

A referral or an emergency in answer to another language also gets the approved sentence in that language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import Any

from bot.content.follow_ups import FollowUps
from bot.content.form_words import FormWords
from bot.content.languages import Languages
from bot.content.library import Library
from bot.content.plain_words import PlainWords
from bot.content.short_questions import ASK, ShortQuestions
from bot.conversation import request_form
from bot.conversation.memory import Memory
from bot.conversation.nets import OF_THE_HOUSE, SELF_HARM, SURE_IN_GENERAL, Understanding, Verdict, judged, too_long
from bot.safety.cues import about_nobody, asks
from bot.safety.normalise import phrase
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
_CHECKS = {SELF_HARM: "check_self_harm"}
"""Texts that ask whether it is happening, where the general one does not fit."""
_EMERGENCY_LANGUAGE = "emergency_language"
_SURE_IN_BETWEEN = 0.75
"""Confidence from which what is no answer to the form is a
question in between; below it the form says what it could not take."""
_MAY_MEAN_THE_DANGER = 2
"""Words up to which a question may ask about the danger itself: "how long?"."""
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
    turn = _Turn(_without_what_says_nothing(message, context, content), risk, emergency, library, context, content)
    for step in STEPS:
        found = step(turn)
        if found is not None:
            return found if isinstance(found, Decision) else None
    return None


class _Left(Enum):
    """Ends the steps without a decision."""

    TO_RASA = "Rasa's rules, or the open form, take the message"


@dataclass(frozen=True)
class _Turn:
    """A message and where it came: all that the steps look at, and what several of them work out of it."""

    message: Understanding
    risk: str | None
    emergency: str | None
    texts: Library
    context: Context
    content: Content

    @property
    def asked(self) -> str | None:
        """The slot that the form asks for, if it is open."""
        return self.context.asked

    @cached_property
    def verdict(self) -> Verdict:
        """How grave the message is. In the form a doubt of the classifier alone counts for nothing: the clinical team
        reads it anyway, and nobody could finish."""
        text, findings = self.message.text, self.message.findings
        foreign = self.content.languages.of(text) is not None or any(finding.foreign for finding in findings)
        verdict = judged(self.message, self.texts, foreign=foreign)
        doubt = verdict.level == Level.CHECK and str(verdict.rule).startswith("classifier.")
        return Verdict() if doubt and self.asked is not None else verdict

    @cached_property
    def short(self) -> str | None:
        """What a question of a word or three leads to after the last answer; `ASK` where it says too little."""
        return self.content.short_questions.target(self.message.text, self.context.memory.topic, self.texts)

    @cached_property
    def follows(self) -> str | None:
        """What a follow-up in so many words leads to."""
        named = None if self.short == ASK else self.short
        return named or _follow_up(self.message, self.context.memory, self.texts, self.content)

    @cached_property
    def target(self) -> str | None:
        """The intent that the message leads to in this conversation."""
        message = self.message
        return self.follows or message.in_context or _one_question(message, self.texts) or message.intent

    def in_between(self, decision: Decision) -> Decision:
        """A reply in the middle of the form, if it is open."""
        return _in_between(decision, self.asked)


_Found = Decision | _Left | None
"""What a step comes to; None leaves the message to the next one."""


def _without_what_says_nothing(message: Understanding, context: Context, content: Content) -> Understanding:
    """A number or a yes that the form takes says nothing to the classifier."""
    asked = context.asked
    says_nothing = asked in (request_form.REACH, request_form.CONSENT) and request_form.takes(
        asked, message.text, content.form_words
    )
    return replace(message, classifier={}, intent=None) if says_nothing else message


def _emergency(turn: _Turn) -> _Found:
    """An emergency, found by either net; within one, its end in plain words is not taken for another."""
    over = turn.emergency is not None and _only_says_over(turn.message, turn.content.plain_words)
    if turn.verdict.level != Level.EMERGENCY or over:
        return None
    return _alarm(turn.verdict, turn.message, Reason.EMERGENCY, turn.risk, turn.asked, turn.texts, turn.content)


def _emergency_not_over(turn: _Turn) -> _Found:
    """An emergency that the visitor told of before: where to find the clinic is answered all the same."""
    if turn.emergency is None:
        return None
    return _while_emergency(
        turn.message, turn.verdict, turn.emergency, turn.risk, turn.texts, turn.context, turn.content
    )


def _no_words(turn: _Turn) -> _Found:
    """A message without a word."""
    return None if phrase(turn.message.text) else turn.in_between(Decision("empty_message", Reason.NO_WORDS))


def _answer_to_a_check(turn: _Turn) -> _Found:
    """The answer to "is this happening now?"."""
    checking = turn.context.checking
    if checking is None:
        return None
    return _checked(turn.message, turn.verdict, checking, turn.risk, turn.asked, turn.texts, turn.content)


def _doubtful(turn: _Turn) -> _Found:
    """A doubtful sign of an emergency, which is asked about."""
    if turn.verdict.level != Level.CHECK:
        return None
    return _asking_first(turn.verdict, turn.message, turn.risk, turn.texts, turn.context, turn.content)


def _for_the_form(turn: _Turn) -> _Found:
    """A command to the open form, or an answer to it, which the form itself takes; a risk is no time to be called."""
    if turn.asked is None:
        return None
    text, words = turn.message.text, turn.content.form_words
    if (command := _command(text, turn.asked, words)) is not None:
        return command
    risky = turn.asked == request_form.TIME and turn.message.findings and not request_form.tells_a_time(text)
    return _Left.TO_RASA if request_form.takes(turn.asked, text, words) and not risky else None


def _far_too_long(turn: _Turn) -> _Found:
    """A message that is far too long."""
    if turn.asked is not None or not too_long(turn.message):
        return None
    slots = remember(turn.message, turn.verdict.category, turn.risk)
    return Decision("message_too_long", Reason.TOO_LONG, slots=slots)


def _for_a_clinician(turn: _Turn) -> _Found:
    """A risk for a clinician, found by either net."""
    category, message = turn.verdict.category, turn.message
    if category is None:
        return None
    seen, slots = {"category": category, "rule": turn.verdict.rule}, remember(message, category, turn.risk)
    referral = Decision(category, Reason.RISK, seen, message.findings, turn.risk, slots)
    return turn.in_between(_in_own_language(referral, OTHER_LANGUAGE, message.text, turn.texts, turn.content))


def _wants_a_call(turn: _Turn) -> _Found:
    """Who asks to be called gets the form."""
    words = turn.content.form_words
    called = None if turn.asked else request_form.asks_to_be_called(turn.message.text, words)
    return None if called is None else _opened(called, words, turn.risk, turn.texts)


def _contact_data(turn: _Turn) -> _Found:
    """A number or an address that nobody asked for."""
    not_asked = turn.asked is None and turn.message.intent in _NOT_UNDERSTOOD
    found = not_asked and request_form.is_contact(turn.message.text)
    return Decision("contact_outside_form", Reason.CONTACT_DATA) if found else None


def _several_questions(turn: _Turn) -> _Found:
    """Several questions at once."""
    several = _several(turn.message, turn.texts) if turn.asked is None else ()
    if not several:
        return None
    held = _held_back(several, turn.message, turn.risk, turn.texts, turn.context)
    then = tuple(f"utter_{name}" for name in several[1:])
    return held or Decision(several[0], Reason.SEVERAL_QUESTIONS, then=then)


def _too_short_to_tell(turn: _Turn) -> _Found:
    """A question too short to say what it is about, such as "how much?" after several answers."""
    if turn.short != ASK or turn.risk is not None or turn.asked is not None:
        return None
    return _asking_back(turn.context.memory, turn.texts)


def _no_question_in_between(turn: _Turn) -> _Found:
    """In the form, what is no question that is surely understood: the form says what it could not take."""
    if turn.asked is None:
        return None
    message, target = turn.message, turn.target
    unsure = (target == message.intent and message.confidence < _SURE_IN_BETWEEN) or (
        turn.asked == request_form.REACH and "@" in message.text
    )
    return _Left.TO_RASA if target in _NOT_IN_BETWEEN or target not in turn.texts or unsure else None


def _risk_told(turn: _Turn) -> _Found:
    """A risk told of before or in this message, where the answer is about having the treatment."""
    held = (
        None if turn.target is None else _held_back((turn.target,), turn.message, turn.risk, turn.texts, turn.context)
    )
    if held is None:
        return None
    return turn.in_between(_in_own_language(held, OTHER_LANGUAGE, turn.message.text, turn.texts, turn.content))


def _detail_of_the_last_answer(turn: _Turn) -> _Found:
    """A detail of the last answer, of which this is all there is."""
    if not turn.message.gap or turn.follows is not None or turn.target is None:
        return None
    then = (f"utter_{turn.message.again or turn.target}",)
    return turn.in_between(Decision(GAP, Reason.DETAIL_GAP, then=then))


def _meant_in_context(turn: _Turn) -> _Found:
    """What a message means after the last answer, or the only question in it that is understood."""
    target, message = turn.target, turn.message
    if target is None or target == message.intent:
        return None
    part = turn.follows is None and message.in_context is None
    return turn.in_between(Decision(target, Reason.PART if part else Reason.FOLLOW_UP))


def _in_another_language(turn: _Turn) -> _Found:
    """A message in a language that has an approved sentence of its own."""
    own = f"{OTHER_LANGUAGE}_{turn.content.languages.of(turn.message.text)}"
    if turn.message.intent not in _NOT_UNDERSTOOD or own not in turn.texts:
        return None
    return turn.in_between(Decision(own, Reason.OTHER_LANGUAGE))


def _question_in_between(turn: _Turn) -> _Found:
    """A question in the middle of the form, which asks again after the answer."""
    return turn.in_between(Decision(str(turn.target), Reason.IN_BETWEEN)) if turn.asked is not None else None


STEPS: Sequence[Callable[[_Turn], _Found]] = (
    _emergency,
    _emergency_not_over,
    _no_words,
    _answer_to_a_check,
    _doubtful,
    _for_the_form,
    _far_too_long,
    _for_a_clinician,
    _wants_a_call,
    _contact_data,
    _several_questions,
    _too_short_to_tell,
    _no_question_in_between,
    _risk_told,
    _detail_of_the_last_answer,
    _meant_in_context,
    _in_another_language,
    _question_in_between,
)
"""The order in which a message is looked at; the first step that comes to something wins."""


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
    harming = emergency == SELF_HARM
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
        message.confidence >= SURE_IN_GENERAL
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
        and library[intent].topic not in OF_THE_HOUSE
        and category not in library[intent].speaks_of
    )


def _needs_a_caution(intent: str, library: Library) -> bool:
    return intent in library and library[intent].route == Route.ANSWER and library[intent].after_risk == "caution"


def _closed_by_a_risk(intent: str, library: Library) -> bool:
    """Whether a question is about having the treatment oneself,
    so that a risk told of before sends it to a clinician."""
    return intent in library and library[intent].route == Route.ANSWER and library[intent].after_risk == "refer"
