"""What is sealed can be read with this installation's secret
alone, and a second factor is never in the record in the clear."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from sqlite_utils import Database
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.console.accounts import verify_login
from bot.console.second_factor import code_at
from bot.record.sealed import Seal, SealError, is_sealed
from bot.secret import load_secret
from tests.console.conftest import NOW, LogIn, new_secret

PASSWORD = "correct horse battery"


def test_what_is_sealed_is_opened_by_the_same_secret_for_the_same_owner() -> None:
    sealed = Seal("s3cret").close("words", "maria")
    assert is_sealed(sealed)
    assert "words" not in sealed
    assert Seal("s3cret").open(sealed, "maria") == "words"
    assert Seal("s3cret").close("words", "maria") != sealed, "the same words never look the same"


@pytest.mark.parametrize(("secret", "owner"), [("another", "maria"), ("s3cret", "tom")])
def test_nobody_else_opens_it(secret: str, owner: str) -> None:
    with pytest.raises(SealError):
        Seal(secret).open(Seal("s3cret").close("words", "maria"), owner)


@pytest.mark.parametrize("text", ["", "sealed1:", "sealed1:!!", "sealed1:AAAA", "JBSWY3DPEHPK3PXP"])
def test_what_is_no_sealed_text_is_refused(text: str) -> None:
    with pytest.raises(SealError):
        Seal("s3cret").open(text, "maria")


def test_a_second_factor_is_stored_sealed(log_in: LogIn, database: Database) -> None:
    secret = new_secret()
    log_in("viewer").post("/account", {"action": "code-on", "secret": secret, "code": code_at(secret, int(NOW // 30))})
    (stored,) = database.execute("SELECT totp_secret FROM staff WHERE username = 'viewer'").fetchone()
    assert is_sealed(stored)
    assert secret not in stored


def test_a_secret_from_before_is_sealed_on_the_first_visit_and_no_byte_of_it_is_left(
    console: Starlette, database: Database, tmp_path: Path
) -> None:
    secret = new_secret()
    database.execute("UPDATE staff SET totp_secret = ? WHERE username = 'viewer'", [secret])
    TestClient(console).get("/login")
    assert is_sealed(database.execute("SELECT totp_secret FROM staff WHERE username = 'viewer'").fetchone()[0])
    assert [path.name for path in tmp_path.glob("record.db*") if secret.encode() in path.read_bytes()] == []
    seal = Seal(load_secret(tmp_path / "secret"))
    later = NOW + 60
    assert (
        verify_login(database, "viewer", PASSWORD, code_at(secret, int(later // 30)), later, lambda: seal) == "viewer"
    )


def test_somebody_whose_second_factor_cannot_be_opened_is_told_what_to_do(
    console: Starlette, database: Database, log_in: LogIn
) -> None:
    log_in("viewer")  # a quick hasher
    database.execute(
        "UPDATE staff SET totp_secret = ? WHERE username = 'viewer'",
        [Seal("of another server").close(new_secret(), "viewer")],
    )
    client = TestClient(console, follow_redirects=False)
    csrf = re.search(r'name="csrf" value="(\w+)"', client.get("/login").text)
    assert csrf is not None
    form = {"csrf": csrf[1], "username": "viewer", "code": "123456"}
    assert "--drop-code" not in client.post("/login", data={**form, "password": "wrong horse battery"}).text
    response = client.post("/login", data={**form, "password": PASSWORD})
    assert (response.status_code, "staff reset NAME --drop-code" in response.text) == (401, True)


def test_two_processes_that_start_at_once_have_one_secret(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(load_secret(tmp_path / "var" / "secret"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found[0]) >= 32
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret"]
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o077 == 0
