"""JSON Schemas of the files in data/, from which an editor completes and checks YAML: written to docs/schema.

They are the first look, while somebody types. What only the whole content can tell (an id that exists, a phrase that
fires on its own examples) is said by `python -m bot content check`. `FILES` says which file has which schema; the
editors' settings in .vscode and the page docs/reference/data-files.md go by it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.content.fact_groups import CLINICAL, EMERGENCY, PLAIN
from bot.content.hours import WEEKDAYS
from bot.content.kinds import KINDS
from bot.content.opening import FACTS
from bot.content.own_page import VERDICTS
from bot.content.rules import load_categories
from bot.content.schema import Schema, load_schema
from bot.content.snippet import AFTER_RISK
from bot.settings import ROOT
from bot.vocabulary import FORM_SLOTS, Level, Route

Json = dict[str, Any]

FILES: Mapping[str, tuple[str, ...]] = {
    "clinic": ("data/clinic.yml", "data/clinic_example.yml"),
    "clinic_schema": ("data/clinic_schema.yml",),
    "countries": ("data/countries.yml",),
    "fact_groups": ("data/fact_groups.yml",),
    "follow_ups": ("data/follow_ups.yml",),
    "languages": ("data/languages.yml",),
    "opening": ("data/opening.yml",),
    "own_page": ("data/own_page.yml",),
    "plain_words": ("data/plain_words.yml",),
    "request_form": ("data/request_form.yml",),
    "short_questions": ("data/short_questions.yml",),
    "spelling": ("data/spelling.yml",),
    "topics": ("data/topics.yml",),
    "snippets": ("data/snippets/*.yml",),
    "nlu": ("data/nlu/*.yml",),
    "categories": ("data/safety/categories.yml",),
    "rules": ("data/safety/clinician.yml", "data/safety/emergency.yml"),
    "overlaps": ("data/safety/overlaps.yml",),
    "word_lists": ("data/safety/conditions.yml", "data/safety/medicines.yml"),
}
"""The files of each schema, as patterns from the repository's root."""

FOLDER = ROOT / "docs" / "schema"

ID: Json = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
WORDS: Json = {"type": "string", "minLength": 1, "pattern": r"\S"}
DAY: Json = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "description": "A day, as 2027-05-22."}
YES_OR_NO: Json = {"enum": [True, False, "yes", "no"]}
VERSION: Json = {"type": "integer", "minimum": 1, "description": "Raise it with every change of the text."}


def paths_of(schema: str, root: Path = ROOT) -> list[Path]:
    """The files that a schema is for, sorted."""
    return sorted({path for pattern in FILES[schema] for path in root.glob(pattern)})


def _mapping(properties: Mapping[str, Json], *required: str, description: str = "") -> Json:
    told = {"description": description} if description else {}
    whole = {"type": "object", "additionalProperties": False, "properties": dict(properties), "required": [*required]}
    return {**told, **whole}


def _each(value: Json, names: Json | None = None) -> Json:
    """A mapping of names that the editor chooses to values of one kind."""
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": value,
        **({"propertyNames": names} if names else {}),
    }


def _list(items: Json, least: int = 0, description: str = "") -> Json:
    return {
        "type": "array",
        "items": items,
        **({"minItems": least} if least else {}),
        **({"description": description} if description else {}),
    }


def _told(value: Json, description: str) -> Json:
    return {**value, "description": description}


