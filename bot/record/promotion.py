"""A person's word on a trained candidate. Promoting puts the reviewed examples it was trained with among the training data, where the
candidate is the model that fits; stepping back puts those from before there again.
"""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from bot.content.files import ContentError
from bot.content.ingredients import REVIEWED, fingerprint
from bot.record.corrections import Run, get_run, last_promoted, settle_run
from bot.record.review import ReviewError


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
        raise ReviewError(f"Run {run} is not a candidate that waits for a decision: its state is {found.state.replace('_', ' ')}.")
    if (found.file_before or "") != read_reviewed(data) or not _fits(found, data):
        raise ReviewError("What a model is made from has changed since this candidate was trained. Train a new one.")
    if not (models / f"{found.model_after}.tar.gz").is_file():
        raise ReviewError(f"The model {found.model_after} is no longer there. Train a new candidate.")
    _put(data, found.file_after)
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
    if (latest.file_after or "") != read_reviewed(data):
        raise ReviewError(f"{reviewed_file(data)} was changed by hand since the promotion. Put it right first.")
    _put(data, latest.file_before or "")
    settle_run(database, run, "stepped_back", by=by, now=now)
    return latest


def note_serving(database: Database, model: str, at: str) -> None:
    """Notes which model the website answers with from now on."""
    database.execute("INSERT OR REPLACE INTO serving (id, model, at) VALUES (1, ?, ?)", [model, at])


def serving(database: Database) -> tuple[str, str] | None:
    """The model that the website answers with, and since when; None before its first start."""
    found: tuple[str, str] | None = database.execute("SELECT model, at FROM serving WHERE id = 1").fetchone()
    return found


def _put(data: Path, text: str) -> None:
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
        raise ReviewError(f"{path} cannot be written ({error.strerror}). Use `python -m bot improve promote` as somebody who may.") from error
