"""A bad line, a slow or restarted server, an expired token: nothing is lost, and nothing is asked twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import Host
from tests.browser.widget import EMBED, Chat


@pytest.fixture
def chat(page: Page) -> Chat:
    return Chat(page)


def _record(chat: Chat) -> list[dict[str, Any]]:
    """The conversation's turns as the server has them."""
    turns: list[dict[str, Any]] = chat.page.evaluate("""async () => {
            const token = JSON.parse(Object.values(sessionStorage)[0]).token;
            const body = { method: 'POST', headers: { 'Content-Type': 'application/json' },
              body: JSON.stringify({ token }) };
            return (await (await fetch('/api/conversation', body)).json()).turns;
        }""")
    return turns


class Line:
    """The way to the server, in which the first requests for a reply go wrong."""

    def __init__(self, page: Page, *faults: str, path: str = "**/api/chat") -> None:
        self.sent: list[dict[str, Any]] = []
        self._faults = list(faults)
        page.route(path, self._carry)

    def _carry(self, route: Route) -> None:
        self.sent.append(json.loads(route.request.post_data or "{}"))
        fault = self._faults.pop(0) if self._faults else ""
        if fault == "reply lost":
            route.fetch()
            route.abort("connectionreset")
        elif fault == "not reached":
            route.abort("connectionrefused")
        elif fault == "captive portal":
            route.fulfill(status=200, body="<html>Please log in</html>")
        elif fault:
            route.fulfill(status=int(fault), json={"error": "Not now."}, headers={"Retry-After": "1"})
        else:
            route.continue_()


@pytest.mark.parametrize("fault", ["not reached", "reply lost", "captive portal", "500", "503", "429"])
def test_a_fault_on_the_way_is_tried_again_and_answered_once(chat: Chat, fault: str) -> None:
    line = Line(chat.page, fault)
    chat.send("What is ozone?")
    expect(chat.problem).to_contain_text("goes out in a moment" if fault == "429" else "Trying again")
    expect(chat.number).to_be_visible()
    expect(chat.replies).to_have_count(1)
    expect(chat.problem).to_have_count(0)
    expect(chat.number).to_be_hidden()
    assert len({sent["client_id"] for sent in line.sent}) == 1
    assert [turn["text"] for turn in _record(chat)] == ["What is ozone?"]


def test_a_first_message_whose_reply_was_lost_makes_no_second_conversation(chat: Chat) -> None:
    line = Line(chat.page, "reply lost", "reply lost")
    chat.send("What is ozone?")
    expect(chat.replies).to_have_count(1, timeout=10_000)
    assert len({sent["token"] for sent in line.sent}) == 1
    assert len(_record(chat)) == 1


def test_a_server_that_stays_away_is_told_in_words_with_the_emergency_number_and_a_way_on(page: Page) -> None:
    page.clock.install()
    page.reload()
    chat = Chat(page)
    page.route("**/api/chat", lambda route: route.abort())
    chat.send("What is ozone?")
    chat.wait_for("Your message is kept here.", chat.problem)
    expect(chat.number).to_be_visible()
    page.unroute("**/api/chat")
    chat.problem.get_by_role("button", name="Try again").click()
    expect(chat.field).to_be_focused()
    expect(chat.replies).to_have_count(1)
    assert len(_record(chat)) == 1


def test_a_message_written_offline_goes_out_when_the_line_is_back(chat: Chat, context: BrowserContext) -> None:
    context.set_offline(True)
    expect(chat.panel.locator(".bar:visible")).to_contain_text("You are offline")
    expect(chat.number).to_be_visible()
    chat.send("What is ozone?")
    expect(chat.questions).to_have_count(1)
    expect(chat.problem).to_have_count(0)  # one line says it for all
    expect(chat.panel.locator(".typing")).to_have_count(0)
    context.set_offline(False)
    expect(chat.replies).to_have_count(1)
    expect(chat.panel.locator(".bar:visible")).to_have_count(0)
    assert len(_record(chat)) == 1


