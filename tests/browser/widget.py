"""What tests do with the widget, in a visitor's words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

EMBED = '<script type="module" src="{website}/static/widget.js"></script><ozone-faq {attributes}></ozone-faq>'

LISTEN = """() => {
  const heard = (window.heard = []);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    new MutationObserver((records) => {
      for (const record of records) for (const node of record.addedNodes) {
        const region = record.target.closest?.('[aria-live], [role=status], [role=alert]');
        if (!region || node === region) continue;
        heard.push({ region: region.getAttribute('role'), words: node.textContent,
          shown: root.querySelector('ol').textContent });
      }
    }).observe(root, { subtree: true, childList: true });
    return root;
  };
}"""
"""Writes down what every live region is given, with what is to be seen at that moment."""


class Chat:
    """The widget on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.launcher = page.locator("ozone-faq .launcher")
        self.panel = page.locator("ozone-faq .panel")
        self.field = page.locator("ozone-faq #field")
        self.log = page.locator("ozone-faq .log")
        self.replies = page.locator("ozone-faq .bot:has(.caution)")
        self.questions = page.locator("ozone-faq .you")
        self.notice = page.locator("ozone-faq .notice")
        self.problem = page.locator("ozone-faq .problem")
        self.number = page.locator("ozone-faq .help a[href='tel:911']").first

    def open(self) -> None:
        self.launcher.click()
        expect(self.panel).to_be_visible()

    def send(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def ask(self, text: str) -> Locator:
        """Sends a message and waits for the reply to it."""
        before = self.replies.count()
        self.send(text)
        expect(self.replies).to_have_count(before + 1, timeout=20_000)
        return self.replies.last

    def option(self, name: str) -> None:
        self.page.locator("ozone-faq .menu").click()
        self.panel.get_by_role("button", name=name, exact=True).click()

    def wait_for(self, words: str, where: Locator) -> None:
        """Lets the page's clock, which is installed, run on until the widget has given up trying and says `words`.

        How often it has to run on depends on how soon the answer to each attempt arrives, which takes real time.
        """
        for _ in range(60):
            self.page.clock.run_for(12_000)
            with suppress(AssertionError):
                expect(where).to_contain_text(words, timeout=200)
                return
        expect(where).to_contain_text(words)

    def heard(self) -> list[dict[str, str]]:
        """What the live regions were given so far, if the page listens."""
        heard: list[dict[str, str]] = self.page.evaluate("window.heard")
        return heard


def answer_with(page: Page, change: Callable[[dict[str, Any]], None]) -> None:
    """From now on the server's replies are changed on their way."""

    def changed(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        change(body)
        route.fulfill(response=response, json=body)

    page.route("**/api/chat", changed)
