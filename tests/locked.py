"""What uv.lock says is installed for a set of groups, by the name of the distribution."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from bot.settings import ROOT

_PROJECT = "ozone-faq"


def canonical(name: str) -> str:
    """The one spelling of a distribution's name, as in uv.lock."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(group: str | None = None) -> set[str]:
    """What pyproject.toml names: to serve, or in one group, without what that includes."""
    lines = _project()["dependency-groups"][group] if group else _project()["project"]["dependencies"]
    return {_name(line) for line in lines if isinstance(line, str)}


def declared_for_rasa() -> set[str]:
    """What pyproject.toml names in place of the lists of Rasa and its SDK."""
    return {
        _name(line) for package in _project()["tool"]["uv"]["dependency-metadata"] for line in package["requires-dist"]
    }


def installed(*groups: str) -> dict[str, str]:
    """Distribution to version of everything that is installed to
    serve, and for the groups: what is needed by what is needed too."""
    packages = {package["name"]: package for package in _lock()["package"]}
    project = packages[_PROJECT]
    due = [*project["dependencies"], *(needed for group in groups for needed in project["dev-dependencies"][group])]
    seen: set[tuple[str, str]] = set()
    while due:
        wanted = due.pop()
        package = packages[wanted["name"]]
        for part in ("", *wanted.get("extra", [])):
            if (package["name"], part) not in seen:
                seen.add((package["name"], part))
                due += package["optional-dependencies"][part] if part else package.get("dependencies", [])
    return {name: packages[name]["version"] for name, _ in seen}


def modules_of(distributions: Iterable[str], every: Mapping[str, list[str]]) -> set[str]:
    """The modules that only these distributions bring; `every` is module to distributions, as installed here."""
    wanted = set(distributions)
    return {module for module, owners in every.items() if {canonical(owner) for owner in owners} <= wanted}


def _name(requirement: str) -> str:
    return canonical(re.split(r"[\[<>=!~; ]", requirement)[0])


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _lock() -> dict[str, Any]:
    return tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
