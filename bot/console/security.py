"""What guards every page: response headers, the session gate, and tokens that only our own forms carry."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import parse_qsl, quote, urlsplit

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.console.accounts import ABSOLUTE_SECONDS, Session, lookup_session
from bot.console.state import console_of
from bot.record.waiting import ALL, conversation_counts
from bot.settings import MAX_BODY_BYTES, Settings

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

UNATTENDED = "/counts.json"
"""An address that pages ask for by themselves: it must not keep a session alive that nobody uses."""

MAX_FIELDS = 500
"""Of a form; one page lists up to 300 groups that can be ticked."""

FORM_SECONDS = 60 * 60
"""How long an open login form stays usable."""

_NONCE = re.compile(r"[A-Za-z0-9_-]{43}")


HTTPS_ONLY = "max-age=31536000"
"""For a year a browser that has been here by HTTPS comes by nothing else."""

DEVICE_SECONDS = 180 * 24 * 60 * 60
_DEVICE_NAMES = 8


def headers(https: bool) -> Mapping[str, str]:
    """What every response carries; under HTTPS also that browsers may come by nothing else."""
    return {**HEADERS, "Strict-Transport-Security": HTTPS_ONLY} if https else HEADERS


class SecurityHeaders:
    """Puts `headers` on every response, whatever made it."""

    def __init__(self, app: ASGIApp, https: bool = False) -> None:
        self.app = app
        self._headers = headers(https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, guarded)


class SessionGate:
    """Lets nobody through to the pages behind it without a session; an address that does not exist is behind it too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        session = await run_in_threadpool(session_and_waiting, request)
        if session is not None:
            request.state.session, request.state.waiting = session
            await self.app(scope, receive, send)
            return
        if request.method not in ("GET", "HEAD"):
            with suppress(HTTPException):
                request.state.form = await read_form(
                    Request(scope, receive)
                )  # the page that refuses it shows what was typed
            raise HTTPException(401, "You are not logged in, or your session has ended. Nothing was changed.")
        await RedirectResponse(_login_address(request), status_code=303)(scope, receive, send)


def session_and_waiting(request: Request) -> tuple[Session, int] | None:
    """The valid session, and how many conversations and requests wait for whoever has it, which every page shows."""
    console = console_of(request)
    token = session_token(request)
    if not token or not console.has_record():
        return None
    with console.record(durable=False) as database:
        session = lookup_session(database, token, console.clock(), touch=request.url.path != UNATTENDED)
        if session is None:
            return None
        (requests,) = database.execute("SELECT count(*) FROM requests WHERE state = 'new'").fetchone()
        return session, conversation_counts(database).get(ALL, 0) + (requests if session.may("reviewer") else 0)


def _login_address(request: Request) -> str:
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/login" if target == "/" else f"/login?next={quote(target[:1000], safe='/')}"


def safe_target(target: str) -> str:
    """`target` when it is a path on this site, otherwise the first
    page: a link may not send anybody elsewhere after logging in."""
    parts = urlsplit(target) if target.isprintable() and "\\" not in target else None
    if (
        parts is None
        or parts.scheme
        or parts.netloc
        or not target.startswith("/")
        or target.startswith("//")
        or parts.path == "/login"
    ):
        return "/"
    return target


def session_cookie(settings: Settings) -> str:
    """The session cookie's name; under HTTPS the prefix keeps other hosts of the domain from setting it."""
    return "__Host-console" if settings.https else "console"


def form_cookie(settings: Settings) -> str:
    """The name of the cookie that ties the login form to one browser."""
    return "__Host-console-form" if settings.https else "console_form"


def set_cookie(response: Response, settings: Settings, name: str, value: str, seconds: int = ABSOLUTE_SECONDS) -> None:
    """A cookie that scripts cannot read and other sites cannot make a browser send."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=settings.https, httponly=True, samesite="strict")


def drop_cookie(response: Response, settings: Settings, name: str) -> None:
    """Takes a cookie back, with the attributes it was set with."""
    response.delete_cookie(name, path="/", secure=settings.https, httponly=True, samesite="strict")


def device_of(request: Request, username: str) -> str:
    """What this browser is called where a name that has logged in from it before is counted; empty for a new one."""
    return _names_here(request).get(username.strip().lower(), "")


def remember_device(request: Request, response: Response, username: str) -> None:
    """Lets the browser show that somebody has logged in from it before; it proves nothing else, and opens nothing."""
    console = console_of(request)
    known = {username: secrets.token_urlsafe(9), **_names_here(request)}
    latest = {username: known.pop(username), **known}
    names = dict(list(latest.items())[:_DEVICE_NAMES])
    set_cookie(
        response,
        console.settings,
        _device_cookie(console.settings),
        str(_devices(request).dumps(names)),
        DEVICE_SECONDS,
    )


def _names_here(request: Request) -> dict[str, str]:
    cookie = request.cookies.get(_device_cookie(console_of(request).settings), "")
    if not cookie:
        return {}
    try:
        return dict(_devices(request).loads(cookie, max_age=DEVICE_SECONDS))
    except (BadData, UnicodeError):
        return {}


def _devices(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(reversed(console_of(request).secrets)), salt="console device")


def _device_cookie(settings: Settings) -> str:
    return "__Host-console-device" if settings.https else "console_device"


def session_token(request: Request) -> str:
    """What the browser sent as its session, or an empty text."""
    return request.cookies.get(session_cookie(console_of(request).settings), "")


def current_session(request: Request) -> Session | None:
    """The valid session of this request; blocking, so call it in a thread."""
    found = session_and_waiting(request)
    return found[0] if found else None


def csrf_token(request: Request) -> str:
    """The token for forms of a logged-in page: derived from the session, so it ends with it and needs no storage."""
    return hmac.new(session_token(request).encode(), b"console form", hashlib.sha256).hexdigest()


def check_csrf(request: Request, form: Mapping[str, str]) -> None:
    """Refuses a form that was not made for this session.

    Raises:
        HTTPException: 403.
    """
    if not hmac.compare_digest(form.get("csrf", "").encode(), csrf_token(request).encode()):
        raise HTTPException(
            403,
            "This form has expired or came from another site. Nothing was changed: go back, reload the page and try"
            " again.",
        )


def form_nonce(request: Request) -> str:
    """What the login form's cookie holds: random, of no meaning, and the same for all tabs of a browser."""
    known = request.cookies.get(form_cookie(console_of(request).settings), "")
    return known if _NONCE.fullmatch(known) else secrets.token_urlsafe(32)


def login_csrf(key: bytes, nonce: str) -> str:
    """The login form's token: the cookie's nonce signed with a key that lives as long as this process."""
    return hmac.new(key, nonce.encode(), hashlib.sha256).hexdigest()


def login_csrf_fits(request: Request, form: Mapping[str, str]) -> bool:
    """Whether this login form was made here, for this browser."""
    console = console_of(request)
    nonce = request.cookies.get(form_cookie(console.settings), "")
    return bool(nonce) and hmac.compare_digest(
        form.get("csrf", "").encode(), login_csrf(console.form_key, nonce).encode()
    )


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, each once (the last one counts).

    Raises:
        HTTPException: 400 when the browser left, 413 for a body over MAX_BODY_BYTES, 415 when it is not an ordinary
            form.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise HTTPException(415, "This address takes an ordinary form only.")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise HTTPException(413, "The form is too large.")
    except ClientDisconnect as error:
        raise HTTPException(400, "The form was cut short. Nothing was changed: please send it again.") from error
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError as error:
        raise HTTPException(400, "The form has too many fields.") from error
