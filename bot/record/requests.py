"""Questions that visitors left for the clinical team. They hold contact data, so they live apart from the transcript."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlite_utils import Database

from bot.record.turns import utc

STATES = ("new", "taken", "done")


@dataclass(frozen=True)
class ClinicRequest:
    """One question with the way to reach whoever asked it. `state` is one of `STATES`; times are ISO 8601 in UTC."""

    id: int
    conversation: str | None
    created_at: str
    state: str
    question: str
    reach: str
    best_time: str
    consent_at: str
    taken_by: str | None
    changed_at: str


_COLUMNS = ", ".join(ClinicRequest.__dataclass_fields__)


class NoSuchRequest(LookupError):
    """There is no request with this number, or it cannot change to this state."""


def leave_request(database: Database, conversation: str, *, question: str, reach: str, best_time: str) -> int:
    """Stores a new request, with the visitor's consent as of now, and returns its number."""
    now = utc(time.time())
    with database.atomic():
        row = database.execute(
            "INSERT INTO requests (conversation, created_at, question, reach, best_time, consent_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
            [conversation, now, question, reach, best_time, now, now],
        ).fetchone()
    return int(row[0])


def list_requests(
    database: Database, *, state: str | None = None, limit: int = 50, beyond: int | None = None, oldest_first: bool = False
) -> list[ClinicRequest]:
    """Requests, the newest first unless `oldest_first`; `beyond` goes on after the request with that number."""
    order, after = ("ASC", ">") if oldest_first else ("DESC", "<")
    where = [part for part, given in (("state = :state", state), (f"id {after} :beyond", beyond)) if given is not None]
    rows = database.execute(
        f"SELECT {_COLUMNS} FROM requests {'WHERE ' + ' AND '.join(where) if where else ''} ORDER BY id {order} LIMIT :limit",
        {"limit": limit, **({"state": state} if state is not None else {}), **({"beyond": beyond} if beyond is not None else {})},
    )
    return [ClinicRequest(*row) for row in rows]


def move_request(database: Database, number: int, *, state: str, by: str) -> ClinicRequest:
    """Takes a request, finishes it or gives it back (`state` new) in the name of `by`.

    Raises:
        NoSuchRequest: there is none with this number.
    """
    if state not in STATES:
        raise NoSuchRequest(f"A request is {', '.join(STATES[:-1])} or {STATES[-1]}, not {state!r}.")
    with database.atomic():
        row = database.execute(
            f"UPDATE requests SET state = ?, taken_by = ?, changed_at = ? WHERE id = ? RETURNING {_COLUMNS}",
            [state, None if state == "new" else by, utc(time.time()), number],
        ).fetchone()
    if row is None:
        raise NoSuchRequest(f"There is no request {number}.")
    return ClinicRequest(*row)
