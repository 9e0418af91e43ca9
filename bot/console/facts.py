"""The clinic's own facts as a form, and what a changed fact does to the answers that name it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console import fact_form
from bot.console.differences import Difference, difference
from bot.console.fact_form import Closed, Day, FactError, Raw, label
from bot.console.page import go, now, page, path_number, who
from bot.console.state import console_of
from bot.console.words import Words, words_of
from bot.content.checks import check_snippet
from bot.content.fact_groups import CLINICAL, EMERGENCY, PLAIN, FactGroup
from bot.content.files import ContentError
from bot.content.schema import Field
from bot.record import audit, texts
from bot.record.review import ReviewError, setting
from bot.record.texts import FACT, Version

_PLACE = re.compile(r"^\S+\.yml(:\d+)?: ")
"""Where in a file something is wrong, which a page need not say."""
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
    """A fact in the form: its fields as they are or as they were
    typed, what visitors read (`said`), and where it stands."""

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
class Change:
    """A changed fact that is not sent yet, as its page shows
    it; `also` is a figure with the other facts that hold it."""

    id: int
    label: str
    state: str
    by: str
    at: str
    reason: str
    diff: Difference
    problems: Sequence[str]
    also: tuple[str, list[tuple[str, str]]] | None
    answers: Sequence[tuple[str, str, Difference]]
    may_publish: bool
    may_send: bool
    may_drop: bool
    needs_call: bool
    send_words: str
    next: str


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
        known = words_of(request, database)
        group = _group(known, form.get("group", ""))
        changed, problems = _changed(known, group, form)
        seen = _seen(form.get("seen", ""))
        newer = [name for name in changed if seen.get(name, 0) != known.newest(FACT, name)]
        if changed and not problems and not newer:
            problems.update(_misfits(known, changed))
        told = list(problems.values())
        if not changed and not told:
            told.append("Nothing is different from what is there, so there is nothing to save.")
        elif not form.get("reason", "").strip():
            told.append("“Why?” is empty. One short sentence is enough; colleagues and whoever approves read it.")
        if newer:
            told.append(
                f"A colleague changed {', '.join(label(name) for name in newer)} meanwhile. Both are shown below."
            )
        if told:
            return _page(request, _Typed(group.id, form, problems, tuple(told), frozenset(newer)))
        with database.atomic():
            for name, raw in changed.items():
                number = _number(known, name)
                base = known.newest(FACT, name) or None
                texts.save_draft(
                    database,
                    FACT,
                    name,
                    {"value": raw},
                    by=who(request),
                    reason=form["reason"],
                    based_on=base,
                    number=number,
                    now=now(request),
                )
    return go("/facts/changes")


def changes(request: Request) -> Response:
    """The changed facts that are not sent yet, each with what it does to the answers."""
    with console_of(request).record(durable=False) as database:
        known = words_of(request, database)
        found = [
            _change(request, known, version, one_person(database))
            for version in sorted(known.open_facts, key=lambda version: version.id)
        ]
        to_approve = len(texts.waiting(database))
        live = [version for version in reversed(texts.published(database)) if version.kind == FACT]
    lately = [
        (
            version,
            label(version.name),
            fact_form.words(known.library.clinic.schema[version.name], version.body["value"]),
            known.care_of(version.name),
        )
        for version in live
    ]
    return page(request, "facts_changes.html", changes=found, lately=lately, to_approve=to_approve)


def settle(request: Request, form: Mapping[str, str]) -> Response:
    """Publishes a changed fact, sends it to whoever has to
    approve it, gives it up, or goes back to what was sent before."""
    number, action, by, at = path_number(request), form.get("action", ""), who(request), now(request)
    with console_of(request).record() as database, database.atomic():
        version = texts.get(database, number)
        known = words_of(request, database)
        care = known.care_of(version.name)
        if version.kind != FACT:
            raise HTTPException(404, "There is no changed fact with this number.")
        if action == "publish" and care == PLAIN:
            audit.append(database, by, "fact.published", version.name, at)
            if misfits := _misfits(known, {version.name: version.body["value"]}):
                raise ReviewError(" ".join(misfits.values()))
            texts.send_for_approval(database, number, by=by, now=at)
            texts.approve(database, number, by=by, role=request.state.session.role, now=at, one_person=True)
            texts.publish(database, number, by=by, now=at)
            return go("/facts/changes", "published")
        if action == "send" and care != PLAIN:
            if care == EMERGENCY:
                require_call(database, form, version, by, at)
            texts.send_for_approval(database, number, by=by, now=at)
            return go("/facts/changes", "sent")
        if action == "undo" and care != PLAIN:
            _ask_to_go_back(request, database, known, version, form)
            return go("/facts/changes", "sent")
        if action == "undo":
            texts.undo(database, FACT, version.name, by=by, reason=form.get("reason", ""), now=at)
            return go("/facts/changes", "put-back")
        if action == "drop":
            texts.withdraw(database, number, by=by, reason="given up", now=at)
            return go("/facts/changes", "dropped")
    raise HTTPException(400, "Choose what to do with this change.")


def _ask_to_go_back(
    request: Request, database: Database, known: Words, version: Version, form: Mapping[str, str]
) -> None:
    """The value from before waits for as many people as the change took.

    Raises:
        ReviewError: there is nothing to go back to, a colleague changes it already, no reason, or no test call.
    """
    by, at = who(request), now(request)
    before = texts.before_published(database, FACT, version.name)
    if known.open(FACT, version.name) is not None:
        raise ReviewError("Somebody is changing this fact already. Settle that change first.")
    if not form.get("reason", "").strip():
        raise ReviewError("“Why?” is empty. One short sentence is enough.")
    raw = before.body["value"] if before is not None else known.filed(version.name)
    draft = texts.save_draft(
        database,
        FACT,
        version.name,
        {"value": raw},
        by=by,
        reason=f"back to the version before: {form['reason'].strip()}",
        based_on=known.newest(FACT, version.name) or None,
        number=_number(known, version.name),
        now=at,
    )
    if known.care_of(version.name) == EMERGENCY:
        require_call(database, form, draft, by, at)
    texts.send_for_approval(database, draft.id, by=by, now=at)


def require_call(database: Database, form: Mapping[str, str], version: Version, by: str, at: str) -> None:
    """Notes that somebody called an emergency number.

    Raises:
        ReviewError: nobody says so.
    """
    if "called" not in form:
        raise ReviewError("Call the number first, and tick that the right people answered. Nothing was changed.")
    audit.append(database, by, "fact.called", version.name, at)


def one_person(database: Database) -> bool:
    """Whether the clinic lets one person write and approve a text."""
    return setting(database, "one_person") >= 1


def in_answers(known: Words, version: Version) -> tuple[list[InAnswer], list[str]]:
    """The answers that a changed fact changes, and what is wrong with the change or with them."""
    try:
        after = known.with_facts({version.name: version.body["value"]})
    except ContentError as error:
        return [], list(_blamed(str(error), {version.name: ""}).values())
    changed = [
        InAnswer(name, known.library[name].question, difference(known.library[name].text, after[name].text))
        for name in known.used.get(version.name, ())
        if name in after and name in known.library
    ]
    day = date.today()
    fresh = [
        f"“{after[one.id].question}” {problem.partition('`')[2].partition('`')[2].strip()}"
        for one in changed
        for problem in set(check_snippet(after[one.id], day)) - set(check_snippet(known.library[one.id], day))
    ]
    return [one for one in changed if one.diff.any], fresh


def fact_difference(known: Words, version: Version) -> Difference:
    """What is sent now beside the changed fact."""
    fact = known.library.clinic.schema[version.name]
    return difference(
        fact_form.words(fact, known.facts[version.name]) or "not known",
        fact_form.words(fact, version.body["value"]) or "not known",
    )


def _change(request: Request, known: Words, version: Version, alone: bool) -> Change:
    care, role = known.care_of(version.name), request.state.session
    answers, problems = in_answers(known, version)
    fits = not _misfits(known, {version.name: version.body["value"]})
    waits = version.state != "draft"
    admin = role.may("admin")
    told = {
        PLAIN: "Visitors get the new words within seconds. You can go back at any time.",
        CLINICAL: "A clinician looks at it first, because it is about the treatment.",
        EMERGENCY: "A second person publishes it, because lives may hang on it.",
    }[care]
    return Change(
        id=version.id,
        label=label(version.name),
        state="Waits for approval; sent" if waits else "Changed",
        by=version.author,
        at=version.changed_at,
        reason=version.reason,
        diff=fact_difference(known, version),
        problems=problems,
        also=_elsewhere(known, version),
        answers=[(one.id, one.question, one.diff) for one in answers],
        may_publish=admin and care == PLAIN and not waits and fits,
        may_send=admin and care != PLAIN and not waits and fits,
        may_drop=admin,
        needs_call=care == EMERGENCY and not waits,
        send_words="Send to a clinician" if care == CLINICAL else "Send to a second person",
        next=("It waits under “To approve”." if waits else told) if admin else "An administrator decides about it.",
    )


def _elsewhere(known: Words, version: Version) -> tuple[str, list[tuple[str, str]]] | None:
    """A figure that the change takes away and that other facts still hold, with those."""
    fact = known.library.clinic.schema[version.name]
    before, after = fact_form.words(fact, known.facts[version.name]), fact_form.words(fact, version.body["value"])
    for figure in dict.fromkeys(_FIGURE.findall(before)):
        if figure in after:
            continue
        holding = [
            (f"/facts?group={group.id}#fact-{name}", label(name))
            for group in known.groups
            for name in group.names
            if name != version.name and figure in fact_form.words(known.library.clinic.schema[name], known.fact(name))
        ]
        if holding:
            return figure, holding
    return None


def _changed(known: Words, group: FactGroup, form: Mapping[str, str]) -> tuple[dict[str, Raw], dict[str, str]]:
    """The facts of a form that differ from what is there, and what is wrong with it by fact."""
    changed: dict[str, Raw] = {}
    problems: dict[str, str] = {}
    for name in group.names:
        fact = known.library.clinic.schema[name]
        if fact.kind not in ("hours", "holidays") and name not in form:
            continue
        try:
            raw = fact_form.typed(fact, form)
            fact_form.check(fact, raw)
        except FactError as error:
            problems[name] = str(error)
            continue
        if fact_form.words(fact, raw) != fact_form.words(fact, known.fact(name)):
            changed[name] = raw
    return changed, problems


def _misfits(known: Words, changed: Mapping[str, Raw]) -> dict[str, str]:
    """What would no longer fit together with these facts, by the fact."""
    try:
        known.with_facts(changed)
    except ContentError as error:
        return _blamed(str(error), changed)
    return {}


def _number(known: Words, name: str) -> int:
    """What the next version of a fact is called; what the files hold is the first."""
    found = known.newest_of.get((FACT, name))
    if found is None:
        return 2
    return found.number + (1 if found.signature else 0)


@dataclass(frozen=True)
class _Typed:
    """A form that could not be taken: what was typed, and what is wrong with it by fact and in sentences."""

    group: str
    form: Mapping[str, str]
    problems: Mapping[str, str]
    told: tuple[str, ...]
    newer: frozenset[str]


def _page(request: Request, typed: _Typed | None = None) -> Response:
    """The form of one part: with what was typed if something is wrong with it."""
    query = request.query_params.get("q", "").strip()[:100]
    with console_of(request).record(durable=False) as database:
        known = words_of(request, database)
        to_approve = len(texts.waiting(database))
    group = _group(known, typed.group if typed else request.query_params.get("group", ""))
    if query:
        shown = [_shown(known, name, part.id, None) for part in known.groups for name in part.names]
        found = [fact for fact in shown if _holds(query, f"{fact.label} {fact.name} {fact.means} {fact.said}")]
    else:
        found = [_shown(known, name, group.id, typed) for name in group.names]
    return page(
        request,
        "facts.html",
        400 if typed else 200,
        groups=known.groups,
        group=None if query else group,
        facts=found,
        query=query,
        problems=typed.told if typed else (),
        reason=typed.form.get("reason", "") if typed else "",
        seen=" ".join(f"{name}={known.newest(FACT, name)}" for name in group.names if known.newest(FACT, name)),
        may=request.state.session.may("admin"),
        fictional=known.library.clinic.fictional,
        open_drafts=len(known.open_facts),
        to_approve=to_approve,
    )


def _group(known: Words, chosen: str) -> FactGroup:
    found = next((group for group in known.groups if group.id == (chosen or known.groups[0].id)), None)
    if found is None:
        raise HTTPException(
            404, f"There is no part of the facts called “{chosen[:40]}”. The page shows those there are."
        )
    return found


def _shown(known: Words, name: str, group: str, typed: _Typed | None) -> Shown:
    fact, raw = known.library.clinic.schema[name], known.fact(name)
    form = typed.form if typed else None
    whole = fact.kind in ("hours", "holidays")
    days: Sequence[Day] = ()
    rows: Sequence[Closed] = ()
    if fact.kind == "hours":
        days = fact_form.typed_grid(form) if form else fact_form.grid(raw)
    elif fact.kind == "holidays":
        rows = fact_form.typed_rows(form) if form else fact_form.rows(raw)
    draft = known.open(FACT, name)
    newer = typed is not None and name in typed.newer
    return Shown(
        name=name,
        label=label(name),
        means=fact.means,
        hint=_HINTS.get(fact.kind, "") + ("" if fact.required or whole else " Empty if you do not know it."),
        care=_CARE[known.care_of(name)],
        kind=fact.kind,
        group=group,
        value="" if whole else form.get(name, "") if form else fact_form.one_line(raw),
        choices=_choices(fact),
        days=days,
        rows=rows,
        said=fact_form.words(fact, known.facts[name]),
        used=[
            (snippet, known.library[snippet].question)
            for snippet in known.used.get(name, ())
            if snippet in known.library
        ],
        draft=f"Changed, not sent yet: {fact_form.words(fact, raw) or 'not known'}" if draft else "",
        problem=typed.problems.get(name, "") if typed else "",
        newer=(fact_form.words(fact, raw) or "not known") if newer else "",
    )


def _choices(fact: Field) -> list[tuple[str, str]]:
    if fact.name == "spelling":
        return [("US", "American (center)"), ("UK", "British (centre)")]
    if fact.words is not None:
        unknown = [] if fact.required else [("", "not known")]
        return [
            *unknown,
            *((value, f"{value}: {fact.words[truth]}") for value, truth in (("yes", True), ("no", False))),
        ]
    return []


def _seen(text: str) -> dict[str, int]:
    """The id of the newest version of each fact when the form was made."""
    pairs = (pair.partition("=") for pair in text.split())
    return {
        name: int(number) for name, _, number in pairs if number.isascii() and number.isdecimal() and len(number) <= 12
    }


def _blamed(told: str, names: Mapping[str, Raw]) -> dict[str, str]:
    """Each line about content that would no longer fit together, with the changed fact that it names."""
    found: dict[str, str] = {}
    for line in told.splitlines():
        sentence = _PLACE.sub("", line)
        found[next((name for name in names if f"`{name}`" in line), next(iter(names)))] = (
            sentence[:1].upper() + sentence[1:]
        )
    return found


def _holds(query: str, text: str) -> bool:
    return all(word in text.lower() for word in query.lower().split())
