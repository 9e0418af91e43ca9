"""Logging in and out."""

from __future__ import annotations

import math
from collections.abc import Mapping

import structlog
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.console import welcome
from bot.console.accounts import (
    MAX_DELAY_SECONDS,
    CodeUsedError,
    create_session,
    list_staff,
    revoke_session,
    verify_login,
)
from bot.console.page import SAID
from bot.console.security import (
    FORM_SECONDS,
    check_csrf,
    current_session,
    device_of,
    drop_cookie,
    form_cookie,
    form_nonce,
    login_csrf,
    login_csrf_fits,
    read_form,
    remember_device,
    safe_target,
    session_cookie,
    session_token,
    set_cookie,
)
from bot.console.state import console_of
from bot.record import audit
from bot.record.sealed import SealError
from bot.record.turns import utc

UNREADABLE = (
    "Your second factor cannot be checked any more, because the secret file of this server was replaced. "
    "Whoever runs the server can set a new password without it: python -m bot staff reset NAME --drop-code"
)

log = structlog.get_logger()


def show_login(request: Request) -> Response:
    """The form, or the way on for somebody who is logged in
    already; with a one-time link the form to set a password."""
    if "link" in request.query_params:
        return welcome.show(request, request.query_params["link"])
    target = safe_target(request.query_params.get("next", "/"))
    if current_session(request) is not None:
        return RedirectResponse(target, status_code=303)
    return _form(request, target)


async def log_in(request: Request) -> Response:
    """Checks name and password, or sets a new one; a few at a time, because each check takes 64 MiB for a moment."""
    form = await read_form(request)
    act = welcome.set_password if "link" in form else _log_in
    return await to_thread.run_sync(act, request, form, limiter=console_of(request).hashing)


async def log_out(request: Request) -> Response:
    """Ends this session on the server, not only in the browser."""
    check_csrf(request, await read_form(request))
    await to_thread.run_sync(_end_session, request)
    response = RedirectResponse("/login", status_code=303)
    drop_cookie(response, console_of(request).settings, session_cookie(console_of(request).settings))
    return response


def _end_session(request: Request) -> None:
    with console_of(request).record() as database:
        audit.append(
            database, request.state.session.username, "logged_out", "console", utc(console_of(request).clock())
        )
        revoke_session(database, session_token(request))
    log.info("console.logged_out", username=request.state.session.username)


def _form(
    request: Request,
    target: str,
    *,
    status: int = 200,
    error: str = "",
    username: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    console = console_of(request)
    nonce = form_nonce(request)
    response = console.pages.render(
        "login.html",
        status,
        headers,
        target=target,
        error=error,
        username=username,
        csrf=login_csrf(console.form_key, nonce),
        accounts=_any_account(request),
        said=SAID.get(request.query_params.get("said", ""), ""),
    )
    set_cookie(response, console.settings, form_cookie(console.settings), nonce, FORM_SECONDS)
    return response


def _any_account(request: Request) -> bool:
    console = console_of(request)
    if not console.has_record():
        return False
    with console.record() as database:
        return bool(list_staff(database))


def _log_in(request: Request, form: Mapping[str, str]) -> Response:
    console = console_of(request)
    target = safe_target(form.get("next", "/"))
    username, password = form.get("username", "").strip(), form.get("password", "")
    address = request.client.host if request.client else "unknown"
    if not login_csrf_fits(request, form):
        return _form(request, target, status=403, username=username, error="The form had expired. Please try again.")
    if not username or not password:
        return _form(
            request, target, status=400, username=username, error="Please enter both the username and the password."
        )
    if not console.has_record():
        return _form(request, target, status=401, username=username, error="There is no account yet.")
    device = device_of(request, username)
    wait = console.throttle.begin(username, address, device)
    if wait > 0:
        error = f"Too many failed attempts. Please try again in {_in_words(wait)}."
        log.warning("console.login_throttled", address=address, seconds=math.ceil(wait))
        return _form(
            request, target, status=429, username=username, error=error, headers={"Retry-After": str(math.ceil(wait))}
        )
    with console.record() as database:
        try:
            name = verify_login(
                database, username, password, form.get("code", ""), console.clock(), lambda: console.seal, say_used=True
            )
        except SealError:
            log.error("console.second_factor_unreadable", secret_file=str(console.settings.secret_file))
            return _form(request, target, status=401, username=username, error=UNREADABLE)
        except CodeUsedError as error:
            return _form(request, target, status=401, username=username, error=str(error))
        if name is None:
            log.warning("console.login_failed", address=address)
            return _form(
                request,
                target,
                status=401,
                username=username,
                error="The username or the password is wrong, or the code is missing or wrong.",
            )
        console.throttle.succeeded(username, address, device)
        if old := session_token(request):
            revoke_session(database, old)
        audit.append(database, name, "logged_in", "console", utc(console.clock()))
        token = create_session(database, name, console.clock())
    log.info("console.logged_in", username=name, address=address)
    response = RedirectResponse(target, status_code=303)
    set_cookie(response, console.settings, session_cookie(console.settings), token)
    drop_cookie(response, console.settings, form_cookie(console.settings))
    remember_device(request, response, name)
    return response


def _in_words(seconds: float) -> str:
    if seconds <= MAX_DELAY_SECONDS:
        return f"{math.ceil(seconds)} seconds"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
