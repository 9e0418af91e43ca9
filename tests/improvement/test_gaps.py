"""Unanswered questions are grouped by meaning, and groups stay."""

from __future__ import annotations

import pytest
from sqlite_utils import Database

from bot.improvement.gaps import group
from bot.record.gaps import add_group, add_members
from bot.understanding.encoder import SentenceModel, shared_encoder
from tests.record.conftest import Add, add, record

__all__ = ["add", "record"]


@pytest.fixture
def encoder() -> SentenceModel:
    return shared_encoder()


def _groups(record: Database) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for cluster, text in record.execute(
        "SELECT cluster, t.text FROM gap_members m JOIN turns t ON t.id = m.turn ORDER BY t.id"
    ):
        found.setdefault(cluster, []).append(text)
    return found


def test_questions_with_one_meaning_make_one_group_and_others_do_not(
    record: Database, add: Add, encoder: SentenceModel
) -> None:
    dogs = ["Can I bring my dog?", "Is my dog allowed to come with me?", "May I take my dog along?"]
    wifi = ["Do you have wifi?", "Is there wifi at your place?"]
    for text in (*dogs, *wifi):
        add("clarify", text=text)
    add("answer", text="What is ozone?")
    assert group(record, encoder) == (5, 2)
    assert sorted(_groups(record).values()) == [dogs, wifi]


def test_a_new_question_joins_its_group_and_the_groups_stay(record: Database, add: Add, encoder: SentenceModel) -> None:
    for text in ("Can I bring my dog?", "Is my dog allowed to come with me?", "Do you have wifi?"):
        add("out_of_scope", text=text)
    group(record, encoder)
    before = _groups(record)
    add("clarify", text="May I take my dog along?")
    assert group(record, encoder) == (1, 0)
    after = _groups(record)
    assert {cluster: texts[: len(before[cluster])] for cluster, texts in after.items()} == before
    assert sorted(map(len, after.values())) == [1, 3]
    assert record.execute("SELECT size FROM gap_clusters ORDER BY size").fetchall() == [(1,), (3,)]


def test_nothing_new_changes_nothing(record: Database, add: Add, encoder: SentenceModel) -> None:
    add("clarify", text="Do you have wifi?")
    group(record, encoder)
    assert group(record, encoder) == (0, 0)


def test_a_day_of_questions_makes_far_fewer_groups_than_questions(
    record: Database, add: Add, encoder: SentenceModel
) -> None:
    asked = {
        "dog": ["Can I bring my dog?", "are pets allowed in the room", "is my dog allowed to come with me"],
        "wifi": ["Do you have wifi?", "is there internet in the waiting room", "can I get on your wifi"],
        "reading": [
            "can I read a book during the session",
            "may I bring a kindle",
            "is it ok to read my tablet during it",
        ],
        "coffee": ["do you serve coffee", "is there a coffee machine", "can I get coffee at your place"],
    }
    for text in (text for texts in asked.values() for text in texts):
        add("clarify", text=text)
    group(record, encoder)
    groups = list(_groups(record).values())
    assert len(groups) <= 6
    assert all(any(set(texts) <= set(kind) for kind in asked.values()) for texts in groups), groups


def test_a_question_asked_once_still_joins_what_is_asked_later(
    record: Database, add: Add, encoder: SentenceModel
) -> None:
    add("clarify", text="Do you have wifi?")
    group(record, encoder)
    add("clarify", text="Is there wifi at your place?")
    assert group(record, encoder) == (1, 0)
    assert len(_groups(record)) == 1


def test_groups_of_one_that_an_earlier_version_left_apart_are_joined(
    record: Database, add: Add, encoder: SentenceModel
) -> None:
    texts = ("Can I bring my dog?", "Is my dog allowed to come with me?")
    for text in texts:
        turn = add("clarify", text=text)
        centre = encoder.encode([text])[0].tobytes()
        with record.atomic():
            add_members(record, add_group(record, text, centre), [(turn, "2027-01-01T00:00:00.000+00:00")], centre)
    assert group(record, encoder) == (0, 0)
    assert list(_groups(record).values()) == [list(texts)]
