"""What a message is, judged from all that is known of it: four chances, each learnt from strangers' messages.

The regression is sure of too much: it was fitted on sentences by the same few writers that it is asked about. So these
heads are fitted on messages by writers of whom no sentence was trained on (data/strangers), and they also hear what the
rules found, what plain words say (`lexical`) and the signs of `bot.safety.cues` (docs/adr/018-heads.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bot.safety.asked import asks_for_a_judgement
from bot.safety.cues import CUES, cues
from bot.safety.normalise import phrase
from bot.safety.triage import Finding
from bot.understanding.encoder import Matrix
from bot.understanding.lexical import Opinion
from bot.understanding.linear import Reading
from bot.vocabulary import CLINICIAN, EMERGENCY, OTHER_LANGUAGE, OUT_OF_SCOPE

_ORDINARY_DESPITE_THEIR_NAME = ("emergency_over",)
ELSEWHERE = (OUT_OF_SCOPE, OTHER_LANGUAGE)

HEADS = ("right", "subject", "emergency", "risk")
"""The likeliest ordinary intent is the right one; the message asks for an answer of
ours at all; somebody is in danger now; a clinician must be asked (or there is danger)."""

_FOLDS = 5
_REGULARISATION = 0.3
"""Inverse strength of L2 on standardised evidence; from 0.1 to 1 nothing changes by more than a third of a point."""
_HELD_MORE = {"subject": 0.01}
"""The same for the head that also hears where a message lies: so many kinds of evidence are held more tightly."""


def is_risk(intent: str) -> bool:
    """Whether an intent stands for a risk."""
    return intent.startswith((EMERGENCY, CLINICIAN)) and intent not in _ORDINARY_DESPITE_THEIR_NAME


@dataclass(frozen=True)
class Groups:
    """Columns of a reading by what their intents are: shape (classes,) each."""

    emergency: npt.NDArray[np.bool_]
    clinician: npt.NDArray[np.bool_]
    elsewhere: npt.NDArray[np.bool_]
    ordinary: npt.NDArray[np.bool_]


@lru_cache(maxsize=8)
def groups(classes: tuple[str, ...]) -> Groups:
    """The groups of a reading's classes."""
    risk = np.array([is_risk(name) for name in classes])
    emergency = risk & np.array([name.startswith(EMERGENCY) for name in classes])
    elsewhere = np.isin(classes, ELSEWHERE)
    return Groups(emergency, risk & ~emergency, elsewhere, ~risk & ~elsewhere)


@dataclass(frozen=True)
class Seen:
    """All that is known of one message: its reading in one row for
    the whole and one for each part, and what others say of it.

    `place` is where it lies among all sentences: its embedding along the main directions, shape (128,). `texts` says
    how much of it stands in the approved text of each class, shape (classes,). `asked` is what is known of the part
    that asks something, where that is not all of the message. `meant` is how likely each class is the ordinary intent
    that is meant, shape (classes,), as `bot.understanding.choice` has it.
    """

    text: str
    reading: Reading
    opinion: Opinion
    findings: Sequence[Finding]
    names_subject: bool
    place: Matrix
    texts: Matrix
    meant: Matrix
    asked: Seen | None = None

    @property
    def best(self) -> str:
        """The likeliest ordinary intent; the likeliest of all where none is ordinary."""
        return self.reading.classes[int((self.meant if self.meant.any() else self.reading.probabilities[0]).argmax())]


