"""Bar charts as plain numbers, for a template to draw as SVG. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.record.metrics import Bucket, starts
from bot.record.review_schema import LATENCY_BOUNDS_MS
from bot.vocabulary import GRAVEST_FIRST

WIDTH, HEIGHT = 960, 240
LEFT, RIGHT, BOTTOM, TOP = 48, 16, 24, 8
MAX_LABELS = 12
WIDEST_BAR = 72
"""A day alone is a bar, not a slab."""

MAX_DAYS = 92
"""Longer periods are shown by week: more bars than this cannot be told apart."""


@dataclass(frozen=True)
class Segment:
    """One route's part of a bar, in the units of the drawing."""

    route: str
    count: int
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One bar, from the gravest route at its foot upwards; not `labelled` where labels would crowd."""

    bucket: Bucket
    x: float
    width: float
    segments: Sequence[Segment]
    labelled: bool


@dataclass(frozen=True)
class Chart:
    """Everything to draw; `ticks` are (y, value) of the lines across."""

    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, int]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    foot: int = HEIGHT - BOTTOM


def by_route(buckets: Sequence[Bucket]) -> Chart:
    """Stacked bars of turns by route."""
    top = nice(max((bucket.turns for bucket in buckets), default=0))
    scale = (HEIGHT - BOTTOM - TOP) / top
    slot = (WIDTH - LEFT - RIGHT) / max(len(buckets), 1)
    width = min(slot * 0.8, WIDEST_BAR)
    every = math.ceil(len(buckets) / MAX_LABELS) or 1
    bars = []
    for place, bucket in enumerate(buckets):
        y, segments = float(HEIGHT - BOTTOM), []
        for route in GRAVEST_FIRST:
            if count := bucket.routes.get(route, 0):
                y -= count * scale
                segments.append(Segment(route, count, round(y, 2), round(count * scale, 2)))
        x = LEFT + (place + 0.5) * slot - width / 2
        bars.append(Bar(bucket, round(x, 2), round(width, 2), segments, place % every == 0))
    return Chart(bars, [(round(HEIGHT - BOTTOM - value * scale, 2), value) for value in (0, top // 2, top)])


def bucketed(days: Mapping[date, Mapping[str, int]]) -> tuple[list[Bucket], bool]:
    """Turns by day and route as bars, without a hole; weeks when the days are many, which the second value tells."""
    if not days:
        return [], False
    first, last = min(days), max(days)
    weekly = (last - first).days >= MAX_DAYS
    buckets = []
    for start in starts(first, last, weekly):
        end = start + timedelta(days=6) if weekly else start
        routes: dict[str, int] = {}
        for place in range((end - start).days + 1):
            for route, count in days.get(start + timedelta(days=place), {}).items():
                routes[route] = routes.get(route, 0) + count
        buckets.append(Bucket(start, end, routes, 0, 0))
    return buckets, weekly


@dataclass(frozen=True)
class Class:
    """First replies that took over `above` milliseconds, and up to
    `up_to` (None: no upper end); `width` is a share of the longest bar."""

    above: int
    up_to: int | None
    count: int
    width: float


def by_latency(first_replies: Mapping[int, int]) -> list[Class]:
    """Bars of first replies by how long they took, from the first class to the last that holds any."""
    filled = [bound for bound, count in first_replies.items() if count]
    longest = max(first_replies.values(), default=0)
    classes = []
    for above, bound in zip((0, *LATENCY_BOUNDS_MS), LATENCY_BOUNDS_MS, strict=False):
        if filled and min(filled) <= bound <= max(filled):
            count = first_replies.get(bound, 0)
            classes.append(Class(above, None if bound == LATENCY_BOUNDS_MS[-1] else bound, count, count / longest))
    return classes


def nice(value: int) -> int:
    """The next even round number from `value` on: 2, 4, 6, 8, 10, 20, 30 and so on; never 0, so that it can divide."""
    step = 1
    while True:
        for factor in (2, 3, 4, 5, 6, 8, 10):
            if factor * step >= value and factor * step % 2 == 0:
                return factor * step
        step *= 10