def test_a_slow_reply_is_announced_and_awaited(page: Page) -> None:
    page.clock.install()
    page.reload()
    chat = Chat(page)
    held: list[Route] = []
    page.route("**/api/chat", lambda route: held.append(route))
    with page.expect_request("**/api/chat"):
        chat.send("What is ozone?")
    expect(page.locator("ozone-faq .typing")).to_be_visible()
    expect(chat.number).to_be_hidden()
    page.clock.run_for(4_000)
    expect(chat.problem).to_contain_text("longer than usual")
    expect(chat.number).to_be_visible()
    held[0].continue_()
    expect(chat.replies).to_have_count(1)
    expect(chat.problem).to_have_count(0)


def test_messages_written_meanwhile_are_seen_at_once_and_sent_in_order(chat: Chat) -> None:
    held: list[Route] = []
    chat.page.route("**/api/chat", lambda route: held.append(route), times=1)
    with chat.page.expect_request("**/api/chat"):
        chat.send("What is ozone?")
    chat.send("Is it safe?")
    chat.send("When are you open?")
    expect(chat.questions).to_have_count(3)
    expect(chat.field).to_have_value("")
    expect(chat.replies).to_have_count(0)
    held[0].continue_()
    expect(chat.replies).to_have_count(3)
    assert [turn["text"] for turn in _record(chat)] == ["What is ozone?", "Is it safe?", "When are you open?"]


def test_a_message_that_the_server_refuses_keeps_none_behind_it_waiting(chat: Chat) -> None:
    Line(chat.page, "400")
    chat.send("What is ozone?")
    chat.send("Is it safe?")
    expect(chat.problem).to_contain_text("Not now.")
    expect(chat.replies).to_have_count(1)
    assert [turn["text"] for turn in _record(chat)] == ["Is it safe?"]


@pytest.mark.parametrize(
    "words", ["i cant breathe", "my chest hurts", "she collapsed", "call 911", "no puedo respirar"]
)
@pytest.mark.parametrize("line", ["hangs", "offline"])
def test_words_of_alarm_show_a_number_to_call_at_once_when_no_reply_comes(
    chat: Chat, context: BrowserContext, words: str, line: str
) -> None:
    if line == "hangs":
        chat.page.route("**/api/chat", lambda route: None)
    chat.send("hello")
    if line == "offline":
        expect(chat.replies).to_have_count(1)
        context.set_offline(True)
    chat.send(words)
    expect(chat.questions.last).to_contain_text(words)
    expect(chat.panel.locator(".help").get_by_role("link", name="Call 911")).to_be_in_viewport(timeout=2000)
    if line == "hangs":
        chat.page.unroute_all()


def test_the_number_comes_on_the_screen_when_the_window_was_closed_meanwhile(
    context: BrowserContext, website: str
) -> None:
    page = context.new_page()
    page.goto(f"{website}/demo")
    chat = Chat(page)
    chat.open()
    held: list[Route] = []
    page.route("**/api/chat", lambda route: route.abort())
    page.route("**/api/chat", lambda route: held.append(route), times=1)  # fails once the window is closed
    with page.expect_request("**/api/chat"):
        chat.send("i cant breathe")
    page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    held[0].abort()
    expect(chat.panel.locator(".help").get_by_role("link", name="Call 911")).to_be_in_viewport()


def test_a_reply_that_came_before_the_earlier_conversation_was_loaded_stays(page: Page) -> None:
    chat = Chat(page)
    chat.ask("What is ozone?")
    held: list[Route] = []
    page.route("**/api/conversation", lambda route: held.append(route), times=1)
    page.reload()
    chat.send("I can't breathe")
    expect(chat.replies).to_have_count(1)
    held[0].continue_()
    expect(chat.replies).to_have_count(2)
    expect(chat.questions.first).to_contain_text("What is ozone?")
    expect(chat.questions.last).to_contain_text("I can't breathe")
    expect(chat.replies.last.get_by_role("link", name="Call 911").first).to_be_visible()


