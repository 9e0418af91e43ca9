"""Words that steer the form "leave a question for our clinical team", read from data/request_form.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.files import ContentError, read_mapping
from bot.safety.normalise import phrase

_LISTS = ("cancel", "open", "help", "back", "yes", "no", "polite", "wrong", "around")
_CALL_ME = ("says", "before", "after")


@dataclass(frozen=True)
class CallMe:
    """How visitors ask to be called or booked, which opens the form: `says`, with only words of `before` in front of
    it, and one of `after` (or a figure) behind it, if anything. `books` are those of `says` that ask for an
    appointment; `booking` is the answer that they get first."""

    says: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    books: frozenset[str] = frozenset()
    booking: str = ""


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
    polite: frozenset[str] = frozenset()
    """What may stand beside a yes, a no or a cancel and changes nothing."""
    wrong: frozenset[str] = frozenset()
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Words for what the visitor wrote, by slot: one of these with one
    of `wrong`, and else only words of `around`, asks for the slot again."""
    around: frozenset[str] = frozenset()
    call_me: CallMe = CallMe()


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
        called = raw["call_me"]
        books = _phrases(called["books"])
        lists = {name: _phrases(called[name]) for name in _CALL_ME}
        call_me = CallMe(**{**lists, "says": lists["says"] | books}, books=books, booking=str(called["booking"]))
        change, parts = ({slot: _phrases(words) for slot, words in raw[name].items()} for name in ("change", "parts"))
        return FormWords(**{name: _phrases(raw[name]) for name in _LISTS}, change=change, parts=parts, call_me=call_me)
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(
            f"{path}: expected the lists {', '.join(_LISTS)}, `change:` and `parts:` with a list for each slot, and"
            f" `call_me:` with the lists {', '.join(_CALL_ME)}, books and the id `booking`."
        ) from error


def _phrases(words: list[object]) -> frozenset[str]:
    return frozenset(phrase(str(word)) for word in words)
