"""Fits the weights by which a message is read after an answer, and says how good they are on writers not fitted on.

`python -m benchmarks.context` reads data/strangers/conversations (turns by visitors who had not seen our texts, and the
answers that a reader wanted for each) and, so that a change of subject is known as one, other strangers' questions and
off-topic messages after an answer drawn at random. To these come short messages that somebody wrote who had just read
an answer, with what each asks for (data/strangers/after_an_answer): hardly any of them says what it is about, and
strangers who do not see the replies write too few of that kind. `--fit` prints the weights for
bot/conversation/in_context.py.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from bot.content.shared import LibraryInUse, shared_library
from bot.conversation.in_context import NAMES, NOTHING, candidates, combined, evidence, neighbours
from bot.logs import configure_logging, quiet_libraries
from bot.on_rasa.engine import Engine
from bot.on_rasa.quick.processor import TurnProcessor
from bot.record.database import open_record
from bot.settings import Settings
from bot.understanding.logit import Rows, fit_weights, shares
from bot.understanding.strangers import read_strangers
from bot.vocabulary import Route

FOLDS = 6
JUST_READ = "just read"
DRAWN = 600
"""Questions, and off-topic messages, that are put after an answer drawn at random."""
THRESHOLDS = (0.3, 0.4, 0.5, 0.6)


@dataclass(frozen=True)
class Turn:
    """What somebody wrote after an answer (`topic`), and the answers that are right; none for what asks for none."""

    kind: str
    writer: str
    text: str
    topic: str
    intents: Sequence[str]


@dataclass(frozen=True)
class Weighed:
    """The candidates of a turn, their evidence, and which of them are right."""

    turn: Turn
    names: Sequence[str]
    rows: Rows
    right: npt.NDArray[np.bool_]


def conversations(folder: Path, library: LibraryInUse) -> Iterator[Turn]:
    """The turns after the first answer of each conversation, as if all before them had been answered rightly."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            told, topic = orjson.loads(line), None
            for turn in told["turns"]:
                off_topic = turn["route"] == Route.OUT_OF_SCOPE
                if topic and (off_topic or (turn["route"] in (Route.ANSWER, Route.SMALLTALK) and turn["intents"])):
                    yield Turn("follow-up", told["writer"], turn["text"], topic, () if off_topic else turn["intents"])
                answers = [name for name in turn["intents"] if name in library and library[name].route == Route.ANSWER]
                if turn["route"] == Route.ANSWER and answers:
                    topic = answers[0]


def out_of_the_blue(folder: Path, topics: Sequence[str]) -> Iterator[Turn]:
    """Questions and off-topic messages of strangers, after an answer drawn at random."""
    chance, messages = random.Random(7), read_strangers(folder)
    asked = [message for message in messages if message.intents]
    elsewhere = [message for message in messages if message.route == Route.OUT_OF_SCOPE]
    for kind, those in (("question", asked), ("off-topic", elsewhere)):
        for message in chance.sample(those, min(DRAWN, len(those))):
            intents = message.intents if kind == "question" else ()
            yield Turn(kind, f"single {message.writer}", message.text, chance.choice(topics), intents)


def after_an_answer(folder: Path, library: LibraryInUse) -> Iterator[Turn]:
    """What somebody asked who had just read an answer; whoever wrote them had seen the texts."""
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            told = orjson.loads(line)
            if told["after"] in library and told["answer"] in library:
                writer = f"{path.stem} {number % FOLDS}"
                yield Turn(JUST_READ, writer, told["text"], told["after"], (told["answer"],))


def weigh(turns: Sequence[Turn], processor: TurnProcessor, library: LibraryInUse) -> list[Weighed]:
    """All that is known of each turn."""
    found = []
    for turn in turns:
        seen = processor.graph_runner.together(turn.text, combined(turn.text, library[turn.topic].question), turn.topic)
        assert seen is not None
        near = neighbours(turn.topic, library)
        names = candidates(seen, near, library)
        if turn.kind == JUST_READ:  # its writers were told not to ask for the same again, so they say nothing of that
            names = [name for name in names if name != turn.topic]
        wanted = set(turn.intents) or {NOTHING}
        right = np.array([name in wanted for name in names])
        found.append(Weighed(turn, names, evidence(seen, names, turn.topic, near, library), right))
    return found


def fit(turns: Sequence[Weighed]) -> Rows:
    """The weights under which the right candidates are likeliest, shape (len(NAMES),)."""
    return fit_weights([turn.rows for turn in turns], [turn.right for turn in turns])


def across(turns: Sequence[Weighed]) -> list[Rows]:
    """The chances of each turn's candidates, by weights fitted on other writers' turns alone."""
    writers = sorted({turn.turn.writer for turn in turns})
    random.Random(3).shuffle(writers)
    fold = {writer: number % FOLDS for number, writer in enumerate(writers)}
    weights = [fit([turn for turn in turns if fold[turn.turn.writer] != number]) for number in range(FOLDS)]
    return [shares(turn.rows @ weights[fold[turn.turn.writer]]) for turn in turns]


def table(turns: Sequence[Weighed], chances: Sequence[Rows]) -> str:
    """For each kind of turn how often the likeliest is right, one of the three likeliest is, and what an answer from a
    threshold on would have been."""
    lines = []
    for kind in dict.fromkeys(turn.turn.kind for turn in turns):
        of_kind = [(turn, own) for turn, own in zip(turns, chances, strict=True) if turn.turn.kind == kind]
        orders = [np.argsort(-own) for _, own in of_kind]
        first = np.mean([turn.right[order[0]] for (turn, _), order in zip(of_kind, orders, strict=True)])
        three = np.mean([turn.right[order[:3]].any() for (turn, _), order in zip(of_kind, orders, strict=True)])
        lines.append(f"{kind}: {len(of_kind)} turns, right first {first:.1%}, among three {three:.1%}")
        for threshold in THRESHOLDS:
            sent = [
                turn.right[order[0]]
                for (turn, own), order in zip(of_kind, orders, strict=True)
                if own[order[0]] >= threshold and turn.names[order[0]] != NOTHING
            ]
            right, wrong = sum(sent) / len(of_kind), (len(sent) - sum(sent)) / len(of_kind)
            lines.append(f"  from {threshold}: answered rightly {right:.1%}, with another answer {wrong:.1%}")
    return "\n".join(lines)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="print the weights, fitted on all turns")
    arguments = parser.parse_args()
    quiet_libraries()
    configure_logging(level=50)
    settings, library = Settings(), shared_library()
    engine = Engine(settings, open_record(None))
    engine.load()
    if engine._processor is None:
        raise SystemExit(engine.fault)
    processor = engine._processor
    folder = settings.data / "strangers"
    told = list(conversations(folder / "conversations", library))
    topics = sorted({turn.topic for turn in told})
    read = after_an_answer(folder / "after_an_answer", library)
    turns = weigh([*told, *out_of_the_blue(folder, topics), *read], processor, library)
    print(table(turns, across(turns)))
    if arguments.fit:
        print("WEIGHTS: Mapping[str, float] = {")
        print(*(f'    "{name}": {weight:.3f},' for name, weight in zip(NAMES, fit(turns), strict=True)), sep="\n")
        print("}")


if __name__ == "__main__":
    main()
