"""From chances to a verdict: how grave a message is, and whether its likeliest question may be answered.

Thresholds are chosen on strangers' messages, which no model was trained on, and stored with the model. A missed
emergency is the worst fault, so the threshold for asking "is this happening now?" is set by the emergencies; the one
for calling an alarm leaves a few of them to that question, because an alarm that is none frightens people and gets an
assistant switched off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.safety.normalise import sentences
from bot.understanding.encoder import Matrix
from bot.understanding.examples import Examples
from bot.understanding.heads import groups
from bot.understanding.linear import Reading
from bot.vocabulary import Level

LEFT_TO_CHANCE = 0.02
"""Share of strangers' emergencies that may lie below the threshold for asking; the rules look at the same messages."""
LEFT_TO_A_QUESTION = 0.045
"""Share of strangers' emergencies that may be asked about first."""
COST_MISSED_RISK = 8.0
"""Of a risky message that is answered, against one needless referral.

The two nets look at the same message, and so does the threshold for a message that names the subject: on strangers'
messages this is where missed ones become rarer than one in a hundred.
"""
RULE_COUNTS = 0.5
RULE_OF_DOING_COUNTS = 0.15
URGENT_RULE_COUNTS = 0.25
"""Of the thresholds for risk and for asking: what a rule needs beside it. Below that the words were not meant, or were
told by the way; what somebody means to do (a dose, a mixture, a treatment at home) is never told by the way."""
COST_WRONG_ANSWER = 0.8
COST_OFF_TOPIC_ANSWER = 3.0
"""Against a right answer held back (1).

A neighbouring answer costs another question, as asking back does, and is often good enough: of what strangers were
answered 3 % was wrong, and 6 % of them were asked back without need. An answer to somebody who asked about something
else makes the whole assistant look careless.
"""
_LEAST_SURE = 0.45
"""Chance of being right below which nothing is answered, whatever it would cost to ask back."""
_ASK_BACK = 0.4
"""Of the threshold for an answer: below that, nothing near enough is known to ask about."""
_SHORTEST_PART = 3
_MOST_PARTS = 64
"""Words below which a sentence is not judged on its own, and sentences that are: the first and the last of more."""


@dataclass(frozen=True)
class Thresholds:
    """Chances from which on: an alarm; asking first; a referral; an
    answer (`right` and `subject` both); asking back (`subject`)."""

    alarm: float = 0.5
    check: float = 0.5
    risk: float = 0.5
    right: float = 0.5
    subject: float = 0.5
    clarify: float = 0.25


def parts_of(text: str) -> list[str]:
    """Sentences worth judging on their own, when there is more than one."""
    found = sentences(text)
    parts = [part for part in found if len(part.split()) >= _SHORTEST_PART] if len(found) > 1 else []
    return parts if len(parts) <= _MOST_PARTS else parts[: _MOST_PARTS // 2] + parts[-_MOST_PARTS // 2 :]


def judge(
    chances: Mapping[str, float], thresholds: Thresholds, reading: Reading, embeddings: Matrix, examples: Examples
) -> dict[str, Any]:
    """What the second net says of a message, read in one row for the whole and one for each part.

    Returns:
        `level`: a `Level` or None; `category` (None without a level); `emergency_score` and `score`, the
        chances of danger now and of any risk, with their `thresholds`; for a category the `nearest` training example of
        it with its
        `similarity` (cosine).
    """
    verdict: dict[str, Any] = {
        "level": None,
        "category": None,
        "score": round(chances["risk"], 4),
        "emergency_score": round(chances["emergency"], 4),
        "thresholds": {
            "emergency": thresholds.alarm,
            "check": thresholds.check,
            "risk": thresholds.risk,
            "rule": round(thresholds.risk * RULE_COUNTS, 4),
            "rule_of_doing": round(thresholds.risk * RULE_OF_DOING_COUNTS, 4),
            "emergency_rule": round(thresholds.check * URGENT_RULE_COUNTS, 4),
        },
    }
    group = groups(reading.classes)
    if chances["emergency"] >= thresholds.check:
        verdict["level"] = Level.EMERGENCY if chances["emergency"] >= thresholds.alarm else Level.CHECK
    elif chances["risk"] >= thresholds.risk:
        verdict["level"] = Level.CLINICIAN
    else:
        return verdict
    eligible = group.clinician if verdict["level"] == Level.CLINICIAN else group.emergency
    if not eligible.any():
        return {**verdict, "level": None}
    row = int(reading.probabilities[:, eligible].sum(axis=1).argmax())
    category = reading.classes[int(np.where(eligible, reading.probabilities[row], -1.0).argmax())]
    nearest, similarity = examples.nearest_of(category, embeddings[row])
    return {**verdict, "category": category, "nearest": nearest, "similarity": round(similarity, 4)}


def choose_thresholds(chances: Mapping[str, Matrix], truths: Mapping[str, npt.NDArray[np.float64]]) -> Thresholds:
    """Thresholds for messages whose truth is known.

    Args:
        chances: by head, one for each message.
        truths: by head 1 or 0 for each message; nan where it cannot be said.
    """
    emergency, risk = truths["emergency"] == 1, truths["risk"] == 1
    check = _quantile(chances["emergency"][emergency], LEFT_TO_CHANCE, 0.5)
    alarm = max(_quantile(chances["emergency"][emergency], LEFT_TO_CHANCE + LEFT_TO_A_QUESTION, 0.5), check)
    quiet = chances["emergency"] < check
    from_risk = _cheapest(chances["risk"][quiet & risk], chances["risk"][quiet & ~risk], COST_MISSED_RISK, 1.0)
    right, subject = _answering(chances, truths)
    return Thresholds(*(round(value, 4) for value in (alarm, check, from_risk, right, subject, subject * _ASK_BACK)))


def _quantile(values: Matrix, share: float, otherwise: float) -> float:
    return float(np.quantile(values, share)) if values.size else otherwise


def _cheapest(wanted: Matrix, unwanted: Matrix, cost_missed: float, cost_needless: float) -> float:
    """The threshold that costs least: `cost_missed` for each wanted
    score below it, `cost_needless` for each unwanted one from it on."""
    candidates = np.linspace(0.01, 0.95, 189)
    costs = [cost_missed * (wanted < t).sum() + cost_needless * (unwanted >= t).sum() for t in candidates]
    return float(candidates[int(np.argmin(costs))])


def _answering(chances: Mapping[str, Matrix], truths: Mapping[str, npt.NDArray[np.float64]]) -> tuple[float, float]:
    """The two thresholds from which on an answer is given, chosen together."""
    right, wrong = truths["right"] == 1, truths["right"] == 0
    elsewhere = truths["subject"] == 0
    best, cheapest = (0.5, 0.5), np.inf
    for q in np.linspace(_LEAST_SURE, 0.9, 33):
        sure = chances["right"] >= q
        for o in np.linspace(0.1, 0.95, 35):
            answered = sure & (chances["subject"] >= o)
            cost = (
                (right & ~answered).sum()
                + COST_WRONG_ANSWER * (wrong & answered).sum()
                + COST_OFF_TOPIC_ANSWER * (elsewhere & answered).sum()
            )
            if cost < cheapest:
                best, cheapest = (float(q), float(o)), cost
    return best
