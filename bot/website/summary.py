"""What the form's last step shows before anything is sent: the
visitor's own words, from the form and never from the transcript.

It is added to a reply on its way out and is stored nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.content.library import Library
from bot.conversation.buttons import CHANGES

CONSENT = "consent"
"""The kind of input that the last step asks for."""


def asks_for_consent(reply: Mapping[str, Any]) -> bool:
    """Whether a reply, as JSON, is the form's last step."""
    return bool((reply.get("input") or {}).get("kind") == CONSENT)


def with_summary(reply: dict[str, Any], form: Mapping[str, str] | None, library: Library) -> dict[str, Any]:
    """The reply with what was typed so far: `summary` is a list of
    `label`, `text` and `change`, the words that ask for that part again.

    The buttons with these words go from under the reply, since they stand beside each part now.
    """
    if form is None or not asks_for_consent(reply):
        return reply
    rows = [
        {"label": library[f"ask_{slot}"].question, "text": form[slot], "change": change}
        for slot, change in CHANGES.items()
    ]
    *before, last = reply["messages"]
    buttons = [button for button in last["buttons"] if button["send"] not in CHANGES.values()]
    return {**reply, "messages": [*before, {**last, "buttons": buttons, "summary": rows}]}
