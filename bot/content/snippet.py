"""An approved snippet: the only thing the assistant ever says."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from bot.vocabulary import Route

AFTER_RISK = ("answer", "caution", "refer")


@dataclass(frozen=True)
class Source:
    """Where a statement can be checked."""

    id: str
    title: str
    publisher: str
    year: int
    address: str

    def as_dict(self) -> dict[str, str | int]:
        """The fields a visitor sees."""
        return {"title": self.title, "publisher": self.publisher, "year": self.year, "address": self.address}


@dataclass(frozen=True)
class Approval:
    """Who answers for a text, in which role, since when."""

    by: str
    role: str
    on: date


@dataclass(frozen=True)
class Snippet:
    """One approved text with everything needed to trace it.

    `seed` holds the numbers (1 to 17) of the owner's sentences it speaks for. `after_risk` tells whether it may still be sent in a
    conversation in which the visitor has told of a personal risk: as it is, with an approved caution before it, or not at all.
    `short_of` is the id of the answer that this is the short version of, and empty for all others.
    """

    id: str
    question: str
    text: str
    route: Route
    sources: tuple[Source, ...]
    seed: tuple[int, ...]
    related: tuple[str, ...]
    after_risk: str
    status: str
    approval: Approval
    review_by: date
    version: int
    topic: str
    short_of: str = ""

    @property
    def hash(self) -> str:
        """SHA-256 of the text as it is sent, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def trace(self) -> dict[str, object]:
        """What goes with the text wherever it is sent or stored, so that it can be traced."""
        return {"id": self.id, "version": self.version, "hash": self.hash, "route": self.route, "sources": [source.as_dict() for source in self.sources]}

    def sendable(self, today: date) -> bool:
        """Approved, and (for answers) not past its review date.

        A referral or an emergency text does not fall silent on a date: an old number is worth more than none, and
        `content check` and `/readyz` say loudly that it is due.
        """
        return self.status == "approved" and (self.route != Route.ANSWER or today <= self.review_by)
