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
from bot.content.word_search import words_in
from bot.record.review import ReviewError
from bot.record.turns import utc

FITTING = 8
"""Answers proposed for words that may mean several."""

SAID: Mapping[str, str] = {
    "judged": "Your verdict is noted.",
    "judged-many": "{n} are judged.",
    "noted": "Your note is there for colleagues.",
    "tagged": "Tagged.",
    "tagged-many": "{n} are tagged.",
    "untagged": "The tag is off.",
    "flagged": "Flagged: it waits in the queue of flagged messages.",
    "flagged-many": "{n} are flagged.",
    "unflagged": "The flag is off.",
    "assigned": "Assigned.",
    "assigned-many": "{n} are assigned.",
    "redacted": "Taken out of this conversation, wherever the words stood.",
    "password-set": "The new password is set.",
    "erased": "Erased. Nothing of it can be read any more; the audit keeps who did it and why.",
    "undone": "Undone: everything is as it was before.",
    "saved": "Saved.",
    "view-saved": "The view is saved: it is among the saved views, here and in the inbox.",
    "deleted": "Deleted.",
    "cleared": "That was the last one: nothing more waits here for you. Well done.",
    "skipped": "Skipped: it stays where it is.",
    "taken": "It is yours now.",
    "finished": "Marked as done.",
    "given-back": "Given back: colleagues can take it.",
    "accepted": "Accepted: the next training takes it up.",
    "declined": "Declined: it will not be trained with.",
    "decided": "Decided.",
    "decided-many": "Decided for {n}.",
    "training": "The training has started. It takes some minutes; reload this page to follow it.",
    "asking": (
        "The model is being asked. Reload this page in half a minute: what it makes of each sentence is then noted"
        " beside it."
    ),
    "grouping": "The grouping has started. Reload this page in a minute.",
    "reason-kept": "Your reason is kept with the sentence.",
    "given-up": "The training is ended. Another one can start.",
    "published": "Published: visitors get the new words within seconds.",
    "sent": "Sent: it waits for approval.",
    "put-back": "The version before is sent again.",
    "withdrawn": "Taken back: visitors are told to ask the clinic instead.",
    "drafted": "The draft is kept. Nobody but colleagues sees it.",
    "approved": "Approved and published.",
    "signed": "Signed.",
    "all-signed": "Nothing is left here.",
    "back": "Sent back to its author.",
    "brought-back": "Brought back: visitors get it again within seconds.",
    "given-up-question": "Given up: the question was not made.",
    "dropped": "Given up: what visitors read stays as it is.",
    "alert-tested": "A test alert is on its way. Reload this page in a minute to see whether it arrived.",
    "revoked": "Revoked: the program is refused from now on.",
    "replaced": "Handed over. What is left to judge waits for them in their inbox.",
    "drawn": "Drawn: those who judge it find it here and in their inbox.",
    "settled": "Settled: that is the message’s verdict now.",
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
        clinic=clinic_of(request),
        said=_said(request),
        undo=_undo(request),
        onward=_onward(request),
        here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        **context,
    )


def _said(request: Request) -> str:
    """What was done, in words; where it was done to many, how many."""
    count = number(request, "n") or 0
    many = "1 message" if count == 1 else f"{count:,} messages"
    return SAID.get(request.query_params.get("said", ""), "").format(n=many)


_TOLD = ("said", "undo", "n", "then")
"""What of an address tells what was just done."""

_UNDO = {"judged": "verdict", "judged-many": "verdict", "cleared": "verdict", "flagged": "flag", "unflagged": "unflag"}


def _undo(request: Request) -> dict[str, str]:
    """What the last action was and where to go once it is undone; empty when it cannot be.

    In a queue that is the message itself, so that it can be judged again at once.
    """
    turn, kind = number(request, "undo"), _UNDO.get(request.query_params.get("said", ""))
    if turn is None or kind is None:
        return {}
    place = re.match(r"/queues/\w+|/judge", request.url.path)
    query = "&".join(
        piece for piece in request.url.query.split("&") if piece.partition("=")[0] not in (*_TOLD, "previous")
    )
    path = f"{place[0]}/turns/{turn}" if place and kind == "verdict" else request.url.path
    return {"turn": str(turn), "kind": kind, "back": path + (f"?{query}" if query else "")}


