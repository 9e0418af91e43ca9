"""A small content folder in which everything is right, for tests that break one thing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.content.library import load_library
from bot.content.sync import sync

TODAY = date(2026, 12, 1)

FILES = {
    "clinic.yml": """\
fictional: true
name: Small Clinic
country: US
spelling: US
time_zone: America/New_York
website: https://small.example
phone: "555-0100"
email: desk@small.example
parking: a car park behind the house
hours:
  Monday: 9 am to 5 pm
  Tuesday: 9 am to 5 pm
  Wednesday: 9 am to noon, 1 pm to 5 pm
  Thursday: 9 am to 5 pm
  Friday: 9 am to 1:30 pm
  Saturday: closed
  Sunday: closed
holidays:
  2026-12-25: Christmas Day
silence_minutes: 60
retention_days: 180
privacy_contact: privacy@small.example
emergency:
  number: "911"
  poison: Poison Control at 1-800-222-1222
  crisis: the crisis line at 988
""",
    "clinic_schema.yml": """\
name: {kind: name, required: true, means: What the clinic is called.}
country: {kind: name, required: true, means: A code from countries.yml.}
spelling: {kind: name, required: true, means: US or UK.}
time_zone: {kind: time zone, required: true, means: The clinic's clock.}
website: {kind: URL, required: true, means: The clinic's website.}
phone: {kind: phone, required: true, means: The number that patients call.}
email: {kind: e-mail, required: true, means: The address that patients write to.}
parking: {kind: text, means: Where cars can be left.}
hours: {kind: hours, required: true, means: When the clinic is open.}
holidays: {kind: holidays, required: true, means: When it is closed.}
silence_minutes: {kind: minutes, required: true, means: Silence after which a conversation begins anew.}
retention_days: {kind: number, required: true, means: Days that conversations are kept.}
privacy_contact: {kind: e-mail, required: true, means: Whom to ask about stored data.}
emergency.number: {kind: phone, required: true, means: The emergency number.}
emergency.poison: {kind: helpline, required: true, means: Whom to call about a poisoning.}
emergency.crisis: {kind: helpline, required: true, means: Whom to call in a crisis.}
""",
    "countries.yml": """\
US: {emergency_numbers: ["911"], regulator: the FDA}
AU: {emergency_numbers: ["000"], regulator: the TGA}
""",
    "spelling.yml": """\
center: centre
color: colour
""",
    "snippets/sources.yml": """\
lungs: {title: Ozone and the lungs, publisher: A journal, year: 2020, address: "https://journal.example/1"}
clinic: {title: What the clinic says, publisher: "{name}", year: 2026, address: "{website}"}
""",
    "snippets/about.yml": """\
defaults:
  route: answer
  status: approved
  version: 1
  approval: {by: Ed Itor, role: editor, on: 2026-11-22}
  review_by: 2027-05-22
snippets:
- id: what_is_ozone
  question: What is ozone?
  text: >-
    Ozone is a gas. It is made of three atoms of oxygen. It has a sharp smell. It is not the same as the air we
    breathe, and it can hurt the lungs.
  sources: [lungs]
  seed: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
  related: [opening_hours]
- id: opening_hours
  question: When are you open?
  text: >-
    Please call the front desk and ask. The phone is {phone}. You can also write to us at any time, and we will
    write back to you on the next day that we are open.
  sources: [clinic]
  clinic_only: true
  seed: [17]
  related: [what_is_ozone]
""",
    "snippets/risks.yml": """\
defaults:
  status: approved
  version: 1
  approval: {by: Ed Itor, role: editor, on: 2026-11-22}
  review_by: 2027-05-22
  sources: [clinic]
snippets:
- id: emergency_breathing
  route: emergency
  question: Trouble breathing
  text: >-
    Call {emergency.number} now. Trouble with your breath can not wait for a chat. Sit up, stay calm, and have
    someone stay with you.
- id: clinician_general
  route: clinician
  question: A question for a clinician
  text: >-
    This is a question for a person who knows you and your health. Please call the front desk at {phone} and ask to
    talk to our clinician before you choose.
""",
    "safety/categories.yml": "categories: [emergency_breathing, clinician_general]\n",
    "safety/rules.yml": """\
words:
  breath: |
    breathe, breath
patterns:
- id: breathing.cannot
  category: emergency_breathing
  phrases: |
    cannot <breath>
  unless: |
    cannot breathe in peace
  fires: ["I can't breathe"]
  silent: ["I breathe well"]
groups:
- id: medicine.blood_thinner
  category: clinician_general
  names: [warfarin]
""",
    "nlu/about.yml": """\
version: "3.1"
nlu:
- intent: what_is_ozone
  examples: |
    - what's ozone
    - define ozone
- intent: opening_hours
  examples: |
    - hours please
""",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The small content folder, generated files included."""
    folder = tmp_path / "data"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sync(load_library(folder), folder)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replaces the first `old` in a file, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path} does not hold {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
