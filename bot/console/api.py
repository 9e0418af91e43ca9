"""Review data for programs: read-only JSON, behind a token that an administrator makes (docs/api.md)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from typing import Any

from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.console.export import told_in
from bot.console.figures import MAX_DAYS
from bot.console.filtering import NAMES, asked, day_of
from bot.console.page import go, now, page, path_number, who
from bot.console.queries import exported_turns
from bot.console.search import what
from bot.console.state import console_of
from bot.record import api_tokens, audit
from bot.record.database import RecordError
from bot.record.filters import find
from bot.record.gaps import DECISIONS, gap_page
from bot.record.metrics import figures, today
from bot.record.requests import STATES
from bot.record.review import QUEUES, VERDICTS, ReviewError
from bot.record.waiting import conversation_counts

MAX_ROWS, ROWS = 500, 100
DAYS = 30

_PAGING = ("limit", "start")


def show_tokens(request: Request) -> Response:
    """The tokens there are."""
    return _tokens(request)


def make_token(request: Request, form: Mapping[str, str]) -> Response:
    """Makes one and shows it this once."""
    name = form.get("name", "")
    try:
        with console_of(request).record() as database:
            token = api_tokens.make(database, name, by=who(request), now=now(request))
    except ReviewError as error:
        return _tokens(request, 400, wrong=str(error), name=name)
    return _tokens(request, token=token, made=" ".join(name.split()))


def revoke_token(request: Request, form: Mapping[str, str]) -> Response:
    """Makes one worthless."""
    with console_of(request).record() as database:
        api_tokens.revoke(database, path_number(request), by=who(request), now=now(request))
    return go("/tokens", "revoked")


def _tokens(request: Request, status: int = 200, **shown: str) -> Response:
    with console_of(request).record() as database:
        found = api_tokens.tokens(database)
    told = {"token": "", "made": "", "wrong": "", "name": "", **shown}
    return page(request, "tokens.html", status, tokens=found, address=str(request.base_url).rstrip("/"), **told)


def read(request: Request) -> Response:
    """An answer in JSON to whoever shows a token; without one it is not told which addresses there are."""
    try:
        return JSONResponse(_read(request))
    except HTTPException as error:
        return JSONResponse({"error": error.detail}, error.status_code, dict(error.headers or {}))
    except (RecordError, sqlite3.Error):
        return JSONResponse({"error": "The record cannot be read at the moment. Try again."}, 503, {"Retry-After": "5"})


def _read(request: Request) -> dict[str, Any]:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    console = console_of(request)
    bearer = {"WWW-Authenticate": 'Bearer realm="console"'}
    if kind.lower() != "bearer" or not token.strip() or not console.has_record():
        raise HTTPException(401, "Send a token in the header: Authorization: Bearer ozone_…", bearer)
    with console.record() as database:
        name = api_tokens.use(database, token.strip(), now(request))
        if name is None:
            raise HTTPException(
                401, "There is no such token, or it was revoked. An administrator can make one.", bearer
            )
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, "This interface only reads: use GET.", {"Allow": "GET, HEAD"})
        reader = _READERS.get(request.path_params["path"])
        if reader is None:
            raise HTTPException(404, f"There is no such address. There are: {', '.join(_READERS)}.")
        given = request.query_params
        twice = [name for name in given if len(given.getlist(name)) > 1]
        if twice:
            raise HTTPException(400, f"“{twice[0][:40]}” is given twice.")
        return reader(request, database, f"token {name}")


def _turns(request: Request, database: Database, by: str) -> dict[str, Any]:
    given = dict(request.query_params)
    _known(given, (*NAMES, *_PAGING))
    wanted = asked(given, UTC)
    limit, start = _whole(given, "limit", MAX_ROWS) or ROWS, _whole(given, "start")
    audit.append(database, by, "api.turns", what(wanted), now(request))
    found = find(database, wanted.filter, limit=limit, start=start, patience=None)
    rows = exported_turns(database, found.turns)
    told = next(told_in([rows], UTC, str(request.base_url).rstrip("/")))
    return {"turns": told, "next": found.next}


def _gaps(request: Request, database: Database, by: str) -> dict[str, Any]:
    given = dict(request.query_params)
    _known(given, ("decision", *_PAGING))
    decision = given.get("decision", "")
    if decision and decision not in DECISIONS:
        raise HTTPException(400, f"There is no decision “{decision[:40]}”. Known are: {', '.join(DECISIONS)}.")
    limit = _whole(given, "limit", MAX_ROWS) or ROWS
    audit.append(database, by, "api.gaps", decision or "all", now(request))
    rows = gap_page(database, decision, start=_whole(given, "start") or 0, limit=limit + 1)
    return {"gaps": rows[:limit], "next": rows[limit]["id"] if len(rows) > limit else None}


def _counts(request: Request, database: Database, by: str) -> dict[str, Any]:
    given = dict(request.query_params)
    _known(given, ("from", "to"))
    last = day_of(given, "to") or today(console_of(request).clock(), UTC)
    first = day_of(given, "from") or last - timedelta(days=DAYS - 1)
    if not 0 <= (last - first).days <= MAX_DAYS:
        raise HTTPException(400, f"A period is 1 to {MAX_DAYS} days long. Change from or to.")
    audit.append(database, by, "api.counts", f"{first} to {last}", now(request))
    found = figures(database, first, last, zone=UTC)
    good, judged = found.helpful
    waiting = conversation_counts(database)
    requests = dict(database.execute("SELECT state, count(*) FROM requests GROUP BY state").fetchall())
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "conversations": found.conversations,
        "turns": found.turns,
        "routes": {str(route): count for route, count in found.routes.items()},
        "helpful": {"yes": good, "no": judged - good},
        "judged": found.reviewed,
        "verdicts": {verdict: found.verdicts.get(verdict, 0) for verdict in VERDICTS},
        "waiting_now": {queue: waiting.get(queue, 0) for queue in QUEUES},
        "requests_now": {state: requests.get(state, 0) for state in STATES},
    }


_READERS: Mapping[str, Callable[[Request, Database, str], dict[str, Any]]] = {
    "v1/turns": _turns,
    "v1/gaps": _gaps,
    "v1/counts": _counts,
}


def _known(given: Mapping[str, str], names: tuple[str, ...]) -> None:
    for name in given:
        if name not in names:
            raise HTTPException(400, f"There is no parameter “{name[:40]}”. Known are: {', '.join(names)}.")


def _whole(given: Mapping[str, str], name: str, most: int = 10**12) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= 13 and 1 <= int(value) <= most):
        raise HTTPException(400, f"“{name}” is a whole number from 1 to {most}, not “{value[:40]}”.")
    return int(value)
