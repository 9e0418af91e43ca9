"""A new question: its title, the sentences that lead to it, and its text, until somebody else approves it.

Visitors get it once it is approved and a model was trained with its sentences; until then its page says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console import drafts
from bot.console.answers import worded
from bot.console.drafts import DraftError, Looked, entry_of_form, look, number_in
from bot.console.nearness import Near
from bot.console.page import go, now, page, who, zone_of
from bot.console.state import console_of
from bot.console.words import Words, words_of
from bot.content.checks import MAX_WORDS
from bot.content.files import ContentError
from bot.content.library import SHORT
from bot.content.rules import load_triage
from bot.content.snippet import AFTER_RISK, BETWEEN
from bot.record import sentences, texts
from bot.record.gaps import decide_gap
from bot.record.metrics import today
from bot.record.review import ReviewError
from bot.record.sentences import Sentence
from bot.record.texts import SNIPPET, Conflict, Version
from bot.safety.triage import Triage
from bot.safety.warning import WARNING
from bot.vocabulary import Route

_LONGEST_ID, _LONGEST_TITLE = 48, 120
AFTER_RISK_WORDS: Mapping[str, str] = {
    "caution": "may be sent, with a caution before it",
    "answer": "may be sent as it is",
    "refer": "is not sent; the visitor is referred",
}
"""What happens with an answer once a visitor told of a risk."""


@dataclass(frozen=True)
class Way:
    """A sentence with what speaks against it: `near`, a training sentence of another
    answer with that answer's question, and `risky`, that the rules refer it before any answer."""

    sentence: Sentence
    ticked: bool
    near: Near | None
    near_question: str
    risky: bool


def new(request: Request) -> Response:
    """The form for a new question: from a group of unanswered ones, from a message, or from nothing."""
    return _page(request, "")


def question(request: Request) -> Response:
    """The form with the draft there is; on to the answer's page once it is published."""
    name = str(request.path_params["id"])
    if console_of(request).content.snapshot().library is not None:
        with console_of(request).record(durable=False) as database:
            if name in words_of(request, database).library:
                return go(f"/answers/{name}")
    return _page(request, name)


def change(request: Request, form: Mapping[str, str]) -> Response:
    """Shows, keeps, sends for approval or gives up a new question."""
    name, action = str(request.path_params.get("id", "")), form.get("action", "save")
    by, at = who(request), now(request)
    with console_of(request).record() as database:
        texts.note_typing(database, _typing_name(name), by, drafts.typed_in(form), at)
        if action == "check":
            return _page(request, name, form)
        known = words_of(request, database)
        version = known.open(SNIPPET, name) if name else None
        try:
            if action == "drop":
                if version is None:
                    raise ReviewError("There is no draft to give up.")
                texts.withdraw(database, version.id, by=by, reason="given up", now=at)
                texts.forget_typing(database, _typing_name(name), by)
                return go("/answers", "given-up-question")
            entry = _entry(known, form)
            name = name or _new_name(known, entry["question"])
            ways, written = _chosen(database, form), sentences.sent_sentences(form.get("sentences", "").splitlines())
            if action == "send":
                _fits(request, known, name, entry, [*(one.words for one in ways), *written])
            with database.atomic():
                saved = texts.save_draft(
                    database,
                    SNIPPET,
                    name,
                    entry,
                    by=by,
                    reason=form.get("reason", ""),
                    based_on=number_in(form, "based_on"),
                    number=1,
                    now=at,
                )
                sentences.keep(database, saved.id, [one.turn for one in ways if one.turn is not None], written)
                gap = number_in(form, "gap")
                if gap is not None and not request.path_params.get("id"):
                    decide_gap(database, gap, "new_snippet", None, by=by, now=at)
                if action == "send":
                    texts.send_for_approval(database, saved.id, by=by, now=at)
                for typed in {_typing_name(name), _typing_name(str(request.path_params.get("id", "")))}:
                    texts.forget_typing(database, typed, by)
        except Conflict as conflict:
            return _page(request, name, form, conflict=conflict)
        except (DraftError, ReviewError) as error:
            return _page(request, str(request.path_params.get("id", "")), form, problem=str(error))
    address = f"/approve/{saved.id}" if action == "send" else f"/questions/{name}"
    return go(address, "sent" if action == "send" else "drafted")


