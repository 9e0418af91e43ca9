"""What the modules with pages share: the frame, who asks, when, and where to go on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.console.security import csrf_token, safe_target
from bot.console.state import console_of
from bot.content.library import Library
from bot.content.snippet import Snippet
from bot.record.turns import utc

SAID: Mapping[str, str] = {
    "judged": "Your verdict is noted.",
    "noted": "Your note is there for colleagues.",
    "tagged": "Tagged.",
    "untagged": "The tag is off.",
    "flagged": "Flagged: it waits in the queue of flagged turns.",
    "unflagged": "The flag is off.",
    "assigned": "Assigned.",
    "redacted": "Taken out of this conversation, wherever the words stood.",
    "saved": "Saved.",
    "password-set": "The new password is set.",
    "deleted": "Deleted.",
    "erased": "Erased. Nothing of it can be read any more; the audit keeps who did it and why.",
    "cleared": "The queue is clear. Well done.",
    "skipped": "Skipped: it stays in the queue.",
    "taken": "It is yours now.",
    "finished": "Marked as done.",
    "given-back": "Given back: colleagues can take it.",
    "accepted": "Accepted: the next training takes it up.",
    "declined": "Declined: it will not be trained with.",
    "decided": "Decided.",
    "training": "The training has started. It takes some minutes; reload this page to follow it.",
    "asking": "The model is being asked. Reload this page in half a minute: what it makes of each sentence is then noted beside it.",
    "grouping": "The grouping has started. Reload this page in a minute.",
    "reason-kept": "Your reason is kept with the sentence.",
    "given-up": "The training is ended. Another one can start.",
    "published": "Published: visitors get the new words within seconds.",
    "sent": "Sent: it waits for approval.",
    "undone": "The version before is sent again.",
    "withdrawn": "Taken back: visitors are told to ask the clinic instead.",
    "drafted": "The draft is kept. Nobody but colleagues sees it.",
    "approved": "Approved and published.",
    "signed": "Signed.",
    "all-signed": "Nothing is left here.",
    "back": "Sent back to its author.",
    "dropped": "Given up: what visitors read stays as it is.",
    "promoted": "Promoted: the website takes this model up within seconds.",
    "stepped-back": "Stepped back: the website takes the model from before up again within seconds.",
}
"""What a page says after an action, by the word in its address."""


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """A page with the frame of somebody logged in."""
    console = console_of(request)
    return console.pages.render(
        template,
        status,
        zone=zone_of(request),
        session=request.state.session,
        csrf=csrf_token(request),
        problem=console.content.snapshot().problem,
        waiting=request.state.waiting,
        clock_now=console.clock(),
        said=SAID.get(request.query_params.get("said", ""), ""),
        here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        **context,
    )


def who(request: Request) -> str:
    """The username of whoever asks."""
    return str(request.state.session.username)


def now(request: Request) -> str:
    """The present as ISO 8601 in UTC."""
    return utc(console_of(request).clock())


def zone_of(request: Request) -> tzinfo | None:
    """The time zone of whoever asks, else the console's own (None: the machine's)."""
    session = getattr(request.state, "session", None)
    if session is None or not session.zone:
        return console_of(request).pages.zone
    try:
        return ZoneInfo(session.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return console_of(request).pages.zone


def number(request: Request, name: str) -> int | None:
    """A whole number from 1 in the query, None for anything else; twelve digits are more than any record holds."""
    value = request.query_params.get(name, "")
    return int(value) or None if value.isascii() and value.isdecimal() and len(value) <= 12 else None


def form_number(form: Mapping[str, str], name: str) -> int:
    """A whole number in a form.

    Raises:
        HTTPException: 400 when it is none.
    """
    value = form.get(name, "")
    if not (value.isascii() and value.isdecimal() and len(value) <= 12):
        raise HTTPException(400, "The form is not complete. Go back, reload the page and try again.")
    return int(value)


def path_number(request: Request, name: str = "id") -> int:
    """A whole number in the path.

    Raises:
        HTTPException: 404 when it is none.
    """
    value = str(request.path_params[name])
    if not (value.isascii() and value.isdecimal() and len(value) <= 12):
        raise HTTPException(404, "There is nothing with this number.")
    return int(value)


def go(address: str, said: str = "") -> Response:
    """On to a page of this console, which says what was done."""
    parts = urlsplit(safe_target(address))
    kept = "&".join(piece for piece in parts.query.split("&") if piece and not piece.startswith("said="))
    query = "&".join(piece for piece in (kept, urlencode({"said": said}) if said else "") if piece)
    return RedirectResponse(parts.path + (f"?{query}" if query else "") + (f"#{parts.fragment}" if parts.fragment else ""), status_code=303)


def library_of(request: Request) -> Library | None:
    """The snippets as they are now, None when they cannot be read."""
    return console_of(request).content.snapshot().library


def correctable(request: Request) -> list[Snippet]:
    """Snippets a turn can be corrected to: those that visitors can ask for, that is, with training examples."""
    snapshot = console_of(request).content.snapshot()
    return [snippet for snippet in snapshot.library or () if snippet.id in snapshot.examples and snippet.status == "approved"]


def chosen_snippet(request: Request, form: Mapping[str, str], name: str = "correct") -> str | None:
    """The snippet chosen in a form, None when none was: by its id, its question, or words that only one of them holds.

    Raises:
        HTTPException: 400 for one that a turn cannot be corrected to.
    """
    value = form.get(name, "").strip()
    if not value:
        return None
    fitting = meant(value, correctable(request))
    if len(fitting) != 1:
        known = f" It could be {', '.join(snippet.id for snippet in fitting[:6])}." if fitting else ""
        raise HTTPException(
            400,
            f"There is no snippet “{value[:60]}” that a question could belong to.{known} "
            "Go back with your browser, where what you typed is still there, and choose one from the list. Nothing was noted.",
        )
    return fitting[0].id


def meant(words: str, snippets: Sequence[Snippet]) -> list[Snippet]:
    """The snippets that somebody may mean: the one with this id or question, else those with a word in either for each word typed or begun."""
    exact = [snippet for snippet in snippets if words.strip().lower() in (snippet.id.lower(), snippet.question.lower())]
    asked = _words(words)
    return exact or [snippet for snippet in snippets if asked and _holds_all(asked, _words(f"{snippet.id} {snippet.question}"))]


def _holds_all(begun: Sequence[str], words: Sequence[str]) -> bool:
    return all(any(word.startswith(beginning) for word in words) for beginning in begun)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())
