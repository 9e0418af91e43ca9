"""What redaction missed is taken out of a conversation everywhere, in one step, and nothing else is."""

from __future__ import annotations

import json

import pytest
from sqlite_utils import Database

from bot.record.audit import entries
from bot.record.blanking import BLANKED, redact_everywhere
from bot.record.feedback import give_feedback
from bot.record.gaps import add_group
from bot.record.review import ReviewError, add_note, give_verdict
from bot.record.turns import search_turns, turns_of
from tests.record.conftest import Add

NOW = "2027-02-01T10:00:00.000+00:00"
SAID = "Zsófia Nagyné here, can I come with warfarin?"
EXPLANATION = {
    "reason": "risk",
    "findings": [{"rule": "medicine", "words": "zsofia nagyne here can i come"}],
    "read_as": "zsofia nagyne here",
}


@pytest.fixture
def talk(record: Database, add: Add) -> Database:
    turn = add("clinician", conversation="talk", text=SAID, explanation=EXPLANATION, client_id="zsofia-nagyne")
    add(conversation="talk", number=2, text="What does it cost?")
    add(conversation="other", text="I know Zsófia Nagyné too")
    event = {
        "event": "user",
        "text": SAID,
        "parse_data": {"text": SAID, "rules": EXPLANATION["findings"], "intent": {"name": "nagyne"}},
    }
    record.execute(
        "INSERT INTO events (conversation, type, at, data) VALUES ('talk', 'user', 1, ?)", [json.dumps(event)]
    )
    record.execute(
        "UPDATE conversations SET slots = ? WHERE id = 'talk'",
        [json.dumps({"request_question": "Nagyné asks", "misses": 1})],
    )
    give_feedback(record, "talk", 1, False, "it never answered Zsófia Nagyné")
    give_verdict(
        record, turn, "wrong_snippet", by="maria", now=NOW, correct="cost", comment="is it Zsófia Nagyné again?"
    )
    add_note(record, turn, "call ZSÓFIA NAGYNÉ", by="maria", now=NOW)
    add_group(record, SAID, b"")
    return record


def _everything(
    database: Database,
    tables: tuple[str, ...] = ("turns", "events", "conversations", "feedback", "corrections", "gap_clusters"),
) -> str:
    rows = [
        row
        for table in (*tables, "notes", "verdicts", "audit")
        for row in database.execute(f"SELECT * FROM {table}").fetchall()
    ]
    return json.dumps([row for row in rows if "other" not in row], default=str, ensure_ascii=False).lower()


def test_words_that_were_missed_are_taken_out_everywhere(talk: Database) -> None:
    assert redact_everywhere(talk, "talk", "Zsófia Nagyné", reason="name", by="maria", now=NOW) == 1
    assert "zsófia" not in _everything(talk)
    assert "zsofia" not in _everything(talk)
    assert turns_of(talk, "talk")[0].text == f"{BLANKED} here, can I come with warfarin?"
    assert [turn.conversation for turn in search_turns(talk, "Nagyné")] == ["other"]


def test_one_of_two_names_is_taken_out_of_what_the_conversation_remembers(talk: Database) -> None:
    redact_everywhere(talk, "talk", "nagyné", reason="name", by="maria", now=NOW)
    (slots,) = talk.execute("SELECT slots FROM conversations WHERE id = 'talk'").fetchone()
    assert json.loads(slots) == {"request_question": f"{BLANKED} asks", "misses": 1}


def test_what_is_no_visitors_word_stays(talk: Database) -> None:
    redact_everywhere(talk, "talk", "Nagyné", reason="name", by="maria", now=NOW)
    (event,) = talk.execute("SELECT data FROM events WHERE conversation = 'talk'").fetchone()
    assert json.loads(event)["parse_data"]["intent"] == {"name": "nagyne"}
    assert turns_of(talk, "talk")[0].reply == "Ozone is a gas."
    assert turns_of(talk, "other")[0].text == "I know Zsófia Nagyné too"


def test_the_audit_says_who_and_why_and_not_what(talk: Database) -> None:
    redact_everywhere(talk, "talk", "Zsófia", reason="name", by="maria", now=NOW)
    (entry,) = entries(talk, limit=1)
    assert (entry.who, entry.action, entry.what, entry.detail) == (
        "maria",
        "conversation.redacted",
        "talk",
        {"reason": "name", "messages": 1},
    )


def test_a_number_is_found_whatever_stands_between_its_digits(record: Database, add: Add) -> None:
    add(conversation="talk", text="my code is 12-34/56, and 1234567 stays")
    redact_everywhere(record, "talk", "12 34 56", reason="number", by="maria", now=NOW)
    assert turns_of(record, "talk")[0].text == f"my code is {BLANKED}, and 1234567 stays"


@pytest.mark.parametrize(
    ("words", "reason"),
    [("", "name"), ("-", "name"), ("x" * 201, "name"), ("Peter", "name"), ("arfari", "name"), ("Zsófia", "because")],
)
def test_what_cannot_be_taken_out_is_refused_and_nothing_changes(talk: Database, words: str, reason: str) -> None:
    before = _everything(talk)
    with pytest.raises(ReviewError):
        redact_everywhere(talk, "talk", words, reason=reason, by="maria", now=NOW)
    assert _everything(talk) == before
