"""Figures over a period, and the monthly report to print."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console import charts
from bot.console.charts import by_latency, by_route
from bot.console.page import library_of, now, page, who, zone_of
from bot.console.state import console_of
from bot.record import audit
from bot.record.gaps import list_gaps
from bot.record.metrics import Figures, figures, midnight, today
from bot.record.review import QUEUES, queue_counts
from bot.vocabulary import Route

DEFAULT_DAYS = 30
MAX_DAYS = 400
TOP_SNIPPETS = 20


def show_figures(request: Request) -> Response:
    """Figures by day or by week; the last 30 days when no period is chosen."""
    present = today(console_of(request).clock(), zone_of(request))
    last = _day(request, "to", present)
    first = _day(request, "from", last - timedelta(days=DEFAULT_DAYS - 1))
    if not 0 <= (last - first).days <= MAX_DAYS:
        raise HTTPException(400, f"A period is 1 to {MAX_DAYS} days long. Change the first or the last day.")
    weekly = request.query_params.get("by", "") == "week" or (last - first).days >= charts.MAX_DAYS
    return _page(request, "figures.html", first, last, weekly=weekly, present=present)


def report(request: Request) -> Response:
    """One month, ready to print; the last whole month when none is chosen."""
    present = today(console_of(request).clock(), zone_of(request))
    asked = request.query_params.get("month", "") or (present.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError as error:
        raise HTTPException(400, f"“{asked[:40]}” is no month. Write it as year-month, for example 2026-11.") from error
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return _page(
        request,
        "report.html",
        first,
        last,
        month=first,
        before=first - timedelta(days=1),
        after=last + timedelta(days=1),
        present=present,
    )


def _page(
    request: Request, template: str, first: date, last: date, *, weekly: bool = False, **context: Any
) -> Response:
    zone = zone_of(request)
    with console_of(request).record() as database:
        found: Figures = figures(database, first, last, zone=zone, weekly=weekly)
        backlog = queue_counts(database)
        audit.append(database, who(request), "figures.read", f"{first} to {last}", now(request))
        gaps = list_gaps(
            database,
            since=midnight(first, zone),
            before=midnight(first - (last - first), zone),
            decision="open",
            limit=5,
        )
    questions = {snippet.id: snippet.question for snippet in library_of(request) or ()}
    answers = {snippet.id for snippet in library_of(request) or () if snippet.route == Route.ANSWER}
    asked = [row for row in found.snippets if row.snippet in answers]
    return page(
        request,
        template,
        figures=found,
        chart=by_route(found.buckets),
        latencies=by_latency(found.first_replies),
        first=first,
        last=last,
        weekly=weekly,
        backlog=backlog,
        waiting_total=sum(backlog[queue] for queue in QUEUES),
        questions=questions,
        top=asked[:TOP_SNIPPETS],
        most=asked[0].sent if asked else 0,
        gaps=gaps,
        **context,
    )


def _day(request: Request, name: str, otherwise: date) -> date:
    value = request.query_params.get(name, "")
    if not value:
        return otherwise
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = date.min
    if not 2000 <= day.year <= 2200:
        raise HTTPException(400, f"“{value[:40]}” is no day. Write it as year-month-day, for example 2026-11-20.")
    return day
