"""Reading the YAML that editors write, with errors that name the file and the remedy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SAFE):  # type: ignore[misc]
    """YAML 1.1 reads `on` and `no` as truth values, `000` as 0, `9:30` as 570 and `2027-02-30` not at all; editors mean words.

    Only true and false are truth values here and only whole numbers without a leading zero are numbers. All else is text as written.
    """


_GUESSED = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("bool", "int", "float", "timestamp"))
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _GUESSED] for first, resolvers in _SAFE.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^(?:0|-?[1-9][0-9]*)$"), list("-0123456789"))


class ContentError(ValueError):
    """Content that cannot be used; the message names the file, the entry and what to change."""


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping a YAML file holds.

    Raises:
        ContentError: the file is missing, is not YAML, or holds something else than a mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ContentError(f"{path}: the file is missing.") from error
    except UnicodeDecodeError as error:
        raise ContentError(f"{path}: the file is not UTF-8 text.") from error
    return parse_mapping(text, path)


def parse_mapping(text: str, path: Path) -> dict[str, Any]:
    """The mapping that a YAML text holds, which is or will be the content of `path`.

    Raises:
        ContentError: as for `read_mapping`.
    """
    try:
        loaded = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ContentError(f"{where}: not valid YAML ({getattr(error, 'problem', error)}).") from error
    if not isinstance(loaded, dict):
        raise ContentError(f"{path}: expected a mapping of names to values at the top.")
    return loaded
