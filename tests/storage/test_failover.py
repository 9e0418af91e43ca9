"""The primary is lost and its standby takes over: what was acknowledged is there, and everything goes on."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.record.database import open_record
from bot.record.sealed import Seal
from bot.record.turns import turns_of
from bot.storage.follow import Follower
from bot.storage.link import Link
from tests.postgres import MISSING, Server, binaries
from tests.storage.stores import postgres_stores
from tests.storage.test_door import commit, entry


@pytest.fixture
def pair() -> Iterator[tuple[Server, Server]]:
    """A primary, and a standby that has each commit before it is acknowledged."""
    if binaries() is None:
        pytest.skip(MISSING)
    primary = Server()
    standby = primary.standby()
    yield primary, standby
    standby.remove()
    primary.remove()


def test_after_a_failover_nothing_is_missing_or_doubled(
    pair: tuple[Server, Server], tmp_path: Path, seal: Seal
) -> None:
    primary, standby = pair
    both = f"postgresql://ozone@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
    both += "?target_session_attrs=read-write"
    link = Link(both, 2)
    path = tmp_path / "record.db"
    follower = Follower(path, link, tmp_path, tmp_path, lambda: seal)
    with postgres_stores(both, tmp_path) as another:
        store = another()
        told = commit(store, entry(), entry(request="r2"))
        asyncio.run(follower.catch_up())
        told += commit(store, entry())
        primary.stop(signal.SIGQUIT)

        async def meanwhile() -> None:
            turn = asyncio.create_task(store.commit(entry(request="r4"), time.monotonic() + 60))
            await asyncio.sleep(0.2)
            await asyncio.to_thread(standby.promote)
            told.append(await turn)

        asyncio.run(meanwhile())
        assert [turn for turn, _ in asyncio.run(store.history("talk"))] == told
        asyncio.run(follower.catch_up())
    database = open_record(path)
    assert turns_of(database, "talk") == told
    assert [turn.number for turn in told] == [1, 2, 3, 4]
    database.close()
    link.close()
