"""The second net for risk: what the embedding says, without a look at any word list.

The score is the chance that a message belongs to one of the `emergency_*` and `clinician_*` intents, fitted on held-out
folds from the summed probability of these intents and from the nearest risky and the nearest ordinary example.

A missed risk costs 100, a needless referral 1 (the project's brief). On those costs alone the threshold would be so low
that ordinary visitors were sent away in numbers, and an assistant that refers everything helps nobody; so it is the
cheapest threshold that still refers at most `CEILING` of the ordinary questions. Both figures are stored in the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from bot.safety.normalise import sentences
from bot.understanding.encoder import Matrix
from bot.understanding.examples import Examples
from bot.understanding.linear import Reading

COST_MISSED_RISK = 100.0
COST_NEEDLESS_REFERRAL = 1.0
COST_MISSED_EMERGENCY = 5.0
"""An emergency that this net calls a matter for a clinician, against a false alarm (1): such a referral names the
emergency number too, and the rules look at the same message; but a needless alarm frightens somebody who is ill.
"""
CEILING = 0.04
"""Share of ordinary training questions that this net may refer needlessly."""
EMERGENCY_CEILING = 0.01
"""Share of ordinary training questions that this net may answer with emergency numbers."""

SURE = 0.01
"""Share of held-out risky examples that score as if they were ordinary; most of them are caught by a rule that is not weak."""

FAR = 0.005
"""Share of held-out risky examples that are allowed to lie farther from all others than the net reaches."""

EMERGENCY = "emergency_"
CLINICIAN = "clinician_"
_ORDINARY_DESPITE_THEIR_NAME = ("emergency_over",)
_NOT_ASKED = ("out_of_scope", "other_language")
_SHORTEST_PART = 3
"""Words below which a sentence is not judged on its own."""


@dataclass(frozen=True)
class RiskCalibration:
    """Weights of: logit of the summed probability, cosine to the nearest risky and to the nearest ordinary example, constant."""

    weights: tuple[float, ...]
    risk_from: float
    emergency_from: float
    cheapest: float
    """The threshold the costs alone would choose."""
    ordinary_below: float
    """The score below which a message is surely ordinary: it may overrule a weak rule."""
    near_from: float
    """Cosine to the nearest risky example below which a message is about something this net knows nothing of."""

    def score(self, reading: Reading) -> Matrix:
        """The chance of a risk: shape (rows,)."""
        return np.asarray(1 / (1 + np.exp(-_evidence(reading) @ np.array(self.weights, dtype=np.float32))), dtype=np.float32)


SILENT = RiskCalibration((0.0, 0.0, 0.0, 0.0), 2.0, 2.0, 2.0, 0.0, 2.0)
"""Never fires: for training data without risk intents."""


def is_risk(intent: str) -> bool:
    """Whether an intent stands for a risk."""
    return intent.startswith((EMERGENCY, CLINICIAN)) and intent not in _ORDINARY_DESPITE_THEIR_NAME


def parts_of(text: str) -> list[str]:
    """Sentences worth judging on their own, when there is more than one."""
    found = sentences(text)
    return [part for part in found if len(part.split()) >= _SHORTEST_PART] if len(found) > 1 else []


def fit_risk(reading: Reading, intents: npt.NDArray[np.str_]) -> RiskCalibration:
    """Fits score and thresholds on what was read of held-out examples; data without risk intents gives `SILENT`."""
    risky = np.array([is_risk(intent) for intent in intents])
    if not risky.any() or risky.all():
        return SILENT

    fitted = LogisticRegression(C=10.0, fit_intercept=False, max_iter=1000).fit(_evidence(reading), risky)
    calibration = RiskCalibration(tuple(float(weight) for weight in fitted.coef_[0]), 0.0, 0.0, 0.0, 0.0, 0.0)
    score, emergency = calibration.score(reading), _sum(reading, _emergencies(reading.classes))
    asked = ~risky & ~np.isin(intents, _NOT_ASKED)
    cheapest = _cheapest(score, risky, COST_MISSED_RISK)
    risk_from = max(cheapest, float(np.quantile(score[asked], 1 - CEILING)))
    urgent = np.array([intent.startswith(EMERGENCY) for intent in intents]) & risky
    emergency_from = max(_cheapest(emergency, urgent, COST_MISSED_EMERGENCY), float(np.quantile(emergency[asked], 1 - EMERGENCY_CEILING)))
    ordinary_below = min(float(np.quantile(score[risky], SURE)), risk_from)
    near_from = float(np.quantile(_nearest(reading, _risks(reading.classes))[risky], FAR))
    return RiskCalibration(
        calibration.weights, round(risk_from, 4), round(emergency_from, 4), round(cheapest, 4), round(ordinary_below, 4), round(near_from, 4)
    )


def judge(calibration: RiskCalibration, reading: Reading, embeddings: Matrix, examples: Examples) -> dict[str, Any]:
    """What the net says of a message, read in one row for the whole and one for each part.

    Returns:
        `score` and `emergency_score` (0 to 1) with their `thresholds`, `category` (None when neither is reached), and
        for a category the `nearest` training example of that category with its `similarity` (cosine).
    """
    risks, emergencies = _risks(reading.classes), _emergencies(reading.classes)
    thresholds = {"risk": calibration.risk_from, "emergency": calibration.emergency_from, "ordinary": calibration.ordinary_below}
    verdict: dict[str, Any] = {"category": None, "thresholds": thresholds}
    if not risks.any():
        return {**verdict, "score": 0.0, "emergency_score": 0.0}
    score, emergency = calibration.score(reading), _sum(reading, emergencies)
    verdict |= {"score": round(float(score.max()), 4), "emergency_score": round(float(emergency.max()), 4)}
    if _nearest(reading, risks).max() < calibration.near_from:
        return verdict
    is_emergency = bool(emergency.max() >= calibration.emergency_from)
    if not is_emergency and score.max() < calibration.risk_from:
        return verdict
    row = int((emergency if is_emergency else score).argmax())
    eligible = emergencies if is_emergency or not (risks & ~emergencies).any() else risks & ~emergencies
    category = reading.classes[int(np.where(eligible, reading.probabilities[row], -1.0).argmax())]
    nearest, similarity = examples.nearest_of(category, embeddings[row])
    return {**verdict, "category": category, "nearest": nearest, "similarity": round(similarity, 4)}


def _evidence(reading: Reading) -> Matrix:
    risks = _risks(reading.classes)
    clipped = np.minimum(np.maximum(_sum(reading, risks), 1e-5), 1 - 1e-5)
    logit = np.log(clipped / (1 - clipped))
    return np.stack([logit, _nearest(reading, risks), _nearest(reading, ~risks), np.ones_like(logit)], axis=1).astype(np.float32)


@lru_cache(maxsize=8)
def _risks(classes: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    return np.array([is_risk(name) for name in classes])


@lru_cache(maxsize=8)
def _emergencies(classes: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    return np.array([is_risk(name) and name.startswith(EMERGENCY) for name in classes])


def _sum(reading: Reading, chosen: npt.NDArray[np.bool_]) -> Matrix:
    return np.asarray(reading.probabilities[:, chosen].sum(axis=1), dtype=np.float32)


def _nearest(reading: Reading, chosen: npt.NDArray[np.bool_]) -> Matrix:
    return np.asarray(reading.nearest[:, chosen].max(axis=1, initial=0.0), dtype=np.float32)


def _cheapest(score: Matrix, risky: npt.NDArray[np.bool_], cost_missed: float) -> float:
    candidates = np.concatenate([np.linspace(0.002, 0.1, 50), np.linspace(0.11, 0.95, 85)])
    costs = [cost_missed * ((score < t) & risky).sum() + COST_NEEDLESS_REFERRAL * ((score >= t) & ~risky).sum() for t in candidates]
    return float(candidates[int(np.argmin(costs))])
