"""Corrections on their way to training: accept or decline, train a candidate, compare, promote or step back."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console.page import go, library_of, now, page, path_number, who
from bot.console.state import console_of
from bot.record import audit
from bot.record.corrections import (
    corrections_of,
    decide_correction,
    erased_in,
    finish_run,
    get_run,
    last_promoted,
    list_corrections,
    list_runs,
)
from bot.record.promotion import (
    LOSSES,
    give_reason,
    losses_of,
    promote,
    read_reviewed,
    reasons_of,
    serving,
    step_back,
    unaccepted,
)
from bot.record.review import ReviewError


def training(request: Request) -> Response:
    """Proposals, what the next training takes up, and the runs so far."""
    examples = console_of(request).content.snapshot().examples
    with console_of(request).record() as database:
        proposed = list_corrections(database, "proposed")
        accepted = list_corrections(database, "accepted")
        declined = list_corrections(database, "declined", limit=20)
        runs = list_runs(database)
        erased = len(erased_in(database, read_reviewed(console_of(request).settings.data)))
        audit.append(database, who(request), "corrections.read", f"{len(proposed)} proposed", now(request))
    redundant = {row.id for row in (*proposed, *accepted) if row.text.strip().lower() in examples.get(row.intent, ())}
    questions = {snippet.id: snippet.question for snippet in library_of(request) or ()}
    return page(
        request,
        "training.html",
        proposed=proposed,
        accepted=accepted,
        declined=declined,
        runs=runs,
        erased=erased,
        redundant=redundant,
        questions=questions,
    )


def decide(request: Request, form: Mapping[str, str]) -> Response:
    """Accepts or declines one proposal."""
    state = form.get("state", "")
    with console_of(request).record() as database:
        decide_correction(database, path_number(request), state, by=who(request), now=now(request))
    return go("/training", "accepted" if state == "accepted" else "declined")


def run(request: Request) -> Response:
    """One run: the gate before and after, and the sentences it trained with."""
    with console_of(request).record() as database:
        found = get_run(database, path_number(request))
        taken = corrections_of(database, found.id)
        audit.append(database, who(request), "training.read", f"run {found.id}", now(request))
        latest = last_promoted(database)
        answering = serving(database)
        reasons, left = reasons_of(database, found.id), set(unaccepted(database, found))
    library = library_of(request)
    questions = {snippet.id: snippet.question for snippet in library or ()}
    texts = {snippet.id: snippet.text for snippet in library or ()}
    changed = found.results.get("changed", [])
    return page(
        request,
        "run.html",
        run=found,
        corrections=taken,
        in_use=latest is not None and latest.id == found.id,
        answering=answering,
        questions=questions,
        texts=texts,
        losses=losses_of(found),
        measures=sorted(found.results.get("measures", ()), key=lambda row: not row.get("worse")),
        loss_words=LOSSES,
        reasons=reasons,
        left=left,
        worse=[row for row in changed if row["better"] is False],
        others=[row for row in changed if row["better"] is not False],
    )


def accept_loss(request: Request, form: Mapping[str, str]) -> Response:
    """Why a colleague accepts that the candidate is less safe with one sentence."""
    run_id, loss = path_number(request), form.get("loss", "")
    if not loss.isdigit():
        raise HTTPException(400, "The sentence is missing. Reload the page.")
    with console_of(request).record() as database:
        give_reason(
            database,
            run_id,
            int(loss),
            by=who(request),
            role=request.state.session.role,
            reason=form.get("reason", ""),
            now=now(request),
        )
    return go(f"/training/{run_id}", "reason-kept")


def give_up(request: Request, form: Mapping[str, str]) -> Response:
    """Ends a training that was cut short, so that another can start."""
    run_id = path_number(request)
    with console_of(request).record() as database:
        found = get_run(database, run_id)
        if found.state != "training":
            raise ReviewError(f"Run {run_id} is not being trained any more.")
        audit.append(database, who(request), "training.given_up", f"run {run_id}", now(request))
        finish_run(database, run_id, state="failed", now=now(request), message=f"Given up by {who(request)}.")
    return go(f"/training/{run_id}", "given-up")


def start(request: Request, form: Mapping[str, str]) -> Response:
    """Starts the training of a candidate, as a process of its own: it takes minutes and much memory."""
    with console_of(request).record() as database:
        if not list_corrections(database, "accepted", limit=1) and not erased_in(
            database, read_reviewed(console_of(request).settings.data)
        ):
            raise ReviewError("No correction is accepted, so there is nothing to train with. Accept one first.")
        if any(row.state == "training" for row in list_runs(database)):
            raise ReviewError("A candidate is being trained already. Wait until it is done.")
    console_of(request).launch(["improve", "run", "--by", who(request)])
    return go("/training", "training")


def advise(request: Request, form: Mapping[str, str]) -> Response:
    """Has the model asked what it makes of the corrections that
    wait: a process of its own, because the console has no model."""
    console_of(request).launch(["improve", "advise"])
    return go("/training", "asking")


def settle(request: Request, form: Mapping[str, str]) -> Response:
    """A person's word: promote a candidate, or step back from the promoted one."""
    word = form.get("word", "")
    if word not in ("promote", "step-back"):
        raise HTTPException(400, "A run is promoted, or stepped back from.")
    run_id = path_number(request)
    console = console_of(request)
    with console.record() as database:
        if word == "promote":
            promote(database, console.settings.data, console.settings.models, run_id, by=who(request), now=now(request))
        else:
            step_back(database, console.settings.data, run_id, by=who(request), now=now(request))
    return go(f"/training/{run_id}", "promoted" if word == "promote" else "stepped-back")
