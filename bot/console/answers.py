"""The answers: finding one, and everything about it on its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlite_utils import Database
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.console.answer_search import search
from bot.console.page import go, library_of, number, page, zone_of
from bot.console.state import console_of
from bot.content.library import Library
from bot.content.snippet import Snippet
from bot.record.metrics import Usefulness, midnight, today, usefulness

PER_PAGE = 30
RECENT_DAYS = 30
DUE_DAYS = 60
"""Days before its review date from which a text is due."""

SHOWN = {"": "All", "due": "Due for review", "unsigned": "Not signed", "changing": "Being changed", "unsent": "Not sent lately", "unhappy": "Not helpful"}
"""What the list can be narrowed to."""


@dataclass(frozen=True)
class Row:
    """An answer in the list; `short` tells whether it has a short form, `because` which sentence found it, `state` what goes on with it."""

    snippet: Snippet
    short: bool
    used: Usefulness
    state: str
    due: bool
    because: str = ""


def is_due(snippet: Snippet, day: date) -> bool:
    """Whether its review falls due within the next weeks, or has."""
    return snippet.review_by <= day + timedelta(days=DUE_DAYS)


def used_lately(request: Request, database: Database) -> dict[str, Usefulness]:
    """How often each snippet was sent in the last days, and what visitors said."""
    zone = zone_of(request)
    last = today(console_of(request).clock(), zone)
    since, until = midnight(last - timedelta(days=RECENT_DAYS - 1), zone), midnight(last + timedelta(days=1), zone)
    return {row.snippet: row for row in usefulness(database, since, until)}


def wholes(library: Library) -> list[Snippet]:
    """The texts without their short forms, which go with them."""
    return [snippet for snippet in library if not snippet.short_of and snippet.status == "approved"]


def moved(request: Request) -> Response:
    """Where a page was before answers had this name."""
    name = request.path_params.get("id")
    return RedirectResponse(f"/answers/{name}" if name else "/answers", status_code=308)
