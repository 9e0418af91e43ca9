"""Which role each address needs. A page or an action without a role cannot be made, so none can be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.accounts import ROLES
from bot.console.security import check_csrf, read_form
from bot.console.state import reading

_MAY = {
    "viewer": "read",
    "reviewer": "judge messages and see what visitors left for the team",
    "clinician": "see contact data, decide on training, erase, and take data out of the console",
    "admin": "run accounts and settings",
}


def check_role(request: Request, role: str) -> None:
    """Refuses somebody whose role is less than `role`.

    Raises:
        HTTPException: 403, with the role it takes.
    """
    session = request.state.session
    if not session.may(role):
        raise HTTPException(
            403,
            f"Your role is {session.role}. This needs the role {role} or more: people who may {_MAY[role]}. An"
            " administrator can change roles.",
        )


class Guarded(Route):
    """An address behind the gate with the least role that may use it."""

    def __init__(self, path: str, endpoint: Callable[..., object], role: str, methods: list[str]) -> None:
        if role not in ROLES:
            raise ValueError(f"{path}: there is no role {role!r}.")
        self.role = role
        super().__init__(path, endpoint, methods=methods)


class Page(Guarded):
    """Something to read."""

    def __init__(self, path: str, show: Callable[[Request], Response], *, role: str) -> None:
        @wraps(show)
        def guarded(request: Request) -> Response:
            check_role(request, role)
            token = reading.set(True)
            try:
                return show(request)
            finally:
                reading.reset(token)

        super().__init__(path, guarded, role, ["GET"])


class Action(Guarded):
    """Something to do: a form that was made for this session, handled in a worker thread."""

    def __init__(self, path: str, act: Callable[[Request, Mapping[str, str]], Response], *, role: str) -> None:
        @wraps(act)
        async def guarded(request: Request) -> Response:
            check_role(request, role)
            form = request.state.form = await read_form(request)
            check_csrf(request, form)
            return await to_thread.run_sync(act, request, form)

        super().__init__(path, guarded, role, ["POST"])
