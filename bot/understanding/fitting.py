"""Fitting the model on the training sentences, whole and in folds, and what it says of sentences it had not learnt."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from bot.understanding.encoder import Matrix
from bot.understanding.examples import Examples, main_directions
from bot.understanding.heads import ELSEWHERE, groups, is_risk
from bot.understanding.linear import CORES, Intents, Reading, SoftmaxRegression, features, fold_numbers, side_by_side
from bot.vocabulary import EMERGENCY, Route

_FOLDS = 3


def fit_all(texts: Sequence[str], intents: Sequence[str], embeddings: Matrix) -> Intents:
    """The model, on all examples."""
    regression = SoftmaxRegression.fit(features(texts, embeddings), intents, threads=CORES)
    return Intents(regression, Examples(texts, intents, embeddings, main_directions(embeddings)))


def fit_in_folds(
    texts: Sequence[str], intents: Sequence[str], embeddings: Matrix, wanted: npt.NDArray[np.bool_]
) -> tuple[Intents, Reading, npt.NDArray[np.bool_]]:
    """The model, what models that had not seen it say of each wanted example, and for which there was such a model."""
    rows, directions = features(texts, embeddings), main_directions(embeddings)

    def learn_and_read(seen: npt.NDArray[np.int64], unseen: npt.NDArray[np.int64]) -> tuple[Intents, Reading]:
        examples = Examples(
            [texts[index] for index in seen], [intents[index] for index in seen], embeddings[seen], directions
        )
        learnt = Intents(SoftmaxRegression.fit(rows, intents, seen), examples)
        return learnt, learnt.read_features(rows[unseen], embeddings[unseen])

    folds = fold_numbers(intents, _FOLDS)
    parts = [(np.flatnonzero(folds != fold), np.flatnonzero((folds == fold) & wanted)) for fold in range(_FOLDS)]
    parts = [(seen, unseen) for seen, unseen in parts if seen.size and unseen.size]
    whole = np.arange(len(texts)), np.zeros(0, np.int64)
    (model, _), *held_out = side_by_side([partial(learn_and_read, *part) for part in (whole, *parts)])
    classes = model.regression.classes
    probabilities, nearest = (
        np.zeros((len(texts), len(classes)), np.float32),
        np.zeros((len(texts), len(classes)), np.float32),
    )
    read = np.zeros(len(texts), np.bool_)
    for (_, reading), (_, unseen) in zip(held_out, parts, strict=True):
        places = np.ix_(unseen, np.searchsorted(classes, reading.classes))
        probabilities[places], nearest[places] = reading.probabilities, reading.nearest
        read[unseen] = True
    return model, Reading(classes, probabilities, nearest), read


def plain_chances(reading: Reading) -> dict[str, float]:
    """Chances of a classifier that has nothing to learn them from."""
    group, row = groups(reading.classes), reading.probabilities[0]
    danger = float(row[group.emergency].sum())
    elsewhere = float(row[group.elsewhere].sum())
    return {
        "right": float(row[group.ordinary].max(initial=0.0)),
        "subject": 1 - elsewhere,
        "emergency": danger,
        "risk": danger + float(row[group.clinician].sum()),
    }


def route_of_intent(intent: str) -> str:
    if is_risk(intent):
        return Route.EMERGENCY if intent.startswith(EMERGENCY) else Route.CLINICIAN
    return Route.OUT_OF_SCOPE if intent in ELSEWHERE else Route.ANSWER
