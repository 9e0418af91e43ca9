"""A conversation that its visitor deleted is gone, in every table and in every byte of every file."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.record.audit import verify_audit
from bot.record.corrections import (
    decide_correction,
    erased_in,
    finish_run,
    list_corrections,
    settle_run,
    start_run,
    take_up,
    without_erased,
)
from bot.record.database import connect, open_record
from bot.record.deletion import ErasureError, delete_conversation, erase_conversation, erase_request, was_deleted
from bot.record.feedback import give_feedback
from bot.record.gaps import add_group, add_members, list_gaps
from bot.record.requests import leave_request, list_requests, seal_requests
from bot.record.review import add_note, give_verdict
from bot.record.sealed import CONTACT, Seal
from bot.record.turns import Turn, insert_turn, search_turns, turns_of
from bot.record.upkeep import warnings
from bot.record.wiping import pending, wipe

SECRET = "xylophonist"
AT = "2026-01-01T00:00:00.000+00:00"
TURN = Turn("c", 0, AT, SECRET, "clarify", None, None, [], None, None, {}, "x", 1, "h", "r", [], "w", 1.0, None)
SEAL = Seal("s3cret", purpose=CONTACT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "record.db"


def _talk(database: Database, conversation: str, words: str, number: int = 1) -> int:
    """A turn of a conversation; its number in the record."""
    with database.atomic():
        database.execute(
            "INSERT INTO conversations (id, channel, started_at, last_at, turns) VALUES (?, 'web', ?, ?, 1) ON CONFLICT"
            " DO UPDATE SET turns = turns + 1",
            [conversation, AT, AT],
        )
        insert_turn(database, Turn(**{**vars(TURN), "conversation": conversation, "number": number, "text": words}))
        database.execute(
            "INSERT INTO events (conversation, type, at, data) VALUES (?, 'user', 1, ?)", [conversation, words]
        )
        give_feedback(database, conversation, number, False, f"{words} reason")
    return int(database.execute("SELECT max(id) FROM turns").fetchone()[0])


@pytest.fixture
def record(path: Path) -> Iterator[Database]:
    """A conversation with a secret word in every place that can hold one, beside a harmless one."""
    database = open_record(path, any_thread=True)
    secret, harmless = _talk(database, "c", SECRET), _talk(database, "other", "marimba")
    give_verdict(database, secret, "wrong_snippet", by="ann", now=AT, correct="cost")
    add_note(database, secret, f"{SECRET} note", by="ann", now=AT)
    with database.atomic():
        add_members(database, add_group(database, SECRET, b""), [(secret, AT), (harmless, AT)], b"")
    leave_request(database, "c", question="May I?", reach="01 23", best_time="mornings", seal=SEAL)
    yield database
    database.close()


def _seal() -> Seal:
    return SEAL


def _left(path: Path, words: str = SECRET) -> list[str]:
    """The files that hold the words."""
    return [file.name for file in path.parent.iterdir() if words.encode() in file.read_bytes()]


def _rows(database: Database, conversation: str) -> int:
    tables = ("turns", "events", "feedback")
    return sum(
        int(database.execute(f"SELECT count(*) FROM {table} WHERE conversation = ?", [conversation]).fetchone()[0])
        for table in tables
    )


def test_nothing_of_it_is_left_in_any_table_or_search(record: Database) -> None:
    assert delete_conversation(record, "c", _seal)
    assert _rows(record, "c") == 0
    assert turns_of(record, "c") == []
    assert search_turns(record, SECRET) == []
    for table in (
        name for name in record.table_names() if not name.startswith("turns_fts")
    ):  # the index waits for the wipe
        assert SECRET not in str(record.execute(f"SELECT * FROM [{table}]").fetchall()), table


def test_other_conversations_stay(record: Database) -> None:
    before = _rows(record, "other")
    delete_conversation(record, "c", _seal)
    assert _rows(record, "other") == before == 3
    assert len(search_turns(record, "marimba")) == 1
    assert [gap.exemplar for gap in list_gaps(record, since=AT, before=AT, decision="open", limit=9)] == ["marimba"]


def test_a_group_of_questions_goes_with_its_last_member(record: Database) -> None:
    delete_conversation(record, "c", _seal)
    delete_conversation(record, "other", _seal)
    assert record.execute("SELECT count(*) FROM gap_clusters").fetchone()[0] == 0


def test_a_question_for_the_clinical_team_stays_without_a_link(record: Database) -> None:
    delete_conversation(record, "c", _seal)
    (request,) = list_requests(record, seal=SEAL)
    assert request.question == "May I?"
    assert request.conversation is None


def test_the_record_knows_that_it_was_deleted_without_keeping_its_id(record: Database) -> None:
    assert not was_deleted(record, "c")
    delete_conversation(record, "c", _seal)
    assert was_deleted(record, "c")
    assert not was_deleted(record, "other")
    assert record.execute("SELECT count(*) FROM deleted_conversations WHERE hash = 'c'").fetchone()[0] == 0


def test_deleting_again_and_again_is_deleting_once(record: Database) -> None:
    delete_conversation(record, "c", _seal)
    entries = verify_audit(record)[0]
    for _ in range(20):
        assert not delete_conversation(record, "c", _seal)
        assert not delete_conversation(record, "a token that was never used", _seal)
    assert verify_audit(record)[0] == entries
    waiting = pending(record)
    assert waiting is not None
    assert waiting.deletions <= 2


def test_no_byte_of_the_words_is_left_in_any_file(record: Database, path: Path) -> None:
    assert _left(path)
    delete_conversation(record, "c", _seal)
    assert wipe(path)
    assert _left(path) == []
    assert pending(record) is None
    assert len(search_turns(record, "marimba")) == 1


def test_a_wipe_that_a_reader_keeps_from_its_end_is_told_and_done_when_it_has_gone(
    record: Database, path: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM turns").fetchall()
        delete_conversation(record, "c", _seal)
        assert not wipe(path)
        assert _left(path)
        (said,) = warnings(record, time.time())
        assert "keeps an old state of the record open" in said
    assert wipe(path)
    assert _left(path) == []
    assert warnings(record, time.time()) == []


def test_no_byte_is_left_while_others_write(record: Database, path: Path) -> None:
    stopping = threading.Event()

    def write(writer: int) -> None:
        with closing(connect(path)) as database:
            number = 0
            while not stopping.wait(0.002):
                number += 1
                _talk(database, f"writer {writer}", f"plain words {number}", number)

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(2)]
    for thread in writers:
        thread.start()
    try:
        delete_conversation(record, "c", _seal)
        until = time.monotonic() + 30
        while not wipe(path) and time.monotonic() < until:
            pass
    finally:
        stopping.set()
        for thread in writers:
            thread.join()
    assert _left(path) == []
    record.execute("INSERT INTO turns_fts (turns_fts) VALUES ('integrity-check')")


_KILLED = """
import os, signal, sys
from pathlib import Path
from bot.record import wiping
def killed(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(wiping, sys.argv[2], killed)
wiping._PAGES_A_STEP = 1
wiping.wipe(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("before", ["_rest", "_cut_log"])
def test_a_wipe_that_is_killed_in_the_middle_is_done_by_the_next_one(record: Database, path: Path, before: str) -> None:
    for number in range(40):
        _talk(
            record,
            f"talk {number}",
            " ".join(f"{SECRET[: place % 9]}{place}" for place in range(50 * number, 50 * number + 50)),
        )
    delete_conversation(record, "c", _seal)
    done = subprocess.run([sys.executable, "-c", _KILLED, str(path), before], cwd=os.getcwd(), check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert pending(record) is not None
    assert wipe(path)
    assert _left(path) == []
    assert len(search_turns(record, "marimba")) == 1


def test_staff_erase_with_a_reason_that_the_audit_keeps(record: Database, path: Path) -> None:
    with pytest.raises(ErasureError, match="Give a reason"):
        erase_conversation(record, "c", by="ann", reason=" ")
    with pytest.raises(ErasureError, match="no such conversation"):
        erase_conversation(record, "nobody's", by="ann", reason="asked")
    assert _rows(record, "c")
    erase_conversation(record, "c", by="ann", reason="asked for it", requests=True)
    assert _rows(record, "c") == 0
    assert list_requests(record, seal=SEAL) == []
    (detail,) = record.execute("SELECT detail FROM audit WHERE action = 'conversation.erased'").fetchone()
    assert "asked for it" in detail


def test_an_erased_request_is_gone(record: Database, path: Path) -> None:
    erase_request(record, 1, by="ann", reason="asked")
    assert list_requests(record, seal=SEAL) == []
    assert len(turns_of(record, "c")) == 1


def test_what_a_visitor_left_for_the_clinic_lies_in_no_file_in_the_clear(record: Database, path: Path) -> None:
    record.execute(
        "UPDATE requests SET question = 'a rash', reach = 'jo@mail.example', best_time = 'at noon'"
    )  # as an older version wrote it
    assert seal_requests(record, _seal) == 1
    assert seal_requests(record, _seal) == 0
    assert wipe(path)
    assert [_left(path, words) for words in ("a rash", "jo@mail.example", "at noon")] == [[], [], []]
    assert [(row.question, row.reach, row.best_time) for row in list_requests(record, seal=SEAL)] == [
        ("a rash", "jo@mail.example", "at noon")
    ]
    assert [row.reach for row in list_requests(record, seal=Seal("lost", purpose=CONTACT))] == [
        "[sealed with another secret]"
    ]


def test_a_sentence_that_a_model_was_trained_with_is_left_out_of_the_next_training(record: Database) -> None:
    (correction,) = list_corrections(record, "proposed")
    decide_correction(record, correction.id, "accepted", by="ann", now=AT)
    file = (
        f"nlu:\n# correction {correction.id}, accepted on 2026-01-01\n- intent: cost\n  examples: |\n    - {SECRET}\n"
    )
    run = start_run(record, by="ann", now=AT, model="old", file_before="nlu:\n")
    take_up(record, run, [correction.id])
    finish_run(record, run, state="ready", now=AT, message="", model="new", file_after=file)
    settle_run(record, run, "promoted", by="ann", now=AT)
    delete_conversation(record, "c", _seal)
    assert SECRET not in str(
        [record.execute(f"SELECT * FROM {table}").fetchall() for table in ("corrections", "improvement_runs")]
    )
    assert erased_in(record, file) == {correction.id}
    assert without_erased(record, file) == "nlu:\n"


def test_after_a_change_of_the_secret_requests_are_sealed_anew_and_stay_readable(record: Database) -> None:
    leave_request(
        record, "c", question="May I come?", reach="555 0100", best_time="", seal=Seal("former", purpose=CONTACT)
    )

    def both() -> Seal:
        return Seal("new", "former", purpose=CONTACT)

    def new() -> Seal:
        return Seal("new", purpose=CONTACT)

    assert seal_requests(record, both, anew=False) == 0, "nothing lies there in the clear"
    assert list_requests(record, seal=new())[0].reach == "[sealed with another secret]"
    assert seal_requests(record, both) == 1
    assert list_requests(record, seal=new())[0].reach == "555 0100"
