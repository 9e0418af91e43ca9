"""How much of what leads to somebody is blanked, by kind, and how many clean messages are touched.

    python -m benchmarks.redaction FILE [--quiet]

Each line of the file is one message as JSON: `text`; `hide`, what must not be kept; `kinds`, the kind of each of these;
and for a message in which nothing is to be hidden `keep`, what must still stand. A string counts as hidden if it does
not stand whole in what is kept; a clean message counts as touched if it differs at all. What was missed and touched is
listed, unless `--quiet` is given.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.safety.redaction import redact


@dataclass
class Score:
    """What was counted.

    Attributes:
        wanted: strings to hide, by kind.
        hidden: of these those that no longer stand.
        clean: messages in which nothing is to be hidden.
        missed: kind, string and what was kept of its message.
        touched: clean messages and what was kept of them.
    """

    wanted: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    clean: int = 0
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    touched: list[tuple[str, str]] = field(default_factory=list)

    def count(self, case: Mapping[str, Any], kept: str) -> None:
        """Counts one message and what was kept of it."""
        if not case["hide"]:
            self.clean += 1
            if kept != case["text"] or any(said not in kept for said in case.get("keep", ())):
                self.touched.append((case["text"], kept))
            return
        for kind, secret in zip(case["kinds"], case["hide"], strict=True):
            self.wanted[kind] += 1
            if secret in kept:
                self.missed.append((kind, secret, kept))
            else:
                self.hidden[kind] += 1

    def table(self) -> str:
        """Recall by kind, all kinds together, and the clean messages touched, as lines of Markdown."""
        rows = [(kind, self.hidden[kind], wanted) for kind, wanted in sorted(self.wanted.items())]
        rows.append(("**all**", self.hidden.total(), self.wanted.total()))
        lines = ["| kind | hidden | of | recall |", "|---|---:|---:|---:|"]
        lines += [f"| {kind} | {hidden} | {of} | {_percent(hidden, of)} |" for kind, hidden, of in rows]
        touched = len(self.touched)
        return "\n".join(
            [*lines, "", f"Clean messages touched: {touched} of {self.clean}, {_percent(touched, self.clean)}"]
        )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def cases_of(path: Path) -> list[dict[str, Any]]:
    """The messages of a file.

    Raises:
        SystemExit: if there is no such file or a line of it is no message.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SystemExit(f"Cannot read {path}: {error.strerror}. Give a file with one message a line.") from error
    cases = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            whole = isinstance(case["text"], str) and len(case["hide"]) == len(case["kinds"])
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            raise SystemExit(f'Line {number} of {path} is no {{"text", "hide", "kinds"}} with a kind for each to hide.')
        cases.append(case)
    return cases


def score(cases: Sequence[Mapping[str, Any]]) -> Score:
    """What is hidden and touched in messages as `bot.safety.redaction.redact` leaves them."""
    result = Score()
    for case in cases:
        result.count(case, redact(case["text"]))
    return result


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--quiet", action="store_true", help="the figures alone")
    options = parser.parse_args()
    cases = cases_of(options.file)
    result = score(cases)
    if not options.quiet:
        for kind, secret, kept in sorted(result.missed):
            print(f"missed  {kind}: {secret!r} in {kept!r}")
        for text, kept in result.touched:
            print(f"touched {text!r}\n     -> {kept!r}")
        print()
    print(result.table())
    took = []
    for case in cases:
        before = time.perf_counter()
        redact.__wrapped__(case["text"])
        took.append(time.perf_counter() - before)
    if took:
        slowest = max(took) * 1000
        print(f"A message takes {statistics.median(took) * 1000:.2f} ms in the median, {slowest:.2f} ms at most.")


if __name__ == "__main__":
    main()
