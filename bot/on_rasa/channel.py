"""Our output channel: collects what Rasa says in one turn, whole and with its metadata."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.core.channels.channel import OutputChannel

from bot.on_rasa.approved_nlg import WEB_CHANNEL


class WebChannel(OutputChannel):
    """Rasa's own REST channel splits texts at blank lines and drops metadata; this one does neither."""

    def __init__(self) -> None:
        self.messages: List[Dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """The channel's name in the record."""
        return WEB_CHANNEL

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        """Keeps one message of the assistant."""
        self.messages.append(message)
