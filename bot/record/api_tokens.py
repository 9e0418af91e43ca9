"""Tokens with which programs read what staff judged. Only a hash of each is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlite_utils import Database

from bot.record import audit
from bot.record.review import ReviewError

MAX_NAME = 60
_PREFIX = "ozone_"
"""So that one that lies around is known for what it is."""


@dataclass(frozen=True)
class ApiToken:
    """One token; `last_used_at` is None for one that was never used. Times are ISO 8601 in UTC."""

    id: int
    name: str
    made_by: str
    made_at: str
    last_used_at: str | None


def create(database: Database) -> None:
    """Makes the table."""
    database.execute(
        "CREATE TABLE api_tokens (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, hash TEXT NOT NULL"
        " UNIQUE, made_by TEXT NOT NULL, made_at TEXT NOT NULL, last_used_at TEXT)"
    )


def make(database: Database, name: str, *, by: str, now: str) -> str:
    """A new token, which nobody can be shown again.

    Raises:
        ReviewError: the name cannot be used or is taken.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise ReviewError(f"A token has a name of 1 to {MAX_NAME} letters that says which program it is for.")
    token = _PREFIX + secrets.token_urlsafe(32)
    with database.atomic():
        audit.append(database, by, "token.made", name, now)
        if database.execute("SELECT 1 FROM api_tokens WHERE name = ?", [name]).fetchone():
            raise ReviewError(f"There is a token called “{name}” already. Revoke that one first, or take another name.")
        database.execute(
            "INSERT INTO api_tokens (name, hash, made_by, made_at) VALUES (?, ?, ?, ?)", [name, _hash(token), by, now]
        )
    return token


def revoke(database: Database, number: int, *, by: str, now: str) -> None:
    """Makes a token worthless from now on.

    Raises:
        ReviewError: there is no such token.
    """
    with database.atomic():
        row = database.execute("SELECT name FROM api_tokens WHERE id = ?", [number]).fetchone()
        if row is None:
            raise ReviewError("There is no such token. Somebody may have revoked it already.")
        audit.append(database, by, "token.revoked", row[0], now)
        database.execute("DELETE FROM api_tokens WHERE id = ?", [number])


def use(database: Database, token: str, now: str) -> str | None:
    """The name of the token that this is, noted as used now; None when it is none, or was revoked."""
    with database.atomic():
        row = database.execute(
            "UPDATE api_tokens SET last_used_at = ? WHERE hash = ? RETURNING name", [now, _hash(token)]
        ).fetchall()
    return str(row[0][0]) if row else None


def tokens(database: Database) -> list[ApiToken]:
    """All that can be used, by name."""
    rows = database.execute("SELECT id, name, made_by, made_at, last_used_at FROM api_tokens ORDER BY name")
    return [ApiToken(*row) for row in rows]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
