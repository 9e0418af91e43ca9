"""Writing a text anew: what is typed, as a visitor would see it,
with what is wrong with it, and what a colleague saved meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console.answers import worded
from bot.console.differences import Difference
from bot.console.page import go, now, page, path_number, who, zone_of
from bot.console.state import console_of
from bot.console.words import Words, words_of
from bot.content.checks import MAX_WORDS, check_snippet
from bot.content.files import ContentError
from bot.content.library import SHORT, Library
from bot.content.snippet import Snippet
from bot.record import sentences, texts
from bot.record.metrics import today
from bot.record.review import ReviewError, place_of
from bot.record.sentences import Sentence
from bot.record.texts import SNIPPET, Conflict, Version
from bot.record.turns import utc
from bot.safety.warning import WARNING
from bot.vocabulary import Route

MAX_TEXT = 4_000
_TYPING_SECONDS = 180.0
"""How long after the last key somebody counts as writing."""
_SHOWN = 6
_MAX_REASON = 500
CHANGED = ("question", "text", "short", "sources", "related")


class DraftError(ValueError):
    """What was typed cannot be kept; the sentence says what to change."""


@dataclass(frozen=True)
class Seen:
    """A reply as the chat shows it."""

    texts: Sequence[str]
    question: str
    sources: Sequence[Any]
    buttons: Sequence[str]


@dataclass(frozen=True)
class Looked:
    """What a wording would be: the replies, what is wrong with it, and `cannot` when it is no text at all."""

    preview: Seen | None
    short: Seen | None
    problems: Sequence[str]
    cannot: str = ""


def draft(request: Request) -> Response:
    """The form, with the draft there is or the text that is sent."""
    return _page(request)


def of_turn(request: Request) -> Response:
    """On to the draft of the text that a visitor got, with what is wrong with it as the reason."""
    turn = path_number(request)
    with console_of(request).record(durable=False) as database:
        place_of(database, turn)
        (name,) = database.execute("SELECT snippet_id FROM turns WHERE id = ?", [turn]).fetchone()
    if not name:
        raise HTTPException(404, "No text of ours was sent for this message, so there is none to change.")
    return go(f"/answers/{quote(name.removesuffix(SHORT))}/draft?turn={turn}")


def change(request: Request, form: Mapping[str, str]) -> Response:
    """Shows, keeps, sends for approval or gives up what was typed."""
    name, action = str(request.path_params["id"]), form.get("action", "save")
    by, at = who(request), now(request)
    with console_of(request).record() as database:
        texts.note_typing(database, name, by, typed_in(form), at)
        if action == "check":
            return _page(request, form)
        known = words_of(request, database)
        snippet = _snippet(known, name)
        version = known.open(SNIPPET, name)
        try:
            if action == "drop":
                if version is None:
                    raise ReviewError("There is no draft to give up.")
                texts.withdraw(database, version.id, by=by, reason="given up", now=at)
                texts.forget_typing(database, name, by)
                return go(f"/answers/{name}", "dropped")
            entry = entry_of_form(known, form)
            if action == "send":
                if problems := look(known, name, entry, today(console_of(request).clock(), zone_of(request))).problems:
                    raise DraftError(f"It cannot be sent for approval yet. {problems[0]}")
                if not worded(known.library.written[name], entry):
                    raise DraftError("Nothing is different from what is sent, so there is nothing to approve.")
            number = snippet.version + 1
            with database.atomic():
                saved = texts.save_draft(
                    database,
                    SNIPPET,
                    name,
                    entry,
                    by=by,
                    reason=form.get("reason", ""),
                    based_on=number_in(form, "based_on"),
                    number=number,
                    now=at,
                )
                if action == "send":
                    texts.send_for_approval(database, saved.id, by=by, now=at)
                texts.forget_typing(database, name, by)
        except Conflict as conflict:
            return _page(request, form, conflict=conflict)
        except (DraftError, ReviewError) as error:
            return _page(request, form, problem=str(error))
    return go(f"/answers/{name}", "sent") if action == "send" else go(f"/answers/{name}/draft", "drafted")


def typed_in(form: Mapping[str, str]) -> dict[str, str]:
    """The words of a form, to be kept until they are saved."""
    return {name: form[name][: 2 * MAX_TEXT] for name in (*CHANGED, "sentences", "reason") if form.get(name)}


def unsaved(request: Request, database: Database, name: str, version: Version | None) -> Mapping[str, Any] | None:
    """What whoever asks typed and did not save, if nobody saved anything since; `fields` by what they are called."""
    found = texts.typed(database, name, who(request))
    if found is None or (version is not None and version.changed_at > found[0]):
        return None
    return {"at": found[0], "fields": [(key, words) for key, words in found[1].items() if words.strip()]}


def others(request: Request, database: Database, name: str) -> list[tuple[str, str]]:
    """Colleagues who are typing into this text just now, and when they did last."""
    since = utc(console_of(request).clock() - _TYPING_SECONDS)
    return texts.typing_now(database, name, but=who(request), since=since)


def colleague(request: Request, version: Version | None) -> Mapping[str, str] | None:
    """Whose draft one goes on from, if it is somebody else's."""
    if version is None or version.author == who(request):
        return None
    return {"by": version.author, "at": version.changed_at, "state": version.state}


