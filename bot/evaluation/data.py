"""Reading what is measured on: Rasa NLU YAML and JSON lines of questions, with errors that name file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rasa.shared.nlu.training_data.entities_parser import replace_entities

from bot.content.library import Library
from bot.vocabulary import Route

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class EvaluationError(ValueError):
    """Something cannot be measured; the message names the file, the line and what to change."""


@dataclass(frozen=True)
class Example:
    """One labelled sentence and where it stands; `line` counts from 1."""

    text: str
    intent: str
    file: Path
    line: int


@dataclass(frozen=True)
class Question:
    """A message with the route it should take and, for an answer, the ids of the snippets that would be right (none:
    any).

    `also` holds other routes that would be right too. Messages with the same `conversation` are said one after the
    other in one; a message without one is a conversation of its own.
    """

    text: str
    route: str
    snippets: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    conversation: str | None = None


def read_examples(path: Path) -> list[Example]:
    """The intent examples of a Rasa NLU YAML file, or of all such files
    in a folder; files without `nlu:` in a folder are passed over.

    Entity annotations are taken out of the texts, synonyms, lookup tables and regular expressions are not read.

    Raises:
        EvaluationError: nothing to read, not YAML, or not of Rasa's format.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix in (".yml", ".yaml") and file.is_file())
    elif path.is_file():
        files = [path]
    else:
        raise EvaluationError(f"{path}: there is no such file or folder.")
    examples = [example for file in files for example in _examples_of(file, required=not path.is_dir())]
    if not examples:
        raise EvaluationError(
            f"{path}: no intent examples found. Expected Rasa NLU YAML: `nlu:` with a list of `intent` and `examples`."
        )
    return examples


def _examples_of(file: Path, *, required: bool) -> Iterator[Example]:
    root = _compose(file)
    entries = _get(root, "nlu") if isinstance(root, yaml.MappingNode) else None
    if entries is None:
        if required:
            raise EvaluationError(
                f"{file}: line {_line(root)}: expected `nlu:` with a list of intents at the top."
                if root
                else f"{file}: the file is empty."
            )
        return
    if not isinstance(entries, yaml.SequenceNode):
        raise EvaluationError(
            f"{file}: line {_line(entries)}: `nlu:` must be a list of intents, each with `intent` and `examples`."
        )
    for entry in entries.value:
        if not isinstance(entry, yaml.MappingNode):
            raise EvaluationError(f"{file}: line {_line(entry)}: expected a mapping with `intent` and `examples`.")
        intent = _get(entry, "intent")
        if intent is None:
            if any(_get(entry, other) is not None for other in ("synonym", "regex", "lookup")):
                continue
            raise EvaluationError(f"{file}: line {_line(entry)}: this entry has no `intent`.")
        if not isinstance(intent, yaml.ScalarNode) or not intent.value.strip():
            raise EvaluationError(f"{file}: line {_line(intent)}: `intent` must be a name.")
        yield from _examples_in(file, entry, intent.value.strip().split("/")[0])


def _examples_in(file: Path, entry: yaml.MappingNode, intent: str) -> Iterator[Example]:
    listed = _get(entry, "examples")
    if listed is None:
        raise EvaluationError(f"{file}: line {_line(entry)}: the intent `{intent}` has no `examples`.")
    if isinstance(listed, yaml.SequenceNode):
        texts = [
            (_line(item), _get(item, "text") if isinstance(item, yaml.MappingNode) else item) for item in listed.value
        ]
        lines = [(line, node.value.strip() if isinstance(node, yaml.ScalarNode) else "") for line, node in texts]
    elif isinstance(listed, yaml.ScalarNode) and listed.style == "|":
        lines = list(_written_examples(file, listed, intent))
    else:
        raise EvaluationError(
            f"{file}: line {_line(listed)}: `examples` of `{intent}` must be a block that starts with `|`, one `-"
            " example` a line."
        )
    for line, text in lines:
        text = replace_entities(text).strip()
        if not text:
            raise EvaluationError(
                f"{file}: line {line}: an example of `{intent}` is empty. Write a sentence or take the line out."
            )
        yield Example(text, intent, file, line)


