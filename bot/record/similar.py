"""Which messages may mean nearly what another one means: a bounded choice of them, from which the encoder picks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from bot.content.word_search import telling
from bot.record.filters import words_query
from bot.record.review import place_of
from bot.record.review_schema import KEPT_APART

_NEWEST, _MEANT, _WORDED = 200, 250, 100
"""Messages looked at: the newest of all, of each guess at the meaning, and with each word."""

_GUESSES, _WORDS = 3, 8
MOST = _NEWEST + _GUESSES * _MEANT + _WORDS * _WORDED
"""Messages that are looked at, however large the record is."""


def candidates(database: Database, turn: int) -> tuple[str, list[tuple[int, str]]]:
    """The words of a message, and number and words of others that may mean nearly the same, each wording once.

    The newest of all, those taken for what this one was taken for or nearly was, and those that share a telling word,
    each the newest so many of them: an index finds all, so that a record of a million messages takes no longer.

    Raises:
        ReviewError: there is no such message.
    """
    place_of(database, turn)
    text, intent, ranking = database.execute("SELECT text, intent, ranking FROM turns WHERE id = ?", [turn]).fetchone()
    found = set(_ids(database, "SELECT turn FROM turn_facts ORDER BY turn DESC LIMIT ?", [_NEWEST]))
    for name in _guesses(intent, ranking):
        sql = "SELECT turn FROM turn_facts WHERE intent = ? ORDER BY turn DESC LIMIT ?"
        found.update(_ids(database, sql, [name, _MEANT]))
    for word in telling(text)[:_WORDS]:
        sql = "SELECT rowid FROM turns_fts WHERE turns_fts MATCH ? ORDER BY rowid DESC LIMIT ?"
        found.update(_ids(database, sql, [f"text : {words_query(word)}", _WORDED]))
    found.discard(turn)
    seen = {text.strip().lower(), "", KEPT_APART.lower()}
    several = []
    for number in sorted(found, reverse=True):
        ((words,),) = database.execute("SELECT text FROM turns WHERE id = ?", [number]).fetchall() or [("",)]
        if words.strip().lower() not in seen:
            seen.add(words.strip().lower())
            several.append((number, words))
    return text, several


def _ids(database: Database, sql: str, values: Sequence[Any]) -> list[int]:
    return [number for (number,) in database.execute(sql, list(values))]


def _guesses(intent: str | None, ranking: str | None) -> list[str]:
    """What a message was taken for, and nearly was."""
    names = [str(guess.get("name")) for guess in json.loads(ranking or "[]")]
    return list(dict.fromkeys(name for name in (intent, *names) if name))[:_GUESSES]
