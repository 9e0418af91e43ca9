"""What deleting costs on a large record: `python -m benchmarks.erasing FILE`,
over a copy of a record that `benchmarks.many_turns` wrote.

One line: how long a deletion holds the write lock, how much the wipes that they pay for write to the disk per deletion,
how long a wipe takes, and how large the search index is. FILE itself is changed: conversations are deleted.
"""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from pathlib import Path

from bot.record.database import open_record
from bot.record.deletion import delete_conversation
from bot.record.sealed import CONTACT, Seal
from bot.record.wiping import is_due, merge_bytes, wipe


def _written() -> int:
    """Bytes that this process has written so far."""
    told = dict(line.split(": ") for line in Path("/proc/self/io").read_text(encoding="ascii").splitlines())
    return int(told["wchar"])


def measure(file: Path, most: int) -> str:
    """Deletes conversations spread over the record, one after
    the other, until a wipe of the index is due, and wipes."""
    seal = Seal("of the benchmark", purpose=CONTACT)
    with closing(open_record(file)) as database:
        database.execute("DELETE FROM pending_wipes")
        database.conn.commit()
        turns, size = database.execute(
            "SELECT count(*), (SELECT sum(length(block)) FROM turns_fts_data) FROM turns"
        ).fetchone()
        names = [
            name
            for (name,) in database.execute(
                "SELECT id FROM conversations WHERE turns < 50 ORDER BY abs(random()) LIMIT ?", [most]
            )
        ]
        seconds, before = [], _written()
        for name in names:
            began = time.perf_counter()
            delete_conversation(database, name, lambda: seal)
            seconds.append(time.perf_counter() - began)
            if is_due(database, time.time()):
                break
        began = time.perf_counter()
        wiped = wipe(file, index=is_due(database, time.time()))
        took, written = time.perf_counter() - began, _written() - before
        seconds.sort()
        return (
            f"{turns} turns, index {size / 1e6:.0f} MB ({size / turns:.0f} bytes a turn; a merge is reckoned to write"
            f" {merge_bytes(database) / 1e6:.0f} MB); {len(seconds)} deletions: median"
            f" {seconds[len(seconds) // 2] * 1000:.1f} ms, slowest {seconds[-1] * 1000:.1f} ms;"
            f" {'the index was wiped' if wiped else 'the log alone was cut'} in {took:.1f} s;"
            f" with it {(sum(seconds) + took) / len(seconds) * 1000:.1f} ms and"
            f" {written / len(seconds) / 1e6:.2f} MB written per deletion"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--most", type=int, default=1_000)
    given = parser.parse_args()
    print(measure(given.file, given.most))
