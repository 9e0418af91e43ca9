"""Which day or time a question about opening means: words in, days out.

No clock is read and no hours are known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.safety.normalise import phrase

_WEEKDAYS = {
    day: number
    for number, names in enumerate(
        (
            "monday mondays mon",
            "tuesday tuesdays tue tues",
            "wednesday wednesdays wed weds",
            "thursday thursdays thu thur thurs",
            "friday fridays fri",
            "saturday saturdays sat",
            "sunday sundays sun",
        )
    )
    for day in names.split()
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_FIXED = {
    r"(?:christmas|xmas) eve": (12, 24),
    r"(?:christmas|xmas)(?! eve)": (12, 25),
    r"boxing day": (12, 26),
    r"new years? eve": (12, 31),
    r"new years?(?! eve)": (1, 1),
    r"(?:4th|fourth) of july": (7, 4),
}
"""Days that are the same every year, by what they are called."""

_MONTH = "|".join(_MONTHS)
_DATE = re.compile(
    rf"\b(?:(?P<m1>{_MONTH}) (?P<d1>\d{{1,2}})|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m2>{_MONTH}))(?:st|nd|rd"
    rf"|th)?\b(?: (?P<year>20\d\d)\b)?"
)
_NOW = re.compile(
    r"\b(?:now|currently|at the moment|at present|still (?:open|there|in)|(?:open|there) yet|already open)\b"
)
_TODAY = re.compile(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b")
_LUNCH = re.compile(r"\blunch ?(?:time)?\b")
_TOMORROW = re.compile(r"\b(?:tom+or+ow|tmr+w|tmr|2mor+ow)\b")
_DAY_AFTER = re.compile(r"\bday after tom+or+ow\b")
_WEEKEND = re.compile(r"\bweek ?ends?\b")
_HOLIDAYS = re.compile(r"\bholidays?\b")
_FEASTS = re.compile(
    r"\b(?:(?:good|black|holy|easter|palm|ash|maundy|whit|clean) (?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:family|labou?r|memorial|presidents?|veterans|columbus|victoria|canada|australia|anzac|independence|heritage"
    r"|civic|mlk|martin luther king(?: jr)?|st patricks?|ascension|all saints) day(?: (?:mon|fri|satur|sun)day)?)\b"
)
"""Holidays by name, of which a clinic may list none: the weekday in some of their names is not what is asked."""
_TWELVE = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {name: number for number, name in enumerate(_TWELVE, start=1)}
_HOUR = rf"(?P<hour>\d{{1,2}}|{'|'.join(_NUMBERS)})(?: (?P<minute>[0-5]\d))?"
_AT = re.compile(
    rf"\b(?P<how>at|around|about|say|after|before|until|till|til|by|from|past)? ?"
    rf"(?:{_HOUR} ?(?P<half>[ap] ?m)\b|{_HOUR.replace('?P<hour>', '?P<bare>').replace('?P<minute>', '?P<rest>')}(?: o"
    r" ?clock)?\b|(?P<noon>noon|midday))"
)
_POINTS = ("at", "around", "about", "say")
_EARLIEST_BARE = 7
"""Hours below this without am or pm are in the afternoon: nobody asks about six in the morning."""
_COMMON = frozenset({"day", "the", "of", "eve", "holiday", "holidays", "public", "bank"})
"""Words of a holiday's name that do not tell it from another."""
_ONE_SEASON = timedelta(days=30)
"""Closed days of one name that are further apart belong to different years."""
_ENOUGH = 4
"""Certain dates that are taken from one question."""


@dataclass(frozen=True)
class Asked:
    """What a question about opening asks: now, certain days, weekdays in
    general (0 is Monday), the holidays; `minute` of the day, if one is named."""

    now: bool = False
    today: bool = False
    tomorrow: bool = False
    dates: tuple[date, ...] = ()
    weekdays: tuple[int, ...] = ()
    holidays: bool = False
    minute: int | None = None


