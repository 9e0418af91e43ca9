"""A turn of ours against a turn of Rasa's starter project, on this machine, in one run: `python -m benchmarks.turn`.

Both servers run all the time and are measured in turns, with the same visitors and messages, so that whatever else the
machine does falls on both. Ours writes every turn to disk before it answers; the starter project keeps conversations in
memory, as it comes.

`--earlier FOLDER` measures an earlier state of this project instead: a checkout with its own environment and model.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.baseline import EPOCHS, environment, trained_model
from benchmarks.crash import free_port
from benchmarks.load import Gone, Visitor, messages
from bot.content.library import load_library
from bot.on_rasa.model import require_model
from bot.settings import ROOT, Settings

RESULTS = ROOT / "benchmarks" / "results"
VISITORS = {1: 90, 8: 240, 32: 720, 128: 768}
"""Visitors at once, and how many messages they send together."""
TURNS = (1, 5, 10, 100, 500)
_AROUND = 5
"""A turn's median is taken over the turns from this many before it to this many after it, where there are any."""
_TURNS_OF_A_VISITOR = 6
_ROUNDS = 3
"""Both contenders are measured in turns this often for each number of visitors, so that noise falls on both alike."""
_PATIENCE_SECONDS = 300
FIRST_QUESTION, FIRST_SNIPPET = "hello", "greet"
"""Something the starter project gets right after few epochs, too."""


