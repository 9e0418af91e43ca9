"""A training that dies says why on its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.console.jobs import JobError, asker, note_death
from bot.record.corrections import finish_run, list_runs, start_run
from bot.record.database import open_record
from bot.settings import Settings

AT = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def database() -> Database:
    return open_record(None)


def _start(database: Database) -> int:
    return start_run(database, by="carla", now=AT, model="m", file_before="")


def test_one_that_was_killed_is_ended_with_the_reason(database: Database) -> None:
    run = _start(database)
    note_death(database, run - 1, "carla", -9, "some warning\n")
    (found,) = list_runs(database)
    assert (found.id, found.state) == (run, "failed")
    assert "perhaps for lack of memory" in found.message


def test_one_that_never_began_gets_a_run_that_says_so(database: Database) -> None:
    note_death(database, 0, "carla", 2, "Error: data/nlu/x.yml: cannot be read.\n")
    (found,) = list_runs(database)
    assert (found.state, found.by, found.message) == ("failed", "carla", "data/nlu/x.yml: cannot be read.")


def test_one_that_said_why_itself_keeps_its_words(database: Database) -> None:
    run = _start(database)
    finish_run(database, run, state="failed", now=AT, message="Every accepted correction is redundant.")
    note_death(database, run - 1, "carla", 2, "Error: Every accepted correction is redundant.\n")
    assert [found.message for found in list_runs(database)] == ["Every accepted correction is redundant."]


def test_an_earlier_run_is_left_alone(database: Database) -> None:
    earlier = _start(database)
    finish_run(database, earlier, state="ready", now=AT, message="fine")
    note_death(database, earlier, "carla", 1, "")
    assert [found.state for found in list_runs(database)] == ["failed", "ready"]


def test_a_command_that_is_waited_for_gives_what_it_wrote_or_why_not(tmp_path: Path) -> None:
    ask = asker(Settings(database=tmp_path / "record.db", secret_file=tmp_path / "secret"))
    assert "Usage" in ask(["improve", "similar", "--help"])
    with pytest.raises(JobError, match=r"That could not be worked out\. .*there is no record yet"):
        ask(["record", "show", "no-such"])
