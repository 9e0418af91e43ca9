"""Which way is behind the door: SQLite, unless the settings name a PostgreSQL."""

from __future__ import annotations

import os
import socket

from bot.record.record import Record
from bot.settings import Settings, SettingsError
from bot.storage.door import Store
from bot.storage.sqlite import SqliteStore


def this_process() -> str:
    """What names a process of the website among those of all machines that share a store."""
    return f"{socket.gethostname()} {os.getpid()}"


def open_store(settings: Settings) -> Store:
    """The store that the settings name; it is reached when it is first needed.

    Raises:
        SettingsError: it takes a package that is not installed.
    """
    if not settings.database_url:
        return SqliteStore(Record(settings.database))
    try:
        from bot.storage.link import Link
        from bot.storage.postgres import PostgresStore
    except ImportError as error:
        raise SettingsError(
            "DATABASE_URL needs the package asyncpg: run `uv sync --group scale`, or unset it to keep the turns in a"
            " file."
        ) from error
    link = Link(settings.database_url, settings.database_connections)
    return PostgresStore(link, this_process(), settings.database.with_name("decided.json"))
