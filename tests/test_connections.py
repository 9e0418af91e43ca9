"""A client that is slow, silent or greedy on purpose holds nothing for long, and others are served meanwhile."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from uvicorn.server import ServerState

from bot import connections
from bot.cli import server_config
from bot.connections import MAX_HEAD_BYTES, MAX_WAITING_REQUESTS, PatientProtocol, most_connections
from bot.settings import Settings

GET = b"GET /%d HTTP/1.1\r\nHost: chat.example\r\n\r\n"
PATIENCE = 5.0
"""Seconds after which a test gives up; every deadline is a fraction of one here."""

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Client]]


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """Reads a request and tells its path; `/slow` takes a moment, `/much` is a reply of 20 MB."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        more = message["more_body"]
    if scope["path"] == "/slow":
        await asyncio.sleep(0.3)
    body = b"x" * 20_000_000 if scope["path"] == "/much" else scope["path"].encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_PATIENCE", dict.fromkeys(connections._PATIENCE, 0.4))
    monkeypatch.setattr(connections, "SEND_SECONDS", 0.4)


@asynccontextmanager
async def _served(**more: Any) -> AsyncIterator[Connect]:
    config = server_config(_app, Settings())
    for name, value in more.items():
        setattr(config, name, value)
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: PatientProtocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    clients: list[Client] = []

    async def connect() -> Client:
        clients.append(await asyncio.open_connection("127.0.0.1", port))
        return clients[-1]

    try:
        yield connect
    finally:
        for _, writer in clients:
            writer.transport.abort()
        server.close()


async def _rest(reader: asyncio.StreamReader) -> bytes:
    """What the server says until it closes."""
    try:
        return await asyncio.wait_for(reader.read(), PATIENCE)
    except ConnectionResetError:
        return b""


async def _reply(reader: asyncio.StreamReader) -> bytes:
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    return head.split(b"\r\n")[0] + b" " + await reader.readexactly(length)


async def _drip(writer: asyncio.StreamWriter, data: bytes) -> None:
    """A byte at a time, which resets the patience of whoever looks at pauses alone."""
    for number in range(len(data)):
        writer.write(data[number : number + 1])
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: chat.example\r\nX: " + b"y" * 400,
        b"POST / HTTP/1.1\r\nHost: chat.example\r\nContent-Length: 500\r\n\r\n" + b"z" * 400,
        b"\r\n" * 200,
    ],
    ids=["half a head", "half a body", "nothing but line ends"],
)
def test_what_never_gets_whole_is_given_up(sent: bytes) -> None:
    async def run() -> None:
        async with _served() as connect:
            reader, writer = await connect()
            dripping = asyncio.create_task(_drip(writer, sent))
            assert b"200" not in await _rest(reader)
            assert not dripping.done(), "bytes that keep coming do not help"
            dripping.cancel()

    asyncio.run(run())


@pytest.mark.parametrize(("sent", "said"), [(b"", b""), (b"GET / HTTP/1.1\r\nHo", b"HTTP/1.1 408 Request Timeout")])
def test_who_falls_silent_is_told_if_they_had_begun(sent: bytes, said: bytes) -> None:
    async def run() -> None:
        async with _served() as connect:
            reader, writer = await connect()
            writer.write(sent)
            assert (await _rest(reader)).partition(b"\r\n")[0] == said

    asyncio.run(run())


def test_a_request_after_a_pause_has_the_same_deadline() -> None:
    async def run() -> None:
        async with _served() as connect:
            reader, writer = await connect()
            writer.write(GET % 1)
            assert await _reply(reader) == b"HTTP/1.1 200 OK /1"
            await asyncio.sleep(0.2)
            dripping = asyncio.create_task(_drip(writer, GET % 2 * 20))
            assert b"200" not in await _rest(reader)
            assert not dripping.done()
            dripping.cancel()

    asyncio.run(run())


