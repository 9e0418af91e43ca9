"""What a question of a few words ("how long?") asks after the last answer, read from data/short_questions.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.files import ContentError, read_mapping
from bot.content.library import Library
from bot.safety.normalise import phrase
from bot.vocabulary import Route

ASK = "ask"
"""Stands for asking back, with questions near the last answer."""


@dataclass(frozen=True)
class ShortQuestions:
    """The targets by message (in the spelling of `phrase`): by
    last answer, by topic (file name), `default` and `alone`."""

    openers: frozenset[str] = frozenset()
    targets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def target(self, text: str, topic: str | None, library: Library) -> str | None:
        """The answer that a message asks for, or `ASK`; None when it is no such question."""
        words = phrase(text).split()
        while len(words) > 1 and words[0] in self.openers:
            words = words[1:]
        by_topic = self.targets.get(" ".join(words), {})
        if topic is None or topic not in library:
            return by_topic.get("alone")
        return by_topic.get(topic) or by_topic.get(library[topic].topic) or by_topic.get("default")


def load_short_questions(data: Path, library: Library) -> ShortQuestions:
    """Reads data/short_questions.yml; without the file there are none.

    Raises:
        ContentError: a list is missing, a message stands twice, or a target is no approved answer.
    """
    path = data / "short_questions.yml"
    if not path.is_file():
        return ShortQuestions()
    raw = read_mapping(path)
    targets: dict[str, Mapping[str, str]] = {}
    try:
        openers = frozenset(phrase(str(word)) for word in raw["openers"])
        for entry in raw["questions"]:
            answers = {**entry["answers"], **({"alone": entry["alone"]} if "alone" in entry else {})}
            _check(answers, library, path)
            for said in entry["says"]:
                if phrase(str(said)) in targets:
                    raise ContentError(f"{path}: {said!r} stands twice. Keep one.")
                targets[phrase(str(said))] = answers
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(
            f"{path}: expected `openers:` and `questions:`, each of these with `says:` and `answers:` with a `default`."
        ) from error
    return ShortQuestions(openers, targets)


def _check(answers: Mapping[str, str], library: Library, path: Path) -> None:
    topics = {snippet.topic for snippet in library}
    if "default" not in answers:
        raise KeyError("default")
    for place, name in answers.items():
        if place not in ("default", "alone") and place not in library and place not in topics:
            raise ContentError(f"{path}: `{place}` is neither an answer nor a file of data/snippets.")
        if name != ASK and (name not in library or library[name].route not in (Route.ANSWER, Route.SMALLTALK)):
            raise ContentError(f"{path}: `{name}` is no answer. Use an id from data/snippets or `{ASK}`.")
