"""Leases: of several processes one does a thing at a time, and another takes over when that one is killed."""

from __future__ import annotations

from sqlite_utils import Database


def take(database: Database, name: str, owner: str, seconds: float, now: float) -> bool:
    """Whether `owner` may work now (Unix time), for as many seconds.

    A lease that lies far in the future was taken under another clock and does not count.
    """
    with database.atomic():
        taken = database.execute(
            """INSERT INTO leases (name, owner, until) VALUES (:name, :owner, :until) ON CONFLICT (name) DO UPDATE
            SET owner = excluded.owner, until = excluded.until WHERE owner = excluded.owner OR until < :now
            OR until > :now + 2 * :length RETURNING owner""",
            {"name": name, "owner": owner, "until": now + seconds, "now": now, "length": seconds},
        ).fetchall()
    return bool(taken)


def give_back(database: Database, name: str, owner: str) -> None:
    """Lets the next one work at once."""
    with database.atomic():
        database.execute("DELETE FROM leases WHERE name = ? AND owner = ?", [name, owner])
