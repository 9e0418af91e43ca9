"""Whether a message may be answered at all. Plain values in, a plain decision out; Rasa is not needed to test it.

The order, the first that applies wins:

1. an emergency, found by either net;
2. an emergency that the visitor told of before and has not called over;
3. a message with no words, or far too long;
4. a risk for a clinician, found by either net or by the intent itself (a weak rule alone does not count when the
   classifier is sure of an ordinary question);
5. a risk told of before, when the question is about having the treatment;
6. otherwise the question may be answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.content.library import Library
from bot.safety.normalise import phrase
from bot.safety.triage import Finding
from bot.settings import MAX_MESSAGE_LENGTH

EMERGENCY = "emergency_"
CLINICIAN = "clinician_"
EMERGENCY_OVER = "emergency_over"
EMERGENCY_FOLLOWUP = "emergency_followup"
EARLIER_RISK = "clinician_earlier_risk"

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


SURE_OF_EMERGENCY = 0.3
"""Emergency score from which the classifier overrules a pattern that says "for a clinician". The pattern read the words and
is right more often when the score is low; at 0.6 three of 130 held-out emergencies became referrals, which is too many.
"""


MAX_FINDINGS = 10
"""Findings of one message that are kept."""


@dataclass(frozen=True)
class Decision:
    """The snippet to send instead of an answer, why, and what to remember.

    `reason` is one word for staff; `risk` names category and rule; `slots` are set together with the reply.
    """

    snippet: str
    reason: str
    risk: Mapping[str, Any] | None = None
    findings: Sequence[Finding] = ()
    earlier: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)

    def as_metadata(self) -> dict[str, Any]:
        """What is stored with the action in the record."""
        return {
            "reason": self.reason,
            "risk": dict(self.risk) if self.risk else None,
            "findings": [finding.as_dict() for finding in self.findings[:MAX_FINDINGS]],
            "earlier": self.earlier,
        }


@dataclass(frozen=True)
class Understanding:
    """What the two nets and the intent classifier made of one message."""

    text: str
    intent: str | None
    confidence: float
    findings: Sequence[Finding]
    classifier: Mapping[str, Any]


_ORDINARY = ("answer", "smalltalk", "out_of_scope")


def decide(message: Understanding, *, risk: str | None, emergency: str | None, library: Library) -> Decision | None:
    """The decision, or None when the question may be answered.

    Args:
        message: what is known of the message.
        risk: category of a personal risk told of earlier in the conversation.
        emergency: category of an emergency that is not over.
        library: to know what an intent's snippet may be sent after.
    """
    if overruled(message, library):
        message = replace(message, findings=())
    category, rule = _gravest(message, library)
    if category is not None and category.startswith(EMERGENCY):
        remembered = {"emergency": category, "risk": risk or category}
        return Decision(category, "emergency", {"category": category, "rule": rule}, message.findings, slots=remembered)
    if emergency is not None:
        if message.intent == EMERGENCY_OVER and message.confidence == 1.0:
            return Decision(EMERGENCY_OVER, "emergency_over", earlier=emergency, slots={"emergency": None})
        return Decision(EMERGENCY_FOLLOWUP, "emergency_not_over", {"category": emergency, "rule": "earlier"}, message.findings, emergency)
    if not phrase(message.text):
        return Decision("empty_message", "no_words")
    if len(message.text) > MAX_MESSAGE_LENGTH:
        return Decision("message_too_long", "too_long", slots=_remember(message, category, risk))
    if category is not None:
        return Decision(category, "risk", {"category": category, "rule": rule}, message.findings, risk, _remember(message, category, risk))
    if risk is not None and message.intent is not None and not _may_follow_a_risk(message.intent, library):
        return Decision(EARLIER_RISK, "earlier_risk", {"category": risk, "rule": "earlier"}, (), risk)
    return None


def overruled(message: Understanding, library: Library) -> bool:
    """Whether only weak rules fired and the classifier is sure of an ordinary question."""
    score, below, intent = message.classifier.get("score"), (message.classifier.get("thresholds") or {}).get("ordinary"), message.intent
    if score is None or below is None or score >= below or intent is None or intent not in library or library[intent].route not in _ORDINARY:
        return False
    return all(finding.weak for finding in message.findings)


def _gravest(message: Understanding, library: Library) -> tuple[str | None, str | None]:
    """Category and rule of the gravest finding: rules first, then the classifier, then the intent itself."""
    ruled = message.findings[0] if message.findings else None
    guessed = message.classifier.get("category")
    if ruled is not None and ruled.category.startswith(EMERGENCY):
        return ruled.category, ruled.rule
    alarmed = guessed is not None and str(guessed).startswith(EMERGENCY)
    if alarmed and (ruled is None or message.classifier.get("emergency_score", 1.0) >= SURE_OF_EMERGENCY):
        return str(guessed), f"classifier.{guessed}"
    if ruled is not None:
        return ruled.category, ruled.rule
    if guessed is not None:  # not an alarm: that case is above
        return str(guessed), f"classifier.{guessed}"
    intent = message.intent
    if intent is not None and intent in library and library[intent].route in ("clinician", "emergency"):
        return intent, f"intent.{intent}"
    return None, None


def _remember(message: Understanding, category: str | None, earlier: str | None) -> dict[str, Any]:
    """The first personal category among the findings stays with the conversation."""
    told = [finding.category for finding in message.findings] + ([category] if category else [])
    personal = next((name for name in told if name.startswith(CLINICIAN) and name not in GENERAL), None)
    return {"risk": personal} if personal and not earlier else {}


def _may_follow_a_risk(intent: str, library: Library) -> bool:
    return intent in library and (library[intent].after_risk or library[intent].route in ("smalltalk", "out_of_scope"))
