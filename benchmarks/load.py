"""Visitors for measurements: a small HTTP client on plain
sockets, so that the load costs little beside what it measures."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from bot.settings import ROOT


class Gone(ConnectionError):
    """The server closed the connection or answered with an error."""


@dataclass
class Visitor:
    """One kept-open connection to a server on this machine.

    Args:
        port: of the server.
    """

    port: int
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON answer to a JSON request.

        Raises:
            OSError: there is no server, or it went away before its answer was complete.
        """
        data = json.dumps(body).encode()
        return json.loads(
            await self._send(
                f"POST {path} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n".encode(),
                data,
            )
        )

    async def get(self, path: str) -> bytes:
        """The body of a page.

        Raises:
            OSError: as for `post`.
        """
        return await self._send(f"GET {path} HTTP/1.1\r\n".encode(), b"")

    async def _send(self, head: bytes, data: bytes) -> bytes:
        try:
            if self._reader is None or self._writer is None:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
            self._writer.write(head + b"Host: localhost\r\n\r\n" + data)
            answer = await self._reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1])
                for line in answer.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            )
            content = await self._reader.readexactly(length)
        except (OSError, EOFError, StopIteration) as error:
            self.close()
            raise Gone(str(error)) from error
        if b" 200 " not in answer.split(b"\r\n", 1)[0]:
            raise Gone(answer.split(b"\r\n", 1)[0].decode())
        return content

    def close(self) -> None:
        """Closes the connection; the next request opens another."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


def messages() -> list[str]:
    """What visitors ask: the held-out questions, none of which was trained on, each once."""
    lines = (ROOT / "tests" / "questions" / "held_out.jsonl").read_text(encoding="utf-8").splitlines()
    return [str(json.loads(line)["text"]) for line in lines]
