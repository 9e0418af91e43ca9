"""The one filter: each thing it can ask for, and that its parts neither repeat nor miss a turn."""

from __future__ import annotations

import pytest
from sqlite_utils import Database

from bot.record import filters, review
from bot.record.feedback import give_feedback
from bot.record.filters import TurnFilter, each, find, find_conversations
from bot.record.gaps import add_group, add_members
from tests.record.conftest import Add

NOW = "2027-02-01T08:00:00.000+00:00"


@pytest.fixture
def turns(record: Database, add: Add) -> dict[str, int]:
    """One turn of each kind, by its name."""
    found = {
        "plain": add(text="what about knees"),
        "emergency": add("emergency", risk_category="emergency_breathing", risk_rule="breath.short"),
        "unsure": add(confidence=0.3, conversation="long"),
        "second": add(conversation="long", number=2, intent="cost", snippet_id="cost", reply="It costs money."),
        "unwarned": add(warning=""),
        "helped": add(conversation="helped"),
        "unhelped": add(conversation="unhelped"),
        "judged": add(),
        "tagged": add(),
        "flagged": add(latency_ms=20.0),
        "asked back": add(
            "clarify",
            latency_ms=900.0,
            text="how is the weather",
            reply="I do not know that.",
            intent=None,
            snippet_id=None,
        ),
    }
    with record.atomic():
        add_members(record, add_group(record, "weather", b""), [(found["asked back"], NOW)], b"")
    give_feedback(record, "helped", 1, helpful=True)
    give_feedback(record, "unhelped", 1, helpful=False)
    review.give_verdict(record, found["judged"], "missing_content", by="tom", now=NOW)
    review.set_tag(record, [found["tagged"]], "price", by="maria", now=NOW)
    review.set_flag(record, [found["flagged"]], by="maria", now=NOW)
    return found


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (TurnFilter(words="knee"), ["plain"]),
        (TurnFilter(words="money"), ["second"]),
        (TurnFilter(words="knee", route="emergency"), []),
        (TurnFilter(words="knee", turns_to=1), ["plain"]),
        (TurnFilter(words="\x00"), []),
        (TurnFilter(route="emergency"), ["emergency"]),
        (TurnFilter(rule="breath.short"), ["emergency"]),
        (TurnFilter(category="emergency_breathing"), ["emergency"]),
        (TurnFilter(intent="cost"), ["second"]),
        (TurnFilter(snippet="cost"), ["second"]),
        (TurnFilter(confidence_to=0.5), ["unsure"]),
        (TurnFilter(confidence_from=0.95), []),
        (TurnFilter(turns_from=2), ["second", "unsure"]),
        (TurnFilter(unwarned=True), ["unwarned"]),
        (TurnFilter(feedback="helpful"), ["helped"]),
        (TurnFilter(feedback="not_helpful"), ["unhelped"]),
        (TurnFilter(verdict="any"), ["judged"]),
        (TurnFilter(verdict="missing_content"), ["judged"]),
        (TurnFilter(verdict="right"), []),
        (TurnFilter(reviewer="tom"), ["judged"]),
        (TurnFilter(tag="price"), ["tagged"]),
        (TurnFilter(flagged=True), ["flagged"]),
        (TurnFilter(until="2027-01-15T09:30"), ["plain"]),
        (TurnFilter(since="2027-01-15T10:00", until="2027-01-15T11:30"), ["unsure", "emergency"]),
        (TurnFilter(since="2030-01-01"), []),
        (TurnFilter(route="not_understood"), ["asked back"]),
        (TurnFilter(route="emergency", words="gas"), ["emergency"]),
        (TurnFilter(words="gas", turns_from=2), ["unsure"]),
        (TurnFilter(words="gas", confidence_to=0.5, first=True), ["unsure"]),
        (TurnFilter(latency_over=300), ["asked back"]),
        (TurnFilter(latency_over=300, first=True), ["asked back"]),
        (TurnFilter(latency_to=30), ["flagged"]),
        (TurnFilter(turns_from=2, first=True), ["unsure"]),
        (TurnFilter(tag="price", words="gas"), ["tagged"]),
        (TurnFilter(tag="price", verdict="any"), []),
        (TurnFilter(gap=1), ["asked back"]),
        (TurnFilter(gap=1, words="weather"), ["asked back"]),
        (TurnFilter(gap=2), []),
        (TurnFilter(judged_since="2027-02-01", judged_until="2027-02-02"), ["judged"]),
        (TurnFilter(judged_since="2027-02-02"), []),
        (TurnFilter(judged_until="2027-02-02", reviewer="tom"), ["judged"]),
        (TurnFilter(judged_until="2027-02-02", words="gas"), ["judged"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("few", [0, 3, 10_000])
def test_a_filter_finds_what_it_asks_for_and_nothing_else(
    record: Database,
    turns: dict[str, int],
    asked: TurnFilter,
    names: list[str],
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(filters, "FEW", few)
    monkeypatch.setattr(filters, "FEW_WITH_WORDS", few)
    monkeypatch.setattr(filters, "CHECKED_AT_ONCE", 2)
    known = {number: name for name, number in turns.items()}
    assert [known[turn] for turn in find(record, asked, limit=50).turns] == names


def test_nothing_asked_for_finds_everything(record: Database, turns: dict[str, int]) -> None:
    assert find(record, TurnFilter(), limit=50).turns == tuple(sorted(turns.values(), reverse=True))
    assert find(record, TurnFilter(verdict="none"), limit=50).turns == tuple(
        sorted(set(turns.values()) - {turns["judged"]}, reverse=True)
    )


@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("words", ["", "gas"])
@pytest.mark.parametrize("patience", [0.0, None])
@pytest.mark.parametrize(("window", "few"), [(1, 0), (3, 0), (100, 0), (100, 10_000)])
def test_parts_neither_repeat_nor_miss_a_turn(
    record: Database,
    add: Add,
    monkeypatch: pytest.MonkeyPatch,
    window: int,
    few: int,
    ascending: bool,
    patience: float | None,
    words: str,
) -> None:
    monkeypatch.setattr(filters, "FIRST_WINDOW", window)
    monkeypatch.setattr(filters, "FEW", few)
    monkeypatch.setattr(filters, "FEW_WITH_WORDS", 0)
    monkeypatch.setattr(filters, "CHECKED_AT_ONCE", 4)
    wanted = [turn for number in range(40) if (turn := add("clarify" if number % 3 else "answer")) and number % 3]
    found: list[int] = []
    start: int | None = None
    while True:
        part = find(
            record,
            TurnFilter(route="clarify", words=words),
            limit=7,
            start=start,
            ascending=ascending,
            patience=patience,
        )
        found += part.turns
        start = part.next
        if start is None:
            break
    assert found == sorted(wanted, reverse=not ascending)


def test_a_search_that_takes_too_long_stops_and_goes_on_where_it_was(
    record: Database, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "FIRST_WINDOW", 2)
    monkeypatch.setattr(filters, "FEW", 0)
    oldest = add("emergency")
    for _ in range(20):
        add()
    first = find(record, TurnFilter(route="emergency"), limit=5, patience=0)
    assert (first.turns, first.full) == ((), False)
    assert find(record, TurnFilter(route="emergency"), limit=5, start=first.next, patience=None).turns == (oldest,)


def test_each_gives_everything_in_the_order_it_happened(record: Database, add: Add) -> None:
    made = [add() for _ in range(11)]
    assert [turn for part in each(record, TurnFilter(), 4) for turn in part] == made


def test_a_conversation_is_listed_once_by_its_newest_turn_that_passes(record: Database, add: Add) -> None:
    add("emergency", conversation="old")
    add(conversation="new")
    newest = add("emergency", conversation="old", number=2)
    chosen, found = find_conversations(record, TurnFilter(), limit=5)
    assert list(chosen) == ["old", "new"]
    assert chosen["old"] == newest
    assert found.next is None
    first, part = find_conversations(record, TurnFilter(), limit=1)
    second, _ = find_conversations(record, TurnFilter(), limit=5, start=part.next)
    assert (list(first), list(second)) == (["old"], ["new"])


@pytest.mark.parametrize(("window", "few"), [(1, 0), (3, 0), (100, 0), (100, 10_000)])
@pytest.mark.parametrize(
    "asked",
    [TurnFilter(), TurnFilter(route="clarify"), TurnFilter(words="gas"), TurnFilter(route="clarify", words="gas")],
    ids=str,
)
def test_a_tally_counts_what_a_search_finds(
    record: Database, add: Add, monkeypatch: pytest.MonkeyPatch, window: int, few: int, asked: TurnFilter
) -> None:
    monkeypatch.setattr(filters, "FIRST_WINDOW", window)
    monkeypatch.setattr(filters, "FEW", few)
    monkeypatch.setattr(filters, "FEW_WITH_WORDS", few)
    for number in range(20):
        add("clarify" if number % 3 else "answer")
    counted, stopped = filters.tally(record, asked, patience=None)
    assert stopped is None
    assert sum(counted.values()) == len(find(record, asked, limit=50, patience=None).turns)


def test_a_tally_that_takes_too_long_says_how_far_back_it_counted(
    record: Database, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "FIRST_WINDOW", 4)
    turns = [add() for _ in range(12)]
    counted, stopped = filters.tally(record, TurnFilter(), patience=0)
    assert (sum(counted.values()), stopped) == (4, turns[-4])
