"""Which trained model fits the present data and code, and training it when there is none."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.content.files import ContentError
from bot.content.ingredients import fingerprint
from bot.content.library import load_library
from bot.content.sync import out_of_step
from bot.on_rasa.progress import Stages
from bot.settings import Settings

_UNFINISHED = "unfinished-"
"""How the names of files and folders begin that a training has not ended with."""

_LOCK = "training.lock"


class ModelError(RuntimeError):
    """There is no usable model; the message says what to do."""


def model_path(settings: Settings) -> Path:
    """Where the model for the present data and code is, or would be."""
    return settings.models / f"{fingerprint(settings.data)}.tar.gz"


def require_model(settings: Settings) -> Path:
    """The fitting model.

    Raises:
        ModelError: none has been trained.
    """
    path = model_path(settings)
    if not path.is_file():
        raise ModelError(f"{path}: no model fits the present data and code. Run `make train`.")
    return path


def train_model(settings: Settings, stages: Stages | None = None) -> Path:
    """Trains the fitting model if there is none, checking the content first; returns its path.

    The archive appears under its name only when it is whole, so a training that was cut short leaves nothing that
    anybody would use. One training at a time: a second one waits, and then finds its model there.

    Raises:
        ContentError: the content cannot be used, or generated files are out of step.
        ModelError: the model could not be trained; the message says why.
    """
    if stale := out_of_step(load_library(settings.data), settings.data):
        raise ContentError(f"{stale[0]}: out of step with the snippets. Run `python -m bot content sync`.")
    stages = stages or Stages(settings.models)
    try:
        settings.models.mkdir(parents=True, exist_ok=True)
        with _alone(settings.models, stages):
            path = model_path(settings)
            if not path.is_file():
                _train(settings, path, stages)
                stages.save()
    except OSError as error:
        raise ModelError(
            f"{settings.models}: the model cannot be written ({error.strerror or error}). Make room for 300 MB there"
            " and in the temporary folder."
        ) from error
    return path


def _train(settings: Settings, path: Path, stages: Stages) -> None:
    stages.begin("starting Rasa")
    from rasa.engine.exceptions import GraphComponentException, GraphSchemaValidationException
    from rasa.shared.exceptions import RasaException

    from bot.on_rasa.training import train_graph

    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=settings.models) as folder:
        archive = Path(folder) / path.name
        (parts := Path(folder) / "components").mkdir()
        try:
            train_graph(settings.data, parts, archive, stages.begin)
        except GraphComponentException as error:  # only says in which component
            raise (error.__cause__ or error) from None
        except (RasaException, GraphSchemaValidationException, ImportError) as error:
            raise ModelError(f"Rasa could not train a model: {error}") from error
        if model_path(settings) != path:
            raise ModelError(
                "The data changed during the training, so the model fits neither state. Run `make train` again."
            )
        _put_in_place(archive, path)


def _put_in_place(archive: Path, path: Path) -> None:
    """Gives a whole archive its name, which also holds after the power fails."""
    for written in (archive, archive.parent):
        handle = os.open(written, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    archive.replace(path)


@contextmanager
def _alone(folder: Path, stages: Stages) -> Iterator[None]:
    """Waits until no other process trains into a folder, and takes away what trainings left that were cut short."""
    with open(folder / _LOCK, "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stages.begin("waiting for another training to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob(f"{_UNFINISHED}*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
        yield
