"""The snippets, safety rules and training examples as they
are on disk now, read again when an editor changes a file."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.console.nearness import Nearness
from bot.content.files import ContentError, read_mapping, stamp
from bot.content.library import Library, load_library
from bot.content.published import NOTHING, Published
from bot.content.rules import load_triage
from bot.content.snippet import Snippet
from bot.content.sync import examples_by_intent
from bot.content.word_search import Asked, WordSearch
from bot.safety.triage import Triage

_FOLDERS = ("", "snippets", "safety", "nlu")


@dataclass(frozen=True)
class RuleText:
    """A rule or word list as its editor wrote it.

    `definition` is the phrases with their `<names>` unexpanded, or the names of a list; `file` is the file's name in
    data/safety.
    """

    id: str
    category: str
    label: str
    definition: str
    names: int
    file: str

    @property
    def is_list(self) -> bool:
        """A word list rather than phrases."""
        return self.names > 0


@dataclass(frozen=True)
class Snapshot:
    """What could be read; `examples` are the training sentences by intent, in lower case.

    `safety` is the folder of the rules. `problem` is one sentence for staff when something could not be read, otherwise
    empty.
    """

    library: Library | None = None
    rules: Mapping[str, RuleText] = field(default_factory=dict)
    examples: Mapping[str, frozenset[str]] = field(default_factory=dict)
    problem: str = ""
    safety: Path = Path("safety")

    @cached_property
    def triage(self) -> Triage:
        """The rules, made when somebody first tries a sentence on them.

        Raises:
            ContentError: rules that cannot be used; the message names file, line and remedy.
        """
        return load_triage(self.safety)

    @cached_property
    def correctable(self) -> tuple[Snippet, ...]:
        """Snippets a turn can be corrected to: those that visitors can ask
        for, that is, with training examples, and new questions that wait for theirs to be trained with."""
        return tuple(
            snippet
            for snippet in self.library or ()
            if (snippet.id in self.examples or snippet.answers_a_question) and snippet.status == "approved"
        )

    def waits_for_training(self, snippet: Snippet) -> bool:
        """Whether visitors are not led to an answer yet, because no model was trained with its sentences."""
        return bool(self.examples) and snippet.answers_a_question and snippet.id not in self.examples

    @cached_property
    def nearness(self) -> Nearness:
        """Finds the training sentence nearest to another one, by words."""
        return Nearness(self.examples)

    @cached_property
    def asked(self) -> Asked:
        """The words of the training sentences."""
        return Asked(self.examples)

    @cached_property
    def search(self) -> WordSearch:
        """Finds, by words, what a turn can be corrected to."""
        return WordSearch(self.correctable, self.asked)


class CurrentContent:
    """Looks at names, sizes and times of the files at each
    call (under a millisecond) and reads only when they differ."""

    def __init__(
        self, data: Path, published: Callable[[int], tuple[int, Published] | None] = lambda known: None
    ) -> None:
        """`published` is asked with the number of the state that is known,
        and gives a newer one of what staff published, if there is one."""
        self._data = data
        self._ask = published
        self._revision, self._published = 0, NOTHING
        self._lock = threading.Lock()
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._snapshot = Snapshot()

    def snapshot(self) -> Snapshot:
        """The content as of now. Never raises for content that cannot be used: conversations stay readable."""
        with self._lock:
            seen = stamp(self._data, _FOLDERS)
            newer = self._ask(self._revision)
            if newer is not None:
                self._revision, self._published = newer
            if seen != self._seen or newer is not None:
                self._snapshot = self._read()
                self._seen = seen
                # tens of thousands of values that stay: the garbage collector need not look through them again and
                # again; what is garbage now would stay as well
                gc.collect()
                gc.freeze()
            return self._snapshot

    def _read(self) -> Snapshot:
        problems: list[str] = []
        library: Library | None = None
        rules: dict[str, RuleText] = {}
        try:
            library = load_library(self._data, published=self._published)
        except (ContentError, OSError) as error:
            problems.append(f"The snippets cannot be read, so turns cannot be compared with them. {error}")
        for path in sorted(self._data.glob("safety/*.yml")):
            try:
                for name, rule in _rules(read_mapping(path), path.name):
                    rules[name] = rule
            except (ContentError, OSError) as error:
                problems.append(f"Some safety rules cannot be read, so their patterns are not shown. {error}")
        examples: dict[str, frozenset[str]] = {}
        try:
            found = examples_by_intent(self._data / "nlu")
            examples = {intent: frozenset(example.lower() for example in listed) for intent, listed in found.items()}
        except (ContentError, OSError) as error:
            problems.append(f"The training examples cannot be read, so nothing can be corrected to them. {error}")
        return Snapshot(library, rules, examples, " ".join(problems), self._data / "safety")


def _written(raw: object) -> str:
    return "\n".join(map(str, raw)) if isinstance(raw, list) else str(raw or "").strip()


def _rules(document: Mapping[str, Any], file: str) -> Iterator[tuple[str, RuleText]]:
    """Every rule by its id, and by the one that older turns of the record name it by."""
    for entry in _mappings(document.get("patterns") or document.get("rules")):
        rule = RuleText(
            str(entry.get("id")),
            str(entry.get("category")),
            str(entry.get("label") or ""),
            _written(entry.get("phrases") or entry.get("pattern")),
            0,
            file,
        )
        yield rule.id, rule
        if entry.get("was"):
            yield str(entry["was"]), rule
    for entry in _mappings(document.get("groups")):
        names = entry.get("names")
        listed = [str(name) for name in names] if isinstance(names, list) else []
        category = str(entry.get("category") or document.get("category"))
        yield (
            str(entry.get("id")),
            RuleText(
                str(entry.get("id")), category, str(entry.get("label") or ""), ", ".join(listed), len(listed), file
            ),
        )


def _mappings(raw: object) -> list[dict[str, Any]]:
    return [entry for entry in raw if isinstance(entry, dict)] if isinstance(raw, list) else []
