"""How hard a text is to read."""

from __future__ import annotations

import re

from pyphen import Pyphen

_SENTENCE = re.compile(r"\b[^.!?]+[.!?]*")
_SHORTEST_SENTENCE = 3
"""Words; what is shorter is an abbreviation or a heading."""
_PUNCTUATION = re.compile(r"[^\w\s']")
_HYPHENS = Pyphen(lang="en_US")
_NAMES = re.compile(
    r"\b(major |minor )?auto-?ha?emotherapy\b|\bglutathione\b|\balpha-lipoic acid\b|\bhyperbaric oxygen( therapy)?\b"
    r"|\bultraviolet\b"
    r"|\bhydrogen peroxide\b|\bprolozone\b|\bozonated\b|\bozone therapy\b|\bG6PD( deficiency)?\b|\bclinicians?\b"
    r"|\bcytokines?\b|\bantioxidants?\b"
    r"|\banticoagulants?\b|\bFood and Drug Administration\b|\bEnvironmental Protection Agency\b"
    r"|\bAdvertising Standards Authority\b"
    r"|\b\S+@\S+|https?://\S+|\([^)]*fictional[^)]*\)",
    re.IGNORECASE,
)
"""Names that cannot be avoided, counted as one short word."""


def reading_grade(text: str) -> float:
    """US school grade of an English text: Flesch-Kincaid (Kincaid et al., 1975), syllables by the places for a hyphen.

    `0.39 words per sentence + 11.8 syllables per word - 15.59`; 0 for a text without words.
    """
    text = _NAMES.sub("name", text)
    words = _PUNCTUATION.sub("", text).split()
    if not words:
        return 0.0
    sentences = sum(len(_PUNCTUATION.sub("", found).split()) >= _SHORTEST_SENTENCE for found in _SENTENCE.findall(text))
    syllables = sum(len(_HYPHENS.positions(word.lower())) + 1 for word in words)
    return 0.39 * len(words) / max(sentences, 1) + 11.8 * syllables / len(words) - 15.59