_NAMES = (
    *(
        f"{name} {group}"
        for group in ("emergency", "clinician", "elsewhere", "ordinary")
        for name in ("chance", "nearest", "words")
    ),
    "chance emergency of a part",
    "chance clinician of a part",
    "nearest emergency of a part",
    "share of the best",
    "lead of the best",
    "best three",
    "emergency nearer than others",
    "clinician nearer than ordinary",
    "ordinary nearer than elsewhere",
    "words agree",
    "words of the best",
    "unknown words",
    "sentences of the best hold the words",
    "text of the best holds the words",
    "strong emergency rule",
    "weak emergency rule",
    "strong clinician rule",
    "weak clinician rule",
    "length",
    "one or two words",
    "up to five words",
    "question mark",
    "names the subject",
    *CUES,
    "strong emergency rule and hypothetical or asked",
    "emergency and denied",
    "emergency and hypothetical",
    "emergency and told",
    "emergency and now",
    "emergency and short",
)
_OF_THE_ASKED = (
    *(f"asked: chance {group}" for group in ("emergency", "clinician", "elsewhere")),
    *(f"asked: nearest {group}" for group in ("clinician", "ordinary", "elsewhere")),
    "asked: clinician nearer than ordinary",
    "asked: ordinary nearer than elsewhere",
    "asked: words nearer clinician than ordinary",
    "asked: words nearer ordinary than elsewhere",
    "asked: strong clinician rule",
    "asked: weak clinician rule",
    "asked: a judgement",
    "asked: a judgement, by a strong rule",
    "asked: a judgement, beside something told",
    "a judgement",
    "something told",
    "asked: the same best",
    "asked: share of its best",
    "asked: share of the best",
    "share of the best of the asked",
    "asked: length",
)
_HEARS: Mapping[str, int | None] = {"risk": len(_NAMES) + len(_OF_THE_ASKED), "subject": None}
"""How much of the evidence a head hears, from the beginning: that of risk also what is asked, that of the subject all
of it (None). The others stay with the message as a whole: they got no better by more."""


def evidence(seen: Seen) -> Matrix:
    """One row of evidence: of the whole, of what is asked, and the place; shape (75 + places,) or so.

    Logits are natural, nearness is cosine.
    """
    return np.concatenate([_of_the_whole(seen), _of_the_asked(seen), seen.place]).astype(np.float32)


def _of_the_asked(seen: Seen) -> Matrix:
    """What the part that asks adds to the whole, shape (len(_OF_THE_ASKED),)."""
    asked = seen.asked or seen
    group = groups(asked.reading.classes)
    part, near, words = asked.reading.probabilities[0], asked.reading.nearest[0], asked.opinion.nearest
    best, its_best = int(seen.meant.argmax()), int(asked.meant.argmax())
    nearest = {name: _most(near[getattr(group, name)]) for name in ("clinician", "ordinary", "elsewhere")}
    worded = {name: _most(words[getattr(group, name)]) for name in nearest}
    clinician = [finding for finding in asked.findings if not finding.category.startswith(EMERGENCY)]
    strong = float(min(sum(not finding.weak for finding in clinician), 2))
    judgement, told = float(asks_for_a_judgement(phrase(asked.text))), float(seen.asked is not None)
    return np.array(
        [
            *(_logit(float(part[getattr(group, name)].sum())) for name in ("emergency", "clinician", "elsewhere")),
            *nearest.values(),
            nearest["clinician"] - nearest["ordinary"],
            nearest["ordinary"] - nearest["elsewhere"],
            worded["clinician"] - worded["ordinary"],
            worded["ordinary"] - worded["elsewhere"],
            strong,
            float(min(sum(finding.weak for finding in clinician), 2)),
            judgement,
            judgement * strong,
            judgement * told,
            float(asks_for_a_judgement(phrase(seen.text))),
            told,
            float(best == its_best),
            float(asked.meant[its_best]),
            float(asked.meant[best]),
            float(seen.meant[its_best]),
            float(np.log1p(len(phrase(asked.text).split()))),
        ],
        dtype=np.float32,
    )


