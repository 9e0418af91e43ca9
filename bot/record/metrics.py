"""Figures over a period, added up from the hourly counters: a year of them is read in a moment, however many turns it had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo

from sqlite_utils import Database

from bot.record.review_schema import DAILY, LATENCY_BOUNDS_MS, UNDERSTOOD_NOT
from bot.record.turns import GRAVITY, utc


@dataclass(frozen=True)
class Bucket:
    """One day, or the week that starts on it: turns by route, conversations begun, and turns judged by staff."""

    start: date
    end: date
    routes: Mapping[str, int]
    conversations: int
    reviewed: int

    @property
    def turns(self) -> int:
        """All turns."""
        return sum(self.routes.values())


@dataclass(frozen=True)
class Usefulness:
    """How often a snippet was sent and what visitors said of it."""

    snippet: str
    sent: int
    helpful: int
    not_helpful: int

    @property
    def share(self) -> float | None:
        """Helpful among the judged, None when nobody judged."""
        judged = self.helpful + self.not_helpful
        return self.helpful / judged if judged else None


@dataclass(frozen=True)
class Figures:
    """Everything the page of figures shows. Latencies are in milliseconds; `first_replies` counts them by upper bound of their class."""

    buckets: Sequence[Bucket]
    snippets: Sequence[Usefulness]
    first_replies: Mapping[int, int]
    judged_twice: int
    agreed: int
    verdicts: Mapping[str, int]

    @property
    def routes(self) -> dict[str, int]:
        """Turns by route, gravest first."""
        return {route: sum(bucket.routes.get(route, 0) for bucket in self.buckets) for route in reversed(GRAVITY)}

    @property
    def turns(self) -> int:
        """All turns."""
        return sum(bucket.turns for bucket in self.buckets)

    @property
    def conversations(self) -> int:
        """Conversations begun."""
        return sum(bucket.conversations for bucket in self.buckets)

    @property
    def reviewed(self) -> int:
        """Turns judged by staff."""
        return sum(bucket.reviewed for bucket in self.buckets)

    @property
    def helpful(self) -> tuple[int, int]:
        """Helpful, and all judged by visitors."""
        good = sum(row.helpful for row in self.snippets)
        return good, good + sum(row.not_helpful for row in self.snippets)

    @property
    def not_understood(self) -> int:
        """Turns in which the assistant asked back or said that it does not know."""
        return sum(self.routes[route] for route in UNDERSTOOD_NOT)

    def first_reply(self, share: float) -> int | None:
        """The time within which this share of the first replies came: the upper bound of its class; None without any."""
        total, reached = sum(self.first_replies.values()), 0
        for bound in LATENCY_BOUNDS_MS:
            reached += self.first_replies.get(bound, 0)
            if total and reached >= share * total:
                return bound
        return None


def midnight(day: date, zone: tzinfo | None) -> str:
    """The start of a day in a time zone (None: this machine's), as ISO 8601 in UTC."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone) if zone is not None else datetime(day.year, day.month, day.day).astimezone()
    return utc(local.timestamp())


def today(now: float, zone: tzinfo | None) -> date:
    """The present day in a time zone."""
    return datetime.fromtimestamp(now, timezone.utc).astimezone(zone).date()


def starts(first: date, last: date, weekly: bool) -> Iterator[date]:
    """The first day of each bucket from `first` to `last`; weeks begin on Mondays."""
    day = first - timedelta(days=first.weekday()) if weekly else first
    while day <= last:
        yield day
        day += timedelta(days=7 if weekly else 1)


def figures(database: Database, first: date, last: date, *, zone: tzinfo | None, weekly: bool = False) -> Figures:
    """Figures from the start of `first` to the end of `last`, both days in `zone`."""
    since, until = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    twice, agreed = _agreement(database, since, until)
    return Figures(
        buckets=[_bucket(database, day, first, last, zone, weekly) for day in starts(first, last, weekly)],
        snippets=_usefulness(database, since[:13], until[:13]),
        first_replies={int(name): count for name, count in _sums(database, "first_reply", since[:13], until[:13]).items()},
        judged_twice=twice,
        agreed=agreed,
        verdicts=dict(
            database.execute(
                "SELECT verdict, count(*) FROM verdicts WHERE at >= ? AND at < ? AND superseded_at IS NULL GROUP BY verdict", [since, until]
            ).fetchall()
        ),
    )


def _bucket(database: Database, start: date, first: date, last: date, zone: tzinfo | None, weekly: bool) -> Bucket:
    """One day or week; the database adds up, because a year has fifty thousand counters."""
    begin, end = max(start, first), min(start + timedelta(days=6 if weekly else 0), last)
    since, until = midnight(begin, zone), midnight(end + timedelta(days=1), zone)
    span = {"since": since[:13], "until": until[:13]}
    (talks,) = database.execute("SELECT coalesce(sum(conversations), 0) FROM hours WHERE hour >= :since AND hour < :until", span).fetchone()
    (judged,) = database.execute("SELECT count(*) FROM verdicts WHERE at >= ? AND at < ? AND superseded_at IS NULL", [since, until]).fetchone()
    return Bucket(begin, end, _sums(database, "route", since[:13], until[:13]), talks, judged)


def _sums(database: Database, kind: str, since: str, until: str) -> dict[str, int]:
    """Counts by name from the UTC hour `since` up to `until`: by whole days as far as possible, by hours at both ends."""
    first_day = since[:10] if since.endswith("T00") else (date.fromisoformat(since[:10]) + timedelta(days=1)).isoformat()
    last_day = max(until[:10], first_day)
    spans = {"kind": kind, "daily": DAILY + kind, "since": since, "first": first_day, "last": last_day, "until": until}
    rows = database.execute(
        """SELECT name, sum(count) FROM (
            SELECT name, count FROM counters WHERE kind = :kind AND hour >= :since AND hour < min(:first || 'T00', :until)
            UNION ALL SELECT name, count FROM counters WHERE kind = :daily AND hour >= :first AND hour < :last
            UNION ALL SELECT name, count FROM counters WHERE kind = :kind AND hour >= :last || 'T00' AND hour < :until
        ) GROUP BY name""",
        spans,
    )
    return dict(rows.fetchall())


def _usefulness(database: Database, since: str, until: str) -> list[Usefulness]:
    sent, helpful, not_helpful = (_sums(database, kind, since, until) for kind in ("snippet", "helpful", "not_helpful"))
    rows = [Usefulness(snippet, sent.get(snippet, 0), helpful.get(snippet, 0), not_helpful.get(snippet, 0)) for snippet in {*sent, *helpful, *not_helpful}]
    return sorted(rows, key=lambda row: (-row.sent, row.snippet))


def _agreement(database: Database, since: str, until: str) -> tuple[int, int]:
    """Turns that two people judged one after the other, the later one in this period, and how many of them the same way."""
    row = database.execute(
        """SELECT count(*), coalesce(sum(earlier.verdict = later.verdict), 0) FROM verdicts earlier
        JOIN verdicts later ON later.turn = earlier.turn AND later.at = earlier.superseded_at AND later.by <> earlier.by
        WHERE earlier.superseded_at >= ? AND earlier.superseded_at < ?""",
        [since, until],
    ).fetchone()
    return int(row[0]), int(row[1])
