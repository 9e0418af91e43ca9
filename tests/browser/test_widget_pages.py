"""More than one page of a conversation, and host pages of
every kind: nothing old comes back, nothing leaves the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import FLAGS, Host, chromium
from tests.browser.widget import EMBED, Chat


def _back(page: Page) -> None:
    """What a page hears that comes back as it was."""
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")


def _memory(page: Page) -> dict[str, str]:
    memory: dict[str, str] = page.evaluate("({ ...sessionStorage })")
    return memory


def _remember(page: Page, memory: dict[str, str]) -> None:
    """Leaves the tab's memory as another page of this tab left it."""
    page.evaluate("(memory) => { sessionStorage.clear(); Object.assign(sessionStorage, memory) }", memory)


def test_a_conversation_deleted_on_the_next_page_is_not_there_after_back(page: Page) -> None:
    chat = Chat(page)
    chat.ask("I am pregnant, is ozone safe?")
    chat.field.fill("and another thing")
    _remember(page, {})
    _back(page)
    expect(chat.questions).to_have_count(0)
    expect(chat.replies).to_have_count(0)
    expect(chat.field).to_have_value("")
    chat.ask("What is ozone?")
    assert len(_memory(page)) == 1


def test_after_back_a_page_shows_what_was_said_on_the_next_one(context: BrowserContext, website: str) -> None:
    first = context.new_page()
    first.goto(website)
    chat = Chat(first)
    chat.ask("What is ozone?")
    second = context.new_page()  # stands for the next page: a tab of its own hears nothing of the first
    second.add_init_script("delete window.BroadcastChannel")
    second.goto(website)
    _remember(second, _memory(first))
    second.reload()
    Chat(second).ask("I have chest pain")
    expect(chat.questions).to_have_count(1)
    _back(first)
    expect(chat.questions).to_have_count(2)
    expect(chat.replies.last.get_by_role("link", name="Call 911").first).to_be_visible()


def test_a_page_that_comes_back_does_not_write_its_own_conversation_over_the_new_one(
    context: BrowserContext, website: str
) -> None:
    page = context.new_page()
    page.goto(website)
    chat = Chat(page)
    chat.ask("I take warfarin")
    other = context.new_page()
    other.goto(website)
    Chat(other).ask("When are you open?")
    _remember(page, _memory(other))
    _back(page)
    expect(chat.log).to_contain_text("When are you open?")
    expect(chat.questions).to_have_count(1)
    chat.ask("What is ozone?")
    page.reload()
    expect(chat.questions).to_have_count(2)
    expect(chat.log).not_to_contain_text("warfarin")


def _copies(context: BrowserContext, website: str) -> tuple[Chat, Chat]:
    """A page with a conversation, and a copy of its tab."""
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(website)
    Chat(first).ask("What is ozone?")
    _remember(second, _memory(first))
    second.reload()
    expect(Chat(second).replies).to_have_count(1)
    return Chat(first), Chat(second)


def test_a_copied_tab_shows_what_the_other_was_told(context: BrowserContext, website: str) -> None:
    first, second = _copies(context, website)
    second.ask("When are you open?")
    expect(first.replies).to_have_count(2)
    expect(first.questions.last).to_contain_text("When are you open?")
    first.ask("why?")
    expect(second.replies).to_have_count(3)


def test_what_is_deleted_in_one_tab_goes_from_the_other(context: BrowserContext, website: str) -> None:
    first, second = _copies(context, website)
    second.option("Delete this conversation")
    second.panel.get_by_role("button", name="Delete", exact=True).click()
    expect(first.notice).to_have_text("This conversation was deleted.")
    expect(first.questions).to_have_count(0)
    assert _memory(first.page) == {}


def test_a_half_written_message_survives_a_reload_and_a_change_of_language(
    context: BrowserContext, website: str
) -> None:
    page = context.new_page()
    page.goto(website)
    chat = Chat(page)
    chat.ask("What is ozone?").locator(".small").last.click()
    chat.replies.last.locator(".why textarea").fill("I wanted to know")
    chat.field.fill("And is it")
    page.evaluate("document.querySelector('ozone-faq').setAttribute('theme', 'dark')")
    expect(chat.replies.last.locator(".why textarea")).to_have_value("I wanted to know")
    expect(chat.field).to_have_value("And is it")
    page.reload()
    expect(chat.field).to_have_value("And is it")


KEYS = """<input id="search"><dialog id="ask"><button>No</button></dialog><script>
  window.pressed = [];
  for (const type of ['keydown', 'keypress', 'keyup']) document.addEventListener(type,
    (event) => pressed.push(event.key));
</script>"""


