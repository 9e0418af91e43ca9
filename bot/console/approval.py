"""Approving: what colleagues changed, the texts that nobody of the
clinic signed yet, and those whose review is due, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console import new_question
from bot.console.answers import is_due, wholes, worded
from bot.console.differences import difference
from bot.console.drafts import Looked, look, looked
from bot.console.explain import unsigned
from bot.console.fact_form import label
from bot.console.facts import fact_difference, in_answers, one_person, require_call
from bot.console.page import go, now, page, path_number, who, zone_of
from bot.console.state import console_of
from bot.console.words import Words, is_clinical, title_of, words_of
from bot.content.fact_groups import EMERGENCY
from bot.content.files import ContentError
from bot.content.library import SHORT, Library
from bot.content.snippet import Snippet
from bot.record import audit, sentences, texts
from bot.record.metrics import today
from bot.record.review import ReviewError
from bot.record.texts import CLINICIAN, EDITORS, FACT, SNIPPET, Version
from bot.safety.warning import WARNING

QUESTIONS_SHOWN = 5
_FIRST_REVIEW, _APART, _STEPS = timedelta(days=240), timedelta(days=30), 6
"""How long an approval holds at least, and by how much topics differ, so that not everything falls due on one day."""
_WRITTEN = ("question", "text", "short", "sources", "related")


@dataclass(frozen=True)
class Waiting:
    """A version that waits, in the list."""

    id: int
    title: str
    what: str
    by: str
    at: str
    reason: str


@dataclass(frozen=True)
class Topic:
    """How far a topic is signed."""

    name: str
    signed: int
    all: int


@dataclass(frozen=True)
class Cards:
    """What the inbox says of texts: how many wait, how many are not sent any more because
    their review date has passed, how many are due, and the first review date."""

    waiting: int
    expired: int
    due: int
    first: date | None


def cards(request: Request, database: Database) -> Cards:
    """What of the texts waits for somebody."""
    library = console_of(request).content.snapshot().library
    day = today(console_of(request).clock(), zone_of(request))
    due = sorted(snippet.review_by for snippet in wholes(library) if is_due(snippet, day)) if library else []
    expired = sum(
        snippet.status == "approved" and not snippet.sendable(day) for snippet in (wholes(library) if library else ())
    )
    return Cards(len(texts.waiting(database)), expired, len(due), due[0] if due else None)


def overview(request: Request) -> Response:
    """What waits, what nobody signed, and what falls due."""
    day = today(console_of(request).clock(), zone_of(request))
    with console_of(request).record(durable=False) as database:
        known = words_of(request, database)
        versions = texts.waiting(database)
        alone = one_person(database)
    all_texts = wholes(known.library)
    due = sorted((snippet for snippet in all_texts if is_due(snippet, day)), key=lambda snippet: snippet.review_by)
    topics: dict[str, list[Snippet]] = {}
    for snippet in all_texts:
        topics.setdefault(snippet.topic, []).append(snippet)
    return page(
        request,
        "approve.html",
        changed=[_waiting(version) for version in versions],
        first=versions[0].id if versions else 0,
        unsigned=sum(unsigned(snippet) for snippet in all_texts),
        all=len(all_texts),
        due=due,
        next_due=min((snippet.review_by for snippet in all_texts), default=None),
        topics=[
            Topic(name, sum(not unsigned(snippet) for snippet in listed), len(listed))
            for name, listed in topics.items()
        ],
        may=request.state.session.may("clinician"),
        one_person=alone,
        to_approve=len(versions),
    )


def item(request: Request) -> Response:
    """One version that waits, with everything to decide by."""
    return _item(request, path_number(request))


def decide(request: Request, form: Mapping[str, str]) -> Response:
    """Approves and publishes a version, or sends it back, and goes on to the next."""
    number, decision, by, at = path_number(request), form.get("decision", ""), who(request), now(request)
    with console_of(request).record() as database:
        version = texts.get(database, number)
        known = words_of(request, database)
        try:
            if refused := _refused(request, known, version, one_person(database)):
                raise ReviewError(refused)
            if decision == "back":
                texts.send_back(database, number, by=by, reason=form.get("reason", ""), now=at)
            elif decision == "approve":
                _fits(known, version)
                with database.atomic():
                    audit.append(database, by, "text.decided", f"{version.kind} {version.name}", at)
                    if version.kind == FACT and known.care_of(version.name) == EMERGENCY:
                        require_call(database, form, version, by, at)
                    until = _until(request, form) if version.kind == SNIPPET else None
                    role = request.state.session.role
                    texts.approve(
                        database, number, by=by, role=role, now=at, one_person=one_person(database), review_by=until
                    )
                    texts.publish(database, number, by=by, now=at)
                    sentences.take_up(database, version, by=by, now=at)
            else:
                raise ReviewError("Choose what to do with this version.")
        except ReviewError as error:
            return _item(request, number, wrong=str(error), reason=form.get("reason", ""))
        following = next((one.id for one in texts.waiting(database) if one.id > number), None)
    return go(f"/approve/{following}" if following else "/approve", "approved" if decision == "approve" else "back")


def to_sign(request: Request) -> Response:
    """The next text that nobody of the clinic signed, of one topic if asked."""
    return _one(request, "sign")


def to_renew(request: Request) -> Response:
    """The text whose review is due first."""
    return _one(request, "renew")


def sign(request: Request, form: Mapping[str, str]) -> Response:
    """Signs a text as it is sent, and goes on to the next."""
    kind, name = ("renew" if form.get("kind") == "renew" else "sign"), form.get("id", "")
    with console_of(request).record() as database:
        known = words_of(request, database)
        try:
            if name not in known.library or known.library[name].short_of:
                raise ReviewError("There is no such text any more.")
            snippet = known.library[name]
            if form.get("hash") != snippet.hash:
                raise ReviewError("The text was changed while you read it. It is shown again as it is now.")
            alone, role = one_person(database), request.state.session.role
            if refused := _wrong_role(request, alone):
                raise ReviewError(refused)
            body = {key: known.library.written[name].get(key) for key in _WRITTEN}
            author = next(
                (one.author for one in texts.history(database, SNIPPET, name) if one.state == "published"), EDITORS
            )
            texts.sign(
                database,
                name,
                body,
                author=author,
                number=snippet.version,
                by=who(request),
                role=role,
                now=now(request),
                one_person=alone,
                review_by=_until(request, form),
            )
        except ReviewError as error:
            return _one(request, kind, wrong=str(error), name=name, topic=form.get("topic", ""))
    return go(f"/approve/{kind}?{urlencode({'topic': form.get('topic', ''), 'after': name})}", "signed")


def _what(version: Version) -> str:
    """What a version that waits is."""
    if version.kind == FACT:
        return "Changed fact of the clinic"
    if sentences.is_new(version) and version.number == 1:
        return "New question"
    return f"New version {version.number}"


def _waiting(version: Version) -> Waiting:
    what = _what(version)
    return Waiting(
        version.id, title_of(version), what[:1].lower() + what[1:], version.author, version.changed_at, version.reason
    )


def _fits(known: Words, version: Version) -> None:
    """Raises ReviewError when the version cannot be sent as things are now."""
    try:
        if version.kind == FACT:
            known.with_facts({version.name: version.body["value"]})
        else:
            known.with_entry(version.name, version.body)
    except ContentError as error:
        raise ReviewError(
            f"It cannot be sent as things are now. {str(error).splitlines()[0]} Send it back, or change it."
        ) from error


def _wrong_role(request: Request, alone: bool) -> str:
    """Why this person's role does not sign, empty when it does."""
    if request.state.session.role == CLINICIAN or (alone and request.state.session.may(CLINICIAN)):
        return ""
    return f"Your role is {request.state.session.role}. A clinician approves what is about the treatment."


