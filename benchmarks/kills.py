"""Kills the network, the server and the tab at random moments of
visits, and proves that no message is lost or doubled, and that the emergency number is there while a reply is missing.

`python -m benchmarks.kills --moments 200`. The server dies by SIGKILL and comes back on the same record; one process
loads the model once and forks it, as that takes longer than all the rest of a life. The tab's process really crashes,
as when a telephone takes its memory: what it had not handed to the browser by then is gone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Error, Page, Playwright, sync_playwright
from playwright.sync_api import TimeoutError as SilentPage

from benchmarks.crash import free_port, start_chat
from bot.logs import configure_logging, quiet_libraries
from bot.serving import leave_out_what_trains

PATIENCE_SECONDS = 90.0
MOMENTS_A_VISIT = 12
_LONGEST_UNDER_WAY = 0.3
"""Seconds after the last message within which something is killed: before, while and after it is answered."""

_LONGEST_AWAY = 4.0
_NUMBER_WITHIN, _NUMBER_AT_ONCE = 3.0, 0.3
"""Seconds from which on a missing reply must have the emergency number beside it; after words of alarm at once."""

_GRACE = 1.2
"""Seconds that a busy machine may add to these."""

_LOOK_SECONDS = 10.0
"""After which a tab that does not say what it shows is taken up anew: a tab that crashes, or comes back, just as
somebody asks it never answers, and Playwright would wait for it without end."""

KILLS = (("network",), ("tab",), ("server",), ("network", "tab"), ("tab", "tab"), ("server", "tab"), ("tab", "network"))
WEIGHTS = (5, 5, 3, 2, 2, 2, 2)
PLACES = {"/": True, "/demo": False}
"""Pages with the chat, and whether it stands in the page."""

_CHROMIUM = (os.environ.get("CHROMIUM", ""), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")

_SEEN = """() => {
  const root = document.querySelector('ozone-faq')?.shadowRoot;
  if (!root?.querySelector('#field')) return null;
  const inView = (element) => {
    const box = element.getBoundingClientRect();
    const top = element.closest('.log')?.getBoundingClientRect() ?? { top: 0, bottom: innerHeight };
    return element.checkVisibility() && box.height > 0 && box.top >= Math.max(0, top.top)
      && box.bottom <= Math.min(innerHeight, top.bottom);
  };
  return {
    questions: [...root.querySelectorAll('.you .bubble')].map((element) => element.textContent),
    replies: root.querySelectorAll('.bot .caution').length,
    number: [...root.querySelectorAll('a[href="tel:911"]')].some(inView),
    bar: !root.querySelector('.help').hidden,
    draft: root.querySelector('#field').value,
    open: !root.querySelector('.panel').hidden,
  };
}"""


class Website:
    """The chat process, which can be killed like a machine that loses its power, and started again on its record."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.record = folder / "record.db"
        own = {"OZONE_DATABASE": str(self.record), "OZONE_SECRET_FILE": str(folder / "secret"), "OZONE_LIMITS": "off"}
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.kills", "--nursery", str(self.port)],
            env={**os.environ, **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.start()

    def start(self) -> None:
        """Starts it; whoever asks before it listens is refused."""
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write("start\n")
        self._nursery.stdin.flush()
        said = self._nursery.stdout.readline()
        if not said.strip().isdecimal():
            raise SystemExit(said.strip() or "The chat process could not be started; its own words stand above.")
        self._process = int(said)

    def kill(self) -> None:
        """Ends it where it stands."""
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)

    def close(self) -> None:
        """Ends everything."""
        self.kill()
        self._nursery.communicate(timeout=PATIENCE_SECONDS)


