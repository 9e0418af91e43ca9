"""What staff published goes back into the files, and nothing around it changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.content.clinic import load_clinic
from bot.content.files import parse_mapping
from bot.content.library import load_library
from bot.content.published import Published
from bot.content.write_back import with_entry, with_fact
from bot.settings import ROOT

SNIPPETS = sorted(path for path in (ROOT / "data" / "snippets").glob("*.yml") if path.name != "sources.yml")
TRICKY = 'We say: "call first", pay $10 # or more, {phone}, it\'s 50 % off – yes.'


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda path: path.stem)
def test_every_entry_can_be_written_back_and_reads_the_same(path: Path) -> None:
    library = load_library(ROOT / "data")
    text = path.read_text(encoding="utf-8")
    before = parse_mapping(text, path)
    for entry in before["snippets"]:
        after = parse_mapping(with_entry(text, path, library.written[entry["id"]]), path)
        defaults = before.get("defaults", {})
        assert [{**defaults, **one} for one in after["snippets"]] == [{**defaults, **one} for one in before["snippets"]]


def test_a_new_text_is_the_only_thing_that_changes() -> None:
    path = ROOT / "data" / "snippets" / "clinic.yml"
    text = path.read_text(encoding="utf-8")
    entry = {**load_library(ROOT / "data").written["insurance"], "text": TRICKY, "question": TRICKY, "version": 9}
    changed = with_entry(text, path, entry)
    before, after = (parse_mapping(one, path)["snippets"] for one in (text, changed))
    assert [(one["text"], one["question"], one["version"]) for one in after if one["id"] == "insurance"] == [
        (TRICKY, TRICKY, 9)
    ]
    assert [one for one in after if one["id"] != "insurance"] == [one for one in before if one["id"] != "insurance"]
    assert changed.split("- id: insurance")[0] == text.split("- id: insurance")[0]


def test_a_new_entry_stands_at_the_end() -> None:
    path = ROOT / "data" / "snippets" / "clinic.yml"
    entry = {**load_library(ROOT / "data").written["insurance"], "id": "gift_wrap"}
    assert (
        parse_mapping(with_entry(path.read_text(encoding="utf-8"), path, entry), path)["snippets"][-1]["id"]
        == "gift_wrap"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("price", TRICKY),
        ("emergency.number", "112"),
        ("languages", ["English", "French, too"]),
        ("hours", {"Monday": "8 am to 6 pm", "Tuesday": "9 am to 5 pm", "Wednesday": "closed"}),
        ("comfort.wifi", "No wifi."),
        ("age_minimum", "21"),
    ],
)
def test_a_fact_is_the_only_one_that_changes(name: str, value: object) -> None:
    path = ROOT / "data" / "clinic.yml"
    text = path.read_text(encoding="utf-8")
    before, after = parse_mapping(text, path), parse_mapping(with_fact(text, path, name, value), path)
    *outer, last = name.split(".")
    place = after
    expected = before
    for part in outer:
        place, expected = place[part], expected[part]
    assert str(place[last]) == str(value)
    expected[last] = place[last]
    assert after == before
    assert sum(line.lstrip().startswith("#") for line in text.splitlines()) == sum(
        line.lstrip().startswith("#") for line in with_fact(text, path, name, value).splitlines()
    )


def test_published_texts_and_facts_come_out_of_the_files_as_they_were_published(tmp_path: Path) -> None:
    published = Published(facts={"price": "One session costs $260."})
    path = ROOT / "data" / "clinic.yml"
    changed = tmp_path / "clinic.yml"
    for beside in (ROOT / "data").iterdir():
        if beside.is_file():
            shutil.copy(beside, tmp_path)
    changed.write_text(
        with_fact(path.read_text(encoding="utf-8"), path, "price", "One session costs $260."), encoding="utf-8"
    )
    assert load_clinic(changed).fields == load_clinic(path, published=published.facts).fields
