"""What visitors are told about their data is what is done with it, on the page and in the answers."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from pathlib import Path

import httpx2 as httpx
import pytest

from bot.console.visitor_requests import CONTACT_ROLE
from bot.content.library import Library, load_library
from bot.content.published import NOTHING
from bot.content.readability import reading_grade
from bot.on_rasa.engine import Engine
from bot.record.database import open_record
from bot.record.retention import keeping
from bot.safety import redaction
from bot.safety.redaction import redact, without_labels
from bot.settings import Settings
from bot.website.app import Website, create_app
from bot.website.privacy import BLANKED, days
from tests.conftest import DATA

ASKED = ("privacy", "what_is_stored", "delete_conversation", "chat_location")
"""Answers that say for how many days a chat is kept."""

EXAMPLES = {
    "name": "my name is Zebulon Quist",
    "number": "my number is 212 555 0144",
    "e-mail": "jo@mail.example",
    "web address": "see https://jo.example/page?key=4fd2a8c1",
    "handle": "my instagram is @zebulonq",
    "password": "my password is Quonk77!",
    "address": "I live at 12 Quillon Street",
    "location": "I am at 40.712776, -74.005974",
    "date of birth": "dob 12/05/1961",
    "age": "I am 93 years old",
}

Page = Callable[[str], str]


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine, loop: asyncio.AbstractEventLoop) -> Page:
    """Reads a page of a website that keeps requests for 40 days."""
    monkeypatch.setenv("OZONE_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("OZONE_DATABASE", str(tmp_path / "record.db"))
    monkeypatch.setenv("OZONE_KEEP_REQUESTS_DAYS", "40")
    settings = Settings()
    open_record(settings.database).close()
    app = create_app(settings, engine)

    async def get(path: str) -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as browser:
            response = await browser.get(path)
            assert response.status_code == 200
            return response.text

    return lambda path: loop.run_until_complete(get(path))


def _words(page: str) -> str:
    """What stands in the middle of a page; each item of a list is a sentence."""
    main = page[page.index("<main") : page.index("</main>")]
    main = re.sub(r'<div class="warning".*?</div>', "", main, flags=re.DOTALL)
    ended = re.sub(r"(?<![.:])</(?:h1|h2|li)>", ".", main)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", ended)).split())


def _about_chats(library: Library, told: str) -> set[str]:
    """Answers that name so many days and speak of chats."""
    return {text.id for text in library if told in text.text and re.search("chat|message", text.text, re.IGNORECASE)}


def test_the_page_says_how_long_things_are_kept_by_the_settings_in_force(page: Page, library: Library) -> None:
    said = _words(page("/privacy"))
    kept = keeping(library.clinic, 40)
    assert f"A chat: {kept.conversations} days" in said
    assert "A question for the clinical team: 40 days" in said
    assert f"{kept.form_seconds // 60} minutes at most" in said
    assert library.clinic.fields["privacy_contact"] in said


def test_a_number_of_days_that_staff_publish_is_on_the_page_and_kept_to_at_once(
    page: Page, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = load_library(DATA, published=NOTHING.with_facts({"retention_days": 33}))
    monkeypatch.setattr(engine._texts, "_sent", (changed, "2026-11-30T12:00:00Z"))
    assert "A chat: 33 days" in _words(page("/privacy"))
    assert "33 days" in _words(page("/about"))
    assert all("33 days" in changed[name].text for name in ASKED)


def test_the_clean_up_keeps_to_the_days_of_this_moment(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database=tmp_path / "record.db", secret_file=tmp_path / "secret")
    upkeep = Website(settings, engine).upkeep
    changed = load_library(DATA, published=NOTHING.with_facts({"retention_days": 33}))
    monkeypatch.setattr(engine._texts, "_sent", (changed, "2026-11-30T12:00:00Z"))
    assert upkeep._keeping().conversations == 33


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_what_the_page_says_is_blanked_is_blanked(kind: str) -> None:
    assert f"[{kind}]" in redact(EXAMPLES[kind])


def test_the_page_names_every_kind_that_redaction_knows(page: Page) -> None:
    labels = set(re.search(r"\(\?:(.*)\)", redaction._LABEL.pattern)[1].split("|"))  # type: ignore[index]
    assert set(BLANKED) == labels == set(EXAMPLES)
    said = _words(page("/privacy"))
    assert [words for words in BLANKED.values() if words not in said] == []
    assert without_labels("".join(f"[{kind}]" for kind in BLANKED)).strip() == ""


def test_the_page_is_in_plain_words(page: Page) -> None:
    assert reading_grade(_words(page("/privacy"))) <= 7


def test_who_sees_how_to_reach_a_visitor_is_as_the_page_says(page: Page) -> None:
    assert CONTACT_ROLE == "clinician"
    assert "Only a clinician, or whoever runs the chat, sees how to reach you." in _words(page("/privacy"))


def test_the_answers_say_the_same_as_the_page(page: Page, library: Library) -> None:
    told = f"{keeping(library.clinic, 40).conversations} days"
    for name in ASKED:
        assert re.findall(r"\d+ (?:days|months|weeks)", library[name].text) == [told], name
    changed = load_library(DATA, published=NOTHING.with_facts({"retention_days": 33}))
    assert _about_chats(library, told) == _about_chats(changed, "33 days") >= set(ASKED)
    said = _words(page("/privacy"))
    for name, words in (
        ("delete_conversation", "Delete this conversation"),
        ("delete_conversation", "A question that you left for the clinical team stays with them."),
        ("left_questions", "kept apart from"),
    ):
        assert words in library[name].text
        assert words in said


def test_the_page_can_be_found_from_the_others(page: Page) -> None:
    assert all('href="/privacy"' in page(path) for path in ("/about", "/answers", "/answers/privacy"))


def test_days_are_told_in_the_singular_too() -> None:
    assert (days(1), days(2)) == ("1 day", "2 days")
