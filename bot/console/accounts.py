"""Staff accounts, their sessions, and the brake on guessing passwords.

Passwords are kept as argon2id hashes, sessions as SHA-256 of a random token: whoever steals record.db can log in with
neither.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import ipaddress
import re
import secrets
import sqlite3
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlite_utils import Database

from bot.console.second_factor import fitting_step
from bot.record.sealed import Seal, SealError, is_sealed
from bot.record.turns import utc

ROLES = ("viewer", "reviewer", "clinician", "admin")
"""From the least to the most; each may do what those before it may.

A viewer reads; a reviewer judges; a clinician sees how to reach a visitor, decides on training, and exports; an
administrator runs accounts, settings and the audit.
"""

MIN_PASSWORD_LENGTH = 12
MAX_PASSWORD_LENGTH = 256
"""Longer input is refused before it is hashed, so that nobody can keep the processor busy with it."""

IDLE_SECONDS = 30 * 60
ABSOLUTE_SECONDS = 12 * 60 * 60
TOUCH_SECONDS = 60
"""A session's last use is written at most this often, so that reading pages seldom writes to the record."""

MAX_FAILURES = 5
"""With one name from one address, or from one browser that is known."""

MAX_FAILURES_OF_AN_ADDRESS = 30
"""With any names: a whole office may be behind it."""

SLOW_FROM = 10
MAX_DELAY_SECONDS = 30
"""From this many failures with a name on, wherever they came from, unknown browsers wait between two attempts with
it: one second, two, four, up to that many. Nobody can lock a colleague out: a browser that the name has logged in
from before does not wait."""

FAILURE_WINDOW_SECONDS = 15 * 60
_MAX_THROTTLE_KEYS = 10_000

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_SECRET = re.compile(r"[A-Z2-7]{32}")

_CODE_USED = "This code was used already. Wait until your app shows the next one, and enter that."

RECOVERY_CODES = 10
_RECOVERY_CODE = re.compile(r"[a-z2-7]{16}")


class AccountError(ValueError):
    """An account that cannot be made or changed; the message is one sentence for the person at the keyboard."""


class CodeUsedError(AccountError):
    """The password is right, and the code was right too, but was used a moment ago."""


@dataclass(frozen=True)
class Staff:
    """One account; `created_at` is ISO 8601 in UTC, `second_factor` tells whether a code is asked for,
    `recovery_codes` how many are left, and `has_password` whether there is one, or an administrator reset it and
    none was set since."""

    username: str
    created_at: str
    disabled: bool
    role: str
    second_factor: bool
    recovery_codes: int = 0
    has_password: bool = True


@dataclass(frozen=True)
class Session:
    """A valid login; both times are ISO 8601 in UTC.

    `zone` is a time zone's name or empty, `shortcuts` whether keys are on.
    """

    username: str
    created_at: str
    last_seen_at: str
    role: str = "viewer"
    zone: str = ""
    shortcuts: bool = True
    id: str = ""

    def may(self, role: str) -> bool:
        """Whether this person's role is at least `role`."""
        return ROLES.index(self.role) >= ROLES.index(role)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@lru_cache(maxsize=1)
def _decoy() -> str:
    """A hash with today's parameters that no password fits, so
    that an unknown name costs the same time as a known one."""
    return _hasher().hash(secrets.token_hex(32))


def _username(username: str) -> str:
    name = username.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise AccountError(
            f"The username {username[:40]!r} cannot be used: take 2 to 32 of the letters a-z, digits, dots, hyphens and"
            " underscores, starting with a letter."
        )
    return name


