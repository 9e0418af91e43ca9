"""A collector hears how long each part of a turn took and why it went its way, and never what was said."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot import traces
from bot.on_rasa.engine import Engine
from bot.on_rasa.quick.processor import TurnProcessor
from bot.vocabulary import Reason, Route
from tests.conftest import ROOT

WORDS = ("zanzibar", "warfarin")
SAID = "My uncle in Zanzibar takes warfarin"


@pytest.fixture
def told() -> Iterator[InMemorySpanExporter]:
    """Keeps what a collector would be told."""
    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    traces.use(provider.get_tracer("tests"))
    yield kept
    traces.use(None)


def _by_name(told: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in told.get_finished_spans()}


def _without_words(told: InMemorySpanExporter) -> bool:
    everything = "".join(span.to_json() for span in told.get_finished_spans()).lower()
    return not any(word in everything for word in WORDS)


def test_a_turn_is_told_with_its_parts_and_its_reason(
    engine: Engine, loop: asyncio.AbstractEventLoop, told: InMemorySpanExporter
) -> None:
    loop.run_until_complete(engine.turn("traced", SAID))
    spans = _by_name(told)
    assert spans.keys() == {"turn", "open", "read", "decide", "commit"}
    assert dict(spans["turn"].attributes or {}) == {
        "ozone.route": Route.CLINICIAN,
        "ozone.reason": Reason.RISK,
        "ozone.recorded": True,
    }
    for name in spans.keys() - {"turn"}:
        assert not spans[name].attributes
        parent = spans[name].parent
        assert parent is not None
        assert parent.span_id == spans["turn"].context.span_id
    assert _without_words(told)


def test_turns_at_once_are_told_apart(
    engine: Engine, loop: asyncio.AbstractEventLoop, told: InMemorySpanExporter
) -> None:
    async def three() -> None:
        await asyncio.gather(*(engine.turn(f"traced-{number}", "What is ozone?") for number in range(3)))

    loop.run_until_complete(three())
    parts = [span for span in told.get_finished_spans() if span.name != "turn"]
    assert sorted(span.name for span in parts) == sorted(["open", "read", "decide", "commit"] * 3)
    assert len({span.context.trace_id for span in parts}) == 3


def test_of_a_fault_its_kind_is_told_and_not_its_text(
    engine: Engine,
    loop: asyncio.AbstractEventLoop,
    told: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError(SAID)

    monkeypatch.setattr(TurnProcessor, "work_out", broken)
    loop.run_until_complete(engine.turn("traced-fault", SAID))
    spans = _by_name(told)
    assert dict(spans["decide"].attributes or {}) == {"error.type": "ValueError"}
    assert dict(spans["turn"].attributes or {})["ozone.reason"] == Reason.FAULT
    assert _without_words(told)


def test_without_a_collector_nothing_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in traces.COLLECTOR:
        monkeypatch.delenv(name, raising=False)
    traces.start()
    with traces.part("turn") as part:
        part.tell(Route.ANSWER, Reason.INTENT, recorded=True)
    assert not isinstance(part, traces._Part)


def test_a_collector_without_opentelemetry_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(traces.TracesError, match=r"OTEL_EXPORTER_OTLP_ENDPOINT is set.*--group scale"):
        traces.start()


ONE_TURN = """
from bot import traces
traces.start()
with traces.part("turn") as turn:
    turn.tell("answer", "intent", recorded=True)
"""


def test_a_process_tells_the_collector_of_the_setting_before_it_ends() -> None:
    """A collector of a few lines gets the turn, the name of the service, and nothing about the machine."""
    sent: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Tests print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}"}
        subprocess.run([sys.executable, "-c", ONE_TURN], env=environment, cwd=ROOT, check=True, timeout=60)
        server.shutdown()
    ((path, body),) = sent
    assert path == "/v1/traces"
    assert all(word in body for word in (b"ozone-website", b"ozone.route", b"answer", b"intent"))
    assert not any(word in body for word in (b"host.name", b"process.", os.uname().nodename.encode()))
