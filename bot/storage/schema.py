"""The tables of PostgreSQL, and how they come to be as this release needs them.

A later version only ever adds: tables, columns with a default, indexes. So a release works with the tables of the next
one, and both can serve side by side while workers are replaced one by one. What nobody needs any more goes a release
later.

Words of visitors lie in `turns` alone, once; `outbox` only names the turn. Times of turns are text, ISO 8601 in UTC, as
in the review record; `COLLATE "C"` compares them by their bytes.
"""

from __future__ import annotations

from typing import Any

VERSION = 1
"""What this release needs; a higher one is as good."""

_LOCK = 20_001
"""Names the advisory lock of whoever changes the tables."""

_STEP_SECONDS = 600
"""A step may take its time: an index over a million turns, some day."""

STEPS = (
    """
    CREATE TABLE conversations (
        id text COLLATE "C" PRIMARY KEY, channel text NOT NULL, started_at text COLLATE "C" NOT NULL,
        last_at text COLLATE "C" NOT NULL, turns integer NOT NULL, slots jsonb NOT NULL
    );
    CREATE INDEX conversations_forms ON conversations (last_at) WHERE slots ? 'requested_slot';
    CREATE TABLE turns (
        conversation text COLLATE "C" NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        number integer NOT NULL, at text COLLATE "C" NOT NULL, request text COLLATE "C", attempt uuid NOT NULL,
        data text NOT NULL, events text, helpful boolean, reason text, judged_at text,
        PRIMARY KEY (conversation, number)
    );
    CREATE UNIQUE INDEX turns_request ON turns (conversation, request) WHERE request IS NOT NULL;
    CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        at timestamptz NOT NULL DEFAULT now(), kind text NOT NULL, conversation text COLLATE "C", number integer,
        payload text
    );
    CREATE INDEX outbox_order ON outbox (xid, id);
    CREATE TABLE deleted_conversations (hash text COLLATE "C" PRIMARY KEY, at text NOT NULL);
    CREATE TABLE holds (conversation text COLLATE "C" PRIMARY KEY);
    CREATE TABLE sent_texts (
        id text COLLATE "C" NOT NULL, version integer NOT NULL, hash text COLLATE "C" NOT NULL, noted_at text NOT NULL,
        approval text NOT NULL, PRIMARY KEY (id, version, hash)
    );
    CREATE TABLE decided (name text PRIMARY KEY, revision bigint NOT NULL, body text NOT NULL);
    CREATE TABLE models (
        name text PRIMARY KEY, archive bytea NOT NULL, at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE workers (
        process text PRIMARY KEY, model text, model_at text, revision bigint, revision_at text,
        seen timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE following (
        id integer PRIMARY KEY CHECK (id = 1), record text NOT NULL, seen timestamptz NOT NULL DEFAULT now()
    );
    """,
)


async def bring_up_to_date(connection: Any) -> None:
    """Makes what is missing, in one transaction, while nobody else does.

    A role that may not make tables is enough once they are there.
    """
    if await _version(connection) >= VERSION:
        return
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)")
        known = await _version(connection)
        await connection.execute("SET LOCAL statement_timeout = 0")
        for step in STEPS[known:]:
            await connection.execute(step, timeout=_STEP_SECONDS)
        await connection.execute("DELETE FROM schema_version")
        await connection.execute("INSERT INTO schema_version VALUES ($1)", max(known, VERSION))


async def _version(connection: Any) -> int:
    if await connection.fetchval("SELECT to_regclass('schema_version')") is None:
        return 0
    return int(await connection.fetchval("SELECT coalesce(max(version), 0) FROM schema_version"))
