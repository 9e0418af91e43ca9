"""A conversation that was silent for long begins anew, says so, and forgets no risk."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.library import Library
from bot.conversation.reply import Reply
from bot.on_rasa.engine import Engine
from bot.record.database import open_record
from bot.settings import Settings

_TWO_HOURS = 7200


@pytest.fixture
def conversation() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def say(conversation: str, engine: Engine, loop: asyncio.AbstractEventLoop) -> Callable[[str], Reply]:
    return lambda text: loop.run_until_complete(engine.turn(conversation, text))


@pytest.fixture
def silence(conversation: str, engine: Engine) -> Callable[[], None]:
    """Makes all that was said in the conversation two hours older."""

    def pass_time() -> None:
        database = engine.store.database
        with database.atomic():
            database.execute(
                "UPDATE events SET data = json_set(data, '$.timestamp', json_extract(data, '$.timestamp') - ?) WHERE"
                " conversation = ?",
                [_TWO_HOURS, conversation],
            )

    return pass_time


def _said(reply: Reply) -> list[str]:
    return [str((message.snippet or {})["id"]) for message in reply.messages]


def test_after_a_silence_a_new_conversation_is_announced(
    say: Callable[[str], Reply], silence: Callable[[], None]
) -> None:
    say("What is ozone?")
    silence()
    reply = say("What are your opening hours?")
    assert _said(reply) == ["new_conversation", "opening_hours"]
    assert reply.turn is not None
    assert reply.turn.snippet_id == "opening_hours"
    assert _said(say("the previous one")) == ["previous_answer"]


def test_the_first_message_is_not_announced(say: Callable[[str], Reply]) -> None:
    assert _said(say("What is ozone?")) == ["what_is_ozone"]


def test_how_long_a_silence_is_comes_from_the_facts_and_not_from_the_model(library: Library, tmp_path: Path) -> None:
    own = Engine(Settings(secret_file=tmp_path / "secret"), open_record(None))
    clinic = replace(library.clinic, fields={**library.clinic.fields, "silence_minutes": "7.5"})
    own._texts._sent = replace(library, clinic=clinic), "2026-01-01T00:00:00.000000Z"
    own.load()
    assert own._processor is not None
    assert own._processor.domain.session_config.session_expiration_time == 7.5
    assert own._processor.domain.session_config.carry_over_slots


def test_without_a_silence_nothing_is_announced(say: Callable[[str], Reply]) -> None:
    say("What is ozone?")
    assert _said(say("What are your opening hours?")) == ["opening_hours"]


def test_a_risk_outlives_a_silence(say: Callable[[str], Reply], silence: Callable[[], None]) -> None:
    say("I take warfarin")
    silence()
    assert _said(say("Is ozone therapy safe?")) == ["new_conversation", "clinician_earlier_risk"]


def test_an_emergency_outlives_a_silence(say: Callable[[str], Reply], silence: Callable[[], None]) -> None:
    say("I cannot breathe")
    silence()
    reply = say("What is ozone?")
    assert _said(reply)[-1] == "emergency_followup"
    assert reply.route == "emergency"


def test_a_silence_closes_the_form_and_drops_what_was_typed(
    say: Callable[[str], Reply], silence: Callable[[], None], conversation: str, engine: Engine
) -> None:
    say("Leave a question for our clinical team")
    say("May I come with a new tattoo?")
    silence()
    assert _said(say("5550100778"))[0] == "new_conversation"
    (slots,) = engine.store.database.execute("SELECT slots FROM conversations WHERE id = ?", [conversation]).fetchone()
    assert "tattoo" not in slots
    assert _said(say("What is ozone?")) == ["what_is_ozone"]
