"""What a turn takes with its record in SQLite and in PostgreSQL, on this machine, in alternating rounds of one run.

`python -m benchmarks.stores`. One visitor who asks one question after the other, without HTTP; both wait for the disk.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.load import messages
from bot.logs import configure_logging, quiet_libraries
from bot.record.database import open_record
from bot.record.record import Record
from bot.serving import leave_out_what_trains
from bot.settings import Settings
from bot.storage.choice import open_store
from bot.storage.door import Store
from bot.storage.sqlite import SqliteStore
from tests.postgres import Server

if TYPE_CHECKING:
    from bot.on_rasa.engine import Engine

_TURNS_OF_A_CONVERSATION = 5


@dataclass
class Taken:
    """Seconds of each turn, and of a core: of this process, and of PostgreSQL's."""

    seconds: list[float] = field(default_factory=list)
    own_cpu: float = 0.0
    server_cpu: float = 0.0


async def measure(engine: Engine, rounds: int, turns: int, doors: dict[str, Store], server: Server) -> dict[str, Taken]:
    """What the turns took, by store."""
    taken = {name: Taken() for name in doors}
    questions, rng = messages(), random.Random(1)
    for number in range(rounds):
        for name, door in doors.items():
            engine.store.door = door
            own, its = time.process_time(), server.cpu_seconds()
            for turn in range(turns):
                if turn % _TURNS_OF_A_CONVERSATION == 0:
                    conversation = uuid.uuid4().hex
                begun = time.perf_counter()
                await engine.turn(conversation, rng.choice(questions), uuid.uuid4().hex)
                if number:  # the first round warms up
                    taken[name].seconds.append(time.perf_counter() - begun)
            if number:
                taken[name].own_cpu += time.process_time() - own
                taken[name].server_cpu += server.cpu_seconds() - its
    return taken


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--turns", type=int, default=50, help="of a round, for each store")
    arguments = parser.parse_args()
    quiet_libraries()
    configure_logging(level=50)
    leave_out_what_trains()
    from bot.on_rasa.engine import Engine

    server = Server(durable=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            os.environ.update(DATABASE_URL=server.url(server.create()), OZONE_SECRET_FILE=f"{folder}/secret")
            engine = Engine(Settings(), open_record(None))
            engine.load()
            engine.store._secret_file = Settings().secret_file
            doors: dict[str, Store] = {
                "SQLite": SqliteStore(Record(Path(folder) / "record.db")),
                "PostgreSQL": open_store(Settings()),
            }
            taken = asyncio.run(measure(engine, arguments.rounds, arguments.turns, doors, server))
            for door in doors.values():
                door.close()
    finally:
        server.remove()
    for name, found in taken.items():
        count = len(found.seconds)
        print(
            f"{name}: median {median(found.seconds) * 1000:.2f} ms of {count} turns; CPU a turn"
            f" {found.own_cpu / count * 1000:.2f} ms here, {found.server_cpu / count * 1000:.2f} ms in PostgreSQL"
        )
    ratio = median(taken["PostgreSQL"].seconds) / median(taken["SQLite"].seconds)
    print(f"With PostgreSQL a turn takes {ratio:.2f} times as long. Load average {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
