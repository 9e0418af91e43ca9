"""One keyed chain over what the record holds, so that a change behind the application's back is found and named.

Triggers add a link whenever a covered row is written, changed or taken out, in the same transaction. A link holds a
keyed digest of the row (no words, and nothing they could be guessed from) and one of itself with the link before. The
key lies beside the record, not in it: whoever can write the record alone can neither forge a link nor leave one out.
The newest link is noted in a file of its own as time goes by, so that a chain cut short at its end is found too.

Who can read the key as well can forge everything since the last head that was noted somewhere else: send the log, which
names the heads, to another machine.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
from sqlite_utils import Database

from bot.rights import narrow

DIGEST_BYTES = 16
"""Of a row's digest and of a link's; a seal is the two together."""

NEW, CHANGED, GONE, FOUND = "new", "changed", "gone", "found"
"""What a link tells of a row; `found` stands for one that was there before the chain."""

_NOTHING = bytes(DIGEST_BYTES)
_HEADS_KEPT = 20_000


@dataclass(frozen=True)
class Covered:
    """The columns of a table that a link seals, and what names a row: SQL with `{row}` for the row."""

    columns: tuple[str, ...]
    key: str = "{row}.id"


COVERED: Mapping[str, Covered] = {
    "conversations": Covered(("channel", "started_at", "last_at", "turns", "worst_route", "slots"), "{row}.id"),
    "turns": Covered(
        (
            *(
                "conversation",
                "number",
                "at",
                "client_id",
                "request",
                "text",
                "route",
                "intent",
                "confidence",
                "ranking",
                "risk_category",
            ),
            *(
                "risk_rule",
                "explanation",
                "snippet_id",
                "snippet_version",
                "snippet_hash",
                "reply",
                "messages",
                "warning",
                "latency_ms",
            ),
            "model_id",
        )
    ),
    "turn_facts": Covered(
        (
            *(
                "conversation",
                "number",
                "at",
                "route",
                "intent",
                "snippet",
                "category",
                "rule",
                "confidence",
                "warned",
                "helpful",
            ),
            *("verdict", "reviewer", "flagged", "latency"),
        ),
        "{row}.turn",
    ),
    "queue_items": Covered(("conversation",), "{row}.queue || ' ' || {row}.turn"),
    "feedback": Covered(("helpful", "reason", "at"), "{row}.conversation || ' ' || {row}.number"),
    "requests": Covered(
        (
            "conversation",
            "created_at",
            "state",
            "question",
            "reach",
            "best_time",
            "consent_at",
            "taken_by",
            "changed_at",
        )
    ),
    "verdicts": Covered(
        ("turn", "verdict", "correct", "comment", "queue", "by", "at", "superseded_at", "before", "state")
    ),
    "notes": Covered(("turn", "text", "by", "at")),
    "tags": Covered(("by", "at"), "{row}.tag || ' ' || {row}.turn"),
    "flags": Covered(("turn", "reason", "by", "at", "resolved_by", "resolved_at")),
    "assignments": Covered(("assignee", "by", "at"), "{row}.turn"),
    "saved_views": Covered(("name", "address", "owner", "shared", "at")),
    "improvement_runs": Covered(
        (
            *(
                "state",
                "by",
                "started_at",
                "finished_at",
                "message",
                "model_before",
                "model_after",
                "file_before",
                "file_after",
            ),
            *("results", "decided_by", "decided_at"),
        )
    ),
    "run_reasons": Covered(("role", "reason", "at"), "{row}.run || ' ' || {row}.loss || ' ' || {row}.by"),
    "corrections": Covered(
        ("turn", "text", "intent", "state", "proposed_by", "proposed_at", "decided_by", "decided_at", "advice", "run")
    ),
    "gap_clusters": Covered(("exemplar", "decision", "target", "decided_by", "decided_at")),
    "gap_members": Covered(("cluster", "at"), "{row}.turn"),
    "audit": Covered(("at", "who", "action", "what", "detail", "previous", "hash")),
    "audit_head": Covered(("entries", "hash")),
    "staff": Covered(
        ("password_hash", "created_at", "disabled", "role", "totp_secret", "totp_used", "shortcuts", "zone"),
        "{row}.username",
    ),
    "staff_sessions": Covered(("username", "created_at"), "{row}.token_hash"),
    "staff_links": Covered(("username", "role", "made_by", "made_at", "expires_at"), "{row}.token_hash"),
    "staff_recovery_codes": Covered((), "{row}.username || ' ' || {row}.hash"),
    "samples": Covered(("name", "since", "until", "by", "at")),
    "sample_reviewers": Covered((), "{row}.sample || ' ' || {row}.reviewer"),
    "sample_replacements": Covered(("came", "by", "at"), "{row}.sample || ' ' || {row}.gone"),
    "sample_turns": Covered(("place",), "{row}.sample || ' ' || {row}.turn"),
    "sample_verdicts": Covered(("sample", "turn", "settles", "verdict", "correct", "comment", "by", "at")),
    "api_tokens": Covered(("name", "hash", "made_by", "made_at")),
    "console_settings": Covered(("value",), "{row}.name"),
    "deleted_conversations": Covered(("at",), "{row}.hash"),
    "holds": Covered(("by", "at", "reason"), "{row}.conversation"),
    "held_copies": Covered(("by", "at", "reason", "sealed"), "{row}.hash"),
    "serving": Covered(("model", "at")),
    "texts": Covered(
        (
            *(
                "kind",
                "name",
                "number",
                "state",
                "body",
                "author",
                "reason",
                "created_at",
                "changed_at",
                "approver",
                "approver_role",
            ),
            *("approved_at", "signature", "based_on", "review_by", "alone"),
        )
    ),
    "text_revisions": Covered(("text", "by", "at")),
    "text_sentences": Covered(("text", "turn", "words")),
    "sent_texts": Covered(("noted_at", "approval"), "{row}.id || ' ' || {row}.version || ' ' || {row}.hash"),
}
"""What a person reads, decides or is held to.

