"""Queues, reservations, verdicts, tags and flags."""

from __future__ import annotations

from typing import Any

import pytest
from sqlite_utils import Database

from bot.record import review
from bot.record.audit import entries
from bot.record.complaints import text_complaints
from bot.record.feedback import give_feedback
from bot.record.review import ReviewConflict, ReviewError
from bot.record.review_schema import KEPT_APART
from bot.record.undo import undo_unflag, undo_verdict
from bot.record.waiting import ALL, conversation_counts, episode
from tests.record.conftest import Add

NOW = "2027-02-01T08:00:00.000+00:00"
LATER = "2027-02-01T08:16:00.000+00:00"


def _waiting(record: Database) -> dict[str, int]:
    return {queue: count for queue, count in review.queue_counts(record).items() if count}


def _judge(record: Database, turn: int, verdict: str = "right", by: str = "maria", **more: Any) -> None:
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
def test_a_turn_waits_in_the_queue_of_its_kind(
    record: Database, add: Add, route: str, changes: dict[str, object], queue: str
) -> None:
    add(route, **changes)
    assert _waiting(record) == {queue: 1}


def test_a_turn_without_the_warning_is_never_missed(record: Database, add: Add) -> None:
    add("emergency", warning="")
    assert _waiting(record) == {"emergencies": 1, "no_warning": 1}


@pytest.mark.parametrize(("percent", "least", "most"), [(0, 0, 0), (10, 20, 60), (100, 400, 400)])
def test_the_sample_is_about_the_share_that_was_set(
    record: Database, add: Add, percent: float, least: int, most: int
) -> None:
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
    assert (newest.who, newest.action, newest.what, newest.detail["verdict"]) == (
        "maria",
        "turn.judged",
        "c#1",
        "right",
    )


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
    assert record.execute("SELECT text, intent, state FROM corrections").fetchall() == [
        ("how much is it", "cost", "proposed")
    ]
    _judge(record, turn)
    assert record.execute("SELECT count(*) FROM corrections").fetchone() == (0,)


@pytest.mark.parametrize(("verdict", "correct"), [("great", None), ("right", "cost")])
def test_a_verdict_that_makes_no_sense_is_refused_and_changes_nothing(
    record: Database, add: Add, verdict: str, correct: str | None
) -> None:
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
    assert [
        record.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("turn_facts", "notes", "flags", "queue_items")
    ] == [0, 0, 0, 0]


def test_what_a_visitor_typed_into_the_form_waits_for_no_reviewer(record: Database, add: Add) -> None:
    add("clinician", text=KEPT_APART)
    add("out_of_scope", text=KEPT_APART)
    assert sum(review.queue_counts(record).values()) == 0
    add("emergency", text=KEPT_APART)
    assert review.queue_counts(record)["emergencies"] == 1


def test_a_conversation_is_one_piece_of_work_however_many_of_its_messages_wait(record: Database, add: Add) -> None:
    first = add("emergency", conversation="c")
    later = [add("emergency", conversation="c", number=number) for number in (2, 3)]
    other = add("emergency")
    give_feedback(record, "c", 3, helpful=False)
    assert (review.queue_counts(record)["emergencies"], conversation_counts(record)) == (
        4,
        {"emergencies": 2, "not_helpful": 1, ALL: 2},
    )
    assert review.reserve_next(record, "emergencies", "maria", NOW) == first
    assert episode(record, "emergencies", first) == [first, *later]
    assert review.reserve_next(record, "emergencies", "tom", NOW) == other, "the whole conversation is maria's"
    review.give_verdict(record, first, "right", by="maria", now=NOW, queue="emergencies", also=later)
    assert conversation_counts(record) == {"emergencies": 1, "not_helpful": 0, ALL: 1}
    assert review.position(record, "emergencies", "maria", "2027-02-01") == (2, 2)


def test_what_waits_is_counted_right_after_a_conversation_is_erased(record: Database, add: Add) -> None:
    record.execute("PRAGMA foreign_keys=ON")
    add("emergency", conversation="c", warning="")
    add("clinician", conversation="c", number=2)
    record.execute("DELETE FROM conversations WHERE id = 'c'")
    assert not any(conversation_counts(record).values())
    assert record.execute("SELECT count(*) FROM waiting_conversations").fetchone() == (0,)


def test_a_missed_emergency_waits_for_everybody_until_somebody_has_seen_to_it(record: Database, add: Add) -> None:
    turn = add("clinician")
    _judge(record, turn, "should_alarm")
    assert _waiting(record) == {"missed": 1}
    assert next(iter(review.QUEUES)) == "missed"
    _judge(record, turn, "should_alarm", by="tom", queue="missed")
    assert _waiting(record) == {}


