"""What a model is made from, and one name for all of it. Whoever asks whether a model still fits asks here.

The name follows what a file means, not how it is written: comments, layout and docstrings train nothing.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.content.files import ContentError, parse_mapping, read_mapping
from bot.settings import ROOT

REVIEWED = "reviewed.yml"
"""The file in data/nlu that holds what staff corrected; nobody edits it by hand."""

_CODE = (
    "bot/understanding",
    "bot/safety/normalise.py",
    "bot/safety/asked.py",
    "bot/safety/cues.py",
    "bot/on_rasa/rule_triage.py",
    "bot/on_rasa/sentence_encoder.py",
    "bot/on_rasa/message_classifier.py",
    "bot/on_rasa/question_parts.py",
    "bot/on_rasa/safety_policy.py",
    "bot/on_rasa/training_files.py",
)
"""What learns, and what it reads the examples with.

Snippets, facts and safety rules are read at the start, so they are not here.
"""

_READ_AT_THE_START = ("session_config",)
"""Parts of domain.yml that no model is trained on: the engine takes them from the clinic's facts."""


def fingerprint(data: Path, *, reviewed: str | None = None) -> str:
    """A name for everything a model is made from: configuration, training data and the code that learns.

    Args:
        data: the data folder.
        reviewed: text to think of in the place of `data/nlu/reviewed.yml`, empty for none; None takes what is there.

    Raises:
        ContentError: a file is missing or cannot be read; the message names it.
    """
    digest = hashlib.sha256()
    for name, meaning in _ingredients(data, reviewed):
        digest.update(f"{name}\0{json.dumps(meaning, sort_keys=True, default=str)}\0".encode())
    return digest.hexdigest()[:16]


def project_file(data: Path, name: str) -> Path:
    """`domain.yml` or `config.yml` of a data folder: the one beside it, or the shipped one."""
    beside = data.parent / name
    return beside if beside.is_file() else ROOT / name


def _ingredients(data: Path, reviewed: str | None) -> Iterator[tuple[str, Any]]:
    yield "config.yml", read_mapping(project_file(data, "config.yml"))
    domain = read_mapping(project_file(data, "domain.yml"))
    yield "domain.yml", {name: part for name, part in domain.items() if name not in _READ_AT_THE_START}
    yield "rules.yml", read_mapping(data / "rules.yml")
    yield "encoder", _lines(data / "encoder" / "SHA256SUMS")
    yield from _examples(data / "nlu", reviewed)
    for path in sorted((data / "strangers").glob("*.jsonl")):
        yield path.name, [_row(line) for line in _lines(path)]
    for name in _CODE:
        folder = ROOT / name
        for path in sorted(folder.glob("*.py")) if folder.is_dir() else [folder]:
            yield path.relative_to(ROOT).as_posix(), syntax(path.read_text(encoding="utf-8"))


def _examples(folder: Path, reviewed: str | None) -> Iterator[tuple[str, Any]]:
    found = {path.name: path for path in folder.glob("*.yml")}
    if reviewed is not None:
        found.pop(REVIEWED, None)
        if reviewed:
            yield REVIEWED, parse_mapping(reviewed, folder / REVIEWED)
    elif REVIEWED in found:
        yield REVIEWED, read_mapping(found.pop(REVIEWED))
    for name in sorted(found):
        yield name, read_mapping(found[name])


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}: cannot be read. Take it from the repository again.") from error


def _row(line: str) -> Any:
    """A row as its reader sees it. One that is no JSON stands for itself: training says what is wrong with it."""
    try:
        return json.loads(line)
    except ValueError:
        return line


def syntax(source: str) -> str:
    """The syntax tree of a module without its docstrings and the notes
    below its constants, where lines and comments leave no trace."""
    return ast.dump(_WithoutNotes().visit(ast.parse(source)))


class _WithoutNotes(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        """Nothing for a text that stands by itself."""
        return None if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) else node
