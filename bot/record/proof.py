"""What the record proves: that each sentence ever sent was an approved text in use at that
time, that each turn carried the warning, and that nothing was changed or taken out since."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from bot.content.library import Library
from bot.content.opening import is_made_of, sha
from bot.record.audit import verify_audit
from bot.record.chain import verify_chain
from bot.record.review_schema import MONTHLY
from bot.record.turns import Turn, all_turns
from bot.safety.warning import WARNING
from bot.vocabulary import Reason

_CLOCKS = timedelta(seconds=1)
"""By how much two processes' clocks may differ."""

_BEFORE = "noted from the record when the chain began"


@dataclass(frozen=True)
class Proof:
    """What was looked at, and one sentence for each thing that does not hold."""

    turns: int
    texts: int
    entries: int
    links: int
    problems: tuple[str, ...]


def create(database: Database) -> None:
    """Makes the table of texts in use, with those that were sent before there was one."""
    database.execute(
        """CREATE TABLE sent_texts (id TEXT NOT NULL, version INTEGER NOT NULL, hash TEXT NOT NULL,
            noted_at TEXT NOT NULL,
        approval TEXT NOT NULL, PRIMARY KEY (id, version, hash)) WITHOUT ROWID"""
    )
    for turn in all_turns(database):
        _note(database, ((*named, _BEFORE) for named in _texts_of(turn)), turn.at)


def note_texts(database: Database, library: Library, at: str) -> int:
    """Notes the texts that a process of the website sends from now on; returns how many are new.

    To be called before the first of them is sent. `at` is ISO 8601 in UTC.
    """
    with database.atomic():
        return _note(database, texts_in_use(library), at)


def texts_in_use(library: Library) -> list[tuple[str, int, str, str]]:
    """The texts that are sent: id, version, hash, and who approved it in which role and when."""
    texts = [
        (
            snippet.id,
            snippet.version,
            snippet.hash,
            f"{snippet.approval.by} ({snippet.approval.role}), {snippet.approval.on.isoformat()}",
        )
        for snippet in library
        if snippet.status == "approved"
    ]
    if library.opening is not None:
        opening = library.opening
        approved = f"{opening.approval.by} ({opening.approval.role}), {opening.approval.on.isoformat()}"
        texts += [(f"opening.{name}", opening.version, sha(text), approved) for name, text in opening.patterns.items()]
    return texts


def _note(database: Database, texts: Iterable[tuple[str, int, str, str]], at: str) -> int:
    added = 0
    for name, version, digest, approval in texts:
        added += database.execute(
            "INSERT INTO sent_texts (id, version, hash, noted_at, approval) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO"
            " NOTHING",
            [name, version, digest, at, approval],
        ).rowcount
    return added


_NOT_OURS = (ValueError, TypeError, AttributeError, KeyError)
"""What reading a row raises that somebody else wrote."""


def prove(database: Database, path: Path | None) -> Proof:
    """Walks the whole record.

    Args:
        database: the record; read, never written.
        path: its file, beside which heads of the chain are noted; None for a record in memory.
    """
    links, broken = verify_chain(database, path)
    known = {
        (name, version, digest): at
        for name, version, digest, at in database.execute("SELECT id, version, hash, noted_at FROM sent_texts")
    }
    turns, problems, unreadable = 0, list(broken), list[str]()
    for turn in all_turns(database, unreadable):
        turns += 1
        try:
            problems += [f"{turn.conversation} #{turn.number}: {problem}" for problem in _of_turn(turn, known)]
        except _NOT_OURS:
            unreadable.append(f"{turn.conversation} #{turn.number}")
    problems += [f"{turn}: it is not as the application writes a turn, and cannot be read." for turn in unreadable]
    entries, breaks, _ = verify_audit(database)
    problems += breaks
    problems += _derived(database)
    return Proof(turns, len(known), entries, links, tuple(problems))


