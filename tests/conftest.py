"""What every test may use: the shipped content, read once."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.logs import configure_logging, quiet_libraries

quiet_libraries()
configure_logging(level=50)

from bot.content import ingredients  # noqa: E402
from bot.content.library import Library, load_library  # noqa: E402
from bot.content.rules import load_triage  # noqa: E402
from bot.conversation.engine import Engine  # noqa: E402
from bot.conversation.reply import Reply  # noqa: E402
from bot.record.database import open_record  # noqa: E402
from bot.safety.triage import Triage  # noqa: E402
from bot.settings import Settings  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library(DATA)


@pytest.fixture(scope="session")
def triage() -> Triage:
    return load_triage(DATA / "safety")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of everything a model is made from, code included."""
    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("*.onnx", "tokenizer.json"))
    for name in ("bot/understanding", "bot/safety", "bot/conversation"):
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
