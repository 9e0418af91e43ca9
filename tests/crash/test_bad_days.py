"""With PostgreSQL, no turn that a visitor was told is recorded is missing or there twice, whatever is killed or cut."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.settings import ROOT
from tests.postgres import MISSING, binaries


@pytest.mark.skipif(binaries() is None, reason=MISSING)
def test_bad_days_lose_and_double_nothing() -> None:
    """Six of the two hundred faults of `python -m benchmarks.bad_days`."""
    command = [sys.executable, "-m", "benchmarks.bad_days", "--faults", "6", "--rest", "6", "--visitors", "4"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "0 problems" in ended.stdout
