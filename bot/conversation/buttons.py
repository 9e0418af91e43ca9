"""Buttons under a reply: approved questions to ask next, steps of the form, or the way out of an emergency.

Pressing one sends its `payload` as the visitor's own words, so everything a button does can also be typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from bot.content.library import Library
from bot.content.snippet import Snippet
from bot.conversation.memory import Memory
from bot.vocabulary import FORM_SLOTS, OUT_OF_SCOPE, Route

MAX_BUTTONS = 3
"""Questions offered at once."""

_ASKED_NEXT = 2
"""Of them, those that visitors asked next most often; the others are chosen by content."""

NOTHING_ASKED: Mapping[str, Iterable[str]] = {}

LEAVE_QUESTION = "Leave a question for our clinical team"
CANCEL = "Cancel my question"
YES_NOW = "Yes, now"
IN_GENERAL = "No, I am asking in general"
WAY_OUT = ("I am safe now", "It was a misunderstanding")
"""Under every emergency text. Like the two above they are words of data/plain_words.yml."""

CHANGES: Mapping[str, str] = dict(
    zip(FORM_SLOTS, ("Change my question", "Change how to reach me", "Change the time"), strict=False)
)
"""What asks for an answer of the form again, by its slot."""

_WORDS: Mapping[str, Sequence[str]] = {
    "check_now": (YES_NOW, IN_GENERAL),
    "check_self_harm": (YES_NOW, IN_GENERAL),
    Route.CLARIFY: ("None of these",),
    "clarify_again": (LEAVE_QUESTION,),
    "detail_gap": (LEAVE_QUESTION,),
    "none_of_these": (LEAVE_QUESTION,),
    "none_of_these_again": (LEAVE_QUESTION,),
    "no_more_on_that": (LEAVE_QUESTION,),
    "out_of_scope_again": (LEAVE_QUESTION,),
    "contact_outside_form": (LEAVE_QUESTION,),
    "frustration": (LEAVE_QUESTION,),
    "abuse": (LEAVE_QUESTION,),
    "contact": (LEAVE_QUESTION,),
    "no_open_request": (LEAVE_QUESTION,),
    "ask_request_question": (CANCEL,),
    "ask_request_reach": (CANCEL,),
    "ask_request_time": ("Any time", CANCEL),
    "ask_request_consent": ("Yes, send it", "No, do not send it", *CHANGES.values()),
}
"""By snippet. All are training examples or words of the form, so they are recognised letter for letter."""

_CHECKS = ("check_now", "check_self_harm")
_FORM = "request"
"""File of the form's snippets: none of them offers anything but the form's own steps."""

_TOPICS = ("clarify_again", "none_of_these", "none_of_these_again", "out_of_scope_again", "no_more_on_that")
"""Snippets with a short list of topics for somebody who gets no further: here a question may be offered again."""

_OFFERING = (
    *_TOPICS,
    "more_detail",
    "why_so",
    "is_that_proven",
    "simpler",
    "previous_answer",
    OUT_OF_SCOPE,
    "approval_of_answer",
)
"""Snippets beside the answers under which questions are offered."""


def buttons_for(
    snippet: Snippet, questions: Sequence[str], library: Library, *, in_form: bool = False, again: bool = False
) -> list[dict[str, Any]]:
    """The buttons of a reply; `questions` are the ids that `questions_for` chose.

    In the form there are none but its own.

    Whoever gets the same answer `again` is offered a person, too.
    """
    if in_form and snippet.topic != _FORM and snippet.id not in _CHECKS:
        return []
    words = _WORDS.get(snippet.id, ())
    if snippet.route == Route.EMERGENCY:
        words = WAY_OUT
    elif snippet.id not in _WORDS and (snippet.route == Route.CLINICIAN or (again and snippet.route == Route.ANSWER)):
        words = (LEAVE_QUESTION,)
    titles = [*(library[name].question for name in questions), *words]
    return [{"title": title, "payload": title} for title in titles]


def questions_for(
    snippet: Snippet,
    offered: Sequence[str],
    memory: Memory,
    library: Library,
    *,
    risk: bool,
    asked_next: Mapping[str, Iterable[str]] = NOTHING_ASKED,
) -> list[str]:
    """Ids of the approved questions offered under a reply.

    After `clarify`: those the action chose. Otherwise what visitors asked next most often (`asked_next`, by answer),
    and then the related ones, without what was answered or offered before. Never one that would be referred: with a
    `risk` told of before, only those that may still be answered.
    """
    names: Sequence[str] = ()
    shown = memory.shown
    if snippet.id == Route.CLARIFY:
        names, shown = offered, ()
    elif snippet.route in (Route.ANSWER, Route.CLINICIAN) or snippet.id in _OFFERING:
        names = tuple(
            dict.fromkeys([*islice(asked_next.get(snippet.short_of or snippet.id, ()), _ASKED_NEXT), *snippet.related])
        )
    only_harmless = risk or snippet.route == Route.CLINICIAN
    fitting = (
        name
        for name in names
        if name in library
        and library[name].route == Route.ANSWER
        and (library[name].after_risk != "refer" or not only_harmless)
    )
    if snippet.id in _TOPICS:
        return sorted(fitting, key=lambda name: name in shown)[:MAX_BUTTONS]
    return [name for name in fitting if name not in shown][:MAX_BUTTONS]
