"""A fact of the clinic as fields of a form, and what was typed into them as a fact again.

A raw fact is a text, a list of texts, or a mapping of texts to texts, as clinic.yml holds it. An empty field stands for
a fact that is not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.content.clinic import UNKNOWN
from bot.content.files import Written, as_written
from bot.content.hours import WEEKDAYS, HoursError, Span, Week, read_dates, read_spans, time_words
from bot.content.kinds import KINDS, KindError
from bot.content.schema import Field

Raw = str | Sequence[str] | Mapping[str, str]

SPANS = 2
"""Times a day can have in the form: before and after a break."""
SPARE_ROWS = 3
"""Empty rows for further closed days."""
NONE = "none"
"""Written for closed days when there are none."""

_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "\xa0": " "})
"""What a word processor puts for plain quotes and spaces."""
_TIME = re.compile(r"([01]?\d|2[0-4])[:.]([0-5]\d)")


class FactError(ValueError):
    """What was typed is no such fact; the sentence names it and says how to write it."""


@dataclass(frozen=True)
class Day:
    """One weekday of the grid: the times as `09:00`, empty strings where there are none."""

    name: str
    spans: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Closed:
    """A row of closed days; `last` is empty for a single day."""

    first: str
    last: str
    name: str


def label(name: str) -> str:
    """What a fact is called in a sentence: `money.hsa_fsa` is `Hsa fsa`."""
    words = name.rpartition(".")[2].replace("_", " ")
    return words[:1].upper() + words[1:]


def typed(fact: Field, form: Mapping[str, str]) -> Raw:
    """The raw fact that a form holds under the fact's name.

    Raises:
        FactError: a time or a date in the grid that is none.
    """
    if fact.kind == "hours":
        return {day: _times(fact, day, form) for day in WEEKDAYS}
    if fact.kind == "holidays":
        return _closed(fact, form)
    words = _plain(form.get(fact.name, ""))
    if not words:
        return UNKNOWN
    return [part for part in re.split(r"\s*;\s*", words) if part] if fact.kind == "list" else words


def check(fact: Field, raw: Raw) -> None:
    """Raises FactError when a raw fact is not of its kind."""
    if raw == UNKNOWN:
        if fact.required:
            raise FactError(f"“{label(fact.name)}” is empty, and no clinic can do without it.")
        return
    try:
        KINDS[fact.kind].read(as_written(raw))
    except KindError as error:
        told = str(error)
        raise FactError(f"“{label(fact.name)}”{told if told.startswith(':') else f' {told}'}.") from error


def words(fact: Field, raw: Raw) -> str:
    """What texts say for a raw fact that is of its kind, or how closed days are listed."""
    if raw == UNKNOWN:
        return ""
    value = KINDS[fact.kind].read(as_written(raw))
    if fact.kind == "hours":
        return Week(days=value).words()  # type: ignore[arg-type]
    if isinstance(raw, Mapping):
        return "; ".join(f"{days}: {name}" for days, name in raw.items())
    return fact.words[bool(value)] if fact.words is not None else str(value)


def one_line(raw: Raw) -> str:
    """A raw fact in its field; a list with semicolons between, because its parts may hold commas."""
    if raw == UNKNOWN:
        return ""
    return raw if isinstance(raw, str) else "; ".join(raw)


def grid(raw: Raw) -> list[Day]:
    """The weekdays with their times; two times a day, or as many as there are."""
    days = raw if isinstance(raw, Mapping) else {}
    found = []
    for day in WEEKDAYS:
        try:
            spans = read_spans(days.get(day, "closed"))
        except HoursError:
            spans = ()
        times = [(_clock(span.start), _clock(span.end)) for span in spans]
        found.append(Day(day, (*times, *[("", "")] * (SPANS - len(times)))))
    return found


def typed_grid(form: Mapping[str, str]) -> list[Day]:
    """The grid as it was typed, whatever that was."""
    return [
        Day(
            day,
            tuple(
                (form.get(f"hours.{day}.{n}.from", ""), form.get(f"hours.{day}.{n}.to", ""))
                for n in range(_spans_in(form, day))
            ),
        )
        for day in WEEKDAYS
    ]


def rows(raw: Raw) -> list[Closed]:
    """The closed days, and a few empty rows."""
    listed = raw.items() if isinstance(raw, Mapping) else ()
    found = [Closed(days[:10], days[-10:] if len(days) > 10 else "", name) for days, name in listed]
    return [*found, *[Closed("", "", "")] * SPARE_ROWS]


def typed_rows(form: Mapping[str, str]) -> list[Closed]:
    """The closed days as they were typed."""
    count = 0
    while f"holidays.{count}.name" in form:
        count += 1
    return [
        Closed(*(form.get(f"holidays.{row}.{part}", "").strip() for part in ("first", "last", "name")))
        for row in range(count)
    ]


def raw_of(value: Written) -> Raw:
    """A value of clinic.yml as a raw fact."""
    if value.kind == "mapping":
        return {key: inner.text or "" for key, inner in value.pairs}
    if value.kind == "list":
        return [item.text or "" for item in value.items]
    return value.text or ""


def _plain(text: str) -> str:
    return " ".join(text.translate(_STRAIGHT).split())


def _spans_in(form: Mapping[str, str], day: str) -> int:
    count = 0
    while f"hours.{day}.{count}.from" in form:
        count += 1
    return max(count, SPANS)


def _times(fact: Field, day: str, form: Mapping[str, str]) -> str:
    """One weekday as clinic.yml has it: `9 am to noon and 1 pm to 5 pm`, or `closed`."""
    spans = []
    for number in range(_spans_in(form, day)):
        ends = [form.get(f"hours.{day}.{number}.{end}", "").strip() for end in ("from", "to")]
        if not any(ends):
            continue
        if not all(ends):
            raise FactError(
                f"“{label(fact.name)}”: {day} has an opening or a closing time only. Fill in both, or leave both empty"
                " for closed."
            )
        start, end = _minute(day, ends[0]), _minute(day, ends[1])
        spans.append(Span(start, end or 24 * 60))
    if not spans:
        return "closed"
    text = " and ".join(f"{time_words(span.start)} to {time_words(span.end)}" for span in spans)
    try:
        read_spans(text)
    except HoursError as error:
        raise FactError(f"“{label(fact.name)}”, {day}: {error}.") from error
    return text


def _minute(day: str, text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None or int(found[1]) * 60 + int(found[2]) > 24 * 60:
        raise FactError(f"{day}: {text!r} is no time of day. Write it as 09:00 or 17:30.")
    return int(found[1]) * 60 + int(found[2])


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def _closed(fact: Field, form: Mapping[str, str]) -> Raw:
    found: dict[str, str] = {}
    for row in typed_rows(form):
        if not (row.first or row.last or row.name):
            continue
        if not row.first or not row.name:
            raise FactError(
                f"“{label(fact.name)}”: a closed day needs its date and what it is called, such as Christmas Day."
            )
        days = f"{row.first} to {row.last}" if row.last and row.last != row.first else row.first
        try:
            read_dates(days)
        except HoursError as error:
            raise FactError(f"“{label(fact.name)}”: {error}.") from error
        found[days] = _plain(row.name)
    return dict(sorted(found.items(), key=lambda item: date.fromisoformat(item[0][:10]))) or NONE
