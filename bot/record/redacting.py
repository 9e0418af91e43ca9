"""Applies today's redaction to what was stored before some of its rules existed.

Each message is taken as it lies in the record, and with it all that repeats its words (`bot.record.redacted`):
explanations, Rasa's events, client ids, feedback, corrections and groups of questions. What staff wrote, what the
clinic said, sealed texts and promoted training data are left alone, and so is a conversation under a legal hold.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlite_utils import Database

import bot.safety
from bot.record import audit
from bot.record.deletion import ask_for_wipe
from bot.record.erasure_schema import ERASED
from bot.record.redacted import KeptWords, client_id_kept, redacted_events
from bot.record.turns import utc
from bot.safety.redaction import kept, redact

CONVERSATIONS_AT_ONCE = 200
"""Of which what changes is written in one transaction."""

_UP_TO = "redacted_up_to"
"""Under this name the record keeps by which rules, and up to which conversation, a run has come that was cut short."""


@dataclass(frozen=True)
class Receipt:
    """What a run changed, or would: conversations looked at, messages that are others now, other texts beside them, and
    conversations that a legal hold kept as they are."""

    conversations: int = 0
    messages: int = 0
    others: int = 0
    held: int = 0

    def __add__(self, other: Receipt) -> Receipt:
        return Receipt(*(mine + its for mine, its in zip(self._all(), other._all(), strict=True)))

    def _all(self) -> tuple[int, int, int, int]:
        return self.conversations, self.messages, self.others, self.held


@dataclass(frozen=True)
class _Change:
    """A text of the record, before and after; it is changed only while it is what it was."""

    table: str
    column: str
    row: int
    before: str
    after: str | None


def redact_stored(
    database: Database, *, by: str, dry_run: bool = False, told: Callable[[Receipt], None] = lambda _: None
) -> Receipt:
    """Blanks in all conversations what today's rules blank in new ones.

    A run that was cut short goes on where it was, unless the rules have changed since. Others may read and write
    meanwhile.

    Args:
        database: the record.
        by: who asks, for the audit.
        dry_run: only count what would change.
        told: hears how far it is, after each few hundred conversations.

    Raises:
        sqlite3.Error: the record cannot be read or written; what was done before counts.
    """
    rules, done, receipt = _rules(), 0, Receipt()
    database.execute("PRAGMA secure_delete=ON")
    if not dry_run:
        done = _come_to(database, rules)
    while conversations := database.execute(
        "SELECT rowid, id, id IN (SELECT conversation FROM holds) FROM conversations WHERE rowid > ? ORDER BY rowid"
        " LIMIT ?",
        [done, CONVERSATIONS_AT_ONCE],
    ).fetchall():
        free = [name for _, name, is_held in conversations if not is_held]
        changes = [change for name in free for change in _of_conversation(database, name)]
        done = conversations[-1][0]
        if not dry_run:
            _write(database, changes, by, f"{rules} {done}")
        receipt += Receipt(len(conversations), *_counted(changes), len(conversations) - len(free))
        told(receipt)
    copies = list(_of_copies(database))
    if not dry_run:
        _write(database, copies, by, None)
    return receipt + Receipt(0, 0, len(copies))


def _rules() -> str:
    """What stands for the rules of today: they are other ones when their code is."""
    digest = hashlib.sha256()
    for file in sorted(Path(bot.safety.__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _come_to(database: Database, rules: str) -> int:
    found = database.execute("SELECT value FROM upkeep WHERE name = ?", [_UP_TO]).fetchone()
    by_rules, _, done = found[0].partition(" ") if found else ("", "", "0")
    return int(done) if by_rules == rules else 0


def _write(database: Database, changes: list[_Change], by: str, come_to: str | None) -> None:
    """Changes texts and notes how far it is; None at the end."""
    with database.atomic():
        for change in changes:
            database.execute(
                f"UPDATE {change.table} SET {change.column} = ? WHERE rowid = ? AND {change.column} = ?",
                [change.after, change.row, change.before],
            )
        if changes:
            messages, others = _counted(changes)
            audit.append(
                database, by, "record.redacted", "everything", utc(time.time()), messages=messages, others=others
            )
            ask_for_wipe(database)
        if come_to is None:
            database.execute("DELETE FROM upkeep WHERE name = ?", [_UP_TO])
        else:
            database.execute("INSERT OR REPLACE INTO upkeep (name, value) VALUES (?, ?)", [_UP_TO, come_to])


def _counted(changes: list[_Change]) -> tuple[int, int]:
    messages = sum((change.table, change.column) == ("turns", "text") for change in changes)
    return messages, len(changes) - messages


def _of_conversation(database: Database, conversation: str) -> Iterator[_Change]:
    for row, text, explanation, client_id in database.execute(
        "SELECT id, text, explanation, client_id FROM turns WHERE conversation = ?", [conversation]
    ).fetchall():
        reasons = orjson.loads(explanation)
        said = KeptWords.again(text, str(reasons.get("read_as") or ""))
        yield from _change("turns", "text", row, text, said.text)
        yield from _change_json("turns", "explanation", row, explanation, reasons, _explanation(reasons, said))
        yield from _change("turns", "client_id", row, client_id, client_id_kept(client_id))
    rows = database.execute("SELECT id, data FROM events WHERE conversation = ? ORDER BY id", [conversation]).fetchall()
    events = [orjson.loads(data) for _, data in rows]
    for (row, data), before, after in zip(rows, events, redacted_events(events, stored=True), strict=True):
        yield from _change_json("events", "data", row, data, before, after)
    for row, reason in database.execute(
        "SELECT rowid, reason FROM feedback WHERE conversation = ?", [conversation]
    ).fetchall():
        yield from _change("feedback", "reason", row, reason, kept(reason))


def _explanation(reasons: dict[str, Any], said: KeptWords) -> dict[str, Any]:
    again = dict(reasons)
    if again.get("findings"):
        again["findings"] = said.findings(again["findings"])
    if again.get("read_as"):
        again["read_as"] = said.read_as
    return again


def _of_copies(database: Database) -> Iterator[_Change]:
    """Messages that were copied elsewhere; some belong to no conversation any more."""
    held = "SELECT t.text FROM turns t JOIN holds h ON h.conversation = t.conversation"
    for table, column in (("corrections", "text"), ("gap_clusters", "exemplar")):
        for row, text in database.execute(
            f"SELECT rowid, {column} FROM {table} WHERE {column} NOT IN ({held})"
        ).fetchall():
            if text != ERASED:
                yield from _change(table, column, row, text, redact(text))


def _change(table: str, column: str, row: int, before: str | None, after: str | None) -> Iterator[_Change]:
    if before is not None and after != before:
        yield _Change(table, column, row, before, after)


def _change_json(table: str, column: str, row: int, held: str, before: Any, after: Any) -> Iterator[_Change]:
    if after != before:
        yield _Change(table, column, row, held, orjson.dumps(after).decode())
