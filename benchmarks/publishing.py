"""Publishes texts and facts while visitors talk, and proves that no turn is lost, no reply mixes two states of the
texts, and nobody waits much longer for it: `python -m benchmarks.publishing --versions 50`.

32 visitors talk to two processes of the website, with a pause between their messages. Stretches in which nothing is
published and stretches in which a version is published now and then take turns, so that whatever else the machine does
meets both alike. Every version carries its own number in several places of a reply. It ends with 1 when something is
wrong, or when 95 of 100 replies do not come within 1.5 times what they took while nothing was published.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import re
import signal
import statistics
import sys
import tempfile
import time
import uuid
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.crash import Tally, check, free_port, start_chat
from benchmarks.load import Gone, Visitor, messages
from bot.logs import configure_logging, quiet_libraries
from bot.serving import leave_out_what_trains

if TYPE_CHECKING:
    from bot.on_rasa.engine import Engine

VISITORS, PROCESSES, ROUNDS = 32, 2, 10
MOST = 1.5
"""By how much replies may be later while versions are published."""

ASKED = (
    "What is ozone therapy?",
    "How can I reach you?",
    "what is ozone? and what is your phone number?",
    "how do I contact you, and how much does it cost?",
    "can I talk to a person",
)
"""Every second message: what has the changing words in its reply, some of them twice."""

_NUMBER = re.compile(r"555-1(\d{3})")
_WORDING = re.compile(r"wording (\d+)\b")


@dataclass
class Heard(Tally):
    """What visitors saw; `seconds` by whether something is published in that stretch."""

    publishing: bool = False
    seconds: dict[bool, list[float]] = field(default_factory=lambda: {False: [], True: []})
    wrong: list[str] = field(default_factory=list)
    states: set[str] = field(default_factory=set)
    late: list[str] = field(default_factory=list)
    """Requests whose reply came before the record had it."""


def mixed(reply: dict[str, Any]) -> str | None:
    """What in a reply belongs to two states of the texts; None when it is of one."""
    text = "\n".join(message["text"] for message in reply["messages"])
    for kind in (_NUMBER, _WORDING):
        if len(found := set(kind.findall(text))) > 1:
            return f"{reply['conversation']} #{reply['turn']}: {' and '.join(sorted(found))} in one reply"
    return None


async def visit(port: int, heard: Heard, stop: asyncio.Event, pause: float) -> None:
    """One visitor: asks, waits for the reply, reads it for a while, and starts afresh now and then."""
    visitor, token, rng, others = Visitor(port), None, random.Random(), messages()
    while not stop.is_set():
        await asyncio.sleep(rng.uniform(0.5, 1.5) * pause)
        request = {
            "message": rng.choice(ASKED if rng.random() < 0.5 else others),
            "client_id": uuid.uuid4().hex,
            **({"token": token} if token else {}),
        }
        began, publishing = time.monotonic(), heard.publishing
        try:
            reply = await visitor.post("/api/chat", request)
        except Gone as error:
            heard.wrong.append(f"A turn was lost: {error}")
            token = None
            continue
        heard.seconds[publishing].append(time.monotonic() - began)
        if reply["turn"] is None:  # the words first, the record after
            heard.late.append(str(request["client_id"]))
        else:
            heard.replies[reply["conversation"], str(request["client_id"])] = reply
        heard.heard.set()
        if problem := mixed(reply):
            heard.wrong.append(problem)
        heard.states.update(re.findall(r"555-1\d{3}|wording \d+", "\n".join(m["text"] for m in reply["messages"])))
        token = None if rng.random() < 0.05 else reply["token"]
    visitor.close()


def publish(path: Path, number: int, words: str) -> float:
    """One person writes a version, another approves and publishes it; by turns a fact and an answer.

    Returns:
        After how many seconds every process of the website sent it.

    Raises:
        TimeoutError: one of them did not within half a minute.
    """
    from bot.record import texts
    from bot.record.database import connect

    kind, name, body = (
        (texts.FACT, "phone", {"value": f"555-1{number:03}"})
        if number % 2
        else (
            texts.SNIPPET,
            "what_is_ozone",
            {"text": f"{words} This is wording {number}, not another than wording {number}."},
        )
    )
    with closing(connect(path)) as database:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        newest = next(iter(texts.history(database, kind, name)), None)
        draft = texts.save_draft(
            database,
            kind,
            name,
            body,
            by="owner",
            reason="benchmark",
            based_on=newest.id if newest else None,
            number=newest.number + 1 if newest else 2,
            now=now,
        )
        texts.send_for_approval(database, draft.id, by="owner", now=now)
        until = date.today() + timedelta(days=300) if kind == texts.SNIPPET else None
        texts.approve(database, draft.id, by="dana", role="clinician", now=now, one_person=False, review_by=until)
        state = texts.publish(database, draft.id, by="dana", now=now)
        began = time.monotonic()
        while time.monotonic() - began < 30:
            serving = texts.serving_content(database)
            if sum(taken_up >= state for taken_up, _ in serving.values()) == PROCESSES:  # this one serves nobody
                return time.monotonic() - began
            time.sleep(0.2)
    raise TimeoutError(f"Version {number} is not sent by every process after half a minute: {serving}, not {state}.")


async def run(engine: Engine, path: Path, versions: int, seconds: float, pause: float) -> tuple[Heard, list[float]]:
    """Lets visitors talk; returns what they saw, and after how many seconds each version was sent everywhere."""
    heard, stop, port = Heard(), asyncio.Event(), free_port()
    words = engine.library["what_is_ozone"].text
    children = [start_chat(engine, port) for _ in range(PROCESSES)]
    visitors = [asyncio.create_task(visit(port, heard, stop, pause)) for _ in range(VISITORS)]
    live: list[float] = []
    loop, staff = asyncio.get_running_loop(), ProcessPoolExecutor(1, multiprocessing.get_context("fork"))
    try:
        await asyncio.wait_for(heard.heard.wait(), 120)
        await asyncio.sleep(min(seconds, 10))  # the first turns of a process take longer
        heard.seconds[False].clear()
        heard.wrong.clear()
        for place in range(ROUNDS):
            await asyncio.sleep(seconds)
            heard.publishing = True
            end = time.monotonic() + seconds
            for number in range(place * versions // ROUNDS, (place + 1) * versions // ROUNDS):
                live.append(await loop.run_in_executor(staff, publish, path, number + 1, words))
            await asyncio.sleep(max(end - time.monotonic(), 0))
            heard.publishing = False
            print(
                f"{len(live)} versions, {len(heard.replies)} replies; p95 {p95(heard.seconds[False]):.0f} ms without,"
                f" {p95(heard.seconds[True]):.0f} ms with publishing; {heard.wrong[-1:] or 'nothing wrong'}",
                flush=True,
            )
    finally:
        stop.set()
        await asyncio.gather(*visitors)
        staff.shutdown()
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return heard, live


def p95(seconds: list[float]) -> float:
    """Within how many milliseconds 95 of 100 came."""
    return statistics.quantiles(seconds, n=20)[-1] * 1000


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--versions", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each of 10 stretches of either kind")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between a reply and the next message")
    given = parser.parse_args()
    quiet_libraries()
    configure_logging(level=50)
    leave_out_what_trains()
    import bot.website.app  # noqa: F401 - once, for both processes
    from bot.on_rasa.engine import Engine
    from bot.record.database import open_record
    from bot.record.proof import prove
    from bot.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.db"
        os.environ.update(OZONE_DATABASE=str(path), OZONE_SECRET_FILE=f"{folder}/secret", OZONE_LIMITS="off")
        engine = Engine(Settings())
        engine.load()
        if engine.fault is not None:
            sys.exit(engine.fault)
        heard, live = asyncio.run(run(engine, path, given.versions, given.seconds, given.pause))
        wrong = heard.wrong + check(path, heard)
        with closing(open_record(path)) as database:
            wrong += prove(database, path).problems
            wrong += [
                f"The turn {request} is not in the record once."
                for request in heard.late
                if database.execute("SELECT count(*) FROM turns WHERE client_id = ?", [request]).fetchone() != (1,)
            ]
    quiet, busy = p95(heard.seconds[False]), p95(heard.seconds[True])
    if busy > MOST * quiet:
        wrong.append(f"Replies took {busy / quiet:.2f} times as long while versions were published.")
    print("\n".join(wrong[:20]))
    print(
        f"{len(live)} versions published, each sent by {PROCESSES} processes after {statistics.median(live):.1f} s"
        f" ({max(live):.1f} s at most), {len(heard.states)} of their states seen;"
        f" {len(heard.replies) + len(heard.late)} replies ({len(heard.late)} of them before the record had them);"
        f" p95 {quiet:.0f} ms without, {busy:.0f} ms with publishing ({busy / quiet:.2f} times); {len(wrong)} problems."
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
