"""The guides are followed to the letter: what they tell to write is written into a copy of the content, and works."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.content.approvals import seal
from bot.content.checks import check_content
from bot.content.languages import load_languages
from bot.content.library import Library, load_library
from bot.content.rules import load_triage
from bot.content.sync import sync
from bot.on_rasa.engine import Engine
from bot.safety.triage import Triage
from tests.conftest import DATA, ROOT
from tests.docs.pages import DOCS, fences

ADDED = {
    "add-a-question.md": ("data/snippets/visit.yml", "data/nlu/visit.yml"),
    "change-a-price.md": ("data/clinic.yml",),
    "add-a-language-notice.md": ("data/snippets/languages.yml", "data/languages.yml"),
    "add-a-red-flag.md": ("data/safety/emergency.yml",),
}


def _write(block: str, root: Path) -> str:
    """Does what a block of a guide says with the file that its first line names; returns the file's name."""
    name = block.splitlines()[0].removeprefix("# ")
    body = block.partition("\n")[2]
    path = root / name
    text = path.read_text(encoding="utf-8")
    key = body.partition(":")[0]
    if body.startswith("- "):
        indent = re.findall(r"^( *)- (?:id|intent):", text, re.MULTILINE)[-1]
        text = text.rstrip("\n") + "\n" + "".join(f"{indent}{line}\n" for line in body.splitlines())
    elif re.search(rf"^{key}:", text, re.MULTILINE):
        text = re.sub(rf"^{key}:.*(\n +.*)*\n", lambda _: body, text, flags=re.MULTILINE)
    else:
        text = re.sub(r"^words:\n", lambda match: f"{match[0]}  {body}", text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")
    return name


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the content in which every guide was followed, synced and sealed."""
    root = tmp_path_factory.mktemp("clinic")
    shutil.copytree(DATA, root / "data", ignore=shutil.ignore_patterns("encoder", "strangers"))
    for name in ("domain.yml", "config.yml"):
        shutil.copy(ROOT / name, root / name)
    for page, files in ADDED.items():
        assert tuple(_write(block, root) for block in fences(DOCS / "how-to" / page, "yaml")) == files
    library = load_library(root / "data")
    sync(library, root / "data")
    seal(load_library(root / "data"), root / "data")
    return root / "data"


@pytest.fixture(scope="module")
def clinic(followed: Path) -> Library:
    return load_library(followed)


def test_the_check_finds_nothing_to_say(followed: Path) -> None:
    assert check_content(followed) == []


def test_the_question_is_an_answer_that_is_sent(clinic: Library) -> None:
    added = clinic["borrow_an_umbrella"]
    assert added.sendable(date(2026, 11, 30))
    assert added.approval.signed
    assert clinic.clinic.fields["phone"] in added.text
    assert clinic.short_version("borrow_an_umbrella")


def test_rasa_is_told_of_it(followed: Path) -> None:
    domain = yaml.safe_load((followed.parent / "domain.yml").read_text(encoding="utf-8"))
    assert "utter_borrow_an_umbrella" in domain["responses"]


def test_the_price_is_in_the_answer(clinic: Library) -> None:
    assert "$130" in clinic["cost"].text


def test_the_language_is_recognised_and_has_its_sentence(followed: Path, clinic: Library) -> None:
    assert load_languages(followed).of("hoeveel kost een behandeling") == "nl"
    assert "giftig" in clinic["other_language_nl"].text


def test_the_red_flag_fires_where_none_did(followed: Path, triage: Triage) -> None:
    said = "my drip slipped out and the sheet is soaked"
    assert not triage.check(said)
    found = [finding.rule for finding in load_triage(followed / "safety").check(said)]
    assert found == ["emergency.bleeding.line-slipped-out"]


def test_the_worked_example_is_what_comes_out(engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
    (block,) = fences(DOCS / "explanation" / "routing.md", "json")
    rows = [json.loads(line) for line in block.splitlines()]
    assert [row["route"] for row in rows] == ["answer", "clinician", "emergency"]
    for number, told in enumerate(rows):
        turn = loop.run_until_complete(engine.turn(f"worked-example-{number}", told["text"])).turn
        assert turn is not None
        risk = {"category": turn.risk_category, "rule": turn.risk_rule} if turn.risk_category else None
        came = {"text": turn.text, "route": turn.route, "intent": turn.intent, "snippet": turn.snippet_id, "risk": risk}
        assert came | told == came, "write into docs/explanation/routing.md what `python -m bot ask` says now"


def test_the_routes_of_the_page_are_those_there_are() -> None:
    from bot.vocabulary import Route

    page = (DOCS / "explanation" / "routing.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == {*Route}
