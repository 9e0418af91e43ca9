"""Writes what the documentation says of the code, from the code: `make reference`.

A page in docs/ is written by people, except between `<!-- generated: NAME -->` and `<!-- end -->`: that is made here,
by the function of that name. The JSON Schemas and the editors' settings are made whole. `--check` writes nothing and
ends with 1 when something is not as it would be written.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import click
import yaml
from prometheus_client import CollectorRegistry

from bot import follower
from bot.cli import main as commands
from bot.record.database import open_record
from bot.settings import ROOT
from bot.website.app import Metrics
from scripts.schemas import FOLDER, as_text, editor_settings, schemas

DOCS = ROOT / "docs"
EDITOR = ROOT / ".vscode" / "settings.json"
OPENAPI = DOCS / "reference" / "openapi.yml"

_BLOCK = re.compile(r"(?P<begin><!-- generated: (?P<name>[\w ]+) -->\n)(?P<body>.*?)(?P<end><!-- end -->)", re.DOTALL)


def walk(command: click.Command, name: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its words, groups before what is in them; what is hidden is left out."""
    if name:
        yield name, command
    if isinstance(command, click.Group):
        for word, inner in sorted(command.commands.items()):
            if not inner.hidden:
                yield from walk(inner, (*name, word))


def _command_pages() -> Iterator[str]:
    for name, command in walk(commands):
        context = click.Context(command, info_name=" ".join(("python -m bot", *name)))
        yield f"{'##' if len(name) == 1 else '###'} {' '.join(name)}\n\n"
        if not isinstance(command, click.Group) or command.invoke_without_command:
            pieces = " ".join(piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]")
            options = "[OPTIONS] " if any(_options(command)) else ""
            yield f"```\npython -m bot {' '.join(name)} {options}{pieces}".rstrip() + "\n```\n\n"
        help_text = re.sub(r"[ \n]*\n[ ]*", " ", (command.help or "").replace("\n\n", "\0")).replace("\0", "\n\n")
        yield re.sub(r"\n\n ", "\n\n", help_text).strip() + "\n\n"
        rows = [f"| `{', '.join(option.opts)}` | {_takes(option)} |" for option in _options(command)]
        if rows:
            yield "| option | |\n|---|---|\n" + "\n".join(rows) + "\n\n"


def _options(command: click.Command) -> Iterator[click.Option]:
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            yield option


def _takes(option: click.Option) -> str:
    told = (option.help or "").strip()
    needed = " Needed." if option.required else ""
    default = option.default if option.show_default is True else None
    value = default.as_posix() if isinstance(default, Path) else default
    return f"{told}{needed}" + (f" Default: `{value}`." if value is not None else "")


def _commands() -> str:
    return "".join(_command_pages())


def _metrics(registry: CollectorRegistry | None = None) -> str:
    rows = [
        f"| `{family.name}{'_total' if family.type == 'counter' else ''}` | {family.type} | {family.documentation} |"
        for family in (registry or Metrics().registry).collect()
    ]
    return "| metric | kind | |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _follow_metrics() -> str:
    return _metrics(follower.Metrics().registry)


@cache
def tables() -> Mapping[str, list[str]]:
    """The columns of each table that holds something of ours, by name."""
    record = open_record(None)
    own = [name for name in record.table_names() if not name.startswith(("turns_fts", "sqlite_", "_sqlite_"))]
    return {name: [column.name for column in record[name].columns] for name in own}


def _columns(table: str) -> str:
    return ", ".join(f"`{column}`" for column in tables()[table]) + "\n"


def _decisions() -> str:
    rows = []
    for path in sorted((DOCS / "adr").glob("[0-9]*.md")):
        number, _, title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").partition(". ")
        rows.append(f"| {number} | [{title}](../adr/{path.name}) |")
    return "| | decision |\n|---|---|\n" + "\n".join(rows) + "\n"


