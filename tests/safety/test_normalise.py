"""Many ways to type a thing come out as one."""

from __future__ import annotations

import pytest

from bot.safety.normalise import MAX_MESSAGE_LENGTH as LONGEST
from bot.safety.normalise import clean, every_sentence, phrase, sentences, shortened, without_accents


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("war\u200bfarin", "warfarin"),
        ("\ufeffhello\u202e", "hello"),
        ("a\x00b\x07", "ab"),
        ("soft\u00adhyphen", "softhyphen"),
        ("half an emoji \ud83d", "half an emoji"),
        ("  hello \n", "hello"),
        ("a   b", "a b"),
        ("a \t b", "a b"),
        ("a\u00a0\u3000b", "a b"),
        ("a \n b", "a\nb"),
        ("a\r\nb", "a\nb"),
        ("a\r\rb", "a\nb"),
        ("a\n\n\n\nb", "a\n\nb"),
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


@pytest.mark.parametrize(
    ("typed", "normal"),
    [("Café", "cafe"), ("MÜSLI", "musli"), ("naïve", "naive"), ("ｗｉｄｅ", "wide"), ("e\u0301", "e")],
)
def test_accents_case_and_width_make_no_difference(typed: str, normal: str) -> None:
    assert phrase(typed) == normal


def test_a_sentence_ends_at_its_marks_and_at_line_ends() -> None:
    assert sentences("One. Two! Three? Four; five\nsix… seven") == (
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
    )


@pytest.mark.parametrize("mark", ["؟", "。", "！", "？", "।"])
def test_a_sentence_ends_at_the_marks_of_other_scripts(mark: str) -> None:
    assert len(sentences(f"one{mark}two")) == 2


def test_a_dot_between_digits_ends_nothing() -> None:
    assert sentences("it costs 3.50 now") == ("it costs 3 50 now",)


@pytest.mark.parametrize("text", ["", "   ", "...", "?!", "\u200b", "🌵"])
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


NUMBERED = [f"word{number}" for number in range(1_000)]
LONG = " ".join(NUMBERED)


@pytest.mark.parametrize("text", ["", "short", "a" * LONGEST, "a" + " " * 60_000 + "b"])
def test_a_message_that_is_not_too_long_is_read_whole(text: str) -> None:
    assert shortened(text) == clean(text)


def test_of_a_message_that_is_too_long_the_beginning_and_the_end_are_read() -> None:
    beginning, end = (part.split() for part in shortened(LONG).split("…"))
    assert beginning == NUMBERED[: len(beginning)]
    assert end == NUMBERED[-len(end) :]
    assert LONGEST - 200 <= len(shortened(LONG)) <= LONGEST


@pytest.mark.parametrize("text", [LONG, "a" * 64_000, "\n ".join(NUMBERED), "x " + "a" * 64_000])
def test_what_is_shortened_stays_as_it_is(text: str) -> None:
    assert shortened(shortened(text)) == shortened(text)
    assert len(shortened(text)) <= LONGEST


def test_of_a_message_that_is_too_long_the_sentences_are_those_of_what_is_read_of_it() -> None:
    assert sentences(LONG) == sentences(shortened(LONG))
    assert phrase(LONG) == phrase(shortened(LONG))


@pytest.mark.parametrize("mark", [". ", "? ", "! ", "; ", "\n", "\r", "؟", "।", "。", "！", "？", "…"])
def test_every_sentence_of_a_long_message_comes_whole_and_in_order(mark: str) -> None:
    said = [f"this is sentence number {number} of a message" for number in range(1_000)]
    assert list(every_sentence(mark.join(said))) == said


def test_every_sentence_of_a_short_message_is_a_sentence() -> None:
    text = "One. Two! I can't breathe?\nSix… seven"
    assert tuple(every_sentence(text)) == sentences(text)


def test_a_sentence_of_many_words_comes_in_pieces_that_share_a_hundred_characters() -> None:
    pieces = list(every_sentence(LONG))
    assert max(map(len, pieces)) <= 400 + len("… ") + len(" …")
    told = [LONG[start : start + 100].strip() for start in range(0, len(LONG) - 100)]
    assert [words for words in told if not any(words in piece for piece in pieces)] == []


def test_a_piece_shows_where_it_is_torn() -> None:
    first, *middle, last = every_sentence(LONG)
    assert (first[0], first[-1], last[0], last[-1]) == ("w", "…", "…", "9")
    assert {(piece[0], piece[-1]) for piece in middle} == {("…", "…")}


def test_a_sentence_of_400_characters_is_not_torn() -> None:
    assert list(every_sentence("a" * 400)) == ["aa"]
    assert list(every_sentence(f"{LONG[:394]} end.")) == [f"{LONG[:394]} end"]


def test_a_word_without_end_comes_in_pieces_too() -> None:
    letters = "".join(chr(97 + number * number % 23) for number in range(64_000))
    pieces = list(every_sentence(letters))
    assert max(map(len, pieces)) <= 404
    assert len(pieces) <= 64_000 // 300 + 1


@pytest.mark.parametrize(
    ("signs", "said"),
    [("🆘", ("sos",)), ("🚑🚑", ("sos",)), ("👍🏽", ("ok",)), ("🙏 ❤️", ("thank you",)), ("👋", ("hello",))],
)
def test_a_message_of_signs_says_what_they_mean(signs: str, said: tuple[str, ...]) -> None:
    assert sentences(signs) == said


def test_beside_words_a_sign_says_nothing() -> None:
    assert sentences("any discount? 🙏🚑") == ("any discount",)
