"""The visitors' app: the chat page, the widget, one JSON endpoint, health and metrics."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.conversation.engine import Engine
from bot.conversation.reply import Reply
from bot.record.database import writable
from bot.safety.warning import WARNING, WARNING_DETAIL
from bot.settings import MAX_BODY_BYTES, Settings
from bot.website.tokens import TokenError, Tokens, load_secret

log = structlog.get_logger()

_HERE = Path(__file__).parent
_MAX_CLIENT_ID = 64
_HEADERS = {
    b"content-security-policy": (
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; "
        b"base-uri 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
}


class BadRequest(HTTPException):
    """A request that cannot be served; `detail` is one sentence that says what to change."""


class SecurityHeaders:
    """Adds the same strict headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS.items()]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class Metrics:
    """What an operator watches. Counts and times only; no label ever holds a visitor's words."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter("ozone_turns", "Turns answered, by route.", ["route"], registry=self.registry)
        self.seconds = Histogram(
            "ozone_turn_seconds",
            "Seconds from the request to the committed reply.",
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
        )
        self.unrecorded = Counter("ozone_turns_unrecorded", "Turns answered that could not be written to the record.", registry=self.registry)
        self.refused = Counter("ozone_requests_refused", "Chat requests refused, by status.", ["status"], registry=self.registry)
        self.ready = Gauge("ozone_ready", "1 when the last readiness check found nothing wrong.", registry=self.registry)
        self.faults = Gauge("ozone_record_faults", "Failed reads and writes of the record since the start.", registry=self.registry)


class Website:
    """The routes and what they share."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._tokens = Tokens(load_secret(settings.secret_file))
        self._metrics = Metrics()
        self._templates = Jinja2Templates(directory=_HERE / "templates")

    def routes(self) -> list[Route | Mount]:
        """Everything a visitor or a probe can ask for."""
        return [
            Route("/", self.page("index.html")),
            Route("/about", self.page("about.html")),
            Route("/demo", self.page("demo.html")),
            Route("/api/chat", self.chat, methods=["POST"]),
            Route("/healthz", self.alive),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
            Mount("/static", StaticFiles(directory=_HERE / "static"), name="static"),
        ]

    def page(self, template: str) -> Any:
        """An endpoint that renders a template with the clinic's facts."""

        async def render(request: Request) -> Response:
            return self._templates.TemplateResponse(request, template, self.context())

        return render

    def context(self) -> dict[str, Any]:
        """What every template may show."""
        library = self._engine.library
        return {
            "clinic": library.clinic.fields,
            "fictional": library.clinic.fictional,
            "warning": WARNING,
            "warning_detail": WARNING_DETAIL,
            "snippets": len(library),
        }

    async def chat(self, request: Request) -> Response:
        """One turn. The reply leaves after the commit."""
        started = time.perf_counter()
        message, conversation, client_id = self._read(await _json_body(request))
        reply = await self._engine.turn(conversation, message, client_id)
        self._metrics.turns.labels(reply.route).inc()
        self._metrics.seconds.observe(time.perf_counter() - started)
        if reply.turn is None:
            self._metrics.unrecorded.inc()
        return JSONResponse(self._body(reply, conversation))

    def _read(self, body: Mapping[str, Any]) -> tuple[str, str, str | None]:
        message, token, client_id = body.get("message"), body.get("token"), body.get("client_id")
        if not isinstance(message, str):
            raise BadRequest(400, "The field `message` is missing or is not text.")
        if client_id is not None and (not isinstance(client_id, str) or not 0 < len(client_id) <= _MAX_CLIENT_ID):
            raise BadRequest(400, f"The field `client_id` must be text of 1 to {_MAX_CLIENT_ID} characters.")
        if token is None:
            return message, self._tokens.new_conversation(), client_id
        if not isinstance(token, str):
            raise BadRequest(400, "The field `token` must be text.")
        try:
            return message, self._tokens.read(token), client_id
        except TokenError as error:
            raise BadRequest(401, str(error)) from error

    def _body(self, reply: Reply, conversation: str) -> dict[str, Any]:
        contact = self._engine.library.clinic.contact() if reply.route != "answer" and reply.route != "smalltalk" else None
        return {
            "token": self._tokens.sign(conversation),
            "conversation": conversation,
            "turn": reply.turn.number if reply.turn else None,
            "route": reply.route,
            "messages": [
                {
                    "text": message.text,
                    "snippet": {key: message.snippet[key] for key in ("id", "version", "sources")} if message.snippet else None,
                    "buttons": [dict(button) for button in message.buttons],
                    **({"input": dict(message.input)} if message.input else {}),
                }
                for message in reply.messages
            ],
            "warning": {"text": reply.warning},
            "contact": contact,
        }

    async def alive(self, request: Request) -> Response:
        """The process answers."""
        return JSONResponse({"alive": True})

    async def ready(self, request: Request) -> Response:
        """Model loaded, canary questions right, record writable; 503 with the reasons otherwise."""
        problems = await self._engine.problems()
        if (fault := await run_in_threadpool(writable, self._settings.database)) is not None:
            problems.append(fault)
        self._metrics.ready.set(0 if problems else 1)
        return JSONResponse({"ready": not problems, "problems": problems, "model": self._engine.model_id}, status_code=503 if problems else 200)

    async def metrics(self, request: Request) -> Response:
        """Prometheus text."""
        self._metrics.faults.set(self._engine.store.faults)
        return Response(generate_latest(self._metrics.registry), media_type=CONTENT_TYPE_LATEST)

    async def refused(self, request: Request, error: Exception) -> Response:
        """One sentence: JSON for the API, a page for people."""
        status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "Something went wrong on our side.")
        if request.url.path.startswith("/api/"):
            self._metrics.refused.labels(str(status)).inc()
            return JSONResponse({"error": detail, "warning": {"text": WARNING}}, status_code=status)
        if status == 404:
            return self._templates.TemplateResponse(request, "404.html", self.context(), status_code=404)
        return PlainTextResponse(f"{detail}\n", status_code=status)

    async def failed(self, request: Request, error: Exception) -> Response:
        """A fault of ours: logged by name, told without details."""
        log.error("website.failed", path=request.url.path, error=type(error).__name__)
        return await self.refused(request, error)


async def _json_body(request: Request) -> Mapping[str, Any]:
    received = bytearray()
    try:
        async for chunk in request.stream():
            received += chunk
            if len(received) > MAX_BODY_BYTES:
                raise BadRequest(413, f"The request is larger than {MAX_BODY_BYTES} bytes. Please send a shorter message.")
    except ClientDisconnect as error:
        raise BadRequest(400, "The request was cut short. Please send it again.") from error
    try:
        body = json.loads(received)
    except (ValueError, RecursionError) as error:
        raise BadRequest(400, 'The request is not JSON. Send {"message": "..."}.') from error
    if not isinstance(body, dict):
        raise BadRequest(400, 'The request must be a JSON object. Send {"message": "..."}.')
    return body


def create_app(settings: Settings, engine: Engine | None = None) -> Starlette:
    """The app. Without an engine it makes one and loads the model before the first request is taken."""
    own = engine or Engine(settings)
    website = Website(settings, own)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if own.fault is not None:
            own.load()
        yield

    middleware = [Middleware(SecurityHeaders)]
    if settings.allowed_origins:
        middleware.append(Middleware(CORSMiddleware, allow_origins=list(settings.allowed_origins), allow_methods=["POST"], allow_headers=["content-type"]))
    return Starlette(
        routes=website.routes(),
        middleware=middleware,
        exception_handlers={HTTPException: website.refused, Exception: website.failed},
        lifespan=lifespan,
    )
