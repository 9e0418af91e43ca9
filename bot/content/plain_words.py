"""What people say to "Is this happening now?" and when an emergency is over, read from data/plain_words.yml."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.content.files import ContentError, read_mapping
from bot.safety.normalise import phrase


@dataclass(frozen=True)
class Said:
    """Messages of one meaning, in the spelling of `phrase`: whole ones, and how longer ones begin."""

    says: frozenset[str] = frozenset()
    begins: tuple[str, ...] = ()

    def __contains__(self, text: object) -> bool:
        said = phrase(str(text))
        return said in self.says or f"{said} ".startswith(self.begins)


@dataclass(frozen=True)
class PlainWords:
    """`yes` and `no` to the question whether it is happening now; `over` ends an emergency.

    `goes_on` are words, anywhere in a message, of somebody for whom it is not over.
    """

    yes: Said = field(default_factory=Said)
    no: Said = field(default_factory=Said)
    over: Said = field(default_factory=Said)
    goes_on: tuple[str, ...] = ()

    def goes_on_in(self, text: str) -> bool:
        """Whether a message holds one of the words of `goes_on`."""
        said = f" {phrase(text)} "
        return any(words in said for words in self.goes_on)


def load_plain_words(data: Path) -> PlainWords:
    """Reads data/plain_words.yml; without the file only the model tells.

    Raises:
        ContentError: a list is missing.
    """
    path = data / "plain_words.yml"
    if not path.is_file():
        return PlainWords()
    raw = read_mapping(path)
    try:
        said = {name: _said(raw[name]["says"], raw[name]["begins"]) for name in ("yes", "no", "over")}
        return PlainWords(**said, goes_on=tuple(f" {phrase(str(words))} " for words in raw["goes_on"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(
            f"{path}: expected `yes:`, `no:` and `over:`, each with the lists `says:` and `begins:`, and the list"
            " `goes_on:`."
        ) from error


def _said(says: list[object], begins: list[object]) -> Said:
    return Said(frozenset(phrase(str(words)) for words in says), tuple(f"{phrase(str(words))} " for words in begins))
