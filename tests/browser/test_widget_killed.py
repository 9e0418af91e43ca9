"""Network, server and tab are killed at random moments of visits:
no message is lost, none doubled, and help stays in view.

`OZONE_KILLS` sets how many moments, `OZONE_KILL_SEED` which ones; `python -m benchmarks.kills` lives through 200.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT

KILLS = os.environ.get("OZONE_KILLS", "15")
LONGEST_SECONDS = 60.0 * int(KILLS)
"""Ten times what it takes or more; without an end a page that never answers would hold up everything."""

SEED = os.environ.get("OZONE_KILL_SEED", "17")


def test_nothing_is_lost_or_doubled_and_the_number_is_there_whatever_is_killed() -> None:
    command = [sys.executable, "-m", "benchmarks.kills", "--moments", KILLS, "--seed", SEED]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False, timeout=LONGEST_SECONDS)
    assert done.returncode == 0, done.stdout
    assert f"{KILLS} moments, 0 problems." in done.stdout