def test_a_message_that_waits_is_seen_before_the_earlier_conversation_was_loaded(page: Page) -> None:
    chat = Chat(page)
    chat.ask("What is ozone?")
    page.route("**/api/*", lambda route: None)
    chat.send("Is it safe?")
    page.reload()
    expect(chat.questions.last).to_contain_text("Is it safe?")
    expect(chat.number).to_be_visible()
    page.unroute_all()
    page.reload()
    expect(chat.replies).to_have_count(2)
    expect(chat.questions).to_have_count(2)
    expect(chat.number).to_be_hidden()


def test_an_expired_conversation_goes_on_in_a_new_one_and_says_so(chat: Chat) -> None:
    chat.ask("What is ozone?")
    line = Line(chat.page, "401")
    chat.send("Is it safe?")
    expect(chat.replies).to_have_count(2)
    expect(chat.notice).to_contain_text("a new one has started")
    assert line.sent[0]["token"] != line.sent[1]["token"]
    assert [turn["text"] for turn in _record(chat)] == ["Is it safe?"]


def test_a_refused_message_comes_back_into_the_text_area(chat: Chat) -> None:
    Line(chat.page, "400")
    chat.send("What is ozone?")
    expect(chat.problem).to_contain_text("Not now.")
    chat.problem.get_by_role("button", name="Change the message").click()
    expect(chat.field).to_have_value("What is ozone?")
    expect(chat.field).to_be_focused()
    expect(chat.questions).to_have_count(0)
    chat.field.press("Enter")
    expect(chat.replies).to_have_count(1)


def test_a_message_that_was_on_its_way_when_the_page_was_left_is_answered_once_after_it(chat: Chat) -> None:
    Line(chat.page, "reply lost", "not reached")
    chat.send("What is ozone?")
    expect(chat.problem).to_be_visible()
    chat.page.unroute_all()
    chat.page.reload()
    expect(chat.replies).to_have_count(1)
    expect(chat.questions).to_have_count(1)
    assert len(_record(chat)) == 1


def test_a_message_that_never_arrived_is_sent_after_a_reload(chat: Chat) -> None:
    chat.page.route("**/api/chat", lambda route: route.abort())
    chat.send("What is ozone?")
    expect(chat.problem).to_be_visible()
    chat.page.unroute_all()
    chat.page.reload()
    expect(chat.replies).to_have_count(1)
    assert len(_record(chat)) == 1


def test_the_conversation_is_there_on_the_next_page_with_the_feedback_given(chat: Chat, website: str) -> None:
    chat.ask("What is ozone?").get_by_role("button", name="Yes", exact=True).click()
    expect(chat.panel.locator(".said")).to_have_text("Thank you.")
    chat.page.goto(f"{website}/demo")
    expect(chat.panel).to_be_visible()
    expect(chat.replies).to_have_count(1)
    expect(chat.questions).to_contain_text("What is ozone?")
    expect(chat.replies.get_by_role("button", name="Yes", exact=True)).to_have_attribute("aria-pressed", "true")


def test_earlier_messages_that_cannot_be_loaded_are_missed_in_words(page: Page) -> None:
    chat = Chat(page)
    chat.ask("What is ozone?")
    page.clock.install()
    page.route("**/api/conversation", lambda route: route.abort())
    page.reload()
    chat.wait_for("cannot be loaded", chat.notice)


def test_an_expired_token_on_a_new_page_begins_a_new_conversation(chat: Chat) -> None:
    chat.ask("What is ozone?")
    Line(chat.page, "401", path="**/api/conversation")
    chat.page.reload()
    expect(chat.notice).to_contain_text("The earlier conversation has ended")
    assert chat.page.evaluate("sessionStorage.length") == 0
    expect(chat.ask("Is it safe?").locator(".bubble").first).to_be_visible()


