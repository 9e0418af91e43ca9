"""The parts in which people look through the clinic's facts, read from data/fact_groups.yml."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.content.files import ContentError, read_mapping
from bot.content.schema import Schema

PLAIN, CLINICAL, EMERGENCY = "plain", "clinical", "emergency"
"""Who may change a fact: an administrator alone; a clinician too; two people, after a test call."""
_ALL = ".*"


@dataclass(frozen=True)
class FactGroup:
    """Some facts that belong together; `names` are in the order
    in which they are shown, `care` says who may change them."""

    id: str
    title: str
    names: tuple[str, ...]
    care: str = PLAIN


def load_fact_groups(path: Path, schema: Schema) -> tuple[FactGroup, ...]:
    """Reads fact_groups.yml; every fact of the schema is in exactly one group, one that none names in the last.

    Raises:
        ContentError: a group without title or facts, or with an unknown care.
    """
    left = dict.fromkeys(schema)
    groups = [_group(str(name), raw, path, left) for name, raw in read_mapping(path).items()]
    if not groups:
        raise ContentError(f"{path}: there is no group. Take the file from the repository again.")
    return (*groups[:-1], replace(groups[-1], names=(*groups[-1].names, *left)))


def _group(name: str, raw: Any, path: Path, left: dict[str, None]) -> FactGroup:
    """One group; its facts are taken out of `left`.

    A name that the schema does not know is passed over: a clinic may have other facts.
    """
    if (
        not isinstance(raw, dict)
        or not {"title", "facts"} <= set(raw) <= {"title", "facts", "care"}
        or not isinstance(raw["facts"], list)
    ):
        raise ContentError(f"{path}: `{name}` needs `title` and `facts`, a list, and may have `care`.")
    care = str(raw.get("care", PLAIN))
    if care not in (PLAIN, CLINICAL, EMERGENCY):
        raise ContentError(f"{path}: `{name}` has the care {care!r}. Use {PLAIN}, {CLINICAL} or {EMERGENCY}.")
    names = [fact for listed in raw["facts"] for fact in _taken(str(listed), left)]
    return FactGroup(name, str(raw["title"]), tuple(names), care)


def _taken(listed: str, left: dict[str, None]) -> list[str]:
    found = [
        fact
        for fact in left
        if fact == listed or (listed.endswith(_ALL) and fact.startswith(listed[: -len(_ALL)] + "."))
    ]
    for fact in found:
        del left[fact]
    return found