def _refused(request: Request, known: Words, version: Version, alone: bool) -> str:
    """Why this person may not decide about a version, empty when they may."""
    if version.author == who(request) and not alone:
        return "You wrote this yourself, so a colleague has to decide about it."
    if version.kind == FACT and known.care_of(version.name) == EMERGENCY:
        return (
            ""
            if request.state.session.may(CLINICIAN)
            else "A clinician or an administrator decides about an emergency number."
        )
    return _wrong_role(request, alone) if is_clinical(known, version) else ""


def _until(request: Request, form: Mapping[str, str]) -> date:
    """The day by which a text is looked at again.

    Raises:
        ReviewError: it is none, or not in the future.
    """
    try:
        chosen = date.fromisoformat(form.get("review_by", ""))
    except ValueError as error:
        raise ReviewError("“Approve until” needs a date, such as 2027-10-01.") from error
    if chosen <= today(console_of(request).clock(), zone_of(request)):
        raise ReviewError("“Approve until” has to be a day in the future.")
    return chosen


def _default(known: Words, topic: str, day: date) -> date:
    """A review date for a topic: topics follow one another by months."""
    names = sorted({snippet.topic for snippet in known.library})
    return day + _FIRST_REVIEW + _APART * (names.index(topic) % _STEPS if topic in names else 0)


