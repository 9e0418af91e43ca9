"""Facts only the clinic can know, by dotted name (`phone`, `emergency.number`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.files import ContentError, read_mapping

REQUIRED = ("name", "website", "phone", "email", "emergency.number", "emergency.poison", "emergency.crisis", "retention_days", "privacy_contact")
_SILENCE_MINUTES = "60"
_MINUTES = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")
_FIELD = re.compile(r"\{([^{}]*)\}")
"""Anything in braces: a misspelt `{Phone}` is an error, not a text with braces in it."""


@dataclass(frozen=True)
class Clinic:
    """The clinic's own facts and whether they are the shipped, fictional example."""

    fields: Mapping[str, str]
    fictional: bool

    def fill(self, text: str, owner: str) -> str:
        """`text` with every `{field}` replaced.

        Raises:
            ContentError: a field that clinic.yml does not hold; `owner` names who asked for it.
        """

        def value(match: re.Match[str]) -> str:
            if match[1] not in self.fields:
                raise ContentError(f"{owner}: the clinic field {{{match[1]}}} is missing. Add it to data/clinic.yml.")
            return self.fields[match[1]]

        return _FIELD.sub(value, text)

    @property
    def silence_minutes(self) -> float:
        """After how long a silence a new conversation begins."""
        return float(self.fields.get("silence_minutes", _SILENCE_MINUTES))

    def contact(self) -> dict[str, str]:
        """How to reach the clinic, for a referral."""
        return {key: self.fields[key] for key in ("name", "phone", "email", "website")}


def load_clinic(path: Path) -> Clinic:
    """Reads clinic.yml.

    Raises:
        ContentError: a required field is missing or empty, or a value is not text or a number (for `fictional`: true or false).
    """
    raw = read_mapping(path)
    fictional = raw.pop("fictional", False)
    if not isinstance(fictional, bool):
        raise ContentError(f"{path}: the field `fictional` is {fictional!r}. Write true or false, without quotes.")
    fields: dict[str, str] = {}
    _flatten("", raw, fields, path)
    for name in REQUIRED:
        if not fields.get(name):
            raise ContentError(f"{path}: the field `{name}` is missing or empty. Every clinic needs it.")
    if not _MINUTES.fullmatch(fields.get("silence_minutes", _SILENCE_MINUTES)):
        raise ContentError(f"{path}: the field `silence_minutes` is {fields['silence_minutes']!r}. Write a number of minutes, such as 60.")
    return Clinic(fields=fields, fictional=fictional)


def _flatten(prefix: str, value: Mapping[str, Any], into: dict[str, str], path: Path) -> None:
    for key, item in value.items():
        name = f"{prefix}{key}"
        if isinstance(item, dict):
            _flatten(f"{name}.", item, into, path)
        elif isinstance(item, (str, int, float)) and not isinstance(item, bool):
            into[name] = str(item).strip()
        else:
            raise ContentError(f"{path}: the field `{name}` must be text or a number. Put it in quotes.")
