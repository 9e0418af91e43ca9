"""What a process leaves out that only talks to visitors (docs/adr/005-start.md)."""

from __future__ import annotations

from typing import Any

import yaml
from room_for_rasa.stand_ins import leave_out

from bot.settings import ROOT


def leave_out_what_trains() -> None:
    """To be called before Rasa is imported: leaves out the packages that only training and Rasa's own commands run.

    It never does when config.yml names a component that is neither ours nor Rasa's RulePolicy: that one may need them.
    """
    if not _uses_others(yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))):
        leave_out()


def _uses_others(config: dict[str, Any]) -> bool:
    names = [str(component["name"]) for part in ("pipeline", "policies") for component in config.get(part) or []]
    return not all(name.startswith("bot.") or name == "RulePolicy" for name in names)