def _questions(database: Database, name: str) -> list[dict[str, Any]]:
    """The last questions of visitors that got a text."""
    rows = database.execute(
        """SELECT t.conversation, t.number, t.text, t.reply, f.snippet FROM turn_facts f JOIN turns t ON t.id = f.turn
        WHERE f.snippet IN (?, ?) ORDER BY f.turn DESC LIMIT ?""",
        [name, name + SHORT, QUESTIONS_SHOWN],
    )
    names = ("conversation", "number", "text", "reply", "snippet")
    return [{**dict(zip(names, row, strict=True)), "diff": None} for row in rows]


def _with_replies(asked: Sequence[Mapping[str, Any]], name: str, after: Library) -> list[dict[str, Any]]:
    """Questions with the reply that each got beside the one it would get now.

    A reply may hold more than the text: a caution, the hours of a day, a second answer. Only the text itself is
    compared, so what was worked out at that time is shown as it was.
    """
    found = []
    for one in asked:
        short = after.short_version(name) if one["snippet"] == name + SHORT else None
        found.append({**one, "diff": difference(str(one["reply"]), after[short or name].text)})
    return found


def _item(request: Request, number: int, *, wrong: str = "", reason: str = "") -> Response:
    day = today(console_of(request).clock(), zone_of(request))
    with console_of(request).record() as database:
        version = texts.get(database, number)
        known = words_of(request, database)
        waiting = texts.waiting(database)
        alone = one_person(database)
        asked = _questions(database, version.name) if version.kind == SNIPPET else None
        audit.append(database, who(request), "text.read_for_approval", f"{version.kind} {version.name}", now(request))
        leads = sentences.of_version(database, number)
    if version.kind == SNIPPET and version.name not in known.library and not sentences.is_new(version):
        raise HTTPException(404, "The text of this version is not there any more.")
    ids = [one.id for one in waiting]
    following = next((one for one in ids if one > number), None)
    refused = (
        _refused(request, known, version, alone)
        if version.state == "review"
        else "It does not wait any more: somebody decided about it."
    )
    shared: dict[str, Any] = {
        "kind": "change",
        "title": title_of(version),
        "what": _what(version),
        "leads": new_question.leads_to(request, known, leads, version.name),
        "place": f"{ids.index(number) + 1} of {len(ids)}" if number in ids else "",
        "by": version.author,
        "at": version.changed_at,
        "reason": version.reason,
        "wrong": wrong,
        "typed_reason": reason,
        "action": f"/approve/{number}",
        "hidden": (),
        "skip": f"/approve/{following}" if following else "/approve",
        "may": not refused,
        "may_not": refused,
        "may_send_back": True,
        "alone": version.author == who(request),
        "approve_words": "Approve and publish",
        "questions": asked,
        "whole": (),
        "to_approve": len(waiting),
    }
    if version.kind == FACT:
        answers, problems = in_answers(known, version)
        return page(
            request,
            "approval.html",
            409 if wrong else 200,
            **shared,
            route=None,
            rows=[(label(version.name), fact_difference(known, version))],
            preview=None,
            answers=[(one.id, one.question, one.diff) for one in answers],
            checks=problems,
            sources=(),
            needs_call=known.care_of(version.name) == EMERGENCY,
            has_date=False,
            review_by="",
            tomorrow="",
            edit="",
            warning=WARNING,
        )
    seen = look(known, version.name, version.body, day)
    try:
        after = known.with_entry(version.name, version.body)
    except ContentError:  # the checks say why
        after = known.library
    if version.name not in after:
        raise HTTPException(404, f"This question cannot be shown as things are now. {' '.join(seen.problems)}")
    snippet = after[version.name]
    if asked:
        shared["questions"] = _with_replies(asked, version.name, after)
    return page(
        request,
        "approval.html",
        409 if wrong else 200,
        **shared,
        **_of_a_text(known, snippet, seen, day),
        rows=worded(known.library.written.get(version.name, {}), version.body),
        sources=seen.preview.sources if seen.preview else (),
    )


