"""Replies as JSON: what `/api/chat` sends, and the same again for a conversation that is read back."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from bot.content.library import Library
from bot.conversation.reply import Message, Reply, reply_of
from bot.record.turns import Turn
from bot.vocabulary import Route

_ADDRESS_OR_NUMBER = re.compile(
    r"""(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
    |(?<![\w.,/$€£-])(?P<number>[+(]?\d(?:(?:[-. ]|\)[ ]?|[ ]\((?=\d+\)))?\d)+)
    (?![ ]?(?:%|seconds|minutes|hours|days|mg|ml|ppm))""",
    re.VERBOSE,
)
_CALL = re.compile(r"\b(?:call|text|phone)\b[^.\d]{0,24}$", re.IGNORECASE)
_PHONE_DIGITS = range(3, 16)
_LANGUAGE = re.compile(r"_language_([a-z]{2})$")
"""End of the id of a sentence that is not in English."""


def reply_json(reply: Reply, library: Library) -> dict[str, Any]:
    """One reply; with the clinic's contact unless it is a plain answer
    or small talk, and with `input` when the form asks for something."""
    asks = next((message.input for message in reversed(reply.messages) if message.input), None)
    return {
        "turn": reply.turn.number if reply.turn else None,
        "route": reply.route,
        "messages": [_message_json(message, reply.route, library) for message in reply.messages],
        "warning": {"text": reply.warning},
        "contact": library.clinic.contact() if reply.route not in (Route.ANSWER, Route.SMALLTALK) else None,
        **({"input": dict(asks)} if asks else {}),
    }


def turn_json(turn: Turn, feedback: tuple[bool, str] | None, library: Library) -> dict[str, Any]:
    """One turn that was answered before: the reply, the visitor's
    words as they are stored, the time and the feedback."""
    return {
        **reply_json(reply_of(turn), library),
        "text": turn.text,
        "at": turn.at,
        "client_id": turn.client_id,
        "feedback": {"helpful": feedback[0], "reason": feedback[1]} if feedback else None,
    }


def links(text: str, *, emergency: bool, own: tuple[str, ...] = ()) -> list[dict[str, str]]:
    """What can be called or written to in a text (`text`, `href`), in order.

    Digits are a telephone number if they are one of `own`, in an emergency or after "call"; years, ranges, amounts and
    units are not.

    Args:
        own: the clinic's own numbers, as they stand in the texts.
    """
    return [{"text": words, "href": href} for words, href in _links(text, emergency=emergency, own=own)]


def _own_numbers(library: Library) -> tuple[str, ...]:
    facts = library.clinic.fields
    return tuple(number for name in ("phone", "emergency.number") if (number := facts.get(name)))


@lru_cache(maxsize=1024)  # there are not many more approved texts
def _links(text: str, *, emergency: bool, own: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = []
    for match in _ADDRESS_OR_NUMBER.finditer(text):
        if match["mail"]:
            found.append((match["mail"], f"mailto:{match['mail']}"))
        elif match["number"] in own or (
            _is_phone(match["number"]) and (emergency or _CALL.search(text[: match.start()]))
        ):
            found.append((match["number"], "tel:" + re.sub(r"[^\d+]", "", match["number"])))
    return tuple(found)


def _is_phone(number: str) -> bool:
    digits = re.sub(r"\D", "", number)
    if len(digits) not in _PHONE_DIGITS:
        return False
    if number == digits:
        return not re.fullmatch(r"(?:19|20)\d\d", digits)
    return len(digits) >= 6 or re.fullmatch(r"\d-\d-\d", number) is not None


def _message_json(message: Message, route: str, library: Library) -> dict[str, Any]:
    return {
        "text": message.text,
        "snippet": _snippet_json(message, library),
        "question": message.question,
        "buttons": [dict(button) for button in message.buttons],
        "links": links(message.text, emergency=route in (Route.EMERGENCY, Route.CHECK), own=_own_numbers(library)),
        **({"lang": language[1]} if (language := _LANGUAGE.search(str((message.snippet or {}).get("id")))) else {}),
    }


def _snippet_json(message: Message, library: Library) -> dict[str, Any] | None:
    """Id, version and sources as they were sent; who approved it as long as that version is the present one.

    A reply about the approval of another answer brings that one's along.
    """
    if not message.snippet:
        return None
    sent = {key: message.snippet[key] for key in ("id", "version", "sources")}
    if "approved" in message.snippet:
        return {**sent, "approved": dict(message.snippet["approved"])}
    snippet = library.snippets.get(sent["id"])
    if snippet is not None and snippet.version == sent["version"]:
        sent["approved"] = {"on": snippet.approval.on.isoformat(), "role": snippet.approval.role}
    return sent