def _first_sentence(path: Path) -> str:
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(re.split(r"\n\s*\n|(?<=[.!?])\s", told.strip())[0].split())


def _packages() -> str:
    parts = []
    for folder in sorted(path for path in (ROOT / "bot").iterdir() if (path / "__init__.py").is_file()):
        rows = [
            f"| `{path.relative_to(ROOT / 'bot').as_posix()}` | {_first_sentence(path)} |"
            for path in sorted(folder.rglob("*.py"))
            if path.name != "__init__.py"
        ]
        parts.append(f"### bot/{folder.name}\n\n{_first_sentence(folder / '__init__.py')}\n\n| | |\n|---|---|\n")
        parts[-1] += "\n".join(rows) + "\n"
    own = [
        f"| `{path.name}` | {_first_sentence(path)} |"
        for path in sorted((ROOT / "bot").glob("*.py"))
        if path.name != "__init__.py"
    ]
    return "\n".join(parts) + "\n### bot itself\n\n| | |\n|---|---|\n" + "\n".join(own) + "\n"


def _layers() -> str:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    names = " · ".join(contract["name"] for contract in contracts)
    return "```\n" + "\n".join(layers) + f"\n```\n\nThe contracts: {names}.\n"


def _http() -> str:
    document = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))
    parts = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts.append(
                f"## {method.upper()} {path}\n\n{operation['summary']} {operation.get('description', '')}".strip()
            )
            asked = _fields(document, operation.get("requestBody"))
            if asked:
                parts[-1] += "\n\n| send | | |\n|---|---|---|\n" + asked
            given = _fields(document, operation["responses"]["200"])
            if given:
                parts[-1] += "\n\n| get | | |\n|---|---|---|\n" + given
            refusals = [status for status in operation["responses"] if status != "200"]
            if refusals:
                parts[-1] += f"\n\nElse: {', '.join(refusals)}."
    return "\n\n".join(parts) + "\n"


def _fields(document: Any, part: Any) -> str:
    content = (part or {}).get("content", {}).get("application/json")
    if content is None:
        return ""
    schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    rows = []
    for name, field in schema["properties"].items():
        if "$ref" in field:
            field = document["components"]["schemas"][field["$ref"].rpartition("/")[2]]
        kind = field.get("type", "")
        shown = " or ".join(kind) if isinstance(kind, list) else kind
        told = field.get("description") or (", ".join(f"`{one}`" for one in field["enum"]) if "enum" in field else "")
        needed = "" if name in schema.get("required", ()) else " (may be left out)"
        rows.append(f"| `{name}` | {shown}{needed} | {told} |")
    return "\n".join(rows)


BLOCKS: Mapping[str, Callable[..., str]] = {
    "commands": _commands,
    "metrics": _metrics,
    "follow_metrics": _follow_metrics,
    "columns": _columns,
    "decisions": _decisions,
    "packages": _packages,
    "layers": _layers,
    "http": _http,
}


def filled(page: str) -> str:
    """A page with each generated part made anew."""

    def made(match: re.Match[str]) -> str:
        name, *arguments = match["name"].split()
        return f"{match['begin']}{BLOCKS[name](*arguments)}{match['end']}"

    return _BLOCK.sub(made, page)


def whole() -> dict[Path, str]:
    """Everything that is generated, by file, as it should be."""
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))}
    made = {path: filled(page) for path, page in pages.items() if "<!-- generated:" in page}
    made |= {FOLDER / f"{name}.json": as_text(schema) for name, schema in schemas().items()}
    made[EDITOR] = json.dumps(editor_settings(), indent=2) + "\n"
    return made


def main() -> int:
    """Writes, or says what would be written otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if something would change")
    check = parser.parse_args().check
    changed = {
        path: text for path, text in whole().items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    }
    for path, text in changed.items():
        if check:
            print(f"{path.relative_to(ROOT)} is not what the code says. Run `make reference`.", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return int(check and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
