"""The record proves what was sent, and a change behind the application's back is found and named."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.content.shared import shared_library
from bot.record import audit, chain
from bot.record.database import open_record
from bot.record.deletion import delete_conversation
from bot.record.proof import note_texts, prove
from bot.record.sealed import CONTACT, Seal
from bot.record.turns import Turn, insert_turn, utc
from bot.safety.warning import WARNING

NOW = 1_800_000_000.0
EMERGENCY = "emergency_breathing"


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _turn(conversation: str, number: int, snippet_id: str = "what_is_ozone", text: str = "What is ozone?") -> Turn:
    snippet = shared_library()[snippet_id]
    return Turn(
        conversation=conversation,
        number=number,
        at=utc(NOW + number),
        text=text,
        route=snippet.route,
        intent=snippet_id,
        confidence=0.9,
        ranking=[],
        risk_category=None,
        risk_rule=None,
        explanation={"reason": "intent"},
        snippet_id=snippet.id,
        snippet_version=snippet.version,
        snippet_hash=snippet.hash,
        reply=snippet.text,
        messages=[{"text": snippet.text, "snippet": dict(snippet.trace()), "buttons": []}],
        warning=WARNING,
        latency_ms=20.0,
        model_id="m",
    )


def _say(database: Database, turn: Turn) -> None:
    with database.atomic():
        database.execute(
            """INSERT INTO conversations (id, channel, started_at, last_at, turns, worst_route) VALUES (?, 'web', ?, ?,
                1, ?)
            ON CONFLICT (id) DO UPDATE SET turns = turns + 1, last_at = excluded.last_at,
            worst_route = excluded.worst_route""",
            [turn.conversation, turn.at, turn.at, turn.route],
        )
        insert_turn(database, turn)
        database.execute(
            "INSERT INTO events (conversation, type, at, data) VALUES (?, 'bot', ?, ?)",
            [turn.conversation, NOW, json.dumps({"event": "bot", "text": turn.reply})],
        )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A record with all kinds of rows, written as the application writes them, and its head noted."""
    return _written(tmp_path / "record.db")


def _written(path: Path) -> Path:
    database = open_record(path)
    with closing(database):
        note_texts(database, shared_library(), utc(NOW - 60))
        for number in (1, 2):
            _say(database, _turn("calm", number))
        _say(database, _turn("grave", 1, EMERGENCY, "I cannot breathe"))
        with database.atomic():
            for who in ("maria", "tom"):
                database.execute(
                    "INSERT INTO staff (username, password_hash, created_at, role) VALUES (?, 'x', '', 'reviewer')",
                    [who],
                )
            database.execute(
                "INSERT INTO feedback (conversation, number, helpful, reason, at) VALUES ('calm', 1, 1, '', ?)",
                [utc(NOW)],
            )
            database.execute("INSERT INTO verdicts (turn, verdict, by, at) VALUES (1, 'right', 'maria', ?)", [utc(NOW)])
            database.execute("INSERT INTO notes (turn, text, by, at) VALUES (1, 'seen', 'maria', ?)", [utc(NOW)])
            database.execute("INSERT INTO tags (tag, turn, by, at) VALUES ('good', 1, 'maria', ?)", [utc(NOW)])
            database.execute("INSERT INTO flags (turn, by, at) VALUES (3, 'maria', ?)", [utc(NOW)])
            database.execute(
                """INSERT INTO requests (conversation, created_at, question, reach, best_time, consent_at, changed_at)
                VALUES ('calm', ?, 'q', 'r', 'b', ?, ?)""",
                [utc(NOW)] * 3,
            )
            database.execute(
                "INSERT INTO corrections (turn, text, intent, state, proposed_by, proposed_at) VALUES (2, 't', 'cost',"
                " 'accepted', 'tom', ?)",
                [utc(NOW)],
            )
            database.execute(
                "INSERT INTO improvement_runs (state, by, started_at, model_before, model_after) VALUES ('promoted',"
                " 'tom', ?, 'a', 'b')",
                [utc(NOW)],
            )
        for what in ("first", "second"):
            audit.append(database, "maria", "turn.judged", what, utc(NOW))
        chain.note_head(database, path, utc(NOW + 60))
    return path


