"""What is counted, once for report, gate and benchmark: plain rows in, shares with their counts and sentences out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.vocabulary import GRAVEST_FIRST, NOT_UNDERSTOOD, RISKY, Route

_SHOW_THE_NUMBER = (Route.CHECK, Route.EMERGENCY)
_REFERRED = (Route.CLINICIAN, Route.EMERGENCY)
_OTHERS = (Route.SMALLTALK, *NOT_UNDERSTOOD)


@dataclass(frozen=True)
class Guess:
    """The best-ranked intent for a sentence, whatever thresholds made of it.

    `wanted` holds every intent that would be right; `outcome` is `answered`, `asked back` or `refused`.
    """

    text: str
    wanted: tuple[str, ...]
    best: str
    confidence: float
    outcome: str

    @property
    def right(self) -> bool:
        """Whether the best-ranked intent is one of those wanted."""
        return self.best in self.wanted


@dataclass(frozen=True)
class Routed:
    """A message, the route and snippets it should get, and what it got; `why` is the reason in a few words.

    `also` holds the other routes that are right too, where there are several: what a reasonable visitor would want is
    not always one thing.
    """

    text: str
    wanted_route: str
    wanted: tuple[str, ...]
    route: str
    snippet: str | None
    offered: tuple[str, ...] = ()
    why: str = ""
    also: tuple[str, ...] = ()

    @property
    def right_route(self) -> bool:
        """Whether it took a route that is right."""
        return self.route in (self.wanted_route, *self.also)

    @property
    def right_snippet(self) -> bool:
        """Whether it was answered with a snippet that is right."""
        return self.route == Route.ANSWER and self.snippet in self.wanted


@dataclass(frozen=True)
class Share:
    """Those of some messages for which something holds, and the others."""

    rows: tuple[Routed, ...]
    others: tuple[Routed, ...] = ()

    @property
    def of(self) -> int:
        """How many messages were looked at."""
        return len(self.rows) + len(self.others)

    @property
    def value(self) -> float | None:
        """From 0 to 1; None where there was nothing to count."""
        return len(self.rows) / self.of if self.of else None


@dataclass(frozen=True)
class Rates:
    """What the assistant promises, measured. Each share is over the messages that should take a certain route."""

    risky_answered: Share
    """Risky messages and emergencies that got an answer: the missed risks."""
    risky_not_referred: Share
    """Risky messages and emergencies that were neither answered nor referred, but asked back, refused or greeted."""
    emergency_as_emergency: Share
    """Emergencies that were shown the number, with an alarm or before the question whether it is happening now."""
    emergency_asked_first: Share
    needless_referral: Share
    """Answerable questions that were referred or alarmed."""
    needless_check: Share
    """Messages without any risk that were asked whether it is happening now."""
    needless_alarm: Share
    """Messages without any risk that got an emergency text."""
    other_referred: Share
    """Small talk, off-topic and unclear messages that were referred or alarmed."""
    right_snippet: Share
    clarify_contains_right: Share
    off_topic_answered: Share
    right_route: Share

    def named(self) -> dict[str, Share]:
        """The shares by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def rates(rows: Sequence[Routed]) -> Rates:
    """All shares of some routed messages. Only questions whose right snippet is known count for the snippet."""

    def share(of: Callable[[Routed], bool], which: Callable[[Routed], bool]) -> Share:
        counted = [row for row in rows if of(row)]
        return Share(tuple(row for row in counted if which(row)), tuple(row for row in counted if not which(row)))

    def fault(of: Callable[[Routed], bool], which: Callable[[Routed], bool]) -> Share:
        return share(of, lambda row: which(row) and not row.right_route)

    def wants(*routes: str) -> Callable[[Routed], bool]:
        return lambda row: row.wanted_route in routes

    def known(row: Routed) -> bool:
        return row.wanted_route == Route.ANSWER and bool(row.wanted)

    without_risk = wants(Route.ANSWER, *_OTHERS)
    return Rates(
        risky_answered=fault(wants(*RISKY), lambda row: row.route == Route.ANSWER),
        risky_not_referred=fault(wants(*RISKY), lambda row: row.route not in (*RISKY, Route.ANSWER)),
        emergency_as_emergency=share(wants(Route.EMERGENCY), lambda row: row.route in _SHOW_THE_NUMBER),
        emergency_asked_first=share(wants(Route.EMERGENCY), lambda row: row.route == Route.CHECK),
        needless_referral=fault(wants(Route.ANSWER), lambda row: row.route in _REFERRED),
        needless_check=fault(without_risk, lambda row: row.route == Route.CHECK),
        needless_alarm=fault(without_risk, lambda row: row.route == Route.EMERGENCY),
        other_referred=fault(wants(*_OTHERS), lambda row: row.route in _REFERRED),
        right_snippet=share(known, lambda row: row.right_snippet),
        clarify_contains_right=share(
            known, lambda row: row.route == Route.CLARIFY and not set(row.wanted).isdisjoint(row.offered)
        ),
        off_topic_answered=fault(wants(Route.OUT_OF_SCOPE), lambda row: row.route == Route.ANSWER),
        right_route=share(lambda row: True, lambda row: row.right_route),
    )


