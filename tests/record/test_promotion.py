"""A candidate is promoted only where it would be the model that the website then looks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.content.ingredients import fingerprint
from bot.record.corrections import finish_run, start_run
from bot.record.database import open_record
from bot.record.promotion import give_reason, promote, read_reviewed
from bot.record.review import ReviewError

AT = "2026-01-01T00:00:00+00:00"
REVIEWED = 'version: "3.1"\nnlu:\n- intent: parking\n  examples: |\n    - can I leave my scooter there\n'


@pytest.fixture
def database() -> Database:
    return open_record(None)


@pytest.fixture
def candidate(project: Path, database: Database) -> int:
    """A run that waits for a decision, whose model is there."""
    model = fingerprint(project / "data", reviewed=REVIEWED)
    (project / "models").mkdir()
    (project / "models" / f"{model}.tar.gz").touch()
    run = start_run(database, by="carla", now=AT, model=fingerprint(project / "data"), file_before="")
    finish_run(
        database,
        run,
        state="ready",
        now=AT,
        message="",
        model=model,
        file_after=REVIEWED,
        results={"measures": [], "passes": True},
    )
    return run


def _promote(project: Path, database: Database, run: int) -> None:
    promote(database, project / "data", project / "models", run, by="carla", now=AT)


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_promoted_candidate_is_the_model_that_fits(project: Path, database: Database, candidate: int) -> None:
    _promote(project, database, candidate)
    assert read_reviewed(project / "data") == REVIEWED
    assert (project / "models" / f"{fingerprint(project / 'data')}.tar.gz").is_file()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("bot/understanding/heads.py", "_REGULARISATION = 0.3", "_REGULARISATION = 0.4"),
        ("data/strangers/harmless.jsonl", '{"text": "', '{"text": "so '),
        ("data/encoder/SHA256SUMS", "model.onnx", "model2.onnx"),
        ("data/nlu/clinic.yml", "    - ", "    - is there room for a scooter\n    - "),
        ("config.yml", "[ozon, o3", "[ozon"),
    ],
    ids=["code", "strangers", "encoder", "examples", "configuration"],
)
def test_a_candidate_that_no_longer_fits_is_refused_and_nothing_changes(
    project: Path, database: Database, candidate: int, name: str, old: str, new: str
) -> None:
    _edit(project / name, old, new)
    with pytest.raises(ReviewError, match="Train a new one"):
        _promote(project, database, candidate)
    assert read_reviewed(project / "data") == ""


def test_a_comment_in_the_code_stops_no_promotion(project: Path, database: Database, candidate: int) -> None:
    _edit(project / "bot/understanding/heads.py", "_REGULARISATION = 0.3", "# as measured\n_REGULARISATION = 0.3")
    _promote(project, database, candidate)
    assert (project / "models" / f"{fingerprint(project / 'data')}.tar.gz").is_file()


def test_a_data_file_that_cannot_be_read_is_named_to_the_reviewer(
    project: Path, database: Database, candidate: int
) -> None:
    (project / "data" / "rules.yml").write_text("rules: [", encoding="utf-8")
    with pytest.raises(ReviewError, match=r"rules\.yml"):
        _promote(project, database, candidate)


def test_a_candidate_whose_model_is_gone_is_refused(project: Path, database: Database, candidate: int) -> None:
    next((project / "models").glob("*.tar.gz")).unlink()
    with pytest.raises(ReviewError, match="no longer there"):
        _promote(project, database, candidate)


LOSSES = [
    {
        "kind": "emergency_lost",
        "text": "a black curtain",
        "before": "emergency_other",
        "after": "clinician_after_session",
    },
    {"kind": "other_emergency", "text": "the razor", "before": "emergency_self_harm", "after": "emergency_poisoning"},
]
REASON = "The second reading finds it."


@pytest.fixture
def less_safe(database: Database, candidate: int) -> int:
    """A candidate that is less safe with two sentences."""
    database.execute(
        "UPDATE improvement_runs SET results = ? WHERE id = ?",
        [json.dumps({"measures": [], "passes": True, "losses": LOSSES}), candidate],
    )
    return candidate


def _accept(database: Database, run: int, loss: int, *people: tuple[str, str]) -> None:
    for name, role in people:
        give_reason(database, run, loss, by=name, role=role, reason=REASON, now=AT)


BOTH = (("carla", "clinician"), ("rob", "reviewer"))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {0: BOTH},
        {0: BOTH, 1: (("carla", "clinician"),)},
        {0: BOTH, 1: (("carla", "clinician"), ("carla", "clinician"))},
        {0: BOTH, 1: (("rob", "reviewer"), ("ada", "admin"))},
    ],
)
def test_a_less_safe_candidate_waits_for_two_people_and_a_clinician(
    project: Path, database: Database, less_safe: int, given: dict[int, tuple[tuple[str, str], ...]]
) -> None:
    for loss, people in given.items():
        _accept(database, less_safe, loss, *people)
    with pytest.raises(ReviewError, match=r"less safe\. Two people, one of them a clinician"):
        _promote(project, database, less_safe)
    assert read_reviewed(project / "data") == ""


def test_with_both_reasons_for_each_it_is_promoted(project: Path, database: Database, less_safe: int) -> None:
    for loss in range(2):
        _accept(database, less_safe, loss, *BOTH)
    _promote(project, database, less_safe)
    assert read_reviewed(project / "data") == REVIEWED


@pytest.mark.parametrize(
    ("loss", "reason", "said"),
    [(2, REASON, "no such sentence"), (-1, REASON, "no such sentence"), (0, "  fine  ", "at least 10")],
)
def test_a_reason_that_is_none_is_refused(
    database: Database, less_safe: int, loss: int, reason: str, said: str
) -> None:
    with pytest.raises(ReviewError, match=said):
        give_reason(database, less_safe, loss, by="carla", role="clinician", reason=reason, now=AT)
