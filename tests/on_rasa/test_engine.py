"""Whatever comes in, one recorded reply with the warning goes out."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.conversation.reply import Reply
from bot.on_rasa import engine as engine_module
from bot.on_rasa.engine import CANARIES, Engine
from bot.record.database import open_record
from bot.record.private import KEPT_APART
from bot.record.proof import prove
from bot.record.turns import get_conversation, turns_of
from bot.safety.warning import WARNING
from bot.settings import Settings
from tests.storage.stores import Kept

Say = Callable[[str], Reply]

pytestmark = pytest.mark.usefixtures("kept")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_any_text_gets_a_message_and_the_warning(text: str, engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
    reply = loop.run_until_complete(engine.turn(uuid.uuid4().hex, text))
    assert reply.messages
    assert all(message.text and message.snippet for message in reply.messages)
    assert reply.warning == WARNING
    assert reply.turn is not None
    assert reply.turn.warning == WARNING


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t ",
        "x" * 5000,
        "\x00\x01\x02",
        "\u202eozone?",
        "🫁🫁🫁",
        "オゾン療法とは何ですか",
        "/restart",
        "/session_start",
        '/faq{"a":1}',
        "/back",
        "<script>alert(1)</script>",
        '{"message": 1}',
        "' OR 1=1 --",
        "EXTERNAL: /restart",
    ],
)
def test_strange_input_is_never_silence(text: str, say: Say) -> None:
    reply = say(text)
    assert reply.messages[0].text
    assert reply.turn is not None


def test_every_reply_is_an_approved_snippet_byte_for_byte(kept: Kept, say: Say) -> None:
    for text in ("What is ozone?", "I can't breathe", "xyzzy"):
        say(text)
    proof = prove(kept.record(), None)
    assert proof.turns > 0
    assert proof.problems == ()


@pytest.mark.parametrize(
    ("text", "front"),
    [
        ("Are you open now?", "We are closed right now. We open today at 9 am. "),
        ("are you open on sunday", "On Sundays we are closed. "),
        ("are you open on Christmas Day", "On Friday, December 25, we are closed for Christmas Day. "),
        ("When are you open?", ""),
    ],
)
def test_a_question_about_a_day_is_worked_out_and_the_record_proves_it(
    text: str, front: str, engine: Engine, kept: Kept, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine._processor is not None
    monkeypatch.setattr(engine._processor.nlg, "_clock", lambda: datetime(2026, 12, 7, 13, 30, tzinfo=UTC))
    reply = say(text)
    assert reply.messages[0].text == front + engine.library["opening_hours"].text
    assert prove(kept.record(), None).problems == ()


def test_hours_that_cannot_be_worked_out_leave_the_plain_answer(
    engine: Engine, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine._processor is not None
    monkeypatch.setattr(engine._processor.nlg, "_clock", lambda: None)
    assert say("Are you open now?").messages[0].text == engine.library["opening_hours"].text


def test_a_slash_does_not_choose_an_intent(say: Say) -> None:
    reply = say("/opening_hours")
    assert reply.turn is not None
    assert reply.turn.text == "/opening_hours"


def test_the_same_request_is_answered_once(engine: Engine, kept: Kept, loop: asyncio.AbstractEventLoop) -> None:
    first = loop.run_until_complete(engine.turn("once", "What is ozone?", "client-1"))
    again = loop.run_until_complete(engine.turn("once", "What is ozone?", "client-1"))
    assert again == first
    assert len(turns_of(kept.record(), "once")) == 1


def test_other_words_under_a_used_id_are_answered_once(
    engine: Engine, kept: Kept, loop: asyncio.AbstractEventLoop
) -> None:
    """The last two differ only in what the record does not keep."""
    conversation = uuid.uuid4().hex
    said = ["What is ozone?", "I cannot breathe", "my number is 2125550143", "my number is 2125550144"]
    replies = [loop.run_until_complete(engine.turn(conversation, text, "client-1")) for text in said]
    assert [reply.turn.number for reply in replies if reply.turn] == [1, 2, 3, 4]
    assert replies[1].route == "emergency"
    assert [loop.run_until_complete(engine.turn(conversation, text, "client-1")) for text in said] == replies
    rows = kept.record().execute("SELECT * FROM turns WHERE conversation = ?", [conversation]).fetchall()
    assert "21255501" not in str(rows)


def test_an_answer_in_the_form_that_is_sent_again_is_taken_once(
    engine: Engine,
    loop: asyncio.AbstractEventLoop,
) -> None:
    conversation, asked = uuid.uuid4().hex, "May I come with a cold?"
    loop.run_until_complete(engine.turn(conversation, "leave a question for the clinical team"))
    first, again = (loop.run_until_complete(engine.turn(conversation, asked, "client-1")) for _ in range(2))
    assert first.turn is not None
    assert first.turn.text == KEPT_APART
    assert again == first
    assert loop.run_until_complete(engine.turn(conversation, "I cannot breathe", "client-1")).route == "emergency"


def test_messages_of_one_conversation_keep_their_order(
    engine: Engine, kept: Kept, loop: asyncio.AbstractEventLoop
) -> None:
    async def at_once() -> None:
        await asyncio.gather(*(engine.turn("ordered", f"What is ozone? {number}") for number in range(5)))

    loop.run_until_complete(at_once())
    turns = turns_of(kept.record(), "ordered")
    assert [turn.number for turn in turns] == [1, 2, 3, 4, 5]
    assert [turn.text for turn in turns] == [f"What is ozone? {number}" for number in range(5)]


def test_personal_data_is_blanked_before_it_is_stored(
    engine: Engine, kept: Kept, loop: asyncio.AbstractEventLoop
) -> None:
    loop.run_until_complete(
        engine.turn("private", "call me on 020 7946 0958 or jo@example.org, what are your opening hours?")
    )
    (turn,) = turns_of(kept.record(), "private")
    events = " ".join(
        data for (data,) in kept.record().execute("SELECT data FROM events WHERE conversation = 'private'")
    )
    for secret in ("7946 0958", "jo@example.org"):
        assert secret not in turn.text
        assert secret not in events


def test_a_risk_is_explained_in_the_record(say: Say) -> None:
    turn = say("I take warfarin every day, is that a problem?").turn
    assert turn is not None
    assert turn.risk_category == "clinician_medicine"
    assert turn.explanation["findings"]
    assert turn.model_id


def test_an_old_risk_outlives_what_rasa_remembers(say: Say) -> None:
    say("I am pregnant")
    for _ in range(25):
        say("What are your opening hours?")
    assert say("Is ozone therapy safe?").route == "clinician"


def test_the_shipped_model_is_ready(engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
    assert loop.run_until_complete(engine.problems()) == []


@pytest.mark.parametrize(
    ("text", "route"),
    [("I cannot breathe", "emergency"), ("I take warfarin", "clinician"), ("What is ozone?", "out_of_scope")],
)
def test_without_a_model_the_rules_still_hold(
    text: str, route: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loop: asyncio.AbstractEventLoop
) -> None:
    monkeypatch.setenv("OZONE_MODELS", str(tmp_path))
    broken = Engine(Settings(), open_record(None))
    broken.load()
    reply = loop.run_until_complete(broken.turn("c", text))
    assert broken.fault is not None
    assert "make train" in broken.fault
    assert reply.route == route
    assert reply.turn is not None
    assert reply.turn.number == 1


def test_a_store_that_can_only_be_read_gets_the_safe_reply(
    loop: asyncio.AbstractEventLoop, engine: Engine, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "PATIENCE_SECONDS", 0.3)
    with kept.read_only():
        reply = loop.run_until_complete(engine.turn("full", "I cannot breathe"))
    assert reply.turn is None
    assert reply.route == "emergency"
    assert reply.warning == WARNING
    assert loop.run_until_complete(engine.turn("full", "What is ozone?")).turn is not None


def test_the_canaries_cover_answer_referral_and_emergency(engine: Engine) -> None:
    assert {engine.library[snippet].route for _, snippet in CANARIES} == {"answer", "clinician", "emergency"}


def test_a_conversation_is_listed_with_its_channel(engine: Engine, kept: Kept, loop: asyncio.AbstractEventLoop) -> None:
    loop.run_until_complete(engine.turn("channelled", "What is ozone?"))
    listed = get_conversation(kept.record(), "channelled")
    assert listed is not None
    assert (listed.channel, listed.turns, listed.worst_route) == ("web", 1, "answer")


def test_a_fault_does_not_make_an_emergency_forgotten(
    engine: Engine, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise OSError

    loop.run_until_complete(engine.turn("faulty", "I cannot breathe"))
    with monkeypatch.context() as broken:
        broken.setattr(engine._processor, "work_out", fail)
        during = loop.run_until_complete(engine.turn("faulty", "What is ozone?"))
    after = loop.run_until_complete(engine.turn("faulty", "What are your opening hours?"))
    assert during.turn is not None
    assert during.turn.snippet_id == "technical_problem"
    assert after.turn is not None
    assert after.turn.snippet_id == "emergency_followup"
