"""The door: all that a turn, and whoever serves visitors, needs of the place where turns are kept.

Two ways are behind it, held to the same tests: `bot.storage.sqlite` for one machine, `bot.storage.postgres` for many.
Both commit before a reply is sent, one transaction a turn; answer a request once; and keep the turns of a conversation
in order, however many processes speak in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bot.content.library import Library
from bot.content.published import Published
from bot.record.requests import SealedRequest
from bot.record.sealed import Seal
from bot.record.turns import Turn

EVENTS_LOADED = 16
"""Events of a conversation that Rasa gets to see: two whole turns or more. What must outlive them is in the slots."""


_LISTENS = "action_listen"
"""Rasa's own name of the action that ends a turn."""


class StorageError(RuntimeError):
    """Nothing can be read or written just now; `cause` names the fault without a visitor's words."""

    @property
    def cause(self) -> str:
        """What kind of fault it was."""
        return type(self.__cause__ or self).__name__


class OvertakenError(StorageError):
    """Another process was faster: nothing was written."""


class StaleTurnError(OvertakenError):
    """Another process answered in this conversation meanwhile: the turn has to be worked out again on what is known
    now.
    """


class AnsweredError(OvertakenError):
    """This very request has been answered."""


class NoSuchTurnError(LookupError):
    """There is no such turn in this conversation."""


@dataclass(frozen=True)
class Talk:
    """A conversation as it stands.

    `slots` are the current ones, a form's answers sealed; `events` the last ones, oldest first and from the beginning
    of a turn.
    """

    turns: int
    slots: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Entry:
    """What one turn adds to its conversation, all of it or nothing.

    Args:
        turn: without its number, which the store gives.
        channel: where the visitor speaks.
        slots: what changes of the slots; None takes one away.
        events: Rasa's.
        request: the question for the clinical team that the turn completed.
        expected: the turns that were known when this one was worked out; None when it hangs on none of them.
    """

    turn: Turn
    channel: str
    slots: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]] = ()
    request: SealedRequest | None = None
    expected: int | None = None


def whole_turns(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last events of a conversation, as far as Rasa gets to see them.

    A turn that is cut in the middle would look to Rasa like a conversation that begins with an action.
    """
    last = events[-EVENTS_LOADED:]
    if len(last) < EVENTS_LOADED:
        return last
    listening = (number for number, event in enumerate(last) if event.get("name") == _LISTENS)
    return last[next(listening, 0) :]


class Decisions(Protocol):
    """What staff decided, and what is told of how it is followed. It blocks: nothing for an event loop.

    Everything raises `StorageError` when the store cannot be reached. Times are ISO 8601 in UTC.
    """

    def revision(self) -> int:
        """The number of the present state of all texts; it grows with each change that visitors notice."""

    def published(self) -> Published:
        """What takes the place of what the files hold."""

    def note_texts(self, library: Library, at: str) -> None:
        """Notes the texts that this process sends from now on, before the first of them is sent."""

    def note_revision(self, process: str, number: int, at: str) -> None:
        """Notes which state of the texts a process of the website sends from now on."""


class Store(Decisions, Protocol):
    """The door. What is not `async` blocks: nothing for an event loop."""

    @property
    def faults(self) -> int:
        """Failed reads and writes since the start."""

    @property
    def keeps_record(self) -> bool:
        """Whether this process keeps the review record too: its clean-up, its wipes, its alerts, its proof."""

    async def open(self) -> None:
        """Gets ready for the first visitor.

        Raises:
            StorageError: it cannot be reached; each later call tries again.
        """

    async def look_up(self, conversation: str, request: str | None) -> tuple[Turn | None, Talk | None]:
        """The turn that already answered this request, if there is one, and the conversation as it stands.

        Raises:
            StorageError: it cannot be read.
        """

    async def answered(self, conversation: str, request: str) -> Turn | None:
        """The turn that already answered this request, or None.

        Raises:
            StorageError: it cannot be read.
        """

    async def commit(self, entry: Entry, until: float | None = None) -> Turn:
        """Returns the turn with its number once it is committed, or raises and leaves nothing of it behind.

        No turn is dated before the one it follows, even when the clock was put back.

        Args:
            entry: what is new.
            until: monotonic time until which to wait for a store that is locked or away; there is always one attempt.

        Raises:
            StaleTurnError: there are other turns than expected.
            AnsweredError: the same request was answered before.
            StorageError: it cannot be written.
        """

    async def history(self, conversation: str) -> list[tuple[Turn, tuple[bool, str] | None]]:
        """The turns of a conversation in order, each with what its visitor thought of it: helpful or not, and why.

        Raises:
            StorageError: it cannot be read.
        """

    async def slots(self, conversation: str) -> Mapping[str, Any]:
        """The current slots of a conversation, a form's answers sealed; empty for one that is not there.

        Raises:
            StorageError: it cannot be read.
        """

    async def feedback(self, conversation: str, number: int, helpful: bool, reason: str) -> None:
        """Keeps a visitor's judgement of one turn; a later one replaces it. Obvious personal data is taken out.

        Raises:
            NoSuchTurnError: the conversation has no turn with this number.
            StorageError: it cannot be written.
        """

    async def deleted(self, conversation: str) -> bool:
        """Whether there was such a conversation that was deleted.

        Raises:
            StorageError: it cannot be read.
        """

    async def delete(self, conversation: str, seal: Callable[[], Seal]) -> None:
        """Deletes a conversation for its visitor, with everything that holds its words; nobody can go on with it.

        Args:
            conversation: its id.
            seal: closes the copy of one that is under a legal hold.

        Raises:
            StorageError: it cannot be written; nothing is deleted.
        """

    async def conversations(self) -> list[str]:
        """The ids of all conversations.

        Raises:
            StorageError: it cannot be read.
        """

    async def note_model(self, model: str, at: str) -> None:
        """Notes which model this process answers with from now on.

        Raises:
            StorageError: it cannot be written.
        """

    def bring_promoted(self, data: Path, models: Path) -> None:
        """Puts the model that staff promoted elsewhere, and what it was trained with, where this process looks.

        Raises:
            StorageError: the store cannot be reached.
            OSError: they cannot be written here.
        """

    def asked_next(self, library: Library) -> dict[str, dict[str, int]]:
        """What visitors asked after each answer.

        Raises:
            StorageError: it cannot be read.
        """

    def keep_proof(self, at: str) -> tuple[int, str] | None:
        """Notes the head of the record's chain beside it; its number and digest, or None when there is no new one.

        Raises:
            StorageError: the record cannot be read.
            OSError: the file cannot be written.
        """

    def problem(self) -> str | None:
        """Why nothing can be written just now, in one sentence; None when it can."""

    def warnings(self, now: float) -> list[str]:
        """What somebody should look at, one sentence each; `now` is Unix time."""

    def close(self) -> None:
        """Ends what runs in the background, after what is queued."""
