"""The console as a web application: what is public, what is
behind the gate, and what is said when something goes wrong."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
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

from bot.console import (
    account,
    administration,
    answers,
    api,
    approval,
    conversations,
    drafts,
    erasing,
    facts,
    figures,
    gaps,
    golive,
    inbox,
    judging,
    login,
    new_question,
    rules,
    samples,
    search,
    similar,
    training,
    visitor_requests,
)
from bot.console.access import Action, Guarded, Page
from bot.console.accounts import AccountError, Throttle
from bot.console.current import CurrentContent
from bot.console.jobs import asker, launcher
from bot.console.mistakes import came_from
from bot.console.page import page
from bot.console.rendering import FOLDER, Pages
from bot.console.security import UNATTENDED, SecurityHeaders, SessionGate, headers
from bot.console.state import Console, console_of
from bot.console.words import PublishedNow
from bot.record.database import RecordError
from bot.record.deletion import ErasureError
from bot.record.review import ReviewConflict, ReviewError
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
    launch: Callable[[Sequence[str]], None] | None = None,
    ask: Callable[[Sequence[str]], str] | None = None,
) -> Starlette:
    """The staff's application. Nothing is read before the first request.

    Args:
        settings: where the record and the content are, and whether cookies are for HTTPS only.
        clock: Unix time, for the age of sessions.
        throttle: counts failed logins; a new one by default.
        content: the snippets and rules on disk; those of `settings.data` by default.
        zone: the time zone staff read times in who chose none; the machine's own by default.
        launch: starts one of this project's commands; a process of its own by default.
        ask: the same, and gives what it wrote.
    """
    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(SecurityHeaders, settings.https)],
        exception_handlers={
            HTTPException: _refusal,
            ReviewError: _mistake,
            ErasureError: _mistake,
            AccountError: _mistake,
            RecordError: _record_fault,
            sqlite3.Error: _record_fault,
            Exception: _fault,
        },
    )
    app.router.redirect_slashes = False
    app.state.console = Console(
        settings=settings,
        content=content or CurrentContent(settings.data, PublishedNow(settings.database)),
        pages=Pages(zone),
        throttle=throttle or Throttle(),
        clock=clock,
        form_key=secrets.token_bytes(32),
        hashing=CapacityLimiter(HASHES_AT_ONCE),
        launch=launch or launcher(settings),
        ask=ask or asker(settings),
    )
    return app


def _routes() -> list[BaseRoute]:
    """Public addresses first; whatever is not among them, known or not, is behind the gate."""
    guarded = Router(
        redirect_slashes=False,
        routes=[
            Page("/", inbox.inbox, role="viewer"),
            Page(UNATTENDED, inbox.counts, role="viewer"),
            Page("/queues/{queue}", inbox.queue, role="viewer"),
            Page("/queues/{queue}/turns/{id}", judging.item, role="reviewer"),
            Action("/queues/{queue}/next", judging.begin, role="reviewer"),
            Action("/queues/{queue}/skip", judging.skip, role="reviewer"),
            Action("/queues/{queue}/complete", judging.complete, role="reviewer"),
            Page("/judge/turns/{id}", judging.item, role="reviewer"),
            Action("/judge/next", judging.begin, role="reviewer"),
            Action("/judge/skip", judging.skip, role="reviewer"),
            Action("/judge/complete", judging.complete, role="reviewer"),
            Page("/answers.json", judging.answers, role="reviewer"),
            Page("/conversations", search.conversations, role="viewer"),
            Page("/conversations/{id}", conversations.conversation, role="viewer"),
            Action("/conversations/{id}/redact", conversations.redact, role="reviewer"),
            Action("/conversations/{id}/erase", erasing.conversation, role="clinician"),
            Action("/turns/{id}/verdict", judging.judge_in_conversation, role="reviewer"),
            Page("/turns/{id}/draft", drafts.of_turn, role="reviewer"),
            Page("/turns/{id}/similar", similar.similar, role="reviewer"),
            Action("/turns/{id}/undo", conversations.undo, role="reviewer"),
            Action("/turns/{id}/notes", conversations.add_note, role="reviewer"),
            Action("/turns/{id}/tags", conversations.tag, role="reviewer"),
            Action("/turns/{id}/flag", conversations.flag, role="reviewer"),
            Action("/turns/{id}/assignee", conversations.assign, role="reviewer"),
            Page("/search", search.turns, role="viewer"),
            Page("/chart", search.chart, role="viewer"),
            Action("/views", search.save, role="viewer"),
            Action("/views/{id}/delete", search.delete, role="viewer"),
            Action("/bulk", search.bulk, role="clinician"),
            Page("/export.jsonl", search.export_jsonl, role="clinician"),
            Page("/export.csv", search.export_csv, role="clinician"),
            Page("/requests", visitor_requests.requests, role="reviewer"),
            Action("/requests/{id}", visitor_requests.move, role=visitor_requests.CONTACT_ROLE),
            Action("/requests/{id}/erase", erasing.visitor_request, role=visitor_requests.CONTACT_ROLE),
            Page("/figures", figures.show_figures, role="viewer"),
            Page("/report", figures.report, role="viewer"),
            Page("/rules", rules.rules, role="viewer"),
            Page("/gaps", gaps.gaps, role="viewer"),
            Action("/gaps/group", gaps.group, role="reviewer"),
            Action("/gaps/many", gaps.decide_many, role="reviewer"),
            Action("/gaps/{id}", gaps.decide, role="reviewer"),
            Page("/training", training.training, role="reviewer"),
            Action("/training", training.start, role="clinician"),
            Action("/training/advice", training.advise, role="reviewer"),
            Page("/training/{id}", training.run, role="reviewer"),
            Action("/training/{id}", training.settle, role="clinician"),
            Action("/training/{id}/reason", training.accept_loss, role="reviewer"),
            Action("/training/{id}/give-up", training.give_up, role="clinician"),
            Action("/corrections/{id}", training.decide, role="clinician"),
            Page("/answers", answers.answers, role="viewer"),
            Page("/answers/{id}", answers.answer, role="viewer"),
            Action("/answers/{id}/try", answers.try_it, role="reviewer"),
            Page("/answers/{id}/draft", drafts.draft, role="reviewer"),
            Action("/answers/{id}/draft", drafts.change, role="reviewer"),
            Action("/answers/{id}/undo", answers.undo, role="clinician"),
            Action("/answers/{id}/back", answers.bring_back, role="clinician"),
            Action("/answers/{id}/withdraw", answers.withdraw, role="clinician"),
            Page("/questions/new", new_question.new, role="reviewer"),
            Action("/questions/new", new_question.change, role="reviewer"),
            Page("/questions/{id}", new_question.question, role="reviewer"),
            Action("/questions/{id}", new_question.change, role="reviewer"),
            Page("/approve", approval.overview, role="viewer"),
            Page("/approve/sign", approval.to_sign, role="clinician"),
            Action("/approve/sign", approval.sign, role="clinician"),
            Page("/approve/renew", approval.to_renew, role="clinician"),
            Page("/approve/{id}", approval.item, role="reviewer"),
            Action("/approve/{id}", approval.decide, role="clinician"),
            Page("/facts", facts.facts, role="viewer"),
            Action("/facts", facts.save, role="admin"),
            Page("/facts/changes", facts.changes, role="viewer"),
            Action("/facts/changes/{id}", facts.settle, role="admin"),
            Page("/golive", golive.golive, role="viewer"),
            Page("/snippets", answers.moved, role="viewer"),
            Page("/snippets/{id}", answers.moved, role="viewer"),
            Page("/account", account.account, role="viewer"),
            Action("/account", account.change, role="viewer"),
            Page("/account/code.svg", account.code_picture, role="viewer"),
            Page("/staff", administration.staff, role="admin"),
            Action("/staff", administration.invite, role="admin"),
            Action("/staff/{name}", administration.change_staff, role="admin"),
            Page("/settings", administration.settings, role="admin"),
            Action("/settings", administration.change_settings, role="admin"),
            Action("/settings/test-alert", administration.test_alert, role="admin"),
            Page("/samples", samples.samples, role="reviewer"),
            Action("/samples", samples.draw, role="clinician"),
            Page("/samples/{id}", samples.one, role="reviewer"),
            Action("/samples/{id}/replace", samples.replace_reviewer, role="clinician"),
            Action("/samples/{id}/next", samples.begin, role="reviewer"),
            Page("/samples/{id}/turns/{turn}", samples.item, role="reviewer"),
            Action("/samples/{id}/turns/{turn}", samples.judge, role="reviewer"),
            Action("/samples/{id}/turns/{turn}/skip", samples.skip, role="reviewer"),
            Action("/samples/{id}/turns/{turn}/settle", samples.settle, role="reviewer"),
            Page("/tokens", api.show_tokens, role="admin"),
            Action("/tokens", api.make_token, role="admin"),
            Action("/tokens/{id}/revoke", api.revoke_token, role="admin"),
            Page("/audit", administration.show_audit, role="admin"),
            Guarded("/logout", login.log_out, "viewer", ["POST"]),
        ],
    )
    return [
        Route("/login", login.show_login, methods=["GET"]),
        Route("/login", login.log_in, methods=["POST"]),
        Route("/healthz", _alive),
        Route("/api/{path:path}", api.read, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
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


def _mistake(request: Request, error: Exception) -> Response:
    """Something that cannot be done as asked; the error's own sentence says why. What cannot be shown is not there."""
    return _problem(
        request, 404 if request.method == "GET" else 409 if isinstance(error, ReviewConflict) else 400, str(error)
    )


def _record_fault(request: Request, error: Exception) -> Response:
    log.error("console.record_fault", error=str(error))
    return _problem(
        request,
        503,
        "The record of conversations cannot be read at the moment. Please try again; if it stays so, tell whoever runs"
        " the server.",
    )


def _fault(request: Request, error: Exception) -> Response:
    """The last resort; it is outside the middleware, so it brings the headers itself. The server logs the fault."""
    return _problem(
        request,
        500,
        "Something went wrong on the server. It has been logged. Please try again.",
        headers(console_of(request).settings.https),
    )


def _problem(request: Request, status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """One sentence, the way back to the form, and what was typed into it."""
    heading = (
        "That did not work"
        if status in (400, 409) and request.method == "POST"
        else _HEADINGS.get(status, "That did not work")
    )
    context: dict[str, Any] = {"heading": heading, "message": message, "status_code": status, **came_from(request)}
    if getattr(request.state, "session", None) is None:
        response: Response = console_of(request).pages.render("problem_outside.html", status, **context)
    else:
        response = page(request, "problem.html", status, **context)
    response.headers.update(headers or {})
    return response
