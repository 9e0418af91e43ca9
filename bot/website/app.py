"""The visitors' app: the chat page, the widget, one JSON endpoint, health and metrics."""

from __future__ import annotations

import asyncio
import gc
import gzip
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.conversation.engine import Engine
from bot.processes import METRICS_FOLDER
from bot.record.database import RecordError, writable
from bot.record.deletion import delete_conversation, was_deleted
from bot.record.erased import erased_file
from bot.record.feedback import NoSuchTurn, feedback_of, give_feedback
from bot.record.record import Record
from bot.record.retention import keeping, zone_of
from bot.record.turns import turns_of
from bot.record.upkeep import Upkeep, warnings_at
from bot.safety.warning import TRANSLATIONS, WARNING, WARNING_DETAIL
from bot.secret import load_secret
from bot.settings import Settings
from bot.website.bundle import SOURCE, integrity, script
from bot.website.origins import OriginGuard
from bot.website.replies import reply_json, turn_json
from bot.website.requests import BadRequest, field, json_body, optional_text
from bot.website.tokens import TokenError, Tokens

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
        self._shown = self.registry
        if METRICS_FOLDER in os.environ:  # there are several processes, and what all of them counted is shown
            self._shown = CollectorRegistry()
            MultiProcessCollector(self._shown)  # type: ignore[no-untyped-call]
        self.turns = Counter("ozone_turns", "Turns answered, by route.", ["route"], registry=self.registry)
        self.seconds = Histogram(
            "ozone_turn_seconds",
            "Seconds from the request to the committed reply.",
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
        )
        self.unrecorded = Counter("ozone_turns_unrecorded", "Turns answered that could not be written to the record.", registry=self.registry)
        self.refused = Counter("ozone_requests_refused", "Chat requests refused, by status.", ["status"], registry=self.registry)
        self.ready = Gauge("ozone_ready", "1 when the last readiness check found nothing wrong.", registry=self.registry, multiprocess_mode="livemostrecent")
        self.faults = Gauge("ozone_record_faults", "Failed reads and writes of the record since the start.", registry=self.registry, multiprocess_mode="sum")

    def text(self) -> bytes:
        """Everything in Prometheus' text format, for all processes of the website together."""
        return generate_latest(self._shown)


