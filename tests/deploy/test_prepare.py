"""What a pod finds when its first container starts."""

from __future__ import annotations

import os
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.record.promotion import reviewed_file
from tests.conftest import ROOT

MODULE: dict[str, Any] = runpy.run_path(str(ROOT / "deploy" / "prepare.py"))


@pytest.fixture(autouse=True)
def rights() -> Iterator[None]:
    """What it asks of new files ends with the test."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An image of a few files."""
    for name in ("data/nlu/faq.yml", "data/clinic.yml", "models/first.tar.gz"):
        path = tmp_path / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path / "app"


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """What a Secret looks like in a pod: files are links into a folder of their own, and a group may read them."""
    hidden = tmp_path / "given" / "..data"
    hidden.mkdir(parents=True)
    for name in ("secret", "secret.previous"):
        (hidden / name).write_text(name, encoding="ascii")
        (tmp_path / "given" / name).symlink_to(hidden / name)
    return tmp_path / "given"


@pytest.fixture
def prepare(tmp_path: Path, app: Path, given: Path) -> Callable[[], Path]:
    """Prepares the pod and returns the folder of what may be written."""
    own = tmp_path / "own"
    settings = {
        "OZONE_SECRET_FILE": str(own / "secret" / "secret"),
        "OZONE_DATA": str(own / "content" / "data"),
        "OZONE_MODELS": str(own / "content" / "models"),
    }

    def run() -> Path:
        MODULE["prepare"](given, app, settings)
        return own

    return run


def test_everything_is_there_and_for_this_account_alone(prepare: Callable[[], Path]) -> None:
    own = prepare()
    files = {path.relative_to(own).as_posix(): path for path in own.rglob("*") if path.is_file()}
    assert set(files) == {
        "secret/secret",
        "secret/secret.previous",
        "content/data/nlu/faq.yml",
        "content/data/clinic.yml",
        "content/models/first.tar.gz",
    }
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    assert {path.stat().st_mode & 0o077 for path in own.rglob("*") if path.is_dir()} == {0}
    assert not any(path.is_symlink() for path in files.values())


def test_a_new_release_brings_its_content_and_what_staff_promoted_stays(prepare: Callable[[], Path], app: Path) -> None:
    own = prepare()
    reviewed_file(own / "content" / "data").write_text("promoted", encoding="utf-8")
    (own / "content" / "models" / "promoted.tar.gz").write_text("promoted", encoding="utf-8")
    (app / "data" / "clinic.yml").write_text("newer", encoding="utf-8")
    (app / "data" / "nlu" / "faq.yml").unlink()
    (app / "models" / "second.tar.gz").write_text("second", encoding="utf-8")
    data = prepare() / "content" / "data"
    assert (data / "clinic.yml").read_text(encoding="utf-8") == "newer"
    assert not (data / "nlu" / "faq.yml").exists()
    assert reviewed_file(data).read_text(encoding="utf-8") == "promoted"
    models = {path.name for path in (data.parent / "models").iterdir()}
    assert models == {"first.tar.gz", "second.tar.gz", "promoted.tar.gz"}


def test_a_secret_that_was_taken_away_opens_nothing_any_more(prepare: Callable[[], Path], given: Path) -> None:
    prepare()
    (given / "secret.previous").unlink()
    assert {path.name for path in (prepare() / "secret").iterdir()} == {"secret"}


def test_one_that_was_cut_short_is_gone_on_with(prepare: Callable[[], Path]) -> None:
    own = prepare()
    (own / "content" / "data.new" / "half").mkdir(parents=True)
    assert not (prepare() / "content" / "data.new").exists()
