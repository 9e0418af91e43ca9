"""What staff decided, as a process of the website knows it, with the last good state on disk."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from bot.rights import private_folder

TEXTS, MODEL, ASKED_NEXT = "texts", "model", "asked_next"
"""The texts and facts in use, the promoted model, and what visitors asked after each answer."""


class Decided:
    """Each decision by its name, with a number that grows when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, tuple[int, Any]] = {}
        self._taken: float | None = None
        self._age_then: float | None = None
        self.from_disk = False

    def revision(self, name: str) -> int:
        """The number of a decision; 0 before the first."""
        return self._known.get(name, (0, None))[0]

    def revisions(self) -> dict[str, int]:
        """The numbers of all that are known."""
        return {name: revision for name, (revision, _) in self._known.items()}

    def body(self, name: str) -> Mapping[str, Any]:
        """What was decided; empty before the first."""
        return self._known.get(name, (0, None))[1] or {}

    @property
    def age(self) -> float | None:
        """Seconds since the review record was heard of; None when it never was."""
        if self._age_then is None or self._taken is None:
            return None
        return self._age_then + time.monotonic() - self._taken

    def take(self, newer: Mapping[str, tuple[int, Any]], age: float | None) -> None:
        """Takes up what is newer and keeps it on disk; `age` is how long ago the review record was heard of."""
        self._known.update(newer)
        self._taken, self._age_then, self.from_disk = time.monotonic(), age, False
        if not newer:
            return
        with suppress(OSError):  # a disk that is full or away takes nothing from anybody
            private_folder(self._path.parent)
            unfinished = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(orjson.dumps(self._known))
            unfinished.replace(self._path)

    def load(self) -> bool:
        """Whether anything is known, from before the start if need be."""
        if not self._known:
            with suppress(OSError, ValueError):
                self._known = {
                    str(name): (int(revision), body)
                    for name, (revision, body) in orjson.loads(self._path.read_bytes()).items()
                }
                self.from_disk = True
        return bool(self._known)
