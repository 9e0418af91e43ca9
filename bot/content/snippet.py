"""An approved snippet: the only thing the assistant ever says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.content.files import ContentError, read_date
from bot.content.source import Source
from bot.vocabulary import Route

BETWEEN = "conversation"
"""Topic (the name of the file) of what is said about the conversation itself."""
AFTER_RISK = ("answer", "caution", "refer")
STARTER_ROLE = "starter set"
"""The role of the project's editors in the texts that ship."""


@dataclass(frozen=True)
class Approval:
    """Who answers for a text, in which role, since when."""

    by: str
    role: str
    on: date

    @property
    def signed(self) -> bool:
        """Whether somebody of the clinic answers for it, not only the project's editors."""
        return self.role.strip().lower() != STARTER_ROLE


@dataclass(frozen=True)
class Snippet:
    """One approved text with everything needed to trace it.

    `seed` holds the numbers (1 to 17) of the owner's sentences it speaks for. `after_risk` tells whether it may still
    be sent in a
    conversation in which the visitor has told of a personal risk: as it is, with an approved caution before it, or not
    at all.
    `short_of` is the id of the answer that this is the short version of, and empty for all others. `text` is what is
    really
    sent: where the clinic does not know one of the facts that the text needs, it is `if_unknown`, and `unknown` names
        those facts.
    `speaks_of` are the risk categories that an answer speaks of in general, so that a question which is about nobody
    may get it.
    `made_of` is the proof of a text that was worked out at the time of the question (see bot/content/opening.py).
    `clinic_only` says
    that it only tells how things are done here, so that the clinic alone may vouch for it.
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
    if_unknown: str = ""
    unknown: tuple[str, ...] = ()
    made_of: Mapping[str, object] | None = None
    clinic_only: bool = False
    speaks_of: tuple[str, ...] = ()

    @property
    def answers_a_question(self) -> bool:
        """Whether it is an answer that visitors ask for; the short
        version of one, and what is only said before one, are none."""
        return self.route == Route.ANSWER and not self.short_of and self.topic != BETWEEN

    @property
    def hash(self) -> str:
        """SHA-256 of the text as it is sent, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def trace(self) -> dict[str, object]:
        """What goes with the text wherever it is sent or stored, so that it can be traced."""
        sources = [source.as_dict() for source in self.sources]
        made_of = {"made_of": dict(self.made_of)} if self.made_of else {}
        return {
            "id": self.id,
            "version": self.version,
            "hash": self.hash,
            "route": self.route,
            "sources": sources,
            **made_of,
        }

    def sendable(self, today: date) -> bool:
        """Approved, and (for answers about the treatment) not past its review date.

        A referral, an emergency text or what only tells how things are done here (`clinic_only`: contact, hours,
        prices) does not fall silent on a date: an old number is worth more than none, and `content check`, `/readyz`
        and the console's inbox say loudly that it is due.
        """
        return self.status == "approved" and (self.route != Route.ANSWER or self.clinic_only or today <= self.review_by)


def read_approval(raw: object, owner: str) -> Approval:
    """An approval as it is written.

    Raises:
        ContentError: one of by, role and on is missing.
    """
    if not isinstance(raw, dict) or not all(raw.get(key) for key in ("by", "role", "on")):
        raise ContentError(f"{owner}: `approval` needs by, role and on (a date).")
    return Approval(by=str(raw["by"]), role=str(raw["role"]), on=read_date(raw["on"], f"{owner}: `approval.on`"))
