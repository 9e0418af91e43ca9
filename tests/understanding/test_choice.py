"""Which approved question is meant: all that is known of those that come near, weighed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pytest

from bot.content.library import Library, load_library
from bot.understanding.choice import NAMES, Choice, candidates, evidence, fit_choice
from bot.understanding.heads import Seen
from bot.understanding.lexical import Opinion
from bot.understanding.linear import Reading
from bot.understanding.strangers import Stranger
from bot.understanding.texts import TextIndex
from tests.conftest import DATA

CLASSES = ("clinician_dose", "cost", "insurance", "out_of_scope", "session_length", "thanks")
PLACE = np.zeros(3, np.float32)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(DATA)


@pytest.fixture(scope="module")
def texts(library: Library) -> TextIndex:
    return TextIndex(library, CLASSES)


def row(of: Mapping[str, float], rest: float) -> npt.NDArray[np.float32]:
    return np.array([of.get(name, rest) for name in CLASSES], np.float32)


def seen(chances: Mapping[str, float], words: Mapping[str, float] | None = None, text: str = "and that") -> Seen:
    """A message of which the regression and the words say this."""
    rows = np.array([row(chances, 0.01)], np.float32)
    opinion = Opinion(row(words or {}, 0.0), row(words or {}, 0.0), 0.0)
    nothing = np.zeros(len(CLASSES), np.float32)
    return Seen(text, Reading(CLASSES, rows, rows), opinion, (), False, PLACE, nothing, nothing)


def test_neither_a_risk_nor_what_is_elsewhere_is_ever_chosen(texts: TextIndex) -> None:
    told = seen({"clinician_dose": 0.9, "out_of_scope": 0.05})
    assert {CLASSES[column] for column in candidates(told)} == {"cost", "insurance", "session_length", "thanks"}
    shares = Choice([1.0] * len(NAMES)).shares(told, texts)
    assert shares[[CLASSES.index(name) for name in ("clinician_dose", "out_of_scope")]].tolist() == [0.0, 0.0]
    assert shares.sum() == pytest.approx(1.0)


def test_without_weights_the_likeliest_is_meant(texts: TextIndex) -> None:
    shares = Choice().shares(seen({"cost": 0.6, "insurance": 0.3}, {"insurance": 1.0}), texts)
    assert CLASSES[int(shares.argmax())] == "cost"
    assert shares.sum() == pytest.approx(1.0)


def weights(**of: float) -> Sequence[float]:
    return [of.get(name.replace(" ", "_"), 0.0) for name in NAMES]


def test_what_the_words_say_may_outweigh_what_is_likeliest(texts: TextIndex) -> None:
    told = seen({"cost": 0.6, "insurance": 0.3}, {"insurance": 1.0})
    assert CLASSES[int(Choice(weights(chance=1.0)).shares(told, texts).argmax())] == "cost"
    assert CLASSES[int(Choice(weights(chance=1.0, words=9.0)).shares(told, texts).argmax())] == "insurance"


def test_there_is_evidence_of_each_kind_for_each_that_comes_into_question(texts: TextIndex) -> None:
    told = seen({"cost": 0.6})
    columns = candidates(told)
    assert evidence(told, columns, texts).shape == (len(columns), len(NAMES))


def test_the_weights_are_learnt_from_what_strangers_wanted(texts: TextIndex) -> None:
    both = [
        seen({"cost": 0.5, "insurance": 0.4}, {"insurance": 1.0}),
        seen({"cost": 0.4, "session_length": 0.5}, {"cost": 1.0}),
    ] * 20
    wanted = [Stranger("", "answer", ("insurance",)), Stranger("", "answer", ("cost",))] * 20
    learnt = fit_choice(both, wanted, texts)
    assert [CLASSES[int(learnt.shares(of, texts).argmax())] for of in both[:2]] == ["insurance", "cost"]


def test_strangers_of_whom_nobody_said_what_is_right_teach_nothing(texts: TextIndex) -> None:
    assert fit_choice([seen({"cost": 0.9})], [Stranger("", "answer")], texts).weights is None


def test_a_text_that_holds_the_words_of_a_message_is_likest(texts: TextIndex) -> None:
    likeness = texts.likeness("is it paid by my insurance company")
    assert CLASSES[int(likeness.argmax())] == "insurance"
    assert likeness[CLASSES.index("out_of_scope")] < likeness.max()


def test_words_that_say_nothing_and_words_in_no_text_are_like_no_text(texts: TextIndex) -> None:
    assert texts.likeness("zebra xylophone").max() == 0.0


def test_answers_are_known_from_small_talk_and_have_a_length(texts: TextIndex) -> None:
    assert texts.answers.tolist() == [False, True, True, False, True, False]
    assert texts.lengths[CLASSES.index("cost")] > 0


def test_a_class_without_a_text_is_like_nothing(library: Library) -> None:
    texts = TextIndex(library, ("cost", "no_such_answer"))
    assert (texts.lengths[1], texts.answers[1], texts.likeness("what is the price")[1]) == (0.0, False, 0.0)
