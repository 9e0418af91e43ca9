"""What was stored before a rule of redaction existed is blanked afterwards, wherever it stands, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from bot.cli import main
from bot.record import redacting
from bot.record.audit import verify_audit
from bot.record.chain import verify_chain
from bot.record.database import open_record
from bot.record.feedback import feedback_of
from bot.record.gaps import add_group, add_members
from bot.record.holds import hold
from bot.record.redacted import redacted_events
from bot.record.redacting import Receipt, redact_stored
from bot.record.review import give_verdict
from bot.record.turns import Turn, insert_turn, search_turns, turn_from_events, turns_of
from bot.record.wiping import wipe
from bot.safety.triage import Triage
from tests.record.test_canary import left
from tests.record.test_redacted import made_by_rasa

AT = "2026-01-01T00:00:00.000+00:00"
SECRETS = ("2125550144", "bob.marsh", "quist")
SAID = (
    "since the infusion my number 2125550144 I feel dizzy",
    "my name is Zebulon Quist and my chest hurts",
    "I take warfarin 5 mg, is ozone safe?",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "record.db"


@pytest.fixture
def record(path: Path, triage: Triage) -> Iterator[Database]:
    """Conversations as a version without redaction stored them, with copies of their words."""
    database = open_record(path)
    for number, text in enumerate(SAID * 2):
        _store(database, f"talk {number}", made_by_rasa(triage, text), text)
    yield database
    database.close()


def _store(database: Database, conversation: str, events: list[dict[str, Any]], text: str) -> None:
    turn = turn_from_events(conversation, 1, events, 3.0)
    assert turn is not None
    with database.atomic():
        database.execute(
            "INSERT INTO conversations (id, channel, started_at, last_at, turns) VALUES (?, 'web', ?, ?, 1)",
            [conversation, AT, AT],
        )
        insert_turn(database, Turn(**{**vars(turn), "client_id": "bob.marsh@mail.example"}))
        for event in events:
            database.execute(
                "INSERT INTO events (conversation, type, at, data) VALUES (?, ?, 1, ?)",
                [conversation, event["event"], json.dumps(event)],
            )
        database.execute("INSERT INTO feedback VALUES (?, 1, 0, ?, ?)", [conversation, text, AT])
    (number,) = database.execute("SELECT max(id) FROM turns").fetchone()
    give_verdict(database, number, "wrong_snippet", by="ann", now=AT, correct="cost")
    with database.atomic():
        add_members(database, add_group(database, text, b""), [(number, AT)], b"")


def test_afterwards_all_is_as_if_the_rules_had_been_there_before(record: Database, path: Path, triage: Triage) -> None:
    assert left(path.parent, SECRETS)
    receipt = redact_stored(record, by="ann")
    assert (receipt.conversations, receipt.messages, receipt.held) == (6, 4, 0)
    for number, text in enumerate(SAID * 2):
        events = redacted_events(made_by_rasa(triage, text))
        stored = record.execute("SELECT data FROM events WHERE conversation = ? ORDER BY id", [f"talk {number}"])
        assert [json.loads(data) for (data,) in stored] == events
        (turn,) = turns_of(record, f"talk {number}")
        wanted = turn_from_events(turn.conversation, 1, events, 3.0)
        assert wanted is not None
        assert (turn.text, turn.explanation, turn.client_id) == (wanted.text, wanted.explanation, None)
        assert feedback_of(record, turn.conversation)[1][1] == wanted.text
    copies = [record.execute(f"SELECT * FROM {table}").fetchall() for table in ("corrections", "gap_clusters")]
    assert [secret for secret in SECRETS if secret in str(copies).lower()] == []
    assert "warfarin 5 mg" in str(copies)


def test_no_byte_is_left_the_search_finds_the_rest_and_the_chain_holds(record: Database, path: Path) -> None:
    redact_stored(record, by="ann")
    assert wipe(path)
    assert left(path.parent, SECRETS) == []
    assert search_turns(record, "2125550144") == []
    assert len(search_turns(record, "dizzy")) == 2
    assert verify_chain(record, path)[1] == []
    assert verify_audit(record)[1] == []
    assert record.execute("SELECT who, what FROM audit WHERE action = 'record.redacted'").fetchall()[0] == (
        "ann",
        "everything",
    )


def test_words_that_an_earlier_version_left_beside_a_blanked_message_go(record: Database, triage: Triage) -> None:
    text = SAID[0].replace("2125550144", "[number]")
    events = made_by_rasa(triage, SAID[0])
    for event in events:
        if event["event"] == "user":
            event["text"] = event["parse_data"]["text"] = text
    _store(record, "old", events, text)
    assert "2125550144" in str(turns_of(record, "old")[0].explanation)
    redact_stored(record, by="ann")
    (turn,) = turns_of(record, "old")
    assert turn.text == text
    assert "2125550144" not in str(turn.explanation)
    assert "since the infusion my number … i feel dizzy" in str(turn.explanation)
    (data,) = record.execute("SELECT group_concat(data) FROM events WHERE conversation = 'old'").fetchone()
    assert "2125550144" not in data


def test_a_dry_run_counts_and_changes_nothing(record: Database) -> None:
    before = list(record.conn.iterdump())
    counted = redact_stored(record, by="ann", dry_run=True)
    assert list(record.conn.iterdump()) == before
    assert redact_stored(record, by="ann") == counted
    assert redact_stored(record, by="ann") == Receipt(conversations=6)


def test_a_run_that_was_cut_short_goes_on_where_it_was(record: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redacting, "CONVERSATIONS_AT_ONCE", 2)

    def stop(receipt: Receipt) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        redact_stored(record, by="ann", told=stop)
    looked_at: list[int] = []
    redact_stored(record, by="ann", told=lambda receipt: looked_at.append(receipt.conversations))
    assert looked_at == [2, 4]
    assert [turn.text for number in (0, 3) for turn in turns_of(record, f"talk {number}")] == [
        "since the infusion my number [number] I feel dizzy"
    ] * 2


def test_other_rules_begin_anew(record: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redacting, "CONVERSATIONS_AT_ONCE", 2)

    def stop(receipt: Receipt) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        redact_stored(record, by="ann", told=stop)
    monkeypatch.setattr(redacting, "_rules", lambda: "others")
    assert redact_stored(record, by="ann").conversations == 6


def test_what_is_under_a_legal_hold_stays_as_it_is(record: Database) -> None:
    hold(record, "talk 0", by="ann", reason="court")
    assert redact_stored(record, by="ann").held == 1
    (turn,) = turns_of(record, "talk 0")
    assert turn.text == SAID[0]
    assert SAID[0] in str(record.execute("SELECT text FROM corrections").fetchall())


def test_a_text_that_somebody_changed_meanwhile_is_left_to_the_next_run(
    record: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = redacting._write

    def late(database: Database, *rest: object) -> None:
        database.execute("UPDATE turns SET text = 'mine' WHERE conversation = 'talk 0'")
        write(database, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(redacting, "_write", late)
    redact_stored(record, by="ann")
    assert turns_of(record, "talk 0")[0].text == "mine"


def test_the_command_counts_first_and_then_blanks(
    record: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OZONE_DATABASE", str(path))
    counted = CliRunner().invoke(main, ["record", "redact", "--dry-run"])
    assert "Would be blanked: something in 4 messages" in counted.output
    assert left(path.parent, SECRETS)
    done = CliRunner().invoke(main, ["record", "redact"])
    assert "Blanked: something in 4 messages" in done.output
    assert "Nothing of it is left in the files." in done.output
    assert left(path.parent, SECRETS) == []
