"""Taking words out of a conversation that redaction missed: everywhere they stand, at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from sqlite_utils import Database

from bot.record import audit
from bot.record.deletion import ask_for_wipe
from bot.record.review import ReviewError
from bot.safety.normalise import phrase

BLANKED = "[redacted]"
"""In the place of the words."""

MAX_WORDS = 200
_FEWEST_SIGNS = 2

REASONS: Mapping[str, str] = {
    "name": "A name",
    "contact": "A telephone number, an address or another way to reach somebody",
    "number": "Another number that identifies somebody",
    "other": "Something else that identifies somebody",
}
"""Why words are taken out. A choice, so that the audit cannot repeat them."""

_HOLDS_WORDS = frozenset({"text", "words", "read_as", "value", "client_id"})
"""Keys of events and explanations under which a visitor's words stand."""

_STAFF = (("notes", "text"), ("verdicts", "comment"), ("sample_verdicts", "comment"), ("flags", "reason"))


def redact_everywhere(database: Database, conversation: str, words: str, *, reason: str, by: str, now: str) -> int:
    """Blanks words in everything that is kept of a conversation and returns in how many of its messages they stood.

    They are found in any case, with or without accents and whatever stands between them, as whole words: in the
    messages with the search index, explanations, Rasa's events, what the conversation remembers, corrections and groups
    of questions made from it, feedback, and staff's notes and comments. Approved replies, requests for the clinical
    team, and training data that a person promoted are left alone.

    Raises:
        ReviewError: nothing to look for, no such reason, or no message holds the words.
    """
    if reason not in REASONS:
        raise ReviewError("Choose what the words are.")
    blank = _blanking(words)
    database.execute("PRAGMA secure_delete=ON")
    with database.atomic():
        turns = database.execute(
            "SELECT id, text, explanation, client_id FROM turns WHERE conversation = ?", [conversation]
        ).fetchall()
        said = {text: blank(text) for _, text, _, _ in turns if blank(text) != text}
        if not said:
            raise ReviewError(
                "No message of this conversation holds these words. Copy them from the message, without what stands"
                " around them."
            )
        audit.append(
            database,
            by,
            "conversation.redacted",
            conversation,
            now,
            reason=reason,
            messages=sum(text in said for _, text, _, _ in turns),
        )
        for turn, text, explanation, client_id in turns:
            changed = (
                blank(text),
                _json(explanation, blank),
                client_id if client_id is None or blank(client_id) == client_id else None,
            )
            if changed != (text, explanation, client_id):
                database.execute(
                    "UPDATE turns SET text = ?, explanation = ?, client_id = ? WHERE id = ?", [*changed, turn]
                )
        _blank_column(
            database,
            "events",
            "data",
            "conversation = ? AND type <> 'bot'",
            [conversation],
            lambda data: _json(data, blank),
        )
        _blank_column(
            database, "conversations", "slots", "id = ?", [conversation], lambda data: _json(data, blank, every=True)
        )
        _blank_column(database, "feedback", "reason", "conversation = ?", [conversation], blank)
        for table, column in _STAFF:
            _blank_column(
                database, table, column, "turn IN (SELECT id FROM turns WHERE conversation = ?)", [conversation], blank
            )
        for before, after in said.items():
            database.execute("UPDATE corrections SET text = ? WHERE text = ?", [after, before])
            database.execute("UPDATE gap_clusters SET exemplar = ? WHERE exemplar = ?", [after, before])
        _blank_column(
            database,
            "corrections",
            "text",
            "turn IN (SELECT id FROM turns WHERE conversation = ?)",
            [conversation],
            blank,
        )
        ask_for_wipe(database)
    return sum(text in said for _, text, _, _ in turns)


def _blanking(words: str) -> Callable[[str], str]:
    """What blanks words in a text.

    Raises:
        ReviewError: too few, or too many.
    """
    found = re.findall(r"\w+", words)
    if sum(map(len, found)) < _FEWEST_SIGNS or len(words) > MAX_WORDS:
        raise ReviewError(
            f"Write the words to take out: at least {_FEWEST_SIGNS} letters or digits, at most {MAX_WORDS}."
        )
    spellings = dict.fromkeys((tuple(found), tuple(phrase(words).split()) or tuple(found)))
    written = "|".join(r"[\W_]{0,4}".join(map(re.escape, spelling)) for spelling in spellings)
    pattern = re.compile(rf"(?<![^\W_])(?:{written})(?![^\W_])", re.IGNORECASE)
    return lambda text: pattern.sub(BLANKED, text)


def _blank_column(
    database: Database, table: str, column: str, where: str, values: list[str], blank: Callable[[str], str]
) -> None:
    for number, held in database.execute(f"SELECT rowid, {column} FROM {table} WHERE {where}", values).fetchall():
        if held and (after := blank(held)) != held:
            database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [after, number])


def _json(held: str, blank: Callable[[str], str], *, every: bool = False) -> str:
    """JSON with the words blanked where a visitor's words stand,
    or in `every` text; the same string when nothing was found."""
    before = orjson.loads(held)
    after = _within(before, blank, every)
    return held if after == before else orjson.dumps(after).decode()


def _within(value: Any, blank: Callable[[str], str], here: bool) -> Any:
    if isinstance(value, str):
        return blank(value) if here else value
    if isinstance(value, list):
        return [_within(item, blank, here) for item in value]
    if isinstance(value, dict):
        return {key: _within(item, blank, here or key in _HOLDS_WORDS) for key, item in value.items()}
    return value
