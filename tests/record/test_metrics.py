"""Figures add up, also across midnight in another time zone."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from bot.record.feedback import give_feedback
from bot.record.metrics import figures
from bot.record.review import give_verdict
from tests.record.conftest import Add

UTC, BERLIN, LINE = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Kiritimati")


def test_turns_are_counted_by_route_and_day(record: Database, add: Add) -> None:
    add("emergency", at="2027-01-10T10:00:00.000+00:00")
    add(at="2027-01-10T11:00:00.000+00:00")
    add(at="2027-01-12T11:00:00.000+00:00")
    found = figures(record, date(2027, 1, 10), date(2027, 1, 12), zone=UTC)
    assert [bucket.turns for bucket in found.buckets] == [2, 0, 1]
    assert found.buckets[0].routes == {"emergency": 1, "answer": 1}
    assert (found.turns, found.conversations, found.not_understood) == (3, 3, 0)


@pytest.mark.parametrize(("zone", "day"), [(UTC, 10), (BERLIN, 11), (LINE, 11)])
def test_a_turn_counts_on_the_day_of_its_reader(record: Database, add: Add, zone: ZoneInfo, day: int) -> None:
    add(at="2027-01-10T23:30:00.000+00:00")
    found = figures(record, date(2027, 1, 9), date(2027, 1, 12), zone=zone)
    assert [bucket.start.day for bucket in found.buckets if bucket.turns] == [day]


@pytest.mark.parametrize(("zone", "turns"), [(UTC, 18), (BERLIN, 18), (LINE, 17)])
def test_weeks_and_days_add_up_to_the_same(record: Database, add: Add, zone: ZoneInfo, turns: int) -> None:
    for day in range(1, 29):
        add(at=f"2027-02-{day:02}T{day % 24:02}:30:00.000+00:00")
    by_day = figures(record, date(2027, 2, 3), date(2027, 2, 20), zone=zone)
    by_week = figures(record, date(2027, 2, 3), date(2027, 2, 20), zone=zone, weekly=True)
    assert by_day.turns == by_week.turns == turns
    assert sum(row.sent for row in by_day.snippets) == turns
    assert by_week.buckets[0].start == date(2027, 2, 3)


def test_a_change_of_mind_is_counted_once(record: Database, add: Add) -> None:
    add(conversation="c", at="2027-01-10T10:00:00.000+00:00")
    for helpful in (True, False, True):
        give_feedback(record, "c", 1, helpful=helpful)
    found = figures(record, date(2027, 1, 10), date(2027, 1, 10), zone=UTC)
    assert found.helpful == (1, 1)
    assert found.snippets[0].share == 1.0


@pytest.mark.parametrize(("share", "bound"), [(0.5, 50), (0.95, 500)])
def test_first_replies_are_told_by_the_class_they_fall_into(
    record: Database, add: Add, share: float, bound: int
) -> None:
    for latency in [45.0] * 9 + [400.0]:
        add(latency_ms=latency, at="2027-01-10T10:00:00.000+00:00")
    add(number=2, conversation="x", latency_ms=9_000.0, at="2027-01-10T10:00:00.000+00:00")
    assert figures(record, date(2027, 1, 10), date(2027, 1, 10), zone=UTC).first_reply(share) == bound


def test_without_a_turn_there_are_figures_of_nothing(record: Database) -> None:
    found = figures(record, date(2027, 1, 10), date(2027, 1, 12), zone=UTC)
    assert (found.turns, found.first_reply(0.5), found.snippets, found.helpful) == (0, None, [], (0, 0))


def test_two_people_agree_when_they_judge_the_same_way(record: Database, add: Add) -> None:
    first, second, third = add(), add(), add()
    for turn, verdicts in ((first, ("right", "right")), (second, ("right", "should_refer"))):
        for hour, (by, verdict) in enumerate(zip(("maria", "tom"), verdicts, strict=True)):
            give_verdict(record, turn, verdict, by=by, now=f"2027-01-20T1{hour}:00:00.000+00:00")
    for hour in (0, 1):
        give_verdict(record, third, "right", by="maria", now=f"2027-01-20T1{hour}:00:00.000+00:00")
    found = figures(record, date(2027, 1, 20), date(2027, 1, 20), zone=UTC)
    assert (found.judged_twice, found.agreed, found.reviewed) == (2, 1, 3)
