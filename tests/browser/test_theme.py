"""Colours from one brand colour, whatever it is; the page to try
them; and the chat page where there is little room or no chat."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.content.library import Library
from tests.browser.conftest import Host
from tests.browser.widget import Chat

AA = 4.5
AAA = 7.0
COLORS = [
    "#000000",
    "#ffffff",
    "#ffd84d",
    "#ffff00",
    "#00ff00",
    "#0000ff",
    "#ff0000",
    "#777777",
    "#767676",
    "#808080",
    "#fffffe",
    "#010101",
]
COLORS += [f"#{sha256(str(number).encode()).hexdigest()[:6]}" for number in range(1_000)]

MEASURE = """(colors) => {
  const host = document.querySelector('ozone-faq'), root = host.shadowRoot;
  const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d',
    { willReadFrequently: true });
  const luminance = (color) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    if (a !== 255) throw new Error(`not opaque: ${color}`);
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const style = (element, name = 'color') => getComputedStyle(element)[name];
  const probe = root.querySelector('.outer').appendChild(document.createElement('i'));
  const value = (name) => { probe.style.color = `var(${name})`; return style(probe); };
  const [send, chip, number] = ['.send', '.chip', '.bubble a[href^="tel:"]'].map((part) => root.querySelector(part));
  const [aside, urgent] = ['.aside .links a', '.aside .urgent a'].map((part) => document.querySelector(part));
  const ground = style(document.documentElement, 'backgroundColor');
  const worst = { fill: 21, text: 21, focus: 21, tint: 21, page: 21 }, numbers = new Set();
  const least = (name, found) => (worst[name] = Math.min(worst[name], found));
  for (const color of colors) {
    document.documentElement.style.setProperty('--ozone-brand', color);
    least('fill', contrast(style(send), style(send, 'backgroundColor')));
    for (const under of [value('--surface'), value('--ground')]) {
      least('text', contrast(style(chip), under));
      least('focus', contrast(value('--focus'), under));
    }
    least('tint', contrast(style(chip), value('--tint')));
    least('page', contrast(style(aside), ground));
    numbers.add(`${style(number)} ${style(urgent)}`);
  }
  return { ...worst, numbers: numbers.size };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_thousand_brand_colors_can_all_be_read(browser: Browser, website: str, scheme: Any) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(website)
    expect(page.locator("ozone-faq .chip").first).to_be_visible()
    worst = page.evaluate(MEASURE, COLORS)
    page.close()
    assert worst["fill"] >= AA
    assert min(worst["text"], worst["focus"], worst["page"]) >= AAA - 0.05  # of eight bits a colour
    assert worst["tint"] >= AA
    assert worst["numbers"] == 1, "the emergency number took the brand's colour"


