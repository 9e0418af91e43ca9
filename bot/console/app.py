"""The console as a web application: what is public, what is behind the gate, and what is said when something goes wrong."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import tzinfo
from http import HTTPStatus
from typing import Any

import structlog
from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.staticfiles import StaticFiles

from bot.console import login, views
from bot.console.accounts import Throttle
from bot.console.current import CurrentContent
from bot.console.rendering import FOLDER, Pages
from bot.console.security import HEADERS, SecurityHeaders, SessionGate
from bot.console.state import Console, console_of
from bot.record.database import RecordError
from bot.settings import Settings

HASHES_AT_ONCE = 4
"""Password checks that may run at the same time, 64 MiB each."""

_HEADINGS = {
    400: "That address does not fit",
    401: "Please log in",
    403: "Not allowed",
    404: "Nothing here",
    405: "Not possible",
    413: "Too large",
    503: "Not readable now",
}
_SENTENCES = {
    404: "This address leads nowhere. It may be mistyped, or the page may have moved.",
    405: "This address exists, but it cannot be used in this way.",
}

log = structlog.get_logger()


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], float] = time.time,
    throttle: Throttle | None = None,
    content: CurrentContent | None = None,
    zone: tzinfo | None = None,
) -> Starlette:
    """The staff's application. Nothing is read before the first request.

    Args:
        settings: where the record and the content are, and whether cookies are for HTTPS only.
        clock: Unix time, for the age of sessions.
        throttle: counts failed logins; a new one by default.
        content: the snippets and rules on disk; those of `settings.data` by default.
        zone: the time zone staff read times in; the machine's own by default.
    """
    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: _refusal, RecordError: _record_fault, sqlite3.Error: _record_fault, Exception: _fault},
    )
    app.router.redirect_slashes = False
    app.state.console = Console(
        settings=settings,
        content=content or CurrentContent(settings.data),
        pages=Pages(zone),
        throttle=throttle or Throttle(),
        clock=clock,
        form_key=secrets.token_bytes(32),
        hashing=CapacityLimiter(HASHES_AT_ONCE),
    )
    return app


def _routes() -> list[BaseRoute]:
    """Public addresses first; whatever is not among them, known or not, is behind the gate."""
    guarded = Router(
        redirect_slashes=False,
        routes=[
            Route("/", views.conversations),
            Route("/conversations/{id}", views.conversation),
            Route("/search", views.find),
            Route("/snippets", views.snippets),
            Route("/snippets/{id}", views.snippet),
            Route("/export.jsonl", views.export_jsonl),
            Route("/export.csv", views.export_csv),
            Route("/logout", login.log_out, methods=["POST"]),
        ],
    )
    return [
        Route("/login", login.show_login, methods=["GET"]),
        Route("/login", login.log_in, methods=["POST"]),
        Route("/healthz", _alive),
        Mount("/static", StaticFiles(directory=FOLDER / "static")),
        Mount("/", SessionGate(guarded)),
    ]


def _alive(request: Request) -> Response:
    return JSONResponse({"status": "alive"})


def _refusal(request: Request, error: Exception) -> Response:
    """A page for an answer that is not the one asked for; Starlette's own phrases become sentences."""
    if not isinstance(error, HTTPException):
        raise error
    bare = error.detail == HTTPStatus(error.status_code).phrase
    message = _SENTENCES.get(error.status_code, f"The server says: {error.detail}.") if bare else error.detail
    return _problem(request, error.status_code, message, error.headers)


def _record_fault(request: Request, error: Exception) -> Response:
    log.error("console.record_fault", error=str(error))
    return _problem(request, 503, "The record of conversations cannot be read at the moment. Please try again; if it stays so, tell whoever runs the server.")


def _fault(request: Request, error: Exception) -> Response:
    """The last resort; it is outside the middleware, so it brings the headers itself."""
    return _problem(request, 500, "Something went wrong on the server. It has been logged. Please try again.", HEADERS)


def _problem(request: Request, status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    context: dict[str, Any] = {"heading": _HEADINGS.get(status, "That did not work"), "message": message, "status_code": status}
    if getattr(request.state, "session", None) is None:
        response: Response = console_of(request).pages.render("problem_outside.html", status, **context)
    else:
        response = views.page(request, "problem.html", status, **context)
    response.headers.update(headers or {})
    return response