class Tab:
    """A browser with one tab, whose process can be made to crash."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self._playwright = playwright
        path = next((path for path in _CHROMIUM if path and Path(path).is_file()), None)
        if path is None:
            raise SystemExit("No Chromium was found: run `make browser`, or set CHROMIUM to where it is.")
        flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=1280,900",
            "--remote-debugging-port=0",
        ]
        self._process = subprocess.Popen(
            [path, *flags, f"--user-data-dir={folder}", "about:blank"], stderr=subprocess.DEVNULL
        )
        said, deadline = folder / "DevToolsActivePort", time.monotonic() + PATIENCE_SECONDS
        while not (said.exists() and len(lines := said.read_text().split()) == 2):
            if time.monotonic() > deadline:
                raise SystemExit("Chromium did not start.")
            time.sleep(0.1)
        self._door = f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        self._connect()

    def _connect(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self._browser: Browser = self._playwright.chromium.connect_over_cdp(self._door)
            if pages := self._browser.contexts[0].pages:
                self.page: Page = pages[0]
                return
            self._browser.close()  # the tab's process is not there yet
            if time.monotonic() > deadline:
                raise SystemExit("The tab did not come back.")
            time.sleep(0.1)

    def open(self, address: str) -> None:
        """A new tab, which remembers nothing."""
        fresh = self._browser.contexts[0].new_page()
        self.page.close()
        self.page = fresh
        fresh.goto(address)

    def offline(self, away: bool) -> None:
        """Cuts the tab off from the network, or not any more."""
        self.page.context.set_offline(away)

    def crash(self) -> None:
        """Ends the tab's process; the tab stays."""
        own = self.page.context.new_cdp_session(self.page)
        self._target = own.send("Target.getTargetInfo")["targetInfo"]["targetId"]
        with self.page.expect_event("crash"):
            self._say("Page.crash")

    def reload(self) -> None:
        """Loads the page anew in a crashed tab, as a browser does when somebody comes back to it."""
        self._say("Page.reload")
        self._browser.close()  # only the wire to it: a tab stays crashed for whoever saw it crash
        self._connect()

    def _say(self, method: str) -> None:
        wire: CDPSession = self._browser.new_browser_cdp_session()
        session = wire.send("Target.attachToTarget", {"targetId": self._target, "flatten": False})["sessionId"]
        message = json.dumps({"id": 1, "method": method})
        wire.send("Target.sendMessageToTarget", {"sessionId": session, "message": message})

    def shown(self) -> dict[str, Any] | None:
        """What stands in the chat; None where there is none yet.

        Raises:
            Error: the page is being loaded, or said nothing in time.
        """
        told = "() => JSON.stringify((" + _SEEN + ")())"  # never nothing, so that it is told at once
        try:
            handle = self.page.wait_for_function(told, timeout=_LOOK_SECONDS * 1000)
        except SilentPage:
            self._browser.close()
            self._connect()
            raise
        shown: dict[str, Any] | None = json.loads(handle.json_value())
        return shown

    def close(self) -> None:
        """Ends the browser."""
        self._process.terminate()
        self._process.wait(20)


