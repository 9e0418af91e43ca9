"""What the code imports is declared where it is needed, and nothing else is declared.

The usual checkers (deptry, fawltydeps) know one list to run and one to develop; here are four, and two of them are for
Rasa's imports rather than ours.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest
from room_for_rasa.stand_ins import NEVER, NOT_TO_SERVE

from bot.settings import ROOT
from tests.locked import canonical, declared, declared_for_rasa, installed, modules_of

OURS = frozenset({"bot", "actions", "tests", "benchmarks", "scripts"})
EVERY = packages_distributions()

NOT_IMPORTED = {
    "httptools": "uvicorn takes it where it is installed",
    "uvloop": "uvicorn takes it where it is installed",
    "symspellpy": "bot/safety/second_reading.py takes the word frequencies that it brings, and none of its code",
    "confusable-homoglyphs": (
        "bot/safety/second_reading.py takes the table of Unicode's confusables that it brings, and none of its code"
    ),
    "pytest-timeout": "`timeout` in pyproject.toml",
    "pytest-xdist": "make test",
    "ruff": "make lint",
    "import-linter": "make lint",
    "mypy": "make types",
    "types-pyyaml": "make types",
}
"""What is declared and imported by nobody, and who needs it."""

NOT_DECLARED = {
    "aiormq": "comes with aio-pika",
    "sentry_sdk": "comes with structlog-sentry",
    "mypy_extensions": "for type checkers only",
    "google": "Google's cloud, a stand-in; what is installed under that name is protobuf",
}
"""What Rasa imports and no list of ours names."""


ELSEWHERE = ROOT / "benchmarks" / "starter"
"""Runs in an environment of its own, by a lock of its own."""


def _modules(folder: Path) -> list[Path]:
    """The Python files of a folder that run in this environment."""
    own = [path for path in sorted(folder.rglob("*.py")) if ELSEWHERE not in path.parents]
    return [path for path in own if "# /// script" not in path.read_text(encoding="utf-8")]


@cache
def _imports(folder: Path) -> frozenset[tuple[str, bool]]:
    """Third-party modules that are imported below a folder,
    and whether that happens while the importing module loads."""
    return frozenset(
        found for path in _modules(folder) for found in _imports_of(ast.parse(path.read_text(encoding="utf-8")), True)
    )


def _imports_of(node: ast.AST, loading: bool) -> Iterator[tuple[str, bool]]:
    for child in ast.iter_child_nodes(node):
        names = [alias.name for alias in child.names] if isinstance(child, ast.Import) else []
        if isinstance(child, ast.ImportFrom) and child.module and not child.level:
            names = [child.module]
        for name in names:
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top not in OURS:
                yield top, loading
        yield from _imports_of(child, loading and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))


@cache
def _for_more_machines() -> frozenset[str]:
    """What the group `scale` brings. Counted whole: OpenTelemetry's packages share one name to import."""
    return frozenset(installed("scale")) - installed().keys()


def _distributions(modules: Iterable[str]) -> set[str]:
    """What brings these modules, as far as they are installed."""
    return {canonical(owner) for module in modules for owner in EVERY.get(module, [])}


def _imported(*folders: str) -> set[str]:
    return _distributions(name for folder in folders for name, _ in _imports(ROOT / folder))


def _rasas() -> set[str]:
    """Modules that Rasa and its SDK import."""
    found = set()
    for package in ("rasa", "rasa_sdk"):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        found |= {name for name, _ in _imports(Path(spec.origin).parent)}
    return found - {"rasa", "rasa_sdk"}


def test_what_bot_and_actions_import_is_declared_to_serve_to_train_or_for_more_machines() -> None:
    assert _imported("bot", "actions") <= declared() | declared("train") | _for_more_machines()


@pytest.mark.parametrize("package", sorted(declared("train")))
def test_what_bot_takes_of_training_is_imported_late_or_left_out_when_serving(package: str) -> None:
    at_once = {name for name, loading in _imports(ROOT / "bot") if loading and package in _distributions([name])}
    assert at_once <= NOT_TO_SERVE


def test_what_tests_and_scripts_and_benchmarks_import_is_declared() -> None:
    every = declared() | declared("train") | declared("commands") | declared("dev") | _for_more_machines()
    assert _imported("tests", "benchmarks", "scripts") <= every


def test_what_compat_imports_is_what_it_mends() -> None:
    assert _imported("compat/src") - {"room-for-rasa"} <= declared() | declared("commands") | declared_for_rasa() | {
        "sentry-sdk"
    }


def test_every_module_that_is_imported_is_known() -> None:
    """A package that nothing declares is not installed, so it would slip through the other tests."""
    for folder in ("bot", "actions", "tests", "benchmarks", "scripts", "compat/src"):
        assert {name for name, _ in _imports(ROOT / folder)} - EVERY.keys() == set()


def test_what_is_declared_to_serve_is_imported_by_what_serves() -> None:
    assert declared() - NOT_IMPORTED.keys() <= _imported("bot", "actions")


def test_what_is_declared_to_develop_is_imported_by_tests() -> None:
    assert declared("dev") - NOT_IMPORTED.keys() <= _imported("tests", "benchmarks", "scripts")


def test_what_is_declared_to_train_and_for_commands_is_imported_by_rasa_or_by_us() -> None:
    assert declared("train") | declared("commands") <= _distributions(_rasas()) | _imported("bot")


def test_the_list_that_stands_in_for_rasas_own_holds_only_what_rasa_imports() -> None:
    assert declared_for_rasa() - {"rasa-sdk"} <= _distributions(_rasas())


def test_whatever_rasa_imports_and_is_installed_is_declared() -> None:
    lists = declared() | declared("train") | declared("commands") | declared_for_rasa()
    undeclared = {name for name in _rasas() if name in EVERY and not _distributions([name]) <= lists}
    assert undeclared == NOT_DECLARED.keys()


def test_a_package_has_a_stand_in_only_if_rasa_imports_it() -> None:
    assert {name for name in NOT_TO_SERVE | NEVER if "." not in name} <= _rasas()


ONLY = """
import sys
from importlib.machinery import PathFinder
extra = set(sys.argv[1:])
class Installed(PathFinder):
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        return None if fullname.partition('.')[0] in extra else super().find_spec(fullname, path, target)
sys.meta_path[sys.meta_path.index(PathFinder)] = Installed
"""


def _as_installed_to_serve(code: str, typed: str = "") -> str:
    """What Python prints for this code where only that is found which is installed to serve."""
    extra = modules_of({canonical(owner) for owners in EVERY.values() for owner in owners} - installed().keys(), EVERY)
    assert {"sklearn", "sanic", "sqlalchemy", "matplotlib", "pytest"} <= extra
    ran = subprocess.run(
        [sys.executable, "-c", ONLY + code, *sorted(extra)], capture_output=True, text=True, cwd=ROOT, input=typed
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_what_is_installed_to_serve_is_enough_to_answer() -> None:
    printed = _as_installed_to_serve("from bot.cli import main; main(['ask'])", "What is ozone?\n")
    assert json.loads(printed)["snippet"] == "what_is_ozone"


def test_what_is_installed_to_serve_is_enough_for_website_and_console() -> None:
    _as_installed_to_serve(
        "import bot.serving; bot.serving.leave_out_what_trains(); import bot.website.app, bot.console.app"
    )
