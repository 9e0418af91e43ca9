"""What is erased is in no byte of the data folder, although others read and write and the wipe is killed in its middle.

Longer: `OZONE_CANARY_ROUNDS=50 pytest tests/record/test_canary.py`; each round erases other conversations.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.record.backup import back_up, put_back
from bot.record.chain import verify_chain
from bot.record.database import connect, open_record
from bot.record.deletion import delete_conversation, erase_conversation, was_deleted
from bot.record.erased import note_erased
from bot.record.feedback import give_feedback
from bot.record.gaps import add_group, add_members
from bot.record.requests import leave_request, list_requests
from bot.record.review import add_note, give_verdict, set_flag
from bot.record.sealed import CONTACT, Seal
from bot.record.turns import Turn, insert_turn, search_turns
from bot.record.wiping import pending, wipe

ROUNDS = int(os.environ.get("OZONE_CANARY_ROUNDS", "1"))
VISITORS = 32
PASSPHRASE = "correct horse battery"
AT = "2026-01-01T00:00:00.000+00:00"
SEAL = Seal("s3cret", purpose=CONTACT)

_KILLED = """
import os, signal, sys
from pathlib import Path
from bot.record import wiping
left = int(sys.argv[3])
done = getattr(wiping, sys.argv[2])
def killed(*arguments):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return done(*arguments)
setattr(wiping, sys.argv[2], killed)
wiping._PAGES_A_STEP = 1
wiping.wipe(Path(sys.argv[1]))
"""


def _say(database: Database, conversation: str, number: int, words: str) -> int:
    """A turn with the words in all that is kept of one; its number in the record."""
    seen = {"findings": [{"words": words}]}
    answered: tuple[Any, ...] = (seen, "x", 1, "h", "r", [], "w", 1.0, None)
    with database.atomic():
        database.execute(
            "INSERT INTO conversations (id, channel, started_at, last_at, turns, slots) VALUES (?, 'web', ?, ?, 1, ?)"
            " ON CONFLICT DO UPDATE SET turns = turns + 1",
            [conversation, AT, AT, f'{{"said": "{words}"}}'],
        )
        insert_turn(database, Turn(conversation, number, AT, words, "clarify", None, None, [], None, None, *answered))
        database.execute(
            "INSERT INTO events (conversation, type, at, data) VALUES (?, 'user', 1, ?)",
            [conversation, f'{{"text": "{words}"}}'],
        )
        give_feedback(database, conversation, number, False, f"{words} reason")
    (turn,) = database.execute("SELECT max(id) FROM turns WHERE conversation = ?", [conversation]).fetchone()
    return int(turn)


def _place(database: Database, conversation: str, canary: str) -> None:
    """A conversation with a word in every place that can hold one."""
    for number in range(1, 4):
        turn = _say(database, conversation, number, f"{canary} number{number}")
        give_verdict(database, turn, "wrong_snippet", by="ann", now=AT, correct="cost", comment=f"{canary} said")
        add_note(database, turn, f"{canary} noted", by="ann", now=AT)
        set_flag(database, [turn], by="ann", now=AT, reason=f"{canary} flagged")
        with database.atomic():
            add_members(database, add_group(database, f"{canary} number{number}", b""), [(turn, AT)], b"")
    leave_request(database, conversation, question=canary, reach=canary, best_time="", seal=SEAL)


_LOOK = """
import sys
from pathlib import Path
for file in Path(sys.argv[1]).rglob("*"):
    held = file.read_bytes().lower() if file.is_file() else b""
    for word in sys.argv[2:]:
        if word.encode() in held:
            print(word, "in", file.name)
"""


def left(folder: Path, canaries: Sequence[str]) -> list[str]:
    """Which words are in the bytes of which file.

    Another process looks: whoever closes a file of the record loses all locks that this process has on it.
    """
    command = [sys.executable, "-c", _LOOK, str(folder), *canaries]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()


@contextmanager
def _visitors(path: Path) -> Iterator[list[int]]:
    """Thirty-two others, who write all the time; how many turns they wrote, each."""
    stopping, written = threading.Event(), [0] * VISITORS

    def write(visitor: int) -> None:
        with closing(connect(path)) as database:
            while not stopping.wait(0.02):
                try:
                    _say(database, f"visitor {visitor} {time.monotonic_ns()}", 1, f"plain words of {visitor}")
                except sqlite3.OperationalError as error:
                    if "locked" not in str(error):
                        raise
                    continue  # a slow disk let too many go first: they try again
                written[visitor] += 1

    threads = [threading.Thread(target=write, args=(visitor,)) for visitor in range(VISITORS)]
    for thread in threads:
        thread.start()
    try:
        yield written
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def _kill_a_wipe(path: Path, chance: random.Random) -> None:
    """Begins a wipe in another process, which is killed in its middle."""
    step, after = chance.choice((("_rest", chance.randrange(3)), ("_cut_log", 0)))
    command = [sys.executable, "-c", _KILLED, str(path), step, str(after)]
    ended = subprocess.run(command, cwd=os.getcwd(), check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


def test_no_byte_of_what_is_erased_is_left_whatever_others_do(folder: Path, tmp_path: Path) -> None:
    path, erased, chance = folder / "record.db", folder / "erased.txt", random.Random(7)  # noqa: S311 - the same each time
    canaries: list[str] = []
    names: list[str] = []
    with closing(open_record(path)) as record:
        for number in range(60):
            _say(record, f"harmless {number}", 1, " ".join(f"{chance.randrange(16**5):x}" for _ in range(60)))
        with _visitors(path) as written:
            for round_ in range(ROUNDS):
                new = [f"{letter}ylophonist{round_}q" for letter in "bdf"]
                talks = [f"{round_:02d}{letter}00c0ffee" for letter in "bdf"]
                for name, canary in zip(talks, new, strict=True):
                    _place(record, name, canary)
                assert {line.split()[0] for line in left(folder, new)} == set(new)
                copy = folder / f"backup{round_}"
                back_up(path, copy, PASSPHRASE)
                with closing(sqlite3.connect(path, isolation_level=None)) as reader:
                    reader.execute("BEGIN")
                    reader.execute("SELECT count(*) FROM turns").fetchall()
                    for name in talks[:2]:
                        delete_conversation(record, name, lambda: SEAL)
                    erase_conversation(record, talks[2], by="ann", reason="asked", requests=True)
                    note_erased(record, erased)
                    _kill_a_wipe(path, chance)
                    assert not wipe(path), "a reader keeps the old state"
                    assert pending(record) is not None
                _kill_a_wipe(path, chance)
                until = time.monotonic() + 60
                while not wipe(path):
                    assert time.monotonic() < until
                canaries += new
                names += talks
                assert left(folder, canaries) == []
        assert min(written) > 0
        record.execute("INSERT INTO turns_fts (turns_fts) VALUES ('integrity-check')")
        assert verify_chain(record, path)[1] == []
        assert [row.question for row in list_requests(record, seal=SEAL)].count("bylophonist0q") == 1, (
            "a question for the clinical team stays, sealed, when a visitor deletes the conversation"
        )
    assert left(folder, canaries) == []
    for round_ in range(ROUNDS):
        _, again = put_back(folder / f"backup{round_}", path, erased, lambda: SEAL, passphrase=PASSPHRASE, force=True)
        assert again == 4, "three conversations and the request that staff erased"
        assert left(folder, canaries) == []
        with closing(open_record(path)) as restored:
            assert all(was_deleted(restored, name) for name in names)
            assert [search_turns(restored, canary) for canary in canaries] == [[]] * len(canaries)
    assert left(folder, canaries) == []
