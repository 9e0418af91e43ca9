"""Softmax regression on toy problems."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import HashingVectorizer

from bot.safety.normalise import phrase
from bot.settings import ROOT
from bot.understanding.encoder import DIMENSIONS, Matrix
from bot.understanding.examples import Examples
from bot.understanding.linear import Intents, SoftmaxRegression, features, fold_numbers, letter_groups, side_by_side

NAMES = ("blue", "green", "red")
LABELS = [NAMES[number % 3] for number in range(90)]


def _toy() -> Matrix:
    """Three clouds of thirty points in four dimensions."""
    random = np.random.default_rng(1)
    centres = np.eye(3, 4, dtype=np.float32)
    points = [centres[number % 3] + 0.1 * random.standard_normal(4) for number in range(90)]
    return np.asarray(points, dtype=np.float32)


@pytest.fixture(scope="module")
def fitted() -> SoftmaxRegression:
    return SoftmaxRegression.fit(_toy(), LABELS)


def test_fit_learns_a_toy_problem(fitted: SoftmaxRegression) -> None:
    assert [fitted.classes[index] for index in fitted.probabilities(_toy()).argmax(axis=1)] == LABELS


def test_classes_come_in_alphabetical_order(fitted: SoftmaxRegression) -> None:
    assert fitted.classes == NAMES


def test_each_row_of_probabilities_sums_to_one(fitted: SoftmaxRegression) -> None:
    np.testing.assert_allclose(fitted.probabilities(_toy()).sum(axis=1), 1.0, atol=1e-5)


def test_great_scores_do_not_overflow(fitted: SoftmaxRegression) -> None:
    assert np.isfinite(fitted.probabilities(_toy() * 1e6)).all()


def test_fitting_twice_gives_the_same_weights(fitted: SoftmaxRegression) -> None:
    assert np.array_equal(SoftmaxRegression.fit(_toy(), LABELS).weights, fitted.weights)


def test_a_saved_regression_says_the_same_again(fitted: SoftmaxRegression, tmp_path: Path) -> None:
    fitted.save(tmp_path / "regression.npz")
    loaded = SoftmaxRegression.load(tmp_path / "regression.npz")
    np.testing.assert_allclose(loaded.probabilities(_toy()), fitted.probabilities(_toy()), atol=1e-2)


def test_a_saved_regression_keeps_its_classes(fitted: SoftmaxRegression, tmp_path: Path) -> None:
    fitted.save(tmp_path / "regression.npz")
    assert SoftmaxRegression.load(tmp_path / "regression.npz").classes == fitted.classes


def test_side_by_side_is_the_same_as_one_by_one(fitted: SoftmaxRegression) -> None:
    both = side_by_side([lambda: SoftmaxRegression.fit(_toy(), LABELS)] * 2)
    assert all(np.allclose(one.weights, fitted.weights, atol=1e-4) for one in both)


def test_classes_shared_out_among_threads_are_the_same_as_by_one(fitted: SoftmaxRegression) -> None:
    shared = SoftmaxRegression.fit(_toy(), LABELS, threads=2)
    assert shared.classes == fitted.classes
    np.testing.assert_allclose(shared.weights, fitted.weights, atol=1e-4)
    np.testing.assert_allclose(shared.bias, fitted.bias, atol=1e-4)


def test_rows_that_are_not_among_those_to_learn_from_teach_nothing() -> None:
    kept = np.flatnonzero(np.arange(len(LABELS)) % 5 != 0)
    alone = SoftmaxRegression.fit(_toy()[kept], [LABELS[place] for place in kept])
    among = SoftmaxRegression.fit(_toy(), LABELS, kept)
    assert np.array_equal(among.weights, alone.weights)


THREE = Examples(("two", "one", "deux"), ("b", "a", "b"), np.eye(3, DIMENSIONS, dtype=np.float32))


def test_an_example_tips_the_scale_where_the_regression_cannot_tell() -> None:
    undecided = SoftmaxRegression(("a", "b"), np.zeros((2, DIMENSIONS + 1024), np.float32), np.zeros(2, np.float32))
    reading = Intents(undecided, THREE).read(["one"], np.eye(1, DIMENSIONS, k=1, dtype=np.float32))
    assert reading.probabilities[0, 0] > 0.99


def test_features_put_letters_beside_the_embedding() -> None:
    assert features(["ozone", "?!"], np.zeros((2, DIMENSIONS), np.float32)).shape == (2, DIMENSIONS + 1024)


def test_features_do_not_depend_on_how_a_thing_is_typed() -> None:
    one, other = features(["I can't", "i CANNOT!"], np.zeros((2, DIMENSIONS), np.float32))
    assert np.array_equal(one, other)


def test_folds_are_the_same_every_time() -> None:
    assert np.array_equal(fold_numbers(LABELS, 5), fold_numbers(LABELS, 5))


def test_each_label_is_spread_evenly_over_the_folds() -> None:
    folds = fold_numbers(LABELS, 5)
    counts = Counter((label, int(fold)) for label, fold in zip(LABELS, folds, strict=True))
    assert set(counts.values()) == {6}


def test_a_rare_label_is_in_as_many_folds_as_it_has_examples() -> None:
    assert sorted(fold_numbers(["rare"] * 3, 5).tolist()) == [0, 1, 2]


def test_letter_groups_are_those_of_scikit_learn() -> None:
    texts = [
        *held_out_texts(),
        "",
        "a",
        "ab",
        "i am o k",
        "Zürich Ozon-Therapie",
        "ozone ozone ozone",
        "w" * 500,
        "\u4f60\u597d",
    ]
    vectorizer = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=1024, norm="l2", dtype=np.float32)
    expected = vectorizer.transform([phrase(text) or " " for text in texts]).toarray()
    assert np.abs(letter_groups(texts) - expected).max() < 1e-6


def held_out_texts() -> list[str]:
    lines = (ROOT / "tests" / "questions" / "held_out.jsonl").read_text(encoding="utf-8").splitlines()
    return [str(json.loads(line)["text"]) for line in lines]
