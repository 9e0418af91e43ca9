"""docs/red-flags.md teaches what is so."""

from __future__ import annotations

import re
from pathlib import Path

from bot.content.rules import load_triage
from bot.safety.normalise import sentences
from bot.safety.phrases import Families, expression
from bot.settings import ROOT

PAGE = (ROOT / "docs/red-flags.md").read_text(encoding="utf-8")


def test_the_rule_on_the_page_does_what_its_examples_say(tmp_path: Path) -> None:
    rule = re.findall("```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
    (tmp_path / "categories.yml").write_text("categories: [emergency_stroke]\n", encoding="utf-8")
    (tmp_path / "rules.yml").write_text(f"patterns:\n{rule}", encoding="utf-8")
    read = load_triage(tmp_path).rules[0]
    assert read.fires
    assert all(any(map(read.search, sentences(text))) for text in read.fires)
    assert read.silent
    assert not any(any(map(read.search, sentences(text))) for text in read.silent)


def test_every_sign_on_the_page_is_one() -> None:
    rows = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    assert len(rows) > 15
    for phrase in rows:
        assert expression(phrase, Families({"relative": ["mother"]}))


def test_the_page_shows_every_sign() -> None:
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    signs = ("/", "[", "(", ")...", "]...", "*", "_", "#", "-", "~", "...", "START", "END", "<")
    conditions = ("{not ", "{not after ", "{if ", "{if after ", "{number}", "{word}")
    assert [sign for sign in (*signs, *conditions) if sign not in table] == []