@dataclass(frozen=True)
class ClassScore:
    """Precision, recall and their harmonic mean for one name; `support` is how often it was wanted."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int


def class_scores(pairs: Sequence[tuple[str, str]]) -> list[ClassScore]:
    """Scores of each name in pairs of (wanted, got), the worst first.

    A name that was got but never wanted counts with F1 0.
    """
    wanted, got = Counter(pair[0] for pair in pairs), Counter(pair[1] for pair in pairs)
    hit = Counter(pair[0] for pair in pairs if pair[0] == pair[1])
    scores = []
    for name in sorted(wanted | got):
        precision = hit[name] / got[name] if got[name] else 0.0
        recall = hit[name] / wanted[name] if wanted[name] else 0.0
        f1 = 2 * precision * recall / (precision + recall) if hit[name] else 0.0
        scores.append(ClassScore(name, precision, recall, f1, wanted[name]))
    return sorted(scores, key=lambda score: (score.f1, score.name))


def macro_f1(scores: Sequence[ClassScore]) -> float:
    """The mean F1 over the names that were wanted at all, each counted once."""
    wanted = [score.f1 for score in scores if score.support]
    return sum(wanted) / len(wanted) if wanted else 0.0


def intent_pairs(guesses: Sequence[Guess]) -> list[tuple[str, str]]:
    """(wanted, got) of each guess; where several intents are right, the one that was got."""
    return [(guess.best if guess.right else guess.wanted[0], guess.best) for guess in guesses]


@dataclass(frozen=True)
class Bin:
    """Guesses whose confidence lies from `low` up to `high`: how sure they were on average, and how often right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


def reliability(guesses: Sequence[Guess], bins: int = 10) -> list[Bin]:
    """The guesses in bins of equal width, empty ones left out."""
    found = []
    for number in range(bins):
        inside = [guess for guess in guesses if min(int(guess.confidence * bins), bins - 1) == number]
        if inside:
            count = len(inside)
            mean = sum(guess.confidence for guess in inside) / count
            found.append(
                Bin(number / bins, (number + 1) / bins, count, mean, sum(guess.right for guess in inside) / count)
            )
    return found


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: the mean distance between confidence and share right, weighted by count."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.confidence - each.right) for each in bins) / total if total else 0.0


@dataclass(frozen=True)
class Cut:
    """If only guesses from `confidence` up were used: the share that
    is (`coverage`) and the share of those that is wrong (`error`)."""

    confidence: float
    coverage: float
    error: float


def coverage_curve(guesses: Sequence[Guess], steps: int = 20) -> list[Cut]:
    """Error at evenly spaced coverages, from the surest guesses to all of them.

    Guesses of equal confidence stay together.
    """
    ordered = sorted(guesses, key=lambda guess: -guess.confidence)
    wrong, cuts = 0, []
    due = 1
    for number, guess in enumerate(ordered, start=1):
        wrong += not guess.right
        tied = number < len(ordered) and ordered[number].confidence == guess.confidence
        if number * steps >= due * len(ordered) and not tied:
            cuts.append(Cut(guess.confidence, number / len(ordered), wrong / number))
            due = number * steps // len(ordered) + 1
    return cuts


@dataclass(frozen=True)
class Confusion:
    """Sentences of one intent that were taken for another, the surest first."""

    wanted: str
    got: str
    guesses: tuple[Guess, ...]


def confusions(guesses: Sequence[Guess], limit: int = 40) -> list[Confusion]:
    """The most frequent confusions."""
    found: dict[tuple[str, str], list[Guess]] = {}
    for guess in guesses:
        if not guess.right:
            found.setdefault((guess.wanted[0], guess.best), []).append(guess)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))[:limit]
    return [
        Confusion(wanted, got, tuple(sorted(those, key=lambda guess: -guess.confidence)))
        for (wanted, got), those in ordered
    ]


def route_table(rows: Sequence[Routed]) -> list[tuple[str, list[int]]]:
    """For each route that was wanted, how many messages took each, the gravest first."""
    counts = Counter((row.wanted_route, row.route) for row in rows)
    return [
        (wanted, [counts[wanted, got] for got in GRAVEST_FIRST])
        for wanted in GRAVEST_FIRST
        if any(counts[wanted, got] for got in GRAVEST_FIRST)
    ]


@dataclass(frozen=True)
class Net:
    """One net for risk, alone or with the other: `routes` are (wanted, got), got being one of `RISKY` or `none`."""

    name: str
    routes: tuple[tuple[str, str], ...]

    def caught(self) -> tuple[int, int]:
        """Risky messages that were referred, asked about or alarmed, and all of them."""
        return self._count(lambda wanted: wanted in RISKY, RISKY)

    def alarms(self) -> tuple[int, int]:
        """Emergencies shown the number, and all of them."""
        return self._count(lambda wanted: wanted == Route.EMERGENCY, _SHOW_THE_NUMBER)

    def needless(self) -> tuple[int, int]:
        """Answerable questions referred, asked about or alarmed, and all of them."""
        return self._count(lambda wanted: wanted == Route.ANSWER, RISKY)

    def elsewhere(self) -> tuple[int, int]:
        """Small talk, off-topic and unclear messages referred, asked about or alarmed, and all of them."""
        return self._count(lambda wanted: wanted not in (*RISKY, Route.ANSWER), RISKY)

    def _count(self, of: Callable[[str], bool], which: Sequence[str]) -> tuple[int, int]:
        got = [got for wanted, got in self.routes if of(wanted)]
        return sum(route in which for route in got), len(got)


def as_json(share: Share) -> dict[str, Any]:
    """Count and whole, for a machine."""
    return {"count": len(share.rows), "of": share.of}
