"""Accounts, settings and the audit: for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console import accounts, links
from bot.console.erasing import kept
from bot.console.page import go, now, number, page, who
from bot.console.state import console_of
from bot.record import audit
from bot.record.alerts import add_test, channels
from bot.record.review import ReviewError, change_setting, setting

ENTRIES = 100


def staff(request: Request) -> Response:
    """All accounts, and the links that wait to be used."""
    return _staff(request)


def invite(request: Request, form: Mapping[str, str]) -> Response:
    """Makes a one-time link for a new account and shows it this once."""
    console = console_of(request)
    name, role = form.get("username", "").strip().lower(), form.get("role", "")
    try:
        with console.record() as database, database.atomic():
            audit.append(database, who(request), "staff.invite", name[:40], now(request), role=role[:20])
            token = links.invite(database, name, role, by=who(request), now=console.clock())
    except accounts.AccountError as error:
        return _staff(request, 400, wrong=str(error), given=form)
    return _staff(request, link=_address(request, token), invited=name)


def change_staff(request: Request, form: Mapping[str, str]) -> Response:
    """Changes a role, locks or unlocks an account, ends its sessions, takes its password or second factor away, or
    withdraws an invitation."""
    console = console_of(request)
    name, action, token = str(request.path_params["name"]), form.get("action", ""), ""
    if name == who(request) and action in ("reset", "code-off"):
        raise accounts.AccountError(
            "You change your own password and second factor under “Your account”. Nothing was changed."
        )
    with console.record() as database, database.atomic():
        audit.append(database, who(request), f"staff.{action[:20]}", name, now(request), role=form.get("role", ""))
        if action == "role":
            accounts.change_role(database, name, form.get("role", ""))
        elif action == "disable":
            accounts.disable(database, name)
        elif action == "enable":
            accounts.enable(database, name)
        elif action == "end":
            accounts.end_sessions(database, name)
        elif action == "reset":
            token = links.reset(database, name, by=who(request), now=console.clock())
        elif action == "code-off":
            accounts.drop_second_factor(database, name)
        elif action == "withdraw":
            links.withdraw(database, name)
        else:
            raise HTTPException(400, "Choose what to change.")
        accounts.keep_an_admin(database)
    return _staff(request, link=_address(request, token), invited=name) if token else go("/staff", "saved")


def _address(request: Request, token: str) -> str:
    return f"{request.base_url}login?link={token}"


def _staff(request: Request, status: int = 200, **shown: Any) -> Response:
    console = console_of(request)
    with console.record() as database:
        found = accounts.list_staff(database)
        sessions = {
            person.username: len(accounts.sessions_of(database, person.username, console.clock())) for person in found
        }
        waiting = links.waiting(database, console.clock())
    return page(
        request,
        "staff.html",
        status,
        **{"link": "", "invited": "", "wrong": "", "given": {}, **shown},
        staff=found,
        sessions=sessions,
        links=waiting,
        roles=accounts.ROLES,
        hours=links.LINK_SECONDS // 3600,
    )


def settings(request: Request) -> Response:
    """What goes into which queue, who is told, and how long things are kept."""
    with console_of(request).record() as database:
        values: dict[str, Any] = {
            name: setting(database, name) for name in ("sample_percent", "low_confidence", "one_person")
        }
        keeping, ways = kept(request, database), channels(database)
    return page(request, "settings.html", kept=keeping, ways=ways, **values)


def test_alert(request: Request, form: Mapping[str, str]) -> Response:
    """Sends an alert that tells of nothing, by every way out that the website uses."""
    with console_of(request).record() as database, database.atomic():
        audit.append(database, who(request), "alert.tested", "alerts", now(request))
        if not channels(database):
            raise ReviewError("The website uses no way to send alerts. Set one (docs/alerts.md) and start it again.")
        add_test(database, console_of(request).clock())
    return go("/settings", "alert-tested")


def change_settings(request: Request, form: Mapping[str, str]) -> Response:
    """Sets both numbers for the turns to come."""
    sample = _within(form, "sample_percent", 100, "The sample is a share from 0 to 100 percent.")
    confidence = _within(form, "low_confidence", 1, "A confidence is a number from 0 to 1.")
    with console_of(request).record() as database, database.atomic():
        change_setting(database, "sample_percent", sample, by=who(request), now=now(request))
        change_setting(database, "low_confidence", confidence, by=who(request), now=now(request))
        change_setting(database, "one_person", 1 if "one_person" in form else 0, by=who(request), now=now(request))
    return go("/settings", "saved")


def _within(form: Mapping[str, str], name: str, highest: float, sentence: str) -> float:
    try:
        value = float(form.get(name, ""))
    except ValueError:
        value = -1.0
    if not 0 <= value <= highest:
        raise HTTPException(400, f"{sentence} Nothing was changed.")
    return value


def show_audit(request: Request) -> Response:
    """Who did what, the newest first."""
    person, action = request.query_params.get("who", "")[:40], request.query_params.get("action", "")[:40]
    with console_of(request).record() as database:
        audit.append(database, who(request), "audit.read", "audit", now(request))
        rows = audit.entries(database, limit=ENTRIES + 1, before=number(request, "before"), who=person, action=action)
        names = [known.username for known in accounts.list_staff(database)]
    return page(
        request,
        "audit.html",
        entries=rows[:ENTRIES],
        more=len(rows) > ENTRIES,
        person=person,
        action=action,
        names=names,
    )
