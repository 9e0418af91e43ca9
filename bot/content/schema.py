"""Which facts a clinic has, what each means and what kind it is, read from data/clinic_schema.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.files import ContentError, read_mapping
from bot.content.kinds import KINDS

NEEDED = {
    "name": "name",
    "website": "URL",
    "phone": "phone",
    "email": "e-mail",
    "hours": "hours",
    "holidays": "holidays",
    "time_zone": "time zone",
    "country": "name",
    "spelling": "name",
    "retention_days": "number",
    "silence_minutes": "minutes",
    "privacy_contact": "e-mail",
    "emergency.number": "phone",
    "emergency.poison": "helpline",
    "emergency.crisis": "helpline",
}
"""Facts that the program itself uses, with their kinds; no schema may leave them out."""

_KEYS = frozenset({"kind", "means", "required", "yes", "no"})


@dataclass(frozen=True)
class Field:
    """One fact: `means` is a line for the owner; a `required` one
    may not be unknown; `words` are what yes and no are said as."""

    name: str
    kind: str
    means: str
    required: bool = False
    words: Mapping[bool, str] | None = None


Schema = Mapping[str, Field]


def load_schema(path: Path) -> Schema:
    """Reads clinic_schema.yml.

    Raises:
        ContentError: a field without kind or meaning, an unknown kind, or no entry for a fact that the program needs.
    """
    schema = {str(name): _field(str(name), raw, path) for name, raw in read_mapping(path).items()}
    for name, kind in NEEDED.items():
        if name not in schema or schema[name].kind != kind or not schema[name].required:
            raise ContentError(
                f"{path}: `{name}` must be there with `kind: {kind}` and `required: true`. The program needs it."
            )
    return schema


def _field(name: str, raw: object, path: Path) -> Field:
    owner = f"{path}: `{name}`"
    if not isinstance(raw, dict) or not {"kind", "means"} <= set(raw) <= _KEYS:
        raise ContentError(f"{owner} needs `kind` and `means`, and may have `required`, `yes` and `no`.")
    if raw["kind"] not in KINDS:
        raise ContentError(f"{owner} has the kind {raw['kind']!r}. Use one of {', '.join(KINDS)}.")
    if not isinstance(raw.get("required", False), bool) or not str(raw["means"]).strip():
        raise ContentError(f"{owner}: `required` must be true or false, and `means` a line for the owner.")
    spoken = {True: raw.get("yes"), False: raw.get("no")}
    if (raw["kind"] == "yes/no") != all(isinstance(words, str) and words for words in spoken.values()) or (
        raw["kind"] != "yes/no" and any(spoken.values())
    ):
        raise ContentError(
            f"{owner}: a yes/no fact, and no other, needs `yes` and `no`: the words that a text says for each."
        )
    words = {truth: str(said) for truth, said in spoken.items()} if raw["kind"] == "yes/no" else None
    return Field(name, raw["kind"], str(raw["means"]).strip(), raw.get("required", False), words)
