"""All texts and facts as they are sent now, with the changes that are on their way, for the pages about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.console.fact_form import Raw, label, raw_of
from bot.console.page import library_of
from bot.console.state import console_of
from bot.content.clinic import UNKNOWN
from bot.content.fact_groups import PLAIN, FactGroup, load_fact_groups
from bot.content.library import Library, load_library
from bot.content.published import Published
from bot.content.wordings import used_in
from bot.record import texts
from bot.record.database import open_record
from bot.record.texts import FACT, SNIPPET, Version

_UNAPPROVED: Mapping[str, Any] = {
    "status": "approved",
    "version": 1,
    "approval": {"by": "nobody yet", "role": "draft", "on": "2020-01-01"},
    "review_by": "2100-01-01",
}
"""What stands in a new question for its approval as long as it is only looked at."""


@dataclass(frozen=True)
class Words:
    """The library that is sent (`published` over the files in `data`),
    and the newest version of each text and fact that staff changed."""

    library: Library
    data: Path
    published: Published
    groups: Sequence[FactGroup]
    newest_of: Mapping[tuple[str, str], Version]

    def newest(self, kind: str, name: str) -> int:
        """The id of the newest version, 0 when there is none."""
        found = self.newest_of.get((kind, name))
        return found.id if found else 0

    def open(self, kind: str, name: str) -> Version | None:
        """The version that is a draft or waits for approval, if there is one."""
        found = self.newest_of.get((kind, name))
        return found if found and found.state in ("draft", "review", "approved") else None

    @property
    def open_facts(self) -> list[Version]:
        """The facts that are being changed."""
        return [version for (kind, name), version in self.newest_of.items() if kind == FACT and self.open(kind, name)]

    @cached_property
    def facts(self) -> Mapping[str, Raw]:
        """Each fact as it is sent, unfilled ones as `unknown`."""
        written = self.library.clinic.written
        return {name: raw_of(written[name]) if name in written else UNKNOWN for name in self.library.clinic.schema}

    def filed(self, name: str) -> Raw:
        """A fact as the files hold it."""
        written = load_library(self.data).clinic.written
        return raw_of(written[name]) if name in written else UNKNOWN

    def fact(self, name: str) -> Raw:
        """A fact as it is being changed, else as it is sent."""
        version = self.open(FACT, name)
        raw: Raw = version.body["value"] if version else self.facts[name]
        return raw

    @cached_property
    def used(self) -> Mapping[str, list[str]]:
        """The ids of the texts that name each fact."""
        return used_in(self.library.written)

    def care_of(self, name: str) -> str:
        """Who may change a fact: see bot/content/fact_groups.py."""
        return next((group.care for group in self.groups if name in group.names), PLAIN)

    def with_facts(self, facts: Mapping[str, Raw]) -> Library:
        """What would be sent with other facts.

        Raises:
            ContentError: they do not fit together, or not to the texts.
        """
        return load_library(self.data, published=self.published.with_facts(facts))

    def with_entry(self, name: str, entry: Mapping[str, Any]) -> Library:
        """What would be sent with another wording of a text, or with a new question, which nobody has approved yet.

        Raises:
            ContentError: it cannot be used.
        """
        if name not in self.library:
            entry = {**_UNAPPROVED, **entry}
        return load_library(self.data, published=self.published.with_entry(name, entry))


def words_of(request: Request, database: Database) -> Words:
    """The words as they are now.

    Raises:
        HTTPException: 503 when they cannot be read.
    """
    library = library_of(request)
    if library is None:
        raise HTTPException(503, "The texts cannot be read at the moment: the note above says why.")
    data = console_of(request).settings.data
    groups = load_fact_groups(data / "fact_groups.yml", library.clinic.schema)
    return Words(library, data, texts.published_set(database), groups, texts.newest(database))


class PublishedNow:
    """Asks the record at `path` for what staff published, when that is newer than what is known.

    Every page asks, several times. So the connection stays open until another file lies in the record's place; whoever
    asks sees to it that nobody else does at the same moment.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = 0
        self._open: Database | None = None

    def __call__(self, known: int) -> tuple[int, Published] | None:
        """The newer state with its number, or None."""
        if not self._path.is_file():
            return None
        if self._open is None or self._path.stat().st_ino != self._file:
            if self._open is not None:
                self._open.close()
            self._open, self._file = open_record(self._path, any_thread=True), self._path.stat().st_ino
        present = texts.revision(self._open)
        return None if present == known else (present, texts.published_set(self._open))


def is_clinical(words: Words, version: Version) -> bool:
    """Whether a clinician has to approve it: every text, and what the facts' file says."""
    return version.kind == SNIPPET or words.care_of(version.name) != PLAIN


def title_of(version: Version) -> str:
    """What a version is called on a page."""
    return str(version.body.get("question") or version.name) if version.kind == SNIPPET else label(version.name)
