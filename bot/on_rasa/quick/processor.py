"""Rasa's message processor, cut to what a turn needs."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

from rasa.core.actions.action import Action, ActionBotResponse, ActionListen, RemoteAction, action_for_index
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine import loader
from rasa.engine.constants import PLACEHOLDER_MESSAGE
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.exceptions import ActionLimitReached
from rasa.shared.core.constants import (
    ACTION_SESSION_START_NAME,
    ACTION_VALIDATE_SLOT_MAPPINGS,
    ACTIVE_LOOP,
    DEFAULT_SLOT_NAMES,
    SlotMappingType,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from bot.content.library import Library
from bot.content.shared import LibraryInUse, shared_library
from bot.conversation.in_context import combined, may_lean, meant, ranking
from bot.conversation.said_again import again
from bot.on_rasa.quick.graph import StraightGraphRunner
from bot.on_rasa.quick.reader import MessageReader, Parsed
from bot.understanding.together import RISKY
from bot.vocabulary import FALLBACK, Level, Route

_SPEAK_OR_LISTEN = (ActionBotResponse, ActionListen)
_NOT_AN_ANSWER = (Route.CLINICIAN, Route.CLARIFY)
"""Replies after which the talk is about what was asked, and not about the answer before it."""
_NEAR_ENOUGH = 0.3
"""Confidence from which that is known. Of 629 later messages in strangers' chats with such a reply, 64 instead of 56 %
then get what they mean."""


class SilentTurnError(RuntimeError):
    """Rasa took a message and said nothing."""


class TurnProcessor(MessageProcessor):
    """Works out a turn and leaves it to the caller to commit it, so that waiting for the disk holds up nobody else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader = MessageReader(self._parse)
        self._known_actions: Dict[int, Action] = {}
        self._only_forms_fill_slots = only_forms_fill_slots(self.domain)

    def _parse(self, texts: Sequence[str]) -> List[Parsed]:
        """Rasa's NLU graph on several messages at once, as `parse_message` runs it on one."""
        target = self.model_metadata.nlu_target
        messages = self.graph_runner.run({PLACEHOLDER_MESSAGE: [UserMessage(text) for text in texts]}, [target])[target]
        nothing = {TEXT: "", INTENT: {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}, ENTITIES: []}
        return [{**copy.deepcopy(nothing), **message.as_dict(only_output_properties=True)} for message in messages]

    @staticmethod
    def _load_model(model_path: Union[str, Path]) -> Tuple[str, ModelMetadata, StraightGraphRunner]:
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            metadata, runner = loader.load_predict_graph_runner(
                Path(folder), Path(model_path), LocalModelStorage, StraightGraphRunner
            )
        return Path(model_path).name, metadata, runner

    def begin(self, text: str) -> None:
        """Starts on what a message has to wait for the longest, its embedding, beside the next steps of this thread."""
        if self.reader.would_read(text):
            self.graph_runner.begin(text)

    async def read(self, message: UserMessage, *, alone: bool = False) -> None:
        """Notes in a message what the NLU pipeline makes of it; `alone` as for `MessageReader.read`."""
        message.parse_data = await self.reader.read(str(message.text or ""), alone=alone)

    async def open(self, message: UserMessage) -> DialogueStateTracker:
        """The conversation a message belongs to, in a new session if it is time for one."""
        return await self.fetch_tracker_and_update_session(message.sender_id, message.output_channel, message.metadata)

    async def work_out(self, message: UserMessage, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """The conversation with a message that was read and the reply to it, not yet saved.

        Raises:
            SilentTurnError: nothing was said; Rasa itself would call that a turn.
        """
        await self._read_in_context(message, tracker)
        await self._handle_message_with_tracker(message, tracker)
        tracker = await self.run_action_extract_slots(message.output_channel, tracker)
        await self._run_prediction_loop(message.output_channel, tracker)
        spoken = next(
            (event for event in reversed(tracker.events) if isinstance(event, (BotUttered, UserUttered))), None
        )
        if not isinstance(spoken, BotUttered):
            raise SilentTurnError
        return tracker

    async def _read_in_context(self, message: UserMessage, tracker: DialogueStateTracker) -> None:
        """Notes in a message what it means after the last answer, where that is another thing than it says alone."""
        text, alone, library = str(message.text or ""), message.parse_data or {}, shared_library()
        confidence = float((alone.get("intent") or {}).get("confidence") or 0.0)
        risk, topic = alone.get("risk") or {}, subject(tracker, library)
        if topic is None or risk.get("level") not in (None, Level.CHECK) or not may_lean(text, confidence):
            return
        work = partial(self.graph_runner.together, text, combined(text, library[topic].question), topic)
        seen = await self.reader.aside(work)
        if seen is not None and risk:
            risk["together"] = {"emergency": round(seen.danger(), 4), "any": round(seen.risk(), 4)}
        if seen is None or seen.risk() >= RISKY:
            return
        found = meant(alone, ranking(seen, topic, library), topic, library)
        answer = alone["intent"]["name"] if found is None else found.answer
        if answer == topic:
            said = [
                str(((event.metadata or {}).get("snippet") or {}).get("id"))
                for event in tracker.events
                if isinstance(event, BotUttered)
            ]
            alone["again"] = await self.reader.aside(partial(again, text, topic, said, library))
        if found is None:
            return
        alone["intent_ranking"] = list(found.ranking)
        if found.answer is None:
            alone["intent"] = {"name": FALLBACK, "confidence": confidence}
        else:
            alone["in_context"] = {"answer": found.answer, "gap": found.gap}

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """Fills slots from the message, where it can fill any."""
        if self._only_forms_fill_slots and tracker.active_loop_name is None:
            return tracker
        return await super().run_action_extract_slots(output_channel, tracker)

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        """Runs an action.

        One that speaks or listens cannot be rejected, so it needs no copy of the conversation to be tried on.
        """
        if type(action) not in _SPEAK_OR_LISTEN:
            return await super()._run_action(action, tracker, output_channel, nlg, prediction)
        tracker.update_with_events(prediction.events, self.domain)
        events = await action.run(output_channel, nlg, tracker, self.domain)
        tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)
        await self._send_bot_messages(events, tracker, output_channel)
        return self.should_predict_another_action(action.name())

    def _get_action(self, action_name: str) -> Optional[Action]:
        """Our own beginning of a session, which tells of it after a silence; plain Rasa begins one in its own way."""
        own = action_name == ACTION_SESSION_START_NAME
        return (
            _OwnAction(action_name, self.action_endpoint)
            if own
            else self._in_this_process(super()._get_action(action_name))
        )

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> Tuple[Action, PolicyPrediction]:
        """The next action; a custom one in the form that knows it runs in this process."""
        if self.is_action_limit_reached(tracker, self.should_predict_another_action(tracker.latest_action_name)):
            raise ActionLimitReached("The limit of actions to predict has been reached.")
        prediction = self._predict_next_with_tracker(tracker)
        return self._action(prediction.max_confidence_index), prediction

    def _action(self, index: int) -> Any:
        """An action by its number.

        Those that only speak or listen keep nothing, so one of each is enough; Rasa makes all its own ones each time.
        """
        if (known := self._known_actions.get(index)) is not None:
            return known
        action = self._in_this_process(action_for_index(index, self.domain, self.action_endpoint))
        if type(action) in _SPEAK_OR_LISTEN:
            self._known_actions[index] = action
        return action

    def _in_this_process(self, action: Any) -> Any:
        return _OwnAction(action.name(), self.action_endpoint) if isinstance(action, RemoteAction) else action


