"""Strict policies, hostile pages, hostile words, foreign websites."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, expect

from bot.safety.warning import WARNING
from tests.browser.conftest import Host
from tests.browser.widget import EMBED, Chat, answer_with

STRICT = (
    "default-src 'none'; script-src {website}; connect-src {website}; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
WATCH = (
    "window.violations = []; addEventListener('securitypolicyviolation', (event) =>"
    " violations.push(event.violatedDirective))"
)


@pytest.mark.parametrize("attributes", ["", 'inline lang="es"'])
def test_a_strict_policy_with_trusted_types_sees_no_violation(
    context: BrowserContext, host: Host, website: str, attributes: str
) -> None:
    page = context.new_page()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Trusted" in message.text or "violat" in message.text:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(
        "window.violations = []; addEventListener('securitypolicyviolation', (event) =>"
        " violations.push(event.violatedDirective + ' ' + event.blockedURI))"
    )
    page.add_init_script("window.print = () => {}")
    page.goto(host.page(EMBED.format(website=website, attributes=attributes), policy=STRICT.format(website=website)))
    chat = Chat(page)
    if not attributes:
        chat.open()
    chat.ask("How long does a session take?").locator("summary").click()
    chat.replies.last.locator(".small").last.click()
    expect(chat.panel.locator(".why textarea")).to_be_visible()
    chat.ask("I take warfarin")
    chat.ask("I cannot breathe")
    for index in (0, 1, 3):
        chat.panel.locator(".menu").click()
        chat.panel.locator(".option").nth(index).click()
    chat.panel.locator(".bar .button").first.click()
    expect(chat.questions).to_have_count(0)
    assert page.evaluate("violations") == []
    assert complaints == []


def test_a_page_without_the_chats_address_in_its_policy_is_refused_by_the_browser(
    context: BrowserContext, host: Host, website: str
) -> None:
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(host.page(EMBED.format(website=website, attributes=""), policy="default-src 'none'"))
    assert page.evaluate("violations") == ["script-src-elem"]


def test_the_pinned_file_runs_and_a_changed_one_does_not(context: BrowserContext, host: Host, website: str) -> None:
    page = context.new_page()
    page.goto(f"{website}/demo")
    tag = page.locator(".sample code").last.inner_text()
    page.goto(host.page(tag + "<ozone-faq></ozone-faq>"))
    expect(Chat(page).launcher).to_be_visible()
    page.goto(host.page(tag.replace("sha384-", "sha384-AAAA", 1) + "<ozone-faq></ozone-faq>"))
    assert page.evaluate("customElements.get('ozone-faq') === undefined")


HOSTILE = """<style>
:root { font-size: 60px !important; --ink: red; --surface: red; --brand: red; --warn: red; --warn-ink: red }
body { color: red !important; font: 60px cursive !important; text-transform: uppercase !important;
  letter-spacing: 9px !important }
body { text-align: right !important }
ozone-faq, ozone-faq * { all: unset !important; display: none !important; visibility: hidden !important;
  opacity: 0 !important; filter: blur(9px) !important }
ozone-faq { --ink: red; --warn: red; transform: rotate(9deg) !important; position: static !important;
  content-visibility: hidden !important }
ozone-faq { clip-path: inset(50%) !important; inline-size: 0 !important; overflow: hidden !important;
  z-index: -1 !important }
