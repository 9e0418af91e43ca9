"""The record opens, is brought up to date, and says when it cannot be written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.record.database import RecordError, migrations, open_record, writable
from bot.record.review import queue_counts
from bot.record.turns import all_turns, search_turns

TABLES = {"conversations", "turns", "turns_fts", "events", "staff", "staff_sessions", "heartbeat"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "record.db"


@pytest.fixture
def record(path: Path) -> Iterator[Database]:
    database = open_record(path)
    yield database
    database.close()


def test_a_record_in_memory_has_every_table() -> None:
    with closing(open_record(None)) as database:
        assert set(database.table_names()) >= TABLES


def test_two_records_in_memory_share_nothing() -> None:
    with closing(open_record(None)) as one, closing(open_record(None)) as other:
        one.execute("INSERT INTO heartbeat (id, at) VALUES (1, 'now')")
        assert other.execute("SELECT count(*) FROM heartbeat").fetchone() == (0,)


def test_the_folder_of_a_record_is_made(record: Database, path: Path) -> None:
    assert path.is_file()


def test_a_record_opened_twice_is_migrated_once(record: Database, path: Path) -> None:
    with closing(open_record(path)) as again:
        assert again.schema == record.schema


def test_a_record_opened_again_keeps_what_it_holds(record: Database, path: Path) -> None:
    with record.atomic():
        record.execute("INSERT INTO heartbeat (id, at) VALUES (1, 'then')")
    with closing(open_record(path)) as again:
        assert again.execute("SELECT at FROM heartbeat").fetchone() == ("then",)


def test_a_record_from_before_requests_had_words_keeps_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    with closing(Database(sqlite3.connect(path))) as old:
        migrations.apply(old, stop_before="requests_by_words")
        for number in (1, 2):
            talk, client = f"talk-{number}", "client-1" if number == 1 else None
            old.execute("INSERT INTO conversations (id, channel, started_at, last_at) VALUES (?, '', '', '')", [talk])
            old.execute(
                """INSERT INTO turns (conversation, number, at, client_id, text,
                route, ranking, explanation, reply, messages, warning) VALUES
                (?, 1, '2026-01-01T00:00:00', ?, 'What is ozone?', 'answer', '[]', '{}', 'A gas.', '[]', '')""",
                [talk, client],
            )
        old.conn.commit()
    with closing(open_record(path)) as record:
        kept = [(turn.client_id, turn.request) for turn in all_turns(record)]
        assert kept == [("client-1", "client-1"), (None, None)]
        assert len(search_turns(record, "ozone")) == 2
        record.execute("UPDATE turns SET text = 'What is a xylophone?' WHERE conversation = 'talk-2'")
        assert (len(search_turns(record, "ozone")), len(search_turns(record, "xylophone"))) == (1, 1)
        with pytest.raises(sqlite3.IntegrityError):
            record.execute("UPDATE turns SET conversation = 'talk-1', number = 2, request = 'client-1' WHERE id = 2")
        assert record.schema.split() == fresh_schema().split()


def test_turns_from_before_that_were_asked_about_wait_with_the_emergencies_unless_judged(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    with closing(Database(sqlite3.connect(path))) as old:
        migrations.apply(old, stop_before="checks_wait")
        old.execute("UPDATE console_settings SET value = '100' WHERE name = 'sample_percent'")
        for name in ("waiting", "judged"):
            _store_check(old, name)
        old.execute("UPDATE turn_facts SET verdict = 'right' WHERE turn = 2")
        old.execute("DELETE FROM queue_items WHERE turn = 2")
        old.conn.commit()
        assert queue_counts(old)["sample"] == 1
    with closing(open_record(path)) as record:
        assert {queue: count for queue, count in queue_counts(record).items() if count} == {
            "emergencies": 1,
            "no_warning": 1,
        }
        _store_check(record, "new")
        assert queue_counts(record)["emergencies"] == 2
        assert record.schema.split() == fresh_schema().split()


def _store_check(record: Database, conversation: str) -> None:
    record.execute(
        "INSERT INTO conversations (id, channel, started_at, last_at) VALUES (?, '', '', '')", [conversation]
    )
    record.execute(
        """INSERT INTO turns (conversation, number, at, text, route, ranking, explanation, reply, messages, warning)
            VALUES
        (?, 1, '2026-01-01T00:00:00', 'Will it kill me?', 'check', '[]', '{}', 'Is this happening now?', '[]', '')""",
        [conversation],
    )


def fresh_schema() -> str:
    with closing(open_record(None)) as record:
        return str(record.schema)


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
def test_a_record_on_disk_is_durable_and_readable_by_others(record: Database, pragma: str, value: str | int) -> None:
    assert record.execute(f"PRAGMA {pragma}").fetchone() == (value,)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(RecordError, match=r"file/record\.db: the record cannot be opened"):
        open_record(tmp_path / "file" / "record.db")


def test_a_folder_in_the_place_of_the_record_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="the record cannot be opened"):
        open_record(tmp_path)


def test_a_file_that_is_no_record_is_named(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(RecordError, match=r"record\.db: the record cannot be opened"):
        open_record(path)


def test_an_open_record_is_writable(record: Database, path: Path) -> None:
    assert writable(path) is None


def test_a_record_stays_writable(record: Database, path: Path) -> None:
    writable(path)
    assert writable(path) is None


def test_a_missing_record_is_not_writable(tmp_path: Path) -> None:
    assert "cannot be written" in str(writable(tmp_path / "record.db"))


def test_asking_for_a_missing_record_does_not_make_it(tmp_path: Path) -> None:
    writable(tmp_path / "record.db")
    assert not (tmp_path / "record.db").exists()


def test_a_record_that_another_process_holds_is_not_writable(record: Database, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "locked" in str(writable(path, timeout_seconds=0))
