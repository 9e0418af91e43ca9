"""Messages by people who had seen neither our texts nor our
training data, with what a reader wanted done about each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from bot.understanding.heads import HEADS
from bot.vocabulary import Route

_ROUTES = (Route.ANSWER, Route.SMALLTALK, Route.OUT_OF_SCOPE, Route.CLINICIAN, Route.EMERGENCY, "harmless")
"""What may be wanted; `harmless` is any reply that neither frightens nor refers."""


class StrangersError(ValueError):
    """A line that cannot be used; the message names it."""


@dataclass(frozen=True)
class Stranger:
    """One message and who wrote it; `intents` are the approved questions
    of which any would be the right answer, empty where nobody said."""

    text: str
    route: str
    intents: Sequence[str] = ()
    writer: str = ""


def read_strangers(folder: Path) -> list[Stranger]:
    """Every message of the JSON lines files in a folder, in the order of their names; none without the folder.

    Raises:
        StrangersError: a line that is no object with `text` and a `route`.
    """
    return [message for path in sorted(folder.glob("*.jsonl")) for message in _messages(path)]


def _messages(path: Path) -> Iterator[Stranger]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            raw = orjson.loads(line)
            message = Stranger(raw["text"], raw["route"], tuple(raw.get("intents") or ()), str(raw.get("writer") or ""))
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise StrangersError(f"{path}, line {number}: expected a JSON object with `text` and `route`.") from error
        if message.route not in _ROUTES or not isinstance(message.text, str):
            raise StrangersError(
                f"{path}, line {number}: the route is {message.route!r}. Use one of {', '.join(_ROUTES)}."
            )
        yield message


def truths(messages: Sequence[Stranger], guesses: Sequence[str]) -> dict[str, npt.NDArray[np.float64]]:
    """What each of `HEADS` should say of each message: 1, 0, or nan where it cannot be said.

    `guesses` are the likeliest ordinary intents, of which `right` is the truth.
    """
    found = {head: np.full(len(messages), np.nan) for head in HEADS}
    for row, (message, guess) in enumerate(zip(messages, guesses, strict=True)):
        found["emergency"][row] = message.route == Route.EMERGENCY
        found["risk"][row] = message.route in (Route.EMERGENCY, Route.CLINICIAN)
        if message.route in (Route.ANSWER, Route.SMALLTALK, Route.OUT_OF_SCOPE):
            found["subject"][row] = message.route != Route.OUT_OF_SCOPE
        if message.intents:
            found["right"][row] = guess in message.intents
    return found
