"""Strangers' messages: read whole, refused by name, and true where somebody said so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.content.library import Library
from bot.understanding.heads import HEADS
from bot.understanding.strangers import Stranger, StrangersError, read_strangers, truths
from tests.conftest import DATA


def test_messages_are_read_in_the_order_of_their_files(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text('{"text": "second", "route": "answer", "intents": ["cost", "booking"]}\n')
    (tmp_path / "a.jsonl").write_text('{"text": "first", "route": "harmless"}\n')
    (tmp_path / "notes.txt").write_text("not read")
    assert read_strangers(tmp_path) == [
        Stranger("first", "harmless"),
        Stranger("second", "answer", ("cost", "booking")),
    ]


def test_without_a_folder_there_are_none(tmp_path: Path) -> None:
    assert read_strangers(tmp_path / "none") == []


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "3",
        '{"route": "answer"}',
        '{"text": "x"}',
        '{"text": "x", "route": "check"}',
        '{"text": 3, "route": "answer"}',
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "x", "route": "answer"}\n' + line + "\n")
    with pytest.raises(StrangersError, match=r"a\.jsonl, line 2"):
        read_strangers(tmp_path)


def test_every_intent_of_the_shipped_messages_has_a_text(library: Library) -> None:
    named = {intent for message in read_strangers(DATA / "strangers") for intent in message.intents}
    assert sorted(named - set(library.snippets)) == []


TOLD = {
    Stranger("a", "emergency"): (None, None, 1.0, 1.0),
    Stranger("b", "clinician"): (None, None, 0.0, 1.0),
    Stranger("c", "answer", ("cost", "booking")): (1.0, 1.0, 0.0, 0.0),
    Stranger("d", "answer", ("hours",)): (0.0, 1.0, 0.0, 0.0),
    Stranger("e", "smalltalk"): (None, 1.0, 0.0, 0.0),
    Stranger("f", "out_of_scope"): (None, 0.0, 0.0, 0.0),
    Stranger("g", "harmless"): (None, None, 0.0, 0.0),
}


@pytest.mark.parametrize("message", TOLD, ids=lambda message: f"{message.route} {' '.join(message.intents)}")
def test_a_head_is_told_the_truth_or_nothing(message: Stranger) -> None:
    found = truths([message], ["cost"])
    assert tuple(None if np.isnan(found[head][0]) else found[head][0] for head in HEADS) == TOLD[message]
