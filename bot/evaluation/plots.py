"""Plots as SVG that take their colours from the page
(`report.html`): light and dark, and readable without any colour."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from bot.evaluation.scores import Bin, ClassScore, Cut

_WIDTH = 640
_SIDE = 320
"""Height of a square plot's inner field."""
_LEFT, _TOP, _BOTTOM = 64, 16, 48


def heat_map(rows: Sequence[tuple[str, Sequence[int]]], columns: Sequence[str], name: str) -> Markup:
    """Counts in cells shaded by their share of the row; every cell says its count."""
    cell, high, left, top = 84, 42, 120, 46
    parts = [
        _text(left + cell * len(columns) / 2, 14, "route taken", "middle", "axis"),
        _text(0, 14, "route wanted", "start", "axis"),
    ]
    parts += [_text(left + cell * (number + 0.5), 36, column, "middle") for number, column in enumerate(columns)]
    for line, (label, counts) in enumerate(rows):
        y, total = top + line * high, sum(counts) or 1
        parts.append(_text(left - 10, y + high / 2 + 5, label, "end"))
        for number, count in enumerate(counts):
            share = count / total
            parts.append(
                Markup(
                    '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="3" fill-opacity="{:.2f}"><title>{} → {}:'
                    " {} ({:.1%})</title></rect>"
                ).format(
                    "hit" if columns[number] == label else "miss",
                    left + number * cell + 1,
                    y + 1,
                    cell - 2,
                    high - 2,
                    0.06 if not count else 0.15 + 0.5 * share,
                    label,
                    columns[number],
                    count,
                    share,
                )
            )
            parts.append(
                _text(left + cell * (number + 0.5), y + high / 2 + 5, f"{count:,}" if count else "·", "middle", "value")
            )
    return _svg(left + cell * len(columns), top + high * len(rows) + 4, name, parts)


def reliability_diagram(bins: Sequence[Bin], name: str) -> Markup:
    """Share right against confidence, one dot a bin, larger for
    more guesses; on the dashed line confidence means what it says."""
    parts = _axes("confidence", "share right", 1.0)
    parts.append(Markup('<line class="ideal" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(_x(0), _y(0), _x(1), _y(1)))
    parts.append(_line([(_x(each.confidence), _y(each.right)) for each in bins]))
    most = max((each.count for each in bins), default=1)
    for each in bins:
        parts.append(
            Markup(
                '<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"><title>{:.2f} sure, {:.1%} right, {}'
                " guesses</title></circle>"
            ).format(
                _x(each.confidence),
                _y(each.right),
                4 + 7 * (each.count / most) ** 0.5,
                each.confidence,
                each.right,
                each.count,
            )
        )
    return _svg(_WIDTH, _TOP + _SIDE + _BOTTOM, name, parts)


def coverage_plot(cuts: Sequence[Cut], name: str) -> Markup:
    """Share wrong against the share of messages that are used at all, the surest first."""
    highest = max((cut.error for cut in cuts), default=0.0)
    top = next(step for step in (0.05, 0.1, 0.2, 0.3, 0.5, 1.0) if highest <= step)
    parts = _axes("share of messages used, the surest first", "share wrong", top)
    points = [(_x(cut.coverage), _y(cut.error / top)) for cut in cuts]
    parts.append(_line(points))
    for cut, (x, y) in zip(cuts, points, strict=True):
        parts.append(
            Markup(
                '<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="4"><title>{:.0%} used, {:.1%} wrong, confidence from'
                " {:.2f}</title></circle>"
            ).format(x, y, cut.coverage, cut.error, cut.confidence)
        )
    return _svg(_WIDTH, _TOP + _SIDE + _BOTTOM, name, parts)


def bars(rows: Sequence[tuple[str, float, str]], name: str) -> Markup:
    """Horizontal bars for (label, share, words behind the bar)."""
    left, long, high = 232, 300, 24
    parts: list[Markup] = []
    for number, (label, share, words) in enumerate(rows):
        y = number * high
        parts.append(_text(left - 10, y + 16, label, "end"))
        parts.append(
            Markup('<rect class="track" x="{}" y="{}" width="{}" height="14" rx="2"/>').format(left, y + 5, long)
        )
        parts.append(
            Markup('<rect class="bar" x="{}" y="{}" width="{:.1f}" height="14" rx="2"/>').format(
                left, y + 5, max(long * share, 1.5)
            )
        )
        parts.append(_text(left + long + 10, y + 16, words, "start", "value"))
    return _svg(_WIDTH, high * len(rows) + 4, name, parts)


def f1_bars(scores: Sequence[ClassScore], name: str) -> Markup:
    """F1 of each intent as a bar."""
    return bars([(score.name, score.f1, f"{score.f1:.2f} of {score.support}") for score in scores], name)


def _svg(width: float, height: float, name: str, parts: Sequence[Markup]) -> Markup:
    body = Markup("").join(parts)
    return Markup(
        '<svg role="img" viewBox="0 0 {0:.0f} {1:.0f}" aria-label="{2}" style="max-width:{0:.0f}px">{3}</svg>'
    ).format(width, height, name, body)


def _axes(across: str, up: str, top: float) -> list[Markup]:
    parts = []
    for step in range(6):
        share = step / 5
        parts.append(
            Markup('<line class="grid" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(_x(0), _y(share), _x(1), _y(share))
        )
        parts.append(_text(_LEFT - 8, _y(share) + 5, _percent(share * top), "end"))
        parts.append(_text(_x(share), _TOP + _SIDE + 20, _percent(share), "middle"))
    parts.append(_text(_x(0.5), _TOP + _SIDE + 42, across, "middle", "axis"))
    middle = _TOP + _SIDE / 2
    parts.append(
        Markup('<text class="axis" text-anchor="middle" transform="translate(14 {0}) rotate(-90)">{1}</text>').format(
            middle, up
        )
    )
    return parts


def _percent(share: float) -> str:
    return f"{share * 100:g} %"


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - 24)


def _y(share: float) -> float:
    return _TOP + (1 - share) * _SIDE


def _line(points: Sequence[tuple[float, float]]) -> Markup:
    return Markup('<polyline class="curve" points="{}"/>').format(" ".join(f"{x:.1f},{y:.1f}" for x, y in points))


def _text(x: float, y: float, words: str, anchor: str, kind: str = "label") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        kind, x, y, anchor, escape(words)
    )
