"""Attacks both applications for as long as one likes: `python -m benchmarks.hostile --requests 1000000`.

Website and console run in this process over one new record, as they are served, with the website's nightly work beside
them; what they say and what they log is looked at (`tests/attack.py`). It says how many requests a second there were,
how long /healthz was held up at worst, how much memory grew and what was wrong, and ends with 1 if anything was.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
from pathlib import Path

from bot.logs import configure_logging, quiet_libraries

quiet_libraries()

from bot.serving import keep_few_heaps, leave_out_what_trains  # noqa: E402
from bot.settings import Settings  # noqa: E402

LONGEST_STALL = 0.25
"""Seconds of this process's work for which nobody may wait."""

MOST_GROWTH = 50_000_000
"""Bytes of memory."""


async def _attack(settings: Settings, given: argparse.Namespace) -> list[str]:
    from bot.on_rasa.engine import Engine
    from bot.website.app import create_app
    from tests.attack import Tally, Visitors, Words, attack, console_under_attack, resident

    said = sys.stdout

    def tell(tally: Tally) -> None:
        rate = tally.requests / max(tally.seconds, 0.001)
        print(
            f"{tally.requests} requests, {rate:.0f} a second; /healthz waited {tally.waited * 1000:.0f} ms at worst,"
            f" {tally.worked * 1000:.0f} ms of them work; memory {resident() / 1e6:.0f} MB,"
            f" +{tally.grown / 1e6:.0f} MB; {len(tally.found)} found",
            file=said,
            flush=True,
        )

    engine = Engine(settings)
    engine.load()
    website = create_app(settings, engine)
    async with website.router.lifespan_context(website):
        words = Words(random.Random(given.seed))
        targets = {"website": (website, Visitors(words)), "console": console_under_attack(settings, words)}
        attacked = [target for name, target in targets.items() if given.only in (name, None)]
        tally = await attack(attacked, given.requests, at_once=given.at_once, told=tell)
    tell(tally)
    print(json.dumps(dict(sorted(tally.statuses.items()))), file=said)
    wrong = [f"{what}\n    {example}" for what, example in tally.found.items()]
    if tally.worked > LONGEST_STALL:
        wrong.append(f"/healthz was held up for {tally.worked:.2f} s")
    if tally.grown > MOST_GROWTH:
        wrong.append(f"memory grew by {tally.grown / 1e6:.0f} MB")
    return wrong


def main() -> None:
    """Reads the arguments and attacks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=8, help="requests under way at the same time")
    parser.add_argument("--only", choices=("website", "console"), help="leave the other one alone")
    given = parser.parse_args()
    from tests.attack import Listener

    heard = Listener()
    sys.stderr = heard
    keep_few_heaps()
    configure_logging()
    leave_out_what_trains()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        defaults = Settings()
        shutil.copytree(defaults.data, place / "data")
        shutil.copytree(defaults.models, place / "models")
        var = place / "var"
        settings = Settings(
            data=place / "data", models=place / "models", database=var / "record.db", secret_file=var / "secret"
        )
        wrong = asyncio.run(_attack(settings, given))
    print(f"{heard.lines} lines of the log")
    if heard.repeated:
        wrong.append(f"a line of the log repeats what was sent: {heard.repeated}")
    print("\n".join(wrong) or "Nothing was found.")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
