"""WCAG 2.2 AA: axe on every state, the keyboard alone, what
is heard and when, and what the visitor's own settings change."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from bot.safety.warning import WARNING, WARNING_DETAIL
from tests.browser.conftest import Host
from tests.browser.widget import EMBED, LISTEN, Chat, answer_with

FORM = {"kind": "tel-or-email", "hint": "A telephone number or an e-mail address"}


def _closed(chat: Chat) -> None:
    expect(chat.launcher).to_be_visible()


def _greeting(chat: Chat) -> None:
    chat.open()


def _answer(chat: Chat) -> None:
    chat.open()
    chat.ask("How long does a session take?").locator("summary").click()


def _clarify(chat: Chat) -> None:
    chat.open()
    expect(chat.ask("is it the same")).to_contain_text("Did you mean one of these?")
    expect(chat.replies.last.locator(".chip").first).to_be_visible()


def _out_of_scope(chat: Chat) -> None:
    chat.open()
    expect(chat.ask("how do you get rid of moss on a roof").locator(".contact")).to_be_visible()


def _referral(chat: Chat) -> None:
    chat.open()
    expect(chat.ask("I take warfarin").locator(".contact")).to_be_visible()


def _emergency(chat: Chat) -> None:
    chat.open()
    expect(chat.ask("I cannot breathe").locator("a.button")).to_be_visible()


def _check(chat: Chat) -> None:
    answer_with(chat.page, lambda body: body.update(route="check"))
    chat.open()
    expect(chat.ask("I cannot breathe").locator(".label")).to_have_text(re.compile(r"Is this urgent\?|¿Es urgente\?"))


def _form(chat: Chat) -> None:
    answer_with(chat.page, lambda body: body.update(input=FORM))
    chat.open()
    chat.ask("What is ozone?")
    expect(chat.panel.locator("label.hint")).to_have_text(FORM["hint"])


def _reason(chat: Chat) -> None:
    chat.open()
    chat.ask("What is ozone?").locator(".small").last.click()
    expect(chat.panel.locator(".why textarea")).to_be_visible()


def _menu(chat: Chat) -> None:
    chat.open()
    chat.ask("What is ozone?")
    chat.panel.locator(".menu").click()


def _sure(chat: Chat) -> None:
    _menu(chat)
    chat.panel.locator(".option").last.click()
    expect(chat.panel.locator("#sure")).to_be_visible()


def _deleted(chat: Chat) -> None:
    _sure(chat)
    chat.panel.locator(".bar .button").first.click()
    expect(chat.notice).to_be_visible()


def _refused(chat: Chat) -> None:
    chat.page.route("**/api/chat", lambda route: route.fulfill(status=400, json={"error": "That is not a message."}))
    chat.open()
    chat.send("What is ozone?")
    expect(chat.problem.locator("button")).to_be_visible()


def _offline(chat: Chat) -> None:
    chat.open()
    chat.page.context.set_offline(True)
    chat.send("What is ozone?")
    expect(chat.number).to_be_visible()


def _too_long(chat: Chat) -> None:
    chat.open()
    chat.field.fill("a" * 2100)
    expect(chat.panel.locator("#count")).to_contain_text("100")


STATES = [
    _closed,
    _greeting,
    _answer,
    _clarify,
    _out_of_scope,
    _referral,
    _emergency,
    _check,
    _form,
    _reason,
    _menu,
    _sure,
    _deleted,
    _refused,
    _offline,
    _too_long,
]
LOOKS = [
    {"path": "/demo", "width": 1280, "color_scheme": "light"},
    {"path": "/demo/es", "width": 320, "color_scheme": "dark"},
]


@pytest.mark.parametrize("look", LOOKS, ids=["english-light-1280", "spanish-dark-320"])
@pytest.mark.parametrize("state", STATES, ids=[state.__name__.strip("_") for state in STATES])
def test_no_state_is_in_the_way_of_anybody(
    browser: Browser, website: str, state: Callable[[Chat], None], look: dict[str, object]
) -> None:
    context = browser.new_context(
        viewport={"width": look["width"], "height": 800}, color_scheme=look["color_scheme"], reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{website}{look['path']}")
    expect(page.locator("ozone-faq .launcher")).to_contain_text("Haga" if "es" in str(look["path"]) else "Ask")
    expect(page.locator("ozone-faq .outer")).to_have_attribute("lang", "es" if "es" in str(look["path"]) else "en")
    state(Chat(page))
    found = (
        Axe()
        .run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
        .response["violations"]
    )
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.evaluate(
        "[...document.querySelector('ozone-faq').shadowRoot.querySelectorAll('.log, .panel')].every(e => e.scrollWidth"
        " <= e.clientWidth)"
    )
    small = page.evaluate(
        """() => [...document.querySelector('ozone-faq')
            .shadowRoot.querySelectorAll('button, summary, a.button, textarea')]
            .filter((e) => e.checkVisibility()).map((e) => [e.textContent, e.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([words]) => words)"""
    )
    assert small == [], "targets under 24 px"
    context.close()


def test_a_visit_from_launcher_to_deleted_conversation_needs_only_the_keyboard(
    context: BrowserContext, website: str
) -> None:
    page = context.new_page()
    page.goto(f"{website}/demo")
    chat = Chat(page)
    keys = page.keyboard

    def tab_to(name: str) -> None:
        for _ in range(40):
            keys.press("Tab")
            if page.evaluate("document.querySelector('ozone-faq').shadowRoot.activeElement?.textContent") == name:
                return
        raise AssertionError(f"{name} cannot be reached with Tab")

    chat.launcher.focus()
    keys.press("Enter")
    expect(chat.field).to_be_focused()
    keys.type("What is ozone?")
    keys.press("Enter")
    expect(chat.replies).to_have_count(1)
    expect(chat.field).to_be_focused()
    chat.log.focus()
    keys.press("Tab")
    tab_to("Sources (2)")
    keys.press("Enter")
    expect(chat.replies.last.get_by_role("link").first).to_be_visible()
    tab_to("No")
    keys.press("Enter")
    expect(chat.panel.locator(".why textarea")).to_be_visible()
    keys.press("Tab")
    keys.type("too short")
    keys.press("Tab")
    keys.press("Enter")
    expect(chat.panel.locator(".why")).to_be_hidden()
    expect(chat.panel.get_by_role("button", name="No", exact=True)).to_be_focused()
    chat.launcher.evaluate("(launcher) => launcher.getRootNode().querySelector('.panel').focus()")
    tab_to("Options")
    keys.press("Enter")
    tab_to("Delete this conversation")
    keys.press("Enter")
    expect(chat.panel.get_by_role("button", name="Delete", exact=True)).to_be_focused()
    keys.press("Enter")
    expect(chat.notice).to_have_text("This conversation was deleted.")
    expect(chat.field).to_be_focused()
    keys.press("Escape")
    expect(chat.panel).to_be_hidden()
    expect(chat.launcher).to_be_focused()


@pytest.mark.parametrize("close", ["Escape", "button", "script"])
def test_every_way_of_closing_returns_the_focus(context: BrowserContext, website: str, close: str) -> None:
    page = context.new_page()
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    if close == "button":
        chat.panel.get_by_role("button", name="Close chat").click()
    elif close == "script":
        page.evaluate("document.querySelector('ozone-faq').hide()")
    else:
        page.keyboard.press(close)
    expect(chat.launcher).to_be_focused()


def test_the_options_do_not_stay_in_the_way_of_the_reply(context: BrowserContext, website: str) -> None:
    page = context.new_page()
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    page.locator("ozone-faq .menu").click()
    expect(page.locator("ozone-faq .menu")).to_have_attribute("aria-expanded", "true")
    chat.ask("What is ozone?")
    expect(page.locator("ozone-faq .menu")).to_have_attribute("aria-expanded", "false")
    expect(chat.panel.get_by_role("button", name="Delete this conversation")).to_be_hidden()


def test_escape_closes_one_thing_at_a_time(context: BrowserContext, website: str) -> None:
    page = context.new_page()
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    chat.panel.locator(".menu").click()
    page.keyboard.press("Escape")
    expect(chat.panel.locator(".option").first).to_be_hidden()
    expect(chat.panel.locator(".menu")).to_be_focused()
    chat.option("Delete this conversation")
    page.keyboard.press("Escape")
    expect(chat.panel.locator("#sure")).to_be_hidden()
    expect(chat.panel).to_be_visible()


def test_the_focus_leaves_the_open_window_with_tab_and_the_page_stays_usable(
    context: BrowserContext, website: str
) -> None:
    page = context.new_page()
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.localName") != "ozone-faq":
            break
    assert page.evaluate("document.activeElement.localName") != "ozone-faq"
    page.get_by_role("link", name="Español").focus()
    expect(page.get_by_role("link", name="Español")).to_be_focused()


def test_what_a_full_screen_window_hides_cannot_be_reached(context: BrowserContext, website: str) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") in ("ozone-faq", "body")
    page.keyboard.press("Escape")
    assert page.locator("[inert]").count() == 0


def test_a_reply_never_takes_the_focus(context: BrowserContext, website: str) -> None:
    page = context.new_page()
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    chat.send("I cannot breathe")
    page.get_by_role("link", name="Español").focus()
    expect(chat.replies).to_have_count(1)
    expect(page.get_by_role("link", name="Español")).to_be_focused()


def test_an_emergency_comes_back_on_the_screen_when_the_window_was_closed(
    context: BrowserContext, website: str
) -> None:
    page = context.new_page()
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    held: list[Route] = []
    page.route("**/api/chat", lambda route: held.append(route), times=1)
    with page.expect_request("**/api/chat"):
        chat.send("I cannot breathe")
    page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    held[0].continue_()
    expect(chat.panel.get_by_role("link", name="Call 911").first).to_be_visible()


def _listening(context: BrowserContext, address: str) -> Chat:
    context.add_init_script(f"({LISTEN})()")
    page = context.new_page()
    page.goto(address)
    return Chat(page)


def test_the_warning_is_said_first_and_once_a_conversation(context: BrowserContext, website: str) -> None:
    chat = _listening(context, f"{website}/demo")
    assert chat.heard() == []
    chat.open()
    warning, greeting = (said["words"] for said in chat.heard())
    assert warning == f"Warning: {WARNING} {WARNING_DETAIL}"
    assert greeting.startswith("Hello.")
    chat.page.keyboard.press("Escape")
    chat.open()
    assert len(chat.heard()) == 2
    chat.ask("What is ozone?")
    chat.page.reload()
    expect(chat.replies).to_have_count(1)
    assert not [said for said in chat.heard() if said["words"].startswith("Warning")]


def test_a_reply_is_said_once_when_it_can_be_seen_and_its_warning_after_it(
    context: BrowserContext, website: str
) -> None:
    chat = _listening(context, f"{website}/demo")
    chat.open()
    text = chat.ask("What is ozone?").locator(".bubble").inner_text()
    (said,) = [said for said in chat.heard() if text in said["words"]]
    assert said["region"] == "log"
    assert text in said["shown"], "said before it could be seen"
    assert re.fullmatch(
        rf"Reply: {re.escape(text)} Warning: {re.escape(WARNING)} Suggested replies: \d\.", said["words"]
    )


def test_messages_of_one_reply_are_shown_and_said_in_order(context: BrowserContext, website: str) -> None:
    chat = _listening(context, f"{website}/demo")
    answer_with(
        chat.page,
        lambda body: body["messages"].insert(0, {"text": "Thank you, noted.", "snippet": None, "buttons": []}),
    )
    chat.open()
    bubbles = chat.ask("What is ozone?").locator(".bubble").all_inner_texts()
    assert bubbles[0] == "Thank you, noted."
    assert bubbles[1].startswith("Ozone is a gas.")
    assert f"Reply: {bubbles[0]} {bubbles[1]} Warning:" in chat.heard()[-1]["words"]


def test_an_emergency_interrupts_and_other_replies_do_not(context: BrowserContext, website: str) -> None:
    chat = _listening(context, f"{website}/demo")
    chat.open()
    chat.ask("What is ozone?")
    assert "alert" not in [said["region"] for said in chat.heard()]
    chat.ask("I cannot breathe")
    assert [said["words"][:15] for said in chat.heard() if said["region"] == "alert"] == ["Emergency: Call"]


def test_a_question_whether_it_is_urgent_interrupts_and_shows_the_number_first(
    context: BrowserContext, website: str
) -> None:
    chat = _listening(context, f"{website}/demo")
    chat.open()
    answer_with(chat.page, lambda body: body.update(route="check"))
    asked = chat.ask("I cannot breathe")
    assert [said["words"][:15] for said in chat.heard() if said["region"] == "alert"] == ["Is this urgent?"]
    assert asked.locator(".bubble").first.inner_text().split()[:5] == ["Is", "this", "urgent?", "Call", "911"]
    expect(asked.get_by_role("button", name="I am safe now")).to_be_visible()


def test_what_is_seen_is_no_live_region_and_the_live_regions_are_always_there(page: Page) -> None:
    assert page.locator("ozone-faq .log").evaluate(
        "(log) => !log.closest('[aria-live], [role=log], [role=status], [role=alert]')"
    )
    regions = page.locator("ozone-faq :is([role=log], [role=status], [role=alert])")
    assert regions.count() == 3
    assert regions.all_inner_texts() == ["", "", ""]


def test_live_regions_are_emptied_again(context: BrowserContext, website: str) -> None:
    page = context.new_page()
    page.clock.install()
    page.goto(f"{website}/demo")
    Chat(page).open()
    regions = page.locator("ozone-faq :is([role=log], [role=status], [role=alert])")
    assert "Warning" in "".join(regions.all_inner_texts())
    page.clock.run_for(20_000)
    assert "".join(regions.all_inner_texts()) == ""


@pytest.mark.parametrize(("width", "height"), [(320, 256), (320, 480), (640, 360), (800, 200)])
def test_the_warning_and_the_text_area_are_reachable_on_any_screen(
    context: BrowserContext, website: str, width: int, height: int
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    chat.ask("What is ozone?")
    expect(chat.panel.locator(".warning")).to_be_in_viewport()
    chat.field.scroll_into_view_if_needed()
    expect(chat.field).to_be_in_viewport()
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_wider_text_spacing_hides_nothing(context: BrowserContext, host: Host, website: str) -> None:
    page = context.new_page()
    page.goto(host.page(EMBED.format(website=website, attributes="open")))
    chat = Chat(page)
    chat.ask("I take warfarin")
    page.evaluate("""() => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
              word-spacing: 0.16em !important }
                p { margin-block-end: 2em !important }`);
            const root = document.querySelector('ozone-faq').shadowRoot;
            root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
        }""")
    clipped = chat.panel.evaluate(
        """(panel) => [...panel.querySelectorAll('button, a, p, h2')]
          .filter((e) => !e.closest('.sr') && e.checkVisibility())
            .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
              .map((e) => e.textContent)"""
    )
    assert clipped == []


def test_forced_colours_keep_borders_and_icons(browser: Browser, website: str) -> None:
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    emergency = chat.ask("I cannot breathe")
    assert emergency.locator(".bubble").evaluate("(bubble) => getComputedStyle(bubble).borderTopWidth") == "4px"
    expect(emergency.get_by_role("link", name="Call 911").first).to_be_visible()
    context.close()


def test_less_motion_is_no_motion(browser: Browser, website: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{website}/demo")
    Chat(page).open()
    assert (
        page.evaluate(
            "document.getAnimations({ subtree: true }).length +"
            " document.querySelector('ozone-faq').shadowRoot.getAnimations().length"
        )
        == 0
    )
    context.close()


def test_right_to_left_pages_have_the_chat_on_their_left_and_english_reads_from_the_left(
    context: BrowserContext, host: Host, website: str
) -> None:
    page = context.new_page()
    page.goto(host.page(EMBED.format(website=website, attributes=""), attributes='lang="ar" dir="rtl"'))
    chat = Chat(page)
    box = chat.launcher.bounding_box()
    assert box is not None
    assert box["x"] < 100
    chat.open()
    question = chat.ask("What is ozone?").page.locator("ozone-faq .you .bubble").bounding_box()
    reply = chat.replies.last.locator(".bubble").bounding_box()
    panel = chat.panel.bounding_box()
    close = chat.panel.get_by_role("button", name="Close chat").bounding_box()
    assert panel is not None
    assert question is not None
    assert reply is not None
    assert close is not None
    assert panel["x"] < 100
    assert question["x"] > reply["x"] + reply["width"] - question["width"] - 2
    assert close["x"] > panel["x"] + panel["width"] / 2


def test_long_words_wrap(context: BrowserContext, website: str) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    chat.ask("Pneumonoultramicroscopicsilicovolcanoconiosis" * 8)
    assert chat.log.evaluate("(log) => log.scrollWidth <= log.clientWidth")


def test_print_shows_the_warning_and_the_conversation(context: BrowserContext, website: str) -> None:
    page = context.new_page()
    page.goto(website)
    chat = Chat(page)
    reply = chat.ask("What is ozone?")
    page.emulate_media(media="print")
    expect(chat.panel.locator(".warning")).to_be_visible()
    expect(reply.locator(".bubble")).to_be_visible()
    expect(chat.field).to_be_hidden()


def test_the_clinics_own_page_prints_without_the_window_over_it(
    context: BrowserContext, host: Host, website: str
) -> None:
    page = context.new_page()
    page.goto(host.page("<p>Our prices</p>" + EMBED.format(website=website, attributes="open")))
    expect(Chat(page).panel).to_be_visible()
    page.emulate_media(media="print")
    expect(Chat(page).panel).to_be_hidden()


def test_a_reader_jumps_from_reply_to_reply(page: Page) -> None:
    chat = Chat(page)
    chat.ask("What is ozone?")
    chat.ask("I cannot breathe")
    names = page.locator("ozone-faq .log h3").all_inner_texts()
    assert [name.strip() for name in names] == ["Assistant"] * 3
    expect(chat.log.get_by_role("heading", name="Emergency")).to_be_visible()


def test_ten_turns_fit_into_a_readable_length_with_the_warning_in_every_reply(
    context: BrowserContext, website: str
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    questions = [
        "What is ozone?",
        "I take warfarin",
        "I take ibuprofen",
        "How long does a session take?",
        "what does it cost?",
        "thank you",
    ]
    for question in [
        *questions,
        "how do you get rid of moss on a roof",
        "is it safe?",
        "blub moss roof",
        "When are you open?",
    ]:
        expect(chat.ask(question).locator(".caution")).to_contain_text(WARNING)
    assert chat.log.evaluate("(log) => log.scrollHeight") <= 4500
    assert chat.panel.locator(".row:visible").count() <= 1, "old questions whether it helped"
    assert chat.panel.locator(".contact .button[href^='mailto']:visible").count() == 1, (
        "the clinic's card is shown large once"
    )


def test_a_referral_shows_what_to_do_without_scrolling(context: BrowserContext, website: str) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    for words in ("I take warfarin", "I am pregnant"):
        reply = chat.ask(words)
        expect(reply.get_by_role("link", name="Call 555-0100")).to_be_in_viewport(ratio=1)
        expect(reply.get_by_role("button", name="Leave a question")).to_be_in_viewport(ratio=1)


def test_small_talk_has_no_sources(page: Page) -> None:
    chat = Chat(page)
    for words in ("thank you", "how do you get rid of moss on a roof"):
        expect(chat.ask(words).locator("summary")).to_have_count(0)
    expect(chat.ask("What is ozone?").locator("summary")).to_contain_text("Sources")
    chat.replies.last.locator("summary").click()
    expect(chat.replies.last.locator("details")).to_contain_text("Approved")
