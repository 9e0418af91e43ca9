"""Questions that visitors left for the clinical team.

They hold contact data, so they live apart from the transcript, and sealed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from bot.record.sealed import Seal, SealError, is_sealed
from bot.record.turns import utc

STATES = ("new", "taken", "done")

SEALED = ("question", "reach", "best_time")
"""What lies in the record only sealed, with a key outside it."""

UNREADABLE = "[sealed with another secret]"
"""In the place of what the present secret does not open."""


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


@dataclass(frozen=True)
class SealedRequest:
    """A question as it may lie in a store: what the visitor typed is sealed. `at` is when they agreed to it."""

    at: str
    question: str
    reach: str
    best_time: str


def sealed_request(*, question: str, reach: str, best_time: str, seal: Seal) -> SealedRequest:
    """A question, sealed, with the visitor's consent as of now."""
    now = utc(time.time())
    sealed = (
        seal.close(text, _owner(name, now)) for name, text in zip(SEALED, (question, reach, best_time), strict=True)
    )
    return SealedRequest(now, *sealed)


def keep_request(database: Database, conversation: str | None, request: SealedRequest) -> int:
    """Stores a new request and returns its number."""
    with database.atomic():
        row = database.execute(
            "INSERT INTO requests (conversation, created_at, question, reach, best_time, consent_at, changed_at) VALUES"
            " (?, ?, ?, ?, ?, ?, ?) RETURNING id",
            [
                conversation,
                request.at,
                request.question,
                request.reach,
                request.best_time,
                request.at,
                request.at,
            ],
        ).fetchone()
    return int(row[0])


def leave_request(
    database: Database, conversation: str, *, question: str, reach: str, best_time: str, seal: Seal
) -> int:
    """Stores a new request, with the visitor's consent as of now, and returns its number."""
    request = sealed_request(question=question, reach=reach, best_time=best_time, seal=seal)
    return keep_request(database, conversation, request)


def seal_requests(database: Database, seal: Callable[[], Seal], *, anew: bool = True) -> int:
    """Seals the requests that are in the record in the clear,
    from before there were seals, and returns how many these were.

    With `anew` also those that are sealed with a secret from before the present one; that opens every request, so it is
    for a start.
    """
    clear = "" if anew else "WHERE substr(reach, 1, 8) <> 'sealed1:'"
    rows = database.execute(f"SELECT id, created_at, {', '.join(SEALED)} FROM requests {clear}").fetchall()
    due = [
        row
        for row in rows
        if any(_is_due(text, _owner(name, row[1]), seal) for name, text in zip(SEALED, row[2:], strict=True))
    ]
    if not due:
        return 0
    with database.atomic():
        for number, created_at, *texts in due:
            sealed = []
            for name, text in zip(SEALED, texts, strict=True):
                owner = _owner(name, created_at)
                with suppress(SealError):  # that secret is gone, so nobody can read it any more: it stays as it is
                    text = seal().close(seal().open(text, owner) if is_sealed(text) else text, owner)
                sealed.append(text)
            database.execute(
                "UPDATE requests SET question = ?, reach = ?, best_time = ? WHERE id = ?", [*sealed, number]
            )
        database.execute("INSERT INTO pending_wipes (at) VALUES (?)", [time.time()])
    return len(due)


def _is_due(text: str, owner: str, seal: Callable[[], Seal]) -> bool:
    if not is_sealed(text):
        return True
    try:
        return seal().is_former(text, owner)
    except SealError:  # sealed with a secret that is gone: nobody can read it any more
        return False


def requests_of(database: Database, conversation: str, seal: Seal) -> list[ClinicRequest]:
    """The requests that were left in a conversation."""
    return [
        _opened(row, seal)
        for row in database.execute(
            f"SELECT {_COLUMNS} FROM requests WHERE conversation = ? ORDER BY id", [conversation]
        )
    ]


def list_requests(
    database: Database,
    *,
    state: str | None = None,
    limit: int = 50,
    beyond: int | None = None,
    oldest_first: bool = False,
    seal: Seal,
) -> list[ClinicRequest]:
    """Requests, the newest first unless `oldest_first`; `beyond` goes on after the request with that number."""
    order, after = ("ASC", ">") if oldest_first else ("DESC", "<")
    where = [part for part, given in (("state = :state", state), (f"id {after} :beyond", beyond)) if given is not None]
    rows = database.execute(
        f"SELECT {_COLUMNS} FROM requests {'WHERE ' + ' AND '.join(where) if where else ''} ORDER BY id {order} LIMIT"
        " :limit",
        {
            "limit": limit,
            **({"state": state} if state is not None else {}),
            **({"beyond": beyond} if beyond is not None else {}),
        },
    )
    return [_opened(row, seal) for row in rows]


def move_request(database: Database, number: int, *, state: str, by: str) -> None:
    """Takes a request, finishes it or gives it back (`state` new) in the name of `by`.

    Raises:
        NoSuchRequest: there is none with this number.
    """
    if state not in STATES:
        raise NoSuchRequest(f"A request is {', '.join(STATES[:-1])} or {STATES[-1]}, not {state!r}.")
    with database.atomic():
        changed = database.execute(
            "UPDATE requests SET state = ?, taken_by = ?, changed_at = ? WHERE id = ?",
            [state, None if state == "new" else by, utc(time.time()), number],
        )
    if changed.rowcount == 0:
        raise NoSuchRequest(f"There is no request {number}.")


def _owner(name: str, created_at: str) -> str:
    """What a sealed text is bound to, so that it cannot be moved to another request or another place in one."""
    return f"{name} of the request of {created_at}"


def _opened(row: Sequence[Any], seal: Seal) -> ClinicRequest:
    request = ClinicRequest(*row)
    opened: dict[str, Any] = {
        name: _open(getattr(request, name), _owner(name, request.created_at), seal) for name in SEALED
    }
    return replace(request, **opened)


def _open(text: str, owner: str, seal: Seal) -> str:
    if not is_sealed(text):  # from before there were seals
        return text
    try:
        return seal.open(text, owner)
    except SealError:
        return UNREADABLE
