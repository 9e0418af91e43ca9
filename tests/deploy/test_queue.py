"""The simulation behind docs/capacity.md agrees with what is known of lines by formula."""

from __future__ import annotations

import math
import random
import statistics

import pytest

from benchmarks.queue import RATES, Measured, Surge, enough, measured, share, waits
from tests.conftest import ROOT

TURNS = 20_000


def _always(milliseconds: float) -> float:
    return milliseconds


def test_turns_that_all_take_the_same_wait_as_the_formula_says() -> None:
    """Pollaczek and Khinchine: a worker that is busy to a share of r lets a turn wait r / 2(1 - r) times as long."""
    waited = waits(rate=60, workers=1, times=lambda _: _always(10.0), turns=TURNS, fewest=False)
    assert statistics.fmean(waited) == pytest.approx(10 + 10 * 0.6 / (2 * 0.4), rel=0.08)


def test_turns_of_random_length_wait_as_the_formula_says() -> None:
    """M/M/1: the time until the reply is exponential, with the mean s / (1 - r)."""
    waited = waits(rate=50, workers=1, times=lambda chance: chance.expovariate(0.1), turns=3 * TURNS, fewest=False)
    assert statistics.fmean(waited) == pytest.approx(20, rel=0.08)
    assert share(waited, 0.95) == pytest.approx(-20 * math.log(0.05), rel=0.1)


def test_workers_that_are_given_turns_at_random_are_so_many_lines_of_one() -> None:
    one = waits(rate=60, workers=1, times=lambda _: _always(10.0), turns=TURNS, fewest=False)
    four = waits(rate=240, workers=4, times=lambda _: _always(10.0), turns=4 * TURNS, fewest=False)
    assert statistics.fmean(four) == pytest.approx(statistics.fmean(one), rel=0.08)


def test_the_shortest_line_is_never_the_longer_wait() -> None:
    times = measured().times()
    by_chance, by_line = (waits(400, 4, times, TURNS, fewest=fewest) for fewest in (False, True))
    assert share(by_line, 0.99) < share(by_chance, 0.99)


def test_times_have_the_shape_that_was_measured_and_the_mean_of_the_core() -> None:
    times = Measured(median=7, p95=12, p99=13, mean_cpu=8).times()
    chance = random.Random(1)  # noqa: S311 - draws times of a simulation
    drawn = [times(chance) for _ in range(TURNS)]
    assert statistics.fmean(drawn) == pytest.approx(8, rel=0.02)
    assert share(drawn, 0.95) / share(drawn, 0.5) == pytest.approx(12 / 7, rel=0.05)


def test_more_turns_take_more_workers_and_never_fewer_than_their_work() -> None:
    found = [enough(rate, lambda _: _always(8.0)) for rate in (1, 100, 400)]
    assert found == sorted(found)
    assert all(count > rate * 8 / 1000 for count, rate in zip(found, (1, 100, 400), strict=True))


def test_a_surge_that_the_workers_carry_is_not_felt_and_one_that_they_do_not_is_over_once_there_are_more() -> None:
    times = measured().times()
    carried, felt = Surge(10, 10, (2, 20)), Surge(40, 10, (2, 20))
    carried.run(times, seconds=60)
    felt.run(times, seconds=200)
    assert carried.slow == 0
    assert felt.slow > 0
    assert felt.steps[-1][1] > 2
    assert 0 < felt.over_after < 200


def test_the_page_plans_for_what_the_simulation_simulates() -> None:
    page = (ROOT / "docs" / "capacity.md").read_text(encoding="utf-8")
    assert all(f"{rate:,}" in page for rate in RATES)
