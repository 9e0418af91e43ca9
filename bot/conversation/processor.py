"""Rasa's message processor, cut to what a turn needs."""

from __future__ import annotations

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


class SilentTurnError(RuntimeError):
    """Rasa took a message and said nothing."""


class TurnProcessor(MessageProcessor):
    """Works out a turn and leaves it to the caller to commit it, so that waiting for the disk holds up nobody else."""

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
