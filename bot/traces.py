"""How long each part of a turn took, told to an OpenTelemetry collector where one is named; never a visitor's words."""

from __future__ import annotations

import os
from types import TracebackType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

COLLECTOR = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""OpenTelemetry's own names for the address that traces are sent to; with neither there are none."""

_SERVICE = "ozone-website"

_tracer: Tracer | None = None


class TracesError(RuntimeError):
    """Traces were asked for and cannot be made; the message says the remedy."""


def start() -> None:
    """Begins to tell a collector, if the environment names one; OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER and the other
    settings of OpenTelemetry hold as they are documented there.

    Raises:
        TracesError: a collector is named, and OpenTelemetry is not installed.
    """
    named = next((name for name in COLLECTOR if os.environ.get(name)), None)
    if named is None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise TracesError(
            f"{named} is set, and OpenTelemetry is not installed. Install it with `uv sync --group scale`, or unset"
            f" {named}."
        ) from error
    # A resource of these two alone: the detectors that come by themselves would tell the machine and its command lines.
    provider = TracerProvider(resource=Resource({SERVICE_NAME: _SERVICE}).merge(OTELResourceDetector().detect()))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    use(provider.get_tracer("bot"))


def use(tracer: Tracer | None) -> None:
    """From now on parts are told to this tracer, to nobody with None."""
    global _tracer
    _tracer = tracer


class _Part:
    """One part while it lasts. What runs within it, in tasks and threads too, becomes a part of it."""

    def __init__(self, tracer: Tracer, name: str) -> None:
        # Without the text of an exception, which may hold what a visitor wrote.
        self._open = tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False)

    def __enter__(self) -> _Part:
        self._span = self._open.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self._span.set_attribute("error.type", kind.__name__)
        self._open.__exit__(kind, error, at)

    def tell(self, route: str, reason: str, recorded: bool) -> None:
        """What became of a turn, in words of `bot.vocabulary`; there is no way to tell more."""
        self._span.set_attribute("ozone.route", route)
        self._span.set_attribute("ozone.reason", reason)
        self._span.set_attribute("ozone.recorded", recorded)


class _Untold:
    """A part that nobody wants to hear of, which is the rule and must cost nothing."""

    def __enter__(self) -> _Untold:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was begun."""

    def tell(self, route: str, reason: str, recorded: bool) -> None:
        """Nobody listens."""


_UNTOLD: Final = _Untold()


def part(name: str) -> _Part | _Untold:
    """A part of a turn, from `with` to the end of its block; `name` is one of a few that stand in the code."""
    return _UNTOLD if _tracer is None else _Part(_tracer, name)
