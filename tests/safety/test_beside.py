"""Names and houses that only their place in a sentence tells."""

from __future__ import annotations

import pytest

from bot.safety.redaction import redact


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Name: Alice Penny. Price: you said 80.", "Penny"),
        ("Joris van der Velde. My knee clicks.", "Velde"),
        ("my partner is Alex. We want a baby", "Alex"),
        ("Sophie's mum here, she has eczema", "Sophie"),
        ("Primrose Oakenshaw, bp 150/90 today", "Oakenshaw"),
        ("王小明, 我今年50岁", "王小明"),
        ("my boy goes to Birchwood Academy, he's 15", "Birchwood"),
        ("I am a lecturer in Gulu University and hoarse", "Gulu"),
        ("I'm Sam, truck driver, Oakline Haulage, sitting all day", "Oakline"),
        ("My employer Finch & Daw Solicitors wants a note", "Finch"),
        ("Please invoice Oakline Joinery Ltd, they pay", "Oakline"),
        ("was on shift at Tesco Extra Ripon", "Ripon"),
        ("my sister is in HMP Foston and wants it", "Foston"),
        ("mum's in Birch Court care home", "Birch Court"),
    ],
)
def test_it_is_blanked(text: str, hidden: str) -> None:
    assert hidden not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "Pastor's wife swears by it",
        "Granulomatosis is called GPA now. Can I?",
        "Did Molina, who shared the Nobel, work on ozone",
        "do you use Hartmann's instead of glucose?",
        "Tramadol and Sertraline don't mix, I was told",
        "Freddie Mercury did not have this option",
        "my partner is Polish, does somebody speak it?",
        "Medical Ozone, is it pure?",
    ],
)
def test_what_leads_to_nobody_stays(text: str) -> None:
    assert redact(text) == text
