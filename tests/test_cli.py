"""The command line as a person meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.record.database import open_record
from bot.record.turns import Turn, insert_turn, utc
from bot.safety.warning import WARNING
from tests.conftest import ROOT


def _run(*arguments: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=text,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **settings},
        timeout=300,
        check=False,
    )


def test_ask_answers_each_line_in_order() -> None:
    result = _run("ask", text="What is ozone?\nI take warfarin\nI can't breathe\n\n")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 0, result.stderr
    assert [row["route"] for row in rows] == ["answer", "clinician", "emergency", "clarify"]
    assert all(
        set(row) == {"text", "route", "intent", "confidence", "snippet", "question", "risk", "reply", "warning"}
        for row in rows
    )
    assert all(row["warning"] == WARNING for row in rows)
    assert rows[0]["snippet"] == "what_is_ozone"
    assert rows[1]["risk"]["rule"]


JSON_LINES = (
    r'{"text": "I take warfarin", "conversation": 1}',
    r'{"text": "Is ozone therapy safe?", "conversation": 2}',
    r'{"text": "Is ozone therapy safe?", "conversation": 1}',
    r'{"text": "I cannot breathe \ud83d", "conversation": "\ud83d"}',
)


@pytest.fixture(scope="module")
def asked() -> list[dict[str, Any]]:
    """What `bot ask` prints for the JSON lines."""
    result = _run("ask", text="\n".join(JSON_LINES) + "\n")
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_json_lines_share_a_conversation_by_key(asked: list[dict[str, Any]]) -> None:
    assert [row["route"] for row in asked[:3]] == ["clinician", "answer", "clinician"]


def test_half_an_emoji_comes_back_as_it_was_written(asked: list[dict[str, Any]]) -> None:
    assert (asked[3]["text"], asked[3]["route"]) == ("I cannot breathe \ud83d", "emergency")


def test_a_json_line_without_text_is_named() -> None:
    result = _run("ask", text='{"text": "hi"}\n{"words": 1}\n')
    assert result.returncode == 2
    assert "line 2" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_model_is_one_sentence(tmp_path: Path) -> None:
    result = _run("ask", text="hi\n", OZONE_MODELS=str(tmp_path))
    assert result.returncode == 2
    assert result.stderr.strip().splitlines()[-1].endswith("Run `make train`.")


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["ask"],
        ["train"],
        ["serve"],
        ["console"],
        ["up"],
        ["content"],
        ["content", "check"],
        ["rules"],
        ["rules", "explain"],
        ["record"],
        ["record", "list"],
        ["record", "purge"],
        ["record", "erase"],
        ["record", "export-person"],
        ["record", "hold"],
        ["record", "release"],
        ["backup"],
        ["restore"],
        ["staff"],
        ["staff", "add"],
        ["staff", "role"],
        ["improve"],
        ["improve", "run"],
        ["improve", "promote"],
        ["improve", "gaps"],
    ],
)
def test_every_command_has_help(command: list[str]) -> None:
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 3


@pytest.mark.parametrize(("name", "value"), [("PORT", "eighty"), ("CONSOLE_PORT", "99999")])
def test_a_bad_port_is_one_sentence(name: str, value: str) -> None:
    result = _run("console", **{name: value})
    assert result.returncode == 2
    assert name in result.stderr
    assert "Traceback" not in result.stderr


def test_an_empty_record_is_explained(tmp_path: Path) -> None:
    result = _run("record", "list", OZONE_DATABASE=str(tmp_path / "none.db"))
    assert result.returncode == 2
    assert "no record yet" in result.stderr


def test_a_staff_account_can_be_made_from_the_command_line(tmp_path: Path) -> None:
    database = str(tmp_path / "record.db")
    assert _run("staff", "add", "maria", text="a long enough password\n", OZONE_DATABASE=database).returncode == 0
    assert "maria" in _run("staff", "list", OZONE_DATABASE=database).stdout
    short = _run("staff", "add", "tom", text="short\n", OZONE_DATABASE=database)
    assert short.returncode == 2
    assert "12" in short.stderr


def test_broken_content_is_one_sentence(tmp_path: Path) -> None:
    result = _run("content", "check", OZONE_DATA=str(tmp_path))
    assert result.returncode == 2
    assert "clinic.yml" in result.stderr


def test_the_rules_tell_what_they_make_of_a_sentence() -> None:
    told = _run("rules", "explain", "My chest hurts. Can ozone cause chest pain?")
    assert told.returncode == 0
    assert "fires     emergency.chest.pain (emergency_chest_pain) on “chest hurts”" in told.stdout
    assert "silenced by “can ozone cause chest pain”" in told.stdout
    assert told.stdout.splitlines()[-1].startswith("The rules alone: emergency")


def test_a_conversation_is_exported_held_purged_erased_and_backed_up_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OZONE_DATABASE", str(tmp_path / "var" / "record.db"))
    monkeypatch.setenv("OZONE_SECRET_FILE", str(tmp_path / "var" / "secret"))
    monkeypatch.setattr("bot.cli.configure_logging", lambda level=0: None)
    database = open_record(tmp_path / "var" / "record.db")
    for name, at in (
        ("old", "2020-01-01T00:00:00.000+00:00"),
        ("held", "2020-01-01T00:00:00.000+00:00"),
        ("young", utc(time.time())),
    ):
        turn = Turn(
            name,
            1,
            at,
            f"<b>{name} words",
            "answer",
            None,
            None,
            [],
            None,
            None,
            {},
            "x",
            1,
            "h",
            "r",
            [],
            WARNING,
            1.0,
            None,
        )
        database.execute(
            "INSERT INTO conversations (id, channel, started_at, last_at, turns) VALUES (?, 'web', ?, ?, 1)",
            [name, at, at],
        )
        insert_turn(database, turn)
    database.conn.commit()
    database.close()

    def run(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, list(arguments))
        assert done.exit_code == code, (arguments, done.output)
        return done.output

    who = ("--by", "ann", "--reason", "asked for it")
    assert "young words" in run("record", "export-person", "young")
    assert "&lt;b&gt;young words" in run("record", "export-person", "young", "--html")
    assert "Nothing is held" in run("record", "export-person", "nobody", code=2)
    run("record", "hold", "held", *who)
    assert "Would go: 1 conversations with 1 turns, older than 180 days" in run("record", "purge", "--dry-run")
    run("backup", str(tmp_path / "backup"))
    assert "Nothing of it is left in the files." in run("record", "purge")
    assert "legal hold" in run("record", "erase", "held", *who, code=2)
    run("record", "release", "held", *who)
    assert "Erased. Nothing of it is left" in run("record", "erase", "held", *who)
    assert "no such conversation" in run("record", "erase", "held", *who, code=2)
    assert [file.name for file in (tmp_path / "var").iterdir() if b"held words" in file.read_bytes()] == []
    assert "--force" in run("restore", str(tmp_path / "backup"), code=2)
    assert "Erased again, because they were erased after this backup: 1." in run(
        "restore", str(tmp_path / "backup"), "--force"
    )
    assert [file.name for file in (tmp_path / "var").iterdir() if b"held words" in file.read_bytes()] == []
    assert "old words" in run("record", "show", "old")
