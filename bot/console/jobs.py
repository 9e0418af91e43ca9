"""Starting one of this project's own commands beside the console:
what needs Rasa or the encoder never runs in the console itself."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import structlog
from sqlite_utils import Database

from bot.record.corrections import Run, finish_run, list_runs, start_run
from bot.record.database import RecordError, open_record
from bot.record.turns import utc
from bot.settings import ROOT, Settings

log = structlog.get_logger()

TRAINING = ["improve", "run"]
"""The command whose death somebody waits to hear of."""


def launcher(settings: Settings) -> Callable[[Sequence[str]], None]:
    """A function that starts `python -m bot ...` on the console's own record and data, and does not wait for it.

    A training that dies before it could say why is noted as failed, with the last thing it said.
    """
    environment = {
        **os.environ,
        "OZONE_DATABASE": str(settings.database),
        "OZONE_DATA": str(settings.data),
        "OZONE_MODELS": str(settings.models),
    }

    def launch(arguments: Sequence[str]) -> None:
        before = _newest_run(settings.database) if arguments[:2] == TRAINING else None
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        log.info("console.launched", command=" ".join(arguments[:2]))
        threading.Thread(target=_watch, args=(process, settings.database, list(arguments), before), daemon=True).start()

    return launch


def _watch(process: subprocess.Popen[str], record: Path, arguments: list[str], before: int | None) -> None:
    _, said = process.communicate()
    if process.returncode == 0:
        return
    log.error("console.job_failed", command=" ".join(arguments[:2]), code=process.returncode)
    if before is None:
        return
    try:
        with closing(open_record(record)) as database:
            note_death(database, before, arguments[arguments.index("--by") + 1], process.returncode, said)
    except (RecordError, sqlite3.Error) as error:
        log.error("console.job_not_noted", error=type(error).__name__)


def note_death(database: Database, before: int, by: str, code: int, said: str) -> None:
    """Notes why a training ended that could not do so itself; nothing when its run says so already.

    Args:
        before: the newest run when the training was started.
        code: what the process ended with, negative for a signal.
        said: what it wrote to standard error.
    """
    told = next(
        (line.removeprefix("Error: ") for line in reversed(said.splitlines()) if line.startswith("Error: ")), ""
    )
    message = told or f"Its process was ended (code {code}), perhaps for lack of memory. Free some, then train again."
    run = _newest(database)
    if run is None or run.id <= before:
        started = start_run(database, by=by, now=utc(time.time()), model="", file_before="")
    elif run.state == "training":
        started = run.id
    else:
        return
    finish_run(database, started, state="failed", now=utc(time.time()), message=message)


def _newest(database: Database) -> Run | None:
    return next(iter(list_runs(database, limit=1)), None)


def _newest_run(record: Path) -> int:
    with closing(open_record(record)) as database:
        run = _newest(database)
    return run.id if run else 0
