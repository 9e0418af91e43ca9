"""What every test may use: the shipped content, read once."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.logs import configure_logging, quiet_libraries

quiet_libraries()
configure_logging(level=50)

from bot.content import ingredients  # noqa: E402
from bot.content.library import Library, load_library  # noqa: E402
from bot.content.shared import shared_triage  # noqa: E402
from bot.conversation.reply import Reply  # noqa: E402
from bot.on_rasa.engine import Engine  # noqa: E402
from bot.record.database import open_record  # noqa: E402
from bot.safety.triage import Triage  # noqa: E402
from bot.settings import Settings  # noqa: E402
from tests.postgres import MISSING, Server, binaries  # noqa: E402
from tests.storage.stores import Kept, followed  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"

MOST_WORKERS = 8
"""Of `make test`; each takes up to a gigabyte, with the website and the browser that it starts."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, because tests wait: for a page to change, for a server to start, for the disk."""
    return min((os.process_cpu_count() or 1) + 1, MOST_WORKERS)


LONG = frozenset({"browser", "crash", "evaluation", "rasa", "website"})
"""Rooms with files that take long."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins, so that at the end no worker is busy alone."""
    items.sort(key=lambda item: LONG.isdisjoint(item.path.parts))


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library(DATA)


@pytest.fixture(scope="session")
def triage() -> Triage:
    return shared_triage()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of everything a model is made from, code included."""
    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("*.onnx", "tokenizer.json"))
    for name in ("bot/understanding", "bot/safety", "bot/conversation", "bot/on_rasa"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("config.yml", "domain.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(ingredients, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One event loop for the engine's whole life, as in a server."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The shipped assistant on a record in memory. `make test` trains the model first."""
    engine = Engine(Settings(secret_file=tmp_path_factory.mktemp("var") / "secret"), open_record(None))
    engine.load()
    assert engine.fault is None, engine.fault
    return engine


@pytest.fixture
def say(engine: Engine, loop: asyncio.AbstractEventLoop) -> Callable[[str], Reply]:
    """Says something in a conversation of its own and returns the reply; later calls go on with it."""
    conversation = uuid.uuid4().hex

    def speak(text: str) -> Reply:
        return loop.run_until_complete(engine.turn(conversation, text))

    return speak


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL of the tests' own; without one what needs it is skipped, and pytest's last lines say why."""
    if binaries() is None:
        pytest.skip(MISSING)
    server = Server()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> str:
    """A database with all tables, to be copied."""
    from bot.storage.link import Link

    name = postgres.create()
    link = Link(postgres.url(name), 1)
    link.ask(lambda connection: connection.fetchval("SELECT 1"), 10)
    link.close()
    deadline = time.monotonic() + 10
    while postgres.ask(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'").strip() != "0":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return name


@pytest.fixture
def postgres_url(postgres: Server, postgres_template: str) -> str:
    """The address of a database of the test's own."""
    return postgres.url(postgres.create(postgres_template))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """The engine's turns are kept in a record of its own, and then, for the same tests again, in PostgreSQL."""
    if request.param == "sqlite":
        yield Kept(
            lambda: engine.store.database, lambda on: engine.store.database.execute(f"PRAGMA query_only = {int(on)}")
        )
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.create(request.getfixturevalue("postgres_template"))
    folder = tmp_path_factory.mktemp("followed")
    before = engine.store.door
    read_only = partial(server.set_read_only, name)
    with followed(server.url(name), folder, engine.store.seal, read_only) as (engine.store.door, found):
        engine._texts_noted = False
        engine._take_up_texts()
        yield found
    engine.store.door, engine._texts_noted = before, False
