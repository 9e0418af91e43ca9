"""Questions about a day are worked out from the hours, on the clinic's clock, in approved words that can be proved."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest

from bot.content.day_words import Asked, asked
from bot.content.files import ContentError
from bot.content.hours import Span, Week
from bot.content.library import Library, load_library
from bot.content.opening import Opening, is_made_of, load_opening
from tests.conftest import DATA
from tests.content.conftest import edit

NEW_YORK = ZoneInfo("America/New_York")
DAY = (Span(540, 1020),)
WITH_LUNCH = (Span(540, 720), Span(780, 1020))
HOLIDAYS = {
    date(2026, 11, 26): "Thanksgiving",
    date(2026, 12, 25): "Christmas Day",
    date(2027, 1, 1): "New Year's Day",
    date(2027, 12, 24): "Christmas",
    date(2027, 12, 25): "Christmas",
}
WEEK = Week([DAY, DAY, WITH_LUNCH, DAY, DAY, (), ()], HOLIDAYS, "America/New_York")
MONDAY = date(2026, 12, 7)


@pytest.fixture(scope="module")
def opening() -> Opening:
    found = load_opening(DATA / "opening.yml")
    assert found is not None
    return found


def _front(text: str, moment: datetime, opening: Opening, library: Library, week: Week = WEEK) -> str:
    """What stands before the plain answer."""
    plain = library[opening.answer]
    said = opening.answered(plain, text, week, moment).text
    assert said.endswith(plain.text)
    return said.removesuffix(plain.text).strip()


def _at(day: int, hour: int, minute: int = 0, month: int = 12, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=NEW_YORK)


# The words of the question


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("are you open now", Asked(now=True)),
        ("still open?", Asked(now=True)),
        ("is anybody at the clinic at the moment", Asked(now=True)),
        ("Are you open today?", Asked(today=True)),
        ("until what time are you open tonight", Asked(today=True)),
        ("what time do you close this afternoon", Asked(today=True)),
        ("what time do you open tomorrow", Asked(tomorrow=True)),
        ("open tommorow?", Asked(tomorrow=True)),
        ("today or tomorrow", Asked(today=True, tomorrow=True)),
        ("the day after tomorrow", Asked(dates=(date(2026, 12, 9),))),
        ("r u open sundays", Asked(weekdays=(6,))),
        ("Tues or thurs?", Asked(weekdays=(1, 3))),
        ("this weekend", Asked(weekdays=(5, 6))),
        ("can only make week-ends", Asked(weekdays=(5, 6))),
        ("are you open on Christmas", Asked(dates=(date(2026, 12, 25),))),
        ("open xmas day", Asked(dates=(date(2026, 12, 25),))),
        ("Is the clinic open on Christmas Eve?", Asked(dates=(date(2026, 12, 24),))),
        ("new year's eve?", Asked(dates=(date(2026, 12, 31),))),
        ("are you open on new years day", Asked(dates=(date(2027, 1, 1),))),
        ("between christmas and new year", Asked(dates=(date(2026, 12, 25), date(2027, 1, 1)))),
        ("over the holidays", Asked(holidays=True)),
        ("Are you open on bank holidays?", Asked(holidays=True)),
        ("Open on Good Friday?", Asked(holidays=True)),
        ("are you open family day monday", Asked(holidays=True)),
        ("easter monday and the tuesday after?", Asked(weekdays=(1,), holidays=True)),
        ("are you open on december 24th", Asked(dates=(date(2026, 12, 24),))),
        ("the 5th of January", Asked(dates=(date(2027, 1, 5),))),
        ("Sat 12 Dec", Asked(dates=(date(2026, 12, 12),))),
        ("are you open at 6", Asked(today=True, minute=18 * 60)),
        ("at 6:30 pm on friday", Asked(weekdays=(4,), minute=18 * 60 + 30)),
        ("say 7pm", Asked(today=True, minute=19 * 60)),
        ("at eight tomorrow", Asked(tomorrow=True, minute=8 * 60)),
        ("at 17:30 today", Asked(today=True, minute=17 * 60 + 30)),
        ("around noon tomorrow", Asked(tomorrow=True, minute=12 * 60)),
        ("are you open after 6 p.m. today", Asked(today=True)),
        ("do you shut for lunch", Asked(today=True)),
        ("lunch on wednesday", Asked(weekdays=(2,))),
        ("When are you open?", Asked()),
        ("opening hours please", Asked()),
        ("do you open before 8 am", Asked()),
        ("call 555 0100", Asked()),
        ("may I come in March", Asked()),
        ("is it open on february 30", Asked()),
        ("", Asked()),
    ],
)
def test_the_day_that_is_meant_is_read_from_the_words(text: str, meant: Asked) -> None:
    assert asked(text, MONDAY, HOLIDAYS) == meant


def test_a_holiday_of_several_days_is_meant_whole_and_only_the_next_one() -> None:
    assert asked("christmas", date(2027, 6, 1), HOLIDAYS).dates == (date(2027, 12, 24), date(2027, 12, 25))


def test_a_moving_holiday_that_the_clinic_does_not_list_is_not_guessed() -> None:
    assert asked("are you open at easter", MONDAY, HOLIDAYS) == Asked()


def test_a_holiday_that_moves_is_read_from_the_clinics_list() -> None:
    assert asked("open over thanksgiving?", date(2026, 11, 20), HOLIDAYS).dates == (date(2026, 11, 26),)
    assert asked("open over thanksgiving?", MONDAY, HOLIDAYS) == Asked()


def test_the_eve_of_a_holiday_is_another_day_unless_the_clinic_lists_it() -> None:
    listed = {date(2026, 12, 24): "Christmas Eve", date(2026, 12, 25): "Christmas Day"}
    assert asked("christmas eve", MONDAY, listed).dates == (date(2026, 12, 24),)
    assert asked("christmas day", MONDAY, listed).dates == (date(2026, 12, 25),)


# What is said


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (_at(7, 9), "We are open now, until 5 pm today."),
        (_at(7, 16, 59), "We are open now, until 5 pm today."),
        (_at(9, 11, 59), "We are open now, until noon today."),
        (_at(9, 12, 30), "We are closed right now. We open today at 1 pm."),
        (_at(7, 8, 59), "We are closed right now. We open today at 9 am."),
        (_at(7, 17), "We are closed right now. We open again on Tuesday, December 8, at 9 am."),
        (_at(11, 20), "We are closed right now. We open again on Monday, December 14, at 9 am."),
        (_at(12, 10), "We are closed right now. We open again on Monday, December 14, at 9 am."),
        (_at(25, 10), "Today, Friday, we are closed for Christmas Day. We open again on Monday, December 28, at 9 am."),
    ],
)
def test_now_is_open_closed_or_not_yet(moment: datetime, words: str, opening: Opening, library: Library) -> None:
    assert _front("are you open now?", moment, opening, library) == words


@pytest.mark.parametrize("ahead", range(7))
def test_today_is_told_on_every_weekday(ahead: int, opening: Opening, library: Library) -> None:
    moment = _at(7, 8) + timedelta(days=ahead)
    times = "9 am to noon and 1 pm to 5 pm" if ahead == 2 else "9 am to 5 pm"
    if ahead < 5:
        expected = f"Today, {moment:%A}, we are open from {times}."
    else:
        expected = f"Today, {moment:%A}, we are closed. We open again on Monday, December 14, at 9 am."
    assert _front("what time do you close today?", moment, opening, library) == expected


@pytest.mark.parametrize(
    ("text", "moment", "words"),
    [
        ("open today?", _at(7, 17),
         "Today, Monday, we have already closed. We open again on Tuesday, December 8, at 9 am."),
        ("open today?", _at(25, 9),
         "Today, Friday, we are closed for Christmas Day. We open again on Monday, December 28, at 9 am."),
        ("open tomorrow?", _at(7, 20), "Tomorrow, Tuesday, we are open from 9 am to 5 pm."),
        ("open tomorrow?", _at(11, 20), "Tomorrow, Saturday, we are closed."),
        ("open tomorrow?", _at(24, 9), "Tomorrow, Friday, we are closed for Christmas Day."),
        ("are you open on Sunday", _at(7, 9), "On Sundays we are closed."),
        ("are you open on Wednesdays", _at(7, 9), "On Wednesdays we are open from 9 am to noon and 1 pm to 5 pm."),
        ("Mon, Wed, Fri or Sat?", _at(7, 9),
         "On Mondays and Fridays we are open from 9 am to 5 pm. On Wednesdays we are open from 9 am to noon"
         " and 1 pm to 5 pm. On Saturdays we are closed."),
        ("are you open on friday", _at(21, 9), "On Friday, December 25, we are closed for Christmas Day."),
        ("this weekend?", _at(11, 9), "On Saturdays and Sundays we are closed."),
        ("christmas eve?", _at(7, 9), "On Thursday, December 24, we are open from 9 am to 5 pm."),
        ("boxing day?", _at(7, 9), "On Saturday, December 26, we are closed."),
        ("new year?", _at(7, 9), "On Friday, January 1, we are closed for New Year's Day."),
        ("over the holidays?", _at(7, 9),
         "Our next closed days are Christmas Day (Friday, December 25), New Year's Day (Friday, January 1) and"
         " Christmas (Friday, December 24)."),
        ("at 6 today", _at(7, 9), "At 6 pm on Monday, December 7, we are closed. Our hours that day are 9 am to 5 pm."),
        ("at 4 on Thursday", _at(7, 9),
         "At 4 pm on Thursday, December 10, we are open. Our hours that day are 9 am to 5 pm."),
        ("at noon on wednesday", _at(7, 9),
         "At noon on Wednesday, December 9, we are closed. Our hours that day are 9 am to noon and 1 pm to 5 pm."),
        ("at 4 on Saturday", _at(7, 9), "On Saturdays we are closed."),
        ("closed for lunch on wednesday?", _at(7, 9), "On Wednesdays we are open from 9 am to noon and 1 pm to 5 pm."),
        ("When are you open?", _at(7, 9), ""),
    ],
)  # fmt: skip
def test_the_day_that_is_asked_about_is_told(
    text: str, moment: datetime, words: str, opening: Opening, library: Library
) -> None:
    assert _front(text, moment, opening, library) == words


def test_the_clock_is_the_clinics_and_not_the_servers(opening: Opening, library: Library) -> None:
    moment = datetime(2026, 12, 8, 2, 0, tzinfo=UTC)
    assert _front("open today?", moment, opening, library).startswith("Today, Monday, we have already closed.")
    tokyo = replace(WEEK, zone="Asia/Tokyo")
    assert _front("open today?", moment, opening, library, tokyo) == "Today, Tuesday, we are open from 9 am to 5 pm."


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (datetime(2026, 10, 30, 20, 59, tzinfo=UTC), "open now"),
        (datetime(2026, 10, 30, 21, 0, tzinfo=UTC), "closed"),
        (datetime(2026, 11, 2, 21, 59, tzinfo=UTC), "open now"),
        (datetime(2026, 11, 2, 22, 0, tzinfo=UTC), "closed"),
    ],
)
def test_closing_time_moves_with_summer_time(moment: datetime, state: str, opening: Opening, library: Library) -> None:
    assert _front("open now?", moment, opening, library).startswith(f"We are {state}")


@pytest.mark.parametrize(
    "text", ["open now?", "open today?", "open tomorrow?", "open on january 5?", "over the holidays?"]
)
def test_beyond_the_listed_years_only_the_plain_hours_are_told(text: str, opening: Opening, library: Library) -> None:
    late = replace(opening, review_by=date(2030, 1, 1))
    assert _front(text, _at(3, 10, month=1, year=2028), late, library) == ""


def test_beyond_the_listed_years_the_week_is_still_told_in_general(opening: Opening, library: Library) -> None:
    late = replace(opening, review_by=date(2030, 1, 1))
    assert (
        _front("open on mondays?", _at(3, 10, month=1, year=2028), late, library)
        == "On Mondays we are open from 9 am to 5 pm."
    )


def test_patterns_past_their_review_date_fall_silent(opening: Opening, library: Library) -> None:
    assert (
        _front(
            "open now?",
            datetime.combine(opening.review_by, datetime.min.time(), NEW_YORK) + timedelta(days=1, hours=10),
            opening,
            library,
        )
        == ""
    )


# The proof


def test_a_text_that_was_worked_out_is_proved_from_pattern_and_facts(opening: Opening, library: Library) -> None:
    snippet = opening.answered(library[opening.answer], "open today?", WEEK, _at(7, 9))
    trace = orjson.loads(orjson.dumps(snippet.trace()))
    assert trace["hash"] == hashlib.sha256(snippet.text.encode()).hexdigest()
    assert trace["made_of"]["base"] == library[opening.answer].hash
    assert trace["made_of"]["at"] == "2026-12-07T09:00-05:00"
    assert trace["made_of"]["sentences"][0]["facts"] == {"weekday": "Monday", "times": "9 am to 5 pm"}
    assert is_made_of(trace["made_of"], snippet.text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"times":"9 am', '"times":"8 am'),
        ("we are open from {times}", "we cure from {times}"),
        ('"base":"', '"base":"0'),
        ('"facts"', '"others"'),
        ('"sentences":[{', '"sentences":[],"was":[{'),
    ],
)
def test_a_proof_that_does_not_give_the_text_is_refused(old: str, new: str, opening: Opening, library: Library) -> None:
    snippet = opening.answered(library[opening.answer], "open today?", WEEK, _at(7, 9))
    kept = orjson.dumps(snippet.made_of).decode()
    assert old in kept
    assert not is_made_of(orjson.loads(kept.replace(old, new)), snippet.text)


@pytest.mark.parametrize("text", ["We never close. ", "Today, Monday, we are open from 9 am to 5 pm. It cures. "])
def test_a_text_with_other_words_is_not_proved(text: str, opening: Opening, library: Library) -> None:
    snippet = opening.answered(library[opening.answer], "open today?", WEEK, _at(7, 9))
    assert not is_made_of(snippet.made_of, text + library[opening.answer].text)


def test_a_pattern_that_was_changed_together_with_the_text_is_not_proved(opening: Opening, library: Library) -> None:
    snippet = opening.answered(library[opening.answer], "open today?", WEEK, _at(7, 9))
    forged = orjson.loads(
        orjson.dumps(snippet.made_of).decode().replace("we are open from {times}", "we cure from {times}")
    )
    assert not is_made_of(forged, snippet.text.replace("we are open from 9 am", "we cure from 9 am", 1))


def test_the_plain_answer_needs_no_proof(opening: Opening, library: Library) -> None:
    assert "made_of" not in opening.answered(library[opening.answer], "When are you open?", WEEK, _at(7, 9)).trace()


# The file


def test_without_the_file_there_are_no_patterns(data: Path) -> None:
    assert load_library(data).opening is None


def test_the_hash_of_the_library_changes_with_a_pattern(data: Path) -> None:
    (data / "opening.yml").write_text((DATA / "opening.yml").read_text(encoding="utf-8"), encoding="utf-8")
    before = load_library(data).hash
    edit(data / "opening.yml", "We are open now", "We are here now")
    assert load_library(data).hash != before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  open_now:", "  open_later:", "the pattern `open_later` is not known"),
        ("  open_now: We are open now, until {to} today.\n", "", "the pattern `open_now` is missing"),
        ("until {to} today", "until {from} today", r"the pattern `open_now` names \{from\}; it must name \{to\}"),
        ("until {to} today", "today", r"the pattern `open_now` names no fact; it must name \{to\}"),
        ("answer: opening_hours", "answer: clinician_general", "`clinician_general` is no answer"),
        ("answer: opening_hours", "answer: hours", "`hours` is no answer"),
        ("version: 1", "version: one", "expected answer, version"),
        ("version: 1", "version: 1\nclock: 24", "expected answer, version"),
        ("role: starter set, ", "", "`approval` needs by, role and on"),
        ("review_by: 2027-05-22", "review_by: soon", "`review_by` is 'soon'"),
    ],
)
def test_patterns_that_cannot_be_used_are_refused_by_name(data: Path, old: str, new: str, message: str) -> None:
    (data / "opening.yml").write_text((DATA / "opening.yml").read_text(encoding="utf-8"), encoding="utf-8")
    edit(data / "opening.yml", old, new)
    with pytest.raises(ContentError, match=rf"opening\.yml: {message}"):
        load_library(data)
