"""The order of decisions, without Rasa: one row is everything
that is known of a message, and the whole decision on it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from bot.content.clinic import load_clinic
from bot.content.follow_ups import FollowUps
from bot.content.form_words import CallMe, FormWords
from bot.content.languages import Languages
from bot.content.library import Library
from bot.content.plain_words import PlainWords, Said
from bot.content.rules import load_categories
from bot.content.short_questions import ASK, ShortQuestions
from bot.content.snippet import Approval, Snippet
from bot.conversation.decision import (
    GENERAL,
    MAX_FINDINGS,
    MAX_PARTS,
    Checking,
    Content,
    Context,
    Decision,
    decide,
    remember,
)
from bot.conversation.memory import Memory
from bot.conversation.nets import Understanding
from bot.conversation.request_form import CONSENT, QUESTION, REACH, TIME
from bot.safety.normalise import MAX_MESSAGE_LENGTH
from bot.safety.triage import Finding
from bot.vocabulary import CLINICIAN, FORM, Reason, Route
from tests.conftest import DATA

A = Route.ANSWER


def _snippet(
    name: str,
    route: Route = A,
    topic: str = "about",
    after_risk: str = "answer",
    related: tuple[str, ...] = (),
    short_of: str = "",
) -> Snippet:
    day = date(2026, 11, 28)
    approval = Approval("Ed Itor", "editor", day)
    return Snippet(
        name, f"{name}?", "Words.", route, (), (), related, after_risk, "approved", approval, day, 1, topic, short_of
    )


_OTHERS: Mapping[Route, Sequence[str]] = {
    Route.SMALLTALK: (
        "greet",
        "acknowledge",
        "leave_question",
        "no_open_request",
        "simpler",
        "previous_answer",
        "sources_of_answer",
        "approval_of_answer",
    ),
    Route.CLARIFY: ("clarify", "why_so"),
    Route.OUT_OF_SCOPE: ("out_of_scope", "other_language", "other_language_es"),
    Route.CLINICIAN: ("clinician_medicine", "clinician_pregnancy", "clinician_dose", "clinician_earlier_risk"),
    Route.EMERGENCY: ("emergency_stroke", "emergency_chest_pain", "emergency_language_es"),
}
LIBRARY = Library(
    {
        snippet.id: snippet
        for snippet in [
            *(_snippet(name, route) for route, names in _OTHERS.items() for name in names),
            _snippet("ozone", related=("greet",)),
            _snippet("benefits", after_risk="caution"),
            _snippet("benefits_in_short", after_risk="caution", short_of="benefits"),
            _snippet("near", related=("greet", "session", "cost")),
            _snippet("session", topic="session", after_risk="refer"),
            _snippet("hours", topic="clinic"),
            _snippet("parking", topic="visit"),
            replace(_snippet("studies", topic="evidence"), speaks_of=("clinician_pregnancy", "clinician_medicine")),
            _snippet("cost", topic="money"),
            _snippet("staff_thanks", Route.SMALLTALK, topic="clinic", after_risk="refer"),
            _snippet("thanks", Route.SMALLTALK, after_risk="caution"),
            _snippet("where_answers_come_from"),
            _snippet("who_approved"),
        ]
    },
    load_clinic(DATA / "clinic.yml"),
)
CONTENT = Content(
    form_words=FormWords(
        cancel=frozenset({"cancel"}),
        open=frozenset({"leave a question"}),
        help=frozenset({"how does this work"}),
        back=frozenset({"back"}),
        yes=frozenset({"yes send it"}),
        no=frozenset({"no", "do not"}),
        change={TIME: frozenset({"change the time"})},
        wrong=frozenset({"wrong"}),
        parts={REACH: frozenset({"number"}), TIME: frozenset({"time"})},
        around=frozenset({"no", "my", "is"}),
        call_me=CallMe(
            says=frozenset({"call me", "book me"}),
            after=frozenset({"tomorrow"}),
            books=frozenset({"book me"}),
            booking="cost",
        ),
    ),
    follow_ups=FollowUps({"why_so": {"default": "ozone", "session": "benefits"}}),
    languages=Languages(
        {"fr": re.compile("[é]")}, {"es": frozenset({"me", "duele", "pecho", "tomo"}), "en": frozenset({"the"})}
    ),
    short_questions=ShortQuestions(
        targets={"how long": {"benefits": "session", "default": ASK}, "how much": {"default": "cost", "alone": "cost"}}
    ),
    plain_words=PlainWords(
        yes=Said(frozenset({"yes"}), ("yes my ",)),
        no=Said(frozenset({"no"}), ("no but ",)),
        over=Said(frozenset({"i am fine"}), ("i am fine ",)),
        goes_on=(" still ", " not here "),
    ),
)

CHEST = Finding("emergency_chest_pain", "emergency.chest", "chest pain")
STROKE = Finding("emergency_stroke", "emergency.stroke", "face droops")
WARFARIN = Finding("clinician_medicine", "medicine.anticoagulant", "warfarin")
DOSE = Finding("clinician_dose", "clinician.dose", "how many units")
HARM = Finding("emergency_self_harm", "emergency.harm", "painless way to go")
ABROAD = Finding("emergency_stroke", "emergency.abroad", "lamhne mein", foreign=True)
SIGNAL = Finding("emergency_other", "emergency.signal", "911", asks=True)
WIFE = Finding("clinician_pregnancy", "clinician.relative", "my wife is", weak=True)

THRESHOLDS = {"emergency": 0.5, "check": 0.2, "risk": 0.4, "rule": 0.1, "emergency_rule": 0.05}
SPANISH = "me duele el pecho"
LONG = "w" * (MAX_MESSAGE_LENGTH + 1)


def told(
    level: str | None = None, category: str | None = None, *, danger: float = 0.0, risk: float = 0.0
) -> dict[str, Any]:
    """What the classifier says of a message."""
    return {"level": level, "category": category, "emergency_score": danger, "score": risk, "thresholds": THRESHOLDS}


@dataclass(frozen=True)
class Row:
    """A claim, the decision that it is about, and all that leads
    to it; what is not named is that of an ordinary question."""

    claim: str
    decision: Decision | None
    text: str = "a few plain words"
    intent: str | None = "cost"
    confidence: float = 0.9
    findings: tuple[Finding, ...] = ()
    classifier: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    in_context: str | None = None
    gap: bool = False
    again: str | None = None
    questions: tuple[str, ...] = ()
    risk: str | None = None
    emergency: str | None = None
    asked: str | None = None
    topics: tuple[str, ...] = ()
    misses: int = 0
    checking: Checking | None = None
    cautioned: bool = False
    doubtful: bool = False


def alarm(
    finding: Finding, *, rule: str = "", risk: str | None = None, reason: Reason = Reason.EMERGENCY, **more: Any
) -> Decision:
    """The emergency text, and what stays with the conversation."""
    doubtful = True if reason == Reason.EMERGENCY and (rule or finding.rule).startswith("classifier.") else None
    slots = {"emergency": finding.category, "risk": risk or finding.category, "checking": None, "doubtful": doubtful}
    return Decision(
        finding.category, reason, {"category": finding.category, "rule": rule or finding.rule}, slots=slots, **more
    )


def asking(
    category: str,
    rule: str,
    otherwise: str | None,
    snippet: str = "check_now",
    slots: Mapping[str, Any] | None = None,
    **more: Any,
) -> Decision:
    """The number and the question whether it is happening now."""
    kept = {"checking": {"category": category, "then": otherwise}, **(slots or {})}
    return Decision(snippet, Reason.CHECK, {"category": category, "rule": rule}, slots=kept, **more)


def referral(category: str, rule: str, **more: Any) -> Decision:
    """A referral on account of this message."""
    return Decision(category, Reason.RISK, {"category": category, "rule": rule}, **more)


def reminder(**more: Any) -> Decision:
    """The text that an emergency is not over; all rows are about a stroke."""
    return Decision(
        "emergency_followup",
        Reason.EMERGENCY_NOT_OVER,
        {"category": "emergency_stroke", "rule": "earlier"},
        earlier="emergency_stroke",
        **more,
    )


def earlier(**more: Any) -> Decision:
    """The referral on account of a medicine told of before."""
    risk = {"category": "clinician_medicine", "rule": "earlier"}
    return Decision("clinician_earlier_risk", Reason.EARLIER_RISK, risk, earlier="clinician_medicine", **more)


def over(**slots: None) -> Decision:
    """The end of an emergency."""
    return Decision(
        "emergency_over",
        Reason.EMERGENCY_OVER,
        earlier="emergency_stroke",
        slots={"emergency": None, "doubtful": None, **slots},
    )


MEDICINE = "clinician_medicine"
EMERGENCY = "emergency_stroke"
KEPT = {"risk": MEDICINE}
BACK_TO_FORM = (FORM,)
NOW = Checking(EMERGENCY, "cost")
BY_STROKE = "classifier.emergency_stroke"
FAINT = {"similarity": 0.5, "together": {"emergency": 0.001, "any": 0.01}}
BRIEF = {**told("check", EMERGENCY, danger=0.05, risk=0.01), "similarity": 0.5}
AFTER = {**told("check", EMERGENCY, danger=0.09, risk=0.2), **FAINT}
CHECKED = told("check", EMERGENCY, danger=0.3)

FAINT_DOUBTS = [
    Row("a faint doubt about a word or four is none", None, "moss roof", classifier=BRIEF),
    *(
        Row(
            f"a doubt is asked about {why}",
            asking(EMERGENCY, BY_STROKE, "cost"),
            text,
            classifier=classifier,
        )
        for why, text, classifier in (
            ("in five words", "moss on an old roof", BRIEF),
            ("where the message is like a known danger", "moss roof", {**BRIEF, "similarity": 0.85}),
            ("where it is strong enough", "moss roof", {**BRIEF, "emergency_score": 0.09}),
            ("where it may be another risk", "moss roof", {**BRIEF, "score": 0.41}),
            ("where nobody knows the likeness", "moss roof", told("check", EMERGENCY, danger=0.05)),
        )
    ),
    Row(
        "what a rule saw is asked about, however brief",
        asking(EMERGENCY, "emergency.stroke", "cost", findings=(STROKE,)),
        "moss roof",
        findings=(STROKE,),
        classifier={**BRIEF, "emergency_score": 0.06},
    ),
    Row("a doubt after an answer that is calm together with it is none", None, "and what of the loo", classifier=AFTER),
    *(
        Row(
            f"a doubt after an answer is asked about {why}",
            asking(EMERGENCY, BY_STROKE, "cost"),
            text,
            classifier={**AFTER, **classifier},
        )
        for why, text, classifier in (
            ("in a long message", "and what of the loo " * 3, {}),
            ("where it is strong enough", "and what of the loo", {"emergency_score": 0.11}),
            ("where the message is like a known danger", "and what of the loo", {"similarity": 0.7}),
            ("where it may be another risk", "and what of the loo", {"score": 0.6}),
            ("where together it may be danger", "and the loo", {"together": {"emergency": 0.06, "any": 0.06}}),
            ("where together it is a risk", "and the loo", {"together": {"emergency": 0.01, "any": 0.6}}),
        )
    ),
]

NETS = [
    Row(
        "a rule for another language counts as it stands",
        alarm(ABROAD, findings=(ABROAD,)),
        findings=(ABROAD,),
        classifier=told(danger=0.001),
    ),
    Row(
        "what a rule takes for self-harm is asked about, however sure the classifier is that it is none",
        asking("emergency_self_harm", "emergency.harm", "cost", "check_self_harm", findings=(HARM,)),
        findings=(HARM,),
        classifier=told(danger=0.0001),
    ),
    Row(
        "a question about nobody gets the answer that speaks of the risk",
        None,
        "is it studied with warfarin",
        intent="studies",
        findings=(WARFARIN,),
    ),
    Row(
        "also where the classifier saw it",
        None,
        intent="studies",
        classifier=told("clinician", "clinician_pregnancy", risk=0.4),
    ),
    Row(
        "but not where it is surely somebody's own",
        referral("clinician_pregnancy", "classifier.clinician_pregnancy", slots={"risk": "clinician_pregnancy"}),
        intent="studies",
        classifier=told("clinician", "clinician_pregnancy", risk=0.9),
    ),
    Row(
        "a question about somebody does not",
        referral(WARFARIN.category, WARFARIN.rule, findings=(WARFARIN,), slots=KEPT),
        "I take warfarin, is that studied",
        intent="studies",
        findings=(WARFARIN,),
    ),
    Row(
        "nor one that is not quite understood",
        referral(WARFARIN.category, WARFARIN.rule, findings=(WARFARIN,), slots=KEPT),
        intent="studies",
        confidence=0.7,
        findings=(WARFARIN,),
    ),
    Row(
        "nor one with a risk that the answer does not speak of",
        referral(WARFARIN.category, WARFARIN.rule, findings=(WARFARIN, DOSE), slots=KEPT),
        intent="studies",
        findings=(WARFARIN, DOSE),
    ),
    Row("an ordinary question is answered", None),
    Row("a classifier that sees nothing changes nothing", None, classifier=told()),
    Row("a rule for emergencies is an alarm without a classifier", alarm(CHEST, findings=(CHEST,)), findings=(CHEST,)),
    Row(
        "and with one that is just sure enough",
        alarm(CHEST, findings=(CHEST,)),
        findings=(CHEST,),
        classifier=told(danger=0.5),
    ),
    Row(
        "below that it is asked about",
        asking("emergency_chest_pain", "emergency.chest", "cost", findings=(CHEST,)),
        findings=(CHEST,),
        classifier=told(danger=0.499),
    ),
    Row(
        "down to a last trace of danger",
        asking("emergency_chest_pain", "emergency.chest", "cost", findings=(CHEST,)),
        findings=(CHEST,),
        classifier=told(danger=0.05),
    ),
    Row(
        "without that its words were not meant, however risky the rest",
        None,
        findings=(CHEST,),
        classifier=told(danger=0.049, risk=0.9),
    ),
    Row(
        "a classifier without thresholds overrules no alarm",
        alarm(CHEST, findings=(CHEST,)),
        findings=(CHEST,),
        classifier={"emergency_score": 0.0},
    ),
    Row(
        "nor the question",
        asking("emergency_chest_pain", CHEST.rule, "cost", findings=(CHEST,)),
        findings=(CHEST,),
        classifier={"emergency_score": 0.0, "thresholds": {"emergency": 0.5}},
    ),
    Row(
        "nor a referral",
        referral(MEDICINE, WARFARIN.rule, findings=(WARFARIN,), slots=KEPT),
        findings=(WARFARIN,),
        classifier={"score": 0.0},
        intent="ozone",
    ),
    Row("an emergency outranks a rule before it", alarm(CHEST, findings=(WARFARIN, CHEST)), findings=(WARFARIN, CHEST)),
    Row("of two emergencies the first is named", alarm(CHEST, findings=(CHEST, STROKE)), findings=(CHEST, STROKE)),
    Row(
        "the classifier alone calls an alarm",
        alarm(STROKE, rule=BY_STROKE),
        classifier=told("emergency", EMERGENCY, danger=0.9),
    ),
    Row(
        "and outranks a rule for a clinician",
        alarm(STROKE, rule=BY_STROKE, findings=(WARFARIN,)),
        findings=(WARFARIN,),
        classifier=told("emergency", EMERGENCY, danger=0.9, risk=0.9),
    ),
    Row("the classifier alone asks first", asking(EMERGENCY, BY_STROKE, "cost"), classifier=CHECKED),
    Row(
        "a rule for a clinician refers without a classifier",
        referral(MEDICINE, WARFARIN.rule, findings=(WARFARIN,), slots=KEPT),
        findings=(WARFARIN,),
    ),
    Row(
        "and with one that sees the least risk",
        referral(MEDICINE, WARFARIN.rule, findings=(WARFARIN,), slots=KEPT),
        findings=(WARFARIN,),
        classifier=told(risk=0.1),
        intent="ozone",
    ),
    Row("without that its words were not meant", None, findings=(WARFARIN,), classifier=told(risk=0.099)),
    Row(
        "a weak rule needs as much risk as a referral",
        referral("clinician_pregnancy", WIFE.rule, findings=(WIFE,), slots={"risk": "clinician_pregnancy"}),
        findings=(WIFE,),
        classifier=told(risk=0.4),
        intent="ozone",
    ),
    Row("below that it is overruled", None, findings=(WIFE,), classifier=told(risk=0.399)),
    Row(
        "a strong rule behind an overruled one refers",
        referral(MEDICINE, WARFARIN.rule, findings=(WIFE, WARFARIN), slots={"risk": "clinician_pregnancy"}),
        findings=(WIFE, WARFARIN),
        classifier=told(risk=0.2),
        intent="ozone",
    ),
    Row(
        "the classifier alone refers",
        referral(MEDICINE, "classifier.clinician_medicine", slots=KEPT),
        classifier=told("clinician", MEDICINE, risk=0.9),
    ),
    Row(
        "a rule names the risk before the classifier does",
        referral("clinician_dose", DOSE.rule, findings=(DOSE,)),
        findings=(DOSE,),
        classifier=told("clinician", MEDICINE, risk=0.9),
    ),
    Row("the intent alone refers", referral("clinician_dose", "intent.clinician_dose"), intent="clinician_dose"),
    Row(
        "the classifier names the risk before the intent does",
        referral(MEDICINE, "classifier.clinician_medicine", slots=KEPT),
        intent="clinician_dose",
        classifier=told("clinician", MEDICINE, risk=0.9),
    ),
    Row("the intent alone calls an alarm", alarm(STROKE, rule="intent.emergency_stroke"), intent=EMERGENCY),
    Row("an intent without a text is no risk", None, intent="clinician_unheard_of"),
    Row("no intent is no risk", None, intent=None),
]

ALARMS = [
    Row(
        "an alarm leaves an earlier risk as it is",
        alarm(CHEST, risk=MEDICINE, findings=(CHEST,)),
        findings=(CHEST,),
        risk=MEDICINE,
    ),
    Row("an alarm ends the form", alarm(CHEST, findings=(CHEST,), ends_form=True), findings=(CHEST,), asked=QUESTION),
    Row(
        "even where the form takes the message",
        alarm(CHEST, findings=(CHEST,), ends_form=True),
        "call 555 010 0000",
        findings=(CHEST,),
        asked=REACH,
        classifier=told(),
    ),
    Row(
        "an alarm has the sentence in the visitor's language",
        alarm(CHEST, findings=(CHEST,), then=("utter_emergency_language_es",)),
        SPANISH,
        findings=(CHEST,),
    ),
    Row("a language without its sentence gets none", alarm(CHEST, findings=(CHEST,)), "é", findings=(CHEST,)),
    Row("an alarm comes before a message without words", alarm(CHEST, findings=(CHEST,)), "🌵", findings=(CHEST,)),
    Row(
        "an alarm comes before a command to the form",
        alarm(CHEST, findings=(CHEST,), ends_form=True),
        "cancel",
        findings=(CHEST,),
        asked=REACH,
    ),
    Row("an alarm comes before a message that is too long", alarm(CHEST, findings=(CHEST,)), LONG, findings=(CHEST,)),
    Row("of which no classifier read all", alarm(CHEST, findings=(CHEST,)), LONG, findings=(CHEST,), classifier=told()),
    Row("but it read all of one of the greatest length", None, LONG[1:], findings=(CHEST,), classifier=told()),
    Row(
        "an alarm comes before a no to whether it is happening",
        alarm(CHEST, findings=(CHEST,)),
        "no but my chest hurts",
        findings=(CHEST,),
        checking=NOW,
    ),
    Row(
        "a second emergency takes the place of the first",
        alarm(CHEST, risk=EMERGENCY, findings=(CHEST,)),
        findings=(CHEST,),
        emergency=EMERGENCY,
        risk=EMERGENCY,
    ),
    Row(
        "I am fine with a symptom behind it is an alarm",
        alarm(CHEST, findings=(CHEST,)),
        "i am fine but my chest hurts",
        findings=(CHEST,),
        emergency=EMERGENCY,
    ),
    Row(
        "I am fine and nothing else ends an emergency, whatever was seen in it",
        over(),
        "I am fine.",
        findings=(CHEST,),
        emergency=EMERGENCY,
    ),
    Row("where no emergency is open it ends none", alarm(CHEST, findings=(CHEST,)), "I am fine.", findings=(CHEST,)),
]

WHILE_EMERGENCY = [
    Row("an emergency stays until it is over", reminder(), intent="session", emergency=EMERGENCY),
    *(
        Row(
            f"an answer about the {LIBRARY[name].topic} follows the reminder",
            reminder(then=(f"utter_{name}",)),
            intent=name,
            emergency=EMERGENCY,
        )
        for name in ("hours", "parking", "cost")
    ),
    Row("small talk about the clinic does not", reminder(), intent="staff_thanks", emergency=EMERGENCY),
    Row("what was not understood does not", reminder(), intent="nlu_fallback", emergency=EMERGENCY),
    Row("no intent at all gets the reminder", reminder(), intent=None, emergency=EMERGENCY),
    Row(
        "an open emergency never gives way to a medicine",
        reminder(findings=(WARFARIN,), slots={"doubtful": None}),
        intent="session",
        findings=(WARFARIN,),
        emergency=EMERGENCY,
    ),
    Row(
        "nor to the classifier's lesser risk",
        reminder(slots={"doubtful": None}),
        intent="session",
        classifier=told("clinician", MEDICINE, risk=0.9),
        emergency=EMERGENCY,
    ),
    Row(
        "nor to a question of which the intent is a risk",
        reminder(slots={"doubtful": None}),
        intent="clinician_dose",
        emergency=EMERGENCY,
    ),
    Row(
        "nor to asking first",
        reminder(slots={"doubtful": None}),
        intent="session",
        classifier=CHECKED,
        emergency=EMERGENCY,
    ),
    Row("nor to an answer to that", reminder(), "no", intent="session", checking=NOW, emergency=EMERGENCY),
    Row("nor to a message without words", reminder(), "🌵", intent="session", emergency=EMERGENCY),
    Row("nor to one that is too long", reminder(), LONG, intent="session", emergency=EMERGENCY),
    Row("nor to a command to the form", reminder(), "cancel", intent="session", emergency=EMERGENCY, asked=REACH),
    Row("nor to several questions", reminder(), intent="session", parts=("session", "ozone"), emergency=EMERGENCY),
    Row("nor to an earlier risk", reminder(), intent="session", emergency=EMERGENCY, risk=MEDICINE),
    Row("plain words end it", over(), "I am fine", emergency=EMERGENCY),
    Row("so do words that begin with them", over(), "I am fine now really", emergency=EMERGENCY),
    Row("so does the meaning that was taken", over(), intent="emergency_over", emergency=EMERGENCY),
    Row(
        "but nothing that was not understood",
        reminder(),
        intent="nlu_fallback",
        emergency=EMERGENCY,
    ),
    *(
        Row(
            f"nor any words in which it goes on: {text}",
            reminder(slots={"doubtful": None}),
            text,
            intent="emergency_over",
            emergency=EMERGENCY,
        )
        for text in ("i am fine but still numb", "they are not here")
    ),
    Row(
        "an alarm of the classifier alone gives way to a calm question",
        Decision(
            "caution_emergency",
            Reason.EMERGENCY_DOUBTED,
            earlier=EMERGENCY,
            slots={"emergency": None, "doubtful": None},
            then=("utter_hours",),
        ),
        "when are you open",
        intent="hours",
        emergency=EMERGENCY,
        doubtful=True,
    ),
    Row(
        "any alarm is doubted after a calm question about the treatment",
        reminder(slots={"doubtful": True}),
        "does it hurt",
        intent="ozone",
        emergency=EMERGENCY,
    ),
    Row(
        "but not after one that is not sure",
        reminder(),
        "does it hurt",
        intent="ozone",
        confidence=0.7,
        emergency=EMERGENCY,
    ),
    Row("nor after what asks nothing", reminder(), "ozone for me", intent="ozone", emergency=EMERGENCY),
    Row("nor after one about having it", reminder(), "does it hurt", intent="session", emergency=EMERGENCY),
    Row(
        "nor after one about where the clinic is, which is answered",
        reminder(then=("utter_hours",)),
        "when are you open",
        intent="hours",
        emergency=EMERGENCY,
    ),
    Row(
        "words in which it goes on take the doubt away",
        reminder(slots={"doubtful": None}),
        "does it still hurt",
        intent="ozone",
        emergency=EMERGENCY,
        doubtful=True,
    ),
    Row(
        "but not to one that is about having the treatment",
        reminder(),
        intent="session",
        emergency=EMERGENCY,
        doubtful=True,
    ),
    Row(
        "nor to one with a doubt about danger in it",
        reminder(then=("utter_hours",), slots={"doubtful": None}),
        intent="hours",
        classifier=CHECKED,
        emergency=EMERGENCY,
        doubtful=True,
    ),
    Row(
        "thoughts of self-harm do not end by what a message may mean",
        Decision(
            "emergency_followup",
            Reason.EMERGENCY_NOT_OVER,
            {"category": "emergency_self_harm", "rule": "earlier"},
            earlier="emergency_self_harm",
        ),
        intent="emergency_over",
        emergency="emergency_self_harm",
    ),
    Row("a message without words ends nothing", reminder(), "🌵", intent="emergency_over", emergency=EMERGENCY),
    Row("its end takes the risk that it was away", over(risk=None), "I am fine", emergency=EMERGENCY, risk=EMERGENCY),
    Row("but no other risk", over(), "I am fine", emergency=EMERGENCY, risk=MEDICINE),
    Row(
        "the reminder has the sentence in the visitor's language last",
        reminder(then=("utter_hours", "utter_emergency_language_es")),
        SPANISH,
        intent="hours",
        emergency=EMERGENCY,
    ),
]

CHECKS = [
    Row(
        "thoughts of self-harm are asked about in words of their own",
        asking("emergency_self_harm", "classifier.emergency_self_harm", "cost", "check_self_harm"),
        classifier=told("check", "emergency_self_harm", danger=0.3),
    ),
    Row(
        "after no comes the referral that the message needs without the danger",
        asking("emergency_chest_pain", CHEST.rule, MEDICINE, findings=(CHEST, WARFARIN)),
        findings=(CHEST, WARFARIN),
        classifier=told(danger=0.3, risk=0.3),
        intent="ozone",
    ),
    Row(
        "but none for a rule that was overruled",
        asking("emergency_chest_pain", CHEST.rule, "cost", findings=(CHEST, WIFE)),
        findings=(CHEST, WIFE),
        classifier=told(danger=0.3, risk=0.3),
    ),
    Row(
        "or the one on account of an earlier risk",
        asking(EMERGENCY, BY_STROKE, "clinician_earlier_risk"),
        intent="session",
        classifier=CHECKED,
        risk=MEDICINE,
    ),
    Row("or small talk", asking(EMERGENCY, BY_STROKE, "greet"), intent="greet", classifier=CHECKED),
    Row(
        "what was not understood is not answered after no",
        asking(EMERGENCY, BY_STROKE, None),
        intent="nlu_fallback",
        classifier=CHECKED,
    ),
    Row("nor what is out of scope", asking(EMERGENCY, BY_STROKE, None), intent="out_of_scope", classifier=CHECKED),
    Row("nor an emergency by its intent", asking(EMERGENCY, BY_STROKE, None), intent=EMERGENCY, classifier=CHECKED),
    Row("nor nothing", asking(EMERGENCY, BY_STROKE, None), intent=None, classifier=CHECKED),
    Row(
        "in the form a doubt of the classifier alone changes nothing",
        None,
        "jo@mail.example",
        classifier=CHECKED,
        asked=REACH,
    ),
    Row("in another language the classifier says nothing", None, SPANISH, classifier=CHECKED),
    Row(
        "asking comes before a message that is too long",
        asking(EMERGENCY, BY_STROKE, None),
        LONG,
        intent="nlu_fallback",
        classifier=CHECKED,
    ),
    Row(
        "a number to call and nothing else is asked about",
        asking("emergency_other", SIGNAL.rule, "cost", findings=(SIGNAL,)),
        "911",
        findings=(SIGNAL,),
    ),
    Row(
        "also where a rule sends it to a clinician",
        asking("emergency_other", SIGNAL.rule, MEDICINE, findings=(SIGNAL, WARFARIN)),
        findings=(SIGNAL, WARFARIN),
    ),
    Row("a surer sign beside it is an alarm", alarm(CHEST, findings=(CHEST, SIGNAL)), findings=(CHEST, SIGNAL)),
    Row(
        "a message without words is not asked about",
        Decision("empty_message", Reason.NO_WORDS),
        "🌵",
        classifier=CHECKED,
    ),
    Row(
        "no leads on to the answer",
        Decision("cost", Reason.CHECK_DENIED, earlier=EMERGENCY, slots={"checking": None}),
        "No!",
        intent="acknowledge",
        checking=NOW,
    ),
    Row(
        "so does no with words behind it",
        Decision("cost", Reason.CHECK_DENIED, earlier=EMERGENCY, slots={"checking": None}),
        "no but I wonder",
        checking=NOW,
    ),
    Row(
        "so do words that end an emergency",
        Decision("cost", Reason.CHECK_DENIED, earlier=EMERGENCY, slots={"checking": None}),
        "I am fine",
        checking=NOW,
    ),
    Row(
        "also where the classifier still doubts",
        Decision("cost", Reason.CHECK_DENIED, earlier=EMERGENCY, slots={"checking": None}),
        "no",
        classifier=CHECKED,
        checking=NOW,
    ),
    Row(
        "no without an answer behind it is taken kindly",
        Decision("check_over", Reason.CHECK_DENIED, earlier=EMERGENCY, slots={"checking": None}),
        "no",
        checking=Checking(EMERGENCY),
    ),
    Row(
        "in the form no leads back to it",
        Decision(
            "cost", Reason.CHECK_DENIED, earlier=EMERGENCY, slots={"checking": None, CONSENT: None}, then=BACK_TO_FORM
        ),
        "no",
        checking=NOW,
        asked=CONSENT,
    ),
    Row(
        "yes is an alarm",
        alarm(STROKE, rule="check", reason=Reason.CHECK_CONFIRMED),
        "Yes!",
        intent="acknowledge",
        checking=NOW,
    ),
    Row(
        "so is yes with words behind it",
        alarm(STROKE, rule="check", reason=Reason.CHECK_CONFIRMED, findings=(WARFARIN,)),
        "yes my face",
        findings=(WARFARIN,),
        checking=NOW,
    ),
    Row(
        "yes leaves an earlier risk as it is",
        alarm(STROKE, rule="check", reason=Reason.CHECK_CONFIRMED, risk=MEDICINE),
        "yes",
        checking=NOW,
        risk=MEDICINE,
    ),
    Row(
        "yes ends the form",
        alarm(STROKE, rule="check", reason=Reason.CHECK_CONFIRMED, ends_form=True),
        "yes",
        checking=NOW,
        asked=TIME,
    ),
    Row("anything else is a message like any other", None, checking=NOW),
    Row(
        "also one that is doubtful in its turn", asking(EMERGENCY, BY_STROKE, "cost"), classifier=CHECKED, checking=NOW
    ),
    Row("a message without words is no answer to it", Decision("empty_message", Reason.NO_WORDS), "🌵", checking=NOW),
    Row("yes is an answer to nothing where nothing was asked", None, "yes"),
    Row("and so is no", None, "no"),
]

IN_THE_FORM = [
    Row(
        "cancelling ends it",
        Decision("request_cancelled", Reason.FORM_CANCELLED, ends_form=True),
        "Cancel!",
        asked=REACH,
    ),
    Row(
        "no at the end sends nothing",
        Decision("request_declined", Reason.FORM_DECLINED, ends_form=True),
        "no",
        asked=CONSENT,
    ),
    Row(
        "no before that does not end it",
        Decision("cost", Reason.IN_BETWEEN, slots={REACH: None}, then=BACK_TO_FORM),
        "no",
        asked=REACH,
    ),
    Row(
        "help is given and it asks again",
        Decision("request_help", Reason.FORM_HELP, slots={QUESTION: None}, then=BACK_TO_FORM),
        "How does this work?",
        asked=QUESTION,
    ),
    Row(
        "asking for it again is told",
        Decision("request_already_open", Reason.FORM_OPEN, slots={REACH: None}, then=BACK_TO_FORM),
        "leave a question",
        asked=REACH,
    ),
    Row(
        "an answer can be changed",
        Decision("request_change", Reason.FORM_CHANGED, slots={TIME: None, CONSENT: None}, then=BACK_TO_FORM),
        "change the time",
        asked=CONSENT,
    ),
    Row(
        "back goes back by one",
        Decision("request_change", Reason.FORM_CHANGED, slots={QUESTION: None, REACH: None}, then=BACK_TO_FORM),
        "back",
        asked=REACH,
    ),
    Row("outside it these words are no commands", None, "cancel"),
    Row(
        "a command is not a risk",
        Decision("request_cancelled", Reason.FORM_CANCELLED, ends_form=True),
        "cancel",
        asked=REACH,
        classifier=told("clinician", MEDICINE, risk=0.9),
    ),
    Row("a risky question is taken by it", None, findings=(WARFARIN,), asked=QUESTION),
    Row(
        "a number says nothing to the classifier",
        None,
        "555 010 0000",
        asked=REACH,
        classifier=told("emergency", EMERGENCY, danger=0.9),
    ),
    Row("nor does its intent", None, "555 010 0000", intent="emergency_stroke", asked=REACH),
    Row(
        "a yes says nothing to the classifier",
        None,
        "Yes, send it",
        asked=CONSENT,
        classifier=told("emergency", EMERGENCY, danger=0.9),
    ),
    Row(
        "a question with a number in it does",
        alarm(STROKE, rule=BY_STROKE, ends_form=True),
        "555 010 0000",
        asked=QUESTION,
        classifier=told("emergency", EMERGENCY, danger=0.9),
    ),
    Row(
        "what it cannot take is judged like any message",
        alarm(STROKE, rule=BY_STROKE, ends_form=True),
        asked=REACH,
        classifier=told("emergency", EMERGENCY, danger=0.9),
    ),
    Row(
        "a number is a number outside it, too",
        alarm(STROKE, rule=BY_STROKE),
        "555 010 0000",
        classifier=told("emergency", EMERGENCY, danger=0.9),
    ),
    Row(
        "a risk is no time",
        referral(MEDICINE, WARFARIN.rule, findings=(WARFARIN,), slots={**KEPT, TIME: None}, then=BACK_TO_FORM),
        "I take warfarin",
        findings=(WARFARIN,),
        asked=TIME,
    ),
    Row("a time is one, with a risk beside it", None, "mornings, before my warfarin", findings=(WARFARIN,), asked=TIME),
    Row("so is anything harmless", None, "as you like", asked=TIME),
    Row(
        "a risk in between is referred and it asks again",
        referral(MEDICINE, WARFARIN.rule, findings=(WARFARIN,), slots={**KEPT, REACH: None}, then=BACK_TO_FORM),
        "I take warfarin",
        findings=(WARFARIN,),
        asked=REACH,
    ),
    Row(
        "a message without words is told so and it asks again",
        Decision("empty_message", Reason.NO_WORDS, slots={REACH: None}, then=BACK_TO_FORM),
        "🌵",
        asked=REACH,
    ),
    Row("its own limit holds for a long question", None, LONG, asked=QUESTION),
    Row(
        "a question in between is answered and it asks again",
        Decision("hours", Reason.IN_BETWEEN, slots={REACH: None}, then=BACK_TO_FORM),
        intent="hours",
        asked=REACH,
    ),
    Row(
        "so is a follow-up",
        Decision("ozone", Reason.FOLLOW_UP, slots={REACH: None}, then=BACK_TO_FORM),
        intent="why_so",
        topics=("hours",),
        asked=REACH,
    ),
    *(
        Row(f"{intent} is no question in between", None, intent=intent, asked=REACH)
        for intent in (
            "nlu_fallback",
            "out_of_scope",
            "other_language",
            "leave_question",
            "no_open_request",
            "acknowledge",
            "without_a_text",
            None,
        )
    ),
    Row("nor is a message in another language", None, SPANISH, intent="nlu_fallback", asked=REACH),
    Row(
        "after a risk a question in between is referred",
        earlier(slots={REACH: None}, then=BACK_TO_FORM),
        intent="session",
        asked=REACH,
        risk=MEDICINE,
    ),
    Row(
        "or answered with a caution",
        Decision(
            "caution_earlier_risk",
            Reason.CAUTION,
            earlier=MEDICINE,
            slots={"cautioned": True, REACH: None},
            then=("utter_benefits", FORM),
        ),
        intent="benefits",
        asked=REACH,
        risk=MEDICINE,
    ),
    Row(
        "several questions in between are answered as one",
        Decision("cost", Reason.IN_BETWEEN, slots={REACH: None}, then=BACK_TO_FORM),
        parts=("cost", "hours"),
        asked=REACH,
    ),
    Row(
        "a short question in between is not asked back",
        Decision("cost", Reason.IN_BETWEEN, slots={REACH: None}, then=BACK_TO_FORM),
        "how long",
        topics=("near",),
        asked=REACH,
    ),
    Row(
        "contact data where it asks for none is no message outside it",
        None,
        "jo@mail.example",
        intent="nlu_fallback",
        asked=CONSENT,
    ),
]

RISKS = [
    Row(
        "a risk stays with the conversation",
        referral(MEDICINE, WARFARIN.rule, findings=(WARFARIN,), slots=KEPT),
        findings=(WARFARIN,),
    ),
    Row(
        "a general question of risk does not", referral("clinician_dose", DOSE.rule, findings=(DOSE,)), findings=(DOSE,)
    ),
    Row(
        "a personal one behind a general one does",
        referral("clinician_dose", DOSE.rule, findings=(DOSE, WARFARIN), slots=KEPT),
        findings=(DOSE, WARFARIN),
    ),
    Row(
        "an emergency that was not meant does not",
        referral(MEDICINE, WARFARIN.rule, findings=(CHEST, WARFARIN), slots=KEPT),
        findings=(CHEST, WARFARIN),
        classifier=told(risk=0.3),
        intent="ozone",
    ),
    Row(
        "a second risk does not take the place of the first",
        referral(MEDICINE, WARFARIN.rule, findings=(WARFARIN,), earlier="clinician_pregnancy"),
        findings=(WARFARIN,),
        risk="clinician_pregnancy",
    ),
    Row(
        "a referral has the sentence in the visitor's language",
        referral(MEDICINE, WARFARIN.rule, findings=(WARFARIN,), slots=KEPT, then=("utter_other_language_es",)),
        "me tomo warfarina",
        findings=(WARFARIN,),
    ),
    Row(
        "a referral comes before contact data",
        referral(MEDICINE, WARFARIN.rule, findings=(WARFARIN,), slots=KEPT),
        "jo@mail.example",
        intent="nlu_fallback",
        findings=(WARFARIN,),
    ),
    Row(
        "a referral comes before several questions",
        referral(MEDICINE, WARFARIN.rule, findings=(WARFARIN,), slots=KEPT),
        parts=("cost", "hours"),
        findings=(WARFARIN,),
    ),
    Row("a message that is too long is not answered", Decision("message_too_long", Reason.TOO_LONG), LONG),
    Row("one of the greatest length is", None, LONG[1:]),
    Row("spaces make no message too long", None, LONG[3:] + " " * 99 + "w"),
    Row(
        "a risk in one that is too long stays with the conversation",
        Decision("message_too_long", Reason.TOO_LONG, slots=KEPT),
        LONG,
        findings=(WARFARIN,),
    ),
    Row(
        "also one that only the classifier saw",
        Decision("message_too_long", Reason.TOO_LONG, slots=KEPT),
        LONG,
        classifier=told("clinician", MEDICINE, risk=0.9),
    ),
    Row(
        "but no second one",
        Decision("message_too_long", Reason.TOO_LONG),
        LONG,
        findings=(WARFARIN,),
        risk="clinician_pregnancy",
    ),
    Row("after a risk a question about having it is referred", earlier(), intent="session", risk=MEDICINE),
    Row(
        "with the sentence in the visitor's language",
        earlier(then=("utter_other_language_es",)),
        "me tomo",
        intent="session",
        risk=MEDICINE,
    ),
    Row("without one it is answered", None, intent="session"),
    Row(
        "after a risk other questions about it get a caution before the answer",
        Decision(
            "caution_earlier_risk",
            Reason.CAUTION,
            earlier=MEDICINE,
            slots={"cautioned": True},
            then=("utter_benefits",),
        ),
        intent="benefits",
        risk=MEDICINE,
    ),
    Row(
        "a risk told beside a question in general puts a caution before the answer",
        Decision(
            "caution_told",
            Reason.CAUTION_TOLD,
            risk={"category": MEDICINE, "rule": WARFARIN.rule},
            findings=(WARFARIN,),
            slots={"risk": MEDICINE, "cautioned": True},
            then=("utter_ozone",),
        ),
        "i am on warfarin, what is ozone",
        intent="ozone",
        findings=(WARFARIN,),
        classifier=told(risk=0.05),
    ),
    Row(
        "and sends a question about having it to a clinician",
        referral(MEDICINE, WARFARIN.rule, findings=(WARFARIN,), slots=KEPT),
        "i am on warfarin, how long is a session",
        intent="session",
        findings=(WARFARIN,),
        classifier=told(risk=0.05),
    ),
    Row(
        "beside a question about the house it is answered",
        None,
        "i am on warfarin, what does it cost",
        findings=(WARFARIN,),
        classifier=told(risk=0.6),
    ),
    Row(
        "unless a judgement is asked for",
        referral(MEDICINE, WARFARIN.rule, findings=(WARFARIN,), slots=KEPT),
        "i am on warfarin, should i stop, and what does it cost",
        findings=(WARFARIN,),
        classifier=told(risk=0.6),
    ),
    Row(
        "or something to do is found",
        referral("clinician_dose", DOSE.rule, findings=(DOSE,)),
        "i take 40, what does it cost",
        findings=(DOSE,),
        classifier=told(risk=0.6),
    ),
    Row(
        "what only has the shape of a risk puts nothing before an answer",
        None,
        "my wife is here, what is ozone",
        intent="ozone",
        findings=(WIFE,),
        classifier=told(risk=0.05),
    ),
    Row(
        "nor does an answer that speaks of it need a caution",
        None,
        "i am on warfarin, what was studied",
        intent="studies",
        findings=(WARFARIN,),
        classifier=told(risk=0.05),
    ),
    Row("once", None, intent="benefits", risk=MEDICINE, cautioned=True),
    Row("a referral is no caution, and comes each time", earlier(), intent="session", risk=MEDICINE, cautioned=True),
    Row("without a risk there is no caution", None, intent="benefits"),
    Row("after a risk clinic and world are open", None, intent="hours", risk=MEDICINE),
    Row("and small talk", None, intent="greet", risk=MEDICINE),
    Row("whatever is noted on it", None, intent="staff_thanks", risk=MEDICINE),
    Row("and thanks, too", None, intent="thanks", risk=MEDICINE),
    Row("and what was not understood is asked back", None, intent="nlu_fallback", risk=MEDICINE),
    Row("no intent at all is none about having it", None, intent=None, risk=MEDICINE),
    Row(
        "a follow-up is judged by where it leads",
        earlier(),
        "how long",
        intent="nlu_fallback",
        topics=("benefits",),
        risk=MEDICINE,
    ),
    Row(
        "also for the caution",
        Decision(
            "caution_earlier_risk",
            Reason.CAUTION,
            earlier=MEDICINE,
            slots={"cautioned": True},
            then=("utter_benefits",),
        ),
        intent="why_so",
        topics=("session",),
        risk=MEDICINE,
    ),
]

OTHER = [
    Row("a message without words is asked back", Decision("empty_message", Reason.NO_WORDS), "🌵"),
    *(
        Row(
            f"contact data read as {intent} leads to the form",
            Decision("contact_outside_form", Reason.CONTACT_DATA),
            "jo@mail.example",
            intent=intent,
        )
        for intent in ("nlu_fallback", "out_of_scope", "other_language")
    ),
    Row("a question with an address in it is answered", None, "jo@mail.example"),
    Row(
        "who asks to be called gets the form",
        Decision("leave_question", Reason.CALL_ME, then=("request_form",)),
        "call me tomorrow",
    ),
    Row(
        "who asks to be booked is told first how that is done",
        Decision("cost", Reason.CALL_ME, then=("utter_leave_question", "request_form")),
        "book me tomorrow",
    ),
    Row("another call is none", None, "call me a taxi"),
    Row(
        "a number that corrects another one fills its step at once",
        Decision(
            "request_change", Reason.FORM_CHANGED, slots={REACH: "555 010 9988", CONSENT: None}, then=("request_form",)
        ),
        "no, my number is 555 010 9988",
        asked=CONSENT,
    ),
    Row(
        "what is called wrong is asked again",
        Decision("request_change", Reason.FORM_CHANGED, slots={REACH: None, TIME: None}, then=("request_form",)),
        "no my number is wrong",
        asked=TIME,
    ),
    Row("what was not understood is not contact data", None, intent="nlu_fallback"),
    Row(
        "several questions are answered in their order, each once",
        Decision("cost", Reason.SEVERAL_QUESTIONS, then=("utter_hours",)),
        parts=("cost", "hours", "cost"),
    ),
    Row(
        "so many and no more",
        Decision("cost", Reason.SEVERAL_QUESTIONS, then=("utter_hours", "utter_ozone")),
        parts=("cost", "hours", "ozone", "parking"),
    ),
    Row("only those that have an answer count", None, parts=("cost", "greet", "without_a_text")),
    Row(
        "of a story that was not understood its one question is answered",
        Decision("cost", Reason.PART),
        intent="nlu_fallback",
        questions=("cost",),
    ),
    Row(
        "unless it is a question for a clinician",
        earlier(),
        intent="nlu_fallback",
        questions=("session",),
        risk=MEDICINE,
    ),
    Row("of a message that was understood it is not", None, intent="hours", questions=("cost",)),
    Row("one question is not several", None, parts=("cost",)),
    Row("a known sentence is one question", None, parts=("cost", "hours"), confidence=1.0),
    Row(
        "after a risk not one of several is answered that must not be",
        earlier(),
        intent="session",
        parts=("cost", "session"),
        risk=MEDICINE,
    ),
    Row(
        "those that may are answered",
        Decision("cost", Reason.SEVERAL_QUESTIONS, then=("utter_hours",)),
        parts=("cost", "hours"),
        risk=MEDICINE,
    ),
    Row(
        "without a risk all of them are",
        Decision("cost", Reason.SEVERAL_QUESTIONS, then=("utter_session",)),
        parts=("cost", "session"),
    ),
    Row(
        "a short question is answered from the last answer",
        Decision("session", Reason.FOLLOW_UP),
        "How long?",
        intent="nlu_fallback",
        topics=("benefits",),
    ),
    Row(
        "one that fits nothing asks back near the last answer",
        Decision("clarify", Reason.SHORT_QUESTION, slots={"offered": ["session", "cost"], "misses": 3.0}),
        "how long?",
        intent="nlu_fallback",
        topics=("near",),
        misses=2,
    ),
    Row(
        "where nothing is near it is read as it stands",
        Decision("hours", Reason.FOLLOW_UP),
        "how long?",
        topics=("ozone",),
        in_context="hours",
    ),
    Row(
        "after a risk it is read as it stands, too", None, "how long?", intent="hours", topics=("near",), risk=MEDICINE
    ),
    Row(
        "an address in what leans on the last answer counts for nothing",
        Decision("cost", Reason.FOLLOW_UP),
        "how much",
        intent="nlu_fallback",
    ),
    Row(
        "where answers come from is told when there is none yet",
        Decision("where_answers_come_from", Reason.FOLLOW_UP),
        intent="sources_of_answer",
    ),
    Row(
        "who approved is told when there is none yet",
        Decision("who_approved", Reason.FOLLOW_UP),
        intent="approval_of_answer",
    ),
    Row(
        "also when the last one is no more",
        Decision("who_approved", Reason.FOLLOW_UP),
        intent="approval_of_answer",
        topics=("gone",),
    ),
    Row("the sources of the last answer are its own", None, intent="sources_of_answer", topics=("cost",)),
    Row(
        "the short version of the last answer is sent",
        Decision("benefits_in_short", Reason.FOLLOW_UP),
        intent="simpler",
        topics=("benefits",),
    ),
    Row("when there is one", None, intent="simpler", topics=("cost",)),
    Row("and when there is an answer", None, intent="simpler"),
    Row("another intent sends no short version", None, topics=("benefits",)),
    Row(
        "the previous answer is the one before the last",
        Decision("hours", Reason.FOLLOW_UP),
        intent="previous_answer",
        topics=("hours", "cost"),
    ),
    Row("when there are two", None, intent="previous_answer", topics=("cost",)),
    Row("another intent goes back to none", None, intent="greet", topics=("hours", "cost")),
    Row(
        "a follow-up leads on from the last answer",
        Decision("benefits", Reason.FOLLOW_UP),
        intent="why_so",
        topics=("session",),
    ),
    Row("when there is one to lead on from", None, intent="why_so"),
    Row("and it is there", None, intent="why_so", topics=("gone",)),
    Row(
        "what a message means together with the last answer is sent",
        Decision("hours", Reason.FOLLOW_UP),
        in_context="hours",
    ),
    Row(
        "what does not say what was asked is sent after a sentence that tells so",
        Decision("detail_gap", Reason.DETAIL_GAP, then=("utter_hours",)),
        in_context="hours",
        gap=True,
    ),
    Row(
        "where the short form says what was asked, that one is sent",
        Decision("detail_gap", Reason.DETAIL_GAP, then=("utter_hours_in_short",)),
        in_context="hours",
        gap=True,
        again="hours_in_short",
    ),
    Row(
        "a follow-up comes before a gap",
        Decision("benefits", Reason.FOLLOW_UP),
        intent="why_so",
        topics=("session",),
        in_context="hours",
        gap=True,
    ),
    Row(
        "a follow-up comes before that",
        Decision("benefits", Reason.FOLLOW_UP),
        intent="why_so",
        topics=("session",),
        in_context="hours",
    ),
    Row(
        "a short question comes before both",
        Decision("session", Reason.FOLLOW_UP),
        "how long",
        intent="why_so",
        topics=("benefits",),
        in_context="hours",
    ),
    Row("a meaning in context that is the intent is nothing new", None, in_context="cost"),
    *(
        Row(
            f"another language read as {intent} gets its sentence",
            Decision("other_language_es", Reason.OTHER_LANGUAGE),
            SPANISH,
            intent=intent,
        )
        for intent in ("nlu_fallback", "out_of_scope", "other_language")
    ),
    Row("what was understood all the same is answered", None, SPANISH),
    Row("a language without its sentence is not answered in it", None, "é", intent="nlu_fallback"),
]

TABLE = [*FAINT_DOUBTS, *NETS, *ALARMS, *WHILE_EMERGENCY, *CHECKS, *IN_THE_FORM, *RISKS, *OTHER]


def decided(row: Row) -> Decision | None:
    """What `decide` makes of a row."""
    message = Understanding(
        row.text,
        row.intent,
        row.confidence,
        row.findings,
        row.classifier,
        row.parts,
        row.in_context,
        row.gap,
        row.again,
        row.questions or row.parts,
    )
    context = Context(row.asked, Memory(row.topics, (), row.misses), row.checking, row.cautioned, row.doubtful)
    return decide(message, risk=row.risk, emergency=row.emergency, library=LIBRARY, context=context, content=CONTENT)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.claim)
def test_the_decision_is_that_of_the_table(row: Row) -> None:
    assert decided(row) == row.decision


def test_no_claim_is_made_twice() -> None:
    assert len({row.claim for row in TABLE}) == len(TABLE)


def test_every_reason_of_a_decision_has_a_row() -> None:
    assert {row.decision.reason for row in TABLE if row.decision} == set(Reason) - {Reason.INTENT, Reason.FAULT}


@pytest.mark.parametrize("category", [name for name in load_categories(DATA / "safety") if name.startswith(CLINICIAN)])
def test_only_what_tells_of_a_person_stays_with_the_conversation(category: str) -> None:
    general = {
        "dose",
        "home_use",
        "interaction",
        "cancer_claim",
        "infection_claim",
        "cure_claim",
        "contraindication",
        "second_opinion",
        "general",
    }
    kept = remember(Understanding("", None, 0.0, (), {}), category, None)
    assert kept == ({} if category.removeprefix(CLINICIAN) in general else {"risk": category})


def test_general_categories_are_categories() -> None:
    assert set(load_categories(DATA / "safety")) >= GENERAL


def test_the_record_keeps_the_decision_with_its_first_findings() -> None:
    findings = tuple(Finding("clinician_medicine", f"rule.{number}", "x") for number in range(MAX_FINDINGS + 1))
    decision = Decision(
        "clinician_medicine",
        Reason.RISK,
        {"category": "c", "rule": "r"},
        findings,
        "clinician_pregnancy",
        {"risk": "x"},
        ("utter_cost",),
    )
    assert decision.as_metadata() == {
        "reason": "risk",
        "risk": {"category": "c", "rule": "r"},
        "findings": [finding.as_dict() for finding in findings[:MAX_FINDINGS]],
        "earlier": "clinician_pregnancy",
        "then": ["utter_cost"],
    }
    assert Decision("clarify", Reason.SHORT_QUESTION).as_metadata()["risk"] is None


def test_so_many_questions_of_a_message_are_answered() -> None:
    assert MAX_PARTS == 3


def test_a_check_without_an_answer_behind_it_is_read_back_from_a_record_that_keeps_no_nulls() -> None:
    assert Checking(**{"category": EMERGENCY}) == Checking(EMERGENCY, None)