def _password(username: str, password: str) -> str:
    """The password in the one Unicode form that every keyboard's spelling of it comes to."""
    password = unicodedata.normalize("NFKC", password)
    if len(password) < MIN_PASSWORD_LENGTH:
        raise AccountError(
            f"The password has {len(password)} characters, and at least {MIN_PASSWORD_LENGTH} are needed: a few"
            " unrelated words do well."
        )
    if len(password) > MAX_PASSWORD_LENGTH:
        raise AccountError(
            f"The password has {len(password)} characters, and at most {MAX_PASSWORD_LENGTH} can be used."
        )
    if password.lower() == username or (len(username) > 3 and username in password.lower()):
        raise AccountError(
            "The password holds the username, which is the first thing anybody would guess: choose another."
        )
    if len(set(password)) < MIN_PASSWORD_LENGTH // 2:
        raise AccountError("The password repeats the same few characters: choose one with more variety.")
    return password


def add_staff(database: Database, username: str, password: str, role: str | None = None) -> str:
    """Makes an account and returns its role: the one asked for,
    else admin for the first account and reviewer after that.

    Raises:
        AccountError: the username or the password breaks a rule, the username is taken, or there is no such role.
    """
    name = _username(username)
    role = known_role(role) if role is not None else "reviewer" if list_staff(database) else "admin"
    insert_staff(database, name, hashed_password(name, password), role)
    return role


def hashed_password(username: str, password: str) -> str:
    """What is kept of a new password. It takes a while, and 64 MiB: not while the record is held for writing.

    Raises:
        AccountError: it breaks a rule.
    """
    return _hasher().hash(_password(username, password))


def insert_staff(database: Database, username: str, hashed: str, role: str) -> None:
    """Makes an account with a password that was hashed before.

    Raises:
        AccountError: the username is taken.
    """
    with database.atomic():
        added = database.execute(
            "INSERT INTO staff (username, password_hash, created_at, role) VALUES (?, ?, ?, ?) ON CONFLICT (username)"
            " DO NOTHING",
            [username, hashed, utc(time.time()), role],
        )
        if added.rowcount == 0:
            raise AccountError(f"There is already an account called {username!r}.")


def known_role(role: str) -> str:
    """The role, if there is one of this name.

    Raises:
        AccountError: there is none.
    """
    if role not in ROLES:
        raise AccountError(f"There is no role {role[:40]!r}. The roles are: {', '.join(ROLES)}.")
    return role


def change_role(database: Database, username: str, role: str) -> None:
    """Gives an account another role, at once, also where it is logged in.

    Raises:
        AccountError: no such account or role.
    """
    name, role = _known(database, username), known_role(role)
    database.execute("UPDATE staff SET role = ? WHERE username = ?", [role, name])


def free_username(database: Database, username: str) -> str:
    """The name in the one form that it is kept in.

    Raises:
        AccountError: it cannot be used, or is taken.
    """
    name = _username(username)
    if database.execute("SELECT 1 FROM staff WHERE username = ?", [name]).fetchone() is not None:
        raise AccountError(f"There is already an account called {name!r}.")
    return name


def keep_an_admin(database: Database) -> None:
    """To be called in the transaction of a change made in the browser;
    on the server's command line everything can be put right again.

    Raises:
        AccountError: no administrator is left.
    """
    if database.execute("SELECT 1 FROM staff WHERE role = 'admin' AND NOT disabled").fetchone() is None:
        raise AccountError("This is the last administrator. Make somebody else an administrator first.")


def reset_password(database: Database, username: str, password: str) -> None:
    """Sets a new password and ends every session of the account.

    Raises:
        AccountError: no such account, or the password breaks a rule.
    """
    name = _known(database, username)
    replace_password(database, name, hashed_password(name, password))


def replace_password(database: Database, username: str, hashed: str, *, but: str = "") -> None:
    """Puts a password that was hashed before in the place of
    an account's; every session ends but the one called `but`."""
    with database.atomic():
        database.execute("UPDATE staff SET password_hash = ? WHERE username = ?", [hashed, username])
        end_sessions(database, username, but=but)


def own_new_password(database: Database, username: str, old: str, new: str, again: str) -> str:
    """The hash of a password that somebody logged in chose for themselves.

    Raises:
        AccountError: the old one is wrong, the new one breaks a rule or is the old one, or it was typed in two ways.
    """
    check_password(database, username, old)
    if new != again:
        raise AccountError("The new password was typed in two different ways. Type the same one twice.")
    if new == old:
        raise AccountError("The new password is the old one. Choose another.")
    return hashed_password(username, new)


