"""A turn is read from Rasa's events, stored, found again and checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlite_utils import Database

from bot.record import turns
from bot.record.database import open_record
from bot.record.turns import Turn, turn_from_events
from bot.safety.warning import WARNING
from bot.vocabulary import Route

RECEIVED = 1_800_000_000.0
TEXT = "Ozone is a gas."
SNIPPET = {"id": "what_is_ozone", "version": 2, "hash": hashlib.sha256(TEXT.encode()).hexdigest(), "route": "answer"}
BUTTON = {"title": "What is it?", "payload": "/x"}


def _user(**changes: Any) -> dict[str, Any]:
    event = {
        "event": "user",
        "text": "What is ozone?",
        "timestamp": RECEIVED + 0.1,
        "parse_data": {
            "intent": {"name": "what_is_ozone", "confidence": 0.9},
            "intent_ranking": [{"name": f"intent_{number}", "confidence": 0.123456} for number in range(9)],
            "risk": {"category": None, "score": 0.01},
        },
        "metadata": {"received_at": RECEIVED, "client_id": "c-1", "request": "r-1", "model_id": "m-1"},
    }
    return {**event, **changes}


def _bot(**changes: Any) -> dict[str, Any]:
    return {"event": "bot", "text": TEXT, "metadata": {"snippet": SNIPPET}, "data": {"buttons": [BUTTON]}, **changes}


def _action(reason: Mapping[str, Any]) -> dict[str, Any]:
    return {"event": "action", "name": "utter_x", "metadata": dict(reason)}


def _turn(*events: Mapping[str, Any]) -> Turn:
    turn = turn_from_events("talk", 1, events or (_user(), _bot()), RECEIVED + 0.25)
    assert turn is not None
    return turn


@pytest.fixture
def database() -> Iterator[Database]:
    record = open_record(None)
    yield record
    record.close()


def _add(database: Database, turn: Turn, *, last_at: str = "2027-01-01") -> None:
    database.execute(
        "INSERT INTO conversations (id, channel, started_at, last_at, turns, worst_route) VALUES (?, 'web', ?, ?, 1, ?)"
        " ON CONFLICT (id) DO UPDATE SET turns = turns + 1",
        [turn.conversation, last_at, last_at, turn.route],
    )
    turns.insert_turn(database, turn)


def _found(database: Database, words: str) -> list[int]:
    return [turn.number for turn in turns.search_turns(database, words)]


# turn_from_events


def test_events_without_a_visitor_make_no_turn() -> None:
    assert turn_from_events("talk", 1, [_bot()], RECEIVED) is None


def test_no_events_make_no_turn() -> None:
    assert turn_from_events("talk", 1, [], RECEIVED) is None


def test_a_turn_names_the_snippet_that_was_sent() -> None:
    turn = _turn()
    assert (turn.snippet_id, turn.snippet_version, turn.snippet_hash, turn.route) == (
        "what_is_ozone",
        2,
        SNIPPET["hash"],
        "answer",
    )


def test_a_turn_names_the_intent_with_its_confidence() -> None:
    assert (_turn().intent, _turn().confidence) == ("what_is_ozone", 0.9)


def test_a_turn_keeps_the_five_likeliest_intents() -> None:
    assert _turn().ranking == [{"name": f"intent_{number}", "confidence": 0.1235} for number in range(5)]


def test_a_turn_tells_its_time_in_utc() -> None:
    assert _turn().at == "2027-01-15T08:00:00.100+00:00"


def test_latency_runs_from_the_arrival_of_the_request() -> None:
    assert _turn().latency_ms == 250.0


def test_without_a_time_of_arrival_there_is_no_latency() -> None:
    assert _turn(_user(metadata={}), _bot()).latency_ms is None


def test_a_turn_names_client_and_model() -> None:
    assert (_turn().client_id, _turn().request, _turn().model_id) == ("c-1", "r-1", "m-1")


def test_a_visitors_words_without_any_metadata_still_make_a_turn() -> None:
    assert _turn({"event": "user", "text": "hello", "metadata": None, "parse_data": None}).text == "hello"


def test_the_last_words_of_the_visitor_count() -> None:
    assert _turn(_user(text="first"), _user(text="second"), _bot()).text == "second"


def test_several_messages_make_one_reply() -> None:
    assert _turn(_user(), _bot(), _bot(text="More.")).reply == f"{TEXT}\n\nMore."


def test_a_message_keeps_its_snippet_and_buttons() -> None:
    assert _turn().messages == [{"text": TEXT, "snippet": SNIPPET, "buttons": [BUTTON]}]


def test_a_reply_without_snippet_counts_as_out_of_scope() -> None:
    assert _turn(_user(), _bot(metadata={})).route == "out_of_scope"


def test_every_turn_carries_the_warning() -> None:
    assert _turn(_user()).warning == WARNING


def test_a_turn_without_a_reason_was_decided_by_its_intent() -> None:
    assert _turn().explanation == {
        "reason": "intent",
        "findings": [],
        "classifier": {"category": None, "score": 0.01},
        "earlier": None,
    }


def test_a_turn_names_the_rule_that_decided_it() -> None:
    finding = {"category": "clinician_medicine", "rule": "medicine.x", "words": "warfarin"}
    reason = {
        "reason": "risk",
        "risk": {"category": "clinician_medicine", "rule": "medicine.x"},
        "findings": [finding],
        "earlier": "clinician_g6pd",
    }
    turn = _turn(_user(), _action(reason), _bot())
    explained = (
        turn.risk_category,
        turn.risk_rule,
        turn.explanation["reason"],
        turn.explanation["findings"],
        turn.explanation["earlier"],
    )
    assert explained == ("clinician_medicine", "medicine.x", "risk", [finding], "clinician_g6pd")


def test_the_first_reason_counts() -> None:
    assert (
        _turn(_user(), _action({"reason": "emergency"}), _action({"reason": "risk"}), _bot()).explanation["reason"]
        == "emergency"
    )


def test_a_turn_can_be_written_as_json() -> None:
    assert json.dumps([_turn().ranking, _turn().explanation, _turn().messages])


# Storing and listing


def test_a_stored_turn_comes_back_as_it_was(database: Database) -> None:
    _add(database, _turn())
    assert turns.turns_of(database, "talk") == [_turn()]


def test_turns_come_in_their_order(database: Database) -> None:
    for number in (2, 1):
        _add(database, replace(_turn(), number=number, request=None))
    assert [turn.number for turn in turns.turns_of(database, "talk")] == [1, 2]


def test_a_request_that_was_answered_is_known(database: Database) -> None:
    _add(database, _turn())
    assert turns.turn_of_request(database, "talk", "r-1") == _turn()


@pytest.mark.parametrize(("conversation", "request_"), [("talk", "r-2"), ("talk", "c-1"), ("other", "r-1")])
def test_another_request_is_not_known(database: Database, conversation: str, request_: str) -> None:
    _add(database, _turn())
    assert turns.turn_of_request(database, conversation, request_) is None


def test_a_client_may_use_one_id_for_several_requests(database: Database) -> None:
    for number in (1, 2):
        _add(database, replace(_turn(), number=number, request=f"r-{number}"))
    assert [turn.client_id for turn in turns.turns_of(database, "talk")] == ["c-1", "c-1"]


@pytest.fixture
def three(database: Database) -> Database:
    """Three conversations: an answer, then an emergency, then small talk."""
    for day, (name, route) in enumerate((("a", "answer"), ("b", "emergency"), ("c", "smalltalk")), start=1):
        _add(database, replace(_turn(), conversation=name, route=route), last_at=f"2027-01-0{day}")
    return database


def test_the_last_active_conversation_is_listed_first(three: Database) -> None:
    assert [row.id for row in turns.list_conversations(three)] == ["c", "b", "a"]


def test_a_list_is_cut_to_a_page(three: Database) -> None:
    assert [row.id for row in turns.list_conversations(three, limit=1, offset=1)] == ["b"]


def test_a_list_can_be_kept_to_a_route(three: Database) -> None:
    assert [row.id for row in turns.list_conversations(three, route="emergency")] == ["b"]


def test_a_conversation_without_turns_is_not_listed(three: Database) -> None:
    three.execute("UPDATE conversations SET turns = 0 WHERE id = 'c'")
    assert [row.id for row in turns.list_conversations(three)] == ["b", "a"]


def test_conversations_are_counted(three: Database) -> None:
    assert turns.count_conversations(three) == 3


def test_routes_are_counted_gravest_first_and_none_left_out(three: Database) -> None:
    counts = {"emergency": 1, "check": 0, "clinician": 0, "answer": 1, "clarify": 0, "out_of_scope": 0, "smalltalk": 1}
    assert list(turns.route_counts(three).items()) == list(counts.items())


def test_a_conversation_is_found_by_its_id(three: Database) -> None:
    assert turns.get_conversation(three, "b") == turns.Conversation(
        "b", "web", "2027-01-02", "2027-01-02", 1, "emergency"
    )


def test_an_unknown_conversation_is_none(three: Database) -> None:
    assert turns.get_conversation(three, "z") is None


# Searching


@pytest.fixture
def searched(database: Database) -> Database:
    said = ('Is ozone safe AND good for "old" people?', "Does it help with knees OR hips", "Opening hours, please")
    for number, text in enumerate(said, start=1):
        reply = "A reply about lungs." if number == 3 else "A reply."
        _add(database, replace(_turn(), number=number, request=None, text=text, reply=reply))
    return database


@pytest.mark.parametrize(
    ("words", "numbers"),
    [("ozone", [1]), ("OZONE", [1]), ("safe ozone", [1]), ("knee", [2]), ("lungs", [3]), ("ozone hips", [])],
)
def test_a_search_finds_turns_with_all_words_in_question_or_reply(
    searched: Database, words: str, numbers: list[int]
) -> None:
    assert _found(searched, words) == numbers


@pytest.mark.parametrize("words", ["", "   ", "\x00", "\u200b", "\ud800"])
def test_a_search_without_words_finds_nothing(searched: Database, words: str) -> None:
    assert _found(searched, words) == []


@pytest.mark.parametrize(
    "words",
    [
        '"',
        "'",
        '"ozone',
        "ozone AND",
        "NOT",
        "NEAR(ozone",
        "text:ozone",
        "*",
        "ozone)",
        "(",
        "-",
        "^",
        "{text}: x",
        "a + b",
        "; DROP TABLE turns",
        "%",
        "😀",
        "\\",
    ],
)
def test_everything_a_person_can_type_is_a_legal_search(searched: Database, words: str) -> None:
    assert set(_found(searched, words)) <= {1, 2, 3}


@pytest.mark.parametrize("words", ["safe AND good", "ozone AND", '"old" ozone'])
def test_an_operator_is_just_a_word(searched: Database, words: str) -> None:
    assert _found(searched, words) == [1]


def test_or_widens_nothing(searched: Database) -> None:
    assert _found(searched, "ozone OR hours") == []


@pytest.mark.parametrize(
    "words", ["ozone\x00", "oz\x00one", "\x00 ozone", "ozone\x01\x1f", "ozone \x7f", "ozone\ud800", "\u200bozone"]
)
def test_a_control_character_in_a_search_does_no_harm(searched: Database, words: str) -> None:
    assert _found(searched, words) == [1]


def test_a_search_stops_at_its_limit(searched: Database) -> None:
    assert len(turns.search_turns(searched, "reply", limit=2)) == 2


# Gravity


@pytest.mark.parametrize(
    ("routes", "worst"),
    [
        (["answer", "emergency", "clinician"], "emergency"),
        (["smalltalk", None], "smalltalk"),
        (["answer", "unheard_of"], "answer"),
        ([None], None),
        ([], None),
    ],
)
def test_the_gravest_route_is_told(routes: list[str | None], worst: str | None) -> None:
    assert turns.gravest(routes) == worst


def test_an_emergency_is_graver_than_all() -> None:
    assert turns.gravest(tuple(Route)) == "emergency"
