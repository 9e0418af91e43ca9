"""The answers: finding one, and everything about it on its page."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.console.differences import Difference, difference
from bot.console.explain import unsigned
from bot.console.fact_form import label
from bot.console.page import go, library_of, now, number, page, who, zone_of
from bot.console.state import console_of
from bot.console.words import Words, words_of
from bot.content.library import SHORT, Library
from bot.content.snippet import Snippet
from bot.content.word_search import WordSearch
from bot.content.wordings import pieces
from bot.record import audit, texts
from bot.record.complaints import text_complaints
from bot.record.metrics import Usefulness, midnight, today, usefulness
from bot.record.review import ReviewError
from bot.record.texts import SNIPPET, STATES, Version

PER_PAGE = 30
RECENT_DAYS = 30
DUE_DAYS = 60
"""Days before its review date from which a text is due."""
ASKED_SECONDS = 8.0
"""How long the website is waited for when staff try an answer."""

SHOWN = {
    "": "All",
    "due": "Due for review",
    "expired": "Expired",
    "unsigned": "Not signed",
    "changing": "Being changed",
    "unsent": "Not sent lately",
    "unhappy": "Not helpful",
}
"""What the list can be narrowed to."""
WORDED: Mapping[str, str] = {
    "question": "Question",
    "text": "Text",
    "short": "Short form",
    "sources": "Sources",
    "related": "Offered after it",
    "review_by": "Review by",
}
"""What of a text people change, and what it is called."""
_NEVER = Usefulness("", 0, 0, 0)


@dataclass(frozen=True)
class Row:
    """An answer in the list; `short` tells whether it has a short form,
    `because` which sentence found it, `state` what goes on with it."""

    snippet: Snippet
    short: bool
    sent: int
    helpful: int
    judged: int
    state: str
    due: bool
    expired: bool
    because: str = ""


@dataclass(frozen=True)
class Told:
    """A version on the answer's page; `rows` are what it changed, by what it is called."""

    number: int
    state: str
    state_words: str
    told: str
    reason: str
    rows: Sequence[tuple[str, Difference]]


@dataclass(frozen=True)
class Tried:
    """What the website said to an answer's own question."""

    words: str
    reply: str = ""


def is_due(snippet: Snippet, day: date) -> bool:
    """Whether its review falls due within the next weeks, or has."""
    return snippet.review_by <= day + timedelta(days=DUE_DAYS)


def used_lately(request: Request, database: Database) -> dict[str, Usefulness]:
    """How often each snippet was sent in the last days, and what visitors said."""
    zone = zone_of(request)
    last = today(console_of(request).clock(), zone)
    since, until = midnight(last - timedelta(days=RECENT_DAYS - 1), zone), midnight(last + timedelta(days=1), zone)
    return {row.snippet: row for row in usefulness(database, since, until)}


def wholes(library: Library) -> list[Snippet]:
    """The texts without their short forms, which go with them."""
    return [snippet for snippet in library if not snippet.short_of and snippet.status == "approved"]


