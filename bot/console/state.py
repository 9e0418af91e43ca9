"""What every page needs, made once by `create_app` and handed along with the application."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

from anyio import CapacityLimiter
from sqlite_utils import Database
from starlette.requests import Request

from bot.console.accounts import Throttle, seal_secrets
from bot.console.current import CurrentContent
from bot.console.rendering import Pages
from bot.record.database import connect, open_record
from bot.record.requests import seal_requests
from bot.record.sealed import CONTACT, Seal
from bot.secret import load_secrets
from bot.settings import Settings

reading: ContextVar[bool] = ContextVar("reading", default=False)
"""Whether this request only reads."""


@dataclass(frozen=True)
class Console:
    """The console's parts.

    `clock` gives Unix time; `form_key` signs the login form and is never stored; `hashing` bounds how many passwords
    are checked at once; `launch` starts one of this project's commands as a process of its own, `ask` waits for what it
    writes; `seen` holds the files (by inode) that are known to be up to date, each with a connection that stays open:
    whoever closes the last one has to fold the write-ahead log into the file, which no reader should wait for.
    """

    settings: Settings
    content: CurrentContent
    pages: Pages
    throttle: Throttle
    clock: Callable[[], float]
    form_key: bytes
    hashing: CapacityLimiter
    launch: Callable[[Sequence[str]], None]
    ask: Callable[[Sequence[str]], str]
    seen: dict[int, Database] = field(default_factory=dict)

    @cached_property
    def seal(self) -> Seal:
        """Closes and opens second factors, which must not lie in the record in the clear."""
        return Seal(*self.secrets)

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """The installation's secret, and the one before it."""
        return load_secrets(self.settings.secret_file)

    @cached_property
    def contact_seal(self) -> Seal:
        """Closes and opens what visitors left for the clinical team."""
        return Seal(*self.secrets, purpose=CONTACT)

    def has_record(self) -> bool:
        """Whether the record's file is there; reading never creates it."""
        return self.settings.database.is_file()

    @contextmanager
    def record(self, *, durable: bool | None = None) -> Iterator[Database]:
        """The record, opened for this thread and closed at the end: under a millisecond, and no
        connection outlives its thread. A file that was not seen before is brought up to date first.

        That somebody read a page is noted without waiting for the disk, because a busy disk takes longer than
        everything else; whatever changes something, or is asked for as `durable`, waits.

        Raises:
            RecordError: the file cannot be opened.
        """
        path = self.settings.database
        known = path.is_file() and path.stat().st_ino in self.seen
        database = (
            connect(path, durable=not reading.get() if durable is None else durable) if known else open_record(path)
        )
        try:
            if not known:
                seal_secrets(database, lambda: self.seal)
                seal_requests(database, lambda: self.contact_seal)
                self._keep(path)
            yield database
        finally:
            database.close()

    def _keep(self, path: Path) -> None:
        """Keeps this file's connection open, and no longer that of a file that lay here before."""
        kept = {path.stat().st_ino: connect(path, any_thread=True)}
        for former in self.seen.values():
            former.close()
        self.seen.clear()
        self.seen.update(kept)


def console_of(request: Request) -> Console:
    """The console that this request came to."""
    return cast(Console, request.app.state.console)
