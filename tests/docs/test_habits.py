"""What somebody who takes this over looks for first is there, and is what it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import quick
from tests.conftest import ROOT
from tests.locked import installed

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def _yaml(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_licence_version_and_name_are_the_same_everywhere() -> None:
    citation = _yaml("CITATION.cff")
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["project"]["license"] == citation["license"] == "Apache-2.0"
    assert PROJECT["project"]["version"] == citation["version"]
    assert _yaml("docs/reference/openapi.yml")["info"]["version"] == citation["version"]


def test_no_package_that_serves_asks_more_than_our_licence_allows() -> None:
    """The GPL and the AGPL would; the LGPL and the MPL ask for nothing where a package stays as it is."""
    for name in installed():
        told = distribution(name).metadata
        terms = [told.get("License-Expression") or "", (told.get("License") or "")[:100]]
        terms += [line for line in told.get_all("Classifier") or [] if line.startswith("License")]
        said = " ".join(terms)
        strict = re.search(r"(?<![Ll])A?GPL|(?<!Lesser )(?<!Library or Lesser )General Public License", said)
        assert not strict or re.search(r"LGPL|Lesser|MPL", said), f"{name}: {said}"


def test_hooks_run_from_the_locked_environment_and_download_nothing() -> None:
    (local,) = _yaml(".pre-commit-config.yaml")["repos"]
    assert local["repo"] == "local"
    for hook in local["hooks"]:
        program, *words = shlex.split(hook["entry"])
        assert hook["language"] == "system"
        assert program.startswith(".venv/bin/")
        assert (ROOT / program).exists()
        assert all((ROOT / word).is_file() for word in words if word.endswith(".py"))


def test_the_hosted_workflow_runs_what_runs_everywhere() -> None:
    (job,) = _yaml(".github/workflows/ci.yml")["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step][-1] == "bash .ci/run"
    assert (ROOT / ".ci" / "run").is_file()


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml")), ids=lambda path: path.name
)
def test_a_form_for_issues_can_be_filled_in(path: Path) -> None:
    form = _yaml(path.relative_to(ROOT).as_posix())
    assert form["name"]
    assert form["description"]
    ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
    assert ids
    assert len(ids) == len(set(ids))
    assert all(field["attributes"].get("label") for field in form["body"] if field["type"] != "markdown")


def test_the_devcontainer_is_made_as_a_developers_machine() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    python = (ROOT / ".python-version").read_text(encoding="utf-8").strip()
    assert f"python:{python}" in container["image"]
    for target in container["postCreateCommand"].removeprefix("make ").split():
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)
    assert container["forwardPorts"] == [8080, 8081]


def test_the_tools_of_docs_hooks_and_deploy_are_in_no_other_environment() -> None:
    groups = PROJECT["dependency-groups"]
    assert {"docs", "hooks", "deploy"} <= set(groups)
    assert not {"docs", "hooks", "deploy"} & set(PROJECT["tool"]["uv"]["default-groups"])
    assert "--only-group docs" in MAKEFILE
    assert "--only-group hooks" in MAKEFILE
    assert "--only-group deploy" in MAKEFILE


# --- make quick ------------------------------------------------------------------------------------------------------


def _names(paths: list[Path]) -> list[str]:
    return [path.relative_to(quick.TESTS).as_posix() for path in paths]


def test_a_changed_module_leads_to_the_tests_of_its_name_and_to_those_that_import_it() -> None:
    found = _names(quick.of_changes(["bot/safety/denials.py"]))
    assert found[0] == "safety/test_denials.py"
    assert "safety/test_redaction.py" not in found


@pytest.mark.parametrize(
    ("changed", "led_to"),
    [
        ("data/safety/emergency.yml", "safety"),
        ("data/snippets/visit.yml", "content"),
        ("bot/website/widget/main.js", "website/test_bundle.py"),
        ("README.md", "docs"),
        ("tests/record/test_turns.py", "record/test_turns.py"),
    ],
)
def test_a_changed_file_leads_to_the_tests_that_read_it(changed: str, led_to: str) -> None:
    assert led_to in _names(quick.of_changes([changed]))


def test_every_test_that_is_named_for_content_is_there() -> None:
    assert all((quick.TESTS / name).exists() for names in quick.CONTENT.values() for name in names)


def test_nothing_changed_is_nothing_to_test() -> None:
    assert quick.of_changes([]) == []


def test_a_room_that_is_not_there_is_told_with_those_that_are() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/quick.py", "saftey"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )
    assert done.returncode == 2
    assert "safety" in done.stderr
    assert "Traceback" not in done.stderr


def test_when_the_time_is_up_the_rest_is_left_out_and_counted(pytester_file: Path) -> None:
    in_time = quick.InTime(seconds=-1)
    assert pytest.main([str(pytester_file), "-q", "-p", "no:cacheprovider"], plugins=[in_time]) == 0
    assert in_time.left_out == 2


@pytest.fixture
def pytester_file(tmp_path: Path) -> Path:
    """Two tests that fail if they are run."""
    path = tmp_path / "test_two.py"
    path.write_text(
        "def test_a() -> None:\n    assert False\n\n\ndef test_b() -> None:\n    assert False\n", encoding="utf-8"
    )
    return path
