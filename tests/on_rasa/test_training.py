"""A model appears under its name when it is whole, and when it fits
what is there; whatever goes wrong before leaves nothing that is used."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.content.files import ContentError
from bot.content.library import load_library
from bot.content.sync import out_of_step
from bot.on_rasa import training as training_module
from bot.on_rasa.model import ModelError, model_path, require_model, train_model
from bot.on_rasa.progress import Stages
from bot.on_rasa.training_files import ProjectFiles
from bot.settings import Settings
from tests.conftest import DATA, ROOT

Train = Callable[[Path, Path, Path, Callable[[str], None]], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The shipped content with three examples of each intent, and no model: a training of seconds."""
    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("strangers"))
    shutil.copy(ROOT / "domain.yml", tmp_path)
    for path in (tmp_path / "data" / "nlu").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r"((?:^    - .*\n){3})(?:^    - .*\n)+", r"\1", text, flags=re.MULTILINE), encoding="utf-8"
        )
    return Settings(data=tmp_path / "data", models=tmp_path / "models", database=tmp_path / "record.db")


@pytest.fixture
def trains(monkeypatch: pytest.MonkeyPatch) -> Callable[[Train], None]:
    """Puts something else in the place of Rasa's training graph."""
    return lambda train: monkeypatch.setattr(training_module, "train_graph", train)


def _writes(data: Path, folder: Path, archive: Path, begin: Callable[[str], None]) -> None:
    archive.write_bytes(b"whole")


def _in_folder(settings: Settings) -> set[str]:
    return {path.name for path in settings.models.iterdir()} - {"training.lock", "training-times.json"}


def test_a_model_is_there_under_its_name_and_nothing_else_is(
    settings: Settings, trains: Callable[[Train], None]
) -> None:
    trains(_writes)
    assert train_model(settings) == require_model(settings)
    assert _in_folder(settings) == {model_path(settings).name}


def test_a_model_that_fits_is_not_trained_again(settings: Settings, trains: Callable[[Train], None]) -> None:
    trains(_writes)
    path = train_model(settings)
    trains(lambda *of: pytest.fail("it was trained again"))
    assert train_model(settings) == path


def test_a_disk_that_fills_up_leaves_no_model_and_says_so(settings: Settings, trains: Callable[[Train], None]) -> None:
    def fills(data: Path, folder: Path, archive: Path, begin: Callable[[str], None]) -> None:
        archive.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    trains(fills)
    with pytest.raises(ModelError, match=r"No space left on device\)\. Make room"):
        train_model(settings)
    assert _in_folder(settings) == set()


def test_data_that_changes_during_a_training_has_no_model(settings: Settings, trains: Callable[[Train], None]) -> None:
    def meanwhile(data: Path, folder: Path, archive: Path, begin: Callable[[str], None]) -> None:
        archive.write_bytes(b"whole")
        with (data / "nlu" / "form.yml").open("a", encoding="utf-8") as file:
            file.write("more: 1\n")

    trains(meanwhile)
    with pytest.raises(ModelError, match="changed during the training"):
        train_model(settings)
    assert _in_folder(settings) == set()


def test_a_folder_that_cannot_be_made_is_named(settings: Settings) -> None:
    settings.models.write_text("a file", encoding="utf-8")
    with pytest.raises(ModelError, match=str(settings.models)):
        train_model(settings)


def test_what_a_training_left_that_was_cut_short_is_taken_away(
    settings: Settings, trains: Callable[[Train], None]
) -> None:
    (settings.models / "unfinished-abc").mkdir(parents=True)
    (settings.models / "unfinished-abc" / "part").touch()
    (settings.models / "unfinished-123.npz").touch()
    trains(_writes)
    train_model(settings)
    assert _in_folder(settings) == {model_path(settings).name}


