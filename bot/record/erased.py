"""The list of what was erased, outside the record: a backup that is put back must not bring any of it back.

An append-only file beside the secret; one line for each deletion, a hash and when it was noted. It holds no words and
no id.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database

from bot.record.deletion import ask_for_wipe, name_hash, request_name, take_out
from bot.record.holds import held, move_under_hold
from bot.record.sealed import Seal
from bot.record.turns import utc
from bot.rights import private_file, private_folder

_NOTED = "erased_noted"
"""Under this name the record keeps up to which row the list holds everything."""


def erased_file(secret_file: Path) -> Path:
    """Where the list is: beside the secret, so that it is neither in the record nor in a backup of it."""
    return secret_file.with_name("erased.txt")


def note_erased(database: Database, file: Path) -> int:
    """Adds to the list what was deleted since the last time; returns how many lines these were.

    Repeating a line does no harm.

    Raises:
        OSError: the list cannot be written; then nothing counts as noted.
    """
    noted = database.execute("SELECT value FROM upkeep WHERE name = ?", [_NOTED]).fetchone()
    rows = database.execute(
        "SELECT rowid, hash FROM deleted_conversations WHERE rowid > ? ORDER BY rowid",
        [int(noted[0]) if noted and file.exists() else 0],
    ).fetchall()
    if not rows:
        return 0
    private_folder(file.parent)
    private_file(file)
    with file.open("a", encoding="ascii") as lines:
        lines.write("".join(f"{hashed} {utc(time.time())}\n" for _, hashed in rows))
        lines.flush()
        os.fsync(lines.fileno())
    with database.atomic():
        database.execute("INSERT OR REPLACE INTO upkeep (name, value) VALUES (?, ?)", [_NOTED, str(rows[-1][0])])
    return len(rows)


def erase_again(database: Database, file: Path, seal: Callable[[], Seal]) -> int:
    """Erases from a record that was put back what the list says was
    erased; returns how many conversations and requests these were.

    Of one under a legal hold the sealed copy stays, as after its deletion.
    """
    if not file.is_file():
        return 0
    hashes = {line.split()[0] for line in file.read_text(encoding="ascii").splitlines() if line.strip()}
    conversations = [name for (name,) in database.execute("SELECT id FROM conversations") if name_hash(name) in hashes]
    requests = [
        row
        for row in database.execute("SELECT id, created_at FROM requests")
        if name_hash(request_name(*row)) in hashes
    ]
    with database.atomic():
        for hashed in hashes:
            database.execute(
                "INSERT OR IGNORE INTO deleted_conversations (hash, at) VALUES (?, ?)", [hashed, utc(time.time())]
            )
        for name in conversations:
            if held(database, name) is not None:
                move_under_hold(database, name, name_hash(name), seal())
        take_out(database, conversations)
        for number, _ in requests:
            database.execute("DELETE FROM requests WHERE id = ?", [number])
        ask_for_wipe(database)
    return len(conversations) + len(requests)