def test_keys_stay_on_their_side_of_the_border(context: BrowserContext, host: Host, website: str) -> None:
    page = context.new_page()
    page.goto(host.page(KEYS + EMBED.format(website=website, attributes="open")))
    chat = Chat(page)
    chat.field.press_sequentially("s/? x")
    expect(chat.field).to_have_value("s/? x")
    assert page.evaluate("pressed") == []
    page.locator("#search").focus()
    page.keyboard.press("Escape")
    expect(chat.panel).to_be_visible()
    expect(page.locator("#search")).to_be_focused()
    page.evaluate("ask.showModal()")
    page.keyboard.press("Escape")
    expect(page.locator("#ask")).to_be_hidden()
    expect(chat.panel).to_be_visible()
    chat.field.press("Escape")
    expect(chat.panel).to_be_hidden()


def test_enter_that_ends_a_composition_in_safari_sends_nothing(page: Page) -> None:
    chat = Chat(page)
    chat.field.fill("nihongo")
    chat.field.evaluate(
        "(field) => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true,"
        " composed: true }))"
    )
    expect(chat.field).to_have_value("nihongo")
    expect(chat.questions).to_have_count(0)


HEADS = {
    "plain": "",
    "zoom": "<style>html { zoom: 1.5 }</style>",
    "offset": "<style>ozone-faq { --ozone-offset: 6rem }</style>",
    "offset-block": "<style>ozone-faq { --ozone-offset-block: 40rem; --ozone-offset-inline: 90rem }</style>",
    "moved": (
        "<style>main { transform: translateX(-300px); overflow: hidden; block-size: 100px; filter: blur(0) }</style>"
    ),
    "banner": (
        "<style>body::after { content: ''; position: fixed; inset: 60% 0 0; z-index: 2147483647; background: #333"
        " }</style>"
    ),
    "flex": "<style>body, main { display: flex; overflow: hidden; contain: paint }</style>",
}


