"""Why a turn went the way it did, in words: a reason that staff are told is the reason that was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.console.current import CurrentContent, Snapshot
from bot.console.explain import explain
from bot.content.library import Library
from bot.record.turns import Turn
from bot.safety.warning import WARNING
from bot.vocabulary import Reason, Route

THRESHOLDS = {"emergency": 0.35, "check": 0.05, "risk": 0.4, "rule": 0.1, "emergency_rule": 0.012}
CHEST = {"category": "emergency_chest_pain", "rule": "emergency.chest.pain", "words": "chest hurts", "weak": False}
WARFARIN = {"category": "clinician_medicine", "rule": "medicine.anticoagulant", "words": "warfarin", "weak": False}
WIFE = {
    "category": "clinician_other_person",
    "rule": "clinician.person.relative-has",
    "words": "my wife has",
    "weak": True,
}


def _classifier(
    level: str | None = None, category: str | None = None, danger: float = 0.0, risk: float = 0.0
) -> dict[str, Any]:
    return {"level": level, "category": category, "emergency_score": danger, "score": risk, "thresholds": THRESHOLDS}


@pytest.fixture(scope="module")
def told(library: Library) -> Any:
    """The sentence on a turn of this reason; the visitor's question was understood as what ozone is."""

    def sentence(
        reason: str,
        *,
        risk: tuple[str | None, str | None] = (None, None),
        findings: tuple[dict[str, Any], ...] = (),
        classifier: dict[str, Any] | None = None,
        earlier: str | None = None,
        snippet: str = "what_is_ozone",
    ) -> str:
        explanation = {"reason": reason, "findings": list(findings), "classifier": classifier, "earlier": earlier}
        turn = Turn(
            "c",
            1,
            "2027-01-01",
            "my chest hurts",
            Route.ANSWER,
            "what_is_ozone",
            0.9,
            [],
            *risk,
            explanation,
            snippet,
            1,
            "h",
            "",
            [],
            WARNING,
            4.0,
            "m",
        )
        return explain(turn, Snapshot(library)).why.summary

    return sentence


