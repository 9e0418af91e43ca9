"""Connections that nobody can hold open, or fill up, for nothing: uvicorn itself waits for a request without end.

A request's head, its body and the taking of its reply each have a deadline, a head has a size, and requests that are
sent before the one before them is answered a number. When there are too many connections, the one that has waited
longest for a request of its client makes room.
"""

from __future__ import annotations

import asyncio
import resource
import time
from contextlib import suppress
from enum import Enum, auto
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_SECONDS = 10.0
"""From the first byte of a request, or from the connection, to the end of its headers."""

BODY_SECONDS = 20.0
"""From there to the end of its body, 64 kB at most: 4 kB a second are enough."""

SEND_SECONDS = 30.0
"""How long a client may leave a reply untaken."""

MAX_HEAD_BYTES = 16_384

MAX_WAITING_REQUESTS = 8
"""Requests of one connection behind the one that is being answered; browsers and proxies send none."""

MAX_CONNECTIONS = 2_000
"""Of one process. Each takes a file, so it is fewer where this account may open fewer."""

_OTHER_FILES = 200
"""Files that a process opens beside its connections."""


def most_connections() -> int:
    """How many connections this process can hold. It takes as many files as the account may open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    available, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if available == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(min(MAX_CONNECTIONS, available - _OTHER_FILES), 50)


class _Reading(Enum):
    """Where in a request the bytes that come next belong."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


_PATIENCE = {_Reading.NOTHING: HEAD_SECONDS, _Reading.HEAD: HEAD_SECONDS, _Reading.BODY: BODY_SECONDS}


class _RefusedError(Exception):
    """Ends the reading of a request that is not served; uvicorn then calls `send_400_response`."""


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 with an end to patience. `waiting_since` is the monotonic time since when the client is due to send
    something; None while a request is being answered."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.waiting_since: float | None = None
        self._reading = _Reading.NOTHING
        self._due: _Reading | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._untaken: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._refused_with = 400

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client has to speak at once."""
        super().connection_made(transport)  # type: ignore[arg-type]
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            self._make_room()
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is due any more."""
        self._expect_nothing()
        self._taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on. What came whole, as nearly all requests do, needs no deadline."""
        reading = self._reading
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._reading is _Reading.HEAD and reading is _Reading.HEAD:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refused_with = 431
                self.send_400_response("")
                return
        if self._due is not self._reading and (self._reading is not _Reading.NOTHING or self._is_idle()):
            self._expect()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._reading, self._head_bytes = _Reading.HEAD, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is complete: the body has to follow."""
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD_BYTES:
            self._refused_with = 431
            raise _RefusedError
        if len(self.pipeline) >= MAX_WAITING_REQUESTS:
            self._refused_with = 429
            raise _RefusedError
        self._reading = _Reading.BODY
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is complete: it is our turn."""
        self._reading = _Reading.NOTHING
        self._expect_nothing()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """It is the client's turn again, if it wants to; the time for that is uvicorn's."""
        super().on_response_complete()
        if not self.pipeline:
            self.waiting_since = time.monotonic()

    def send_400_response(self, msg: str) -> None:
        """Says why a request is not read and closes; behind a request that is being answered it only closes."""
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.abort()
            return
        said = _REFUSALS[self._refused_with].encode()
        head = f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(said)}\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[self._refused_with] + head.encode() + said)
        self.transport.close()
        self._wait_to_be_taken()  # a close waits for the client too

    def pause_writing(self) -> None:
        """The client does not take what it asked for."""
        super().pause_writing()
        self._wait_to_be_taken()

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        self._taken()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing more was asked for; what is still on its way may arrive."""
        super().timeout_keep_alive_handler()
        self._wait_to_be_taken()

    def _make_room(self) -> None:
        """Ends the connections whose clients have kept us waiting for
        longest: a few at a time, because to look for them takes a while."""
        waiting = [other for other in self.connections if isinstance(other, PatientProtocol) and other.waiting_since]
        waiting.sort(key=lambda other: other.waiting_since or 0.0)
        for other in waiting[: len(self.connections) // 20 + 1]:
            other.transport.abort()

    def _is_idle(self) -> bool:
        return self.cycle is None or bool(self.cycle.response_complete)

    def _expect(self) -> None:
        """Sets the deadline for what has to come now."""
        self._expect_nothing()
        self.waiting_since, self._due = time.monotonic(), self._reading
        self._deadline = self.loop.call_later(_PATIENCE[self._reading], self._too_slow)

    def _expect_nothing(self) -> None:
        self.waiting_since = self._due = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._reading is _Reading.HEAD and self._is_idle():
            self._refused_with = 408
            self.send_400_response("")
        elif self._reading is not _Reading.NOTHING or self._is_idle():
            self.transport.abort()

    def _wait_to_be_taken(self) -> None:
        self._taken()
        self._untaken = self.loop.call_later(SEND_SECONDS, self.transport.abort)

    def _taken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None


_REFUSALS = {
    400: "This is no HTTP request that can be read.\n",
    408: "The request took too long to arrive. Please send it again.\n",
    429: "Too many requests at once. Please wait for the answers.\n",
    431: "The request's headers are too large.\n",
}
