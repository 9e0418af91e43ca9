"""Bad days for many workers on one PostgreSQL: whatever is killed, stopped or cut, no turn that a visitor was told is
recorded is missing or doubled, and an emergency is answered in words.

`python -m benchmarks.bad_days --faults 200`. Workers are real processes on one port, the review record is followed by
`python -m bot record follow`, and PostgreSQL is a server of the benchmark's own, with its commits on the disk. Visitors
talk all the time, every fourth message is an emergency, and a request that got no answer is sent again with its id.
After every few faults all is put right, what is missing is waited for, and PostgreSQL and the review record are held
against what the visitors saw.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import asyncpg

from benchmarks.crash import free_port
from benchmarks.load import Gone, Visitor, messages
from bot.logs import configure_logging, quiet_libraries
from bot.record.database import open_record
from bot.record.proof import prove
from bot.record.turns import all_turns
from bot.serving import leave_out_what_trains
from bot.settings import ROOT
from tests.postgres import Server

if TYPE_CHECKING:
    from bot.on_rasa.engine import Engine

EMERGENCY = "I cannot breathe"
EMERGENCY_SECONDS = 2.0
_RETRY_SECONDS = 0.05
_SETTLE_SECONDS = 180.0
_ANSWER_SECONDS = 60.0
"""After which a request without an answer is a problem of its own."""
_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ozone-faq'"
_PAUSE = (0.2, 1.2)
"""Seconds between faults."""


@dataclass
class Tally:
    """What visitors saw."""

    recorded: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """Replies that named their turn, by conversation and client id."""
    said: dict[str, list[str]] = field(default_factory=dict)
    """Client ids of the recorded replies of each conversation, as they came."""
    unrecorded: int = 0
    again: int = 0
    unanswered: int = 0
    emergencies: list[float] = field(default_factory=list)
    """Seconds from each emergency, the first time it is sent, to words for it."""
    other_words: int = 0
    """Emergencies that got another reply than one for an emergency."""


async def visit(port: int, questions: list[str], tally: Tally, stop: asyncio.Event) -> None:
    """One visitor, who begins another conversation now and then."""
    visitor, token, rng = Visitor(port), None, random.Random()
    while not stop.is_set():
        urgent = rng.random() < 0.25
        client = uuid.uuid4().hex
        request = {
            "message": EMERGENCY if urgent else rng.choice(questions),
            "client_id": client,
            **({"token": token} if token else {}),
        }
        begun, reply = time.monotonic(), None
        while reply is None:
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    reply = await visitor.post("/api/chat", request)
            except (Gone, TimeoutError) as error:
                if isinstance(error, TimeoutError):
                    tally.unanswered += 1
                    visitor.close()
                if stop.is_set():
                    break
                tally.again += 1
                await asyncio.sleep(_RETRY_SECONDS)
        if reply is None:
            break
        if urgent:
            tally.emergencies.append(time.monotonic() - begun)
            tally.other_words += reply["route"] not in ("emergency", "check")
        if reply["turn"] is None:
            tally.unrecorded += 1
        else:
            tally.recorded[reply["conversation"], client] = reply
            tally.said.setdefault(reply["conversation"], []).append(client)
        token = None if rng.random() < 0.1 else reply["token"]
        await asyncio.sleep(rng.uniform(0, 0.2))
    visitor.close()


class Site:
    """The workers, the follower and the PostgreSQL behind them."""

    def __init__(self, engine: Engine, workers: int, folder: Path) -> None:
        self._engine, self.folder, self.port = engine, folder, free_port()
        self.server = Server(durable=True, options=["max_connections = 30"])
        self._name = self.server.create()
        os.environ["DATABASE_URL"] = self._url = self.server.url(self._name)
        self.workers = [0] * workers
        self._follower: subprocess.Popen[bytes] | None = None
        self._log = (folder / "follow.log").open("ab")
        self.ended: list[str] = []
        """Followers that ended by themselves."""

    def start(self) -> None:
        """Starts all that is not running."""
        for place, worker in enumerate(self.workers):
            if not worker:
                self.workers[place] = self._fork()
        if self._follower is not None and (code := self._follower.poll()) not in (None, -signal.SIGKILL):
            self.ended.append(f"the follower ended by itself with {code}: {self._logged(2000)}")
        if self._follower is None or self._follower.poll() is not None:
            command = [sys.executable, "-m", "bot", "record", "follow"]
            told = {**os.environ, "PYTHONFAULTHANDLER": "1"}  # what it was doing, should it have to be stopped
            self._follower = subprocess.Popen(command, cwd=ROOT, stdout=self._log, stderr=self._log, env=told)

    def _fork(self) -> int:
        sys.stdout.flush()
        if child := os.fork():
            return child
        try:
            import uvicorn

            from bot.processes import listening_socket
            from bot.settings import Settings
            from bot.storage.choice import open_store
            from bot.website.app import create_app

            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            self._engine.store.door = open_store(Settings())
            self._engine._texts_noted = False
            app = create_app(Settings(), self._engine)
            server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, ws="none"))
            server.run([listening_socket("127.0.0.1", self.port, shared=True)])
        finally:
            os._exit(1)

    async def kill_worker(self) -> None:
        """Kill -9 of one."""
        place = random.randrange(len(self.workers))
        os.kill(self.workers[place], signal.SIGKILL)
        os.waitpid(self.workers[place], 0)
        self.workers[place] = 0
        self.start()

    async def kill_follow(self) -> None:
        """Kill -9 of the follower."""
        assert self._follower is not None
        self._follower.kill()
        self._follower.wait(30)
        self.start()

    async def restart_postgres(self) -> None:
        """An orderly restart."""
        await asyncio.to_thread(self.server.stop)
        await asyncio.sleep(random.uniform(0, 2))
        await asyncio.to_thread(self.server.start)

    async def crash_postgres(self) -> None:
        """As when the machine of PostgreSQL fails: it recovers from its log."""
        await asyncio.to_thread(self.server.stop, signal.SIGQUIT)
        await asyncio.to_thread(self.server.start)

    async def silence_postgres(self) -> None:
        """Nothing comes back: as with a cut network."""
        self.server.pause(on=True)
        await asyncio.sleep(random.uniform(0.5, 4))
        self.server.pause(on=False)

    async def read_only(self) -> None:
        """As after a failover to a machine that is no primary yet."""
        await asyncio.to_thread(self.server.set_read_only, self._name, True)
        await asyncio.sleep(random.uniform(0.5, 3))
        await asyncio.to_thread(self.server.set_read_only, self._name, False)

    async def out_of_connections(self) -> None:
        """Somebody else takes all of them."""
        taken: list[Any] = []
        for _ in range(2):  # and then those that the workers had
            with suppress(OSError, asyncpg.PostgresError):
                while True:
                    taken.append(await asyncpg.connect(self._url, timeout=2))
            if taken:
                with suppress(OSError, asyncpg.PostgresError):
                    await taken[0].execute(_CUT)
        await asyncio.sleep(random.uniform(0.5, 2))
        for connection in taken:
            connection.terminate()

    async def cut_connections(self) -> None:
        """Every connection is lost, in the middle of whatever it does."""
        await asyncio.to_thread(self._cut)

    def _cut(self) -> None:
        self.server.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ozone-faq'")

    async def locked(self) -> None:
        """Somebody holds the turns: a migration gone wrong."""
        with suppress(OSError, asyncpg.PostgresError):
            connection = await asyncpg.connect(self._url, timeout=2)
            async with connection.transaction():
                await connection.execute("LOCK TABLE turns IN ACCESS EXCLUSIVE MODE")
                await asyncio.sleep(random.uniform(0.5, 2))
            await connection.close()

    def ask(self, statement: str) -> str:
        """What PostgreSQL says to it."""
        return self.server.ask(statement, self._name)

    def faults(self) -> list[Callable[[], Awaitable[None]]]:
        """Each way to have a bad day."""
        return [
            self.kill_worker,
            self.kill_follow,
            self.restart_postgres,
            self.crash_postgres,
            self.silence_postgres,
            self.read_only,
            self.out_of_connections,
            self.cut_connections,
            self.locked,
        ]

    async def settled(self) -> None:
        """Waits until the record has everything."""
        until = time.monotonic() + _SETTLE_SECONDS
        while time.monotonic() < until:
            self.start()
            with suppress(AssertionError, subprocess.TimeoutExpired):
                if int(await asyncio.to_thread(self.ask, "SELECT count(*) FROM outbox")) == 0:
                    return
            await asyncio.sleep(0.2)
        print("\n".join(await asyncio.to_thread(self._why_not)))
        raise SystemExit(f"The record has not caught up in {_SETTLE_SECONDS:.0f} s.")

    def _why_not(self) -> list[str]:
        """What the record waits for."""
        assert self._follower is not None
        ended = self._follower.poll()
        if ended is None:
            self._follower.send_signal(signal.SIGABRT)
            with suppress(subprocess.TimeoutExpired):
                self._follower.wait(10)
        told = ["PostgreSQL's processes: " + ", ".join(self.server.states())]
        for statement in (
            "SELECT pg_current_snapshot(), min(xid), max(xid), count(*) FROM outbox",
            """SELECT pid, backend_type, state, backend_xid, xact_start, wait_event_type, wait_event,
            left(query, 80) FROM pg_stat_activity""",
            "SELECT pid, locktype, relation::regclass, transactionid, mode, granted FROM pg_locks",
            "SELECT * FROM pg_prepared_xacts",
        ):
            try:
                told.append(self.ask(statement))
            except (AssertionError, subprocess.TimeoutExpired) as error:
                told.append(f"{statement}: {error}")
        return [*told, f"The follower's exit code: {ended}. Its last lines:", self._logged(8000)]

    def _logged(self, signs: int) -> str:
        return (self.folder / "follow.log").read_text(encoding="utf-8", errors="replace")[-signs:]

    def stop(self) -> None:
        """Ends everything."""
        for worker in filter(None, self.workers):
            os.kill(worker, signal.SIGKILL)
            os.waitpid(worker, 0)
        if self._follower is not None:
            self._follower.terminate()
            self._follower.wait(30)
        self.server.remove()


def check(site: Site, tally: Tally) -> list[str]:
    """What is wrong in PostgreSQL and in the record, given what visitors saw; empty when nothing is."""
    wrong, site.ended = site.ended, []
    if tally.unanswered:
        wrong.append(f"{tally.unanswered} requests had no answer for {_ANSWER_SECONDS:.0f} s")
    rows = site.ask("SELECT conversation, number, data::json->>'client_id' FROM turns").split()
    kept = [tuple(row.split("|")) for row in rows]
    in_postgres = Counter((conversation, client) for conversation, _, client in kept)
    numbers: dict[str, list[int]] = {}
    for conversation, number, _ in kept:
        numbers.setdefault(conversation, []).append(int(number))
    wrong += [
        f"{conversation}: numbered {sorted(found)} in PostgreSQL"
        for conversation, found in numbers.items()
        if sorted(found) != list(range(1, len(found) + 1))
    ]
    wrong += [f"{which}: {count} times in PostgreSQL" for which, count in in_postgres.items() if count > 1]
    database = open_record(site.folder / "record.db")
    in_record = {}
    for turn in all_turns(database):
        which = (turn.conversation, str(turn.client_id))
        if which in in_record:
            wrong.append(f"{which}: twice in the record")
        if turn.number != 1 + sum(1 for name, _ in in_record if name == turn.conversation):
            wrong.append(f"{which}: turn {turn.number} is out of order in the record")
        in_record[which] = turn
    if in_record.keys() != in_postgres.keys():
        wrong.append(f"{len(in_record.keys() ^ in_postgres.keys())} turns are in one place only")
    for which, reply in tally.recorded.items():
        turn = in_record.get(which)
        text = "\n\n".join(message["text"] for message in reply["messages"])
        if turn is None or (turn.number, turn.reply) != (reply["turn"], text):
            wrong.append(f"{which}: the visitor saw turn {reply['turn']}, the record has {turn and turn.number}")
    for conversation, clients in tally.said.items():
        told = [tally.recorded[conversation, client]["turn"] for client in clients]
        if told != sorted(told):
            wrong.append(f"{conversation}: told {told}")
    wrong += prove(database, site.folder / "record.db").problems
    database.close()
    return wrong


async def bad_days(site: Site, faults: int, visitors: int, rest: int) -> tuple[Tally, Counter[str], list[str]]:
    """So many faults at random; what visitors saw, which faults there were, and what was wrong after any of them."""
    questions, tally, happened, wrong = messages(), Tally(), Counter[str](), list[str]()
    site.start()
    while happened.total() < faults:
        stop = asyncio.Event()
        talking = [asyncio.create_task(visit(site.port, questions, tally, stop)) for _ in range(visitors)]
        for _ in range(min(rest, faults - happened.total())):
            await asyncio.sleep(random.uniform(*_PAUSE))
            fault = random.choice(site.faults())
            happened[fault.__name__] += 1
            await fault()
        stop.set()
        await asyncio.gather(*talking)
        await site.settled()
        found = [f"after {happened.total()} faults: {problem}" for problem in check(site, tally)]
        print(*found[:5], sep="\n", end="\n" * bool(found))
        wrong += found
        print(
            f"{happened.total()} faults, {len(tally.recorded)} recorded replies, {tally.unrecorded} unrecorded,"
            f" {tally.again} sent again, {len(wrong)} problems",
            flush=True,
        )
    return tally, happened, wrong


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--visitors", type=int, default=8)
    parser.add_argument("--rest", type=int, default=20, help="faults between two looks at what is kept")
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    quiet_libraries()
    configure_logging(level=50)
    leave_out_what_trains()
    import bot.website.app  # noqa: F401 - once, for all the processes to come
    from bot.on_rasa.engine import Engine
    from bot.settings import Settings

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(
            OZONE_DATABASE=f"{folder}/record.db",
            OZONE_SECRET_FILE=f"{folder}/secret",
            OZONE_LIMITS="off",
            OZONE_FOLLOW_PORT="0",
        )
        engine = Engine(Settings(), open_record(None))
        engine.load()
        if engine.fault is not None:
            sys.exit(engine.fault)
        engine.store._secret_file = Settings().secret_file
        site = Site(engine, arguments.workers, folder)
        try:
            tally, happened, wrong = asyncio.run(bad_days(site, arguments.faults, arguments.visitors, arguments.rest))
        finally:
            site.stop()
    for problem in wrong[:20]:
        print(problem)
    late = sum(seconds > EMERGENCY_SECONDS for seconds in tally.emergencies)
    print(", ".join(f"{name} {count}" for name, count in sorted(happened.items())))
    print(
        f"{happened.total()} faults: {len(tally.recorded)} recorded replies reached visitors, {tally.unrecorded} others"
        f" did unrecorded, {tally.again} requests were sent again. {len(tally.emergencies)} emergencies:"
        f" median {quantiles(tally.emergencies, n=2)[0]:.2f} s, slowest {max(tally.emergencies):.2f} s, {late} after"
        f" more than {EMERGENCY_SECONDS:.0f} s, {tally.other_words} with other words. {len(wrong)} problems."
    )
    sys.exit(1 if wrong or tally.other_words else 0)


if __name__ == "__main__":
    main()