def _problems(path: Path) -> tuple[str, ...]:
    with closing(open_record(path)) as database:
        return prove(database, path).problems


def _forge(path: Path, *statements: str) -> None:
    """Writes as somebody with the file, SQL and care: the
    triggers are away meanwhile, and back afterwards as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        raw.execute("PRAGMA ignore_check_constraints=ON")
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            raw.execute(statement)
        for _, sql in triggers:
            raw.execute(sql)


def test_a_record_that_the_application_wrote_is_proved(path: Path) -> None:
    assert _problems(path) == ()


def test_a_record_from_before_the_chain_is_proved_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    with closing(open_record(path)) as database:
        note_texts(database, shared_library(), utc(NOW - 60))
        _say(database, _turn("calm", 1))
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:  # as an earlier version left it
        for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'chain_%'"
        ).fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("DROP TABLE chain")
        raw.execute("DROP TABLE sent_texts")
        raw.execute("DELETE FROM _sqlite_migrations WHERE name = 'keyed_chain'")
    assert _problems(path) == ()
    _forge(path, "UPDATE turns SET text = 'other words'")
    assert _problems(path) == ("turns 1: was changed behind the application's back.",)


def _forged_reply() -> str:
    text = "Ozone is safe to inhale."
    messages = json.dumps(
        [
            {
                "text": text,
                "snippet": {"id": "what_is_ozone", "version": 1, "hash": _sha(text), "sources": []},
                "buttons": [],
            }
        ]
    )
    return f"UPDATE turns SET reply = '{text}', messages = '{messages}', snippet_hash = '{_sha(text)}' WHERE id = 1"


FORGERIES: dict[str, tuple[tuple[str, ...], str]] = {
    "the visitor's words changed": (("UPDATE turns SET text = 'thanks' WHERE id = 3",), "turns 3"),
    "an emergency made an answer, its reasons gone": (
        ("UPDATE turns SET route = 'answer', explanation = '{}' WHERE id = 3",),
        "turns 3",
    ),
    "the last turn taken out": (("DELETE FROM turns WHERE id = 3",), "turns 3"),
    "an emergency conversation taken out": (
        (
            "DELETE FROM turns WHERE conversation = 'grave'",
            "DELETE FROM events WHERE conversation = 'grave'",
            "DELETE FROM conversations WHERE id = 'grave'",
        ),
        "conversations grave",
    ),
    "a forged reply with its hash": ((_forged_reply(),), "never an approved text in use"),
    "the end of the audit taken out and its head moved": (
        (
            "DELETE FROM audit WHERE id = 2",
            "UPDATE audit_head SET entries = 1, hash = (SELECT hash FROM audit WHERE id = 1)",
        ),
        "audit 2",
    ),
    "an audit entry changed": (("UPDATE audit SET who = 'tom' WHERE id = 1",), "audit 1"),
    "a turn put in": (
        (
            """INSERT INTO turns SELECT 9, conversation, 9, at, NULL, text, route, intent, confidence, ranking,
                risk_category, risk_rule,
            explanation, snippet_id, snippet_version, snippet_hash, reply, messages, warning, latency_ms, model_id, NULL
            FROM turns WHERE id = 1""",
        ),
        "turns 9",
    ),
    "a turn moved to another day": (("UPDATE turns SET at = '2020-01-01T00:00:00.000+00:00' WHERE id = 1",), "turns 1"),
    "the warning taken off": (
        ("UPDATE turns SET warning = '' WHERE id = 1",),
        "calm #1: the warning is missing or changed.",
    ),
    "two turns swapped": (("UPDATE turns SET number = 9 - number WHERE conversation = 'calm'",), "turns 1"),
    "a verdict changed": (("UPDATE verdicts SET verdict = 'wrong_route'",), "verdicts 1"),
    "a verdict taken out": (("DELETE FROM verdicts",), "verdicts 1"),
    "a verdict in another's name": (("UPDATE verdicts SET by = 'tom'",), "verdicts 1"),
    "a visitor's judgement turned": (("UPDATE feedback SET helpful = 0",), "feedback calm 1"),
    "a request changed": (("UPDATE requests SET question = 'other'",), "requests 1"),
    "a request without consent": (("UPDATE requests SET consent_at = ''",), "requests 1"),
    "a request taken out": (("DELETE FROM requests",), "requests 1"),
    "a note changed": (("UPDATE notes SET text = 'unseen'",), "notes 1"),
    "a tag taken off": (("DELETE FROM tags",), "tags good 1"),
    "a flag settled": (("UPDATE flags SET resolved_by = 'tom', resolved_at = 'now'",), "flags 1"),
    "a correction accepted in another's name": (("UPDATE corrections SET decided_by = 'maria'",), "corrections 1"),
    "another model named as promoted": (("UPDATE improvement_runs SET model_after = 'c'",), "improvement_runs 1"),
    "a role raised": (("UPDATE staff SET role = 'admin' WHERE username = 'tom'",), "staff tom"),
    "an account put in": (
        ("INSERT INTO staff (username, password_hash, created_at) VALUES ('eve', 'x', '')",),
        "staff eve",
    ),
    "a session put in": (
        ("INSERT INTO staff_sessions (token_hash, username, created_at, last_seen_at) VALUES ('h', 'tom', '', '')",),
        "staff_sessions h",
    ),
    "a setting changed": (
        ("UPDATE console_settings SET value = '0' WHERE name = 'low_confidence'",),
        "console_settings low_confidence",
    ),
    "an emergency taken from the queue": (("DELETE FROM queue_items WHERE turn = 3",), "queue_items emergencies 3"),
    "what filters know changed": (("UPDATE turn_facts SET route = 'answer' WHERE turn = 3",), "turn_facts 3"),
    "the sums changed": (
        ("UPDATE counters SET count = count - 1 WHERE kind = 'monthly.route' AND name = 'emergency'",),
        "counters",
    ),
    "a text made approved": (
        (
            (
                "INSERT INTO sent_texts (id, version, hash, noted_at, approval) VALUES ('what_is_ozone', 9,"
                f" '{_sha('x')}', '2020', 'x')"
            ),
        ),
        "sent_texts what_is_ozone 9",
    ),
    "an approval put in another's name": (
        ("UPDATE sent_texts SET approval = 'Dr Who' WHERE id = 'what_is_ozone'",),
        "sent_texts what_is_ozone",
    ),
    "Rasa's memory of a reply changed": (
        ("UPDATE events SET data = replace(data, 'gas', 'cure')",),
        "Rasa's events tell of other replies",
    ),
    "a deletion forgotten": (
        ("INSERT INTO deleted_conversations (hash, at) VALUES ('x', '')",),
        "deleted_conversations x",
    ),
    "a link changed": (("UPDATE chain SET seal = zeroblob(32) WHERE n = 5",), "chain #5"),
    "a link and its row taken out": (
        ("DELETE FROM verdicts", "DELETE FROM chain WHERE what = 'verdicts'"),
        "links are missing",
    ),
    "the end cut off, row and links": (
        ("DELETE FROM chain WHERE n > (SELECT max(n) - 4 FROM chain)", "DELETE FROM audit WHERE id = 2"),
        "its end is missing",
    ),
    "the chain taken out": (("DELETE FROM chain",), "its end is missing"),
    "the words and a made-up link": (
        (
            "UPDATE turns SET text = 'thanks' WHERE id = 3",
            "INSERT INTO chain (what, row, told, seal) VALUES ('turns', 3, 'changed', zeroblob(32))",
        ),
        "the link or one before it was changed",
    ),
}


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forgery_is_found_and_named(path: Path, kind: str) -> None:
    statements, named = FORGERIES[kind]
    _forge(path, *statements)
    problems = _problems(path)
    assert any(named in problem for problem in problems), problems


ROWS = (
    "INSERT INTO assignments VALUES (1, 'tom', 'maria', 't')",
    "INSERT INTO saved_views VALUES (1, 'n', '/search', 'maria', 0, 't')",
    "INSERT INTO run_reasons VALUES (1, 1, 'maria', 'clinician', 'because', 't')",
    "INSERT INTO gap_clusters VALUES (1, 'e', x'00', 0, 'open', NULL, NULL, NULL)",
    "INSERT INTO gap_members VALUES (1, 1, 't')",
    "INSERT INTO staff_sessions VALUES ('h', 'tom', 't', 't')",
    "INSERT INTO staff_links VALUES ('h', 'eve', 'viewer', 'maria', 't', 't')",
    "INSERT INTO staff_recovery_codes VALUES ('tom', 'h')",
    "INSERT INTO samples VALUES (1, 'n', 't', 't', 'maria', 't')",
    "INSERT INTO sample_reviewers VALUES (1, 'tom')",
    "INSERT INTO sample_turns VALUES (1, 1, 1)",
    "INSERT INTO sample_replacements (sample, gone, came, by, at) VALUES (1, 'tom', 'eve', 'maria', 't')",
    "INSERT INTO sample_verdicts VALUES (1, 1, 1, 0, 'right', NULL, '', 'tom', 't')",
    "INSERT INTO api_tokens VALUES (1, 'n', 'h', 'maria', 't', NULL)",
    "INSERT INTO deleted_conversations VALUES ('h', 't')",
    "INSERT INTO holds VALUES ('calm', 'maria', 't', 'court')",
    "INSERT INTO held_copies VALUES ('h', 'maria', 't', 'court', 's')",
    "INSERT OR IGNORE INTO serving VALUES (1, 'm', 't')",
    """INSERT INTO texts (id, kind, name, number, state, body, author, reason, created_at, changed_at)
        VALUES (1, 'fact', 'phone', 1, 'draft', '{}', 'maria', 'new', 't', 't')""",
    "INSERT INTO text_revisions VALUES (1, 1, 'maria', 't')",
    "INSERT INTO text_sentences VALUES (1, 1, NULL, 'how much is it')",
)
"""A row for each table of which `path` has none."""


@pytest.fixture(scope="module")
def with_every_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a record with a row in every table that is covered."""
    path = _written(tmp_path_factory.mktemp("full") / "record.db")
    with closing(open_record(path)) as database:
        with database.atomic():
            for row in ROWS:
                database.execute(row)
        chain.note_head(database, path, utc(NOW + 120))
    assert _problems(path) == ()
    return path.parent


