"""Quality floors: which rate may not fall below, or rise above, which share, and what to say when one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content.files import ContentError, read_mapping
from bot.evaluation.scores import Rates, Routed


@dataclass(frozen=True)
class Floor:
    """A share that one of `Rates` may not cross."""

    rate: str
    at_most: float | None = None
    at_least: float | None = None


def read_floors(path: Path) -> dict[str, list[Floor]]:
    """Floors by the name of the questions' file, and those of `default`.

    Raises:
        ContentError: a rate nobody measures, or a floor that is not one share; the message names it.
    """
    floors: dict[str, list[Floor]] = {}
    for name, listed in read_mapping(path).items():
        if not isinstance(listed, dict):
            raise ContentError(f"{path}: `{name}` must hold rates with `at_most` or `at_least`.")
        floors[name] = [_floor(path, str(rate), bound) for rate, bound in listed.items()]
    return floors


def _floor(path: Path, rate: str, bound: object) -> Floor:
    if rate not in Rates.__dataclass_fields__:
        raise ContentError(f"{path}: nobody measures `{rate}`. Use one of {', '.join(Rates.__dataclass_fields__)}.")
    if not isinstance(bound, dict) or len(bound) != 1 or not {*bound} <= {"at_most", "at_least"}:
        raise ContentError(f"{path}: `{rate}` needs either `at_most` or `at_least`.")
    ((side, share),) = bound.items()
    try:
        value = float(share)
    except (TypeError, ValueError):
        value = -1.0
    if not 0 <= value <= 1:
        raise ContentError(f"{path}: `{side}` of `{rate}` must be a share from 0 to 1.")
    return Floor(rate, **{side: value})


def below(floor: Floor, rates: Rates) -> str | None:
    """By how much a floor is missed and on which sentences;
    None where it is kept or where there was nothing to count."""
    share = getattr(rates, floor.rate)
    if share.value is None:
        return None
    if floor.at_most is not None and share.value > floor.at_most:
        return _fault(floor.rate, share.value, "at most", floor.at_most, share.of, share.rows)
    if floor.at_least is not None and share.value < floor.at_least:
        return _fault(floor.rate, share.value, "at least", floor.at_least, share.of, share.others)
    return None


def _fault(rate: str, value: float, side: str, bound: float, of: int, rows: Sequence[Routed]) -> str:
    lines = [
        f"{rate} is {value:.2%} of {of}, and should be {side} {bound:.2%}: off by {abs(value - bound) * 100:.2f}"
        " points. The sentences:"
    ]
    for row in rows:
        wanted = ", ".join(row.wanted or row.also) or row.wanted_route
        lines.append(
            f"  {row.text!r}: wanted {row.wanted_route} ({wanted}), got {row.route} ({row.snippet}; {row.why})"
        )
    return "\n".join(lines)
