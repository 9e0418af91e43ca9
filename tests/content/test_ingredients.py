"""A model's name changes when what it learns changes, and never for how that is written down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.content import ingredients
from bot.content.files import ContentError
from bot.content.ingredients import fingerprint, syntax
from bot.content.library import load_library
from bot.content.sync import sync
from tests.conftest import DATA

REVIEWED = 'version: "3.1"\nnlu:\n- intent: parking\n  examples: |\n    - can I leave my scooter there\n'


Changed = Callable[[str, str, str], bool]


@pytest.fixture
def changed(project: Path) -> Changed:
    """Whether the name changes with one piece of a file."""
    before = fingerprint(project / "data")

    def change(name: str, old: str, new: str) -> bool:
        path = project / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} does not hold {old!r} any more"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return fingerprint(project / "data") != before

    return change


def test_a_copy_of_the_project_has_the_same_name(project: Path) -> None:
    assert fingerprint(project / "data") == fingerprint(DATA)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("data/snippets/about.yml", "ozone", "OZONE"),
        ("data/clinic.yml", "phone:", "phone: 0 #"),
        ("data/safety/emergency.yml", "  silent:\n", "  silent:\n  - never mind\n"),
        ("bot/conversation/decision.py", "import", "import os\nimport"),
        ("bot/safety/triage.py", "import", "import os\nimport"),
    ],
    ids=["snippet", "fact", "safety rule", "decision", "rules' code"],
)
def test_what_is_read_at_the_start_trains_nothing(changed: Changed, name: str, old: str, new: str) -> None:
    assert not changed(name, old, new)


def test_how_long_a_silence_is_trains_nothing_though_rasa_has_it_in_its_domain(project: Path, changed: Changed) -> None:
    changed("data/clinic.yml", "silence_minutes: 60", "silence_minutes: 45")
    assert project / "domain.yml" in sync(load_library(project / "data"), project / "data")
    assert fingerprint(project / "data") == fingerprint(DATA)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("bot/understanding/heads.py", '"""What a message is', '"""Whatever a message is'),
        ("bot/understanding/heads.py", '"""Inverse strength', '"""The inverse strength'),
        ("bot/understanding/heads.py", "_REGULARISATION = 0.3", "# as measured\n_REGULARISATION = (\n    0.3\n)"),
        (
            "config.yml",
            "recipe: default.v1\nassistant_id: ozone-faq",
            "assistant_id: ozone-faq  # ours\nrecipe: default.v1",
        ),
        ("data/nlu/clinic.yml", "nlu:", "# by topic\nnlu:"),
        ("data/rules.yml", "rules:", "# all of them\nrules:"),
        ("data/strangers/harmless.jsonl", '{"text": ', '{ "text":  '),
    ],
    ids=["docstring", "note", "layout", "order of keys", "comment in examples", "comment in rules", "space in JSON"],
)
def test_how_a_thing_is_written_trains_nothing(changed: Changed, name: str, old: str, new: str) -> None:
    assert not changed(name, old, new)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("bot/understanding/heads.py", "_REGULARISATION = 0.3", "_REGULARISATION = 0.4"),
        ("bot/safety/normalise.py", '"cannot"', '"can not"'),
        ("config.yml", "[ozon, o3", "[o3, ozon"),
        ("domain.yml", "- abuse\n", ""),
        ("data/rules.yml", "- rule: abuse", "- rule: abuses"),
        ("data/nlu/clinic.yml", "    - ", "    - is there room for a scooter\n    - "),
        ("data/strangers/harmless.jsonl", '{"text": "', '{"text": "so '),
        ("data/encoder/SHA256SUMS", "model.onnx", "model2.onnx"),
    ],
    ids=["constant", "spelling", "order in a list", "intent", "rule", "example", "stranger", "encoder"],
)
def test_what_is_learnt_from_trains(changed: Changed, name: str, old: str, new: str) -> None:
    assert changed(name, old, new)


def test_a_new_file_of_examples_trains(project: Path) -> None:
    before = fingerprint(project / "data")
    (project / "data" / "nlu" / "more.yml").write_text(REVIEWED, encoding="utf-8")
    assert fingerprint(project / "data") != before


def test_examples_in_another_order_train(project: Path, changed: Changed) -> None:
    text = (project / "data" / "nlu" / "form.yml").read_text(encoding="utf-8")
    first, second = [line for line in text.splitlines() if line.startswith("    - ")][:2]
    assert changed("data/nlu/form.yml", f"{first}\n{second}", f"{second}\n{first}")


def test_reviewed_examples_that_are_only_thought_of_count_like_those_in_the_file(project: Path) -> None:
    data = project / "data"
    without, thought_of = fingerprint(data), fingerprint(data, reviewed=REVIEWED)
    (data / "nlu" / ingredients.REVIEWED).write_text(REVIEWED, encoding="utf-8")
    assert without != thought_of == fingerprint(data)
    assert fingerprint(data, reviewed="") == without


def test_a_file_that_cannot_be_read_is_named(project: Path) -> None:
    (project / "data" / "nlu" / "clinic.yml").write_text("nlu: [", encoding="utf-8")
    with pytest.raises(ContentError, match=r"clinic\.yml"):
        fingerprint(project / "data")


def test_what_code_does_is_all_that_counts_of_it() -> None:
    plain = "LIMIT = 3\ndef half(value):\n    return value / 2\n"
    noted = (
        '"""What it is."""\n# why\nLIMIT = 3\n"""Of something."""\n\n\ndef half(\n    value,\n):\n    """The half."""\n'
        "    return (value / 2)\n"
    )
    assert syntax(plain) == syntax(noted)
    assert syntax(plain) != syntax(plain.replace("2", "4"))
    assert syntax("name = 'a'") != syntax("name = 'b'"), "a text that is used is no note"
