"""What becomes a training example, and how the file looks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.sync import examples_by_intent
from bot.improvement.reviewed import sort_out, with_new
from bot.record.corrections import Correction
from bot.record.sentences import training_sentence

EXAMPLES = {"cost": ["How much is it?"], "pets": ["Do you treat dogs?"]}


def _correction(text: str, intent: str = "cost", number: int = 1) -> Correction:
    return Correction(
        number, text, intent, "accepted", "maria", "2027-01-01T00", "carla", "2027-01-02T00", "", None, None, None
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("how much\nis it", "how much is it"),
        ("mail me at anna@example.org", "mail me at e-mail"),
        ("[what](cost) is `this`", "what cost is this"),
        ("- /restart", "restart"),
        ("# not a comment", "not a comment"),
        ("?!", ""),
        ("x" * 301, ""),
    ],
)
def test_a_sentence_is_one_line_without_personal_data_or_markup(text: str, sentence: str) -> None:
    assert training_sentence(text) == sentence


@pytest.mark.parametrize(
    ("correction", "advice"),
    [
        (_correction("HOW MUCH IS IT?"), "Redundant"),
        (_correction("how much is it?", "pets"), "In conflict: this sentence is a training example of cost"),
        (_correction("?!"), "Not usable"),
        (_correction("what then", "gone"), "Not usable: there is no intent gone"),
    ],
)
def test_what_cannot_be_learnt_from_is_left_out_with_advice(correction: Correction, advice: str) -> None:
    usable, said = sort_out([correction], EXAMPLES)
    assert usable == []
    assert said[1].startswith(advice)


def test_the_same_sentence_is_learnt_once() -> None:
    usable, said = sort_out([_correction("what price"), replace(_correction("What price"), id=2)], EXAMPLES)
    assert [sentence for _, sentence in usable] == ["what price"]
    assert list(said) == [2]


def test_the_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    first = with_new("", [(_correction("what: price"), "what: price")])
    both = with_new(first, [(_correction("a cat", "pets", 2), "a cat")])
    (tmp_path / "reviewed.yml").write_text(both, encoding="utf-8")
    assert examples_by_intent(tmp_path) == {"cost": ["what: price"], "pets": ["a cat"]}
    assert both.startswith(first)
    assert "# correction 2, accepted on 2027-01-02" in both
