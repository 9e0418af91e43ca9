"""Who saw, exported, changed or deleted what: append-only, each entry chained to the one before by its hash.

An entry names conversations and turns but never holds a visitor's words, so that it need not be erased with them.
Whoever can write the file could forge a whole new chain; the hash of the newest entry, noted elsewhere, shows that too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database


@dataclass(frozen=True)
class Entry:
    """One line of the audit; `at` is ISO 8601 in UTC."""

    id: int
    at: str
    who: str
    action: str
    what: str
    detail: Mapping[str, Any]


def append(database: Database, who: str, action: str, what: str, at: str, **detail: Any) -> None:
    """Adds an entry.

    Inside a transaction call it first: it takes the write lock, so that what is read afterwards cannot be stale.
    """
    with database.atomic():
        number, previous = database.execute(
            "UPDATE audit_head SET entries = entries + 1 WHERE id = 1 RETURNING entries, hash"
        ).fetchall()[0]
        told = json.dumps(detail, ensure_ascii=False, sort_keys=True)
        digest = _hash(number, at, who, action, what, told, previous)
        database.execute(
            "INSERT INTO audit (id, at, who, action, what, detail, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [number, at, who, action, what, told, previous, digest],
        )
        database.execute("UPDATE audit_head SET hash = ? WHERE id = 1", [digest])


def entries(
    database: Database, *, limit: int, before: int | None = None, who: str = "", action: str = ""
) -> list[Entry]:
    """Entries, the newest first, with a number under `before`, of one person or one kind if asked."""
    rows = database.execute(
        """SELECT id, at, who, action, what, detail FROM audit
        WHERE id < :before AND (:who = '' OR who = :who) AND (:action = '' OR action = :action) ORDER BY id DESC
        LIMIT :limit""",
        {"before": before if before is not None else 1 << 62, "who": who, "action": action, "limit": limit},
    )
    return [Entry(number, at, by, done, what, json.loads(detail)) for number, at, by, done, what, detail in rows]


def verify_audit(database: Database) -> tuple[int, list[str], str]:
    """How many entries were checked, a sentence for each break of the chain, and the newest entry's hash."""
    checked, problems, previous = 0, [], ""
    for number, at, who, action, what, detail, noted, digest in database.execute(
        "SELECT id, at, who, action, what, detail, previous, hash FROM audit ORDER BY id"
    ):
        checked += 1
        if number != checked:
            problems.append(f"audit #{number}: an entry before it is missing.")
            checked = number
        if noted != previous or digest != _hash(number, at, who, action, what, detail, noted):
            problems.append(f"audit #{number}: the entry or one before it was changed.")
        previous = digest
    noted_head = database.execute("SELECT entries, hash FROM audit_head WHERE id = 1").fetchone()
    if noted_head is None:
        return checked, [*problems, "audit: the note of its newest entry is missing."], previous
    count, head = noted_head
    if (count, head) != (checked, previous):
        problems.append(f"audit: the newest entry should be #{count}, but the last one is #{checked}.")
    return checked, problems, previous


def _hash(*values: object) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()
