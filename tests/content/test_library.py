"""Content that cannot be used is refused with a message that names the file and the entry."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bot.content.checks import check_snippet
from bot.content.clinic import load_clinic
from bot.content.files import ContentError, read_mapping, read_written
from bot.content.library import Library, load_library
from bot.content.rules import load_categories, load_triage
from bot.content.schema import load_schema
from tests.conftest import DATA
from tests.content.conftest import edit

ABOUT = "snippets/about.yml"
RULES = "safety/rules.yml"


def _file(folder: Path, text: str) -> Path:
    path = folder / "file.yml"
    path.write_text(text, encoding="utf-8")
    return path


# files.py


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"nowhere\.yml: the file is missing"):
        read_mapping(tmp_path / "nowhere.yml")


def test_bad_yaml_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"file\.yml:2: not valid YAML"):
        read_mapping(_file(tmp_path, "a: 1\nb: ]\nc: 2\n"))


@pytest.mark.parametrize("read", [read_mapping, read_written])
def test_a_key_that_stands_twice_is_refused_with_both_lines(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(ContentError, match=r"file\.yml:4: `b` stands twice, first in line 3\. Keep one"):
        read(_file(tmp_path, "b: 1\na:\n  b: 1\n  b: 2\n"))


def test_what_is_written_keeps_its_words_and_lines(tmp_path: Path) -> None:
    pairs = dict(
        read_written(_file(tmp_path, "a: 007 # agent\nb: '7 # 8' # note\nc:\n  - x\nd: >-\n  one\n  # two\n")).pairs
    )
    assert (pairs["a"].text, pairs["a"].cut) == ("007", "# agent")
    assert (pairs["b"].text, pairs["b"].cut, pairs["b"].line) == ("7 # 8", "", 2)
    assert (pairs["c"].kind, pairs["c"].line, pairs["c"].items[0].text) == ("list", 3, "x")
    assert (pairs["d"].text, pairs["d"].cut) == ("one # two", "")


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.yml"
    path.write_bytes(b"name: Caf\xe9\n")
    with pytest.raises(ContentError, match=r"file\.yml: the file is not UTF-8 text"):
        read_mapping(path)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "only words\n"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ContentError, match=r"file\.yml: expected a mapping"):
        read_mapping(_file(tmp_path, text))


def test_on_is_a_word_and_not_a_truth_value(tmp_path: Path) -> None:
    assert read_mapping(_file(tmp_path, "on: yes\nno: off\n")) == {"on": "yes", "no": "off"}


@pytest.mark.parametrize(("written", "value"), [("true", True), ("False", False)])
def test_true_and_false_are_truth_values(tmp_path: Path, written: str, value: bool) -> None:
    assert read_mapping(_file(tmp_path, f"a: {written}\n")) == {"a": value}


@pytest.mark.parametrize(("written", "value"), [("0", 0), ("7", 7), ("-3", -3), ("2026", 2026)])
def test_a_whole_number_is_a_number(tmp_path: Path, written: str, value: int) -> None:
    assert read_mapping(_file(tmp_path, f"a: {written}\n")) == {"a": value}


@pytest.mark.parametrize("written", ["000", "061", "9:30", "120.50", "1_000", "2026-11-22"])
def test_a_telephone_number_a_time_a_price_and_a_date_stay_as_written(tmp_path: Path, written: str) -> None:
    assert read_mapping(_file(tmp_path, f"a: {written}\n")) == {"a": written}


# library.py


@pytest.mark.parametrize("field", ["fax", "Phone", "emergency", "phone "])
def test_an_unknown_clinic_field_names_who_asked_for_it(data: Path, field: str) -> None:
    edit(data / ABOUT, "{phone}", f"{{{field}}}")
    with pytest.raises(ContentError, match=rf"`opening_hours`: the clinic field \{{{field}\}} is missing"):
        load_library(data)


def test_a_text_is_filled_with_the_clinics_facts(data: Path) -> None:
    assert "The phone is 555-0100." in load_library(data)["opening_hours"].text


def test_a_source_is_filled_with_the_clinics_facts(data: Path) -> None:
    assert load_library(data)["opening_hours"].sources[0].publisher == "Small Clinic"


def test_an_entry_overrides_the_defaults_of_its_file(data: Path) -> None:
    edit(data / ABOUT, "- id: opening_hours\n", "- id: opening_hours\n  version: 4\n")
    assert [snippet.version for snippet in load_library(data).of_route("answer")] == [1, 4]


def test_the_on_key_of_an_approval_is_read(data: Path) -> None:
    assert load_library(data)["what_is_ozone"].approval.on == date(2026, 11, 22)


def test_a_quoted_date_is_a_date(data: Path) -> None:
    edit(data / ABOUT, "review_by: 2027-05-22", 'review_by: "2027-05-22"')
    assert load_library(data)["what_is_ozone"].review_by == date(2027, 5, 22)


def test_a_folder_without_snippets_is_refused(data: Path) -> None:
    for path in (data / "snippets").iterdir():
        path.unlink()
    with pytest.raises(ContentError, match="there are no snippet files"):
        load_library(data)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("snippets:\n", "entries:\n", r"expected `defaults:` \(a mapping\) and `snippets:` \(a list\)"),
        ("defaults:\n", "defaults: []\nothers:\n", r"expected `defaults:` \(a mapping\)"),
        ("snippets:\n", "snippets:\n- only words\n", "snippet number 1 must be a mapping"),
        ("- id: what_is_ozone", "- id: What-Is", "snippet number 1 has the id 'What-Is'"),
        ("- id: what_is_ozone\n", "- topic: x\n", "snippet number 1 has the id None"),
        (
            "  question: What is ozone?",
            "  questoin: What is ozone?",
            "`what_is_ozone` has the unknown field `questoin`",
        ),
        ("  question: What is ozone?\n", "", "`what_is_ozone` has no `question`"),
        ("  review_by: 2027-05-22\n", "", "`what_is_ozone` has no `review_by`"),
        ("route: answer", "route: anwser", "`what_is_ozone` has the route 'anwser'"),
        ("status: approved", "status: aproved", "`what_is_ozone` has the status 'aproved'"),
        ("  version: 1", "  version: one", "`what_is_ozone`: `version` must be a whole number"),
        ("  version: 1", "  version: -1", "`what_is_ozone`: `version` must be a whole number"),
        ("  version: 1", "  version: 1\n  after_risk: maybe", "`what_is_ozone`: `after_risk` must be"),
        ("sources: [lungs]", "sources: [hearsay]", "`what_is_ozone` names the source `hearsay`, which is not listed"),
        ("sources: [lungs]", "sources: [[lungs]]", "`what_is_ozone` names the source"),
        ("sources: [lungs]", "sources: lungs", "`what_is_ozone`: `sources` must be a list"),
        ("clinic_only: true", "clinic_only: mostly", "`opening_hours`: `clinic_only` must be true or false"),
        ("seed: [17]", "seed: 17", "`opening_hours`: `seed` must be a list"),
        ("related: [opening_hours]", "related: opening_hours", "`what_is_ozone`: `related` must be a list"),
        (
            "related: [opening_hours]",
            "related: [closing]",
            "`what_is_ozone` names the related snippet `closing`, which does not exist",
        ),
        ("related: [opening_hours]", "related: [{a: b}]", "`what_is_ozone` names the related snippet"),
        ("- id: opening_hours", "- id: what_is_ozone", "the snippet id `what_is_ozone` is used twice"),
        ("role: editor, ", "", "`what_is_ozone`: `approval` needs by, role and on"),
        ("{by: Ed Itor, role: editor, on: 2026-11-22}", "Ed Itor", "`what_is_ozone`: `approval` needs by, role and on"),
        ("on: 2026-11-22", "on: last week", r"`approval\.on` is 'last week'; write a date"),
        ("review_by: 2027-05-22", "review_by: 22 May 2027", "`review_by` is '22 May 2027'; write a date"),
        ("review_by: 2027-05-22", "review_by: 2027-02-30", "`review_by` is '2027-02-30'; write a date"),
        (
            "review_by: 2027-05-22",
            "review_by: 2027-05-22 10:00:00",
            "`review_by` is '2027-05-22 10:00:00'; write a date",
        ),
        ("defaults:\n", "sources: [lungs]\ndefaults:\n", "`sources:` must be a mapping"),
        (
            "defaults:\n",
            "sources:\n  blog: {title: A blog}\ndefaults:\n",
            "the source `blog` needs exactly title, publisher, year",
        ),
        (
            "defaults:\n",
            "sources:\n  lungs: {title: Other, publisher: P, year: 2020, address: A}\ndefaults:\n",
            "the source `lungs` is listed twice with different content",
        ),
    ],
)
def test_a_broken_snippet_file_is_refused_by_name(data: Path, old: str, new: str, message: str) -> None:
    edit(data / ABOUT, old, new)
    with pytest.raises(ContentError, match=rf"about\.yml.*{message}|sources\.yml.*{message}"):
        load_library(data)


def test_a_source_with_a_year_in_words_is_refused(data: Path) -> None:
    edit(data / "snippets/sources.yml", "year: 2020", "year: unknown")
    with pytest.raises(ContentError, match=r"sources\.yml: the source `lungs` needs exactly"):
        load_library(data)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("pages: 3", "needs exactly title, publisher, year"),
        ("read: lately", "`read` is 'lately'; write when its text was read, as 2026, 2026-11 or 2026-11-22"),
        ("read: 2026-13", "`read` is '2026-13-01'; write a date as YYYY-MM-DD"),
        ("excuse: no other page", r"`excuse` needs on \(a date\) and why"),
        ("excuse: {on: 2026-11-29}", r"`excuse` needs on \(a date\) and why"),
        ("excuse: {on: today, why: no other page}", r"`excuse\.on` is 'today'; write a date"),
    ],
)
def test_a_field_of_a_source_that_is_not_what_it_must_be_is_refused(data: Path, more: str, message: str) -> None:
    edit(data / "snippets/sources.yml", "year: 2020,", f"year: 2020, {more},")
    with pytest.raises(ContentError, match=rf"sources\.yml: the source `lungs`.*{message}"):
        load_library(data)


def test_the_part_of_a_source_follows_its_title(data: Path) -> None:
    edit(data / "snippets/sources.yml", "year: 2020,", 'year: 2020, part: "page 7", read: 2026-11,')
    source = load_library(data)["what_is_ozone"].sources[0]
    assert source.as_dict() == {
        "title": "Ozone and the lungs, page 7",
        "publisher": "A journal",
        "year": 2020,
        "address": "https://journal.example/1",
    }
    assert (source.title, source.read) == ("Ozone and the lungs", "2026-11")


def test_what_only_the_clinic_vouches_for_is_known_by_its_address(data: Path) -> None:
    assert {source.id: source.own for source in load_library(data).sources.values()} == {"lungs": False, "clinic": True}


def test_the_hash_of_the_library_changes_with_a_text(data: Path) -> None:
    before = load_library(data).hash
    edit(data / ABOUT, "sharp smell", "sharp odour")
    assert load_library(data).hash != before


def test_the_hash_of_the_library_changes_with_a_clinic_fact_that_is_spoken(data: Path) -> None:
    before = load_library(data).hash
    edit(data / "clinic.yml", "555-0100", "555-0199")
    assert load_library(data).hash != before


def test_an_answer_without_its_fact_sends_the_approved_sentence_and_never_the_word_unknown(data: Path) -> None:
    edit(data / ABOUT, "The phone is {phone}.", "There is {parking}.")
    edit(data / "clinic.yml", "parking: a car park behind the house", "parking: unknown")
    snippet = load_library(data)["opening_hours"]
    assert (
        snippet.text == "That detail is not among my answers. The clinic can tell you: 555-0100 or desk@small.example."
    )
    assert snippet.unknown == ("parking",)


def test_an_answer_without_its_fact_sends_its_own_text_for_that(data: Path) -> None:
    edit(data / ABOUT, "The phone is {phone}.", "There is {parking}.")
    edit(
        data / ABOUT, "  sources: [clinic]\n", "  if_unknown: Please ask about cars on {phone}.\n  sources: [clinic]\n"
    )
    edit(data / "clinic.yml", "parking: a car park behind the house", "parking: Unknown")
    snippet = load_library(data)["opening_hours"]
    assert snippet.text == "Please ask about cars on 555-0100."
    assert snippet.trace()["hash"] == hashlib.sha256(snippet.text.encode()).hexdigest()


def test_a_known_fact_is_told_and_the_text_for_an_unknown_one_is_kept_for_the_checks(data: Path) -> None:
    edit(data / ABOUT, "The phone is {phone}.", "There is {parking}.")
    snippet = load_library(data)["opening_hours"]
    assert "There is a car park behind the house." in snippet.text
    assert (snippet.unknown, snippet.if_unknown[:11]) == ((), "That detail")


def test_the_hash_of_the_library_changes_when_a_fact_becomes_unknown(data: Path) -> None:
    edit(data / ABOUT, "The phone is {phone}.", "There is {parking}.")
    before = load_library(data).hash
    edit(data / "clinic.yml", "parking: a car park behind the house", "parking: unknown")
    assert load_library(data).hash != before


@pytest.mark.parametrize("known", [True, False])
def test_a_short_version_is_there_as_long_as_its_facts_are_known(data: Path, known: bool) -> None:
    edit(data / ABOUT, "  sources: [clinic]\n", "  short: There is {parking} here.\n  sources: [clinic]\n")
    if not known:
        edit(data / "clinic.yml", "parking: a car park behind the house", "parking: unknown")
    assert (load_library(data).short_version("opening_hours") is not None) is known


def test_a_referral_may_not_hang_on_a_fact_that_may_be_unknown(data: Path) -> None:
    edit(data / "snippets/risks.yml", "at {phone} and", "at {phone}, where there is {parking}, and")
    with pytest.raises(
        ContentError,
        match=r"risks\.yml: `clinician_general` takes the route clinician and uses \{parking\}, which may be unknown",
    ):
        load_library(data)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("  if_unknown: Ask us.\n", "uses no fact that may be unknown"),
        ("  text: There is {parking}.\n  if_unknown: No {parking}.\n", "may be unknown itself"),
    ],
)
def test_an_if_unknown_that_cannot_be_needed_or_cannot_be_said_is_refused(data: Path, lines: str, message: str) -> None:
    path = data / ABOUT
    text = path.read_text(encoding="utf-8")
    head, tail = text.split("- id: opening_hours\n")
    kept = tail if "text:" not in lines else tail[: tail.index("  text")] + tail[tail.index("  sources") :]
    path.write_text(f"{head}- id: opening_hours\n{lines}{kept}", encoding="utf-8")
    with pytest.raises(ContentError, match=message):
        load_library(data)


def test_texts_take_the_spelling_of_the_clinic(data: Path) -> None:
    edit(data / ABOUT, "sharp smell", "sharp smell and a blue colour")
    assert "a blue color" in load_library(data)["what_is_ozone"].text
    edit(data / "clinic.yml", "spelling: US", "spelling: UK")
    assert "a blue colour" in load_library(data)["what_is_ozone"].text


def test_a_text_in_another_language_keeps_its_spelling(data: Path) -> None:
    (data / "snippets" / "languages.yml").write_text(
        (data / "snippets" / "risks.yml").read_text(encoding="utf-8").split("- id")[0]
        + "- id: other_language_es\n  route: out_of_scope\n  question: Spanish\n  text: El color es azul.\n",
        encoding="utf-8",
    )
    edit(data / "clinic.yml", "spelling: US", "spelling: UK")
    assert load_library(data)["other_language_es"].text == "El color es azul."


def test_with_every_fact_unknown_that_may_be_no_text_says_so_and_all_pass_the_checks(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("encoder", "nlu")))
    required = {name for name, fact in load_schema(folder / "clinic_schema.yml").items() if fact.required}
    shipped = load_clinic(folder / "clinic.yml")
    text = (folder / "clinic.yml").read_text(encoding="utf-8")
    for name in set(shipped.schema) - required:
        group, _, last = name.rpartition(".")
        text, count = re.subn(
            rf"(?m)^{'  ' if group else ''}{re.escape(last)}: .*$", f"{'  ' if group else ''}{last}: unknown", text
        )
        assert count == 1, name
    (folder / "clinic.yml").write_text(text, encoding="utf-8")
    library = load_library(folder)
    assert library.clinic.unknown == set(shipped.schema) - required
    assert sum(bool(snippet.unknown) for snippet in library) > 20
    assert [snippet.id for snippet in library if "unknown" in snippet.text.split() and snippet.unknown] == []
    assert [problem for snippet in library for problem in check_snippet(snippet, snippet.approval.on)] == []


def test_a_text_says_the_words_of_the_clinics_country(data: Path) -> None:
    edit(data / ABOUT, "The phone is {phone}.", "Ask {regulator}.")
    assert "Ask the FDA." in load_library(data)["opening_hours"].text


def test_an_answer_falls_silent_after_its_review_date(library: Library) -> None:
    answer = library.of_route("answer")[0]
    assert not answer.sendable(date.max)


def test_an_emergency_text_does_not_fall_silent_on_a_date(library: Library) -> None:
    emergency = next(snippet for snippet in library.of_route("emergency") if snippet.status == "approved")
    assert emergency.sendable(date.max)


# rules.py


def test_categories_keep_their_order(data: Path) -> None:
    assert load_categories(data / "safety") == ("emergency_breathing", "clinician_general")


@pytest.mark.parametrize("text", ["categories: emergency_breathing\n", "categories: [1]\n", "names: [a]\n"])
def test_categories_that_are_no_list_of_names_are_refused(data: Path, text: str) -> None:
    (data / "safety" / "categories.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=r"categories\.yml: expected `categories:` with a list of names"):
        load_categories(data / "safety")


def test_rules_without_categories_are_refused(data: Path) -> None:
    (data / "safety" / "categories.yml").unlink()
    with pytest.raises(ContentError, match=r"categories\.yml: the file is missing"):
        load_triage(data / "safety")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  breath: |\n    breathe, breath", "- breathe", r"rules\.yml:1: `words:` must map names to phrases"),
        ("    breathe, breath\n", "", r"rules\.yml:2: the family `breath` is empty"),
        ("  breath: |", "  Breath 2: |", r"rules\.yml:2: call the family `Breath 2` with small letters"),
        ("breathe, breath", "<breath>, breath", r"rules\.yml:3: `<breath>` of <breath>: <breath> .* holds itself"),
        ("breathe, breath", "breathe,\n    b[r", r"rules\.yml:4: `b\[r` of <breath>: a bracket is open"),
        ("  category: emergency_breathing\n", "", r"rules\.yml:5: each rule needs id, category and phrases"),
        ("  unless:", "  except:", r"rules\.yml:9: `breathing\.cannot` has `except:`, which no rule knows"),
        ("patterns:\n", "patterns:\n- only words\n", r"rules\.yml:5: each rule needs id, category and phrases"),
        ("cannot <breath>", "cannot <air>", r"rules\.yml:8: .* of `breathing\.cannot`: <air> is not listed"),
        ("cannot <breath>", "cannot (", r"rules\.yml:8: .* of `breathing\.cannot`: a bracket is open"),
        ("cannot <breath>", "can't", r"rules\.yml:8: `can't` of `breathing\.cannot`: `'` means nothing here"),
        ("cannot <breath>", "(cannot) ~2", r"rules\.yml:8: .*: it fits any words; name at least one"),
        ("    cannot <breath>\n", "", r"rules\.yml:7: `breathing\.cannot` has a list without a phrase"),
        ("cannot breathe in peace", "[a", r"rules\.yml:10: `\[a` of `breathing\.cannot`: a bracket is open"),
        ("  fires:", "  weak: maybe\n  fires:", r"rules\.yml:11: `weak:` of `breathing\.cannot` is 'maybe'"),
        (
            "  phrases: |\n    cannot",
            "  pattern: |\n    cannot",
            r"`breathing\.cannot` has a pattern without `reason:`",
        ),
        ("  phrases: |", "  pattern: x\n  reason: y\n  phrases: |", r"has phrases and a pattern; keep one"),
        (
            "  phrases: |\n    cannot <breath>",
            f"  reason: y\n  pattern: {'x' * 301}",
            r"a pattern of 301 characters; 300 are the most",
        ),
        (
            "category: emergency_breathing",
            "category: emergency_breath",
            r"breathing\.cannot: the category 'emergency_breath' is not listed",
        ),
        ("  names: [warfarin]", "  names: warfarin", r"rules\.yml: each group needs an id and a list of names"),
        ("  category: clinician_general\n", "", r"rules\.yml: `medicine\.blood_thinner` has no category"),
        (
            "category: clinician_general",
            "category: clinician",
            r"medicine\.blood_thinner: the category 'clinician' is not listed",
        ),
        (
            "- id: medicine.blood_thinner",
            "- id: breathing.cannot",
            r"`breathing\.cannot` is used twice \(rules\.yml:5, rules\.yml:14\)",
        ),
    ],
)
def test_a_broken_rule_file_is_refused_by_name(data: Path, old: str, new: str, message: str) -> None:
    edit(data / RULES, old, new)
    with pytest.raises(ContentError, match=message):
        load_triage(data / "safety")


def test_a_group_takes_the_category_of_its_file(data: Path) -> None:
    edit(data / RULES, "  category: clinician_general\n", "")
    edit(data / RULES, "words:\n", "category: clinician_general\nwords:\n")
    assert [finding.category for finding in load_triage(data / "safety").check("I take warfarin")] == [
        "clinician_general"
    ]


def test_an_everyday_word_of_a_file_is_never_taken_for_a_misspelt_name(data: Path) -> None:
    edit(data / RULES, "[warfarin]", "[clopidogrel]")
    edit(data / RULES, "words:\n", "everyday: [clopidogre]\nwords:\n")
    assert load_triage(data / "safety").check("clopidogre") == ()
