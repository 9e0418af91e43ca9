"""What is blanked in a message stands nowhere else in the record either."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.content.shared import shared_triage
from bot.on_rasa.tracker_store import RecordTrackerStore
from bot.record.redacted import client_id_kept, redacted_events
from bot.record.turns import turn_from_events, turns_of
from bot.safety.triage import Rule, Triage
from tests.on_rasa.test_tracker_store import TURN

RULES = shared_triage().rules
SECRETS = (
    ("my number is 2125550144", ["2125550144"]),
    ("bob.marsh@mail.example", ["bob", "marsh", "mail.example"]),
    ("my name is Zebulon Quist", ["zebulon", "quist"]),
    ("MRN: 4471239", ["4471239"]),
    ("dob 12/05/1961", ["12/05/1961", "12 05 1961"]),
    ("I live at 12 Quillon Street", ["quillon"]),
)


def made_by_rasa(triage: Triage, text: str) -> list[dict[str, Any]]:
    """What Rasa makes of a message, with everything that repeats its words."""
    findings = [finding.as_dict() for finding in triage.check(text)]
    given = {"received_at": 1.0, "client_id": "bob.marsh@mail.example", "request": "digest"}
    parse = {"text": text, "rules": findings, "metadata": given, "intent": {"name": "x", "confidence": 0.5}}
    return [
        {"event": "slot", "name": "session_started_metadata", "value": given},
        {"event": "user", "text": text, "timestamp": 2.0, "parse_data": parse, "metadata": given},
        {"event": "action", "name": "utter_x", "metadata": {"reason": "risk", "findings": findings}},
        {"event": "bot", "text": "Call us on 2125550199.", "metadata": {}, "data": {}},
    ]


def _with_secrets(rule: Rule) -> Iterator[tuple[str, list[str]]]:
    """An example of a rule with personal data before, within and behind it, another kind each time."""
    words = rule.fires[0].split()
    for turn, place in enumerate((0, len(words) // 2, len(words))):
        secret, pieces = SECRETS[(sum(map(ord, rule.id)) + turn) % len(SECRETS)]
        yield " ".join([*words[:place], secret, *words[place:]]), pieces


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fires], ids=lambda rule: rule.id)
def test_nothing_of_what_is_blanked_stands_beside_it(triage: Triage, rule: Rule) -> None:
    for text, pieces in _with_secrets(rule):
        events = redacted_events(made_by_rasa(triage, text))
        turn = turn_from_events("talk", 1, events, 3.0)
        assert turn is not None
        kept = json.dumps([events, replace(turn).__dict__], ensure_ascii=False, default=str).lower()
        assert [piece for piece in pieces if piece in kept] == [], text
        assert "2125550199" in kept, "what the clinic says stays"


def test_what_a_rule_saw_stays_readable_around_what_is_blanked(triage: Triage) -> None:
    events = redacted_events(made_by_rasa(triage, "since the infusion my number 2125550144 I feel dizzy"))
    assert "since the infusion my number … i feel dizzy" in [
        finding["words"] for finding in events[1]["parse_data"]["rules"]
    ]


def test_a_message_without_personal_data_is_kept_as_the_rules_saw_it(triage: Triage) -> None:
    before = made_by_rasa(triage, "I feel dizzy since the infusion")
    after = redacted_events(before)
    assert after[1]["parse_data"]["rules"] == before[1]["parse_data"]["rules"] != []


def test_control_characters_are_not_kept() -> None:
    (event,) = redacted_events([{"event": "user", "text": "he\x00llo \ud83d", "parse_data": None, "metadata": None}])
    assert event["text"] == "hello"


def test_the_second_reading_of_a_disguised_message_holds_no_address() -> None:
    text = "1 take w4rfarin, bob@mail.example"
    parse = {"text": text, "read_as": "1 take warfarin bobamail.example"}
    (event,) = redacted_events([{"event": "user", "text": text, "parse_data": parse, "metadata": {}}])
    assert "bob" not in json.dumps(event)
    assert "warfarin" in event["parse_data"]["read_as"]


@pytest.mark.parametrize("own", ["c-1", "client-1", "550e8400-e29b-41d4-a716-446655440000", "message 12", None])
def test_a_client_id_that_says_nothing_is_kept(own: str | None) -> None:
    assert client_id_kept(own) == own


@pytest.mark.parametrize("telling", ["bob@mail.example", "+12125550144", "user-2125550144", "2125550144", "bob@home"])
def test_a_client_id_that_leads_to_somebody_is_not_kept(telling: str) -> None:
    assert client_id_kept(telling) is None


def test_a_turn_on_rules_alone_is_kept_without_personal_data(tmp_path: Path) -> None:
    store = RecordTrackerStore(path=str(tmp_path / "record.db"))
    finding = {"category": "emergency_breathing", "rule": "r", "words": "bob mail cannot breathe"}
    turn = replace(
        TURN,
        text="bob@mail.example cannot breathe",
        explanation={"findings": [finding]},
        client_id="bob@mail.example",
        request="digest",
    )
    asyncio.run(store.add_turn(turn, "web", {}))
    (kept,) = turns_of(store.database, "talk")
    assert (kept.text, kept.explanation["findings"][0]["words"], kept.client_id) == (
        "[e-mail] cannot breathe",
        "… cannot breathe",
        None,
    )
    assert asyncio.run(store.answered("talk", "digest")) is not None
