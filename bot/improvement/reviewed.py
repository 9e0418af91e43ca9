"""The file of reviewed examples: what staff corrected, as Rasa reads it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from bot.record.corrections import Correction
from bot.record.sentences import training_sentence

HEAD = """# What staff corrected in the console. `python -m bot improve` adds to it, and a person promotes it; do not
# edit it by hand.
# The number of each correction leads to the turn, the verdict and the people in the record.
version: "3.1"
nlu:
"""
_NEW = "  metadata: {new: true}\n"
"""What marks the intent of a question that was made in the console: see `bot.content.sync.new_intents`."""


def sort_out(
    corrections: Iterable[Correction], examples: Mapping[str, Iterable[str]]
) -> tuple[list[tuple[Correction, str]], dict[int, str]]:
    """What can be trained with, each with its sentence, and advice on the others by correction.

    Args:
        corrections: accepted ones.
        examples: the present training examples by intent.
    """
    known = {example.lower(): intent for intent, listed in examples.items() for example in listed}
    usable: list[tuple[Correction, str]] = []
    advice: dict[int, str] = {}
    for correction in corrections:
        sentence = training_sentence(correction.text)
        already = known.get(sentence.lower())
        if not sentence:
            advice[correction.id] = (
                "Not usable: without personal data and signs there is nothing, or too much, left to learn from."
            )
        elif correction.intent not in examples:
            advice[correction.id] = f"Not usable: there is no intent {correction.intent} any more."
        elif already == correction.intent:
            advice[correction.id] = (
                "Redundant: this sentence is a training example already, or another correction says the same."
            )
        elif already is not None:
            advice[correction.id] = (
                f"In conflict: this sentence is a training example of {already}. Change it there first."
            )
        else:
            known[sentence.lower()] = correction.intent
            usable.append((correction, sentence))
    return usable, advice


def with_new(file: str, added: Iterable[tuple[Correction, str]], new: Collection[str] = ()) -> str:
    """The file with more examples at its end; an empty `file` begins a new one.

    Args:
        new: intents that no file of data/snippets holds, because their question was made in the console.
    """
    blocks = (
        f"# correction {correction.id}, accepted on {(correction.decided_at or correction.proposed_at)[:10]}\n"
        f"- intent: {correction.intent}\n{_NEW if correction.intent in new else ''}  examples: |\n    - {sentence}\n"
        for correction, sentence in added
    )
    return (file or HEAD) + "".join(blocks)
