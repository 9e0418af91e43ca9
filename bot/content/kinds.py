"""What a fact of the clinic may be. Each kind reads a value as it is written and gives the words that texts use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from bot.content.files import Written
from bot.content.hours import WEEKDAYS, HoursError, Span, listed, read_dates, read_spans

_PHONE = re.compile(r"\+?[\d(][\d ()./-]*\d")
_CALLED = re.compile(r"\d{3}|\d+-\d")
"""Digits that can be dialled."""
_HOST = r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}"
_EMAIL = re.compile(rf"[\w.+-]+@{_HOST}")
_URL = re.compile(rf"https?://{_HOST}(?::\d+)?(?:/\S*)?")
_AMOUNT = (
    r"(?:(?:[A-Z]{2,3} ?)?[$€£] ?\d[\d,]*(?:\.\d\d)?|[A-Z]{3} \d[\d,]*(?:\.\d\d)?|\d[\d,]*(?:\.\d\d)? ?(?:€|[A-Z]{3}))"
)
_MONEY = re.compile(rf"{_AMOUNT}(?: to {_AMOUNT})?")
_WHOLE = re.compile(r"[1-9]\d*|0")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_PICTURE = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?:svg|png|webp|jpe?g)", re.IGNORECASE)
_CURLY = re.compile(r"[“”„«»‘]|(?<!\w)’|’(?!\w)")
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
_NOTHING = frozenset({"unknown", "not known", "n/a", "na", "tbd", "tbc", "todo", "xxx", "?", "-", ""})
"""What people write when they have nothing to write."""
_SENTENCE_END = (".", "!", "?")
_MINUTES_A_DAY = 24 * 60


class KindError(ValueError):
    """A value that its kind does not allow.

    The message goes on from the field's name and ends with the remedy; `line` is where, if not the field's.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def text(written: Written) -> str:
    """A phrase used in the middle of a sentence."""
    words = _words(written)
    if words.lower() in _TRUTHS:
        raise KindError(f"is {words!r}, which says nothing in the middle of a sentence; write it out in words")
    if words.endswith("."):
        raise KindError(f"ends with a full stop, but stands in the middle of a sentence; take it off ({_end(words)})")
    return words


def sentence(written: Written) -> str:
    """One or more whole sentences."""
    words = _words(written)
    if not words.endswith(_SENTENCE_END):
        raise KindError(f"must be whole sentences; end it with a full stop ({_end(words)})")
    return words


def name(written: Written) -> str:
    """A name or an address, said exactly as written."""
    words = _words(written)
    if words.lower() in _TRUTHS:
        raise KindError(f"is {words!r}, which is no name; write it out")
    return words


def phone(written: Written) -> str:
    """A number to call."""
    words = _words(written)
    if not _PHONE.fullmatch(words) or len(re.sub(r"\D", "", words)) not in range(3, 16):
        raise KindError(f"is {words!r}; write the number to call in digits, such as 555-0100")
    return words


def helpline(written: Written) -> str:
    """A name with the number to call in it."""
    words = text(written)
    if not _CALLED.search(words):
        raise KindError(
            f"is {words!r}, without a number to call; write the number in digits, such as Poison Control at"
            " 1-800-222-1222"
        )
    return words


def email(written: Written) -> str:
    """An e-mail address."""
    return _matched(written, _EMAIL, "write one e-mail address, such as desk@clinic.example")


def url(written: Written) -> str:
    """The address of a web page."""
    return _matched(written, _URL, "write the whole address of the page, such as https://clinic.example")


def picture(written: Written) -> str:
    """The name of a picture's file in the content folder."""
    return _matched(
        written,
        _PICTURE,
        "write the name of a file that lies beside clinic.yml, such as logo.svg (or .png, .webp, .jpg)",
    )


def color(written: Written) -> str:
    """A color with red, green and blue in two hexadecimal digits each."""
    return _matched(written, _COLOR, "write the color with six digits in quotes, such as '#0d5f5b'").lower()


def money(written: Written) -> str:
    """An amount with its currency, or two."""
    return _matched(written, _MONEY, "write an amount with its currency, such as $120 or $180 to $240")


def number(written: Written) -> str:
    """A whole number."""
    return _matched(written, _WHOLE, "write a whole number in digits, such as 180")


def minutes(written: Written) -> str:
    """A whole number of minutes, at most a day."""
    words = _words(written)
    if not _WHOLE.fullmatch(words) or not 1 <= int(words) <= _MINUTES_A_DAY:
        raise KindError(f"is {words!r}; write a number of minutes in digits, from 1 to {_MINUTES_A_DAY}, such as 60")
    return words


