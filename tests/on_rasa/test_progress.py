"""A training says what it does and how long the rest takes."""

from __future__ import annotations

from pathlib import Path

from bot.on_rasa.progress import Stages


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _train(folder: Path, **seconds: float) -> None:
    clock = Clock()
    stages = Stages(folder, clock=clock)
    for stage, taken in seconds.items():
        stages.begin(stage)
        clock.now += taken
    stages.save()


def test_the_first_training_has_no_estimate(tmp_path: Path) -> None:
    assert Stages(tmp_path).left() is None


def test_what_is_left_goes_by_the_last_training(tmp_path: Path) -> None:
    _train(tmp_path, reading=2, learning=10, writing=1)
    clock = Clock()
    stages = Stages(tmp_path, clock=clock)
    assert stages.left() == 13
    stages.begin("reading")
    clock.now += 1
    assert stages.left() == 12
    stages.begin("learning")
    assert stages.left() == 11, "it was quicker than the last time"
    clock.now += 30
    assert stages.left() == 1, "only what is still to come"


def test_each_stage_is_told_as_it_begins(tmp_path: Path) -> None:
    told: list[str] = []
    stages = Stages(tmp_path, told.append)
    stages.begin("reading")
    stages.begin("learning")
    assert told == ["reading", "learning"]


def test_broken_times_are_no_times(tmp_path: Path) -> None:
    for content in ("", "[1]", '{"reading": "long"}', "{"):
        (tmp_path / "training-times.json").write_text(content, encoding="utf-8")
        assert Stages(tmp_path).left() is None


def test_times_that_cannot_be_kept_are_no_error(tmp_path: Path) -> None:
    _train(tmp_path / "missing", reading=1)
    assert Stages(tmp_path / "missing").left() is None
