"""One visitor's message in, one recorded reply out, whatever happens in between."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import OrderedDict

import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from sqlite_utils import Database

from bot.content.shared import shared_library, shared_triage
from bot.conversation.approved_nlg import PROBLEM, WEB_CHANNEL, ApprovedNLG
from bot.conversation.channel import WebChannel
from bot.conversation.decision import Understanding, decide
from bot.conversation.in_process_actions import InProcessActions
from bot.conversation.model import require_model
from bot.conversation.reply import Reply, reply_of, safe_reply
from bot.record.database import open_record
from bot.record.tracker_store import RecordTrackerStore
from bot.record.turns import Turn, turn_of_client, utc
from bot.safety.normalise import clean
from bot.safety.redaction import redact
from bot.safety.warning import WARNING
from bot.settings import Settings

log = structlog.get_logger()

CANARIES = (
    ("What is ozone?", "what_is_ozone"),
    ("What are your opening hours?", "opening_hours"),
    ("I cannot breathe", "emergency_breathing"),
    ("I take warfarin", "clinician_medicine"),
)
"""Messages whose reply is known: a model that gets one wrong is not ready."""

_NOT_A_COMMAND = "\u2060"
"""Invisible; put before a leading slash, so that Rasa reads `/restart` as words. `clean` takes it out again."""

_LOCKS_KEPT = 10_000


class Engine:
    """Rasa's agent in this process, on the record.

    Args:
        settings: where content, model and record are.
        database: a record that is already open; None opens the one of the settings.
    """

    def __init__(self, settings: Settings, database: Database | None = None) -> None:
        self._settings = settings
        self.library = shared_library()
        self._triage = shared_triage()
        self.store = RecordTrackerStore(database=database if database is not None else open_record(settings.database))
        self._agent: Agent | None = None
        self.fault: str | None = "the model is not loaded yet"
        self._locks: OrderedDict[str, asyncio.Lock] = OrderedDict()

    def load(self) -> None:
        """Loads the fitting model. A failure is kept in `fault` and leaves the engine on its rules alone."""
        try:
            path = require_model(self._settings)
            agent = Agent(generator=ApprovedNLG(library=self.library), tracker_store=self.store, action_endpoint=InProcessActions())
            agent.load_model(str(path))
        except Exception as error:  # noqa: BLE001 - a visitor must get emergency help with any broken model
            self.fault = str(error) if isinstance(error, RuntimeError) else f"the model cannot be loaded ({type(error).__name__}). Run `make train`."
            log.error("engine.no_model", error=type(error).__name__)
            return
        self._agent, self.fault = agent, None

    @property
    def model_id(self) -> str | None:
        """The name of the loaded model."""
        return self._agent.model_id if self._agent else None

    async def turn(self, conversation: str, text: str, client_id: str | None = None) -> Reply:
        """Answers one message and commits the turn first.

        Turns of one conversation run one after the other. A `client_id` that was answered before gets the same reply
        again and no second turn.
        """
        received = time.time()
        async with self._lock(conversation):
            if client_id is not None and (answered := self._answered(conversation, client_id)) is not None:
                return reply_of(answered)
            reply = await self._through_rasa(conversation, text, client_id, received)
            if reply is None:
                reply = self._on_rules_alone(conversation, text, client_id, received)
            if reply.turn is not None:
                log.info("turn.answered", conversation=conversation, route=reply.route, latency_ms=reply.turn.latency_ms)
            return reply

    async def understand(self, text: str) -> Understanding:
        """What rules and model make of a text outside any conversation."""
        parsed = await self._agent.parse_message(_not_a_command(text)) if self._agent else {}
        intent = parsed.get("intent") or {}
        return Understanding(text, intent.get("name"), float(intent.get("confidence") or 0.0), self._triage.check(text), parsed.get("risk") or {})

    async def problems(self) -> list[str]:
        """Why this engine is not ready, one sentence each; empty when it is."""
        if self.fault is not None:
            return [self.fault]
        wrong = []
        for text, expected in CANARIES:
            message = await self.understand(text)
            decision = decide(message, risk=None, emergency=None, library=self.library)
            if (decision.snippet if decision else message.intent) != expected:
                wrong.append(f"the canary question {text!r} is not answered with `{expected}`. Run `make train`.")
        return wrong

    async def _through_rasa(self, conversation: str, text: str, client_id: str | None, received: float) -> Reply | None:
        """The recorded reply, or None when Rasa failed, stayed silent, or the turn was not committed."""
        if self._agent is None or self._agent.processor is None:
            return None
        said = UserMessage(
            text=_not_a_command(text),
            output_channel=WebChannel(),
            sender_id=conversation,
            input_channel=WEB_CHANNEL,
            metadata={"received_at": received, **({"client_id": client_id} if client_id else {})},
        )
        try:
            await self._agent.processor.handle_message(said)
            turn = self.store.committed.get(conversation)
        except Exception as error:  # noqa: BLE001 - any fault ends in the safe reply
            log.error("turn.failed", conversation=conversation, error=type(error).__name__)
            turn = None
        finally:
            self.store.forget(conversation)
        if turn is None:
            return None
        if not turn.messages:
            log.error("turn.silent", conversation=conversation)
            return safe_reply(self.library[PROBLEM])
        return reply_of(turn)

    def _on_rules_alone(self, conversation: str, text: str, client_id: str | None, received: float) -> Reply:
        """The referral or emergency text that the rules ask for, or the approved text for a fault; recorded if possible."""
        findings = self._triage.check(text)
        decision = decide(Understanding(text, None, 0.0, findings, {}), risk=None, emergency=None, library=self.library)
        snippet = self.library[decision.snippet if decision else PROBLEM]
        reply = safe_reply(snippet)
        turn = Turn(
            conversation=conversation,
            number=0,
            at=utc(received),
            text=redact(clean(text)),
            route=snippet.route,
            intent=None,
            confidence=None,
            ranking=[],
            risk_category=decision.risk["category"] if decision and decision.risk else None,
            risk_rule=decision.risk["rule"] if decision and decision.risk else None,
            explanation={**(decision.as_metadata() if decision else {}), "reason": "fault"},
            snippet_id=snippet.id,
            snippet_version=snippet.version,
            snippet_hash=snippet.hash,
            reply=snippet.text,
            messages=[{"text": snippet.text, "snippet": reply.messages[0].snippet, "buttons": []}],
            warning=WARNING,
            latency_ms=round((time.time() - received) * 1000, 2),
            model_id=None,
            client_id=client_id,
        )
        try:
            return reply_of(self.store.add_turn(turn, WEB_CHANNEL, decision.slots if decision else {}))
        except sqlite3.Error as error:
            log.error("turn.not_recorded", conversation=conversation, error=type(error).__name__)
            return reply

    def _answered(self, conversation: str, client_id: str) -> Turn | None:
        try:
            return turn_of_client(self.store.database, conversation, client_id)
        except sqlite3.Error:
            self.store.faults += 1
            return None

    def _lock(self, conversation: str) -> asyncio.Lock:
        lock = self._locks.setdefault(conversation, asyncio.Lock())
        self._locks.move_to_end(conversation)
        if len(self._locks) > _LOCKS_KEPT:
            oldest = next(iter(self._locks))
            if not self._locks[oldest].locked():
                del self._locks[oldest]
        return lock


def _not_a_command(text: str) -> str:
    cleaned = clean(text)
    return _NOT_A_COMMAND + cleaned if cleaned.startswith("/") else cleaned
