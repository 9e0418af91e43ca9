"""A candidate model: trained on a copy of the data with the accepted
corrections, measured beside the model in use, left for a person to promote.

Training and asking run as commands of their own, on their own data folder: nothing of the candidate can reach the
assistant in use.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.content.approvals import FILE as APPROVALS
from bot.content.approvals import hashes
from bot.content.ingredients import REVIEWED, fingerprint, project_file
from bot.content.library import load_library
from bot.content.sync import examples_by_intent
from bot.content.write_back import with_entry
from bot.improvement.gate import compare, named, read_questions
from bot.improvement.reviewed import sort_out, with_new
from bot.record.corrections import (
    Correction,
    Run,
    advise,
    finish_run,
    get_run,
    list_corrections,
    start_run,
    take_up,
    without_erased,
)
from bot.record.promotion import read_reviewed
from bot.record.sentences import new_questions
from bot.record.turns import utc
from bot.settings import ROOT, Settings

MAX_CORRECTIONS = 2_000

KNOWN = "Redundant: the model in use answers this sentence rightly already."


class CandidateError(RuntimeError):
    """No candidate came of it; the message says why."""


def improve(database: Database, settings: Settings, *, by: str, keep_redundant: bool = False) -> Run:
    """Trains and measures a candidate with the accepted corrections, and returns its run in the state `ready`.

    It does without the sentences whose conversations were erased.

    Corrections that the model in use answers rightly already are marked as redundant and left out, unless
    `keep_redundant`.

    Raises:
        CandidateError: there is nothing to train with, or the training failed; the run says so too.
        ReviewError: another training is running.
    """
    accepted = list_corrections(database, "accepted", limit=MAX_CORRECTIONS)
    in_use = read_reviewed(settings.data)
    file_before = without_erased(database, in_use)
    if not accepted and file_before == in_use:
        raise CandidateError(
            "No correction is accepted, so there is nothing to train with. Accept one on the page Training."
        )
    run = start_run(database, by=by, now=utc(time.time()), model=fingerprint(settings.data), file_before=file_before)
    try:
        results, model, file_after = _train_and_measure(database, settings, run, accepted, file_before, keep_redundant)
    except BaseException as error:
        told = str(error) if isinstance(error, (RuntimeError, ValueError)) else f"It ended with {type(error).__name__}."
        finish_run(database, run, state="failed", now=utc(time.time()), message=told)
        raise
    right = sum(row["right"] for row in results["sentences"].values())
    message = (
        f"{right} of {len(results['sentences'])} sentences are answered rightly now; the gate is"
        f" {'passed' if results['passes'] else 'not passed'}."
    )
    finish_run(
        database,
        run,
        state="ready",
        now=utc(time.time()),
        message=message,
        model=model,
        file_after=file_after,
        results=results,
    )
    return get_run(database, run)


def advise_all(database: Database, settings: Settings) -> tuple[int, int]:
    """Asks the model in use about every correction that waits and notes beside each what it makes of it.

    Returns:
        How many corrections that were, and how many of them are redundant or cannot be used.

    Raises:
        CandidateError: the model could not be asked.
    """
    waiting = [
        row for state in ("accepted", "proposed") for row in list_corrections(database, state, limit=MAX_CORRECTIONS)
    ]
    usable, advice = sort_out(waiting, _examples(settings, new_questions(database, settings.data)))
    answers = ask(settings, [{"text": sentence} for _, sentence in usable]) if usable else []
    known = _known(usable, answers)
    superfluous = len(advice) + len(known)
    for (correction, _), answer in zip(usable, answers, strict=True):
        advice[correction.id] = known.get(correction.id, f"The model in use answers it with {named(answer)}.")
    advise(database, advice)
    return len(waiting), superfluous


def _known(usable: Sequence[tuple[Correction, str]], answers: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Advice on the corrections whose sentence is answered rightly already."""
    return {
        correction.id: KNOWN
        for (correction, _), answer in zip(usable, answers, strict=True)
        if answer["snippet"] == correction.intent
    }