SENTENCES: dict[Reason, tuple[dict[str, Any], str]] = {
    Reason.EMERGENCY: (
        {"risk": ("emergency_chest_pain", "emergency.chest.pain"), "findings": (CHEST,)},
        "The rule emergency.chest.pain saw the words “chest hurts”, which tell of: chest pain.",
    ),
    Reason.EMERGENCY_OVER: (
        {"earlier": "emergency_stroke"},
        "An emergency was told of earlier (stroke), and the visitor has now said that it is over.",
    ),
    Reason.EMERGENCY_NOT_OVER: (
        {"risk": ("emergency_stroke", "earlier"), "earlier": "emergency_stroke"},
        (
            "An emergency was told of earlier (stroke), and the visitor has not said that it is over: it still comes"
            " first."
        ),
    ),
    Reason.CHECK: (
        {
            "risk": ("emergency_stroke", "classifier.emergency_stroke"),
            "classifier": _classifier("check", "emergency_stroke", 0.12, 0.9),
        },
        (
            "The classifier put the chance of an emergency at 0.120 (the visitor is asked first from 0.050 on), and"
            " named it: stroke. That is too little for an alarm: the number was shown, and the visitor was asked"
            " whether it is happening now."
        ),
    ),
    Reason.CHECK_DENIED: (
        {"earlier": "emergency_stroke", "snippet": "cost"},
        (
            "The visitor had been asked whether it is happening now (stroke) and said no, so the conversation went on"
            " with “How much does it cost?” (cost)."
        ),
    ),
    Reason.CHECK_CONFIRMED: (
        {"risk": ("emergency_stroke", "check")},
        "The visitor had been asked whether it is happening now and said yes: stroke.",
    ),
    Reason.NO_WORDS: ({}, "The message held no words."),
    Reason.TOO_LONG: ({}, "The message was longer than what is answered, and no emergency was seen in it."),
    Reason.RISK: (
        {
            "risk": ("clinician_dose", "classifier.clinician_dose"),
            "classifier": _classifier("clinician", "clinician_dose", 0.01, 0.7),
        },
        "The classifier put the chance of any risk at 0.700 (a clinician is asked from 0.400 on), and named it: dose.",
    ),
    Reason.EARLIER_RISK: (
        {"risk": ("clinician_medicine", "earlier"), "earlier": "clinician_medicine"},
        (
            "The message is not risky by itself, but it asks about having the treatment, and a risk told of earlier in"
            " the conversation still holds: medicine."
        ),
    ),
    Reason.CAUTION_TOLD: (
        {"risk": ("clinician_medicine", "medicine.anticoagulant")},
        (
            "The message tells of a risk (medicine) and asks something that can be answered in general: the answer came"
            " after a caution with “What is ozone?” (what_is_ozone)."
        ),
    ),
    Reason.CAUTION: (
        {"earlier": "clinician_medicine"},
        (
            "A risk was told of earlier in the conversation (medicine), so the answer came after a caution, which is"
            " given once."
        ),
    ),
    Reason.CONTACT_DATA: (
        {},
        "The message is a telephone number or an e-mail address, so the visitor was told where to leave one.",
    ),
    Reason.CALL_ME: ({}, "The visitor asked to be called or booked, so the form for the clinical team was opened."),
    Reason.SEVERAL_QUESTIONS: ({}, "The message asks several questions, and each was answered in its order."),
    Reason.SHORT_QUESTION: (
        {},
        (
            "The message is too short to tell what is meant, so the visitor was asked back with the questions near the"
            " last answer."
        ),
    ),
    Reason.PART: (
        {"snippet": "cost"},
        (
            "The message as a whole was not understood, but one of its sentences was, and it was answered with “How"
            " much does it cost?” (cost)."
        ),
    ),
    Reason.DETAIL_GAP: (
        {"snippet": "detail_gap"},
        (
            "The message asks for a detail of what was answered last, and no answer holds it. The visitor was told so;"
            " the question waits among the gaps."
        ),
    ),
    Reason.EMERGENCY_DOUBTED: (
        {"earlier": "emergency_stroke"},
        (
            "The classifier alone had seen an emergency (stroke). The visitor then asked something calm, so it was"
            " answered after one sentence on what to do in danger, and the emergency ended."
        ),
    ),
    Reason.FOLLOW_UP: (
        {"snippet": "cost"},
        (
            "The message leans on what was said before, and was taken together with it with “How much does it cost?”"
            " (cost)."
        ),
    ),
    Reason.OTHER_LANGUAGE: (
        {},
        "The message is not in English, so the approved sentence in its own language was sent.",
    ),
    Reason.IN_BETWEEN: (
        {"snippet": "cost"},
        (
            "The visitor asked something in the middle of the form: it was answered with “How much does it cost?”"
            " (cost), and the form asked again."
        ),
    ),
    Reason.FORM_CANCELLED: ({}, "The visitor cancelled the form for the clinical team."),
    Reason.FORM_DECLINED: ({}, "The visitor did not agree to send the form, so nothing was sent to the clinical team."),
    Reason.FORM_HELP: ({}, "The visitor asked for help with the form."),
    Reason.FORM_OPEN: ({}, "The visitor asked for the form, which was open already."),
    Reason.FORM_CHANGED: ({}, "The visitor wanted to change an earlier answer in the form."),
    Reason.INTENT: (
        {},
        "No risk was seen. The message was understood as “What is ozone?” (what_is_ozone) with a confidence of 0.90.",
    ),
    Reason.FAULT: (
        {},
        "Something failed while the message was answered, so only the rules were asked. None of them fired.",
    ),
}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_told_in_its_own_words(told: Any, reason: Reason) -> None:
    given, sentence = SENTENCES[reason]
    assert told(reason, **given) == sentence


