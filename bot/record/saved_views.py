"""Filters that somebody gave a name, for themselves or for everybody."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from bot.record import audit
from bot.record.review import ReviewError

MAX_NAME = 60
MAX_VIEWS = 100


@dataclass(frozen=True)
class SavedView:
    """A named filter; `address` is the query of its page."""

    id: int
    name: str
    address: str
    owner: str
    shared: bool


def save_view(database: Database, name: str, address: str, *, owner: str, shared: bool, now: str) -> None:
    """Keeps a filter; one of the same name and owner is replaced.

    Raises:
        ReviewError: no name, one that is too long, or too many views.
    """
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise ReviewError(f"Give the view a name of 1 to {MAX_NAME} characters.")
    if len(views_of(database, owner)) >= MAX_VIEWS:
        raise ReviewError(f"There are {MAX_VIEWS} saved views already. Delete one first.")
    with database.atomic():
        audit.append(database, owner, "view.saved", "a view", now, shared=shared)
        database.execute(
            """INSERT INTO saved_views (name, address, owner, shared, at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (owner, name) DO UPDATE SET address = excluded.address, shared = excluded.shared,
            at = excluded.at""",
            [name, address, owner, int(shared), now],
        )


def views_of(database: Database, owner: str) -> list[SavedView]:
    """A person's own views and those shared with everybody, by name."""
    rows = database.execute(
        "SELECT id, name, address, owner, shared FROM saved_views WHERE owner = ? OR shared ORDER BY name, id", [owner]
    )
    return [SavedView(view, name, address, by, bool(shared)) for view, name, address, by, shared in rows]


def delete_view(database: Database, view: int, *, owner: str, now: str) -> None:
    """Deletes one of a person's own views.

    Raises:
        ReviewError: it is not theirs, or not there.
    """
    with database.atomic():
        audit.append(database, owner, "view.deleted", f"view {view}", now)
        if database.execute("DELETE FROM saved_views WHERE id = ? AND owner = ?", [view, owner]).rowcount == 0:
            raise ReviewError("There is no such view of yours. A colleague’s view can be deleted by them alone.")
