"""One search by words for the console and the website."""

from __future__ import annotations

import pytest

from bot.content.library import Library
from bot.content.word_search import Asked, WordSearch

ASKED = Asked(
    {
        "cost": {"price please", "what is the price", "how much is it"},
        "opening_hours": {"are you open on saturday"},
        "refunds": {"can i get my money back"},
    }
)


@pytest.fixture(scope="module")
def search(library: Library) -> WordSearch:
    return WordSearch((one for one in library if not one.short_of), ASKED)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("price", "cost"),
        ("PRICES", "cost"),
        ("pric", "cost"),
        ("saturdays", "opening_hours"),
        ("money back", "refunds"),
        ("does it hurt", "does_it_hurt"),
        ("parkin", "parking_access"),
        ("parking", "parking_access"),
        ("insurence", "insurance"),
    ],
)
def test_an_answer_is_found_by_its_words_however_they_end_and_are_spelled(
    search: WordSearch, words: str, answer: str
) -> None:
    assert answer in [snippet.id for snippet in search.search(words, 5)]


def test_a_word_that_every_answer_has_says_little(search: WordSearch) -> None:
    found = [snippet.id for snippet in search.search("ozone price")]
    assert {"cost", "price_includes"} <= set(found[:8])
    assert len(found) < len(search.search("ozone"))


def test_who_finds_an_answer_by_a_sentence_alone_is_told_which(search: WordSearch) -> None:
    assert search.because("money back", "refunds") in ("", "can i get my money back")
    assert search.because("saturday", "opening_hours") == "are you open on saturday"
    assert search.because("ozone", "what_is_ozone") == ""


@pytest.mark.parametrize("words", ["", " ", "?!", "zzzz qqqq", "the a of", "\u202e", "🙂", "a" * 5000])
def test_what_is_no_word_finds_little_and_fails_never(search: WordSearch, words: str) -> None:
    assert len(search.search(words, 5)) <= 5
