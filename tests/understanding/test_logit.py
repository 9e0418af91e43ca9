"""A choice among candidates by weights that were learnt."""

from __future__ import annotations

import numpy as np
import pytest

from bot.understanding.logit import fit_weights, shares


def test_chances_add_up_to_one_however_large_the_scores() -> None:
    found = shares(np.array([1000.0, 999.0, -1000.0]))
    assert found.sum() == pytest.approx(1.0)
    assert found.argmax() == 0


def test_the_kind_of_evidence_that_tells_the_right_one_weighs_most() -> None:
    random = np.random.default_rng(7)
    rows, rights = [], []
    for _ in range(200):
        right = np.arange(4) == random.integers(4)
        rows.append(np.column_stack([right + random.normal(0, 0.5, 4), random.normal(size=4)]))
        rights.append(right)
    weights = fit_weights(rows, rights)
    assert weights[0] > 5 * abs(weights[1])


def test_a_choice_without_a_right_one_counts_for_nothing() -> None:
    told, wanted = np.array([[1.0], [0.0]]), np.array([True, False])
    alone = fit_weights([told, 1 - told], [wanted, wanted[::-1]])
    beside = fit_weights([told, 1 - told, told], [wanted, wanted[::-1], np.array([False, False])])
    assert beside == pytest.approx(alone, rel=1e-3)
