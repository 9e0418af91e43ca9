"""A copy of the record while visitors write, proved whole before it
counts, sealed with a passphrase if wanted; and putting one back.

A sealed backup is a head (mark, salt), then pieces of at most a megabyte, each with its length and sealed by itself
(AES-256-GCM under a key that scrypt makes of the passphrase). A piece's number, and whether it is the last, are part of
what is sealed: none can be changed, left out, moved or cut off unnoticed.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.record.chain import key_file
from bot.record.database import RecordError, open_record
from bot.record.erased import erase_again
from bot.record.sealed import Seal
from bot.record.wiping import wipe

_MARK = b"ozone-faq record, sealed 1\n"
_SALT_BYTES = 16
_PIECE_BYTES = 1_000_000
_LENGTH = struct.Struct(">I?")
"""Of a sealed piece, and whether it is the last."""

_NOT_SQLITE = "is no whole record"
_PRIVATE = 0o600
MIN_PASSPHRASE = 12
"""Letters of a passphrase."""


class BackupError(RuntimeError):
    """A backup that cannot be made or put back; the message names the file and the remedy."""


@dataclass(frozen=True)
class Counted:
    """What is in a backup."""

    conversations: int
    turns: int
    requests: int


def read_passphrase(file: Path) -> str:
    """The passphrase in a file, without the end of its line.

    Raises:
        BackupError: the file cannot be read, or the passphrase is too short.
    """
    try:
        passphrase = file.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeError) as error:
        raise BackupError(f"{file}: the passphrase cannot be read. Write one line of text into this file.") from error
    if len(passphrase) < MIN_PASSPHRASE:
        raise BackupError(f"{file}: the passphrase has fewer than {MIN_PASSPHRASE} letters. Use a longer one.")
    return passphrase


def back_up(record: Path, file: Path, passphrase: str | None = None) -> Counted:
    """Copies the record as it is at one moment, without keeping
    anybody from writing, and proves the copy before it gets its name.

    Raises:
        BackupError: there is no record, something lies at `file` already, or the copy is not whole.
    """
    if not record.is_file():
        raise BackupError(f"{record}: there is no record to back up. Set OZONE_DATABASE, or start the website first.")
    if file.exists():
        raise BackupError(f"{file} is there already. Name another file, or move that one away.")
    with _unfinished(file) as copy:
        try:
            with closing(
                sqlite3.connect(record.resolve().as_uri() + "?mode=rw", uri=True, timeout=10, isolation_level=None)
            ) as source:
                source.execute("BEGIN")  # one state of the record, whatever is written meanwhile
                expected = _count(source)
                with closing(sqlite3.connect(copy, isolation_level=None)) as target:
                    source.backup(target)
                    target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        except sqlite3.Error as error:
            raise BackupError(
                f"{record} cannot be copied ({error}). Check the free space and whether it is a record."
            ) from error
        if (found := _checked(copy, record)) != expected:
            raise BackupError(f"{record}: the copy does not hold what the record holds. Try again.")
        if passphrase is not None:
            with _unfinished(file) as sealed:
                _seal_file(copy, sealed, passphrase)
                os.replace(sealed, copy)
        _to_disk(copy)
        os.replace(copy, file)
    return found


def put_back(
    file: Path,
    record: Path,
    erased: Path,
    seal: Callable[[], Seal],
    *,
    passphrase: str | None = None,
    force: bool = False,
) -> tuple[Counted, int]:
    """Puts a backup in the place of the record, once it is proved
    whole and everything that was erased since is erased in it too.

    Returns:
        What is in the record now, and how many conversations and requests were erased again.

    Raises:
        BackupError: the backup is not whole, or there is a record already and not `force`. Then nothing was changed.
    """
    if not file.is_file():
        raise BackupError(f"{file}: there is no such backup.")
    if record.exists() and not force:
        raise BackupError(
            f"{record} is there already. Stop the website and the console, and use --force to replace it; back it up"
            " first."
        )
    record.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _unfinished(record) as copy:
        _opened_into(file, copy, passphrase)
        _checked(copy, file)
        try:
            if key_file(record).is_file():  # what is erased again goes on with the chain of this record
                shutil.copy(key_file(record), key_file(copy))
            with closing(open_record(copy)) as database:
                from_before = erase_again(database, erased, seal)
            wiped = wipe(copy)
            with closing(sqlite3.connect(copy)) as connection:
                connection.execute("PRAGMA journal_mode=DELETE")
        except (RecordError, sqlite3.Error) as error:
            raise BackupError(f"{file} cannot be brought up to date ({error}). Nothing was put back.") from error
        if not wiped:
            raise BackupError(f"{file}: what was erased could not be taken out. Nothing was put back; try again.")
        found = _checked(copy, file)
        for beside in ("-wal", "-shm"):  # of the record from before; they must not be read with this one
            record.with_name(record.name + beside).unlink(missing_ok=True)
        _to_disk(copy)
        os.replace(copy, record)
        if not key_file(record).is_file():
            os.replace(key_file(copy), key_file(record))
    return found, from_before


def _count(connection: sqlite3.Connection) -> Counted:
    return Counted(
        *(
            int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table in ("conversations", "turns", "requests")
        )
    )


def _checked(copy: Path, named: Path) -> Counted:
    """What a copy holds.

    Raises:
        BackupError: it is not whole.
    """
    try:
        with closing(sqlite3.connect(copy)) as connection:
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if said != "ok":
                raise BackupError(f"{named} {_NOT_SQLITE} ({said}). Use another backup.")
            return _count(connection)
    except sqlite3.Error as error:
        raise BackupError(f"{named} {_NOT_SQLITE} ({error}). Use another backup.") from error


@contextmanager
def _unfinished(file: Path) -> Iterator[Path]:
    """A file beside another, for its owner alone, that is gone in the end unless it got that one's name."""
    path = file.with_name(f".{file.name}.{secrets.token_hex(4)}.unfinished")
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE))
        yield path
    except OSError as error:
        raise BackupError(
            f"{file} cannot be written ({error.strerror}). Check the folder, its permissions and the free space."
        ) from error
    finally:
        for beside in ("", "-wal", "-shm", "-journal", ".key"):
            path.with_name(path.name + beside).unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _key(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode()))