.warning, .panel, .outer { display: none !important }
</style>"""

LOOKS = """() => {
  const element = document.querySelector('ozone-faq');
  const style = (part, names) => names.map((name) => getComputedStyle(part)[name]);
  const inside = ['display', 'color', 'backgroundColor', 'font', 'visibility', 'opacity', 'textTransform',
    'letterSpacing', 'textAlign'];
  const outside = ['display', 'position', 'opacity', 'filter', 'transform', 'visibility', 'clipPath', 'overflow',
    'contentVisibility', 'zIndex', 'inset'];
  const parts = ['.outer', '.warning', '.warning p', 'h2', '.bubble', '#field']
    .map((part) => element.shadowRoot.querySelector(part));
  return [style(element, outside), ...parts.map((part) => style(part, inside))];
}"""
"""How the widget looks to the browser, outside and inside."""


def test_a_hostile_page_changes_nothing(browser: Browser, host: Host, website: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    seen = []
    for head in ("", HOSTILE):
        page = context.new_page()
        page.goto(host.page(EMBED.format(website=website, attributes="open"), head=head))
        expect(Chat(page).panel.locator(".warning")).to_be_visible()
        seen.append(page.evaluate(LOOKS))
    context.close()
    assert seen[0] == seen[1]


WORDS = "<img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"


def test_hostile_words_from_anywhere_stay_words(context: BrowserContext, host: Host, website: str) -> None:
    page = context.new_page()
    page.on("dialog", lambda dialog: pytest.fail("something was executed"))

    def poison(body: dict[str, Any]) -> None:
        snippet: dict[str, Any] = {"id": WORDS, "version": WORDS, "approved": {"on": WORDS, "role": WORDS}}
        sources = [
            {"title": WORDS, "publisher": WORDS, "year": WORDS, "address": address}
            for address in ("javascript:alert(3)", "data:text/html,x", "//evil.example")
        ]
        links = [{"text": "here", "href": "javascript:alert(4)"}]
        body["messages"] = [
            {
                "text": f"{WORDS} here",
                "snippet": snippet | {"sources": sources},
                "buttons": [{"title": WORDS, "send": WORDS}],
                "links": links,
            }
        ]
        body["warning"] = {"text": WORDS}
        body["contact"] = {"name": WORDS, "phone": WORDS, "email": WORDS, "website": "javascript:alert(5)"}
        body["route"] = "clinician"
        body["input"] = {"kind": WORDS, "hint": WORDS}

    page.goto(host.page(EMBED.format(website=website, attributes=f"open heading='{WORDS}'")))
    answer_with(page, poison)
    chat = Chat(page)
    reply = chat.ask(WORDS)
    expect(reply.locator(".bubble")).to_contain_text(WORDS)
    assert page.locator("ozone-faq img, ozone-faq script").count() == 0
    addresses = page.locator("ozone-faq .bot a").evaluate_all(
        "(links) => links.map((link) => link.getAttribute('href') ?? '')"
    )
    assert [
        address for address in addresses if address and not address.startswith(("tel:", "mailto:", f"{website}/"))
    ] == []


def test_a_website_that_is_not_allowed_gets_no_answers_and_is_told_in_the_console(
    context: BrowserContext, website: str
) -> None:
    page = context.new_page()
    foreign = Host()
    page.goto(foreign.page(EMBED.format(website=website, attributes="open")))
    chat = Chat(page)
    with page.expect_console_message(lambda message: "OZONE_ALLOWED_ORIGINS" in message.text) as said:
        chat.send("What is ozone?")
    assert foreign.origin in said.value.text
    expect(chat.number).to_be_visible()
    expect(chat.replies).to_have_count(0)
    status = page.request.post(f"{website}/api/chat", data={"message": "hi"}, headers={"Origin": foreign.origin}).status
    assert status == 403
    foreign.server.shutdown()
    foreign.server.server_close()


def test_an_allowed_website_can_use_everything_from_its_own_origin(
    context: BrowserContext, host: Host, website: str
) -> None:
    page = context.new_page()
    page.goto(host.page(EMBED.format(website=website, attributes="")))
    chat = Chat(page)
    chat.open()
    expect(chat.ask("What is ozone?")).to_contain_text(WARNING)
    page.reload()
    expect(chat.replies).to_have_count(1)


def test_events_tell_the_host_page_what_happened_and_never_the_words(
    context: BrowserContext, host: Host, website: str
) -> None:
    page = context.new_page()
    names = "['open', 'close', 'reply', 'error', 'delete']"
    page.add_init_script(
        f"window.told = []; for (const name of {names}) addEventListener('ozone-faq:' + name, (event) =>"
        " told.push([name, event.detail]))"
    )
    page.goto(host.page(EMBED.format(website=website, attributes="")))
    chat = Chat(page)
    chat.open()
    chat.ask("I take warfarin")
    chat.option("Delete this conversation")
    chat.panel.get_by_role("button", name="Delete", exact=True).click()
    expect(chat.questions).to_have_count(0)
    page.keyboard.press("Escape")
    assert page.evaluate("told") == [
        ["open", None],
        ["reply", {"route": "clinician", "turn": 1}],
        ["delete", None],
        ["close", None],
    ]


def test_attributes_and_properties_of_the_host_page_are_followed(
    context: BrowserContext, host: Host, website: str
) -> None:
    page = context.new_page()
    attributes = """open position="start" theme="dark" heading="Ask us" starters='["Is it safe?"]'
      texts='{"placeholder": "Go on"}'"""
    page.goto(
        host.page(
            EMBED.format(website=website, attributes=attributes),
            head="<style>ozone-faq { --ozone-brand-dark: rgb(1, 2, 3) }</style>",
        )
    )
    chat = Chat(page)
    expect(chat.panel.locator("h2")).to_have_text("Ask us")
    expect(chat.field).to_have_attribute("placeholder", "Go on")
    expect(chat.panel.locator(".chip")).to_have_text(["Is it safe?"])
    expect(chat.panel.locator(".send")).to_have_css("background-color", "rgb(1, 2, 3)")
    box = chat.panel.bounding_box()
    assert box is not None
    assert box["x"] < 100
    page.evaluate("document.querySelector('ozone-faq').lang = 'es'")
    expect(chat.field).to_be_visible()
    expect(chat.panel.locator(".chip")).to_have_text(["Is it safe?"])
    expect(chat.panel.locator(".warning")).to_contain_text("El ozono")


def test_the_text_area_asks_for_what_the_assistant_needs_and_then_no_longer(
    context: BrowserContext, host: Host, website: str
) -> None:
    page = context.new_page()
    page.goto(host.page(EMBED.format(website=website, attributes="open")))
    chat = Chat(page)
    answer_with(page, lambda body: body.update(input={"kind": "tel-or-email", "hint": "How can we reach you?"}))
    chat.ask("What is ozone?")
    field = page.get_by_label("How can we reach you?")
    expect(field).to_have_attribute("inputmode", "email")
    page.unroute_all()
    chat.ask("Is it safe?")
    expect(page.get_by_label("Your question")).to_have_attribute("inputmode", "text")


def test_the_conversation_can_be_copied_as_text_with_its_warning_and_sources(
    context: BrowserContext, website: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(website)
    chat = Chat(page)
    answer = chat.ask("What is ozone?").locator(".bubble").inner_text()
    chat.option("Copy as text")
    expect(chat.notice).to_have_text("The conversation was copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.index(WARNING) < copied.index("What is ozone?") < copied.index(answer) < copied.rindex(WARNING)
    assert "https://" in copied


def test_printing_from_the_menu_prints_the_conversation_alone(
    context: BrowserContext, host: Host, website: str
) -> None:
    page = context.new_page()
    page.add_init_script("window.print = function () { top.printed = document.body.innerText }")
    page.goto(host.page("<p>The clinic's own words</p>" + EMBED.format(website=website, attributes="open")))
    chat = Chat(page)
    answer = chat.ask("What is ozone?").locator(".bubble").inner_text()
    chat.option("Print")
    page.wait_for_function("window.printed")
    printed = page.evaluate("window.printed")
    assert answer in printed
    assert WARNING in printed
    assert "own words" not in printed
