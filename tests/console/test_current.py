"""The console reads the content again when it changes, and what that leaves behind goes."""

from __future__ import annotations

import gc
import weakref

from bot.console.current import CurrentContent
from bot.content.published import Published
from tests.conftest import DATA


class Circle:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.itself = self


def test_garbage_is_not_kept_with_what_stays() -> None:
    revision = 1

    def published(known: int) -> tuple[int, Published] | None:
        return None if known == revision else (revision, Published({}, {}))

    content = CurrentContent(DATA, published)
    gc.disable()
    try:
        for revision in (1, 2):  # noqa: B007 - `published` sees it
            gone = weakref.ref(Circle())
            content.snapshot()
            gc.collect()
            assert gone() is None
    finally:
        gc.enable()
        gc.unfreeze()
