"""Our pipeline beside four others, on the same data and the
same folds, in one run: `python -m benchmarks.understanding`."""

from __future__ import annotations

from bot.logs import configure_logging, quiet_libraries

quiet_libraries()

import json  # noqa: E402 - the libraries must be told to be quiet first
import multiprocessing  # noqa: E402
import resource  # noqa: E402
import statistics  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from concurrent.futures import ProcessPoolExecutor  # noqa: E402
from concurrent.futures.process import BrokenProcessPool  # noqa: E402
from dataclasses import asdict, dataclass  # noqa: E402
from pathlib import Path  # noqa: E402

import click  # noqa: E402
import numpy as np  # noqa: E402

from benchmarks.contenders import CONTENDERS, FULL_TEXT, OURS, STARTER, contender, read_by_starter  # noqa: E402
from benchmarks.plot import bar_chart  # noqa: E402
from bot.content.shared import shared_library  # noqa: E402
from bot.evaluation.data import EvaluationError, Example, read_examples, require_known  # noqa: E402
from bot.evaluation.measure import Measured, measured  # noqa: E402
from bot.evaluation.scores import RISKY  # noqa: E402
from bot.settings import ROOT, Settings  # noqa: E402
from bot.understanding.encoder import judged_by  # noqa: E402
from bot.understanding.linear import fold_numbers  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results"
_TIMED = 200
"""Messages read one at a time for the time a message takes; their median is given."""


@dataclass(frozen=True)
class Trial:
    """One contender on one fold.

    Memory is the peak of its process in MB, `extra_mb` what came on top of the loaded libraries.
    """

    part: Measured
    training_s: float
    message_ms: float
    peak_mb: float
    extra_mb: float


@dataclass(frozen=True)
class Result:
    """One row of the table; shares from 0 to 1, None where a data set cannot tell."""

    contender: str
    accuracy: float
    missed_risks: float | None
    missed_with_rules: float | None
    off_topic_answered: float | None
    training_s: float
    training_ratio: float
    message_ms: float
    peak_mb: float
    extra_mb: float


def trial(name: str, train: Sequence[Example], test: Sequence[Example], epochs: int) -> Trial:
    """Trains and reads in this process, which does nothing else."""
    configure_logging(level=50)
    if name == STARTER:
        read = read_by_starter(train, [example.text for example in test], epochs)
        median = statistics.median(read.times_ms[:_TIMED])
        return Trial(
            measured(name, name, test, read.parsed),
            read.training_s,
            median,
            read.peak_mb,
            read.peak_mb - read.before_mb,
        )
    before, started = _peak_mb(), time.perf_counter()
    with contender(name, train) as reader:
        training = time.perf_counter() - started
        reader.parse(["What is it?"])
        parsed, times = [], []
        for example in test[:_TIMED]:
            begun = time.perf_counter()
            parsed += reader.parse([example.text])
            times.append((time.perf_counter() - begun) * 1000)
        parsed += reader.parse([example.text for example in test[_TIMED:]])
        peak = _peak_mb()
    return Trial(measured(name, name, test, parsed), training, statistics.median(times), peak, peak - before)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def in_own_process(name: str, train: Sequence[Example], test: Sequence[Example], epochs: int) -> Trial:
    """The same in a new process, so that memory and remembered sentences are its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(trial, name, train, test, epochs).result()
        except BrokenProcessPool as error:
            raise EvaluationError(
                f"{name}: its process was ended, most likely for lack of memory. Use a smaller --share."
            ) from error


def sample(examples: Sequence[Example], share: float, folds: int) -> list[Example]:
    """A share of each intent's examples, at least one a fold, the same every time."""
    kept: dict[str, int] = {}
    chosen = []
    totals: dict[str, int] = {}
    for example in examples:
        totals[example.intent] = totals.get(example.intent, 0) + 1
    for index in np.random.default_rng(7).permutation(len(examples)):
        intent = examples[index].intent
        if kept.get(intent, 0) < max(folds, round(share * totals[intent])):
            kept[intent] = kept.get(intent, 0) + 1
            chosen.append(int(index))
    return [examples[index] for index in sorted(chosen)]


def summary(name: str, trials: Sequence[Trial], ours_training_s: float) -> Result:
    """One row over all folds: shares over all messages, means of times, the highest memory."""
    library = shared_library()
    guesses = [guess for each in trials for guess in each.part.guesses]
    rows = [row for each in trials for row in each.part.rows]
    routes = {snippet.id: snippet.route for snippet in library}
    risky = [routes.get(guess.best) for guess, row in zip(guesses, rows, strict=False) if row.wanted_route in RISKY]
    answered = [row.route for row in rows if row.wanted_route in RISKY]
    elsewhere = [
        guess.outcome == "answered" and routes.get(guess.best) == "answer"
        for guess, row in zip(guesses, rows, strict=False)
        if row.wanted_route == "out_of_scope"
    ]
    training = statistics.mean(each.training_s for each in trials)
    return Result(
        contender=name,
        accuracy=sum(guess.right for guess in guesses) / len(guesses),
        missed_risks=risky.count("answer") / len(risky) if risky else None,
        missed_with_rules=answered.count("answer") / len(answered) if answered else None,
        off_topic_answered=sum(elsewhere) / len(elsewhere) if elsewhere else None,
        training_s=training,
        training_ratio=training / ours_training_s,
        message_ms=statistics.mean(each.message_ms for each in trials),
        peak_mb=max(each.peak_mb for each in trials),
        extra_mb=max(each.extra_mb for each in trials),
    )


