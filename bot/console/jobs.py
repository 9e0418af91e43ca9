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

_ASKED_SECONDS = 45.0


class JobError(RuntimeError):
    """A command that somebody waits for did not give an answer; the sentence is for staff."""


def launcher(settings: Settings) -> Callable[[Sequence[str]], None]:
    """A function that starts `python -m bot ...` on the console's own record and data, and does not wait for it.

    A training that dies before it could say why is noted as failed, with the last thing it said.
    """
    environment = _environment(settings)

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


def asker(settings: Settings) -> Callable[[Sequence[str]], str]:
    """A function that runs `python -m bot ...` on the console's own record and data, and gives what it wrote.

    One at a time, because each loads the encoder: who comes while another runs waits for it a little.

    Raises, when it is called:
        JobError: others were before, it took too long, or it failed.
    """
    environment = _environment(settings)
    turn = threading.Lock()

    def ask(arguments: Sequence[str]) -> str:
        if not turn.acquire(timeout=_ASKED_SECONDS):
            raise JobError("Others are being served just now. Try again in a minute.")
        try:
            done = subprocess.run(
                [sys.executable, "-m", "bot", *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_ASKED_SECONDS,
                check=True,
            )
        except subprocess.TimeoutExpired as error:
            log.warning("console.job_late", command=" ".join(arguments[:2]))
            raise JobError("The server is too busy for this just now. Try again in a minute.") from error
        except (subprocess.CalledProcessError, OSError) as error:
            code = getattr(error, "returncode", None)
            log.error("console.job_failed", command=" ".join(arguments[:2]), code=code)
            told = _told(getattr(error, "stderr", "") or "")
            raise JobError(
                f"That could not be worked out. {told or 'The server can start no process for it.'}"
            ) from error
        finally:
            turn.release()
        return done.stdout

    return ask


def _environment(settings: Settings) -> dict[str, str]:
    """What a command of this project needs to work on the console's own files."""
    return {
        **os.environ,
        "OZONE_DATABASE": str(settings.database),
        "OZONE_DATA": str(settings.data),
        "OZONE_MODELS": str(settings.models),
    }


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
    message = (
        _told(said) or f"Its process was ended (code {code}), perhaps for lack of memory. Free some, then train again."
    )
    run = _newest(database)
    if run is None or run.id <= before:
        started = start_run(database, by=by, now=utc(time.time()), model="", file_before="")
    elif run.state == "training":
        started = run.id
    else:
        return
    finish_run(database, started, state="failed", now=utc(time.time()), message=message)


def _told(said: str) -> str:
    """The last sentence that a command gave as its error; empty when it gave none."""
    return next(
        (line.removeprefix("Error: ") for line in reversed(said.splitlines()) if line.startswith("Error: ")), ""
    )


def _newest(database: Database) -> Run | None:
    return next(iter(list_runs(database, limit=1)), None)


def _newest_run(record: Path) -> int:
    with closing(open_record(record)) as database:
        run = _newest(database)
    return run.id if run else 0
