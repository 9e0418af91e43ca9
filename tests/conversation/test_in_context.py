"""After an answer a message means what both readings of it come near, and who cannot be sure asks back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.slots import ListSlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.library import Library, load_library
from bot.conversation.in_context import (
    NAMES,
    NOTHING,
    WEIGHTS,
    Meant,
    candidates,
    evidence,
    may_lean,
    meant,
    neighbours,
    ranking,
)
from bot.on_rasa.quick.processor import subject
from bot.understanding.linear import Reading
from bot.understanding.together import RISKY, Together
from bot.vocabulary import FALLBACK, OUT_OF_SCOPE
from tests.conftest import DATA

TOPIC = "cost"
CLASSES = (
    "clinician_medicine",
    "cost",
    "insurance",
    "is_it_legal",
    "out_of_scope",
    "receipts",
    "session_length",
    "thanks",
)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(DATA)


def read(name: str, *ranked: tuple[str, float]) -> dict[str, Any]:
    """What the NLU pipeline says of a message: its intent, and what it ranked."""
    return {
        "intent": {"name": name, "confidence": ranked[0][1]},
        "intent_ranking": [{"name": intent, "confidence": confidence} for intent, confidence in ranked],
    }


def seen(text: str, alone: dict[str, float], together: dict[str, float]) -> Together:
    """A message whose two readings give these chances, and come as near in every other way."""
    rows = np.array([[of.get(name, 0.001) for name in CLASSES] for of in (alone, together)], np.float32)
    return Together(text, Reading(CLASSES, rows, rows), rows, rows, rows, np.zeros(len(CLASSES), np.float32))


def test_the_related_answers_are_near_in_both_directions(library: Library) -> None:
    near = neighbours(TOPIC, library)
    assert {TOPIC, *library[TOPIC].related} <= near
    assert all(TOPIC in library[name].related for name in near - {TOPIC, *library[TOPIC].related})


def test_every_kind_of_evidence_has_a_weight() -> None:
    assert set(WEIGHTS) == set(NAMES)


def test_what_both_readings_come_near_is_likeliest_and_the_chances_add_up(library: Library) -> None:
    found = ranking(seen("and does it pay", {"insurance": 0.5, "is_it_legal": 0.5}, {"insurance": 0.9}), TOPIC, library)
    assert found[0][0] == "insurance"
    assert sum(chance for _, chance in found) == pytest.approx(1.0)


def test_no_risk_is_ever_a_candidate_and_nothing_always_is(library: Library) -> None:
    risk = {"clinician_medicine": 0.9}
    names = candidates(seen("and my pills", risk, risk), neighbours(TOPIC, library), library)
    assert "clinician_medicine" not in names
    assert (names[-1], len(set(names))) == (NOTHING, len(names))


def test_a_reading_that_is_a_risk_is_told_from_a_question() -> None:
    assert seen("and those pills", {"cost": 0.9}, {"clinician_medicine": 0.6}).risk() >= RISKY
    assert seen("and those bills", {"clinician_medicine": 0.9}, {"cost": 0.9}).risk() < RISKY


def test_what_is_far_from_everything_asks_for_nothing(library: Library) -> None:
    off_topic = {"out_of_scope": 0.99}
    assert ranking(seen("pizza recipes", off_topic, off_topic), TOPIC, library)[0][0] == NOTHING


def test_each_row_of_evidence_stands_for_an_answer_but_the_last(library: Library) -> None:
    told = seen("and that", {"cost": 0.5}, {"insurance": 0.5})
    near = neighbours(TOPIC, library)
    names = candidates(told, near, library)
    rows = evidence(told, names, TOPIC, near, library)
    last, related = NAMES.index("the last answer"), NAMES.index("related to it")
    assert rows.shape == (len(names), len(NAMES))
    assert rows[names.index(TOPIC), last] == 1
    assert rows[names.index("insurance"), related] == 1
    assert rows[-1, NAMES.index("nothing")] == 1
    assert not rows[-1, : NAMES.index("nothing")].any()


def test_a_message_that_means_in_context_what_it_says_alone_stays(library: Library) -> None:
    alone = read("insurance", ("insurance", 0.6))
    assert meant(alone, [("insurance", 0.8), (TOPIC, 0.2)], TOPIC, library) is None


def test_the_likeliest_in_context_counts_instead_of_what_it_says_alone(library: Library) -> None:
    found = meant(read("is_it_legal", ("is_it_legal", 0.95)), [("insurance", 0.6), (NOTHING, 0.4)], TOPIC, library)
    assert found == Meant("insurance", ranking=[{"name": "insurance", "confidence": 0.6}])


def test_where_the_last_answer_is_meant_again_that_is_told(library: Library) -> None:
    found = meant(read(OUT_OF_SCOPE, ("is_it_legal", 0.2)), [(TOPIC, 0.7)], TOPIC, library)
    assert found is not None
    assert (found.answer, found.gap) == (TOPIC, True)


def test_where_the_last_answer_has_been_read_another_that_is_likely_too_is_sent(library: Library) -> None:
    alone = read(OUT_OF_SCOPE, ("is_it_legal", 0.2))
    found = meant(alone, [(TOPIC, 0.7), ("insurance", 0.25)], TOPIC, library)
    assert found is not None
    assert (found.answer, found.gap) == ("insurance", False)
    found = meant(alone, [(TOPIC, 0.7), ("insurance", 0.15)], TOPIC, library)
    assert found is not None
    assert (found.answer, found.gap) == (TOPIC, True)


@pytest.mark.parametrize("name", ["is_it_legal", FALLBACK])
def test_where_nothing_is_likely_it_is_asked_back_with_what_may_be_meant(name: str, library: Library) -> None:
    found = meant(read(name, ("is_it_legal", 0.6)), [("insurance", 0.3), ("receipts", 0.2)], TOPIC, library)
    assert found is not None
    assert found.answer is None
    assert [row["name"] for row in found.ranking] == ["insurance", "receipts"]


def test_where_nothing_is_likely_what_is_surely_said_alone_stands(library: Library) -> None:
    assert meant(read("is_it_legal", ("is_it_legal", 0.95)), [("insurance", 0.3)], TOPIC, library) is None


@pytest.mark.parametrize("name", [NOTHING, "no_such_answer", "clinician_medicine"])
def test_what_asks_for_nothing_or_cannot_be_sent_stays_as_it_was_read(name: str, library: Library) -> None:
    assert meant(read(OUT_OF_SCOPE, ("is_it_legal", 0.2)), [(name, 0.9)], TOPIC, library) is None


def test_what_is_known_letter_for_letter_or_long_leans_on_nothing() -> None:
    assert may_lean("and sundays?", 0.4)
    assert not may_lean("and sundays?", 1.0)
    assert not may_lean("and " * 41, 0.4)
    assert not may_lean("?!", 0.0)


def talk(*events: Event) -> DialogueStateTracker:
    """A conversation, of which a slot remembers the answers."""
    tracker = DialogueStateTracker("talk", [ListSlot("topics", [{}])])
    for event in events:
        tracker.update(event)
    return tracker


def heard(name: str, confidence: float) -> UserUttered:
    """A message that is nearest to an intent."""
    return UserUttered("words", parse_data={"intent_ranking": [{"name": name, "confidence": confidence}]})


def said(route: str) -> BotUttered:
    """A reply on a route."""
    return BotUttered("words", metadata={"snippet": {"id": "any", "route": route}})


ANSWERED = (SlotSet("topics", [TOPIC]), heard(TOPIC, 0.9), said("answer"))


@pytest.mark.parametrize("route", ["clinician", "clarify"])
def test_after_a_referral_or_a_question_back_the_talk_is_about_what_was_asked(library: Library, route: str) -> None:
    assert subject(talk(*ANSWERED, heard("insurance", 0.4), said(route)), library) == "insurance"
    assert subject(talk(heard("insurance", 0.4), said(route)), library) == "insurance"


@pytest.mark.parametrize(
    "since",
    [
        (),
        (heard("insurance", 0.9), said("out_of_scope")),
        (heard("insurance", 0.2), said("clinician")),
        (heard("clinician_medicine", 0.9), said("clinician")),
        (heard("thanks", 0.9), said("clarify")),
        (heard("no_such_answer", 0.9), said("clarify")),
    ],
)
def test_otherwise_it_is_about_the_last_answer(library: Library, since: tuple[Event, ...]) -> None:
    assert subject(talk(*ANSWERED, *since), library) == TOPIC


def test_before_any_answer_it_is_about_nothing(library: Library) -> None:
    assert subject(talk(), library) is None
    assert subject(talk(SlotSet("topics", ["withdrawn_answer"]), said("answer")), library) is None
