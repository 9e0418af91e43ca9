"""Erasing a conversation, or a question that a visitor left,
and what the settings page tells of keeping and erasing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console.page import go, library_of, path_number, who
from bot.console.state import console_of
from bot.record import retention
from bot.record.deletion import erase_conversation, erase_request
from bot.record.requests import NoSuchRequest
from bot.record.turns import utc
from bot.record.upkeep import warnings, wipe_if_small
from bot.record.wiping import pending


def conversation(request: Request, form: Mapping[str, str]) -> Response:
    """Erases the conversation in the path; with `requests` also the questions that were left in it."""
    _confirmed(form)
    console = console_of(request)
    with console.record() as database:
        conversation_id = str(request.path_params["id"])
        erase_conversation(
            database, conversation_id, by=who(request), reason=form.get("reason", ""), requests="requests" in form
        )
    wipe_if_small(console.settings.database)
    return go("/conversations", "erased")


def visitor_request(request: Request, form: Mapping[str, str]) -> Response:
    """Erases the request in the path."""
    _confirmed(form)
    console = console_of(request)
    with console.record() as database:
        try:
            erase_request(database, path_number(request), by=who(request), reason=form.get("reason", ""))
        except NoSuchRequest as error:
            raise HTTPException(404, str(error)) from error
    wipe_if_small(console.settings.database)
    return go("/requests", "erased")


def _confirmed(form: Mapping[str, str]) -> None:
    if "sure" not in form:
        raise HTTPException(400, "Tick the box that says that this cannot be undone. Nothing was erased.")


@dataclass(frozen=True)
class Kept:
    """What is kept for how long; times are ISO 8601 in UTC.

    `waiting` counts deletions that are not wiped from the files yet.
    """

    conversation_days: int | None
    request_days: int
    oldest: str | None
    last: str | None
    next: str | None
    held: int
    waiting: int
    warnings: list[str]


def kept(request: Request, database: Database) -> Kept:
    """How things stand with keeping and erasing."""
    console, library = console_of(request), library_of(request)
    now, last = console.clock(), retention.last_clean_up(database)
    (oldest,) = database.execute("SELECT min(last_at) FROM conversations").fetchone()
    (held,) = database.execute("SELECT (SELECT count(*) FROM holds) + (SELECT count(*) FROM held_copies)").fetchone()
    waiting = pending(database)
    return Kept(
        conversation_days=int(library.clinic.fields["retention_days"]) if library else None,
        request_days=console.settings.keep_requests_days,
        oldest=oldest,
        last=utc(last) if last is not None else None,
        next=retention.next_clean_up(now, retention.zone_of(library.clinic)).astimezone(UTC).isoformat()
        if library and last is not None
        else None,
        held=held,
        waiting=waiting.deletions if waiting else 0,
        warnings=warnings(database, now),
    )
