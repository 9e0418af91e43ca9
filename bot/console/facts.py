"""The clinic's own facts as a form, and what a changed fact does to the answers that name it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console import fact_form, words
from bot.console.differences import Difference, difference
from bot.console.fact_form import Closed, Day, FactError, Raw, label
from bot.console.page import go, page, who
from bot.console.state import console_of
from bot.console.words import Words
from bot.content.clinic import UNKNOWN
from bot.content.fact_groups import FactGroup, load_fact_groups
from bot.content.files import ContentError
from bot.content.schema import Field

_FIGURE = re.compile(r"(?:[$€£]\s?\d[\d,.]*\d|\b\d[\d-]{3,}\d\b|[\w.+-]+@[\w.-]+\w)")
"""What may stand in several facts and then has to change in all of them: amounts, telephone numbers and addresses."""
_HINTS: Mapping[str, str] = {
    "sentence": "Whole sentences.",
    "text": "A few words in the middle of a sentence, without a full stop.",
    "list": "With a semicolon between: one; another.",
    "money": "For example: $120, or $180 to $240.",
    "helpline": "Its name with the number, for example: Poison Control at 1-800-222-1222.",
}
_CARE: Mapping[str, str] = {
    "plain": "",
    "clinical": "A clinician approves a change of it.",
    "emergency": "Two people publish a change of it, after a test call.",
}
"""What is said beside a fact about who may change it, by its class."""


@dataclass(frozen=True)
class Shown:
    """A fact in the form: its fields as they are or as they were typed, what visitors read (`said`), and where it stands."""

    name: str
    label: str
    means: str
    hint: str
    care: str
    kind: str
    group: str
    value: str
    choices: Sequence[tuple[str, str]]
    days: Sequence[Day]
    rows: Sequence[Closed]
    said: str
    used: Sequence[tuple[str, str]]
    draft: str = ""
    problem: str = ""
    newer: str = ""


@dataclass(frozen=True)
class InAnswer:
    """An answer that a changed fact changes, with both wordings."""

    id: str
    question: str
    diff: Difference


def facts(request: Request) -> Response:
    """One part of the facts as a form, or those that hold some words."""
    return _page(request)


def save(request: Request, form: Mapping[str, str]) -> Response:
    """Keeps what was changed in one part of the facts as drafts; with one mistake in it, nothing."""
    with console_of(request).record() as database:
        now_words = words.words_of(request, database)
        group = _group(now_words, form.get("group", ""), console_of(request).settings.data)
        changed: dict[str, Raw] = {}
        problems: dict[str, str] = {}
        for name in group.names:
            fact = now_words.library.clinic.schema[name]
            try:
                raw = fact_form.typed(fact, form)
                fact_form.check(fact, raw)
            except FactError as error:
                problems[name] = str(error)
                continue
            if fact_form.words(fact, raw) != fact_form.words(fact, now_words.draft_of(name)):
                changed[name] = raw
        reason = form.get("reason", "").strip()
        seen = _seen(form.get("seen", ""))
        newer = {name for name in changed if seen.get(name, 0) != now_words.newest(name)}
        if not problems and not newer:
            try:
                now_words.with_facts(changed)
            except ContentError as error:
                problems.update(_blamed(str(error), changed))
        told = [*problems.values()]
        if not changed and not told:
            told.append("Nothing is different from what is there, so there is nothing to save.")
        if changed and not reason:
            told.append("“Why?” is empty. One short sentence is enough; colleagues and whoever approves read it.")
        if newer:
            told.append(f"A colleague changed {', '.join(label(name) for name in sorted(newer))} meanwhile. Both are shown below.")
        if told:
            return _page(request, group.id, form=form, problems=problems, told=told, newer=newer)
        for name, raw in changed.items():
            words.save_fact(request, database, name, raw, reason=reason, based_on=now_words.newest(name))
    return go("/facts/changes", "saved")


def _page(
    request: Request,
    chosen: str = "",
    *,
    form: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    told: Sequence[str] = (),
    newer: Sequence[str] | set[str] = (),
) -> Response:
    """The form of one part: with what was typed if something is wrong with it."""
    query = request.query_params.get("q", "").strip()[:100]
    with console_of(request).record(durable=False) as database:
        known = words.words_of(request, database)
        groups = load_fact_groups(console_of(request).settings.data / "fact_groups.yml", known.library.clinic.schema)
        group = _group(known, chosen or request.query_params.get("group", ""), console_of(request).settings.data)
        if query:
            shown = [_shown(known, name, part.id) for part in groups for name in part.names]
            found = [fact for fact in shown if _holds(query, f"{fact.label} {fact.name} {fact.means} {fact.said}")]
        else:
            found = [_shown(known, name, group.id, form, (problems or {}).get(name, ""), name in newer) for name in group.names]
        open_drafts = len(known.open_facts)
        to_approve = words.count_waiting(database)
    may = request.state.session.may("admin")
    seen = " ".join(f"{name}={known.newest(name)}" for name in group.names if known.newest(name))
    return page(
        request,
        "facts.html",
        400 if told else 200,
        groups=groups,
        group=None if query else group,
        facts=found,
        query=query,
        problems=list(told),
        reason=(form or {}).get("reason", ""),
        seen=seen,
        may=may,
        fictional=known.library.clinic.fictional,
        open_drafts=open_drafts,
        to_approve=to_approve,
    )


def _group(known: Words, chosen: str, data: Any) -> FactGroup:
    groups = load_fact_groups(data / "fact_groups.yml", known.library.clinic.schema)
    found = next((group for group in groups if group.id == (chosen or groups[0].id)), None)
    if found is None:
        raise HTTPException(404, f"There is no part of the facts called “{chosen[:40]}”. The list above shows those there are.")
    return found


def _shown(known: Words, name: str, group: str, form: Mapping[str, str] | None = None, problem: str = "", newer: bool = False) -> Shown:
    fact, raw = known.library.clinic.schema[name], known.draft_of(name)
    typed = form is not None
    days = fact_form.typed_grid(form) if form is not None and fact.kind == "hours" else fact_form.grid(raw) if fact.kind == "hours" else []
    rows = fact_form.typed_rows(form) if form is not None and fact.kind == "holidays" else fact_form.rows(raw) if fact.kind == "holidays" else []
    value = "" if fact.kind in ("hours", "holidays") else form.get(name, "") if form is not None and typed else fact_form.one_line(raw)
    care = known.care_of(name)
    draft = known.open_facts.get(name)
    return Shown(
        name=name,
        label=label(name),
        means=fact.means,
        hint=_HINTS.get(fact.kind, "") + ("" if fact.required or fact.kind in ("hours", "holidays") else " Empty if you do not know it."),
        care=_CARE[care],
        kind=fact.kind,
        group=group,
        value=value,
        choices=_choices(known, fact),
        days=days,
        rows=rows,
        said=fact_form.words(fact, known.facts[name]),
        used=[(snippet, known.library[snippet].question) for snippet in known.used.get(name, ()) if snippet in known.library],
        draft=f"A changed version waits: {fact_form.words(fact, known.draft_of(name)) or 'not known'}." if draft else "",
        problem=problem,
        newer=fact_form.words(fact, known.draft_of(name)) or "not known" if newer else "",
    )


def _choices(known: Words, fact: Field) -> list[tuple[str, str]]:
    if fact.name == "spelling":
        return [("US", "American (center)"), ("UK", "British (centre)")]
    if fact.name == "country":
        return [(code, code) for code in known.countries]
    if fact.kind == "yes/no" and fact.words is not None:
        unknown = [] if fact.required else [("", "not known")]
        return [*unknown, *((value, f"{value}: {fact.words[truth]}") for value, truth in (("yes", True), ("no", False)))]
    return []


def _seen(text: str) -> dict[str, int]:
    """The number of the newest version of each fact when the form was made."""
    pairs = (pair.partition("=") for pair in text.split())
    return {name: int(number) for name, _, number in pairs if number.isascii() and number.isdecimal() and len(number) < 12}


def _blamed(told: str, names: Mapping[str, Raw]) -> dict[str, str]:
    """Each line about content that would no longer fit together, with the changed fact that it names."""
    found: dict[str, str] = {}
    for line in told.splitlines():
        sentence = re.sub(r"^\S+\.yml(:\d+)?: ", "", line)
        found[next((name for name in names if f"`{name}`" in line), next(iter(names)))] = sentence
    return found


def _holds(query: str, text: str) -> bool:
    return all(word in text.lower() for word in query.lower().split())
