"""What a visitor gets for one turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.content.snippet import Snippet
from bot.record.turns import Turn
from bot.safety.warning import WARNING


@dataclass(frozen=True)
class Message:
    """One approved text with its trace and its buttons (`title`, `send`); `input` tells
    what kind of answer a prompt waits for, `question` which approved question it answers."""

    text: str
    snippet: Mapping[str, Any] | None
    buttons: Sequence[Mapping[str, str]] = ()
    input: Mapping[str, str] | None = None
    question: str | None = None


@dataclass(frozen=True)
class Reply:
    """At least one message and the warning, whatever happened.

    `turn` is the turn as it stands in the record; None when it could not be recorded.
    """

    route: str
    messages: Sequence[Message]
    turn: Turn | None
    warning: str = WARNING


def reply_of(turn: Turn) -> Reply:
    """The reply as it was recorded."""
    messages = tuple(
        Message(
            text=str(message.get("text") or ""),
            snippet=message.get("snippet"),
            buttons=tuple(
                {"title": str(button["title"]), "send": str(button["payload"])}
                for button in message.get("buttons") or ()
            ),
            input=message.get("input"),
            question=message.get("question"),
        )
        for message in turn.messages
    )
    return Reply(turn.route, messages, turn)


def safe_reply(snippet: Snippet) -> Reply:
    """The approved reply for a turn that failed."""
    return Reply(snippet.route, (Message(snippet.text, snippet.trace()),), None)
