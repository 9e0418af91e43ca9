"""Forty-five kinds of pages of clinics: on each the chat is read, used and closed, and the page goes on as before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Host
from tests.browser.widget import EMBED, Chat

DESK, PHONE = (1280, 800), (390, 740)


@dataclass(frozen=True)
class Kind:
    """A page: what stands in its head, before and after the chat, and how large its window is.

    `chat` is how the chat is embedded; an empty one means that the page does it later by itself.
    """

    head: str = ""
    before: str = ""
    after: str = ""
    size: tuple[int, int] = DESK
    chat: str = EMBED
    attributes: str = ""
    root: str = 'lang="en"'
    policy: str = ""
    motion: Literal["reduce", "no-preference"] = "no-preference"


def styled(css: str, **more: object) -> Kind:
    return Kind(head=f"<style>{css}</style>", **more)  # type: ignore[arg-type]


def scripted(script: str, **more: object) -> Kind:
    return Kind(head=f"<script>{script}</script>", **more)  # type: ignore[arg-type]


def later(then: str) -> str:
    """How a page, or a tag manager, brings the chat when it is ready itself."""
    return f"""<script>addEventListener('load', () => setTimeout(() => {{{{
      const script = document.createElement('script');
      script.src = '{{website}}/static/widget.js';
      {then};
      document.head.append(script);
    }}}}, 300))</script>"""


KINDS = {
    # What style sheets do to everything on a page.
    "nothing at all": Kind(),
    "reset of everything": styled("* { margin: 0; padding: 0; border: 0; font: inherit; vertical-align: baseline }"),
    "initial for everything": styled("* { all: initial !important }"),
    "box sizing of old": styled("*, *::before, *::after { box-sizing: content-box !important }"),
    "buttons without looks": styled("button, input, textarea { all: unset; appearance: none !important }"),
    "buttons hidden": styled("button, textarea { display: none !important }"),
    "list without items": styled("ol, ul, li { display: none }"),
    "small root size": styled("html { font-size: 62.5% } body { font-size: 1.6rem }"),
    "large root size": styled("html { font-size: 24px }"),
    "ten pixel text": styled("body { font: 10px/1 fantasy; letter-spacing: 4px; text-transform: uppercase }"),
    "white on black": styled("html { color-scheme: dark; background: #000; color: #fff } a { color: #ff0 !important }"),
    "grey scale filter": styled("html { filter: grayscale(1) }"),
    "text in columns": styled("body { column-count: 3; orphans: 3 }"),
    "vertical writing": styled("body { writing-mode: vertical-rl }"),
    "right to left": Kind(root='lang="ar" dir="rtl"', before="<p>مرحبا</p>"),
    "quiet motion": Kind(motion="reduce"),
    "animations on all": styled(
        "@keyframes turn { to { rotate: 1deg } } * { animation: turn 2s infinite !important; transition: all 2s }"
    ),
    "no pointer": styled("body { pointer-events: none; user-select: none }"),
    "scroll snapping": styled("html { scroll-snap-type: y mandatory } main { height: 300vh }"),
    "page as tall as the window": styled("html, body { height: 100%; overflow: hidden }"),
    "grid": styled("body { display: grid; grid-template-columns: 200px 1fr; overflow: clip }"),
    "container with paint containment": styled("body { contain: strict; width: 100vw; height: 100vh }"),
    "perspective": styled("body { perspective: 500px; transform-style: preserve-3d; will-change: transform }"),
    "layers of a framework": styled("@layer base { * { all: revert } } @layer top { ozone-faq { width: 10px } }"),
    "opacity": styled("body > * { opacity: .3 }"),
    # What stands on the page beside the chat.
    "cookie banner": Kind(
        after="<div style='position:fixed;inset:auto 0 0;height:30vh;background:#ddd;z-index:2147483647'>Cookies</div>"
    ),
    "bar for calling": Kind(
        head="<style>ozone-faq { --ozone-offset-block: 72px }</style>",
        after="<nav style='position:fixed;inset:auto 0 0;height:56px;background:#ddd'>Call | Book</nav>",
        size=PHONE,
    ),
    "full screen film": Kind(before="<div style='position:fixed;inset:0;background:#222;z-index:99999'></div>"),
    "sticky header": Kind(before="<header style='position:sticky;top:0;height:120px;z-index:9999'>Clinic</header>"),
    "frame beside it": Kind(before="<iframe srcdoc='<p>A map</p>' width=600 height=400></iframe>"),
    "two thousand paragraphs": Kind(before="<p>About ozone.</p>" * 2000, size=PHONE),
    "form around it": Kind(before="<form action=/gone><input name=q>", after="</form>"),
    "inside a closed details": Kind(
        before="<details open><summary>Ask</summary>", after="</details>", attributes="inline"
    ),
    "phone with a viewport": Kind(head="<meta name=viewport content='width=device-width'>", size=PHONE),
    "another base": Kind(head="<base href='http://localhost:1/elsewhere/' target='_blank'>"),
    # What scripts do.
    "arrays with more": scripted("Array.prototype.each = function () {}; Object.prototype.extended = true"),
    "JSON of an old library": scripted("Array.prototype.toJSON = undefined; String.prototype.toJSON = undefined"),
    "own Promise and Map": scripted("window.Node2 = window.Node; window.Element2 = window.Element; var name = 1, top2"),
    "counts every listener": scripted(
        "const add = EventTarget.prototype.addEventListener;"
        "EventTarget.prototype.addEventListener = function (...of) { return add.apply(this, of) }"
    ),
    "wraps fetch": scripted("const real = fetch; window.fetch = (...of) => real(...of).then((got) => got)"),
    "takes keys": scripted("addEventListener('keydown', (key) => key.key[1] || key.preventDefault())"),
    "storage refused": scripted(
        "for (const name of ['localStorage', 'sessionStorage'])"
        "Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError') } })"
    ),
    "tag manager": Kind(chat=later("document.body.append(document.createElement('ozone-faq'))")),
    "single page application": Kind(
        chat="<main id=view></main>" + later("document.querySelector('#view').innerHTML = '<ozone-faq></ozone-faq>'")
    ),
    "strict policy": Kind(
        policy="default-src 'none'; script-src {website}; connect-src {website}; img-src {website};"
        " require-trusted-types-for 'script'"
    ),
}


HEADING = (
    "(({ offsetLeft, offsetTop, offsetWidth }) => [offsetLeft, offsetTop, offsetWidth])(document.querySelector('h1'))"
)
"""Where the page's own heading stands."""


