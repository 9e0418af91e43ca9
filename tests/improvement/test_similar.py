"""Messages with nearly the meaning of another one are found, whatever their words, and in a bounded choice."""

from __future__ import annotations

import pytest
from sqlite_utils import Database

from bot.improvement.similar import similar
from bot.record.review import ReviewError
from bot.record.review_schema import KEPT_APART
from bot.record.similar import MOST, candidates
from bot.understanding.encoder import shared_encoder
from tests.record.conftest import Add, add, record

__all__ = ["add", "record"]


def test_what_means_nearly_the_same_is_found_and_each_wording_once(record: Database, add: Add) -> None:
    asked = add(text="Can I bring my dog?")
    near = [add(text="Is my puppy allowed to come along?"), add(text="May I take my dog with me?")]
    for text in ("can i bring my dog?", "Do you have parking?", "How much does it cost?", KEPT_APART, ""):
        add(text=text)
    found = similar(record, asked, shared_encoder())
    assert {turn for turn, _ in found} == set(near)
    assert [likeness for _, likeness in found] == sorted((likeness for _, likeness in found), reverse=True)


def test_a_message_alone_has_none_like_it(record: Database, add: Add) -> None:
    assert similar(record, add(text="Can I bring my dog?"), shared_encoder()) == []


def test_a_message_that_is_gone_is_said_to_be(record: Database) -> None:
    with pytest.raises(ReviewError, match="no such turn"):
        similar(record, 7, shared_encoder())


def test_no_more_is_looked_at_however_much_there_is(record: Database, add: Add) -> None:
    old = add(text="Is there a swing in the garden?", intent="garden")
    for place in range(MOST // 2):
        add(text=f"What is ozone, and what is it for, number {place}?")
    asked = add(text="Do you have a garden?", intent="what_is_ozone")
    text, others = candidates(record, asked)
    assert text == "Do you have a garden?"
    assert len(others) < MOST // 2
    assert old in [turn for turn, _ in others], "an old one that shares a telling word"
