"""Words that steer the form "leave a question for our clinical team", read from data/request_form.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.files import ContentError, read_mapping
from bot.safety.normalise import phrase

_LISTS = ("cancel", "open", "help", "back", "yes", "no")


@dataclass(frozen=True)
class FormWords:
    """Messages that are commands to the form, in the spelling of `phrase`."""

    cancel: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    help: frozenset[str] = frozenset()
    back: frozenset[str] = frozenset()
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    change: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By the slot that shall be asked again."""


def load_form_words(data: Path) -> FormWords:
    """Reads data/request_form.yml; without the file the form knows no commands.

    Raises:
        ContentError: a list is missing.
    """
    path = data / "request_form.yml"
    if not path.is_file():
        return FormWords()
    raw = read_mapping(path)
    try:
        return FormWords(**{name: _phrases(raw[name]) for name in _LISTS}, change={slot: _phrases(words) for slot, words in raw["change"].items()})
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(f"{path}: expected the lists {', '.join(_LISTS)} and `change:` with a list for each slot.") from error


def _phrases(words: list[object]) -> frozenset[str]:
    return frozenset(phrase(str(word)) for word in words)