def _train_and_measure(
    database: Database,
    settings: Settings,
    run: int,
    accepted: Sequence[Correction],
    file_before: str,
    keep_redundant: bool,
) -> tuple[dict[str, Any], str, str]:
    """What was measured, the candidate's name, and the reviewed examples it was trained with."""
    new = new_questions(database, settings.data)
    usable, advice = sort_out(accepted, _examples(settings, new))
    questions = read_questions()
    asked = [*questions, *({"text": sentence} for _, sentence in usable)]
    with tempfile.TemporaryDirectory(prefix="in-use-") as folder:
        before = ask(_copy(settings, Path(folder), read_reviewed(settings.data), new) if new else settings, asked)
    advice.update(_known(usable, before[len(questions) :]))
    known = {correction for correction, words in advice.items() if words == KNOWN}
    advise(database, advice)
    taken = [(correction, sentence) for correction, sentence in usable if keep_redundant or correction.id not in known]
    if not taken and file_before == read_reviewed(settings.data):
        raise CandidateError(
            "Every accepted correction is redundant or not usable, so there is nothing to train with. The page Training"
            " says why for each."
        )
    file_after = with_new(file_before, taken, new)
    with tempfile.TemporaryDirectory(prefix="candidate-") as folder:
        candidate = _copy(settings, Path(folder), file_after, new)
        _bot(candidate, ["train"], "")
        after = ask(candidate, asked)
        model = fingerprint(candidate.data)
    take_up(database, run, [correction.id for correction, _ in taken])
    results = compare(questions, before[: len(questions)], after[: len(questions)])
    results["sentences"] = {
        str(correction.id): {
            "before": named(was),
            "after": named(became),
            "right": became["snippet"] == correction.intent,
        }
        for (correction, _), was, became in zip(usable, before[len(questions) :], after[len(questions) :], strict=True)
    }
    return results, model, file_after


def _examples(settings: Settings, new: Mapping[str, Any]) -> dict[str, list[str]]:
    """The training examples by intent, with the questions that were made in the console, which may have none yet."""
    return {**{name: [] for name in new}, **examples_by_intent(settings.data / "nlu")}


def _copy(settings: Settings, folder: Path, reviewed: str, new: Mapping[str, Mapping[str, Any]]) -> Settings:
    """Settings whose data folder is a copy, with other reviewed examples
    and with the questions that were made in the console among its texts."""
    data = folder / "data"
    shutil.copytree(settings.data, data)
    for name in ("domain.yml", "config.yml"):
        shutil.copy(project_file(settings.data, name), folder / name)
    if reviewed:
        (data / "nlu" / REVIEWED).write_text(reviewed, encoding="utf-8")
    for name, entry in new.items():
        path = data / "snippets" / f"{entry['topic']}.yml"
        path.write_text(
            with_entry(path.read_text(encoding="utf-8"), path, {**entry, "id": name}),
            encoding="utf-8",
        )
    if new and (approvals := data / APPROVALS).is_file():
        found = hashes(load_library(data), data)
        with approvals.open("a", encoding="utf-8") as file:
            file.writelines(f"{name}: {found[name]}\n" for name in new)
    return replace(settings, data=data)


def ask(settings: Settings, questions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What the assistant with these settings answers to the `text` of each, as `python -m bot ask` prints it.

    Those of one file that share a `conversation` are said in one.

    Raises:
        CandidateError: it could not be asked.
    """
    lines = "".join(json.dumps(_asked(question)) + "\n" for question in questions)
    answers = [json.loads(line) for line in _bot(settings, ["ask"], lines).splitlines()]
    if len(answers) != len(questions):
        raise CandidateError(f"The assistant answered {len(answers)} of {len(questions)} questions.")
    return answers


def _asked(question: Mapping[str, Any]) -> dict[str, str]:
    """One line for `python -m bot ask`."""
    if question.get("conversation") is None:
        return {"text": question["text"]}
    return {"text": question["text"], "conversation": f"{question.get('file', '')} {question['conversation']}"}


def _bot(settings: Settings, arguments: Sequence[str], text: str) -> str:
    environment = {**os.environ, "OZONE_DATA": str(settings.data), "OZONE_MODELS": str(settings.models)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        reason = said[-1] if said else f"it was ended with code {done.returncode}, perhaps for lack of memory"
        raise CandidateError(f"`python -m bot {arguments[0]}` failed: {reason}.")
    return done.stdout