def _of_the_whole(seen: Seen) -> Matrix:
    """What is known of the message as a whole, shape (len(_NAMES),)."""
    reading, opinion = seen.reading, seen.opinion
    group = groups(reading.classes)
    whole, near = reading.probabilities[0], reading.nearest[0]
    row: list[float] = []
    chance: dict[str, float] = {}
    for name in ("emergency", "clinician", "elsewhere", "ordinary"):
        columns = getattr(group, name)
        chance[name] = _logit(float(whole[columns].sum()))
        row += [chance[name], _most(near[columns]), _most(opinion.nearest[columns])]
    nearest = {name: _most(near[getattr(group, name)]) for name in chance}
    parts = reading.probabilities
    part_emergency = _logit(float(parts[:, group.emergency].sum(axis=1).max()))
    row += [
        part_emergency,
        _logit(float(parts[:, group.clinician].sum(axis=1).max())),
        _most(reading.nearest[:, group.emergency].ravel()),
    ]
    best = int(seen.meant.argmax())
    top = np.sort(seen.meant)[-3:][::-1]
    row += [float(top[0]), float(top[0] - top[1]) if len(top) > 1 else 1.0, float(top.sum())]
    row += [
        nearest["emergency"] - max(nearest["ordinary"], nearest["elsewhere"]),
        nearest["clinician"] - nearest["ordinary"],
        nearest["ordinary"] - nearest["elsewhere"],
    ]
    worded = np.where(group.ordinary, opinion.nearest, -1.0)
    row += [
        float(int(worded.argmax()) == best),
        float(opinion.nearest[best]),
        opinion.unknown,
        float(opinion.held[best]),
        float(seen.texts[best]),
    ]
    urgent = [finding for finding in seen.findings if finding.category.startswith(EMERGENCY)]
    others = [finding for finding in seen.findings if not finding.category.startswith(EMERGENCY)]
    strong = float(min(sum(not finding.weak for finding in urgent), 2))
    row += [strong, float(any(finding.weak for finding in urgent))]
    row += [float(min(sum(not finding.weak for finding in others), 2)), float(any(finding.weak for finding in others))]
    words = len(phrase(seen.text).split())
    row += [
        float(np.log1p(words)),
        float(words <= 2),
        float(words <= 5),
        float("?" in seen.text),
        float(seen.names_subject),
    ]
    shown = dict(zip(CUES, map(float, cues(seen.text)), strict=True))
    row += shown.values()
    row += [
        strong * max(shown["hypothetical"], shown["asks"]),
        part_emergency * shown["denied"],
        part_emergency * shown["hypothetical"],
        part_emergency * max(shown["told"], shown["idiom"], shown["thing"]),
        part_emergency * shown["now"],
        part_emergency * float(words <= 3),
    ]
    return np.array(row, dtype=np.float32)


def _logit(chance: float) -> float:
    chance = min(max(chance, 1e-5), 1 - 1e-5)
    return float(np.log(chance / (1 - chance)))


def _most(values: Matrix) -> float:
    return float(values.max(initial=0.0))


@dataclass(frozen=True)
class Heads:
    """Weights by head, one for each kind of evidence (0 for what it does not hear) and a constant at the end."""

    weights: Mapping[str, Sequence[float]]

    def chances(self, row: Matrix) -> dict[str, float]:
        """The chance of each head for one row of evidence."""
        whole = np.append(row, 1.0)
        return {
            head: float(1 / (1 + np.exp(-float(whole @ np.array(weights))))) for head, weights in self.weights.items()
        }


def fit_heads(rows: Matrix, truths: Mapping[str, npt.NDArray[np.float64]]) -> Heads:
    """Fits every head on the rows whose truth is known.

    Args:
        rows: evidence, shape (messages, kinds).
        truths: by head 1 or 0 for each message; nan where it cannot be said.
    """
    from sklearn.linear_model import LogisticRegression  # needed for training alone

    mean, spread = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    scaled = (rows - mean) / spread
    weights = {}
    for head, truth in truths.items():
        known = ~np.isnan(truth)
        heard = _HEARS.get(head, len(_NAMES))
        strength = _HELD_MORE.get(head, _REGULARISATION)
        fitted = LogisticRegression(C=strength, max_iter=2000).fit(scaled[known, :heard], truth[known] > 0.5)
        slopes = np.zeros(rows.shape[1])
        slopes[:heard] = fitted.coef_[0] / spread[:heard]
        weights[head] = [*map(float, slopes), float(fitted.intercept_[0] - slopes @ mean)]
    return Heads(weights)


def chances_across(
    rows: Matrix, truths: Mapping[str, npt.NDArray[np.float64]], writers: Sequence[str]
) -> dict[str, Matrix]:
    """The chances of each message by heads that were fitted on other writers' messages alone.

    Args:
        rows: evidence, shape (messages, kinds).
        truths: as for `fit_heads`.
        writers: who wrote each message.

    Returns:
        By head one chance for each message.
    """
    names = sorted(set(writers))
    fold = np.array([names.index(writer) % _FOLDS for writer in writers])
    if len(names) < _FOLDS:
        fold = np.arange(len(writers)) % _FOLDS
    found = {head: np.zeros(len(rows), np.float32) for head in truths}
    for left_out in range(_FOLDS):
        seen = fold != left_out
        fitted = fit_heads(rows[seen], {head: truth[seen] for head, truth in truths.items()})
        for place in np.flatnonzero(~seen).tolist():
            for head, chance in fitted.chances(rows[place]).items():
                found[head][place] = chance
    return found