# A number that an editor writes without quotes arrives as one, so 911 and "911" are both right.
_DIALLED: Json = {
    "anyOf": [{"type": "integer", "minimum": 100}, {"type": "string", "pattern": r"^\+?[\d(][\d ()./-]*\d$"}]
}
_WHOLE: Json = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^(0|[1-9]\d*)$"}]}
_KINDS: Mapping[str, Json] = {
    "text": {**WORDS, "pattern": r"[^.\s]\s*$"},
    "sentence": {**WORDS, "pattern": r"[.!?]\s*$"},
    "name": WORDS,
    "phone": _DIALLED,
    "helpline": {**WORDS, "pattern": r"\d{3}|\d+-\d"},
    "e-mail": {"type": "string", "pattern": r"^[^@\s]+@[^@\s]+\.[^@\s]+$"},
    "URL": {"type": "string", "pattern": r"^https?://\S+$"},
    "picture": {"type": "string", "pattern": r"^[\w.-]+\.(svg|png|webp|jpe?g|SVG|PNG|WEBP|JPE?G)$"},
    "color": {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"},
    "money": {"type": "string", "pattern": r"\d"},
    "minutes": {
        "anyOf": [{"type": "integer", "minimum": 1, "maximum": 1440}, {"type": "string", "pattern": r"^[1-9]\d*$"}]
    },
    "number": _WHOLE,
    "list": _list({**WORDS, "pattern": r"[^.\s]\s*$"}, least=1),
    "yes/no": YES_OR_NO,
    "hours": _mapping(dict.fromkeys(WEEKDAYS, WORDS), *WEEKDAYS),
    "holidays": {
        "anyOf": [
            {"const": "none"},
            _each(WORDS, {"pattern": r"^\d{4}-\d{2}-\d{2}( to \d{4}-\d{2}-\d{2})?$"}),
        ]
    },
    "time zone": {"type": "string", "pattern": r"^(UTC|[A-Za-z_]+(/[\w+-]+)+)$"},
}
"""How each kind of a fact is written. A kind without an entry here makes `make reference` fail."""


def _clinic(schema: Schema) -> Json:
    """The clinic's facts: one property a fact, those with a dot one level down."""
    top: dict[str, Json] = {"fictional": _told(YES_OR_NO, "Whether this is the example clinic; the page says so.")}
    groups: dict[str, dict[str, Json]] = {}
    required: list[str] = []
    required_in: dict[str, list[str]] = {}
    for field in schema.values():
        value = _KINDS[field.kind]
        shown = _told(
            value if field.required else {"anyOf": [{"const": "unknown"}, value]}, f"{field.means} ({field.kind})"
        )
        group, _, name = field.name.rpartition(".")
        (groups.setdefault(group, {}) if group else top)[name] = shown
        may_be_left_out = field.kind in ("picture", "color")
        if not may_be_left_out:
            (required_in.setdefault(group, []) if group else required).append(name)
    for group, properties in groups.items():
        top[group] = _mapping(properties, *required_in.get(group, []))
    return _mapping(top, *required, *(group for group in groups if required_in.get(group)))


_APPROVAL = _mapping(
    {
        "by": _told(WORDS, "Whose name stands for the text."),
        "role": _told(WORDS, "In which role; `starter set` means that nobody of the clinic has signed it."),
        "on": DAY,
    },
    *("by", "role", "on"),
    description="Who answers for the text.",
)
_SOURCE = _mapping(
    {
        "title": WORDS,
        "publisher": WORDS,
        "year": {"type": "integer", "minimum": 1800, "maximum": 2100},
        "address": _told(WORDS, "The page that says it: https, no home page and no search page."),
        "part": _told(WORDS, "Which part of it holds the statement; visitors see it after the title."),
        "read": {
            "anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^\d{4}(-\d\d){0,2}$"}],
            "description": "When somebody read it: a year, a month or a day.",
        },
        "excuse": _mapping({"on": DAY, "why": WORDS}, "on", "why", description="Why an address may be as it is."),
    },
    *("title", "publisher", "year", "address"),
)
_PHRASES = _list(
    {"type": ["string", "boolean"]}, description="One way to say it each; capitals and points do not matter."
)


def _snippet() -> dict[str, Json]:
    return {
        "id": _told(ID, "Never change it: records, examples and rules name it."),
        "question": _told(WORDS, "What a visitor would ask; shown on buttons and over the answer."),
        "text": _told(WORDS, "What is sent, word for word; {fields} are facts of clinic.yml. At most some 90 words."),
        "short": _told(WORDS, "Sent to somebody who asks for a shorter or simpler answer."),
        "if_unknown": _told(WORDS, "Sent instead while a fact in the text is unknown."),
        "route": {"enum": [*Route], "description": "What kind of reply it is."},
        "status": {"enum": ["draft", "approved", "retired"], "description": "Only an approved one is sent."},
        "version": VERSION,
        "approval": _APPROVAL,
        "review_by": _told(DAY, "From the day after on it is not sent until somebody has read it again."),
        "sources": _list(ID | {"pattern": "^[a-z0-9][a-z0-9_-]*$"}, description="Ids from sources.yml or `sources:`."),
        "seed": _list({"type": "integer", "minimum": 1}, description="Numbers of the owner's sentences it speaks for."),
        "related": _list(ID, description="Ids of answers to go on with."),
        "after_risk": {
            "enum": [*AFTER_RISK],
            "description": "Whether it is sent after a visitor told of a risk: as it is, with a caution, or not.",
        },
        "clinic_only": {"type": "boolean", "description": "It tells how things are done here, and nothing else."},
        "speaks_of": _list(ID, description="Risk categories that it speaks of in general."),
    }


