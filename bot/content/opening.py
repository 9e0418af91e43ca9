"""Is the clinic open?

Approved sentences, filled at the time of the question with nothing but the clinic's hours, and the proof of it.

The sentences stand before the answer about opening hours. What is sent is then longer than the approved text, so the
record keeps of what it is made (`made_of`), and `is_made_of` works it out again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.content.day_words import Asked, asked
from bot.content.files import ContentError, read_date, read_mapping
from bot.content.hours import WEEKDAYS, Week, date_words, listed, spans_words, time_words
from bot.content.snippet import Approval, Snippet, read_approval

FACTS: Mapping[str, frozenset[str]] = {
    "open_now": frozenset({"to"}),
    "closed_opens_today": frozenset({"from"}),
    "closed_now": frozenset({"next_day", "next_from"}),
    "today_open": frozenset({"weekday", "times"}),
    "today_over": frozenset({"weekday", "next_day", "next_from"}),
    "today_closed": frozenset({"weekday", "next_day", "next_from"}),
    "today_holiday": frozenset({"weekday", "holiday", "next_day", "next_from"}),
    "tomorrow_open": frozenset({"weekday", "times"}),
    "tomorrow_closed": frozenset({"weekday"}),
    "tomorrow_holiday": frozenset({"weekday", "holiday"}),
    "date_open": frozenset({"date", "times"}),
    "date_closed": frozenset({"date"}),
    "date_holiday": frozenset({"date", "holiday"}),
    "weekdays_open": frozenset({"weekdays", "times"}),
    "weekdays_closed": frozenset({"weekdays"}),
    "at_open": frozenset({"time", "date", "times"}),
    "at_closed": frozenset({"time", "date", "times"}),
    "next_holidays": frozenset({"holidays"}),
}
"""The patterns, each with the facts that it may name."""

_FACT = re.compile(r"\{([^{}]*)\}")
_MOST = 3
"""Sentences, or closed days in one."""


@dataclass(frozen=True)
class Sentence:
    """An approved pattern with the facts that fill it."""

    pattern: str
    text: str
    facts: Mapping[str, str]

    @property
    def words(self) -> str:
        """The sentence as it is sent."""
        return _FACT.sub(lambda match: self.facts[match[1]], self.text)

    def as_dict(self) -> dict[str, object]:
        """What the record keeps of it."""
        return {"pattern": self.pattern, "text": self.text, "hash": sha(self.text), "facts": dict(self.facts)}


@dataclass(frozen=True)
class Opening:
    """The patterns by name, all approved together, and the `answer` (a snippet's id) that they stand before."""

    answer: str
    patterns: Mapping[str, str]
    version: int
    approval: Approval
    review_by: date

    @property
    def hash(self) -> str:
        """SHA-256 over all patterns, in hexadecimal."""
        return sha("\n".join(f"{name}\t{text}" for name, text in sorted(self.patterns.items())))

    def answered(self, snippet: Snippet, text: str, week: Week, moment: datetime) -> Snippet:
        """The answer with what `text` asks about a day before it; the
        answer itself when it asks none, or the hours do not tell.

        Args:
            snippet: the approved answer about opening hours.
            text: the visitor's words.
            week: the clinic's hours.
            moment: of the question, with a time zone.
        """
        here = week.local(moment)
        if here.date() > self.review_by:
            return snippet
        sentences = [
            Sentence(name, self.patterns[name], facts)
            for name, facts in told(asked(text, here.date(), week.holidays), week, here)
        ][:_MOST]
        if not sentences:
            return snippet
        made_of = {
            "base": snippet.hash,
            "version": self.version,
            "at": here.isoformat(timespec="minutes"),
            "sentences": [one.as_dict() for one in sentences],
        }
        return replace(snippet, text=" ".join([*(one.words for one in sentences), snippet.text]), made_of=made_of)


def told(question: Asked, week: Week, here: datetime) -> Iterator[tuple[str, dict[str, str]]]:
    """Names of patterns with their facts, in the order in which they are said; none for a day beyond what is known.

    Args:
        question: what is asked.
        week: the clinic's hours.
        here: the moment of the question on the clinic's clock.
    """
    today, minute = here.date(), here.hour * 60 + here.minute
    if question.now:
        yield from _now(week, today, minute)
    if question.today:
        yield from _day("today", today, week, minute, question.minute)
    if question.tomorrow:
        yield from _day("tomorrow", today + timedelta(days=1), week, minute, question.minute)
    for day in question.dates:
        yield from _day("date", day, week, minute, question.minute)
    yield from _weekdays(question, week, today)
    coming = sorted(day for day in week.holidays if day >= today)[:_MOST]
    if question.holidays and coming:
        yield "next_holidays", {"holidays": listed([f"{week.holidays[day]} ({date_words(day)})" for day in coming])}


def is_made_of(made_of: Any, text: str) -> bool:
    """Whether a text is its approved patterns, filled with the facts that were kept, and then the approved answer."""
    try:
        sentences = [Sentence(one["pattern"], one["text"], one["facts"]) for one in made_of["sentences"]]
        approved = all(sha(kept["text"]) == kept["hash"] for kept in made_of["sentences"])
        front = " ".join(one.words for one in sentences) + " "
        return (
            bool(sentences) and approved and text.startswith(front) and sha(text.removeprefix(front)) == made_of["base"]
        )
    except (KeyError, TypeError, AttributeError):
        return False


def load_opening(path: Path) -> Opening | None:
    """Reads opening.yml; without the file no question about a day is worked out.

    Raises:
        ContentError: a pattern is missing or not known, or names a fact that it does not get.
    """
    if not path.is_file():
        return None
    raw = read_mapping(path)
    patterns = raw.get("patterns")
    if (
        set(raw) != {"answer", "version", "approval", "review_by", "patterns"}
        or not isinstance(patterns, dict)
        or not isinstance(raw["version"], int)
    ):
        raise ContentError(
            f"{path}: expected answer, version (a whole number), approval, review_by and patterns, and nothing else."
        )
    if wrong := sorted(set(patterns) ^ set(FACTS)):
        raise ContentError(
            f"{path}: the pattern `{wrong[0]}` is {'missing' if wrong[0] in FACTS else 'not known'}. There are:"
            f" {', '.join(FACTS)}."
        )
    for name, text in patterns.items():
        if (named := set(_FACT.findall(str(text)))) != FACTS[name]:
            raise ContentError(
                f"{path}: the pattern `{name}` names {_braced(named)}; it must name {_braced(FACTS[name])}, no more and"
                " no less."
            )
    approval, review_by = read_approval(raw["approval"], str(path)), read_date(raw["review_by"], f"{path}: `review_by`")
    return Opening(
        str(raw["answer"]),
        {name: str(text).strip() for name, text in patterns.items()},
        raw["version"],
        approval,
        review_by,
    )


def _now(week: Week, today: date, minute: int) -> Iterator[tuple[str, dict[str, str]]]:
    if today > week.known_until:
        return
    present = next((span for span in week.spans(today) if span.start <= minute < span.end), None)
    opens = week.next_opening(today, minute)
    if present is not None:
        yield "open_now", {"to": time_words(present.end)}
    elif opens is not None and opens[0] == today:
        yield "closed_opens_today", {"from": time_words(opens[1])}
    elif opens is not None and today in week.holidays:
        yield "today_holiday", {"weekday": f"{today:%A}", "holiday": week.holidays[today], **_next_words(opens)}
    elif opens is not None:
        yield "closed_now", _next_words(opens)


def _day(name: str, day: date, week: Week, minute: int, at: int | None) -> Iterator[tuple[str, dict[str, str]]]:
    """What is told of one day: `name` is `today`, `tomorrow` or `date`; `at` the minute that is asked about."""
    if day > week.known_until:
        return
    spans, holiday = week.spans(day), week.holidays.get(day)
    facts = {"date": date_words(day)} if name == "date" else {"weekday": f"{day:%A}"}
    if spans and at is not None:
        state = "open" if any(span.start <= at < span.end for span in spans) else "closed"
        yield f"at_{state}", {"time": time_words(at), "date": date_words(day), "times": spans_words(spans)}
        return
    if spans and not (name == "today" and minute >= spans[-1].end):
        yield f"{name}_open", {**facts, "times": spans_words(spans)}
        return
    state = "over" if spans else "holiday" if holiday else "closed"
    facts |= {"holiday": holiday} if holiday else {}
    if name == "today":
        if (opens := week.next_opening(day, minute)) is None:
            return
        facts |= _next_words(opens)
    yield f"{name}_{state}", facts


def _weekdays(question: Asked, week: Week, today: date) -> Iterator[tuple[str, dict[str, str]]]:
    """What is told of weekdays: of those with the same times together, and
    of the next one by its date when it is a holiday or a time is named."""
    groups: dict[Sequence[Any], list[int]] = {}
    for weekday in question.weekdays:
        day = today + timedelta(days=(weekday - today.weekday()) % 7)
        if day <= week.known_until and (day in week.holidays or (question.minute is not None and week.days[weekday])):
            yield from _day("date", day, week, 0, question.minute)
        else:
            groups.setdefault(tuple(week.days[weekday]), []).append(weekday)
    for spans, weekdays in groups.items():
        facts = {"weekdays": listed([f"{WEEKDAYS[weekday]}s" for weekday in weekdays])}
        if spans:
            yield "weekdays_open", {**facts, "times": spans_words(spans)}
        else:
            yield "weekdays_closed", facts


def _next_words(opens: tuple[date, int]) -> dict[str, str]:
    return {"next_day": date_words(opens[0]), "next_from": time_words(opens[1])}


def _braced(names: set[str] | frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "no fact"


def sha(text: str) -> str:
    """SHA-256 of a text in hexadecimal, as it stands with every text that is sent."""
    return hashlib.sha256(text.encode()).hexdigest()
