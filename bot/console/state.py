"""What every page needs, made once by `create_app` and handed along with the application."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from anyio import CapacityLimiter
from sqlite_utils import Database
from starlette.requests import Request

from bot.console.accounts import Throttle
from bot.console.current import CurrentContent
from bot.console.rendering import Pages
from bot.record.database import connect, open_record
from bot.settings import Settings


@dataclass(frozen=True)
class Console:
    """The console's parts. `clock` gives Unix time; `form_key` signs the login form and is never stored;
    `hashing` bounds how many passwords are checked at once; `launch` starts one of this project's commands as a process of its own; `seen` holds
    the files (by inode) that are known to be up to date."""

    settings: Settings
    content: CurrentContent
    pages: Pages
    throttle: Throttle
    clock: Callable[[], float]
    form_key: bytes
    hashing: CapacityLimiter
    launch: Callable[[Sequence[str]], None]
    seen: set[int] = field(default_factory=set)

    def has_record(self) -> bool:
        """Whether the record's file is there; reading never creates it."""
        return self.settings.database.is_file()

    @contextmanager
    def record(self) -> Iterator[Database]:
        """The record, opened for this thread and closed at the end: under a millisecond, and no connection outlives its thread. A file
        that was not seen before is brought up to date first.

        Raises:
            RecordError: the file cannot be opened.
        """
        path = self.settings.database
        file = path.stat().st_ino if path.is_file() else None
        database = connect(path) if file in self.seen else open_record(path)
        self.seen.add(path.stat().st_ino)
        try:
            yield database
        finally:
            database.close()


def console_of(request: Request) -> Console:
    """The console that this request came to."""
    return cast(Console, request.app.state.console)
