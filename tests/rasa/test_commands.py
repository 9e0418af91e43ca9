"""Rasa's own commands, as they are typed, on a copy of this project with one sentence an intent.

On all sentences they would take minutes. The code, the domain, the rules and the stories are the shipped ones.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from bot.record.database import open_record
from bot.record.requests import list_requests
from bot.record.sealed import CONTACT, Seal
from bot.secret import load_secret
from bot.settings import ROOT
from tests.ports import free_port

RASA = Path(sys.executable).parent / "rasa"
PATIENCE_SECONDS = 900
OWN_WORDS = "k"
"""A key that moves up in a list of buttons, from the first to the last: "type out your own message"."""
FIRST_BUTTON = ""
FORM = (
    "Leave a question for our clinical team",
    "Saturday",
    "Could I come on a Saturday please?",
    "jane@example.org",
    FIRST_BUTTON,
    FIRST_BUTTON,
)
TOLD = ("What is ozone?", OWN_WORDS, *FORM, "I cannot breathe", OWN_WORDS)


@dataclass(frozen=True)
class Project:
    """A folder with the layout of this project.

    Attributes:
        folder: where the commands run.
        port: of the action server that endpoints.yml names.
    """

    folder: Path
    port: int

    def rasa(self, *arguments: str, say: str = "") -> str:
        """What `rasa ARGUMENTS` prints on both outputs, with what is typed on its standard input; it must succeed."""
        ran = subprocess.run(
            [RASA, *arguments], cwd=self.folder, env=self.environment, input=say, timeout=PATIENCE_SECONDS,
            text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout
        return ran.stdout

    @property
    def environment(self) -> dict[str, str]:
        """As in a terminal: nothing that this test run set for itself,
        a record of its own, and messages but no progress bars."""
        ours = {
            "OZONE_DATABASE": str(self.folder / "record.db"),
            "OZONE_SECRET_FILE": str(self.folder / "secret"),
            "TQDM_DISABLE": "1",
        }
        return {
            name: value for name, value in os.environ.items() if name not in ("RASA_TELEMETRY_ENABLED", "LOG_LEVEL")
        } | ours


def _thinned(text: str) -> str:
    """The same training data with the first sentence of each intent only."""
    data = yaml.safe_load(text)
    for block in data["nlu"]:
        block["examples"] = "".join(f"{line}\n" for line in block["examples"].splitlines()[:1])
    return yaml.safe_dump(data, allow_unicode=True)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("project"), free_port())
    for name in ("bot", "actions", "config.yml", "domain.yml", "credentials.yml"):
        (project.folder / name).symlink_to(ROOT / name)
    (project.folder / "tests").mkdir()
    (project.folder / "tests" / "rasa").symlink_to(ROOT / "tests" / "rasa")
    (project.folder / "data" / "nlu").mkdir(parents=True)
    (project.folder / "data" / "rules.yml").symlink_to(ROOT / "data" / "rules.yml")
    for path in (ROOT / "data" / "nlu").glob("*.yml"):
        (project.folder / "data" / "nlu" / path.name).write_text(
            _thinned(path.read_text(encoding="utf-8")), encoding="utf-8"
        )
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{project.port}/webhook"
    (project.folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints), encoding="utf-8")
    return project


@pytest.fixture(scope="session")
def trained(project: Project) -> str:
    """What `rasa train` printed."""
    return project.rasa("train", "--fixed-model-name", "thin")


@pytest.fixture(scope="session")
def actions(project: Project) -> Iterator[None]:
    """`rasa run actions`, ready."""
    with (project.folder / "actions.log").open("wb") as log:
        command = [str(RASA), "run", "actions", "--port", str(project.port)]
        server = subprocess.Popen(
            command, cwd=project.folder, env=project.environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _await_health(server, f"http://127.0.0.1:{project.port}/health")
            yield
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture(scope="session")
def shell(project: Project, trained: str, actions: None) -> str:
    """What `rasa shell` printed, beside an action server, to whom tells it all of `TOLD`."""
    return _plain(project.rasa("shell", say="\n".join([*TOLD, "/stop", ""])))


def _await_health(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("`rasa run actions` does not answer")


def _plain(printed: str) -> str:
    """Without colours, cursor movements and line ends, with which a terminal wraps a question."""
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", printed))


def test_rasa_train_makes_a_model(project: Project, trained: str) -> None:
    assert "Your Rasa model is trained and saved" in trained
    assert (project.folder / "models" / "thin.tar.gz").stat().st_size > 100_000


def test_rasa_data_validate_finds_nothing_to_warn_of(project: Project) -> None:
    assert "No story structure conflicts found" in project.rasa("data", "validate", "--fail-on-warnings")


def test_rasa_test_takes_all_of_our_stories_and_no_others(project: Project, trained: str) -> None:
    stories = yaml.safe_load((ROOT / "tests" / "rasa" / "test_stories.yml").read_text(encoding="utf-8"))["stories"]
    printed = project.rasa("test", "--stories", "tests/rasa", "--nlu", "data/nlu/form.yml")
    counts = re.findall(r"Correct:\s+(\d+) / (\d+)", printed)
    # A model of one sentence an intent asks first where ours alarms; what counts is that all of our stories, and only
    # ours, were taken.
    right, taken = map(int, counts[0])
    assert taken == len(stories)
    assert right >= taken - 1


def test_rasa_shell_answers_with_the_approved_words(shell: str) -> None:
    assert "Ozone is a gas. Each ozone molecule is made of three oxygen atoms" in shell
    assert (
        "Call 911 now (or your local emergency number). Trouble breathing cannot wait" in shell
    )  # the menu cuts it off
    assert (
        shell.count("Ozone is toxic to the lungs and should not be inhaled.") >= len(TOLD) - 2
    )  # two of them choose in a menu


def test_rasa_run_actions_checks_what_rasa_shell_is_told_in_the_request_form(project: Project, shell: str) -> None:
    assert "That is a little short." in shell
    assert "Your question is with our clinical team" in shell
    seal = Seal(load_secret(project.folder / "secret"), purpose=CONTACT)
    (left,) = list_requests(open_record(project.folder / "record.db"), seal=seal)
    assert (left.question, left.reach) == ("Could I come on a Saturday please?", "jane@example.org")
