"""A version never changes once it was approved, whatever the code above does; and each step is one or none."""

from __future__ import annotations

import sqlite3

import pytest
from sqlite_utils import Database

from bot.record import texts
from bot.record.audit import entries
from bot.record.database import open_record
from bot.record.review import ReviewError

NOW = "2026-12-01T10:00:00.000+00:00"


@pytest.fixture
def database() -> Database:
    return open_record(None)


@pytest.fixture
def approved(database: Database) -> int:
    """A wording by ann that carla approved."""
    draft = texts.save_draft(
        database,
        texts.SNIPPET,
        "cost",
        {"text": "It costs $200."},
        by="ann",
        reason="new price",
        based_on=None,
        number=2,
        now=NOW,
    )
    texts.send_for_approval(database, draft.id, by="ann", now=NOW)
    texts.approve(database, draft.id, by="carla", role="clinician", now=NOW, one_person=False)
    return draft.id


@pytest.mark.parametrize(
    "change",
    ["body = '{}'", "author = 'tom'", "approver = 'tom'", "signature = 'x'", "number = 9", "approved_at = 'then'"],
)
def test_an_approved_version_never_changes(database: Database, approved: int, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="never changes"):
        database.execute(f"UPDATE texts SET {change} WHERE id = ?", [approved])


def test_a_version_is_never_taken_out(database: Database, approved: int) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="are kept"):
        database.execute("DELETE FROM texts WHERE id = ?", [approved])


def test_its_author_cannot_approve_a_version_unless_the_clinic_is_one_person(database: Database) -> None:
    draft = texts.save_draft(
        database, texts.SNIPPET, "cost", {"text": "x"}, by="ann", reason="why", based_on=None, number=2, now=NOW
    )
    texts.send_for_approval(database, draft.id, by="ann", now=NOW)
    with pytest.raises(ReviewError, match="You wrote this yourself"):
        texts.approve(database, draft.id, by="ann", role="clinician", now=NOW, one_person=False)
    assert texts.get(database, draft.id).state == "review"
    assert "text.approved" not in {entry.action for entry in entries(database, limit=10)}
    texts.approve(database, draft.id, by="ann", role="clinician", now=NOW, one_person=True)
    assert texts.get(database, draft.id).alone


def test_only_what_was_approved_is_published_and_a_fault_in_between_publishes_nothing(
    database: Database, approved: int
) -> None:
    def cut_short() -> None:
        with database.atomic():
            texts.publish(database, approved, by="carla", now=NOW)
            raise OSError("the power went")

    with pytest.raises(OSError, match="the power went"):
        cut_short()
    assert texts.published_set(database).entries == {}
    assert texts.revision(database) == 0
    texts.publish(database, approved, by="carla", now=NOW)
    assert texts.published_set(database).entries["cost"]["text"] == "It costs $200."


def test_a_stale_tab_gets_both_versions_and_overwrites_nothing(database: Database, approved: int) -> None:
    with pytest.raises(texts.Conflict) as raised:
        texts.save_draft(
            database, texts.SNIPPET, "cost", {"text": "mine"}, by="tom", reason="why", based_on=None, number=2, now=NOW
        )
    assert raised.value.theirs.id == approved
    assert texts.drafts(database) == []
