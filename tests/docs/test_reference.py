"""The reference says what the code does: nothing is missing, and nothing is told that is not there."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.settings import Settings
from scripts import reference
from scripts.schemas import FILES, FOLDER, paths_of
from tests.conftest import ROOT
from tests.docs.pages import DOCS

REFERENCE = DOCS / "reference"
SETTING = re.compile(r"OZONE_[A-Z_]+|HOST|PORT|CONSOLE_PORT|DATABASE_URL")
ONLY_IN_TESTS = {"OZONE_WALK_TURNS", "OZONE_KILLS", "OZONE_KILL_SEED"}


def _rows(page: str) -> dict[str, list[str]]:
    """The rows of a page's tables by every `name` in their first column."""
    found: dict[str, list[str]] = {}
    for line in (REFERENCE / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            found |= dict.fromkeys(re.findall(r"`([^`]+)`", cells[0]), cells)
    return found


@cache
def _calls() -> list[ast.Call]:
    return list(_found_calls())


def _found_calls() -> Iterator[ast.Call]:
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield node


def _said(node: ast.expr) -> set[str]:
    """A text in the code; what is filled in at the time is a star."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.JoinedStr):
        return {"".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)}
    return _said(node.body) | _said(node.orelse) if isinstance(node, ast.IfExp) else set()


def _audit_notes() -> str:
    return (REFERENCE / "record.md").read_text(encoding="utf-8").partition("## What the audit notes")[2]


def test_what_is_generated_is_as_the_code_says() -> None:
    stale = [
        path.relative_to(ROOT).as_posix()
        for path, text in reference.whole().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, f"Run `make reference`: {', '.join(stale)}"


def test_a_page_that_was_edited_between_the_marks_is_made_anew() -> None:
    page = (REFERENCE / "metrics.md").read_text(encoding="utf-8")
    row = "| `ozone_ready` | gauge |"
    assert row in page
    assert row in reference.filled(page.replace(row, "| `ozone_steady` | gauge |"))


def test_every_setting_is_told_and_none_that_is_not_there() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    read = set(re.findall(r'"(OZONE_[A-Z_]+|HOST|PORT|CONSOLE_PORT|DATABASE_URL)"', code))
    assert set(_rows("settings.md")) & {name for name in _rows("settings.md") if SETTING.fullmatch(name)} == read
    assert all(name in tests for name in ONLY_IN_TESTS)
    for path in DOCS.rglob("*.md"):
        told = set(re.findall(r"\bOZONE_[A-Z_]+\b", path.read_text(encoding="utf-8")))
        assert told <= read | ONLY_IN_TESTS, f"{path}: {told - read - ONLY_IN_TESTS}"


def test_the_defaults_are_those_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _rows("settings.md"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    settings = Settings()
    shown = {
        "PORT": settings.port,
        "CONSOLE_PORT": settings.console_port,
        "HOST": settings.host,
        "OZONE_DATA": settings.data.relative_to(ROOT),
        "OZONE_MODELS": settings.models.relative_to(ROOT),
        "OZONE_DATABASE": settings.database.relative_to(ROOT),
        "OZONE_DATABASE_CONNECTIONS": settings.database_connections,
        "OZONE_FOLLOW_PORT": settings.follow_port,
        "OZONE_SECRET_FILE": settings.secret_file.relative_to(ROOT),
        "OZONE_PROCESSES": settings.processes,
        "OZONE_TRUSTED_PROXIES": settings.trusted_proxies[0],
        "OZONE_LIMITS": int(settings.limits),
        "OZONE_FREE_DISK_MB": settings.free_disk_mb,
        "OZONE_KEEP_REQUESTS_DAYS": settings.keep_requests_days,
    }
    told = {name: cells[1] for name, cells in _rows("settings.md").items() if name in shown}
    assert {name: re.match(r"`([^`]+)`", cell) for name, cell in told.items()}.keys() == shown.keys()
    assert {name: cell.split("`")[1] for name, cell in told.items()} == {
        name: str(value) for name, value in shown.items()
    }
    assert (settings.https, settings.allowed_origins, settings.operators) == (False, (), ())
    assert settings.encoder_model is settings.encoder_tokenizer is None


def test_every_event_of_the_log_is_told_and_none_that_is_not_there() -> None:
    logged = {
        name
        for call in _calls()
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "log"
        and call.args
        for name in _said(call.args[0])
    }
    assert logged == {name for name in _rows("metrics.md") if "." in name}


def test_every_action_of_the_audit_is_told_and_none_that_is_not_there() -> None:
    noted: set[str] = set()
    for call in _calls():
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        audit = isinstance(owner, ast.Name) and owner.id == "audit" and call.func.attr == "append"  # type: ignore[attr-defined]
        if audit and len(call.args) > 2:
            noted |= _said(call.args[2])
        if isinstance(call.func, ast.Name) and call.func.id == "_noted" and len(call.args) > 1:
            noted |= _said(call.args[1])
    told = re.findall(r"`([a-z_]+(?:\.[a-z_*]+)?)`", _audit_notes())
    assert noted - {"*"} == set(told)


def test_every_table_of_the_record_is_told() -> None:
    page = (REFERENCE / "record.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"<!-- generated: columns (\w+) -->", page))
    assert shown == set(reference.tables())
    for table in shown:
        assert f"`{table}`" in page


def test_every_file_of_the_content_is_told_with_its_schema() -> None:
    page = (REFERENCE / "data-files.md").read_text(encoding="utf-8")
    patterns = set(re.findall(r"`((?:data/|domain)[\w./*]+)`", page))
    told = {path for pattern in patterns for path in ROOT.glob(pattern)}
    there = {path for path in (ROOT / "data").rglob("*") if path.is_file()}
    assert not there - told, "not told"
    assert all(list(ROOT.glob(pattern)) for pattern in patterns - {"data/nlu/reviewed.yml"}), "told and not there"
    linked = {
        tuple(row) for row in re.findall(r"^\| `([^`]+)` .*\[\w+\]\(\.\./schema/(\w+)\.json\) \|$", page, re.MULTILINE)
    }
    assert linked == {(pattern, schema) for schema, files in FILES.items() for pattern in files}


def test_each_schema_is_for_some_file_and_each_editor_takes_it() -> None:
    settings = json.loads((ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    assert (
        {Path(name).stem for name in settings["yaml.schemas"]}
        == set(FILES)
        == {path.stem for path in FOLDER.glob("*.json")}
    )
    assert all(paths_of(schema) for schema in FILES)


def test_each_decision_is_in_the_index() -> None:
    page = (DOCS / "explanation" / "decisions.md").read_text(encoding="utf-8")
    assert all(f"../adr/{path.name}" in page for path in (DOCS / "adr").glob("*.md"))
