"""Rasa's message processor, cut to what a turn needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Optional, Tuple, Union

from rasa.core.actions.action import Action, RemoteAction
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine import loader
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from bot.conversation.graph import StraightGraphRunner


class SilentTurnError(RuntimeError):
    """Rasa took a message and said nothing."""


class TurnProcessor(MessageProcessor):
    """Works out a turn and leaves it to the caller to commit it, so that waiting for the disk holds up nobody else."""

    @staticmethod
    def _load_model(model_path: Union[str, Path]) -> Tuple[str, ModelMetadata, StraightGraphRunner]:
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            metadata, runner = loader.load_predict_graph_runner(Path(folder), Path(model_path), LocalModelStorage, StraightGraphRunner)
        return Path(model_path).name, metadata, runner

    async def work_out(self, message: UserMessage) -> DialogueStateTracker:
        """The conversation with the message and the reply to it, not yet saved.

        Raises:
            SilentTurnError: nothing was said; Rasa itself would call that a turn.
        """
        tracker = await self.log_message(message, should_save_tracker=False)
        tracker = await self.run_action_extract_slots(message.output_channel, tracker)
        await self._run_prediction_loop(message.output_channel, tracker)
        spoken = next((event for event in reversed(tracker.events) if isinstance(event, (BotUttered, UserUttered))), None)
        if not isinstance(spoken, BotUttered):
            raise SilentTurnError
        return tracker

    def _get_action(self, action_name: str) -> Optional[Action]:
        """Our own beginning of a session, which tells of it after a silence; plain Rasa begins one in its own way."""
        own = action_name == ACTION_SESSION_START_NAME
        return _OwnAction(action_name, self.action_endpoint) if own else super()._get_action(action_name)

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> Tuple[Action, PolicyPrediction]:
        """The next action; a custom one in the form that knows it runs in this process."""
        action, prediction = super().predict_next_with_tracker_if_should(tracker)
        return (_OwnAction(action.name(), self.action_endpoint) if isinstance(action, RemoteAction) else action), prediction


class _OwnAction(RemoteAction):
    """Our own action: what it returns needs no JSON schema check, which takes longer than all the rest of a turn."""

    def _validate_action_result(self, result: Dict[str, Any]) -> bool:
        return True
