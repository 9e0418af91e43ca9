"""When the clinic is open: times by weekday, closed days with their names, and the words for both.

Everything here is worked out from what is handed in; no clock is read. Times are minutes after midnight in the clinic's
own zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = 24 * 60
_LOOK_AHEAD = 60
"""Days in which the next open one is looked for."""

_TIME = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s*(?P<half>[ap]\.?m\.?)?", re.IGNORECASE)
_NAMED = {"noon": 12 * 60, "midnight": _DAY}
_BETWEEN = re.compile(r"\s+to\s+|\s*[-–]\s*", re.IGNORECASE)
_AND = re.compile(r"\s*,\s*|\s+and\s+", re.IGNORECASE)


class HoursError(ValueError):
    """Times or dates that cannot be read; the message says how to write them."""


@dataclass(frozen=True)
class Span:
    """A stretch of a day in which the clinic is open, in minutes after midnight; `end` may be 1440."""

    start: int
    end: int

    def words(self) -> str:
        """For example `9 am to 5 pm`."""
        return f"{time_words(self.start)} to {time_words(self.end)}"


@dataclass(frozen=True)
class Week:
    """The clinic's times: seven tuples of spans from Monday on,
    the names of its closed days by date, and its time zone.

    Without `holidays` it closes on none. With some, nothing is known of the years after the last one.
    """

    days: Sequence[Sequence[Span]]
    holidays: Mapping[date, str] = field(default_factory=dict)
    zone: str = "UTC"

    def local(self, moment: datetime) -> datetime:
        """The moment (with any zone) on the clinic's clock."""
        return moment.astimezone(ZoneInfo(self.zone))

    def spans(self, day: date) -> Sequence[Span]:
        """When the clinic is open on a day; empty when it is closed."""
        return () if day in self.holidays else self.days[day.weekday()]

    @property
    def known_until(self) -> date:
        """The last day of which the closed days are known: the end of the year that the last one is in."""
        return date(max(self.holidays).year, 12, 31) if self.holidays else date.max

    def next_opening(self, day: date, minute: int) -> tuple[date, int] | None:
        """Day and minute at which the clinic opens next, later than `minute` of `day`; None when that is not known."""
        for ahead in range(_LOOK_AHEAD):
            then = day + timedelta(days=ahead)
            if then > self.known_until:
                return None
            for span in self.spans(then):
                if ahead or span.start > minute:
                    return then, span.start
        return None

    def words(self) -> str:
        """For example `Monday to Friday, 9 am to 5 pm; closed on public holidays`."""
        parts = [f"{_days_words(first, last)}, {spans_words(self.days[first])}" for first, last in self._runs()]
        return "; ".join([*parts, *(["closed on public holidays"] if self.holidays else [])])

    def _runs(self) -> list[tuple[int, int]]:
        """First and last weekday of each run of open days with the same times."""
        runs: list[tuple[int, int]] = []
        for day, spans in enumerate(self.days):
            if not spans:
                continue
            if runs and runs[-1][1] == day - 1 and self.days[runs[-1][0]] == spans:
                runs[-1] = (runs[-1][0], day)
            else:
                runs.append((day, day))
        return runs


def spans_words(spans: Sequence[Span]) -> str:
    """For example `9 am to noon and 1 pm to 5 pm`."""
    return listed([span.words() for span in spans])


def listed(words: Sequence[str]) -> str:
    """For example `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def time_words(minute: int) -> str:
    """A time of day as the texts say it: `9 am`, `5:30 pm`, `noon`, `midnight`."""
    if minute % _DAY == 0:
        return "midnight"
    if minute == _NAMED["noon"]:
        return "noon"
    hour, rest = divmod(minute, 60)
    return f"{(hour - 1) % 12 + 1}{f':{rest:02}' if rest else ''} {'am' if hour < 12 else 'pm'}"


def date_words(day: date) -> str:
    """For example `Thursday, December 24`."""
    return f"{day:%A, %B} {day.day}"


def read_spans(text: str) -> tuple[Span, ...]:
    """The spans of one weekday: `9 am to 5 pm`, `9:00 to 12:00, 13:00 to 17:00` or `closed`.

    Raises:
        HoursError: a time that is none, an end before its start, or spans that are not one after the other.
    """
    if text.lower() == "closed":
        return ()
    spans = tuple(_span(part) for part in _AND.split(text))
    for before, after in pairwise(spans):
        if after.start <= before.end:
            raise HoursError(
                f"{text!r} has {after.words()} before {before.words()} is over; write the times one after the other"
            )
    return spans


def read_dates(text: str) -> tuple[date, ...]:
    """The days of `2026-12-25` or of `2026-12-28 to 2026-12-31`.

    Raises:
        HoursError: no date, an end before its start, or more than 60 days.
    """
    ends = re.split(r"\s+to\s+", text)
    try:
        first, last = date.fromisoformat(ends[0]), date.fromisoformat(ends[-1])
    except ValueError as error:
        raise HoursError(
            f"{text!r} is no date; write it as 2026-12-25, or several days as 2026-12-28 to 2026-12-31"
        ) from error
    if len(ends) > 2 or not first <= last or (last - first).days > _LOOK_AHEAD:
        raise HoursError(
            f"{text!r} ends before it starts or is longer than {_LOOK_AHEAD} days; write the first day, `to`, and the"
            " last day"
        )
    return tuple(first + timedelta(days=ahead) for ahead in range((last - first).days + 1))


def _days_words(first: int, last: int) -> str:
    if (first, last) == (0, 6):
        return "every day"
    return (
        WEEKDAYS[first]
        if first == last
        else f"{WEEKDAYS[first]} {'and' if last - first == 1 else 'to'} {WEEKDAYS[last]}"
    )


def _span(text: str) -> Span:
    ends = _BETWEEN.split(text.strip())
    if len(ends) != 2:
        raise HoursError(f"{text!r} is no time; write for example `9 am to 5 pm` or `closed`")
    span = Span(_minute(ends[0]) % _DAY, _minute(ends[1]))
    if span.end <= span.start:
        raise HoursError(f"{text!r} ends before it starts; write for example `9 am to 5 pm` or `9:00 to 17:00`")
    return span


def _minute(text: str) -> int:
    if text.lower() in _NAMED:
        return _NAMED[text.lower()]
    found = _TIME.fullmatch(text)
    if found is None or not (found["half"] or found["minute"]):
        raise HoursError(f"{text!r} is no time of day; write `9 am` or `9:00`")
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise HoursError(f"{text!r} is no time of day; write `9 am` or `9:00`")
        hour = hour % 12 + (12 if found["half"].lower().startswith("p") else 0)
    if hour * 60 + minute > _DAY or minute > 59:
        raise HoursError(f"{text!r} is no time of day; write `9 am` or `9:00`")
    return hour * 60 + minute