@dataclass
class Contender:
    """One server: how it is started and asked, and what was measured of it."""

    name: str
    command: list[str]
    folder: Path
    environment: dict[str, str]
    port: int
    model_bytes: int
    measured: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    spent: dict[int, float] = field(default_factory=dict)
    """CPU seconds by number of visitors."""

    async def ask(self, visitor: Visitor, talk: dict[str, Any], text: str) -> list[str]:
        """Sends one message of a conversation; `talk` is what the client keeps of it."""
        if self.name != "starter":
            reply = await visitor.post("/api/chat", {"message": text, **talk})
            talk["token"] = reply["token"]
            return [message["text"] for message in reply["messages"]]
        talk.setdefault("sender", uuid.uuid4().hex)
        return [message["text"] for message in await visitor.post("/webhooks/rest/webhook", {"message": text, **talk})]

    async def start(self, expected: str | None) -> None:
        """Starts the server and measures the seconds to its first
        right answer; to any answer where none is `expected`."""
        started = time.perf_counter()
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        visitor = Visitor(self.port)
        while time.perf_counter() - started < _PATIENCE_SECONDS and self.process.poll() is None:
            try:
                # The starter project speaks each paragraph as a message of its own.
                answer = "\n\n".join(await self.ask(visitor, {}, FIRST_QUESTION))
                if answer == expected or (answer and expected is None):
                    self.measured["start_seconds"] = time.perf_counter() - started
                    return
            except Gone:
                pass
            await asyncio.sleep(0.1)
        raise SystemExit(f"{self.name} did not give the right first answer within {_PATIENCE_SECONDS} seconds.")

    def memory(self) -> None:
        """Reads what its processes hold now, in MB: RSS and PSS (shared pages split among those who share them)."""
        sizes = {"rss": 0.0, "pss": 0.0}
        for process in self._processes():
            for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
                if line.startswith(("Rss:", "Pss:")):
                    sizes[line[:3].lower()] += int(line.split()[1]) / 1024
        self.measured |= {f"{name}_mb": size for name, size in sizes.items()}

    def cpu_seconds(self) -> float:
        """CPU time its processes have used since their start, which other
        work on the machine changes less than it changes the time that passes."""
        ticks = 0
        for process in self._processes():
            fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def _processes(self) -> list[int]:
        """The process that was started and those that it started itself."""
        assert self.process is not None
        started = self.process.pid
        return [
            started,
            *map(int, Path(f"/proc/{started}/task/{started}/children").read_text(encoding="ascii").split()),
        ]

    def stop(self) -> None:
        """Ends the server."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()


@dataclass
class Run:
    """The seconds each message took, and the seconds they took together."""

    seconds: list[float] = field(default_factory=list)
    took: float = 0.0

    def summary(self) -> dict[str, float]:
        """What the table shows."""
        cuts = statistics.quantiles(self.seconds, n=100)
        return {
            "median_ms": cuts[49] * 1000,
            "p95_ms": cuts[94] * 1000,
            "p99_ms": cuts[98] * 1000,
            "per_second": len(self.seconds) / self.took,
        }


async def together(contender: Contender, visitors: int, texts: list[str], run: Run) -> None:
    """Lets visitors send `texts` at once, each waiting for a reply
    before the next message, and adds what was measured to `run`."""
    waiting = list(reversed(texts))

    async def visit() -> None:
        visitor, talk, turns = Visitor(contender.port), dict[str, Any](), 0
        while waiting:
            text = waiting.pop()
            before = time.perf_counter()
            await contender.ask(visitor, talk, text)
            run.seconds.append(time.perf_counter() - before)
            turns += 1
            if turns % _TURNS_OF_A_VISITOR == 0:
                talk = {}
        visitor.close()

    started = time.perf_counter()
    await asyncio.gather(*(visit() for _ in range(visitors)))
    run.took += time.perf_counter() - started


async def by_turn(contender: Contender, fresh: Texts) -> dict[str, float]:
    """The median time of a turn by its number in the conversation, in ms.

    The conversations are brought near their turns first; then all of them go on in turns, so that noise falls on all
    alike.
    """
    visitor = Visitor(contender.port)

    async def timed(talk: dict[str, Any]) -> float:
        text = fresh.next()
        before = time.perf_counter()
        await contender.ask(visitor, talk, text)
        return (time.perf_counter() - before) * 1000

    talks: dict[int, dict[str, Any]] = {turn: {} for turn in TURNS if turn > 2 * _AROUND}
    for turn, talk in talks.items():
        for _ in range(turn - _AROUND - 1):
            await timed(talk)
    times: dict[int, list[float]] = {turn: [] for turn in TURNS}
    for _ in range(2 * _AROUND + 1):
        talk: dict[str, Any] = {}
        beginning = [await timed(talk) for _ in range(12)]
        times[1].append(beginning[0])
        times[5] += beginning[3:6]
        times[10] += beginning[8:11]
        for turn in talks:
            if turn in times:
                times[turn].append(await timed(talks[turn]))
    visitor.close()
    return {str(turn): statistics.median(values) for turn, values in times.items()}


class Texts:
    """An endless run of messages, no two of them alike, so that
    nothing is answered from a memory for repeated sentences."""

    def __init__(self) -> None:
        self._all = messages()
        self._count = 0

    def next(self) -> str:
        """The next message."""
        self._count += 1
        again = self._count // len(self._all)
        return self._all[self._count % len(self._all)] + (f" ({again})" if again else "")

    def some(self, count: int) -> list[str]:
        """So many messages."""
        return [self.next() for _ in range(count)]


async def measure(contenders: list[Contender]) -> None:
    """Everything, for all contenders."""
    expected = load_library(Settings().data)[FIRST_SNIPPET].text
    try:
        for contender in contenders:
            await contender.start(None if contender.name == "earlier" else expected)
            print(f"{contender.name}: first right answer after {contender.measured['start_seconds']:.1f} s", flush=True)
        texts = {contender.name: Texts() for contender in contenders}
        for contender in contenders:
            await together(contender, 1, texts[contender.name].some(20), Run())  # to warm up
            contender.measured["visitors"] = {}
        for visitors, count in VISITORS.items():
            runs = {contender.name: Run() for contender in contenders}
            for _ in range(_ROUNDS):
                for contender in contenders:
                    spent = contender.cpu_seconds()
                    await together(
                        contender, visitors, texts[contender.name].some(count // _ROUNDS), runs[contender.name]
                    )
                    contender.spent[visitors] = contender.spent.get(visitors, 0.0) + contender.cpu_seconds() - spent
            for contender in contenders:
                result = runs[contender.name].summary()
                result["cpu_ms"] = contender.spent[visitors] / len(runs[contender.name].seconds) * 1000
                contender.measured["visitors"][str(visitors)] = result
                figures = (
                    f"median {result['median_ms']:.1f} ms, {result['per_second']:.1f}/s, CPU {result['cpu_ms']:.1f} ms"
                    " a message"
                )
                print(f"{contender.name}, {visitors} visitors: {figures}", flush=True)
        for contender in contenders:
            contender.memory()
            contender.measured["turns"] = await by_turn(contender, texts[contender.name])
            print(f"{contender.name}, by turn: {contender.measured['turns']}", flush=True)
    finally:
        for contender in contenders:
            contender.stop()


def contenders(scratch: Path, baseline: Path) -> list[Contender]:
    """Ours and Rasa's starter project, of which `baseline` is the model."""
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
    port = free_port()
    run = ["-m", "rasa", "run", "--enable-api", "--port", str(port), "--model", str(baseline)]
    command = [str(environment()), *run, "--credentials", "credentials.yml"]
    folder, size = baseline.parent.parent, baseline.stat().st_size
    return [present(scratch), Contender("starter", command, folder, {**quiet, "LOG_LEVEL": "ERROR"}, port, size)]


