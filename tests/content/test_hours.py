"""The clinic's hours as an owner writes them, as texts say them, and on the clinic's own clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.content.hours import HoursError, Span, Week, date_words, read_dates, read_spans, spans_words, time_words

NINE_TO_FIVE = (Span(540, 1020),)
WEEK = Week(
    [NINE_TO_FIVE] * 5 + [(), ()],
    {date(2026, 12, 25): "Christmas Day", date(2027, 1, 1): "New Year's Day"},
    "America/New_York",
)


@pytest.mark.parametrize(
    ("written", "spans"),
    [
        ("9 am to 5 pm", ((540, 1020),)),
        ("9:00 to 17:00", ((540, 1020),)),
        ("9:00-17:00", ((540, 1020),)),
        ("9.30 am – 12 pm", ((570, 720),)),
        ("9 am to noon, 1 pm to 5:30 pm", ((540, 720), (780, 1050))),
        ("9 a.m. to 12 p.m. and 1 p.m. to 5 p.m.", ((540, 720), (780, 1020))),
        ("12 am to midnight", ((0, 1440),)),
        ("midnight to 6 am", ((0, 360),)),
        ("closed", ()),
        ("Closed", ()),
    ],
)
def test_times_are_read_as_people_write_them(written: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert read_spans(written) == tuple(Span(*span) for span in spans)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("5 pm to 9 am", "ends before it starts"),
        ("9:00 to 5:00", "ends before it starts; write for example `9 am to 5 pm` or `9:00 to 17:00`"),
        ("9 am to 9 am", "ends before it starts"),
        ("9 to 5", "'9' is no time of day"),
        ("13 pm to 5 pm", "'13 pm' is no time of day"),
        ("9:75 to 17:00", "'9:75' is no time of day"),
        ("25:00 to 26:00", "'25:00' is no time of day"),
        ("open", "'open' is no time; write for example"),
        ("9 am to 1 pm, noon to 5 pm", "noon to 5 pm before 9 am to 1 pm is over"),
        ("9 am to noon, noon to 5 pm", "before 9 am to noon is over"),
    ],
)
def test_times_that_cannot_be_are_refused_with_the_remedy(written: str, message: str) -> None:
    with pytest.raises(HoursError, match=message):
        read_spans(written)


def test_several_closed_days_are_written_with_their_first_and_last() -> None:
    assert read_dates("2026-12-30 to 2027-01-01") == (date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1))


@pytest.mark.parametrize(
    "written",
    ["12/25/2026", "2026-02-30", "2026-12-25 to 2026-12-24", "2026-01-01 to 2026-12-31", "2026-12-25 to x to y"],
)
def test_dates_that_cannot_be_are_refused(written: str) -> None:
    with pytest.raises(HoursError):
        read_dates(written)


@pytest.mark.parametrize(
    ("minute", "words"),
    [
        (0, "midnight"),
        (1440, "midnight"),
        (1, "12:01 am"),
        (540, "9 am"),
        (570, "9:30 am"),
        (720, "noon"),
        (750, "12:30 pm"),
        (1020, "5 pm"),
    ],
)
def test_a_time_is_said_as_people_say_it(minute: int, words: str) -> None:
    assert time_words(minute) == words


def test_two_spans_are_said_with_and() -> None:
    assert spans_words((Span(540, 720), Span(780, 1020))) == "9 am to noon and 1 pm to 5 pm"


def test_a_date_is_said_with_its_weekday() -> None:
    assert date_words(date(2026, 12, 4)) == "Friday, December 4"


SHORT = (Span(540, 720),)


@pytest.mark.parametrize(
    ("days", "holidays", "words"),
    [
        ([NINE_TO_FIVE] * 5 + [(), ()], True, "Monday to Friday, 9 am to 5 pm; closed on public holidays"),
        ([NINE_TO_FIVE] * 5 + [(), ()], False, "Monday to Friday, 9 am to 5 pm"),
        ([NINE_TO_FIVE] * 7, False, "every day, 9 am to 5 pm"),
        ([NINE_TO_FIVE] * 4 + [SHORT, (), ()], False, "Monday to Thursday, 9 am to 5 pm; Friday, 9 am to noon"),
        ([NINE_TO_FIVE, NINE_TO_FIVE, (), NINE_TO_FIVE, NINE_TO_FIVE, SHORT, ()], False,
         "Monday and Tuesday, 9 am to 5 pm; Thursday and Friday, 9 am to 5 pm; Saturday, 9 am to noon"),
        ([()] * 6 + [SHORT], True, "Sunday, 9 am to noon; closed on public holidays"),
    ],
)  # fmt: skip
def test_the_week_is_said_in_words(days: list[tuple[Span, ...]], holidays: bool, words: str) -> None:
    assert Week(days, {date(2026, 12, 25): "Christmas Day"} if holidays else {}).words() == words


def test_a_holiday_has_no_hours() -> None:
    assert (WEEK.spans(date(2026, 12, 24)), WEEK.spans(date(2026, 12, 25))) == (NINE_TO_FIVE, ())


@pytest.mark.parametrize(
    ("day", "minute", "opens"),
    [
        (date(2026, 12, 21), 500, (date(2026, 12, 21), 540)),
        (date(2026, 12, 21), 540, (date(2026, 12, 22), 540)),
        (date(2026, 12, 24), 1100, (date(2026, 12, 28), 540)),
        (date(2026, 12, 31), 1100, (date(2027, 1, 4), 540)),
    ],
)
def test_the_next_opening_skips_closed_days(day: date, minute: int, opens: tuple[date, int]) -> None:
    assert WEEK.next_opening(day, minute) == opens


def test_nothing_is_known_beyond_the_year_of_the_last_holiday() -> None:
    assert WEEK.known_until == date(2027, 12, 31)
    assert WEEK.next_opening(date(2027, 12, 31), 1100) is None
    assert Week([NINE_TO_FIVE] * 7).known_until == date.max


@pytest.mark.parametrize(
    ("utc", "local"),
    [
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "2026-11-01T01:30:00-04:00"),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "2026-11-01T01:30:00-05:00"),
        (datetime(2027, 3, 14, 7, 0, tzinfo=UTC), "2027-03-14T03:00:00-04:00"),
        (datetime(2026, 12, 25, 3, 0, tzinfo=UTC), "2026-12-24T22:00:00-05:00"),
    ],
)
def test_the_clinics_clock_follows_its_zone_and_summer_time(utc: datetime, local: str) -> None:
    assert WEEK.local(utc).isoformat() == local
