"""Which state of the approved texts a process sends: the files, and what staff published since, as soon as they did."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import structlog
from sqlite_utils import Database

from bot.content.approvals import not_as_approved, without
from bot.content.files import ContentError, stamp
from bot.content.library import Library, load_library
from bot.content.published import NOTHING, Published
from bot.record import texts
from bot.record.proof import note_texts

log = structlog.get_logger()

_FOLDERS = ("", "snippets")
"""Where texts and facts come from."""


def this_process() -> str:
    """What names a process of the website among those of all machines that share a record."""
    return f"{socket.gethostname()} {os.getpid()}"


class TextsInUse:
    """The library that turns are made of. It changes between turns, never within one.

    `problem` is one sentence when a newer state cannot be used; the one before stays in use then.
    """

    def __init__(self, data: Path, files: Library) -> None:
        self._data = data
        self._stamp = stamp(data, _FOLDERS)
        self._number = 0
        self.problem: str | None = None
        self.library = self._approved(files, NOTHING)

    def look(self, database: Database, now: str) -> bool:
        """Takes up a newer state, if there is one that can be used; returns whether it did.

        Not for an event loop: it reads every file again. The texts are noted before the first of them can be sent.

        Args:
            database: the record.
            now: ISO 8601 in UTC.

        Raises:
            sqlite3.Error: the record cannot be read or written; the state before stays in use.
        """
        number, files = texts.revision(database), stamp(self._data, _FOLDERS)
        if (number, files) == (self._number, self._stamp):
            return False
        published = texts.published_set(database)
        if texts.revision(database) != number:
            return False  # somebody published at this very moment; the next look sees both
        self._number, self._stamp = (
            number,
            files,
        )  # whatever comes of it: the same state is not tried again every second
        try:
            library = self._approved(load_library(self._data, published=published), published)
        except (ContentError, OSError) as error:
            self.problem = f"The texts as they are now cannot be used, so those from before are sent. {error}"
            log.error("texts.not_taken_up", revision=number, error=type(error).__name__)
            return False
        note_texts(database, library, now)
        self.library = library
        log.info("texts.taken_up", revision=number, texts=len(library))
        return True

    def tell(self, database: Database, now: str) -> None:
        """Notes which state this process sends, and forgets processes of this machine that are gone."""
        host = socket.gethostname()
        with database.atomic():
            for process in texts.serving_content(database):
                name, _, number = process.rpartition(" ")
                if (
                    name == host
                    and number.isdigit()
                    and Path("/proc").exists()
                    and not Path(f"/proc/{number}").exists()
                ):
                    texts.forget_serving(database, process)
            texts.note_serving_content(database, this_process(), self._number, now)

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
