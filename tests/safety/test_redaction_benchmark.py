"""The benchmark of redaction counts what it says it counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.redaction import Score, cases_of, score


def test_what_still_stands_whole_is_missed_and_what_does_not_is_hidden() -> None:
    counted = Score()
    case = {"text": "Anna, 5550100", "hide": ["Anna", "5550100"], "kinds": ["name", "phone"]}
    counted.count(case, "Anna, [number]")
    assert counted.wanted == {"name": 1, "phone": 1}
    assert counted.hidden == {"phone": 1}
    assert counted.missed == [("name", "Anna", "Anna, [number]")]
    assert "| **all** | 1 | 2 | 50.0 % |" in counted.table()


def test_a_clean_message_that_differs_at_all_is_touched() -> None:
    counted = Score()
    for kept in ("40 mcg, please", "40 mcg, [name]"):
        counted.count({"text": "40 mcg, please", "hide": [], "kinds": [], "keep": ["40 mcg"]}, kept)
    assert counted.touched == [("40 mcg, please", "40 mcg, [name]")]
    assert counted.table().endswith("Clean messages touched: 1 of 2, 50.0 %")


@pytest.mark.parametrize("line", ["{", '{"text": "a"}', '{"text": "a", "hide": ["a"], "kinds": []}', "[]"])
def test_a_line_that_is_no_message_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(f'{{"text": "a", "hide": [], "kinds": []}}\n{line}\n', encoding="utf-8")
    with pytest.raises(SystemExit, match=r"Line 2 of .*cases\.jsonl"):
        cases_of(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"Cannot read .*none\.jsonl"):
        cases_of(tmp_path / "none.jsonl")


@pytest.mark.parametrize("half", ["seen", "held"])
def test_what_25_people_would_type_is_hidden_and_clean_messages_stay(half: str) -> None:
    counted = score(cases_of(Path(__file__).parent / f"messages_{half}.jsonl"))
    assert counted.hidden.total() >= 0.95 * counted.wanted.total(), counted.missed
    assert len(counted.touched) <= 0.01 * counted.clean, counted.touched
