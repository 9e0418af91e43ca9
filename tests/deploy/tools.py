"""The programs that look at deploy/, as `make deploy-tools` brings them; without one its tests are skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

KUBERNETES = ROOT / "deploy" / "kubernetes"
MONITORING = ROOT / "deploy" / "monitoring"

_PLACES = {
    "kubectl": ".tools/deploy/bin/kubectl",
    "kubernetes-validate": ".tools/deploy/bin/kubernetes-validate",
    "hadolint": ".tools/deploy/bin/hadolint",
    "promtool": ".tools/prometheus/usr/bin/promtool",
}


@cache
def find(name: str) -> str | None:
    """Where a program is: named by the environment (PROMTOOL and so on), brought, or on the path."""
    named = os.environ.get(name.upper().replace("-", "_"), "")
    places = [named, str(ROOT / _PLACES[name]), shutil.which(name) or ""]
    return next((place for place in places if place and Path(place).is_file()), None)


def needs(name: str) -> pytest.MarkDecorator:
    """Leaves a test out where there is no such program; where CI runs, it fails instead."""
    missing = find(name) is None and not os.environ.get("CI")
    return pytest.mark.skipif(missing, reason=f"there is no {name} here: `make deploy-tools` brings it")


def run(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a program and returns what it said; the exit code is the caller's to judge."""
    program = find(name)
    assert program is not None, f"there is no {name} here: `make deploy-tools` brings it"
    command = [program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)


def documents(path: Path) -> list[dict[str, Any]]:
    """What a file with YAML documents holds."""
    return [made for made in yaml.safe_load_all(path.read_text(encoding="utf-8")) if made]


def resources(folder: Path) -> list[dict[str, Any]]:
    """What a kustomization lists, and what those list that it takes in, before images and namespace are put in."""
    found: list[dict[str, Any]] = []
    for name in documents(folder / "kustomization.yml")[0]["resources"]:
        path = folder / name
        found += resources(path) if path.is_dir() else documents(path)
    return found