def test_a_second_training_waits_and_takes_what_the_first_one_made(
    settings: Settings, trains: Callable[[Train], None]
) -> None:
    trains(lambda *of: pytest.fail("it was trained a second time"))
    settings.models.mkdir()
    waits, done = threading.Event(), []
    stages = Stages(settings.models, lambda stage: waits.set())
    with open(settings.models / "training.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = threading.Thread(target=lambda: done.append(train_model(settings, stages)))
        second.start()
        assert waits.wait(10)
        assert "waiting for another training" in stages.stage
        model_path(settings).write_bytes(b"the first one's")
    second.join(10)
    assert done == [model_path(settings)]


def _command(settings: Settings, **more: Any) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "OZONE_DATA": str(settings.data),
        "OZONE_MODELS": str(settings.models),
        "PYTHONUNBUFFERED": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "train"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


@pytest.mark.training
def test_a_training_that_is_killed_leaves_no_model_and_the_next_one_makes_it(settings: Settings) -> None:
    killed = _command(settings)
    assert killed.stdout is not None
    assert any("learning the questions" in line for line in killed.stdout)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert not list(settings.models.glob("*.tar.gz"))
    assert [name for name in _in_folder(settings) if name.startswith("unfinished-")]
    again = _command(settings)
    said, errors = again.communicate(timeout=600)
    assert again.returncode == 0, errors
    assert f"Trained: {model_path(settings).name}" in said
    assert _in_folder(settings) == {model_path(settings).name, "embeddings.npz"}


@pytest.mark.training
def test_a_training_that_may_write_no_more_ends_with_one_sentence(settings: Settings) -> None:
    limited = _command(settings, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)))
    _, errors = limited.communicate(timeout=600)
    assert limited.returncode == 2
    assert "cannot be written" in errors.splitlines()[-1]
    assert "Traceback" not in errors
    assert _in_folder(settings) == set()


@pytest.mark.training
def test_two_trainings_at_once_make_one_model(settings: Settings) -> None:
    both = [_command(settings) for _ in range(2)]
    said = [one.communicate(timeout=600)[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sum("waiting for another training to end" in words for words in said) == 1
    assert _in_folder(settings) == {model_path(settings).name, "embeddings.npz"}


@pytest.mark.training
def test_what_rasa_cannot_train_on_is_said_in_one_sentence(settings: Settings) -> None:
    shutil.copy(ROOT / "config.yml", settings.data.parent)
    config = settings.data.parent / "config.yml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("sentence_encoder.SentenceEncoder", "sentence_encoder.Nothing"),
        encoding="utf-8",
    )
    done = _command(settings)
    _, errors = done.communicate(timeout=600)
    assert done.returncode == 2
    assert "Traceback" not in errors
    assert _in_folder(settings) == set()


def test_a_question_made_in_the_console_is_in_domain_and_rules_of_the_training_and_in_no_file(
    settings: Settings,
) -> None:
    before = ProjectFiles(settings.data)
    intents, rules = set(before.get_domain().intents), {step.block_name for step in before.get_stories().story_steps}
    block = "nlu:\n- intent: knit\n  metadata: {new: true}\n  examples: |\n    - may I knit\n"
    (settings.data / "nlu" / "reviewed.yml").write_text(block, encoding="utf-8")
    files = ProjectFiles(settings.data)
    assert set(files.get_domain().intents) - intents == {"knit"}
    assert "utter_knit" in files.get_domain().action_names_or_texts
    steps = {step.block_name for step in files.get_stories().story_steps}
    assert "knit" in steps - rules
    assert "knit" in {example.get("intent") for example in files.get_nlu_data().intent_examples}
    assert out_of_step(load_library(settings.data), settings.data) == out_of_step(load_library(DATA), DATA) == []


def test_an_intent_that_is_not_marked_as_new_still_needs_its_text(settings: Settings) -> None:
    block = "nlu:\n- intent: knit\n  examples: |\n    - may I knit\n"
    (settings.data / "nlu" / "reviewed.yml").write_text(block, encoding="utf-8")
    with pytest.raises(ContentError, match="`knit` has no snippet"):
        out_of_step(load_library(settings.data), settings.data)