Not here: what is derived (sums by hour, the search index), which `bot.record.proof` works out again; Rasa's own events,
which it compares with the turns; and what passes (reservations, leases, wipes that wait, the heartbeat).
"""


def key_file(path: Path) -> Path:
    """Where the key of the record at `path` lies."""
    return path.with_name(path.name + ".key")


def heads_file(path: Path) -> Path:
    """Where the heads of the chain of the record at `path` are noted."""
    return path.with_name(path.name + ".heads")


def load_key(path: Path) -> bytes:
    """The key of the record at `path`, made when there is none, readable by its owner alone.

    Raises:
        OSError: it can be neither read nor made.
    """
    place = key_file(path)
    narrow(place)
    if not place.exists():
        unfinished = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            with suppress(FileExistsError):  # another process was quicker: its key counts
                os.link(unfinished, place)
        finally:
            unfinished.unlink()
    return place.read_bytes()[:64]


def use_key(connection: sqlite3.Connection, key: bytes) -> None:
    """Gives a connection the two functions that the triggers and the proof call."""

    def digest(*values: object) -> bytes:
        told = orjson.dumps(values, default=_as_text)
        return hashlib.blake2b(told, key=key, digest_size=DIGEST_BYTES).digest()

    def seal(before: bytes | None, what: str, row: object, told: str, *values: object) -> bytes:
        of_row = _NOTHING if told == GONE else digest(*values)
        return of_row + digest((before or b"")[DIGEST_BYTES:], what, row, told, of_row)

    connection.create_function("chain_digest", -1, digest, deterministic=True)
    connection.create_function("chain_seal", -1, seal, deterministic=True)


def _as_text(value: object) -> str:
    if isinstance(value, bytes):
        return "bytes " + value.hex()
    raise TypeError(f"{type(value).__name__} does not come out of SQLite")


def create(database: Database) -> None:
    """Makes the chain, empty; `arm` begins it."""
    database.execute(
        "CREATE TABLE chain (n INTEGER PRIMARY KEY, what TEXT NOT NULL, row NOT NULL, told TEXT NOT NULL, seal BLOB NOT"
        " NULL)"
    )
    never = "SELECT RAISE(ABORT, 'the chain is append-only')"
    for event in ("UPDATE", "DELETE"):
        database.execute(f"CREATE TRIGGER chain_no_{event.lower()} BEFORE {event} ON chain BEGIN {never}; END")


def arm(database: Database) -> None:
    """Seals the rows of each table that is newly covered, or
    whose covered columns are others now, and makes its triggers.

    To be called when the schema has been brought up to date, in the same transaction. What was forged in such a table
    before is sealed as it is, so verify a record before an upgrade.
    """
    there = _triggers_there(database)
    for table in COVERED:
        wanted = triggers(table)
        if any(there.get(name) != statement for name, statement in wanted.items()):
            _seal_rows(database, table)
            for name in (name for name in there if name.rpartition("_")[0] == f"chain_{table}"):
                database.execute(f"DROP TRIGGER {name}")
            for statement in wanted.values():
                database.execute(statement)


def _seal_rows(database: Database, table: str) -> None:
    covered = COVERED[table]
    newest = database.execute("SELECT seal FROM chain ORDER BY n DESC LIMIT 1").fetchone()
    last = newest[0] if newest else None
    seal = f"SELECT chain_seal({', '.join('?' * (4 + len(covered.columns)))})"
    columns = ", ".join([covered.key.format(row=table), *covered.columns])
    for row, *values in database.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall():
        (last,) = database.execute(seal, [last, table, row, FOUND, *values]).fetchone()
        database.execute("INSERT INTO chain (what, row, told, seal) VALUES (?, ?, ?, ?)", [table, row, FOUND, last])


def _triggers_there(database: Database) -> dict[str, str]:
    rows = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'chain\\_%' ESCAPE '\\'"
    )
    return dict(rows.fetchall())


def triggers(table: str) -> dict[str, str]:
    """The triggers of a table by name, as they are in the schema."""
    covered = COVERED[table]
    new, old = (covered.key.format(row=row) for row in ("NEW", "OLD"))
    values = [f"NEW.{column}" for column in covered.columns]
    made = {
        f"chain_{table}_{NEW}": f"AFTER INSERT ON {table} BEGIN {_link(table, new, NEW, values)}; END",
        f"chain_{table}_{GONE}": f"AFTER DELETE ON {table} BEGIN {_link(table, old, GONE, [])}; END",
    }
    if covered.columns:
        names = ", ".join(covered.columns)
        made[f"chain_{table}_{CHANGED}"] = (
            f"AFTER UPDATE OF {names} ON {table} BEGIN {_link(table, new, CHANGED, values)}; END"
        )
    return {name: f"CREATE TRIGGER {name} {body}" for name, body in made.items()}


def _link(table: str, key: str, told: str, values: Sequence[str]) -> str:
    given = ", ".join(["(SELECT seal FROM chain ORDER BY n DESC LIMIT 1)", f"'{table}'", key, f"'{told}'", *values])
    return f"INSERT INTO chain (what, row, told, seal) VALUES ('{table}', {key}, '{told}', chain_seal({given}))"


def head(database: Database) -> tuple[int, str]:
    """The number of the newest link and its own digest in hexadecimal; (0, "") for an empty chain."""
    found = database.execute("SELECT n, seal FROM chain ORDER BY n DESC LIMIT 1").fetchone()
    return (found[0], found[1][DIGEST_BYTES:].hex()) if found else (0, "")


def note_head(database: Database, path: Path, at: str) -> tuple[int, str] | None:
    """Notes the newest link beside the record; returns it, or None when it was the last one noted.

    Raises:
        OSError: the file cannot be written.
    """
    number, digest = head(database)
    noted = list(_noted(path))
    if not number or (noted and noted[-1][1:] == (number, digest)):
        return None
    place = heads_file(path)
    line = f"{at} {number} {digest}\n"
    if (
        len(noted) >= _HEADS_KEPT
    ):  # every second one of the old ones goes: what was cut is still found, by its neighbour
        kept = [*noted[: _HEADS_KEPT // 2 : 2], *noted[_HEADS_KEPT // 2 :]]
        unfinished = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
        unfinished.write_text(
            "".join(f"{when} {count} {told}\n" for when, count, told in kept) + line, encoding="ascii"
        )
        unfinished.chmod(0o600)
        unfinished.replace(place)
        return number, digest
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="ascii") as file:
        file.write(line)
    return number, digest


def _noted(path: Path) -> Iterator[tuple[str, int, str]]:
    try:
        lines = heads_file(path).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        parts = line.split()
        if len(parts) == 3 and parts[1].isdigit():
            yield parts[0], int(parts[1]), parts[2]


def verify_chain(database: Database, path: Path | None) -> tuple[int, list[str]]:
    """How many links were checked, and one sentence for each thing that is not as the application left it.

    Args:
        database: the record; its connection has the key (`use_key`).
        path: the record's file, to compare the heads that were noted; None for a record in memory.
    """
    count, problems = _links(database)
    if problems:
        return count, problems  # the digests below mean nothing when the links do not hold
    problems += _schema(database)
    for table in COVERED:
        problems += _rows(database, table)
    if path is not None:
        problems += _heads(database, path)
    return count, problems


def _links(database: Database) -> tuple[int, list[str]]:
    count, before = 0, b""
    problems: list[str] = []
    for number, seal, what, row, told in database.execute("SELECT n, seal, what, row, told FROM chain ORDER BY n"):
        count += 1
        if number != count:
            problems.append(f"chain #{count}: links are missing before #{number}.")
            return count, problems
        (expected,) = database.execute(
            "SELECT chain_digest(?, ?, ?, ?, ?)", [before, what, row, told, seal[:DIGEST_BYTES]]
        ).fetchone()
        if expected != seal[DIGEST_BYTES:]:
            problems.append(
                f"chain #{number} ({what} {row}): the link or one before it was changed, or the key beside the record"
                " is not its own."
            )
            return count, problems
        before = seal[DIGEST_BYTES:]
    return count, problems


def _schema(database: Database) -> list[str]:
    there = _triggers_there(database)
    wanted = {name: statement for table in COVERED for name, statement in triggers(table).items()}
    return [
        f"schema: the trigger {name} is missing or changed."
        for name, statement in wanted.items()
        if there.get(name) != statement
    ]


def _rows(database: Database, table: str) -> Iterator[str]:
    covered = COVERED[table]
    key = covered.key.format(row=table)
    digest = f"chain_digest({', '.join(f'{table}.{column}' for column in covered.columns)})"
    database.execute("DROP TABLE IF EXISTS temp.chain_last")
    database.execute(
        """CREATE TEMP TABLE chain_last AS
        SELECT row, told, substr(seal, 1, 16) AS digest, max(n) AS n FROM main.chain WHERE what = ? GROUP BY row""",
        [table],
    )
    database.execute("CREATE UNIQUE INDEX temp.chain_last_row ON chain_last (row)")
    changed = f"SELECT {key} FROM {table} JOIN chain_last c ON c.row = {key} WHERE c.told <> ? AND c.digest <> {digest}"
    added = f"SELECT {key} FROM {table} LEFT JOIN chain_last c ON c.row = {key} WHERE c.row IS NULL OR c.told = ?"
    missing = f"SELECT c.row FROM chain_last c LEFT JOIN {table} ON {key} = c.row WHERE c.told <> ? AND {key} IS NULL"
    found = [
        (query, said) for query, said in ((changed, "was changed"), (added, "was put in"), (missing, "was taken out"))
    ]
    told = [
        f"{table} {row}: {said} behind the application's back."
        for query, said in found
        for (row,) in database.execute(query, [GONE])
    ]
    database.execute("DROP TABLE temp.chain_last")
    yield from told


def _heads(database: Database, path: Path) -> Iterator[str]:
    for at, number, digest in _noted(path):
        found = database.execute("SELECT seal FROM chain WHERE n = ?", [number]).fetchone()
        if found is None:
            yield (
                f"chain: its end is missing; link #{number} was there at {at}. The record was cut short or put back to"
                " an earlier state."
            )
            return
        if found[0][DIGEST_BYTES:].hex() != digest:
            yield f"chain #{number}: it is not the link that was noted at {at}."
            return
