"""Many ways to type a thing come out as one."""

from __future__ import annotations

import pytest

from bot.safety.normalise import clean, phrase, sentences, without_accents


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("war\u200bfarin", "warfarin"),
        ("\ufeffhello\u202e", "hello"),
        ("a\x00b\x07", "ab"),
        ("soft\u00adhyphen", "softhyphen"),
        ("half an emoji \ud83d", "half an emoji"),
        ("  hello \n", "hello"),
    ],
)
def test_what_nobody_can_see_is_taken_out(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize("text", ["two\nlines", "a\ttab", "Ünïcödé", "😀 ok", "مرحبا", "你好"])
def test_what_people_can_see_is_kept(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("I can't breathe", "i cannot breathe"),
        ("i cant breathe", "i cannot breathe"),
        ("I can not breathe", "i cannot breathe"),
        ("I can\u2019t breathe", "i cannot breathe"),
        ("I'm pregnant", "i am pregnant"),
        ("im pregnant", "i am pregnant"),
        ("they won't", "they will not"),
        ("he doesn't", "he does not"),
        ("theyre here", "they are here"),
        ("we've tried", "we have tried"),
        ("what's ozone", "what is ozone"),
        ("my mother's tablets", "my mother tablets"),
        ("can u help", "can you help"),
        ("w/o ozone", "without ozone"),
    ],
)
def test_a_contraction_is_written_out(typed: str, normal: str) -> None:
    assert sentences(typed) == (normal,)


@pytest.mark.parametrize(("typed", "normal"), [("Café", "cafe"), ("MÜSLI", "musli"), ("naïve", "naive"), ("ｗｉｄｅ", "wide"), ("e\u0301", "e")])
def test_accents_case_and_width_make_no_difference(typed: str, normal: str) -> None:
    assert phrase(typed) == normal


def test_a_sentence_ends_at_its_marks_and_at_line_ends() -> None:
    assert sentences("One. Two! Three? Four; five\nsix… seven") == ("one", "two", "three", "four", "five", "six", "seven")


@pytest.mark.parametrize("mark", ["؟", "。", "！", "？", "।"])
def test_a_sentence_ends_at_the_marks_of_other_scripts(mark: str) -> None:
    assert len(sentences(f"one{mark}two")) == 2


def test_a_dot_between_digits_ends_nothing() -> None:
    assert sentences("it costs 3.50 now") == ("it costs 3 50 now",)


@pytest.mark.parametrize("text", ["", "   ", "...", "?!", "\u200b", "😀"])
def test_a_message_without_words_has_no_sentences(text: str) -> None:
    assert sentences(text) == ()


def test_stretched_letters_are_cut_to_two() -> None:
    assert phrase("heeeeelp meeee") == "heelp mee"


def test_repeated_digits_are_kept() -> None:
    assert phrase("call 000 or 1111") == "call 000 or 1111"


def test_punctuation_becomes_space() -> None:
    assert phrase("blood-thinner, (daily) a_b") == "blood thinner daily a b"


@pytest.mark.parametrize("text", ["हिन्दी में", "ช่วยด้วย"])
def test_vowel_signs_of_indic_and_thai_words_hold_them_together(text: str) -> None:
    assert len(phrase(text).split()) == len(text.split())


def test_normalising_twice_changes_nothing_more() -> None:
    once = phrase("I CAN'T   breathe!! Héééélp — it's my mother's.")
    assert phrase(once) == once


def test_accents_come_off_a_pattern_as_they_come_off_a_message() -> None:
    assert without_accents("помогай|cafés?|한국") == "помогаи|cafes?|한국"
