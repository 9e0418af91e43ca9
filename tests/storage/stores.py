"""Stores on a PostgreSQL of the tests."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from bot.record.database import open_record
from bot.record.sealed import Seal
from bot.storage.door import Store

DATA = Path(__file__).resolve().parent.parent.parent / "data"

Stores = Callable[[], Store]


@dataclass(frozen=True)
class Kept:
    """Where an engine's turns are kept, and the review record as it is once it has all of them."""

    record: Callable[[], Database]
    set_read_only: Callable[[bool], object]

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Nothing can be written meanwhile."""
        self.set_read_only(True)
        try:
            yield
        finally:
            self.set_read_only(False)


@contextmanager
def followed(
    url: str, folder: Path, seal: Callable[[], Seal], read_only: Callable[[bool], object]
) -> Iterator[tuple[Store, Kept]]:
    """A store on PostgreSQL with a record that follows it."""
    from bot.storage.follow import Follower
    from bot.storage.link import Link

    link, path = Link(url, 2), folder / "followed.db"
    follower = Follower(path, link, DATA, folder / "models", seal)
    opened = open_record(path, any_thread=True)

    def record() -> Database:
        asyncio.run(follower.catch_up())
        return opened

    with postgres_stores(url, folder) as another:
        yield another(), Kept(record, read_only)
    opened.close()
    link.close()


@contextmanager
def postgres_stores(url: str, folder: Path) -> Iterator[Stores]:
    """Makes any number of stores on one database, as in as many processes."""
    from bot.storage.link import Link
    from bot.storage.postgres import PostgresStore

    made: list[Store] = []

    def another() -> Store:
        made.append(PostgresStore(Link(url, 4), f"test {uuid.uuid4().hex[:6]}", folder / "decided.json"))
        return made[-1]

    yield another
    for store in made:
        store.close()
