"""Staff take out what redaction missed, with one form on the page of the conversation."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.record.turns import turns_of
from bot.record.wiping import wipe
from tests.console.conftest import Add, LogIn

FORM = {"words": "Zsófi", "reason": "name"}


@pytest.fixture
def talk(add: Add) -> str:
    add(conversation="talk", text="Zsófi asks what it costs", explanation={"findings": [{"words": "zsofi asks"}]})
    return "/conversations/talk"


def test_a_reviewer_takes_words_out_and_they_are_in_no_file(
    log_in: LogIn, database: Database, talk: str, tmp_path: Path
) -> None:
    browser = log_in("reviewer")
    assert "Take out words that identify somebody" in browser.get(talk)
    assert browser.post(f"{talk}/redact", FORM)[0] == 303
    page = browser.get(f"{talk}?said=redacted")
    assert "[redacted]" in page
    assert "Taken out of this conversation" in page
    assert "Zsófi" not in page
    assert turns_of(database, "talk")[0].text == "[redacted] asks what it costs"
    database.close()
    assert wipe(tmp_path / "record.db"), "the clean-up of the website does it within moments"
    held = b"".join(path.read_bytes() for path in tmp_path.glob("record.db*"))
    assert "Zsófi".encode() not in held
    assert b"zsofi" not in held


def test_a_viewer_has_no_such_form(log_in: LogIn, talk: str) -> None:
    assert "Take out words" not in log_in("viewer").get(talk)


@pytest.mark.parametrize(
    "form", [{"words": "Peter", "reason": "name"}, {"words": "", "reason": "name"}, {"words": "Zsófi", "reason": "x"}]
)
def test_what_cannot_be_done_is_said(log_in: LogIn, database: Database, talk: str, form: dict[str, str]) -> None:
    status, _ = log_in("reviewer").post(f"{talk}/redact", form)
    assert status == 400
    assert turns_of(database, "talk")[0].text.startswith("Zsófi")


def test_a_conversation_that_is_not_there_is_said(log_in: LogIn) -> None:
    assert log_in("reviewer").post("/conversations/gone/redact", FORM)[0] == 404
