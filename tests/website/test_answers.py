"""The page of all answers over HTTP: complete, safe to search, and readable for a search engine."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest

from bot.content.library import Library
from bot.content.snippet import Snippet
from bot.content.word_search import WordSearch
from bot.safety.warning import WARNING
from bot.vocabulary import Route
from bot.website.answers import structured
from tests.website.test_app import Client
from tests.website.test_app import client as client


@pytest.fixture
def origins() -> str:
    return "https://clinic.example,https://www.clinic.example"


def _listed(library: Library) -> list[Snippet]:
    return [
        snippet
        for snippet in library
        if snippet.answers_a_question and snippet.sendable(date.today()) and not snippet.unknown
    ]


def _data(page: str) -> Any:
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(block)


def test_every_answer_that_may_be_sent_is_there_with_sources_dates_and_the_warning(
    client: Client, library: Library
) -> None:
    page = unescape(client.get("/answers").text)
    parts = dict(re.findall(r'<div class="body" id="(\w+)">(.*?)</details>', page, re.DOTALL))
    assert set(parts) == {answer.id for answer in _listed(library)}
    for answer in _listed(library):
        told = re.sub(r"<[^>]+>", "", parts[answer.id].replace("</p>", " "))
        assert " ".join(answer.text.split()) in " ".join(told.split())
        assert WARNING in told
        assert all(source.cited in told for source in answer.sources)
        assert str(answer.approval.on) in parts[answer.id]
        assert str(answer.review_by) in parts[answer.id]


def test_no_referral_and_no_emergency_text_is_listed(client: Client, library: Library) -> None:
    page = client.get("/answers").text
    for snippet in library:
        if snippet.route != Route.ANSWER:
            assert f'id="{snippet.id}"' not in page
            assert client.get(f"/answers/{snippet.id}").status_code == 404


def test_search_engines_get_the_same_questions_and_answers(client: Client, library: Library) -> None:
    page = client.get("/answers").text
    data = _data(page)
    assert (data["@context"], data["@type"]) == ("https://schema.org", "FAQPage")
    assert [entry["name"] for entry in data["mainEntity"]] == re.findall(r"<h3>(.*?)</h3>", unescape(page))
    first = data["mainEntity"][0]["acceptedAnswer"]
    assert first["@type"] == "Answer"
    assert first["text"].endswith(WARNING)
    assert '<link rel="canonical" href="http://test/answers">' in page
    assert re.search(r'<meta name="description" content="[^"]{60,160}">', page)
    assert "noindex" not in page


def test_one_answer_has_a_page_of_its_own(client: Client, library: Library) -> None:
    page = client.get("/answers/what_is_ozone").text
    assert library["what_is_ozone"].text[:40] in page
    assert '<link rel="canonical" href="http://test/answers/what_is_ozone">' in page
    assert [entry["name"] for entry in _data(page)["mainEntity"]] == [library["what_is_ozone"].question]
    assert WARNING in page


@pytest.mark.parametrize("name", ["nothing", "what_is_ozone_in_short", "thanks", "..%2Fetc", "WHAT_IS_OZONE"])
def test_what_is_no_answer_is_a_page_that_helps(client: Client, name: str) -> None:
    response = client.get(f"/answers/{name}")
    assert response.status_code == 404
    assert "href" in response.text


def test_words_cannot_leave_the_structured_data(library: Library) -> None:
    answer = replace(library["what_is_ozone"], question="</script><script>alert(1)</script>", text="<!-- & ]]>")
    data = structured([answer], "http://test/answers")
    assert "<" not in data
    assert json.loads(data)["mainEntity"][0]["name"] == answer.question


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("does it hurt", "does_it_hurt"),
        ("parking", "parking_access"),
        ("how much does it cost?", "cost"),
        ("HURTS", "does_it_hurt"),
        ("insurance", "insurance"),
    ],
)
def test_a_search_brings_the_answer_first(library: Library, asked: str, answer: str) -> None:
    assert answer in [snippet.id for snippet in WordSearch(_listed(library)).search(asked)][:3]


def test_a_search_without_result_says_so_and_where_to_go(client: Client) -> None:
    page = client.get("/answers?q=zzzz+qqqq").text
    assert "No answer with" in page
    assert 'href="tel:' in page
    assert 'name="robots" content="noindex"' in page


@pytest.mark.parametrize(
    "asked",
    ["%3Cscript%3Ealert(1)%3C/script%3E", "%00", "a" * 5000, "%F0%9F%99%82", "%E2%80%AE", "%22%3E%3Cimg%20src=x%3E"],
)
def test_strange_searches_get_a_page_without_their_markup(client: Client, asked: str) -> None:
    response = client.get(f"/answers?q={asked}")
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert "<img src=x" not in response.text


@pytest.mark.parametrize(
    ("asked", "snippet"),
    [
        ("I cannot breathe", "emergency_breathing"),
        ("i take warfarin can i have it", "clinician_medicine"),
        ("parking", None),
    ],
)
def test_a_risky_search_gets_the_approved_text_before_any_answer(
    client: Client, library: Library, asked: str, snippet: str | None
) -> None:
    page = unescape(client.request("GET", "/answers", params={"q": asked}).text)
    told = re.search(r'<div class="card first.*?</div>(?=\s*<h2)', page, re.DOTALL)
    assert (told is not None) == (snippet is not None)
    if told is not None and snippet is not None:
        assert " ".join(library[snippet].text.split())[:60] in " ".join(re.sub(r"<[^>]+>", "", told[0]).split())
        assert page.index(told[0]) < page.index('id="found"')


def test_whoever_has_the_page_gets_it_once(client: Client) -> None:
    first = client.request("GET", "/answers", headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    again = client.request("GET", "/answers", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.request("GET", "/answers", headers={"Accept-Encoding": "identity"}).text == first.text


def test_the_chat_page_leads_to_the_answers_by_topic(client: Client, library: Library) -> None:
    page, answers = unescape(client.get("/").text), client.get("/answers").text
    topics = re.findall(r'href="/answers#(topic-\w+)"', page)
    assert len(topics) > 5
    assert all(f'id="{topic}"' in answers for topic in topics)
    starters = json.loads(re.findall(r"<ozone-faq inline starters=\"(.*?)\">\n", page, re.DOTALL)[0])
    assert {starter["send"] for starter in starters} <= {answer.question for answer in _listed(library)}


def test_the_clinics_name_and_logo_are_on_every_page(client: Client, library: Library) -> None:
    for path in ("/", "/answers", "/answers/what_is_ozone", "/about", "/nowhere"):
        page = client.get(path).text
        assert library.clinic.fields["name"] in page
        (logo,) = re.findall(r'<img src="(/look/[0-9a-f]{16}\.svg)"', page)
    served = client.get(logo)
    assert served.headers["content-type"] == "image/svg+xml"
    assert "immutable" in served.headers["cache-control"]
    (sheet,) = re.findall(r'href="(/look/[0-9a-f]{16}\.css)"', page)
    assert library.clinic.fields["brand_color"] in client.get(sheet).text


def test_what_stands_for_a_chat_that_does_not_load_is_there_with_scripts_too(client: Client) -> None:
    page = client.get("/").text
    card = page[page.index('<div class="card instead">') : page.index('<div class="aside">')]
    assert "noscript" not in page
    assert 'href="tel:911"' in card
    assert 'href="/answers"' in card


def test_allowed_websites_may_frame_the_pages_and_everybody_may_read_the_widget(client: Client) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "frame-ancestors 'self' https://clinic.example https://www.clinic.example;" in policy
    for origin in ("https://not-yet.example", "null"):
        assert (
            client.request("GET", "/static/widget.js", headers={"Origin": origin}).headers[
                "access-control-allow-origin"
            ]
            == "*"
        )
    assert (
        "access-control-allow-origin"
        not in client.request("GET", "/", headers={"Origin": "https://not-yet.example"}).headers
    )


@pytest.mark.parametrize(
    "name", ["WordPress", "Wix", "Squarespace", "Shopify", "Google Tag Manager", "iframe", "Nothing appears?"]
)
def test_there_are_steps_for_each_kind_of_website(client: Client, name: str) -> None:
    assert 'href="/install"' in client.get("/demo").text
    page = unescape(client.get("/install").text)
    assert name in page
    assert "http://test/static/widget.js" in page
