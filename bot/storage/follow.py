"""The review record follows PostgreSQL: turns come here in order and once, what staff decide goes back.

**In order and without gaps.** The outbox has numbers, but those are drawn before a commit, and a later one may be
committed first: whoever reads up to the highest number loses the one that comes after. Here nobody reads up to a
number: each row is taken out by its own, whenever it appears, and none waits for somebody else's transaction. Each
row carries its transaction's id, and what is there is taken in the order of these ids. That is the order of each
conversation, because a turn is worked out on the one before: it was committed then, is there when this one is, and has
the lower id.

**Exactly once.** The rows of a batch are written into the record together with their numbers, in one transaction, and
taken out of the outbox afterwards. Whoever is killed in between finds the numbers in the record the next time.

**One row holds nobody up.** A row that cannot be understood stays in the outbox with all of its conversation, is told
of and tried again every minute; the others pass.

**Deletions travel too.** What a visitor deletes is in the outbox like a turn. What goes from the review record, for
whatever reason, is noted there by a trigger and taken out of PostgreSQL.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import structlog
from sqlite_utils import Database

from bot.content.files import ContentError
from bot.content.ingredients import fingerprint
from bot.content.library import load_library
from bot.record import following, leases, texts
from bot.record.asked_next import asked_next
from bot.record.chain import note_head
from bot.record.database import open_record
from bot.record.deletion import delete_conversation, name_hash, was_deleted
from bot.record.promotion import note_serving, read_reviewed, serving
from bot.record.requests import SealedRequest, keep_request
from bot.record.retention import FORM_SECONDS
from bot.record.sealed import Seal
from bot.record.turns import utc
from bot.storage.decided import ASKED_NEXT, MODEL, TEXTS
from bot.storage.door import Entry
from bot.storage.link import WORK_SECONDS, Link
from bot.storage.postgres import turn_of
from bot.storage.sqlite import add_turn, event_rows
from bot.vocabulary import FORM_SLOTS

log = structlog.get_logger()

_BATCH = 200
"""Rows that are written in one transaction: the console waits for the write lock a few hundredths of a second."""

_IDLE_SECONDS = 0.25
"""Between looks. NOTIFY would be quicker by that much, and would make all commits of PostgreSQL wait for each other."""

_PUSH_SECONDS = 1.0
_SLOW_SECONDS = 60.0
"""Between looks at what passes slowly: abandoned forms, old numbers, what visitors ask next."""

_RETRY_SECONDS = 1.0
_PATIENCE_SECONDS = 5.0
_LEASE, _LEASE_SECONDS = "follow", 5.0
_SEEN_SECONDS = 60
"""After which a worker that says nothing is taken to be gone."""

_MODELS_KEPT = 3
_ARCHIVE_SECONDS = 60.0

_NEXT = """
WITH snapshot AS (
    SELECT pg_snapshot_xmax(pg_current_snapshot()) AS next
), due AS (
    (SELECT false AS here, o.* FROM outbox o WHERE o.xid >= (SELECT next FROM snapshot)
    AND (o.conversation IS NULL OR o.conversation <> ALL($2::text[])) AND o.id <> ALL($3::bigint[])
    ORDER BY o.xid, o.id LIMIT $1)
    UNION ALL
    (SELECT true AS here, o.* FROM outbox o WHERE o.xid < (SELECT next FROM snapshot)
    AND (o.conversation IS NULL OR o.conversation <> ALL($2::text[])) AND o.id <> ALL($3::bigint[])
    ORDER BY o.xid, o.id LIMIT $1)
)
SELECT o.id, o.kind, o.conversation, o.number, o.payload, t.at, t.data, t.events, t.helpful, t.reason, t.judged_at,
    c.channel, c.slots::text AS slots
