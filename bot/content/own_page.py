"""The clinic's own page about ozone, sentence by sentence, and how
each stands to what the assistant says; read from data/own_page.yml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.files import ContentError, read_mapping
from bot.content.library import Library

VERDICTS = ("wrong", "loose", "neutral", "fair")
"""From what has to go to what may stay: `wrong` contradicts the
assistant, `loose` says more than it does, `neutral` states nothing."""
TO_CHANGE = ("wrong", "loose")
_KEYS = frozenset({"says", "verdict", "because", "instead", "answers"})


@dataclass(frozen=True)
class PageSentence:
    """One sentence of the page; without a `verdict` nobody has compared it yet.

    `answers` are ids of what the assistant says to it.
    """

    number: int
    says: str
    verdict: str
    because: str
    instead: str
    answers: tuple[str, ...]


def load_own_page(path: Path, library: Library) -> tuple[PageSentence, ...]:
    """Reads own_page.yml; without the file there is no page to compare.

    Raises:
        ContentError: a sentence without words, with an unknown verdict, with one that nothing explains, or with an
            answer that is none.
    """
    if not path.is_file():
        return ()
    listed = read_mapping(path).get("sentences")
    if not isinstance(listed, list):
        raise ContentError(f"{path}: expected `sentences:` with a list.")
    return tuple(_sentence(number, raw, path, library) for number, raw in enumerate(listed, start=1))


def _sentence(number: int, raw: Any, path: Path, library: Library) -> PageSentence:
    owner = f"{path}: sentence {number}"
    if not isinstance(raw, dict) or not raw.get("says") or not set(raw) <= _KEYS:
        raise ContentError(f"{owner} needs `says`, and may have {', '.join(sorted(_KEYS - {'says'}))}.")
    verdict, because, answers = (
        str(raw.get("verdict") or ""),
        str(raw.get("because") or "").strip(),
        raw.get("answers") or [],
    )
    if verdict not in ("", *VERDICTS):
        raise ContentError(
            f"{owner} has the verdict {verdict!r}. Use one of {', '.join(VERDICTS)}, or none as long as nobody has"
            " compared it."
        )
    if verdict and not because:
        raise ContentError(f"{owner} has a verdict without a reason. Say why in `because`.")
    if not isinstance(answers, list) or (wrong := [name for name in answers if name not in library]):
        raise ContentError(
            f"{owner}: `answers` must be a list of ids in"
            f" data/snippets{f'; `{wrong[0]}` is none' if isinstance(answers, list) else ''}."
        )
    return PageSentence(
        number, str(raw["says"]).strip(), verdict, because, str(raw.get("instead") or "").strip(), tuple(answers)
    )