def look(known: Words, name: str, entry: Mapping[str, Any], day: date) -> Looked:
    """A wording as it would be sent, and what the content checks say of it."""
    try:
        after = known.with_entry(name, entry)
    except ContentError as error:
        told = str(error).splitlines()[0]
        return Looked(None, None, [_sentence(told)], _sentence(told))
    return looked(after, name, day)


def looked(library: Library, name: str, day: date) -> Looked:
    """A text of a library as it is sent, and what the content checks say of it."""
    snippet = library[name]
    short = library.short_version(name)
    problems = [
        _sentence(problem)
        for one in (snippet, *([library[short]] if short else []))
        for problem in check_snippet(one, day)
    ]
    return Looked(
        _seen(library, snippet), _seen(library, library[short]) if short else None, list(dict.fromkeys(problems))
    )


def _seen(library: Library, snippet: Snippet) -> Seen:
    return Seen(
        [snippet.text],
        snippet.question if snippet.route == Route.ANSWER else "",
        snippet.sources,
        [library[name].question for name in snippet.related],
    )


def _sentence(problem: str) -> str:
    """A problem without the file and the id in front of it, which the page says already."""
    place, _, rest = problem.partition("`")
    name, _, told = rest.partition("`")
    if not place.startswith("data/") and ".yml" not in place:
        return problem
    told = told.lstrip(": ").strip()
    head = "The short form" if name.endswith(SHORT) else "The text"
    return f"{head} {told}" if told[:1].islower() else told


def entry_of_form(known: Words, form: Mapping[str, str]) -> dict[str, Any]:
    """What was typed as it would be written in data/snippets.

    Raises:
        DraftError: words are missing, too many, or name what there is not.
    """
    typed = {key: form.get(key, "").replace("\r\n", "\n").strip() for key in CHANGED}
    for key, called in (("question", "The question"), ("text", "The text")):
        if not typed[key]:
            raise DraftError(f"{called} is empty. Write it, or give the draft up.")
    if any(len(value) > MAX_TEXT for value in typed.values()):
        raise DraftError(f"That is too long: {MAX_TEXT:,} letters are the most for a field.")
    return {
        "question": " ".join(typed["question"].split()),
        "text": _joined(typed["text"]),
        "short": _joined(typed["short"]) or None,
        "sources": [_source(known, line) for line in typed["sources"].splitlines() if line.strip()],
        "related": [_related(known, line) for line in typed["related"].splitlines() if line.strip()],
    }


