"""What identifies somebody is blanked; what a reviewer needs stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.normalise import MAX_MESSAGE_LENGTH
from bot.safety.redaction import kept, redact

HERE = Path(__file__).parent
PERSONAL = [
    (kind, case)
    for kind, cases in yaml.safe_load((HERE / "personal_data.yml").read_text(encoding="utf-8")).items()
    for case in cases
]
HARMLESS = yaml.safe_load((HERE / "no_personal_data.yml").read_text(encoding="utf-8"))
_SECRET = re.compile("«(.*?)»", re.DOTALL)
_WORD = re.compile(r"\w+")
_LABEL = re.compile(r"\[[a-z -]+\]")


@pytest.mark.parametrize(("kind", "case"), PERSONAL)
def test_what_leads_to_somebody_is_blanked_and_all_else_stays(kind: str, case: str) -> None:
    stored = redact(case.replace("«", "").replace("»", ""))
    around = _WORD.findall(_SECRET.sub(" ", case))
    left = _WORD.findall(_LABEL.sub(" ", stored))
    assert [
        word
        for secret in _SECRET.findall(case)
        for word in _WORD.findall(secret)
        if word in left and word not in around
    ] == [], stored
    assert [word for word in around if word not in left and word not in stored] == [], stored
    assert redact(stored) == stored


@pytest.mark.parametrize("said", HARMLESS)
def test_what_a_reviewer_needs_stays(said: str) -> None:
    assert redact(str(said)) == str(said)


_PIECES = [
    "my name is",
    "Anna",
    "@",
    ".",
    "at",
    "dot",
    "com",
    "12",
    "5550100",
    "-",
    "(",
    ")",
    "street",
    "dob",
    "born",
    "I'm",
    "+",
    "/",
    "°",
    "Dr",
    "iban",
    "MRN:",
    "\n",
    "’",
    "é",
    "٢",
    "🙂",
    "ninety",
]


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=6), max_size=40).map(" ".join) | st.text(max_size=300))
def test_whatever_is_typed_is_redacted_without_a_fault(text: str) -> None:
    assert isinstance(kept(text), str)


def test_a_whole_number_of_any_length_is_no_fault() -> None:
    assert redact("9" * 60_000) == "[number]"


@pytest.mark.parametrize("address", ["anna@example.org", "a.b+c@mail.example.co.uk", "anna @ example.org"])
def test_an_email_address_is_blanked(address: str) -> None:
    assert redact(f"write to {address} please") == "write to [e-mail] please"


def test_every_email_address_of_a_text_is_blanked() -> None:
    assert redact("a@b.cc,d@e.ff or x @ y @ z.gg, @ @.") == "[e-mail],[e-mail] or x @ [e-mail], @ @."
    assert redact("a@b.cc.+d@e.ff") == "[e-mail][e-mail]"


@pytest.mark.parametrize("said", ["a @ b", "5 @ 3.50", "@home", "a@b", "a@b.", "a@.b", "@b.cc"])
def test_an_at_sign_without_an_address_stays(said: str) -> None:
    assert redact(said) == said or said == "5 @ 3.50"


@pytest.mark.parametrize(
    "address", ["https://example.org/me?id=1", "http://example.org", "www.example.org/anna", "HTTPS://EXAMPLE.ORG"]
)
def test_a_web_address_is_blanked(address: str) -> None:
    assert redact(f"see {address} now") == "see [web address] now"


@pytest.mark.parametrize(
    "number",
    [
        "555-0100",
        "5550100123",
        "(555) 555-0100",
        "+1 (555) 555-0100",
        "+44 20 7946 0958",
        "01-42-68-53-00",
        "555.555.0100",
        "4111 1111 1111 1111",
        "123-45-6789",
    ],
)
def test_a_long_number_is_blanked(number: str) -> None:
    assert redact(f"call {number} today") == "call [number] today"


def test_a_number_after_a_date_is_blanked() -> None:
    assert "5550100" not in redact("on 2026-11-22 5550100")


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("My name is Anna Smith.", "My name is [name]."),
        ("my name is anna", "my name is [name]"),
        ("MY NAME IS ANNA", "MY NAME IS [name]"),
        ("I'm called Anna", "I'm called [name]"),
        ("I\u2019m called Anna", "I\u2019m called [name]"),
        ("my name\u2019s Anna", "my name\u2019s [name]"),
        ("The name's O'Neil-Bond", "The name's [name]"),
    ],
)
def test_a_stated_name_is_blanked(said: str, stored: str) -> None:
    assert redact(said) == stored


def test_what_follows_a_name_stays() -> None:
    assert redact("my name is anna taking warfarin for clots") == "my name is [name] taking warfarin for clots"


@pytest.mark.parametrize(
    "text",
    [
        "I am 72 and take warfarin 5 mg",
        "it happened on 2026-11-22",
        "it happened on 22.11.2026",
        "it happened on 11-22-2026",
        "since 12/05/2024",
        "at 2026-11-22 10:30",
        "my pressure is 140/90",
        "is it $180 to $240",
        "I am called back tomorrow",
        "",
    ],
)
def test_medicines_ages_and_dates_stay(text: str) -> None:
    assert redact(text) == text


def test_redacting_twice_changes_nothing_more() -> None:
    once = redact("my name is Anna, anna@example.org, +1 (555) 555-0100, https://example.org")
    assert redact(once) == once


@pytest.mark.parametrize(
    "secret", ["anna.smith@example.org", "212 555 0147", "+1 (555) 555-0100", "www.example.org/anna"]
)
def test_no_cut_through_a_long_message_leaves_half_of_what_identifies_somebody(secret: str) -> None:
    pieces = [secret[start : start + 4] for start in range(len(secret) - 3)]
    for place in range(MAX_MESSAGE_LENGTH - 800, MAX_MESSAGE_LENGTH - 600):
        said = kept("a" * place + f" {secret} " + "b" * MAX_MESSAGE_LENGTH + f" {secret} " + "c" * place)
        assert [piece for piece in pieces if piece in said] == [], place


@pytest.mark.parametrize("text", ["a" * 64_000, "a@b.cc " * 9_000, "\ud83d\x00" * 9_000, "word " * 9_000])
def test_at_most_so_much_is_kept(text: str) -> None:
    assert len(kept(text)) <= MAX_MESSAGE_LENGTH
    assert kept(kept(text)) == kept(text)


def test_of_a_long_message_the_last_words_are_kept() -> None:
    assert kept("word " * 9_000 + "I cannot breathe").endswith("I cannot breathe")


@pytest.mark.parametrize("text", ["My pressure is 140/90", "two\nlines", ""])
def test_a_short_message_is_kept_whole(text: str) -> None:
    assert kept(text) == text
