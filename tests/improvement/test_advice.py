"""What the model makes of corrections is noted beside them before anybody trains."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bot.improvement import candidate
from bot.improvement.candidate import KNOWN, advise_all
from bot.record import review
from bot.record.corrections import list_corrections
from bot.record.database import open_record
from bot.settings import Settings
from tests.record.conftest import Add, add, record

__all__ = ["Add", "add", "record"]

NOW = "2027-02-01T08:00:00.000+00:00"


def test_each_correction_is_told_what_the_model_makes_of_it(
    record: Any, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("may I read on my kindle", "is a kindle fine", "What is ozone?"):
        review.give_verdict(record, add(text=text), "wrong_snippet", by="maria", now=NOW, correct="what_to_wear_bring")
    asked: list[str] = []

    def ask(settings: Settings, questions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        texts = [question["text"] for question in questions]
        asked.extend(texts)
        return [
            {"route": "answer", "snippet": "what_to_wear_bring" if text == "is a kindle fine" else "parking"}
            for text in texts
        ]

    monkeypatch.setattr(candidate, "ask", ask)
    assert advise_all(record, Settings()) == (3, 2)
    advice = {row.text: row.advice for row in list_corrections(record, "proposed")}
    assert "What is ozone?" not in asked, "a training example of something else needs no asking"
    assert advice["is a kindle fine"] == KNOWN
    assert advice["may I read on my kindle"] == "The model in use answers it with parking."
    assert advice["What is ozone?"].startswith("In conflict")


def test_the_turns_of_a_dialogue_are_asked_in_one_conversation_and_those_of_another_file_in_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[dict[str, Any]] = []

    def answer(settings: Settings, arguments: Sequence[str], lines: str) -> str:
        sent.extend(json.loads(line) for line in lines.splitlines())
        return "{}\n" * len(sent)

    monkeypatch.setattr(candidate, "_bot", answer)
    turns = [{"text": "what is ozone", "conversation": "1"}, {"text": "why", "conversation": "1"}]
    rows = [{**turn, "file": file} for file in ("a.jsonl", "b.jsonl") for turn in turns]
    assert len(candidate.ask(Settings(), [*rows, {"text": "hours?", "file": "a.jsonl"}])) == 5
    assert [len({row.get("conversation") for row in rows}) for rows in (sent[:2], sent[2:4], sent[:4])] == [1, 1, 2]
    assert "conversation" not in sent[4]


def test_without_a_correction_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidate, "ask", lambda *_: pytest.fail("the model was asked"))
    assert advise_all(open_record(None), Settings()) == (0, 0)