def test_there_are_forty_five() -> None:
    assert len(KINDS) == 45


@pytest.mark.parametrize("name", KINDS)
def test_the_chat_works_on_it_and_the_page_goes_on(
    context: BrowserContext, host: Host, website: str, name: str
) -> None:
    kind = KINDS[name]
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.emulate_media(reduced_motion=kind.motion)
    page.set_viewport_size({"width": kind.size[0], "height": kind.size[1]})
    body = (
        f"<h1>Our clinic</h1>{kind.before}{kind.chat.format(website=website, attributes=kind.attributes)}{kind.after}"
    )
    page.goto(host.page(body, head=kind.head, attributes=kind.root, policy=kind.policy.format(website=website)))
    heading = page.evaluate(HEADING)
    chat = Chat(page)
    if "inline" not in kind.attributes:
        expect(chat.launcher).to_be_in_viewport(ratio=1)
        chat.open()
    reply = chat.ask("What is ozone?")
    expect(reply.locator(".bubble").first).to_contain_text("Ozone is a gas")
    expect(reply.locator(".bubble").first).to_be_in_viewport()
    expect(chat.panel.locator(".warning")).to_be_in_viewport(ratio=1)
    expect(chat.field).to_be_in_viewport(ratio=1)
    size = reply.locator(".bubble").first.evaluate("(it) => parseFloat(getComputedStyle(it).fontSize)")
    assert 12 <= size <= 26
    page.keyboard.type("and why?")  # key by key: a page may want them for itself
    expect(chat.field).to_have_value("and why?")
    if "inline" not in kind.attributes:
        chat.panel.get_by_role("button", name="Close chat").click()
        expect(chat.launcher).to_be_in_viewport(ratio=1)
        assert page.evaluate(HEADING) == heading
    assert faults == []
