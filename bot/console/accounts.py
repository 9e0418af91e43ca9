"""Staff accounts, their sessions, and the brake on guessing passwords.

Passwords are kept as argon2id hashes, sessions as SHA-256 of a random token: whoever steals record.db can log in with neither.
"""

from __future__ import annotations

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

A viewer reads; a reviewer judges; a clinician sees how to reach a visitor, decides on training, and exports; an administrator runs accounts,
settings and the audit.
"""

MIN_PASSWORD_LENGTH = 12
MAX_PASSWORD_LENGTH = 256
"""Longer input is refused before it is hashed, so that nobody can keep the processor busy with it."""

IDLE_SECONDS = 30 * 60
ABSOLUTE_SECONDS = 12 * 60 * 60
TOUCH_SECONDS = 60
"""A session's last use is written at most this often, so that reading pages seldom writes to the record."""

MAX_FAILURES = 5
FAILURE_WINDOW_SECONDS = 15 * 60
_MAX_THROTTLE_KEYS = 10_000

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_SECRET = re.compile(r"[A-Z2-7]{32}")


class AccountError(ValueError):
    """An account that cannot be made or changed; the message is one sentence for the person at the keyboard."""


@dataclass(frozen=True)
class Staff:
    """One account; `created_at` is ISO 8601 in UTC, `second_factor` tells whether a code is asked for."""

    username: str
    created_at: str
    disabled: bool
    role: str
    second_factor: bool


@dataclass(frozen=True)
class Session:
    """A valid login; both times are ISO 8601 in UTC. `zone` is a time zone's name or empty, `shortcuts` whether keys are on."""

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
    """A hash with today's parameters that no password fits, so that an unknown name costs the same time as a known one."""
    return _hasher().hash(secrets.token_hex(32))


def _username(username: str) -> str:
    name = username.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise AccountError(
            f"The username {username[:40]!r} cannot be used: take 2 to 32 of the letters a-z, digits, dots, hyphens and underscores, starting with a letter."
        )
    return name


def _password(username: str, password: str) -> str:
    """The password in the one Unicode form that every keyboard's spelling of it comes to."""
    password = unicodedata.normalize("NFKC", password)
    if len(password) < MIN_PASSWORD_LENGTH:
        raise AccountError(f"The password has {len(password)} characters, and at least {MIN_PASSWORD_LENGTH} are needed: a few unrelated words do well.")
    if len(password) > MAX_PASSWORD_LENGTH:
        raise AccountError(f"The password has {len(password)} characters, and at most {MAX_PASSWORD_LENGTH} can be used.")
    if password.lower() == username or (len(username) > 3 and username in password.lower()):
        raise AccountError("The password holds the username, which is the first thing anybody would guess: choose another.")
    if len(set(password)) < MIN_PASSWORD_LENGTH // 2:
        raise AccountError("The password repeats the same few characters: choose one with more variety.")
    return password


def add_staff(database: Database, username: str, password: str, role: str | None = None) -> str:
    """Makes an account and returns its role: the one asked for, else admin for the first account and reviewer after that.

    Raises:
        AccountError: the username or the password breaks a rule, the username is taken, or there is no such role.
    """
    name = _username(username)
    role = _role(role) if role is not None else "reviewer" if list_staff(database) else "admin"
    hashed = _hasher().hash(_password(name, password))
    with database.atomic():
        added = database.execute(
            "INSERT INTO staff (username, password_hash, created_at, role) VALUES (?, ?, ?, ?) ON CONFLICT (username) DO NOTHING",
            [name, hashed, utc(time.time()), role],
        )
        if added.rowcount == 0:
            raise AccountError(f"There is already an account called {name!r}.")
    return role


def _role(role: str) -> str:
    if role not in ROLES:
        raise AccountError(f"There is no role {role[:40]!r}. The roles are: {', '.join(ROLES)}.")
    return role


def change_role(database: Database, username: str, role: str) -> None:
    """Gives an account another role, at once, also where it is logged in.

    Raises:
        AccountError: no such account or role.
    """
    name, role = _known(database, username), _role(role)
    database.execute("UPDATE staff SET role = ? WHERE username = ?", [role, name])


