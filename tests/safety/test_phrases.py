"""The language of the red flags: what each sign finds and leaves alone, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from bot.safety.phrases import Families, PhraseError, expression, one_a_line
from bot.safety.triage import bounded
from tests.conftest import DATA

FAMILIES = Families({"kin": ["mother", "son(s)", "{not after business} partner"], "asked": ["would", "if i"]})


def _finds(phrase: str, text: str) -> str | None:
    match = bounded(expression(phrase, FAMILIES), phrase).search(text)
    return match[0] if match else None


@pytest.mark.parametrize(
    ("phrase", "found", "left_alone"),
    [
        ("want to die", ["i want to die now"], ["i want to diet", "want die"]),
        ("my/his chest", ["my chest", "his chest"], ["her chest", "my own chest"]),
        ("[give up / stop] now", ["give up now", "stop now"], ["give now"]),
        (
            "cannot (really/even / at all) move",
            ["cannot move", "cannot even move", "cannot at all move"],
            ["cannot x move"],
        ),
        ("(so) cold", ["cold", "so cold"], ["col"]),
        ("cold (now)", ["cold", "cold now"], ["cool now"]),
        ("pain(s)/ache", ["pain", "pains", "ache"], ["paint", "aches"]),
        ("dizz[y/iness]", ["dizzy", "dizziness"], ["dizz"]),
        ("suicid*", ["suicide", "suicidal"], ["suici"]),
        ("drop_*", ["drops", "dropped"], ["drop"]),
        ("kill my *", ["kill my dog"], ["kill my"]),
        ("grand-father", ["grandfather", "grand father"], ["grand old father"]),
        ("is (very / a bit)... tight", ["is tight", "is very very tight", "is a bit very tight"], ["is not tight"]),
        ("[so / very]... ill", ["so ill", "very so ill"], ["ill"]),
        ("it is [so / very]...", ["it is so very"], ["it is"]),
        ("dizzy ~2 fell", ["dizzy fell", "dizzy and then fell"], ["dizzy and then she fell"]),
        ("since ... drip", ["since i had the drip", "since drip"], ["drip since"]),
        ("how ...10 die", ["how do i die"], ["how on earth could i ever die"]),
        ("START help END", ["help"], ["help me", "please help"]),
        ("help [me / END]", ["please help", "help me"], ["help him"]),
        ("is {not it/this} *", ["is that"], ["is it", "is this"]),
        ("fit {not state / for work}", ["a fit", "fit now", "fit stated"], ["fit state", "fit for work"]),
        ("{not after <asked>} i die", ["i die", "then i die"], ["would i die", "if i i die"]),
        ("{not after a/little} bit", ["he bit", "extra bit"], ["a bit", "little bit"]),
        ("{if after at work and/so} bye", ["at work and bye"], ["bye", "work and bye"]),
        ("home {if ... ozone}", ["home with ozone"], ["home with a dog", "ozone at home"]),
        ("my <kin>", ["my mother", "my sons", "my partner"], ["my dog", "my business partner"]),
        ("over 12#", ["over 123"], ["over 12", "over 1234"]),
        ("{number} pills", ["7 pills", "20 pills"], ["x pills"]),
        ("fever {39-42}", ["fever 40"], ["fever 38", "fever 400"]),
        ("for {word}", ["for cancer"], ["for 3"]),
    ],
)
def test_a_phrase_finds_what_it_says(phrase: str, found: Sequence[str], left_alone: Sequence[str]) -> None:
    assert [text for text in found if _finds(phrase, text) is None] == []
    assert [text for text in left_alone if _finds(phrase, text) is not None] == []


def test_words_are_told_without_the_space_beside_them() -> None:
    assert _finds("(so) cold (now)", "so cold then") == "so cold"


@pytest.mark.parametrize(
    ("phrase", "remedy"),
    [
        ("can't", "`'` means nothing here"),
        ("a|b", "`|` means nothing here"),
        ("my <dog>", "<dog> is not listed"),
        ("[a / b", "no `]` closes"),
        ("a / b", "on a line of its own"),
        ("[a / ]", "something is missing"),
        ("a/", "something is missing"),
        ("~3", "fits any words"),
        ("(so) *", "fits any words"),
        ("...", "fits any words"),
        ("[* / a]", "fits any words"),
        ("a ~0 b", "passes over too much or nothing"),
        ("a ~99 b", "passes over too much or nothing"),
        ("a [(b)] c", "may all be left out"),
        ("(a)(b) c", "needs letters beside"),
        ("a/(b)", "cannot be one of several words"),
        ("a {not after b}", "stands before the word"),
        ("{not after b*} a", "plain words only"),
        ("{9-3} a", "counts down"),
        ("grand-", "needs letters beside"),
    ],
)
def test_a_phrase_that_cannot_be_meant_is_refused_with_the_remedy(phrase: str, remedy: str) -> None:
    with pytest.raises(PhraseError) as refused:
        expression(phrase, FAMILIES)
    assert remedy in str(refused.value)


def test_a_family_may_hold_another_and_never_itself() -> None:
    assert bounded(expression("<a>", Families({"a": ["<b>", "x"], "b": ["y"]})), "a").search("y")
    with pytest.raises(PhraseError, match="holds itself"):
        expression("<a>", Families({"a": ["<b>"], "b": ["<a>"]}))


def test_a_block_is_read_one_phrase_a_line() -> None:
    block = "one\n# a word on it\ntwo\n  goes on\n\nthree"
    assert one_a_line(block) == [(0, "one"), (2, "two goes on"), (5, "three")]


@pytest.mark.parametrize("path", sorted((DATA / "safety").glob("*.yml")), ids=lambda path: path.name)
def test_the_shipped_rules_are_read_by_any_yaml_loader(path: Path) -> None:
    assert yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)


@pytest.mark.parametrize("path", sorted((DATA / "safety").glob("*.yml")), ids=lambda path: path.name)
def test_no_line_of_a_shipped_rule_is_wider_than_a_screen(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "patterns:" in lines and len(line) > 120] == []
