"""What a process leaves out that only talks to visitors (docs/adr/005-start.md), and how it keeps its memory."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Any

import yaml
from room_for_rasa.stand_ins import leave_out

from bot.settings import ROOT

_M_ARENA_MAX, _HEAPS = -8, 2


def leave_out_what_trains() -> None:
    """To be called before Rasa is imported: leaves out the packages that only training and Rasa's own commands run.

    It never does when config.yml names a component that is neither ours nor Rasa's RulePolicy: that one may need them.
    """
    if not _uses_others(yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))):
        leave_out()


def keep_few_heaps() -> None:
    """To be called before there are threads: all of them share two heaps.

    The C library gives each thread one, up to eight for each core, and what a thread freed in its own is of no use to
    any other: the memory of a process that serves would grow for hours, until each had once held the most that any
    request takes. Another C library has none of this.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _HEAPS)


def _uses_others(config: dict[str, Any]) -> bool:
    names = [str(component["name"]) for part in ("pipeline", "policies") for component in config.get(part) or []]
    return not all(name.startswith("bot.") or name == "RulePolicy" for name in names)
