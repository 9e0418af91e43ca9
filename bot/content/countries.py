"""The words that change from country to country, read from data/countries.yml."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.files import ContentError, read_mapping

_NUMBERS = "emergency_numbers"


@dataclass(frozen=True)
class Country:
    """`words` are said by texts as {fields}; `emergency_numbers` are
    the only ones that may be given out, any when there are none."""

    words: Mapping[str, str]
    emergency_numbers: Collection[str]


def load_countries(path: Path) -> Mapping[str, Country]:
    """Reads countries.yml: countries by code, all with the same words.

    Raises:
        ContentError: a country without a list of numbers, or with other words than the first.
    """
    countries: dict[str, Country] = {}
    for code, raw in read_mapping(path).items():
        if not isinstance(raw, dict) or not isinstance(raw.get(_NUMBERS), list):
            raise ContentError(f"{path}: `{code}` needs `{_NUMBERS}` with a list, and its words.")
        words = {str(name): str(said).strip() for name, said in raw.items() if name != _NUMBERS}
        countries[str(code)] = Country(words, tuple(str(number) for number in raw[_NUMBERS]))
        if set(words) != set(next(iter(countries.values())).words) or not all(words.values()):
            raise ContentError(f"{path}: `{code}` must have the same words as the first country, all filled in.")
    return countries
