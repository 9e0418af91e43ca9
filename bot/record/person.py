"""All that is held about a conversation, as a page to hand to the person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

_NAMES: Mapping[str, str] = {
    "conversations": "The conversation",
    "turns": "Messages and replies",
    "events": "What the software noted about them",
    "feedback": "Your feedback",
    "corrections": "Sentences kept for training",
    "verdicts": "What staff judged",
    "sample_verdicts": "What staff judged in samples",
    "notes": "Notes of staff",
    "tags": "Tags of staff",
    "flags": "Flags of staff",
    "requests": "Questions left for the clinical team",
}


def as_page(conversation: str, held: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """An HTML page without scripts and without anything from elsewhere."""
    return "\n".join(_lines(conversation, held))


def _lines(conversation: str, held: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    yield "<!doctype html>"
    yield (
        '<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>What is'
        " held</title>"
    )
    yield f"<h1>All that is held about the conversation {escape(conversation)}</h1>"
    for table, rows in held.items():
        yield f"<h2>{escape(_NAMES.get(table, table))}</h2>"
        if not rows:
            yield "<p>Nothing.</p>"
        for row in rows:
            told = ((name.replace("_", " "), value) for name, value in row.items() if value not in (None, ""))
            yield (
                "<dl>"
                + "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in told)
                + "</dl><hr>"
            )
    yield "</html>"
