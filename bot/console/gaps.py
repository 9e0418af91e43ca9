"""What visitors asked and nobody answered, group by group, each with a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console.page import chosen_snippet, correctable, go, now, page, path_number, who
from bot.console.state import console_of
from bot.record import audit
from bot.record.gaps import DECISIONS, counts, decide_gap, examples, list_gaps, ungrouped
from bot.record.review import ReviewError
from bot.record.turns import utc
from bot.vocabulary import OUT_OF_SCOPE

LISTED = 300
EXAMPLES = 4
TREND_DAYS = 14
MANY = 1_000

NEAREST_FROM = 0.05
"""Score from which an answer is proposed for a question that nobody answered."""


def gaps(request: Request) -> Response:
    """Groups with one decision, those that grew most lately first."""
    decision = request.query_params.get("decision", "open")
    if decision not in DECISIONS:
        raise HTTPException(400, f"There is no decision “{decision[:40]}”. Known are: {', '.join(DECISIONS)}.")
    present = console_of(request).clock()
    since, before = (utc(present - days * 86_400) for days in (TREND_DAYS, 2 * TREND_DAYS))
    snapshot = console_of(request).content.snapshot()
    questions = {snippet.id: snippet.question for snippet in snapshot.correctable}
    with console_of(request).record() as database:
        found = list_gaps(database, since=since, before=before, decision=decision, limit=LISTED)
        wordings = examples(database, [gap.id for gap in found], EXAMPLES)
        waiting = len(ungrouped(database, MANY))
        numbers = counts(database)
        audit.append(database, who(request), "gaps.read", decision, now(request))
    nearest = {gap.id: _nearest(gap.ranking, questions) for gap in found}
    settled = [gap for gap in found if decision == "open" and gap.accepted]
    rest = [gap for gap in found if gap not in settled]
    once = [gap for gap in rest if decision == "open" and gap.size == 1]
    return page(
        request,
        "gaps.html",
        gaps=[gap for gap in rest if gap not in once],
        once=sorted(once, key=lambda gap: (nearest[gap.id] is None, (nearest[gap.id] or ("", 0.0))[0], gap.exemplar)),
        settled=settled,
        nearest=nearest,
        questions=questions,
        wordings=wordings,
        decision=decision,
        decisions=DECISIONS,
        numbers=numbers,
        ungrouped=waiting,
        many=MANY,
        days=TREND_DAYS,
        snippets=correctable(request),
    )


def _nearest(ranking: Sequence[Mapping[str, Any]], questions: Mapping[str, str]) -> tuple[str, float] | None:
    """The answer that a question was most nearly taken for, with its score; None when there was none to speak of."""
    for guess in ranking:
        score = guess.get("confidence")
        if (
            str(guess.get("name")) in questions
            and guess.get("name") != OUT_OF_SCOPE
            and isinstance(score, int | float)
            and score >= NEAREST_FROM
        ):
            return str(guess["name"]), float(score)
    return None


def decide_many(request: Request, form: Mapping[str, str]) -> Response:
    """One decision about all groups that are ticked."""
    chosen = [int(name[1:]) for name in form if name.startswith("g") and name[1:].isdecimal() and len(name) <= 12]
    if not chosen:
        raise ReviewError("No group is ticked. Tick those that the decision is for.")
    if form.get("decision") == "add_to_intent":
        raise ReviewError("Which answer a question belongs to is decided for each group.")
    with console_of(request).record() as database, database.atomic():
        for gap in chosen:
            decide_gap(database, gap, form.get("decision", ""), None, by=who(request), now=now(request))
    return go(form.get("back", "/gaps"), "decided-many", n=len(chosen))


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
