"""What has to happen with the record while nobody asks for it:
wipes that wait, forms that were abandoned, the nightly clean-up.

Each process of the website has a thread for it. A lease in the record sees to it that one of them works at a time; when
that one is killed, another takes over after the lease has run out.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import tzinfo
from pathlib import Path

import structlog
from sqlite_utils import Database

from bot.record import leases
from bot.record.database import connect
from bot.record.erased import note_erased
from bot.record.requests import seal_requests
from bot.record.retention import Keeping, clean_up, drop_forms, is_due, last_clean_up
from bot.record.sealed import Seal
from bot.record.wiping import SMALL_BYTES, log_is_due, merge_bytes, note_failure, pending, wipe
from bot.record.wiping import is_due as index_is_due

log = structlog.get_logger()

_LOOK_SECONDS = 30.0
_RETRY_SECONDS = 2.0
"""After a wipe that did not come to its end; doubled each time, up to `_LOOK_SECONDS`."""

_LEASE = "upkeep"
_LEASE_SECONDS = 300.0

_VISITORS_PATIENCE_MS = 500
"""How long a step of a wipe may wait for others while somebody waits for it; else it is left to the thread."""

_one_wipe = threading.Lock()
"""Deletions at the same moment are served by one wipe."""


class Upkeep:
    """The thread.

    `erased` is the file that outlives the record; the clean-up waits for the night in `zone`; `keeping`
    and `seal` are asked for when they are needed: staff may change how long things are kept while this runs.
    """

    def __init__(
        self, path: Path, erased: Path, keeping: Callable[[], Keeping], zone: tzinfo, seal: Callable[[], Seal]
    ) -> None:
        self._path, self._erased, self._keeping, self._zone, self._seal = path, erased, keeping, zone, seal
        self._owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._wake, self._stopping = threading.Event(), False
        self._thread: threading.Thread | None = None
        self._tries = 0
        self._sealed_anew = False

    def start(self) -> None:
        """Begins; what waits is looked at now."""
        self._thread = threading.Thread(target=self._work, name="upkeep", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread after the step that it is at."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def after_deletion(self) -> None:
        """To be called after a deletion, in a thread: wipes a
        small record at once and leaves a large one to this thread."""
        wipe_if_small(self._path, self._erased)
        self._wake.set()

    def _work(self) -> None:
        while not self._stopping:
            try:
                self._tries = self._tries + 1 if not self.round(time.time()) else 0
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round may go well
                self._tries += 1
                log.error("record.upkeep_failed", error=type(error).__name__)
                with suppress(sqlite3.Error):
                    note_failure(self._path, f"the record could not be written ({type(error).__name__})")
            if not self._stopping:
                self._wake.wait(
                    _LOOK_SECONDS if not self._tries else min(_RETRY_SECONDS * 2 ** (self._tries - 1), _LOOK_SECONDS)
                )
            self._wake.clear()

    def round(self, now: float) -> bool:
        """One look at all there is to do at `now` (Unix time); False when a wipe is to be tried again soon.

        Raises:
            sqlite3.Error: the record cannot be read or written.
            OSError: the list of what was erased cannot be written.
        """
        if not self._path.is_file():
            return True
        with closing(connect(self._path)) as database:
            if not leases.take(database, _LEASE, self._owner, _LEASE_SECONDS, now):
                return True
            try:
                seal_requests(database, self._seal, anew=not self._sealed_anew)
                self._sealed_anew = True
                note_erased(database, self._erased)
                drop_forms(database, self._keeping(), now)
                if is_due(database, now, self._zone):
                    receipt = clean_up(database, self._keeping(), now)
                    if receipt:
                        log.info("record.cleaned_up", conversations=receipt.conversations, requests=receipt.requests)
                return self._wiped(database, now)
            finally:
                leases.give_back(database, _LEASE, self._owner)

    def _wiped(self, database: Database, now: float) -> bool:
        index = index_is_due(database, now)
        if not index and not log_is_due(database):
            return True
        with _one_wipe:
            done = wipe(self._path, index=index)
        if not done and log_is_due(database):
            log.warning(
                "record.not_wiped",
                remedy="It is tried again. Close what keeps the record open: a backup, a database browser.",
            )
            return False
        return True


def wipe_if_small(path: Path, erased: Path | None = None) -> None:
    """After a deletion: wipes a small record at once, unless another thread does.

    A large one, or what fails, is left to the upkeep.

    Args:
        path: the record.
        erased: the list that outlives the record, where this process may write it.
    """
    if not path.is_file():
        return
    with suppress(sqlite3.Error), closing(connect(path)) as database:
        if merge_bytes(database) > SMALL_BYTES or not _one_wipe.acquire(blocking=False):
            return
        try:
            if erased is not None:
                note_erased(database, erased)
            wipe(path, patience_ms=_VISITORS_PATIENCE_MS)
        except OSError as error:
            log.error("record.erased_not_noted", error=type(error).__name__)
        finally:
            _one_wipe.release()


def warnings_at(path: Path, now: float) -> list[str]:
    """What somebody should look at, one sentence each: words of deleted
    conversations that could not be wiped, a clean-up that did not come."""
    try:
        with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True, timeout=1)) as connection:
            return warnings(Database(connection), now)
    except sqlite3.Error:  # that the record cannot be read is said elsewhere
        return []


def warnings(database: Database, now: float) -> list[str]:
    """See `warnings_at`."""
    said = []
    waiting = pending(database)
    if waiting is not None and waiting.failure:
        hours = f"for {(now - waiting.since) / 3600:.0f} h " if 0 < waiting.since < now - 3600 else ""
        said.append(
            f"The words of {waiting.deletions} deletion(s) could not be wiped from the files {hours}yet:"
            f" {waiting.failure}. It is tried again."
        )
    last = last_clean_up(database)
    if last is not None and now - last > 2 * 86_400:
        said.append(
            "There was no clean-up of old conversations for more than two days. Restart the website, or run `python -m"
            " bot record purge`."
        )
    return said
