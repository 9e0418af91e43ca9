"""Rasa's NLG: an `utter_<id>` becomes the approved snippet with that id, and nothing else ever does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Dict, List, Optional

import structlog
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.content.library import Library
from bot.content.shared import shared_library
from bot.content.snippet import Snippet
from bot.conversation.buttons import buttons_for, questions_for
from bot.conversation.decision import SOURCES
from bot.conversation.memory import Memory
from bot.safety.warning import WARNING

log = structlog.get_logger()

WEB_CHANNEL = "web"
"""Our own channel shows the warning beside the text; every other channel gets it in the text."""

PROBLEM = "technical_problem"
REPEAT = "repeat_that"
CLARIFY = "clarify"
CLARIFY_AGAIN = "clarify_again"

_PATIENCE = 2
"""Misunderstandings in a row from which on the visitor gets topics and a person instead of guesses."""

_INPUT = {"ask_request_question": "text", "ask_request_reach": "tel-or-email", "ask_request_time": "time", "ask_request_consent": "consent"}
"""What kind of answer a prompt waits for, for a widget that can help with it."""


class ApprovedNLG(TemplatedNaturalLanguageGenerator):
    """Words every utterance from the snippet library; on any fault it says the approved text for a fault.

    Rasa hands every `utter_*` of every channel to this class, so this is also where plain Rasa channels (REST, shell)
    get the warning.
    """

    def __init__(self, endpoint_config: Optional[EndpointConfig] = None, domain: Optional[Domain] = None, library: Optional[Library] = None) -> None:
        super().__init__(domain.responses if domain else {})
        self._library = library or shared_library()

    async def generate(self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any) -> Optional[Dict[str, Any]]:
        """The approved text with the metadata that traces it: id, version, hash, route and sources."""
        on_website = output_channel == WEB_CHANNEL
        memory = Memory.of(tracker.current_slot_values())
        questions: List[str] = []
        try:
            snippet = self._sendable(_meant(utter_action.removeprefix("utter_"), tracker, memory))
            questions = questions_for(snippet, tracker.get_slot("offered") or (), memory, self._library, risk=tracker.get_slot("risk") is not None)
            buttons = buttons_for(snippet, questions, self._library)
        except Exception as error:  # noqa: BLE001 - Rasa would swallow it and the visitor would get silence
            log.error("nlg.failed", utterance=utter_action, error=type(error).__name__)
            snippet, buttons = self._library[PROBLEM], []
        response = {**reply(snippet, buttons, with_warning=not on_website), "offers": questions}
        if snippet.id in _INPUT:
            response["input"] = {"kind": _INPUT[snippet.id]}
        if snippet.id == SOURCES and memory.topic in self._library:
            listed = [source.as_dict() for source in self._library[str(memory.topic)].sources]
            response["snippet"] = {**snippet.trace(), "sources": listed}
            if not on_website:  # where nothing else shows them
                response["attachment"] = "; ".join(f"{source['title']}: {source['address']}" for source in listed)
        return response

    def _sendable(self, snippet_id: str) -> Snippet:
        if snippet_id not in self._library:
            log.error("nlg.unknown_snippet", snippet=snippet_id)
            return self._library[PROBLEM]
        snippet = self._library[snippet_id]
        if snippet.sendable(date.today()):
            return snippet
        log.warning("nlg.snippet_not_sendable", snippet=snippet_id, status=snippet.status, review_by=str(snippet.review_by))
        return self._library["answer_under_review"]


def reply(snippet: Snippet, buttons: Sequence[Dict[str, Any]] = (), *, with_warning: bool) -> Dict[str, Any]:
    """A Rasa response for a snippet."""
    return {
        "text": f"{snippet.text}\n\n{WARNING}" if with_warning else snippet.text,
        "buttons": list(buttons),
        "snippet": snippet.trace(),
        "warning": WARNING,
    }


def _meant(snippet_id: str, tracker: DialogueStateTracker, memory: Memory) -> str:
    """The snippet that an utterance stands for in this conversation."""
    if snippet_id == REPEAT:
        return _last_said(tracker) or REPEAT
    return CLARIFY_AGAIN if snippet_id == CLARIFY and memory.misses >= _PATIENCE else snippet_id


def _last_said(tracker: DialogueStateTracker) -> Optional[str]:
    """The id of the snippet sent last, so that it can be said again."""
    for event in reversed(list(tracker.events)):
        if isinstance(event, BotUttered):
            said = (event.metadata or {}).get("snippet") or {}
            return str(said["id"]) if said.get("id") else None
        if isinstance(event, ActionExecuted) and event.action_name == "action_session_start":
            return None
    return None