ONWARD = {"wrong_text": "text", "missing_content": "question"}
"""Verdicts that somebody can do something about at once."""


def _onward(request: Request) -> tuple[str, str] | None:
    """Where the verdict that was just given leads, and what is done there."""
    turn = number(request, "undo")
    if turn is None:
        return None
    return {
        "text": (f"/turns/{turn}/draft", "Change the text"),
        "question": (f"/questions/new?turn={turn}", "Write the answer"),
    }.get(request.query_params.get("then", ""))


def clinic_of(request: Request) -> str:
    """The clinic's name, empty when it cannot be read."""
    library = library_of(request)
    return library.clinic.fields.get("name", "") if library else ""


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


def go(address: str, said: str = "", *, undo: int | None = None, n: int | None = None, then: str = "") -> Response:
    """On to a page of this console, which says what was done (to
    how many, `n`), lets it be undone for the turn `undo`, and leads on to what can be done about it (`then`)."""
    parts = urlsplit(safe_target(address))
    kept = "&".join(piece for piece in parts.query.split("&") if piece and piece.partition("=")[0] not in _TOLD)
    told = {name: value for name, value in (("said", said), ("undo", undo), ("n", n), ("then", then)) if value}
    query = "&".join(piece for piece in (kept, urlencode(told)) if piece)
    return RedirectResponse(
        parts.path + (f"?{query}" if query else "") + (f"#{parts.fragment}" if parts.fragment else ""), status_code=303
    )


def library_of(request: Request) -> Library | None:
    """The snippets as they are now, None when they cannot be read."""
    return console_of(request).content.snapshot().library


def correctable(request: Request) -> Sequence[Snippet]:
    """Snippets a turn can be corrected to: those that visitors can ask for, that is, with training examples."""
    return console_of(request).content.snapshot().correctable


class UnclearAnswer(ReviewError):
    """Words in the place of an answer that could mean none or
    several; `near` are those they may mean, the likeliest first."""

    def __init__(self, words: str, near: Sequence[Snippet]) -> None:
        self.near = tuple(near)
        advice = (
            "Choose the one you mean from those below it."
            if near
            else "Try other words, or leave it empty if none fits."
        )
        super().__init__(
            f"“{words[:60]}” {'could be several answers' if near else 'is in no answer'}. {advice} Nothing was noted"
            " yet."
        )


def chosen_snippet(request: Request, form: Mapping[str, str], name: str = "correct") -> str | None:
    """The snippet chosen in a form, None when none was: by its id, its question, or words that only one of them holds.

    Raises:
        UnclearAnswer: it could be none or several.
    """
    value = form.get(name, "").strip()
    if not value:
        return None
    snapshot = console_of(request).content.snapshot()
    fitting = meant(value, snapshot.correctable)
    if len(fitting) != 1:
        raise UnclearAnswer(value, snapshot.search.search(value, FITTING) or fitting[:FITTING])
    return fitting[0].id


def meant(words: str, snippets: Sequence[Snippet]) -> list[Snippet]:
    """The snippets that somebody may mean: the one with this id or
    question, else those with a word in either for each word typed or begun."""
    exact = [snippet for snippet in snippets if words.strip().lower() in (snippet.id.lower(), snippet.question.lower())]
    asked = words_in(words)
    return exact or [
        snippet for snippet in snippets if asked and _holds_all(asked, words_in(f"{snippet.id} {snippet.question}"))
    ]


def _holds_all(begun: Sequence[str], words: Sequence[str]) -> bool:
    return all(any(word.startswith(beginning) for word in words) for beginning in begun)
