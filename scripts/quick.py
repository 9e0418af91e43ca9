"""The tests of what one works on: `make quick`, or `make quick ROOM=safety`.

Without a room: what differs from the branch `main`, committed or not, leads to test files. Those that changed
themselves come first, then those that are named after a changed module or import it, then those of the rooms that read
a changed file of the content. With one or more rooms: their whole folders. After 20 seconds it stops and says what it
left out, so that nobody waits for it; `make test` runs everything.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
SECONDS = 20

CONTENT = {
    "data/safety": ("safety", "content/test_yaml.py"),
    "data/snippets": ("content", "record/test_texts.py"),
    "data/nlu": ("content/test_checks.py", "evaluation/test_data.py"),
    "data": ("content",),
    "docs": ("docs",),
    "deploy": ("deploy/test_containers.py",),
    "bot/website/widget": ("website/test_bundle.py",),
    "bot/website/templates": ("website/test_app.py", "website/test_answers.py"),
    "bot/console/templates": ("console/test_app.py", "console/test_review.py"),
    "scripts": ("test_supply_chain.py", "docs"),
    ".github": ("docs",),
    "README.md": ("docs",),
    "CONTRIBUTING.md": ("docs",),
    "Makefile": ("docs",),
    "pyproject.toml": ("test_dependencies.py",),
    "uv.lock": ("test_dependencies.py",),
}
"""What is no Python of ours, and the tests that read it; the longest beginning of a path counts."""


class Unknown(Exception):
    """No such room; the message says which there are."""


def changed() -> list[str]:
    """Paths that differ from where this branch left `main`, with what is not committed yet."""
    base = _git("merge-base", "HEAD", "main") or ["HEAD"]
    return sorted({*_git("diff", "--name-only", base[0]), *_git("ls-files", "--others", "--exclude-standard")})


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(  # noqa: S603 - the words are those above
        ["git", *arguments],  # noqa: S607 - whichever git the developer uses
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines() if done.returncode == 0 else []


def rooms() -> list[str]:
    """The folders of tests, without those that need minutes or a browser."""
    slow = {"browser", "crash", "rasa"}
    return sorted(path.name for path in TESTS.iterdir() if (path / "__init__.py").is_file() and path.name not in slow)


def of_rooms(names: Iterable[str]) -> list[Path]:
    """The folders of these rooms.

    Raises:
        Unknown: there is none of that name.
    """
    for name in names:
        if name not in rooms():
            raise Unknown(f"There are no quick tests of a room {name!r}. The rooms are: {', '.join(rooms())}.")
    return [TESTS / name for name in names]


def of_changes(paths: Sequence[str]) -> list[Path]:
    """The test files that changed paths lead to, the nearest first."""
    own = [ROOT / path for path in paths if re.fullmatch(r"tests/(?!browser|crash|rasa).*test_\w+\.py", path)]
    near: list[Path] = []
    content: list[Path] = []
    modules = [path for path in paths if re.fullmatch(r"(bot|actions|scripts)/.*\.py", path)]
    quick = [
        *TESTS.glob("test_*.py"),
        *(file for name in rooms() for file in sorted((TESTS / name).rglob("test_*.py"))),
    ]
    texts = {file: file.read_text(encoding="utf-8") for file in quick}
    for path in modules:
        dotted, name = path.removesuffix(".py").replace("/", "."), Path(path).stem
        package, _, last = dotted.rpartition(".")
        imported = re.compile(rf"\b{re.escape(dotted)}\b|from {re.escape(package)} import [^\n]*\b{last}\b")
        near += [file for file in quick if file.stem == f"test_{name}"]
        near += [file for file, text in texts.items() if imported.search(text)]
    for path in paths:
        beginning = max((name for name in CONTENT if path == name or path.startswith(f"{name}/")), key=len, default="")
        content += [TESTS / name for name in CONTENT.get(beginning, ())]
    found = [path for path in dict.fromkeys([*own, *near, *content]) if path.exists()]
    folders = [path for path in found if path.is_dir()]
    return [path for path in found if path in folders or not any(path.is_relative_to(folder) for folder in folders)]


class InTime:
    """Leaves the rest out when the time is up, and counts it."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self.left_out = 0

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skips a test that would begin too late."""
        if time.monotonic() > self._ends:
            self.left_out += 1
            pytest.skip("the time is up")


def main(names: Sequence[str], seconds: float = SECONDS) -> int:
    """Runs the tests; the exit code is pytest's, 0 when there is nothing to run."""
    try:
        files = of_rooms(names) if names else of_changes(changed())
    except Unknown as error:
        print(error, file=sys.stderr)
        return 2
    if not files:
        print("Nothing that a quick test looks at differs from main. `make quick ROOM=…` runs one room.")
        return 0
    print("Testing " + " ".join(path.relative_to(ROOT).as_posix() for path in files), flush=True)
    in_time = InTime(seconds)
    code = int(pytest.main([*map(str, files), "--exitfirst", "--failed-first"], plugins=[in_time]))
    if in_time.left_out:
        print(f"After {seconds:.0f} s {in_time.left_out} tests were left out. `make test` runs them.")
    return 0 if code == pytest.ExitCode.NO_TESTS_COLLECTED else code


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
