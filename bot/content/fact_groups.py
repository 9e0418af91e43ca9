"""The parts in which people look through the clinic's facts, read from data/fact_groups.yml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.files import ContentError, read_mapping
from bot.content.schema import Schema

_ALL = ".*"


@dataclass(frozen=True)
class FactGroup:
    """Some facts that belong together; `names` are in the order in which they are shown."""

    id: str
    title: str
    names: tuple[str, ...]


def load_fact_groups(path: Path, schema: Schema) -> tuple[FactGroup, ...]:
    """Reads fact_groups.yml; every fact of the schema is in exactly one group.

    Raises:
        ContentError: a group without title or facts, or a fact that there is not or that stands twice.
    """
    left = dict.fromkeys(schema)
    groups = [_group(str(name), raw, path, left) for name, raw in read_mapping(path).items()]
    if not groups:
        raise ContentError(f"{path}: there is no group. Take the file from the repository again.")
    last = groups[-1]
    return (*groups[:-1], FactGroup(last.id, last.title, (*last.names, *left)))


def _group(name: str, raw: Any, path: Path, left: dict[str, None]) -> FactGroup:
    """One group; its facts are taken out of `left`."""
    if not isinstance(raw, dict) or set(raw) != {"title", "facts"} or not isinstance(raw["facts"], list):
        raise ContentError(f"{path}: `{name}` needs `title` and `facts`, a list.")
    names: list[str] = []
    for listed in raw["facts"]:
        found = list(_named(str(listed), left))
        if not found:
            raise ContentError(f"{path}: `{name}` names {listed!r}, which clinic_schema.yml does not know or which stands in the file twice.")
        for fact in found:
            del left[fact]
        names += found
    return FactGroup(name, str(raw["title"]), tuple(names))


def _named(listed: str, left: dict[str, None]) -> Iterator[str]:
    if listed.endswith(_ALL):
        yield from (fact for fact in left if fact.startswith(listed[: -len(_ALL)] + "."))
    elif listed in left:
        yield listed
