"""Corrections on their way to training, and the training runs that took them up."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from bot.record import audit
from bot.record.erasure_schema import ERASED
from bot.record.review import ReviewError


@dataclass(frozen=True)
class Correction:
    """A visitor's sentence and the intent it belongs to;
    `conversation` and `number` are None once the turn was erased."""

    id: int
    text: str
    intent: str
    state: str
    proposed_by: str
    proposed_at: str
    decided_by: str | None
    decided_at: str | None
    advice: str
    run: int | None
    conversation: str | None
    number: int | None


@dataclass(frozen=True)
class Run:
    """One training of a candidate.

    `results` holds the gate before and after; the files are the reviewed examples of both sides.
    """

    id: int
    state: str
    by: str
    started_at: str
    finished_at: str | None
    message: str
    model_before: str | None
    model_after: str | None
    file_before: str | None
    file_after: str | None
    results: Mapping[str, Any]
    decided_by: str | None
    decided_at: str | None


_BLOCK = re.compile(r"# correction (\d+), .*\n- intent: .*\n(?:  metadata: .*\n)?  examples: \|\n    - .*\n")
"""One reviewed example in a file, as `bot.improvement.reviewed` writes it."""

_CORRECTION = """SELECT c.id, c.text, c.intent, c.state, c.proposed_by, c.proposed_at, c.decided_by, c.decided_at,
    c.advice, c.run, t.conversation, t.number
    FROM corrections c LEFT JOIN turns t ON t.id = c.turn"""
_RUN = f"SELECT {', '.join(Run.__dataclass_fields__)} FROM improvement_runs"


def list_corrections(database: Database, state: str, *, limit: int = 200, waiting: bool = True) -> list[Correction]:
    """Corrections in a state, the newest first; `waiting` keeps those that no promoted run holds."""
    held = (
        "AND NOT EXISTS (SELECT 1 FROM improvement_runs r WHERE r.id = c.run AND r.state = 'promoted')"
        if waiting
        else ""
    )
    sql = f"{_CORRECTION} WHERE c.state = ? AND c.text <> ? {held} ORDER BY c.id DESC LIMIT ?"
    return [Correction(*row) for row in database.execute(sql, [state, ERASED, limit])]


def corrections_of(database: Database, run: int) -> list[Correction]:
    """The corrections that a run trained with."""
    return [Correction(*row) for row in database.execute(f"{_CORRECTION} WHERE c.run = ? ORDER BY c.id", [run])]


def without_erased(database: Database, file: str) -> str:
    """Reviewed examples without those whose conversations were erased since."""
    erased = _erased(database)
    return _BLOCK.sub(lambda block: "" if int(block[1]) in erased else block[0], file) if erased else file


def erased_in(database: Database, file: str) -> set[int]:
    """The corrections in a file of reviewed examples whose conversations were erased since."""
    return {int(block[1]) for block in _BLOCK.finditer(file)} & _erased(database)


def _erased(database: Database) -> set[int]:
    return {number for (number,) in database.execute("SELECT id FROM corrections WHERE text = ?", [ERASED])}


def decide_correction(database: Database, correction: int, state: str, *, by: str, now: str) -> None:
    """Accepts or declines a proposal.

    Raises:
        ReviewError: no such proposal, or no such state.
    """
    if state not in ("accepted", "declined", "proposed"):
        raise ReviewError("A correction is accepted or declined.")
    with database.atomic():
        audit.append(database, by, f"correction.{state}", f"correction {correction}", now)
        changed = database.execute(
            "UPDATE corrections SET state = ?, decided_by = ?, decided_at = ? WHERE id = ? AND text <> ?",
            [state, by, now, correction, ERASED],
        )
        if changed.rowcount == 0:
            raise ReviewError("There is no such correction. A newer verdict may have replaced it.")


def advise(database: Database, advice: Mapping[int, str]) -> None:
    """Notes beside corrections what the training found about them, for example that the model knows them already."""
    with database.atomic():
        for correction, words in advice.items():
            database.execute("UPDATE corrections SET advice = ? WHERE id = ?", [words, correction])


def start_run(database: Database, *, by: str, now: str, model: str, file_before: str) -> int:
    """A new run in the state `training`.

    Raises:
        ReviewError: another one is training.
    """
    with database.atomic():
        audit.append(database, by, "training.started", "a candidate", now)
        running = database.execute("SELECT id, started_at FROM improvement_runs WHERE state = 'training'").fetchone()
        if running is not None:
            raise ReviewError(
                f"Run {running[0]} has been training since {running[1]}. Wait for it, or end it with `python -m bot"
                " improve give-up`."
            )
        row = database.execute(
            "INSERT INTO improvement_runs (state, by, started_at, model_before, file_before) VALUES ('training', ?, ?,"
            " ?, ?) RETURNING id",
            [by, now, model, file_before],
        ).fetchall()[0]
    return int(row[0])


def finish_run(
    database: Database,
    run: int,
    *,
    state: str,
    now: str,
    message: str,
    model: str | None = None,
    file_after: str | None = None,
    results: Mapping[str, Any] | None = None,
) -> None:
    """Notes how a training ended: `ready` with what it made and measured, or `failed` with the reason."""
    database.execute(
        """UPDATE improvement_runs SET state = ?, finished_at = ?, message = ?, model_after = ?, file_after = ?,
        results = ? WHERE id = ?""",
        [state, now, message, model, file_after, json.dumps(results or {}, ensure_ascii=False), run],
    )


def take_up(database: Database, run: int, corrections: Sequence[int]) -> None:
    """Notes which corrections a run trains with."""
    with database.atomic():
        for correction in corrections:
            database.execute("UPDATE corrections SET run = ? WHERE id = ?", [run, correction])


def list_runs(database: Database, limit: int = 20) -> list[Run]:
    """Training runs, the newest first."""
    return [_run(row) for row in database.execute(f"{_RUN} ORDER BY id DESC LIMIT ?", [limit])]


def get_run(database: Database, run: int) -> Run:
    """One run.

    Raises:
        ReviewError: there is none.
    """
    row = database.execute(f"{_RUN} WHERE id = ?", [run]).fetchone()
    if row is None:
        raise ReviewError(f"There is no training run {run}.")
    return _run(row)


def settle_run(database: Database, run: int, state: str, *, by: str, now: str) -> None:
    """Notes a person's word on a run: `promoted` or `stepped_back`."""
    with database.atomic():
        audit.append(database, by, f"training.{state}", f"run {run}", now)
        database.execute(
            "UPDATE improvement_runs SET state = ?, decided_by = ?, decided_at = ? WHERE id = ?", [state, by, now, run]
        )


def last_promoted(database: Database) -> Run | None:
    """The run whose model is in use, or None when none was promoted (or all were stepped back from)."""
    row = database.execute(f"{_RUN} WHERE state = 'promoted' ORDER BY decided_at DESC, id DESC LIMIT 1").fetchone()
    return _run(row) if row else None


def _run(row: Sequence[Any]) -> Run:
    values = dict(zip(Run.__dataclass_fields__, row, strict=True))
    return Run(**{**values, "results": json.loads(values["results"])})
