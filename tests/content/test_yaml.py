"""The shipped YAML is YAML to every parser, not only to the lenient one in C."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.conftest import DATA

FILES = sorted(DATA.rglob("*.yml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DATA)))
def test_the_parser_written_in_python_reads_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert yaml.load(text, Loader=yaml.SafeLoader) == yaml.load(text, Loader=yaml.CSafeLoader)
