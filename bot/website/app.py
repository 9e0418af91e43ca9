"""The visitors' app: the chat page, the widget, one JSON endpoint, health and metrics."""

from __future__ import annotations

import asyncio
import gc
import gzip
import hashlib
import ipaddress
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.content.library import Library
from bot.content.review_dates import review_dates
from bot.content.topics import load_topics
from bot.conversation.reply import Reply
from bot.on_rasa.engine import Engine
from bot.processes import METRICS_FOLDER
from bot.record.erased import erased_file
from bot.record.private import form_so_far
from bot.record.retention import Keeping, keeping, zone_of
from bot.record.upkeep import Upkeep
from bot.safety.warning import TRANSLATIONS, WARNING, WARNING_DETAIL
from bot.secret import load_secrets
from bot.settings import Settings
from bot.storage.door import NoSuchTurnError, StorageError, Store
from bot.website.alerting import Alerting, Reviews, ways
from bot.website.answers import Answers
from bot.website.bundle import SOURCE, integrity, script
from bot.website.limits import Limits, Refusal, low_disk
from bot.website.look import Look
from bot.website.origins import OriginGuard
from bot.website.privacy import BLANKED, days
from bot.website.replies import reply_json, turn_json
from bot.website.requests import BadRequest, field, json_body, optional_text, takes_gzip
from bot.website.summary import asks_for_consent, with_summary
from bot.website.tokens import TokenError, Tokens

log = structlog.get_logger()

_HERE = Path(__file__).parent
_MAX_CLIENT_ID = 64

_URGENT_SECONDS = 0.7
"""How long a turn may take before an emergency's reply leaves without it; it is recorded later."""

_READY_SECONDS = 5.0
"""How long a machine that was ready is taken to be so; one that was not is asked again each time."""

_WATCH_SECONDS = 30.0
"""How often a process looks whether it is ready though nobody asks: the metric would tell of long ago."""

_GARBAGE = (10_000, 10, 10)
"""New objects until a collection, and how many of these until a larger one: a turn makes thousands of objects and
hardly a cycle. With fifty thousand everybody waited a tenth of a second for one, and a full one took a million requests
to come."""

_HAND_OVER_SECONDS = 0.001
"""How long a thread computes on while another one wants to: a turn goes through several threads, and waits so long for
each of them while published texts are read. Python's own 5 ms would be felt."""
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""What a proxy adds to a visitor's request."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {frames}; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
}


_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
_NOT_KEPT = (b"cache-control", b"no-store")


