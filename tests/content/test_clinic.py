"""A fact that is not what it must be is refused with its line and the remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.content.clinic import load_clinic
from bot.content.files import ContentError, Written, read_written
from bot.content.kinds import KINDS, KindError
from bot.content.schema import NEEDED, load_schema
from tests.conftest import DATA
from tests.content.conftest import edit


def _refused(data: Path) -> str:
    with pytest.raises(ContentError) as caught:
        load_clinic(data / "clinic.yml")
    return str(caught.value)


def test_the_shipped_facts_are_in_order() -> None:
    assert (
        load_clinic(DATA / "clinic.yml").fields["hours"] == "Monday to Friday, 9 am to 5 pm; closed on public holidays"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'phone: "555-0100"',
            "phone: nine one one",
            r":7: the field `phone` is 'nine one one'; write the number to call in digits",
        ),
        (
            'number: "911"',
            "number: nine one one",
            r":\d+: the field `emergency\.number` is 'nine one one'; write the number to call in digits",
        ),
        (
            "the crisis line at 988",
            "the crisis line",
            r"`emergency\.crisis` is 'the crisis line', without a number to call",
        ),
        (
            "retention_days: 180",
            "retention_days: six months",
            r":\d+: the field `retention_days` is 'six months'; write a whole number in digits",
        ),
        ("silence_minutes: 60", "silence_minutes: 0", r"`silence_minutes` is '0'; write a number of minutes"),
        (
            "https://small.example",
            "clinic,example",
            r":6: the field `website` is 'clinic,example'; write the whole address of the page",
        ),
        ("https://small.example", "clinic.example", r"`website` is 'clinic\.example'; write the whole address"),
        (
            "email: desk@small.example",
            "email: desk at small.example",
            r"`email` is 'desk at small\.example'; write one e-mail address",
        ),
        ("name: Small Clinic", 'name: ""', r":2: the field `name` is missing or empty; fill it in"),
        ("name: Small Clinic", "name: true", r":2: the field `name` is 'true', which is no name"),
        ("name: Small Clinic", "name: [a, b]", r":2: the field `name` must be a single value, not a list"),
        (
            "a car park behind the house",
            "lot #4 behind the house",
            r"`parking` is cut at the `#`, so that '#4 behind the house' is lost; put the whole value",
        ),
        ("a car park behind the house", "“a car park”", r"`parking` has the curly quote “; write straight ones"),
        ("a car park behind the house", "a car park.", r"`parking` ends with a full stop"),
        (
            "a car park behind the house",
            "tbd",
            r"`parking` is 'tbd'; write what it is, or, where the fact is not required, the one word unknown",
        ),
        ("a car park behind the house", "Unknown.", r"`parking` is 'Unknown\.'; write what it is"),
        ("name: Small Clinic", "name: unknown", r"`name` is `unknown`, but no clinic can do without it"),
        ("parking:", "parknig:", r":9: the field `parknig` is no known fact\. Did you mean `parking`\?"),
        (
            "parking: a car park behind the house\n",
            "",
            r"`parking` is missing or empty \(Where cars can be left\)\. Add it, or the line `parking: unknown`",
        ),
        (
            'phone: "555-0100"\n',
            "",
            r"the field `phone` is missing or empty \(The number that patients call\)\. Every clinic needs it",
        ),
        ('phone: "555-0100"\n', 'phone: "555-0100"\nphone: "555-0101"\n', r":8: `phone` stands twice, first in line 7"),
        (
            "time_zone: America/New_York",
            "time_zone: New York time",
            r"`time_zone` is 'New York time', which is no time zone",
        ),
        ("country: US", "country: USA", r":3: the field `country` is 'USA'; write one of US, AU"),
        ("spelling: US", "spelling: british", r":4: the field `spelling` is 'british'; write one of US, UK"),
        ('number: "911"', 'number: "991"', r"`emergency\.number` is 991; in the country US it is 911"),
        ("  Monday:", "  Mondey:", r":11: the field `hours` has the unknown weekday `Mondey`; write Monday"),
        ("  Sunday: closed\n", "", r"`hours` says nothing of Sunday; write when you are open, or `Sunday: closed`"),
        (
            "Tuesday: 9 am to 5 pm",
            "Tuesday: 5 pm to 9 am",
            r":12: the field `hours` \(Tuesday\): '5 pm to 9 am' ends before it starts",
        ),
        ("Tuesday: 9 am to 5 pm", "Tuesday: 9 to 5", r"\(Tuesday\): '9' is no time of day; write `9 am` or `9:00`"),
        ("Tuesday: 9 am to 5 pm", "Tuesday:", r":12: the field `hours` is missing or empty"),
        ("2026-12-25:", "25 December:", r"`holidays`: '25 December' is no date; write it as 2026-12-25"),
        ("2026-12-25:", "2026-12-25 to 2026-12-24:", r"`holidays`: '2026-12-25 to 2026-12-24' ends before it starts"),
        (
            "2026-12-25:",
            "2026-12-25: Boxing Day\n  2026-12-24 to 2026-12-26:",
            r"`holidays` names 2026-12-25 twice; keep one",
        ),
        ("fictional: true", "fictional: perhaps", r":1: the field `fictional` is 'perhaps'; write yes or no"),
    ],
)
def test_a_fact_that_cannot_be_used_is_refused_with_its_line_and_the_remedy(
    data: Path, old: str, new: str, message: str
) -> None:
    edit(data / "clinic.yml", old, new)
    assert re.search(rf"clinic\.yml.*{message}", _refused(data))


def test_everything_that_is_wrong_is_told_at_once(data: Path) -> None:
    edit(data / "clinic.yml", 'phone: "555-0100"', "phone: call us")
    edit(data / "clinic.yml", "retention_days: 180", "retention_days: long")
    assert len(_refused(data).splitlines()) == 2


@pytest.mark.parametrize(("written", "meant"), [("true", True), ("yes", True), ("no", False), ('"false"', False)])
def test_fictional_is_yes_or_no(data: Path, written: str, meant: bool) -> None:
    edit(data / "clinic.yml", "fictional: true", f"fictional: {written}")
    assert load_clinic(data / "clinic.yml").fictional is meant


def test_a_clinic_that_does_not_say_so_is_not_fictional(data: Path) -> None:
    edit(data / "clinic.yml", "fictional: true\n", "")
    assert load_clinic(data / "clinic.yml").fictional is False


def test_an_emergency_number_keeps_its_zeros(data: Path) -> None:
    edit(data / "clinic.yml", 'number: "911"', "number: 000")
    edit(data / "clinic.yml", "country: US", "country: AU")
    assert load_clinic(data / "clinic.yml").fields["emergency.number"] == "000"


def test_the_contact_tells_how_to_reach_the_clinic(data: Path) -> None:
    contact = {
        "name": "Small Clinic",
        "phone": "555-0100",
        "email": "desk@small.example",
        "website": "https://small.example",
    }
    assert load_clinic(data / "clinic.yml").contact() == contact


def test_a_fact_that_is_unknown_has_no_words(data: Path) -> None:
    edit(data / "clinic.yml", "parking: a car park behind the house", "parking: unknown")
    clinic = load_clinic(data / "clinic.yml")
    assert "parking" not in clinic.fields
    assert clinic.unknown == {"parking"}


def test_a_yes_no_fact_is_said_in_the_words_of_the_schema(data: Path) -> None:
    edit(
        data / "clinic_schema.yml",
        "hours:",
        "offers.water: {kind: yes/no, means: Water., 'yes': We offer this here., 'no': We do not.}\nhours:",
    )
    edit(data / "clinic.yml", "holidays:", "offers:\n  water: no\nholidays:")
    assert load_clinic(data / "clinic.yml").fields["offers.water"] == "We do not."


def test_a_text_follows_the_spelling_and_a_name_does_not(data: Path) -> None:
    edit(data / "clinic.yml", "name: Small Clinic", "name: the color center")
    edit(data / "clinic.yml", "a car park behind the house", "a car park by the center")
    fields = load_clinic(data / "clinic.yml", "UK").fields
    assert (fields["name"], fields["parking"]) == ("the color center", "a car park by the centre")


# Kinds


def _read(kind: str, text: str, folder: Path) -> object:
    path = folder / "value.yml"
    path.write_text(f"value: {text}\n", encoding="utf-8")
    return KINDS[kind].read(dict(read_written(path).pairs)["value"])


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("phone", "+44 (0)20 7946-0018", "+44 (0)20 7946-0018"),
        ("phone", "000", "000"),
        ("helpline", "NHS 111", "NHS 111"),
        ("e-mail", "care@a-b.clinic.example", "care@a-b.clinic.example"),
        ("URL", "https://clinic.example/where?a=1", "https://clinic.example/where?a=1"),
        ("money", "$120", "$120"),
        ("money", "$1,180.50 to $2,400", "$1,180.50 to $2,400"),
        ("money", "90 €", "90 €"),
        ("money", "AUD 90", "AUD 90"),
        ("number", "0", "0"),
        ("minutes", "1440", "1440"),
        ("sentence", "Can you? We can't; it’s closed.", "Can you? We can't; it’s closed."),
        ("text", "lot 5#6", "lot 5#6"),
        ("text", "'lot #4'", "lot #4"),
        ("list", "[English]", "English"),
        ("list", "[English, Spanish, Greek]", "English, Spanish and Greek"),
        ("yes/no", "yes", True),
        ("holidays", "none", {}),
    ],
)
def test_what_a_kind_allows(kind: str, text: str, words: object, tmp_path: Path) -> None:
    assert _read(kind, text, tmp_path) == words


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("phone", "call 911"),
        ("phone", "12"),
        ("phone", "1234567890123456"),
        ("e-mail", "a@b"),
        ("e-mail", "a@clinic,example"),
        ("e-mail", "a@clinic.example, b@clinic.example"),
        ("URL", "http://clinic"),
        ("URL", "https://clinic example.com"),
        ("money", "120"),
        ("money", "a hundred dollars"),
        ("number", "-1"),
        ("number", "1.5"),
        ("minutes", "1441"),
        ("minutes", "an hour"),
        ("sentence", "no full stop"),
        ("text", "yes"),
        ("list", "English and Spanish"),
        ("list", "[]"),
        ("list", "[English, unknown]"),
        ("yes/no", "maybe"),
        ("hours", "9 to 5"),
        (
            "hours",
            (
                "{Monday: closed, Tuesday: closed, Wednesday: closed, Thursday: closed, Friday: closed, Saturday:"
                " closed, Sunday: closed}"
            ),
        ),
        ("holidays", "Christmas"),
        ("time zone", "EST5"),
        ("time zone", "../etc/passwd"),
    ],
)
def test_what_a_kind_refuses(kind: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(KindError):
        _read(kind, text, tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_takes_an_empty_value(kind: str) -> None:
    with pytest.raises(KindError):
        KINDS[kind].read(Written(1, text=""))


# How the pages look

LOOKS = """\
logo: {kind: picture, means: The logo.}
brand_color: {kind: color, means: The color.}
"""


def _with_looks(data: Path, facts: str) -> Path:
    schema, clinic = data / "clinic_schema.yml", data / "clinic.yml"
    schema.write_text(schema.read_text(encoding="utf-8") + LOOKS, encoding="utf-8")
    clinic.write_text(clinic.read_text(encoding="utf-8") + facts, encoding="utf-8")
    return clinic


@pytest.mark.parametrize("facts", ["", "logo: unknown\nbrand_color: unknown\n"])
def test_a_clinic_without_logo_and_color_looks_plain(data: Path, facts: str) -> None:
    assert not {"logo", "brand_color"} & set(load_clinic(_with_looks(data, facts)).fields)


def test_a_logo_lies_beside_the_facts(data: Path) -> None:
    (data / "our-logo.png").write_bytes(b"picture")
    fields = load_clinic(_with_looks(data, 'logo: our-logo.png\nbrand_color: "#5B2D82"\n')).fields
    assert (fields["logo"], fields["brand_color"]) == ("our-logo.png", "#5b2d82")


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            "logo: logo.svg",
            r"`logo` is 'logo\.svg', but there is no such file beside clinic\.yml\. Put it there, or write unknown\.",
        ),
        ("logo: ../secret.svg", r"`logo` is '\.\./secret\.svg'; write the name of a file that lies beside clinic\.yml"),
        ("logo: logo.pdf", r"`logo` is 'logo\.pdf'; write the name of a file"),
        ("logo: large.png", r"large\.png: has 300 kB; a picture on a page has at most 200 kB\. Make it smaller\."),
        ("brand_color: teal", r"`brand_color` is 'teal'; write the color with six digits in quotes, such as '#0d5f5b'"),
        ("brand_color: '#0d5'", r"`brand_color` is '#0d5'; write the color"),
        ("brand_color: '#0d5f5b; } body { display: none'", r"`brand_color` is '#0d5f5b; } body .*'; write the color"),
    ],
)
def test_a_look_that_cannot_be_shown_is_refused_with_the_remedy(data: Path, facts: str, message: str) -> None:
    (data / "large.png").write_bytes(bytes(300_000))
    with pytest.raises(ContentError, match=message):
        load_clinic(_with_looks(data, f"{facts}\n"))


# The schema


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{kind: text, means: Where cars can be left.}", "{kind: text}", "`parking` needs `kind` and `means`"),
        (
            "{kind: text, means: Where cars can be left.}",
            "{kind: words, means: Where.}",
            "`parking` has the kind 'words'",
        ),
        ("{kind: text, means: Where cars can be left.}", "{kind: text, means: ' '}", "`parking`: `required` must be"),
        (
            "{kind: text, means: Where cars can be left.}",
            "{kind: text, means: W., required: maybe}",
            "`parking`: `required` must be",
        ),
        ("{kind: text, means: Where cars can be left.}", "{kind: yes/no, means: W.}", "`parking`: a yes/no fact"),
        (
            "{kind: text, means: Where cars can be left.}",
            "{kind: text, means: W., 'no': None.}",
            "`parking`: a yes/no fact",
        ),
        (
            "phone: {kind: phone, required: true,",
            "phone: {kind: phone,",
            "`phone` must be there with `kind: phone` and `required: true`",
        ),
        (
            "retention_days: {kind: number,",
            "retention_days: {kind: text,",
            "`retention_days` must be there with `kind: number`",
        ),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_by_name(data: Path, old: str, new: str, message: str) -> None:
    edit(data / "clinic_schema.yml", old, new)
    with pytest.raises(ContentError, match=rf"clinic_schema\.yml: {message}"):
        load_schema(data / "clinic_schema.yml")


def test_what_is_needed_for_safety_is_required_of_every_clinic() -> None:
    required = {name for name, fact in load_schema(DATA / "clinic_schema.yml").items() if fact.required}
    assert required == {*NEEDED, "age_minimum"}