@pytest.fixture
def full(with_every_table: Path, tmp_path: Path) -> Path:
    """A copy of that record."""
    shutil.copytree(with_every_table, tmp_path / "full")
    return tmp_path / "full" / "record.db"


def _other(name: str, kind: str) -> str:
    """SQL for another value of a column."""
    return f"coalesce({name}, 0) + 1000" if kind in ("INTEGER", "REAL") else f"coalesce({name}, '') || 'x'"


def _forgery(raw: sqlite3.Connection, table: str, how: str) -> str:
    """SQL that forges a row of a table."""
    columns = {name: kind for _, name, kind, *_ in raw.execute(f"PRAGMA table_info({table})")}
    key = [name for _, name, _, _, _, place in raw.execute(f"PRAGMA table_info({table})") if place]
    covered = [name for name in chain.COVERED[table].columns if name not in key] or key
    one = f"(SELECT {', '.join(key)} FROM {table} ORDER BY {', '.join(key)} LIMIT 1)"
    this = f"({', '.join(key)}) = {one}" if len(key) > 1 else f"{key[0]} = {one}"
    values = ", ".join(_other(name, kind) for name, kind in columns.items())
    return {
        "changed": f"UPDATE {table} SET {covered[0]} = {_other(covered[0], columns[covered[0]])} WHERE {this}",
        "taken out": f"DELETE FROM {table} WHERE {this}",
        "put in": f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {this}",
    }[how]


