"""Buttons under a reply: approved questions to ask next, steps of the form, or the way out of an emergency.

Pressing one sends its `payload` as the visitor's own words, so everything a button does can also be typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.content.library import Library
from bot.content.snippet import Snippet
from bot.conversation.memory import Memory

MAX_BUTTONS = 3
"""Questions offered at once."""

LEAVE_QUESTION = "Leave a question for our clinical team"
_CANCEL = "Cancel my question"

_WORDS: Mapping[str, Sequence[str]] = {
    "emergency_followup": ("I am safe now", "It was a misunderstanding"),
    "clarify": ("None of these",),
    "clarify_again": (LEAVE_QUESTION,),
    "none_of_these": (LEAVE_QUESTION,),
    "frustration": (LEAVE_QUESTION,),
    "abuse": (LEAVE_QUESTION,),
    "contact": (LEAVE_QUESTION,),
    "no_open_request": (LEAVE_QUESTION,),
    "ask_request_question": (_CANCEL,),
    "ask_request_reach": (_CANCEL,),
    "ask_request_time": ("Any time", _CANCEL),
    "ask_request_consent": ("Yes, send it", "No, do not send it", "Change my question", "Change how to reach me", "Change the time"),
}
"""By snippet. All are training examples or words of the form, so they are recognised letter for letter."""

_FORM = "request"
"""File of the form's snippets: none of them offers anything but the form's own steps."""

_OFFERING = ("clarify_again", "none_of_these", "more_detail", "why_so", "is_that_proven", "simpler", "previous_answer", "out_of_scope")
"""Snippets beside the answers under which questions are offered."""


def buttons_for(snippet: Snippet, questions: Sequence[str], library: Library) -> list[dict[str, Any]]:
    """The buttons of a reply; `questions` are the ids that `questions_for` chose."""
    words = _WORDS.get(snippet.id, (LEAVE_QUESTION,) if snippet.route == "clinician" and snippet.topic != _FORM else ())
    titles = [*(library[name].question for name in questions), *words]
    return [{"title": title, "payload": title} for title in titles]


def questions_for(snippet: Snippet, offered: Sequence[str], memory: Memory, library: Library, *, risk: bool) -> list[str]:
    """Ids of the approved questions offered under a reply.

    After `clarify`: those the action chose. Otherwise the related ones that were neither answered nor offered before.
    Never one that would be referred: with a `risk` told of before, only those that may still be answered.
    """
    names: Sequence[str] = ()
    shown = memory.shown
    if snippet.id == "clarify":
        names, shown = offered, ()
    elif snippet.route in ("answer", "clinician") or snippet.id in _OFFERING:
        names = snippet.related
    only_harmless = risk or snippet.route == "clinician"
    fitting = (name for name in names if name in library and library[name].route == "answer" and (library[name].after_risk or not only_harmless))
    return [name for name in fitting if name not in shown][:MAX_BUTTONS]
