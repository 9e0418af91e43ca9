"""Kills the chat processes in the middle of their work, again and
again, and proves that no reply a visitor got is missing or doubled.

`python -m benchmarks.crash --kills 200`. One process imports everything and loads the model once and forks the chat
processes that are killed, because that takes longer than all the rest of a life; they open the record and serve on one
port like those of `python -m bot serve`. Visitors live through all the kills and send a request again, with its id,
until it is answered.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import socket
import sqlite3
import sys
import tempfile
import time
import uuid
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.load import Gone, Visitor, messages
from bot.logs import configure_logging, quiet_libraries
from bot.serving import leave_out_what_trains

if TYPE_CHECKING:
    from bot.on_rasa.engine import Engine

VISITORS = 12
_LONGEST_LIFE_SECONDS = 1.5
"""From the first reply of a process to its end; the moment is drawn at random."""

_RETRY_SECONDS = 0.05


@dataclass
class Tally:
    """What visitors saw: replies by request, and how often a request was sent."""

    replies: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    retried: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with every reply."""


def free_port() -> int:
    """A port nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_chat(engine: Engine, port: int) -> int:
    """Forks a chat process; returns its id."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    try:
        import uvicorn

        from bot.processes import listening_socket
        from bot.settings import Settings
        from bot.website.app import create_app

        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        server = uvicorn.Server(
            uvicorn.Config(create_app(Settings(), engine), log_level="critical", access_log=False, ws="none")
        )
        server.run([listening_socket("127.0.0.1", port, shared=True)])
    finally:
        os._exit(1)


async def visit(port: int, questions: list[str], tally: Tally, stop: asyncio.Event) -> None:
    """One visitor: asks, and asks again with the same id when no reply came; starts afresh now and then."""
    visitor, token, rng = Visitor(port), None, random.Random()
    while not stop.is_set():
        request = {
            "message": rng.choice(questions),
            "client_id": uuid.uuid4().hex,
            **({"token": token} if token else {}),
        }
        while not stop.is_set():
            try:
                reply = await visitor.post("/api/chat", request)
            except Gone:
                tally.retried += 1
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            tally.replies[reply["conversation"], str(request["client_id"])] = reply
            tally.heard.set()
            token = None if rng.random() < 0.05 else reply["token"]
            break
    visitor.close()


def check(path: Path, tally: Tally) -> list[str]:
    """What is wrong in the record, given what visitors saw; empty when nothing is."""
    wrong = []
    with closing(sqlite3.connect(path)) as database:
        if (found := database.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            wrong.append(f"integrity_check: {found}")
        stored: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for conversation, client_id, number, reply in database.execute(
            "SELECT conversation, client_id, number, reply FROM turns"
        ):
            stored.setdefault((conversation, client_id), []).append((number, reply))
        for (conversation, client_id), reply in tally.replies.items():
            if reply["turn"] is None:  # the reply itself says that it could not be recorded in time
                continue
            rows = stored.get((conversation, client_id), [])
            text = "\n\n".join(message["text"] for message in reply["messages"])
            if rows != [(reply["turn"], text)]:
                wrong.append(
                    f"{conversation} {client_id}: the visitor saw turn {reply['turn']}, the record has"
                    f" {[number for number, _ in rows] or 'nothing'}"
                )
        gaps = database.execute(
            "SELECT count(*) FROM (SELECT max(number) <> count(*) AS gap FROM turns GROUP BY conversation) WHERE gap"
        ).fetchone()[0]
        if gaps:
            wrong.append(f"{gaps} conversations have a gap in their numbers")
        uncounted = database.execute(
            "SELECT count(*) FROM conversations c WHERE turns <> (SELECT count(*) FROM turns t WHERE t.conversation ="
            " c.id)"
        ).fetchone()[0]
        if uncounted:
            wrong.append(f"{uncounted} conversations miscount their turns")
    return wrong


async def crash(engine: Engine, kills: int, path: Path, processes: int) -> tuple[Tally, list[str]]:
    """Runs the load over `kills` lives; returns what visitors saw and what was wrong after any of them.

    Args:
        engine: loaded, its record not yet opened; each chat process has a copy.
        kills: lives.
        path: the record, which all chat processes share.
        processes: chat processes at a time, on one port; all are killed.
    """
    questions, tally, wrong, stop = messages(), Tally(), [], asyncio.Event()
    port = free_port()
    visitors = [asyncio.create_task(visit(port, questions, tally, stop)) for _ in range(VISITORS)]
    started = time.monotonic()
    for life in range(kills):
        tally.heard.clear()
        children = [start_chat(engine, port) for _ in range(processes)]
        await asyncio.wait_for(tally.heard.wait(), 120)
        await asyncio.sleep(random.uniform(0, _LONGEST_LIFE_SECONDS))
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)
        wrong += [f"after kill {life + 1}: {problem}" for problem in check(path, tally)]
        if (life + 1) % 10 == 0:
            print(
                f"{life + 1} kills, {len(tally.replies)} replies, {len(wrong)} problems,"
                f" {time.monotonic() - started:.0f} s",
                flush=True,
            )
    stop.set()
    await asyncio.gather(*visitors)
    return tally, wrong


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--processes", type=int, default=2, help="chat processes at a time")
    arguments = parser.parse_args()
    quiet_libraries()
    configure_logging(level=50)
    leave_out_what_trains()
    import bot.website.app  # noqa: F401 - once, for all the processes to come
    from bot.on_rasa.engine import Engine
    from bot.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            OZONE_DATABASE=f"{folder}/record.db", OZONE_SECRET_FILE=f"{folder}/secret", OZONE_LIMITS="off"
        )
        engine = Engine(Settings())
        engine.load()
        if engine.fault is not None:
            sys.exit(engine.fault)
        tally, wrong = asyncio.run(crash(engine, arguments.kills, Path(folder) / "record.db", arguments.processes))
    for problem in wrong[:20]:
        print(problem)
    print(
        f"{arguments.kills} kills, {len(tally.replies)} replies reached visitors, {tally.retried} requests were sent"
        f" again, {len(wrong)} problems."
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
