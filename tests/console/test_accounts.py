"""Accounts, sessions and the brake on guessing, on a record in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlite_utils import Database

from bot.console import accounts, second_factor
from bot.console.accounts import AccountError, Throttle
from bot.record.database import open_record

PASSWORD = "correct horse battery"
NOW = 1_800_000_000.0
MINUTE = 60


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2 with next to no memory: the parameters are argon2's business, not these tests'."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", lambda: hasher)
    accounts._decoy.cache_clear()


@pytest.fixture
def database() -> Iterator[Database]:
    record = open_record(None)
    accounts.add_staff(record, "maria", PASSWORD)
    yield record
    record.close()


def test_the_right_password_gives_the_name(database: Database) -> None:
    assert accounts.verify_login(database, " Maria ", PASSWORD) == "maria"


@pytest.mark.parametrize(
    ("username", "password"),
    [("maria", "wrong horse battery"), ("maria", ""), ("nobody", PASSWORD), ("", ""), ("maria", "x" * 100_000)],
)
def test_anything_else_gives_none(database: Database, username: str, password: str) -> None:
    assert accounts.verify_login(database, username, password) is None


def test_only_an_argon2id_hash_is_stored(database: Database) -> None:
    stored = database.execute("SELECT password_hash FROM staff").fetchone()[0]
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_an_unknown_name_costs_one_verification_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            verified.append(str(hash))
            return super().verify(hash, password)

    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", lambda: hasher)
    accounts.verify_login(database, "nobody", PASSWORD)
    accounts.verify_login(database, "maria", "wrong horse battery")
    assert len(verified) == 2


def test_a_weaker_hash_is_replaced_at_login(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    before = database.execute("SELECT password_hash FROM staff").fetchone()[0]
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", lambda: stronger)
    assert accounts.verify_login(database, "maria", PASSWORD) == "maria"
    after = database.execute("SELECT password_hash FROM staff").fetchone()[0]
    assert after != before
    assert not stronger.check_needs_rehash(after)
    assert accounts.verify_login(database, "maria", PASSWORD) == "maria"


def test_two_spellings_of_an_accent_are_one_password(database: Database) -> None:
    accounts.add_staff(database, "rene", "caf\u00e9 au lait noir")
    assert accounts.verify_login(database, "rene", "cafe\u0301 au lait noir") == "rene"


@pytest.mark.parametrize("username", ["", "a", "1abc", "has space", "a/b", "ümlaut", "x" * 33, "<b>", "a\n"])
def test_a_username_that_cannot_be_used_is_refused(database: Database, username: str) -> None:
    with pytest.raises(AccountError, match=r"^The username .* cannot be used: .*\.$"):
        accounts.add_staff(database, username, PASSWORD)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "at least 12"),
        ("x" * 257, "at most 256"),
        ("abababababab", "repeats"),
        ("123 Thomas 456", "holds the username"),
    ],
)
def test_a_weak_password_is_refused_in_one_sentence(database: Database, password: str, reason: str) -> None:
    with pytest.raises(AccountError, match=reason) as caught:
        accounts.add_staff(database, "thomas", password)
    assert password not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_name_is_taken_once(database: Database) -> None:
    with pytest.raises(AccountError, match="already an account called 'maria'"):
        accounts.add_staff(database, "Maria", PASSWORD)


@pytest.mark.parametrize("change", [accounts.disable, accounts.enable])
def test_an_unknown_account_cannot_be_changed(database: Database, change: object) -> None:
    assert callable(change)
    with pytest.raises(AccountError, match="no account called 'nobody'"):
        change(database, "nobody")
    with pytest.raises(AccountError, match="no account called 'nobody'"):
        accounts.reset_password(database, "nobody", PASSWORD)


def test_a_new_password_replaces_the_old_and_ends_sessions(database: Database) -> None:
    token = accounts.create_session(database, "maria", NOW)
    accounts.reset_password(database, "maria", "another good long one")
    assert accounts.verify_login(database, "maria", PASSWORD) is None
    assert accounts.verify_login(database, "maria", "another good long one") == "maria"
    assert accounts.lookup_session(database, token, NOW) is None


def test_a_disabled_account_neither_logs_in_nor_stays_in(database: Database) -> None:
    token = accounts.create_session(database, "maria", NOW)
    accounts.disable(database, "maria")
    assert accounts.verify_login(database, "maria", PASSWORD) is None
    assert accounts.lookup_session(database, token, NOW) is None
    assert [(staff.username, staff.disabled) for staff in accounts.list_staff(database)] == [("maria", True)]


def test_an_enabled_account_logs_in_again(database: Database) -> None:
    accounts.disable(database, "maria")
    accounts.enable(database, "maria")
    assert accounts.verify_login(database, "maria", PASSWORD) == "maria"


def test_a_session_is_stored_as_a_hash_only(database: Database) -> None:
    token = accounts.create_session(database, "maria", NOW)
    stored = database.execute("SELECT token_hash FROM staff_sessions").fetchone()[0]
    assert stored == hashlib.sha256(token.encode()).hexdigest()
    assert accounts.lookup_session(database, stored, NOW) is None


def test_a_session_ends_after_half_an_hour_without_use(database: Database) -> None:
    token = accounts.create_session(database, "maria", NOW)
    assert accounts.lookup_session(database, token, NOW + 30 * MINUTE - 1) is not None
    token = accounts.create_session(database, "maria", NOW)
    assert accounts.lookup_session(database, token, NOW + 30 * MINUTE) is None


def test_use_keeps_a_session_alive_but_not_beyond_twelve_hours(database: Database) -> None:
    token = accounts.create_session(database, "maria", NOW)
    for quarter in range(1, 48):
        assert accounts.lookup_session(database, token, NOW + quarter * 15 * MINUTE) is not None
    assert accounts.lookup_session(database, token, NOW + 48 * 15 * MINUTE) is None


def test_a_revoked_session_is_over(database: Database) -> None:
    token = accounts.create_session(database, "maria", NOW)
    accounts.revoke_session(database, token)
    assert accounts.lookup_session(database, token, NOW) is None


def test_sessions_that_ran_out_are_swept_away(database: Database) -> None:
    accounts.create_session(database, "maria", NOW)
    accounts.create_session(database, "maria", NOW + 31 * MINUTE)
    assert database.execute("SELECT count(*) FROM staff_sessions").fetchone()[0] == 1


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_sixth_attempt_within_a_quarter_of_an_hour_waits() -> None:
    clock = _Clock()
    throttle = Throttle(clock)
    assert [throttle.begin("maria", "10.0.0.1") for _ in range(5)] == [0.0] * 5
    clock.now = 5 * MINUTE
    assert throttle.begin("MARIA ", "10.0.0.1") == 10 * MINUTE
    clock.now = 15 * MINUTE
    assert throttle.begin("maria", "10.0.0.1") == 0.0


def test_nobody_locks_a_colleague_out() -> None:
    """A thousand wrong passwords from everywhere, and from the clinic's own address too."""
    clock = _Clock()
    throttle = Throttle(clock)
    for number in range(1000):
        clock.now += 0.5
        throttle.begin("maria", f"198.51.{number // 250}.{number % 250}")
        throttle.begin("maria", "10.0.0.1")
    assert throttle.begin("maria", "10.0.0.1", "her browser") == 0.0, (
        "a browser that she has logged in from does not wait"
    )
    assert throttle.begin("tom", "10.0.0.1") == 0.0, "nor does anybody else in the office"
    wait = throttle.begin("maria", "10.0.0.2")
    assert 0 < wait <= 30, "a new browser waits for half a minute at most"
    clock.now += wait
    assert throttle.begin("maria", "10.0.0.2") == 0.0


