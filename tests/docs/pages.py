"""The documentation as tests read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if path.parent.name != "adr")
"""What a reader of today goes by; a decision in docs/adr tells of its own day."""
ROOT_PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md")]
ALL = [*ROOT_PAGES, *PAGES]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def name_of(path: Path) -> str:
    """A page's name from the repository's root."""
    return path.relative_to(ROOT).as_posix()


def fences(path: Path, language: str) -> Iterator[str]:
    """What stands in a page's code blocks of one language."""
    for match in _FENCE.finditer(path.read_text(encoding="utf-8")):
        if match[1] == language:
            yield match[2]


def commands(text: str) -> Iterator[str]:
    """Every `python -m bot …` of a text, with what follows on its line, joined over backslashes."""
    joined = re.sub(r"\\\n\s*", "", text)
    for match in re.finditer(r"python -m bot\b(?![.\w])([^`\n|]*)", joined):
        yield re.split(r"\s+#|[;&>]|\s\|\s|\)", match[1])[0].strip().rstrip(".,:")
    for match in re.finditer(r"docker compose run [^`\n]*?\b(?:website|training|console) ([^`\n#]+)", joined):
        yield match[1].strip()
