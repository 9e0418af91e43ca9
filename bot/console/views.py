"""The pages staff read. Each opens the record for itself and runs in a worker thread."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.console.explain import explain
from bot.console.export import csv_lines, json_lines
from bot.console.queries import conversations_by_route, export_rows, first_questions, last_turn_id, search
from bot.console.security import csrf_token
from bot.console.state import Console, console_of
from bot.content.library import Library
from bot.content.snippet import Snippet
from bot.record.turns import GRAVITY, count_conversations, get_conversation, list_conversations, route_counts, turns_of

CONVERSATIONS_A_PAGE = 50
TURNS_A_PAGE = 100
"""Longer conversations are rare and mostly not human; they are read in parts, so that the page stays quick."""

SEARCH_LIMIT = 50
MAX_QUERY_LENGTH = 200
EXPORT_CHUNK = 500

log = structlog.get_logger()


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """A page with the frame of somebody logged in."""
    console = console_of(request)
    problem = console.content.snapshot().problem
    return console.pages.render(template, status, session=request.state.session, csrf=csrf_token(request), problem=problem, **context)


def _number(request: Request, name: str) -> int | None:
    """A whole number from 1 in the query, None for anything else; six digits are more than any page has."""
    value = request.query_params.get(name, "")
    return int(value) or None if value.isascii() and value.isdecimal() and len(value) <= 6 else None


def _route(request: Request) -> str | None:
    route = request.query_params.get("route", "")
    if route and route not in GRAVITY:
        raise HTTPException(400, f"There is no route called “{route[:40]}”. The routes are: {', '.join(reversed(GRAVITY))}.")
    return route or None


def _page_number(request: Request, pages: int) -> int:
    return min(_number(request, "page") or 1, pages)


def conversations(request: Request) -> Response:
    """The list, the last active first."""
    route = _route(request)
    with console_of(request).record() as database:
        total = count_conversations(database)
        by_route = conversations_by_route(database)
        shown = by_route[route] if route else total
        pages = max(1, math.ceil(shown / CONVERSATIONS_A_PAGE))
        number = _page_number(request, pages)
        listed = list_conversations(database, limit=CONVERSATIONS_A_PAGE, offset=(number - 1) * CONVERSATIONS_A_PAGE, route=route)
        questions = first_questions(database, [conversation.id for conversation in listed])
        turns = sum(route_counts(database).values())
    return page(
        request,
        "conversations.html",
        conversations=listed,
        questions=questions,
        route=route,
        total=total,
        shown=shown,
        turns=turns,
        by_route=by_route,
        number=number,
        pages=pages,
        first=(number - 1) * CONVERSATIONS_A_PAGE + 1,
        visitor_port=console_of(request).settings.port,
    )


def conversation(request: Request) -> Response:
    """One conversation with the reasons; `?turn=N` points at a turn."""
    conversation_id = request.path_params["id"]
    console = console_of(request)
    with console.record() as database:
        found = get_conversation(database, conversation_id)
        turns = turns_of(database, conversation_id) if found else []
    if found is None or not turns:
        raise HTTPException(404, "There is no conversation with this id. It may have been erased, or the address is not complete.")
    asked = request.query_params.get("turn")
    chosen = _number(request, "turn")
    place = next((place for place, turn in enumerate(turns) if turn.number == chosen), None)
    pages = math.ceil(len(turns) / TURNS_A_PAGE)
    number = _page_number(request, pages) if place is None else place // TURNS_A_PAGE + 1
    part = turns[(number - 1) * TURNS_A_PAGE : number * TURNS_A_PAGE]
    snapshot = console.content.snapshot()
    log.info("console.conversation_read", username=request.state.session.username, conversation=found.id)
    return page(
        request,
        "conversation.html",
        conversation=found,
        turns=[explain(turn, snapshot) for turn in part],
        total=len(turns),
        chosen=chosen if place is not None else None,
        missing=asked is not None and place is None,
        number=number,
        pages=pages,
    )


def find(request: Request) -> Response:
    """Full-text search over what was asked and replied."""
    query = request.query_params.get("q", "").strip()[:MAX_QUERY_LENGTH]
    hits = []
    if query:
        with console_of(request).record() as database:
            hits = search(database, query, limit=SEARCH_LIMIT + 1)
    return page(request, "search.html", query=query, hits=hits[:SEARCH_LIMIT], more=len(hits) > SEARCH_LIMIT)


def _library(request: Request) -> Library | None:
    return console_of(request).content.snapshot().library


def snippets(request: Request) -> Response:
    """All snippets by topic, with who answers for each."""
    library = _library(request)
    topics: dict[str, list[Snippet]] = {}
    for snippet in library or ():
        if snippet.status == "approved":
            topics.setdefault(snippet.topic, []).append(snippet)
    others = [snippet for snippet in library or () if snippet.status != "approved"]
    fictional = library is not None and library.clinic.fictional
    return page(request, "snippets.html", topics=topics, others=others, today=date.today(), fictional=fictional, readable=library is not None)


def snippet(request: Request) -> Response:
    """One snippet as it is sent, byte for byte, with its sources."""
    library = _library(request)
    snippet_id = request.path_params["id"]
    if library is None:
        raise HTTPException(503, "The snippets cannot be read at the moment.")
    if snippet_id not in library:
        raise HTTPException(404, "There is no snippet with this id. It may have been renamed or taken out.")
    found = library[snippet_id]
    return page(request, "snippet.html", snippet=found, related=[library[related] for related in found.related], today=date.today())


def export_jsonl(request: Request) -> Response:
    """One JSON object a turn, with ranking, explanation and messages."""
    return _export(request, "jsonl", "application/jsonl; charset=utf-8")


def export_csv(request: Request) -> Response:
    """One row a turn, for a spreadsheet."""
    return _export(request, "csv", "text/csv; charset=utf-8")


def _export(request: Request, kind: str, media_type: str) -> Response:
    console, route = console_of(request), _route(request)
    with console.record() as database:
        until = last_turn_id(database)
    log.info("console.exported", username=request.state.session.username, kind=kind, route=route)
    chunks = _chunks(console, route, until)
    lines = json_lines(chunks) if kind == "jsonl" else csv_lines(chunks)
    name = f"turns-{route or 'all'}-{date.today().isoformat()}.{kind}"
    return StreamingResponse(lines, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _chunks(console: Console, route: str | None, until: int) -> Iterator[list[dict[str, Any]]]:
    """Each part opens the record anew: the next one may be asked for in another thread, and no reader holds up a checkpoint."""
    after = 0
    while after < until:
        with console.record() as database:
            rows, after = export_rows(database, after=after, until=until, route=route, limit=EXPORT_CHUNK)
        yield rows