def asked(text: str, today: date, holidays: Mapping[date, str]) -> Asked:
    """What a message asks about opening; `Asked()` when it names neither a day nor a time.

    Args:
        text: the visitor's words.
        today: the day at the clinic.
        holidays: names of the clinic's closed days by date.
    """
    said = phrase(text)
    named = tuple(_named(said, today, holidays))[:_ENOUGH]
    undated = _FEASTS.sub(" ", _DATE.sub(" ", said))
    in_two_days = (today + timedelta(days=2),) if _DAY_AFTER.search(said) else ()
    tomorrow = not in_two_days and _TOMORROW.search(said) is not None
    weekdays = {_WEEKDAYS[word] for word in undated.split() if word in _WEEKDAYS} | (
        {5, 6} if _WEEKEND.search(said) else set()
    )
    weekdays -= {day.weekday() for day in named}
    holiday = not named and (_HOLIDAYS.search(said) or _FEASTS.search(said)) is not None
    some_day = bool(in_two_days or named or weekdays) or tomorrow or holiday
    minute, says_today, says_now = _minute(undated), _TODAY.search(said) is not None, _NOW.search(said) is not None
    is_today = says_today or (not some_day and (minute is not None or _LUNCH.search(said) is not None))
    now = says_now and not (some_day or is_today)
    return Asked(now, is_today, tomorrow, (*in_two_days, *named), tuple(sorted(weekdays)), holiday, minute)


def _named(said: str, today: date, holidays: Mapping[date, str]) -> Iterator[date]:
    """The next days that a message names by a holiday's name or by a date, from `today` on."""
    found: set[date] = set()
    plain = " ".join(map(_singular, said.split()))
    called = [
        name for name in dict.fromkeys(holidays.values()) if (telling := _telling(name)) and re.search(telling, plain)
    ]
    for telling in {_telling(name) for name in called}:
        coming = [day for day, name in holidays.items() if day >= today and _telling(name) == telling]
        found.update(day for day in coming if day - min(coming) < _ONE_SEASON)
    for pattern, (month, day) in _FIXED.items():
        if re.search(rf"\b{pattern}\b", said) and not any((there.month, there.day) == (month, day) for there in found):
            found.update(_next(month, day, today))
    for match in _DATE.finditer(said):
        month, day = _MONTHS[match["m1"] or match["m2"]], int(match["d1"] or match["d2"])
        found.update(
            _next(month, day, today) if match["year"] is None else _certain(int(match["year"]), month, day, today)
        )
    return iter(sorted(found))


def _telling(name: str) -> str:
    """A pattern for how people call a holiday with this name; empty when the name tells nothing."""
    words = phrase(name).split()
    telling = " ".join(_singular(word) for word in words if word not in _COMMON)
    return rf"\b{re.escape(telling)}\b{' eve' if 'eve' in words else '(?! eve)'}" if telling else ""


def _next(month: int, day: int, today: date) -> Iterator[date]:
    for year in range(today.year, today.year + 5):  # a 29th of February may be four years away
        for found in _certain(year, month, day, today):
            yield found
            return


def _certain(year: int, month: int, day: int, today: date) -> Iterator[date]:
    try:
        found = date(year, month, day)
    except ValueError:
        return
    if found >= today:
        yield found


def _minute(said: str) -> int | None:
    """The minute of the day that is asked about ("at 6"); None
    for a bound ("after 6") and for numbers that are no time."""
    for match in _AT.finditer(said):
        how, half = match["how"], match["half"]
        if how not in (*_POINTS, None) or (how is None and not half and not match["noon"]):
            continue
        if match["noon"]:
            return 12 * 60
        number = match["hour"] or match["bare"]
        hour, rest = _NUMBERS.get(number) or int(number), int(match["minute"] or match["rest"] or 0)
        if half and 1 <= hour <= 12:
            return (hour % 12 + (12 if half.startswith("p") else 0)) * 60 + rest
        if not half and hour < 24:
            return (hour + (12 if 0 < hour < _EARLIEST_BARE else 0)) * 60 + rest
    return None


def _singular(word: str) -> str:
    return word.removesuffix("s")
