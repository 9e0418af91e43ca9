"""Buttons under a reply: approved questions to ask next, or the way out of an emergency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.content.library import Library
from bot.content.snippet import Snippet

MAX_BUTTONS = 3

_EMERGENCY_WAYS_OUT = ("I am safe now", "It was a misunderstanding")
"""Both are training examples of `emergency_over`, so they are recognised letter for letter."""


def buttons_for(snippet: Snippet, offered: Sequence[str], library: Library) -> list[dict[str, Any]]:
    """Buttons of a reply; pressing one sends its `payload` as the visitor's own words.

    After an answer: related questions. After `clarify`: the questions the action chose. In an emergency that is not
    over: the two ways to say that it is.
    """
    if snippet.id == "clarify":
        return _questions(offered, library)
    if snippet.id == "emergency_followup":
        return [{"title": words, "payload": words} for words in _EMERGENCY_WAYS_OUT]
    if snippet.route == "answer":
        return _questions(snippet.related, library)
    return []


def _questions(ids: Sequence[str], library: Library) -> list[dict[str, Any]]:
    chosen = [library[snippet_id] for snippet_id in ids if snippet_id in library and library[snippet_id].route == "answer"]
    return [{"title": snippet.question, "payload": snippet.question} for snippet in chosen[:MAX_BUTTONS]]
