"""One visitor's message in, one recorded reply out, whatever happens in between."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import time
from collections import OrderedDict
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import structlog
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.domain import SessionConfig
from rasa.shared.core.trackers import DialogueStateTracker
from sqlite_utils import Database
from threadpoolctl import threadpool_limits

from bot.content.ingredients import fingerprint
from bot.content.library import Library
from bot.content.shared import one_library, one_library_or, shared_library, shared_triage
from bot.conversation.decision import Decision, decide
from bot.conversation.nets import Understanding
from bot.conversation.reply import Reply, reply_of, safe_reply
from bot.conversation.texts_in_use import TextsInUse
from bot.on_rasa.approved_nlg import PROBLEM, WEB_CHANNEL, ApprovedNLG
from bot.on_rasa.channel import WebChannel
from bot.on_rasa.in_process_actions import InProcessActions
from bot.on_rasa.model import require_model
from bot.on_rasa.quick.processor import TurnProcessor
from bot.on_rasa.tracker_store import RecordTrackerStore
from bot.record.promotion import reviewed_file
from bot.record.record import PATIENCE_SECONDS, Record
from bot.record.review import ReviewError
from bot.record.turns import Turn, utc
from bot.safety.normalise import clean
from bot.safety.warning import WARNING
from bot.secret import load_secret
from bot.settings import Settings
from bot.storage.choice import open_store
from bot.storage.door import AnsweredError, OvertakenError, StorageError, Store
from bot.storage.sqlite import SqliteStore
from bot.traces import part
from bot.vocabulary import Reason, Route

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

_GRAVE = (Route.EMERGENCY, Route.CHECK)
"""What a visitor is told before it is recorded, if recording takes too long."""

_WORKED_OUT_AT_ONCE = 2
"""Turns between their reading and their commit.

More would not be faster, and a health check would wait behind all of them.
"""

_ATTEMPTS = 3
"""How often a turn is worked out when another process keeps answering in the same conversation."""

_LOAD_AGAIN_SECONDS = 30.0

_LOOK_SECONDS = 1.0
"""How often the engine looks whether staff published a text or promoted a model, or went back from one."""

_HEAD_SECONDS = 60.0
"""How often the newest link of the record's chain is noted beside the record and in the log."""


@dataclass(frozen=True)
class _Request:
    """One message as it came in: `key` tells it from every other one that has a `client_id`; `received` in Unix time,
    `until` (monotonic) the end of patience with a locked record."""

    conversation: str
    text: str
    client_id: str | None
    key: str | None
    received: float
    until: float


