"""What every test may use: the shipped content, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.library import Library, load_library
from bot.content.rules import load_triage
from bot.safety.triage import Triage

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library(DATA)


@pytest.fixture(scope="session")
def triage() -> Triage:
    return load_triage(DATA / "safety")