def test_a_text_that_is_wrong_needs_a_word_on_what_is_wrong(record: Database, add: Add) -> None:
    turn = add(snippet_id="cost", snippet_version=3)
    with pytest.raises(ReviewError, match="what is wrong with the text"):
        _judge(record, turn, "wrong_text")
    _judge(record, turn, "wrong_text", comment="We close at six.")
    (complaint,) = text_complaints(record, "cost")
    assert (complaint.turn, complaint.version, complaint.comment, complaint.by) == (
        turn,
        3,
        "We close at six.",
        "maria",
    )
    _judge(record, turn, by="tom")
    assert text_complaints(record) == []


def test_a_verdict_over_a_newer_one_is_a_conflict_that_says_what_was_noted(record: Database, add: Add) -> None:
    turn = add("emergency")
    review.check_free(record, turn, by="maria", now=NOW, seen=None)
    _judge(record, turn, "should_refer", by="tom", comment="Call back")
    with pytest.raises(
        ReviewConflict,
        match="tom judged this message meanwhile: “Should have gone to a clinician”, with the comment “Call back”",
    ):
        review.check_free(record, turn, by="maria", now=NOW, seen=None)
    with pytest.raises(ReviewConflict, match="You judged this message a moment ago"):
        review.check_free(record, turn, by="tom", now=NOW, seen=None)
    known = review.reviews(record, [turn], NOW)[turn].verdict
    assert known is not None
    review.check_free(record, turn, by="maria", now=NOW, seen=known.id)


def test_a_verdict_over_a_colleagues_head_is_a_conflict(record: Database, add: Add) -> None:
    turn = add("emergency")
    review.reserve_next(record, "emergencies", "tom", NOW)
    with pytest.raises(ReviewConflict, match="tom has taken this message"):
        review.check_free(record, turn, by="maria", now=NOW, seen=None)
    review.check_free(record, turn, by="maria", now=LATER, seen=None)


def test_an_undone_verdict_leaves_everything_as_it_was(record: Database, add: Add) -> None:
    turn, other = (
        add("emergency", conversation="c", text="how much is it"),
        add("emergency", conversation="c", number=2),
    )
    _judge(record, turn, "wrong_snippet", by="tom", correct="cost")
    review.set_flag(record, [turn], by="tom", now=NOW)
    review.assign(record, [turn, other], "maria", by="tom", now=NOW)
    before = _waiting(record)
    review.give_verdict(record, turn, "right", by="maria", now=LATER, queue="flagged", also=[other])
    assert undo_verdict(record, turn, by="maria", now=LATER) == 2
    found = review.reviews(record, [turn, other], NOW)
    assert (_waiting(record), found[turn].flag is not None, found[turn].assigned) == (before, True, "maria")
    restored = found[turn].verdict
    assert restored is not None
    assert (restored.correct, found[other].verdict) == ("cost", None)
    assert [verdict.state for verdict in found[turn].verdicts] == ["restored", "withdrawn", ""], (
        "what was undone is history"
    )
    assert record.execute("SELECT intent FROM corrections").fetchall() == [("cost",)]
    assert (review.judged_since(record, "maria", ""), review.judged_since(record, "tom", "")) == (0, 1)
    assert record.execute(
        "SELECT name, sum(count) FROM counters WHERE kind = 'verdict' GROUP BY 1 HAVING sum(count) > 0"
    ).fetchall() == [("wrong_snippet", 1)]


def test_nobody_undoes_a_colleagues_verdict(record: Database, add: Add) -> None:
    turn = add("emergency")
    _judge(record, turn, by="tom")
    with pytest.raises(ReviewError, match="no verdict of yours"):
        undo_verdict(record, turn, by="maria", now=LATER)
    assert review.reviews(record, [turn], NOW)[turn].verdict is not None


def test_a_flag_that_was_taken_off_by_mistake_comes_back_with_its_reason(record: Database, add: Add) -> None:
    turn = add()
    review.set_flag(record, [turn], by="tom", now=NOW, reason="look again")
    review.resolve_flag(record, turn, by="maria", now=LATER)
    undo_unflag(record, turn, by="maria", now=LATER)
    flag = review.reviews(record, [turn], NOW)[turn].flag
    assert (flag and flag.text, flag and flag.by, _waiting(record)) == ("look again", "tom", {"flagged": 1})


def test_a_bulk_verdict_knows_whom_it_would_overrule(record: Database, add: Add) -> None:
    mine, theirs, held = add("emergency"), add("emergency"), add("emergency")
    _judge(record, mine)
    _judge(record, theirs, by="tom")
    review.reserve_next(record, "emergencies", "tom", NOW)
    assert review.judged_or_held(record, [mine, theirs, held], by="maria", now=NOW) == ({theirs}, {held})
