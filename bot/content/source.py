"""Where a statement can be checked, and how good the address is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from bot.content.files import ContentError, read_date

_REQUIRED = frozenset({"title", "publisher", "year", "address"})
_OPTIONAL = frozenset({"part", "read", "excuse"})
_OWN = ("{website}", "/")
"""How an address on the clinic's own website begins, as it is written."""
_WHEN = re.compile(r"\d{4}(-\d\d){0,2}")
_LANGUAGE = re.compile(r"[a-z]{2}([-_][a-z]{2})?", re.IGNORECASE)
_INDEX = re.compile(r"(index|default|home)(\.\w+)?", re.IGNORECASE)
_LANGUAGE_KEYS = frozenset({"lang", "language", "lng", "hl", "locale"})
_SEARCH = re.compile(r"(site)?search([-_]?results?)?(\.\w+)?", re.IGNORECASE)
_SEARCH_KEYS = frozenset({"q", "query", "search", "s", "term", "keyword", "keywords"})


@dataclass(frozen=True)
class Excuse:
    """Why a source has an address that `content check` would refuse, and since when."""

    on: date
    why: str


@dataclass(frozen=True)
class Source:
    """Where a statement can be checked.

    `part` is the part of it that holds the statement. `read` is when its text was read (a year, a month or a day),
    empty where nobody wrote that down. `own` marks what only the clinic vouches for: the address is on its own website.
    """

    id: str
    title: str
    publisher: str
    year: int
    address: str
    part: str = ""
    read: str = ""
    excuse: Excuse | None = None
    own: bool = False

    @property
    def cited(self) -> str:
        """The title, and the part that holds the statement."""
        return f"{self.title}, {self.part}" if self.part else self.title

    def as_dict(self) -> dict[str, str | int]:
        """The fields a visitor sees."""
        return {"title": self.cited, "publisher": self.publisher, "year": self.year, "address": self.address}


def read_source(source_id: str, raw: object, owner: str, fill: Callable[[str, str], str]) -> Source:
    """A source as it is written; `fill` puts the clinic's facts into a text.

    Raises:
        ContentError: a field is missing, unknown or not what it must be; the message begins with `owner`.
    """
    if (
        not isinstance(raw, dict)
        or not _REQUIRED <= set(raw) <= _REQUIRED | _OPTIONAL
        or not isinstance(raw["year"], int)
    ):
        raise ContentError(
            f"{owner} needs exactly title, publisher, year (a number) and address; part, read and excuse are optional."
        )
    address = str(raw["address"])
    return Source(
        id=source_id,
        title=fill(str(raw["title"]), owner),
        publisher=fill(str(raw["publisher"]), owner),
        year=raw["year"],
        address=fill(address, owner),
        part=fill(str(raw.get("part", "")), owner),
        read=_read(str(raw.get("read", "")), owner),
        excuse=_excuse(raw["excuse"], owner) if "excuse" in raw else None,
        own=address.startswith(_OWN),
    )


def check_source(source: Source, today: date) -> Iterator[str]:
    """What is wrong with a source, one sentence each; the clinic's own website is not looked at."""
    owner = f"data/snippets: the source `{source.id}`"
    if source.own:
        return
    faults = list(_faults(source.address))
    if source.excuse is None:
        yield from (f"{owner} {fault}" for fault in faults)
    elif not faults:
        yield f"{owner} has an `excuse`, but its address needs none. Take it out."
    elif source.excuse.on > today:
        yield (
            f"{owner} is excused from {source.excuse.on} on, which is in the future. Write the day on which somebody"
            " looked."
        )
    if source.read > today.isoformat():  # a year or a month sorts before its own days
        yield (
            f"{owner} was read in {source.read}, which is in the future. Write when somebody read it, or take `read`"
            " out."
        )


def _faults(address: str) -> Iterator[str]:
    if urlsplit(address).scheme != "https":
        yield (
            f"has the address {address}, which is not https. Give the one with https, or say under `excuse` since when"
            " (on) and why there is none."
        )
    if kind := _nowhere(address):
        yield (
            f"leads to a {kind} ({address}), where nobody finds what is said. Give the address of the page that says"
            " it, or say under `excuse` since when (on) and why there is none."
        )


def _nowhere(address: str) -> str:
    """`front page` or `search page` if the address is one, else nothing."""
    parts = urlsplit(address)
    keys = {key.lower() for key, _ in parse_qsl(parts.query, keep_blank_values=True)}
    names = [
        name for name in parts.path.split("/") if name and not _LANGUAGE.fullmatch(name) and not _INDEX.fullmatch(name)
    ]
    if keys & _SEARCH_KEYS or (names and _SEARCH.fullmatch(names[-1])):
        return "search page"
    return "" if names or keys - _LANGUAGE_KEYS else "front page"


def _read(when: str, owner: str) -> str:
    if when:
        if not _WHEN.fullmatch(when):
            raise ContentError(
                f"{owner}: `read` is {when!r}; write when its text was read, as 2026, 2026-11 or 2026-11-22."
            )
        read_date((when + "-01-01")[:10], f"{owner}: `read`")
    return when


def _excuse(raw: object, owner: str) -> Excuse:
    if not isinstance(raw, dict) or set(raw) != {"on", "why"} or not raw["why"]:
        raise ContentError(f"{owner}: `excuse` needs on (a date) and why, and nothing else.")
    return Excuse(on=read_date(raw["on"], f"{owner}: `excuse.on`"), why=str(raw["why"]))
