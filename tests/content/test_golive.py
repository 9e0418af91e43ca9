"""Before going live: what is open is listed in order, and nothing is listed once all is done."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.content.files import ContentError, read_written
from bot.content.golive import Task, as_text, before_going_live
from bot.content.library import Library, load_library
from bot.content.own_page import load_own_page
from tests.conftest import DATA
from tests.content.conftest import TODAY, edit

PAGE = """\
sentences:
- {says: Ozone never hurts anybody., verdict: wrong, because: It can., instead: Ozone can hurt the lungs.,
answers: [what_is_ozone]}
- {says: Ozone is a gas., verdict: fair, because: It is.}
"""


@pytest.fixture
def ready(data: Path) -> Path:
    """The small content folder of a clinic with nothing left to do."""
    for old, new in (
        ("fictional: true", "fictional: no"),
        ("555-0100", "212 664 7665"),
        ("https://small.example", "https://small-clinic.org"),
        ("desk@small.example", "desk@small-clinic.org"),
        ("privacy@small.example", "privacy@small-clinic.org"),
        ("2026-12-25: Christmas Day", "2027-12-25: Christmas Day"),
    ):
        edit(data / "clinic.yml", old, new)
    return data


def _tasks(data: Path, part: str, today: date = TODAY) -> list[Task]:
    return [task for found in before_going_live(data, today) if found.name == part for task in found.tasks]


def test_nothing_is_open_for_a_clinic_that_has_done_everything(ready: Path) -> None:
    assert [part.tasks for part in before_going_live(ready, TODAY)] == [(), (), (), ()]


def test_the_parts_come_in_the_order_in_which_to_do_them(ready: Path) -> None:
    assert [part.name for part in before_going_live(ready, TODAY)] == ["facts", "own_page", "unsigned", "expiring"]


# Facts


def test_an_unknown_fact_is_open_with_the_answers_that_it_silences(ready: Path) -> None:
    edit(ready / "snippets/about.yml", "The phone is {phone}.", "There is {parking}.")
    edit(ready / "clinic.yml", "a car park behind the house", "unknown")
    (task,) = _tasks(ready, "facts")
    assert (task.about, "opening_hours" in task.why, "Where cars can be left" in task.todo) == ("parking", True, True)


@pytest.mark.parametrize(
    "invented",
    ["phone: 555-0123", "email: a@b.example", "name: A (fictional) clinic", "parking: behind Sampleton station"],
)
def test_an_invented_fact_is_open_even_when_the_clinic_says_it_is_real(ready: Path, invented: str) -> None:
    name = invented.split(":")[0]
    lines = (ready / "clinic.yml").read_text(encoding="utf-8").splitlines()
    (ready / "clinic.yml").write_text(
        "\n".join(invented if line.startswith(f"{name}:") else line for line in lines), encoding="utf-8"
    )
    assert [task.about for task in _tasks(ready, "facts")] == [name]


def test_facts_that_are_still_the_examples_are_open_as_long_as_the_clinic_is_fictional(ready: Path) -> None:
    (ready / "clinic_example.yml").write_text((ready / "clinic.yml").read_text(encoding="utf-8"), encoding="utf-8")
    assert _tasks(ready, "facts") == []
    edit(ready / "clinic.yml", "fictional: no", "# a line more\nfictional: yes")
    edit(ready / "clinic.yml", "a car park behind the house", "a garage")
    edit(ready / "clinic.yml", "Monday: 9 am", "Monday: 8 am")
    open_facts = [task.about for task in _tasks(ready, "facts")]
    assert open_facts[0] == "fictional"
    assert {"name", "holidays", "emergency.number"} <= set(open_facts)
    assert not {"parking", "hours"} & set(open_facts)


def test_the_example_is_the_clinic_that_ships() -> None:
    shipped, example = (
        read_written(DATA / "clinic.yml").without_lines(),
        read_written(DATA / "clinic_example.yml").without_lines(),
    )
    if dict(shipped.pairs)["name"] == dict(example.pairs)["name"]:  # nobody has begun to fill it in
        assert shipped == example, "data/clinic.yml was changed: copy it to data/clinic_example.yml"


# The clinic's own page


def test_a_sentence_that_contradicts_is_laid_beside_what_the_assistant_says(ready: Path, library: Library) -> None:
    (ready / "own_page.yml").write_text(PAGE, encoding="utf-8")
    (task,) = _tasks(ready, "own_page")
    assert task.about == "Sentence 1: Ozone never hurts anybody."
    assert task.why == "It contradicts the assistant. It can."
    assert task.todo == "Write instead: Ozone can hurt the lungs."
    assert task.beside == {"what_is_ozone": load_library(ready)["what_is_ozone"].text}


def test_sentences_that_nobody_compared_come_first_then_wrong_ones_then_loose_ones(ready: Path) -> None:
    kinds = [
        ("fair", "because: x,"),
        ("loose", "because: x,"),
        ("wrong", "because: x,"),
        ("", ""),
        ("neutral", "because: x,"),
    ]
    lines = [f"- {{says: {verdict or 'new'}., {because} verdict: {verdict}}}" for verdict, because in kinds]
    (ready / "own_page.yml").write_text("\n".join(["sentences:", *lines]), encoding="utf-8")
    assert [task.about for task in _tasks(ready, "own_page")] == [
        "Sentence 4: new.",
        "Sentence 3: wrong.",
        "Sentence 2: loose.",
    ]
    assert _tasks(ready, "own_page")[0].why == "Nobody has compared it yet."


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sentences:", "page:", "expected `sentences:`"),
        ("says: Ozone is a gas., ", "", "sentence 2 needs `says`"),
        ("verdict: fair", "verdict: fine", "sentence 2 has the verdict 'fine'"),
        ("because: It is.", "because: ''", "sentence 2 has a verdict without a reason"),
        ("[what_is_ozone]", "[ozone]", "sentence 1: `answers` must be a list of ids in data/snippets; `ozone` is none"),
        ("[what_is_ozone]", "what_is_ozone", "sentence 1: `answers` must be a list of ids"),
        ("because: It can.,", "because: It can., why: so,", "sentence 1 needs `says`, and may have"),
    ],
)
def test_a_page_that_cannot_be_compared_is_refused(data: Path, old: str, new: str, message: str) -> None:
    (data / "own_page.yml").write_text(PAGE, encoding="utf-8")
    edit(data / "own_page.yml", old, new)
    with pytest.raises(ContentError, match=rf"own_page\.yml: {message}"):
        load_own_page(data / "own_page.yml", load_library(data))


def test_the_worked_example_has_the_seventeen_sentences_and_the_snippets_that_speak_for_them(library: Library) -> None:
    page = load_own_page(DATA / "own_page.yml", library)
    assert Counter(sentence.verdict for sentence in page) == {"fair": 1, "neutral": 1, "loose": 9, "wrong": 6}
    assert [sentence.number for sentence in page] == list(range(1, 18))
    for sentence in page:
        assert sentence.answers
        assert all(sentence.number in library[name].seed for name in sentence.answers), sentence.number


# Signatures and dates


def test_texts_of_the_starter_set_are_to_be_signed_emergencies_first(ready: Path) -> None:
    for name in ("about", "risks"):
        edit(ready / f"snippets/{name}.yml", "role: editor", "role: Starter set")
    assert [(task.about, task.why) for task in _tasks(ready, "unsigned")] == [
        ("data/snippets/risks.yml, emergency: 1", "emergency_breathing"),
        ("data/snippets/risks.yml, clinician: 1", "clinician_general"),
        ("data/snippets/about.yml, answer: 2", "what_is_ozone, opening_hours"),
    ]


def test_a_text_that_is_not_sent_needs_no_signature(ready: Path) -> None:
    edit(ready / "snippets/about.yml", "role: editor", "role: starter set")
    edit(ready / "snippets/about.yml", "status: approved", "status: draft")
    assert _tasks(ready, "unsigned") == []


@pytest.mark.parametrize(("today", "expires"), [(date(2027, 3, 22), 0), (date(2027, 3, 23), 1), (date(2027, 5, 22), 1)])
def test_what_expires_within_sixty_days_is_listed(ready: Path, today: date, expires: int) -> None:
    found = _tasks(ready, "expiring", today)
    assert [task.about for task in found] == ["2027-05-22: 4 texts"] * expires


def test_a_list_of_holidays_that_ends_is_listed(ready: Path) -> None:
    edit(ready / "clinic.yml", "2027-12-25: Christmas Day", "2026-12-25: Christmas Day")
    assert [task.about for task in _tasks(ready, "expiring")] == ["2026-12-31: holidays"]


# The command


def _golive(data: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> tuple[int, str]:
    monkeypatch.setenv("OZONE_DATA", str(data))
    result = CliRunner().invoke(main, ["content", "golive", *options])
    return result.exit_code, result.output


def test_the_command_ends_with_0_when_nothing_is_open(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.date", type("Day", (date,), {"today": classmethod(lambda cls: TODAY)}))
    code, output = _golive(ready, monkeypatch)
    assert (code, output.splitlines()[-1]) == (0, "Nothing is open.")


def test_the_command_ends_with_1_and_says_what_is_open_in_words_and_for_a_machine(
    ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ready / "own_page.yml").write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr("bot.cli.date", type("Day", (date,), {"today": classmethod(lambda cls: TODAY)}))
    code, output = _golive(ready, monkeypatch)
    assert (code, output.splitlines()[-1]) == (1, "1 thing is open.")
    assert "The assistant says (what_is_ozone): Ozone is a gas." in output
    code, output = _golive(ready, monkeypatch, "--json")
    assert code == 1
    assert json.loads(output)["open"] == 1
    assert json.loads(output)["own_page"][0]["about"] == "Sentence 1: Ozone never hurts anybody."


def test_content_that_cannot_be_used_ends_with_2_and_one_sentence(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(data / "clinic.yml", 'phone: "555-0100"', "phone: call us")
    code, output = _golive(data, monkeypatch)
    assert code == 2
    assert "the field `phone` is 'call us'" in output


def test_a_part_with_nothing_open_says_so(ready: Path) -> None:
    assert "1. Facts in data/clinic.yml: nothing open" in list(as_text(before_going_live(ready, TODAY)))
