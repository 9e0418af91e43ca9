"""The inbox, and what waits in each queue."""

from __future__ import annotations

from sqlite_utils import Database
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.console.approval import cards
from bot.console.judging import loop_of
from bot.console.page import now, page, who, zone_of
from bot.console.queries import hits
from bot.console.state import console_of
from bot.record import audit, review, samples
from bot.record.alerts import channels
from bot.record.metrics import midnight, today
from bot.record.requests import STATES
from bot.record.saved_views import views_of
from bot.record.waiting import conversation_counts, first_waiting

ASSIGNED_SHOWN = 20
LISTED = 50
"""Conversations of a queue that its page shows."""


def inbox(request: Request) -> Response:
    """What waits for somebody."""
    with console_of(request).record() as database:
        counts = _counts(database)
        open_requests = _open_requests(database)
        mine = hits(database, review.assigned_to(database, who(request), ASSIGNED_SHOWN), "")
        views = views_of(database, who(request))
        any_yet = database.execute("SELECT 1 FROM conversations LIMIT 1").fetchone() is not None
        oldest = review.oldest_waiting(database)
        judged = review.judged_since(
            database, who(request), midnight(today(console_of(request).clock(), zone_of(request)), zone_of(request))
        )
        of_texts = cards(request, database)
        drawn = [one for one in samples.samples(database) if one.left.get(who(request))]
        ways = [way for way in channels(database) if way.failure]
        if mine:
            audit.append(database, who(request), "assigned.listed", f"{len(mine)} turns", now(request))
    return page(
        request,
        "inbox.html",
        counts=counts,
        requests=open_requests,
        mine=mine,
        views=views,
        any_yet=any_yet,
        oldest=oldest,
        judged=judged,
        of_texts=of_texts,
        failing=ways,
        drawn=drawn,
        visitor_port=console_of(request).settings.port,
    )


def counts(request: Request) -> Response:
    """How much waits, for a page that keeps its numbers fresh."""
    with console_of(request).record() as database:
        return JSONResponse(
            {**_counts(database), "requests": _open_requests(database)["new"], "waiting": request.state.waiting}
        )


def _counts(database: Database) -> dict[str, int]:
    """Conversations that wait, by queue, every queue named."""
    counted = conversation_counts(database)
    return {queue: counted.get(queue, 0) for queue in review.QUEUES}


def _open_requests(database: Database) -> dict[str, int]:
    found = dict(
        database.execute("SELECT state, count(*) FROM requests WHERE state <> 'done' GROUP BY state").fetchall()
    )
    return {state: int(found.get(state, 0)) for state in STATES if state != "done"}


def queue(request: Request) -> Response:
    """The first conversations of a queue, to look through or to start with."""
    loop = loop_of(request, request.query_params)
    name = str(loop.queue)
    with console_of(request).record() as database:
        rows = first_waiting(database, name, LISTED, newest=loop.newest)
        ids = [turn for turn, _ in rows]
        notes = review.reviews(database, ids, now(request))
        audit.append(database, who(request), "queue.listed", name, now(request))
        return page(
            request,
            "queue.html",
            queue=name,
            loop=loop,
            count=conversation_counts(database).get(name, 0),
            messages=review.queue_counts(database)[name],
            hits=hits(database, ids, ""),
            reviews=notes,
            beside={turn: turns - 1 for turn, turns in rows},
        )