def test_nothing_is_stored_in_the_browser_before_the_first_message(chat: Chat, context: BrowserContext) -> None:
    chat.field.fill("I think of writing")
    chat.page.locator("ozone-faq .menu").click()
    assert chat.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    chat.ask("What is ozone?")
    assert chat.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 1, ""]
    assert context.cookies() == []
    assert "What is ozone" not in chat.page.evaluate("JSON.stringify(sessionStorage)"), (
        "what was answered is the server's to keep"
    )


def test_deleting_takes_the_conversation_from_screen_browser_and_record(chat: Chat, website: str) -> None:
    chat.ask("What is ozone?")
    token = chat.page.evaluate("JSON.parse(Object.values(sessionStorage)[0]).token")
    chat.option("Delete this conversation")
    chat.panel.get_by_role("button", name="Delete", exact=True).click()
    expect(chat.notice).to_have_text("This conversation was deleted.")
    expect(chat.questions).to_have_count(0)
    assert chat.page.evaluate("sessionStorage.length") == 0
    answer = chat.page.request.post(f"{website}/api/conversation", data={"token": token})
    assert answer.status == 401


def test_a_deletion_that_fails_says_so_and_keeps_everything(page: Page) -> None:
    chat = Chat(page)
    chat.ask("What is ozone?")
    page.clock.install()
    page.route("**/api/conversation/delete", lambda route: route.fulfill(status=500, json={"error": "no"}))
    chat.option("Delete this conversation")
    chat.panel.get_by_role("button", name="Delete", exact=True).click()
    chat.wait_for("could not be deleted", chat.notice)
    expect(chat.replies).to_have_count(1)
    assert page.evaluate("sessionStorage.length") == 1


def test_a_new_conversation_leaves_the_earlier_one_in_the_record(chat: Chat, website: str) -> None:
    chat.ask("I take warfarin")
    token = chat.page.evaluate("JSON.parse(Object.values(sessionStorage)[0]).token")
    chat.option("Start a new conversation")
    expect(chat.questions).to_have_count(0)
    answer = chat.page.request.post(f"{website}/api/conversation", data={"token": token})
    assert len(answer.json()["turns"]) == 1


def test_feedback_with_a_reason_reaches_the_record(chat: Chat) -> None:
    reply = chat.ask("What is ozone?")
    reply.get_by_role("button", name="No", exact=True).click()
    reply.locator(".why textarea").fill("I wanted to know more")
    reply.locator(".why").get_by_role("button", name="Send").click()
    expect(reply.locator(".said")).to_have_text("Thank you.")
    assert _record(chat)[0]["feedback"] == {"helpful": False, "reason": "I wanted to know more"}


def test_feedback_that_cannot_be_saved_says_so(chat: Chat) -> None:
    reply = chat.ask("What is ozone?")
    chat.page.route("**/api/feedback", lambda route: route.fulfill(status=404, json={"error": "No such turn."}))
    reply.get_by_role("button", name="Yes", exact=True).click()
    expect(reply.locator(".said")).to_contain_text("could not be saved")
    expect(reply.get_by_role("button", name="Yes", exact=True)).to_have_attribute("aria-pressed", "false")


def test_a_text_over_the_limit_is_not_cut_and_is_searched_for_emergencies(chat: Chat) -> None:
    line = Line(chat.page)
    text = "A long story. " * 180 + "I cannot breathe"
    reply = chat.ask(text)
    assert line.sent[0]["message"] == text
    expect(reply).to_have_class("bot emergency")


def test_the_launcher_does_not_wait_for_the_server(context: BrowserContext, host: Host, website: str) -> None:
    page = context.new_page()
    page.route("**/api/**", lambda route: route.abort())
    page.route("**/i18n/**", lambda route: route.abort())
    page.goto(host.page(EMBED.format(website=website, attributes=""), attributes='lang="es"'))
    chat = Chat(page)
    expect(page.get_by_role("button", name="Haga una pregunta")).to_be_visible()
    chat.open()
    expect(chat.panel.locator("h2")).to_have_text("Questions about ozone therapy")
    expect(page.locator("ozone-faq .outer")).to_have_attribute("lang", "en")
