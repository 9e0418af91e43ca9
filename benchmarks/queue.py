"""How long visitors wait by how many workers there are: a simulation of the lines before them, `python -m
benchmarks.queue`.

Turns arrive at random and independently. A worker is one core that serves one turn after the other; how long a turn
takes is drawn from what `python -m benchmarks.turn` measured. The proxy gives a turn to any worker, or to the one with
the fewest on their way. What is left out makes it look worse than it is: a busy worker reads several messages together,
which costs half as much a message. The database is left out too; docs/capacity.md has its cost.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from bot.settings import ROOT

RESULTS = ROOT / "benchmarks" / "results"
RATES = (1, 100, 10_000)
"""Turns a second that docs/capacity.md plans for."""

PATIENCE_MS = 250.0
"""What 99 of 100 visitors should wait at most, the turn itself included."""

_SEED = 20
_TURNS = 60_000
"""Simulated for each figure."""

Times = Callable[[random.Random], float]
"""Draws how many milliseconds a turn takes."""


@dataclass(frozen=True)
class Measured:
    """Milliseconds of a turn when a visitor is alone: the median and what 95 and 99 of 100 stay below, in time that
    passes; the mean in time of one core, which is what a worker of one core takes."""

    median: float
    p95: float
    p99: float
    mean_cpu: float

    def times(self) -> Times:
        """The same shape with the mean of the core's time: straight lines between the quantiles."""
        points = [(0.0, self.median / 2), (0.5, self.median), (0.95, self.p95), (0.99, self.p99), (1.0, 2 * self.p99)]
        mean = sum((b - a) * (low + high) / 2 for (a, low), (b, high) in pairwise(points))
        scale = self.mean_cpu / mean

        def draw(chance: random.Random) -> float:
            at = chance.random()
            for (a, low), (b, high) in pairwise(points):
                if at <= b:
                    return scale * (low + (high - low) * (at - a) / (b - a))
            return scale * points[-1][1]

        return draw


def measured(path: Path = RESULTS / "turn.json") -> Measured:
    """What the benchmark of a turn found for one visitor."""
    found = json.loads(path.read_text(encoding="utf-8"))["ours"]["visitors"]["1"]
    return Measured(found["median_ms"], found["p95_ms"], found["p99_ms"], found["cpu_ms"])


def waits(rate: float, workers: int, times: Times, turns: int, *, fewest: bool, seed: int = _SEED) -> list[float]:
    """Milliseconds from arrival to reply of so many turns.

    Args:
        rate: turns a second, all workers together.
        workers: how many there are.
        times: how long a turn takes.
        turns: how many are simulated; the first tenth is to warm up and is not told.
        fewest: whether the proxy asks the worker that has the fewest turns; otherwise any.
        seed: of chance.
    """
    chance = random.Random(seed)
    now, told = 0.0, []
    free = [0.0] * workers
    leaving: list[tuple[float, int]] = []
    lines = [0] * workers
    for number in range(turns):
        now += chance.expovariate(rate / 1000)
        while leaving and leaving[0][0] <= now:
            lines[heapq.heappop(leaving)[1]] -= 1
        worker = _shortest(lines, chance) if fewest else chance.randrange(workers)
        free[worker] = max(free[worker], now) + times(chance)
        lines[worker] += 1
        heapq.heappush(leaving, (free[worker], worker))
        if number >= turns // 10:
            told.append(free[worker] - now)
    return told


def _shortest(lines: Sequence[int], chance: random.Random) -> int:
    """The worker with fewest turns of all, or of twenty drawn by chance: with many workers that is as good."""
    among = range(len(lines)) if len(lines) <= 20 else chance.sample(range(len(lines)), 20)
    least = min(lines[worker] for worker in among)
    return chance.choice([worker for worker in among if lines[worker] == least])


def share(values: Sequence[float], of: float) -> float:
    """What so large a share of the values stays below."""
    return sorted(values)[min(int(len(values) * of), len(values) - 1)]


def enough(rate: float, times: Times, patience: float = PATIENCE_MS) -> int:
    """The smallest number of workers with which 99 of 100 turns end within `patience` milliseconds; none is to spare,
    and the proxy gives a turn to any of them."""
    mean = _mean(times)
    low = max(int(rate * mean / 1000), 1)
    high = 2 * low + 2
    while low < high:
        middle = (low + high) // 2
        turns = max(_TURNS, 300 * middle)
        if rate * mean / 1000 < middle and share(waits(rate, middle, times, turns, fewest=False), 0.99) <= patience:
            high = middle
        else:
            low = middle + 1
    return low


def _mean(times: Times) -> float:
    chance = random.Random(_SEED)
    return statistics.fmean(times(chance) for _ in range(20_000))


