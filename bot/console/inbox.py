"""The inbox: queues, and the loop of taking a turn, judging it, and going on to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.console.approval import cards
from bot.console.conversations import shown
from bot.console.page import chosen_snippet, correctable, form_number, go, now, page, path_number, who, zone_of
from bot.console.queries import hits
from bot.console.state import console_of
from bot.record import audit, review
from bot.record.metrics import midnight, today
from bot.record.requests import STATES
from bot.record.saved_views import views_of

ASSIGNED_SHOWN = 20
EARLIER_SHOWN = 3
"""Turns before the one to judge that are shown with it."""


def inbox(request: Request) -> Response:
    """What waits for somebody."""
    with console_of(request).record() as database:
        counts = review.queue_counts(database)
        open_requests = _open_requests(database)
        mine = hits(database, review.assigned_to(database, who(request), ASSIGNED_SHOWN), "")
        views = views_of(database, who(request))
        any_yet = database.execute("SELECT 1 FROM conversations LIMIT 1").fetchone() is not None
        oldest = review.oldest_waiting(database)
        judged = review.judged_since(database, who(request), midnight(today(console_of(request).clock(), zone_of(request)), zone_of(request)))
        of_texts = cards(request, database)
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
        visitor_port=console_of(request).settings.port,
    )


def counts(request: Request) -> Response:
    """How much waits, for a page that keeps its numbers fresh."""
    with console_of(request).record() as database:
        return JSONResponse({**review.queue_counts(database), "requests": _open_requests(database)["new"], "waiting": request.state.waiting})


def _open_requests(database: Database) -> dict[str, int]:
    found = dict(database.execute("SELECT state, count(*) FROM requests WHERE state <> 'done' GROUP BY state").fetchall())
    return {state: int(found.get(state, 0)) for state in STATES if state != "done"}


def _queue(request: Request) -> str:
    queue = str(request.path_params["queue"])
    if queue not in review.QUEUES:
        raise HTTPException(404, f"There is no queue called “{queue[:40]}”. The inbox shows those there are.")
    return queue


def queue(request: Request) -> Response:
    """The first turns of a queue, to look through or to start with."""
    name = _queue(request)
    newest = request.query_params.get("order") == "newest"
    with console_of(request).record() as database:
        rows = database.execute(f"SELECT turn FROM queue_items WHERE queue = ? ORDER BY turn {'DESC' if newest else 'ASC'} LIMIT 50", [name]).fetchall()
        ids = [turn for (turn,) in rows]
        notes = review.reviews(database, ids, now(request))
        audit.append(database, who(request), "queue.listed", name, now(request))
        return page(request, "queue.html", queue=name, count=review.queue_counts(database)[name], hits=hits(database, ids, ""), reviews=notes, newest=newest)


def begin(request: Request, form: Mapping[str, str]) -> Response:
    """Takes the next free turn of a queue."""
    with console_of(request).record() as database:
        return _on(request, database, _queue(request), form, after=0, said="")


def skip(request: Request, form: Mapping[str, str]) -> Response:
    """Leaves this turn where it is and takes the next."""
    with console_of(request).record() as database:
        return _on(request, database, _queue(request), form, after=form_number(form, "turn"), said="skipped")


def complete(request: Request, form: Mapping[str, str]) -> Response:
    """Judges this turn and takes the next."""
    name, turn = _queue(request), form_number(form, "turn")
    correct = chosen_snippet(request, form)
    with console_of(request).record() as database:
        holder = review.reviews(database, [turn], now(request))[turn].reserved
        if holder not in (None, who(request)):
            raise review.ReviewError(f"{holder} has taken this turn meanwhile, so your verdict was not noted. Go back to the queue and take the next one.")
        at, by = now(request), who(request)
        review.give_verdict(database, turn, form.get("verdict", ""), by=by, now=at, correct=correct, comment=form.get("comment", ""), queue=name)
        if form.get("note", "").strip():
            review.add_note(database, turn, form["note"], by=by, now=at)
        return _on(request, database, name, form, after=turn, said="judged", previous=turn)


def _on(request: Request, database: Database, name: str, form: Mapping[str, str], *, after: int, said: str, previous: int | None = None) -> Response:
    """To the next turn, or back to the inbox when the queue is clear for this person."""
    newest = form.get("order") == "newest"
    following = review.reserve_next(database, name, who(request), now(request), after=after, newest=newest)
    order = "order=newest&" if newest else ""
    if following is not None:
        return go(f"/queues/{name}/turns/{following}?{order}{f'previous={previous}' if previous else ''}", said)
    return go(f"/queues/{name}", "skipped" if said == "skipped" else "cleared")


def item(request: Request) -> Response:
    """One turn of a queue, ready to be judged, after the few turns before it."""
    name, turn = _queue(request), path_number(request)
    console = console_of(request)
    since = midnight(today(console.clock(), zone_of(request)), zone_of(request))
    with console.record() as database:
        conversation_id, place = review.place_of(database, turn)
        rows = database.execute(
            "SELECT id FROM turns WHERE conversation = ? AND number < ? ORDER BY number DESC LIMIT ?", [conversation_id, place, EARLIER_SHOWN]
        ).fetchall()
        audit.append(database, who(request), "turn.read", f"{conversation_id}#{place}", now(request), queue=name)
        found = shown(database, [*sorted(before for (before,) in rows), turn], console.content.snapshot(), now(request))
        position = review.position(database, name, who(request), since)
        waits = database.execute("SELECT 1 FROM queue_items WHERE queue = ? AND turn = ?", [name, turn]).fetchone() is not None
        context: dict[str, Any] = {"reviewers": review.reviewers(database), "tags": review.known_tags(database)}
    previous = request.query_params.get("previous", "")
    return page(
        request,
        "item.html",
        queue=name,
        item=found[-1],
        earlier=found[:-1],
        position=position,
        waits=waits,
        newest=request.query_params.get("order") == "newest",
        previous=previous if previous.isdecimal() and len(previous) < 12 else "",
        snippets=correctable(request),
        **context,
    )