def check_password(database: Database, username: str, password: str) -> None:
    """Asks somebody who is logged in once more.

    Raises:
        AccountError: it is not the account's password.
    """
    ((stored,),) = database.execute("SELECT password_hash FROM staff WHERE username = ?", [username]).fetchall()
    try:
        _hasher().verify(stored, unicodedata.normalize("NFKC", password[: MAX_PASSWORD_LENGTH + 1]))
    except (VerificationError, InvalidHashError):
        raise AccountError("Your present password is not right. Nothing was changed.") from None


def take_password(database: Database, username: str) -> None:
    """Makes the password worthless and ends every session, until a new one is set.

    Raises:
        AccountError: no such account.
    """
    replace_password(database, _known(database, username), "")


def disable(database: Database, username: str) -> None:
    """Locks the account and ends its sessions at once; the name stays, so that what it did can still be told.

    Raises:
        AccountError: no such account.
    """
    name = _known(database, username)
    with database.atomic():
        database.execute("UPDATE staff SET disabled = 1 WHERE username = ?", [name])
        database.execute("DELETE FROM staff_sessions WHERE username = ?", [name])


def enable(database: Database, username: str) -> None:
    """Unlocks a disabled account; its password is the old one.

    Raises:
        AccountError: no such account.
    """
    database.execute("UPDATE staff SET disabled = 0 WHERE username = ?", [_known(database, username)])


def list_staff(database: Database) -> list[Staff]:
    """All accounts, disabled ones too, by name."""
    rows = database.execute("""SELECT username, created_at, disabled, role, totp_secret IS NOT NULL,
        (SELECT count(*) FROM staff_recovery_codes codes WHERE codes.username = staff.username), password_hash <> ''
        FROM staff ORDER BY username""")
    return [
        Staff(username, created_at, bool(disabled), role, bool(second), codes, bool(password))
        for username, created_at, disabled, role, second, codes, password in rows
    ]


def _known(database: Database, username: str) -> str:
    name = _username(username)
    if database.execute("SELECT 1 FROM staff WHERE username = ?", [name]).fetchone() is None:
        raise AccountError(f"There is no account called {name!r}.")
    return name


def _no_seal() -> Seal:
    raise SealError("There is no key to open a second factor with.")


def verify_login(
    database: Database,
    username: str,
    password: str,
    code: str = "",
    now: float = 0.0,
    seal: Callable[[], Seal] = _no_seal,
    *,
    say_used: bool = False,
) -> str | None:
    """The account's name when the password (and the code, for an account with a second factor) is right and the
    account is not disabled, otherwise None. `now` is Unix time; a code is good once; `seal` opens the account's
    secret. A recovery code does for a code of the app.

    One argon2 verification is done in every case, so the time taken does not tell which names exist. A hash made with
    weaker parameters than today's is replaced while the password is at hand.

    Raises:
        SealError: the password is right, but the account's secret was sealed by another installation.
        CodeUsedError: with `say_used`, when password and code are right, and this code was used before.
    """
    name = username.strip().lower()
    password = unicodedata.normalize("NFKC", password[: MAX_PASSWORD_LENGTH + 1])
    decoy = _decoy()
    row = database.execute(
        "SELECT password_hash, disabled, totp_secret, totp_used FROM staff WHERE username = ?", [name]
    ).fetchone()
    stored = row[0] if row and row[0] else decoy
    try:
        _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return None
    if row is None or row[1]:
        return None
    if row[2]:
        secret = seal().open(row[2], name)
        if not _use_code(database, name, secret, row[3], code, now):
            if say_used and fitting_step(secret, code, now, 0) is not None:
                raise CodeUsedError(_CODE_USED)
            return None
    if _hasher().check_needs_rehash(stored):
        database.execute(
            "UPDATE staff SET password_hash = ? WHERE username = ? AND password_hash = ?",
            [_hasher().hash(password), name, stored],
        )
    return name


