"""What a conversation remembers of its replies."""

from __future__ import annotations

from bot.content.library import Library
from bot.conversation.memory import Memory


def test_the_last_answer_is_the_topic(library: Library) -> None:
    assert Memory().after(["cost", "thanks"], [], library).topic == "cost"


def test_going_back_takes_the_last_answer_away(library: Library) -> None:
    assert Memory(("cost", "location", "booking")).after(["location"], [], library).topics == ("cost", "location")


def test_remembering_a_reply_twice_changes_nothing(library: Library) -> None:
    once = Memory(("fda_status",)).after(["cost", "location"], ["booking"], library)
    assert once.after(["cost", "location"], ["booking"], library) == once


def test_a_reply_that_was_understood_ends_the_misunderstanding(library: Library) -> None:
    assert Memory(misses=2).after(["cost"], [], library).misses == 0


def test_asking_back_does_not(library: Library) -> None:
    assert Memory(misses=2).after(["clarify"], [], library).misses == 2


def test_the_slots_hold_all_of_it(library: Library) -> None:
    memory = Memory().after(["cost"], ["location", "booking"], library)
    assert Memory.of(memory.as_slots()) == memory
