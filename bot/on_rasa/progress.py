"""How far a training is, and how long the rest of it will take if it takes as long as the last one."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_FILE = "training-times.json"


class Stages:
    """The stages of one training, with their seconds, and those of the last one.

    Args:
        folder: the models' folder, where the seconds are kept for the next training.
        tell: is given each stage as it begins.
        clock: seconds from any moment on.
    """

    def __init__(
        self,
        folder: Path,
        tell: Callable[[str], object] = lambda stage: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._tell, self._clock = folder / _FILE, tell, clock
        self._last = _seconds(self._path)
        self._taken: dict[str, float] = {}
        self._begun = clock()
        self.stage = ""

    def begin(self, stage: str) -> None:
        """Ends the stage before this one."""
        self._end()
        self.stage = stage
        self._taken.setdefault(stage, 0.0)
        self._tell(stage)

    def left(self) -> float | None:
        """Seconds that the rest takes, by the last training: those of the stages to come, and what this one still has.

        None without one.
        """
        if not self._last:
            return None
        to_come = sum(seconds for stage, seconds in self._last.items() if stage not in self._taken)
        return to_come + max(self._last.get(self.stage, 0.0) - (self._clock() - self._begun), 0.0)

    def save(self) -> None:
        """Keeps the seconds of this training for the next one; they
        are only an estimate, so a disk that is full is no error."""
        self._end()
        unfinished = self._path.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            unfinished.write_text(json.dumps(self._taken), encoding="utf-8")
            unfinished.replace(self._path)

    def _end(self) -> None:
        now = self._clock()
        if self.stage:
            self._taken[self.stage] += now - self._begun
        self._begun = now


def _seconds(path: Path) -> dict[str, float]:
    """The seconds by stage that a file holds; none where it is missing or holds something else."""
    try:
        return {str(stage): float(seconds) for stage, seconds in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
