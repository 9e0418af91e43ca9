"""Which texts fall due for review, and when: each approval holds until a day, and has to be renewed before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.content.library import Library

SOON = timedelta(days=60)
"""Before its review date a text is due for so long."""


@dataclass(frozen=True)
class ReviewDate:
    """A text, the last day of its approval, and whether it is still sent today."""

    name: str
    on: date
    sent: bool


def review_dates(library: Library, today: date) -> Iterator[ReviewDate]:
    """Every approved text that is due at `today`, short forms with the text that they belong to."""
    for snippet in library:
        if snippet.status == "approved" and not snippet.short_of and snippet.review_by <= today + SOON:
            yield ReviewDate(snippet.id, snippet.review_by, snippet.sendable(today))
    if library.opening is not None and library.opening.review_by <= today + SOON:
        yield ReviewDate("data/opening.yml", library.opening.review_by, sent=True)
