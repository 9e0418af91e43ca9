"""What visitors asked and nobody answered, group by group, each with a decision."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console.page import chosen_snippet, correctable, go, now, page, path_number, who
from bot.console.state import console_of
from bot.record import audit
from bot.record.gaps import DECISIONS, counts, decide_gap, examples, list_gaps, ungrouped
from bot.record.turns import utc

LISTED = 50
EXAMPLES = 4
TREND_DAYS = 14
MANY = 1_000


def gaps(request: Request) -> Response:
    """Groups with one decision, those that grew most lately first."""
    decision = request.query_params.get("decision", "open")
    if decision not in DECISIONS:
        raise HTTPException(400, f"There is no decision “{decision[:40]}”. Known are: {', '.join(DECISIONS)}.")
    present = console_of(request).clock()
    since, before = (utc(present - days * 86_400) for days in (TREND_DAYS, 2 * TREND_DAYS))
    with console_of(request).record() as database:
        found = list_gaps(database, since=since, before=before, decision=decision, limit=LISTED)
        wordings = examples(database, [gap.id for gap in found], EXAMPLES)
        waiting = len(ungrouped(database, MANY))
        numbers = counts(database)
        audit.append(database, who(request), "gaps.read", decision, now(request))
    return page(
        request,
        "gaps.html",
        gaps=found,
        wordings=wordings,
        decision=decision,
        decisions=DECISIONS,
        numbers=numbers,
        ungrouped=waiting,
        many=MANY,
        days=TREND_DAYS,
        snippets=correctable(request),
    )


def decide(request: Request, form: Mapping[str, str]) -> Response:
    """Notes what is to be done about a group."""
    target = chosen_snippet(request, form, "target")
    with console_of(request).record() as database:
        decide_gap(database, path_number(request), form.get("decision", ""), target, by=who(request), now=now(request))
    return go(form.get("back", "/gaps"), "decided")


def group(request: Request, form: Mapping[str, str]) -> Response:
    """Starts the grouping of what is not grouped yet; it loads the sentence encoder, so it is a process of its own."""
    console_of(request).launch(["improve", "gaps"])
    return go("/gaps", "grouping")