class Engine:
    """Rasa's message processor in this process, on the record.

    Args:
        settings: where content, model and record are.
        database: a record that is already open; None takes the store that the settings name.
    """

    def __init__(self, settings: Settings, database: Database | None = None) -> None:
        self._settings = settings
        self._texts = TextsInUse(settings.data, shared_library().now())
        self._triage = shared_triage()
        self.store = RecordTrackerStore(
            door=open_store(settings) if database is None else SqliteStore(Record(None, database)),
            secret_file=None if database is not None else settings.secret_file,
        )
        self._processor: TurnProcessor | None = None
        self.fault: str | None = "the model is not loaded yet"
        self._loaded_last = -_LOAD_AGAIN_SECONDS
        self._model: Path | None = None
        self._made_from = ""
        self._reviewed: os.stat_result | None = None
        self._locks: OrderedDict[str, asyncio.Lock] = OrderedDict()
        self._working = asyncio.Semaphore(_WORKED_OUT_AT_ONCE)
        self._in_progress = 0
        self._texts_noted = False
        self._head_noted = -_HEAD_SECONDS
        self._worked_out: dict[str, DialogueStateTracker] = {}
        self._lost: OrderedDict[str, None] = OrderedDict()

    def load(self) -> None:
        """Loads the fitting model. A failure is kept in `fault` and leaves the engine on its rules alone."""
        self._loaded_last = time.monotonic()
        self._take_up_texts()
        self._bring_promoted()
        threadpool_limits(
            limits=1, user_api="blas"
        )  # threads that share one small product wait for each other longer than it takes
        try:
            self._reviewed, self._made_from = self._reviewed_now(), fingerprint(self._settings.data, reviewed="")
            self._put_in_use(*self._read_model())
        except Exception as error:  # noqa: BLE001 - a visitor must get emergency help with any broken model
            self.fault = (
                str(error)
                if isinstance(error, RuntimeError)
                else f"the model cannot be loaded ({type(error).__name__}). Run `make train`."
            )
            log.error("engine.no_model", error=type(error).__name__)

    def _read_model(self) -> tuple[Path, TurnProcessor]:
        path = require_model(self._settings)
        nlg = ApprovedNLG(library=shared_library(), asked_next=self._asked_next())
        processor = TurnProcessor(str(path), self.store, InMemoryLockStore(), nlg, InProcessActions())
        nlg.responses = processor.domain.responses
        processor.domain.session_config = self._session_config()
        return path, processor

    def _put_in_use(self, path: Path, processor: TurnProcessor) -> None:
        """From now on new turns go to this processor; one that is being worked out ends with the one it began with."""
        self.store.domain = processor.domain
        self._model, self._processor, self.fault = path, processor, None

    async def follow(self) -> None:
        """Takes up what staff promote, or step back to, for as long
        as it runs; visitors notice nothing but a slower moment."""
        await self._tell()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.take_up()
            except Exception as error:  # noqa: BLE001 - the model in use stays in use
                log.error("engine.not_taken_up", error=type(error).__name__)
            await asyncio.to_thread(self._look_at_texts)

    async def take_up(self) -> bool:
        """Swaps the model when the reviewed examples, and nothing
        else a model is made from, have changed since it was loaded.

        Whatever else has changed needs a start: snippets and rules are read then. A model that fails a canary question
        is not taken up.
        """
        if self.fault is not None or _same_file(reviewed := self._reviewed_now(), self._reviewed):
            return False
        self._reviewed = reviewed
        if await asyncio.to_thread(fingerprint, self._settings.data, reviewed="") != self._made_from:
            log.warning("engine.needs_a_start")
            return False
        path, processor = await asyncio.to_thread(self._read_model)
        if path == self._model:
            return False
        if wrong := await self._canaries(processor):
            log.error("engine.not_taken_up", model=path.name, wrong=len(wrong))
            return False
        self._put_in_use(path, processor)
        log.info("engine.taken_up", model=path.name)
        await self._tell()
        return True

    @property
    def door(self) -> Store:
        """Where turns are kept, and what staff decided is found."""
        return self.store.door

    @property
    def library(self) -> Library:
        """The approved texts: those of the turn that is being worked out, else those of the next one."""
        return one_library_or(self._texts.library)

    def one_state(self) -> AbstractContextManager[Library]:
        """What is worked out within is made of one state of the approved texts, whatever staff publish meanwhile."""
        return one_library(self._texts.library)

    @property
    def notes(self) -> list[str]:
        """What staff should know though visitors are served, one sentence each."""
        return [self._texts.problem] if self._texts.problem else []

    def _look_at_texts(self) -> None:
        """What is done every second beside the event loop."""
        self._take_up_texts()
        self._bring_promoted()
        self._keep_proof()

    def _take_up_texts(self) -> None:
        """Takes up what staff published or changed in the files, and notes the texts before one of them is sent."""
        try:
            now = utc(time.time())
            newer = self._texts.look(self.door, now)
            if not self._texts_noted:
                self._texts.note(self.door)
                self._texts_noted = True
                newer = True
            if newer:
                self._texts.tell(self.door, now)
                if self._processor is not None:
                    self._processor.domain.session_config = self._session_config()
        except (StorageError, OSError) as error:
            log.error("engine.texts_not_noted", error=_cause(error))
            if not self._texts_noted:  # a store that is away keeps them until it is back, before the first turn
                with suppress(StorageError):
                    self._texts.note(self.door)

    def _bring_promoted(self) -> None:
        """Gets the model that staff promoted elsewhere; it is taken up like any other (`take_up`)."""
        try:
            self.door.bring_promoted(self._settings.data, self._settings.models)
        except (StorageError, ReviewError, OSError) as error:
            log.error("engine.promoted_not_brought", error=_cause(error))

    def _session_config(self) -> SessionConfig:
        """When a new conversation begins: a fact, not learnt."""
        return SessionConfig(self._texts.library.clinic.silence_minutes, carry_over_slots=True)

    def _keep_proof(self) -> None:
        """Notes the head of the chain now and then."""
        if time.monotonic() - self._head_noted < _HEAD_SECONDS:
            return
        self._head_noted = time.monotonic()
        try:
            noted = self.door.keep_proof(utc(time.time()))
        except (StorageError, OSError) as error:
            log.error("engine.head_not_noted", error=_cause(error))
        else:
            if noted is not None:
                log.info("record.head", link=noted[0], digest=noted[1])

    def _reviewed_now(self) -> os.stat_result | None:
        try:
            return reviewed_file(self._settings.data).stat()
        except OSError:
            return None

    async def _tell(self) -> None:
        """Notes in the record which model answers, for the staff's console."""
        if self._model is None:
            return
        name, at = self._model.name.removesuffix(".tar.gz"), utc(time.time())
        try:
            await self.door.note_model(name, at)
        except StorageError as error:
            log.error("engine.model_not_noted", error=_cause(error))

    def _asked_next(self) -> dict[str, dict[str, int]]:
        """What visitors asked after each answer; nothing when
        the record cannot be read, since only buttons hang on it."""
        try:
            return self.door.asked_next(self.library)
        except StorageError as error:
            log.warning("engine.no_asked_next", error=_cause(error))
            return {}

    @property
    def model_id(self) -> str | None:
        """The name of the loaded model."""
        return self._processor.model_metadata.model_id if self._processor else None

    def begin(self, text: str) -> None:
        """Starts on a message for which a turn is about to be asked, if nobody else is being served."""
        if self._in_progress == 0 and self._processor is not None:
            with suppress(
                Exception
            ):  # whatever is wrong will come up again when the message is read, and is dealt with there
                self._processor.begin(_not_a_command(text))

    async def turn(self, conversation: str, text: str, client_id: str | None = None) -> Reply:
        """Answers one message and commits the turn first.

        Turns of one conversation run one after the other. The same words with a `client_id` that was answered before
        get the same reply again and no second turn, also when another process answered them. Other words are answered,
        whatever their `client_id`: they may be an emergency.
        """
        key = None if client_id is None else self._key(conversation, client_id, text)
        request = _Request(conversation, text, client_id, key, time.time(), time.monotonic() + PATIENCE_SECONDS)
        self._in_progress += 1
        try:
            with part("turn") as traced:
                async with self._lock(conversation):
                    with self.one_state():
                        reply = await self._through_rasa(request) or await self._on_rules_alone(request)
                traced.tell(reply.route, _reason(reply), reply.turn is not None)
        finally:
            self._in_progress -= 1
        if reply.turn is not None:  # the visitor need not wait for the line
            answered = partial(
                log.info,
                "turn.answered",
                conversation=conversation,
                route=reply.route,
                latency_ms=reply.turn.latency_ms,
            )
            asyncio.get_running_loop().call_soon(answered)
        return reply

    async def understand(self, text: str) -> Understanding:
        """What rules and model make of a text outside any conversation."""
        return await self._understand(text, self._processor)

    async def _understand(self, text: str, processor: TurnProcessor | None) -> Understanding:
        parsed = await processor.reader.read(_not_a_command(text), afresh=True) if processor else {}
        intent = parsed.get("intent") or {}
        return Understanding(
            text,
            intent.get("name"),
            float(intent.get("confidence") or 0.0),
            self._triage.check(text),
            parsed.get("risk") or {},
        )

    async def problems(self) -> list[str]:
        """Why this engine is not ready, one sentence each; empty when it is.

        A model that could not be loaded is tried again now and then, so that nobody has to restart anything once it is
        there.
        """
        if self.fault is not None and time.monotonic() - self._loaded_last >= _LOAD_AGAIN_SECONDS:
            await asyncio.to_thread(self.load)
        if self.fault is not None:
            return [self.fault]
        return await self._canaries(self._processor)

    async def _canaries(self, processor: TurnProcessor | None) -> list[str]:
        """A sentence for each canary question that a model gets wrong."""
        understood = await asyncio.gather(*(self._understand(text, processor) for text, _ in CANARIES))
        wrong = []
        for message, (text, expected) in zip(understood, CANARIES, strict=True):
            decision = decide(message, risk=None, emergency=None, library=self.library)
            if (decision.snippet if decision else message.intent) != expected:
                wrong.append(f"the canary question {text!r} is not answered with `{expected}`. Run `make train`.")
        return wrong

    async def _through_rasa(self, request: _Request) -> Reply | None:
        """The recorded reply, or None when Rasa failed, stayed silent, or the turn could not be committed."""
        for _ in range(_ATTEMPTS):
            if (processor := self._processor) is None:
                return None if (answered := await self._answered(request)) is None else reply_of(answered)
            message, alone = _as_rasa_sees(request), self._in_progress == 1
            try:
                if alone:  # the embedding may be on its way already (see `begin`)
                    opened = await self._opened(request, message, processor)
                else:
                    opened, _ = await asyncio.gather(
                        self._opened(request, message, processor), _read(processor, message)
                    )
                if isinstance(opened, Turn):
                    return reply_of(opened)
                if alone:
                    await _read(processor, message, alone=True)
                async with self._working:
                    with part("decide"):
                        tracker = await processor.work_out(message, opened)
                self.store.expect(request.conversation, request.until)
                self._worked_out[request.conversation] = tracker
                with part("commit"):
                    await self.store.save(tracker)
                return reply_of(self.store.committed[request.conversation])
            except OvertakenError:
                continue  # another process spoke in this conversation, perhaps to this very request
            except Exception as error:  # noqa: BLE001 - any fault ends in the safe reply
                log.error("turn.failed", conversation=request.conversation, error=_cause(error))
                return self._unrecorded(request.conversation)
            finally:
                self._worked_out.pop(request.conversation, None)
                self.store.forget(request.conversation)
        return None

    def _unrecorded(self, conversation: str) -> Reply | None:
        """The answer that was worked out and cannot be recorded: on a full disk visitors still get one.

        Anything else than an answer to a question, and an answer after a turn that went lost (it may have told of a
        risk), is left to the rules: the form, for one, would promise what nobody will ever read.
        """
        tracker = self._worked_out.get(conversation)
        turn = self.store.unsaved(tracker) if tracker is not None and tracker.active_loop_name is None else None
        if turn is not None and turn.route == Route.ANSWER and conversation not in self._lost:
            return replace(reply_of(turn), turn=None)
        self._lost[conversation] = None
        if len(self._lost) > _LOCKS_KEPT:
            self._lost.popitem(last=False)
        return None

    async def first_aid(self, text: str, conversation: str = "") -> Reply | None:
        """The emergency reply to words that cannot wait, unrecorded; None when neither the rules, asked outside any
        conversation, call for one, nor the turn that waits in this conversation to be recorded.
        """
        tracker = self._worked_out.get(conversation)
        turn = self.store.unsaved(tracker) if tracker is not None else None
        if turn is not None and turn.route in _GRAVE:
            return replace(reply_of(turn), turn=None)
        decision = await self._by_rules(text)
        snippet = self.library[decision.snippet] if decision else None
        return safe_reply(snippet) if snippet is not None and snippet.route in _GRAVE else None

    async def _opened(
        self, request: _Request, message: UserMessage, processor: TurnProcessor
    ) -> DialogueStateTracker | Turn:
        """The conversation as it stands, or the turn that has answered this request already."""
        with part("open"):
            if (answered := await self.store.look_up(request.conversation, request.key)) is not None:
                return answered
            return await processor.open(message)

    async def _on_rules_alone(self, request: _Request) -> Reply:
        """The referral or emergency text that the rules ask for,
        or the approved text for a fault; recorded if possible."""
        decision = await self._by_rules(request.text)
        snippet = self.library[decision.snippet if decision else PROBLEM]
        reply = safe_reply(snippet)
        turn = Turn(
            conversation=request.conversation,
            number=0,
            at=utc(request.received),
            text=request.text,
            route=snippet.route,
            intent=None,
            confidence=None,
            ranking=[],
            risk_category=decision.risk["category"] if decision and decision.risk else None,
            risk_rule=decision.risk["rule"] if decision and decision.risk else None,
            explanation={**(decision.as_metadata() if decision else {}), "reason": Reason.FAULT},
            snippet_id=snippet.id,
            snippet_version=snippet.version,
            snippet_hash=snippet.hash,
            reply=snippet.text,
            messages=[{"text": snippet.text, "snippet": reply.messages[0].snippet, "buttons": []}],
            warning=WARNING,
            latency_ms=round(max(time.time() - request.received, 0.0) * 1000, 2),
            model_id=None,
            client_id=request.client_id,
            request=request.key,
        )
        try:
            return reply_of(
                await self.store.add_turn(turn, WEB_CHANNEL, decision.slots if decision else {}, request.until)
            )
        except StorageError as error:
            if isinstance(error, AnsweredError) and (answered := await self._answered(request)) is not None:
                return reply_of(answered)
            log.error("turn.not_recorded", conversation=request.conversation, error=_cause(error))
            return reply

    async def _by_rules(self, text: str) -> Decision | None:
        """What the rules alone make of a text outside any conversation."""
        findings = await asyncio.to_thread(self._triage.check, text)
        return decide(Understanding(text, None, 0.0, findings, {}), risk=None, emergency=None, library=self.library)

    async def _answered(self, request: _Request) -> Turn | None:
        if request.key is None:
            return None
        try:
            return await self.store.answered(request.conversation, request.key)
        except StorageError:
            return None

    def _key(self, conversation: str, client_id: str, text: str) -> str | None:
        """What tells a message that is sent again from another one with the same `client_id`. Without a secret there is
        none, and every message is answered.

        The words themselves are blanked where they are kept. Their digest is keyed, so that what was blanked cannot be
        guessed from it.
        """
        said = json.dumps(["request", conversation, client_id, clean(text)]).encode()
        try:
            return hmac.new(self._secret, said, hashlib.sha256).hexdigest()
        except (OSError, ValueError) as error:
            log.error("engine.no_secret", error=type(error).__name__)
            return None

    @cached_property
    def _secret(self) -> bytes:
        return load_secret(self._settings.secret_file).encode()

    def _lock(self, conversation: str) -> asyncio.Lock:
        lock = self._locks.setdefault(conversation, asyncio.Lock())
        self._locks.move_to_end(conversation)
        if len(self._locks) > _LOCKS_KEPT:
            oldest = next(iter(self._locks))
            if not self._locks[oldest].locked():
                del self._locks[oldest]
        return lock


