"""One evaluation from the command line: reads everything first, measures, then writes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.content.shared import shared_library
from bot.evaluation.data import EvaluationError, Question, read_examples, read_questions, require_known
from bot.evaluation.measure import Measured, ask_questions, cross_validate, load_assistant, train_and_test
from bot.evaluation.pipeline import read_config
from bot.evaluation.report import closing_line, merged_figures, write_report
from bot.on_rasa.engine import Engine
from bot.settings import ROOT, Settings

HELD_OUT = ROOT / "tests" / "questions"


@dataclass(frozen=True)
class Request:
    """What to measure and where the results go."""

    config: Path = ROOT / "config.yml"
    folds: int = 5
    train: Path | None = None
    test: Path | None = None
    questions: tuple[Path, ...] = ()
    json: Path | None = None
    report: Path = Path("results/evaluation.html")


def run(request: Request) -> str:
    """Measures, writes report and figures, and returns the closing line.

    Raises:
        EvaluationError: a file, option or pipeline that cannot be used.
    """
    if (request.train is None) != (request.test is None):
        raise EvaluationError("--train and --test go together: one set to learn from, another to score.")
    config = read_config(request.config)
    usual = request.config.resolve() == (ROOT / "config.yml").resolve()
    if request.questions and not usual:
        raise EvaluationError(
            "--questions goes through the trained assistant, which has the pipeline of config.yml. Leave --config out."
        )
    own = request.train is None and not request.questions
    paths = tuple(sorted(HELD_OUT.glob("*.jsonl"))) if own and usual else request.questions
    asked = [(path, read_questions(path, shared_library())) for path in paths]
    if own:
        train = read_examples(Settings().data / "nlu")
        require_known(train, train)
    elif request.train is not None and request.test is not None:
        train, test = read_examples(request.train), read_examples(request.test)
        require_known(test, train)
    for path in filter(None, (request.report, request.json)):
        _make_room(path)
    parts: list[Measured] = []
    with _shown() as progress:
        engine = load_assistant(progress) if asked else None  # a missing model is said before hours of work, not after
        if own:
            parts.append(cross_validate(train, config, request.folds, progress))
        elif request.train is not None:
            parts.append(train_and_test(train, test, config, progress))
        if engine is not None:
            parts += asyncio.run(_ask_all(engine, asked, progress))
    write_report(parts, request.report)
    if request.json is not None:
        request.json.write_text(
            json.dumps(merged_figures(parts), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return f"{closing_line(parts)} | report: {request.report}"


async def _ask_all(engine: Engine, asked: Sequence[tuple[Path, Sequence[Question]]], progress: _Bars) -> list[Measured]:
    return [
        await ask_questions(
            engine,
            questions,
            path.stem,
            f"Questions nobody trained on: {path.name}, {len(questions):,} of them",
            progress,
        )
        for path, questions in asked
    ]


def _make_room(path: Path) -> None:
    """Finds out before the work that the result can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be written ({error.strerror}).") from error


class _Bars:
    """Progress bars, one a step."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Starting", total=None)

    def start(self, what: str, total: int | None) -> None:
        self._finish()
        self._task = self._progress.add_task(what, total=total)

    def advance(self, pieces: int) -> None:
        self._progress.advance(self._task, pieces)

    def _finish(self) -> None:
        task = self._progress.tasks[self._task]
        self._progress.update(self._task, total=task.total or 1, completed=task.total or 1)


@contextmanager
def _shown() -> Iterator[_Bars]:
    """Bars on standard error; nothing where that is not a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bars = _Bars(progress)
        yield bars
        bars._finish()