def test_no_two_reasons_are_told_alike(told: Any) -> None:
    assert len({told(reason, earlier="clinician_medicine") for reason in Reason}) == len(Reason)


def test_a_reason_of_another_version_is_told_from_the_evidence(told: Any) -> None:
    assert told("unheard_of") == SENTENCES[Reason.INTENT][1]
    assert told("rule", risk=("clinician_medicine", "medicine.anticoagulant"), findings=(WARFARIN,)).startswith(
        "The rule medicine.anticoagulant saw"
    )


def test_a_risk_by_the_question_itself_is_told(told: Any) -> None:
    sentence = "The question itself, understood as clinician_dose, is one for a clinician: dose."
    assert told(Reason.RISK, risk=("clinician_dose", "intent.clinician_dose")) == sentence


def test_a_risk_by_a_rule_that_is_gone_is_told(told: Any) -> None:
    assert told(Reason.RISK, risk=("clinician_dose", "gone.rule")) == "A risk was noted: dose, by gone.rule."


def test_the_classifiers_alarm_is_told_with_the_threshold_of_an_alarm(told: Any) -> None:
    classifier = _classifier("emergency", "emergency_stroke", 0.9, 0.95)
    sentence = told(Reason.EMERGENCY, risk=("emergency_stroke", "classifier.emergency_stroke"), classifier=classifier)
    assert (
        sentence
        == "The classifier put the chance of an emergency at 0.900 (it is an alarm from 0.350 on), and named it:"
        " stroke."
    )


def test_a_rule_that_was_doubted_is_told_with_the_chance_it_fell_short_by(told: Any) -> None:
    sentence = told(
        Reason.CHECK,
        risk=("emergency_chest_pain", "emergency.chest.pain"),
        findings=(CHEST,),
        classifier=_classifier(danger=0.02),
    )
    assert "saw the words “chest hurts”" in sentence
    assert "But the classifier put the chance of an emergency at 0.020, under the 0.350 of an alarm." in sentence


@pytest.mark.parametrize(
    ("finding", "against"),
    [
        (CHEST, "The classifier put the chance of an emergency at 0.010, and a rule like that counts from 0.012 on."),
        (WARFARIN, "The classifier put the chance of any risk at 0.020, and a rule like that counts from 0.100 on."),
        (WIFE, "The classifier put the chance of any risk at 0.020, and a rule like that counts from 0.400 on."),
    ],
    ids=["of an emergency", "strong", "weak"],
)
@pytest.mark.parametrize("reason", [Reason.INTENT, Reason.FOLLOW_UP, Reason.SEVERAL_QUESTIONS, Reason.IN_BETWEEN])
def test_a_rule_that_was_overruled_is_told_with_what_it_lacked(
    told: Any, reason: Reason, finding: dict[str, Any], against: str
) -> None:
    sentence = told(reason, findings=(finding,), classifier=_classifier(danger=0.01, risk=0.02))
    assert sentence.startswith(f"Overruled: {finding['rule']}. {against} ")


def test_an_overruled_rule_of_a_record_without_its_threshold_is_told_without_numbers(told: Any) -> None:
    assert told(Reason.INTENT, findings=(WARFARIN,)).startswith(
        "Overruled: medicine.anticoagulant. The classifier was sure that the words were not meant. "
    )


def test_a_rule_that_was_renamed_is_found_by_the_id_that_an_older_turn_names(tmp_path: Path) -> None:
    folder = tmp_path / "safety"
    folder.mkdir()
    (folder / "own.yml").write_text(
        "patterns:\n- {id: chest.tight, was: chest.plain, category: emergency_chest_pain, phrases: tight chest}\n",
        encoding="utf-8",
    )
    rules = CurrentContent(tmp_path).snapshot().rules
    assert rules["chest.plain"] is rules["chest.tight"]
    assert rules["chest.plain"].definition == "tight chest"
