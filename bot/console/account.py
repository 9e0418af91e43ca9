"""One's own account: sessions, second factor, time zone, keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import Response

from bot.console import accounts, second_factor
from bot.console.page import go, now, page, who
from bot.console.state import console_of
from bot.record import audit


@lru_cache(maxsize=1)
def _zones() -> list[str]:
    """Names of time zones; finding them opens hundreds of files."""
    return sorted(available_timezones())


def account(request: Request) -> Response:
    """What there is to see and to change; a new secret is offered each time until one is confirmed."""
    console = console_of(request)
    with console.record() as database:
        me = next(person for person in accounts.list_staff(database) if person.username == who(request))
        sessions = accounts.sessions_of(database, me.username, console.clock())
    secret = second_factor.new_secret()
    return page(request, "account.html", me=me, sessions=sessions, secret=secret, address=second_factor.address(secret, me.username), zones=_zones())


def change(request: Request, form: Mapping[str, str]) -> Response:
    """Preferences, the second factor, or the end of other sessions."""
    action, name = form.get("action", ""), who(request)
    console = console_of(request)
    with console.record() as database, database.atomic():
        audit.append(database, name, f"account.{action[:20]}", name, now(request))
        if action == "preferences":
            accounts.set_preferences(database, name, zone=form.get("zone", "").strip(), shortcuts="shortcuts" in form)
        elif action == "code-on":
            accounts.set_second_factor(database, name, form.get("secret", ""), form.get("code", ""), console.clock(), console.seal)
        elif action == "code-off":
            accounts.drop_second_factor(database, name)
        elif action == "end":
            accounts.end_sessions(database, name, only=form.get("session", ""), but=request.state.session.id)
        else:
            raise accounts.AccountError("Choose what to change.")
    return go("/account", "saved")
