"""How the console stands still: the verdict in reach, the tabs in their places, a conversation that reads like one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.content.library import Library
from bot.record.database import open_record
from bot.record.review import set_tag
from bot.record.turns import utc
from tests.browser.console import BEGUN, make_record, turn
from tests.browser.console import address as address
from tests.browser.console import page as page

TALK = 8


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Path:
    """Emergencies with long replies, and a conversation of eight messages."""
    path = tmp_path_factory.mktemp("var") / "record.db"
    long = library["emergency_breathing"].text + "\n\n" + library["what_is_ozone"].text * 4
    emergencies = [
        [turn(library, number, "emergency_breathing", **({"reply": long} if number == 2 else {}))]
        for number in range(1, 4)
    ]
    talk = [replace(turn(library, 9, "out_of_scope"), number=number) for number in range(1, TALK + 1)]
    make_record(path, *emergencies, talk)
    return path


@pytest.mark.parametrize("size", [(1280, 860), (1280, 500), (360, 640)])
def test_the_verdict_is_in_view_and_nothing_moves_it(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto("/queues/emergencies/turns/1")
    right = page.get_by_role("button", name=re.compile("^Right, next"))
    expect(right).to_be_in_viewport(ratio=1)
    before = right.bounding_box()
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("status")).to_contain_text("Skipped")
    expect(right).to_be_in_viewport(ratio=1)
    after = right.bounding_box()
    assert before is not None
    assert after is not None
    if size[0] > 400:
        assert (after["x"], after["y"]) == (before["x"], before["y"]), "the notice moves it"
    page.get_by_label("Should have been an emergency").check()
    expect(page.get_by_role("button", name="Save: should have been an emergency, next")).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1280, "height": 800})


def test_the_pages_are_grouped_under_the_clinics_name_and_keep_their_places(page: Page) -> None:
    places = []
    for path in ("/", "/search", "/figures", "/audit"):
        page.goto(path)
        expect(page.get_by_role("banner")).to_contain_text("Example Ozone Clinic")
        box = page.get_by_role("link", name="Figures", exact=True).bounding_box()
        assert box is not None
        places.append((box["x"], box["width"]))
    assert len(set(places)) == 1, "the page one is on moves the others"
    groups = page.get_by_role("navigation", name="Pages").get_by_role("list")
    expect(groups.and_(page.get_by_label("Insight"))).to_contain_text("Figures")
    expect(groups.and_(page.get_by_label("Work"))).to_contain_text("Conversations")


def test_a_conversation_reads_like_one(page: Page) -> None:
    page.goto("/conversations/talk-9")
    expect(page.get_by_role("article")).to_have_count(TALK)
    expect(page.get_by_text("byte for byte").first).to_be_hidden()
    expect(page.get_by_text("Questions considered").first).to_be_hidden()
    height = page.get_by_role("article").nth(3).evaluate("turn => turn.offsetHeight")
    assert height < 300, "one message with its reply and why takes a third of a screen, not more"
    page.get_by_role("article").nth(3).get_by_text("Details").click()
    expect(page.get_by_text("byte for byte").nth(3)).to_be_visible()


def test_rows_are_ticked_and_only_those_are_tagged(page: Page, database: Path) -> None:
    page.goto("/search?route=out_of_scope")
    for place in (0, 2):
        page.get_by_role("checkbox", name="Tick: Question").nth(place).check()
    expect(page.get_by_label("the messages ticked above")).to_be_checked()
    expect(page.get_by_text("the messages ticked above (2)")).to_be_visible()
    page.get_by_label("Tag them").fill("off topic")
    page.get_by_label("Tag them").press("Enter")
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("2 messages are tagged.")).to_be_visible()
    record = open_record(database)
    tagged = record.execute(
        "SELECT number FROM tags JOIN turns ON id = turn WHERE tag = 'off-topic' ORDER BY 1"
    ).fetchall()
    record.close()
    assert tagged == [(TALK - 2,), (TALK,)]


def test_what_a_search_found_is_judged_one_after_the_other(page: Page, database: Path) -> None:
    record = open_record(database)
    found = record.execute("SELECT id FROM turns WHERE number IN (2, 5) AND conversation = 'talk-9'").fetchall()
    set_tag(record, [turn for (turn,) in found], "later", by="maria", now=utc(BEGUN))
    record.close()
    page.goto("/search?q=question&route=out_of_scope&tag=later")
    page.keyboard.press("s")
    page.get_by_role("heading", name="What you searched for").wait_for()
    expect(page.locator("html.scripted")).to_be_attached()  # keys are heard from then on
    page.keyboard.press("1")
    expect(page.get_by_role("status")).to_contain_text("Your verdict is noted.")
    expect(page.locator("html.scripted")).to_be_attached()
    page.keyboard.press("1")
    expect(page.get_by_text("nothing more waits here")).to_be_visible()
    record = open_record(database)
    judged = record.execute("SELECT turn FROM verdicts ORDER BY turn").fetchall()
    record.close()
    assert judged == found