def _use_code(database: Database, username: str, secret: str, used: int, code: str, now: float) -> bool:
    if _RECOVERY_CODE.fullmatch(recovery := _plain(code)):
        spent = "DELETE FROM staff_recovery_codes WHERE username = ? AND hash = ?"
        return database.execute(spent, [username, token_hash(recovery)]).rowcount == 1
    step = fitting_step(secret, code, now, used)
    if step is not None:
        return (
            database.execute(
                "UPDATE staff SET totp_used = ? WHERE username = ? AND totp_used < ?", [step, username, step]
            ).rowcount
            == 1
        )
    return False


def check_code(database: Database, username: str, code: str, now: float, seal: Callable[[], Seal]) -> None:
    """Asks somebody who is logged in for a code of their app or a recovery code, which is used up by it.

    Raises:
        AccountError: it does not fit, or the account has no second factor.
        SealError: the account's secret was sealed by another installation.
    """
    ((sealed, used),) = database.execute(
        "SELECT totp_secret, totp_used FROM staff WHERE username = ?", [username]
    ).fetchall()
    secret = seal().open(sealed, username) if sealed else ""
    if not sealed or not _use_code(database, username, secret, used, code, now):
        if sealed and fitting_step(secret, code, now, 0) is not None:
            raise CodeUsedError(_CODE_USED)
        raise AccountError(
            "The code does not fit. Enter the code that your app shows now, or a recovery code that you have not used."
            " Nothing was changed."
        )


def set_second_factor(database: Database, username: str, secret: str, code: str, now: float, seal: Seal) -> list[str]:
    """Turns the second factor on, once a first code proves that the app has the secret, which is kept sealed.

    Returns the recovery codes, which are kept as hashes only: each stands in for a code of the app once.

    Raises:
        AccountError: no such account, it has a second factor already, or the code does not fit.
    """
    name = _known(database, username)
    step = fitting_step(secret, code, now, 0) if _SECRET.fullmatch(secret) else None
    if step is None:
        raise AccountError(
            "The code does not fit. Check that the clock of your phone is right, and enter the code that the app shows"
            " now."
        )
    with database.atomic():
        on = "UPDATE staff SET totp_secret = ?, totp_used = ? WHERE username = ? AND totp_secret IS NULL"
        if database.execute(on, [seal.close(secret, name), step, name]).rowcount == 0:
            raise AccountError("Your second factor is on already. Turn it off first to use another app.")
        return new_recovery_codes(database, name)


def new_recovery_codes(database: Database, username: str) -> list[str]:
    """New recovery codes for an account; those from before are worthless."""
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)]
    with database.atomic():
        database.execute("DELETE FROM staff_recovery_codes WHERE username = ?", [username])
        for code in codes:
            database.execute(
                "INSERT INTO staff_recovery_codes (username, hash) VALUES (?, ?)", [username, token_hash(code)]
            )
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


def _plain(code: str) -> str:
    """A recovery code as it was made, however it was typed."""
    return re.sub(r"[\s-]", "", code).lower()


def code_last_used(database: Database, username: str) -> int:
    """The 30-second step of the last code that an account used, 0 for none."""
    ((used,),) = database.execute("SELECT totp_used FROM staff WHERE username = ?", [username]).fetchall()
    return int(used)


def seal_secrets(database: Database, seal: Callable[[], Seal]) -> int:
    """Seals the second factors that are in the record in the clear, from before there were
    seals, or that were sealed with the secret before this one. Returns how many these were.

    No byte of the former text is left: neither in the row's old place nor in the write-ahead log. What no secret opens
    stays as it is: its owner is told at the next login.
    """
    stored = database.execute("SELECT username, totp_secret FROM staff WHERE totp_secret IS NOT NULL").fetchall()
    due = [(name, secret, clear) for name, secret in stored if (clear := _to_be_sealed(name, secret, seal)) is not None]
    if due:
        database.execute("PRAGMA secure_delete=ON")
        with database.atomic():
            for name, secret, clear in due:
                database.execute(
                    "UPDATE staff SET totp_secret = ? WHERE username = ? AND totp_secret = ?",
                    [seal().close(clear, name), name, secret],
                )
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return len(due)