@pytest.mark.parametrize("how", ["changed", "taken out", "put in"])
def test_a_forged_row_of_every_table_is_named(full: Path, how: str) -> None:
    with closing(sqlite3.connect(full)) as raw:
        forgeries = [_forgery(raw, table, how) for table in sorted(chain.COVERED)]
    _forge(full, *forgeries)
    problems = _problems(full)
    assert [
        table for table in chain.COVERED if not any(problem.startswith(f"{table} ") for problem in problems)
    ] == [], problems


def test_a_record_whose_audit_has_lost_its_head_is_named(path: Path) -> None:
    _forge(path, "DELETE FROM audit_head")
    assert "audit: the note of its newest entry is missing." in _problems(path)


PASSES_OR_FOLLOWS = {
    "events": "Rasa's own, compared with the turns",
    "hours": "sums of turns, worked out again",
    "counters": "sums of turns, worked out again",
    "queue_counts": "the number of queue_items",
    "reservations": "passes after minutes",
    "waiting_conversations": "the number of queue_items",
    "waiting_counts": "the number of waiting_conversations",
    "heartbeat": "passes",
    "text_typing": "passes when the form is saved",
    "serving_texts": "which process sends which texts at this moment",
    "leases": "passes after minutes",
    "alerts": "follows turns and requests, and passes",
    "alert_channels": "passes with the next message",
    "review_reminders": "passes with the next reminder",
    "review_stages": "passes with the next reminder",
    "pending_wipes": "passes with the next wipe",
    "upkeep": "when the last clean-up was, and why a wipe failed",
    "chain": "the chain itself",
    "followed": "numbers of an outbox, which pass",
    "gone": "what is on its way out of PostgreSQL, which passes",
    "_sqlite_migrations": "the schema's own",
    "sqlite_sequence": "the schema's own",
}


