"""The topics under which a visitor looks through the answers, read from data/topics.yml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.content.files import ContentError, read_mapping
from bot.content.library import Library
from bot.content.snippet import Snippet
from bot.vocabulary import Route


@dataclass(frozen=True)
class Topic:
    """One topic: `id` is the name of its file in data/snippets;
    `ask` the answer to start with, empty when there is none to name."""

    id: str
    title: str
    ask: str = ""


def load_topics(path: Path, library: Library) -> tuple[Topic, ...]:
    """Reads topics.yml. A file of answers that it does not name comes last, under the file's own name.

    Raises:
        ContentError: a topic without a title or without answers, or one that starts with something else than an answer.
    """
    listed = {str(name): raw for name, raw in read_mapping(path).items()} if path.is_file() else {}
    files = dict.fromkeys(snippet.topic for snippet in library if snippet.answers_a_question)
    topics = [_topic(name, raw, files, library, path) for name, raw in listed.items()]
    return (*topics, *(Topic(name, name.replace("_", " ").capitalize()) for name in files if name not in listed))


def answers_of(topic: Topic, library: Library, today: date) -> Iterator[Snippet]:
    """The answers of a topic that may be sent today and need no
    fact that the clinic does not know, in the order of the file."""
    for snippet in library:
        if snippet.topic == topic.id and snippet.answers_a_question and snippet.sendable(today) and not snippet.unknown:
            yield snippet


def _topic(name: str, raw: object, files: dict[str, None], library: Library, path: Path) -> Topic:
    owner = f"{path}: `{name}`"
    if name not in files:
        raise ContentError(f"{owner} is no file with answers in data/snippets. Take it out, or correct the name.")
    if not isinstance(raw, dict) or not str(raw.get("title") or "").strip() or not set(raw) <= {"title", "ask"}:
        raise ContentError(f"{owner} needs a `title`, and may have `ask`: the id of an answer to start with.")
    ask = str(raw.get("ask") or "")
    if ask and (ask not in library or library[ask].route != Route.ANSWER):
        raise ContentError(f"{owner}: `ask` is {ask!r}, which is no answer. Use the id of one.")
    return Topic(name, str(raw["title"]).strip(), ask)
