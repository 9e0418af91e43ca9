"""Both ways behind the door, for the tests that hold them to the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.record.record import Record
from bot.record.sealed import CONTACT, Seal
from bot.storage.door import Store
from bot.storage.sqlite import SqliteStore
from tests.storage.stores import Stores, postgres_stores


@pytest.fixture(params=["sqlite", "postgres"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    """Makes any number of stores that hold the same, as in as many processes."""
    if request.param == "sqlite":
        made: list[Store] = []

        def another() -> Store:
            made.append(SqliteStore(Record(tmp_path / "record.db")))
            return made[-1]

        yield another
        for store in made:
            store.close()
    else:
        with postgres_stores(request.getfixturevalue("postgres_url"), tmp_path) as another:
            yield another


@pytest.fixture
def store(stores: Stores) -> Store:
    """One of them."""
    return stores()


@pytest.fixture
def seal() -> Seal:
    """Closes what is under a hold."""
    return Seal("secret", purpose=CONTACT)
