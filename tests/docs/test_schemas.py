"""The schemas accept the content as it is, and refuse what an editor gets wrong while typing."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.content.files import read_mapping
from scripts.schemas import FILES, FOLDER, paths_of
from tests.conftest import DATA, ROOT
from tests.docs.pages import name_of

_content = cache(read_mapping)
"""A file as it is read; copy it before you change it."""


def _schema(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", FILES)
def test_each_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(_schema(name).schema)


@pytest.mark.parametrize(
    ("name", "path"), [(name, path) for name in FILES for path in paths_of(name)], ids=lambda value: Path(value).name
)
def test_the_shipped_content_is_accepted(name: str, path: Path) -> None:
    found = [
        f"{list(error.absolute_path)}: {error.message[:200]}" for error in _schema(name).iter_errors(_content(path))
    ]
    assert not found, name_of(path)


BROKEN: list[tuple[str, str, tuple[str | int, ...], Any]] = [
    ("clinic", "clinic.yml", ("phone",), "the front desk"),
    ("clinic", "clinic.yml", ("email",), "frontdesk"),
    ("clinic", "clinic.yml", ("hours", "Monday"), None),
    ("clinic", "clinic.yml", ("hours", "Mon"), "9 am to 5 pm"),
    ("clinic", "clinic.yml", ("price",), "about $100"),
    ("clinic", "clinic.yml", ("parking",), "behind the house."),
    ("clinic", "clinic.yml", ("fone",), "555-0100"),
    ("clinic", "clinic.yml", ("emergency", "number"), "unknown"),
    ("clinic", "clinic.yml", ("retention_days",), "half a year"),
    ("clinic", "clinic.yml", ("brand_color",), "teal"),
    ("clinic_schema", "clinic_schema.yml", ("phone", "kind"), "telephone"),
    ("countries", "countries.yml", ("US", "emergency_numbers"), "911"),
    ("fact_groups", "fact_groups.yml", ("contact", "care"), "none"),
    ("follow_ups", "follow_ups.yml", ("why_so", "default"), None),
    ("languages", "languages.yml", ("words", "Spanish"), ["hola"]),
    ("opening", "opening.yml", ("patterns", "open_soon"), "We open soon."),
    ("opening", "opening.yml", ("version",), "2a"),
    ("own_page", "own_page.yml", ("sentences", 0, "verdict"), "false"),
    ("plain_words", "plain_words.yml", ("over",), None),
    ("plain_words", "plain_words.yml", ("goes_on",), "still"),
    ("request_form", "request_form.yml", ("change", "request_colour"), ["change my colour"]),
    ("short_questions", "short_questions.yml", ("questions", 0, "answers", "default"), None),
    ("spelling", "spelling.yml", ("color",), ""),
    ("topics", "topics.yml", ("money", "titel"), "Costs"),
    ("snippets", "snippets/visit.yml", ("snippets", 0, "txt"), "Hello"),
    ("snippets", "snippets/visit.yml", ("snippets", 0, "question"), None),
    ("snippets", "snippets/visit.yml", ("defaults", "route"), "reply"),
    ("snippets", "snippets/visit.yml", ("defaults", "approval", "on"), "yesterday"),
    ("snippets", "snippets/visit.yml", ("snippets", 0, "sources"), "clinic"),
    ("snippets", "snippets/sources.yml", ("osha-ozone", "address"), None),
    ("nlu", "nlu/visit.yml", ("nlu", 0, "examples"), ["chair or bed"]),
    ("nlu", "nlu/visit.yml", ("nlu", 0, "intent"), "Chair or bed"),
    ("categories", "safety/categories.yml", ("categories", 0), "self_harm"),
    ("rules", "safety/emergency.yml", ("patterns", 0, "category"), "emergency_sadness"),
    ("rules", "safety/emergency.yml", ("patterns", 0, "fires"), []),
    ("rules", "safety/clinician.yml", ("patterns", 0, "silent"), None),
    ("rules", "safety/clinician.yml", ("patterns", 0, "week"), True),
    ("rules", "safety/emergency.yml", ("patterns", 0, "phrases"), None),
    ("rules", "safety/emergency.yml", ("patterns", 0, "pattern"), "beside phrases"),
    ("rules", "safety/emergency.yml", ("words", "Young"), "child"),
    ("overlaps", "safety/overlaps.yml", ("overlaps", "emergency.self-harm.word"), 7),
    ("word_lists", "safety/medicines.yml", ("groups", 1, "names"), "warfarin"),
    ("word_lists", "safety/conditions.yml", ("category",), "conditions"),
]
"""Schema, file, place, and what stands there by mistake; None takes it out."""


@pytest.mark.parametrize(("name", "file", "place", "mistake"), BROKEN, ids=lambda value: str(value)[:40])
def test_a_mistake_is_refused_where_it_is(name: str, file: str, place: tuple[str | int, ...], mistake: Any) -> None:
    content = deepcopy(_content(DATA / file))
    inner: Any = content
    for step in place[:-1]:
        inner = inner[step]
    if mistake is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = mistake
    errors = list(_schema(name).iter_errors(content))
    assert errors
    shown = json.dumps([list(error.absolute_path) for error in errors]) + "".join(error.message for error in errors)
    assert str(place[-1] if isinstance(place[-1], str) else place[-2]) in shown


def test_every_schema_refuses_something() -> None:
    assert {name for name, *_ in BROKEN} == set(FILES)


def test_a_fact_shows_what_it_means_and_may_be_unknown_only_where_it_can() -> None:
    properties = _schema("clinic").schema["properties"]
    assert "The number that patients call." in properties["phone"]["description"]
    assert {"const": "unknown"} in properties["price"]["anyOf"]
    assert {"const": "unknown"} not in properties["phone"].get("anyOf", [])


def test_editors_are_told_of_the_schemas_where_they_lie() -> None:
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8"))["yaml.schemas"]
    assert all((ROOT / name).is_file() for name in settings)
    assert {pattern for patterns in settings.values() for pattern in patterns} == {
        pattern for patterns in FILES.values() for pattern in patterns
    }
