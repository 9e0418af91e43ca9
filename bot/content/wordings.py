"""The texts as they were written, with their {fields} still open: which facts each of them names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

FIELD = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Piece:
    """A run of a text; `fact` is the name of the fact that stands here, empty for words."""

    words: str
    fact: str = ""


def pieces(text: str) -> Iterator[Piece]:
    """A text in runs of words and facts; the words of a fact are its name in braces."""
    at = 0
    for match in FIELD.finditer(text):
        if match.start() > at:
            yield Piece(text[at : match.start()])
        yield Piece(match[0], match[1])
        at = match.end()
    if at < len(text):
        yield Piece(text[at:])


def named_in(entry: Mapping[str, Any]) -> frozenset[str]:
    """The facts that a written snippet names, in any of its texts."""
    return frozenset(
        name for key in ("text", "short", "if_unknown") for name in FIELD.findall(str(entry.get(key) or ""))
    )


def used_in(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """The ids of the snippets that name each fact, by the fact."""
    found: dict[str, list[str]] = {}
    for snippet, entry in entries.items():
        for name in sorted(named_in(entry)):
            found.setdefault(name, []).append(snippet)
    return found
