"""The sentences that lead to a new question: visitors' own, and those that staff wrote, on their way to training.

They belong to one version of its text, so whoever approves that version has read them. Visitors' words are not copied:
a sentence of theirs is the message itself, and goes with it when its conversation is erased.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.content.library import load_library
from bot.record.review import ReviewError, propose
from bot.record.review_schema import KEPT_APART
from bot.record.texts import SNIPPET, Version, published_set
from bot.safety.normalise import clean
from bot.safety.redaction import redact

FEWEST = 3
"""Sentences beside its own title that a new question needs before it can be sent for approval."""
MOST = 60
MAX_LETTERS = 300
_MARKUP = re.compile(r"[\[\](){}|`]")


@dataclass(frozen=True)
class Sentence:
    """One way of asking; `turn` is the visitor's message that it is, with its conversation and number, or None."""

    words: str
    turn: int | None = None
    conversation: str | None = None
    number: int | None = None


def create(database: Database) -> None:
    """Makes the table."""
    database.execute(
        """CREATE TABLE text_sentences (id INTEGER PRIMARY KEY, text INTEGER NOT NULL REFERENCES texts (id),
            turn INTEGER REFERENCES turns (id) ON DELETE CASCADE, words TEXT, CHECK ((turn IS NULL) <> (words IS NULL)))
        """
    )
    database.execute("CREATE INDEX text_sentences_text ON text_sentences (text)")
    database.execute("CREATE INDEX text_sentences_turn ON text_sentences (turn) WHERE turn IS NOT NULL")


def training_sentence(text: str) -> str:
    """A visitor's words as one training example: a single line,
    without personal data and without signs that Rasa reads as markup.

    Empty when nothing is left to learn from, or when it is too long for an example.
    """
    sentence = " ".join(_MARKUP.sub(" ", redact(clean(text))).split()).lstrip("/-#*&!%@>? ").strip()
    return sentence if sum(character.isalpha() for character in sentence) >= 2 and len(sentence) <= MAX_LETTERS else ""


def keep(database: Database, version: int, turns: Iterable[int], written: Iterable[str]) -> None:
    """Notes what leads to a version, in the transaction that saves it.

    Args:
        turns: visitors' messages; one that is gone is left out.
        written: what staff wrote.
    """
    for turn in turns:
        database.execute(
            "INSERT INTO text_sentences (text, turn) SELECT ?, id FROM turns WHERE id = ?", [version, turn]
        )
    for words in written:
        database.execute("INSERT INTO text_sentences (text, words) VALUES (?, ?)", [version, words])


def of_version(database: Database, version: int) -> list[Sentence]:
    """What leads to a version, visitors' own words first."""
    rows = database.execute(
        """SELECT coalesce(s.words, t.text), t.id, t.conversation, t.number FROM text_sentences s
        LEFT JOIN turns t ON t.id = s.turn WHERE s.text = ? ORDER BY s.turn IS NULL, s.id""",
        [version],
    )
    return [Sentence(*row) for row in rows]


def of_gap(database: Database, gap: int, limit: int = 30) -> list[Sentence]:
    """The different wordings of a group of unanswered questions, the newest first."""
    rows = database.execute(
        f"""SELECT t.text, max(t.id), t.conversation, t.number FROM gap_members m JOIN turns t ON t.id = m.turn
        WHERE m.cluster = ? AND t.text NOT IN ('', '{KEPT_APART}') GROUP BY lower(trim(t.text)) ORDER BY 2 DESC
        LIMIT ?""",
        [gap, limit],
    )
    return [Sentence(*row) for row in rows]


def of_turn(database: Database, turn: int) -> list[Sentence]:
    """One visitor's message."""
    rows = database.execute(
        f"SELECT text, id, conversation, number FROM turns WHERE id = ? AND text NOT IN ('', '{KEPT_APART}')", [turn]
    )
    return [Sentence(*row) for row in rows]


def take_up(database: Database, version: Version, *, by: str, now: str) -> int:
    """Accepts what leads to a version for the next training, because somebody approved it; returns how many.

    Its title is one of them. To be called in the transaction of the approval.
    """
    found = of_version(database, version.id)
    if not found:
        return 0
    for turn in (one.turn for one in found if one.turn is not None):
        propose(database, turn, version.name, version.author, version.created_at)
        database.execute(
            "UPDATE corrections SET state = 'accepted', decided_by = ?, decided_at = ? WHERE turn = ?", [by, now, turn]
        )
    for words in [str(version.body["question"]), *(one.words for one in found if one.turn is None)]:
        database.execute(
            """INSERT INTO corrections (text, intent, state, proposed_by, proposed_at, decided_by, decided_at)
            SELECT :text, :intent, 'accepted', :author, :at, :by, :now WHERE NOT EXISTS
            (SELECT 1 FROM corrections WHERE turn IS NULL AND intent = :intent AND text = :text)""",
            {
                "text": words,
                "intent": version.name,
                "author": version.author,
                "at": version.created_at,
                "by": by,
                "now": now,
            },
        )
    return len(found) + 1


def new_questions(database: Database, data: Path) -> dict[str, Mapping[str, Any]]:
    """The questions that staff made in the console and that no file holds yet, as they would be written, by id.

    Raises:
        ContentError: the files cannot be used.
    """
    there = load_library(data).written
    return {
        name: entry
        for name, entry in published_set(database).entries.items()
        if entry.get("topic") and name not in there
    }


def sent_sentences(sentences: Sequence[str]) -> list[str]:
    """What staff wrote, each as one training example and once.

    Raises:
        ReviewError: one of them holds nothing to learn from, or too much; or there are too many.
    """
    if len(sentences) > MOST:
        raise ReviewError(f"At most {MOST} sentences at once. The training learns little from more.")
    found: dict[str, str] = {}
    for words in sentences:
        sentence = training_sentence(words)
        if not sentence:
            raise ReviewError(
                f"“{words[:60]}” cannot be learnt from: write one question a line, of at most {MAX_LETTERS} letters and"
                " without names or numbers of a person."
            )
        found.setdefault(sentence.lower(), sentence)
    return list(found.values())


def is_new(version: Version) -> bool:
    """Whether a version is of a question that was made in the console."""
    return version.kind == SNIPPET and bool(version.body.get("topic"))
