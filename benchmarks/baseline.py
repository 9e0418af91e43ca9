"""Rasa's starter project on our data: what `rasa init` writes,
with our questions, rules and approved texts in place of its own."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import rasa
import yaml

from bot.content.library import load_library
from bot.settings import ROOT, Settings

FOLDER = ROOT / ".rasa-baseline"
"""Where the starter project and its model are kept; training
it takes long, so it is done once for each state of the data."""

EPOCHS = 10
"""Of DIET and the other networks; the starter project has 100.

Fewer make training bearable and change nothing at run time.
"""

_STORY_TURNS = (
    ("greet", "what_is_ozone", "thanks"),
    ("greet", "session_length", "goodbye"),
    ("side_effects", "opening_hours", "thanks"),
)
"""Three stories, as many as the starter project has; without any its TED policies would be left untrained."""


STARTER = ROOT / "benchmarks" / "starter"
"""The project with the lock of Rasa's own pins: TensorFlow and Python 3.10, which nothing else here installs."""


def environment() -> Path:
    """The Python of the starter project's own environment, which
    is made or brought up to date now (3 GB the first time).

    Raises:
        RuntimeError: it cannot be made; the message says what to do.
    """
    folder = FOLDER / "environment"
    private = ROOT / ".tools" / "bin" / "uv"
    uv = str(private) if private.exists() else "uv"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    python = next((str(found) for found in sorted(pyenv.glob("3.10.*/bin/python"), reverse=True)), "3.10")
    variables = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(folder)}
    made = subprocess.run(
        [uv, "sync", "--frozen", "--quiet", "--project", str(STARTER), "--python", python], env=variables, check=False
    )
    if made.returncode != 0:
        raise RuntimeError(
            f"{folder}: the starter project's environment could not be made. It needs Python 3.10 and the network."
        )
    return folder / "bin" / "python"


def prepare() -> Path:
    """Writes the project for the present data; returns its folder, named after what is in it."""
    files = {
        "config.yml": _config(),
        "domain.yml": _domain(),
        "data/rules.yml": _rules(),
        "data/stories.yml": _stories(),
        "credentials.yml": {"rest": None},
    }
    digest = hashlib.sha256(yaml.safe_dump(files).encode())
    examples = sorted((Settings().data / "nlu").glob("*.yml"))
    for path in examples:
        digest.update(path.read_bytes())
    folder = FOLDER / digest.hexdigest()[:12]
    (folder / "data" / "nlu").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    for path in examples:
        shutil.copy(path, folder / "data" / "nlu" / path.name)
    return folder


def trained_model() -> Path:
    """The starter project's model for the present data, trained now if there is none (an hour or so).

    Raises:
        RuntimeError: Rasa could not train it.
    """
    folder = prepare()
    model = folder / "models" / "baseline.tar.gz"
    if not model.is_file():
        command = [
            str(environment()),
            "-m",
            "rasa",
            "train",
            "--fixed-model-name",
            "unfinished",
            "--data",
            "data",
            "--out",
            "models",
        ]
        subprocess.run(command, cwd=folder, check=False)
        unfinished = folder / "models" / "unfinished.tar.gz"
        if not unfinished.is_file():
            raise RuntimeError(f"{folder}: Rasa's starter project could not be trained. The lines above say why.")
        unfinished.rename(model)
    return model


def _config() -> dict[str, Any]:
    """What Rasa fills in for the empty pipeline and policies of the starter project's config.yml."""
    default = Path(rasa.__file__).parent / "engine" / "recipes" / "config_files" / "default_config.yml"
    config: dict[str, Any] = yaml.safe_load(default.read_text(encoding="utf-8"))
    for component in config["pipeline"] + config["policies"]:
        if "epochs" in component:
            component["epochs"] = EPOCHS
    return {**config, "assistant_id": "baseline"}


def _domain() -> dict[str, Any]:
    library = load_library(Settings().data)
    ours = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    texts = {name: [{"text": library[name.removeprefix("utter_")].text}] for name in ours["responses"]}
    return {
        "version": ours["version"],
        "intents": ours["intents"],
        "responses": texts,
        "session_config": ours["session_config"],
    }


def _rules() -> dict[str, Any]:
    """Our rules that answer a question with approved texts.

    The starter project has no action server and no form, so what needs one is left out.
    """
    rules: dict[str, Any] = yaml.safe_load((Settings().data / "rules.yml").read_text(encoding="utf-8"))
    kept = []
    for rule in rules["rules"]:
        steps = [step for step in rule["steps"] if "intent" in step or str(step.get("action", "")).startswith("utter_")]
        if "condition" not in rule and len(steps) > 1:
            kept.append({"rule": rule["rule"], "steps": steps})
    return {**rules, "rules": kept}


def _stories() -> dict[str, Any]:
    told = [
        {
            "story": " ".join(turns),
            "steps": [step for name in turns for step in ({"intent": name}, {"action": f"utter_{name}"})],
        }
        for turns in _STORY_TURNS
    ]
    return {"version": "3.1", "stories": told}


if __name__ == "__main__":
    print(trained_model())
