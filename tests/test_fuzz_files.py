"""Files and tokens with anything in them end in one sentence, never in a fault. `make fuzz` tries far more of them."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cli import Refused, _questions
from bot.content.files import ContentError
from bot.content.library import load_library
from bot.content.rules import load_triage
from bot.record.backup import BackupError, back_up, put_back
from bot.record.database import open_record
from bot.record.sealed import CONTACT, Seal, SealError
from bot.website.tokens import TokenError, Tokens
from tests.conftest import DATA

EXAMPLES = int(os.environ.get("OZONE_FUZZ_EXAMPLES", "12"))
tried = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
SEAL = Seal("s3cret", purpose=CONTACT)
PASSPHRASE = "correct horse battery"
TOKEN = Tokens("s").sign("a" * 32).encode()

Changes = Sequence[tuple[int, int, bytes]]
changes = st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=4)


def _changed(data: bytes, changes: Changes) -> bytes:
    """The bytes with a few of them replaced, lost or added."""
    changed = bytearray(data)
    for place, length, new in changes:
        at = place % (len(changed) + 1)
        changed[at : at + length] = new
    return bytes(changed)


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, bytes]:
    """A backup in the clear, and one that is sealed."""
    folder = tmp_path_factory.mktemp("backups")
    with closing(open_record(folder / "record.db")):
        back_up(folder / "record.db", folder / "clear")
        back_up(folder / "record.db", folder / "sealed", PASSPHRASE)
    return {is_sealed: (folder / name).read_bytes() for is_sealed, name in ((False, "clear"), (True, "sealed"))}


@tried
@given(is_sealed=st.booleans(), how=changes, cut=st.integers(0, 2**20))
def test_a_backup_that_was_changed_is_put_back_or_refused(
    backups: dict[bool, bytes], is_sealed: bool, how: Changes, cut: int
) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        held = _changed(backups[is_sealed], how)
        (folder / "backup").write_bytes(held[: len(held) - cut] if cut < 100 else held)
        with suppress(BackupError):
            put_back(folder / "backup", folder / "record.db", folder / "erased", lambda: SEAL, passphrase=PASSPHRASE)
        assert {file.name for file in folder.iterdir()} <= {"backup", "record.db", "record.db.key"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("content") / "data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("*.onnx", "tokenizer.json", "nlu", "strangers"))
    return folder


def _read_changed(folder: Path, name: str, how: Changes, read: Callable[[], object]) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(_changed(whole, how))
    try:
        with suppress(ContentError):
            read()
    finally:
        (folder / name).write_bytes(whole)


@tried
@given(name=st.sampled_from(("clinic.yml", "clinic_schema.yml", "topics.yml", "snippets/assistant.yml")), how=changes)
def test_content_that_was_changed_is_read_or_refused(data: Path, name: str, how: Changes) -> None:
    _read_changed(data, name, how, lambda: load_library(data))


@tried
@given(name=st.sampled_from(sorted(file.name for file in (DATA / "safety").glob("*.yml"))), how=changes)
def test_rules_that_were_changed_are_read_or_refused(data: Path, name: str, how: Changes) -> None:
    _read_changed(data / "safety", name, how, lambda: load_triage(data / "safety"))


@tried
@given(st.text(max_size=400) | changes.map(lambda how: _changed(b'{"text": "a"}\n' * 9, how).decode(errors="replace")))
def test_questions_for_the_command_line_are_read_or_refused(text: str) -> None:
    with suppress(Refused):
        assert all(isinstance(said, str) for said, _ in _questions(io.StringIO(text)))


@tried
@given(
    st.text(max_size=200)
    | changes.map(lambda how: _changed(Tokens("s").sign("a" * 32).encode(), how).decode("latin-1"))
)
def test_a_token_that_was_changed_opens_nothing_else(token: str) -> None:
    with suppress(TokenError):
        assert Tokens("s").read(token) == "a" * 32


@tried
@given(st.text(max_size=200) | changes.map(lambda how: _changed(SEAL.close("x", "a").encode(), how).decode("latin-1")))
def test_a_sealed_text_that_was_changed_does_not_open(sealed: str) -> None:
    with suppress(SealError):
        assert SEAL.open(sealed, "a") == "x"
