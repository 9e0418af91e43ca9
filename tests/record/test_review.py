"""Queues, reservations, verdicts, tags and flags."""

from __future__ import annotations

import pytest
from sqlite_utils import Database

from bot.record import review
from bot.record.audit import entries
from bot.record.feedback import give_feedback
from bot.record.review import ReviewError
from bot.record.review_schema import KEPT_APART
from tests.record.conftest import Add

NOW = "2027-02-01T08:00:00.000+00:00"
LATER = "2027-02-01T08:16:00.000+00:00"


def _waiting(record: Database) -> dict[str, int]:
    return {queue: count for queue, count in review.queue_counts(record).items() if count}


def _judge(record: Database, turn: int, verdict: str = "right", by: str = "maria", **more: str) -> None:
    review.give_verdict(record, turn, verdict, by=by, now=NOW, **more)


@pytest.mark.parametrize(
    ("route", "changes", "queue"),
    [
        ("emergency", {}, "emergencies"),
        ("check", {}, "emergencies"),
        ("check", {"text": KEPT_APART}, "emergencies"),
        ("clinician", {}, "referrals"),
        ("clarify", {}, "not_understood"),
        ("out_of_scope", {}, "not_understood"),
        ("answer", {"confidence": 0.59}, "low_confidence"),
    ],
)
def test_a_turn_waits_in_the_queue_of_its_kind(record: Database, add: Add, route: str, changes: dict[str, object], queue: str) -> None:
    add(route, **changes)
    assert _waiting(record) == {queue: 1}


def test_a_turn_without_the_warning_is_never_missed(record: Database, add: Add) -> None:
    add("emergency", warning="")
    assert _waiting(record) == {"emergencies": 1, "no_warning": 1}


@pytest.mark.parametrize(("percent", "least", "most"), [(0, 0, 0), (10, 20, 60), (100, 400, 400)])
def test_the_sample_is_about_the_share_that_was_set(record: Database, add: Add, percent: float, least: int, most: int) -> None:
    review.change_setting(record, "sample_percent", percent, by="maria", now=NOW)
    for _ in range(400):
        add("smalltalk")
    assert least <= review.queue_counts(record)["sample"] <= most


def test_what_a_visitor_found_unhelpful_waits_until_they_change_their_mind(record: Database, add: Add) -> None:
    add(conversation="c")
    give_feedback(record, "c", 1, helpful=False)
    give_feedback(record, "c", 1, helpful=False)
    assert _waiting(record) == {"not_helpful": 1}
    give_feedback(record, "c", 1, helpful=True)
    assert _waiting(record) == {}


def test_a_verdict_takes_a_turn_out_of_its_queues_and_is_told_to_the_audit(record: Database, add: Add) -> None:
    turn = add("emergency", conversation="c", warning="")
    _judge(record, turn)
    assert _waiting(record) == {}
    newest = entries(record, limit=1)[0]
    assert (newest.who, newest.action, newest.what, newest.detail["verdict"]) == ("maria", "turn.judged", "c#1", "right")


def test_only_the_newest_verdict_counts_and_the_others_are_history(record: Database, add: Add) -> None:
    turn = add()
    _judge(record, turn)
    _judge(record, turn, "wrong_snippet", by="tom", correct="cost")
    found = review.reviews(record, [turn], NOW)[turn]
    assert found.verdict is not None
    assert (found.verdict.verdict, found.verdict.by, found.verdict.correct) == ("wrong_snippet", "tom", "cost")
    assert [verdict.verdict for verdict in found.verdicts] == ["wrong_snippet", "right"]
    assert record.execute("SELECT verdict, reviewer FROM turn_facts").fetchone() == ("wrong_snippet", "tom")


def test_a_correction_is_proposed_and_withdrawn_with_its_verdict(record: Database, add: Add) -> None:
    turn = add(text="how much is it")
    _judge(record, turn, "wrong_snippet", correct="cost")
    assert record.execute("SELECT text, intent, state FROM corrections").fetchall() == [("how much is it", "cost", "proposed")]
    _judge(record, turn)
    assert record.execute("SELECT count(*) FROM corrections").fetchone() == (0,)


@pytest.mark.parametrize(("verdict", "correct"), [("great", None), ("right", "cost")])
def test_a_verdict_that_makes_no_sense_is_refused_and_changes_nothing(record: Database, add: Add, verdict: str, correct: str | None) -> None:
    turn = add("emergency")
    with pytest.raises(ReviewError):
        review.give_verdict(record, turn, verdict, by="maria", now=NOW, correct=correct)
    assert _waiting(record) == {"emergencies": 1}
    assert entries(record, limit=1) == []


def test_two_reviewers_never_get_the_same_turn(record: Database, add: Add) -> None:
    first, second = add("emergency"), add("emergency")
    assert review.reserve_next(record, "emergencies", "maria", NOW) == first
    assert review.reserve_next(record, "emergencies", "tom", NOW) == second
    assert review.reserve_next(record, "emergencies", "vera", NOW) is None