FROM due o LEFT JOIN turns t ON t.conversation = o.conversation AND t.number = o.number
LEFT JOIN conversations c ON c.id = o.conversation
ORDER BY o.here, o.xid, o.id LIMIT $1
"""
"""The next rows in order, but those that were put aside. An id beyond the present snapshot is from a cluster that this
one was restored from."""

_OF_THE_ROW = (
    *(ValueError, TypeError, LookupError, AttributeError, OverflowError),
    *(sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.InterfaceError),
)
"""What a row that cannot be understood comes to; a record that is away or full comes to something else."""

_MOST_ASIDE = 1000
"""Rows at a time; with more it is no longer a row that is wrong, and all wait."""

_LAG = "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::float8 FROM outbox"

_GONE = """
WITH given AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS given (id, last_at, hash)), named AS (
    INSERT INTO deleted_conversations (hash, at) SELECT hash, $4 FROM given WHERE hash IS NOT NULL
    ON CONFLICT DO NOTHING
)
DELETE FROM conversations c USING given
WHERE c.id = given.id AND (given.hash IS NOT NULL OR c.last_at <= given.last_at)
"""
"""One that was cleared away for its age stays when its visitor spoke again meanwhile."""

_DECIDE = """
INSERT INTO decided AS known (name, revision, body) VALUES ($1, coalesce($2, 1), $3) ON CONFLICT (name) DO UPDATE
SET revision = coalesce($2, known.revision + 1), body = excluded.body
WHERE known.body <> excluded.body OR known.revision <> coalesce($2, known.revision)
"""

_CLAIM = """
INSERT INTO following AS f (id, record) VALUES (1, $1) ON CONFLICT (id) DO UPDATE
SET seen = now(), record = excluded.record WHERE f.record = excluded.record OR $2
RETURNING record
"""

_AGAIN = """
WITH known AS (INSERT INTO outbox (kind, payload) SELECT 'texts', json_agg(s)::text FROM sent_texts s),
turns_again AS (
    INSERT INTO outbox (kind, conversation, number) SELECT 'turn', conversation, number FROM turns
    ORDER BY at, conversation, number
)
INSERT INTO outbox (kind, conversation, number) SELECT 'feedback', conversation, number FROM turns
WHERE helpful IS NOT NULL
"""


class FollowError(RuntimeError):
    """This record cannot follow; the message says why and what to do."""


@dataclass
class Progress:
    """How it goes. `lag` is the age in seconds of the oldest that has not come, 0 when all has; `waiting` counts it."""

    lag: float = 0.0
    waiting: int = 0
    copied: int = 0
    conflicts: int = 0
    faults: int = 0


class Follower:
    """Copies, and brings back, for as long as it runs.

    Args:
        path: the review record.
        link: the way to PostgreSQL.
        data: where the texts and the reviewed examples are that staff see.
        models: where the model is that they promoted.
        seal: closes what is under a legal hold when its visitor deletes it.
        instead: whether to take the place of another record that followed.
    """

    def __init__(
        self, path: Path, link: Link, data: Path, models: Path, seal: Callable[[], Seal], *, instead: bool = False
    ) -> None:
        self._path, self._link, self._data, self._models, self._seal = path, link, data, models, seal
        self._instead = instead
        self._owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._database: Database | None = None
        self._working = False
        self._pushed: dict[str, Any] = {}
        self._told: Any = None
        self._aside: dict[int, str | None] = {}
        self._pushed_at = self._slow_at = -_SLOW_SECONDS
        self._caught_up = time.monotonic()
        self.progress = Progress()

    async def run(self, stop: asyncio.Event, *, told: Callable[[Progress], None] = lambda progress: None) -> None:
        """Follows until `stop` is set; `told` hears how it goes.

        Raises:
            FollowError: another record follows this PostgreSQL.
        """
        try:
            while not stop.is_set():
                pause = await self._one_round()
                told(self.progress)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)
        finally:
            self.close()

    async def _one_round(self) -> float:
        """Seconds until the next one."""
        try:
            return 0.0 if await self.round() else _IDLE_SECONDS
        except FollowError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the turns wait in the outbox and the lag tells
            log.warning("follow.waits", error=getattr(error, "cause", type(error).__name__))
            self.progress.faults += 1
            self.progress.lag = time.monotonic() - self._caught_up
            self._close()
            return _RETRY_SECONDS

    async def round(self) -> bool:
        """Copies the next batch and brings back what was decided; whether more is waiting to be copied.

        Raises:
            FollowError: another record follows this PostgreSQL.
            StorageError: PostgreSQL is away.
            RecordError: the record cannot be opened.
            sqlite3.Error: it cannot be written.
        """
        database = self._open()
        self._working = leases.take(database, _LEASE, self._owner, _LEASE_SECONDS, time.time())
        if not self._working:
            return False  # another process follows into this record; this one takes over when that one is gone
        now = time.monotonic()
        if now - self._pushed_at >= _PUSH_SECONDS:
            await self._claim(database)
            await self.push(database)
            self._pushed_at = now
        more = await self.copy(database)
        if now - self._slow_at >= _SLOW_SECONDS:
            await self._slowly(database)
            self._slow_at = now
            self._aside.clear()
        if not more:
            self.progress.waiting, self.progress.lag = await self._ask(lambda connection: connection.fetchrow(_LAG))
            self._caught_up = time.monotonic() - self.progress.lag
        return more

    async def catch_up(self) -> Progress:
        """Copies and brings back everything that there is now.

        Raises:
            FollowError: another record follows this PostgreSQL, or another process into this record.
            StorageError: PostgreSQL is away.
            RecordError: the record cannot be opened.
            sqlite3.Error: it cannot be written.
        """
        self._pushed_at = -_SLOW_SECONDS
        until = time.monotonic() + 2 * _LEASE_SECONDS
        try:
            while await self.round() or not self._working:
                if not self._working:
                    if time.monotonic() > until:
                        raise FollowError(
                            "Another process follows into this record already, so there is nothing to do."
                        )
                    await asyncio.sleep(_IDLE_SECONDS)
        finally:
            self.close()
        return self.progress

    async def again(self) -> None:
        """Has everything that PostgreSQL holds copied once more; what is in the record already is left as it is. For a
        record that was lost, or put back from a backup.

        Raises:
            StorageError: PostgreSQL is away.
        """
        await self._ask(lambda connection: _patiently(connection, _AGAIN, _ARCHIVE_SECONDS), 2 * _ARCHIVE_SECONDS)

    def close(self) -> None:
        """Lets another process follow at once."""
        if self._database is not None and self._working:
            with suppress(sqlite3.Error):
                leases.give_back(self._database, _LEASE, self._owner)
        self._close()

    # From PostgreSQL to the record

    async def copy(self, database: Database) -> bool:
        """Takes one batch out of the outbox; whether it was a full one."""
        conversations = [name for name in set(self._aside.values()) if name is not None]
        aside = list(self._aside)
        rows = await self._ask(lambda connection: connection.fetch(_NEXT, _BATCH, conversations, aside))
        if not rows:
            return False
        with database.atomic():
            numbers = [row["id"] for row in rows if self._taken(database, row)]
            following.note_followed(database, numbers, time.time())
        await self._ask(lambda connection: connection.execute("DELETE FROM outbox WHERE id = ANY($1)", numbers))
        self.progress.copied += len(numbers)
        return len(rows) == _BATCH

    def _taken(self, database: Database, row: Any) -> bool:
        """Whether the row is in the record now; else it is put aside, and what else there is of its conversation."""
        if following.is_followed(database, row["id"]):
            return True
        if row["conversation"] is not None and row["conversation"] in self._aside.values():
            return False
        try:
            with database.atomic():
                self._take(database, row)
        except _OF_THE_ROW as error:
            if len(self._aside) >= _MOST_ASIDE:
                raise
            self._aside[row["id"]] = row["conversation"]
            log.error("follow.put_aside", row=row["id"], kind=row["kind"], error=type(error).__name__)
            return False
        return True

    def _take(self, database: Database, row: Any) -> None:
        match row["kind"]:
            case "turn":
                self._take_turn(database, row)
            case "feedback":
                _take_feedback(database, row)
            case "deleted":
                delete_conversation(database, row["conversation"], self._seal)
            case "texts":
                _take_texts(database, orjson.loads(row["payload"] or "[]") or [])
            case kind:
                raise FollowError(
                    f"The outbox holds {kind!r}, which a later release wrote. Bring this one up to that release."
                )

    def _take_turn(self, database: Database, row: Any) -> None:
        request = SealedRequest(**orjson.loads(row["payload"])) if row["payload"] else None
        if row["data"] is None or was_deleted(database, row["conversation"]):  # it was deleted meanwhile
            if request is not None:  # what was left for the clinical team stays
                keep_request(database, None, request)
            return
        turn = turn_of(row["number"], row["at"], row["data"])
        there = database.execute(
            "SELECT at, request FROM turns WHERE conversation = ? AND number = ?", [turn.conversation, turn.number]
        ).fetchone()
        if there == (turn.at, turn.request):
            return
        if there is not None:
            self.progress.conflicts += 1
            log.error("follow.conflict", conversation=turn.conversation, number=turn.number)
            turn = replace(turn, number=_free_number(database, turn.conversation))
        events = orjson.loads(row["events"]) if row["events"] else []
        slots = _new_slots(database, turn.conversation, orjson.loads(row["slots"] or "{}"))
        entry = Entry(turn, row["channel"] or "unknown", slots, events, request)
        add_turn(database, entry, event_rows(entry))

    # From the record to PostgreSQL

    async def push(self, database: Database) -> None:
        """Brings what staff decided, and what left the record, to every worker."""
        while leaving := following.gone(database):
            given = [
                (name, last_at, name_hash(name) if was_deleted(database, name) else None) for name, last_at in leaving
            ]
            columns = [list(column) for column in zip(*given, strict=True)]
            await self._ask(_executing(_GONE, *columns, utc(time.time())))
            following.forget_gone(database, [name for name, _ in leaving])
        revision = texts.revision(database)
        if self._pushed.get(TEXTS) != revision:
            published = texts.published_set(database)
            await self._decide(TEXTS, revision, {"entries": published.entries, "facts": published.facts})
            self._pushed[TEXTS] = revision
        holds = [name for (name,) in database.execute("SELECT conversation FROM holds ORDER BY 1")]
        if self._pushed.get("holds") != holds:
            await self._ask(lambda connection: _put_holds(connection, holds))
            self._pushed["holds"] = holds
        await self._push_model()
        await self._tell_workers(database)

    async def _push_model(self) -> None:
        """The promoted examples, and before them the model for them, if it is here."""
        reviewed = read_reviewed(self._data)
        if self._pushed.get(MODEL) == reviewed:
            return
        try:
            name = fingerprint(self._data)
        except ContentError as error:
            log.error("follow.model_not_pushed", error=type(error).__name__)
            return
        path = self._models / f"{name}.tar.gz"
        if path.is_file():
            archive = path.read_bytes()
            await self._ask(lambda connection: _put_model(connection, name, archive), 2 * _ARCHIVE_SECONDS)
        await self._decide(MODEL, None, {"reviewed": reviewed})
        self._pushed[MODEL] = reviewed

    async def _decide(self, name: str, revision: int | None, body: Mapping[str, Any]) -> None:
        told = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
        await self._ask(_executing(_DECIDE, name, revision, told))

    async def _tell_workers(self, database: Database) -> None:
        """Notes in the record which model and which texts each worker answers with."""
        rows = await self._ask(
            lambda connection: connection.fetch(
                """SELECT process, model, model_at, revision, revision_at FROM workers
                WHERE seen > now() - make_interval(secs => $1) ORDER BY process""",
                _SEEN_SECONDS,
            )
        )
        told = [tuple(row) for row in rows]
        if told == self._told:
            return
        with database.atomic():
            for process in texts.serving_content(database).keys() - {row[0] for row in told}:
                texts.forget_serving(database, process)
            for process, _, _, revision, at in told:
                if revision is not None:
                    texts.note_serving_content(database, process, revision, at)
            newest = max((row for row in told if row[1]), key=lambda row: row[2], default=None)
            if newest is not None and serving(database) != (newest[1], newest[2]):
                note_serving(database, newest[1], newest[2])
        self._told = told

    async def _slowly(self, database: Database) -> None:
        following.forget_followed(database, time.time())
        if (head := note_head(database, self._path, utc(time.time()))) is not None:
            log.info("record.head", link=head[0], digest=head[1])
        limit, form = utc(time.time() - FORM_SECONDS), [*FORM_SLOTS, "requested_slot"]
        await self._ask(
            lambda connection: connection.execute(
                """UPDATE conversations SET slots = slots - $2::text[]
                WHERE slots ? 'requested_slot' AND last_at < $1""",
                limit,
                form,
            )
        )
        await self._ask(
            lambda connection: connection.execute("DELETE FROM workers WHERE seen < now() - interval '1 day'")
        )
        try:
            library = load_library(self._data, published=texts.published_set(database))
        except ContentError as error:
            log.error("follow.texts_not_read", error=type(error).__name__)
            return
        await self._decide(ASKED_NEXT, None, asked_next(database, library))

    async def _claim(self, database: Database) -> None:
        mine = following.identity(database)
        claimed = await self._ask(lambda connection: connection.fetchval(_CLAIM, mine, self._instead))
        if claimed is None:
            raise FollowError(
                "Another review record follows this PostgreSQL, and two would each get a part. If this one takes its"
                " place, run `python -m bot record follow --instead` once."
            )
        self._instead = False

    async def _ask(self, work: Callable[[Any], Any], most: float = WORK_SECONDS) -> Any:
        return await self._link.run(work, time.monotonic() + _PATIENCE_SECONDS, most=most)

    def _open(self) -> Database:
        if self._database is None:
            self._database = open_record(self._path)
        return self._database

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def _free_number(database: Database, conversation: str) -> int:
    row = database.execute("SELECT max(number) + 1 FROM turns WHERE conversation = ?", [conversation]).fetchone()
    return int(row[0])


def _take_feedback(database: Database, row: Any) -> None:
    known = database.execute(
        "SELECT 1 FROM turns WHERE conversation = ? AND number = ?", [row["conversation"], row["number"]]
    ).fetchone()
    if row["helpful"] is None or known is None:
        return
    database.execute(
        """INSERT INTO feedback (conversation, number, helpful, reason, at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (conversation, number) DO UPDATE SET helpful = excluded.helpful, reason = excluded.reason,
        at = excluded.at""",
        [row["conversation"], row["number"], int(row["helpful"]), row["reason"] or "", row["judged_at"]],
    )


def _take_texts(database: Database, noted: list[dict[str, Any]]) -> None:
    database.conn.executemany(
        "INSERT INTO sent_texts AS known (id, version, hash, noted_at, approval)"
        " VALUES (:id, :version, :hash, :noted_at, :approval) ON CONFLICT DO UPDATE SET noted_at = excluded.noted_at"
        " WHERE excluded.noted_at < known.noted_at",
        noted,
    )


def _new_slots(database: Database, conversation: str, present: Mapping[str, Any]) -> dict[str, Any]:
    """The slots of a conversation as a change of what the record has; a form's answers stay where they are."""
    row = database.execute("SELECT slots FROM conversations WHERE id = ?", [conversation]).fetchone()
    before = orjson.loads(row[0]) if row else {}
    kept_here = {name: value for name, value in present.items() if name not in (*FORM_SLOTS, "requested_slot")}
    return {name: kept_here.get(name) for name in before.keys() | kept_here.keys()}


def _executing(statement: str, *given: Any) -> Callable[[Any], Any]:
    return lambda connection: connection.execute(statement, *given)


async def _put_holds(connection: Any, holds: list[str]) -> None:
    async with connection.transaction():
        await connection.execute("DELETE FROM holds WHERE conversation <> ALL($1::text[])", holds)
        await connection.execute(
            "INSERT INTO holds (conversation) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING", holds
        )


async def _put_model(connection: Any, name: str, archive: bytes) -> None:
    if await connection.fetchval("SELECT EXISTS (SELECT FROM models WHERE name = $1)", name):
        return
    await _patiently(connection, "INSERT INTO models (name, archive) VALUES ($1, $2)", _ARCHIVE_SECONDS, name, archive)
    await connection.execute(
        "DELETE FROM models WHERE name NOT IN (SELECT name FROM models ORDER BY at DESC LIMIT $1)", _MODELS_KEPT
    )


async def _patiently(connection: Any, statement: str, seconds: float, *given: Any) -> None:
    """Runs a statement that may take longer than one of a visitor."""
    async with connection.transaction():
        await connection.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        await connection.execute(statement, *given, timeout=seconds)
