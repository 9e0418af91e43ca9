"""Behind a one-time link: somebody sets the first password of an account, or a new one after a reset."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.console import links
from bot.console.accounts import MIN_PASSWORD_LENGTH, AccountError
from bot.console.links import Link
from bot.console.security import FORM_SECONDS, form_cookie, form_nonce, login_csrf, login_csrf_fits, set_cookie
from bot.console.state import console_of
from bot.record import audit
from bot.record.turns import utc

log = structlog.get_logger()


def show(request: Request, token: str) -> Response:
    """The form; looking at it, as a mail program does, uses nothing up."""
    return _page(request, token, _link(request, token))


def set_password(request: Request, form: Mapping[str, str]) -> Response:
    """Sets the password that the owner of the link chose; it opens the login, not the console."""
    console, token = console_of(request), form["link"]
    link = _link(request, token)
    if not login_csrf_fits(request, form):
        return _page(request, token, link, 403, "The form had expired. Please try again.")
    if link is None:
        return _page(request, token, None)
    with console.record() as database:
        try:
            name = links.use(database, token, form.get("new", ""), form.get("again", ""), console.clock())
        except AccountError as error:
            return _page(request, token, link, 400, str(error))
        audit.append(database, name, "staff.link_used", name, utc(console.clock()))
    log.info("console.password_set", username=name)
    return RedirectResponse("/login?said=password-set", status_code=303)


def _link(request: Request, token: str) -> Link | None:
    console = console_of(request)
    if not console.has_record():
        return None
    with console.record() as database:
        return links.link_of(database, token, console.clock())


def _page(request: Request, token: str, link: Link | None, status: int = 200, error: str = "") -> Response:
    console = console_of(request)
    nonce = form_nonce(request)
    response = console.pages.render(
        "welcome.html",
        404 if link is None and status == 200 else status,
        link=link,
        token=token,
        error=error,
        csrf=login_csrf(console.form_key, nonce),
        shortest=MIN_PASSWORD_LENGTH,
    )
    set_cookie(response, console.settings, form_cookie(console.settings), nonce, FORM_SECONDS)
    return response
