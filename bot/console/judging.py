"""The loop of taking a message, judging it, and going on to the
next: through a queue, or through whatever a search or a view found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.console.conversations import show, shown
from bot.console.filtering import Asked, asked_in
from bot.console.page import (
    FITTING,
    ONWARD,
    UnclearAnswer,
    chosen_snippet,
    correctable,
    form_number,
    go,
    now,
    page,
    path_number,
    who,
    zone_of,
)
from bot.console.state import console_of
from bot.record import audit, review
from bot.record.filters import NONE, find
from bot.record.metrics import midnight, today
from bot.record.waiting import episode

EARLIER_SHOWN = 3
"""Turns before the one to judge that are shown with it."""

LOOKED_AT_ONCE = 20
"""Turns of a search that are looked up to find the next one that is free."""

NEWEST_FIRST = ("missed", "emergencies")
"""Queues in which one acts on the newest."""


@dataclass(frozen=True)
class Loop:
    """What is worked off: a queue, or the turns that pass a filter;
    `base` begins the addresses of its forms, `list` shows what is in it."""

    label: str
    base: str
    list: str
    queue: str | None
    asked: Asked | None
    newest: bool

    @property
    def fields(self) -> dict[str, str]:
        """What its forms carry along, so that the next message is of the same loop."""
        if self.asked is not None:
            return {"query": self.asked.query}
        return {"order": "newest" if self.newest else "oldest"}

    def address(self, turn: int, previous: int | None = None) -> str:
        """Where a message of it is judged."""
        told = self.fields | ({"previous": str(previous)} if previous else {})
        return f"{self.base}/turns/{turn}?{urlencode(told)}"


def queue_of(request: Request) -> str:
    """The queue in the path.

    Raises:
        HTTPException: 404, there is none.
    """
    queue = str(request.path_params["queue"])
    if queue not in review.QUEUES:
        raise HTTPException(404, f"There is no queue called “{queue[:40]}”. The inbox shows those there are.")
    return queue


def loop_of(request: Request, given: Mapping[str, str]) -> Loop:
    """The loop that an address or a form belongs to."""
    if "queue" in request.path_params:
        queue = queue_of(request)
        order = given.get("order") or ("newest" if queue in NEWEST_FIRST else "oldest")
        return Loop(
            review.QUEUES[queue][0],
            f"/queues/{queue}",
            f"/queues/{queue}?order={order}",
            queue,
            None,
            order == "newest",
        )
    asked = asked_in(given.get("query", ""), zone_of(request))
    if asked.filter.empty:
        raise HTTPException(400, "Filter the messages first, then judge what was found.")
    return Loop("What you searched for", "/judge", f"/search?{asked.query}", None, asked, True)


def begin(request: Request, form: Mapping[str, str]) -> Response:
    """Takes the next free message."""
    with console_of(request).record() as database:
        return _on(request, database, loop_of(request, form), after=0, said="")


def skip(request: Request, form: Mapping[str, str]) -> Response:
    """Leaves this message where it is and takes the next."""
    with console_of(request).record() as database:
        return _on(request, database, loop_of(request, form), after=form_number(form, "turn"), said="skipped")


def complete(request: Request, form: Mapping[str, str]) -> Response:
    """Judges this message, with those of its conversation that wait beside it if asked, and takes the next."""
    loop, turn = loop_of(request, form), form_number(form, "turn")
    try:
        with console_of(request).record() as database:
            also = judge(request, database, turn, form, queue=loop.queue)
            rest = [other for other in episode(database, loop.queue, turn) if other not in also] if loop.queue else []
            if rest and "only" not in form:
                review.reserve(database, rest[0], who(request), now(request))
                return go(loop.address(rest[0], turn), "judged", undo=turn, then=_then(form))
            return _on(request, database, loop, after=turn, said="judged", previous=turn, then=_then(form))
    except review.ReviewError as error:
        return _item(request, loop, turn, kept=form, error=error)


def judge(
    request: Request, database: Database, turn: int, form: Mapping[str, str], *, queue: str | None = None
) -> list[int]:
    """Notes the verdict of a form with its note, and returns the other turns of the conversation that it was given to.

    Raises:
        ReviewError: it cannot be noted, or somebody else was there first; nothing is noted then.
    """
    at, by = now(request), who(request)
    verdict = "right" if "right" in form else form.get("verdict", "")
    correct = None if verdict in ("missing_content", "wrong_text") else chosen_snippet(request, form)
    seen, note = form.get("seen", ""), form.get("note", "").strip()
    review.check_free(database, turn, by=by, now=at, seen=int(seen) if seen.isdecimal() and len(seen) <= 12 else None)
    waiting = episode(database, queue, turn) if queue and "also" in form and verdict in review.OF_THE_OUTCOME else []
    listed = set(form["also"].split(",")) if waiting else set()
    others = [other for other in waiting if other != turn and str(other) in listed]
    held = review.judged_or_held(database, others, by=by, now=at)[1] if others else set()
    also = [other for other in others if other not in held]
    with database.atomic():
        review.give_verdict(
            database,
            turn,
            verdict,
            by=by,
            now=at,
            correct=correct,
            comment=form.get("comment", ""),
            queue=queue,
            also=also,
        )
        if note:
            review.add_note(database, turn, note, by=by, now=at)
    return also


def judge_in_conversation(request: Request, form: Mapping[str, str]) -> Response:
    """A verdict on the page of a conversation."""
    turn = path_number(request)
    with console_of(request).record() as database:
        conversation_id, place = review.place_of(database, turn)
    try:
        with console_of(request).record() as database:
            judge(request, database, turn, form)
    except review.ReviewError as error:
        return show(request, conversation_id, str(place), place, kept=form, error=error)
    return go(
        f"/conversations/{quote(conversation_id)}?turn={place}#turn-{place}", "judged", undo=turn, then=_then(form)
    )


def _then(form: Mapping[str, str]) -> str:
    """Where a verdict leads on to."""
    return "" if "right" in form else ONWARD.get(form.get("verdict", ""), "")


def _on(
    request: Request,
    database: Database,
    loop: Loop,
    *,
    after: int,
    said: str,
    previous: int | None = None,
    then: str = "",
) -> Response:
    """To the next message, or back to the list when nothing is left for this person."""
    following = _next(request, database, loop, after)
    if following is not None:
        return go(loop.address(following, previous), said, undo=previous, then=then)
    return go(loop.list, "skipped" if said == "skipped" else "cleared", undo=previous, then=then)


def _next(request: Request, database: Database, loop: Loop, after: int) -> int | None:
    by, at = who(request), now(request)
    if loop.queue is not None:
        return review.reserve_next(database, loop.queue, by, at, after=after, newest=loop.newest)
    asked = loop.asked.filter if loop.asked is not None else None
    if asked is None:
        return None
    if not (asked.verdict or asked.reviewer or asked.judged_since or asked.judged_until):
        asked = replace(asked, verdict=NONE)
    start: int | None = after or None
    with database.atomic():
        database.execute("DELETE FROM reservations WHERE by = ? OR until <= ?", [by, at])
        while True:
            found = find(database, asked, limit=LOOKED_AT_ONCE, start=start, patience=None)
            notes = review.reviews(database, found.turns, at)
            for turn in found.turns:
                if notes[turn].reserved in (None, by) and notes[turn].assigned in (None, by):
                    review.reserve(database, turn, by, at)
                    return turn
            if found.next is None:
                return None
            start = found.next


def item(request: Request) -> Response:
    """One message, ready to be judged, after the few before it."""
    return _item(request, loop_of(request, request.query_params), path_number(request))


def _item(
    request: Request,
    loop: Loop,
    turn: int,
    *,
    kept: Mapping[str, str] | None = None,
    error: review.ReviewError | None = None,
) -> Response:
    """The page of a message; after an `error` with everything that was typed."""
    console, given = console_of(request), kept if kept is not None else request.query_params
    since = midnight(today(console.clock(), zone_of(request)), zone_of(request))
    with console.record() as database:
        conversation_id, place = review.place_of(database, turn)
        rows = database.execute(
            "SELECT id FROM turns WHERE conversation = ? AND number < ? ORDER BY number DESC LIMIT ?",
            [conversation_id, place, EARLIER_SHOWN],
        ).fetchall()
        waiting = episode(database, loop.queue, turn) if loop.queue else []
        beside = [other for other in waiting if other != turn and "only" not in given][: EARLIER_SHOWN * 10]
        audit.append(
            database,
            who(request),
            "turn.read",
            f"{conversation_id}#{place}",
            now(request),
            queue=loop.queue or "search",
        )
        before = sorted(earlier for (earlier,) in rows)
        found = {
            one.id: one
            for one in shown(database, sorted({*before, *beside, turn}), console.content.snapshot(), now(request))
        }
        position = review.position(database, loop.queue, who(request), since) if loop.queue else (0, 0)
        context: dict[str, Any] = {"reviewers": review.reviewers(database), "tags": review.known_tags(database)}
    previous = given.get("previous", "")
    status = 200 if error is None else 409 if isinstance(error, review.ReviewConflict) else 400
    return page(
        request,
        "item.html",
        status,
        loop=loop,
        item=found[turn],
        earlier=[found[earlier] for earlier in before if earlier not in beside],
        beside=[found[other] for other in beside],
        only="only" in given,
        position=position,
        waits=turn in waiting or loop.queue is None,
        previous=previous if previous.isdecimal() and len(previous) < 12 else "",
        snippets=correctable(request),
        kept=kept or {},
        wrong="" if error is None else str(error),
        near=error.near if isinstance(error, UnclearAnswer) else (),
        **context,
    )


def answers(request: Request) -> Response:
    """The answers that fit some words, for the field in which one is named."""
    search = console_of(request).content.snapshot().search
    found = search.search(request.query_params.get("q", "")[:200], FITTING)
    return JSONResponse(
        [
            {"id": snippet.id, "question": snippet.question, "line": " ".join(snippet.text.split())[:110]}
            for snippet in found
        ]
    )
