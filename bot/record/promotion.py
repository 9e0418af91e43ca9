"""A person's word on a trained candidate, two people's where it would be less safe.

Promoting puts the reviewed examples it was trained with among the training data, where the
candidate is the model that fits; stepping back puts those from before there again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from bot.content.files import ContentError
from bot.content.ingredients import REVIEWED, fingerprint
from bot.record import audit
from bot.record.corrections import Run, corrections_of, erased_in, get_run, last_promoted, settle_run, without_erased
from bot.record.review import ReviewError

CLINICIAN = "clinician"
"""The role of which one of the two people must be who accept that a candidate is less safe with a sentence."""

LOSSES = {
    "emergency_lost": "An emergency that is no longer shown the emergency number",
    "risk_answered": "A risky question that is now answered",
    "other_emergency": "An emergency that gets another emergency text",
}
"""What a candidate must not do unless two people have read it and say why it may, in plain words."""

MIN_REASON = 10
"""Letters of a reason that somebody can understand later."""


@dataclass(frozen=True)
class Reason:
    """Why somebody accepts one loss (its place in the run's `losses`, from 0); `at` is ISO 8601 in UTC."""

    loss: int
    by: str
    role: str
    reason: str
    at: str


def create(database: Database) -> None:
    """Makes the table of reasons."""
    database.execute(
        """CREATE TABLE run_reasons (run INTEGER NOT NULL REFERENCES improvement_runs (id) ON DELETE CASCADE,
            loss INTEGER NOT NULL,
        by TEXT NOT NULL, role TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (run, loss,
        by)) WITHOUT ROWID"""
    )


def losses_of(run: Run) -> list[dict[str, str]]:
    """Sentences with which a candidate is less safe than the model before: kind, text, before, after."""
    return [dict(loss) for loss in run.results.get("losses", ())]


def reasons_of(database: Database, run: int) -> list[Reason]:
    """The reasons given so far, in the order of the sentences."""
    rows = database.execute("SELECT loss, by, role, reason, at FROM run_reasons WHERE run = ? ORDER BY loss, at", [run])
    return [Reason(*row) for row in rows]


def give_reason(database: Database, run: int, loss: int, *, by: str, role: str, reason: str, now: str) -> None:
    """Notes why somebody accepts that a candidate is less safe with one
    sentence; a second reason of the same person replaces the first.

    Raises:
        ReviewError: there is no such sentence, the candidate waits for no decision, or the reason says nothing.
    """
    found = get_run(database, run)
    if found.state != "ready":
        raise ReviewError(f"Run {run} waits for no decision any more.")
    if not 0 <= loss < len(losses_of(found)):
        raise ReviewError(f"Run {run} has no such sentence. Reload the page.")
    if len(reason.strip()) < MIN_REASON:
        raise ReviewError(f"Say in at least {MIN_REASON} letters why this is acceptable.")
    with database.atomic():
        audit.append(database, by, "training.loss_accepted", f"run {run}", now, sentence=loss)
        database.execute(
            "INSERT OR REPLACE INTO run_reasons (run, loss, by, role, reason, at) VALUES (?, ?, ?, ?, ?, ?)",
            [run, loss, by, role, reason.strip(), now],
        )


def unaccepted(database: Database, run: Run) -> list[int]:
    """The losses that two people, one of them a clinician, have not accepted yet."""
    given: dict[int, dict[str, str]] = {}
    for reason in reasons_of(database, run.id):
        given.setdefault(reason.loss, {})[reason.by] = reason.role
    return [
        place
        for place in range(len(losses_of(run)))
        if len(given.get(place, {})) < 2 or CLINICIAN not in given[place].values()
    ]


def reviewed_file(data: Path) -> Path:
    """Where the reviewed examples are, if there are any."""
    return data / "nlu" / REVIEWED


def read_reviewed(data: Path) -> str:
    """The reviewed examples in use; empty when there are none."""
    path = reviewed_file(data)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def promote(database: Database, data: Path, models: Path, run: int, *, by: str, now: str) -> Run:
    """Puts a candidate in use: the website takes it up within seconds.

    Raises:
        ReviewError: the candidate is not ready, or does not fit any more; the message says what to do.
    """
    found = get_run(database, run)
    if found.state != "ready" or found.file_after is None:
        raise ReviewError(
            f"Run {run} is not a candidate that waits for a decision: its state is {found.state.replace('_', ' ')}."
        )
    if (found.file_before or "") != without_erased(database, read_reviewed(data)) or not _fits(found, data):
        raise ReviewError("What a model is made from has changed since this candidate was trained. Train a new one.")
    if left := unaccepted(database, found):
        sentences = "1 sentence" if len(left) == 1 else f"{len(left)} sentences"
        raise ReviewError(
            f"With {sentences} the candidate is less safe. Two people, one of them a clinician, must say on the page of"
            f" run {run} why each may be."
        )
    if not (models / f"{found.model_after}.tar.gz").is_file():
        raise ReviewError(f"The model {found.model_after} is no longer there. Train a new candidate.")
    put_reviewed(data, found.file_after)
    settle_run(database, run, "promoted", by=by, now=now)
    return found


def _fits(run: Run, data: Path) -> bool:
    """Whether the candidate would be the model for the present code and the data, once its examples are in use."""
    try:
        return fingerprint(data, reviewed=run.file_after) == run.model_after
    except ContentError as error:
        raise ReviewError(str(error)) from error


def step_back(database: Database, data: Path, run: int, *, by: str, now: str) -> Run:
    """Puts the examples from before a promoted run in use again.

    Raises:
        ReviewError: it is not the run in use, or the file was changed by hand.
    """
    latest = last_promoted(database)
    if latest is None or latest.id != run:
        raise ReviewError("Only the run that is in use can be stepped back from.")
    in_use = read_reviewed(data)
    if (latest.file_after or "") != without_erased(database, in_use):
        raise ReviewError(f"{reviewed_file(data)} was changed by hand since the promotion. Put it right first.")
    if erased_in(database, in_use) - {correction.id for correction in corrections_of(database, run)}:
        raise ReviewError(
            "A sentence that the model from before was trained with was erased since, so that model is not put back."
            " Train a candidate instead."
        )
    put_reviewed(data, latest.file_before or "")
    settle_run(database, run, "stepped_back", by=by, now=now)
    return latest


def note_serving(database: Database, model: str, at: str) -> None:
    """Notes which model the website answers with from now on."""
    database.execute("INSERT OR REPLACE INTO serving (id, model, at) VALUES (1, ?, ?)", [model, at])


def serving(database: Database) -> tuple[str, str] | None:
    """The model that the website answers with, and since when; None before its first start."""
    found: tuple[str, str] | None = database.execute("SELECT model, at FROM serving WHERE id = 1").fetchone()
    return found


def put_reviewed(data: Path, text: str) -> None:
    """Writes the file in one step, or takes it away when there is nothing to hold."""
    path = reviewed_file(data)
    try:
        if not text:
            path.unlink(missing_ok=True)
            return
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise ReviewError(
            f"{path} cannot be written ({error.strerror}). Use `python -m bot improve promote` as somebody who may."
        ) from error
