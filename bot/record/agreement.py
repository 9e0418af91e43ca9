"""How far two people agree who judged the same things. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """Of `judged` things that both judged, `same` were judged alike.

    `kappa` is Cohen's: what they agree beyond what two people would by chance who give each verdict as often as these
    two do, as a share of all there is beyond chance. 1 is always, 0 no more than chance, below 0 less than that. None
    when it says nothing: nothing was judged, or both gave one and the same verdict throughout.
    """

    judged: int
    same: int
    kappa: float | None


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """How far the first and the second of each pair agree."""
    judged, same = len(pairs), sum(one == other for one, other in pairs)
    if not judged:
        return Agreement(0, 0, None)
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    expected = sum(ones[verdict] * others[verdict] for verdict in ones)  # in pairs of pairs, so that it is exact
    beyond = judged * judged - expected
    return Agreement(judged, same, (judged * same - expected) / beyond if beyond else None)