def subject(tracker: DialogueStateTracker, library: LibraryInUse | Library) -> str | None:
    """The answer that the talk is about: the last one, or what the message was nearest to that was referred or asked
    back about since; None where nothing is.

    Args:
        tracker: the conversation before the message that is read.
        library: the texts.
    """
    topics = tracker.get_slot("topics") or ()
    last = str(topics[-1]) if topics and topics[-1] in library else None
    events = [event for event in reversed(tracker.events) if isinstance(event, (BotUttered, UserUttered))]
    said = next((event for event in events if isinstance(event, BotUttered)), None)
    heard = next((event for event in events if isinstance(event, UserUttered)), None)
    route = ((said.metadata or {}).get("snippet") or {}).get("route") if said else None
    ranking = ((heard.parse_data or {}).get("intent_ranking") or []) if heard else []
    if route not in _NOT_AN_ANSWER or not ranking:
        return last
    near = str(ranking[0]["name"])
    likely = near in library and library[near].route == Route.ANSWER and ranking[0]["confidence"] >= _NEAR_ENOUGH
    return near if likely else last


def only_forms_fill_slots(domain: Domain) -> bool:
    """Whether no slot can be filled from a message as long as no form is open."""
    slots = [slot for slot in domain.slots if slot.name not in DEFAULT_SLOT_NAMES]
    return ACTION_VALIDATE_SLOT_MAPPINGS not in domain.user_actions and all(
        _waits_for_form(mapping) for slot in slots for mapping in slot.mappings
    )


def _waits_for_form(mapping: Dict[str, Any]) -> bool:
    if mapping["type"] == str(SlotMappingType.CUSTOM):
        return not mapping.get("action")
    conditions = mapping.get("conditions") or []
    return (
        bool(conditions)
        and mapping["type"] == str(SlotMappingType.FROM_TEXT)
        and all(condition.get(ACTIVE_LOOP) for condition in conditions)
    )


class _OwnAction(RemoteAction):
    """Our own action: what it returns needs no JSON schema check, which takes longer than all the rest of a turn."""

    def _validate_action_result(self, result: Dict[str, Any]) -> bool:
        return True