_HEAD = (
    "Contender",
    "Accuracy",
    "Risks missed",
    "… with our rules",
    "Off-topic answered",
    "Training",
    "against ours",
    "A message",
    "Memory, peak",
    "on top of libraries",
)


def table(results: Sequence[Result]) -> str:
    """The results in Markdown."""
    lines = [f"| {' | '.join(_HEAD)} |", "|---|" + "---:|" * (len(_HEAD) - 1)]
    for result in results:
        cells = [
            result.contender,
            _percent(result.accuracy),
            _percent(result.missed_risks),
            _percent(result.missed_with_rules),
            _percent(result.off_topic_answered),
            f"{result.training_s:.1f} s",
            f"{result.training_ratio:.2f} ×",
            f"{result.message_ms:.1f} ms",
            f"{result.peak_mb:.0f} MB",
            f"{result.extra_mb:.0f} MB",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


_NOTES = """
Accuracy: the best-ranked intent is right. Risks missed: share of the risky messages and emergencies whose best-ranked
intent is an answer; "with our rules": that still get an answer when the safety rules and the safety policy look at the
message too. Off-topic answered: share of the off-topic messages that get an answer, by the thresholds each contender
has (the last three have none). Training includes the encoding of sentences and is the mean over the folds; a message is
the median of messages read one at a time; each contender has a process of its own for each fold, the starter pipeline
an environment of its own with TensorFlow; "on top of libraries" leaves out what Rasa (and TensorFlow) takes by itself.
Times mean something within this one run only.
"""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--folds", default=3, show_default=True, type=click.IntRange(2, 20))
@click.option(
    "--share",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True),
    help="Share of each intent's examples to use.",
)
@click.option(
    "--epochs", default=100, show_default=True, type=click.IntRange(1), help="Of DIET; `rasa init` writes 100."
)
@click.option(
    "--train",
    "train_path",
    type=click.Path(path_type=Path),
    help="Another data set (Rasa NLU YAML) instead of folds of our own; needs --test.",
)
@click.option("--test", "test_path", type=click.Path(path_type=Path), help="What to score then.")
@click.option(
    "--out",
    default=RESULTS,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for understanding.md, .json and .svg.",
)
def main(folds: int, share: float, epochs: int, train_path: Path | None, test_path: Path | None, out: Path) -> None:
    """Measure our pipeline beside Rasa's starter pipeline, counts, nearest neighbour and full-text search."""
    configure_logging(level=50)
    try:
        splits, data = _splits(folds, share, train_path, test_path)
        results, used = _run(splits, epochs)
    except (EvaluationError, RuntimeError) as error:
        if type(error).__module__.startswith("bot."):
            click.echo(f"Error: {error}", err=True)
            raise SystemExit(2) from error
        raise
    made = f"Data: {data}. DIET: {epochs} epochs."
    out.mkdir(parents=True, exist_ok=True)
    (out / "understanding.md").write_text(
        f"# Understanding, side by side\n\n{made}\n\n{table(results)}\n{_NOTES}\n![Accuracy and training"
        " time](understanding.svg)\n",
        encoding="utf-8",
    )
    (out / "understanding.json").write_text(
        json.dumps({"data": data, "epochs": epochs, "results": [asdict(each) for each in results]}, indent=2) + "\n"
    )
    (out / "understanding.svg").write_text(
        bar_chart([(each.contender, each.accuracy) for each in results], f"Accuracy. {made}"), encoding="utf-8"
    )
    click.echo(table(results))
    click.echo(f"{len(used)} contenders, {made}")


def _splits(
    folds: int, share: float, train_path: Path | None, test_path: Path | None
) -> tuple[list[tuple[list[Example], list[Example]]], str]:
    if (train_path is None) != (test_path is None):
        raise EvaluationError("--train and --test go together: one set to learn from, another to score.")
    if train_path is not None and test_path is not None:
        train, test = sample(read_examples(train_path), share, 1), read_examples(test_path)
        require_known(test, train)
        return (
            [(train, test)],
            f"{len(train):,} training and {len(test):,} test sentences, {len({each.intent for each in train})} intents",
        )
    examples = sample(read_examples(Settings().data / "nlu"), share, folds)
    require_known(examples, examples)
    numbers = fold_numbers([example.intent for example in examples], folds)
    judged = judged_by([example.text for example in examples])
    splits = [
        (
            [examples[index] for index in np.flatnonzero(numbers != fold)],
            [examples[index] for index in np.flatnonzero((numbers == fold) & judged)],
        )
        for fold in range(folds)
    ]
    intents = len({example.intent for example in examples})
    which = f"{len(examples):,} sentences, {intents} intents"
    by = f"judged by the {int(judged.sum()):,} that the encoder was not tuned on"
    return splits, f"our own examples, {share:.0%} of them ({which}), {folds} folds, {by}"


def _run(splits: Sequence[tuple[list[Example], list[Example]]], epochs: int) -> tuple[list[Result], list[str]]:
    own = all(example.intent in shared_library() for _, test in splits for example in test)
    names = [name for name in CONTENDERS if own or name != FULL_TEXT]
    trials: dict[str, list[Trial]] = {name: [] for name in names}
    for number, (train, test) in enumerate(splits, start=1):
        for name in sorted(names, key=lambda name: name == STARTER):  # the slow one last
            click.echo(f"Fold {number} of {len(splits)}: {name}", err=True)
            trials[name].append(in_own_process(name, train, test, epochs))
            click.echo(f"  {trials[name][-1].training_s:.1f} s of training", err=True)
    ours = statistics.mean(each.training_s for each in trials[OURS])
    return [summary(name, trials[name], ours) for name in names], names


if __name__ == "__main__":
    main()