@pytest.mark.parametrize("size", [(1280, 720), (320, 568), (640, 400)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("head", HEADS)
def test_launcher_title_warning_and_text_area_stay_on_the_screen(
    context: BrowserContext, host: Host, website: str, head: str, size: tuple[int, int]
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(host.page(f"<main>{EMBED.format(website=website, attributes='')}</main>", head=HEADS[head]))
    chat = Chat(page)
    expect(chat.launcher).to_be_in_viewport(ratio=1)
    chat.open()
    chat.ask("What is ozone?")
    for part in (
        chat.panel.locator("h2"),
        chat.panel.get_by_role("button", name="Close chat"),
        chat.panel.locator(".warning"),
        chat.field,
    ):
        expect(part).to_be_in_viewport(ratio=1)
    chat.panel.get_by_role("button", name="Close chat").click()  # nothing lies over it
    expect(chat.launcher).to_be_in_viewport(ratio=1)


def test_the_two_distances_are_set_apart(context: BrowserContext, host: Host, website: str) -> None:
    page = context.new_page()
    page.goto(
        host.page(
            EMBED.format(website=website, attributes=""),
            head="<style>ozone-faq { --ozone-offset-block: 100px }</style>",
        )
    )
    box = Chat(page).launcher.bounding_box()
    assert box
    assert round(900 - box["y"] - box["height"]) == 100
    assert round(1280 - box["x"] - box["width"]) == 20


def test_a_window_inside_the_page_without_a_height_brings_each_answer_into_view(
    context: BrowserContext, host: Host, website: str
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(host.page("<h1>Ask us</h1>" + EMBED.format(website=website, attributes="inline")))
    chat = Chat(page)
    for words in ("What is ozone?", "How long does a session take?", "I take warfarin", "Is it safe?"):
        expect(chat.ask(words).locator(".bubble").first).to_be_in_viewport()
        expect(chat.field).to_be_in_viewport()


def test_the_host_page_can_hide_it_where_it_has_no_room(context: BrowserContext, host: Host, website: str) -> None:
    page = context.new_page()
    head = "<style>@media (max-width: 600px) { ozone-faq { --ozone-display: none } }</style>"
    page.goto(host.page(EMBED.format(website=website, attributes=""), head=head))
    expect(Chat(page).launcher).to_be_visible()
    page.set_viewport_size({"width": 500, "height": 800})
    expect(Chat(page).launcher).to_be_hidden()


def test_the_button_can_be_moved_and_sent_away(context: BrowserContext, host: Host, website: str) -> None:
    page = context.new_page()
    page.goto(host.page(EMBED.format(website=website, attributes="")))
    chat = Chat(page)
    before = chat.launcher.bounding_box()
    assert before
    x, y = before["x"] + 40, before["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 200, y - 300, steps=5)
    page.mouse.up()
    expect(chat.panel).to_be_hidden()
    page.reload()
    after = chat.launcher.bounding_box()
    assert after
    assert (round(before["x"] - after["x"]), round(before["y"] - after["y"])) == (200, 300)
    chat.launcher.focus()
    page.keyboard.press("ArrowDown")
    lower = chat.launcher.bounding_box()
    assert lower
    assert round(lower["y"] - after["y"]) == 16
    chat.open()
    chat.panel.get_by_role("button", name="Close chat").click()
    page.get_by_role("button", name="Hide the chat button").click()
    expect(chat.launcher).to_be_hidden()
    page.reload()
    expect(chat.launcher).to_be_hidden()
    page.evaluate("document.querySelector('ozone-faq').show()")
    expect(chat.panel).to_be_visible()


def test_back_on_a_telephone_closes_the_window_and_then_leaves_the_page(
    context: BrowserContext, host: Host, website: str
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 640})
    first = host.page("<p>First page</p>")
    second = host.page("<p>Second page</p>" + EMBED.format(website=website, attributes=""))
    page.goto(first)
    page.goto(second)
    chat = Chat(page)
    chat.open()
    page.go_back()
    expect(chat.panel).to_be_hidden()
    assert page.url == second
    chat.open()
    chat.panel.get_by_role("button", name="Close chat").click()
    expect(chat.panel).to_be_hidden()
    page.wait_for_function("!history.state?.['ozone-faq']")
    page.go_back()
    assert page.url == first


@pytest.mark.parametrize(
    "tag",
    ['<script src="{0}"></script>', '<script src="{0}" async></script>', '<script type="module" src="{0}"></script>'],
)
def test_every_kind_of_script_tag_works_also_twice(context: BrowserContext, host: Host, website: str, tag: str) -> None:
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    tags = "".join(tag.format(f"{website}/static/widget.js{query}") for query in ("", "?v=2"))
    page.goto(host.page(tags + "<ozone-faq open></ozone-faq>"))
    expect(Chat(page).ask("What is ozone?")).to_contain_text("Ozone is a gas")
    assert faults == []


def test_the_language_of_the_interface_goes_along_and_its_words_come_first(
    context: BrowserContext, host: Host, website: str
) -> None:
    page = context.new_page()
    page.goto(host.page(EMBED.format(website=website, attributes='open lang="es"')))
    chat = Chat(page)
    expect(chat.panel.locator(".chip").nth(1)).to_have_text("¿Es segura?")
    with page.expect_request("**/api/chat") as sent:
        chat.send("¿es segura?")
    assert sent.value.post_data_json is not None
    assert (sent.value.post_data_json["lang"], sent.value.post_data_json["message"]) == ("es", "Is it safe?")
    expect(chat.replies).to_have_count(1)
    reply = chat.ask("no puedo respirar")
    expect(reply.locator(".bubble").first).to_contain_text("Llame ahora al 911")
    expect(reply.locator(".chip")).to_have_text(["I am safe now", "It was a misunderstanding"])


@pytest.mark.parametrize("height", [568, 400])
def test_the_chat_page_has_room_to_read_on_a_small_screen(page: Page, height: int) -> None:
    page.set_viewport_size({"width": 320 if height > 400 else 640, "height": height})
    chat = Chat(page)
    chat.ask("What is ozone?")
    expect(chat.panel.locator(".warning")).to_be_in_viewport(ratio=1)
    expect(chat.field).to_be_in_viewport(ratio=1)
    box = chat.log.bounding_box()
    assert box
    assert box["height"] >= 120


def test_back_brings_no_deleted_conversation_out_of_the_browsers_own_cache(browser: Browser, website: str) -> None:
    kept = browser.browser_type.launch(
        executable_path=chromium(), args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    page = kept.new_page()
    page.add_init_script("addEventListener('pageshow', (event) => (window.kept ||= event.persisted))")
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    chat.ask("I am pregnant, is ozone safe?")
    page.goto(website)
    expect(chat.questions).to_have_count(1)
    chat.option("Delete this conversation")
    chat.panel.get_by_role("button", name="Delete", exact=True).click()
    expect(chat.questions).to_have_count(0)
    page.evaluate("history.back()")
    page.wait_for_function("window.kept")  # the page as it was, not one made anew
    expect(chat.questions).to_have_count(0)
    expect(chat.log).not_to_contain_text("pregnant")
    kept.close()