def test_a_reservation_runs_out(record: Database, add: Add) -> None:
    turn = add("emergency")
    review.reserve_next(record, "emergencies", "maria", NOW)
    assert review.reserve_next(record, "emergencies", "tom", LATER) == turn


def test_skipping_goes_round_the_queue_and_comes_back(record: Database, add: Add) -> None:
    turns = [add("emergency") for _ in range(3)]
    taken = [review.reserve_next(record, "emergencies", "maria", NOW)]
    for _ in range(3):
        taken.append(review.reserve_next(record, "emergencies", "maria", NOW, after=taken[-1] or 0))
    assert taken == [*turns, turns[0]]


def test_the_newest_can_come_first(record: Database, add: Add) -> None:
    turns = [add("emergency") for _ in range(2)]
    assert review.reserve_next(record, "emergencies", "maria", NOW, newest=True) == turns[1]
    assert review.reserve_next(record, "emergencies", "maria", NOW, newest=True, after=turns[1]) == turns[0]


def test_an_assigned_turn_waits_for_that_person_only(record: Database, add: Add) -> None:
    turn = add("emergency")
    review.assign(record, [turn], "tom", by="maria", now=NOW)
    assert review.reserve_next(record, "emergencies", "maria", NOW) is None
    assert review.assigned_to(record, "tom", 5) == [turn]
    assert review.reserve_next(record, "emergencies", "tom", NOW) == turn
    _judge(record, turn, by="tom")
    assert review.assigned_to(record, "tom", 5) == []


@pytest.mark.parametrize("name", ["vera", "nobody"])
def test_nobody_is_given_what_they_may_not_review(record: Database, add: Add, name: str) -> None:
    with pytest.raises(ReviewError, match="no account that may review"):
        review.assign(record, [add()], name, by="maria", now=NOW)


def test_the_place_in_a_queue_counts_what_was_done_today(record: Database, add: Add) -> None:
    turns = [add("emergency") for _ in range(3)]
    _judge(record, turns[0], queue="emergencies")
    assert review.position(record, "emergencies", "maria", "2027-02-01") == (2, 3)
    assert review.position(record, "emergencies", "maria", "2027-02-02") == (1, 2)


def test_a_flag_outlives_a_verdict_until_it_is_resolved(record: Database, add: Add) -> None:
    turn = add("emergency")
    review.set_flag(record, [turn], by="tom", now=NOW, reason="look again")
    review.set_flag(record, [turn], by="maria", now=NOW, reason="me too")
    _judge(record, turn)
    assert _waiting(record) == {"flagged": 1}
    flag = review.reviews(record, [turn], NOW)[turn].flag
    assert flag is not None
    assert (flag.by, flag.text) == ("tom", "look again")
    review.resolve_flag(record, turn, by="maria", now=NOW)
    assert _waiting(record) == {}
    assert review.reviews(record, [turn], NOW)[turn].flag is None


def test_judging_in_the_queue_of_flags_resolves_the_flag(record: Database, add: Add) -> None:
    turn = add()
    review.set_flag(record, [turn], by="tom", now=NOW)
    _judge(record, turn, queue="flagged")
    assert _waiting(record) == {}


@pytest.mark.parametrize(("typed", "kept"), [("  For Training! ", "for-training"), ("PRICE", "price"), ("ä b", "ä-b")])
def test_a_tag_is_kept_in_one_spelling(record: Database, add: Add, typed: str, kept: str) -> None:
    turn = add()
    review.set_tag(record, [turn], typed, by="maria", now=NOW)
    assert review.known_tags(record) == [kept]
    review.set_tag(record, [turn], kept, by="maria", now=NOW, on=False)
    assert review.known_tags(record) == []


@pytest.mark.parametrize("tag", ["", " - ", "x" * 41])
def test_a_tag_of_nothing_is_refused(tag: str) -> None:
    with pytest.raises(ReviewError, match="A tag has 1 to 40"):
        review.clean_tag(tag)


def test_erasing_a_conversation_erases_what_was_noted_about_it(record: Database, add: Add) -> None:
    record.execute("PRAGMA foreign_keys=ON")
    turn = add("emergency", conversation="c")
    review.add_note(record, turn, "call back", by="maria", now=NOW)
    review.set_flag(record, [turn], by="maria", now=NOW)
    record.execute("DELETE FROM conversations WHERE id = 'c'")
    assert _waiting(record) == {}
    assert [record.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("turn_facts", "notes", "flags", "queue_items")] == [0, 0, 0, 0]


def test_what_a_visitor_typed_into_the_form_waits_for_no_reviewer(record: Database, add: Add) -> None:
    add("clinician", text=KEPT_APART)
    add("out_of_scope", text=KEPT_APART)
    assert sum(review.queue_counts(record).values()) == 0
    add("emergency", text=KEPT_APART)
    assert review.queue_counts(record)["emergencies"] == 1
