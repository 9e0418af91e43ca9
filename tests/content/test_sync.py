"""What Rasa needs to know is written from the snippets, and only when it must be."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.content.files import ContentError
from bot.content.library import Library, load_library
from bot.content.sync import examples_by_intent, generated_files, out_of_step, sync
from bot.safety.warning import WARNING
from tests.conftest import DATA
from tests.content.conftest import edit


def test_the_shipped_files_are_in_step(library: Library) -> None:
    assert out_of_step(library, DATA) == []


def test_sync_writes_nothing_when_all_is_in_step(data: Path) -> None:
    assert sync(load_library(data), data) == []


def test_sync_writes_again_what_somebody_changed(data: Path) -> None:
    edit(data / "rules.yml", "utter_what_is_ozone", "utter_something_else")
    assert sync(load_library(data), data) == [data / "rules.yml"]


def test_after_sync_nothing_is_out_of_step(data: Path) -> None:
    (data.parent / "domain.yml").unlink()
    library = load_library(data)
    sync(library, data)
    assert out_of_step(library, data) == []


def test_a_missing_generated_file_is_out_of_step(data: Path) -> None:
    (data.parent / "domain.yml").unlink()
    assert out_of_step(load_library(data), data) == [data.parent / "domain.yml"]


def test_a_changed_question_puts_the_approved_questions_out_of_step(data: Path) -> None:
    edit(data / "snippets/about.yml", "What is ozone?", "What might ozone be?")
    assert out_of_step(load_library(data), data) == [data / "nlu" / "approved_questions.yml"]


def test_a_changed_text_puts_nothing_out_of_step(data: Path) -> None:
    edit(data / "snippets/about.yml", "sharp smell", "sharp odour")
    assert out_of_step(load_library(data), data) == []


def test_every_generated_file_is_yaml(library: Library) -> None:
    assert all(isinstance(yaml.safe_load(text), dict) for text in generated_files(library, DATA).values())


def test_the_domain_names_every_intent_and_the_fallback(data: Path) -> None:
    assert yaml.safe_load((data.parent / "domain.yml").read_text())["intents"] == [
        "nlu_fallback",
        "opening_hours",
        "what_is_ozone",
    ]


def test_every_response_of_the_domain_is_the_warning_alone(library: Library) -> None:
    domain = yaml.safe_load(
        next(text for path, text in generated_files(library, DATA).items() if path.name == "domain.yml")
    )
    assert {row["text"] for rows in domain["responses"].values() for row in rows} == {WARNING}


def test_a_snippet_without_examples_is_an_action_of_its_own(data: Path) -> None:
    assert "utter_emergency_breathing" in yaml.safe_load((data.parent / "domain.yml").read_text())["actions"]


def test_examples_are_gathered_by_intent(data: Path) -> None:
    assert examples_by_intent(data / "nlu") == {
        "what_is_ozone": ["what's ozone", "define ozone"],
        "opening_hours": ["hours please"],
    }


def test_an_intent_may_be_spread_over_files(data: Path) -> None:
    (data / "nlu" / "more.yml").write_text(
        "nlu:\n- intent: opening_hours\n  examples: |\n    - open today?\n", encoding="utf-8"
    )
    assert examples_by_intent(data / "nlu")["opening_hours"] == ["hours please", "open today?"]


def test_an_nlu_file_without_intents_is_refused(data: Path) -> None:
    edit(data / "nlu/about.yml", "nlu:", "intents:")
    with pytest.raises(ContentError, match=r"about\.yml: expected `nlu:` with a list"):
        examples_by_intent(data / "nlu")


def test_an_intent_without_examples_is_refused(data: Path) -> None:
    edit(data / "nlu/about.yml", "examples: |", "exmaples: |")
    with pytest.raises(ContentError, match=r"about\.yml: each entry needs `intent:` and `examples: \|`"):
        examples_by_intent(data / "nlu")


def test_an_intent_without_snippet_is_refused(data: Path) -> None:
    edit(data / "nlu/about.yml", "intent: what_is_ozone", "intent: what_is_it")
    with pytest.raises(ContentError, match="the intent `what_is_it` has no snippet"):
        generated_files(load_library(data), data)


def test_an_answer_without_examples_is_refused(data: Path) -> None:
    edit(data / "nlu/about.yml", "- intent: opening_hours\n  examples: |\n    - hours please\n", "")
    with pytest.raises(ContentError, match="the snippet `opening_hours` has no training examples"):
        generated_files(load_library(data), data)


def test_a_question_is_a_training_example_in_both_spellings_whichever_the_clinic_chooses(data: Path) -> None:
    edit(data / "snippets/about.yml", "question: What is ozone?", "question: What color is ozone?")
    american = generated_files(load_library(data), data)
    edit(data / "clinic.yml", "spelling: US", "spelling: UK")
    british = load_library(data)
    assert british["what_is_ozone"].question == "What colour is ozone?"
    assert generated_files(british, data) == american
    assert (
        "    - What color is ozone?\n    - What colour is ozone?\n" in american[data / "nlu" / "approved_questions.yml"]
    )
