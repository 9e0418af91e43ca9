"""Which answer a follow-up such as "why is that?" leads to, read from data/follow_ups.yml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content.files import ContentError, read_mapping
from bot.content.library import Library
from bot.vocabulary import Route

RELATED = "related"
"""Stands for the first related question that was not answered yet."""


@dataclass(frozen=True)
class FollowUps:
    """The targets by kind of follow-up (its intent): by snippet, by topic (file name), or `default`."""

    targets: Mapping[str, Mapping[str, str]]

    def __contains__(self, intent: object) -> bool:
        return intent in self.targets

    def target(self, intent: str, topic: str, answered: Sequence[str], library: Library) -> str | None:
        """The answer that `intent` leads to after the answer `topic`; None when every fitting one was given."""
        by_topic = self.targets[intent]
        named = by_topic.get(topic) or by_topic.get(library[topic].topic) or by_topic["default"]
        if named != RELATED and named != topic:
            return named
        return next(
            (name for name in library[topic].related if library[name].route == Route.ANSWER and name not in answered),
            None,
        )


def load_follow_ups(data: Path, library: Library) -> FollowUps:
    """Reads data/follow_ups.yml; without the file there are none.

    Raises:
        ContentError: a kind without a snippet or a `default`, or a target that is no approved answer.
    """
    path = data / "follow_ups.yml"
    if not path.is_file():
        return FollowUps({})
    targets = read_mapping(path)
    for kind, by_topic in targets.items():
        if kind not in library or not isinstance(by_topic, dict) or "default" not in by_topic:
            raise ContentError(f"{path}: `{kind}` needs a snippet with this id and a `default`.")
        for name in by_topic.values():
            if name != RELATED and (name not in library or library[name].route != Route.ANSWER):
                raise ContentError(
                    f"{path}: `{kind}` leads to `{name}`, which is no answer. Use an id from data/snippets or"
                    f" `{RELATED}`."
                )
    return FollowUps(targets)
