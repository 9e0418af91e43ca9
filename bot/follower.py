"""The process beside the console that follows the workers' PostgreSQL, and does for the review record what the website
does for it on one machine: its clean-up, its wipes, its alerts, its proof.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import closing

import structlog
from prometheus_client import CollectorRegistry, Gauge, start_http_server

from bot.content.files import ContentError
from bot.content.library import Library, load_library
from bot.record.database import open_record
from bot.record.erased import erased_file
from bot.record.retention import keeping, zone_of
from bot.record.sealed import CONTACT, Seal
from bot.record.texts import published_set
from bot.record.upkeep import Upkeep
from bot.secret import load_secrets
from bot.settings import Settings
from bot.storage.follow import Follower, Progress
from bot.storage.link import Link
from bot.website.alerting import Alerting, ways

log = structlog.get_logger()


class Metrics:
    """What an operator watches of following."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._lag = Gauge(
            "ozone_follow_lag_seconds",
            "Age of the oldest turn in PostgreSQL that is not in the review record; 0 when all are.",
            registry=self.registry,
        )
        self._waiting = Gauge(
            "ozone_follow_waiting", "Rows of PostgreSQL's outbox that wait to be copied.", registry=self.registry
        )
        self._copied = Gauge("ozone_follow_copied", "Rows copied since the start.", registry=self.registry)
        self._faults = Gauge(
            "ozone_follow_faults",
            "Times that PostgreSQL or the record was away since the start.",
            registry=self.registry,
        )
        self._conflicts = Gauge(
            "ozone_follow_conflicts",
            "Turns whose number another one had: PostgreSQL fell back to an earlier state.",
            registry=self.registry,
        )

    def tell(self, progress: Progress) -> None:
        """Shows how it goes."""
        self._lag.set(progress.lag)
        self._waiting.set(progress.waiting)
        self._copied.set(progress.copied)
        self._faults.set(progress.faults)
        self._conflicts.set(progress.conflicts)


def follow(settings: Settings, *, once: bool, instead: bool, again: bool) -> Progress:
    """Follows until a signal comes, or with `once` until everything that is there has come.

    Raises:
        FollowError: another record follows this PostgreSQL.
        StorageError: PostgreSQL is away (`once` and `again`).
        RecordError: the record cannot be opened.
    """
    secrets = load_secrets(settings.secret_file)
    link = Link(settings.database_url, 2)

    def seal() -> Seal:
        return Seal(*secrets, purpose=CONTACT)

    open_record(settings.database).close()
    follower = Follower(settings.database, link, settings.data, settings.models, seal, instead=instead)
    try:
        if again:
            asyncio.run(follower.again())
        if once:
            return asyncio.run(follower.catch_up())
        return _until_stopped(settings, follower, seal)
    finally:
        link.close()


def _until_stopped(settings: Settings, follower: Follower, seal: Callable[[], Seal]) -> Progress:
    library = load_library(settings.data)

    def library_now() -> Library:
        """As the record and the files have it; what cannot be read leaves what was."""
        nonlocal library
        try:
            with closing(open_record(settings.database)) as database:
                library = load_library(settings.data, published=published_set(database))
        except (ContentError, OSError) as error:
            log.error("follow.texts_not_read", error=type(error).__name__)
        return library

    upkeep = Upkeep(
        settings.database,
        erased_file(settings.secret_file),
        lambda: keeping(library_now().clinic, settings.keep_requests_days),
        zone_of(library.clinic),
        seal,
    )
    alerting = Alerting(
        settings.database, ways(settings), lambda: library_now().clinic.fields["name"], settings.console_address
    )
    metrics = Metrics()
    if settings.follow_port:
        start_http_server(settings.follow_port, settings.host, metrics.registry)

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await follower.run(stop, told=metrics.tell)

    upkeep.start()
    alerting.start()
    try:
        asyncio.run(run())
    finally:
        upkeep.stop()
        alerting.stop()
    return follower.progress
