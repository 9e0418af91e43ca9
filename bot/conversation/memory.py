"""What a conversation remembers of what was said: the last answers, and every question that was answered or offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.content.library import Library
from bot.vocabulary import Route

_TOPICS = 8
_SHOWN = 80
"""Entries that are kept."""


@dataclass(frozen=True)
class Memory:
    """`topics`: ids of the last answers, the latest last.

    `shown`: ids answered or offered. `misses`: misunderstandings in a row.
    """

    topics: Sequence[str] = ()
    shown: Sequence[str] = ()
    misses: int = 0

    @classmethod
    def of(cls, slots: Mapping[str, Any]) -> Memory:
        """The memory in a conversation's slots."""
        return cls(tuple(slots.get("topics") or ()), tuple(slots.get("shown") or ()), int(slots.get("misses") or 0))

    @property
    def topic(self) -> str | None:
        """The last answer, or None."""
        return self.topics[-1] if self.topics else None

    def after(self, said: Iterable[str], offered: Iterable[str], library: Library) -> Memory:
        """The memory after a reply. Saying the answer before the last again goes back to it."""
        topics, shown, misses = list(self.topics), list(self.shown), self.misses
        for name in said:
            if name not in library or library[name].route == Route.CLARIFY:
                continue
            misses = 0
            if library[name].answers_a_question and name != (topics[-1] if topics else None):
                topics = topics[:-1] if len(topics) > 1 and topics[-2] == name else [*topics, name]
                shown.append(name)
        shown += offered
        return Memory(tuple(topics[-_TOPICS:]), tuple(dict.fromkeys(reversed(shown)))[:_SHOWN][::-1], misses)

    def as_slots(self) -> dict[str, Any]:
        """The slots that hold it."""
        return {"topics": list(self.topics), "shown": list(self.shown), "misses": float(self.misses)}
