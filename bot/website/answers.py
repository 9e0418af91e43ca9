"""The page with all answers, and one page for each: to look through, to link to, to print, and for search engines.

What may be read here is what the chat may send today: approved answers before their review date. Referrals and
emergency texts answer no question, so they are not listed. A search for something risky gets the referral or the
emergency text first, as in the chat.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from bot.content.library import Library
from bot.content.shared import shared_triage
from bot.content.snippet import Snippet
from bot.content.topics import Topic, answers_of
from bot.content.word_search import WordSearch
from bot.conversation.decision import decide
from bot.conversation.nets import Understanding
from bot.safety.normalise import MAX_MESSAGE_LENGTH, clean
from bot.safety.warning import WARNING
from bot.vocabulary import Route
from bot.website.replies import links
from bot.website.requests import takes_gzip

MOST_FOUND = 40
"""Answers that a search shows."""
_DESCRIPTION = 155
"""Characters of a description that search engines show."""
_PAGES_KEPT = 8


@dataclass(frozen=True)
class Section:
    """A topic with its answers of today."""

    topic: Topic
    answers: tuple[Snippet, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph in pieces: words, and where they lead (None: nowhere)."""

    pieces: tuple[tuple[str, str | None], ...]


class Answers:
    """The pages; `context` is what every template of the website may show."""

    def __init__(
        self, library: Library, topics: Sequence[Topic], templates: Jinja2Templates, context: Mapping[str, Any]
    ) -> None:
        self._library = library
        self._topics = topics
        self._templates = templates
        self._context = {**context, "paragraphs": paragraphs, "day": day_words}
        self._kept: dict[tuple[str, date], bytes] = {}
        self._searched_in: tuple[list[Snippet], WordSearch] = ([], WordSearch([]))

    async def all(self, request: Request) -> Response:
        """Every answer by topic, or those that a search finds."""
        today, origin = date.today(), _origin(request)
        asked = clean(request.query_params.get("q", ""))[:MAX_MESSAGE_LENGTH].strip()
        if asked:
            body = await run_in_threadpool(self._searched, request, asked, today)
            return _served(request, body, "private, no-cache")
        if (origin, today) not in self._kept:
            page = await run_in_threadpool(self._whole, request, origin, today)
            if len(self._kept) >= _PAGES_KEPT:
                self._kept.clear()
            self._kept[origin, today] = page
        return _served(request, self._kept[origin, today])

    async def one(self, request: Request) -> Response:
        """One answer; a page of its own is what other pages link to."""
        section, answer = next(
            (
                (section, answer)
                for section in self._sections(date.today())
                for answer in section.answers
                if answer.id == request.path_params["id"]
            ),
            (None, None),
        )
        if section is None or answer is None:
            raise HTTPException(404)
        address = f"{_origin(request)}/answers/{answer.id}"
        related = [self._library[name] for name in answer.related if self._shown(self._library[name], date.today())]
        told = {
            "answer": answer,
            "topic": section.topic,
            "related": related,
            "canonical": address,
            "description": shortened(answer.text, _DESCRIPTION),
            "data": structured([answer], address),
        }
        return _served(request, self._render(request, "answer.html", told))

    def sections(self) -> list[Section]:
        """The topics that have something to show today."""
        return self._sections(date.today())

    def _sections(self, today: date) -> list[Section]:
        sections = (Section(topic, tuple(answers_of(topic, self._library, today))) for topic in self._topics)
        return [section for section in sections if section.answers]

    @staticmethod
    def _shown(snippet: Snippet, today: date) -> bool:
        return snippet.answers_a_question and snippet.sendable(today) and not snippet.unknown

    def _whole(self, request: Request, origin: str, today: date) -> bytes:
        sections, address = self._sections(today), f"{origin}/answers"
        listed = [answer for section in sections for answer in section.answers]
        told = {"sections": sections, "count": len(listed), "canonical": address, "data": structured(listed, address)}
        return self._render(request, "answers.html", told)

    def _searched(self, request: Request, asked: str, today: date) -> bytes:
        sections = self._sections(today)
        listed = {answer.id: section.topic for section in sections for answer in section.answers}
        answers = [answer for section in sections for answer in section.answers]
        results = self._search(answers).search(asked, MOST_FOUND)
        told = {
            "asked": asked,
            "results": [(answer, listed[answer.id]) for answer in results],
            "sections": sections,
            "count": len(listed),
            "first": self._first(asked),
            "canonical": f"{_origin(request)}/answers",
        }
        return self._render(request, "answers.html", told)

    def _search(self, answers: list[Snippet]) -> WordSearch:
        """The index of these answers, made anew when they are others than last time."""
        known, search = self._searched_in
        if len(known) != len(answers) or any(one is not other for one, other in zip(known, answers, strict=True)):
            search = WordSearch(answers)
            self._searched_in = answers, search
        return search

    def _first(self, asked: str) -> Snippet | None:
        """What the rules want said before anything else to these words: an emergency text or a referral."""
        findings = shared_triage().check(asked)
        decision = decide(
            Understanding(asked, None, 0.0, findings, {}), risk=None, emergency=None, library=self._library
        )
        snippet = (
            self._library[decision.snippet] if decision and findings and decision.snippet in self._library else None
        )
        return snippet if snippet and snippet.route in (Route.EMERGENCY, Route.CHECK, Route.CLINICIAN) else None

    def _render(self, request: Request, template: str, told: Mapping[str, Any]) -> bytes:
        body = self._templates.get_template(template).render(
            {**self._context, **told, "request": request, "page": "answers"}
        )
        return body.encode()


@lru_cache(maxsize=2048)
def paragraphs(text: str, *, emergency: bool = False) -> tuple[Paragraph, ...]:
    """A text as it is shown: word for word, with what can be called or written to as links."""
    waiting = list(links(text, emergency=emergency))
    return tuple(Paragraph(tuple(_pieces(part, waiting))) for part in re.split(r"\n\s*\n", text))


def _pieces(words: str, waiting: list[dict[str, str]]) -> Iterator[tuple[str, str | None]]:
    end = 0
    while waiting and (at := words.find(waiting[0]["text"], end)) >= 0:
        link = waiting.pop(0)
        yield words[end:at], None
        yield link["text"], link["href"]
        end = at + len(link["text"])
    yield words[end:], None


def structured(answers: Sequence[Snippet], address: str) -> str:
    """The answers as schema.org's FAQPage, in JSON that can stand in a page: a script element cannot be left by it."""
    questions = [
        {
            "@type": "Question",
            "name": answer.question,
            "acceptedAnswer": {
                "@type": "Answer",
                "text": f"{answer.text} {WARNING}",
                "dateModified": answer.approval.on.isoformat(),
            },
        }
        for answer in answers
    ]
    told = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "url": address,
        "inLanguage": "en",
        "mainEntity": questions,
    }
    plain = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def shortened(text: str, most: int) -> str:
    """The beginning of a text in at most `most` characters, cut between words."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1].rsplit(" ", 1)[0] + "…"


def day_words(day: date) -> str:
    """A day to read, such as May 22, 2027."""
    return f"{day:%B} {day.day}, {day.year}"


def _origin(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _served(request: Request, body: bytes, caching: str = "no-cache") -> Response:
    """A page, compressed where that is understood; whoever has it already is told so."""
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"cache-control": caching, "etag": tag, "vary": "Accept-Encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if takes_gzip(request):
        return Response(_compressed(body), media_type="text/html", headers={**headers, "content-encoding": "gzip"})
    return Response(body, media_type="text/html", headers=headers)


@lru_cache(maxsize=32)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)
