"""The order of decisions, without Rasa."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.content.follow_ups import load_follow_ups
from bot.content.form_words import load_form_words
from bot.content.languages import load_languages
from bot.content.library import Library
from bot.content.short_questions import load_short_questions
from bot.conversation.decision import EARLIER_RISK, EMERGENCY_FOLLOWUP, EMERGENCY_OVER, Content, Context, Decision, Understanding, decide
from bot.conversation.memory import Memory
from bot.conversation.request_form import CONSENT, QUESTION, REACH, TIME
from bot.safety.triage import Finding
from tests.conftest import DATA

WARFARIN = Finding("clinician_medicine", "medicine.anticoagulant", "warfarin")
CHEST = Finding("emergency_chest_pain", "emergency.chest.pain", "chest pain")


def _decide(
    library: Library,
    text: str = "how long does it take",
    *,
    intent: str | None = "session_length",
    confidence: float = 0.9,
    findings: tuple[Finding, ...] = (),
    classifier: Mapping[str, Any] | None = None,
    risk: str | None = None,
    emergency: str | None = None,
) -> Decision | None:
    return decide(Understanding(text, intent, confidence, findings, classifier or {}), risk=risk, emergency=emergency, library=library)


def test_an_ordinary_question_is_answered(library: Library) -> None:
    assert _decide(library) is None


def test_an_emergency_outranks_a_question(library: Library) -> None:
    decision = _decide(library, findings=(CHEST, WARFARIN))
    assert decision is not None
    assert decision.snippet == "emergency_chest_pain"
    assert decision.risk == {"category": "emergency_chest_pain", "rule": "emergency.chest.pain"}


def test_the_classifiers_emergency_outranks_a_rule_for_a_clinician(library: Library) -> None:
    decision = _decide(library, findings=(WARFARIN,), classifier={"category": "emergency_stroke"})
    assert decision is not None
    assert decision.snippet == "emergency_stroke"


def test_a_rule_alone_refers(library: Library) -> None:
    decision = _decide(library, findings=(WARFARIN,))
    assert decision is not None
    assert decision.snippet == "clinician_medicine"


def test_the_classifier_alone_refers(library: Library) -> None:
    decision = _decide(library, classifier={"category": "clinician_pregnancy"})
    assert decision is not None
    assert decision.risk == {"category": "clinician_pregnancy", "rule": "classifier.clinician_pregnancy"}


def test_the_intent_alone_refers(library: Library) -> None:
    decision = _decide(library, intent="clinician_dose")
    assert decision is not None
    assert decision.risk == {"category": "clinician_dose", "rule": "intent.clinician_dose"}


def test_a_personal_risk_is_remembered(library: Library) -> None:
    decision = _decide(library, findings=(WARFARIN,))
    assert decision is not None
    assert decision.slots == {"risk": "clinician_medicine"}


def test_a_general_risk_is_not_remembered(library: Library) -> None:
    decision = _decide(library, findings=(Finding("clinician_cancer_claim", "x", "cancer"),))
    assert decision is not None
    assert decision.slots == {}


@pytest.mark.parametrize("intent", ["session_length", "general_safety", "preparation", "how_often", "nlu_fallback"])
def test_after_a_risk_questions_about_the_treatment_are_referred(library: Library, intent: str) -> None:
    decision = _decide(library, intent=intent, risk="clinician_medicine")
    assert decision is not None
    assert decision.snippet == EARLIER_RISK


@pytest.mark.parametrize("intent", ["opening_hours", "booking", "privacy", "thanks", "out_of_scope", "fda_status"])
def test_after_a_risk_questions_about_clinic_and_world_are_answered(library: Library, intent: str) -> None:
    assert _decide(library, intent=intent, risk="clinician_medicine") is None


def test_an_emergency_holds_until_it_is_called_over(library: Library) -> None:
    decision = _decide(library, intent="opening_hours", emergency="emergency_breathing")
    assert decision is not None
    assert decision.snippet == EMERGENCY_FOLLOWUP


def test_only_known_words_call_an_emergency_over(library: Library) -> None:
    guessed = _decide(library, intent=EMERGENCY_OVER, confidence=0.97, emergency="emergency_breathing")
    said = _decide(library, intent=EMERGENCY_OVER, confidence=1.0, emergency="emergency_breathing")
    assert guessed is not None
    assert guessed.snippet == EMERGENCY_FOLLOWUP
    assert said is not None
    assert said.snippet == EMERGENCY_OVER
    assert said.slots == {"emergency": None}


def test_a_message_without_words_is_asked_back(library: Library) -> None:
    decision = _decide(library, "🙂🙂", intent="nlu_fallback")
    assert decision is not None
    assert decision.snippet == "empty_message"


def test_a_long_message_is_refused_but_an_emergency_in_it_is_not(library: Library) -> None:
    long = _decide(library, "word " * 1000)
    urgent = _decide(library, "word " * 1000, findings=(CHEST,))
    assert long is not None
    assert long.snippet == "message_too_long"
    assert urgent is not None
    assert urgent.snippet == "emergency_chest_pain"


WIFE = Finding("clinician_other_person", "clinician.person.relative-has", "my wife has", weak=True)
SURE = {"score": 0.001, "category": None, "thresholds": {"ordinary": 0.01}}


def test_a_weak_rule_is_overruled_by_a_classifier_that_is_sure(library: Library) -> None:
    assert _decide(library, findings=(WIFE,), classifier=SURE) is None


@pytest.mark.parametrize(
    ("findings", "classifier", "intent"),
    [
        ((WIFE, WARFARIN), SURE, "session_length"),
        ((WARFARIN,), SURE, "session_length"),
        ((WIFE,), {**SURE, "score": 0.2}, "session_length"),
        ((WIFE,), {}, "session_length"),
        ((WIFE,), SURE, "nlu_fallback"),
        ((WIFE,), SURE, "clinician_dose"),
    ],
    ids=["a strong rule beside it", "a strong rule", "not sure", "no classifier", "not understood", "a risk by intent"],
)
def test_otherwise_a_rule_stands(library: Library, findings: tuple[Finding, ...], classifier: Mapping[str, Any], intent: str) -> None:
    assert _decide(library, findings=findings, classifier=classifier, intent=intent) is not None


CONTENT = Content(form_words=load_form_words(DATA))


def _in_talk(
    library: Library, text: str, topic: str | None, *, intent: str = "nlu_fallback", risk: str | None = None, findings: tuple[Finding, ...] = ()
) -> Decision | None:
    message = Understanding(text, intent, 0.5, findings, {})
    context = Context(memory=Memory((topic,) if topic else ()))
    return decide(message, risk=risk, emergency=None, library=library, context=context, content=content_of(library))


def content_of(library: Library) -> Content:
    return Content(load_form_words(DATA), load_follow_ups(DATA, library), load_languages(DATA), load_short_questions(DATA, library))


def test_a_short_question_is_answered_from_the_last_answer(library: Library) -> None:
    decision = _in_talk(library, "how long?", "claimed_benefits")
    assert decision is not None
    assert decision.snippet == "effects_duration"


def test_a_short_question_about_the_treatment_is_referred_after_a_risk(library: Library) -> None:
    decision = _in_talk(library, "how long?", "claimed_benefits", risk="clinician_medicine")
    assert decision is not None
    assert decision.snippet == EARLIER_RISK


def test_a_short_question_that_fits_nothing_asks_back_near_the_last_answer(library: Library) -> None:
    decision = _in_talk(library, "how long?", "exposure_limits")
    assert decision is not None
    assert decision.snippet == "clarify"
    assert decision.slots["offered"] == list(library["exposure_limits"].related)
    assert decision.slots["misses"] == 1.0


def test_contact_data_in_the_chat_leads_to_the_form(library: Library) -> None:
    decision = _in_talk(library, "jo@mail.example", None)
    assert decision is not None
    assert decision.snippet == "contact_outside_form"


def test_the_short_version_of_the_last_answer_is_sent_when_there_is_one(library: Library) -> None:
    short, none = _in_talk(library, "shorter please", "cost", intent="simpler"), _in_talk(library, "shorter please", "ozone_sauna", intent="simpler")
    assert short is not None
    assert short.snippet == "cost_in_short"
    assert none is None


@pytest.mark.parametrize(
    ("finding", "text", "then"),
    [
        (CHEST, "me duele el pecho y no puedo respirar", ("utter_emergency_language_es",)),
        (WARFARIN, "¿puedo ir si tomo warfarina?", ("utter_other_language_es",)),
        (WARFARIN, "can I come if I take warfarin?", ()),
    ],
)
def test_a_referral_in_another_language_gets_the_sentence_in_that_language(library: Library, finding: Finding, text: str, then: tuple[str, ...]) -> None:
    decision = _in_talk(library, text, None, findings=(finding,))
    assert decision is not None
    assert (decision.snippet, tuple(decision.then)) == (finding.category, then)


def test_a_risk_is_no_time(library: Library) -> None:
    decision = _in_form(library, TIME, "I take warfarin", findings=(WARFARIN,))
    assert decision is not None
    assert decision.snippet == "clinician_medicine"
    assert _in_form(library, TIME, "mornings, before my warfarin", findings=(WARFARIN,)) is None


def test_help_in_the_form_is_given_and_the_form_asks_again(library: Library) -> None:
    decision = _in_form(library, QUESTION, "How do I do that?")
    assert decision is not None
    assert (decision.snippet, decision.then) == ("request_help", ("request_form",))


def _in_form(library: Library, asked: str, text: str, *, intent: str | None = None, findings: tuple[Finding, ...] = ()) -> Decision | None:
    message = Understanding(text, intent, 0.9, findings, {})
    return decide(message, risk=None, emergency=None, library=library, context=Context(asked), content=CONTENT)


def test_the_form_takes_a_risky_question(library: Library) -> None:
    assert _in_form(library, QUESTION, "may I have it with warfarin", findings=(WARFARIN,)) is None


def test_an_emergency_ends_the_form(library: Library) -> None:
    decision = _in_form(library, QUESTION, "I have chest pain", findings=(CHEST,))
    assert decision is not None
    assert decision.ends_form


def test_a_question_in_between_is_answered_and_the_form_asks_again(library: Library) -> None:
    decision = _in_form(library, REACH, "when are you open", intent="opening_hours")
    assert decision is not None
    assert (decision.snippet, decision.then, decision.slots) == ("opening_hours", ("request_form",), {REACH: None})


def test_a_risk_in_between_is_referred_and_the_form_asks_again(library: Library) -> None:
    decision = _in_form(library, REACH, "I take warfarin", findings=(WARFARIN,))
    assert decision is not None
    assert (decision.snippet, decision.then) == ("clinician_medicine", ("request_form",))


@pytest.mark.parametrize(("asked", "text", "snippet"), [(REACH, "Cancel!", "request_cancelled"), (CONSENT, "no", "request_declined")])
def test_a_command_ends_the_form(library: Library, asked: str, text: str, snippet: str) -> None:
    decision = _in_form(library, asked, text)
    assert decision is not None
    assert (decision.snippet, decision.ends_form) == (snippet, True)


def test_the_previous_answer_is_the_one_before_the_last(library: Library) -> None:
    message = Understanding("the previous one", "previous_answer", 1.0, (), {})
    decision = decide(message, risk=None, emergency=None, library=library, context=Context(memory=Memory(("cost", "location"))))
    assert decision is not None
    assert (decision.snippet, decision.reason) == ("cost", "follow_up")


def test_several_questions_are_answered_in_their_order(library: Library) -> None:
    decision = decide(Understanding("both", "cost", 0.9, (), {}, ("cost", "location", "cost")), risk=None, emergency=None, library=library)
    assert decision is not None
    assert (decision.snippet, decision.then) == ("cost", ("utter_location",))


def test_after_a_risk_not_even_one_of_several_questions_is_answered_that_must_not_be(library: Library) -> None:
    message = Understanding("both", "session_length", 0.9, (), {}, ("cost", "session_length"))
    decision = decide(message, risk="clinician_medicine", emergency=None, library=library)
    assert decision is not None
    assert decision.snippet == EARLIER_RISK
