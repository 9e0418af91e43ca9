"""Which state of the approved texts a process sends: the files, and what staff published since, as soon as they did."""

from __future__ import annotations

import time
from pathlib import Path

import structlog

from bot.content.approvals import not_as_approved, without
from bot.content.files import ContentError, stamp
from bot.content.library import Library, load_library
from bot.content.published import NOTHING, Published
from bot.record.turns import utc
from bot.storage.choice import this_process
from bot.storage.door import Decisions, StorageError

log = structlog.get_logger()

_FOLDERS = ("", "snippets")
"""Where texts and facts come from."""


class TextsInUse:
    """The library that turns are made of. It changes between turns, never within one.

    `problem` is one sentence when a newer state cannot be used; the one before stays in use then.
    """

    def __init__(self, data: Path, files: Library) -> None:
        self._data = data
        self._stamp = stamp(data, _FOLDERS)
        self._number = 0
        self.problem: str | None = None
        self._sent = self._approved(files, NOTHING), utc(time.time())

    @property
    def library(self) -> Library:
        """The texts that are sent."""
        return self._sent[0]

    def look(self, decisions: Decisions, now: str) -> bool:
        """Takes up a newer state, if there is one that can be used; returns whether it did.

        Not for an event loop: it reads every file again. The texts are noted before the first of them can be sent.

        Args:
            decisions: what staff published.
            now: ISO 8601 in UTC.

        Raises:
            StorageError: it cannot be read or written; the state before stays in use.
        """
        number, files = decisions.revision(), stamp(self._data, _FOLDERS)
        if (number, files) == (self._number, self._stamp):
            return False
        published = decisions.published()
        if decisions.revision() != number:
            return False  # somebody published at this very moment; the next look sees both
        before = self._number, self._stamp
        self._number, self._stamp = number, files  # one that cannot be used is not tried again every second
        try:
            library = self._approved(load_library(self._data, published=published), published)
        except (ContentError, OSError) as error:
            self.problem = f"The texts as they are now cannot be used, so those from before are sent. {error}"
            log.error("texts.not_taken_up", revision=number, error=type(error).__name__)
            return False
        try:
            decisions.note_texts(library, now)
        except StorageError:
            self._number, self._stamp = before
            raise
        self._sent = library, now
        log.info("texts.taken_up", revision=number, texts=len(library))
        return True

    def note(self, decisions: Decisions) -> None:
        """Notes the texts as in use since they came into use here, also where that could not be noted at once.

        Raises:
            StorageError: it cannot be written.
        """
        decisions.note_texts(*self._sent)

    def tell(self, decisions: Decisions, now: str) -> None:
        """Notes which state this process sends."""
        decisions.note_revision(this_process(), self._number, now)

    def _approved(self, library: Library, published: Published) -> Library:
        """The library without the answers whose words are not those that were approved."""
        try:
            changed = not_as_approved(library, self._data, published.entries)
        except ContentError as error:
            self.problem = str(error)
            log.error("texts.approvals_not_read", error=type(error).__name__)
            return library
        self.problem = None
        if changed:
            some = ", ".join(f"`{name}`" for name in changed[:3]) + (
                f" and {len(changed) - 3} more" if len(changed) > 3 else ""
            )
            self.problem = (
                f"Not as approved, so not sent if it is an answer: {some}. Have it approved, then run `python -m bot"
                " snippets seal`."
            )
            log.warning("texts.not_as_approved", texts=len(changed))
        return without(library, changed)
