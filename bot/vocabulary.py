"""The words that rules, record, pages and figures share: each is spelled here and nowhere else in Python.

They are stored with every turn, so a member's value never changes; its name may.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Route(StrEnum):
    """What kind of reply a message gets, from the lightest to the gravest; a conversation is listed by its gravest."""

    SMALLTALK = "smalltalk"
    OUT_OF_SCOPE = "out_of_scope"
    CLARIFY = "clarify"
    ANSWER = "answer"
    CLINICIAN = "clinician"
    CHECK = "check"
    EMERGENCY = "emergency"


class Level(StrEnum):
    """How grave a message is found to be; a message without a level is not risky."""

    CLINICIAN = "clinician"
    CHECK = "check"
    EMERGENCY = "emergency"


class Reason(StrEnum):
    """Why a turn went the way it did. `bot.conversation.decision` gives all but the last two."""

    EMERGENCY = "emergency"
    EMERGENCY_OVER = "emergency_over"
    EMERGENCY_NOT_OVER = "emergency_not_over"
    EMERGENCY_DOUBTED = "emergency_doubted"
    CHECK = "check"
    CHECK_DENIED = "check_denied"
    CHECK_CONFIRMED = "check_confirmed"
    NO_WORDS = "no_words"
    TOO_LONG = "too_long"
    RISK = "risk"
    EARLIER_RISK = "earlier_risk"
    CAUTION = "caution"
    CAUTION_TOLD = "caution_told"
    """The same for a risk that the message itself tells of, beside a question in general."""
    CONTACT_DATA = "contact_data"
    CALL_ME = "call_me"
    SEVERAL_QUESTIONS = "several_questions"
    PART = "part"
    SHORT_QUESTION = "short_question"
    FOLLOW_UP = "follow_up"
    DETAIL_GAP = "detail_gap"
    """The subject is known, and no answer says what was asked."""
    OTHER_LANGUAGE = "other_language"
    IN_BETWEEN = "in_between"
    FORM_CANCELLED = "form_cancelled"
    FORM_DECLINED = "form_declined"
    FORM_HELP = "form_help"
    FORM_OPEN = "form_open"
    FORM_CHANGED = "form_changed"
    INTENT = "intent"
    """Nothing stood in the way of what the message was understood as."""
    FAULT = "fault"
    """The model failed, so the rules were asked alone."""


GRAVEST_FIRST = tuple(reversed(Route))

RISKY = (Route.CLINICIAN, Route.CHECK, Route.EMERGENCY)
"""Routes of a message about which an answer of ours could do harm."""

NOT_UNDERSTOOD = (Route.CLARIFY, Route.OUT_OF_SCOPE)
"""Routes of a message to which no approved text was near enough."""

ROUTE_LABELS: Mapping[Route, str] = {
    Route.EMERGENCY: "Emergency",
    Route.CHECK: "Asked if urgent",
    Route.CLINICIAN: "Clinician",
    Route.ANSWER: "Answered",
    Route.CLARIFY: "Asked back",
    Route.OUT_OF_SCOPE: "Out of scope",
    Route.SMALLTALK: "Small talk",
}
"""Each route's name for staff, the gravest first."""

EMERGENCY = "emergency_"
CLINICIAN = "clinician_"
"""Beginnings of the risk categories; a category is also the id of the snippet that is sent, and of an intent."""

FALLBACK = "nlu_fallback"
"""Rasa's own name for "I did not understand"; data/rules.yml turns it into approved questions to choose from."""
OUT_OF_SCOPE = "out_of_scope"
OTHER_LANGUAGE = "other_language"
"""Intents, and the snippets that answer them."""

FORM = "request_form"
FORM_SLOTS = ("request_question", "request_reach", "request_time", "request_consent")
"""The form "leave a question for our clinical team" and what it asks for, in its order."""


def is_emergency(category: str) -> bool:
    """Whether a risk category is one of an emergency."""
    return category.startswith(EMERGENCY)


def without_kind(category: str) -> str:
    """A risk category without its beginning: what it is about."""
    return category.removeprefix(EMERGENCY).removeprefix(CLINICIAN)