def _joined(text: str) -> str:
    """A text with its paragraphs, and no break within one."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())


def _source(known: Words, line: str) -> str:
    name = line.strip()
    if name not in known.library.sources:
        raise DraftError(f"There is no source “{name[:60]}”. The list below the field shows those there are.")
    return name


def _related(known: Words, line: str) -> str:
    words = line.strip()
    found = next(
        (one.id for one in known.library if not one.short_of and words.lower() in (one.id, one.question.lower())), None
    )
    if found is None:
        raise DraftError(f"No answer has the question “{words[:80]}”. Copy it from the list of answers, one a line.")
    return found


def _snippet(known: Words, name: str) -> Snippet:
    if name not in known.library or known.library[name].short_of:
        raise HTTPException(404, "There is no answer with this id. It may have been renamed or taken out.")
    return known.library[name]


def number_in(form: Mapping[str, str], name: str) -> int | None:
    """A whole number from 1 in a form or an address, None for anything else."""
    value = form.get(name, "")
    return int(value) or None if value.isascii() and value.isdecimal() and len(value) <= 12 else None


def _page(
    request: Request, form: Mapping[str, str] | None = None, *, problem: str = "", conflict: Conflict | None = None
) -> Response:
    name = str(request.path_params["id"])
    day = today(console_of(request).clock(), zone_of(request))
    asked = form if form is not None else request.query_params
    with console_of(request).record(durable=False) as database:
        known = words_of(request, database)
        version = known.open(SNIPPET, name)
        kept = unsaved(request, database, name, version) if form is None else None
        gap, turn = number_in(asked, "gap"), number_in(asked, "turn")
        words = sentences.of_gap(database, gap) if gap else sentences.of_turn(database, turn) if turn else []
        complaint = _complaint(database, turn)
        typing = others(request, database, name)
        to_approve = len(texts.waiting(database))
    snippet = _snippet(known, name)
    written = known.library.written[name]
    entry: Mapping[str, Any] = {**written, **(version.body if version else {})}
    typed = typed_of(known, entry) if form is None else {key: form.get(key, "") for key in (*CHANGED, "reason")}
    try:
        entry = entry_of_form(known, form) if form is not None else entry
        seen = look(known, name, {key: entry.get(key) for key in CHANGED}, day)
    except DraftError as error:
        seen = Looked(None, None, [str(error)], str(error))
    rows: Sequence[tuple[str, Difference]] = (
        worded(written, {key: entry.get(key) for key in CHANGED}) if seen.preview else ()
    )
    theirs = conflict.theirs if conflict else None
    return page(
        request,
        "draft.html",
        400 if problem else 409 if conflict else 200,
        title=f"Edit: {snippet.question}",
        back="/gaps" if gap else f"/answers/{name}",
        back_words="Not answered" if gap else "The answer",
        action=f"/answers/{name}/draft",
        typed={
            **typed,
            "reason": typed.get("reason")
            or (version.reason if version and form is None and version.state == "draft" else "")
            or (_reason(words, complaint) if form is None else ""),
        },
        based_on=known.newest(SNIPPET, name) if form is None or conflict else form.get("based_on", ""),
        wrong=problem,
        conflict={"by": theirs.author, "at": theirs.created_at, "rows": worded(theirs.body, dict(conflict.mine))}
        if theirs and conflict
        else None,
        colleague=colleague(request, version),
        others=typing,
        unsaved=kept,
        new=False,
        gap=gap,
        turn=turn,
        asked=words[:_SHOWN],
        waits=version is not None and version.state == "review",
        has_short=snippet.route == Route.ANSWER,
        most=MAX_WORDS,
        known_sources=sorted(known.library.sources.values(), key=lambda source: source.id),
        may_drop=version is not None,
        preview=seen.preview,
        preview_short=seen.short,
        cannot=seen.cannot,
        checks=seen.problems,
        rows=rows,
        warning=WARNING,
        to_approve=to_approve,
    )


def _complaint(database: Database, turn: int | None) -> str:
    """What staff say is wrong with the text that was sent for a message."""
    row = (
        database.execute(
            "SELECT comment FROM verdicts WHERE turn = ? AND verdict = 'wrong_text' AND superseded_at IS NULL", [turn]
        ).fetchone()
        if turn
        else None
    )
    return " ".join(str(row[0]).split()) if row else ""


def _reason(words: Sequence[Sentence], complaint: str) -> str:
    """Why a text is changed: what is wrong with it, else what visitors asked."""
    why = complaint or (f"Visitors ask: “{' '.join(words[0].words.split())}”" if words else "")
    return why if len(why) <= _MAX_REASON else why[: _MAX_REASON - 1] + "…"


def typed_of(known: Words, entry: Mapping[str, Any]) -> dict[str, str]:
    """A written text as its fields."""
    return {
        "question": str(entry.get("question") or ""),
        "text": str(entry.get("text") or "").strip(),
        "short": str(entry.get("short") or "").strip(),
        "sources": "\n".join(str(name) for name in entry.get("sources") or ()),
        "related": "\n".join(
            known.library[name].question for name in entry.get("related") or () if name in known.library
        ),
    }
