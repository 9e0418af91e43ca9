"""The audit cannot be changed without it showing."""

from __future__ import annotations

import sqlite3

import pytest
from sqlite_utils import Database

from bot.record.audit import append, entries, verify_audit


@pytest.fixture
def audited(record: Database) -> Database:
    for number in range(3):
        append(record, "maria", "conversation.read", f"c{number}", "2027-01-01", part=number)
    return record


def test_a_whole_chain_passes_and_names_its_newest_hash(audited: Database) -> None:
    checked, problems, newest = verify_audit(audited)
    assert (checked, problems) == (3, [])
    assert newest == audited.execute("SELECT hash FROM audit WHERE id = 3").fetchone()[0]


def test_an_empty_chain_passes(record: Database) -> None:
    assert verify_audit(record) == (0, [], "")


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'tom'", "DELETE FROM audit"])
def test_entries_can_be_neither_changed_nor_deleted(audited: Database, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        audited.execute(change)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE audit SET who = 'tom' WHERE id = 2", "audit #2: the entry or one before it was changed."),
        ("DELETE FROM audit WHERE id = 2", "audit #3: an entry before it is missing."),
        ("DELETE FROM audit WHERE id = 3", "audit: the newest entry should be #3, but the last one is #2."),
    ],
)
def test_whoever_gets_round_that_is_found_out(audited: Database, change: str, problem: str) -> None:
    for trigger in ("audit_not_changed", "audit_not_deleted"):
        audited.execute(f"DROP TRIGGER {trigger}")
    audited.execute(change)
    assert problem in verify_audit(audited)[1]


def test_what_failed_leaves_no_entry(audited: Database) -> None:
    def fail() -> None:
        with audited.atomic():
            append(audited, "maria", "x", "y", "2027-01-01")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert verify_audit(audited)[:2] == (3, [])


def test_entries_come_newest_first_by_person_and_kind(audited: Database) -> None:
    append(audited, "tom", "exported", "everything", "2027-01-02")
    assert [entry.id for entry in entries(audited, limit=2)] == [4, 3]
    assert [entry.id for entry in entries(audited, limit=9, who="maria", before=3)] == [2, 1]
    assert [entry.who for entry in entries(audited, limit=9, action="exported")] == ["tom"]
