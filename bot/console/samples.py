"""Samples that several people judge: drawing one, judging it blindly, how far they agree, settling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console.conversations import shown
from bot.console.filtering import day_of
from bot.console.judging import EARLIER_SHOWN
from bot.console.page import (
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
from bot.record import samples as record
from bot.record.metrics import midnight, today
from bot.record.review import Review, ReviewError

DAYS, SIZE = 30, 50


def samples(request: Request) -> Response:
    """All samples, with what is left for whoever asks, and the form to draw another."""
    return _list(request)


def draw(request: Request, form: Mapping[str, str]) -> Response:
    """Draws a sample and gives it to people."""
    try:
        typed = {name: value for name, value in form.items() if value}
        first, last = day_of(typed, "from"), day_of(typed, "to")
        if first is None or last is None or first > last:
            raise ReviewError("A period has a first and a last day, the first one not after the last.")
        with console_of(request).record() as database:
            number = record.draw(
                database,
                name=form.get("name", "") or f"{first} to {last}",
                since=midnight(first, zone_of(request)),
                until=midnight(last + timedelta(days=1), zone_of(request)),
                size=form_number(form, "size"),
                reviewers=[name.removeprefix("who ") for name in form if name.startswith("who ")],
                by=who(request),
                now=now(request),
            )
    except (ReviewError, HTTPException) as error:
        return _list(request, 400, wrong=str(error.detail if isinstance(error, HTTPException) else error), given=form)
    return go(f"/samples/{number}", "drawn")


def _list(request: Request, status: int = 200, wrong: str = "", given: Mapping[str, str] | None = None) -> Response:
    present = today(console_of(request).clock(), zone_of(request))
    begun: date = present - timedelta(days=DAYS - 1)
    with console_of(request).record() as database:
        found, people = record.samples(database), review.reviewers(database)
    typed = {"from": begun.isoformat(), "to": present.isoformat(), "size": str(SIZE), "name": "", **(given or {})}
    limits = {"fewest": record.FEWEST_REVIEWERS, "most": record.MOST_REVIEWERS, "most_turns": record.MOST_TURNS}
    return page(request, "samples.html", status, samples=found, people=people, wrong=wrong, typed=typed, **limits)


def one(request: Request) -> Response:
    """A sample: how far it is, and for whoever may know, how far its reviewers agree and what is to be settled."""
    return _one(request)


def _one(
    request: Request, *, turn: int = 0, kept: Mapping[str, str] | None = None, error: ReviewError | None = None
) -> Response:
    number = path_number(request)
    with console_of(request).record() as database:
        sample = record.sample(database, number)
        mine = sample.left.get(who(request))
        may_know = mine is None or mine == 0  # who has still to judge must not know what others think
        pairs = record.agreements(database, number) if may_know else []
        differ = record.disagreements(database, number) if may_know else []
        able = review.reviewers(database)
        audit.append(database, who(request), "sample.read", f"sample {number}", now(request))
    return page(
        request,
        "sample.html",
        200 if error is None else 400,
        sample=sample,
        mine=mine,
        gone=[name for name, left in sample.left.items() if left and name not in able],
        able=[name for name in able if name not in sample.left],
        may_know=may_know,
        pairs=pairs,
        differ=differ,
        at_turn=turn,
        kept=kept or {},
        wrong="" if error is None else str(error),
        near=error.near if isinstance(error, UnclearAnswer) else (),
        snippets=correctable(request),
    )


def replace_reviewer(request: Request, form: Mapping[str, str]) -> Response:
    """Gives what a reviewer can judge no more to somebody else."""
    number = path_number(request)
    try:
        with console_of(request).record() as database:
            record.replace(
                database, number, form.get("gone", ""), form.get("came", ""), by=who(request), now=now(request)
            )
    except ReviewError as error:
        return _one(request, error=error)
    return go(f"/samples/{number}", "replaced")


def begin(request: Request, form: Mapping[str, str]) -> Response:
    """To the next message that somebody has still to judge."""
    with console_of(request).record() as database:
        return _on(request, path_number(request), record.next_turn(database, path_number(request), who(request)), "")


def skip(request: Request, form: Mapping[str, str]) -> Response:
    """Leaves a message for later."""
    number, turn = path_number(request), path_number(request, "turn")
    with console_of(request).record() as database:
        return _on(request, number, record.next_turn(database, number, who(request), after=turn), "skipped")


def judge(request: Request, form: Mapping[str, str]) -> Response:
    """Notes what one of the reviewers thinks, and goes on."""
    number, turn = path_number(request), path_number(request, "turn")
    try:
        verdict, correct = _verdict(request, form)
        with console_of(request).record() as database:
            record.judge(
                database,
                number,
                turn,
                verdict,
                by=who(request),
                now=now(request),
                correct=correct,
                comment=form.get("comment", ""),
            )
            return _on(request, number, record.next_turn(database, number, who(request), after=turn), "judged")
    except ReviewError as error:
        return _item(request, kept=form, error=error)


def settle(request: Request, form: Mapping[str, str]) -> Response:
    """Notes how a disagreement is settled."""
    number, turn = path_number(request), path_number(request, "turn")
    try:
        verdict, correct = _verdict(request, form)
        with console_of(request).record() as database:
            record.settle(
                database,
                number,
                turn,
                verdict,
                by=who(request),
                now=now(request),
                correct=correct,
                comment=form.get("comment", ""),
            )
    except ReviewError as error:
        return _one(request, turn=turn, kept=form, error=error)
    return go(f"/samples/{number}#disagreements", "settled")


def _verdict(request: Request, form: Mapping[str, str]) -> tuple[str, str | None]:
    verdict = "right" if "right" in form else form.get("verdict", "")
    return verdict, None if verdict in ("missing_content", "wrong_text") else chosen_snippet(request, form)


def _on(request: Request, number: int, turn: int | None, said: str) -> Response:
    return go(f"/samples/{number}/turns/{turn}" if turn else f"/samples/{number}", said)


def item(request: Request) -> Response:
    """One message of a sample, without anybody's verdict but one's own."""
    return _item(request)


def _item(request: Request, *, kept: Mapping[str, str] | None = None, error: ReviewError | None = None) -> Response:
    console, number, turn = console_of(request), path_number(request), path_number(request, "turn")
    with console.record() as database:
        sample, own = record.sample(database, number), record.own_opinion(database, number, turn, who(request))
        conversation, place = review.place_of(database, turn)
        earlier = database.execute(
            "SELECT text, route, reply FROM turns WHERE conversation = ? AND number BETWEEN ? AND ? ORDER BY number",
            [conversation, place - EARLIER_SHOWN, place - 1],
        ).fetchall()
        audit.append(database, who(request), "turn.read", f"{conversation}#{place}", now(request), queue="sample")
        (found,) = shown(database, [turn], console.content.snapshot(), now(request))
    given = {"verdict": own.verdict, "correct": own.correct or "", "comment": own.comment} if own else {}
    return page(
        request,
        "sample_item.html",
        200 if error is None else 400,
        sample=sample,
        left=sample.left[who(request)],
        judged=own is not None,
        earlier=earlier,
        item=replace(found, review=Review()),  # nobody's verdict, note or flag: they would say what to think
        snippets=correctable(request),
        kept=kept if kept is not None else given,
        wrong="" if error is None else str(error),
        near=error.near if isinstance(error, UnclearAnswer) else (),
    )
