"""A console with one account of each role."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlite_utils import Database
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.console import accounts
from bot.console.accounts import ROLES, create_session
from bot.console.app import create_app
from bot.console.current import CurrentContent
from bot.record.database import open_record
from bot.record.sealed import CONTACT, Seal
from bot.secret import load_secret
from bot.settings import Settings
from tests.conftest import DATA
from tests.record.conftest import Add, add

__all__ = ["Add", "add"]

NOW = 1_800_100_000.0
LogIn = Callable[[str], "Browser"]


class Browser:
    """Somebody logged in."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str) -> str:
        """The page, which must be there."""
        response = self.client.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return response.text

    def status(self, method: str, path: str) -> int:
        """The status of a bare request."""
        return self.client.request(method, path).status_code

    def post(self, path: str, form: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Sends a form with the right token; the status, and where it leads to or what it says."""
        found = re.search(r'name="csrf" value="(\w+)"', self.client.get("/account").text)
        response = self.client.post(path, data={"csrf": found[1] if found else "", **(form or {})})
        return response.status_code, response.headers.get("location", response.text)


def new_secret() -> str:
    """160 random bits in base32, as an authenticator app takes them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


@pytest.fixture(scope="session")
def content() -> CurrentContent:
    return CurrentContent(DATA)


@pytest.fixture
def launched() -> list[list[str]]:
    """The commands that the console started."""
    return []


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """The console's record, with an account for each role that is called like it."""
    opened = open_record(tmp_path / "record.db")
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse battery")
    for role in ROLES:
        opened.execute(
            "INSERT INTO staff (username, password_hash, created_at, role) VALUES (?, ?,"
            " '2026-11-01T00:00:00.000+00:00', ?)",
            [role, hashed, role],
        )
    yield opened
    opened.close()


@pytest.fixture
def contact_seal(tmp_path: Path) -> Seal:
    """What the console opens visitors' requests with."""
    return Seal(load_secret(tmp_path / "secret"), purpose=CONTACT)


@pytest.fixture
def record(database: Database) -> Database:
    """What `add` adds to."""
    return database


@pytest.fixture
def console(tmp_path: Path, database: Database, content: CurrentContent, launched: list[list[str]]) -> Starlette:
    settings = Settings(data=DATA, database=tmp_path / "record.db", secret_file=tmp_path / "secret", https=False)
    return create_app(
        settings,
        clock=lambda: NOW,
        content=content,
        zone=UTC,
        launch=lambda arguments: launched.append(list(arguments)),
    )


@pytest.fixture
def log_in(console: Starlette, database: Database, monkeypatch: pytest.MonkeyPatch) -> LogIn:
    """Logs somebody in, by name."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", lambda: hasher)
    return lambda name: Browser(
        TestClient(console, follow_redirects=False, cookies={"console": create_session(database, name, NOW)})
    )
