"""The chat page in a real browser: a question typed, an answer and the warning read."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from socket import socket

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.safety.warning import WARNING
from tests.conftest import ROOT

BROWSERS = [os.environ.get("CHROMIUM", ""), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PATIENCE_SECONDS = 120


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def website(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The website as `make serve` runs it, on a record of its own."""
    folder = tmp_path_factory.mktemp("var")
    port = _free_port()
    environment = {**os.environ, "PORT": str(port), "OZONE_DATABASE": str(folder / "record.db"), "OZONE_SECRET_FILE": str(folder / "secret")}
    server = subprocess.Popen([sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while not _ready(address):
            assert server.poll() is None, "the website ended before it was ready"
            assert time.monotonic() < deadline, "the website was not ready in time"
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next((path for path in BROWSERS if path and Path(path).is_file()), None)
    assert path is not None, "no Chromium was found: run `make browser` or set CHROMIUM"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, website: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(website)
    yield opened
    context.close()


def _ask(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.keyboard.press("Enter")


def test_a_typed_question_gets_an_answer_with_sources_and_the_warning(page: Page) -> None:
    _ask(page, "How long does a session take?")
    log = page.get_by_role("region", name="Conversation")
    expect(log).to_contain_text("A session takes")
    expect(log).to_contain_text("Sources")
    expect(log).to_contain_text(WARNING)


def test_the_warning_stands_before_the_first_message(page: Page) -> None:
    expect(page.get_by_role("region", name="Warning").first).to_contain_text(WARNING)


def test_an_emergency_shows_numbers_that_can_be_tapped(page: Page) -> None:
    _ask(page, "I can't breathe")
    expect(page.locator("ozone-faq a[href='tel:911']").first).to_be_visible()


def test_a_referral_shows_how_to_reach_the_clinic(page: Page) -> None:
    _ask(page, "I am on warfarin")
    expect(page.locator("ozone-faq a[href^='tel:']").first).to_be_visible()


def test_hostile_words_stay_words(page: Page) -> None:
    _ask(page, "<img src=x onerror=alert(1)>")
    log = page.get_by_role("region", name="Conversation")
    expect(log).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("ozone-faq img").count() == 0


def test_a_reload_keeps_the_conversation(page: Page) -> None:
    _ask(page, "What are your opening hours?")
    log = page.get_by_role("region", name="Conversation")
    expect(log).to_contain_text("Monday to Friday")
    page.reload()
    expect(page.get_by_role("region", name="Conversation")).to_contain_text("Monday to Friday")


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_on_the_chat_page_is_in_the_way_of_anybody(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    _ask(page, "What is ozone therapy?")
    expect(page.get_by_role("region", name="Conversation")).to_contain_text("Sources")
    assert Axe().run(page).response["violations"] == []