def _of_a_text(known: Words, snippet: Snippet, seen: Looked, day: date) -> dict[str, Any]:
    """What the page shows of every text, a new version or one to sign."""
    return {
        "route": snippet.route,
        "preview": seen.preview,
        "answers": (),
        "checks": seen.problems,
        "needs_call": False,
        "has_date": True,
        "review_by": _default(known, snippet.topic, day).isoformat(),
        "tomorrow": (day + timedelta(days=1)).isoformat(),
        "edit": f"/answers/{snippet.id}/draft" if snippet.id in known.library else f"/questions/{snippet.id}",
        "warning": WARNING,
    }


def _one(request: Request, kind: str, *, wrong: str = "", name: str = "", topic: str = "") -> Response:
    """A text to sign or to renew: the one asked for, else the next one after `after`."""
    topic = topic or request.query_params.get("topic", "")
    after = request.query_params.get("after", "")
    day = today(console_of(request).clock(), zone_of(request))
    with console_of(request).record() as database:
        known = words_of(request, database)
        listed = _listed(known, kind, topic, day)
        chosen = next((one for one in listed if one.id == name), None) or _after(known, listed, after)
        if chosen is None:
            return go("/approve", "all-signed")
        asked = _questions(database, chosen.id)
        alone = one_person(database)
        to_approve = len(texts.waiting(database))
        author = next(
            (one.author for one in texts.history(database, SNIPPET, chosen.id) if one.state == "published"), EDITORS
        )
        audit.append(database, who(request), "text.read_for_approval", f"{SNIPPET} {chosen.id}", now(request))
    refused = _wrong_role(request, alone)
    if not refused and author == who(request) and not alone:
        refused = "You wrote this text, so a colleague has to sign it."
    seen = looked(known.library, chosen.id, day)
    short = known.library.short_version(chosen.id)
    where = {"topic": topic} if topic else {}
    return page(
        request,
        "approval.html",
        409 if wrong else 200,
        kind="sign",
        title=chosen.question,
        what=(
            f"{chosen.topic.replace('_', ' ').capitalize()} · version {chosen.version}, written by {author}; review by"
            f" {chosen.review_by:%-d %b %Y}"
        ),
        place=f"{len(listed)} left{f' in {topic}' if topic else ''}",
        by=author,
        at="",
        reason="",
        wrong=wrong,
        typed_reason="",
        action="/approve/sign",
        hidden=[("id", chosen.id), ("hash", chosen.hash), ("kind", kind), ("topic", topic)],
        skip=f"/approve/{kind}?{urlencode({**where, 'after': chosen.id})}",
        may=not refused,
        may_not=refused,
        may_send_back=False,
        alone=author == who(request),
        approve_words="Sign, and on to the next" if kind == "sign" else "Renew, and on to the next",
        questions=asked,
        whole=[("Text", chosen.text), *([("Short form", known.library[short].text)] if short else [])],
        rows=None,
        sources=chosen.sources,
        **_of_a_text(known, chosen, seen, day),
        leads=(),
        to_approve=to_approve,
    )


def _listed(known: Words, kind: str, topic: str, day: date) -> list[Snippet]:
    """The texts to sign in the order of their topics, or those that are due, the first one first."""
    if kind == "renew":
        return sorted(
            (snippet for snippet in wholes(known.library) if is_due(snippet, day)),
            key=lambda snippet: snippet.review_by,
        )
    return [snippet for snippet in wholes(known.library) if unsigned(snippet) and topic in ("", snippet.topic)]


def _after(known: Words, listed: Sequence[Snippet], after: str) -> Snippet | None:
    """The next one after a text that was signed or skipped, by the order of all texts; the first one at the end."""
    order = {snippet.id: place for place, snippet in enumerate(known.library)}
    if after in {snippet.id for snippet in listed}:
        place = [snippet.id for snippet in listed].index(after) + 1
        return listed[place] if place < len(listed) else None
    return next((snippet for snippet in listed if order[snippet.id] > order.get(after, -1)), None) or (
        listed[0] if listed else None
    )