def answers(request: Request) -> Response:
    """All answers, or those that fit a search, a topic or a state."""
    query = request.query_params.get("q", "").strip()[:100]
    show, topic = request.query_params.get("show", ""), request.query_params.get("topic", "")
    snapshot = console_of(request).content.snapshot()
    library = snapshot.library
    with console_of(request).record() as database:
        used = used_lately(request, database)
        newest = texts.newest(database)
        to_approve = len(texts.waiting(database))
    if library is None:
        return page(request, "answers.html", readable=False, to_approve=to_approve)
    texts_of = wholes(library)
    short = {snippet.short_of: snippet.text for snippet in library if snippet.short_of}
    day = today(console_of(request).clock(), zone_of(request))
    search = WordSearch(texts_of, snapshot.asked, short) if query else None
    chosen = search.search(query) if search else [snippet for snippet in texts_of if topic in ("", snippet.topic)]
    rows = [_row(snippet, short, used, newest, day) for snippet in chosen]
    kept = [row for row in rows if _shows(row, show)]
    pages = max(1, -(-len(kept) // PER_PAGE))
    place = min(number(request, "page") or 1, pages)
    asked = {name: value for name, value in (("q", query), ("show", show), ("topic", topic)) if value}
    return page(
        request,
        "answers.html",
        readable=True,
        all=len(texts_of),
        signed=sum(not unsigned(snippet) for snippet in texts_of),
        rows=[
            replace(row, because=search.because(query, row.snippet.id)) if search else row
            for row in kept[(place - 1) * PER_PAGE : place * PER_PAGE]
        ],
        query=query,
        show=show,
        topic=topic,
        topics=_topics(texts_of),
        filters=[(key, words, sum(_shows(row, key) for row in rows)) for key, words in SHOWN.items()],
        number=place,
        pages=pages,
        address=f"/answers?{urlencode(asked)}{'&' if asked else ''}page=",
        keep={name: value for name, value in asked.items() if name != "show"},
        to_approve=to_approve,
    )


def _row(
    snippet: Snippet,
    short: Mapping[str, str],
    used: Mapping[str, Usefulness],
    newest: Mapping[tuple[str, str], Version],
    day: date,
) -> Row:
    """An answer in the list, its short form counted with it."""
    counted = [used.get(name, _NEVER) for name in (snippet.id, snippet.id + SHORT)]
    helpful, not_helpful = sum(one.helpful for one in counted), sum(one.not_helpful for one in counted)
    version = newest.get((SNIPPET, snippet.id))
    state = STATES[version.state] if version and version.state in ("draft", "review", "approved") else ""
    return Row(
        snippet,
        snippet.id in short,
        sum(one.sent for one in counted),
        helpful,
        helpful + not_helpful,
        state,
        is_due(snippet, day),
        snippet.status == "approved" and not snippet.sendable(day),
    )


def _shows(row: Row, show: str) -> bool:
    return {
        "due": row.due,
        "expired": row.expired,
        "unsigned": unsigned(row.snippet),
        "changing": bool(row.state),
        "unsent": not row.sent,
        "unhappy": row.judged > row.helpful,
    }.get(show, True)


def _topics(snippets: Sequence[Snippet]) -> list[tuple[str, int]]:
    names = [snippet.topic for snippet in snippets]
    return [(name, names.count(name)) for name in dict.fromkeys(names)]


def answer(request: Request) -> Response:
    """One answer: what visitors read, who answers for it, and how it became so."""
    return _answer(request)


def try_it(request: Request, form: Mapping[str, str]) -> Response:
    """Asks the website the answer's own question, as a visitor would, and shows what it says."""
    snippet = _snippet(request)
    return _answer(request, _asked(request, snippet))


def undo(request: Request, form: Mapping[str, str]) -> Response:
    """The version before is sent again at once."""
    snippet = _snippet(request)
    with console_of(request).record() as database:
        texts.undo(database, SNIPPET, snippet.id, by=who(request), reason=form.get("reason", ""), now=now(request))
    return go(f"/answers/{snippet.id}", "put-back")


def withdraw(request: Request, form: Mapping[str, str]) -> Response:
    """The text is not sent any more."""
    snippet = _snippet(request)
    with console_of(request).record() as database:
        version = next((one for one in texts.history(database, SNIPPET, snippet.id) if one.state == "published"), None)
        told = {"by": who(request), "reason": form.get("reason", ""), "now": now(request)}
        if stays := _stays(request, snippet):
            raise ReviewError(f"{stays} Nothing was changed.")
        if version is not None:
            texts.withdraw(database, version.id, **told)
        else:
            written = words_of(request, database).library.written[snippet.id]
            body = {key: written.get(key) for key in WORDED if key != "review_by"}
            texts.withdraw_as_shipped(database, snippet.id, body, number=snippet.version, **told)
    return go(f"/answers/{snippet.id}", "withdrawn")


def bring_back(request: Request, form: Mapping[str, str]) -> Response:
    """A text that was taken back is sent again."""
    snippet = _snippet(request)
    with console_of(request).record() as database:
        texts.bring_back(database, snippet.id, by=who(request), reason=form.get("reason", ""), now=now(request))
    return go(f"/answers/{snippet.id}", "brought-back")


def _stays(request: Request, snippet: Snippet) -> str:
    """Why a text cannot be taken back, empty when it can."""
    library = library_of(request)
    always = {"contact", library.opening.answer if library and library.opening else ""}
    if snippet.answers_a_question and snippet.id not in always:
        return ""
    return "Contact, hours, referrals and emergency texts are always there for visitors. Change this one instead."


def _snippet(request: Request) -> Snippet:
    library = library_of(request)
    name = str(request.path_params["id"])
    if library is None:
        raise HTTPException(503, "The texts cannot be read at the moment: the note above says why.")
    if name not in library:
        raise HTTPException(404, "There is no answer with this id. It may have been renamed or taken out.")
    return library[library[name].short_of or name]


def _answer(request: Request, tried: Tried | None = None) -> Response:
    snippet = _snippet(request)
    day = today(console_of(request).clock(), zone_of(request))
    with console_of(request).record() as database:
        known = words_of(request, database)
        used = used_lately(request, database)
        versions = texts.history(database, SNIPPET, snippet.id)
        live = live_words(request, database, versions)
        to_approve = len(texts.waiting(database))
        complaints = text_complaints(database, snippet.id)
        stopped = next((one for one in texts.stopped(database) if one.name == snippet.id), None)
        audit.append(database, who(request), "answer.read", snippet.id, now(request))
    row = _row(snippet, {}, used, {}, day)
    entry = known.library.written[snippet.id]
    published = next((version for version in versions if version.state == "published"), None)
    session = request.state.session
    return page(
        request,
        "answer.html",
        snippet=snippet,
        live=live,
        used=row,
        not_sent=_not_sent(snippet, day),
        overdue=snippet.review_by < day and snippet.sendable(day),
        draft=_draft(versions, session.may("reviewer")),
        text=_template(known, str(entry.get("text") or "")),
        short=_template(known, str(entry.get("short") or "")),
        may_edit=session.may("reviewer"),
        tried=tried,
        related=[known.library[name] for name in snippet.related],
        approved_by=_approved_by(snippet, published),
        versions=[_told(known, version, versions) for version in versions],
        may_undo=_before(versions, published, snippet) if session.may("clinician") else None,
        may_withdraw=snippet.status == "approved" and session.may("clinician") and not _stays(request, snippet),
        may_bring_back=stopped is not None and session.may("clinician"),
        waits_for_training=console_of(request).content.snapshot().waits_for_training(snippet),
        stopped=stopped,
        fact_address=lambda name: fact_address(known, name),
        fact_label=label,
        today=day,
        to_approve=to_approve,
        complaints=complaints,
    )


def fact_address(known: Words, name: str) -> str:
    """Where a fact is changed."""
    group = next((group.id for group in known.groups if name in group.names), "")
    return f"/facts?group={group}#fact-{name}"


def live_words(request: Request, database: Database, versions: Sequence[Version]) -> str:
    """Whether the website sends what is published, in a sentence."""
    published = next((version for version in versions if version.state == "published"), None)
    if published is None:
        return "As it came with the starter set"
    wanted = database.execute("SELECT max(id) FROM text_revisions WHERE text = ?", [published.id]).fetchone()[0] or 0
    serving = texts.serving_content(database)
    have = [at for revision, at in serving.values() if revision >= wanted]
    if not serving:
        return f"Version {published.number} is published; no website process has said yet that it sends it"
    if len(have) < len(serving):
        return (
            f"Version {published.number} is on {len(have)} of {len(serving)} website processes; the others take it up"
            " within seconds"
        )
    since = datetime.fromisoformat(max(have)).astimezone(zone_of(request))
    return (
        f"Live · version {published.number} · on"
        f" {'the website' if len(have) == 1 else f'all {len(have)} website processes'} since {since:%H:%M}"
    )


def _not_sent(snippet: Snippet, day: date) -> str:
    if snippet.status != "approved":
        return "it was taken back." if snippet.status == "retired" else "it is a draft."
    if not snippet.sendable(day):
        return (
            f"its review was due on {snippet.review_by.isoformat()}. Visitors are told to ask the clinic until somebody"
            " approves it again."
        )
    return ""


def _draft(versions: Sequence[Version], may: bool) -> Mapping[str, str] | None:
    """The version that is on its way, with where to go on with it."""
    newest = versions[0] if versions else None
    if newest is None or newest.state not in ("draft", "review"):
        return None
    words = {"draft": "There is a draft.", "review": "A new version waits for approval."}
    address, link = (
        (f"/approve/{newest.id}", "Look at it")
        if newest.state == "review"
        else (f"/answers/{newest.name}/draft", "Go on with it")
    )
    return {
        "words": words[newest.state],
        "by": newest.author,
        "at": newest.changed_at,
        "reason": newest.reason,
        "address": address,
        "link": link if may else "",
    }


def _template(known: Words, text: str) -> list[dict[str, str]]:
    """A text in runs: words, and facts as they are filled in, with where each is changed."""
    clinic = known.library.clinic
    spoken = clinic.spelling.of(text)
    found = []
    for piece in pieces(spoken):
        known_fact = piece.fact in clinic.schema
        filled = clinic.fields.get(piece.fact, piece.words) if piece.fact else piece.words
        found.append(
            {
                "words": filled,
                "fact": label(piece.fact) if known_fact else "",
                "address": fact_address(known, piece.fact) if known_fact else "",
            }
        )
    return found


def _approved_by(snippet: Snippet, published: Version | None) -> str:
    alone = (
        " – alone: the clinic lets one person write and approve" if published is not None and published.alone else ""
    )
    return (
        f"{snippet.approval.by} ({snippet.approval.role}) on {snippet.approval.on.day}"
        f" {snippet.approval.on:%b %Y}{alone}"
    )


def _before(versions: Sequence[Version], published: Version | None, snippet: Snippet) -> int | None:
    """The number of the version that *Undo* would send again."""
    if published is None:
        return None
    before = next(
        (
            version.number
            for version in versions
            if version.state == "superseded" and version.signature and version.id < published.id
        ),
        None,
    )
    return before or published.number - 1


def _told(known: Words, version: Version, versions: Sequence[Version]) -> Told:
    before = next((older for older in versions if older.id < version.id), None)
    approved = (
        f"; approved by {version.approver} ({version.approver_role}){' alone' if version.alone else ''} on"
        f" {str(version.approved_at)[:10]}"
        if version.signature
        else ""
    )
    rows = worded(before.body if before else {}, version.body) if before else []
    return Told(
        version.number,
        version.state,
        STATES[version.state],
        f"by {version.author} on {version.created_at[:10]}{approved}",
        version.reason,
        rows,
    )


def worded(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, Difference]]:
    """What differs between two wordings of a text, by what it is called."""
    return [
        (name, diff)
        for key, name in WORDED.items()
        if key in new and (diff := difference(_flat(old.get(key)), _flat(new.get(key)))).any
    ]


def _flat(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value or "").strip()


def _asked(request: Request, snippet: Snippet) -> Tried:
    """One question to the website over HTTP, as any visitor sends it;
    the conversation is deleted again, so that nobody has to review it."""
    settings = console_of(request).settings
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    website = f"http://{host}:{settings.port}"
    try:
        said = _told_by(f"{website}/api/chat", {"message": snippet.question})
        replies = [(message["text"], (message.get("snippet") or {}).get("id")) for message in said["messages"]]
        _told_by(f"{website}/api/conversation/delete", {"token": said["token"]})
    except (urllib.error.URLError, OSError, ValueError, KeyError, TypeError):
        return Tried(
            f"The website cannot be reached from here (port {settings.port}), so it could not be asked. What it sends"
            " is said above."
        )
    fits = snippet.id in {name.removesuffix(SHORT) for _, name in replies if name}
    return Tried(
        "The website answers with this text." if fits else "The website answers with something else.",
        "\n\n".join(text for text, _ in replies),
    )


def _told_by(address: str, body: Mapping[str, str]) -> dict[str, Any]:
    """What the website answers to a JSON request."""
    call = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310 - our own website
    with urllib.request.urlopen(call, timeout=ASKED_SECONDS) as response:  # noqa: S310
        told: dict[str, Any] = json.load(response)
        return told


def moved(request: Request) -> Response:
    """Where a page was before answers had this name."""
    name = request.path_params.get("id")
    return RedirectResponse(f"/answers/{name}" if name else "/answers", status_code=308)