@dataclass
class Surge:
    """A page goes viral: what visitors wait, second by second, while the autoscaler adds workers.

    Args:
        before: turns a second until it begins.
        times_more: how many times as many from then on.
        workers: how many there are at first, and may be at most.
        start_seconds: from the autoscaler's decision until a new worker serves.
        look_seconds: how often it decides: then it may double what there is.
    """

    before: float
    times_more: float
    workers: tuple[int, int]
    start_seconds: float = 40.0
    look_seconds: float = 30.0
    slow: int = 0
    """Turns that took longer than a second."""
    turns: int = 0
    worst_ms: float = 0.0
    over_after: float = 0.0
    """Seconds from its begin until the last slow turn."""
    steps: list[tuple[float, int]] = field(default_factory=list)
    """When how many workers served."""

    def run(self, times: Times, seconds: float = 600, seed: int = _SEED) -> None:
        """Fills in what came of it."""
        chance = random.Random(seed)
        mean = _mean(times)
        rate = self.before * self.times_more
        wanted = min(max(int(rate * mean / 1000 / 0.6) + 1, self.workers[0]), self.workers[1])
        count, at = self.workers[0], self.look_seconds
        self.steps = [(0.0, count)]
        while count < wanted:
            count = min(count * 2, wanted)
            self.steps.append((at + self.start_seconds, count))
            at += self.look_seconds
        due = list(self.steps)
        free: list[float] = []
        now = 0.0
        while now < seconds * 1000:
            now += chance.expovariate(rate / 1000)
            while due and due[0][0] * 1000 <= now:
                free += [due[0][0] * 1000] * (due.pop(0)[1] - len(free))
            worker = min(range(len(free)), key=free.__getitem__)
            free[worker] = max(free[worker], now) + times(chance)
            took = free[worker] - now
            self.turns += 1
            self.worst_ms = max(self.worst_ms, took)
            if took > 1000:
                self.slow += 1
                self.over_after = now / 1000


def report(found: Measured) -> str:
    """The page benchmarks/results/queue.md."""
    times = found.times()
    mean = _mean(times)
    lines = [
        "# How long visitors wait, simulated",
        "",
        f"`python -m benchmarks.queue`, from `turn.json`: a turn takes {mean:.1f} ms of one core (median"
        f" {found.median:.1f} ms, 99 of 100 below {found.p99:.1f} ms, when a visitor is alone). A worker is one core,"
        f" so it can do {1000 / mean:.0f} turns a second and no more. Busy workers read messages together and do twice"
        " as many; that is left out.",
        "",
        "## By how busy the workers are",
        "",
        "Milliseconds that 50, 95 and 99 of 100 turns stay below; the proxy gives a turn to any worker, or to the one"
        " with the fewest on their way.",
        "",
        "| workers | busy | any: 50 | 95 | 99 | fewest: 50 | 95 | 99 |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for workers in (1, 4, 16):
        for busy in (0.3, 0.6, 0.8, 0.9, 0.95):
            rate = workers * busy * 1000 / mean
            cells = []
            for fewest in (False, True):
                waited = waits(rate, workers, times, _TURNS, fewest=fewest)
                cells += [f"{share(waited, of):.0f}" for of in (0.5, 0.95, 0.99)]
            lines.append(f"| {workers} | {busy:.0%} | {' | '.join(cells)} |")
    lines += [
        "",
        f"## Workers for so many turns a second, 99 of 100 within {PATIENCE_MS:.0f} ms",
        "",
        "| turns a second | workers | busy | busy at 60 % | and one lost |",
        "|---:|---:|---:|---:|---:|",
    ]
    for rate in RATES:
        least = enough(rate, times)
        planned = max(int(rate * mean / 1000 / 0.6) + 1, 2)
        lost = waits(rate, max(planned - 1, 1), times, max(_TURNS, 300 * planned), fewest=False)
        lines.append(
            f"| {rate:,} | {least} | {rate * mean / 1000 / least:.0%} | {planned} |"
            f" 99 of 100 within {share(lost, 0.99):.0f} ms |"
        )
    lines += [
        "",
        "## A page goes viral",
        "",
        "Ten times as many turns from one second to the next. The autoscaler looks every 30 s and may double what there"
        " is; a worker serves 40 s after it was asked for. Turns wait in one line.",
        "",
        "| turns a second | workers | slower than 1 s | the slowest | over after |",
        "|---|---|---:|---:|---:|",
    ]
    for before, least in ((2.0, 2), (10.0, 2), (40.0, 2), (40.0, 4), (40.0, 6)):
        surge = Surge(before, 10, (least, 20))
        surge.run(times)
        steps = " → ".join(str(count) for _, count in surge.steps)
        lines.append(
            f"| {before:.0f} → {before * 10:.0f} | {steps} | {surge.slow / surge.turns:.1%} |"
            f" {surge.worst_ms / 1000:.1f} s | {surge.over_after:.0f} s |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Simulates and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turn", type=Path, default=RESULTS / "turn.json", help="what benchmarks.turn measured")
    text = report(measured(parser.parse_args().turn))
    (RESULTS / "queue.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