def _of_turn(turn: Turn, known: Mapping[tuple[str, int, str], str]) -> Iterator[str]:
    """What does not hold in a turn: each text is what its hash
    says, was in use when it was sent, and the warning went with it."""
    if not turn.messages:
        yield "no reply was sent."
    if turn.warning != WARNING:
        yield "the warning is missing or changed."
    if turn.reply != "\n\n".join(str(message.get("text") or "") for message in turn.messages):
        yield "the reply that is searched is not the reply that was sent."
    for message in turn.messages:
        snippet = message.get("snippet") or {}
        text = str(message.get("text") or "").removesuffix(f"\n\n{WARNING}")
        if sha(text) != snippet.get("hash"):
            yield f"the text of `{snippet.get('id')}` is not the approved one."
        elif "made_of" in snippet and not is_made_of(snippet["made_of"], text):
            yield (
                f"the text of `{snippet.get('id')}` is not made of its approved pattern and the facts that were stored."
            )
    for named in _texts_of(turn):
        noted = known.get(named)
        if noted is None:
            yield f"the text of `{named[0]}` (version {named[1]}) was never an approved text in use."
        elif (
            datetime.fromisoformat(noted)
            > datetime.fromisoformat(turn.at) + timedelta(milliseconds=turn.latency_ms or 0) + _CLOCKS
        ):
            yield f"the text of `{named[0]}` (version {named[1]}) came into use only after it was sent."


def _texts_of(turn: Turn) -> Iterator[tuple[str, int, str]]:
    """The approved texts that a turn's messages are, or are made of: id, version, hash."""
    for message in turn.messages:
        snippet = message.get("snippet") or {}
        if not snippet.get("id"):
            continue
        made_of = snippet.get("made_of")
        version = int(snippet.get("version") or 0)
        if isinstance(made_of, Mapping):
            yield str(snippet["id"]), version, str(made_of.get("base"))
            for one in made_of.get("sentences") or ():
                yield f"opening.{one.get('pattern')}", int(made_of.get("version") or 0), str(one.get("hash"))
        else:
            yield str(snippet["id"]), version, str(snippet.get("hash"))


def _derived(database: Database) -> Iterator[str]:
    """What is worked out from the turns and kept beside them must come out the same again."""
    facts = """SELECT t.conversation, t.number FROM turns t LEFT JOIN turn_facts f ON f.turn = t.id
        WHERE f.turn IS NULL OR f.route <> t.route OR f.snippet IS NOT t.snippet_id OR f.warned <> (t.warning = ?)"""
    for conversation, number in database.execute(facts, [WARNING]):
        yield f"{conversation} #{number}: what filters and queues know of it is not what the turn says."
    counted = dict(
        database.execute(
            "SELECT name, sum(count) FROM counters WHERE kind = ? GROUP BY name", [f"{MONTHLY}route"]
        ).fetchall()
    )
    there = dict(database.execute("SELECT route, count(*) FROM turns GROUP BY route").fetchall())
    (gone,) = database.execute("SELECT count(*) FROM chain WHERE what = 'turns' AND told = 'gone'").fetchone()
    if sum(counted.values()) != sum(there.values()) + gone or any(
        counted.get(route, 0) < number for route, number in there.items()
    ):
        yield "counters: the turns counted by route are not those of the record and those erased from it."
    for conversation in _unlike_events(database):
        yield f"{conversation}: Rasa's events tell of other replies than the turns."


def _unlike_events(database: Database) -> Iterator[str]:
    """Conversations whose events hold a reply that no turn
    holds; a turn that the rules alone answered leaves no events."""
    said: dict[str, list[str | None]] = {}
    for conversation, data in database.execute(
        "SELECT conversation, data FROM events WHERE type = 'bot' ORDER BY conversation, id"
    ):
        said.setdefault(conversation, []).append(_text_of(data))
    for conversation, texts in said.items():
        sent = database.execute(
            "SELECT messages FROM turns WHERE conversation = ? AND coalesce(json_extract(explanation, '$.reason'), '')"
            " <> ? ORDER BY number",
            [conversation, Reason.FAULT],
        )
        try:
            told = [str(message.get("text") or "") for (messages,) in sent for message in json.loads(messages)]
        except (*_NOT_OURS, sqlite3.Error):  # SQLite's own functions stop at what is no JSON
            yield conversation
            continue
        if told != texts:
            yield conversation


def _text_of(event: str) -> str | None:
    """What Rasa's event says; None when it is none of Rasa's."""
    try:
        return str(json.loads(event).get("text") or "")
    except _NOT_OURS:
        return None
