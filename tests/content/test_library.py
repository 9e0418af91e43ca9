"""Content that cannot be used is refused with a message that names the file and the entry."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.content.clinic import load_clinic
from bot.content.files import ContentError, read_mapping
from bot.content.library import Library, load_library
from bot.content.rules import load_categories, load_triage
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


# clinic.py


@pytest.mark.parametrize("field", ["phone", "retention_days", "email"])
def test_a_missing_clinic_field_is_named(data: Path, field: str) -> None:
    edit(data / "clinic.yml", f"{field}:", f"other_{field}:")
    with pytest.raises(ContentError, match=rf"clinic\.yml: the field `{field}` is missing or empty"):
        load_clinic(data / "clinic.yml")


def test_an_empty_clinic_field_is_named(data: Path) -> None:
    edit(data / "clinic.yml", 'number: "911"', 'number: ""')
    with pytest.raises(ContentError, match=r"`emergency\.number` is missing or empty"):
        load_clinic(data / "clinic.yml")


@pytest.mark.parametrize("value", ["[a, b]", "true", ""])
def test_a_clinic_field_that_is_neither_text_nor_number_is_refused(data: Path, value: str) -> None:
    edit(data / "clinic.yml", "name: Small Clinic", f"name: {value}")
    with pytest.raises(ContentError, match="`name` must be text or a number"):
        load_clinic(data / "clinic.yml")


@pytest.mark.parametrize("value", ["no", '"false"', "0"])
def test_fictional_that_is_no_truth_value_is_refused(data: Path, value: str) -> None:
    edit(data / "clinic.yml", "fictional: true", f"fictional: {value}")
    with pytest.raises(ContentError, match="`fictional`"):
        load_clinic(data / "clinic.yml")


def test_a_clinic_that_does_not_say_so_is_not_fictional(data: Path) -> None:
    edit(data / "clinic.yml", "fictional: true\n", "")
    assert load_clinic(data / "clinic.yml").fictional is False


def test_nested_clinic_fields_have_dotted_names(data: Path) -> None:
    assert load_clinic(data / "clinic.yml").fields["emergency.number"] == "911"


def test_an_emergency_number_keeps_its_zeros(data: Path) -> None:
    edit(data / "clinic.yml", 'number: "911"', "number: 000")
    assert load_clinic(data / "clinic.yml").fields["emergency.number"] == "000"


def test_the_contact_tells_how_to_reach_the_clinic(data: Path) -> None:
    contact = {"name": "Small Clinic", "phone": "555-0100", "email": "desk@small.example", "website": "https://small.example"}
    assert load_clinic(data / "clinic.yml").contact() == contact


@pytest.mark.parametrize("field", ["fax", "Phone", "emergency", "phone "])
def test_an_unknown_clinic_field_names_who_asked_for_it(data: Path, field: str) -> None:
    edit(data / ABOUT, "{phone}", f"{{{field}}}")
    with pytest.raises(ContentError, match=rf"`opening_hours`: the clinic field \{{{field}\}} is missing"):
        load_library(data)


# library.py


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
        ("  question: What is ozone?", "  questoin: What is ozone?", "`what_is_ozone` has the unknown field `questoin`"),
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
        ("seed: [17]", "seed: 17", "`opening_hours`: `seed` must be a list"),
        ("related: [opening_hours]", "related: opening_hours", "`what_is_ozone`: `related` must be a list"),
        ("related: [opening_hours]", "related: [closing]", "`what_is_ozone` names the related snippet `closing`, which does not exist"),
        ("related: [opening_hours]", "related: [{a: b}]", "`what_is_ozone` names the related snippet"),
        ("- id: opening_hours", "- id: what_is_ozone", "the snippet id `what_is_ozone` is used twice"),
        ("role: editor, ", "", "`what_is_ozone`: `approval` needs by, role and on"),
        ("{by: Ed Itor, role: editor, on: 2026-11-22}", "Ed Itor", "`what_is_ozone`: `approval` needs by, role and on"),
        ("on: 2026-11-22", "on: last week", r"`approval\.on` is 'last week'; write a date"),
        ("review_by: 2027-05-22", "review_by: 22 May 2027", "`review_by` is '22 May 2027'; write a date"),
        ("review_by: 2027-05-22", "review_by: 2027-02-30", "`review_by` is '2027-02-30'; write a date"),
        ("review_by: 2027-05-22", "review_by: 2027-05-22 10:00:00", "`review_by` is '2027-05-22 10:00:00'; write a date"),
        ("defaults:\n", "sources: [lungs]\ndefaults:\n", "`sources:` must be a mapping"),
        ("defaults:\n", "sources:\n  blog: {title: A blog}\ndefaults:\n", "the source `blog` needs exactly title, publisher, year"),
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


def test_the_hash_of_the_library_changes_with_a_text(data: Path) -> None:
    before = load_library(data).hash
    edit(data / ABOUT, "sharp smell", "sharp odour")
    assert load_library(data).hash != before


def test_the_hash_of_the_library_changes_with_a_clinic_fact_that_is_spoken(data: Path) -> None:
    before = load_library(data).hash
    edit(data / "clinic.yml", "555-0100", "555-0199")
    assert load_library(data).hash != before


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
        ("  breath: [breathe, breath]", "  breath: breathe", r"rules\.yml: `words:` must map names to lists"),
        ("  category: emergency_breathing\n", "", r"rules\.yml: each rule needs id, category and pattern"),
        ("  unless:", "  except:", r"rules\.yml: each rule needs id, category and pattern"),
        ("patterns:\n", "patterns:\n- only words\n", r"rules\.yml: each rule needs id, category and pattern"),
        ("'cannot <breath>'", "'cannot <air>'", r"rules\.yml: `breathing\.cannot`: <air> is not listed"),
        ("'cannot <breath>'", "'cannot ('", r"rules\.yml: `breathing\.cannot`: the pattern is not a regular expression"),
        ("unless: 'cannot breathe in peace'", "unless: '['", r"rules\.yml: `breathing\.cannot`: the pattern is not a regular expression"),
        ("category: emergency_breathing", "category: emergency_breath", r"breathing\.cannot: the category 'emergency_breath' is not listed"),
        ("  names: [warfarin]", "  names: warfarin", r"rules\.yml: each group needs an id and a list of names"),
        ("  category: clinician_general\n", "", r"rules\.yml: `medicine\.blood_thinner` has no category"),
        ("category: clinician_general", "category: clinician", r"medicine\.blood_thinner: the category 'clinician' is not listed"),
        ("- id: medicine.blood_thinner", "- id: breathing.cannot", r"the rule id `breathing\.cannot` is used twice"),
    ],
)
def test_a_broken_rule_file_is_refused_by_name(data: Path, old: str, new: str, message: str) -> None:
    edit(data / RULES, old, new)
    with pytest.raises(ContentError, match=message):
        load_triage(data / "safety")


def test_a_group_takes_the_category_of_its_file(data: Path) -> None:
    edit(data / RULES, "  category: clinician_general\n", "")
    edit(data / RULES, "words:\n", "category: clinician_general\nwords:\n")
    assert [finding.category for finding in load_triage(data / "safety").check("I take warfarin")] == ["clinician_general"]


def test_an_everyday_word_of_a_file_is_never_taken_for_a_misspelt_name(data: Path) -> None:
    edit(data / RULES, "[warfarin]", "[clopidogrel]")
    edit(data / RULES, "words:\n", "everyday: [clopidogre]\nwords:\n")
    assert load_triage(data / "safety").check("clopidogre") == ()
