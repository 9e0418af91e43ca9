"""Every address has a role, and nobody gets past it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from bot.console.access import Action, Guarded, Page
from bot.console.accounts import ROLES
from bot.console.security import SessionGate
from tests.console.conftest import LogIn

PUBLIC = {"/login", "/healthz", "/static", "/api/{path:path}"}

MAY = {
    "viewer": {
        *(
            "/",
            "/counts.json",
            "/queues/{queue}",
            "/conversations",
            "/conversations/{id}",
            "/search",
            "/chart",
            "/views",
            "/views/{id}/delete",
        ),
        *("/figures", "/report", "/gaps", "/rules", "/account", "/account/code.svg", "/logout"),
        *(
            "/answers",
            "/answers/{id}",
            "/snippets",
            "/snippets/{id}",
            "/facts",
            "/facts/changes",
            "/approve",
            "/golive",
        ),
    },
    "reviewer": {
        *("/queues/{queue}/turns/{id}", "/queues/{queue}/next", "/queues/{queue}/skip", "/queues/{queue}/complete"),
        "/conversations/{id}/redact",
        *("/turns/{id}/verdict", "/turns/{id}/notes", "/turns/{id}/tags", "/turns/{id}/flag", "/turns/{id}/assignee"),
        *(
            "/requests",
            "/samples",
            "/samples/{id}",
            "/samples/{id}/next",
            "/samples/{id}/turns/{turn}",
            "/samples/{id}/turns/{turn}/skip",
            "/samples/{id}/turns/{turn}/settle",
            "/gaps/group",
            "/gaps/many",
            "/gaps/{id}",
            "/training",
            "/training/advice",
            "/training/{id}",
            "/training/{id}/reason",
        ),
        *("/answers/{id}/try", "/questions/new", "/questions/{id}", "/answers/{id}/draft", "/approve/{id}"),
        *("/judge/turns/{id}", "/judge/next", "/judge/skip", "/judge/complete", "/answers.json", "/turns/{id}/undo"),
        *("/turns/{id}/similar", "/turns/{id}/draft"),
    },
    "clinician": {
        *(
            "/bulk",
            "/export.jsonl",
            "/export.csv",
            "/samples",
            "/samples/{id}/replace",
            "/requests/{id}",
            "/training",
            "/training/{id}",
            "/training/{id}/give-up",
        ),
        *(
            "/corrections/{id}",
            "/answers/{id}/back",
            "/answers/{id}/undo",
            "/answers/{id}/withdraw",
            "/approve/sign",
            "/approve/renew",
            "/approve/{id}",
        ),
        *("/requests/{id}/erase", "/conversations/{id}/erase"),
    },
    "admin": {
        "/facts",
        "/facts/changes/{id}",
        "/staff",
        "/staff/{name}",
        "/settings",
        "/settings/test-alert",
        "/audit",
        "/tokens",
        "/tokens/{id}/revoke",
    },
}
"""What each role adds. An address that is not here fails the test: think about who may use it, then write it down."""


def _routes(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        if isinstance(route, Mount) and isinstance(route.app, SessionGate):
            yield from _routes(route.app.app.routes)  # type: ignore[attr-defined]
        else:
            yield route


def _guarded(app: Starlette) -> list[Guarded]:
    return [route for route in _routes(app.routes) if isinstance(route, Guarded)]


def test_every_address_is_public_on_purpose_or_has_a_role(console: Starlette) -> None:
    unguarded = {
        getattr(route, "path", str(route)) for route in _routes(console.routes) if not isinstance(route, Guarded)
    }
    assert unguarded == PUBLIC


def test_every_role_is_the_one_that_was_thought_about(console: Starlette) -> None:
    found = {role: {route.path for route in _guarded(console) if route.role == role} for role in ROLES}
    assert found == MAY


@pytest.mark.parametrize("role", ROLES)
def test_nobody_gets_past_their_role(console: Starlette, log_in: LogIn, role: str) -> None:
    browser = log_in(role)
    for route in _guarded(console):
        for method in (route.methods or set()) - {"HEAD"}:
            path = (
                route.path.replace("{queue}", "emergencies")
                .replace("{id}", "1")
                .replace("{name}", "admin")
                .replace("{turn}", "1")
            )
            status = browser.status(method, path)
            if ROLES.index(role) < ROLES.index(route.role):
                assert status == 403, (method, path)
            elif method == "GET":
                assert status in (200, 303, 308, 404, 400), (method, path)
            else:
                assert status in (403, 415), (method, path)


@pytest.mark.parametrize("kind", [Page, Action])
def test_an_address_without_a_known_role_cannot_be_made(kind: type[Page] | type[Action]) -> None:
    with pytest.raises(ValueError, match="there is no role"):
        kind("/new", lambda *_: None, role="anybody")  # type: ignore[arg-type]


def test_a_refusal_says_which_role_it_takes(console: Starlette, log_in: LogIn) -> None:
    status, said = log_in("viewer").post("/turns/1/verdict", {"verdict": "right"})
    assert status == 403
    assert "Your role is viewer. This needs the role reviewer or more" in said


def test_routes_that_are_not_guarded_are_plain_ones(console: Starlette) -> None:
    assert all(isinstance(route, (Route, Mount)) for route in _routes(console.routes))