def test_every_table_is_covered_or_left_out_on_purpose() -> None:
    tables = {name for name in open_record(None).table_names() if not name.startswith("turns_fts")}
    assert tables - PASSES_OR_FOLLOWS.keys() == chain.COVERED.keys()


def test_every_column_is_covered_but_those_that_only_tell_when_somebody_was_there() -> None:
    database = open_record(None)
    left = {
        f"{table}.{column}"
        for table, covered in chain.COVERED.items()
        for column in database.table(table).columns_dict
        if column not in covered.columns and f"{{row}}.{column}" not in covered.key
    }
    assert left == {
        "api_tokens.last_used_at",
        "staff_sessions.last_seen_at",
        "gap_clusters.centroid",
        "gap_clusters.size",
    }


def test_a_trigger_that_was_taken_out_is_named(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DROP TRIGGER chain_turns_gone")
    assert _problems(path) == ("schema: the trigger chain_turns_gone is missing or changed.",)


def test_nothing_can_be_written_without_the_key(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, pytest.raises(sqlite3.OperationalError, match="chain_seal"):
        raw.execute("UPDATE turns SET text = 'thanks' WHERE id = 3")


def test_another_key_proves_nothing(path: Path) -> None:
    chain.key_file(path).write_bytes(bytes(32))
    (problem,) = _problems(path)
    assert "the key beside the record is not its own" in problem


def test_a_deleted_conversation_is_no_forgery(path: Path) -> None:
    with closing(open_record(path)) as database:
        delete_conversation(database, "grave", lambda: Seal("s3cret", purpose=CONTACT))
    assert _problems(path) == ()


def test_a_record_put_back_to_an_earlier_state_is_named(path: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.db"
    with closing(open_record(path)) as database, closing(sqlite3.connect(earlier)) as copy:
        database.conn.backup(copy)
        _say(database, _turn("later", 1))
        chain.note_head(database, path, utc(NOW + 120))
    with closing(sqlite3.connect(earlier)) as copy, closing(sqlite3.connect(path)) as place:
        copy.backup(place)
    assert any("put back to an earlier state" in problem for problem in _problems(path))


def test_heads_are_noted_once_each(path: Path) -> None:
    with closing(open_record(path)) as database:
        assert chain.note_head(database, path, utc(NOW + 90)) is None
        _say(database, _turn("later", 1))
        assert chain.note_head(database, path, utc(NOW + 120)) == chain.head(database)
    assert len(chain.heads_file(path).read_text().splitlines()) == 2
    assert not chain.heads_file(path).stat().st_mode & 0o077
    assert not chain.key_file(path).stat().st_mode & 0o077


def test_a_text_must_be_in_use_before_it_is_sent(path: Path) -> None:
    with closing(open_record(path)) as database:
        changed = "Ozone is a gas made of three oxygen atoms, in new words."
        turn = _turn("early", 1)
        trace: dict[str, Any] = {**turn.messages[0]["snippet"], "version": 99, "hash": _sha(changed)}
        sent = replace(
            turn,
            reply=changed,
            snippet_version=99,
            snippet_hash=_sha(changed),
            messages=[{"text": changed, "snippet": trace, "buttons": []}],
        )
        _say(database, sent)
        database.execute(
            "INSERT INTO sent_texts (id, version, hash, noted_at, approval) VALUES ('what_is_ozone', 99, ?, ?, 'x')",
            [_sha(changed), utc(NOW + 600)],
        )
        database.conn.commit()
    assert _problems(path) == (
        "early #1: the text of `what_is_ozone` (version 99) came into use only after it was sent.",
    )


# What a turn itself must hold


@pytest.fixture
def database() -> Database:
    return open_record(None)


def _of_turns(database: Database, turn: Turn, *, events: bool = False) -> tuple[str, ...]:
    note_texts(database, shared_library(), utc(NOW - 60))
    _say(database, turn)
    if not events:
        database.execute("DELETE FROM events")
    return prove(database, None).problems


def _sending(text: str, **snippet: object) -> Turn:
    turn = _turn("talk", 1)
    return replace(
        turn,
        reply=text,
        messages=[{"text": text, "snippet": {**turn.messages[0]["snippet"], **snippet}, "buttons": []}],
    )


def test_a_text_with_the_warning_after_it_passes(database: Database) -> None:
    assert _of_turns(database, _sending(f"{shared_library()['what_is_ozone'].text}\n\n{WARNING}")) == ()


def _worked_out(text: str, **changes: object) -> Turn:
    """A turn whose message is an approved pattern with a fact, and then the approved answer."""
    opening, base = shared_library().opening, shared_library()["opening_hours"]
    assert opening is not None
    pattern = opening.patterns["open_now"]
    sentence = {"pattern": "open_now", "text": pattern, "hash": _sha(pattern), "facts": {"to": "5 pm"}}
    made_of = {
        "base": base.hash,
        "version": opening.version,
        "at": "2026-12-07T09:00-05:00",
        "sentences": [sentence],
        **changes,
    }
    turn = _turn("talk", 1, "opening_hours")
    trace = {**turn.messages[0]["snippet"], "hash": _sha(text), "made_of": made_of}
    return replace(turn, reply=text, messages=[{"text": text, "snippet": trace, "buttons": []}])


def _front(to: str) -> str:
    opening = shared_library().opening
    assert opening is not None
    return opening.patterns["open_now"].replace("{to}", to)


def test_a_text_that_was_worked_out_passes_when_pattern_and_facts_give_it(database: Database) -> None:
    assert _of_turns(database, _worked_out(f"{_front('5 pm')} {shared_library()['opening_hours'].text}")) == ()


@pytest.mark.parametrize(
    ("front", "rest", "changes"),
    [
        ("6 pm", "", {}),
        ("5 pm", "It cures. ", {}),
        ("5 pm", "", {"base": "0"}),
        ("5 pm", "", {"sentences": []}),
        ("5 pm", "", {"sentences": None}),
    ],
)
def test_a_text_that_pattern_and_facts_do_not_give_is_found(
    database: Database, front: str, rest: str, changes: dict[str, object]
) -> None:
    problems = _of_turns(
        database, _worked_out(f"{_front(front)} {rest}{shared_library()['opening_hours'].text}", **changes)
    )
    assert (
        "talk #1: the text of `opening_hours` is not made of its approved pattern and the facts that were stored."
        in problems
    )


def test_an_empty_record_has_nothing_that_fails(database: Database) -> None:
    assert prove(database, None).problems == ()


Change = Callable[[Turn], Turn]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda turn: replace(turn, reply="Ozone is a cure."),
            "the reply that is searched is not the reply that was sent.",
        ),
        (lambda turn: replace(turn, warning="Ozone is fine."), "the warning is missing or changed."),
        (lambda turn: replace(turn, messages=[], reply=""), "no reply was sent."),
        (
            lambda turn: replace(turn, messages=[{**turn.messages[0], "snippet": None}]),
            "the text of `None` is not the approved one.",
        ),
    ],
)
def test_a_turn_that_is_not_as_it_must_be_is_named(database: Database, change: Change, problem: str) -> None:
    assert f"talk #1: {problem}" in _of_turns(database, change(_turn("talk", 1)))
