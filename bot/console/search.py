"""Search, the list of conversations, saved views, bulk actions and exports: all driven by the one filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import structlog
from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.console.charts import bucketed, by_route
from bot.console.export import CSV_COLUMNS, csv_lines, json_lines, told_in
from bot.console.filtering import Asked, asked_in, asked_of
from bot.console.page import go, library_of, now, number, page, path_number, who, zone_of
from bot.console.queries import exported_conversations, exported_turns, hits, listed, new_conversations
from bot.console.state import Console, console_of
from bot.record import audit, review
from bot.record.filters import TurnFilter, each, find, find_conversations, tally
from bot.record.saved_views import delete_view, save_view, views_of
from bot.record.turns import count_conversations, route_counts

LISTED = 50
EXPORT_CHUNK = 500
MAX_BULK = 1_000
"""Turns that one bulk action may change."""

BULK = {"judge": "Give the verdict", "tag": "Put on the tag", "flag": "Flag", "assign": "Assign to"}

log = structlog.get_logger()


def _form_context(request: Request, database: Database, asked: Asked) -> dict[str, Any]:
    """What the form of the filter offers."""
    return {
        "asked": asked,
        "views": views_of(database, who(request)),
        "reviewers": review.reviewers(database),
        "tags": review.known_tags(database),
        "known": list(library_of(request) or ()),
        "intents": sorted(console_of(request).content.snapshot().examples),
        "rules": sorted(console_of(request).content.snapshot().rules),
    }


def turns(request: Request) -> Response:
    """Turns that pass the filter, the newest first."""
    asked, start = asked_of(request), number(request, "start")
    with console_of(request).record() as database:
        audit.append(database, who(request), "turns.searched", what(asked), now(request))
        found = find(database, asked.filter, limit=LISTED, start=start)
        rows = hits(database, found.turns, asked.filter.words)
        context = _form_context(request, database, asked)
        looked_to = _time_of(database, found.next)
    return page(
        request, "search.html", hits=rows, found=found, started=start is not None, looked_to=looked_to, **context
    )


def chart(request: Request) -> Response:
    """The turns that pass the filter, as bars by day or by week."""
    asked, zone = asked_of(request), zone_of(request)
    with console_of(request).record() as database:
        audit.append(database, who(request), "turns.counted", what(asked), now(request))
        counted, stopped = tally(database, asked.filter)
        context = _form_context(request, database, asked)
        looked_to = _time_of(database, stopped)
    days: dict[date, dict[str, int]] = {}
    for (hour, route), count in counted.items():
        routes = days.setdefault(datetime.fromisoformat(f"{hour}:00+00:00").astimezone(zone).date(), {})
        routes[route] = routes.get(route, 0) + count
    buckets, weekly = bucketed(days)
    total = sum(counted.values())
    return page(
        request,
        "chart.html",
        chart=by_route(buckets),
        buckets=buckets,
        weekly=weekly,
        total=total,
        looked_to=looked_to,
        **context,
    )


def conversations(request: Request) -> Response:
    """Conversations with a turn that passes the filter, the last active first."""
    asked, start = asked_of(request), number(request, "start")
    with console_of(request).record() as database:
        audit.append(database, who(request), "conversations.listed", what(asked), now(request))
        chosen, found = find_conversations(database, asked.filter, limit=LISTED, start=start)
        rows = listed(database, chosen)
        context = _form_context(request, database, asked)
        total, by_route = count_conversations(database), route_counts(database)
        looked_to = _time_of(database, found.next)
    return page(
        request,
        "conversations.html",
        conversations=rows,
        found=found,
        started=start is not None,
        looked_to=looked_to,
        total=total,
        by_route=by_route,
        visitor_port=console_of(request).settings.port,
        **context,
    )


def what(asked: Asked) -> str:
    """The filter for the audit, without words: they may be a visitor's own."""
    values = {name: value for name, value in asked.values.items() if name != "q"}
    return (urlencode(values) or "everything") + (" and words" if asked.filter.words else "")


def _time_of(database: Database, turn: int | None) -> str | None:
    if turn is None:
        return None
    row = database.execute("SELECT at FROM turn_facts WHERE turn >= ? ORDER BY turn LIMIT 1", [turn]).fetchone()
    return str(row[0]) if row else None


def save(request: Request, form: Mapping[str, str]) -> Response:
    """Keeps the filter under a name."""
    asked = asked_in(form.get("query", ""), zone_of(request))
    address = f"{_list_page(form)}?{asked.query}"
    with console_of(request).record() as database:
        save_view(
            database, form.get("name", ""), address, owner=who(request), shared="shared" in form, now=now(request)
        )
    return go(address, "view-saved")


def delete(request: Request, form: Mapping[str, str]) -> Response:
    """Deletes one of one's own views."""
    with console_of(request).record() as database:
        delete_view(database, path_number(request), owner=who(request), now=now(request))
    return go(form.get("back", "/search"), "deleted")


def _list_page(form: Mapping[str, str]) -> str:
    return "/conversations" if form.get("list") == "conversations" else "/search"


