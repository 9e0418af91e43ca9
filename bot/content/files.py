"""Reading the YAML that editors write, with errors that name the file and the remedy."""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COMMENT = re.compile(r"\s*#")


class _TwiceError(yaml.MarkedYAMLError):
    """A key that stands twice in one mapping, of which YAML would keep the last without a word."""


class _Loader(_SAFE):  # type: ignore[misc]
    """YAML 1.1 reads `on` and `no` as truth values, `000` as 0,
    `9:30` as 570 and `2027-02-30` not at all; editors mean words.

    Only true and false are truth values here and only whole numbers without a leading zero are numbers. All else is
    text as written.
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """A mapping in which every key stands once."""
        _refuse_twice(node)
        return super().construct_mapping(node, deep)


_GUESSED = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("bool", "int", "float", "timestamp"))
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _GUESSED]
    for first, resolvers in _SAFE.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^(?:0|-?[1-9][0-9]*)$"), list("-0123456789"))


class ContentError(ValueError):
    """Content that cannot be used; the message names the file, the entry and what to change."""


@dataclass(frozen=True)
class Written:
    """One value as it is written, with its line (from 1): a scalar has `text`, a list `items`, a mapping `pairs`.

    `cut` is what follows a value on its line as a comment; without quotes YAML ends the value there. `block` is true of
    a text in a block (`|`): its first line is the one after `line`.
    """

    line: int
    text: str | None = None
    items: tuple[Written, ...] = ()
    pairs: tuple[tuple[str, Written], ...] = ()
    kind: str = "scalar"
    cut: str = ""
    block: bool = False

    def without_lines(self) -> Written:
        """The same words, wherever they stand."""
        items = tuple(item.without_lines() for item in self.items)
        return replace(
            self, line=0, items=items, pairs=tuple((key, value.without_lines()) for key, value in self.pairs)
        )


def as_written(raw: object) -> Written:
    """A text, a list of texts or a mapping of texts as if it stood in a file."""
    if isinstance(raw, Mapping):
        return Written(0, pairs=tuple((str(key), as_written(value)) for key, value in raw.items()), kind="mapping")
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        return Written(0, items=tuple(as_written(item) for item in raw), kind="list")
    return Written(0, text=str(raw).strip())


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping a YAML file holds.

    Raises:
        ContentError: the file is missing, is not YAML, names a key twice, or holds something else than a mapping.
    """
    return parse_mapping(_text(path), path)


def parse_mapping(text: str, path: Path) -> dict[str, Any]:
    """The mapping that a YAML text holds, which is or will be the content of `path`.

    Raises:
        ContentError: as for `read_mapping`.
    """
    loaded = pickle.loads(_parsed(text, path, _loaded))  # noqa: S301 - made right here
    if not isinstance(loaded, dict):
        raise ContentError(f"{path}: expected a mapping of names to values at the top.")
    return loaded


@lru_cache(maxsize=128)
def _loaded(text: str) -> bytes:
    """What a YAML text holds, as bytes from which everybody gets a copy of their own: whenever staff publish something
    all files are read again, and hardly one of them has changed."""
    return pickle.dumps(yaml.load(text, Loader=_Loader))  # noqa: S506 - a safe loader


def read_written(path: Path) -> Written:
    """The mapping a YAML file holds, every value as it is written and with its line.

    Raises:
        ContentError: as `read_mapping`.
    """
    node: Written | None = _parsed(_text(path), path, _composed)
    if node is None or node.kind != "mapping":
        raise ContentError(f"{path}: expected a mapping of names to values at the top.")
    return node


def stamp(data: Path, folders: Sequence[str]) -> tuple[tuple[str, int, int], ...]:
    """Name, time of change (ns) and size of every YAML file in some
    folders of `data` (empty: itself), to see whether any changed.

    `scandir`, because it is looked at once a second, and several times for a page. A folder that cannot be read has no
    files.
    """
    return tuple(sorted(_stamped(data, folders)))


def _stamped(data: Path, folders: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    for folder in folders:
        try:
            with os.scandir(data / folder) as entries:
                for entry in entries:
                    if entry.name.endswith(".yml"):
                        status = entry.stat()
                        yield f"{folder}/{entry.name}", status.st_mtime_ns, status.st_size
        except OSError:
            continue


def read_date(raw: object, owner: str) -> date:
    """A date as it is written.

    Raises:
        ContentError: it is none.
    """
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(str(raw))
    except ValueError as error:
        raise ContentError(f"{owner} is {raw!r}; write a date as YYYY-MM-DD.") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ContentError(f"{path}: the file is missing.") from error
    except UnicodeDecodeError as error:
        raise ContentError(f"{path}: the file is not UTF-8 text.") from error


def _parsed(text: str, path: Path, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        if isinstance(error, _TwiceError):
            raise ContentError(f"{where}: {error.problem}") from error
        raise ContentError(f"{where}: not valid YAML ({getattr(error, 'problem', error)}).") from error


def _composed(text: str) -> Written | None:
    node = yaml.compose(text, Loader=_Loader)
    return None if node is None else _written(node, text.splitlines())


def _written(node: yaml.Node, lines: Sequence[str]) -> Written:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        _refuse_twice(node)
        named = ((str(key.value), key.start_mark.line + 1, _written(value, lines)) for key, value in node.value)
        return Written(line, pairs=tuple((name, replace(value, line=at)) for name, at, value in named), kind="mapping")
    if isinstance(node, yaml.SequenceNode):
        return Written(line, items=tuple(_written(item, lines) for item in node.value), kind="list")
    end, plain = node.end_mark, not getattr(node, "style", None)
    rest = lines[end.line][end.column :] if plain and end.line < len(lines) else ""
    cut = rest.strip() if _COMMENT.match(rest) else ""
    return Written(line, text=str(node.value).strip(), cut=cut, block=getattr(node, "style", None) == "|")


def _refuse_twice(node: yaml.MappingNode) -> None:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        name = str(key.value)
        if name in lines:
            problem = f"`{name}` stands twice, first in line {lines[name]}. Keep one."
            raise _TwiceError(problem=problem, problem_mark=key.start_mark)
        lines[name] = key.start_mark.line + 1
