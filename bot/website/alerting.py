"""Telling the clinic's staff of new requests, of emergencies, and of texts to review soon, by a webhook or by e-mail.

A thread of each process of the website looks every few seconds; a lease sees to it that one of them sends. No turn
waits for it. Nothing that a visitor wrote is in a message: what happened, how often, when, and where to read it.
"""

from __future__ import annotations

import json
import os
import secrets
import smtplib
import sqlite3
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import unquote, urlsplit

import structlog

from bot.content.review_dates import ReviewDate
from bot.record import leases, reminders
from bot.record.alerts import EMERGENCY, REQUEST, Due, due, note_failure, note_told, use_channels
from bot.record.database import connect
from bot.settings import Settings

log = structlog.get_logger()

TIMEOUT_SECONDS = 10.0
"""For each step of a connection."""

_LOOK_SECONDS = 3.0
_LEASE_SECONDS = 120.0

_REVIEWS_EVERY = 3600.0
"""Seconds between looks at the review dates."""
_DAYS_LISTED = 20
_REVIEW = "review"

_CALLED = {EMERGENCY: ("emergency", "emergencies"), REQUEST: ("new request", "new requests")}
_PAGES = {EMERGENCY: "/queues/emergencies", REQUEST: "/requests", _REVIEW: "/approve"}


class NotTold(Exception):
    """A message did not get out; the text is one sentence for staff, without addresses or passwords."""


@dataclass(frozen=True)
class Message:
    """One message: an id that stays the same when it is tried again, one line, each event as a program reads it, and
    how many texts are due on which day."""

    id: str
    clinic: str
    line: str
    events: tuple[Mapping[str, Any], ...]
    pages: tuple[str, ...]
    days: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reviews:
    """The day at the clinic, and the texts that are due for review on it."""

    today: date
    texts: tuple[ReviewDate, ...] = ()

    @property
    def line(self) -> str:
        """How many there are."""
        count, silent = len(self.texts), sum(not text.sent for text in self.texts)
        first = min(text.on for text in self.texts)
        told = f"{count} text{'s' if count != 1 else ''} to review, the first by {first.isoformat()}"
        return told + (f", {silent} not sent any more" if silent else "")

    @property
    def days(self) -> tuple[str, ...]:
        """How many on which day, the first days."""
        counts = sorted(Counter(text.on for text in self.texts).items())
        lines = [
            f"to review by {on.isoformat()}: {count} text{'s' if count != 1 else ''}"
            for on, count in counts[:_DAYS_LISTED]
        ]
        left = sum(count for _, count in counts[_DAYS_LISTED:])
        return (*lines, f"to review later: {left} texts") if left else tuple(lines)


class Way(Protocol):
    """A way out."""

    @property
    def name(self) -> str:
        """What staff read it by, and the record keeps it under."""

    def send(self, message: Message) -> None:
        """Sends it.

        Raises:
            NotTold: it was not taken.
        """


def message_of(found: Due, clinic: str, console: str, reviews: Reviews | None = None) -> Message:
    """What is told of some events, and of texts to review if a reminder of them is due; `console` is the console's
    address, empty when it is not known."""
    reminded = reviews if found.reminder and reviews is not None and reviews.texts else None
    told = [
        f"{count} {_CALLED[kind][count != 1]}" for kind in (EMERGENCY, REQUEST) if (count := found.counts.get(kind, 0))
    ]
    if reminded is not None:
        told.append(reminded.line)
    line = " and ".join(told) if told else "This is a test: alerts arrive"
    kinds = [kind for kind in (EMERGENCY, REQUEST) if kind in found.counts] + [_REVIEW] * (reminded is not None)
    events: list[dict[str, Any]] = []
    for event in found.events:
        page = _PAGES.get(event.kind, "/") + (f"/turns/{event.turn}" if event.turn else "")
        events.append(
            {"id": event.id, "kind": event.kind, "at": event.at, **({"link": console + page} if console else {})}
        )
    if reminded is not None:
        events.append(
            {
                "id": f"review-{found.reminder}",
                "kind": _REVIEW,
                "at": reminded.today.isoformat(),
                "texts": len(reminded.texts),
                "first": min(text.on for text in reminded.texts).isoformat(),
                **({"link": console + _PAGES[_REVIEW]} if console else {}),
            }
        )
    pages = tuple(console + _PAGES[kind] for kind in kinds) if console else ()
    name = f"{found.first}-{found.last}" + (f"-review-{found.reminder}" if found.reminder else "")
    return Message(name, clinic, line, tuple(events), pages, reminded.days if reminded is not None else ())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is sent elsewhere is not followed: a POST would become a GET on the way, and nobody would be told."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Webhook:
    """JSON by POST. `text` is what chat services show."""

    address: str
    name: ClassVar[str] = "webhook"

    def send(self, message: Message) -> None:
        """See `Way`."""
        text = f"{message.clinic}: {message.line}." + "".join(f"\n{page}" for page in message.pages)
        body = {"id": message.id, "clinic": message.clinic, "text": text, "events": list(message.events)}
        request = urllib.request.Request(  # noqa: S310 - the settings take http and https only
            self.address,
            json.dumps(body).encode(),
            {
                "Content-Type": "application/json",
                "User-Agent": "ozone-faq",
                "Idempotency-Key": f"ozone-faq-{message.id}",
            },
        )
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS):
                pass
        except urllib.error.HTTPError as error:
            error.close()
            raise NotTold(
                f"The address in OZONE_ALERT_WEBHOOK answered with {error.code}. Check it, and whether it takes JSON."
            ) from error
        except (OSError, HTTPException, ValueError) as error:
            raise NotTold(
                f"The address in OZONE_ALERT_WEBHOOK cannot be reached ({_why(error)}). Check it, and the network."
            ) from error