def _written_examples(file: Path, block: yaml.ScalarNode, intent: str) -> Iterator[tuple[int, str]]:
    """Line number and text of each `- example` of a block; a line
    without a dash goes on with the example above it, as in Rasa."""
    started: tuple[int, str] | None = None
    for line, raw in enumerate(block.value.split("\n"), start=_line(block) + 1):
        words = raw.strip()
        if raw.startswith("-"):
            if started:
                yield started
            started = line, words[1:].strip()
        elif words and started:
            started = started[0], f"{started[1]} {words}".strip()
        elif words and not words.startswith("#"):
            raise EvaluationError(f"{file}: line {line}: an example of `{intent}` must start with `- `.")
    if started:
        yield started


def _compose(file: Path) -> Any:
    try:
        return yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=_LOADER)
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{file}: byte {error.start}: not UTF-8 text. Save the file as UTF-8.") from error
    except OSError as error:
        raise EvaluationError(f"{file}: cannot be read ({error.strerror}).") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise EvaluationError(
            f"{file}: line {mark.line + 1 if mark else 1}: not valid YAML ({error.problem})."
        ) from error
    except yaml.YAMLError as error:
        raise EvaluationError(f"{file}: not valid YAML ({' '.join(str(error).split())[:120]}).") from error


def _get(node: yaml.MappingNode, name: str) -> Any:
    return next((value for key, value in node.value if key.value == name), None)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def read_questions(path: Path, library: Library) -> list[Question]:
    """Questions from JSON lines; blank lines are passed over.

    Each has `text`, `route` (one, or a list of those that would be right, the likeliest first) and, if known, `snippet`
    (an id or a list of ids). Lines that share a `conversation` are one, as `python -m bot ask` has it.

    Raises:
        EvaluationError: the first line that cannot be used, with what is wrong with it.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError as error:
        raise EvaluationError(f"{path}: there is no such file.") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path}: byte {error.start}: not UTF-8 text. Save the file as UTF-8.") from error
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror}).") from error
    questions = [
        _question(line, f"{path}: line {number}", library) for number, line in enumerate(lines, start=1) if line.strip()
    ]
    if not questions:
        raise EvaluationError(f"{path}: no questions found. Expected one JSON object a line with `text` and `route`.")
    return questions


def _question(line: str, where: str, library: Library) -> Question:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise EvaluationError(f"{where}: not valid JSON. Write one object a line, with `text` and `route`.") from error
    if not isinstance(row, dict):
        raise EvaluationError(f"{where}: expected a JSON object with `text` and `route`.")
    if not isinstance(row.get("text"), str):
        raise EvaluationError(f"{where}: `text` is missing or not a string.")
    routes: list[Any] = row["route"] if isinstance(row.get("route"), list) else [row.get("route")]
    if not routes or not all(route in tuple(Route) for route in routes):
        raise EvaluationError(
            f"{where}: `route` is {json.dumps(row.get('route'))[:60]}; use one of {', '.join(Route)}, or several."
        )
    conversation = row.get("conversation")
    if not isinstance(conversation, str | int | None):
        raise EvaluationError(f"{where}: `conversation` must be a name that the lines of one conversation share.")
    wanted = row.get("snippet")
    snippets: Sequence[Any] = [] if wanted is None else wanted if isinstance(wanted, list) else [wanted]
    if not all(isinstance(snippet, str) for snippet in snippets):
        raise EvaluationError(f"{where}: `snippet` must be a snippet's id or a list of ids.")
    if snippets and not any(snippet in library for snippet in snippets):
        raise EvaluationError(f"{where}: there is no snippet `{snippets[0]}`. Correct the id or leave `snippet` out.")
    return Question(
        row["text"],
        routes[0],
        tuple(snippets),
        tuple(routes[1:]),
        None if conversation is None else str(conversation),
    )


def require_known(examples: Sequence[Example], trained: Sequence[Example]) -> None:
    """Checks that there is something to learn and that no example asks for an intent nobody trained.

    Raises:
        EvaluationError: names the first such example.
    """
    known = {example.intent for example in trained}
    if len(known) < 2:
        raise EvaluationError(
            f"{trained[0].file}: only the intent `{trained[0].intent}` to learn. A classifier needs at least two."
        )
    for example in examples:
        if example.intent not in known:
            raise EvaluationError(
                f"{example.file}: line {example.line}: the intent `{example.intent}` is not in the training data, so it"
                " can never be right."
            )
