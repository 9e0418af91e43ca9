"""Figures over a period, added up from counters by month, day and
hour: a year of them is read in a moment, however many turns it had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise

from sqlite_utils import Database

from bot.record.review_schema import DAILY, LATENCY_BOUNDS_MS, MONTHLY
from bot.record.turns import utc
from bot.vocabulary import GRAVEST_FIRST, NOT_UNDERSTOOD


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
    """Everything the page of figures shows.

    Latencies are in milliseconds; `first_replies` counts them by upper bound of their class.
    """

    buckets: Sequence[Bucket]
    snippets: Sequence[Usefulness]
    first_replies: Mapping[int, int]
    judged_twice: int
    agreed: int
    verdicts: Mapping[str, int]

    @property
    def routes(self) -> dict[str, int]:
        """Turns by route, gravest first."""
        return {route: sum(bucket.routes.get(route, 0) for bucket in self.buckets) for route in GRAVEST_FIRST}

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
        return sum(self.routes[route] for route in NOT_UNDERSTOOD)

    def first_reply(self, share: float) -> int | None:
        """The time within which this share of the first replies
        came: the upper bound of its class; None without any."""
        total, reached = sum(self.first_replies.values()), 0
        for bound in LATENCY_BOUNDS_MS:
            reached += self.first_replies.get(bound, 0)
            if total and reached >= share * total:
                return bound
        return None


def midnight(day: date, zone: tzinfo | None) -> str:
    """The start of a day in a time zone (None: this machine's), as ISO 8601 in UTC."""
    local = (
        datetime(day.year, day.month, day.day, tzinfo=zone)
        if zone is not None
        else datetime(day.year, day.month, day.day).astimezone()
    )
    return utc(local.timestamp())


def today(now: float, zone: tzinfo | None) -> date:
    """The present day in a time zone."""
    return datetime.fromtimestamp(now, UTC).astimezone(zone).date()


def starts(first: date, last: date, weekly: bool) -> Iterator[date]:
    """The first day of each bucket from `first` to `last`; weeks begin on Mondays."""
    day = first - timedelta(days=first.weekday()) if weekly else first
    while day <= last:
        yield day
        day += timedelta(days=7 if weekly else 1)


def figures(database: Database, first: date, last: date, *, zone: tzinfo | None, weekly: bool = False) -> Figures:
    """Figures from the start of `first` to the end of `last`, both days in `zone`."""
    since, until = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    period = (since[:13], until[:13])
    twice, agreed = _agreement(database, since, until)
    return Figures(
        buckets=_buckets(database, first, last, zone, weekly),
        snippets=usefulness(database, since, until),
        first_replies={int(name): count for name, count in _sums(database, "first_reply", [period])[0].items()},
        judged_twice=twice,
        agreed=agreed,
        verdicts={name: count for name, count in _sums(database, "verdict", [period])[0].items() if count},
    )


def _buckets(database: Database, first: date, last: date, zone: tzinfo | None, weekly: bool) -> list[Bucket]:
    """Days or weeks, those at both ends cut to the period."""
    length = timedelta(days=6 if weekly else 0)
    days = [(max(start, first), min(start + length, last)) for start in starts(first, last, weekly)]
    edges = [midnight(day, zone)[:13] for day, _ in days] + [midnight(last + timedelta(days=1), zone)[:13]]
    spans = list(pairwise(edges))
    routes, verdicts, talks = (
        _sums(database, "route", spans),
        _sums(database, "verdict", spans),
        _begun(database, spans),
    )
    return [Bucket(*day, routes[place], talks[place], sum(verdicts[place].values())) for place, day in enumerate(days)]


def _begun(database: Database, spans: Sequence[tuple[str, str]]) -> list[int]:
    """Conversations that began in each of these spans of hours."""
    rows = database.execute(
        f"""WITH spans (place, low, high) AS (VALUES {", ".join(["(?, ?, ?)"] * len(spans))})
        SELECT place, sum(conversations) FROM spans CROSS JOIN hours ON hour >= low AND hour < high GROUP BY place""",
        [value for place, span in enumerate(spans) for value in (place, *span)],
    )
    found = dict(rows.fetchall())
    return [found.get(place, 0) for place in range(len(spans))]


def _sums(database: Database, kind: str, spans: Sequence[tuple[str, str]]) -> list[dict[str, int]]:
    """Counts by name for each span, from one UTC hour up to another:
    by whole months and days as far as possible, by hours at both ends."""
    parts = [
        (place, prefix + kind, low, high) for place, span in enumerate(spans) for prefix, low, high in _parts(*span)
    ]
    found: list[dict[str, int]] = [{} for _ in spans]
    if not parts:
        return found
    rows = database.execute(
        f"""WITH parts (place, kind, low, high) AS (VALUES {", ".join(["(?, ?, ?, ?)"] * len(parts))})
        SELECT place, name, sum(count) FROM parts CROSS JOIN counters c ON c.kind = parts.kind AND hour >= low
        AND hour < high GROUP BY place, name""",
        [value for part in parts for value in part],
    )
    for place, name, count in rows:
        found[place][name] = count
    return found


def _parts(since: str, until: str) -> Iterator[tuple[str, str, str]]:
    """A span of UTC hours as the fewest counters: (prefix of the kind, first, end) with the end not in it."""
    day = since[:10] if since.endswith("T00") else (date.fromisoformat(since[:10]) + timedelta(days=1)).isoformat()
    last_day = until[:10]
    if day > last_day:
        yield "", since, until
        return
    if since < f"{day}T00":
        yield "", since, f"{day}T00"
    month = day[:7] if day.endswith("-01") else _next_month(day[:7])
    last_month = last_day[:7]
    if month < last_month:
        if day < f"{month}-01":
            yield DAILY, day, f"{month}-01"
        yield MONTHLY, month, last_month
        day = f"{last_month}-01"
    if day < last_day:
        yield DAILY, day, last_day
    if f"{last_day}T00" < until:
        yield "", f"{last_day}T00", until


def _next_month(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02}"


def usefulness(database: Database, since: str, until: str) -> list[Usefulness]:
    """What was sent between two times (ISO 8601 in UTC, whole
    hours) and what visitors said of it, the most sent first."""
    period = (since[:13], until[:13])
    sent, helpful, not_helpful = (_sums(database, kind, [period])[0] for kind in ("snippet", "helpful", "not_helpful"))
    rows = [
        Usefulness(snippet, sent.get(snippet, 0), helpful.get(snippet, 0), not_helpful.get(snippet, 0))
        for snippet in {*sent, *helpful, *not_helpful}
    ]
    return sorted(rows, key=lambda row: (-row.sent, row.snippet))


def _agreement(database: Database, since: str, until: str) -> tuple[int, int]:
    """Turns that two people judged one after the other, the
    later one in this period, and how many of them the same way."""
    row = database.execute(
        """SELECT count(*), coalesce(sum(earlier.verdict = later.verdict), 0) FROM verdicts earlier
        JOIN verdicts later ON later.turn = earlier.turn AND later.at = earlier.superseded_at AND later.by <> earlier.by
        AND later.state <> 'withdrawn'
        WHERE earlier.superseded_at >= ? AND earlier.superseded_at < ?""",
        [since, until],
    ).fetchone()
    return int(row[0]), int(row[1])
