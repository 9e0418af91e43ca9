"""The content of this process, read once. Rasa builds its parts by itself, so they meet here."""

from __future__ import annotations

from functools import lru_cache

from bot.content.library import Library, load_library
from bot.content.rules import load_triage
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