class Website:
    """The routes and what they share."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._tokens = Tokens(load_secret(settings.secret_file))
        self._metrics = Metrics()
        self._templates = Jinja2Templates(directory=_HERE / "templates")
        self._script = script(engine.library.clinic.fields["emergency.number"])
        self._compressed = gzip.compress(self._script, mtime=0)
        self._script_tag = f'"{hashlib.sha256(self._script).hexdigest()[:32]}"'
        clinic = engine.library.clinic
        self.upkeep = Upkeep(
            settings.database,
            erased_file(settings.secret_file),
            keeping(clinic, settings.keep_requests_days),
            zone_of(clinic),
            engine.store.seal,
        )

    def routes(self) -> list[Route | Mount]:
        """Everything a visitor or a probe can ask for."""
        return [
            Route("/", self.page("index.html")),
            Route("/about", self.page("about.html")),
            Route("/demo", self.page("demo.html", texts="demo")),
            Route("/demo/es", self.page("demo.html", "es", texts="demo")),
            Route("/api/chat", self.chat, methods=["POST"]),
            Route("/api/feedback", self.feedback, methods=["POST"]),
            Route("/api/conversation", self.conversation, methods=["POST"]),
            Route("/api/conversation/delete", self.delete, methods=["POST"]),
            Route("/healthz", self.alive),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
            Route("/static/widget.js", self.widget),
            Mount("/static/i18n", StaticFiles(directory=SOURCE / "i18n")),
            Mount("/static", StaticFiles(directory=_HERE / "static"), name="static"),
        ]

    def page(self, template: str, lang: str = "en", texts: str | None = None) -> Any:
        """An endpoint that renders a template with the clinic's facts, and with the texts of a file in `pages`."""
        t = json.loads((_HERE / "pages" / f"{texts}.{lang}.json").read_text(encoding="utf-8")) if texts else None

        async def render(request: Request) -> Response:
            origin = str(request.base_url).rstrip("/")
            return self._templates.TemplateResponse(request, template, {**self.context(), "lang": lang, "t": t, "origin": origin})

        return render

    def context(self) -> dict[str, Any]:
        """What every template may show."""
        library = self._engine.library
        return {
            "clinic": library.clinic.fields,
            "fictional": library.clinic.fictional,
            "warning": WARNING,
            "warning_detail": WARNING_DETAIL,
            "translations": TRANSLATIONS,
            "snippets": len(library),
            "integrity": integrity(self._script),
            "lang": "en",
        }

    async def widget(self, request: Request) -> Response:
        """The script that other websites embed, compressed; a browser asks each time whether it is still the same."""
        headers = {"cache-control": "no-cache", "etag": self._script_tag, "vary": "Accept-Encoding"}
        if self._script_tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self._script, media_type="text/javascript", headers=headers)
        return Response(self._compressed, media_type="text/javascript", headers={**headers, "content-encoding": "gzip"})

    async def chat(self, request: Request) -> Response:
        """One turn. The reply leaves after the commit."""
        started = time.perf_counter()
        body = await json_body(request)
        message, client_id = field(body, "message", str), optional_text(body, "client_id", _MAX_CLIENT_ID)
        self._engine.begin(message)
        conversation = await self._conversation(optional_text(body, "token")) or self._tokens.new_conversation()
        reply = await self._engine.turn(conversation, message, client_id)
        if await self._deleted(conversation):
            await self._delete(conversation)  # deleted while the reply was made
            raise _gone()
        self._metrics.turns.labels(reply.route).inc()
        self._metrics.seconds.observe(time.perf_counter() - started)
        self._metrics.faults.set(self._engine.store.faults)  # here too: another process may be asked for the metrics
        if reply.turn is None:
            self._metrics.unrecorded.inc()
        content = {"token": self._tokens.sign(conversation), "conversation": conversation, **reply_json(reply, self._engine.library)}
        return Response(orjson.dumps(content), media_type="application/json")

    async def conversation(self, request: Request) -> Response:
        """The turns of a conversation; without a token the token of a new one, so that a first message can be sent again safely."""
        token = optional_text(await json_body(request), "token")
        conversation = await self._conversation(token) or self._tokens.new_conversation()
        stored = await self._record.read(lambda database: turns_of(database, conversation))
        feedback = await self._record.read(lambda database: feedback_of(database, conversation))
        turns = [turn_json(turn, feedback.get(turn.number), self._engine.library) for turn in stored]
        return JSONResponse({"token": self._tokens.sign(conversation), "conversation": conversation, "turns": turns})

    async def delete(self, request: Request) -> Response:
        """Deletes a conversation; its token is worthless from then on. An expired token is enough to delete, not to read."""
        conversation = await self._conversation(field(await json_body(request), "token", str), expired=True)
        assert conversation is not None
        await self._delete(conversation)
        return JSONResponse({"deleted": True})

    async def feedback(self, request: Request) -> Response:
        """A visitor's judgement of one turn of their own conversation; a later one replaces it."""
        body = await json_body(request)
        conversation = await self._conversation(field(body, "token", str))
        assert conversation is not None
        turn, helpful = field(body, "turn", int), field(body, "helpful", bool)
        reason = optional_text(body, "reason") or ""
        try:
            await self._record.write(lambda database: give_feedback(database, conversation, turn, helpful, reason))
        except (NoSuchTurn, OverflowError) as error:
            raise BadRequest(404, "There is no such turn in this conversation.") from error
        return JSONResponse({"saved": True})

    @property
    def _record(self) -> Record:
        """What all use of the record goes through: whoever waits for it must keep no other visitor waiting."""
        return self._engine.store.record

    async def _conversation(self, token: str | None, *, expired: bool = False) -> str | None:
        """The conversation of a token, None without one.

        Raises:
            BadRequest: the token is not ours, was changed, is too old, or its conversation was deleted.
        """
        if token is None:
            return None
        try:
            conversation = self._tokens.read(token, expired=expired)
        except TokenError as error:
            raise BadRequest(401, str(error)) from error
        if not expired and await self._deleted(conversation):
            raise _gone()
        return conversation

    async def _deleted(self, conversation: str) -> bool:
        """Whether it was deleted. A record that cannot be read must not keep anybody from an answer."""
        try:
            return await self._record.read(lambda database: was_deleted(database, conversation))
        except (RecordError, sqlite3.Error):
            return False

    async def _delete(self, conversation: str) -> None:
        await self._record.write(lambda database: delete_conversation(database, conversation, self._engine.store.seal))
        await run_in_threadpool(self.upkeep.after_deletion)

    async def alive(self, request: Request) -> Response:
        """The process answers."""
        return JSONResponse({"alive": True})

    async def ready(self, request: Request) -> Response:
        """Model loaded, canary questions right, record writable; 503 with the reasons otherwise. What somebody should look at is a warning."""
        problems = await self._engine.problems()
        if (fault := await run_in_threadpool(writable, self._settings.database)) is not None:
            problems.append(fault)
        self._metrics.ready.set(0 if problems else 1)
        warnings = await run_in_threadpool(warnings_at, self._settings.database, time.time())
        told = {"ready": not problems, "problems": problems, "warnings": warnings, "model": self._engine.model_id}
        return JSONResponse(told, status_code=503 if problems else 200)

    async def metrics(self, request: Request) -> Response:
        """Prometheus text."""
        self._metrics.faults.set(self._engine.store.faults)
        return Response(self._metrics.text(), media_type=CONTENT_TYPE_LATEST)

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


def _gone() -> BadRequest:
    return BadRequest(401, "This conversation was deleted. Please start a new one.")


def create_app(settings: Settings, engine: Engine | None = None) -> Starlette:
    """The app. Without an engine it makes one and loads the model before the first request is taken."""
    own = engine or Engine(settings)
    website = Website(settings, own)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if own.fault is not None:
            own.load()
        with suppress(RecordError):  # readiness says why
            await own.store.record.read(lambda record: None)
        gc.collect()
        gc.set_threshold(50_000, 20, 50)  # a turn makes thousands of objects and hardly a cycle
        gc.freeze()  # a model's objects live as long as the process: no collection has to look at them again
        following = asyncio.create_task(own.follow())
        website.upkeep.start()
        yield
        following.cancel()
        await run_in_threadpool(website.upkeep.stop)

    middleware = [Middleware(SecurityHeaders), Middleware(OriginGuard, settings.allowed_origins)]
    if settings.allowed_origins:
        middleware.append(Middleware(CORSMiddleware, allow_origins=list(settings.allowed_origins), allow_methods=["POST"], allow_headers=["content-type"]))
    return Starlette(
        routes=website.routes(),
        middleware=middleware,
        exception_handlers={HTTPException: website.refused, Exception: website.failed},
        lifespan=lifespan,
    )
