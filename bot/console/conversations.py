"""One conversation with the reasons, and what staff note about its turns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console.current import Snapshot
from bot.console.explain import Explained, explain
from bot.console.page import UnclearAnswer, correctable, go, now, number, page, path_number, who
from bot.console.state import console_of
from bot.record import audit, review
from bot.record.blanking import REASONS, redact_everywhere
from bot.record.feedback import feedback_of
from bot.record.holds import held
from bot.record.turns import Turn, get_conversation, turns_numbered
from bot.record.undo import undo_unflag, undo_verdict

log = structlog.get_logger()

TURNS_A_PAGE = 50
"""Longer conversations are rare and mostly not human; they are read in parts, so that the page stays quick."""


@dataclass(frozen=True)
class Shown:
    """A turn as a page shows it: what happened and why, what the visitor thought of it, what staff noted.

    `feedback` is (helpful, reason) or None; `told` the number and the words of the earlier turn in which the visitor
    told of the risk that this one was decided by, if it was.
    """

    id: int
    explained: Explained
    review: review.Review
    feedback: tuple[bool, str] | None
    told: tuple[int, str] | None

    @property
    def turn(self) -> Turn:
        """The turn itself."""
        return self.explained.turn


def shown(database: Database, ids: list[int], snapshot: Snapshot, at: str) -> list[Shown]:
    """These turns of one conversation, ready to be shown."""
    turns = turns_numbered(database, ids)
    reviews = review.reviews(database, ids, at)
    said = feedback_of(database, next(iter(turns.values())).conversation) if turns else {}
    explained = {turn_id: explain(turn, snapshot) for turn_id, turn in turns.items()}
    return [
        Shown(turn_id, one, reviews[turn_id], said.get(one.turn.number), _told(database, one))
        for turn_id, one in explained.items()
    ]


def _told(database: Database, explained: Explained) -> tuple[int, str] | None:
    """Where in the conversation the risk was told of that a later turn was decided by."""
    turn, category = explained.turn, explained.why.earlier
    if not category:
        return None
    found: tuple[int, str] | None = database.execute(
        "SELECT number, text FROM turns WHERE conversation = ? AND number < ? AND risk_category = ? ORDER BY number"
        " LIMIT 1",
        [turn.conversation, turn.number, category],
    ).fetchone()
    return found


def conversation(request: Request) -> Response:
    """One conversation; `?turn=N` points at a turn, and the page opens there."""
    return show(request, request.path_params["id"], request.query_params.get("turn"), number(request, "turn"))


def show(
    request: Request,
    conversation_id: str,
    asked: str | None,
    chosen: int | None,
    *,
    kept: Mapping[str, str] | None = None,
    error: review.ReviewError | None = None,
) -> Response:
    """The page of a conversation; after an `error` with what was typed about the turn that is chosen."""
    console = console_of(request)
    with console.record() as database:
        found = get_conversation(database, conversation_id)
        places = (
            database.execute(
                "SELECT number, id FROM turns WHERE conversation = ? ORDER BY number", [conversation_id]
            ).fetchall()
            if found
            else []
        )
        if found is None or not places:
            raise HTTPException(
                404, "There is no conversation with this id. It may have been erased, or the address is not complete."
            )
        place = next((place for place, (of_turn, _) in enumerate(places) if of_turn == chosen), None)
        pages = math.ceil(len(places) / TURNS_A_PAGE)
        part = min(number(request, "page") or 1, pages) if place is None else place // TURNS_A_PAGE + 1
        ids = [turn_id for _, turn_id in places[(part - 1) * TURNS_A_PAGE : part * TURNS_A_PAGE]]
        audit.append(database, who(request), "conversation.read", found.id, now(request), part=part)
        turns = shown(database, ids, console.content.snapshot(), now(request))
        (left,) = database.execute("SELECT count(*) FROM requests WHERE conversation = ?", [conversation_id]).fetchone()
        context: dict[str, Any] = {"hold": held(database, conversation_id), "left": left}
        context |= {"reviewers": review.reviewers(database), "tags": review.known_tags(database)}
    status = 200 if error is None else 409 if isinstance(error, review.ReviewConflict) else 400
    return page(
        request,
        "conversation.html",
        status,
        kept=kept or {},
        wrong="" if error is None else str(error),
        near=error.near if isinstance(error, UnclearAnswer) else (),
        conversation=found,
        turns=turns,
        total=len(places),
        chosen=chosen if place is not None else None,
        missing=asked is not None and place is None,
        number=part,
        pages=pages,
        snippets=correctable(request),
        redactions=REASONS,
        **context,
    )


def redact(request: Request, form: Mapping[str, str]) -> Response:
    """Takes words that identify somebody out of a conversation, everywhere and for good."""
    conversation_id = request.path_params["id"]
    console = console_of(request)
    with console.record() as database:
        if get_conversation(database, conversation_id) is None:
            raise HTTPException(
                404, "There is no conversation with this id. It may have been erased, or the address is not complete."
            )
        redact_everywhere(
            database,
            conversation_id,
            form.get("words", ""),
            reason=form.get("reason", ""),
            by=who(request),
            now=now(request),
        )
    return go(f"/conversations/{conversation_id}", "redacted")


def add_note(request: Request, form: Mapping[str, str]) -> Response:
    """A note for colleagues."""
    note = form.get("note", form.get("text", ""))
    return _change(
        request,
        form,
        "noted",
        lambda database, turn: review.add_note(database, turn, note, by=who(request), now=now(request)),
    )


def tag(request: Request, form: Mapping[str, str]) -> Response:
    """Puts a tag on, or takes it off with `off`."""
    on = "off" not in form
    return _change(
        request,
        form,
        "tagged" if on else "untagged",
        lambda database, turn: review.set_tag(
            database, [turn], form.get("tag", ""), by=who(request), now=now(request), on=on
        ),
    )


def flag(request: Request, form: Mapping[str, str]) -> Response:
    """Flags a turn, or takes the flag off with `off`."""
    if "off" in form:
        return _change(
            request,
            form,
            "unflagged",
            lambda database, turn: review.resolve_flag(database, turn, by=who(request), now=now(request)),
        )
    reason = form.get("reason", "")
    return _change(
        request,
        form,
        "flagged",
        lambda database, turn: review.set_flag(database, [turn], by=who(request), now=now(request), reason=reason),
    )


def assign(request: Request, form: Mapping[str, str]) -> Response:
    """Gives a turn to a colleague, or back to everybody."""
    to = form.get("to", "")
    return _change(
        request,
        form,
        "assigned",
        lambda database, turn: review.assign(database, [turn], to, by=who(request), now=now(request)),
    )


_DONE: Mapping[str, Callable[..., object]] = {
    "verdict": undo_verdict,
    "flag": review.resolve_flag,
    "unflag": undo_unflag,
}


def undo(request: Request, form: Mapping[str, str]) -> Response:
    """Takes back what was just done."""
    undoing = _DONE.get(form.get("kind", ""))
    if undoing is None:
        raise HTTPException(400, "There is nothing of this kind to undo.")
    return _change(
        request, form, "undone", lambda database, turn: undoing(database, turn, by=who(request), now=now(request))
    )


def _change(
    request: Request, form: Mapping[str, str], said: str, change: Callable[[Database, int], object]
) -> Response:
    """Makes a change to the turn in the path and returns to the page the form stood on."""
    turn = path_number(request)
    with console_of(request).record() as database:
        conversation_id, place = review.place_of(database, turn)
        change(database, turn)
    back = form.get("back") or f"/conversations/{conversation_id}?turn={place}"
    return go(
        back + ("" if "#" in back else f"#turn-{place}"), said, undo=turn if said in ("flagged", "unflagged") else None
    )