def _bound(number: int, last: bool) -> bytes:
    return _MARK + struct.pack(">Q?", number, last)


def _seal_file(source: Path, target: Path, passphrase: str) -> None:
    salt = secrets.token_bytes(_SALT_BYTES)
    cipher = _key(passphrase, salt)
    with source.open("rb") as clear, target.open("wb") as sealed:
        sealed.write(_MARK + salt)
        number, piece = 0, clear.read(_PIECE_BYTES)
        while True:
            following = clear.read(_PIECE_BYTES)
            closed = cipher.encrypt(struct.pack(">4xQ", number), piece, _bound(number, not following))
            sealed.write(_LENGTH.pack(len(closed), not following) + closed)
            if not following:
                return
            number, piece = number + 1, following


def _opened_into(file: Path, target: Path, passphrase: str | None) -> None:
    """The backup in the clear.

    Raises:
        BackupError: it is sealed and there is no passphrase, or not the right one, or it is not whole.
    """
    with file.open("rb") as source, target.open("wb") as clear:
        if source.read(len(_MARK)) != _MARK:
            source.seek(0)
            while piece := source.read(_PIECE_BYTES):
                clear.write(piece)
            return
        if passphrase is None:
            raise BackupError(f"{file} is sealed with a passphrase. Name the file that holds it: --passphrase-file.")
        cipher = _key(passphrase, source.read(_SALT_BYTES))
        number, last = 0, False
        try:
            while not last:
                length, last = _LENGTH.unpack(source.read(_LENGTH.size))
                if length > _PIECE_BYTES + 16:
                    raise InvalidTag
                clear.write(cipher.decrypt(struct.pack(">4xQ", number), source.read(length), _bound(number, last)))
                number += 1
        except (InvalidTag, struct.error, ValueError) as error:
            raise BackupError(
                f"{file} cannot be opened: the passphrase is another one, or the file was changed or cut off."
            ) from error
