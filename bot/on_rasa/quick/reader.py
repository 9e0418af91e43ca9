"""Reading messages beside the event loop, those that wait together in one go."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict

import orjson

Parsed = Dict[str, Any]

_TOGETHER = 16
"""Messages read in one go.

Encoder and examples are limited by how fast memory gives them their weights, and a batch fetches those once; beyond
this many the gain is small and the first of them would wait for the last.
"""

_REMEMBERED = 1024
"""Messages whose reading is kept: buttons send the same few sentences again and again."""

_SHORT = 200
"""Characters of the longest message that is kept; longer ones are hardly ever repeated, and would fill the memory."""


class MessageReader:
    """What the NLU pipeline makes of a message, which depends on nothing but its words.

    Args:
        parse: reads several texts; run in a thread of its own. What it does in native code leaves the event loop free.
    """

    def __init__(self, parse: Callable[[Sequence[str]], Sequence[Parsed]]) -> None:
        self._parse = parse
        self._waiting: OrderedDict[str, asyncio.Future[bytes | Exception]] = OrderedDict()
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self._running: asyncio.Task[None] | None = None

    def would_read(self, text: str) -> bool:
        """Whether a text of somebody who is alone would be read
        on the spot: it is short, and was not read a while ago."""
        return len(text) <= _SHORT and text not in self._known

    async def read(self, text: str, *, afresh: bool = False, alone: bool = False) -> Parsed:
        """The parse data of a text, the caller's own copy.

        Args:
            text: what the visitor wrote, as Rasa gets it.
            afresh: read it even when it is known, to see whether that still works.
            alone: nobody else is being served. Then a short text is read on the spot, for two milliseconds: the way to
                another thread and back would take a tenth of that again.

        Raises:
            Exception: whatever the pipeline raises for this text; others that were read with it are not harmed.
        """
        if text in self._known and not afresh:
            self._known.move_to_end(text)
            return self._kept(text, self._known[text])
        idle = self._running is None or self._running.done()
        if alone and idle and not self._waiting and len(text) <= _SHORT:
            return self._kept(text, self._outcomes([text])[0])
        if text not in self._waiting:
            self._waiting[text] = asyncio.get_running_loop().create_future()
        found = self._waiting[text]
        if idle:
            self._running = asyncio.create_task(self._read_waiting())
        return self._kept(text, await asyncio.shield(found))

    async def aside[Result](self, work: Callable[[], Result]) -> Result:
        """What some other reading gives, in the thread in which messages are read."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _kept(self, text: str, outcome: bytes | Exception) -> Parsed:
        """The parse data of an outcome, which is remembered for the next who says the same."""
        if isinstance(outcome, Exception):
            raise outcome
        if len(text) <= _SHORT:
            self._known[text] = outcome
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        parsed: Parsed = orjson.loads(outcome)
        return parsed

    async def _read_waiting(self) -> None:
        while self._waiting:
            batch = {text: self._waiting.pop(text) for text in list(self._waiting)[:_TOGETHER]}
            try:
                outcomes = await asyncio.get_running_loop().run_in_executor(self._thread, self._outcomes, list(batch))
            except asyncio.CancelledError:
                for found in (*batch.values(), *self._waiting.values()):
                    found.cancel()
                self._waiting.clear()
                raise
            for found, outcome in zip(batch.values(), outcomes, strict=True):
                found.set_result(outcome)

    def _outcomes(self, texts: Sequence[str]) -> Sequence[bytes | Exception]:
        """A reading, as JSON, or a fault for each text."""
        try:
            return [orjson.dumps(parsed) for parsed in self._parse(texts)]
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it
            return [error] if len(texts) == 1 else [outcome for text in texts for outcome in self._outcomes([text])]
