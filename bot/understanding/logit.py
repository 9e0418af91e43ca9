"""A conditional logit: of several candidates, each with its evidence, the chance of each to be the right one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float64]

_STRENGTH = 3.0
"""Of L2 on standardised evidence; from 0.3 to 10 nothing changes by more than a point."""


def shares(scores: Rows) -> Rows:
    """The chance of each candidate by its score; together one."""
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


def fit_weights(candidates: Sequence[Rows], rights: Sequence[npt.NDArray[np.bool_]]) -> Rows:
    """The weights under which the right candidates are likeliest, shape (kinds,).

    Args:
        candidates: for each choice the evidence of its candidates, shape (candidates, kinds).
        rights: for each choice which candidates are right. A choice without a right one counts for nothing.
    """
    from scipy.optimize import minimize  # needed for training alone

    rows, right = np.vstack(candidates), np.concatenate(rights)
    spread = np.maximum(rows.std(axis=0), 1e-9)
    sizes = [len(of) for of in candidates]
    starts, which = np.cumsum([0, *sizes[:-1]]), np.repeat(np.arange(len(sizes)), sizes)
    scaled = rows / spread
    known = np.add.reduceat(right, starts) > 0

    def cost(weights: Rows) -> tuple[float, Rows]:
        scores = scaled @ weights
        raised = np.exp(scores - np.maximum.reduceat(scores, starts)[which])
        chances = raised / np.add.reduceat(raised, starts)[which]
        hit = np.add.reduceat(chances * right, starts)
        wanted = np.where(known[which], chances * right / np.maximum(hit, 1e-12)[which], chances)
        loss = -np.log(np.maximum(hit[known], 1e-12)).sum() + 0.5 * _STRENGTH * float(weights @ weights)
        return float(loss), scaled.T @ (chances - wanted) + _STRENGTH * weights

    found = minimize(cost, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return np.asarray(found.x / spread)
