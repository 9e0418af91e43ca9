"""Whole dialogues, written as data: what is said, which route and which snippet must come back."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.conversation.engine import Engine
from bot.safety.warning import WARNING

FOLDER = Path(__file__).parent / "dialogues"
DIALOGUES = [(path.stem, dialogue) for path in sorted(FOLDER.glob("*.yml")) for dialogue in yaml.safe_load(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("dialogue", [dialogue for _, dialogue in DIALOGUES], ids=[f"{stem}: {dialogue['name']}" for stem, dialogue in DIALOGUES])
def test_the_dialogue_goes_as_written(dialogue: dict[str, Any], engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
    conversation = uuid.uuid4().hex
    for number, step in enumerate(dialogue["turns"], start=1):
        reply = loop.run_until_complete(engine.turn(conversation, step["say"]))
        told = (number, step["say"])
        assert reply.turn is not None, told
        assert reply.route == step["route"], (*told, reply.turn.snippet_id, reply.turn.risk_rule, reply.turn.intent, reply.turn.confidence)
        if "snippet" in step:
            assert reply.turn.snippet_id == step["snippet"], told
            assert reply.messages[-1].text == engine.library[step["snippet"]].text, told
        if "offers" in step:
            assert step["offers"] in [button["send"] for button in reply.messages[-1].buttons], told
        assert reply.warning == WARNING, told