@dataclass
class Visit:
    """One visitor's conversation through everything that is killed."""

    number: int
    website: Website
    tab: Tab
    place: str
    chance: random.Random
    sent: list[str] = field(default_factory=list)
    draft: str = ""
    problems: list[str] = field(default_factory=list)
    _missing_since: float | None = None
    """When a reply was first seen to be missing on this page (monotonic); None when none is."""

    def begin(self) -> None:
        """Comes to the page."""
        self._answers()
        self.tab.open(f"{self.website.address}{self.place}")
        self._until(lambda seen: True, "the chat is there")
        if not PLACES[self.place]:
            self.tab.page.locator("ozone-faq .launcher").click()

    def moment(self, kills: tuple[str, ...]) -> None:
        """Writes, and lets things be killed; then all is mended, and everything must be answered."""
        for _ in range(self.chance.randint(1, 3)):
            self._write()
        if self.chance.random() < 1 / 4:
            self.draft = "and then I wanted to"
            self.tab.page.locator("ozone-faq #field").type(self.draft)
        time.sleep(self.chance.uniform(0, _LONGEST_UNDER_WAY))
        dead, away = False, False
        for killed in kills:
            if killed == "network":
                away = True
                self.tab.offline(True)
            elif killed == "server":
                dead = True
                self.website.kill()
            else:
                self.tab.crash()
                if dead:
                    self.website.start()
                dead, away = False, False
                self._answers()
                self.tab.reload()
                self._missing_since = None
            if away or dead:
                self._write_without_hope()
            time.sleep(self.chance.uniform(0, _LONGEST_UNDER_WAY))
        if dead:
            self.website.start()
        if away:
            self.tab.offline(False)
        self._until(lambda seen: seen["replies"] == len(self.sent), "every message is answered")
        self._until(lambda seen: not seen["bar"], "the line with the number goes when all is answered", 5)
        seen = self._seen() or {}
        if seen.get("questions") != self.sent:
            self._wrong(f"on the screen stands {seen.get('questions')} instead of {self.sent}")
        if seen.get("draft") != self.draft:
            self._wrong(f"the draft is “{seen.get('draft')}” instead of “{self.draft}”")

    def end(self) -> None:
        """Compares what was sent with the record."""
        with closing(sqlite3.connect(self.website.record)) as database:
            rows = database.execute(
                "SELECT conversation, text FROM turns WHERE text LIKE ? ORDER BY id", [f"%of visit {self.number}?"]
            ).fetchall()
        if [text for _, text in rows] != self.sent:
            self._wrong(f"the record holds {[text for _, text in rows]} instead of {self.sent}")
        if len({conversation for conversation, _ in rows}) > 1:
            self._wrong("the record holds the visit as more than one conversation")

    def _write(self) -> None:
        if self.draft:
            self.tab.page.locator("ozone-faq #field").fill("")
            self.draft = ""
        asked = self.chance.choice(("What is ozone", "How much is it", "When are you open", "I can't breathe"))
        words = f"{asked}, question {len(self.sent) + 1} of visit {self.number}?"
        entry = self.tab.page.locator("ozone-faq #field")
        entry.fill(words)
        entry.press("Enter")
        self.sent.append(words)

    def _write_without_hope(self) -> None:
        """Writes while nothing can be answered, and looks whether the words and the number are there."""
        self._write()
        within = _NUMBER_AT_ONCE if "breathe" in self.sent[-1] else _NUMBER_WITHIN
        self._until(lambda seen: seen["number"], "the emergency number is in view", within + _GRACE)
        stop = time.monotonic() + self.chance.uniform(0, _LONGEST_AWAY)
        self._until(lambda seen: time.monotonic() > stop, "time passes")
        seen = self._seen()
        # A page that could not reach the server since it was loaded knows only what the tab remembers: what waits.
        if seen and (not seen["questions"] or seen["questions"] != self.sent[-len(seen["questions"]) :]):
            self._wrong(f"while nothing is answered the screen shows {seen['questions']}, the end is {self.sent[-3:]}")

    def _watch(self, seen: dict[str, Any]) -> None:
        """Looks for the number while a reply is missing."""
        now = time.monotonic()
        if seen["replies"] >= len(self.sent):
            self._missing_since = None
            return
        self._missing_since = self._missing_since or now
        if now - self._missing_since > _NUMBER_WITHIN + _GRACE and not (seen["number"] and seen["open"]):
            self._wrong(f"a reply is missing for {now - self._missing_since:.1f} s and no emergency number is in view")
            self._missing_since = now  # said once, and again if it lasts

    def _answers(self) -> None:
        """Waits until the page itself can be loaded."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError):
                return _asked(self.website.port)
            time.sleep(0.05)
        raise SystemExit("The chat process did not come back.")

    def _seen(self) -> dict[str, Any] | None:
        try:
            return self.tab.shown()
        except Error:  # the page is being loaded
            return None

    def _until(self, holds: Any, hoped: str, seconds: float = PATIENCE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while True:
            seen = self._seen()
            if seen:
                self._watch(seen)
                if holds(seen):
                    return
            if time.monotonic() > deadline:
                self._wrong(f"waited {seconds:.1f} s in vain until {hoped}; seen: {seen}")
                return
            time.sleep(0.05)

    def _wrong(self, words: str) -> None:
        self.problems.append(f"visit {self.number} on {self.place}, after {len(self.sent)} messages: {words}")


def _asked(port: int) -> None:
    """Raises OSError unless the website is there and ready."""
    with closing(socket.create_connection(("127.0.0.1", port), 5)) as wire:
        wire.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
        if b" 200 " not in wire.recv(64):
            raise ConnectionRefusedError


def kill(moments: int, seed: int) -> list[str]:
    """Lives through so many moments; returns what was wrong."""
    chance, problems, visit = random.Random(seed), list[str](), None
    started, counted = time.monotonic(), dict.fromkeys(("network", "server", "tab"), 0)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, ExitStack() as ending:
        website = Website(Path(folder))
        ending.callback(website.close)
        tab = Tab(playwright, Path(folder) / "browser")
        ending.callback(tab.close)
        for moment in range(moments):
            if visit is None or moment % MOMENTS_A_VISIT == 0:
                number = moment // MOMENTS_A_VISIT + 1
                visit = Visit(number, website, tab, list(PLACES)[number % len(PLACES)], chance)
                visit.begin()
            kills = chance.choices(KILLS, WEIGHTS)[0]
            before = len(visit.problems)
            visit.moment(kills)
            for killed in kills:
                counted[killed] += 1
            if len(visit.problems) > before:
                visit.problems[before:] = [
                    f"moment {moment + 1} ({', '.join(kills)}): {one}" for one in visit.problems[before:]
                ]
                print(*visit.problems[before:], sep="\n", flush=True)
            if (moment + 1) % MOMENTS_A_VISIT == 0 or moment + 1 == moments:
                visit.end()
                problems += visit.problems
                print(f"{moment + 1} moments, {len(problems)} problems, {time.monotonic() - started:.0f} s", flush=True)
    print(f"killed: {', '.join(f'{name} {count} times' for name, count in counted.items())}")
    return problems


def nursery(port: int) -> None:
    """Loads the model once, and forks a chat process for every line that it reads; writes the number of each."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    quiet_libraries()
    configure_logging(level=50)
    leave_out_what_trains()
    import bot.website.app  # noqa: F401 - once, for all the processes to come
    from bot.on_rasa.engine import Engine
    from bot.settings import Settings

    engine = Engine(Settings())
    engine.load()
    for _ in sys.stdin:
        print(engine.fault or start_chat(engine, port), flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=17, help="which moments")
    parser.add_argument("--nursery", type=int, metavar="PORT", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.nursery:
        return nursery(arguments.nursery)
    problems = kill(arguments.moments, arguments.seed)
    print(f"{arguments.moments} moments, {len(problems)} problems.")
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
