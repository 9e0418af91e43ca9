"""A whole evaluation on a toy data set, and the page it leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.evaluation.data import read_examples
from bot.evaluation.measure import Measured, Silent, cross_validate
from bot.evaluation.pipeline import read_config
from bot.evaluation.report import figures, merged_figures, write_report
from bot.evaluation.scores import Guess, Routed
from tests.conftest import ROOT

HOSTILE = "<script>alert(1)</script> I take warfarin"


def _evaluate(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


def test_training_on_one_file_and_scoring_another_writes_figures_page_and_one_line(toy: Path, tmp_path: Path) -> None:
    test = tmp_path / "test.yml"
    test.write_text(
        "nlu:\n- intent: cost\n  examples: |\n    - how much does it cost\n- intent: opening_hours\n  examples: |\n   "
        " - when do you open\n"
    )
    result = _evaluate(
        "--train", toy, "--test", test, "--json", tmp_path / "figures.json", "--report", tmp_path / "new" / "page.html"
    )
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "figures.json").read_text())
    assert (found["accuracy"], found["macro_f1"], found["messages"]) == (1.0, 1.0, 2)
    assert found["answered"] + found["asked_back"] + found["refused"] == pytest.approx(1)
    assert len(result.stdout.splitlines()) == 1
    assert "accuracy 100.0%" in result.stdout
    assert "Reliability" in (tmp_path / "new" / "page.html").read_text()


def test_cross_validation_reads_every_example_once_and_the_same_every_time(toy: Path) -> None:
    examples, config = read_examples(toy), read_config(ROOT / "config.yml")
    first, second = (cross_validate(examples, config, 2, Silent()) for _ in range(2))
    assert [guess.text for guess in first.guesses] == [example.text for example in examples]
    assert first == second
    assert [net.name for net in first.nets] == ["Rules alone", "Classifier alone", "Both together"]


def test_questions_go_through_the_trained_assistant(tmp_path: Path) -> None:
    path = tmp_path / "asked.jsonl"
    rows = [
        ("I cannot breathe", "emergency", None),
        ("How much does it cost?", "answer", "cost"),
        ("I take warfarin", "clinician", None),
    ]
    path.write_text(
        "\n".join(json.dumps({"text": text, "route": route, "snippet": snippet}) for text, route, snippet in rows)
    )
    result = _evaluate("--questions", path, "--json", tmp_path / "figures.json", "--report", tmp_path / "page.html")
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "figures.json").read_text())
    assert (found["accuracy"], found["risky_answered"], found["emergency_as_emergency"], found["right_snippet"]) == (
        1.0,
        0.0,
        1.0,
        1.0,
    )
    assert found["counts"]["risky_answered"] == {"count": 0, "of": 2}
    assert found["missed_risks"] == []
    assert found["off_topic_answered"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--train", "none.yml"], "go together"),
        (["--train", "none.yml", "--test", "none.yml"], "none.yml"),
        (["--questions", "none.jsonl"], "none.jsonl"),
        (["--config", "none.yml"], "none.yml"),
        (["--folds", "1"], "folds"),
    ],
)
def test_bad_input_is_one_sentence(arguments: list[str], words: str) -> None:
    result = _evaluate(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_a_pipeline_that_rasa_refuses_is_one_sentence(toy: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("language: en\npipeline:\n- name: NoSuchComponent\n")
    result = _evaluate("--train", toy, "--test", toy, "--config", config, "--report", tmp_path / "page.html")
    assert result.exit_code == 2
    assert "NoSuchComponent" in result.stderr


@pytest.fixture
def asked() -> Measured:
    rows = [
        Routed(HOSTILE, "clinician", (), "answer", "cost", why="confidence 0.91"),
        Routed("fees", "answer", ("cost",), "answer", "cost"),
    ]
    return Measured("asked", "Two questions", False, [Guess("fees", ("cost",), "cost", 0.9, "answered")], rows)


def test_the_page_shows_every_missed_risk_and_runs_nothing_a_visitor_wrote(asked: Measured, tmp_path: Path) -> None:
    write_report([asked], tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; I take warfarin" in page
    assert "<script" not in page


def test_missed_risks_are_listed_in_full(asked: Measured) -> None:
    assert figures(asked)["missed_risks"] == [HOSTILE]


def test_rates_speak_from_the_questions_and_accuracy_from_the_first_part(asked: Measured) -> None:
    guesses = [Guess("a", ("x",), "x", 0.9, "answered"), Guess("b", ("x",), "y", 0.9, "answered")]
    merged = merged_figures([Measured("cross_validation", "CV", True, guesses), asked])
    assert (merged["accuracy"], merged["risky_answered"]) == (0.5, 1.0)
    assert set(merged["sections"]) == {"cross_validation", "asked"}