def _to_be_sealed(username: str, stored: str, seal: Callable[[], Seal]) -> str | None:
    """The text of a secret that is not sealed as it should be; None for one that is, or that nothing opens."""
    if not is_sealed(stored):
        return stored
    try:
        return seal().open(stored, username) if seal().is_former(stored, username) else None
    except SealError:
        return None


def drop_second_factor(database: Database, username: str) -> None:
    """Turns the second factor off; its recovery codes go with it.

    Raises:
        AccountError: no such account.
    """
    name = _known(database, username)
    with database.atomic():
        database.execute("UPDATE staff SET totp_secret = NULL WHERE username = ?", [name])
        database.execute("DELETE FROM staff_recovery_codes WHERE username = ?", [name])


def set_preferences(database: Database, username: str, *, zone: str, shortcuts: bool) -> None:
    """How somebody likes the console: a time zone (empty: the server's), and whether single keys do anything.

    Raises:
        AccountError: no such account or time zone.
    """
    if zone:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise AccountError(
                f"There is no time zone called {zone[:40]!r}. Write one such as Europe/Berlin or America/New_York."
            ) from error
    database.execute(
        "UPDATE staff SET zone = ?, shortcuts = ? WHERE username = ?",
        [zone, int(shortcuts), _known(database, username)],
    )