@dataclass(frozen=True)
class Mail:
    """An e-mail to everybody in `to`, through the server in `server`: smtp:// with STARTTLS when the server has it,
    smtps:// with TLS from the start. With a password it goes by TLS or not at all."""

    server: str
    sender: str
    to: Sequence[str]
    name: ClassVar[str] = "e-mail"

    def send(self, message: Message) -> None:
        """See `Way`."""
        mail = EmailMessage()
        mail["Subject"] = f"{message.clinic}: {message.line}"
        mail["From"], mail["To"] = self.sender, ", ".join(self.to)
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = f"<ozone-faq-{message.id}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        times = [
            f"- {event['kind']}, {event['at'][:16].replace('T', ' ')} UTC"
            for event in message.events
            if event["kind"] != _REVIEW
        ]
        times += [f"- {day}" for day in message.days]
        where = "\n".join(message.pages) or "Open the console to read more."
        mail.set_content(f"{message.line}.\n\n" + "\n".join(times) + f"\n\n{where}\n")
        try:
            with self._connected() as server:
                server.send_message(mail, self.sender, list(self.to))
        except (OSError, smtplib.SMTPException) as error:
            raise NotTold(
                f"The mail server in OZONE_SMTP did not take it ({_why(error)}). Check its address, name and password."
            ) from error

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.server)
        host, context = parts.hostname or "", ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, parts.port or smtplib.SMTP_SSL_PORT, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_SECONDS)
        try:
            server.ehlo()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif parts.scheme == "smtp" and parts.password:
                raise NotTold("The mail server in OZONE_SMTP offers no TLS, so the password was not sent to it.")
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def _why(error: Exception) -> str:
    """The kind of a failure; the texts of servers and libraries can hold addresses and names."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {error.smtp_code}"
    reason = getattr(error, "reason", error)
    return "no answer in time" if isinstance(reason, TimeoutError) else type(reason).__name__


def ways(settings: Settings) -> list[Way]:
    """The ways out that are set."""
    found: list[Way] = []
    if settings.alert_webhook:
        found.append(Webhook(settings.alert_webhook))
    if settings.alert_email:
        found.append(Mail(settings.smtp, settings.alert_from or settings.alert_email[0], settings.alert_email))
    return found


class Alerting:
    """The thread. `clinic` gives the clinic's name, `console` is the console's address for links, or empty; `reviews`
    gives the texts that are due for review at a Unix time."""

    def __init__(
        self,
        path: Path,
        found: Sequence[Way],
        clinic: Callable[[], str],
        console: str = "",
        reviews: Callable[[float], Reviews] | None = None,
    ) -> None:
        self._path, self._ways, self._clinic, self._console = path, found, clinic, console.rstrip("/")
        self._reviews, self._look_again = reviews, 0.0
        self._owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._begun = False

    def start(self) -> None:
        """Begins, also when no way out is set: one of before is forgotten then."""
        self._thread = threading.Thread(target=self._work, name="alerts", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread after the message that it is at; what is not told yet is told after the next start."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self.round(time.time())
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round may go well
                log.error("alerts.failed", error=type(error).__name__)
            if self._begun and not self._ways:
                return
            self._stopping.wait(_LOOK_SECONDS)

    def round(self, now: float) -> None:
        """Tells what is to be told at `now` (Unix time).

        Raises:
            sqlite3.Error: the record cannot be read or written.
        """
        if not self._path.is_file():
            return
        with closing(connect(self._path)) as database:
            if not self._begun:
                use_channels(database, [way.name for way in self._ways])
                self._begun = True
            if self._ways:
                self._look_at_reviews(database, now)
            for way in self._ways:
                if due(database, way.name, now) is None:
                    continue
                lease = f"alerts by {way.name}"
                if not leases.take(database, lease, self._owner, _LEASE_SECONDS, now):
                    continue
                try:
                    found = due(database, way.name, now)  # another process may have been quicker
                    if found is not None:
                        self._tell(database, way, found, now)
                finally:
                    with suppress(sqlite3.Error):
                        leases.give_back(database, lease, self._owner)

    def _look_at_reviews(self, database: Any, now: float) -> None:
        """Now and then; several processes note one reminder, since what one has noted is no news to another."""
        if self._reviews is None or self._look_again > now > self._look_again - 2 * _REVIEWS_EVERY:
            return
        self._look_again = now + _REVIEWS_EVERY
        found = self._reviews(now)
        reminders.note(database, {text.name: text.on for text in found.texts}, found.today, now)

    def _tell(self, database: Any, way: Way, found: Due, now: float) -> None:
        """Outside a transaction: nobody waits for the record meanwhile."""
        reviews = self._reviews(now) if found.reminder and self._reviews is not None else None
        if not found.counts and not (reviews and reviews.texts):  # all of them were signed meanwhile
            note_told(database, way.name, found.last, now, found.reminder)
            return
        try:
            way.send(message_of(found, " ".join(self._clinic().split()), self._console, reviews))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again, and staff see that it failed
            failure = str(error) if isinstance(error, NotTold) else f"It could not be sent ({type(error).__name__})."
            note_failure(database, way.name, failure, now)
            log.warning("alerts.not_told", way=way.name, reason=failure)
        else:
            note_told(database, way.name, found.last, now, found.reminder)
