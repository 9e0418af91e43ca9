"""Finding messages like one, from the message."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database
from starlette.applications import Starlette

from bot.console.jobs import JobError
from bot.record.database import open_record
from tests.console.conftest import Add, LogIn


class Asked:
    """Stands for the process that has the encoder."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.says: str | JobError = ""

    def __call__(self, arguments: Sequence[str]) -> str:
        self.commands.append(list(arguments))
        if isinstance(self.says, JobError):
            raise self.says
        return self.says


@pytest.fixture
def asked(console: Starlette) -> Asked:
    made = Asked()
    object.__setattr__(console.state.console, "ask", made)
    return made


def test_a_message_leads_to_those_like_it(log_in: LogIn, add: Add, asked: Asked, database: Database) -> None:
    turn, near = add(text="Can I bring my dog?"), add(text="Is my puppy allowed?")
    reviewer = log_in("reviewer")
    assert f'href="/turns/{turn}/similar"' in reviewer.get("/conversations/talk-1")
    asked.says = f"{near} 0.812\n{near + 9} 0.700\n"
    html = reviewer.get(f"/turns/{turn}/similar")
    assert "Similar to “<bdi>Can I bring my dog?</bdi>”" in html
    assert "Is my puppy allowed?" in html
    assert "likeness 0.81" in html
    assert asked.commands == [["improve", "similar", str(turn)]]
    assert database.execute("SELECT what FROM audit WHERE action = 'turns.similar'").fetchall() == [("talk-1#1",)]


def test_none_like_it_is_said(log_in: LogIn, add: Add, asked: Asked) -> None:
    assert "No similar message" in log_in("reviewer").get(f"/turns/{add()}/similar")


def test_a_busy_server_is_said_in_a_sentence(log_in: LogIn, add: Add, asked: Asked) -> None:
    asked.says = JobError("The server is too busy for this just now. Try again in a minute.")
    response = log_in("reviewer").client.get(f"/turns/{add()}/similar")
    assert (response.status_code, "Try again in a minute" in response.text) == (200, True)


def test_a_message_that_is_gone_is_said_to_be(log_in: LogIn, asked: Asked) -> None:
    response = log_in("reviewer").client.get("/turns/77/similar")
    assert "no such turn" in response.text
    assert asked.commands == []


def test_a_message_that_is_erased_while_it_is_looked_for_is_said_to_be(
    log_in: LogIn, add: Add, console: Starlette, tmp_path: Path
) -> None:
    def erases(arguments: Sequence[str]) -> str:
        with closing(open_record(tmp_path / "record.db")) as database, database.atomic():
            database.execute("DELETE FROM conversations")
        return ""

    object.__setattr__(console.state.console, "ask", erases)
    response = log_in("reviewer").client.get(f"/turns/{add()}/similar")
    assert (response.status_code, "no such turn" in response.text) == (404, True)


def test_who_only_reads_is_not_offered_it(log_in: LogIn, add: Add, asked: Asked) -> None:
    turn = add()
    viewer = log_in("viewer")
    assert "/similar" not in viewer.get("/conversations/talk-1")
    assert viewer.status("GET", f"/turns/{turn}/similar") == 403