def _rules(categories: tuple[str, ...]) -> Json:
    sentence = {"type": "string"}
    several = _list(WORDS | {"type": ["string", "integer"]}, 1)
    phrases: Json = {"anyOf": [WORDS, several]}
    rule = _mapping(
        {
            "id": _told(WORDS, "What staff read when it fired; say what it is about."),
            "was": _told(WORDS, "The id that older turns of the record name it by."),
            "category": {"enum": [*categories], "description": "Also the id of the text that is sent."},
            "phrases": _told(phrases, "One phrase a line after `|`; docs/red-flags.md lists the signs."),
            "pattern": _told(WORDS, "A regular expression, where no phrase will do; say the reason."),
            "reason": _told(WORDS, "Why no phrase will do."),
            "unless": _told(phrases, "Silences the rule for that sentence. Keep it short: it can hide a risk."),
            "fires": _list(sentence, 1, "Sentences that it must catch; tested."),
            "silent": _list(sentence, 1, "Sentences that it must leave alone; tested."),
            "weak": {"type": "boolean", "description": "A shape that harmless sentences share."},
            "asks": {"type": "boolean", "description": "Gives the number and asks whether it is happening now."},
            "foreign": {"type": "boolean", "description": "Words of another language."},
        },
        *("id", "category", "fires", "silent"),
    )
    rule |= {
        "if": {"required": ["pattern"]},
        "then": {"required": ["reason"], "properties": {"phrases": False}},
        "else": {"required": ["phrases"]},
    }
    families = _told(_each(phrases, {"pattern": "^[a-z_]+$"}), "Families: phrases between commas, used as <name>.")
    return _mapping({"words": families, "patterns": _list(rule, 1)}, "patterns")