def _cause(error: Exception) -> str:
    """What kind of fault it was, without anybody's words."""
    return error.cause if isinstance(error, StorageError) else type(error).__name__


def _same_file(one: os.stat_result | None, other: os.stat_result | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.st_mtime_ns, one.st_size, one.st_ino) == (other.st_mtime_ns, other.st_size, other.st_ino)


def _as_rasa_sees(request: _Request) -> UserMessage:
    asked = {"client_id": request.client_id, "request": request.key} if request.client_id else {}
    return UserMessage(
        text=_not_a_command(request.text),
        output_channel=WebChannel(),
        sender_id=request.conversation,
        input_channel=WEB_CHANNEL,
        metadata={"received_at": request.received, **asked},
    )


async def _read(processor: TurnProcessor, message: UserMessage, *, alone: bool = False) -> None:
    """Has a message understood; what is found is kept with it."""
    with part("read"):
        await processor.read(message, alone=alone)


def _reason(reply: Reply) -> str:
    """Why the turn went the way it did, as far as that is known of one that was not recorded."""
    return str((reply.turn.explanation if reply.turn else {}).get("reason") or "")


def _not_a_command(text: str) -> str:
    cleaned = clean(text)
    return _NOT_A_COMMAND + cleaned if cleaned.startswith("/") else cleaned
