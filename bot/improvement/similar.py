"""Messages with nearly the meaning of another one."""

from __future__ import annotations

from sqlite_utils import Database

from bot.record.similar import candidates
from bot.safety.normalise import clean
from bot.understanding.encoder import SentenceModel

FROM = 0.5
"""Cosine from which a message counts as similar."""

MOST_SIMILAR = 30


def similar(database: Database, turn: int, encoder: SentenceModel) -> list[tuple[int, float]]:
    """Other messages by number with their likeness to this one (cosine, at least `FROM`), the most alike first.

    Raises:
        ReviewError: there is no such message.
    """
    text, others = candidates(database, turn)
    if not others:
        return []
    vectors = encoder.encode([clean(text), *(clean(words) for _, words in others)])
    likeness = vectors[1:] @ vectors[0]
    best = sorted(zip(likeness.tolist(), (number for number, _ in others), strict=True), reverse=True)
    return [(number, round(score, 3)) for score, number in best[:MOST_SIMILAR] if score >= FROM]
