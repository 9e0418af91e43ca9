"""No message takes long to look at: whatever its shape, 64 kB cost about eight times what 8 kB do."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest

from bot.content.day_words import asked
from bot.content.form_words import load_form_words
from bot.content.languages import load_languages
from bot.content.library import Library
from bot.content.plain_words import load_plain_words
from bot.content.shared import shared_second_reader, shared_triage
from bot.content.short_questions import load_short_questions
from bot.conversation.in_context import may_lean, points_back
from bot.conversation.request_form import changed, fault_of, is_contact, takes, tells_a_time
from bot.on_rasa.question_parts import parts_of_message
from bot.safety.asked import asked_part, asks_for_a_judgement
from bot.safety.cues import cues
from bot.safety.normalise import MAX_MESSAGE_LENGTH, clean, every_sentence, phrase, sentences, shortened
from bot.safety.redaction import (
    born,
    born_elsewhere,
    codes,
    dwellings,
    employers,
    introduced,
    issued,
    kept,
    numbers,
    offices,
    online,
    people,
    places,
    redact,
    registers,
    said_numbers,
)
from bot.safety.triage import Rule, Triage
from bot.understanding.verdict import parts_of
from bot.vocabulary import FORM_SLOTS
from tests.conftest import DATA
from tests.hostile import PART, SHAPES, WHOLE, affordable, hostile, seconds, too_dear, without_order, yardstick

RULES = shared_triage().rules
LANGUAGES = load_languages(DATA)
FORM_WORDS = load_form_words(DATA)
PLAIN_WORDS = load_plain_words(DATA)
KINDS = (
    born,
    born_elsewhere,
    codes,
    online,
    places,
    dwellings,
    employers,
    offices,
    issued,
    numbers,
    people,
    introduced,
    registers,
    said_numbers,
)
REDACTIONS = [pattern for kind in KINDS for pattern in vars(kind).values() if isinstance(pattern, re.Pattern)]
PIECES = {piece for shape in SHAPES for piece in list(every_sentence(hostile(shape, 2_000)))[:2]}
"""Of every shape two of the longest pieces that a rule is ever run on."""


def form(text: str) -> None:
    """Everything that the form looks for in a message."""
    for slot in FORM_SLOTS:
        takes(slot, text, FORM_WORDS)
        fault_of(slot, text, FORM_WORDS)
        changed(slot, text, FORM_WORDS)
    is_contact(text)
    tells_a_time(text)


def conversation(text: str) -> None:
    """Everything else that is looked for in a message, whatever the conversation."""
    asks_for_a_judgement(asked_part(text))
    cues(text)
    may_lean(text, 0.5)
    points_back(text)
    asked(text, date(2026, 1, 1), {date(2026, 12, 25): "Christmas Day"})
    any(text in words for words in (PLAIN_WORDS.yes, PLAIN_WORDS.no, PLAIN_WORDS.over))


def second_reading(text: str) -> None:
    """What a disguised message says: of a long one nothing, so the longest that is read is tried too."""
    shared_second_reader().read(text)
    shared_second_reader().read(text[:400])


READING = (clean, shortened, sentences, phrase, parts_of_message, parts_of, LANGUAGES.of, second_reading)
WORK = (*READING, redact, kept, form, conversation)


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__)
def test_a_step_costs_no_more_than_its_share(work: Callable[[str], object]) -> None:
    assert too_dear(work) == []


@pytest.mark.parametrize("shape", SHAPES)
def test_all_rules_together_cost_no_more_than_their_share(triage: Triage, shape: str) -> None:
    assert affordable(triage.check, hostile(shape), hostile(shape, PART))


def test_a_short_question_is_looked_up_at_no_more_than_its_share(library: Library) -> None:
    questions = load_short_questions(DATA, library)
    assert too_dear(lambda text: questions.target(text, None, library)) == []


@pytest.mark.parametrize("pattern", REDACTIONS, ids=lambda pattern: pattern.pattern[:30])
def test_a_redaction_costs_no_more_than_its_share(pattern: re.Pattern[str]) -> None:
    """On half as much, for there are many; all of them together are tried on 64 kB above, as `redact`."""
    assert too_dear(lambda text: pattern.sub("", text), WHOLE // 2) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_costs_no_more_than_its_share(rule: Rule) -> None:
    """On its own words without any order: what begins to fit everywhere, and fits nowhere, is the dearest."""
    its_words = without_order([*phrase(" ".join(rule.fires + rule.silent)).split(), "i", "a", "my"])

    def search(text: str) -> object:
        return [rule.search(sentence) for sentence in every_sentence(text)]

    assert affordable(search, its_words(WHOLE), its_words(PART))


def _quick(rule: Rule, piece: str) -> bool:
    spent = seconds(rule.search, piece)
    return spent < 0.002 or spent < 6 * yardstick()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_quick_on_the_longest_piece_of_anything(rule: Rule) -> None:
    """Some 10 ms at most on a machine that has nothing else to do, 2.5 times what the dearest takes: so long everybody
    else waits for a piece.
    """
    beginnings = (" ".join(phrase(text).split()[:words]) + " " for text in rule.fires for words in (1, 2, 3))
    pieces = PIECES | {sentence for beginning in beginnings for sentence in list(every_sentence(beginning * 400))[:1]}
    assert [piece[:40] for piece in pieces if not any(_quick(rule, piece) for _ in range(5))] == []


@pytest.mark.parametrize("shape", SHAPES)
def test_no_more_is_read_and_kept_of_a_message_than_of_a_long_one(shape: str) -> None:
    assert len(shortened(hostile(shape))) <= MAX_MESSAGE_LENGTH
    assert len(kept(hostile(shape))) <= MAX_MESSAGE_LENGTH


def test_of_many_sentences_the_first_and_the_last_are_judged_each_on_its_own() -> None:
    said = [f"say {number} now" for number in range(100)]
    assert parts_of(". ".join(said)) == [*said[:32], *said[-32:]]
    assert parts_of(". ".join(said[:64])) == said[:64]


@pytest.mark.parametrize("shape", SHAPES)
def test_an_emergency_after_64_kilobytes_of_anything_is_found(triage: Triage, shape: str) -> None:
    assert triage.check(f"{hostile(shape)} I cannot breathe")[0].category.startswith("emergency_")
