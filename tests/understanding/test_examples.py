"""The nearest examples, compared in int8, on toy examples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.understanding.encoder import DIMENSIONS, Matrix
from bot.understanding.examples import Examples, main_directions

THREE = Examples(("two", "one", "deux"), ("b", "a", "b"), np.eye(3, DIMENSIONS, dtype=np.float32))


def test_each_class_is_as_near_as_its_nearest_example() -> None:
    assert THREE.nearest(np.eye(1, DIMENSIONS, k=2, dtype=np.float32)).tolist() == [[0.0, 1.0]]


def test_the_nearest_example_of_a_class_is_named() -> None:
    name, cosine = THREE.nearest_of("b", np.eye(1, DIMENSIONS, k=2, dtype=np.float32)[0])
    assert name == "deux"
    assert cosine == pytest.approx(1.0)


def test_saved_examples_keep_texts_and_intents(tmp_path: Path) -> None:
    examples = Examples(("one", "zwei 你好"), ("a", "b"), np.eye(2, DIMENSIONS, dtype=np.float32))
    examples.save(tmp_path)
    loaded = Examples.load(tmp_path)
    assert (loaded.texts, loaded.intents) == (examples.texts, examples.intents)


def test_few_examples_are_compared_as_they_are() -> None:
    assert main_directions(np.eye(DIMENSIONS, dtype=np.float32)) is None


@pytest.fixture
def many() -> Matrix:
    """Embeddings that differ along a hundred directions, as ours do for the most part: shape (5000, 384)."""
    random = np.random.default_rng(3)
    rows = random.normal(size=(5_000, 100)).astype(np.float32) @ random.normal(size=(100, DIMENSIONS)).astype(
        np.float32
    )
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def test_along_the_main_directions_the_nearest_example_stays_the_nearest(many: Matrix) -> None:
    names = [f"text {number:04}" for number in range(len(many))]
    examples = Examples(names, names, many, main_directions(many))
    assert all(
        examples.classes[int(examples.nearest(many[number : number + 1]).argmax())] == names[number]
        for number in range(0, len(many), 500)
    )


def test_saved_examples_are_as_near_as_before(tmp_path: Path, many: Matrix) -> None:
    examples = Examples([str(n) for n in range(len(many))], ["a", "b"] * (len(many) // 2), many, main_directions(many))
    examples.save(tmp_path)
    assert np.array_equal(Examples.load(tmp_path).nearest(many[:3]), examples.nearest(many[:3]))


@pytest.mark.parametrize("rows", [1, 3, 16])
def test_cosines_in_int8_are_those_in_single_precision(many: Matrix, rows: int) -> None:
    examples = Examples([str(n) for n in range(500)], [f"intent {n // 5:03}" for n in range(500)], many[:500])
    exact = (many[500 : 500 + rows] @ many[:500].T).reshape(rows, 100, 5).max(axis=2)
    np.testing.assert_allclose(examples.nearest(many[500 : 500 + rows]), exact, atol=0.01)


def test_a_message_of_zeros_is_near_nothing() -> None:
    assert THREE.nearest(np.zeros((1, DIMENSIONS), np.float32)).tolist() == [[0.0, 0.0]]
