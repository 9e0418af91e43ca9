"""Templates and the words around them: route labels, times, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.responses import HTMLResponse

from bot.console.explain import plain, unsigned
from bot.record.review import QUEUES, VERDICT_LABELS, VERDICTS
from bot.vocabulary import GRAVEST_FIRST, ROUTE_LABELS, Route

FOLDER = Path(__file__).resolve().parent

_SIGNS: Mapping[Route, str] = {
    Route.EMERGENCY: "!",
    Route.CHECK: "!?",
    Route.CLINICIAN: "+",
    Route.ANSWER: "✓",
    Route.CLARIFY: "?",
    Route.OUT_OF_SCOPE: "–",
    Route.SMALLTALK: "~",
}
"""A sign for each route, so that it is told apart without its colour."""

_BADGES = {route: (ROUTE_LABELS[route], _SIGNS[route]) for route in GRAVEST_FIRST}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Pages:
    """Renders templates, everything escaped; `zone` is the one in which staff read times who chose none themselves."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        self.zone = zone

    def render(
        self,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        *,
        zone: tzinfo | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """A page, with times in `zone`; `context` must hold every name the template uses."""
        zone = zone or self.zone
        zone_name = datetime.now(UTC).astimezone(zone).tzname() or "local time"
        html = _environment().get_template(template).render(zone=zone, zone_name=zone_name, **context)
        return HTMLResponse(html, status_code=status, headers=dict(headers or {}))


@cache
def _environment() -> Environment:
    """The templates, each compiled once in a process however many consoles it makes, as tests do."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        when=_when, day=_day, plain=plain, decimal=_decimal, many=_many, percent=percent, since=_since, short=_short
    )
    environment.tests.update(unsigned=unsigned)
    environment.globals.update(ROUTES=_BADGES, VERDICTS=VERDICTS, VERDICT_LABELS=VERDICT_LABELS, QUEUES=QUEUES)
    return environment


@pass_context
def _when(context: Context, iso: str) -> Markup:
    """An ISO time as people read it, in a `<time>` that keeps the exact one."""
    try:
        local = datetime.fromisoformat(iso).astimezone(context.get("zone"))
    except ValueError:
        return Markup("{}").format(iso)
    words = f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(iso, words)


@pass_context
def _since(context: Context, iso: str) -> str:
    """How long ago a time is: `24 days`, `3 hours`."""
    try:
        seconds = max(context["clock_now"] - datetime.fromisoformat(iso).timestamp(), 0)
    except ValueError:
        return "unknown"
    for unit, length in (("day", 86_400), ("hour", 3_600)):
        if seconds >= 2 * length:
            return _many(int(seconds // length), unit)
    return _many(int(seconds // 60), "minute")


def _short(value: date) -> str:
    """`27 Oct`, where the year is clear."""
    return f"{value.day} {_MONTHS[value.month - 1]}"


def percent(part: float, whole: float) -> str:
    """`12 %`; a share of nothing is a dash."""
    return f"{100 * part / whole:.0f} %" if whole else "–"


def _day(value: date) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(
        value.isoformat(), f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    )


def _decimal(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _many(count: int, one: str, several: str | None = None) -> str:
    """`1 turn`, `1,204 turns`."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"
