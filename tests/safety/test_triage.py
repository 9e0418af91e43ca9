"""How rules and word lists become findings, on small rules of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.safety.normalise import MAX_MESSAGE_LENGTH, phrase, sentences
from bot.safety.triage import Finding, Rule, RuleError, Triage, WordList, compile_pattern

QUESTIONS = Path(__file__).resolve().parent.parent / "questions"
CATEGORIES = ("emergency", "medicine", "general")
EMERGENCY = Rule("breath", "emergency", compile_pattern("cannot breathe", {}, "breath"))
GENERAL = Rule("mine", "general", compile_pattern("my (case|body)", {}, "mine"))
BLOOD = WordList("blood", "medicine", ("warfarin", "clopidogrel", "blood thinner", "St John's wort", "insulin"))
SMALL = Triage(CATEGORIES, [GENERAL, EMERGENCY], [BLOOD], frozenset({"clopidogrex"}))


def _rules(text: str) -> list[str]:
    return [finding.rule for finding in SMALL.check(text)]


def test_the_gravest_finding_comes_first_whatever_is_said_first() -> None:
    assert _rules("In my case I take warfarin. I cannot breathe.") == ["breath", "blood", "mine"]


def test_findings_of_one_category_come_in_the_order_of_the_message() -> None:
    assert [finding.words for finding in SMALL.check("insulin and then warfarin")] == ["insulin", "warfarin"]


def test_the_order_of_the_categories_decides_and_not_that_of_the_rules() -> None:
    turned = Triage(tuple(reversed(CATEGORIES)), SMALL.rules, SMALL.lists)
    assert turned.check("In my case I cannot breathe")[0].rule == "mine"


def test_a_finding_names_category_rule_and_words() -> None:
    assert SMALL.check("Help, I CAN'T breathe!") == (Finding("emergency", "breath", "cannot breathe"),)


def test_a_thing_said_twice_is_found_once() -> None:
    assert _rules("I cannot breathe. I cannot breathe.") == ["breath"]


@pytest.mark.parametrize("text", ["", "   ", "?!", "What is ozone?"])
def test_ordinary_words_give_no_finding(text: str) -> None:
    assert SMALL.check(text) == ()


def test_a_pattern_does_not_reach_over_the_end_of_a_sentence() -> None:
    assert SMALL.check("Of course I cannot. Breathe is a nice word.") == ()


def test_a_pattern_fires_on_whole_words_only() -> None:
    assert SMALL.check("my bodywork") == ()


def test_a_name_of_several_words_is_found() -> None:
    assert [finding.words for finding in SMALL.check("I am on a blood-thinner now")] == ["blood thinner"]


@pytest.mark.parametrize("typed", ["St John's wort", "st johns wort", "ST JOHN\u2019S WORT"])
def test_a_name_with_an_apostrophe_is_found_with_and_without_it(typed: str) -> None:
    assert _rules(typed) == ["blood"]


@pytest.mark.parametrize("typed", ["blood thinners", "insulins", "warfarins"])
def test_the_plural_of_a_name_is_found(typed: str) -> None:
    assert _rules(typed) == ["blood"]


@pytest.mark.parametrize(
    "typed", ["clopidogel", "cloppidogrel", "clopidogral", "clopidorgel", "warfarine", "warfrin", "wafrarin"]
)
def test_one_slip_in_a_long_name_is_forgiven(typed: str) -> None:
    assert _rules(f"I take {typed}") == ["blood"]


@pytest.mark.parametrize("typed", ["clopidgl", "waferins", "klopidogral"])
def test_two_slips_are_not_forgiven(typed: str) -> None:
    assert _rules(f"I take {typed}") == []


def test_a_slip_in_a_short_name_is_not_forgiven() -> None:
    assert _rules("I take inulin") == []


def test_an_everyday_word_is_not_taken_for_a_misspelt_name() -> None:
    assert _rules("clopidogrex") == []


def test_the_longest_name_is_preferred() -> None:
    small = Triage(("c",), [], [WordList("short", "c", ("vitamin",)), WordList("long", "c", ("vitamin k blocker",))])
    assert [finding.rule for finding in small.check("a vitamin k blocker")] == ["long"]


def test_unless_stops_a_rule() -> None:
    rule = Rule(
        "die",
        "emergency",
        compile_pattern("want to die", {}, "die"),
        unless=compile_pattern("want to die laughing", {}, "die"),
    )
    assert rule.search("i want to die laughing") is None


def test_unless_stops_a_rule_for_its_own_sentence_only() -> None:
    rule = Rule(
        "die", "emergency", compile_pattern("want to die", {}, "die"), unless=compile_pattern("laughing", {}, "die")
    )
    assert Triage(("emergency",), [rule], []).check("I was laughing. I want to die.")


def test_a_macro_stands_for_its_words() -> None:
    assert compile_pattern("my <kin>", {"kin": ["mother", "sons?"]}, "kin").search("for my sons now")


def test_a_macro_may_hold_macros() -> None:
    assert compile_pattern("<all>", {"all": ["<one>", "two"], "one": ["uno"]}, "all").search("uno")


def test_a_macro_stands_beside_a_named_group() -> None:
    assert compile_pattern("(?P<who>my) <kin>", {"kin": ["mother"]}, "kin").search("my mother")


def test_an_unknown_macro_names_the_rule() -> None:
    with pytest.raises(RuleError, match=r"kin\.rule: <kin> is not listed"):
        compile_pattern("my <kin>", {}, "kin.rule")


def test_a_macro_that_holds_itself_names_the_rule() -> None:
    with pytest.raises(RuleError, match=r"kin\.rule: <a> under `words:` holds itself"):
        compile_pattern("my <a>", {"a": ["<b>"], "b": ["<a>"]}, "kin.rule")


def test_a_broken_regular_expression_names_the_rule() -> None:
    with pytest.raises(RuleError, match=r"kin\.rule: the pattern is not a regular expression"):
        compile_pattern("my (mother", {}, "kin.rule")


def test_a_rule_of_an_unknown_category_is_named() -> None:
    with pytest.raises(RuleError, match="mine: the category 'general' is not listed"):
        Triage(("emergency",), [GENERAL], [])


def test_a_list_of_an_unknown_category_is_named() -> None:
    with pytest.raises(RuleError, match="blood: the category 'medicine' is not listed"):
        Triage(("emergency",), [], [BLOOD])


def test_a_pattern_in_a_script_without_spaces_fires_inside_a_run_of_letters() -> None:
    rule = Rule("zh", "emergency", compile_pattern("不能呼吸", {}, "zh"))
    assert Triage(("emergency",), [rule], []).check("我现在不能呼吸了")


@pytest.mark.parametrize("letter", ["й", "ё", "ά", "é"])
def test_an_accent_in_a_pattern_does_not_keep_it_from_firing(letter: str) -> None:
    rule = Rule("accent", "emergency", compile_pattern(f"a{letter}b", {}, "accent"))
    assert Triage(("emergency",), [rule], []).check(f"a{letter}b")


@pytest.mark.parametrize("place", [*range(330, 420), 1_990, 5_000, 12_000])
def test_words_that_fire_do_so_wherever_they_stand_in_a_sentence_without_end(place: int) -> None:
    filler = "what is a word " * 1_000
    assert SMALL.check(f"{filler[:place]} I cannot breathe {filler}")[0].rule == "breath"


def test_words_that_stop_a_rule_at_the_beginning_do_not_stop_it_where_a_long_sentence_is_torn() -> None:
    rule = Rule("breath", "emergency", EMERGENCY.pattern, unless=compile_pattern("^what is", {}, "breath"))
    careful = Triage(CATEGORIES, [rule], [])
    assert not careful.check("What is it when I cannot breathe")
    assert careful.check("what is " * 1_000 + "I cannot breathe")


def test_words_that_stop_a_rule_at_the_end_do_not_stop_it_where_a_long_sentence_is_torn() -> None:
    rule = Rule("breath", "emergency", EMERGENCY.pattern, unless=compile_pattern("then$", {}, "breath"))
    careful = Triage(CATEGORIES, [rule], [])
    assert not careful.check("I cannot breathe then")
    assert careful.check("I cannot breathe " + "then " * 1_000 + "now")


def test_of_a_message_that_is_far_too_long_each_rule_and_each_list_speaks_once() -> None:
    told = [f"my case or my body, insulin and warfarin {number}" for number in range(MAX_MESSAGE_LENGTH)]
    found = SMALL.check(". ".join(told))
    assert [(finding.rule, finding.words) for finding in found] == [("blood", "insulin"), ("mine", "my case")]


def test_a_rule_that_a_sentence_stopped_may_still_speak_in_another_of_a_long_message() -> None:
    rule = Rule("breath", "emergency", EMERGENCY.pattern, unless=compile_pattern("laughing", {}, "breath"))
    said = "I cannot breathe for laughing. " + "word " * 1_000 + ". I cannot breathe."
    assert Triage(CATEGORIES, [rule], []).check(said)


@pytest.mark.parametrize("hidden", ["\x00", "\ud83d", "\u200b", "\ufeff"])
def test_what_nobody_can_see_hides_nothing_in_a_long_message(hidden: str) -> None:
    assert _rules(hidden * 2_000 + "word " * 1_000 + f"I can{hidden}not brea{hidden}the" + hidden) == ["breath"]


@pytest.mark.parametrize("length", [7, 8, 10, 11, 12, 13, 400])
def test_a_word_that_is_too_long_for_a_slip_is_none(length: int) -> None:
    assert _rules(f"{'clopidogrelxxx'[:length]:x<{length}}") == (["blood"] if length in (10, 11, 12) else [])


def test_in_the_shipped_rules_an_emergency_outranks_a_medicine(triage: Triage) -> None:
    assert triage.check("I take warfarin and now I can't breathe")[0].category.startswith("emergency_")


def test_in_the_shipped_lists_a_misspelt_medicine_is_found(triage: Triage) -> None:
    assert triage.check("is it fine with metforman")


CHILD, OLDER = "clinician_child", "clinician_older_person"


@pytest.mark.parametrize("age", [*range(1, 18), *range(65, 110)])
@pytest.mark.parametrize("said", ["I am {}", "a {} year old", "he is {} years old", "too young at {}"])
def test_in_the_shipped_rules_an_age_tells_a_child_from_an_older_person(triage: Triage, age: int, said: str) -> None:
    text = said.format(age)
    found = {finding.category for finding in triage.check(text) if not finding.rule.endswith("too-young")}
    assert found & {CHILD, OLDER} == {CHILD if age < 18 else OLDER}, text


@pytest.mark.parametrize(
    "said",
    ["I am 83 and my daughter is worried", "am I too old", "ozone for a seventy-five-year-old", "can my gran have it"],
)
def test_in_the_shipped_rules_an_older_person_is_not_taken_for_a_child(triage: Triage, said: str) -> None:
    assert triage.check(said)[0].category == OLDER


@pytest.mark.parametrize(
    "said",
    [
        "am I too young",
        "do you treat kids",
        "my son is 9 with eczema",
        "a five year old",
        "seventeen next month, is it ok at my age",
    ],
)
def test_in_the_shipped_rules_a_child_is_not_taken_for_an_older_person(triage: Triage, said: str) -> None:
    assert triage.check(said)[0].category == CHILD


@pytest.mark.parametrize(
    "said",
    ["I fainted a lot as a teenager", "I beat leukemia as a child, can I have it", "at school I fainted as a kid"],
)
def test_in_the_shipped_rules_a_grown_up_who_tells_of_childhood_is_found_but_is_no_child(
    triage: Triage, said: str
) -> None:
    categories = {finding.category for finding in triage.check(said)}
    assert "clinician_own_condition" in categories
    assert CHILD not in categories


@pytest.mark.parametrize(
    "asked",
    [
        "Is there an upper age limit?",
        "What is the minimum age?",
        "What is the minimum age for children?",
        "Is there an upper age limit for seniors, please?",
        "How old is too old for this?",
        "At what age can I have ozone therapy?",
    ],
)
def test_in_the_shipped_rules_where_the_ages_end_is_a_general_question(triage: Triage, asked: str) -> None:
    assert triage.check(asked) == ()


@pytest.mark.parametrize(
    "asked",
    [
        "what is the minimum age for my daughter with epilepsy",
        "is there an upper age limit, I am 82 with a bad valve",
        "minimum age for children with asthma",
        "my son has fits what is the minimum age for kids",
        "am I too old or who is too old for it",
        "how old is too old for my dad who is 84",
    ],
)
def test_in_the_shipped_rules_it_is_not_when_a_person_stands_behind_it(triage: Triage, asked: str) -> None:
    assert triage.check(asked)


def _tried_everywhere(names: dict[tuple[str, ...], str], longest: int, words: list[str]) -> list[tuple[str, str]]:
    """What the lists hold of a sentence when every run of words is tried, the longest first."""
    found, start = [], 0
    while start < len(words):
        for length in range(min(longest, len(words) - start), 0, -1):
            key = tuple(words[start : start + length])
            held = names.get(key) or names.get((*key[:-1], key[-1].removesuffix("s")))
            if held is not None:
                found.append((held, " ".join(key)))
                start += length - 1
                break
        start += 1
    return found


@pytest.mark.parametrize("name", ["hard.jsonl", "held_out.jsonl", "visitors.jsonl"])
def test_no_listed_name_is_missed_although_names_are_tried_only_where_one_begins(triage: Triage, name: str) -> None:
    names: dict[tuple[str, ...], str] = {}
    for each in triage.lists:
        for spelling in (
            spelling for listed in each.names for spelling in (phrase(listed), phrase(listed.replace("'", "")))
        ):
            names.setdefault(tuple(spelling.split()), each.id)
    longest = max(map(len, names))
    categories = tuple(dict.fromkeys(each.category for each in triage.lists))
    lists_only = Triage(categories, (), triage.lists)
    lines = (QUESTIONS / name).read_text(encoding="utf-8").splitlines()
    asked = {part for line in lines if line.strip() for part in sentences(json.loads(line).get("text", ""))}
    assert asked
    for sentence in asked:
        missed = set(_tried_everywhere(names, longest, sentence.split())) - {
            (found.rule, found.words) for found in lists_only.check(sentence)
        }
        assert not missed, sentence
