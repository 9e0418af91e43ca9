"""A secret that somebody may have seen is changed, and nobody
notices: conversations go on and second factors still open."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.console.accounts import add_staff, seal_secrets
from bot.record.database import open_record
from bot.record.sealed import Seal, SealError
from bot.secret import change_secret, load_secret, load_secrets
from bot.settings import ROOT
from bot.website.tokens import TokenError, Tokens


@pytest.fixture
def path(tmp_path: Path) -> Path:
    load_secret(tmp_path / "secret")
    return tmp_path / "secret"


def test_a_changed_secret_is_new_and_the_one_before_is_kept_beside_it(path: Path) -> None:
    first = load_secret(path)
    assert load_secrets(path) == (first,)
    change_secret(path)
    second = load_secret(path)
    assert second != first
    assert load_secrets(path) == (second, first)
    change_secret(path)
    assert load_secrets(path)[1] == second, "one step back is read, and no further"
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert len(list(path.parent.iterdir())) == 2


def test_visitors_go_on_with_a_token_of_the_secret_before(path: Path) -> None:
    token = Tokens(*load_secrets(path)).sign("talk")
    change_secret(path)
    assert Tokens(*load_secrets(path)).read(token) == "talk"
    fresh = Tokens(*load_secrets(path)).sign("talk")
    assert Tokens(load_secret(path)).read(fresh) == "talk", "new ones are signed with the new secret"
    change_secret(path)
    with pytest.raises(TokenError):
        Tokens(*load_secrets(path)).read(token)


def test_second_factors_are_sealed_anew_and_need_the_secret_before_no_more(path: Path) -> None:
    record = open_record(None)
    for name in ("maria", "nora"):
        add_staff(record, name, "correct horse battery")
    before = Seal(*load_secrets(path))
    record.execute("UPDATE staff SET totp_secret = ? WHERE username = 'maria'", [before.close("MARIAS", "maria")])
    foreign = Seal("another server's").close("NORAS", "nora")
    record.execute("UPDATE staff SET totp_secret = ? WHERE username = 'nora'", [foreign])
    assert seal_secrets(record, lambda: before) == 0
    change_secret(path)
    after = Seal(*load_secrets(path))
    assert seal_secrets(record, lambda: after) == 1
    (maria,), (nora,) = record.execute("SELECT totp_secret FROM staff ORDER BY username").fetchall()
    assert Seal(load_secret(path)).open(maria, "maria") == "MARIAS"
    with pytest.raises(SealError):
        before.open(maria, "maria")
    assert nora == foreign, "what nothing opens stays as it was"


def test_the_command_says_what_to_do_next(path: Path, tmp_path: Path) -> None:
    before = load_secret(path)
    command = [sys.executable, "-m", "bot", "change-secret"]
    environment = {**os.environ, "OZONE_SECRET_FILE": str(path)}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "Start website and console anew" in result.stdout
    assert load_secrets(path)[1] == before
