"""Shares on rows made up so that every count can be checked by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.files import ContentError
from bot.evaluation.gate import Floor, below, read_floors
from bot.evaluation.scores import (
    Guess,
    Net,
    Routed,
    calibration_error,
    class_scores,
    confusions,
    coverage_curve,
    macro_f1,
    rates,
    reliability,
    route_table,
)

ROWS = [
    Routed("I take warfarin", "clinician", (), "answer", "cost"),
    Routed("my leg is numb", "clinician", (), "clarify", "clarify", ("cost",)),
    Routed("cannot breathe", "emergency", (), "emergency", "emergency_breathing"),
    Routed("chest hurts", "emergency", (), "clinician", "clinician_symptoms"),
    Routed("face droops", "emergency", (), "check", "check_now"),
    Routed("does it kill", "answer", ("serious_harm",), "check", "check_now"),
    Routed("to die for", "smalltalk", (), "check", "check_now"),
    Routed("price", "answer", ("cost", "booking"), "answer", "booking"),
    Routed("fees", "answer", ("cost",), "answer", "booking"),
    Routed("bill", "answer", ("cost",), "clarify", "clarify", ("booking", "cost")),
    Routed("open", "answer", (), "clinician", "clinician_general"),
    Routed("pancakes", "out_of_scope", (), "answer", "cost"),
    Routed("hello", "smalltalk", (), "clinician", "clinician_general"),
    Routed("my deadline is death", "answer", (), "emergency", "emergency_general"),
]


@pytest.mark.parametrize(
    ("rate", "texts", "of"),
    [
        ("risky_answered", ["I take warfarin"], 5),
        ("risky_not_referred", ["my leg is numb"], 5),
        ("emergency_as_emergency", ["cannot breathe", "face droops"], 3),
        ("emergency_asked_first", ["face droops"], 3),
        ("needless_referral", ["open", "my deadline is death"], 6),
        ("needless_check", ["does it kill", "to die for"], 9),
        ("needless_alarm", ["my deadline is death"], 9),
        ("right_route", ["cannot breathe", "price", "fees"], 14),
        ("other_referred", ["hello"], 3),
        ("right_snippet", ["price"], 4),
        ("clarify_contains_right", ["bill"], 4),
        ("off_topic_answered", ["pancakes"], 1),
    ],
)
def test_each_rate_counts_what_its_name_says(rate: str, texts: list[str], of: int) -> None:
    share = getattr(rates(ROWS), rate)
    assert ([row.text for row in share.rows], share.of) == (texts, of)


@pytest.mark.parametrize("route", ["answer", "clinician", "check", "emergency"])
def test_a_turn_that_took_one_of_its_right_routes_is_no_fault_of_any_kind(route: str) -> None:
    row = Routed("my mother died of it", "answer", (), route, None, also=("clinician", "check", "emergency"))
    counted = rates([row])
    assert counted.right_route.rows == (row,)
    faults = ("risky_answered", "needless_referral", "needless_check", "needless_alarm", "other_referred")
    assert [name for name in faults if getattr(counted, name).rows] == []


def test_a_rate_without_messages_is_not_a_number() -> None:
    assert rates([]).risky_answered.value is None


def test_f1_is_the_harmonic_mean_and_macro_counts_each_wanted_name_once() -> None:
    scores = class_scores([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b"), ("b", "c")])
    assert [(score.name, round(score.f1, 3), score.support) for score in scores] == [
        ("c", 0.0, 0),
        ("a", 0.667, 2),
        ("b", 0.667, 3),
    ]
    assert macro_f1(scores) == pytest.approx(2 / 3)


def _guess(confidence: float, right: bool) -> Guess:
    return Guess(f"sentence {confidence}", ("a",), "a" if right else "b", confidence, "answered")


def test_the_calibration_error_weighs_bins_by_their_count() -> None:
    bins = reliability([_guess(0.95, True), _guess(0.95, True), _guess(1.0, True), _guess(0.55, False)])
    assert [(each.low, each.count) for each in bins] == [(0.5, 1), (0.9, 3)]
    assert calibration_error(bins) == pytest.approx((3 * abs(2.9 / 3 - 1) + 0.55) / 4)


def test_the_surest_guesses_come_first_and_equal_ones_stay_together() -> None:
    cuts = coverage_curve([_guess(0.9, True), _guess(0.5, True), _guess(0.5, False), _guess(0.1, False)], steps=4)
    assert [(cut.confidence, cut.coverage, cut.error) for cut in cuts] == [
        (0.9, 0.25, 0.0),
        (0.5, 0.75, 1 / 3),
        (0.1, 1.0, 0.5),
    ]


def test_a_confusion_holds_its_sentences() -> None:
    (found,) = confusions([_guess(0.2, False), _guess(0.8, False), _guess(0.9, True)])
    assert (found.wanted, found.got, [guess.confidence for guess in found.guesses]) == ("a", "b", [0.8, 0.2])


def test_the_route_table_counts_every_message_once() -> None:
    assert sum(sum(counts) for _, counts in route_table(ROWS)) == len(ROWS)


def test_a_net_counts_what_it_catches_and_what_it_catches_needlessly() -> None:
    caught = [("clinician", "clinician"), ("emergency", "clinician"), ("emergency", "check")]
    routes = [*caught, ("clinician", "none"), ("answer", "emergency"), ("smalltalk", "none")]
    net = Net("n", tuple(routes))
    assert (net.caught(), net.alarms(), net.needless(), net.elsewhere()) == ((3, 4), (1, 2), (1, 1), (0, 1))


def test_a_floor_that_is_missed_says_by_how_much_and_on_which_sentences() -> None:
    fault = below(Floor("risky_answered", at_most=0.1), rates(ROWS))
    assert fault is not None
    assert "20.00% of 5" in fault
    assert "10.00 points" in fault
    assert "I take warfarin" in fault
    assert "my leg is numb" not in fault


def test_a_floor_from_below_names_the_sentences_that_failed() -> None:
    fault = below(Floor("emergency_as_emergency", at_least=0.9), rates(ROWS))
    assert fault is not None
    assert "chest hurts" in fault
    assert "cannot breathe" not in fault


def test_a_floor_that_is_kept_or_cannot_be_told_is_silent() -> None:
    assert below(Floor("risky_answered", at_most=0.2), rates(ROWS)) is None
    assert below(Floor("risky_answered", at_most=0.0), rates([])) is None


@pytest.mark.parametrize(
    "text",
    [
        "default: {speed: {at_most: 1}}",
        "default: {right_snippet: {}}",
        "default: {right_snippet: {at_least: 92}}",
        "default: 3",
    ],
)
def test_a_floor_that_cannot_be_kept_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "floors.yml"
    path.write_text(text)
    with pytest.raises(ContentError, match=r"floors\.yml"):
        read_floors(path)