def test_ordinary_clients_notice_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_PATIENCE", dict.fromkeys(connections._PATIENCE, PATIENCE))

    async def run() -> None:
        async with _served() as connect:
            reader, writer = await connect()
            for number in range(3):
                writer.write(GET % number)
                assert await _reply(reader) == b"HTTP/1.1 200 OK /%d" % number
                await asyncio.sleep(0.2)
            body = b"z" * 60_000
            writer.write(
                b"POST /large HTTP/1.1\r\nHost: chat.example\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:30_000]
            )
            await asyncio.sleep(0.1)
            writer.write(body[30_000:])
            assert await _reply(reader) == b"HTTP/1.1 200 OK /large"
            writer.write(
                b"GET /slow HTTP/1.1\r\nHost: chat.example\r\n\r\n" + b"".join(GET % number for number in range(4))
            )
            assert await _reply(reader) == b"HTTP/1.1 200 OK /slow"
            for number in range(4):
                assert await _reply(reader) == b"HTTP/1.1 200 OK /%d" % number

    asyncio.run(run())


def test_requests_by_the_thousand_are_not_queued() -> None:
    async def run() -> None:
        async with _served() as connect:
            reader, writer = await connect()
            writer.write(b"GET /slow HTTP/1.1\r\nHost: chat.example\r\n\r\n" + GET % 7 * 1000)
            assert (await _rest(reader)).count(b"200 OK") <= MAX_WAITING_REQUESTS + 1

    asyncio.run(run())


@pytest.mark.parametrize("size", [MAX_HEAD_BYTES + 1, 300_000, 2_000_000])
@pytest.mark.parametrize("ends", [True, False], ids=["a head that ends", "a head without end"])
def test_a_head_has_a_size(size: int, ends: bool) -> None:
    async def run() -> None:
        async with _served() as connect:
            reader, writer = await connect()
            cookie = b'a="' + b"\\" * size + (b'"\r\n\r\n' if ends else b"")
            writer.write(b"GET / HTTP/1.1\r\nHost: chat.example\r\nCookie: " + cookie)
            said = await _rest(reader)
            assert b"200 OK" not in said
            if size < 100_000 and ends:
                assert b"431 Request Header Fields Too Large" in said

    asyncio.run(run())


def test_a_reply_that_nobody_takes_is_given_up() -> None:
    async def run() -> None:
        async with _served() as connect:
            reader, writer = await connect()
            writer.write(b"GET /much HTTP/1.1\r\nHost: chat.example\r\n\r\n")
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            await asyncio.sleep(1.2)
            writer.transport.resume_reading()  # type: ignore[attr-defined]
            assert len(await _rest(reader)) < 20_000_000

    asyncio.run(run())


def test_a_full_house_of_silent_clients_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_PATIENCE", dict.fromkeys(connections._PATIENCE, 60.0))

    async def run() -> None:
        async with _served(limit_concurrency=30) as connect:
            for number in range(90):
                _, silent = await connect()
                silent.write(b"GET / HTTP/1.1\r\nHost: " if number % 2 else b"")
            for number in range(5):
                reader, writer = await connect()
                writer.write(GET % number)
                assert await _reply(reader) == b"HTTP/1.1 200 OK /%d" % number

    asyncio.run(run())


def test_nobody_whose_request_is_being_answered_makes_room() -> None:
    async def run() -> None:
        async with _served(limit_concurrency=30) as connect:
            reader, writer = await connect()
            writer.write(b"GET /slow HTTP/1.1\r\nHost: chat.example\r\n\r\n")
            await asyncio.sleep(0.05)
            for _ in range(60):
                await connect()
            assert await _reply(reader) == b"HTTP/1.1 200 OK /slow"

    asyncio.run(run())


def test_there_are_never_more_connections_than_files() -> None:
    most = most_connections()
    available, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert 50 <= most <= max(available - 100, 50)


def test_no_reply_names_the_software() -> None:
    async def run() -> None:
        async with _served() as connect:
            reader, writer = await connect()
            writer.write(b"GET / HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n\r\n")
            assert b"uvicorn" not in (await _rest(reader)).lower()

    asyncio.run(run())