class SecurityHeaders:
    """Adds the same strict headers to every response; nothing that holds a token or somebody's words is to be kept.

    The websites in `allowed` may show the pages in a frame, and everybody may read the widget's files: one that is not
    allowed yet can say so.
    """

    def __init__(self, app: ASGIApp, https: bool, allowed: Sequence[str] = ()) -> None:
        self._app = app
        policy = _POLICY.format(frames=" ".join(["'self'", *allowed]))
        always = {**_HEADERS, b"content-security-policy": policy.encode()}
        self._headers = [*always.items(), *([_HTTPS_ONLY] if https else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        added = self._headers
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            added = [*added, _NOT_KEPT]

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *added]
                if scope["path"].startswith("/static/"):
                    MutableHeaders(scope=message).setdefault("access-control-allow-origin", "*")
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
        self.unrecorded = Counter(
            "ozone_turns_unrecorded", "Turns answered that could not be written to the record.", registry=self.registry
        )
        self.refused = Counter(
            "ozone_requests_refused", "Chat requests refused, by status.", ["status"], registry=self.registry
        )
        self.ready = Gauge(
            "ozone_ready",
            "1 when the last readiness check found nothing wrong.",
            registry=self.registry,
            multiprocess_mode="livemostrecent",
        )
        self.faults = Gauge(
            "ozone_record_faults",
            "Failed reads and writes of the record since the start.",
            registry=self.registry,
            multiprocess_mode="sum",
        )

    def text(self) -> bytes:
        """Everything in Prometheus' text format, for all processes of the website together."""
        return generate_latest(self._shown)


@dataclass(frozen=True)
class Widget:
    """The widget's script, as it is and compressed, with its tag for a browser's cache."""

    script: bytes
    compressed: bytes
    tag: str

    @classmethod
    def of(cls, emergency_number: str) -> Widget:
        """With this number built in."""
        made = script(emergency_number)
        return cls(made, gzip.compress(made, mtime=0), f'"{hashlib.sha256(made).hexdigest()[:32]}"')


class Website:
    """The routes and what they share."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._tokens = Tokens(*load_secrets(settings.secret_file))
        self._metrics = Metrics()
        self._templates = Jinja2Templates(directory=_HERE / "templates")
        self._widgets: dict[str, Widget] = {}
        self._limits = Limits(
            settings.limits, settings.processes, lambda: engine.library.clinic.fields["emergency.number"]
        )
        self._operators = [ipaddress.ip_network(network) for network in settings.operators]
        self._aid = asyncio.Semaphore(1)
        self._waiting: set[asyncio.Task[Reply]] = set()
        self._checking = asyncio.Lock()
        self._ready_until = 0.0
        self._problems: list[str] = []
        self._pages: tuple[Library, Look, Answers] | None = None
        clinic = engine.library.clinic
        self.alerting = Alerting(
            settings.database,
            ways(settings),
            lambda: engine.library.clinic.fields["name"],
            settings.console_address,
            self._reviews,
        )
        self.upkeep = Upkeep(
            settings.database,
            erased_file(settings.secret_file),
            self._keeping,
            zone_of(clinic),
            engine.store.seal,
        )

    def _reviews(self, now: float) -> Reviews:
        """The texts that are due for review at a Unix time."""
        library = self._engine.library
        today = datetime.fromtimestamp(now, zone_of(library.clinic)).date()
        return Reviews(today, tuple(review_dates(library, today)))

    def routes(self) -> list[Route | Mount]:
        """Everything a visitor or a probe can ask for."""
        return [
            Route("/", self.chat_page),
            Route("/answers", self.answers),
            Route("/answers/{id}", self.answers),
            Route("/look/{name}", self.look),
            Route("/about", self.page("about.html")),
            Route("/privacy", self.privacy),
            Route("/demo", self.page("demo.html", texts="demo")),
            Route("/demo/es", self.page("demo.html", "es", texts="demo")),
            Route("/install", self.page("install.html", texts="demo")),
            Route("/theme", self.page("theme.html", texts="demo")),
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

    def _keeping(self) -> Keeping:
        """How long everything is kept by the facts of this moment."""
        return keeping(self._engine.library.clinic, self._settings.keep_requests_days)

    def page(self, template: str, lang: str = "en", texts: str | None = None) -> Any:
        """An endpoint that renders a template with the clinic's facts, and with the texts of a file in `pages`."""
        t = json.loads((_HERE / "pages" / f"{texts}.{lang}.json").read_text(encoding="utf-8")) if texts else None

        async def render(request: Request) -> Response:
            origin = str(request.base_url).rstrip("/")
            return self._templates.TemplateResponse(
                request, template, {**self.context(), "lang": lang, "t": t, "origin": origin}
            )

        return render

    async def chat_page(self, request: Request) -> Response:
        """The chat, with the topics that have an answer today; those that name one are questions to start with."""
        sections = self._pages_now()[1].sections()
        starters = [
            {"title": topic.title, "send": self._engine.library[topic.ask].question}
            for topic in (section.topic for section in sections)
            if topic.ask
        ]
        told = {
            "sections": sections,
            "count": sum(len(section.answers) for section in sections),
            "starters": json.dumps(starters),
        }
        return self._templates.TemplateResponse(request, "index.html", {**self.context(), **told})

    async def privacy(self, request: Request) -> Response:
        """What is kept of a chat, how long, who reads it and how it is deleted, as it is at this moment."""
        told = {"keeping": self._keeping(), "blanked": BLANKED.values(), "days": days}
        return self._templates.TemplateResponse(request, "privacy.html", {**self.context(), **told})

    async def answers(self, request: Request) -> Response:
        """All answers of this moment, or one of them."""
        pages = self._pages_now()[1]
        return await (pages.one(request) if "id" in request.path_params else pages.all(request))

    async def look(self, request: Request) -> Response:
        """The clinic's logo or its color."""
        return self._pages_now()[0].file(request.path_params["name"])

    def _pages_now(self) -> tuple[Look, Answers]:
        """What shows the texts and facts of this moment; made anew when staff publish others."""
        library = self._engine.library
        if self._pages is None or self._pages[0] is not library:
            look = Look(library.clinic, self._settings.data)
            topics = load_topics(self._settings.data / "topics.yml", library)
            self._pages = library, look, Answers(library, topics, self._templates, self.context(look))
        return self._pages[1:]

    def context(self, look: Look | None = None) -> dict[str, Any]:
        """What every template may show."""
        library = self._engine.library
        return {
            "clinic": library.clinic.fields,
            "fictional": library.clinic.fictional,
            "warning": WARNING,
            "warning_detail": WARNING_DETAIL,
            "translations": TRANSLATIONS,
            "snippets": len(library),
            "look": look or self._pages_now()[0],
            "integrity": integrity(self._widget_now().script),
            "lang": "en",
        }

    async def widget(self, request: Request) -> Response:
        """The script that other websites embed, compressed; a browser asks each time whether it is still the same."""
        widget = self._widget_now()
        # Public, so that on a website that is not allowed it can say so in the console; the API refuses that one.
        headers = {
            "cache-control": "no-cache",
            "etag": widget.tag,
            "vary": "Accept-Encoding",
            "access-control-allow-origin": "*",
        }
        if widget.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if not takes_gzip(request):
            return Response(widget.script, media_type="text/javascript", headers=headers)
        return Response(
            widget.compressed, media_type="text/javascript", headers={**headers, "content-encoding": "gzip"}
        )

    def _widget_now(self) -> Widget:
        """The widget with the emergency number of this moment built in."""
        number = self._engine.library.clinic.fields["emergency.number"]
        if number not in self._widgets:
            self._widgets[number] = Widget.of(number)
        return self._widgets[number]

    async def chat(self, request: Request) -> Response:
        """One turn. The reply leaves after the commit; an emergency's does not wait for a locked or slow record."""
        started = time.perf_counter()
        body = await json_body(request)
        message, client_id = field(body, "message", str), optional_text(body, "client_id", _MAX_CLIENT_ID)
        token = optional_text(body, "token")
        known = None if token is None else self._read(token)
        conversation = known or self._tokens.new_conversation()
        if (refusal := self._limits.message(_address(request), known, message)) is not None:
            return await self._over_the_limit(refusal, message, conversation)
        self._engine.begin(message)
        with self._engine.one_state() as library:
            turn = asyncio.create_task(self._turn(conversation, message, client_id, known=known is not None))
            in_time, _ = await asyncio.wait((turn,), timeout=_URGENT_SECONDS)
            reply = None if in_time else await self._engine.first_aid(message, conversation)
            if reply is None:
                reply = await turn
            else:
                self._recorded_later(turn)
        self._metrics.seconds.observe(time.perf_counter() - started)
        return self._told(reply, conversation, await self._summed_up(conversation, reply_json(reply, library)))

    async def _turn(self, conversation: str, message: str, client_id: str | None, *, known: bool) -> Reply:
        """The recorded reply; nothing is kept of a conversation that is deleted while it is made."""
        if known and await self._deleted(conversation):
            raise _gone()
        reply = await self._engine.turn(conversation, message, client_id)
        if await self._deleted(conversation):
            await self._delete(conversation)
            raise _gone()
        if reply.turn is not None:
            self._limits.answered(conversation, reply.turn.number)
        return reply

    def _recorded_later(self, turn: asyncio.Task[Reply]) -> None:
        """Lets a turn end whose visitor has been told already."""

        def ended(task: asyncio.Task[Reply]) -> None:
            self._waiting.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                log.warning("website.not_recorded_later", error=type(error).__name__)

        self._waiting.add(turn)
        turn.add_done_callback(ended)

    async def _over_the_limit(self, refusal: Refusal, message: str, conversation: str) -> Response:
        """An emergency's reply, from the rules alone and not recorded; whatever else it is, is told to wait.

        Raises:
            BadRequest: it is no emergency. A conversation that cannot go on is refused like one that has expired, so
                that the widget begins another.
        """
        async with self._aid:  # whoever is over a limit waits behind all others who are
            reply = await self._engine.first_aid(message)
        if reply is None:
            raise _refused(refusal)
        return self._told(reply, conversation, reply_json(reply, self._engine.library))

    def _told(self, reply: Reply, conversation: str, shown: dict[str, Any]) -> Response:
        """`shown` is the reply as JSON."""
        self._metrics.turns.labels(reply.route).inc()
        self._metrics.faults.set(self._engine.store.faults)  # here too: another process may be asked for the metrics
        if reply.turn is None:
            self._metrics.unrecorded.inc()
        content = {"token": self._tokens.sign(conversation), "conversation": conversation, **shown}
        return Response(orjson.dumps(content), media_type="application/json")

    async def conversation(self, request: Request) -> Response:
        """The turns of a conversation; without a token the token of
        a new one, so that a first message can be sent again safely."""
        self._within_limits(request)
        token = optional_text(await json_body(request), "token")
        conversation = await self._conversation(token) or self._tokens.new_conversation()
        stored = await self._door.history(conversation)
        turns = [turn_json(turn, feedback, self._engine.library) for turn, feedback in stored]
        turns[-1:] = [await self._summed_up(conversation, turn) for turn in turns[-1:]]
        return JSONResponse({"token": self._tokens.sign(conversation), "conversation": conversation, "turns": turns})

    async def delete(self, request: Request) -> Response:
        """Deletes a conversation; its token is worthless from then on.

        An expired token is enough to delete, not to read.
        """
        self._within_limits(request)
        conversation = await self._conversation(field(await json_body(request), "token", str), expired=True)
        assert conversation is not None
        await self._delete(conversation)
        return JSONResponse({"deleted": True})

    async def feedback(self, request: Request) -> Response:
        """A visitor's judgement of one turn of their own conversation; a later one replaces it."""
        self._within_limits(request)
        body = await json_body(request)
        conversation = await self._conversation(field(body, "token", str))
        assert conversation is not None
        turn, helpful = field(body, "turn", int), field(body, "helpful", bool)
        reason = optional_text(body, "reason") or ""
        try:
            await self._door.feedback(conversation, turn, helpful, reason)
        except NoSuchTurnError as error:
            raise BadRequest(404, "There is no such turn in this conversation.") from error
        return JSONResponse({"saved": True})

    async def _summed_up(self, conversation: str, reply: dict[str, Any]) -> dict[str, Any]:
        """The reply; at the form's last step with what the visitor typed.

        A record that cannot be read leaves it as it is.
        """
        if not asks_for_consent(reply):
            return reply
        try:
            sealed = await self._door.slots(conversation)
        except StorageError:
            return reply
        form = form_so_far(sealed, conversation, self._engine.store.seal)
        return with_summary(reply, form, self._engine.library)

    @property
    def _door(self) -> Store:
        """What all use of the record goes through: whoever waits for it must keep no other visitor waiting."""
        return self._engine.door

    async def _conversation(self, token: str | None, *, expired: bool = False) -> str | None:
        """The conversation of a token, None without one.

        Raises:
            BadRequest: the token is not ours, was changed, is too old, or its conversation was deleted.
        """
        if token is None:
            return None
        conversation = self._read(token, expired=expired)
        if not expired and await self._deleted(conversation):
            raise _gone()
        return conversation

    def _read(self, token: str, *, expired: bool = False) -> str:
        """The conversation that a token names.

        Raises:
            BadRequest: the token is not ours, was changed, or is too old.
        """
        try:
            return self._tokens.read(token, expired=expired)
        except TokenError as error:
            raise BadRequest(401, str(error)) from error

    def _within_limits(self, request: Request) -> None:
        """Counts a request that is no message.

        Raises:
            BadRequest: too many came from its address.
        """
        if (refusal := self._limits.request(_address(request))) is not None:
            raise _refused(refusal)

    async def _deleted(self, conversation: str) -> bool:
        """Whether it was deleted. A record that cannot be read must not keep anybody from an answer."""
        try:
            return await self._door.deleted(conversation)
        except StorageError:
            return False

    async def _delete(self, conversation: str) -> None:
        await self._door.delete(conversation, self._engine.store.seal)
        if self._door.keeps_record:
            await run_in_threadpool(self.upkeep.after_deletion)

    async def alive(self, request: Request) -> Response:
        """The process answers."""
        return JSONResponse({"alive": True})

    async def ready(self, request: Request) -> Response:
        """Model loaded, canary questions right, record writable; 503 with the reasons otherwise.

        What somebody should look at is a warning.
        """
        if not self._is_operator(request):
            return self._nowhere(request)
        problems = await self._problems_now()
        warnings = [*self._engine.notes, *await run_in_threadpool(self._door.warnings, time.time())]
        told = {"ready": not problems, "problems": problems, "warnings": warnings, "model": self._engine.model_id}
        return JSONResponse(told, status_code=503 if problems else 200)

    async def watch(self) -> None:
        """Keeps the metric up to date, and has a model that could not be loaded tried again, as long as it runs."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            try:
                await self._problems_now()
            except Exception as error:  # noqa: BLE001 - whatever it is, this process is not ready
                self._metrics.ready.set(0)
                log.error("website.not_watched", error=type(error).__name__)

    async def _problems_now(self) -> list[str]:
        async with self._checking:  # whoever asks meanwhile gets the same answer
            if time.monotonic() >= self._ready_until:
                self._problems = await self._found_problems()
                self._ready_until = 0.0 if self._problems else time.monotonic() + _READY_SECONDS
            problems = self._problems
        self._metrics.ready.set(0 if problems else 1)
        return problems

    async def _found_problems(self) -> list[str]:
        found = (
            await run_in_threadpool(self._door.problem),
            await run_in_threadpool(low_disk, self._settings.database, self._settings.free_disk_mb),
        )
        return [*await self._engine.problems(), *(fault for fault in found if fault is not None)]

    def _is_operator(self, request: Request) -> bool:
        """Whether somebody on this machine asks, or a monitor that the settings name, and no proxy for a visitor."""
        if request.client is None or any(name in request.headers for name in _FORWARDED):
            return False
        try:
            asking = ipaddress.ip_address(request.client.host.partition("%")[0])
        except ValueError:
            return False
        own = request.scope.get("server") or ("", 0)
        return asking.is_loopback or str(asking) == own[0] or any(asking in network for network in self._operators)

    def _nowhere(self, request: Request) -> Response:
        return self._templates.TemplateResponse(request, "404.html", self.context(), status_code=404)

    async def metrics(self, request: Request) -> Response:
        """Prometheus text."""
        if not self._is_operator(request):
            return self._nowhere(request)
        self._metrics.faults.set(self._engine.store.faults)
        return Response(self._metrics.text(), media_type=CONTENT_TYPE_LATEST)

    async def refused(self, request: Request, error: Exception) -> Response:
        """One sentence: JSON for the API, a page for people."""
        status, detail = (
            (error.status_code, error.detail)
            if isinstance(error, HTTPException)
            else (500, "Something went wrong on our side.")
        )
        headers = error.headers if isinstance(error, HTTPException) else None
        if request.url.path.startswith("/api/"):
            self._metrics.refused.labels(str(status)).inc()
            return JSONResponse({"error": detail, "warning": {"text": WARNING}}, status, headers)
        if status == 404:
            return self._nowhere(request)
        return PlainTextResponse(f"{detail}\n", status, headers)

    async def failed(self, request: Request, error: Exception) -> Response:
        """A fault of ours: logged by name, told without details."""
        log.error("website.failed", path=request.url.path, error=type(error).__name__)
        return await self.refused(request, error)


def _address(request: Request) -> str:
    """Who asks; behind a proxy that is trusted, the address that it tells."""
    return request.client.host if request.client else ""


def _refused(refusal: Refusal) -> BadRequest:
    if refusal.seconds == 0:
        return BadRequest(401, refusal.sentence)
    return BadRequest(429, refusal.sentence, {"Retry-After": str(refusal.seconds)})


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
        with suppress(StorageError):  # readiness says why
            await own.door.open()
        gc.collect()
        gc.set_threshold(*_GARBAGE)
        gc.freeze()  # a model's objects live as long as the process: no collection has to look at them again
        sys.setswitchinterval(_HAND_OVER_SECONDS)
        following = asyncio.create_task(own.follow())
        watching = asyncio.create_task(website.watch())
        beside = (website.upkeep, website.alerting) if own.door.keeps_record else ()
        for thread in beside:
            thread.start()
        yield
        following.cancel()
        watching.cancel()
        for thread in beside:
            await run_in_threadpool(thread.stop)

    middleware = [
        Middleware(SecurityHeaders, settings.https, settings.allowed_origins),
        Middleware(OriginGuard, settings.allowed_origins),
    ]
    if settings.allowed_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.allowed_origins),
                allow_methods=["POST"],
                allow_headers=["content-type"],
                expose_headers=["retry-after"],
            )
        )
    return Starlette(
        routes=website.routes(),
        middleware=middleware,
        exception_handlers={HTTPException: website.refused, Exception: website.failed},
        lifespan=lifespan,
    )
