"""The second opinion: which sentence shares the rarest words."""

from __future__ import annotations

import numpy as np
import pytest

from bot.understanding.lexical import WordIndex

CLASSES = ("cost", "hours", "never", "ozone")
TEXTS = ("what is the price", "what does it cost", "when are you open", "what is ozone")
INDEX = WordIndex(TEXTS, ("cost", "cost", "hours", "ozone"), CLASSES)


@pytest.mark.parametrize(("text", "intent"), [("What is the price?", "cost"), ("when are you open", "hours")])
def test_a_training_sentence_is_nearest_to_itself(text: str, intent: str) -> None:
    opinion = INDEX.opinion(text)
    assert CLASSES[int(opinion.nearest.argmax())] == intent
    assert opinion.nearest.max() == pytest.approx(1.0, abs=1e-5)
    assert opinion.unknown == 0.0


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    assert CLASSES[int(INDEX.opinion("what ozone").nearest.argmax())] == "ozone"


def test_a_class_counts_by_its_nearest_sentence() -> None:
    assert INDEX.opinion("price").nearest[0] > INDEX.opinion("cost it does").nearest[1]
    assert INDEX.opinion("price").nearest[0] == pytest.approx(INDEX.opinion("Price!").nearest[0])


def test_words_never_seen_make_everything_less_near() -> None:
    known, mixed = INDEX.opinion("price"), INDEX.opinion("price zebra")
    assert mixed.unknown == pytest.approx(0.5)
    assert 0 < mixed.nearest[0] < known.nearest[0]


@pytest.mark.parametrize("text", ["zebra", ""])
def test_a_message_of_unknown_words_is_near_nothing(text: str) -> None:
    opinion = INDEX.opinion(text)
    assert (opinion.nearest.tolist(), opinion.held.tolist(), opinion.unknown) == ([0.0] * 4, [0.0] * 4, 1.0)


def test_a_class_holds_the_words_that_any_of_its_sentences_has() -> None:
    held = INDEX.opinion("what does the price cost").held
    assert held[0] == pytest.approx(1.0)
    assert 0 < held[3] < held[0]
    assert held[2] == 0.0


def test_a_word_never_seen_is_held_by_none() -> None:
    assert INDEX.opinion("price zebra").held.max() < INDEX.opinion("price").held.max()


def test_a_class_without_a_sentence_is_never_near() -> None:
    assert INDEX.opinion("what is the price when are you open ozone").nearest[2] == 0.0


def test_nearness_is_the_cosine_of_weighted_words() -> None:
    weight = {word: np.log(4 / count) + 1 for word, count in {"what": 3, "is": 2, "the": 1, "price": 1}.items()}
    length = np.sqrt(sum(value**2 for value in weight.values()))
    assert INDEX.opinion("price").nearest[0] == pytest.approx(weight["price"] / length, rel=1e-5)
