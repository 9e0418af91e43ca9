"""Rasa's NLG: an `utter_<id>` becomes the approved snippet with that id, and nothing else ever does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Callable, Dict, List, Optional, Tuple

import structlog
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.content.library import SHORT, Library
from bot.content.shared import shared_library
from bot.content.snippet import Snippet
from bot.conversation.buttons import CANCEL, MAX_BUTTONS, NOTHING_ASKED, buttons_for, questions_for
from bot.conversation.decision import APPROVAL, EARLIER_RISK, EMERGENCY_FOLLOWUP, SOURCES
from bot.conversation.memory import Memory
from bot.safety.warning import WARNING
from bot.vocabulary import FORM, OUT_OF_SCOPE, Route

log = structlog.get_logger()

WEB_CHANNEL = "web"
"""Our own channel shows the warning beside the text; every other channel gets it in the text."""

PROBLEM = "technical_problem"
REPEAT = "repeat_that"
CLARIFY_AGAIN = "clarify_again"
SIMPLER = "simpler"

_SURE = 0.85
"""Chance of being right below which an answer is followed by the
questions that came next: the visitor may have meant one of those."""
_LIKELY = 0.4
"""Chance of being right from which the likeliest answers are offered though another reply is given."""
_NEXT = 2

_PATIENCE = 2
"""Misunderstandings in a row from which on the visitor gets topics and a person instead of guesses."""

_OTHERWISE = {
    EARLIER_RISK: f"{EARLIER_RISK}_again",
    EMERGENCY_FOLLOWUP: f"{EMERGENCY_FOLLOWUP}_again",
    OUT_OF_SCOPE: "out_of_scope_again",
    "none_of_these": "none_of_these_again",
    **dict.fromkeys(("more_detail", "why_so", "is_that_proven", "previous_answer", SIMPLER), "no_more_on_that"),
}
"""What is said when the same would be said twice in a row."""

_INPUT = {
    "ask_request_question": "text",
    "ask_request_reach": "tel-or-email",
    "ask_request_time": "time",
    "ask_request_consent": "consent",
}
"""What kind of answer a prompt waits for, for a widget that can help with it."""


class ApprovedNLG(TemplatedNaturalLanguageGenerator):
    """Words every utterance from the snippet library; on any fault it says the approved text for a fault.

    Rasa hands every `utter_*` of every channel to this class, so this is also where plain Rasa channels (REST, shell)
    get the warning.
    """

    def __init__(
        self,
        endpoint_config: Optional[EndpointConfig] = None,
        domain: Optional[Domain] = None,
        library: Optional[Library] = None,
        asked_next: Mapping[str, Iterable[str]] = NOTHING_ASKED,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(domain.responses if domain else {})
        self._library = library or shared_library()
        self._asked_next = asked_next
        self._clock = clock

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> Optional[Dict[str, Any]]:
        """The approved text with the metadata that traces it: id, version, hash, route and sources."""
        on_website = output_channel == WEB_CHANNEL
        memory = Memory.of(tracker.current_slot_values())
        questions: List[str] = []
        try:
            in_form = tracker.active_loop_name == FORM
            snippet = self._sendable(_meant(utter_action.removeprefix("utter_"), tracker, memory, self._library))
            if not in_form:  # a question in between shall not lead away from the form
                at_risk = tracker.get_slot("risk") is not None
                questions = questions_for(
                    snippet,
                    tracker.get_slot("offered") or (),
                    memory,
                    self._library,
                    risk=at_risk,
                    asked_next=self._asked_next,
                )
                likely = _next_likeliest(tracker, snippet, self._library)
                questions = list(dict.fromkeys([*likely, *questions]))[:MAX_BUTTONS]
            last = _last_said(tracker)
            again = last is not None and last in (snippet.id, snippet.short_of, self._library.short_version(snippet.id))
            buttons = buttons_for(snippet, questions, self._library, in_form=in_form, again=again)
            if (
                not on_website
            ):  # `rasa shell` makes a menu of buttons, in which the first is chosen unless one moves away from it
                buttons = [button for button in buttons if button["title"] != CANCEL]
        except Exception as error:  # noqa: BLE001 - Rasa would swallow it and the visitor would get silence
            log.error("nlg.failed", utterance=utter_action, error=type(error).__name__)
            snippet, buttons = self._library[PROBLEM], []
        response = {
            **reply(self._at_this_moment(snippet, tracker), buttons, with_warning=not on_website),
            "offers": questions,
        }
        if snippet.answers_a_question or snippet.short_of:
            response["question"] = self._library[snippet.short_of or snippet.id].question
        if snippet.id in _INPUT:
            response["input"] = {"kind": _INPUT[snippet.id], "hint": snippet.question}
        if snippet.id in (SOURCES, APPROVAL) and memory.topic in self._library:
            of_topic, shown = _of_the_last_answer(snippet, self._library[str(memory.topic)])
            response["snippet"] = {**snippet.trace(), **of_topic}
            if not on_website:  # where nothing else shows it
                response["attachment"] = shown
        return response

    def _at_this_moment(self, snippet: Snippet, tracker: DialogueStateTracker) -> Snippet:
        """The answer about opening hours with what it says of the
        day that is asked about; every other snippet as it is."""
        opening, message = self._library.opening, tracker.latest_message
        if opening is None or message is None or snippet.id != opening.answer:
            return snippet
        try:
            return opening.answered(snippet, str(message.text or ""), self._library.clinic.week, self._clock())
        except Exception as error:  # noqa: BLE001 - the plain hours are an answer, too
            log.error("nlg.opening_failed", error=type(error).__name__)
            return snippet

    def _sendable(self, snippet_id: str) -> Snippet:
        if snippet_id not in self._library:
            log.error("nlg.unknown_snippet", snippet=snippet_id)
            return self._library[PROBLEM]
        snippet = self._library[snippet_id]
        if snippet.sendable(date.today()):
            return snippet
        log.warning(
            "nlg.snippet_not_sendable", snippet=snippet_id, status=snippet.status, review_by=str(snippet.review_by)
        )
        return self._library["answer_under_review"]


def reply(snippet: Snippet, buttons: Sequence[Dict[str, Any]] = (), *, with_warning: bool) -> Dict[str, Any]:
    """A Rasa response for a snippet."""
    return {
        "text": f"{snippet.text}\n\n{WARNING}" if with_warning else snippet.text,
        "buttons": list(buttons),
        "snippet": snippet.trace(),
        "warning": WARNING,
    }


def _of_the_last_answer(snippet: Snippet, answer: Snippet) -> Tuple[Dict[str, Any], str]:
    """What a reply about the last answer carries of it, as metadata and in words for channels that show no metadata."""
    if snippet.id == SOURCES:
        listed = [source.as_dict() for source in answer.sources]
        return {"sources": listed}, "; ".join(f"{source['title']}: {source['address']}" for source in listed)
    approved = {"on": answer.approval.on.isoformat(), "role": answer.approval.role, "version": answer.version}
    return {"approved": approved}, f"{approved['on']}, {approved['role']}, version {approved['version']}"


def _meant(snippet_id: str, tracker: DialogueStateTracker, memory: Memory, library: Library) -> str:
    """The snippet that an utterance stands for in this conversation:
    what was said a moment ago is not said the same way again.

    An answer that is asked for again comes short, or whole where that says more on what is asked. What changes with
    the question, such as the hours of a day, is said as often as it is asked.
    """
    if snippet_id == Route.CLARIFY:
        return CLARIFY_AGAIN if memory.misses >= _PATIENCE else Route.CLARIFY
    last = _last_said(tracker)
    if snippet_id == REPEAT:
        return last or REPEAT
    changes = library.opening is not None and snippet_id == library.opening.answer
    if last == snippet_id == memory.topic and not changes:
        parsed = (tracker.latest_message.parse_data if tracker.latest_message else None) or {}
        return str(parsed.get("again") or library.short_version(snippet_id) or snippet_id)
    if snippet_id.endswith(SHORT) and last in (snippet_id, SIMPLER, _OTHERWISE[SIMPLER]):
        snippet_id = SIMPLER
    otherwise = _OTHERWISE.get(snippet_id, snippet_id)
    return otherwise if last in (snippet_id, otherwise) else snippet_id


def _next_likeliest(tracker: DialogueStateTracker, snippet: Snippet, library: Library) -> List[str]:
    """The answers that are likely what was asked, where the reply may be another one: those that came next where an
    answer is not sure to be right, and under a referral, or where nothing was found, those that came first."""
    ranking = (tracker.latest_message.parse_data if tracker.latest_message else {}).get("intent_ranking") or []
    if not ranking:
        return []
    if snippet.route == Route.ANSWER:
        given = ranking[0]["name"] == (snippet.short_of or snippet.id)
        ranking = ranking[1:] if given and ranking[0]["confidence"] < _SURE else []
    elif (snippet.route != Route.CLINICIAN and snippet.id != OUT_OF_SCOPE) or ranking[0]["confidence"] < _LIKELY:
        return []
    closed = tracker.get_slot("risk") is not None or snippet.route == Route.CLINICIAN
    fitting = [
        name
        for name in (str(row["name"]) for row in ranking)
        if name in library
        and library[name].route == Route.ANSWER
        and not (closed and library[name].after_risk == "refer")
    ]
    return fitting[:_NEXT]


def _last_said(tracker: DialogueStateTracker) -> Optional[str]:
    """The id of the snippet sent last, so that it can be said again."""
    for event in reversed(list(tracker.events)):
        if isinstance(event, BotUttered):
            said = (event.metadata or {}).get("snippet") or {}
            return str(said["id"]) if said.get("id") else None
        if isinstance(event, ActionExecuted) and event.action_name == "action_session_start":
            return None
    return None
