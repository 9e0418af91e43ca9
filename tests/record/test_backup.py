"""A backup is whole, opens for its passphrase alone, and never brings back what was erased."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.record.backup import BackupError, back_up, put_back, read_passphrase
from bot.record.chain import verify_chain
from bot.record.database import connect, open_record
from bot.record.deletion import delete_conversation, erase_request, was_deleted
from bot.record.erased import note_erased
from bot.record.requests import leave_request, list_requests
from bot.record.sealed import CONTACT, Seal
from bot.record.wiping import wipe

SEAL = Seal("s3cret", purpose=CONTACT)
AT = "2026-01-01T00:00:00.000+00:00"
WORDS = "correct horse battery"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record" / "record.db"


@pytest.fixture
def record(path: Path) -> Iterator[Database]:
    database = open_record(path)
    for name in ("xylophonist", "marimba"):
        _talk(database, name)
        leave_request(database, _id(name), question=f"{name}?", reach="r", best_time="", seal=SEAL)
    yield database
    database.close()


def _talk(database: Database, name: str) -> None:
    with database.atomic():
        database.execute(
            "INSERT INTO conversations (id, channel, started_at, last_at) VALUES (?, 'web', ?, ?)", [_id(name), AT, AT]
        )
        database.execute(
            "INSERT INTO events (conversation, type, at, data) VALUES (?, 'user', 1, ?)", [_id(name), name]
        )


def _id(name: str) -> str:
    """Of a conversation; unlike its words it outlives it, in the audit and the chain."""
    return name[::-1]


def _put_back(file: Path, path: Path, erased: Path, **how: object) -> int:
    return put_back(file, path, erased, lambda: SEAL, **how)[1]  # type: ignore[arg-type]


@pytest.mark.parametrize("passphrase", [None, WORDS])
def test_a_backup_that_is_put_back_holds_what_the_record_held(
    record: Database, path: Path, tmp_path: Path, passphrase: str | None
) -> None:
    file = tmp_path / "backup"
    assert back_up(path, file, passphrase).conversations == 2
    assert file.stat().st_mode & 0o077 == 0
    assert (b"xylophonist" in file.read_bytes()) is (passphrase is None)
    assert [other.name for other in tmp_path.iterdir()] == ["record", "backup"] or len(list(tmp_path.iterdir())) == 2, (
        "nothing is left beside it"
    )
    other = tmp_path / "other" / "record.db"
    _put_back(file, other, tmp_path / "none", passphrase=passphrase)
    with closing(open_record(other)) as restored:
        assert [words for (words,) in restored.execute("SELECT data FROM events ORDER BY id")] == [
            "xylophonist",
            "marimba",
        ]
        assert [row.question for row in list_requests(restored, seal=SEAL)] == ["marimba?", "xylophonist?"]


def test_what_was_erased_after_a_backup_does_not_come_back_with_it(
    record: Database, path: Path, tmp_path: Path
) -> None:
    file, erased = tmp_path / "backup", tmp_path / "erased.txt"
    back_up(path, file)
    delete_conversation(record, _id("xylophonist"), lambda: SEAL)
    erase_request(record, 1, by="ann", reason="asked")
    assert note_erased(record, erased) == 2
    assert note_erased(record, erased) == 0
    record.close()
    assert _put_back(file, path, erased, force=True) == 2
    assert [other.name for other in path.parent.iterdir() if b"xylophonist" in other.read_bytes()] == []
    with closing(open_record(path)) as restored:
        assert verify_chain(restored, None)[1] == []
        assert was_deleted(restored, _id("xylophonist"))
        assert [row.question for row in list_requests(restored, seal=SEAL)] == ["marimba?"]


def test_a_backup_under_load_is_one_state_of_the_record(record: Database, path: Path, tmp_path: Path) -> None:
    stopping = threading.Event()

    def write() -> None:
        with closing(connect(path)) as database:
            number = 0
            while not stopping.wait(0.001):
                number += 1
                _talk(database, f"talk {number}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            assert back_up(path, tmp_path / f"backup-{number}").conversations >= 2
    finally:
        stopping.set()
        writer.join()


def test_a_record_is_replaced_only_when_asked_and_only_by_a_whole_backup(
    record: Database, path: Path, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    back_up(path, file, WORDS)
    sealed = file.read_bytes()
    with pytest.raises(BackupError, match="--force"):
        _put_back(file, path, tmp_path / "none", passphrase=WORDS)
    with pytest.raises(BackupError, match="--passphrase-file"):
        _put_back(file, path, tmp_path / "none", force=True)
    for content, passphrase in (
        (sealed, "another passphrase"),
        (sealed[:-20], WORDS),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), WORDS),  # whatever its last byte is
        (sealed[:40], WORDS),
        (b"no record", None),
    ):
        file.write_bytes(content)
        with pytest.raises(BackupError):
            _put_back(file, path, tmp_path / "none", passphrase=passphrase, force=True)
    assert record.execute("SELECT count(*) FROM conversations").fetchone()[0] == 2
    assert [other.name for other in path.parent.iterdir() if "unfinished" in other.name] == []
    assert wipe(path)


def test_a_backup_that_cannot_be_made_says_why(record: Database, path: Path, tmp_path: Path) -> None:
    back_up(path, tmp_path / "backup")
    for wanted, there, said in (
        (path, tmp_path / "backup", "there already"),
        (tmp_path / "none.db", tmp_path / "b", "no record"),
    ):
        with pytest.raises(BackupError, match=said):
            back_up(wanted, there)
    (tmp_path / "passphrase").write_text("short\n")
    with pytest.raises(BackupError, match="fewer than 12"):
        read_passphrase(tmp_path / "passphrase")