def present(scratch: Path) -> Contender:
    """Ours as it stands."""
    return _state("ours", ROOT, sys.executable, require_model(Settings()), scratch)


def earlier_state(folder: Path, scratch: Path) -> Contender:
    """An earlier state of this project, which has been installed and trained (`make train`) in its folder.

    Raises:
        SystemExit: there is no model in the folder.
    """
    model = max((folder / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, default=None)
    if model is None:
        raise SystemExit(f"{folder}: holds no model. Run `make train` there.")
    return _state("earlier", folder, str(folder / ".venv" / "bin" / "python"), model, scratch)


def _state(name: str, folder: Path, python: str, model: Path, scratch: Path) -> Contender:
    """A state of this project that keeps its record below `scratch`."""
    port = free_port()
    own = {
        "PORT": str(port),
        "OZONE_DATABASE": str(scratch / f"{name}.db"),
        "OZONE_SECRET_FILE": str(scratch / f"{name}.secret"),
        "OZONE_LIMITS": "off",  # all visitors of a benchmark come from one address
    }
    return Contender(name, [python, "-m", "bot", "serve"], folder, own, port, model.stat().st_size)


def rows(ours: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What was measured of both, a row of Markdown each; a ratio over 1 is in favour of ours."""
    found = []

    def row(name: str, unit: str, one: float, two: float, *, more_is_better: bool = False) -> None:
        ratio = one / two if more_is_better else two / one
        found.append(f"| {name} | {one:,.1f} {unit} | {two:,.1f} {unit} | {ratio:.2f}× |")

    for visitors in ours["visitors"]:
        one, two = ours["visitors"][visitors], other["visitors"][visitors]
        who = f"{visitors} visitor{'s' if visitors != '1' else ''}"
        for key, name in (("median_ms", "median"), ("p95_ms", "p95"), ("p99_ms", "p99"), ("cpu_ms", "CPU a message")):
            row(f"{who}: {name}", "ms", one[key], two[key])
        row(f"{who}: messages", "/s", one["per_second"], two["per_second"], more_is_better=True)
    for turn in ours["turns"]:
        row(f"turn {turn}: median", "ms", ours["turns"][turn], other["turns"][turn])
    for key, name, unit in (
        ("rss_mb", "memory (RSS)", "MB"),
        ("pss_mb", "memory (PSS)", "MB"),
        ("start_seconds", "start to first right answer", "s"),
        ("model_mb", "model file", "MB"),
    ):
        row(name, unit, ours[key], other[key])
    return found


def compared(ours: dict[str, Any], earlier: dict[str, Any]) -> str:
    """Ours now and earlier, as Markdown."""
    head = ["# A turn now and earlier", "", "`python -m benchmarks.turn --earlier FOLDER`, one run.", ""]
    return "\n".join([*head, "| | now | earlier | |", "|---|---:|---:|---:|", *rows(ours, earlier)]) + "\n"


def table(ours: dict[str, Any], starter: dict[str, Any], targets: dict[str, tuple[float, bool]]) -> str:
    """The results as Markdown."""
    lines = [
        "# A turn of ours and of Rasa's starter project",
        "",
        (
            f"`python -m benchmarks.turn` on {os.cpu_count()} cores of {_processor()}; load average"
            f" {os.getloadavg()[0]:.1f} at the end, the load itself included."
        ),
        (
            "The starter project is what `rasa init` writes (DIET, TED and the rest), on our questions, rules and"
            f" texts, trained for {EPOCHS} epochs"
        ),
        (
            "instead of 100, which changes its answers but not its speed. It keeps conversations in memory; ours"
            " commits each turn to disk."
        ),
        "",
        "| | ours | starter | |",
        "|---|---:|---:|---:|",
        *rows(ours, starter),
    ]
    lines += ["", "| target | reached | |", "|---|---:|---|"]
    lines += [
        f"| {name} | {value:.2f} | {'yes' if reached else '**no**'} |" for name, (value, reached) in targets.items()
    ]
    return "\n".join(lines) + "\n\n![Medians and messages a second](turn.svg)\n"


def judged(ours: dict[str, Any], starter: dict[str, Any]) -> dict[str, tuple[float, bool]]:
    """Each target with its figure and whether it was reached."""
    faster = starter["visitors"]["1"]["median_ms"] / ours["visitors"]["1"]["median_ms"]
    more = ours["visitors"]["32"]["per_second"] / starter["visitors"]["32"]["per_second"]
    memory = ours["pss_mb"] / starter["pss_mb"]
    growth = ours["turns"]["500"] / ours["turns"]["5"]
    return {
        "median turn, times faster (5 or more)": (faster, faster >= 5),
        "messages a second with 32 visitors, times more (8 or more)": (more, more >= 8),
        "memory, share of the starter's (0.60 or less)": (memory, memory <= 0.6),
        "median at turn 500 to median at turn 5 (1.25 or less)": (growth, growth <= 1.25),
    }


def plot(ours: dict[str, Any], starter: dict[str, Any], path: Path) -> None:
    """Medians by visitors and by turn, and messages a second, as SVG."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "turn"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(12, 3.6))
    panels = (
        ("visitors", "median_ms", "Median turn", "visitors at once", "ms"),
        ("visitors", "per_second", "Messages a second", "visitors at once", "/s"),
        ("turns", None, "Median by turn", "turn of the conversation", "ms"),
    )
    for axis, (part, key, title, below, unit) in zip(axes, panels, strict=True):
        for name, figures, colour, mark in (
            ("ours", ours, "#0b6e4f", "o"),
            ("starter project", starter, "#b3541e", "s"),
        ):
            values = [value[key] if key else value for value in figures[part].values()]
            axis.plot([int(x) for x in figures[part]], values, color=colour, marker=mark, label=name)
        axis.set(title=title, xlabel=below, ylabel=unit, xscale="log", yscale="log")
        axis.set_xticks([int(x) for x in ours[part]], list(ours[part]), minor=False)
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def _processor() -> str:
    found = [
        line.split(":")[1].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    return found[0] if found else platform.machine()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--baseline-model",
        type=Path,
        help="the starter project's model, if it was trained on a slightly older state of the data already",
    )
    parser.add_argument(
        "--earlier",
        type=Path,
        help="folder of an earlier state of this project, to be measured instead of the starter project",
    )
    arguments = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        if arguments.earlier:
            states = [present(Path(scratch)), earlier_state(arguments.earlier.resolve(), Path(scratch))]
            ours, earlier = measured(states)
            written, text = RESULTS / "earlier.md", compared(ours, earlier)
        else:
            baseline = arguments.baseline_model.resolve() if arguments.baseline_model else trained_model()
            ours, starter = measured(contenders(Path(scratch), baseline))
            (RESULTS / "turn.json").write_text(
                json.dumps({"ours": ours, "starter": starter}, indent=1) + "\n", encoding="utf-8"
            )
            plot(ours, starter, RESULTS / "turn.svg")
            written, text = RESULTS / "turn.md", table(ours, starter, judged(ours, starter))
    written.write_text(text, encoding="utf-8")
    print(text)


def measured(both: list[Contender]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `measure` finds out of two contenders."""
    asyncio.run(measure(both))
    for contender in both:
        contender.measured["model_mb"] = contender.model_bytes / 1e6
    return both[0].measured, both[1].measured


if __name__ == "__main__":
    main()