def schemas() -> dict[str, Json]:
    """Every schema by name."""
    categories = load_categories(ROOT / "data" / "safety")
    snippet = _snippet()
    answer = {"anyOf": [{"enum": ["related", "default", "ask"]}, ID]}
    made: dict[str, Json] = {
        "clinic": _clinic(load_schema(ROOT / "data" / "clinic_schema.yml")),
        "clinic_schema": _each(
            _mapping(
                {
                    "kind": {"enum": [*KINDS]},
                    "means": _told(WORDS, "A line for whoever fills it in."),
                    "required": {"type": "boolean"},
                    "yes": _told(WORDS, "The words for yes, of a fact of the kind yes/no."),
                    "no": _told(WORDS, "The words for no."),
                },
                *("kind", "means"),
            ),
            {"pattern": "^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*)?$"},
        ),
        "countries": _each(
            _mapping(
                {
                    "emergency_numbers": _list({"type": "string", "pattern": r"^\d+$"}),
                    "regulator": WORDS,
                    "medical_board": WORDS,
                    "emergency_department": WORDS,
                },
                *("emergency_numbers", "regulator", "medical_board", "emergency_department"),
            )
        ),
        "fact_groups": _each(
            _mapping(
                {"title": WORDS, "care": {"enum": [PLAIN, CLINICAL, EMERGENCY]}, "facts": _list(WORDS, 1)},
                *("title", "facts"),
            ),
            ID,
        ),
        "follow_ups": _each(_each(answer, ID) | {"required": ["default"]}, ID),
        "languages": _mapping(
            {
                "scripts": _each(_list(WORDS, 1), {"pattern": "^[a-z]{2}$"}),
                "words": _each(_list(WORDS, 1), {"pattern": "^[a-z]{2}$"}),
            },
            *("scripts", "words"),
        ),
        "opening": _mapping(
            {
                "answer": ID,
                "version": VERSION,
                "approval": _APPROVAL,
                "review_by": DAY,
                "patterns": _mapping(
                    {name: _told(WORDS, f"May use {', '.join(sorted(facts))}.") for name, facts in FACTS.items()},
                    *FACTS,
                ),
            },
            *("answer", "version", "approval", "review_by", "patterns"),
        ),
        "own_page": _mapping(
            {
                "sentences": _list(
                    _mapping(
                        {
                            "says": _told(WORDS, "A sentence of your page, as it stands there."),
                            "verdict": {"enum": [*VERDICTS]},
                            "because": WORDS,
                            "instead": WORDS,
                            "answers": _list(ID),
                        },
                        "says",
                    )
                )
            },
            "sentences",
        ),
        "plain_words": _mapping(
            {
                **{
                    name: _mapping({"says": _PHRASES, "begins": _PHRASES}, "says", "begins")
                    for name in ("yes", "no", "over")
                },
                "goes_on": _told(_PHRASES, "Words of somebody for whom it is not over, anywhere in a message."),
            },
            *("yes", "no", "over", "goes_on"),
        ),
        "request_form": _request_form(),
        "short_questions": _mapping(
            {
                "openers": _list(WORDS),
                "questions": _list(
                    _mapping(
                        {
                            "says": _list(WORDS, 1),
                            "alone": ID,
                            "answers": _each(answer, ID) | {"required": ["default"]},
                        },
                        *("says", "answers"),
                    ),
                    1,
                ),
            },
            *("openers", "questions"),
        ),
        "spelling": _each(WORDS, {"pattern": "^[a-z][a-z -]*$"}),
        "topics": _each(_mapping({"title": WORDS, "ask": ID}, "title"), ID),
        # sources.yml is nothing but sources; every other file has its snippets under `snippets:`.
        "snippets": {
            "if": {"type": "object", "anyOf": [{"required": ["snippets"]}, {"required": ["defaults"]}]},
            "then": _mapping(
                {
                    "defaults": _mapping(
                        {
                            name: value
                            for name, value in snippet.items()
                            if name not in ("id", "question", "text", "short")
                        },
                        description="What every snippet of this file has unless it says otherwise.",
                    ),
                    "sources": _each(_SOURCE),
                    "snippets": _list(_mapping(snippet, "id", "question", "text"), 1),
                },
                "snippets",
            ),
            "else": _each(_SOURCE),
        },
        "nlu": _mapping(
            {
                "version": {"type": "string"},
                "nlu": {
                    "type": ["array", "null"],
                    "items": _mapping(
                        {"intent": ID, "examples": _told(WORDS, "One example a line, each after `- `.")},
                        "intent",
                        "examples",
                    ),
                },
            },
            *("version", "nlu"),
        ),
        "categories": _mapping(
            {
                "categories": _list(
                    ID | {"pattern": f"^({'|'.join(level for level in Level if level != Level.CHECK)})_[a-z0-9_]+$"}, 1
                ),
                "everyday": _list(WORDS),
            },
            "categories",
        ),
        "rules": _rules(categories),
        "overlaps": _mapping(
            {"overlaps": _told(_each(WORDS), "Phrases that are kept though others find the examples, by rule.")},
            "overlaps",
        ),
        "word_lists": _mapping(
            {
                "category": {"enum": [*categories]},
                "groups": _list(
                    _mapping(
                        {
                            "id": WORDS,
                            "label": _told(WORDS, "What staff read."),
                            "category": {"enum": [*categories]},
                            "weak": {"type": "boolean"},
                            "names": _list({"type": ["string", "integer"]}, 1, "Lower case, plain letters and digits."),
                        },
                        *("id", "label", "names"),
                    ),
                    1,
                ),
            },
            *("category", "groups"),
        ),
    }
    return {
        name: {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": " ".join(FILES[name]), **made[name]}
        for name in FILES
    }


def _request_form() -> Json:
    asked = [slot for slot in FORM_SLOTS if slot != "request_consent"]
    lists = ("cancel", "open", "help", "back", "yes", "no", "polite", "wrong", "around")
    slots = _mapping(dict.fromkeys(asked, _PHRASES), *asked)
    call_me = {**dict.fromkeys(("says", "books", "before", "after"), _PHRASES), "booking": ID}
    return _mapping(
        {**dict.fromkeys(lists, _PHRASES), "change": slots, "parts": slots, "call_me": _mapping(call_me, *call_me)},
        *lists,
        *("change", "parts", "call_me"),
    )


def as_text(schema: Json) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def editor_settings() -> Json:
    """Which schema is for which file, as the YAML extension of VS Code (and of what is built like it) reads it."""
    return {"yaml.schemas": {f"./docs/schema/{name}.json": list(patterns) for name, patterns in FILES.items()}}
