"""What both ways behind the door hold, however many processes come through it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.record.sealed import Seal
from bot.record.turns import Turn
from bot.storage.door import AnsweredError, Entry, NoSuchTurnError, StaleTurnError, Store
from tests.on_rasa.test_tracker_store import TURN
from tests.storage.stores import Stores

TOLD = {"event": "user", "text": "What is ozone?", "timestamp": 1.0}
LISTENS = {"event": "action", "name": "action_listen", "timestamp": 2.0}


def entry(expected: int | None = None, slots: dict[str, Any] | None = None, **changes: Any) -> Entry:
    turn = replace(TURN, **changes)
    return Entry(turn, "web", slots or {}, [TOLD, LISTENS], expected=expected)


def commit(store: Store, *entries: Entry) -> list[Turn]:
    async def each() -> list[Turn]:
        return [await store.commit(one) for one in entries]

    return asyncio.run(each())


def test_a_turn_is_found_again_as_it_was_told(store: Store) -> None:
    said = replace(
        TURN, request="r1", confidence=0.1 + 0.2, ranking=[{"name": "a", "confidence": 0.5}], text='a\x00b "é" 🫁'
    )
    (turn,) = commit(store, Entry(said, "web", {"risk": "x"}))
    assert turn == replace(said, number=1)
    found, talk = asyncio.run(store.look_up("talk", "r1"))
    assert found == turn
    assert talk is not None
    assert (talk.turns, talk.slots) == (1, {"risk": "x"})
    assert asyncio.run(store.answered("talk", "r1")) == turn
    assert asyncio.run(store.answered("talk", "r2")) is None
    assert asyncio.run(store.history("talk")) == [(turn, None)]


def test_a_conversation_that_is_not_there_is_none(store: Store) -> None:
    assert asyncio.run(store.look_up("talk", "r1")) == (None, None)
    assert asyncio.run(store.history("talk")) == []
    assert asyncio.run(store.slots("talk")) == {}


def test_no_turn_is_dated_before_the_one_it_follows(store: Store) -> None:
    later = "2027-01-01T11:00:00.000+00:00"
    turns = commit(store, entry(), entry(at="2026-12-31T23:00:00.000+00:00"), entry(at=later))
    assert [turn.at for turn in turns] == [TURN.at, TURN.at, later]


def test_two_processes_number_one_conversation_without_gaps(stores: Stores) -> None:
    one, other = stores(), stores()

    async def together() -> None:
        await asyncio.gather(*(store.commit(entry()) for store in (one, other) for _ in range(10)))

    asyncio.run(together())
    assert [turn.number for turn, _ in asyncio.run(one.history("talk"))] == list(range(1, 21))


def test_of_turns_worked_out_on_the_same_state_one_is_written(stores: Stores) -> None:
    many = [stores() for _ in range(4)]

    async def together() -> list[Any]:
        return await asyncio.gather(*(store.commit(entry(expected=0)) for store in many), return_exceptions=True)

    outcomes = asyncio.run(together())
    assert [outcome.number for outcome in outcomes if isinstance(outcome, Turn)] == [1]
    assert sum(isinstance(outcome, StaleTurnError) for outcome in outcomes) == 3
    assert len(asyncio.run(many[0].history("talk"))) == 1


def test_a_turn_on_a_conversation_that_went_meanwhile_is_not_written(store: Store, seal: Seal) -> None:
    commit(store, entry(expected=0))
    asyncio.run(store.delete("talk", lambda: seal))
    with pytest.raises(StaleTurnError):
        commit(store, entry(expected=1))
    assert asyncio.run(store.history("talk")) == []


def test_a_request_is_kept_once_whichever_process_answers_it(stores: Stores) -> None:
    one, other = stores(), stores()
    commit(one, entry(request="r1"))
    with pytest.raises(AnsweredError):
        commit(other, entry(request="r1"))
    with pytest.raises(AnsweredError):
        commit(other, entry(request="r1", expected=1))
    assert commit(other, entry(request="r1", conversation="another"))[0].number == 1
    assert len(asyncio.run(other.history("talk"))) == 1


def test_what_one_process_learned_is_not_undone_by_the_other(stores: Stores) -> None:
    one, other = stores(), stores()
    commit(one, entry(slots={"risk": "clinician_medicine", "topics": ["a"]}))
    commit(other, entry(slots={"emergency": "emergency_breathing", "topics": None}))
    expected = {"risk": "clinician_medicine", "emergency": "emergency_breathing"}
    assert asyncio.run(one.slots("talk")) == expected


def test_rasa_gets_whole_turns_the_last_ones(store: Store) -> None:
    turn = [{"event": "user", "number": number} for number in range(5)]
    for _ in range(6):
        commit(store, Entry(TURN, "web", {}, [*turn, LISTENS]))
    _, talk = asyncio.run(store.look_up("talk", None))
    assert talk is not None
    assert talk.events[0]["event"] == "action"
    assert [event.get("number") for event in talk.events[1:]] == [0, 1, 2, 3, 4, None] * 2


def test_feedback_is_kept_and_replaced(store: Store) -> None:
    commit(store, entry())
    asyncio.run(store.feedback("talk", 1, True, ""))
    asyncio.run(store.feedback("talk", 1, False, "call me on 020 7946 0958"))
    ((_, judged),) = asyncio.run(store.history("talk"))
    assert judged is not None
    assert judged[0] is False
    assert "7946" not in judged[1]
    for number in (0, 2, -1, 10**30):
        with pytest.raises(NoSuchTurnError):
            asyncio.run(store.feedback("talk", number, True, ""))


def test_what_is_deleted_is_gone_and_known_to_be(store: Store, seal: Seal) -> None:
    commit(store, entry(), entry(conversation="another"))
    assert asyncio.run(store.deleted("talk")) is False
    for _ in range(2):
        asyncio.run(store.delete("talk", lambda: seal))
        assert asyncio.run(store.deleted("talk")) is True
        assert asyncio.run(store.history("talk")) == []
    assert asyncio.run(store.conversations()) == ["another"]


def test_a_store_that_can_be_written_has_no_problem(store: Store) -> None:
    asyncio.run(store.open())
    assert store.problem() is None