def test_guessing_from_everywhere_gets_slower_and_slower() -> None:
    clock = _Clock()
    throttle = Throttle(clock)
    let_through = 0
    for number in range(15 * 60 * 10):
        clock.now += 0.1
        let_through += throttle.begin("maria", f"2001:db8:{number:x}::1") == 0.0
    assert let_through < 60


def test_a_known_browser_is_kept_out_by_its_own_failures_alone() -> None:
    throttle = Throttle(_Clock())
    assert [throttle.begin("maria", f"10.0.0.{number}", "hers") for number in range(6)][4:] == [0.0, 15 * MINUTE]
    assert throttle.begin("maria", "10.0.0.1", "another of hers") == 0.0


def test_an_address_that_tries_many_names_waits() -> None:
    throttle = Throttle(_Clock())
    for number in range(30):
        assert throttle.begin(f"name{number}", "10.0.0.1") == 0.0
    assert throttle.begin("maria", "10.0.0.1") > 0
    assert throttle.begin("maria", "10.0.0.2") == 0.0


def test_a_success_clears_the_name_here_but_not_the_failures_of_others_there() -> None:
    throttle = Throttle(_Clock())
    for number in range(29):
        throttle.begin(f"name{number}", "10.0.0.1")
    throttle.begin("maria", "10.0.0.1")
    throttle.succeeded("maria", "10.0.0.1")
    assert throttle.begin("maria", "10.0.0.1") == 0.0
    assert throttle.begin("maria", "10.0.0.1") > 0


def test_addresses_of_one_ipv6_network_count_together() -> None:
    throttle = Throttle(_Clock())
    for number in range(5):
        throttle.begin("maria", f"2001:db8::{number}")
    assert throttle.begin("maria", "2001:db8::ffff") > 0
    assert throttle.begin("maria", "2001:db8:0:1::1") == 0.0


@pytest.mark.parametrize(
    ("now", "code"), [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
)
def test_codes_are_those_of_the_standard(now: int, code: str) -> None:
    """The test vectors of RFC 6238 for SHA-1, the last six digits."""
    assert second_factor.code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", now // 30) == code


@pytest.mark.parametrize(
    ("code", "fits"), [("287082", True), ("287 082", True), ("287083", False), ("", False), ("ü", False)]
)
def test_a_code_fits_as_it_is_typed(code: str, fits: bool) -> None:
    assert (second_factor.fitting_step("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", code, 59, 0) == 1) is fits


def test_the_first_account_is_the_administrator_and_the_next_a_reviewer(database: Database) -> None:
    accounts.add_staff(database, "tom", PASSWORD)
    accounts.add_staff(database, "carla", PASSWORD, "clinician")
    assert [(person.username, person.role) for person in accounts.list_staff(database)] == [
        ("carla", "clinician"),
        ("maria", "admin"),
        ("tom", "reviewer"),
    ]


@pytest.mark.parametrize("role", ["", "owner", "Admin"])
def test_a_role_that_does_not_exist_is_refused(database: Database, role: str) -> None:
    with pytest.raises(AccountError, match="The roles are: viewer, reviewer, clinician, admin"):
        accounts.change_role(database, "maria", role)
