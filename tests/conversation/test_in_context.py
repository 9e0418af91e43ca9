"""A message after an answer means what is near that answer, before
anything far away; and what is not there is said to be missing."""

from __future__ import annotations

from typing import Any

import pytest

from bot.content.library import Library, load_library
from bot.conversation.in_context import Meant, meant, neighbours
from bot.vocabulary import FALLBACK, OUT_OF_SCOPE
from tests.conftest import DATA

TOPIC = "cost"


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(DATA)


def read(name: str, *ranking: tuple[str, float]) -> dict[str, Any]:
    """What the NLU pipeline says of a message: its intent, and what it ranked."""
    return {
        "intent": {"name": name, "confidence": ranking[0][1]},
        "intent_ranking": [{"name": intent, "confidence": confidence} for intent, confidence in ranking],
    }


def test_the_related_answers_are_near_in_both_directions(library: Library) -> None:
    near = neighbours(TOPIC, library)
    assert {TOPIC, *library[TOPIC].related} <= near
    assert all(TOPIC in library[name].related for name in near - {TOPIC, *library[TOPIC].related})


def test_a_message_that_is_understood_alone_counts_as_it_stands(library: Library) -> None:
    assert (
        meant(
            "and is it legal",
            read("is_it_legal", ("is_it_legal", 0.9)),
            read("insurance", ("insurance", 0.8)),
            TOPIC,
            library,
        )
        is None
    )


def test_the_reading_together_counts_where_it_is_surer(library: Library) -> None:
    assert meant(
        "and is it legal",
        read("is_it_legal", ("is_it_legal", 0.6)),
        read("insurance", ("insurance", 0.8)),
        TOPIC,
        library,
    ) == Meant("insurance")


def test_of_what_it_may_mean_alone_the_near_one_is_taken(library: Library) -> None:
    near = next(name for name in library[TOPIC].related)
    alone = read(FALLBACK, ("is_it_legal", 0.2), (near, 0.4))
    assert meant("does anybody pay for it", alone, read(TOPIC, (TOPIC, 0.9)), TOPIC, library) == Meant(near)


def test_a_far_one_is_taken_only_together(library: Library) -> None:
    alone = read(FALLBACK, ("is_it_legal", 0.4), ("what_is_ozone", 0.3))
    assert meant("and the law?", alone, read("uk_rules", ("uk_rules", 0.8)), TOPIC, library) == Meant("uk_rules")


def test_where_only_the_last_answer_is_near_a_detail_of_it_is_missing(library: Library) -> None:
    alone = read(OUT_OF_SCOPE, ("is_it_legal", 0.2))
    assert meant("and for a dozen?", alone, read(TOPIC, (TOPIC, 0.9)), TOPIC, library) == Meant(TOPIC, gap=True)


def test_what_points_to_nothing_and_is_off_topic_stays_off_topic(library: Library) -> None:
    alone = read(OUT_OF_SCOPE, ("is_it_legal", 0.2))
    assert meant("pizza recipes", alone, read(TOPIC, (TOPIC, 0.9)), TOPIC, library) is None
