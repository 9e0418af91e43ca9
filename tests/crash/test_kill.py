"""No reply that reached a visitor is missing from the record or there twice, however the chat process ends."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.settings import ROOT


@pytest.mark.parametrize("processes", [1, 2])
def test_kill_nine_loses_and_doubles_nothing(processes: int) -> None:
    """Three of the two hundred kills that `python -m benchmarks.crash` makes."""
    command = [sys.executable, "-m", "benchmarks.crash", "--kills", "3", "--processes", str(processes)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "0 problems" in ended.stdout
