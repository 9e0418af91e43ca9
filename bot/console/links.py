"""One-time links with which somebody sets a password: an invitation, or a new password after an administrator's reset.

The link is shown once, to the administrator who made it and hands it on; the record keeps a hash of it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlite_utils import Database

from bot.console import accounts
from bot.console.accounts import AccountError
from bot.record.turns import utc

LINK_SECONDS = 72 * 60 * 60


@dataclass(frozen=True)
class Link:
    """A link that waits to be used; `role` is that of the account that it makes, None for an account that is there.
    Times are ISO 8601 in UTC."""

    username: str
    role: str | None
    made_by: str
    expires_at: str


def invite(database: Database, username: str, role: str, *, by: str, now: float) -> str:
    """A link's token for a new account.

    Raises:
        AccountError: the name cannot be used or is taken, or there is no such role.
    """
    name = accounts.free_username(database, username)
    return _make(database, name, accounts.known_role(role), by, now)


def reset(database: Database, username: str, *, by: str, now: float) -> str:
    """A link's token for a new password; the old one is worthless and every session over from now on.

    Raises:
        AccountError: there is no such account.
    """
    with database.atomic():
        accounts.take_password(database, username)
        return _make(database, username.strip().lower(), None, by, now)


def withdraw(database: Database, username: str) -> None:
    """Makes the link for a name worthless."""
    database.execute("DELETE FROM staff_links WHERE username = ?", [username])


def waiting(database: Database, now: float) -> list[Link]:
    """The links that can still be used, by name."""
    rows = database.execute(
        "SELECT username, role, made_by, expires_at FROM staff_links WHERE expires_at > ? ORDER BY username", [utc(now)]
    )
    return [Link(*row) for row in rows]


def link_of(database: Database, token: str, now: float) -> Link | None:
    """The link with this token; None when it never was, was used or withdrawn, or has expired."""
    found = database.execute(
        "SELECT username, role, made_by, expires_at FROM staff_links WHERE token_hash = ? AND expires_at > ?",
        [accounts.token_hash(token), utc(now)],
    ).fetchone()
    return Link(*found) if found else None


def use(database: Database, token: str, password: str, again: str, now: float) -> str:
    """Sets the password that its owner chose, makes the account if need be, and returns its name. The link is used up.

    Raises:
        AccountError: the link cannot be used any more, or the password breaks a rule.
    """
    link = _usable(database, token, now)
    if password != again:
        raise AccountError("The password was typed in two different ways. Type the same one twice.")
    hashed = accounts.hashed_password(link.username, password)
    with database.atomic():
        link = _usable(database, token, now)  # nobody else may have used it meanwhile
        if link.role is None:
            accounts.replace_password(database, link.username, hashed)
        else:
            accounts.insert_staff(database, link.username, hashed, link.role)
        withdraw(database, link.username)
    return link.username


def _usable(database: Database, token: str, now: float) -> Link:
    link = link_of(database, token, now)
    if link is None:
        raise AccountError("This link was used already, or it has expired. Ask an administrator for a new one.")
    return link


def _make(database: Database, username: str, role: str | None, by: str, now: float) -> str:
    """A new link in the place of any that the name has."""
    token = secrets.token_urlsafe(32)
    with database.atomic():
        database.execute("DELETE FROM staff_links WHERE username = ? OR expires_at <= ?", [username, utc(now)])
        database.execute(
            "INSERT INTO staff_links (token_hash, username, role, made_by, made_at, expires_at) VALUES (?, ?, ?, ?,"
            " ?, ?)",
            [accounts.token_hash(token), username, role, by, utc(now), utc(now + LINK_SECONDS)],
        )
    return token
