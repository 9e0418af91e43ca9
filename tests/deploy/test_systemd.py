"""The units for a server without containers: both as tight as
systemd's own measure can tell, and no two that drift apart."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.proxy import DEPLOY

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MOST_EXPOSED = 20
"""Tenths, as the option takes them."""


def test_there_is_a_unit_for_each_app() -> None:
    assert [unit.name for unit in UNITS] == ["ozone-console.service", "ozone-website.service"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_exposes_little(unit: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze here")
    command = [analyze, "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", str(unit)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unrecognized option" in result.stderr:
        pytest.skip("this systemd-analyze reads no files")
    assert result.returncode == 0, result.stdout + result.stderr


def test_both_units_are_protected_alike() -> None:
    website, console = (
        {
            line
            for line in unit.read_text(encoding="utf-8").splitlines()
            if re.match(r"(Protect|Private|Restrict|System|State|UMask|NoNew|Cap)", line)
        }
        for unit in UNITS
    )
    assert website == console
    assert len(website) > 20


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_runs_an_account_of_its_own_with_cookies_for_https(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    assert "\nUser=ozone\n" in text
    assert "OZONE_HTTPS=1" in text
    assert re.search(r"^UMask=0077$", text, re.MULTILINE)
