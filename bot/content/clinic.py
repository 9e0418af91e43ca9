"""Facts only the clinic can know, by dotted name (`phone`,
`emergency.number`), each of the kind that data/clinic_schema.yml says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from bot.content.countries import Country, load_countries
from bot.content.files import ContentError, Written, as_written, read_written
from bot.content.hours import Week
from bot.content.kinds import KINDS, KindError, truth
from bot.content.schema import Field, Schema, load_schema
from bot.content.spelling import SPELLINGS, Spelling, load_spelling

UNKNOWN = "unknown"
"""Stands in clinic.yml for a fact that the clinic does not know, or does not want told."""

_FICTIONAL = "fictional"
_WHOLE = ("hours", "holidays")
"""Kinds that are written as a mapping."""
_UNSPOKEN = ("holidays",)
"""Kinds without words for a text."""
_LOOKS = ("picture", "color")
"""Kinds of how the pages look. Without such a fact they look plain, so no clinic has to write anything about it."""
_MOST_PICTURE_BYTES = 200_000
_FIELD = re.compile(r"\{([^{}]*)\}")
"""Anything in braces: a misspelt `{Phone}` is an error, not a text with braces in it."""


@dataclass(frozen=True)
class Clinic:
    """The clinic's own facts and whether they are the shipped, fictional example.

    `fields` holds the words for each known fact, and those of its country. `unknown` names the facts that are not
    known, `required` those that always are. `week` tells when it is open.
    """

    fields: Mapping[str, str]
    fictional: bool
    week: Week
    schema: Schema
    spelling: Spelling
    unknown: frozenset[str] = field(default_factory=frozenset)
    country: frozenset[str] = field(default_factory=frozenset)
    """Names of the fields that come with the country."""
    written: Mapping[str, Written] = field(default_factory=dict)
    """Each fact as it is written."""

    def fill(self, text: str, owner: str) -> str:
        """`text` with every `{field}` replaced.

        Raises:
            ContentError: a field that is no fact of a clinic, or one that is unknown; `owner` names who asked for it.
        """

        def value(match: re.Match[str]) -> str:
            if match[1] not in self.fields:
                raise ContentError(f"{owner}: the clinic field {{{match[1]}}} is missing. {self._remedy(match[1])}")
            return self.fields[match[1]]

        return _FIELD.sub(value, text)

    def unknown_in(self, text: str) -> tuple[str, ...]:
        """The facts that a text names and that are unknown."""
        return tuple(name for name in dict.fromkeys(_FIELD.findall(text)) if name in self.unknown)

    def optional_in(self, text: str) -> tuple[str, ...]:
        """The facts that a text names and that another clinic may not know."""
        named = dict.fromkeys(_FIELD.findall(text))
        return tuple(name for name in named if name in self.schema and not self.schema[name].required)

    @property
    def silence_minutes(self) -> float:
        """After how long a silence a new conversation begins."""
        return float(self.fields["silence_minutes"])

    def contact(self) -> dict[str, str]:
        """How to reach the clinic, for a referral."""
        return {key: self.fields[key] for key in ("name", "phone", "email", "website")}

    def _remedy(self, name: str) -> str:
        near = get_close_matches(name.lower(), [*self.fields, *self.unknown], n=1)
        meant = f"Did you mean {{{near[0]}}}? " if near else ""
        return f"{meant}A new one needs a line in data/clinic_schema.yml and one in data/clinic.yml."


def load_clinic(path: Path, spelling: str | None = None, published: Mapping[str, Any] | None = None) -> Clinic:
    """Reads clinic.yml, and beside it clinic_schema.yml, countries.yml and spelling.yml.

    Args:
        path: of clinic.yml.
        spelling: another one than clinic.yml asks for.
        published: facts that take the place of those in clinic.yml, by dotted name.

    Raises:
        ContentError: one line for every fact that is missing, unknown to the schema, not of its kind, or at odds with
            another.
    """
    told = read_written(path)
    schema, countries = load_schema(path.parent / "clinic_schema.yml"), load_countries(path.parent / "countries.yml")
    written = dict(_flat(told, schema))
    problems: list[str] = []
    fictional = (
        _read(Field(_FICTIONAL, "yes/no", ""), written.pop(_FICTIONAL), path, problems)
        if _FICTIONAL in written
        else False
    )
    written.update((name, as_written(raw)) for name, raw in (published or {}).items())
    problems += _names(written, schema, path)
    known = {name: value for name, value in written.items() if name in schema and not _is_unknown(value, schema[name])}
    values = {name: _read(schema[name], value, path, problems) for name, value in known.items()}
    problems += _choices(written, values, countries, path)
    problems += _pictures(written, values, schema, path)
    if problems:
        raise ContentError("\n".join(problems))
    spoken = load_spelling(path.parent / "spelling.yml", spelling or str(values["spelling"]))
    country = countries[str(values["country"])]
    fields = {
        name: _said(schema[name], value, spoken) for name, value in values.items() if schema[name].kind not in _UNSPOKEN
    }
    week = Week(days=values["hours"], holidays=values["holidays"], zone=str(values["time_zone"]))
    return Clinic(
        fields={**fields, **country.words, "hours": week.words()},
        fictional=bool(fictional),
        week=week,
        schema=schema,
        spelling=spoken,
        unknown=frozenset(set(written) - set(known)),
        country=frozenset(country.words),
        written=written,
    )


def _flat(written: Written, schema: Schema, prefix: str = "") -> Iterator[tuple[str, Written]]:
    for key, value in written.pairs:
        name = f"{prefix}{key}"
        if (
            value.kind == "mapping"
            and (name not in schema or schema[name].kind not in _WHOLE)
            and any(known.startswith(f"{name}.") for known in schema)
        ):
            yield from _flat(value, schema, f"{name}.")
        else:
            yield name, value


def _is_unknown(written: Written, fact: Field) -> bool:
    return not fact.required and (written.text or "").lower() == UNKNOWN


def _names(written: Mapping[str, Written], schema: Schema, path: Path) -> Iterator[str]:
    """A line for every field that the schema does not know, and for every fact that is not there."""
    for name, value in written.items():
        if name not in schema:
            near = get_close_matches(name.lower(), schema, n=1, cutoff=0.5)
            meant = f"Did you mean `{near[0]}`? " if near else ""
            yield (
                f"{path}:{value.line}: the field `{name}` is no known fact. {meant}A new one needs a line in"
                " clinic_schema.yml: its kind and what it means."
            )
    for name, fact in schema.items():
        if name not in written and fact.kind not in _LOOKS:
            otherwise = "Every clinic needs it." if fact.required else f"Add it, or the line `{name}: {UNKNOWN}`."
            yield f"{path}: the field `{name}` is missing or empty ({fact.means.rstrip('.')}). {otherwise}"


def _read(fact: Field, written: Written, path: Path, problems: list[str]) -> Any:
    """The value, or None and a line more in `problems`."""
    try:
        if fact.required and (written.text or "").lower() == UNKNOWN:
            raise KindError("is `unknown`, but no clinic can do without it; fill it in")
        return truth(written) if fact.name == _FICTIONAL else KINDS[fact.kind].read(written)
    except KindError as error:
        reason = str(error) if str(error).startswith(":") else f" {error}"
        problems.append(f"{path}:{error.line or written.line}: the field `{fact.name}`{reason}.")
        return None


def _choices(
    written: Mapping[str, Written], values: Mapping[str, Any], countries: Mapping[str, Country], path: Path
) -> Iterator[str]:
    """A line for a spelling, country or emergency number that there is not."""
    for name, allowed in (("spelling", SPELLINGS), ("country", tuple(countries))):
        if values.get(name) is not None and values[name] not in allowed:
            yield (
                f"{path}:{written[name].line}: the field `{name}` is {values[name]!r}; write one of"
                f" {', '.join(allowed)}."
            )
    country, number = countries.get(values.get("country") or ""), values.get("emergency.number")
    if (
        country is not None
        and number is not None
        and country.emergency_numbers
        and number not in country.emergency_numbers
    ):
        line = written["emergency.number"].line
        yield (
            f"{path}:{line}: the field `emergency.number` is {number}; in the country {values['country']} it is"
            f" {' or '.join(country.emergency_numbers)}."
        )


def _pictures(written: Mapping[str, Written], values: Mapping[str, Any], schema: Schema, path: Path) -> Iterator[str]:
    """A line for every picture that is not there, or too large for a page."""
    for name, value in values.items():
        if schema[name].kind != "picture" or value is None:
            continue
        file = path.parent / str(value)
        if not file.is_file():
            where = f"{path}:{written[name].line}: the field `{name}`"
            yield (
                f"{where} is {value!r}, but there is no such file beside clinic.yml. Put it there, or write {UNKNOWN}."
            )
        elif file.stat().st_size > _MOST_PICTURE_BYTES:
            yield (
                f"{file}: has {file.stat().st_size // 1000} kB; a picture on a page has at most"
                f" {_MOST_PICTURE_BYTES // 1000} kB. Make it smaller."
            )


def _said(fact: Field, value: Any, spelling: Spelling) -> str:
    if fact.words is not None:
        return spelling.of(fact.words[value])
    return spelling.of(str(value)) if KINDS[fact.kind].spelled else str(value)
