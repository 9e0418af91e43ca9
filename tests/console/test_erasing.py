"""Erasing in the console: by whom, with what, and what is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.record.corrections import finish_run, settle_run, start_run, take_up
from bot.record.deletion import delete_conversation
from bot.record.holds import hold
from bot.record.requests import leave_request
from bot.record.retention import Keeping, clean_up
from bot.record.review import give_verdict
from bot.record.sealed import Seal
from tests.console.conftest import NOW, Add, LogIn

WORDS = "xylophonist"
AT = "2027-01-16T00:00:00.000+00:00"
SURE = {"reason": "asked for it", "sure": "1"}


@pytest.fixture
def talk(add: Add, database: Database, contact_seal: Seal) -> int:
    """A conversation with a secret word, and a request that was left in it."""
    turn = add("clarify", conversation="c", text=WORDS)
    leave_request(database, "c", question=f"{WORDS}?", reach="555 0100", best_time="", seal=contact_seal)
    return turn


def _count(database: Database, table: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_clinician_erases_a_conversation_and_no_byte_is_left(
    log_in: LogIn, talk: int, database: Database, tmp_path: Path
) -> None:
    carla = log_in("clinician")
    assert "Erase this conversation" in carla.get("/conversations/c")
    assert carla.post("/conversations/c/erase", SURE) == (303, "/conversations?said=erased")
    assert "Erased." in carla.get("/conversations?said=erased")
    assert _count(database, "turns") == 0
    assert _count(database, "requests") == 1, "the question waits for its answer"
    assert [file.name for file in tmp_path.iterdir() if file.is_file() and WORDS.encode() in file.read_bytes()] == []
    assert carla.post("/conversations/c/erase", SURE)[0] == 400
    assert carla.client.get("/conversations/c").status_code == 404


def test_the_questions_that_were_left_go_too_when_that_is_asked(log_in: LogIn, talk: int, database: Database) -> None:
    log_in("admin").post("/conversations/c/erase", {**SURE, "requests": "1"})
    assert _count(database, "requests") == 0


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"reason": "asked"}, "Tick the box"),
        ({"sure": "1"}, "Give a reason"),
        ({**SURE, "reason": "  "}, "Give a reason"),
    ],
)
def test_nothing_is_erased_without_a_reason_and_a_confirmation(
    log_in: LogIn, talk: int, database: Database, form: dict[str, str], said: str
) -> None:
    for address in ("/conversations/c/erase", "/requests/1/erase"):
        status, html = log_in("clinician").post(address, form)
        assert status == 400
        assert said in html
    assert (_count(database, "turns"), _count(database, "requests")) == (1, 1)


def test_a_reviewer_sees_no_way_to_erase(log_in: LogIn, talk: int) -> None:
    assert "Erase" not in log_in("reviewer").get("/conversations/c")
    assert "Erase" not in log_in("reviewer").get("/requests")


def test_a_request_is_erased_by_itself(log_in: LogIn, talk: int, database: Database) -> None:
    carla = log_in("clinician")
    assert "Erase request 1" in carla.get("/requests")
    assert carla.post("/requests/1/erase", SURE) == (303, "/requests?said=erased")
    assert (_count(database, "turns"), _count(database, "requests")) == (1, 0)
    assert carla.post("/requests/1/erase", SURE)[0] == 404


def test_a_held_conversation_says_so_and_is_not_erased(log_in: LogIn, talk: int, database: Database) -> None:
    hold(database, "c", by="ann", reason="a lawsuit")
    carla = log_in("clinician")
    assert "Under a legal hold" in carla.get("/conversations/c")
    assert "Erase this conversation" not in carla.get("/conversations/c")
    assert "legal hold" in carla.post("/conversations/c/erase", SURE)[1]
    assert _count(database, "turns") == 1


def test_settings_tell_what_is_kept_and_when_the_next_clean_up_is(log_in: LogIn, talk: int, database: Database) -> None:
    html = log_in("admin").get("/settings")
    assert "180 days after the last message" in html
    assert "None yet" in html
    clean_up(database, Keeping(180, 365), NOW)
    html = log_in("admin").get("/settings")
    assert "Tonight" in html
    assert "Oldest kept" in html
    delete_conversation(database, "c", lambda: Seal("of nobody"))
    database.execute("INSERT INTO upkeep (name, value) VALUES ('wipe_failure', 'a database browser keeps it open')")
    html = log_in("admin").get("/settings")
    assert "a database browser keeps it open" in html


def test_the_training_page_says_when_an_erased_sentence_is_still_in_the_model(
    log_in: LogIn, talk: int, database: Database, monkeypatch: pytest.MonkeyPatch, launched: list[list[str]]
) -> None:
    give_verdict(database, talk, "wrong_snippet", by="reviewer", now=AT, correct="cost")
    file = f"nlu:\n# correction 1, accepted on 2027-01-16\n- intent: cost\n  examples: |\n    - {WORDS}\n"
    run = start_run(database, by="admin", now=AT, model="old", file_before="nlu:\n")
    take_up(database, run, [1])
    finish_run(database, run, state="ready", now=AT, message="", model="new", file_after=file)
    settle_run(database, run, "promoted", by="admin", now=AT)
    monkeypatch.setattr("bot.console.training.read_reviewed", lambda data: file)
    assert "A new training is needed" not in log_in("clinician").get("/training")
    log_in("clinician").post("/conversations/c/erase", SURE)
    html = log_in("clinician").get("/training")
    assert "A new training is needed" in html
    assert WORDS not in html + log_in("clinician").get("/training/1")
    log_in("clinician").post("/training")
    assert launched == [["improve", "run", "--by", "clinician"]]
