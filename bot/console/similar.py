"""Other messages with nearly the meaning of one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.console.jobs import JobError
from bot.console.page import now, page, path_number, who
from bot.console.queries import hits
from bot.console.state import console_of
from bot.record import audit
from bot.record.review import place_of


def similar(request: Request) -> Response:
    """Messages that mean nearly the same, found by the sentence encoder: a process of its own, as the console has none.

    What it writes is numbers alone; the words stay in the record.
    """
    console, turn, wrong = console_of(request), path_number(request), ""
    with console.record() as database:
        conversation, number = place_of(database, turn)
        audit.append(database, who(request), "turns.similar", f"{conversation}#{number}", now(request))
    try:
        alike = {
            int(row[0]): float(row[1])
            for row in map(str.split, console.ask(["improve", "similar", str(turn)]).splitlines())
        }
    except JobError as error:
        alike, wrong = {}, str(error)
    with console.record() as database:
        place_of(database, turn)  # it may have been erased meanwhile
        (asked,) = hits(database, [turn], "")
        found = hits(database, list(alike), "") if alike else []
    return page(
        request,
        "similar.html",
        200,
        asked=asked,
        hits=found,
        alike=alike,
        wrong=wrong,
    )
