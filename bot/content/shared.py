"""The content of this process, read once. Rasa builds its parts by itself, so they meet here."""

from __future__ import annotations

from functools import lru_cache

from bot.content.follow_ups import FollowUps, load_follow_ups
from bot.content.form_words import FormWords, load_form_words
from bot.content.languages import Languages, load_languages
from bot.content.library import Library, load_library
from bot.content.plain_words import PlainWords, load_plain_words
from bot.content.rules import load_triage
from bot.content.short_questions import ShortQuestions, load_short_questions
from bot.safety.normalise import phrase
from bot.safety.second_reading import SecondReader, everyday_frequencies
from bot.safety.triage import Triage
from bot.settings import Settings


@lru_cache(maxsize=1)
def shared_library() -> Library:
    """All approved snippets.

    Raises:
        ContentError: content that cannot be used; the message names the file.
    """
    return load_library(Settings().data)


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
    told = [*(text for rule in triage.rules for text in rule.fires), *(name for names in triage.lists for name in names.names)]
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