def leads_to(request: Request, known: Words, found: Sequence[Sentence], name: str = "") -> list[Way]:
    """What leads to a question, each sentence with what speaks against it."""
    snapshot = console_of(request).content.snapshot()
    rules = _rules(known.data)
    ways = []
    for one in found:
        near = snapshot.nearness.nearest(one.words, but=name)
        question = known.library[near.intent].question if near and near.intent in known.library else ""
        ways.append(Way(one, True, near, question, bool(rules.check(one.words))))
    return ways


@lru_cache(maxsize=2)
def _triage(folder: Path, stamp: float) -> Triage:
    return load_triage(folder)


def _rules(data: Path) -> Triage:
    folder = data / "safety"
    return _triage(folder, max(path.stat().st_mtime for path in folder.iterdir()))


def _typing_name(name: str) -> str:
    return name or "(new question)"


def topics(known: Words) -> list[str]:
    """The topics that answers belong to."""
    return list(dict.fromkeys(one.topic for one in known.library if one.route == Route.ANSWER and one.topic != BETWEEN))


def _entry(known: Words, form: Mapping[str, str]) -> dict[str, Any]:
    """What was typed as it would be written in data/snippets.

    Raises:
        DraftError: as `entry_of_form`, or there is no such topic.
    """
    if form.get("topic") not in topics(known):
        raise DraftError("Choose the topic that it belongs to.")
    after_risk = form.get("after_risk", "caution")
    if after_risk not in AFTER_RISK:
        raise DraftError("Choose what happens after a visitor told of a risk.")
    return {
        **entry_of_form(known, form),
        "topic": form["topic"],
        "route": Route.ANSWER.value,
        "after_risk": after_risk,
        "clinic_only": "clinic_only" in form,
    }


def _new_name(known: Words, question: str) -> str:
    """An id for a question, from its words."""
    words = re.findall(r"[a-z0-9]+", question.lower().replace("'", "").replace("’", ""))
    name = "question"
    for word in words:
        longer = word if name == "question" and word[0].isalpha() else f"{name}_{word}"
        if len(longer) > _LONGEST_ID:
            break
        name = longer
    name = name.removesuffix(SHORT)
    taken = {one.id for one in known.library} | {other for kind, other in known.newest_of if kind == SNIPPET}
    free, count = name, 1
    while free in taken:
        count += 1
        free = f"{name}_{count}"
    return free


def _chosen(database: Database, form: Mapping[str, str]) -> list[Sentence]:
    """The visitors' messages that are ticked."""
    turns = [int(key[1:]) for key in form if re.fullmatch(r"w\d{1,12}", key)][: sentences.MOST]
    return [one for turn in turns for one in sentences.of_turn(database, turn)]


def _fits(request: Request, known: Words, name: str, entry: Mapping[str, Any], ways: Sequence[str]) -> None:
    """Raises DraftError when a new question cannot be sent for approval as it is."""
    day = today(console_of(request).clock(), zone_of(request))
    if problems := look(known, name, entry, day).problems:
        raise DraftError(f"It cannot be sent for approval yet. {problems[0]}")
    title = str(entry["question"]).lower()
    if any(one.question.lower() == title for one in known.library if not one.short_of):
        raise DraftError("There is an answer with this question already. Change that one, or ask something else.")
    if _rules(known.data).check(str(entry["question"])):
        raise DraftError("The safety rules refer this question to a clinician, so no visitor would get the answer.")
    if len({words.lower() for words in ways}) < sentences.FEWEST:
        raise DraftError(
            f"Give at least {sentences.FEWEST} different ways to ask it. The model learns the question from them alone."
        )
    for one in leads_to(request, known, [Sentence(words) for words in (str(entry["question"]), *ways)], name):
        if one.near is not None and one.near.same:
            raise DraftError(
                f"“{one.sentence.words}” leads to “{one.near_question or one.near.intent}” already. Take it out here,"
                " or change that answer."
            )


