"""Questions that visitors left for the clinical team: kept apart from
transcripts, the way to reach somebody only for those who may see it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console.page import go, now, number, page, path_number, who
from bot.console.state import console_of
from bot.record import audit
from bot.record.requests import STATES, NoSuchRequest, list_requests, move_request

LISTED = 50
CONTACT_ROLE = "clinician"


def requests(request: Request) -> Response:
    """The requests of one state: who has waited longest first, of those that are done the newest."""
    state = request.query_params.get("state", "new")
    if state not in STATES:
        raise HTTPException(400, f"Requests are {', '.join(STATES[:-1])} or {STATES[-1]}, not “{state[:40]}”.")
    may = request.state.session.may(CONTACT_ROLE)
    with console_of(request).record() as database:
        rows = list_requests(
            database,
            state=state,
            limit=LISTED + 1,
            beyond=number(request, "beyond"),
            oldest_first=state != "done",
            seal=console_of(request).contact_seal,
        )
        counts = dict(database.execute("SELECT state, count(*) FROM requests GROUP BY state").fetchall())
        seen = ", ".join(str(row.id) for row in rows[:LISTED])
        audit.append(
            database,
            who(request),
            "requests.read",
            f"requests {seen}" if rows else "no request",
            now(request),
            state=state,
            contact=may,
        )
    return page(
        request,
        "requests.html",
        rows=rows[:LISTED],
        more=len(rows) > LISTED,
        state=state,
        counts={name: counts.get(name, 0) for name in STATES},
        may=may,
    )


def move(request: Request, form: Mapping[str, str]) -> Response:
    """Takes a request, finishes it or gives it back."""
    state = form.get("state", "")
    with console_of(request).record() as database:
        try:
            with database.atomic():
                audit.append(
                    database,
                    who(request),
                    "request.moved",
                    f"request {path_number(request)}",
                    now(request),
                    state=state,
                )
                move_request(database, path_number(request), state=state, by=who(request))
        except NoSuchRequest as error:
            raise HTTPException(404, str(error)) from error
    return go(
        "/requests?state=" + ("new" if state == "new" else "taken"),
        {"new": "given-back", "taken": "taken", "done": "finished"}[state],
    )
