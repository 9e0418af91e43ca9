"""What is older than it may be goes by itself, and nothing else does."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot.record import retention
from bot.record.audit import verify_audit
from bot.record.database import open_record
from bot.record.deletion import ErasureError, delete_conversation, erase_conversation, name_hash
from bot.record.holds import HoldError, held_copy, hold, release
from bot.record.private import opened_answers, sealed_answers
from bot.record.proof import prove
from bot.record.requests import leave_request, list_requests
from bot.record.retention import Keeping, clean_up, count_old
from bot.record.sealed import CONTACT, Seal
from bot.record.turns import search_turns, utc
from bot.record.upkeep import Upkeep
from bot.record.wiping import pending, wipe
from tests.record.conftest import BEGUN, Add

DAY = 86_400
SEAL = Seal("s3cret", purpose=CONTACT)
KEEPING = Keeping(conversations=180, requests=365)
NOW = BEGUN + 200 * DAY


def _conversations(record: Database) -> list[str]:
    return [name for (name,) in record.execute("SELECT id FROM conversations ORDER BY id")]


def test_old_conversations_go_with_everything_and_young_ones_stay(record: Database, add: Add) -> None:
    for number in range(120):
        add("clarify", conversation=f"old-{number}", text="an old marimba", at=utc(BEGUN))
    add("clarify", conversation="young", text="a young marimba", at=utc(NOW - 179 * DAY))
    leave_request(record, "old-1", question="May I?", reach="01 23", best_time="", seal=SEAL)
    receipt = clean_up(record, KEEPING, NOW)
    assert (receipt.conversations, receipt.turns, receipt.requests) == (120, 120, 0)
    assert _conversations(record) == ["young"]
    assert [turn.conversation for turn in search_turns(record, "marimba")] == ["young"]
    assert [request.question for request in list_requests(record, seal=SEAL)] == ["May I?"], (
        "it is kept as long as requests are"
    )
    assert verify_audit(record)[1] == []
    assert not clean_up(record, KEEPING, NOW)


def test_a_dry_run_counts_the_same_and_changes_nothing(record: Database, add: Add) -> None:
    for number in range(3):
        add(conversation=f"old-{number}", at=utc(BEGUN))
    told = count_old(record, KEEPING, NOW)
    assert told.conversations == 3
    assert len(_conversations(record)) == 3
    assert clean_up(record, KEEPING, NOW).conversations == 3


def test_requests_go_after_their_own_time(record: Database, add: Add) -> None:
    add(conversation="c")
    leave_request(record, "c", question="May I?", reach="01 23", best_time="", seal=SEAL)
    record.execute("UPDATE requests SET changed_at = ?", [utc(NOW - 366 * DAY)])
    assert clean_up(record, KEEPING, NOW).requests == 1
    assert list_requests(record, seal=SEAL) == []


def test_a_clean_up_that_is_cut_short_goes_on_the_next_time(
    record: Database, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(120):
        add(conversation=f"old-{number}", at=utc(BEGUN))

    def killed(seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("bot.record.retention.time.sleep", killed)
        with pytest.raises(KeyboardInterrupt):
            clean_up(record, KEEPING, NOW)
    assert 0 < len(_conversations(record)) < 120
    assert pending(record) is not None
    clean_up(record, KEEPING, NOW)
    assert _conversations(record) == []


def test_a_held_conversation_is_neither_cleaned_up_nor_erased(record: Database, add: Add) -> None:
    add(conversation="c", at=utc(BEGUN))
    hold(record, "c", by="ann", reason="a lawsuit")
    assert clean_up(record, KEEPING, NOW).held == 1
    with pytest.raises(ErasureError, match="legal hold"):
        erase_conversation(record, "c", by="ann", reason="asked")
    assert _conversations(record) == ["c"]
    assert not release(record, "c", name_hash("c"), by="ann", reason="settled")
    clean_up(record, KEEPING, NOW)
    assert _conversations(record) == []
    with pytest.raises(HoldError, match="no hold"):
        release(record, "c", name_hash("c"), by="ann", reason="settled")


def test_a_held_conversation_that_its_visitor_deletes_is_hidden_and_kept_sealed_until_the_release(
    record: Database, add: Add
) -> None:
    add("clarify", conversation="c", text="a marimba")
    hold(record, "c", by="ann", reason="a lawsuit")
    delete_conversation(record, "c", lambda: SEAL)
    assert _conversations(record) == []
    assert search_turns(record, "marimba") == []
    assert "marimba" not in str(record.execute("SELECT * FROM held_copies").fetchall())
    copy = held_copy(record, name_hash("c"), SEAL)
    assert copy is not None
    assert copy["turns"][0]["text"] == "a marimba"
    assert release(record, "c", name_hash("c"), by="ann", reason="settled")
    assert held_copy(record, name_hash("c"), SEAL) is None


def test_what_is_typed_into_a_form_is_sealed_and_gone_an_hour_later(record: Database, add: Add) -> None:
    typed = {
        "request_question": "about a rash",
        "request_reach": "jo@mail.example",
        "requested_slot": "request_time",
        "risk": "clinician_medicine",
    }
    add(conversation="c", at=utc(NOW - 3500))
    sealed = sealed_answers(typed, "c", lambda: SEAL)
    assert opened_answers(sealed, "c", lambda: SEAL) == typed
    assert opened_answers(sealed, "c", lambda: Seal("lost", purpose=CONTACT)) == {
        name: typed[name] for name in ("requested_slot", "risk")
    }
    record.execute("UPDATE conversations SET slots = ?", [json.dumps(sealed)])
    assert "rash" not in str(record.execute("SELECT slots FROM conversations").fetchall())
    assert retention.drop_forms(record, KEEPING, NOW) == 0, "it is not an hour yet"
    assert retention.drop_forms(record, KEEPING, NOW + 200) == 1
    assert json.loads(record.execute("SELECT slots FROM conversations").fetchone()[0]) == {"risk": "clinician_medicine"}


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, "2026-05-12T12:00", True),
        ("2026-05-12T03:10", "2026-05-12T12:00", False),
        ("2026-05-12T03:10", "2026-05-13T02:59", False),
        ("2026-05-12T03:10", "2026-05-13T03:01", True),
        ("2026-05-10T03:10", "2026-05-12T12:00", True),
    ],
)
def test_a_clean_up_is_due_once_a_night_by_the_clinics_clock(
    record: Database, last: str | None, now: str, due: bool
) -> None:
    zone = ZoneInfo("America/New_York")
    if last is not None:
        clean_up(record, KEEPING, datetime.fromisoformat(last).replace(tzinfo=zone).timestamp())
    assert retention.is_due(record, datetime.fromisoformat(now).replace(tzinfo=zone).timestamp(), zone) is due


def test_the_website_cleans_up_wipes_and_lists_by_itself(tmp_path: Path) -> None:
    path, erased = tmp_path / "record.db", tmp_path / "secret.d" / "erased.txt"
    database = open_record(path)
    for name in ("old", "deleted"):
        database.execute(
            "INSERT INTO conversations (id, channel, started_at, last_at) VALUES (?, 'web', ?, ?)",
            [name, utc(BEGUN), utc(BEGUN)],
        )
    delete_conversation(database, "deleted", lambda: SEAL)
    one, other = (Upkeep(path, erased, lambda: KEEPING, UTC, lambda: SEAL) for _ in range(2))
    database.execute("INSERT INTO leases (name, owner, until) VALUES ('upkeep', 'another process', ?)", [NOW + 60])
    database.conn.commit()
    assert one.round(NOW)
    assert _conversations(database) == ["old"], "another process is at it"
    assert other.round(NOW + 61)
    assert _conversations(database) == []
    assert pending(database) is None
    assert name_hash("deleted") in erased.read_text()


def test_the_proof_holds_after_a_clean_up_and_erasures(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    database = open_record(path)
    for name in ("old", "deleted", "erased", "kept"):
        at = utc(BEGUN if name == "old" else NOW)
        database.execute(
            "INSERT INTO conversations (id, channel, started_at, last_at, turns) VALUES (?, 'web', ?, ?, 1)",
            [name, at, at],
        )
        leave_request(database, name, question="May I?", reach="01 23", best_time="", seal=SEAL)
    delete_conversation(database, "deleted", lambda: SEAL)
    erase_conversation(database, "erased", by="ann", reason="asked", requests=True)
    clean_up(database, KEEPING, NOW)
    assert wipe(path)
    assert prove(database, path).problems == ()
