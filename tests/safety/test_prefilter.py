"""The short cut to the rules that can match leaves out none that would."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.content.shared import shared_triage
from bot.safety.normalise import sentences
from bot.safety.prefilter import Prefilter, required_fragments
from bot.settings import Settings

_PIECES = st.sampled_from(
    ["a", "b", "c", "ab", "bca", "[ab]", "[^a]", ".", r"\b", r"\w", "(?=a)", "(?!b)", "(?<!c)", "(?<=b)", " "]
)
PATTERNS = st.recursive(
    _PIECES,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map("".join),
        st.lists(parts, min_size=2, max_size=3).map(lambda options: f"(?:{'|'.join(options)})"),
        st.tuples(parts, st.sampled_from(["?", "*", "+", "{2}", "{0,2}", "{1,3}?"])).map(
            lambda repeated: f"(?:{repeated[0]}){repeated[1]}"
        ),
        parts.map(lambda part: f"(?>{part})"),
        parts.map(lambda part: rf"(?P<twice>{part})(?P=twice)" if "twice" not in part else part),
    ),
    max_leaves=8,
)


@given(patterns=st.lists(PATTERNS, min_size=1, max_size=4), text=st.text("abc ", max_size=12))
def test_a_pattern_that_matches_is_worth_searching(patterns: list[str], text: str) -> None:
    compiled = [re.compile(pattern) for pattern in patterns if pattern.count("?P<twice>") < 2]
    worth = Prefilter(compiled).worth_searching(text)
    assert worth == sorted(worth)
    assert {number for number, pattern in enumerate(compiled) if pattern.search(text)} <= set(worth)


@pytest.mark.parametrize(
    ("pattern", "fragments"),
    [
        (r"\b(?:chest|cheek) pains?\b", {"chest pain", "cheek pain"}),
        (r"stroke|palsy", {"stroke", "palsy"}),
        (r"(?:very )?dizzy .* walk(?:ed|ing)", {" walked", " walking"}),
        (r"no(?= way).*", {"no"}),
        (r"\w+", None),
        (r"warfarin|.", None),
        (r"(?i)warfarin", None),
        (r"(?i:war)farin", {"farin"}),
        (r"faint?", {"fain"}),
        (r"(?>.*?faint).*", {"faint"}),
    ],
)
def test_required_fragments(pattern: str, fragments: set[str] | None) -> None:
    assert required_fragments(re.compile(pattern)) == fragments


def test_every_rule_finds_what_it_finds_without_the_short_cut() -> None:
    triage = shared_triage()
    texts = [text for rule in triage.rules for text in (*rule.fires, *rule.silent)]
    for path in sorted((Settings().data / "nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            texts += [line.removeprefix("- ") for line in block["examples"].splitlines()][::25]
    patterns = [rule.pattern for rule in triage.rules]
    prefilter = Prefilter(patterns)
    missed = [
        (triage.rules[number].id, sentence)
        for text in texts
        for sentence in sentences(text)
        for number in {number for number, pattern in enumerate(patterns) if pattern.search(sentence)}
        - set(prefilter.worth_searching(sentence))
    ]
    assert not missed


def test_few_rules_are_searched_for() -> None:
    triage = shared_triage()
    prefilter = Prefilter([rule.pattern for rule in triage.rules])
    assert len(prefilter.worth_searching("what does a session cost")) < len(triage.rules) / 5
