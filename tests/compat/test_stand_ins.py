"""A stand-in can be imported, named, derived from and caught; whoever runs it hears what is missing and what to do."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from room_for_rasa import stand_ins

from bot import serving
from bot.settings import ROOT


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that comes first on the path; whatever is imported
    during a test is forgotten after it, and no stand-in is left."""
    kept = dict(sys.modules)
    for name in [
        name for name in sys.modules if name.partition(".")[0] in ("google", "boto3", "botocore", "tensorflow", "sanic")
    ]:
        del sys.modules[name]
    monkeypatch.setattr(
        sys, "meta_path", [finder for finder in sys.meta_path if not isinstance(finder, stand_ins._Finder)]
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield tmp_path
    for name in sys.modules.keys() - kept.keys():
        del sys.modules[name]
    sys.modules.update(kept)


def load(name: str) -> Any:
    return importlib.import_module(name)


def test_anything_inside_can_be_named(place: Path) -> None:
    stand_ins.install()
    assert load("tensorflow").keras.layers.Dense is not None
    assert load("tensorflow.python.keras.engine").Layer is not None


def test_a_class_can_derive_from_it(place: Path) -> None:
    stand_ins.install()
    base = load("tensorflow").keras.Model
    assert issubclass(type("Ours", (base,), {}), base)


def test_it_can_stand_in_an_except_clause(place: Path) -> None:
    stand_ins.install()
    missing: type[Exception] = load("botocore.exceptions").ClientError
    try:
        raise KeyError
    except missing:
        pytest.fail("a stand-in caught an error of something else")
    except KeyError:
        return


def test_a_module_may_define_something_with_it_while_it_is_imported(place: Path) -> None:
    (place / "defines.py").write_text("import boto3\nBase = boto3.declarative_base()\n", encoding="utf-8")
    stand_ins.install()
    assert load("defines").Base is not None


def test_calling_one_that_nothing_here_needs_names_it_and_where_to_look(place: Path) -> None:
    stand_ins.install()
    with pytest.raises(
        stand_ins.MissingPackageError, match=r"boto3 is left out here: nothing in config\.yml.*docs/adr/017"
    ):
        load("boto3").resource("dynamodb")


def test_calling_one_that_serving_leaves_out_names_it_and_make_install(place: Path) -> None:
    stand_ins.leave_out({"sanic"})
    with pytest.raises(
        stand_ins.MissingPackageError, match=r"sanic is left out here: serving does without it.*make install"
    ):
        load("sanic").Sanic("app")


def test_a_package_that_is_really_there_wins(place: Path) -> None:
    (place / "boto3.py").write_text("def resource(name):\n    return name\n", encoding="utf-8")
    stand_ins.install()
    assert load("boto3").resource("real") == "real"


def test_what_is_left_out_on_purpose_stands_before_what_is_there(place: Path) -> None:
    (place / "boto3.py").write_text("there = True\n", encoding="utf-8")
    stand_ins.leave_out({"boto3"})
    assert load("boto3").there is not True


def test_what_was_imported_already_is_not_left_out_any_more(place: Path) -> None:
    (place / "boto3.py").write_text("there = True\n", encoding="utf-8")
    load("boto3")
    stand_ins.leave_out({"boto3"})
    assert load("boto3").there is True


def test_a_real_part_of_google_stands_beside_one_that_is_missing(place: Path) -> None:
    (place / "google" / "protobuf").mkdir(parents=True)
    (place / "google" / "protobuf" / "__init__.py").write_text("there = True\n", encoding="utf-8")
    stand_ins.install()
    assert load("google.protobuf").there is True
    with pytest.raises(stand_ins.MissingPackageError, match="package google is left out"):
        load("google.auth").default()


@pytest.mark.parametrize(
    ("component", "left_out"),
    [("bot.on_rasa.rule_triage.RuleTriage", True), ("DIETClassifier", False), ("rasa.nlu.classifiers.X", False)],
)
def test_serving_leaves_nothing_out_where_config_names_a_component_of_rasas(
    component: str, left_out: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    config["pipeline"].append({"name": component})
    (tmp_path / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    called: list[bool] = []
    monkeypatch.setattr(serving, "ROOT", tmp_path)
    monkeypatch.setattr(serving, "leave_out", lambda: called.append(True))
    serving.leave_out_what_trains()
    assert called == [True] * left_out
