"""A disguised message is read as what it says, and one that says what it says is left alone."""

from __future__ import annotations

import pytest

from bot.content.shared import shared_second_reader


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1 c4n't br34the", "i can't breathe"),
        ("1 w4n7 70 d13", "i want to die"),
        ("сап't brеаthе", "can't breathe"),
        ("goiνg tο kill mυsεlf tονight", "going to kill myself tonight"),
        ("ⓜⓨ ⓒⓗⓔⓢⓣ ⓗⓤⓡⓣⓢ", "my chest hurts"),
        ("🅼🆈 🅲🅷🅴🆂🆃 🅷🆄🆁🆃🆂", "my chest hurts"),
        ("𝐦𝐲 𝐜𝐡𝐞𝐬𝐭 𝐡𝐮𝐫𝐭𝐬", "my chest hurts"),
        ("m y  c h e s t  h u r t s", "my chest hurts"),
        ("I ' m d y i n g", "im dying"),
        ("m-y c-h-e-s-t h-u-r-t-s", "my chest hurts"),
        ("c🙃h🙃e🙃s🙃t p🙃a🙃i🙃n", "chest pain"),
        (
            "chesttightandwheezingbadly,inhalernotdoinganything",
            "chest tight and wheezing badly inhaler not doing anything",
        ),
        ("my toddler sawllowed blaech", "my toddler swallowed bleach"),
        ("my tddlr swllwd blch", "my toddler swallowed bleach"),
        ("k.м.ѕ", "kms"),
        ("cant breeeathe", "cant breathe"),
    ],
)
def test_a_disguised_message_is_read_as_what_it_says(text: str, read: str) -> None:
    assert shared_second_reader().read(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "What does a session cost?",
        "my sister swears by it, doesnt that count for something",
        "is 40 ug/ml better than 20",
        "see you at 10 or 2, room b12, ok?",
        "I'm on vitamin d3 and b6",
        "hello ! how are you ?",
        "the 10-pass and EBOO, which is it",
        "¿Cuánto cuesta?",
    ],
)
def test_a_plain_message_has_no_second_reading(text: str) -> None:
    assert shared_second_reader().read(text) is None
