"""Writing published texts and facts back into the files that git keeps, without touching what stands around them.

Only the lines of the entry itself are replaced; comments and layout elsewhere stay. What comes of it is read again
before anything is
written: if a single other text or fact would change, nothing is.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.content.files import ContentError, parse_mapping

_ORDER = (
    *(
        "id",
        "question",
        "route",
        "status",
        "version",
        "text",
        "short",
        "if_unknown",
        "sources",
        "seed",
        "related",
        "after_risk",
    ),
    *("speaks_of", "clinic_only", "approval", "review_by"),
)
_PROSE = ("text", "short", "if_unknown")
_WIDTH = 116
_ENTRY = re.compile(r"^- id: *(\S+)", re.MULTILINE)
_PLAIN = re.compile(r"[A-Za-z0-9$(][^:#\n{}\[\]&*!|>'\"%@`]*[^:#\n{}\[\]&*!|>'\"%@`\s]|[A-Za-z0-9]")


def with_entry(text: str, path: Path, entry: Mapping[str, Any]) -> str:
    """The content of a file of data/snippets with one entry in its place, or after the last where it is new.

    Args:
        text: the file as it is.
        path: its name, for errors.
        entry: as it would be written, whole; what the file's `defaults` say already is left out.

    Raises:
        ContentError: the file cannot be read, or holds no list of snippets.
    """
    document = parse_mapping(text, path)
    defaults = document.get("defaults") or {}
    if not isinstance(document.get("snippets"), list):
        raise ContentError(f"{path}: expected `snippets:` (a list).")
    kept = {
        key: entry[key]
        for key in _ORDER
        if entry.get(key) is not None and (key not in defaults or str(defaults[key]) != str(entry[key]))
    }
    made = "".join(_line(key, value, "- " if key == "id" else "  ") for key, value in kept.items())
    starts = list(_ENTRY.finditer(text))
    for place, found in enumerate(starts):
        if found[1] == entry["id"]:
            end = starts[place + 1].start() if place + 1 < len(starts) else len(text)
            return text[: found.start()] + made + text[end:]
    return text.rstrip("\n") + "\n" + made


def _line(key: str, value: Any, indent: str) -> str:
    if key in _PROSE:
        words = str(value).strip()
        if "\n" in words:
            return f"{indent}{key}: |-\n" + textwrap.indent(words, "    ") + "\n"
        folded = textwrap.wrap(words, _WIDTH, break_long_words=False, break_on_hyphens=False)
        return f"{indent}{key}: >-\n" + "".join(f"    {line}\n" for line in folded)
    return f"{indent}{key}: {_value(value)}\n"


def with_fact(text: str, path: Path, name: str, value: Any) -> str:
    """The content of clinic.yml with one fact in its place, or at the end where it is new.

    Args:
        name: dotted where facts lie in each other.
        value: a text, a list of texts, or a mapping of texts.

    Raises:
        ContentError: the file does not hold the fact where it could be replaced.
    """
    lines = text.splitlines(keepends=True)
    first, last, depth = 0, len(lines), 0
    parts = name.split(".")
    for number, part in enumerate(parts):
        at = next((n for n in range(first, last) if re.match(rf"{'  ' * depth}{re.escape(part)}\s*:", lines[n])), None)
        if at is None:
            if number == 0 and len(parts) == 1:
                return text.rstrip("\n") + "\n" + _fact(part, value, "")
            raise ContentError(f"{path}: there is no place for `{name}`. Write it there by hand, then try again.")
        end = next(
            (
                n
                for n in range(at + 1, last)
                if lines[n].strip() and not lines[n].startswith("  " * (depth + 1)) and _is_key(lines[n])
            ),
            last,
        )
        first, last, depth = at + 1, end, depth + 1
    while last > first and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    return "".join([*lines[: first - 1], _fact(parts[-1], value, "  " * (depth - 1)), *lines[last:]])


def _is_key(line: str) -> bool:
    return not line.lstrip().startswith("#")


def _fact(name: str, value: Any, indent: str) -> str:
    if isinstance(value, Mapping):
        return f"{indent}{name}:\n" + "".join(f"{indent}  {key}: {_value(of)}\n" for key, of in value.items())
    return f"{indent}{name}: {_value(value)}\n"


def _value(value: Any) -> str:
    """A value in one line of YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_value(of)}" for key, of in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    words = str(value)
    plain = (
        _PLAIN.fullmatch(words)
        and not re.search(r": |, | #|[\[\]{},]", words)
        and words.lower() not in ("true", "false", "null", "~")
    )
    return words if (plain and not words.isdigit()) or isinstance(value, int) else json.dumps(words, ensure_ascii=False)
