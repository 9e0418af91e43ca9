"""What the pages tell a reader to type or to click is there."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot.cli import main
from scripts.reference import walk
from tests.conftest import ROOT
from tests.docs.pages import ALL, DOCS, commands, fences, name_of

PLACEHOLDERS = {"RUN": "1", "FILE": "file", "...": "file"}
"""What a reader puts in, where any word would not do."""

HARMLESS = (
    "content golive",
    "content check",
    "snippets status",
    "record list",
    "record list --route emergency",
    "record search needle",
    "record verify",
    "record purge --dry-run",
    "record next",
    "record export",
    "staff list",
)
"""Commands of the guides that are run here as they stand, on an empty record."""

_LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(([^)\s]+)\)")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _parsed(words: list[str]) -> click.Command:
    """The command that words name, after its options and arguments were read; nothing is run."""
    command: click.Command = main
    context = main.make_context("bot", [], resilient_parsing=True)
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        name, *words = words
        inner = command.commands[name]
        if isinstance(inner, click.Group):
            command, context = inner, inner.make_context(name, [], parent=context, resilient_parsing=True)
            continue
        inner.make_context(name, words, parent=context, resilient_parsing=not words).close()
        return inner
    assert not words, f"there is no such command: {' '.join(words)}"
    return command


def _written() -> list[tuple[str, str]]:
    """Page and command, of all pages but the reference, which is made from the commands."""
    pages = [path for path in ALL if path != DOCS / "reference" / "commands.md"]
    return sorted({(name_of(path), words) for path in pages for words in commands(_text(path))})


@pytest.mark.parametrize(("page", "words"), _written())
def test_each_command_exists_with_its_options(
    page: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("file", "questions.txt"):
        (tmp_path / name).write_text("What is ozone?\n", encoding="utf-8")
    plain = re.sub(r"\s*\[(.*?)\]", r" \1", words)  # what may be left out is tried too
    given = [PLACEHOLDERS.get(word, word) for word in shlex.split(plain)]
    _parsed(given)


def test_a_command_that_is_not_there_would_be_found() -> None:
    with pytest.raises(AssertionError, match="no such command"):
        _parsed(["record", "burn"])
    with pytest.raises(click.NoSuchOption):
        _parsed(["record", "purge", "--everything"])
    with pytest.raises(click.UsageError):
        _parsed(["improve", "promote", "seven"])


def test_the_pages_name_enough_commands_to_look_at() -> None:
    assert len(_written()) > 40


def test_every_command_is_told_in_the_reference() -> None:
    page = _text(DOCS / "reference" / "commands.md")
    for name, command in walk(main):
        assert re.search(rf"^##+ {' '.join(name)}$", page, re.MULTILINE), name
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert f"`{', '.join(option.opts)}`" in page


@pytest.mark.parametrize("words", HARMLESS)
def test_a_harmless_command_of_the_guides_runs(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any(words == found for _, found in _written()) or words in _text(DOCS / "reference" / "commands.md")
    monkeypatch.setenv("OZONE_DATABASE", str(tmp_path / "record.db"))
    monkeypatch.setenv("OZONE_SECRET_FILE", str(tmp_path / "secret"))
    CliRunner().invoke(main, ["staff", "list"])  # makes the record
    result = CliRunner().invoke(main, shlex.split(words))
    assert result.exit_code == (1 if words == "content golive" else 0), result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_each_target_of_make_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", _text(ROOT / "Makefile"), re.MULTILINE))
    text = _text(path)
    named = set(re.findall(r"`make ([a-z-]+)", text)) | {
        name
        for block in fences(path, "sh")
        for name in re.findall(r"(?:^|[ ;&])make ([a-z-]+)", re.sub(r"#.*", "", block))
    }
    assert named <= targets


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_each_module_and_file_exists(path: Path) -> None:
    text = _text(path)
    for module in set(re.findall(r"python -m (benchmarks\.\w+)", text)):
        assert find_spec(module), module
    made = ("data/nlu/reviewed.yml", "tests/room/", "bot/room")
    for name in set(re.findall(r"`((?:bot|tests|scripts|benchmarks|deploy|docs|data)/[\w./-]+)`", text)) - set(made):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("path", [*ALL, *sorted((DOCS / "adr").glob("*.md")), ROOT / "CHANGELOG.md"], ids=name_of)
def test_each_link_leads_somewhere(path: Path) -> None:
    for link in _LINK.findall(_text(path)):
        if "://" in link or link.startswith("mailto:"):
            continue
        target, _, anchor = link.partition("#")
        file = path if not target else (path.parent / target).resolve()
        assert file.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", _text(file), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}, link


def test_each_page_is_reached_from_the_index() -> None:
    seen, todo = set(), [DOCS / "index.md"]
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        linked = [link.partition("#")[0] for link in _LINK.findall(_text(page)) if "://" not in link]
        todo += [file for link in linked if link and (file := (page.parent / link).resolve()).is_relative_to(DOCS)]
    assert set(DOCS.rglob("*.md")) == seen


def test_each_picture_is_shown() -> None:
    shown = "".join(map(_text, ALL))
    assert all(f"images/{path.name}" in shown for path in (DOCS / "images").iterdir())
