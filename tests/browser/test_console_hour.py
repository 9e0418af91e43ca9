"""An hour of review as a new user has it, with the keyboard alone: right ones, wrong ones, notes, flags, undoing, a
reload and a way out in the middle of a sentence. No word is lost, and a clean message takes at most two keys.

`OZONE_TURNS` sets how many messages.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.content.library import Library
from bot.record.database import open_record
from tests.browser.console import address as address
from tests.browser.console import make_record, turn
from tests.browser.console import page as page

TURNS = int(os.environ.get("OZONE_TURNS", "20"))
CLEAN = "clean"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Path:
    """Referrals that wait."""
    path = tmp_path_factory.mktemp("var") / "record.db"
    make_record(path, *([turn(library, number, "clinician_medicine")] for number in range(1, TURNS + 1)))
    return path


class Reviewer:
    """Somebody at the keyboard, whose keys are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys: list[tuple[str, int]] = []
        self.typed: dict[str, list[str]] = {"notes": [], "comments": [], "flags": []}
        self._pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self._pressed += 1

    def write(self, kind: str, words: str) -> None:
        self.page.keyboard.type(words)
        self._pressed += len(words)
        self.typed[kind].append(words)

    def waits(self) -> int:
        """The message that is on the screen, once keys are heard."""
        expect(self.page.locator("html.scripted")).to_be_attached()
        found = re.search(r"/turns/(\d+)", self.page.url)
        assert found is not None, self.page.url
        return int(found[1])

    def went_on(self, before: int, kind: str) -> None:
        """Waits for the next message or the end, and notes what this one took."""
        self.page.wait_for_url(lambda address: f"/turns/{before}" not in address)
        self.keys.append((kind, self._pressed))
        self._pressed = 0

    def judge(self, place: int) -> None:
        """One message; what happens with it depends on its place."""
        turn, kind = self.waits(), CLEAN
        match place % 10:
            case 3:
                kind = "another answer"
                self.press("2")
                self.page.keyboard.type("cost")
                self.press("Control+Enter")
            case 4:
                kind = "with a note"
                self.press("m")
                self.write("notes", f"note on {turn}")
                self.press("Escape", "1")
            case 5:
                kind = "reloaded in the middle of a sentence"
                self.press("6")
                self.write("comments", f"we close at six, see {turn}")
                self.page.reload()
                self.waits()
                expect(self.page.get_by_label("Comment")).to_have_value(self.typed["comments"][-1])
                self.page.get_by_label("Comment").focus()
                self.press("Control+Enter")
            case 6:
                kind = "flagged"
                self.press("f")
                self.write("flags", f"look at {turn}")
                self.press("Enter")
                expect(self.page.get_by_text("Flagged: it waits")).to_be_visible()
                self.waits()
                self.press("1")
            case 7:
                kind = "left and come back to"
                self.press("6")
                self.write("comments", f"no such form any more, see {turn}")
                self.press("Escape", "i")
                self.page.wait_for_url("**/")
                self.page.go_back()
                self.waits()
                expect(self.page.get_by_label("Comment")).to_have_value(self.typed["comments"][-1])
                self.page.get_by_label("Comment").focus()
                self.press("Control+Enter")
            case 8:
                kind = "undone and judged anew"
                self.press("1")
                self.page.wait_for_url(lambda address: f"/turns/{turn}" not in address)
                if "/turns/" in self.page.url:
                    self.waits()
                expect(self.page.locator("html.scripted")).to_be_attached()
                self.press("u")
                self.page.wait_for_url(f"**/turns/{turn}*")
                self.waits()
                self.press("1")
            case _:
                self.press("1")
        self.went_on(turn, kind)


@pytest.fixture
def reviewer(page: Page) -> Iterator[Reviewer]:
    page.set_default_timeout(60_000)
    yield Reviewer(page)
    page.set_default_timeout(30_000)


def test_no_word_is_lost_and_a_clean_message_takes_two_keys_at_most(reviewer: Reviewer, database: Path) -> None:
    reviewer.page.goto("/queues/referrals")
    expect(reviewer.page.locator("html.scripted")).to_be_attached()
    reviewer.page.keyboard.press("s")
    reviewer.page.wait_for_url("**/turns/*")
    for place in range(TURNS):
        reviewer.judge(place)
    expect(reviewer.page.get_by_text("nothing more waits here")).to_be_visible()

    clean = [count for kind, count in reviewer.keys if kind == CLEAN]
    assert clean
    assert max(clean) <= 2
    record = open_record(database)
    judged = record.execute("SELECT count(*), count(DISTINCT turn) FROM verdicts WHERE superseded_at IS NULL")
    assert judged.fetchone() == (TURNS, TURNS)
    for kind, sql in {
        "notes": "SELECT text FROM notes ORDER BY id",
        "comments": "SELECT comment FROM verdicts WHERE superseded_at IS NULL AND comment <> '' ORDER BY id",
        "flags": "SELECT reason FROM flags ORDER BY id",
    }.items():
        assert [words for (words,) in record.execute(sql)] == reviewer.typed[kind], kind
    record.close()
