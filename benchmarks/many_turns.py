"""Writes a record with as many turns as wanted, spread over two years,
with feedback and reviews: `python -m benchmarks.many_turns 1000000 FILE`.

The replies are the approved ones and the questions are made of the training examples, so that sizes and word
frequencies are lifelike.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.content.library import load_library
from bot.content.sync import examples_by_intent
from bot.record.database import open_record
from bot.record.turns import Turn, gravest, insert_turn, utc
from bot.safety.warning import WARNING
from bot.settings import Settings

END = 1_800_000_000
SPAN_SECONDS = 730 * 86_400
LONG_CONVERSATION = 1_000
"""Turns of the one conversation that is far too long."""

BATCH = 20_000


def conversations(count: int, chance: random.Random) -> Iterator[list[Turn]]:
    """Conversations with `count` turns altogether, oldest first, one of them very long."""
    library = load_library(Settings().data)
    examples = examples_by_intent(Settings().data / "nlu")
    popular = [name for name in examples if name in library]
    weights = [1 / (place + 3) for place in range(len(popular))]
    made, number = 0, 0
    while made < count:
        number += 1
        length = (
            LONG_CONVERSATION
            if number == 10 and count > 5 * LONG_CONVERSATION
            else min(1 + int(chance.expovariate(0.5)), 40, count - made)
        )
        start = END - SPAN_SECONDS + SPAN_SECONDS * made / count
        intents = chance.choices(popular, weights, k=length)
        yield [
            _turn(library, examples, chance, f"conversation-{number:07}", place, start + 40 * place, name)
            for place, name in enumerate(intents, start=1)
        ]
        made += length


def _turn(
    library: Any, examples: Any, chance: random.Random, conversation: str, number: int, at: float, intent: str
) -> Turn:
    snippet = library[intent]
    confidence = round(chance.betavariate(6, 1.5), 4)
    if snippet.route == "answer" and confidence < 0.45:
        snippet = library["clarify"]
    risky = snippet.route in ("clinician", "emergency")
    rule = f"rule.{intent}.{chance.randrange(6)}" if risky else None
    trace = {"id": snippet.id, "version": snippet.version, "hash": snippet.hash, "route": snippet.route, "sources": []}
    words = chance.choice(examples[intent])
    return Turn(
        conversation=conversation,
        number=number,
        at=utc(at),
        text=f"{words} {chance.choice(('', 'please', 'thanks', f'it is my visit {chance.randrange(10_000)}'))}".strip(),
        route=snippet.route,
        intent=intent,
        confidence=confidence,
        ranking=[{"name": intent, "confidence": confidence}],
        risk_category=intent if risky else None,
        risk_rule=rule,
        explanation={
            "reason": "risk" if risky else "intent",
            "findings": [{"category": intent, "rule": rule, "words": words[:20]}] if risky else [],
        },
        snippet_id=snippet.id,
        snippet_version=snippet.version,
        snippet_hash=snippet.hash,
        reply=snippet.text,
        messages=[{"text": snippet.text, "snippet": trace, "buttons": []}],
        warning=WARNING,
        latency_ms=round(chance.lognormvariate(3.8, 0.6), 1),
        model_id="benchmark",
        client_id=None,
    )


def write(path: Path, count: int, seed: int = 1) -> None:
    """Makes the record at `path`; an existing one is refused."""
    if path.exists():
        raise SystemExit(f"{path}: there is a file already. Delete it or name another.")
    chance = random.Random(seed)
    database = open_record(path)
    database.execute("PRAGMA synchronous=OFF")
    started, done, told = time.monotonic(), 0, 0
    batch: list[list[Turn]] = []
    for turns in conversations(count, chance):
        batch.append(turns)
        done += len(turns)
        if sum(map(len, batch)) >= BATCH:
            _commit(database, batch)
            batch = []
            if done - told >= 100_000:
                told = done
                print(f"{done:,} turns after {time.monotonic() - started:.0f} s", flush=True)
    _commit(database, batch)
    _judge(database, chance)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    print(f"{path}: {done:,} turns, {path.stat().st_size / 1e9:.2f} GB, {time.monotonic() - started:.0f} s")


def _commit(database: Database, batch: list[list[Turn]]) -> None:
    with database.atomic():
        for turns in batch:
            worst = gravest([turn.route for turn in turns])
            database.execute(
                "INSERT INTO conversations (id, channel, started_at, last_at, turns, worst_route) VALUES (?, 'web', ?,"
                " ?, ?, ?)",
                [turns[0].conversation, turns[0].at, turns[-1].at, len(turns), worst],
            )
            for turn in turns:
                insert_turn(database, turn)


def _judge(database: Database, chance: random.Random) -> None:
    """Feedback on a twelfth of the turns, verdicts on a twentieth, some tags, groups of gaps, requests and an audit."""
    (last,) = database.execute("SELECT max(id) FROM turns").fetchone()
    with database.atomic():
        for turn in chance.sample(range(1, last + 1), last // 12):
            database.execute(
                "INSERT INTO feedback (conversation, number, helpful, at) SELECT conversation, number, ?, at FROM turns"
                " WHERE id = ?",
                [chance.random() < 0.8, turn],
            )
        verdicts = ("right",) * 8 + ("wrong_snippet", "missing_content")
        for turn in sorted(chance.sample(range(1, last + 1), last // 20)):
            verdict, by = chance.choice(verdicts), chance.choice(("maria", "tom"))
            database.execute(
                "INSERT INTO verdicts (turn, verdict, by, at) SELECT id, ?, ?, at FROM turns WHERE id = ?",
                [verdict, by, turn],
            )
            database.execute("UPDATE turn_facts SET verdict = ?, reviewer = ? WHERE turn = ?", [verdict, by, turn])
            database.execute("DELETE FROM queue_items WHERE turn = ?", [turn])
        for turn in chance.sample(range(1, last + 1), last // 100):
            database.execute(
                "INSERT INTO tags (tag, turn, by, at) VALUES (?, ?, 'maria', '2026-11-01')",
                [chance.choice(("price", "again", "for-training")), turn],
            )
        unanswered = database.execute("SELECT turn, at FROM turn_facts WHERE route = 'clarify'").fetchall()
        for group in range(200):
            database.execute(
                "INSERT INTO gap_clusters (id, exemplar, centroid, size) VALUES (?, ?, x'', 0)",
                [group + 1, f"an unanswered question of kind {group}"],
            )
        database.conn.executemany(
            "INSERT INTO gap_members (turn, cluster, at) VALUES (?, ?, ?)",
            [(turn, 1 + int(200 * chance.random() ** 2), at) for turn, at in unanswered],
        )
        for number in range(2_000):
            database.execute(
                "INSERT INTO requests (created_at, question, reach, best_time, consent_at, changed_at, state) VALUES"
                " (?, 'Please call', 'me', '', '', '', ?)",
                [utc(END - number * 3600), "new" if number < 40 else "done"],
            )
        for number in range(5_000):
            database.execute(
                "INSERT INTO corrections (text, intent, state, proposed_by, proposed_at) VALUES (?, 'what_is_ozone', ?,"
                " 'maria', '2026-11-01')",
                [f"what about {number}", "proposed" if number < 150 else "declined"],
            )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("turns", type=int)
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    write(arguments.file, arguments.turns)


if __name__ == "__main__":
    main()