def items(written: Written) -> str:
    """A list, said with commas and "and"."""
    if written.kind != "list":
        raise KindError("must be a list; write it in square brackets, such as [English, Spanish]")
    if not written.items:
        raise KindError("is an empty list; fill it in, or write unknown")
    return listed([text(item) for item in written.items])


def truth(written: Written) -> bool:
    """Yes or no."""
    words = _words(written).lower()
    if words not in _TRUTHS:
        raise KindError(f"is {words!r}; write yes or no")
    return _TRUTHS[words]


def time_zone(written: Written) -> str:
    """A time zone by its name in the IANA database."""
    words = _words(written)
    try:
        ZoneInfo(words)
    except (ValueError, OSError, LookupError) as error:
        raise KindError(
            f"is {words!r}, which is no time zone; write continent and city, such as America/New_York"
        ) from error
    return words


def hours(written: Written) -> tuple[tuple[Span, ...], ...]:
    """The open times of the seven weekdays, from Monday on."""
    if written.kind != "mapping":
        raise KindError("must give each weekday a line of its own, such as `Monday: 9 am to 5 pm` and `Sunday: closed`")
    days: dict[str, tuple[Span, ...]] = {}
    for day, value in written.pairs:
        if day not in WEEKDAYS:
            near = get_close_matches(day.capitalize(), WEEKDAYS, n=1, cutoff=0.3)
            raise KindError(
                f"has the unknown weekday `{day}`; write {near[0] if near else 'Monday to Sunday, each on its line'}",
                value.line,
            )
        try:
            days[day] = read_spans(_words(value))
        except HoursError as error:
            raise KindError(f"({day}): {error}", value.line) from error
    if missing := [day for day in WEEKDAYS if day not in days]:
        raise KindError(f"says nothing of {missing[0]}; write when you are open, or `{missing[0]}: closed`")
    if not any(days.values()):
        raise KindError("says that the clinic is always closed; write when it is open")
    return tuple(days[day] for day in WEEKDAYS)


def holidays(written: Written) -> Mapping[date, str]:
    """The names of closed days by date; empty for `none`."""
    if written.text == "none":
        return {}
    if written.kind != "mapping" or not written.pairs:
        raise KindError(
            "must give each closed day a line with its date and name, such as `2026-12-25: Christmas Day`; write none"
            " if you close on no holiday"
        )
    days: dict[date, str] = {}
    for dates, value in written.pairs:
        try:
            for day in read_dates(dates):
                if day in days:
                    raise KindError(f"names {day} twice; keep one", value.line)
                days[day] = name(value)
        except (HoursError, KindError) as error:
            raise KindError(str(error) if isinstance(error, KindError) else f": {error}", value.line) from error
    return days


@dataclass(frozen=True)
class Kind:
    """How a value is read; `spelled` when its words follow the spelling of the texts."""

    read: Callable[[Written], object]
    spelled: bool = False


KINDS: Mapping[str, Kind] = {
    "text": Kind(text, spelled=True),
    "sentence": Kind(sentence, spelled=True),
    "name": Kind(name),
    "phone": Kind(phone),
    "helpline": Kind(helpline),
    "e-mail": Kind(email),
    "URL": Kind(url),
    "picture": Kind(picture),
    "color": Kind(color),
    "money": Kind(money),
    "minutes": Kind(minutes),
    "number": Kind(number),
    "list": Kind(items, spelled=True),
    "yes/no": Kind(truth),
    "hours": Kind(hours),
    "holidays": Kind(holidays),
    "time zone": Kind(time_zone),
}


def _matched(written: Written, pattern: re.Pattern[str], remedy: str) -> str:
    """The words of a single value, which are wholly of a pattern."""
    words = _words(written)
    if not pattern.fullmatch(words):
        raise KindError(f"is {words!r}; {remedy}")
    return words


def _words(written: Written) -> str:
    """The words of a single value, without what an editor's program or a missing quote did to them."""
    if written.kind != "scalar":
        raise KindError(f"must be a single value, not a {written.kind}; put it in quotes if it has [ or {{ or : in it")
    if written.cut:
        raise KindError(
            f"is cut at the `#`, so that {written.cut!r} is lost; put the whole value in quotes, or the comment on a"
            " line of its own",
            written.line,
        )
    if not written.text:
        raise KindError("is missing or empty; fill it in", written.line)
    if (curly := _CURLY.search(written.text)) is not None:
        raise KindError(f"has the curly quote {curly[0]}; write straight ones (\" or ')", written.line)
    if written.text.lower().strip(" .!") in _NOTHING:
        raise KindError(
            f"is {written.text!r}; write what it is, or, where the fact is not required, the one word unknown",
            written.line,
        )
    return written.text


def _end(words: str) -> str:
    return f"now: {words[-30:]!r}"
