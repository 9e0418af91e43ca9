"""The filter as it stands in an address: read from it, checked, and written back into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.console.page import zone_of
from bot.record.filters import ANY, NONE, NOT_UNDERSTOOD, TurnFilter
from bot.record.metrics import midnight
from bot.record.review import VERDICTS
from bot.vocabulary import GRAVEST_FIRST, ROUTE_LABELS

MAX_LENGTH = 200

_TEXTS = ("intent", "snippet", "category", "rule", "reviewer", "tag")
NAMES = (
    "q",
    "from",
    "to",
    "route",
    *_TEXTS,
    "confidence_from",
    "confidence_to",
    "feedback",
    "verdict",
    "flagged",
    "unwarned",
    "turns_from",
    "turns_to",
    "gap",
    "first",
    "latency_over",
    "latency_to",
    "judged_from",
    "judged_to",
)
"""Of the fields of a filter."""


@dataclass(frozen=True)
class Asked:
    """A filter with the values of its form, without the empty ones."""

    filter: TurnFilter
    values: Mapping[str, str]

    @property
    def query(self) -> str:
        """The filter as the query of an address."""
        return urlencode(self.values)

    def without(self, name: str) -> str:
        """The query without one of its values."""
        return urlencode({key: value for key, value in self.values.items() if key != name})

    @property
    def chips(self) -> list[tuple[str, str, str]]:
        """What is asked for beside the words: the field's name, what it is called, and its value in words."""
        return [
            (name, _CALLED[name], "" if name in _SWITCHES else _IN_WORDS.get(value, value))
            for name, value in self.values.items()
            if name != "q"
        ]


_SWITCHES = ("flagged", "unwarned", "first")
_CALLED = {
    "from": "active from",
    "to": "active to",
    "route": "route",
    "intent": "intent",
    "snippet": "snippet",
    "category": "risk",
    "rule": "rule",
    "reviewer": "judged by",
    "tag": "tag",
    "confidence_from": "confidence from",
    "confidence_to": "confidence to",
    "feedback": "visitor’s feedback",
    "verdict": "verdict",
    "flagged": "flagged",
    "unwarned": "without the warning",
    "turns_from": "turns from",
    "turns_to": "turns to",
    "gap": "gap",
    "first": "first of its conversation",
    "latency_over": "reply took over (ms)",
    "latency_to": "reply took up to (ms)",
    "judged_from": "judged from",
    "judged_to": "judged to",
}
_IN_WORDS: Mapping[str, str] = {
    **{verdict: label.lower() for verdict, label in VERDICTS.items()},
    NOT_UNDERSTOOD: "not understood",
    "not_helpful": "not helpful",
    **{route: label.lower() for route, label in ROUTE_LABELS.items()},
}


def asked_of(request: Request) -> Asked:
    """The filter in the address of a page."""
    return asked(request.query_params, zone_of(request))


def asked_in(query: str, zone: tzinfo | None) -> Asked:
    """The filter in a query that a form carried along."""
    return asked(dict(parse_qsl(query, max_num_fields=60)), zone)


def asked(given: Mapping[str, str], zone: tzinfo | None) -> Asked:
    """The filter in some fields.

    Raises:
        HTTPException: 400 with a sentence on the first field that cannot be used.
    """
    values = {name: value for name in NAMES if (value := given.get(name, "").strip()[:MAX_LENGTH])}
    _one_of(values, "route", (*GRAVEST_FIRST, NOT_UNDERSTOOD), "route")
    _one_of(values, "feedback", ("helpful", "not_helpful", NONE), "feedback")
    _one_of(values, "verdict", (*VERDICTS, ANY, NONE), "verdict")
    first, last = day_of(values, "from"), day_of(values, "to")
    if first and last and first > last:
        raise HTTPException(400, f"The period ends on {last} before it begins on {first}. Change one of the two days.")
    judged_first, judged_last = day_of(values, "judged_from"), day_of(values, "judged_to")
    found = TurnFilter(
        words=values.get("q", ""),
        since=midnight(first, zone) if first else "",
        until=midnight(last + timedelta(days=1), zone) if last else "",
        route=values.get("route", ""),
        **{name: values.get(name, "") for name in _TEXTS},
        confidence_from=_share(values, "confidence_from"),
        confidence_to=_share(values, "confidence_to"),
        feedback=values.get("feedback", ""),
        verdict=values.get("verdict", ""),
        flagged="flagged" in values,
        unwarned="unwarned" in values,
        turns_from=_whole(values, "turns_from"),
        turns_to=_whole(values, "turns_to"),
        gap=_whole(values, "gap"),
        first="first" in values,
        latency_over=_whole(values, "latency_over"),
        latency_to=_whole(values, "latency_to"),
        judged_since=midnight(judged_first, zone) if judged_first else "",
        judged_until=midnight(judged_last + timedelta(days=1), zone) if judged_last else "",
    )
    return Asked(found, values)


def _one_of(values: Mapping[str, str], name: str, known: tuple[str, ...], called: str) -> None:
    if name in values and values[name] not in known:
        raise HTTPException(400, f"There is no {called} called “{values[name][:40]}”. Known are: {', '.join(known)}.")


def day_of(values: Mapping[str, str], name: str) -> date | None:
    """A day in a field, None when it is empty.

    Raises:
        HTTPException: 400 when it is none.
    """
    if name not in values:
        return None
    try:
        day = date.fromisoformat(values[name])
    except ValueError:
        day = date.min
    if not 2000 <= day.year <= 2200:
        raise HTTPException(
            400, f"“{values[name][:40]}” is no day. Write it as year-month-day, for example 2026-11-20."
        )
    return day


def _share(values: Mapping[str, str], name: str) -> float | None:
    if name not in values:
        return None
    try:
        share = float(values[name])
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise HTTPException(400, f"A confidence is a number from 0 to 1, for example 0.6, not “{values[name][:40]}”.")
    return share


def _whole(values: Mapping[str, str], name: str) -> int | None:
    if name not in values:
        return None
    value = values[name]
    if not (value.isascii() and value.isdecimal() and len(value) <= 9):
        raise HTTPException(400, f"“{value[:40]}” is no whole number.")
    return int(value)
