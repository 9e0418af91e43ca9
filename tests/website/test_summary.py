"""The form's last step shows what was typed, and nothing of it gets into the transcript."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.on_rasa.engine import Engine
from bot.record.private import KEPT_APART
from tests.website.test_answers import client as client
from tests.website.test_answers import origins as origins
from tests.website.test_app import Client

QUESTION, REACH, TIME = "Is a purple unicycle all right afterwards?", "unicycle@mail.example", "on unicycle mornings"


def _to_the_last_step(client: Client) -> tuple[str, dict[str, Any]]:
    token: str | None = None
    reply: dict[str, Any] = {}
    for text in ("Leave a question for our clinical team", QUESTION, REACH, TIME):
        reply = client.post("/api/chat", json={"message": text, **({"token": token} if token else {})}).json()
        token = reply["token"]
    return str(token), reply


def test_the_last_step_shows_every_part_with_a_way_to_change_it(client: Client) -> None:
    token, reply = _to_the_last_step(client)
    *_, message = reply["messages"]
    assert [part["text"] for part in message["summary"]] == [QUESTION, REACH, TIME]
    assert [button["title"] for button in message["buttons"]] == ["Yes, send it", "No, do not send it"]
    for part in message["summary"]:
        changed = client.post("/api/chat", json={"message": part["change"], "token": token}).json()
        assert changed["messages"][0]["snippet"]["id"] == "request_change"
        client.post("/api/chat", json={"message": part["text"], "token": token})


def test_a_reload_shows_it_again_until_the_question_is_sent(client: Client) -> None:
    token, _ = _to_the_last_step(client)
    *before, last = client.post("/api/conversation", json={"token": token}).json()["turns"]
    assert [part["text"] for part in last["messages"][-1]["summary"]] == [QUESTION, REACH, TIME]
    assert all("summary" not in message for turn in before for message in turn["messages"])
    assert last["text"] == KEPT_APART
    client.post("/api/chat", json={"message": "yes of course", "token": token})
    assert "unicycle" not in client.post("/api/conversation", json={"token": token}).text


@pytest.mark.parametrize("table", ["turns", "events"])
def test_nothing_of_it_is_in_the_record_of_the_conversation(client: Client, engine: Engine, table: str) -> None:
    _to_the_last_step(client)
    rows = [dict(row) for row in engine.store.database[table].rows]
    assert rows
    assert "unicycle" not in json.dumps(rows, default=str)
