"""Whole dialogues, written as data: what is said, and which approved texts must come back, word for word."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlite_utils import Database

from bot.conversation.reply import Reply
from bot.on_rasa.engine import Engine
from bot.record.private import KEPT_APART
from bot.record.requests import list_requests
from bot.safety.warning import WARNING
from tests.storage.stores import Kept

FOLDER = Path(__file__).parent / "dialogues"
DIALOGUES = [
    (path.stem, dialogue)
    for path in sorted(FOLDER.glob("*.yml"))
    for dialogue in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(
    "dialogue",
    [dialogue for _, dialogue in DIALOGUES],
    ids=[f"{stem}: {dialogue['name']}" for stem, dialogue in DIALOGUES],
)
def test_the_dialogue_goes_as_written(
    dialogue: dict[str, Any], engine: Engine, kept: Kept, loop: asyncio.AbstractEventLoop
) -> None:
    conversation = uuid.uuid4().hex

    def say(text: str) -> Reply:
        return loop.run_until_complete(engine.turn(conversation, text))

    for number, step in enumerate(dialogue["turns"], start=1):
        reply = say(" ".join([str(step["say"])] * step.get("times", 1)))
        _check(step, reply, engine, (number, step["say"]))
        if "press" in step:
            button = reply.messages[-1].buttons[step["press"]]["send"]
            pressed = say(button).turn
            assert pressed is not None
            assert engine.library[str(pressed.snippet_id)].question == button
    if "request" in dialogue:
        left = [
            row
            for row in list_requests(kept.record(), limit=10_000, seal=engine.store.seal())
            if row.conversation == conversation
        ]
        assert [{"question": row.question, "reach": row.reach, "best_time": row.best_time} for row in left] == (
            [dialogue["request"]] if dialogue["request"] else []
        )
        _nothing_kept(dialogue, conversation, kept.record())


def _check(step: dict[str, Any], reply: Reply, engine: Engine, told: tuple[int, str]) -> None:
    turn = reply.turn
    assert turn is not None, told
    said = [str((message.snippet or {}).get("id")) for message in reply.messages]
    why = (*told, said, turn.risk_rule, turn.intent, turn.confidence)
    assert reply.warning == WARNING, told
    for message, name in zip(reply.messages, said, strict=True):
        assert message.text == engine.library[name].text, why
    assert said == step.get("says", said), why
    assert reply.route == step.get("route", reply.route), why
    assert turn.snippet_id == step.get("snippet", turn.snippet_id), why
    offered = [button["send"] for message in reply.messages for button in message.buttons]
    for message in reply.messages:
        assert len({button["send"] for button in message.buttons}) == len(message.buttons), why
    assert step.get("offers") in [None, *offered], why
    assert step.get("not_offers") not in offered, why
    if "kept_apart" in step:
        assert (turn.text == KEPT_APART) is step["kept_apart"], why
    if "input" in step:
        assert (reply.messages[-1].input or {}).get("kind") == step["input"], why
    if "approval_of" in step:
        approval = engine.library[step["approval_of"]].approval
        given = (reply.messages[0].snippet or {})["approved"]
        assert (given["on"], given["role"]) == (approval.on.isoformat(), approval.role), why
    if "sources_of" in step:
        assert (reply.messages[0].snippet or {})["sources"] == [
            source.as_dict() for source in engine.library[step["sources_of"]].sources
        ], why


def _nothing_kept(dialogue: dict[str, Any], conversation: str, database: Database) -> None:
    """What was left for the team is in the request and nowhere in events, turns or slots."""
    kept = " ".join(
        str(value)
        for table in ("events", "turns")
        for row in database.query(f"SELECT * FROM {table} WHERE conversation = ?", [conversation])
        for value in row.values()
    )
    for value in (dialogue["request"] or {}).values():
        if value.lower() != "any time":
            assert value not in kept
    if dialogue["request"]:
        (slots,) = database.execute("SELECT slots FROM conversations WHERE id = ?", [conversation]).fetchone()
        assert dialogue["request"]["reach"] not in slots
