"""Reading messages beside the event loop, those that wait together in one go."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict

Parsed = Dict[str, Any]

_TOGETHER = 16
"""Messages read in one go. Encoder and examples are limited by how fast memory gives them their weights, and a batch fetches
those once; beyond this many the gain is small and the first of them would wait for the last."""

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
        self._waiting: OrderedDict[str, asyncio.Future[str]] = OrderedDict()
        self._known: OrderedDict[str, str] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self._running: asyncio.Task[None] | None = None

    async def read(self, text: str, *, afresh: bool = False) -> Parsed:
        """The parse data of a text, the caller's own copy.

        Args:
            text: what the visitor wrote, as Rasa gets it.
            afresh: read it even when it is known, to see whether that still works.

        Raises:
            Exception: whatever the pipeline raises for this text; others that were read with it are not harmed.
        """
        if text in self._known and not afresh:
            self._known.move_to_end(text)
            known: Parsed = json.loads(self._known[text])
            return known
        if text not in self._waiting:
            self._waiting[text] = asyncio.get_running_loop().create_future()
        found = self._waiting[text]
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._read_waiting())
        parsed: Parsed = json.loads(await asyncio.shield(found))
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
            for (text, found), outcome in zip(batch.items(), outcomes, strict=True):
                if isinstance(outcome, Exception):
                    found.set_exception(outcome)
                    continue
                if len(text) <= _SHORT:
                    self._known[text] = outcome
                found.set_result(outcome)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)

    def _outcomes(self, texts: Sequence[str]) -> Sequence[str | Exception]:
        """A reading, as JSON, or a fault for each text."""
        try:
            return [json.dumps(parsed) for parsed in self._parse(texts)]
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it
            return [error] if len(texts) == 1 else [outcome for text in texts for outcome in self._outcomes([text])]
