"""What is left to do before the clinic's visitors may see the chat, in the order in which to do it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bot.content.files import Written, read_written
from bot.content.library import Library, load_library
from bot.content.own_page import TO_CHANGE, VERDICTS, PageSentence, load_own_page
from bot.content.review_dates import SOON, review_dates

_ONLY_INVENTED = re.compile(r"\bfictional\b|\.example\b|\b555-01\d\d\b|\bSampleton\b", re.IGNORECASE)
"""What no real clinic has: domains and telephone numbers that are set aside for examples, and the town of ours."""
_MEANS = {
    "wrong": "It contradicts the assistant.",
    "loose": "It says more than the assistant does.",
    "": "Nobody has compared it yet.",
}
_SIGNED_FIRST = ("emergency", "check", "clinician", "answer")


@dataclass(frozen=True)
class Task:
    """One thing to do: what it is about, why it is open, and how it is done."""

    about: str
    why: str
    todo: str
    beside: Mapping[str, str] = field(default_factory=dict)
    """The texts that it has to be compared with, by the snippet's id."""

    def as_dict(self) -> dict[str, object]:
        """For a machine."""
        return {"about": self.about, "why": self.why, "todo": self.todo, "beside": dict(self.beside)}


@dataclass(frozen=True)
class Part:
    """A step on the way, with what is open in it."""

    name: str
    title: str
    tasks: tuple[Task, ...]


def before_going_live(data: Path, today: date) -> tuple[Part, ...]:
    """The four steps, in order; nothing is open when no part has a task.

    Raises:
        ContentError: content that cannot be used; it has to be right before anything else.
    """
    library = load_library(data)
    return (
        Part("facts", "Facts in data/clinic.yml", tuple(_facts(library, data))),
        Part(
            "own_page",
            "The clinic's own page (data/own_page.yml), beside what the assistant says",
            tuple(_own_page(library, data)),
        ),
        Part("unsigned", "Texts that no clinician has signed", tuple(_unsigned(library))),
        Part("expiring", f"What expires within {SOON.days} days", tuple(_expiring(library, today))),
    )


def as_text(parts: tuple[Part, ...]) -> Iterator[str]:
    """The steps as lines to read."""
    for number, part in enumerate(parts, start=1):
        yield f"{number}. {part.title}: {f'{len(part.tasks)} open' if part.tasks else 'nothing open'}"
        for task in part.tasks:
            yield f"   - {task.about}"
            yield f"     {task.why}"
            for snippet, words in task.beside.items():
                yield f"     The assistant says ({snippet}): {words}"
            yield f"     To do: {task.todo}"
        yield ""


def _facts(library: Library, data: Path) -> Iterator[Task]:
    clinic = library.clinic
    written, example = dict(_leaves(read_written(data / "clinic.yml"))), _example(data)
    if clinic.fictional:
        yield Task(
            "fictional",
            "The chat says on its page that this clinic is invented.",
            "When every fact below is your own, write `fictional: no`.",
        )
    for name, fact in clinic.schema.items():
        words, todo = clinic.fields.get(name, ""), f"Write your own. {fact.means}"
        if name in clinic.unknown:
            using = [snippet.id for snippet in library if name in snippet.unknown]
            instead = (
                f"Instead of {len(using)} answers visitors are told whom to ask: {', '.join(using)}."
                if using
                else "No answer needs it."
            )
            yield Task(name, f"It is unknown. {instead}", f"Fill it in when you can. {fact.means}")
        elif _ONLY_INVENTED.search(words):
            yield Task(name, f"It is invented: {words}", todo)
        elif clinic.fictional and name in example and written.get(name) == example[name]:
            yield Task(name, f"It is still the example's{f': {words}' if words else '.'}", todo)


def _own_page(library: Library, data: Path) -> Iterator[Task]:
    sentences = load_own_page(data / "own_page.yml", library)
    for sentence in sorted(
        sentences, key=lambda sentence: (VERDICTS.index(sentence.verdict) if sentence.verdict else -1, sentence.number)
    ):
        if sentence.verdict in ("", *TO_CHANGE):
            yield _beside(sentence, library)


def _beside(sentence: PageSentence, library: Library) -> Task:
    todo = "Compare it with the assistant's words and write down a verdict."
    if sentence.verdict:
        todo = f"Write instead: {sentence.instead}" if sentence.instead else "Take it off the page."
    texts = {name: library[name].text for name in sentence.answers}
    return Task(
        f"Sentence {sentence.number}: {sentence.says}",
        f"{_MEANS[sentence.verdict]} {sentence.because}".strip(),
        todo,
        texts,
    )


def _unsigned(library: Library) -> Iterator[Task]:
    """By route and file, those first that matter most."""
    groups: dict[tuple[str, str], list[str]] = {}
    for snippet in library:
        if snippet.status == "approved" and not snippet.short_of and not snippet.approval.signed:
            groups.setdefault((snippet.route, snippet.topic), []).append(snippet.id)
    rank = {route: number for number, route in enumerate(_SIGNED_FIRST)}
    for (route, topic), names in sorted(groups.items(), key=lambda group: (rank.get(group[0][0], len(rank)), group[0])):
        reader = "A clinician" if route in rank else "Somebody of the clinic"
        todo = f"{reader} reads each, and then stands under `approval` with name, role and date."
        yield Task(f"data/snippets/{topic}.yml, {route}: {len(names)}", ", ".join(names), todo)
    if library.opening is not None and not library.opening.approval.signed:
        yield Task(
            "data/opening.yml", "The sentences about opening times.", "Read them, and put your name under `approval`."
        )


def _expiring(library: Library, today: date) -> Iterator[Task]:
    due: dict[date, list[str]] = {}
    for text in review_dates(library, today):
        due.setdefault(text.on, []).append(text.name)
    for day, names in sorted(due.items()):
        yield Task(
            f"{day}: {len(names)} texts",
            ", ".join(names),
            "Have them approved again, with a new `review_by`; an answer is not sent after that day.",
        )
    if (until := library.clinic.week.known_until) <= today + SOON:
        yield Task(
            f"{until}: holidays",
            "No closed day after this year is listed, so that no question about a day is worked out.",
            "Add next year's to clinic.yml.",
        )


def _example(data: Path) -> Mapping[str, Written]:
    path = data / "clinic_example.yml"
    return dict(_leaves(read_written(path))) if path.is_file() else {}


def _leaves(written: Written, prefix: str = "") -> Iterator[tuple[str, Written]]:
    """Every value, by dotted name, without its lines, so that two files can be compared."""
    for key, value in written.pairs:
        yield f"{prefix}{key}", value.without_lines()
        yield from _leaves(value, f"{prefix}{key}.")
