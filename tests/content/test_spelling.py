"""Texts are in one spelling, and what is not a text stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.countries import load_countries
from bot.content.files import ContentError
from bot.content.spelling import Spelling, load_spelling
from tests.conftest import DATA


@pytest.fixture(params=["US", "UK"])
def spelling(request: pytest.FixtureRequest) -> Spelling:
    return load_spelling(DATA / "spelling.yml", request.param)


@pytest.mark.parametrize(
    ("us", "uk"),
    [
        ("The center is gray.", "The centre is grey."),
        ("Color matters. Odors do too.", "Colour matters. Odours do too."),
        ("a complete blood count", "a full blood count"),
        ("an epinephrine pen and a bandage", "an adrenaline pen and a plaster"),
        ("anemia, hemolysis and tumors", "anaemia, haemolysis and tumours"),
        ("major autohemotherapy", "major autohaemotherapy"),
    ],
)
def test_a_text_is_put_into_either_spelling_from_either(us: str, uk: str) -> None:
    american, british = (load_spelling(DATA / "spelling.yml", name) for name in ("US", "UK"))
    assert {american.of(us), american.of(uk)} == {us}
    assert {british.of(us), british.of(uk)} == {uk}


@pytest.mark.parametrize(
    "text",
    [
        "Write to desk@color.example or centre@clinic.example.",
        "https://colour.example/center/x",
        "{color} and {emergency.centre}",
        "the Mayo Center and the Ozone Centre of Leeds",
        "colourful watercolor recentre",
    ],
)
def test_addresses_fields_names_and_parts_of_words_stay(text: str, spelling: Spelling) -> None:
    assert spelling.of(text) == text


@pytest.mark.parametrize("pairs", ["color: colour\nhue: colour\n", "color: colour\ncolour: hue\n"])
def test_a_word_that_stands_twice_is_refused(tmp_path: Path, pairs: str) -> None:
    (tmp_path / "spelling.yml").write_text(pairs)
    with pytest.raises(ContentError, match=r"spelling\.yml: a word stands twice"):
        load_spelling(tmp_path / "spelling.yml", "US")


def test_every_country_has_its_words_and_numbers() -> None:
    countries = load_countries(DATA / "countries.yml")
    assert {code: tuple(country.emergency_numbers) for code, country in countries.items()} == {
        "US": ("911",),
        "UK": ("999", "112"),
        "IE": ("112", "999"),
        "CA": ("911",),
        "AU": ("000", "112"),
        "NZ": ("111",),
        "other": (),
    }
    assert countries["UK"].words["medical_board"] == "the General Medical Council"


@pytest.mark.parametrize(
    "text",
    [
        "US: {regulator: x}\n",
        "US: {emergency_numbers: [1], a: x}\nUK: {emergency_numbers: [1], b: x}\n",
        "US: {emergency_numbers: [1], a: ''}\n",
    ],
)
def test_a_country_with_other_words_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "countries.yml").write_text(text)
    with pytest.raises(ContentError, match=r"countries\.yml"):
        load_countries(tmp_path / "countries.yml")
