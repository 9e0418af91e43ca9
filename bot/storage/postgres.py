"""The door with PostgreSQL behind it, for many processes on many machines.

Each turn is one statement, and so one transaction: it raises the conversation's count of turns, which only succeeds
when the count is the one that the turn was worked out on, writes the turn under that number, and names it in the
outbox for the review record (`bot.storage.follow`). Whoever comes second waits for the row, finds another count and
works its turn out again. So the order holds without locks that outlive a statement, and nothing has to be given back
by a process that is killed.

A connection that is lost in the middle of a commit leaves open whether it was one. Each commit has a number drawn at
random for that: it is tried again, and finds its own turn if it was.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import structlog

from bot.content.files import ContentError
from bot.content.ingredients import fingerprint
from bot.content.library import Library
from bot.content.published import Published
from bot.record.deletion import name_hash
from bot.record.feedback import MAX_REASON
from bot.record.promotion import put_reviewed, read_reviewed
from bot.record.proof import texts_in_use
from bot.record.record import PATIENCE_SECONDS
from bot.record.sealed import Seal
from bot.record.turns import Turn, utc
from bot.safety.redaction import kept
from bot.storage.decided import ASKED_NEXT, MODEL, TEXTS, Decided
from bot.storage.door import AnsweredError, Entry, NoSuchTurnError, StaleTurnError, StorageError, Talk, whole_turns
from bot.storage.link import Link

log = structlog.get_logger()

_READ_SECONDS = 3.0
"""How long a reader waits for a PostgreSQL that is away."""

_LOOK_SECONDS = 1.0
_SEEN_SECONDS = 10.0
"""How often a process says that it is there."""

_TURNS_LOADED = 4
"""Of a conversation, for Rasa: as many as hold `EVENTS_LOADED` events."""

_CONSOLE_AWAY_SECONDS = 300
"""After which staff should know that what they decide does not arrive."""

_MOST_NUMBER = 2**31 - 1
_NUMBERS_TRIED = 50
"""How often a turn that hangs on no other one looks for its number."""

_COMMIT = """
WITH talk AS (
    INSERT INTO conversations AS c (id, channel, started_at, last_at, turns, slots)
    SELECT $1::text, $2::text, $3::text, $3::text, 1, $4::jsonb - $5::text[]
    WHERE $6::integer = 0 OR EXISTS (SELECT FROM conversations WHERE id = $1)
    ON CONFLICT (id) DO UPDATE SET last_at = greatest(c.last_at, excluded.last_at), turns = c.turns + 1,
        slots = (c.slots || $4::jsonb) - $5::text[]
    WHERE c.turns = $6
    RETURNING turns, last_at
), turn AS (
    INSERT INTO turns (conversation, number, at, request, attempt, data, events)
    SELECT $1::text, turns, last_at, $7::text, $8::uuid, $9::text, $10::text FROM talk RETURNING number, at
), told AS (
    INSERT INTO outbox (kind, conversation, number, payload) SELECT 'turn', $1::text, number, $11::text FROM turn
)
SELECT number, at FROM turn
"""

_LOOK_UP = """
SELECT c.turns, c.slots::text AS slots, ARRAY(
    SELECT t.events FROM turns t WHERE t.conversation = $1 AND t.events IS NOT NULL ORDER BY t.number DESC LIMIT $3
) AS events, a.number, a.at, a.data
FROM (SELECT $1::text AS id) asked LEFT JOIN conversations c USING (id)
LEFT JOIN turns a ON a.conversation = $1 AND a.request = $2
"""

_DELETE = """
WITH gone AS (
    DELETE FROM conversations WHERE id = $1 AND NOT EXISTS (SELECT FROM holds WHERE conversation = $1)
), named AS (
    INSERT INTO deleted_conversations (hash, at) VALUES ($2, $3) ON CONFLICT DO NOTHING RETURNING hash
)
INSERT INTO outbox (kind, conversation) SELECT 'deleted', $1::text FROM named
"""

_FEEDBACK = """
WITH turn AS (
    UPDATE turns SET helpful = $3, reason = $4, judged_at = $5 WHERE conversation = $1 AND number = $2 RETURNING number
), told AS (
    INSERT INTO outbox (kind, conversation, number) SELECT 'feedback', $1::text, number FROM turn
)
SELECT number FROM turn
"""

_NOTE_TEXTS = """
WITH new AS (
    INSERT INTO sent_texts AS known (id, version, hash, noted_at, approval)
    SELECT id, version, hash, noted_at, approval FROM json_to_recordset($1::json)
        AS given (id text, version integer, hash text, noted_at text, approval text)
    ON CONFLICT (id, version, hash) DO UPDATE SET noted_at = excluded.noted_at
    WHERE excluded.noted_at COLLATE "C" < known.noted_at COLLATE "C" RETURNING known.*
)
INSERT INTO outbox (kind, payload) SELECT 'texts', json_agg(new)::text FROM new HAVING count(*) > 0
"""
"""Since when a text is in use is what whoever used it first says, also when that one is heard later."""

_FIELDS = tuple(field.name for field in fields(Turn) if field.name not in ("number", "at"))


def turn_json(turn: Turn) -> str:
    """A turn as it lies in PostgreSQL, without its number and time, which have columns of their own."""
    return orjson.dumps({name: getattr(turn, name) for name in _FIELDS}).decode()


def turn_of(number: int, at: str, data: str) -> Turn:
    """A turn again."""
    return Turn(**orjson.loads(data), number=number, at=at)


class PostgresStore:
    """The way of many machines: see `Store`.

    Args:
        link: the way to PostgreSQL.
        process: the name of this process among all.
        kept: the file in which the last good state of what staff decided outlives PostgreSQL.
    """

    keeps_record = False

    def __init__(self, link: Link, process: str, kept: Path) -> None:
        self._link, self._process = link, process
        self._decided = Decided(kept)
        self._looked = -_LOOK_SECONDS
        self._seen = -_SEEN_SECONDS
        self._model_tried = 0
        self._to_note: dict[tuple[str, int, str], dict[str, Any]] = {}

    @property
    def faults(self) -> int:
        """See `Store`."""
        return self._link.faults

    async def open(self) -> None:
        """See `Store`."""
        await self._read("SELECT 1")

    async def look_up(self, conversation: str, request: str | None) -> tuple[Turn | None, Talk | None]:
        """See `Store`."""
        row = (await self._read(_LOOK_UP, conversation, request, _TURNS_LOADED))[0]
        answered = turn_of(row["number"], row["at"], row["data"]) if row["data"] is not None else None
        if row["turns"] is None:
            return answered, None
        events = [event for turn in reversed(row["events"]) for event in orjson.loads(turn)]
        return answered, Talk(row["turns"], orjson.loads(row["slots"]), whole_turns(events))

    async def answered(self, conversation: str, request: str) -> Turn | None:
        """See `Store`."""
        rows = await self._read(
            "SELECT number, at, data FROM turns WHERE conversation = $1 AND request = $2", conversation, request
        )
        return turn_of(*rows[0]) if rows else None

    async def commit(self, entry: Entry, until: float | None = None) -> Turn:
        """See `Store`."""
        until = time.monotonic() + PATIENCE_SECONDS if until is None else until
        if self._to_note:
            waiting = dict(self._to_note)
            await self._link.run(lambda connection: _note(connection, waiting.values()), until)
            self._noted(waiting)
        if entry.expected is not None:
            return await self._commit(entry, entry.expected, until)
        for _ in range(_NUMBERS_TRIED):
            rows = await self._link.run(
                lambda connection: connection.fetch(
                    "SELECT turns FROM conversations WHERE id = $1", entry.turn.conversation
                ),
                until,
            )
            try:
                return await self._commit(entry, rows[0][0] if rows else 0, until)
            except StaleTurnError:
                continue
        raise StaleTurnError(entry.turn.conversation)

    async def _commit(self, entry: Entry, expected: int, until: float) -> Turn:
        turn, attempt = entry.turn, uuid.uuid4()
        given = (
            turn.conversation,
            entry.channel,
            turn.at,
            _jsonb({name: value for name, value in entry.slots.items() if value is not None}),
            [name for name, value in entry.slots.items() if value is None],
            expected,
            turn.request,
            attempt,
            turn_json(turn),
            orjson.dumps(entry.events).decode() if entry.events else None,
            orjson.dumps(entry.request).decode() if entry.request is not None else None,
        )

        async def write(connection: Any) -> Turn:
            row = await connection.fetchrow(_COMMIT, *given)
            if row is None and (row := await self._own(connection, turn.conversation, expected + 1, attempt)) is None:
                raise StaleTurnError(turn.conversation)
            return replace(turn, number=row["number"], at=row["at"])

        async def written_already(connection: Any) -> Turn:
            row = await self._own(connection, turn.conversation, expected + 1, attempt)
            if row is None:
                raise AnsweredError("The same request has been answered.")
            return replace(turn, number=row["number"], at=row["at"])

        try:
            return await self._link.run(write, until)
        except asyncpg.UniqueViolationError:
            return await self._link.run(written_already, until)

    @staticmethod
    async def _own(connection: Any, conversation: str, number: int, attempt: uuid.UUID) -> Any:
        """What an attempt of before has committed whose outcome got lost with its connection."""
        return await connection.fetchrow(
            "SELECT number, at FROM turns WHERE conversation = $1 AND number = $2 AND attempt = $3",
            conversation,
            number,
            attempt,
        )

    async def history(self, conversation: str) -> list[tuple[Turn, tuple[bool, str] | None]]:
        """See `Store`."""
        rows = await self._read(
            "SELECT number, at, data, helpful, reason FROM turns WHERE conversation = $1 ORDER BY number", conversation
        )
        return [
            (turn_of(number, at, data), None if helpful is None else (helpful, reason or ""))
            for number, at, data, helpful, reason in rows
        ]

    async def slots(self, conversation: str) -> Mapping[str, Any]:
        """See `Store`."""
        rows = await self._read("SELECT slots::text FROM conversations WHERE id = $1", conversation)
        return dict(orjson.loads(rows[0][0])) if rows else {}

    async def feedback(self, conversation: str, number: int, helpful: bool, reason: str) -> None:
        """See `Store`."""
        told = _text(kept(reason)[:MAX_REASON])
        if not 0 < number <= _MOST_NUMBER or not await self._read(
            _FEEDBACK, conversation, number, helpful, told, utc(time.time())
        ):
            raise NoSuchTurnError(f"There is no turn {number} in this conversation.")

    async def deleted(self, conversation: str) -> bool:
        """See `Store`; asked before and after each turn, so it waits for nothing that is away."""
        found = await self._link.run(
            lambda connection: connection.fetchval(
                "SELECT EXISTS (SELECT FROM deleted_conversations WHERE hash = $1)", name_hash(conversation)
            ),
            time.monotonic(),
        )
        return bool(found)

    async def delete(self, conversation: str, seal: Callable[[], Seal]) -> None:
        """See `Store`. One under a legal hold is out of everybody's sight, and gone once the review record has its
        sealed copy (`bot.storage.follow`).
        """
        await self._read(_DELETE, conversation, name_hash(conversation), utc(time.time()))

    async def conversations(self) -> list[str]:
        """See `Store`."""
        return [name for (name,) in await self._read("SELECT id FROM conversations")]

    async def note_model(self, model: str, at: str) -> None:
        """See `Store`."""
        await self._read(
            """INSERT INTO workers (process, model, model_at) VALUES ($1, $2, $3)
            ON CONFLICT (process) DO UPDATE SET model = excluded.model, model_at = excluded.model_at, seen = now()""",
            self._process,
            model,
            at,
        )

    def revision(self) -> int:
        """See `Decisions`. A PostgreSQL that is away leaves what is known, from before the start too."""
        if time.monotonic() - self._looked >= _LOOK_SECONDS:
            self._looked = time.monotonic()
            try:
                self._look()
            except StorageError:
                if not self._decided.load():
                    raise
        return self._decided.revision(TEXTS)

    def published(self) -> Published:
        """See `Decisions`."""
        body = self._decided.body(TEXTS)
        return Published(body.get("entries", {}), body.get("facts", {}))

    def note_texts(self, library: Library, at: str) -> None:
        """See `Decisions`. While PostgreSQL is away the texts wait: no turn is committed before they are noted."""
        for name, version, digest, approval in texts_in_use(library):
            text = {"id": name, "version": version, "hash": digest, "noted_at": at, "approval": approval}
            self._to_note.setdefault((name, version, digest), text)  # one that waits has been in use since it began to
        waiting = dict(self._to_note)
        try:
            self._link.ask(lambda connection: _note(connection, waiting.values()), _READ_SECONDS)
        except StorageError as error:
            log.warning("postgres.texts_wait", error=error.cause)
        else:
            self._noted(waiting)

    def _noted(self, texts: Iterable[tuple[str, int, str]]) -> None:
        for text in texts:
            self._to_note.pop(text, None)

    def note_revision(self, process: str, number: int, at: str) -> None:
        """See `Decisions`."""
        self._link.ask(
            lambda connection: connection.execute(
                """INSERT INTO workers (process, revision, revision_at) VALUES ($1, $2, $3) ON CONFLICT (process)
                DO UPDATE SET revision = excluded.revision, revision_at = excluded.revision_at, seen = now()""",
                self._process,
                number,
                at,
            ),
            _READ_SECONDS,
        )

    def bring_promoted(self, data: Path, models: Path) -> None:
        """See `Store`. Examples for which there is no model of this release leave the present one in use."""
        revision = self._decided.revision(MODEL)
        if revision == self._model_tried:
            return
        examples = str(self._decided.body(MODEL).get("reviewed") or "")
        if examples != read_reviewed(data):
            try:
                name = fingerprint(data, reviewed=examples)
            except ContentError as error:
                raise StorageError(str(error)) from error
            if not self._fetch_model(name, models):
                log.warning("postgres.no_such_model", model=name)
                self._model_tried = revision
                return
            put_reviewed(data, examples)
        self._model_tried = revision

    def _fetch_model(self, name: str, models: Path) -> bool:
        """Whether the model is here, or has been brought."""
        path = models / f"{name}.tar.gz"
        if path.is_file():
            return True
        archive = self._link.ask(
            lambda connection: connection.fetchval("SELECT archive FROM models WHERE name = $1", name), _READ_SECONDS
        )
        if archive is None:
            return False
        models.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
        unfinished.write_bytes(archive)
        unfinished.replace(path)
        return True

    def asked_next(self, library: Library) -> dict[str, dict[str, int]]:
        """See `Store`; counted where the review record is."""
        self.revision()
        return {
            asked: {name: count for name, count in following.items() if name in library}
            for asked, following in self._decided.body(ASKED_NEXT).items()
            if asked in library
        }

    def keep_proof(self, at: str) -> tuple[int, str] | None:
        """Nothing: the proof is kept with the review record."""
        return None

    def problem(self) -> str | None:
        """See `Store`."""
        try:
            self._link.ask(self._say_here, 1.0)
        except StorageError as error:
            return f"the turns cannot be written: {error} Look at PostgreSQL, the way to it, and DATABASE_URL."
        return None

    def warnings(self, now: float) -> list[str]:
        """See `Store`."""
        said = []
        if (age := self._decided.age) is None or age > _CONSOLE_AWAY_SECONDS:
            since = "was never heard of" if age is None else f"was last heard of {age / 60:.0f} min ago"
            said.append(
                f"The review record {since}, so what staff decide does not arrive. Run `python -m bot record follow`."
            )
        if self._decided.from_disk:
            said.append("PostgreSQL was away since the start: texts and facts are those that were kept on this disk.")
        return said

    def close(self) -> None:
        """See `Store`."""
        self._link.close()

    def _look(self) -> None:
        """Takes up what staff decided, if it is new, and says that this process is there."""
        known = self._decided.revisions()

        async def look(connection: Any) -> tuple[Any, Any]:
            if time.monotonic() - self._seen >= _SEEN_SECONDS:
                await self._say_here(connection)
            rows = await connection.fetch(
                """SELECT name, revision, body FROM decided WHERE NOT EXISTS (
                    SELECT FROM jsonb_each_text($1::jsonb) known WHERE known.key = name AND known.value = revision::text
                )""",
                _jsonb(known),
            )
            return rows, await connection.fetchval(
                "SELECT extract(epoch FROM now() - seen)::float8 FROM following WHERE id = 1"
            )

        rows, age = self._link.ask(look, 0.0 if known else _READ_SECONDS)
        self._decided.take({name: (revision, orjson.loads(body)) for name, revision, body in rows}, age)

    async def _say_here(self, connection: Any) -> None:
        await connection.execute(
            "INSERT INTO workers (process) VALUES ($1) ON CONFLICT (process) DO UPDATE SET seen = now()", self._process
        )
        self._seen = time.monotonic()

    async def _read(self, statement: str, *given: Any) -> Any:
        return await self._link.run(
            lambda connection: connection.fetch(statement, *given), time.monotonic() + _READ_SECONDS
        )


async def _note(connection: Any, texts: Iterable[Mapping[str, Any]]) -> None:
    await connection.execute(_NOTE_TEXTS, orjson.dumps(list(texts)).decode())


def _jsonb(value: Any) -> str:
    """JSON for a jsonb, which does not take the sign that ends a text in C."""
    return orjson.dumps(value).decode().replace("\\u0000", "\\ufffd")


def _text(words: str) -> str:
    """A text that PostgreSQL takes."""
    return words.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
