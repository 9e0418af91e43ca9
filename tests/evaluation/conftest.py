"""A toy data set of a few intents."""

from __future__ import annotations

from pathlib import Path

import pytest

TOY = """version: "3.1"
nlu:
- intent: cost
  examples: |
    - how much is it
    - what does one [session](thing) cost
    - price of a drip please
    - is it expensive
    - how much do you charge
    - what would I pay
- intent: opening_hours
  examples: |
    - when are you open
    - opening hours please
    - are you open on Saturday
    - what time do you close
    - do you open early
    - open today?
- intent: clinician_medicine
  examples: |
    - I take warfarin
    - I am on blood thinners
    - my doctor put me on insulin
    - I use tablets for blood pressure
    - I have been on methotrexate for years
    - taking aspirin every day
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    path = tmp_path / "toy.yml"
    path.write_text(TOY, encoding="utf-8")
    return path
