"""Which trained model fits the present data and code, and training it when there is none."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from bot.content.files import ContentError
from bot.content.library import load_library
from bot.content.sync import out_of_step
from bot.record.promotion import REVIEWED
from bot.settings import ROOT, Settings

_CODE = ("bot/understanding", "bot/safety/normalise.py", "bot/safety/cues.py", "bot/conversation/safety_policy.py")


class ModelError(RuntimeError):
    """There is no usable model; the message says what to do."""


def fingerprint(settings: Settings, *, reviewed: bool = True) -> str:
    """A name for everything a model is made from: configuration, training data and the code that learns.

    Without `reviewed` it is the same whatever staff corrected.
    """
    digest = hashlib.sha256()
    for path in _ingredients(settings):
        if path.name == REVIEWED and not reviewed:
            continue
        digest.update(f"{path.name}\0".encode())
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def _ingredients(settings: Settings) -> Iterator[Path]:
    yield from (ROOT / "config.yml", ROOT / "domain.yml", settings.data / "rules.yml", settings.data / "encoder" / "SHA256SUMS")
    yield from sorted((settings.data / "nlu").glob("*.yml"))
    yield from sorted((settings.data / "strangers").glob("*.jsonl"))
    for name in _CODE:
        yield from sorted((ROOT / name).glob("*.py")) if (ROOT / name).is_dir() else [ROOT / name]


def model_path(settings: Settings) -> Path:
    """Where the model for the present data and code is, or would be."""
    return settings.models / f"{fingerprint(settings)}.tar.gz"


def require_model(settings: Settings) -> Path:
    """The fitting model.

    Raises:
        ModelError: none has been trained.
    """
    path = model_path(settings)
    if not path.is_file():
        raise ModelError(f"{path}: no model fits the present data and code. Run `make train`.")
    return path


def train_model(settings: Settings) -> Path:
    """Trains the fitting model if there is none, checking the content first; returns its path.

    The archive appears under its name only when it is whole, so a training that was cut short leaves nothing behind.

    Raises:
        ContentError: the content cannot be used, or generated files are out of step.
        ModelError: Rasa could not train.
    """
    if stale := out_of_step(load_library(settings.data), settings.data):
        raise ContentError(f"{stale[0]}: out of step with the snippets. Run `python -m bot content sync`.")
    path = model_path(settings)
    if path.is_file():
        return path
    from rasa.model_training import train

    settings.models.mkdir(parents=True, exist_ok=True)
    unfinished = f"unfinished-{path.name.removesuffix('.tar.gz')}"
    result = train(
        domain=str(ROOT / "domain.yml"),
        config=str(ROOT / "config.yml"),
        training_files=[str(settings.data / "nlu"), str(settings.data / "rules.yml")],
        output=str(settings.models),
        fixed_model_name=unfinished,
        force_training=True,
    )
    if result.code != 0 or result.model is None:
        raise ModelError("Rasa could not train a model. The lines above say why.")
    shutil.move(result.model, path)
    return path