def token_hash(token: str) -> str:
    """What is kept of something random: whoever reads it cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_session(database: Database, username: str, now: float) -> str:
    """A new session's token, for the cookie; it is never stored. Sessions that ran out are swept away on the way.

    Args:
        database: the record.
        username: an account's name, as `verify_login` gave it.
        now: Unix time.
    """
    token = secrets.token_urlsafe(32)
    with database.atomic():
        database.execute(
            "DELETE FROM staff_sessions WHERE created_at <= ? OR last_seen_at <= ?",
            [utc(now - ABSOLUTE_SECONDS), utc(now - IDLE_SECONDS)],
        )
        database.execute(
            "INSERT INTO staff_sessions (token_hash, username, created_at, last_seen_at) VALUES (?, ?, ?, ?)",
            [token_hash(token), username, utc(now), utc(now)],
        )
    return token


def lookup_session(database: Database, token: str, now: float, *, touch: bool = True) -> Session | None:
    """The session of this token, or None when it never was, was revoked,
    ran out, or its account is disabled; `touch` counts as a use."""
    if not _TOKEN.fullmatch(token):
        return None
    row = database.execute(
        """SELECT s.username, s.created_at, s.last_seen_at, role, zone, shortcuts, substr(token_hash, 1, 16)
            FROM staff_sessions s JOIN staff USING (username)
        WHERE s.token_hash = ? AND s.created_at > ? AND s.last_seen_at > ? AND NOT staff.disabled""",
        [token_hash(token), utc(now - ABSOLUTE_SECONDS), utc(now - IDLE_SECONDS)],
    ).fetchone()
    if row is None:
        return None
    name, created_at, last_seen_at, role, zone, shortcuts, session_id = row
    session = Session(name, created_at, last_seen_at, role, zone, bool(shortcuts), session_id)
    if touch and session.last_seen_at <= utc(now - TOUCH_SECONDS):
        _touch(database, token, now)
    return session


def _touch(database: Database, token: str, now: float) -> None:
    """Notes that the session was used; on a full or locked
    disk staff still read, and the session merely ends sooner."""
    with contextlib.suppress(sqlite3.OperationalError):
        database.execute(
            "UPDATE staff_sessions SET last_seen_at = ? WHERE token_hash = ?", [utc(now), token_hash(token)]
        )


def revoke_session(database: Database, token: str) -> None:
    """Ends one session; a token that is not known is no error."""
    database.execute("DELETE FROM staff_sessions WHERE token_hash = ?", [token_hash(token)])


def sessions_of(database: Database, username: str, now: float) -> list[Session]:
    """The valid sessions of an account, the last used first."""
    rows = database.execute(
        """SELECT username, created_at, last_seen_at, substr(token_hash, 1, 16) FROM staff_sessions
        WHERE username = ? AND created_at > ? AND last_seen_at > ? ORDER BY last_seen_at DESC""",
        [username, utc(now - ABSOLUTE_SECONDS), utc(now - IDLE_SECONDS)],
    )
    return [
        Session(name, created_at, last_seen_at, id=session_id) for name, created_at, last_seen_at, session_id in rows
    ]


def end_sessions(database: Database, username: str, *, only: str = "", but: str = "") -> None:
    """Ends the sessions of an account: the one called `only`, or all but the one called `but`."""
    database.execute(
        "DELETE FROM staff_sessions WHERE username = ? AND (? = '' OR substr(token_hash, 1, 16) = ?) AND"
        " substr(token_hash, 1, 16) <> ?",
        [username, only, only, but],
    )


class Throttle:
    """Counts failed logins, in memory: a restart forgets them.

    A name is closed for the address that failed with it, or for the browser; what others do elsewhere only slows it
    down (`SLOW_FROM`). An attempt counts from the moment it begins, so that many at the same time cannot all slip
    through. IPv6 addresses count by their /64, because a single visitor usually owns a whole one.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._attempts: dict[tuple[str, ...], deque[float]] = {}

    def begin(self, username: str, address: str, device: str = "") -> float:
        """Seconds to wait before trying again; 0 lets this attempt go on, and counts it as failed until `succeeded`.

        `device` names a browser that this name has logged in from before, which only its own failures keep out.
        """
        now = self._clock()
        keys = self._keys(username, address, device)
        with self._lock:
            wait = max(self._wait(key, now) for key in keys)
            if wait <= 0:
                for key in keys:
                    self._attempts.setdefault(key, deque(maxlen=_most(key))).append(now)
                self._forget_oldest(now)
        return max(wait, 0.0)

    def succeeded(self, username: str, address: str, device: str = "") -> None:
        """Clears the failures with this name from here and takes
        this attempt off the rest; others' failures still count."""
        own, *shared = self._keys(username, address, device)
        with self._lock:
            self._attempts.pop(own, None)
            for key in shared:
                if attempts := self._attempts.get(key):
                    attempts.pop()

    def _wait(self, key: tuple[str, ...], now: float) -> float:
        recent = [at for at in self._attempts.get(key, ()) if at > now - FAILURE_WINDOW_SECONDS]
        if key[0] == "name":
            return (
                recent[-1] + min(2.0 ** (len(recent) - SLOW_FROM), MAX_DELAY_SECONDS) - now
                if len(recent) >= SLOW_FROM
                else 0.0
            )
        return recent[0] + FAILURE_WINDOW_SECONDS - now if len(recent) >= _most(key) else 0.0

    def _forget_oldest(self, now: float) -> None:
        if len(self._attempts) <= _MAX_THROTTLE_KEYS:
            return
        fresh = {
            key: attempts
            for key, attempts in self._attempts.items()
            if attempts and attempts[-1] > now - FAILURE_WINDOW_SECONDS
        }
        self._attempts = dict(sorted(fresh.items(), key=lambda item: item[1][-1])[-_MAX_THROTTLE_KEYS // 2 :])

    @staticmethod
    def _keys(username: str, address: str, device: str) -> tuple[tuple[str, ...], ...]:
        name = username.strip().lower()[:64]
        if device:
            return (("device", name, device),)
        network = _network(address)
        return ("pair", name, network), ("address", network), ("name", name)


def _most(key: tuple[str, ...]) -> int:
    """How many attempts of a kind are remembered, which is how many are let through where they are counted."""
    return {"address": MAX_FAILURES_OF_AN_ADDRESS, "name": 2 * SLOW_FROM}.get(key[0], MAX_FAILURES)


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
