"""The way to PostgreSQL: nobody waits on it without end, and what went wrong keeps its name."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import asyncpg
import pytest

from bot.storage.door import StorageError
from bot.storage.link import Link


@pytest.fixture
def link(postgres_url: str) -> Iterator[Link]:
    """One connection, so that one which is not given back would be missed."""
    link = Link(postgres_url, 1)
    yield link
    link.close()


async def answers(connection: Any) -> Any:
    """The least that PostgreSQL can say."""
    return await connection.fetchval("SELECT 1")


async def never(connection: Any) -> None:
    """Waits for what does not come."""
    await asyncio.Event().wait()


def test_an_attempt_that_nothing_else_ends_is_given_up(link: Link) -> None:
    began = time.monotonic()
    with pytest.raises(StorageError, match="cannot be reached"):
        asyncio.run(link.run(never, time.monotonic(), most=0.3))
    assert time.monotonic() - began < 5
    assert link.ask(answers, 5) == 1


def test_who_waits_while_the_link_is_closed_is_told(link: Link) -> None:
    begun = threading.Event()

    async def waits(connection: Any) -> None:
        begun.set()
        await never(connection)

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(link.ask, waits, 60)
        assert begun.wait(10)
        link.close()
        with pytest.raises(StorageError, match="closed"):
            waiting.result(10)
    with pytest.raises(StorageError, match="closed"):
        link.ask(answers, 5)


def test_a_lost_connection_hides_no_fault_and_is_replaced(link: Link) -> None:
    async def lost(connection: Any) -> None:
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        await asyncio.sleep(0.2)
        raise LookupError("the fault")

    with pytest.raises(LookupError, match="the fault"):
        link.ask(lost, 0)
    assert link.ask(answers, 5) == 1


def test_who_gives_up_leaves_the_connection_to_the_next(link: Link) -> None:
    async def given_up() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(link.run(never, time.monotonic() + 60), 0.3)

    asyncio.run(given_up())
    assert link.ask(answers, 5) == 1