def _page(
    request: Request,
    name: str,
    form: Mapping[str, str] | None = None,
    *,
    problem: str = "",
    conflict: Conflict | None = None,
) -> Response:
    day = today(console_of(request).clock(), zone_of(request))
    asked = form if form is not None else request.query_params
    gap, turn = number_in(asked, "gap"), number_in(asked, "turn")
    with console_of(request).record(durable=False) as database:
        known = words_of(request, database)
        version = known.open(SNIPPET, name) if name else None
        if name and (version is None or not sentences.is_new(version)):
            raise HTTPException(404, "There is no new question with this id. It may have been given up.")
        kept = sentences.of_version(database, version.id) if version else []
        offered = [
            *(one for one in kept if one.turn is not None),
            *(_chosen(database, form) if form is not None else ()),
            *(sentences.of_gap(database, gap) if gap else ()),
            *(sentences.of_turn(database, turn) if turn else ()),
        ]
        unsaved = drafts.unsaved(request, database, _typing_name(name), version) if form is None else None
        others = drafts.others(request, database, name) if name else []
        to_approve = len(texts.waiting(database))
    typed = _typed(known, version, kept) if form is None else _as_typed(form)
    if form is None and version is None and offered:
        typed["question"] = _as_title(offered[0].words)
    ticked = {one.turn for one in kept} if version and form is None else None
    if form is not None:
        ticked = {int(key[1:]) for key in form if re.fullmatch(r"w\d{1,12}", key)}
    by_turn = {one.turn: one for one in offered}
    ways = [
        Way(one.sentence, ticked is None or one.sentence.turn in ticked, one.near, one.near_question, one.risky)
        for one in leads_to(request, known, list(by_turn.values()), name)
    ]
    lines = [Sentence(line.strip()) for line in typed["sentences"].splitlines() if line.strip()]
    try:
        entry = _entry(known, form) if form is not None else dict(version.body) if version else {}
        seen = look(known, name or "new_question", entry, day) if entry else Looked(None, None, [])
    except (DraftError, ContentError) as error:
        entry, seen = {}, Looked(None, None, [str(error)], str(error))
    theirs = conflict.theirs if conflict else None
    return page(
        request,
        "draft.html",
        400 if problem else 409 if conflict else 200,
        title=f"New question: {typed['question']}" if name else "New question",
        back="/gaps?decision=new_snippet" if gap else "/answers",
        back_words="Not answered" if gap else "All answers",
        action=f"/questions/{name}" if name else "/questions/new",
        typed=typed,
        based_on=known.newest(SNIPPET, name) if name and (form is None or conflict) else asked.get("based_on", ""),
        wrong=problem,
        conflict={"by": theirs.author, "at": theirs.created_at, "rows": worded(theirs.body, dict(conflict.mine))}
        if theirs and conflict
        else None,
        colleague=drafts.colleague(request, version),
        others=others,
        unsaved=unsaved,
        waits=version is not None and version.state == "review",
        has_short=True,
        most=MAX_WORDS,
        known_sources=sorted(known.library.sources.values(), key=lambda source: source.id),
        may_drop=version is not None,
        preview=seen.preview,
        preview_short=seen.short,
        cannot=seen.cannot,
        checks=seen.problems,
        rows=(),
        warning=WARNING,
        to_approve=to_approve,
        new=True,
        gap=gap,
        turn=turn,
        asked=(),
        topics=topics(known),
        after_risks=AFTER_RISK_WORDS,
        ways=ways,
        lines=[one for one in leads_to(request, known, lines, name) if one.near or one.risky],
        fewest=sentences.FEWEST,
    )


def _typed(known: Words, version: Version | None, kept: Sequence[Sentence]) -> dict[str, str]:
    body: Mapping[str, Any] = version.body if version else {}
    return {
        **drafts.typed_of(known, body),
        "topic": str(body.get("topic", "")),
        "after_risk": str(body.get("after_risk", "caution")),
        "clinic_only": "1" if body.get("clinic_only") else "",
        "sentences": "\n".join(one.words for one in kept if one.turn is None),
        "reason": version.reason if version and version.state == "draft" else "",
    }


def _as_title(words: str) -> str:
    """A visitor's words as a title to begin with; empty when they are too long for one."""
    title = " ".join(words.split()).rstrip("?!. ")
    return f"{title[:1].upper()}{title[1:]}?" if 0 < len(title) < _LONGEST_TITLE else ""


def _as_typed(form: Mapping[str, str]) -> dict[str, str]:
    names = (*drafts.CHANGED, "topic", "after_risk", "clinic_only", "sentences", "reason")
    return {name: form.get(name, "") for name in names}