def keep_an_admin(database: Database) -> None:
    """To be called in the transaction of a change made in the browser; on the server's command line everything can be put right again.

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
    hashed = _hasher().hash(_password(name, password))
    with database.atomic():
        database.execute("UPDATE staff SET password_hash = ? WHERE username = ?", [hashed, name])
        database.execute("DELETE FROM staff_sessions WHERE username = ?", [name])


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
    rows = database.execute("SELECT username, created_at, disabled, role, totp_secret IS NOT NULL FROM staff ORDER BY username")
    return [Staff(username, created_at, bool(disabled), role, bool(second)) for username, created_at, disabled, role, second in rows]


def _known(database: Database, username: str) -> str:
    name = _username(username)
    if database.execute("SELECT 1 FROM staff WHERE username = ?", [name]).fetchone() is None:
        raise AccountError(f"There is no account called {name!r}.")
    return name


def _no_seal() -> Seal:
    raise SealError("There is no key to open a second factor with.")


def verify_login(database: Database, username: str, password: str, code: str = "", now: float = 0.0, seal: Callable[[], Seal] = _no_seal) -> str | None:
    """The account's name when the password (and the code, for an account with a second factor) is right and the account is not
    disabled, otherwise None. `now` is Unix time; a code is good once; `seal` opens the account's secret.

    One argon2 verification is done in every case, so the time taken does not tell which names exist. A hash made with
    weaker parameters than today's is replaced while the password is at hand.

    Raises:
        SealError: the password is right, but the account's secret was sealed by another installation.
    """
    name = username.strip().lower()
    password = unicodedata.normalize("NFKC", password[: MAX_PASSWORD_LENGTH + 1])
    decoy = _decoy()
    row = database.execute("SELECT password_hash, disabled, totp_secret, totp_used FROM staff WHERE username = ?", [name]).fetchone()
    stored = row[0] if row else decoy
    try:
        _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return None
    if row is None or row[1]:
        return None
    if row[2] and not _use_code(database, name, seal().open(row[2], name), row[3], code, now):
        return None
    if _hasher().check_needs_rehash(stored):
        database.execute("UPDATE staff SET password_hash = ? WHERE username = ? AND password_hash = ?", [_hasher().hash(password), name, stored])
    return name


def _use_code(database: Database, username: str, secret: str, used: int, code: str, now: float) -> bool:
    step = fitting_step(secret, code, now, used)
    if step is None:
        return False
    return database.execute("UPDATE staff SET totp_used = ? WHERE username = ? AND totp_used < ?", [step, username, step]).rowcount == 1


def set_second_factor(database: Database, username: str, secret: str, code: str, now: float, seal: Seal) -> None:
    """Turns the second factor on, once a first code proves that the app has the secret, which is kept sealed.

    Raises:
        AccountError: no such account, or the code does not fit.
    """
    name = _known(database, username)
    step = fitting_step(secret, code, now, 0) if _SECRET.fullmatch(secret) else None
    if step is None:
        raise AccountError("The code does not fit. Check that the clock of your phone is right, and enter the code that the app shows now.")
    database.execute("UPDATE staff SET totp_secret = ?, totp_used = ? WHERE username = ?", [seal.close(secret, name), step, name])


def seal_secrets(database: Database, seal: Callable[[], Seal]) -> int:
    """Seals the second factors that are in the record in the clear, from before there were seals, and returns how many these were.

    No byte of them is left: neither in the row's old place nor in the write-ahead log.
    """
    clear = [
        (name, secret) for name, secret in database.execute("SELECT username, totp_secret FROM staff WHERE totp_secret IS NOT NULL") if not is_sealed(secret)
    ]
    if clear:
        database.execute("PRAGMA secure_delete=ON")
        with database.atomic():
            for name, secret in clear:
                database.execute("UPDATE staff SET totp_secret = ? WHERE username = ? AND totp_secret = ?", [seal().close(secret, name), name, secret])
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return len(clear)


def drop_second_factor(database: Database, username: str) -> None:
    """Turns the second factor off.

    Raises:
        AccountError: no such account.
    """
    database.execute("UPDATE staff SET totp_secret = NULL WHERE username = ?", [_known(database, username)])


def set_preferences(database: Database, username: str, *, zone: str, shortcuts: bool) -> None:
    """How somebody likes the console: a time zone (empty: the server's), and whether single keys do anything.

    Raises:
        AccountError: no such account or time zone.
    """
    if zone:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise AccountError(f"There is no time zone called {zone[:40]!r}. Write one such as Europe/Berlin or America/New_York.") from error
    database.execute("UPDATE staff SET zone = ?, shortcuts = ? WHERE username = ?", [zone, int(shortcuts), _known(database, username)])


def _token_hash(token: str) -> str:
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
        database.execute("DELETE FROM staff_sessions WHERE created_at <= ? OR last_seen_at <= ?", [utc(now - ABSOLUTE_SECONDS), utc(now - IDLE_SECONDS)])
        database.execute(
            "INSERT INTO staff_sessions (token_hash, username, created_at, last_seen_at) VALUES (?, ?, ?, ?)",
            [_token_hash(token), username, utc(now), utc(now)],
        )
    return token


def lookup_session(database: Database, token: str, now: float, *, touch: bool = True) -> Session | None:
    """The session of this token, or None when it never was, was revoked, ran out, or its account is disabled; `touch` counts as a use."""
    if not _TOKEN.fullmatch(token):
        return None
    row = database.execute(
        """SELECT s.username, s.created_at, s.last_seen_at, role, zone, shortcuts, substr(token_hash, 1, 16) FROM staff_sessions s JOIN staff USING (username)
        WHERE s.token_hash = ? AND s.created_at > ? AND s.last_seen_at > ? AND NOT staff.disabled""",
        [_token_hash(token), utc(now - ABSOLUTE_SECONDS), utc(now - IDLE_SECONDS)],
    ).fetchone()
    if row is None:
        return None
    name, created_at, last_seen_at, role, zone, shortcuts, session_id = row
    session = Session(name, created_at, last_seen_at, role, zone, bool(shortcuts), session_id)
    if touch and session.last_seen_at <= utc(now - TOUCH_SECONDS):
        _touch(database, token, now)
    return session


def _touch(database: Database, token: str, now: float) -> None:
    """Notes that the session was used; on a full or locked disk staff still read, and the session merely ends sooner."""
    with contextlib.suppress(sqlite3.OperationalError):
        database.execute("UPDATE staff_sessions SET last_seen_at = ? WHERE token_hash = ?", [utc(now), _token_hash(token)])


def revoke_session(database: Database, token: str) -> None:
    """Ends one session; a token that is not known is no error."""
    database.execute("DELETE FROM staff_sessions WHERE token_hash = ?", [_token_hash(token)])


def sessions_of(database: Database, username: str, now: float) -> list[Session]:
    """The valid sessions of an account, the last used first."""
    rows = database.execute(
        """SELECT username, created_at, last_seen_at, substr(token_hash, 1, 16) FROM staff_sessions
        WHERE username = ? AND created_at > ? AND last_seen_at > ? ORDER BY last_seen_at DESC""",
        [username, utc(now - ABSOLUTE_SECONDS), utc(now - IDLE_SECONDS)],
    )
    return [Session(name, created_at, last_seen_at, id=session_id) for name, created_at, last_seen_at, session_id in rows]


def end_sessions(database: Database, username: str, *, only: str = "", but: str = "") -> None:
    """Ends the sessions of an account: the one called `only`, or all but the one called `but`."""
    database.execute(
        "DELETE FROM staff_sessions WHERE username = ? AND (? = '' OR substr(token_hash, 1, 16) = ?) AND substr(token_hash, 1, 16) <> ?",
        [username, only, only, but],
    )


class Throttle:
    """Counts failed logins by username and by address, in memory: a restart forgets them.

    An attempt counts from the moment it begins, so that many at the same time cannot all slip through. IPv6 addresses
    count by their /64, because a single visitor usually owns a whole one.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._attempts: dict[tuple[str, str], deque[float]] = {}

    def begin(self, username: str, address: str) -> float:
        """Seconds to wait before trying again; 0 lets this attempt go on, and counts it as failed until `succeeded`."""
        now = self._clock()
        keys = self._keys(username, address)
        with self._lock:
            wait = max(self._wait(key, now) for key in keys)
            if wait <= 0:
                for key in keys:
                    self._attempts.setdefault(key, deque(maxlen=MAX_FAILURES)).append(now)
                self._forget_oldest(now)
        return max(wait, 0.0)

    def succeeded(self, username: str, address: str) -> None:
        """Clears the username's failures and takes this attempt off the address; others' failures there still count."""
        by_name, by_address = self._keys(username, address)
        with self._lock:
            self._attempts.pop(by_name, None)
            attempts = self._attempts.get(by_address)
            if attempts:
                attempts.pop()

    def _wait(self, key: tuple[str, str], now: float) -> float:
        attempts = self._attempts.get(key)
        if attempts is None or len(attempts) < MAX_FAILURES:
            return 0.0
        return attempts[0] + FAILURE_WINDOW_SECONDS - now

    def _forget_oldest(self, now: float) -> None:
        if len(self._attempts) <= _MAX_THROTTLE_KEYS:
            return
        fresh = {key: attempts for key, attempts in self._attempts.items() if attempts and attempts[-1] > now - FAILURE_WINDOW_SECONDS}
        self._attempts = dict(sorted(fresh.items(), key=lambda item: item[1][-1])[-_MAX_THROTTLE_KEYS // 2 :])

    @staticmethod
    def _keys(username: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
        return ("username", username.strip().lower()[:64]), ("address", _network(address))


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