TAKEN = """(colors) => colors.map((color) => {
  document.documentElement.style.setProperty('--ozone-brand', color);
  const { color: words, borderTopColor: edge } = getComputedStyle(
    document.querySelector('ozone-faq').shadowRoot.querySelector('.chip'));
  return `${words} ${edge}`;
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_floating_window_takes_a_color_as_the_one_in_the_page_does(
    browser: Browser, website: str, scheme: Any
) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(website)
    expect(page.locator("ozone-faq .chip").first).to_be_visible()
    in_the_page = page.evaluate(TAKEN, COLORS[:20])
    page.locator("ozone-faq").evaluate("host => { host.removeAttribute('inline'); host.show(); }")
    expect(page.locator("ozone-faq .chip").first).to_be_visible()
    assert page.evaluate(TAKEN, COLORS[:20]) == in_the_page
    assert len(set(in_the_page)) > 5
    page.close()


def test_square_corners_are_square_everywhere(page: Page) -> None:
    page.locator("ozone-faq").evaluate("host => host.style.setProperty('--ozone-radius', '0')")
    Chat(page).ask("What is ozone?")
    round_parts = page.evaluate(
        """[...document.querySelector('ozone-faq')
            .shadowRoot.querySelectorAll('.panel, .bubble, .chip, .send, .plain, textarea, .small')]
        .filter((part) => parseFloat(getComputedStyle(part).borderTopLeftRadius) > 0).map((part) => part.className)"""
    )
    assert round_parts == []


def test_a_look_is_tried_and_its_lines_are_there_to_copy(page: Page, website: str) -> None:
    page.goto(f"{website}/theme")
    page.get_by_label("Color", exact=True).fill("#ffd84d")
    page.get_by_label("Corners").fill("0")
    page.get_by_label("Font").select_option("Georgia, serif")
    code = page.locator(".sample code")
    expect(code).to_contain_text("--ozone-brand: #ffd84d;")
    expect(code).to_contain_text("--ozone-radius: 0em;")
    expect(code).to_contain_text("--ozone-font: Georgia, serif;")
    expect(page.locator("#contrast")).to_contain_text("to 1 on buttons")
    assert (
        page.evaluate(
            "getComputedStyle(document.querySelector('ozone-faq').shadowRoot.querySelector('.send')).fontFamily"
        )
        == "Georgia, serif"
    )
    assert page.evaluate(
        "getComputedStyle(document.querySelector('ozone-faq').shadowRoot.querySelector('.send')).color"
    ) in (
        "color(xyz-d65 0 0 0)",
        "rgb(0, 0, 0)",
    )


@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        ("/answers", "light"),
        ("/answers?q=it+hurts", "dark"),
        ("/answers/cost", "dark"),
        ("/theme", "dark"),
        ("/install", "light"),
    ],
)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_are_in_nobodys_way(browser: Browser, website: str, path: str, scheme: Any, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text) if message.type == "error" else None)
    page.goto(website + path)
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations == [], "the policy refused something, the structured data perhaps"
    page.close()


def test_a_link_to_an_answer_opens_it(page: Page, website: str, library: Library) -> None:
    page.goto(f"{website}/answers#does_it_hurt")
    expect(page.locator("#does_it_hurt")).to_be_in_viewport()
    expect(page.locator("#does_it_hurt")).to_contain_text(library["does_it_hurt"].text[:40])


def test_the_answers_are_searched_without_javascript(browser: Browser, website: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{website}/answers")
    page.get_by_label("Search the answers").fill("does it hurt")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_contain_text("with “does it hurt”")
    expect(page.locator("details[open] h3")).to_have_text("Does it hurt?")
    context.close()


@pytest.mark.parametrize(("width", "height", "least"), [(320, 568, 220), (390, 700, 300), (640, 400, 130)])
def test_on_a_small_screen_the_chat_has_the_room_and_the_warning_stays(
    browser: Browser, website: str, width: int, height: int, least: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(website)
    chat = Chat(page)
    chat.ask("What is ozone therapy?")
    assert (chat.log.bounding_box() or {})["height"] >= least
    expect(page.locator("ozone-faq .panel > .warning")).to_be_in_viewport(ratio=1)
    expect(chat.field).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def test_when_the_chats_file_does_not_come_there_is_somebody_to_call(browser: Browser, website: str) -> None:
    page = browser.new_page()
    page.route("**/static/widget.js", lambda route: route.abort())
    page.goto(website)
    expect(page.get_by_role("heading", name="The chat could not start")).to_be_visible(timeout=10_000)
    expect(page.locator(".instead a[href='tel:911']")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    page.close()


def test_nothing_stands_for_a_chat_that_came(page: Page) -> None:
    expect(Chat(page).field).to_be_visible()
    expect(page.locator(".instead")).to_be_hidden()


def test_an_allowed_website_shows_the_chat_page_in_a_frame(page: Page, website: str, host: Host) -> None:
    page.goto(host.page(f'<iframe src="{website}/" width="400" height="640"></iframe>'))
    frame = page.frame_locator("iframe")
    frame.locator("ozone-faq #field").fill("What is ozone?")
    frame.locator("ozone-faq #field").press("Enter")
    expect(frame.locator("ozone-faq .bot:has(.caution)")).to_contain_text("Ozone is a gas", timeout=20_000)


def test_the_form_shows_what_was_written_with_change_beside_each(page: Page) -> None:
    chat = Chat(page)
    for text in ("Leave a question for our clinical team", "May I come with a cold?", "555-0199 ext 42", "any time"):
        chat.ask(text)
    rows = chat.replies.last.locator("dd")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("555-0199 ext 42")
    page.reload()
    expect(chat.replies.last.locator("dd").nth(1)).to_contain_text("555-0199 ext 42")
    before = chat.replies.count()
    chat.replies.last.get_by_role("button", name="Change how to reach me").click()
    expect(chat.replies).to_have_count(before + 1, timeout=20_000)
    chat.ask("555-0199 ext 43")
    expect(chat.replies.last.locator("dd").nth(1)).to_contain_text("555-0199 ext 43")
    assert Axe().run(page).response["violations"] == []
