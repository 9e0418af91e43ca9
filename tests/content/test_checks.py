"""The shipped content passes; each thing an approved text must not be is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.content.checks import MAX_QUESTION, MAX_WORDS, check_content, check_snippet
from bot.content.library import Library, load_library
from bot.content.readability import reading_grade
from bot.content.rules import covered_phrases
from bot.content.snippet import Approval, Snippet
from bot.content.source import Excuse, Source, check_source
from bot.content.sync import examples_by_intent, sync
from bot.vocabulary import Route
from tests.conftest import DATA
from tests.content.conftest import TODAY, edit

ABOUT = "snippets/about.yml"
PLAIN = (
    "Ozone is a gas with a sharp smell. It is made of three atoms of oxygen. It can hurt the lungs, so we keep the air"
    " in the room clean."
)
GOOD = Snippet(
    id="what_is_ozone",
    question="What is ozone?",
    text=PLAIN,
    route=Route.ANSWER,
    sources=(Source("lungs", "Ozone and the lungs", "A journal", 2020, "https://journal.example/1"),),
    seed=(1,),
    related=(),
    after_risk="refer",
    status="approved",
    approval=Approval("Ed Itor", "editor", date(2026, 11, 22)),
    review_by=date(2027, 5, 22),
    version=1,
    topic="about",
)

LUNGS = GOOD.sources[0]
OWN = Source("clinic", "What the clinic says", "Small Clinic", 2026, "https://small.example", own=True)
EXCUSE = Excuse(date(2026, 11, 29), "the register is searched on its front page")


def _faults(address: str, excuse: Excuse | None = None, read: str = "") -> list[str]:
    return list(check_source(replace(LUNGS, address=address, excuse=excuse, read=read), TODAY))


def _problems(snippet: Snippet, today: date = TODAY) -> list[str]:
    return list(check_snippet(snippet, today))


def _only(problems: list[str]) -> str:
    assert len(problems) == 1, problems
    return problems[0]


def test_the_shipped_content_passes(library: Library) -> None:
    assert library.opening is not None
    days = [approved.approval.on for approved in (*library, library.opening)] + [
        source.excuse.on for source in library.sources.values() if source.excuse
    ]
    assert check_content(DATA, max(days)) == []


def test_the_small_content_passes(data: Path) -> None:
    assert check_content(data, TODAY) == []


def test_a_good_snippet_has_no_problem() -> None:
    assert _problems(GOOD) == []


def test_a_problem_names_the_file_and_the_snippet() -> None:
    assert _only(_problems(replace(GOOD, sources=()))).startswith("data/snippets/about.yml: `what_is_ozone` ")


def test_a_missing_source_is_found() -> None:
    assert "names no source" in _only(_problems(replace(GOOD, sources=())))


def test_a_text_that_is_too_long_is_found() -> None:
    assert f"between 25 and {MAX_WORDS}" in _only(_problems(replace(GOOD, text="It is a gas. " * 23)))


def test_a_text_of_the_greatest_length_passes() -> None:
    assert _problems(replace(GOOD, text="It is gas. " * 30)) == []


def test_a_text_that_is_too_short_is_found() -> None:
    assert "has 4 words" in _only(_problems(replace(GOOD, text="Ozone is a gas.")))


def test_small_talk_may_be_short() -> None:
    assert _problems(replace(GOOD, route=Route.SMALLTALK, text="Hello. How can I help you?")) == []


def test_a_text_that_is_hard_to_read_is_found() -> None:
    hard = (
        "Considerable physiological heterogeneity necessitates individualised evaluation, notwithstanding conventional"
        " recommendations. "
    )
    assert "reads at grade" in _only(_problems(replace(GOOD, text=hard * 3)))


def test_a_name_that_cannot_be_avoided_does_not_make_a_text_hard() -> None:
    assert reading_grade("We offer major autohaemotherapy.") == reading_grade("We offer name.")


@pytest.mark.parametrize(
    "promise",
    [
        "It is a miracle.",
        "It will cure you.",
        "Ozone heals wounds.",
        "It is 100% safe and works.",
        "There are no side effects.",
        "You will feel better soon.",
        "There is nothing to worry about.",
        "It is guaranteed to work.",
        "Nobody was hurt. It is completely safe.",
    ],
)
def test_a_promise_is_found(promise: str) -> None:
    assert "promises something" in _only(_problems(replace(GOOD, text=f"{PLAIN} {promise}")))


@pytest.mark.parametrize(
    "denied",
    [
        "Nobody can say that it is completely safe.",
        "It is not a miracle.",
        "Some sites claim it will cure you.",
        "We cannot say whether it is 100% safe.",
    ],
)
def test_a_negated_promise_passes(denied: str) -> None:
    assert _problems(replace(GOOD, text=f"{PLAIN} {denied}")) == []


@pytest.mark.parametrize("dose", ["40 mg", "20 µg/ml", "1,000 mcg", "200 ml", "30 gamma", "some mcg/ml"])
def test_a_dose_is_found(dose: str) -> None:
    assert "names a dose" in _only(_problems(replace(GOOD, text=f"{PLAIN} We use {dose} here.")))


def test_a_number_that_is_no_dose_passes() -> None:
    assert _problems(replace(GOOD, text=f"{PLAIN} It costs $120 and takes 60 minutes.")) == []


def test_a_question_that_is_too_long_is_found() -> None:
    assert f"a question of {MAX_QUESTION + 1} characters" in _only(
        _problems(replace(GOOD, question="x" * (MAX_QUESTION + 1)))
    )


def test_a_question_of_the_greatest_length_passes() -> None:
    assert _problems(replace(GOOD, question="x" * MAX_QUESTION)) == []


def test_a_review_date_that_is_past_is_found() -> None:
    assert "was due for review by 2027-05-22" in _only(_problems(GOOD, GOOD.review_by + timedelta(days=1)))


def test_the_review_date_itself_is_not_past() -> None:
    assert _problems(GOOD, GOOD.review_by) == []


def test_an_approval_in_the_future_is_found() -> None:
    assert "which is in the future" in _only(_problems(GOOD, GOOD.approval.on - timedelta(days=1)))


@pytest.mark.parametrize("number", [0, 18])
def test_a_seed_sentence_that_does_not_exist_is_found(number: int) -> None:
    assert "use numbers from 1 to 17" in _only(_problems(replace(GOOD, seed=(number,))))


def test_an_unresolved_clinic_field_is_found(data: Path) -> None:
    edit(data / ABOUT, "{phone}", "{fax}")
    assert "`opening_hours`: the clinic field {fax} is missing" in _only(check_content(data, TODAY))


def test_a_broken_rule_is_found(data: Path) -> None:
    edit(data / "safety/rules.yml", "<breath>", "<air>")
    assert "<air> is not listed" in _only(check_content(data, TODAY))


def test_a_broken_snippet_is_found_in_the_folder(data: Path) -> None:
    edit(data / ABOUT, "sources: [lungs]", "sources: []")
    assert "`what_is_ozone` names no source" in _only(check_content(data, TODAY))


def test_a_seed_sentence_that_no_snippet_speaks_for_is_found(data: Path) -> None:
    edit(data / ABOUT, "seed: [17]", "seed: []")
    assert "no snippet speaks for sentence 17" in _only(check_content(data, TODAY))


def test_a_category_without_snippet_is_found(data: Path) -> None:
    edit(data / "safety/categories.yml", "clinician_general]", "clinician_general, clinician_dose]")
    assert "`clinician_dose` has no approved snippet" in _only(check_content(data, TODAY))


def test_a_category_whose_snippet_takes_another_route_is_found(data: Path) -> None:
    edit(data / "snippets/risks.yml", "route: emergency", "route: clinician")
    assert any(
        "`emergency_breathing` has no approved snippet with this id and a fitting route" in problem
        for problem in check_content(data, TODAY)
    )


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_a_category_whose_snippet_is_not_approved_is_found(data: Path, status: str) -> None:
    edit(data / "snippets/risks.yml", "route: emergency", f"route: emergency\n  status: {status}")
    assert "`emergency_breathing` has no approved snippet" in _only(check_content(data, TODAY))


def test_a_generated_file_out_of_step_is_found(data: Path) -> None:
    edit(data / "rules.yml", "utter_what_is_ozone", "utter_something_else")
    assert _only(check_content(data, TODAY)).startswith("rules.yml: out of step")


def test_a_rule_that_does_not_fire_on_its_own_example_is_found(data: Path) -> None:
    edit(data / "safety/rules.yml", """fires: ["I can't breathe"]""", 'fires: ["I am well"]')
    assert "`breathing.cannot` does not fire on its own example 'I am well'" in _only(check_content(data, TODAY))


def test_a_rule_that_fires_on_its_counter_example_is_found(data: Path) -> None:
    edit(data / "safety/rules.yml", 'silent: ["I breathe well"]', 'silent: ["cannot breathe"]')
    assert "`breathing.cannot` fires on its counter-example 'cannot breathe'" in _only(check_content(data, TODAY))


def test_a_button_that_would_be_referred_is_found(data: Path) -> None:
    edit(data / ABOUT, "question: What is ozone?", "question: Can I take warfarin?")
    sync(load_library(data), data)
    assert "the question of `what_is_ozone` fires the rule `medicine.blood_thinner`" in _only(
        check_content(data, TODAY)
    )


def test_a_text_for_an_unknown_fact_is_checked_like_any_text() -> None:
    assert "`if_unknown` promises something" in _only(
        _problems(replace(GOOD, if_unknown="Please ask us. It will cure you."))
    )


def test_a_text_that_is_not_sent_for_want_of_a_fact_may_be_short() -> None:
    assert (
        _problems(
            replace(
                GOOD, text="Please ask us about that.", if_unknown="Please ask us about that.", unknown=("parking",)
            )
        )
        == []
    )


def test_a_text_is_checked_in_both_spellings(data: Path) -> None:
    edit(
        data / "spelling.yml",
        "color: colour",
        "color: necessitates individualised evaluation notwithstanding heterogeneity",
    )
    edit(data / ABOUT, "sharp smell", "sharp color color color color")
    assert "`what_is_ozone` reads at grade" in _only(check_content(data, TODAY))


def test_every_fact_that_is_wrong_is_a_problem_of_its_own(data: Path) -> None:
    edit(data / "clinic.yml", 'phone: "555-0100"', "phone: call us")
    edit(data / "clinic.yml", "retention_days: 180", "retention_days: long")
    assert len(check_content(data, TODAY)) == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "We are open now,",
            "We are open now and it will cure you,",
            "data/opening.yml: `open_now` promises something",
        ),
        ("review_by: 2027-05-22", "review_by: 2026-11-30", "data/opening.yml was due for review by 2026-11-30"),
        ("on: 2026-11-28", "on: 2026-12-28", "data/opening.yml was approved on 2026-12-28, which is in the future"),
    ],
)
def test_the_patterns_about_opening_are_checked_like_any_text(data: Path, old: str, new: str, message: str) -> None:
    (data / "opening.yml").write_text((DATA / "opening.yml").read_text(encoding="utf-8"), encoding="utf-8")
    assert check_content(data, TODAY) == []
    edit(data / "opening.yml", old, new)
    assert message in _only(check_content(data, TODAY))


def test_every_problem_is_told_at_once(data: Path) -> None:
    edit(data / ABOUT, "sources: [lungs]", "sources: []")
    edit(data / ABOUT, "seed: [17]", "seed: []")
    assert len(check_content(data, TODAY)) == 2


@pytest.mark.parametrize("start", ["Yes.", "No, ", "Yes, it does:", "That is right.", "no: "])
def test_a_text_that_answers_yes_or_no_is_found(start: str) -> None:
    assert any("turned round" in problem for problem in _problems(replace(GOOD, text=f"{start} {PLAIN}")))


@pytest.mark.parametrize(
    "start", ["No study has shown it. ", "Not everyone can have it. ", "No appointment is needed. "]
)
def test_a_text_that_states_what_is_not_the_case_passes(start: str) -> None:
    assert _problems(replace(GOOD, text=start + PLAIN)) == []


def test_a_sentence_under_two_intents_is_found(data: Path) -> None:
    sentence = examples_by_intent(data / "nlu")["what_is_ozone"][0]
    (data / "nlu" / "more.yml").write_text(
        f'version: "3.1"\nnlu:\n- intent: opening_hours\n  examples: |\n    - {sentence}\n', encoding="utf-8"
    )
    assert any(repr(sentence) in problem and "`opening_hours`" in problem for problem in check_content(data, TODAY))


@pytest.mark.parametrize(
    "rest", ["", "/", "/en", "/en/", "/pt-br/", "/index.html", "/en/home", "/?lang=en", "/#history"]
)
def test_an_address_that_is_a_front_page_is_found(rest: str) -> None:
    problem = _only(_faults(f"https://journal.example{rest}"))
    assert problem.startswith("data/snippets: the source `lungs` leads to a front page (https://journal.example")
    assert "Give the address of the page that says it" in problem


@pytest.mark.parametrize(
    "rest", ["/search", "/en/search/", "/search-results.aspx", "/?s=ozone", "/articles?term=ozone+lungs"]
)
def test_an_address_that_is_a_search_page_is_found(rest: str) -> None:
    assert "leads to a search page" in _only(_faults(f"https://journal.example{rest}"))


@pytest.mark.parametrize(
    "rest", ["/1", "/en/ozone", "/?p=52", "/research", "/web/http://old.example/ozone.html", "/view?id=7&lang=en"]
)
def test_an_address_of_a_page_passes(rest: str) -> None:
    assert _faults(f"https://journal.example{rest}") == []


def test_an_address_without_https_is_found() -> None:
    assert "`lungs` has the address http://journal.example/1, which is not https. Give the one with https" in _only(
        _faults("http://journal.example/1")
    )


@pytest.mark.parametrize("address", ["http://journal.example/1", "https://journal.example/", "http://journal.example/"])
def test_an_address_that_is_excused_passes(address: str) -> None:
    assert _faults(address, EXCUSE) == []


def test_an_excuse_that_is_not_needed_is_found() -> None:
    assert "has an `excuse`, but its address needs none. Take it out." in _only(
        _faults("https://journal.example/1", EXCUSE)
    )


def test_an_excuse_in_the_future_is_found() -> None:
    assert "excused from 2026-12-02 on" in _only(
        _faults("https://journal.example/", replace(EXCUSE, on=TODAY + timedelta(days=1)))
    )


@pytest.mark.parametrize("read", ["2027", "2027-01", "2026-12-02"])
def test_a_source_read_in_the_future_is_found(read: str) -> None:
    assert f"was read in {read}, which is in the future" in _only(_faults("https://journal.example/1", read=read))


@pytest.mark.parametrize("read", ["", "2026", "2026-12", "2026-12-01"])
def test_a_source_read_by_today_passes(read: str) -> None:
    assert _faults("https://journal.example/1", read=read) == []


def test_the_website_of_the_clinic_is_not_looked_at() -> None:
    assert list(check_source(replace(OWN, address="http://small.example"), TODAY)) == []


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("https://journal.example/", "`lungs` leads to a front page"),
        ("https://journal.example/search?q=lungs", "`lungs` leads to a search page"),
        ("http://journal.example/1", "`lungs` has the address http://journal.example/1, which is not https"),
    ],
)
def test_the_address_of_every_listed_source_is_checked(data: Path, new: str, message: str) -> None:
    edit(data / "snippets/sources.yml", "https://journal.example/1", new)
    assert message in _only(check_content(data, TODAY))


def test_an_answer_that_only_the_clinic_vouches_for_is_found(data: Path) -> None:
    edit(data / ABOUT, "  clinic_only: true\n", "")
    problem = _only(check_content(data, TODAY))
    assert problem.startswith(
        "data/snippets/about.yml: `opening_hours` has no source but the clinic. Name another one, or write"
        " `clinic_only: true`"
    )


@pytest.mark.parametrize(
    "finding",
    [
        "No number of visits has been shown to be best.",
        "A good trial has not been done, and no study found out more.",
        "Some people feel tired after it.",
    ],
)
def test_an_answer_about_the_clinic_that_tells_a_finding_is_found(finding: str) -> None:
    alone = replace(GOOD, sources=(OWN,), clinic_only=True)
    assert _problems(alone) == []
    assert "`what_is_ozone` tells what is known (" in _only(_problems(replace(alone, text=f"{PLAIN} {finding}")))
    assert _problems(replace(alone, text=f"{PLAIN} {finding}", sources=(OWN, LUNGS))) == []


def test_a_referral_may_have_no_source_but_the_clinic() -> None:
    assert _problems(replace(GOOD, route=Route.CLINICIAN, sources=(OWN,))) == []


def test_every_excuse_is_told_in_the_page_about_sources(library: Library) -> None:
    told = (DATA.parent / "docs/sources.md").read_text(encoding="utf-8")
    assert [source.id for source in library.sources.values() if source.excuse and f"`{source.id}`" not in told] == []


def test_a_phrase_that_finds_nothing_new_is_hinted_at_with_the_one_that_covers_it(data: Path) -> None:
    assert covered_phrases(data / "safety") == []
    edit(data / "safety/rules.yml", "    cannot <breath>\n", "    cannot <breath>\n    cannot breathe\n")
    hint = _only(covered_phrases(data / "safety"))
    assert "rules.yml:9: `cannot breathe` of `breathing.cannot` is already covered by `cannot <breath>`" in hint
    assert check_content(data, TODAY) == []


def test_a_phrase_that_another_rule_covers_is_hinted_at_in_both(data: Path) -> None:
    own = '- id: own\n  category: emergency_breathing\n  phrases: |\n    breathe\n  fires: ["I cannot breathe"]\n'
    edit(data / "safety/rules.yml", "groups:\n", f"{own}groups:\n")
    assert [hint.split(":")[2].split("`")[1] for hint in covered_phrases(data / "safety")] == [
        "cannot <breath>",
        "breathe",
    ]


def test_a_phrase_with_an_example_of_its_own_is_not_hinted_at(data: Path) -> None:
    edit(data / "safety/rules.yml", "    cannot <breath>\n", "    cannot <breath>\n    no air\n")
    edit(data / "safety/rules.yml", "fires: [", "fires: [there is no air, ")
    assert covered_phrases(data / "safety") == []


def test_a_phrase_that_is_listed_as_kept_is_not_hinted_at(data: Path) -> None:
    edit(data / "safety/rules.yml", "    cannot <breath>\n", "    cannot <breath>\n    cannot breathe\n")
    listed = "overlaps:\n  breathing.cannot: |\n    cannot breathe\n"
    (data / "safety/overlaps.yml").write_text(listed, encoding="utf-8")
    assert covered_phrases(data / "safety") == []


def test_the_shipped_rules_have_no_overlap_that_is_not_listed() -> None:
    assert covered_phrases(DATA / "safety") == []
