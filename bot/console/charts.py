"""Bar charts as plain numbers, for a template to draw as SVG. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.record.metrics import Bucket
from bot.record.turns import GRAVITY

WIDTH, HEIGHT = 960, 240
LEFT, RIGHT, BOTTOM, TOP = 48, 16, 24, 8
MAX_LABELS = 12


@dataclass(frozen=True)
class Segment:
    """One route's part of a bar, in the units of the drawing."""

    route: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One bar, from the gravest route at its foot upwards; `label` is empty where labels would crowd."""

    bucket: Bucket
    x: float
    width: float
    segments: Sequence[Segment]
    label: str


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
    every = math.ceil(len(buckets) / MAX_LABELS) or 1
    bars = []
    for place, bucket in enumerate(buckets):
        y, segments = float(HEIGHT - BOTTOM), []
        for route in reversed(GRAVITY):
            if count := bucket.routes.get(route, 0):
                y -= count * scale
                segments.append(Segment(route, round(y, 2), round(count * scale, 2)))
        label = f"{bucket.start.day}.{bucket.start.month}." if place % every == 0 else ""
        bars.append(Bar(bucket, round(LEFT + place * slot + slot * 0.1, 2), round(slot * 0.8, 2), segments, label))
    return Chart(bars, [(round(HEIGHT - BOTTOM - value * scale, 2), value) for value in (0, top // 2, top)])


def nice(value: int) -> int:
    """The next even round number from `value` on: 2, 4, 10, 20, 40, 100 and so on; never 0, so that it can divide."""
    step = 1
    while True:
        for factor in (2, 4, 10):
            if factor * step >= value:
                return factor * step
        step *= 10
