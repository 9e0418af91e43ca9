"""Messages that wait are read together, and nobody gets another one's reading."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from bot.on_rasa.engine import Engine
from bot.on_rasa.quick.reader import MessageReader, Parsed


class Pipeline:
    """Notes the batches it gets; the first waits until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.go = threading.Event()

    def __call__(self, texts: Sequence[str]) -> list[Parsed]:
        self.batches.append(list(texts))
        assert self.go.wait(5)
        if "broken" in texts:
            raise ValueError("broken")
        return [{"text": text, "parts": []} for text in texts]


def test_messages_that_wait_are_read_together_each_once() -> None:
    pipeline = Pipeline()
    reader = MessageReader(pipeline)

    async def read() -> list[Parsed]:
        first = asyncio.create_task(reader.read("first"))
        while not pipeline.batches:
            await asyncio.sleep(0.001)
        others = [asyncio.create_task(reader.read(text)) for text in ("one", "two", "one")]
        await asyncio.sleep(0.01)
        pipeline.go.set()
        return list(await asyncio.gather(first, *others))

    assert [parsed["text"] for parsed in asyncio.run(read())] == ["first", "one", "two", "one"]
    assert pipeline.batches == [["first"], ["one", "two"]]


def test_a_message_that_cannot_be_read_harms_no_other() -> None:
    pipeline = Pipeline()
    pipeline.go.set()
    reader = MessageReader(pipeline)

    async def read() -> list[Parsed | BaseException]:
        return list(
            await asyncio.gather(
                *(reader.read(text) for text in ("fine", "broken", "fine too")), return_exceptions=True
            )
        )

    fine, broken, fine_too = asyncio.run(read())
    assert isinstance(fine, dict)
    assert isinstance(fine_too, dict)
    assert isinstance(broken, ValueError)
    assert isinstance(asyncio.run(reader.read("fine")), dict)


def test_a_known_sentence_is_not_read_again_unless_that_is_wanted() -> None:
    pipeline = Pipeline()
    pipeline.go.set()
    reader = MessageReader(pipeline)
    asyncio.run(reader.read("hello"))["parts"].append("changed by a caller")
    assert asyncio.run(reader.read("hello")) == {"text": "hello", "parts": []}
    assert len(pipeline.batches) == 1
    asyncio.run(reader.read("hello", afresh=True))
    assert len(pipeline.batches) == 2


def test_a_short_message_of_somebody_who_is_alone_is_read_on_the_spot() -> None:
    threads: list[str] = []

    def pipeline(texts: Sequence[str]) -> list[Parsed]:
        threads.append(threading.current_thread().name)
        return [{"text": text} for text in texts]

    reader = MessageReader(pipeline)
    assert asyncio.run(reader.read("short", alone=True)) == {"text": "short"}
    assert asyncio.run(reader.read("long " * 100, alone=True)) == {"text": "long " * 100}
    assert threads[0] == threading.current_thread().name
    assert threads[1].startswith("reader")
    assert not reader.would_read("short"), "it is known by now"


def test_a_visitor_who_leaves_takes_no_reading_with_them() -> None:
    pipeline = Pipeline()
    reader = MessageReader(pipeline)

    async def read() -> Parsed:
        gone, stays = asyncio.create_task(reader.read("same")), asyncio.create_task(reader.read("same"))
        while not pipeline.batches:
            await asyncio.sleep(0.001)
        gone.cancel()
        pipeline.go.set()
        return await stays

    assert asyncio.run(read())["text"] == "same"


@pytest.mark.parametrize("together", [2, 8, 20])
def test_a_batch_reads_what_single_messages_read(
    together: int, engine: Engine, loop: asyncio.AbstractEventLoop
) -> None:
    """The encoder computes in float32, so a neighbour in the batch changes nothing that is decided on."""
    processor = engine._processor
    assert processor is not None
    texts = [
        "What is ozone?", "how long does it take and does it hurt? I am on warfarin", "I cannot breathe", "hi",
        "¿Cuánto cuesta?", "is it safe",
        "My mother has asthma. Can she come along, and where do you park?", "tell me a joke", "x " * 300,
        "EBOO vs EBO2",
    ]  # fmt: skip
    texts += [f"{text} {number}" for number, text in enumerate(texts)]

    async def read(step: int) -> list[Parsed]:
        parsed: list[Parsed] = []
        for start in range(0, len(texts), step):
            parsed += await asyncio.gather(
                *(processor.reader.read(text, afresh=True) for text in texts[start : start + step])
            )
        return parsed

    alone, batched = loop.run_until_complete(read(1)), loop.run_until_complete(read(together))
    for one, other in zip(alone, batched, strict=True):
        assert one["intent"]["name"] == other["intent"]["name"]
        assert one["intent"]["confidence"] == pytest.approx(other["intent"]["confidence"], abs=1e-3)
        assert one["parts"] == other["parts"]
        assert one["rules"] == other["rules"]
        assert (one.get("risk") or {}).get("category") == (other.get("risk") or {}).get("category")
