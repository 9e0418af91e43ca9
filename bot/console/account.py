"""One's own account: password, second factor, sessions, time zone, keys."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from zoneinfo import available_timezones

import segno
from sqlite_utils import Database
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console import accounts, second_factor
from bot.console.accounts import AccountError, Staff
from bot.console.page import go, now, page, who
from bot.console.state import console_of
from bot.record import audit

Codes = Sequence[str]
"""Recovery codes to show this once, or none."""


@lru_cache(maxsize=1)
def _zones() -> list[str]:
    """Names of time zones; finding them opens hundreds of files."""
    return sorted(available_timezones())


def account(request: Request) -> Response:
    """What there is to see and to change."""
    return _page(request)


def code_picture(request: Request) -> Response:
    """The key that waits to be confirmed as a QR code, black on white whatever the colours of the page."""
    me = _me(request)
    if me.second_factor:
        raise HTTPException(404, "Your second factor is on, so its key is not shown any more.")
    picture = io.BytesIO()
    address = second_factor.address(_offered(request, me), me.username)
    segno.make(address, error="m", micro=False).save(picture, kind="svg", scale=5, border=4, dark="#000", light="#fff")
    return Response(picture.getvalue(), media_type="image/svg+xml")


def change(request: Request, form: Mapping[str, str]) -> Response:
    """Preferences, the password, the second factor, or the end of other sessions.

    What cannot be done is said beside its form, and what was typed is still there, passwords apart.
    """
    action = form.get("action", "")
    act = _ACTIONS.get(action)
    try:
        if act is None:
            raise AccountError("Choose what to change.")
        codes = act(request, form)
    except AccountError as error:
        return _page(request, 400, wrong={action: str(error)}, given=form)
    return _page(request, codes=codes) if codes else go("/account", "password-set" if action == "password" else "saved")


@contextmanager
def _changing(request: Request, action: str) -> Iterator[Database]:
    """The record, in a transaction that notes the change in the audit too. Nothing slow belongs inside."""
    with console_of(request).record() as database, database.atomic():
        audit.append(database, who(request), f"account.{action}", who(request), now(request))
        yield database


def _preferences(request: Request, form: Mapping[str, str]) -> Codes:
    with _changing(request, "preferences") as database:
        accounts.set_preferences(
            database, who(request), zone=form.get("zone", "").strip(), shortcuts="shortcuts" in form
        )
    return ()


def _password(request: Request, form: Mapping[str, str]) -> Codes:
    """A new password ends the sessions of other browsers: one of them may be the reason for it."""
    _slow_down(request)
    old, new, again = (form.get(field, "") for field in ("old", "new", "again"))
    with console_of(request).record() as database:
        hashed = accounts.own_new_password(database, who(request), old, new, again)
    _proven(request)
    with _changing(request, "password") as database:
        accounts.replace_password(database, who(request), hashed, but=request.state.session.id)
    return ()


def _code_on(request: Request, form: Mapping[str, str]) -> Codes:
    console = console_of(request)
    secret, code = form.get("secret", ""), form.get("code", "")
    with _changing(request, "code-on") as database:
        return accounts.set_second_factor(database, who(request), secret, code, console.clock(), console.seal)


def _code_off(request: Request, form: Mapping[str, str]) -> Codes:
    _prove(request, form)
    with _changing(request, "code-off") as database:
        accounts.drop_second_factor(database, who(request))
    return ()


def _codes_new(request: Request, form: Mapping[str, str]) -> Codes:
    _prove(request, form)
    with _changing(request, "codes-new") as database:
        return accounts.new_recovery_codes(database, who(request))


def _end(request: Request, form: Mapping[str, str]) -> Codes:
    with _changing(request, "end") as database:
        accounts.end_sessions(database, who(request), only=form.get("session", ""), but=request.state.session.id)
    return ()


_ACTIONS: Mapping[str, Callable[[Request, Mapping[str, str]], Codes]] = {
    "preferences": _preferences,
    "password": _password,
    "code-on": _code_on,
    "code-off": _code_off,
    "codes-new": _codes_new,
    "end": _end,
}


def _prove(request: Request, form: Mapping[str, str]) -> None:
    """Whoever sits down at a browser that was left open has neither the password nor the phone."""
    _slow_down(request)
    console = console_of(request)
    with console.record() as database:
        accounts.check_password(database, who(request), form.get("password", ""))
        accounts.check_code(database, who(request), form.get("code", ""), console.clock(), lambda: console.seal)
    _proven(request)


def _slow_down(request: Request) -> None:
    wait = console_of(request).throttle.begin(who(request), "", request.state.session.id)
    if wait > 0:
        raise AccountError(
            f"That was wrong too often. Please try again in {round(wait / 60) or 1} minutes. Nothing was changed."
        )


def _proven(request: Request) -> None:
    console_of(request).throttle.succeeded(who(request), "", request.state.session.id)


def _me(request: Request) -> Staff:
    with console_of(request).record() as database:
        return next(person for person in accounts.list_staff(database) if person.username == who(request))


def _offered(request: Request, me: Staff) -> str:
    """The key to put into an app: the same until it is confirmed, so that a mistyped
    code costs nothing, and another one after that. It is worked out, and kept nowhere."""
    with console_of(request).record() as database:
        used = accounts.code_last_used(database, me.username)
    owner = f"{me.username} {me.created_at} {used}"
    return base64.b32encode(console_of(request).seal.offer(owner)).decode()


def _page(
    request: Request,
    status: int = 200,
    *,
    wrong: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    codes: Codes = (),
) -> Response:
    """The page; `wrong` has a sentence for the form of an action,
    `given` what was typed there, `codes` are shown this once."""
    me = _me(request)
    with console_of(request).record() as database:
        sessions = accounts.sessions_of(database, me.username, console_of(request).clock())
    return page(
        request,
        "account.html",
        status,
        me=me,
        sessions=sessions,
        secret="" if me.second_factor else _offered(request, me),
        zones=_zones(),
        wrong=wrong or {},
        given=given or {},
        codes=codes,
        shortest=accounts.MIN_PASSWORD_LENGTH,
    )
