"""How long the console's pages take over a large record:
`python -m benchmarks.console FILE`. p95 of each page has to stay under 200 ms.

The pages are rendered by the real application, in this process, over the record that `benchmarks.many_turns` wrote.
Filters are also those that find next to nothing, and searches those that find nearly everything, because these are the
ones that hurt.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from benchmarks.many_turns import END
from bot.console import accounts
from bot.console.app import create_app
from bot.logs import configure_logging
from bot.record.database import open_record
from bot.record.turns import search_turns
from bot.settings import ROOT, Settings

LIMIT_MS = 200
SEARCH_LIMIT_MS = 100
PASSWORD = "correct horse battery"  # noqa: S105 - of a record that holds nothing real
LAST_DAY = date.fromtimestamp(END)

PAGES = (
    "/",
    "/counts.json",
    "/queues/emergencies",
    "/queues/not_understood?order=newest",
    "/queues/referrals/turns/{turn}",
    "/conversations",
    "/conversations?start={turn}",
    "/conversations?route=emergency",
    "/conversations?turns_from=500",
    "/conversations?q=ozone&start={turn}",
    "/conversations?q={word}&verdict=wrong_snippet",
    "/conversations/{conversation}?turn=1",
    "/conversations/conversation-0000010?turn=700",
    "/search",
    "/search?route=clinician&from={day}&to={day}",
    "/search?snippet=cost&feedback=not_helpful",
    "/search?route=answer&verdict=missing_content&confidence_to=0.5&reviewer=tom",
    "/search?route=smalltalk&confidence_to=0.02",
    "/search?rule=no.such.rule",
    "/search?tag=price&verdict=none",
    "/search?q=ozone",
    "/search?q=ozone+session+clinic",
    "/search?q={word}",
    "/search?q=visit+{number}",
    "/search?q=ozone&route=emergency&feedback=not_helpful",
    # Everything at once: words of a third of all turns, a tag, a reviewer; and the same finding nothing.
    "/search?q=oxygen&route=answer&tag=price&reviewer=maria",
    "/search?q=oxygen&route=answer&tag=price&reviewer=nobody",
    "/search?q=oxygen&verdict=wrong_snippet&from={year_ago}&to={last}",
    "/search?q=toxic+oxygen&snippet=cost",
    "/search?route=not_understood&q=warfarin",
    "/search?route=not_understood&confidence_from=0.99",
    "/search?verdict=none&feedback=none&confidence_from=0.999&confidence_to=0.999",
    # A word that is nowhere, one letter, a word of every turn, many words; and far back.
    "/search?q=zebra",
    "/search?q=a",
    "/search?q=x&route=answer",
    "/search?q=the+a+of+and+is+to+it+in",
    "/search?q=oxygen&start=20000",
    "/search?start=60",
    "/search?first=1&latency_over=200&latency_to=300",
    "/search?first=1&latency_over=5000",
    "/search?gap=3",
    "/chart",
    "/chart?route=clinician&q=medicine",
    "/chart?tag=price",
    "/search?gap=3&q=ozone",
    "/requests",
    "/figures",
    "/figures?from={year_ago}&to={last}&by=week",
    "/figures?from={quarter_ago}&to={last}&by=day",
    "/report?month=2026-11",
    "/gaps",
    "/training",
    "/snippets",
    "/snippets/what_is_ozone",
    "/staff",
    "/settings",
    "/account",
    "/audit",
)


def percentile(values: list[float], share: float) -> float:
    """The value that this share of `values` does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def timed(action: Callable[[], object]) -> float:
    """Milliseconds that an action takes."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def measure(path: Path, rounds: int) -> list[str]:
    """Rows of a Markdown table: each page with its median, its p95 and its longest time in milliseconds."""
    chance = random.Random(7)
    record = open_record(path)
    (turns,) = record.execute("SELECT max(id) FROM turns").fetchone()
    conversations = [name for (name,) in record.execute("SELECT id FROM conversations ORDER BY started_at LIMIT 5000")]
    words = ["knee", "warfarin", "parking", "breathe", "price", "sessions", "insurance", "headache"]
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    record.execute(
        "INSERT OR IGNORE INTO staff (username, password_hash, created_at, role) VALUES ('bench', ?, '2026', 'admin')",
        [hasher.hash(PASSWORD)],
    )
    # Days that do not begin at midnight in UTC have to be added up from hours at both ends.
    record.execute("UPDATE staff SET zone = 'America/New_York' WHERE username = 'bench'")
    accounts._hasher = lambda: hasher  # type: ignore[assignment]
    client = TestClient(create_app(replace(Settings(), data=ROOT / "data", database=path)), follow_redirects=False)
    csrf = re.search(r'name="csrf" value="(\w+)"', client.get("/login").text)
    client.post("/login", data={"csrf": csrf[1] if csrf else "", "username": "bench", "password": PASSWORD})

    def address(page: str) -> str:
        day = LAST_DAY - timedelta(days=chance.randrange(700))
        return page.format(
            turn=chance.randrange(1, turns),
            conversation=chance.choice(conversations),
            day=day,
            number=chance.randrange(10_000),
            word=chance.choice(words),
            last=LAST_DAY,
            year_ago=LAST_DAY - timedelta(days=365),
            quarter_ago=LAST_DAY - timedelta(days=90),
        )

    rows, worst = (
        [
            f"| {turns:,} turns, {os.cpu_count()} cores | median | p95 | longest | processor, p95 |",
            "|---|---:|---:|---:|---:|",
        ],
        0.0,
    )
    for page in PAGES:
        taken, busy = [], []
        for attempt in range(rounds + 1):
            target = address(page)
            worked = time.process_time()
            spent = timed(lambda target=target: _read(client, target))  # type: ignore[misc]
            if attempt:
                taken.append(spent)
                busy.append((time.process_time() - worked) * 1000)
        p95 = percentile(taken, 0.95)
        worst = max(worst, p95)
        over = " **over**" if p95 > LIMIT_MS else ""
        rows.append(
            f"| `{page}` | {statistics.median(taken):.0f} | {p95:.0f}{over} | {max(taken):.0f} |"
            f" {percentile(busy, 0.95):.0f} |"
        )
    taken = [
        timed(
            lambda: search_turns(
                record, chance.choice([*words, "ozone", "what is ozone", f"visit {chance.randrange(10_000)}"])
            )
        )
        for _ in range(5 * rounds)
    ]
    rows.append(
        f"| `record search` | {statistics.median(taken):.0f} | {percentile(taken, 0.95):.0f} | {max(taken):.0f} | |"
    )
    record.close()
    waiting = os.getloadavg()[0]
    rows += [
        "",
        (
            f"Load of the machine at the end: {waiting:.1f}. The last column is the processor time of this process"
            " alone, which other work does not lengthen much."
        ),
        "",
        (
            f"Slowest page at p95: {worst:.0f} ms (limit {LIMIT_MS}). Search in the record at p95:"
            f" {percentile(taken, 0.95):.0f} ms (limit {SEARCH_LIMIT_MS})."
        ),
    ]
    return rows


def _read(client: TestClient, address: str) -> None:
    response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"{address}: the console answered {response.status_code}.")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--write", type=Path, help="a file for the table, for example benchmarks/results/console.md")
    arguments = parser.parse_args()
    configure_logging(level=50)
    with tempfile.TemporaryDirectory(dir=arguments.file.parent) as folder:
        # A copy, because reading writes the audit.
        copy = Path(folder) / "record.db"
        shutil.copy(arguments.file, copy)
        rows = measure(copy, arguments.rounds)
    print("\n".join(rows))
    if arguments.write:
        arguments.write.parent.mkdir(parents=True, exist_ok=True)
        arguments.write.write_text(
            "# Console\n\n`python -m benchmarks.console`, times in milliseconds.\n\n" + "\n".join(rows) + "\n",
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