def bulk(request: Request, form: Mapping[str, str]) -> Response:
    """Does one thing to turns: those that are ticked, or all that pass the filter.

    First a page that says to how many, then, confirmed, the deed.
    """
    asked = asked_in(form.get("query", ""), zone_of(request))
    action = form.get("action", "")
    value = form.get(f"value_{action}", form.get("value", "")).strip()
    if action not in BULK:
        raise HTTPException(400, "Choose what to do with the messages.")
    if action == "tag":
        value = review.clean_tag(value)
    back, by, at = f"/search?{asked.query}", who(request), now(request)
    with console_of(request).record() as database:
        found, ticked = _meant(database, asked, form)
        judged, held = review.judged_or_held(database, found, by=by, now=at) if action == "judge" else (set(), set())
        # What was confirmed must be what is changed: new turns and new verdicts may have come in meanwhile.
        if (form.get("confirmed"), form.get("overruled", "0")) != (str(len(found)), str(len(judged))):
            told: dict[str, Any] = {
                "count": len(found),
                "judged": len(judged),
                "held": len(held),
                "ticked": ticked,
                "back": back,
            }
            return page(request, "bulk.html", asked=asked, action=action, value=value, label=BULK[action], **told)
        spared = held | (set() if "replace" in form else judged)
        turns = [turn for turn in found if turn not in spared]
        if not turns:
            raise HTTPException(400, "Colleagues have judged or taken all of these messages, so nothing was changed.")
        _do(database, action, value, turns, by=by, at=at)
    said = {"judge": "judged-many", "tag": "tagged-many", "flag": "flagged-many", "assign": "assigned-many"}[action]
    return go(back, said, n=len(turns), undo=turns[0] if action == "judge" else None)


def _meant(database: Database, asked: Asked, form: Mapping[str, str]) -> tuple[list[int], str]:
    """The turns that a bulk form is for, and those that were ticked,
    joined by commas (empty when it is for all that pass the filter).

    Raises:
        HTTPException: 400, it is for none or for too many.
    """
    listed = (
        form.get("ticked", "").split(",") if form.get("ticked") else [name[1:] for name in form if name.startswith("t")]
    )
    ticked = sorted({int(turn) for turn in listed if turn.isascii() and turn.isdecimal() and len(turn) <= 12})
    if ticked and form.get("scope", "ticked") == "ticked":
        marks = ", ".join("?" * len(ticked))
        found = [
            turn
            for (turn,) in database.execute(
                f"SELECT turn FROM turn_facts WHERE turn IN ({marks}) ORDER BY turn DESC", ticked
            )
        ]
        if found:
            return found, ",".join(map(str, ticked))
    if form.get("scope") == "ticked":
        raise HTTPException(
            400, "No message is ticked. Tick some in the list, or choose every message that passes the filter."
        )
    if asked.filter.empty:
        raise HTTPException(400, "Filter the messages first: a bulk action is never for all of them.")
    passing = list(find(database, asked.filter, limit=MAX_BULK + 1, patience=None).turns)
    if len(passing) > MAX_BULK:
        raise HTTPException(400, f"More than {MAX_BULK:,} messages pass this filter. Narrow it, for example to a week.")
    if not passing:
        raise HTTPException(400, "No message passes this filter, so there is nothing to do.")
    return passing, ""


def _do(database: Database, action: str, value: str, turns: list[int], *, by: str, at: str) -> None:
    if action == "judge":
        review.judge_all(database, turns, value, by=by, now=at)
    elif action == "tag":
        review.set_tag(database, turns, value, by=by, now=at)
    elif action == "flag":
        review.set_flag(database, turns, by=by, now=at, reason=value)
    else:
        review.assign(database, turns, value, by=by, now=at)


def export_jsonl(request: Request) -> Response:
    """JSON lines with every detail."""
    return _export(request, "jsonl", "application/jsonl; charset=utf-8")


def export_csv(request: Request) -> Response:
    """A table for a spreadsheet."""
    return _export(request, "csv", "text/csv; charset=utf-8")


def _export(request: Request, kind: str, media_type: str) -> Response:
    console, asked = console_of(request), asked_of(request)
    rows = request.query_params.get("rows", "turns")
    if rows not in CSV_COLUMNS:
        raise HTTPException(
            400, "An export has one row a turn (rows=turns) or one row a conversation (rows=conversations)."
        )
    with console.record(durable=True) as database:
        audit.append(database, who(request), "exported", what(asked), now(request), kind=kind, rows=rows)
    log.info("console.exported", username=who(request), kind=kind, rows=rows)
    chunks = told_in(_chunks(console, asked.filter, rows), zone_of(request), str(request.base_url).rstrip("/"))
    lines = json_lines(chunks) if kind == "jsonl" else csv_lines(chunks, CSV_COLUMNS[rows])
    name = f"{rows}-{asked.filter.route or 'all'}-{date.today().isoformat()}.{kind}"
    return StreamingResponse(
        lines, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _chunks(console: Console, asked: TurnFilter, rows: str) -> Iterator[list[dict[str, Any]]]:
    """Each part opens the record anew: the next one may be asked
    for in another thread, and no reader holds up a checkpoint."""
    start: int | None = None
    seen: set[str] = set()
    while True:
        with console.record() as database:
            found = next(each(database, asked, EXPORT_CHUNK, start), None)
            if found is None:
                return
            part = (
                exported_turns(database, found)
                if rows == "turns"
                else exported_conversations(database, new_conversations(database, found, seen))
            )
        yield part
        start = found[-1] + 1
