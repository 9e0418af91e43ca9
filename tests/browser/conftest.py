"""A real browser, the website as `make serve` runs it, and another website that embeds the chat."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import ROOT
from tests.ports import free_port

BROWSERS = [os.environ.get("CHROMIUM", ""), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_SECONDS = 300
expect.set_options(timeout=20_000)  # several test processes share the machine


class Host:
    """Another website on an origin of its own, whose pages a test writes."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, str]] = {}
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                html, policy = host.pages.get(self.path, ("", ""))
                self.send_response(200 if html else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if policy:
                    self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_: object) -> None:
                """Tests print nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, body: str, *, policy: str = "", head: str = "", attributes: str = 'lang="en"') -> str:
        """The address of a new page with this body."""
        path = f"/{len(self.pages)}"
        self.pages[path] = (
            f"<!doctype html><html {attributes}><head><title>A clinic</title>{head}</head><body>{body}</body></html>",
            policy,
        )
        return f"{self.origin}{path}"


@pytest.fixture(scope="package")
def host() -> Iterator[Host]:
    made = Host()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="package")
def record_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the website's record will be."""
    return tmp_path_factory.mktemp("var") / "record.db"


@pytest.fixture(scope="package")
def website(record_file: Path, host: Host) -> Iterator[str]:
    """The website on a record of its own; the other website is one of its allowed origins."""
    with served(record_file, OZONE_ALLOWED_ORIGINS=host.origin) as address:
        yield address


@contextmanager
def served(record_file: Path, **settings: str) -> Iterator[str]:
    """The address of a website on a record, and further settings; it ends with the block."""
    port = free_port()
    own = {
        "PORT": str(port),
        "OZONE_DATABASE": str(record_file),
        "OZONE_SECRET_FILE": str(record_file.parent / "secret"),
        **settings,
    }
    server = subprocess.Popen([sys.executable, "-m", "bot", "serve"], cwd=ROOT, env={**os.environ, **own})
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while not answers(address):
            assert server.poll() is None, "the website ended before it was ready"
            assert time.monotonic() < deadline, "the website was not ready in time"
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def answers(address: str) -> bool:
    """Whether a website is there and ready."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def chromium() -> str:
    """Where the browser is."""
    path = next((path for path in BROWSERS if path and Path(path).is_file()), None)
    assert path is not None, "no Chromium was found: run `make browser` or set CHROMIUM"
    return path


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, website: str) -> Page:
    """The chat page."""
    opened = context.new_page()
    opened.goto(website)
    return opened
