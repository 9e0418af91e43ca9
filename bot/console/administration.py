"""Accounts, settings and the audit: for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console import accounts
from bot.console.erasing import kept
from bot.console.page import go, now, number, page, who
from bot.console.state import console_of
from bot.record import audit
from bot.record.review import change_setting, setting

ENTRIES = 100


def staff(request: Request) -> Response:
    """All accounts."""
    with console_of(request).record() as database:
        found = accounts.list_staff(database)
        sessions = {person.username: len(accounts.sessions_of(database, person.username, console_of(request).clock())) for person in found}
    return page(request, "staff.html", staff=found, sessions=sessions, roles=accounts.ROLES)


def change_staff(request: Request, form: Mapping[str, str]) -> Response:
    """Changes a role, locks or unlocks an account, or ends its sessions."""
    name, action = str(request.path_params["name"]), form.get("action", "")
    with console_of(request).record() as database, database.atomic():
        audit.append(database, who(request), f"staff.{action[:20]}", name, now(request), role=form.get("role", ""))
        if action == "role":
            accounts.change_role(database, name, form.get("role", ""))
        elif action == "disable":
            accounts.disable(database, name)
        elif action == "enable":
            accounts.enable(database, name)
        elif action == "end":
            accounts.end_sessions(database, name)
        else:
            raise HTTPException(400, "Choose what to change.")
        accounts.keep_an_admin(database)
    return go("/staff", "saved")


def settings(request: Request) -> Response:
    """What goes into which queue, and how long things are kept."""
    with console_of(request).record() as database:
        values: dict[str, Any] = {name: setting(database, name) for name in ("sample_percent", "low_confidence")}
        keeping = kept(request, database)
    return page(request, "settings.html", kept=keeping, **values)


def change_settings(request: Request, form: Mapping[str, str]) -> Response:
    """Sets both numbers for the turns to come."""
    sample = _within(form, "sample_percent", 100, "The sample is a share from 0 to 100 percent.")
    confidence = _within(form, "low_confidence", 1, "A confidence is a number from 0 to 1.")
    with console_of(request).record() as database, database.atomic():
        change_setting(database, "sample_percent", sample, by=who(request), now=now(request))
        change_setting(database, "low_confidence", confidence, by=who(request), now=now(request))
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
    return page(request, "audit.html", entries=rows[:ENTRIES], more=len(rows) > ENTRIES, person=person, action=action, names=names)
