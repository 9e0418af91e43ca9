"""The way to PostgreSQL: a thread with an event loop and a few connections, used from anywhere, bounded in time.

Nothing here waits without end. The server gives up a statement after `STATEMENT_SECONDS`; should it not answer at all,
this side gives up a little later and throws the connection away, and whatever else holds an attempt up ends with it
after `WORK_SECONDS`. Whatever is away is tried again until the caller's patience is over. When the link is closed, who
still waits is told.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

import asyncpg
import structlog

from bot.storage.door import StorageError
from bot.storage.schema import bring_up_to_date

log = structlog.get_logger()

Result = TypeVar("Result")
Work = Callable[[Any], Awaitable[Result]]

CONNECT_SECONDS = 1.5
STATEMENT_SECONDS = 1.5
_ANSWER_SECONDS = 2.0
"""After which a server that says nothing is taken to be gone."""

WORK_SECONDS = 10.0
"""For one attempt at all that is asked at once: asyncpg has words to the server of its own that no timeout ends."""

_FIRST_RETRY_SECONDS, _LAST_RETRY_SECONDS = 0.05, 0.4
_IDLE_SECONDS = 300.0

AWAY = (
    OSError,  # refused, reset, no route, TimeoutError
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shut down, crashed, not up yet, statement timeout
    asyncpg.InsufficientResourcesError,  # no connection left, disk full
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby, or a primary that became one
    asyncpg.InternalServerError,
    asyncpg.InternalClientError,  # none of several servers is the primary just now, or a connection broke in a word
)
"""What may be over in a moment."""

_CLOSED = "The way to PostgreSQL has been closed."


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    def get_reset_query(self) -> str:
        """Nothing: no statement here leaves anything behind in a session, and it would be a way to the server more."""
        return ""


class Link:
    """Connections to one PostgreSQL; made when they are first needed.

    Args:
        address: as in DATABASE_URL.
        connections: at most so many at a time.
    """

    def __init__(self, address: str, connections: int) -> None:
        self._address, self._connections = address, connections
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._pool: Any = None
        self._making = asyncio.Lock()
        self._away = False
        self._ready = False
        self._closed = False
        self.faults = 0

    def ask(self, work: Work[Result], seconds: float) -> Result:
        """What `work` makes of a connection; for a thread that may wait.

        Raises:
            StorageError: PostgreSQL was away for so many seconds.
        """
        return self._begin(work, time.monotonic() + seconds).result()

    async def run(self, work: Work[Result], until: float, *, most: float = WORK_SECONDS) -> Result:
        """What `work` makes of a connection; for an event loop. There is always one attempt.

        Args:
            work: one statement, or some; it is run again when the connection was lost, also after it was committed.
            until: monotonic time.
            most: seconds that one attempt may take.

        Raises:
            StorageError: PostgreSQL was away until then.
        """
        return await asyncio.wrap_future(self._begin(work, until, most))

    def close(self) -> None:
        """Ends the connections and the thread; whoever waits for an answer is told that there is none."""
        with self._starting:
            if self._closed:
                return
            self._closed = True
        if self._thread is None:
            self._loop.close()
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        self._thread.join(timeout=2 * _ANSWER_SECONDS)

    async def _end(self) -> None:
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting, timeout=_ANSWER_SECONDS)
        if self._pool is not None:
            self._pool.terminate()
            await asyncio.sleep(0)  # the sockets are closed in the loop's next round
        self._loop.stop()

    def _work(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    def _begin(self, work: Work[Result], until: float, most: float = WORK_SECONDS) -> Future[Result]:
        with self._starting:
            if self._closed:
                raise StorageError(_CLOSED)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="postgres", daemon=True)
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(self._answer(work, until, most), self._loop)

    async def _answer(self, work: Work[Result], until: float, most: float) -> Result:
        try:
            return await self._try(work, until, most)
        except asyncio.CancelledError:
            if self._closed:
                raise StorageError(_CLOSED) from None
            raise

    async def _try(self, work: Work[Result], until: float, most: float) -> Result:
        pause = _FIRST_RETRY_SECONDS
        while True:
            try:
                return await self._once(work, most)
            except AWAY as error:
                self.faults += 1
                if not self._away:  # one line for each time that it goes, not for each visitor who waits
                    self._away = True
                    log.warning("postgres.away", error=type(error).__name__)
                if time.monotonic() + pause >= until:
                    raise StorageError(f"PostgreSQL cannot be reached ({type(error).__name__}).") from error
            except asyncpg.PostgresError as error:
                if isinstance(error, asyncpg.IntegrityConstraintViolationError):
                    raise
                self.faults += 1
                raise StorageError(f"PostgreSQL refused a statement ({type(error).__name__}).") from error
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LAST_RETRY_SECONDS)

    async def _once(self, work: Work[Result], most: float) -> Result:
        async with self._making:
            pool = self._pool or await self._make()
        connection = await pool.acquire(timeout=_ANSWER_SECONDS)
        try:
            if not self._ready:
                await bring_up_to_date(connection)
                self._ready = True
            async with asyncio.timeout(most):
                result = await work(connection)
        except (asyncpg.IntegrityConstraintViolationError, StorageError):  # nothing is wrong with the connection
            await pool.release(connection)
            raise
        except BaseException:
            with suppress(asyncpg.InterfaceError):  # it was lost, and has left the pool already
                connection.terminate()  # whatever became of it: another connection is quicker than finding out
            await pool.release(connection)
            raise
        await pool.release(connection)
        if self._away:
            self._away = False
            log.info("postgres.back")
        return result

    async def _make(self) -> Any:
        milliseconds = str(int(STATEMENT_SECONDS * 1000))
        try:
            pool = await asyncpg.create_pool(
                self._address,
                min_size=0,
                max_size=self._connections,
                max_inactive_connection_lifetime=_IDLE_SECONDS,
                timeout=CONNECT_SECONDS,
                command_timeout=_ANSWER_SECONDS,
                connection_class=_Connection,
                server_settings={
                    "application_name": "ozone-faq",
                    "statement_timeout": milliseconds,
                    "lock_timeout": milliseconds,
                    "idle_in_transaction_session_timeout": "5000",
                },
            )
        except ValueError as error:
            raise StorageError("DATABASE_URL is no address of a PostgreSQL; see docs/scale.md.") from error
        self._pool = pool
        return pool
