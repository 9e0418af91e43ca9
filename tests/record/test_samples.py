"""A sample for several reviewers: drawn fairly, judged blindly, compared by the textbook, settled by somebody else."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from sqlite_utils import Database

from bot.record import review, samples
from bot.record.agreement import Agreement, agreement
from bot.record.blanking import redact_everywhere
from bot.record.deletion import erase_conversation
from bot.record.review import ReviewError
from bot.record.review_schema import KEPT_APART
from tests.record.conftest import Add

NOW = "2027-02-01T00:00:00.000+00:00"
PERIOD = {"since": "2027-01-15T00:00:00.000+00:00", "until": "2027-01-20T00:00:00.000+00:00"}
PAIR = ("maria", "tom")


@pytest.fixture
def staff(record: Database) -> Database:
    """Besides maria and tom, ann, who can settle."""
    record.execute("INSERT INTO staff (username, password_hash, created_at, role) VALUES ('ann', '', '', 'clinician')")
    return record


def _draw(record: Database, size: int = 10, seed: int = 1, **changes: Any) -> int:
    asked = {"name": "January", **PERIOD, "size": size, "reviewers": PAIR, "by": "ann", "now": NOW, **changes}
    return samples.draw(record, **asked, chance=random.Random(seed))  # noqa: S311


def _judge(record: Database, sample: int, turn: int, **verdicts: str) -> None:
    for by, verdict in verdicts.items():
        samples.judge(record, sample, turn, verdict, by=by, now=NOW)


def _table(rows: list[list[int]]) -> list[tuple[str, str]]:
    """Pairs of a table of agreement: the first one's verdict by row, the second one's by column."""
    return [
        (str(one), str(other)) for one, row in enumerate(rows) for other, count in enumerate(row) for _ in range(count)
    ]


@pytest.mark.parametrize(
    ("table", "same", "kappa"),
    [
        ([[20, 5], [10, 15]], 35, 0.4),  # 0.7 seen, 0.5 by chance
        ([[45, 15], [25, 15]], 60, 0.1304),  # the same share seen, more of it by chance …
        ([[25, 35], [5, 35]], 60, 0.2593),  # … and less
        ([[44, 5, 1], [7, 20, 3], [9, 5, 6]], 70, 0.4915),  # Cohen's own kind: three verdicts, a hundred things
        ([[5, 0], [0, 5]], 10, 1.0),
        ([[0, 5], [5, 0]], 0, -1.0),
        ([[25, 25], [25, 25]], 50, 0.0),
    ],
)
def test_kappa_is_that_of_the_textbook(table: list[list[int]], same: int, kappa: float) -> None:
    found = agreement(_table(table))
    assert (found.judged, found.same) == (sum(map(sum, table)), same)
    assert found.kappa == pytest.approx(kappa, abs=5e-5)


def test_kappa_says_nothing_where_nothing_can_be_said() -> None:
    assert agreement([]) == Agreement(0, 0, None)
    assert agreement([("right", "right")] * 9) == Agreement(9, 9, None)


def test_a_sample_is_of_its_period_and_each_message_is_as_likely_as_the_others(staff: Database, add: Add) -> None:
    add(at="2027-01-14T23:59:59.000+00:00")
    inside = [add(at=f"2027-01-{day}T12:00:00.000+00:00") for day in range(15, 20)]
    add(at="2027-01-16T12:00:00.000+00:00", text=KEPT_APART)
    add(at="2027-01-20T00:00:00.000+00:00")
    drawn = Counter[int]()
    for seed in range(200):
        number = _draw(staff, 2, seed)
        drawn.update(turn for (turn,) in staff.execute("SELECT turn FROM sample_turns WHERE sample = ?", [number]))
    assert set(drawn) == set(inside)
    assert all(50 <= count <= 110 for count in drawn.values()), drawn
    assert samples.sample(staff, _draw(staff, 100)).size == 5, "there are no more"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": 0}, "1 to 500"),
        ({"size": 501}, "1 to 500"),
        ({"reviewers": ("maria",)}, "2 to 5 people"),
        ({"reviewers": ("maria", "maria")}, "2 to 5 people"),
        ({"reviewers": ("maria", "vera")}, "'vera' has no account that may review"),
        ({"reviewers": ("maria", "nobody")}, "'nobody' has no account"),
        ({"since": "2020-01-01", "until": "2020-02-01"}, "no message in this period"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_nothing_is_made(
    staff: Database, add: Add, changes: dict[str, Any], said: str
) -> None:
    add()
    with pytest.raises(ReviewError, match=said):
        _draw(staff, **changes)
    assert samples.samples(staff) == []


def test_everybody_goes_through_all_of_it_and_what_they_agree_on_is_judged(staff: Database, add: Add) -> None:
    turns = [add("clinician") for _ in range(3)]
    number = _draw(staff)
    seen = list[int]()
    while (turn := samples.next_turn(staff, number, "maria", after=seen[-1] if seen else 0)) is not None:
        seen.append(turn)
        _judge(staff, number, turn, maria="right")
    assert sorted(seen) == turns
    assert samples.sample(staff, number).left == {"maria": 0, "tom": 3}
    assert review.queue_counts(staff)["referrals"] == 3, "one opinion is no verdict"
    _judge(staff, number, seen[0], tom="right")
    _judge(staff, number, seen[1], tom="should_alarm")
    given = dict(staff.execute("SELECT turn, verdict FROM verdicts").fetchall())
    assert given == {seen[0]: "right"}
    assert [case.turn for case in samples.disagreements(staff, number)] == [seen[1]]
    ((one, other, found),) = samples.agreements(staff, number)
    assert (one, other, found.judged, found.same) == ("maria", "tom", 2, 1)
    assert not samples.sample(staff, number).done


def test_a_verdict_that_a_message_has_is_not_replaced_by_agreement(staff: Database, add: Add) -> None:
    turn = add()
    number = _draw(staff)
    review.give_verdict(staff, turn, "missing_content", by="ann", now=NOW)
    _judge(staff, number, turn, maria="right", tom="right")
    assert staff.execute("SELECT verdict FROM verdicts").fetchall() == [("missing_content",)]


def test_a_mind_is_changed_until_the_others_have_judged(staff: Database, add: Add) -> None:
    turn = add()
    number = _draw(staff)
    _judge(staff, number, turn, maria="right")
    _judge(staff, number, turn, maria="should_refer")
    own = samples.own_opinion(staff, number, turn, "maria")
    assert own is not None
    assert own.verdict == "should_refer"
    _judge(staff, number, turn, tom="right")
    with pytest.raises(ReviewError, match="stay as they are"):
        _judge(staff, number, turn, maria="right")


def test_a_third_person_settles_and_nobody_else(staff: Database, add: Add) -> None:
    turn, other = add("clinician"), add()
    number = _draw(staff)
    _judge(staff, number, turn, maria="right", tom="should_alarm")
    for by, which, said in (("maria", turn, "You judged this sample"), ("ann", other, "do not disagree")):
        with pytest.raises(ReviewError, match=said):
            samples.settle(staff, number, which, "right", by=by, now=NOW)
    samples.settle(staff, number, turn, "should_not_refer", by="ann", now=NOW)
    samples.settle(staff, number, turn, "should_refer", by="ann", now=NOW, correct="cost", comment="see above")
    (case,) = samples.disagreements(staff, number)
    assert case.settled is not None
    assert (case.settled.verdict, case.settled.by) == ("should_refer", "ann")
    assert [(one.by, one.verdict) for one in case.opinions] == [("maria", "right"), ("tom", "should_alarm")]
    now_given = staff.execute("SELECT verdict, correct, by FROM verdicts WHERE superseded_at IS NULL").fetchall()
    assert now_given == [("should_refer", "cost", "ann")]


@pytest.mark.parametrize(
    ("verdict", "correct", "said"),
    [
        ("nonsense", None, "Choose a verdict"),
        ("right", "cost", "needs no other"),
        ("wrong_text", None, "what is wrong"),
    ],
)
def test_the_rules_of_verdicts_hold(staff: Database, add: Add, verdict: str, correct: str | None, said: str) -> None:
    turn = add()
    number = _draw(staff)
    with pytest.raises(ReviewError, match=said):
        samples.judge(staff, number, turn, verdict, by="maria", now=NOW, correct=correct)
    for by, which in (("ann", turn), ("maria", 99)):
        with pytest.raises(ReviewError, match="not yours"):
            samples.judge(staff, number, which, "right", by=by, now=NOW)


def test_what_is_erased_leaves_the_sample_and_what_is_blanked_leaves_its_comments(staff: Database, add: Add) -> None:
    gone, kept = add(conversation="gone"), add(conversation="kept", text="I am Jane Doe")
    number = _draw(staff)
    for turn in (gone, kept):
        samples.judge(staff, number, turn, "wrong_text", by="maria", now=NOW, comment="tell Jane Doe")
    erase_conversation(staff, "gone", by="ann", reason="asked", requests=False)
    redact_everywhere(staff, "kept", "Jane Doe", reason="name", by="ann", now=NOW)
    assert staff.execute("SELECT turn, comment FROM sample_verdicts").fetchall() == [(kept, "tell [redacted]")]
    assert samples.sample(staff, number).left == {"maria": 0, "tom": 1}


def _half_done(staff: Database, add: Add) -> tuple[int, list[int]]:
    """A sample of four of which tom judged two, maria all, before tom left the clinic."""
    for _ in range(4):
        add()
    sample = _draw(staff)
    turns = [turn for (turn,) in staff.execute("SELECT turn FROM sample_turns ORDER BY place")]
    for place, turn in enumerate(turns):
        _judge(staff, sample, turn, maria="right", **({"tom": "should_alarm"} if place < 2 else {}))
    staff.execute("UPDATE staff SET disabled = 1 WHERE username = 'tom'")
    return sample, turns


def test_who_can_judge_no_more_is_replaced_and_what_they_judged_counts(staff: Database, add: Add) -> None:
    sample, turns = _half_done(staff, add)
    samples.replace(staff, sample, "tom", "ann", by="ann", now=NOW)
    found = samples.sample(staff, sample)
    assert (found.left, found.replaced) == ({"ann": 2, "maria": 0}, {"tom": "ann"})
    assert samples.next_turn(staff, sample, "ann") == turns[2]
    with pytest.raises(ReviewError, match="tom and not you"):
        _judge(staff, sample, turns[0], ann="right")
    _judge(staff, sample, turns[2], ann="right")
    assert samples.next_turn(staff, sample, "ann") == turns[3]
    _judge(staff, sample, turns[3], ann="wrong_snippet")
    assert samples.sample(staff, sample).done
    assert [case.turn for case in samples.disagreements(staff, sample)] == [*turns[:2], turns[3]]
    assert [(one, other, found.judged, found.same) for one, other, found in samples.agreements(staff, sample)] == [
        ("ann", "maria", 2, 1),
        ("maria", "tom", 2, 0),
    ]
    assert review.reviews(staff, [turns[2]], NOW)[turns[2]].verdict is not None, "both found it right"
    with pytest.raises(ReviewError, match="somebody else has to settle"):
        samples.settle(staff, sample, turns[0], "right", by="ann", now=NOW)


def test_a_replacement_can_be_replaced(staff: Database, add: Add) -> None:
    sample, turns = _half_done(staff, add)
    samples.replace(staff, sample, "tom", "ann", by="ann", now=NOW)
    _judge(staff, sample, turns[2], ann="right")
    staff.execute("UPDATE staff SET role = 'viewer' WHERE username = 'ann'")
    staff.execute("UPDATE staff SET role = 'reviewer' WHERE username = 'vera'")
    samples.replace(staff, sample, "ann", "vera", by="maria", now=NOW)
    assert samples.sample(staff, sample).left == {"maria": 0, "vera": 1}
    assert samples.next_turn(staff, sample, "vera") == turns[3]


@pytest.mark.parametrize(
    ("gone", "came", "said"),
    [
        ("maria", "ann", "Nothing is left"),
        ("nobody", "ann", "Nothing is left"),
        ("tom", "maria", "already"),
        ("tom", "vera", "no account"),
        ("tom", "tom", "no account"),
        ("tom", "nobody", "no account"),
    ],
)
def test_a_replacement_that_makes_no_sense_is_refused(
    staff: Database, add: Add, gone: str, came: str, said: str
) -> None:
    sample, _ = _half_done(staff, add)
    with pytest.raises(ReviewError, match=said):
        samples.replace(staff, sample, gone, came, by="ann", now=NOW)
    assert samples.sample(staff, sample).left == {"maria": 0, "tom": 2}


def test_who_can_still_judge_is_not_replaced(staff: Database, add: Add) -> None:
    sample, _ = _half_done(staff, add)
    staff.execute("UPDATE staff SET disabled = 0 WHERE username = 'tom'")
    with pytest.raises(ReviewError, match="tom can still judge"):
        samples.replace(staff, sample, "tom", "ann", by="ann", now=NOW)
