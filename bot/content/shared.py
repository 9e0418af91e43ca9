"""The content of this process. Rasa builds its parts by itself, so they meet here.

Rules and words are read once. Approved texts and facts change while visitors talk: whoever asks for the library gets
the one of the turn that is being worked out, so no reply is made of two states.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from bot.content.clinic import Clinic
from bot.content.follow_ups import FollowUps, load_follow_ups
from bot.content.form_words import FormWords, load_form_words
from bot.content.languages import Languages, load_languages
from bot.content.library import Library, load_library
from bot.content.opening import Opening
from bot.content.plain_words import PlainWords, load_plain_words
from bot.content.rules import load_triage
from bot.content.short_questions import ShortQuestions, load_short_questions
from bot.content.snippet import Snippet
from bot.content.source import Source
from bot.safety.normalise import phrase
from bot.safety.second_reading import SecondReader, everyday_frequencies
from bot.safety.triage import Triage
from bot.settings import Settings

_OF_THIS_TURN: ContextVar[Library | None] = ContextVar("library_of_this_turn", default=None)


class LibraryInUse(Library):
    """The library of the turn that is being worked out; outside of one, what the files held at the start."""

    _files: Library

    def __init__(self, files: Library) -> None:
        object.__setattr__(self, "_files", files)

    def now(self) -> Library:
        """The one library that it stands for at this moment."""
        return _OF_THIS_TURN.get() or self._files

    @property
    def snippets(self) -> Mapping[str, Snippet]:
        """Those of the turn."""
        return self.now().snippets

    @property
    def clinic(self) -> Clinic:
        """That of the turn."""
        return self.now().clinic

    @property
    def opening(self) -> Opening | None:
        """That of the turn."""
        return self.now().opening

    @property
    def sources(self) -> Mapping[str, Source]:
        """Those of the turn."""
        return self.now().sources

    @property
    def written(self) -> Mapping[str, Mapping[str, Any]]:
        """As they are written in that of the turn."""
        return self.now().written


def one_library_or(library: Library) -> Library:
    """The library of the turn that is being worked out; outside of one, the given."""
    return _OF_THIS_TURN.get() or library


@contextmanager
def one_library(library: Library) -> Iterator[Library]:
    """Whatever is worked out within, however long it takes, is made
    of this library; of the outer one where blocks lie in each other."""
    held = _OF_THIS_TURN.get()
    if held is not None:
        yield held
        return
    _OF_THIS_TURN.set(library)
    try:
        yield library
    finally:
        _OF_THIS_TURN.set(None)  # not by its token: a turn that is given up may end in another context


@lru_cache(maxsize=1)
def shared_library() -> LibraryInUse:
    """All approved snippets, those of the turn that is being worked out.

    Raises:
        ContentError: content that cannot be used; the message names the file.
    """
    return LibraryInUse(load_library(Settings().data))


@lru_cache(maxsize=1)
def shared_triage() -> Triage:
    """The deterministic risk rules.

    Raises:
        ContentError: rules that cannot be used; the message names the file.
    """
    return load_triage(Settings().data / "safety")


@lru_cache(maxsize=1)
def shared_second_reader() -> SecondReader:
    """Reads disguised messages with the words of our texts, rules and word lists.

    Raises:
        ContentError: content that cannot be used; the message names the file.
    """
    triage, library = shared_triage(), shared_library()
    told = [
        *(text for rule in triage.rules for text in rule.fires),
        *(name for names in triage.lists for name in names.names),
    ]
    told += [text for snippet in library for text in (snippet.question, snippet.text)]
    return SecondReader(everyday_frequencies(), {word for text in told for word in phrase(text).split()})


@lru_cache(maxsize=1)
def shared_follow_ups() -> FollowUps:
    """What a follow-up leads to.

    Raises:
        ContentError: data/follow_ups.yml cannot be used.
    """
    return load_follow_ups(Settings().data, shared_library())


@lru_cache(maxsize=1)
def shared_short_questions() -> ShortQuestions:
    """What a question of a few words asks.

    Raises:
        ContentError: data/short_questions.yml cannot be used.
    """
    return load_short_questions(Settings().data, shared_library())


@lru_cache(maxsize=1)
def shared_languages() -> Languages:
    """How another language is recognised.

    Raises:
        ContentError: data/languages.yml cannot be used.
    """
    return load_languages(Settings().data)


@lru_cache(maxsize=1)
def shared_plain_words() -> PlainWords:
    """What people say to the assistant's own question about an emergency.

    Raises:
        ContentError: data/plain_words.yml cannot be used.
    """
    return load_plain_words(Settings().data)


@lru_cache(maxsize=1)
def shared_form_words() -> FormWords:
    """The words that steer the form.

    Raises:
        ContentError: data/request_form.yml cannot be used.
    """
    return load_form_words(Settings().data)
