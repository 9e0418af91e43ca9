"""All snippets, read from data/snippets and filled with the clinic's facts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.content.clinic import Clinic, load_clinic
from bot.content.files import ContentError, read_date, read_mapping
from bot.content.opening import Opening, load_opening
from bot.content.published import NOTHING, Published
from bot.content.snippet import AFTER_RISK, Snippet, read_approval
from bot.content.source import Source, read_source
from bot.vocabulary import Route

_ID = re.compile(r"[a-z][a-z0-9_]*")
_REQUIRED = ("question", "text", "route", "status", "approval", "review_by", "version")
_KEYS = frozenset(
    {"id", *_REQUIRED, "sources", "seed", "related", "after_risk", "short", "if_unknown", "clinic_only", "speaks_of"}
)
_STATUSES = ("draft", "approved", "retired")
IF_UNKNOWN = "That detail is not among my answers. The clinic can tell you: {phone} or {email}."
"""Sent instead of an answer that needs a fact the clinic does not know and that has no `if_unknown` of its own."""
OTHER_LANGUAGES = "languages"
"""File with sentences in other languages than English, which have no US or UK spelling."""
SHORT = "_in_short"
"""Added to the id of an answer to name its short version, which is a snippet of its own with the same approval."""


@dataclass(frozen=True)
class Library:
    """Snippets by id, with the clinic they speak for, what is said
    first to a question about a certain day, and the sources by id.

    `written` holds each snippet as it is written, with its {fields} still open.
    """

    snippets: Mapping[str, Snippet]
    clinic: Clinic
    opening: Opening | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    written: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __getitem__(self, snippet_id: str) -> Snippet:
        return self.snippets[snippet_id]

    def __contains__(self, snippet_id: object) -> bool:
        return snippet_id in self.snippets

    def __iter__(self) -> Iterator[Snippet]:
        return iter(self.snippets.values())

    def __len__(self) -> int:
        return len(self.snippets)

    def of_route(self, *routes: str) -> tuple[Snippet, ...]:
        """The snippets of these routes, in the order of the files, without
        short versions and without what is only said before an answer."""
        return tuple(
            snippet
            for snippet in self
            if snippet.route in routes and (snippet.answers_a_question or snippet.route != Route.ANSWER)
        )

    def short_version(self, snippet_id: str) -> str | None:
        """The id of the short version of an answer, or None."""
        return snippet_id + SHORT if snippet_id + SHORT in self.snippets else None

    @property
    def hash(self) -> str:
        """SHA-256 over every id, version and text, and the patterns:
        one name for the whole state of the approved words."""
        lines = [
            f"{snippet.id}\t{snippet.version}\t{snippet.hash}"
            for snippet in sorted(self, key=lambda snippet: snippet.id)
        ]
        if self.opening is not None:
            lines.append(f"{self.opening.answer}\t{self.opening.version}\t{self.opening.hash}")
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def load_library(data: Path, spelling: str | None = None, published: Published = NOTHING) -> Library:
    """Reads data/clinic.yml and every file in data/snippets.

    Args:
        data: the content folder.
        spelling: another one than clinic.yml asks for.
        published: what takes the place of what the files hold.

    Raises:
        ContentError: anything missing, unknown, doubled or not filled; the message names the file and the snippet.
    """
    clinic = load_clinic(data / "clinic.yml", spelling, published.facts)
    folder = data / "snippets"
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        raise ContentError(f"{folder}: there are no snippet files (*.yml).")
    documents = {path: read_mapping(path) for path in paths}
    sources = _sources(documents, clinic)
    snippets: dict[str, Snippet] = {}
    written: dict[str, Mapping[str, Any]] = {}
    for path, document in documents.items():
        if path.name == "sources.yml":
            continue
        for number, entry in enumerate(_entries(document, path, published), start=1):
            whole = _snippet(entry, path, number, sources, clinic)
            written[whole.id] = entry
            for snippet in (whole, *_short_version(whole, entry.get("short"), path, clinic)):
                if snippet.id in snippets:
                    raise ContentError(f"{path}: the snippet id `{snippet.id}` is used twice. Every id must be unique.")
                snippets[snippet.id] = snippet
    for snippet in snippets.values():
        for related in snippet.related:
            if related not in snippets:
                raise ContentError(
                    f"{folder / (snippet.topic + '.yml')}: `{snippet.id}` names the related snippet `{related}`, which"
                    " does not exist."
                )
    opening = load_opening(data / "opening.yml")
    if opening is not None and (opening.answer not in snippets or snippets[opening.answer].route != "answer"):
        raise ContentError(
            f"{data / 'opening.yml'}: `{opening.answer}` is no answer. Name the one about opening hours."
        )
    return Library(snippets=snippets, clinic=clinic, opening=opening, sources=sources, written=written)


def _entries(document: Mapping[str, Any], path: Path, published: Published) -> Iterator[dict[str, Any]]:
    """The snippets of a file, whole, as they are now; those that were only published come last."""
    defaults, entries = document.get("defaults", {}), document.get("snippets")
    if not isinstance(defaults, dict) or not isinstance(entries, list):
        raise ContentError(f"{path}: expected `defaults:` (a mapping) and `snippets:` (a list).")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise ContentError(f"{path}: snippet number {number} must be a mapping with `id`, `question` and `text`.")
        yield {**defaults, **entry, **_without_topic(published.entries.get(str(entry.get("id")), {}))}
    own = {str(entry.get("id")) for entry in entries}
    for name, entry in published.entries.items():
        if entry.get("topic") == path.stem and name not in own:
            yield {**defaults, "id": name, **_without_topic(entry)}


def _without_topic(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "topic"}


def _sources(documents: Mapping[Path, Mapping[str, Any]], clinic: Clinic) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    for path, document in documents.items():
        listed = document if path.name == "sources.yml" else document.get("sources") or {}
        if not isinstance(listed, dict):
            raise ContentError(f"{path}: `sources:` must be a mapping of ids to sources.")
        for source_id, raw in listed.items():
            owner = f"{path}: the source `{source_id}`"
            source = read_source(str(source_id), raw, owner, clinic.fill)
            if sources.setdefault(source.id, source) != source:
                raise ContentError(f"{owner} is listed twice with different content. Keep one.")
    return sources


def _snippet(raw: Mapping[str, Any], path: Path, number: int, sources: Mapping[str, Source], clinic: Clinic) -> Snippet:
    snippet_id = raw.get("id")
    if not isinstance(snippet_id, str) or not _ID.fullmatch(snippet_id):
        raise ContentError(
            f"{path}: snippet number {number} has the id {snippet_id!r}. Use lower case letters, digits and"
            " underscores."
        )
    owner = f"{path}: `{snippet_id}`"
    if unknown := sorted(set(raw) - _KEYS):
        raise ContentError(f"{owner} has the unknown field `{unknown[0]}`. Known fields: {', '.join(sorted(_KEYS))}.")
    for key in _REQUIRED:
        if not raw.get(key):
            raise ContentError(f"{owner} has no `{key}`.")
    if raw["route"] not in tuple(Route):
        raise ContentError(f"{owner} has the route {raw['route']!r}. Use one of {', '.join(Route)}.")
    if raw["status"] not in _STATUSES:
        raise ContentError(f"{owner} has the status {raw['status']!r}. Use one of {', '.join(_STATUSES)}.")
    if raw.get("after_risk", "caution") not in AFTER_RISK:
        raise ContentError(f"{owner}: `after_risk` must be one of {', '.join(AFTER_RISK)}.")
    for key in ("sources", "seed", "related", "speaks_of"):
        if not isinstance(raw.get(key) or [], list):
            raise ContentError(f"{owner}: `{key}` must be a list, in [square brackets].")
    if not isinstance(raw.get("clinic_only", False), bool):
        raise ContentError(f"{owner}: `clinic_only` must be true or false.")
    if not isinstance(raw["version"], int) or raw["version"] < 1:
        raise ContentError(f"{owner}: `version` must be a whole number from 1.")
    said = _said(raw, path.stem, clinic, owner)
    return Snippet(
        id=snippet_id,
        question=_spelled(str(raw["question"]).strip(), path.stem, clinic),
        text=said.text,
        route=Route(raw["route"]),
        sources=tuple(_source(source_id, sources, owner) for source_id in raw.get("sources") or ()),
        seed=tuple(raw.get("seed") or ()),
        related=tuple(str(name) for name in raw.get("related") or ()),
        after_risk=str(raw.get("after_risk", "caution")),
        status=raw["status"],
        approval=read_approval(raw["approval"], owner),
        review_by=read_date(raw["review_by"], f"{owner}: `review_by`"),
        version=raw["version"],
        topic=path.stem,
        if_unknown=said.if_unknown,
        unknown=said.unknown,
        clinic_only=raw.get("clinic_only", False),
        speaks_of=tuple(str(category) for category in raw.get("speaks_of") or ()),
    )


@dataclass(frozen=True)
class _Said:
    """What is sent, what would be sent if a fact were unknown (empty
    when the text needs none that may be), and the facts that are."""

    text: str
    if_unknown: str = ""
    unknown: tuple[str, ...] = ()


def _said(raw: Mapping[str, Any], topic: str, clinic: Clinic, owner: str) -> _Said:
    text, otherwise = (_spelled(str(raw.get(key) or "").strip(), topic, clinic) for key in ("text", "if_unknown"))
    optional, unknown = clinic.optional_in(text), clinic.unknown_in(text)
    if optional and not otherwise and raw["route"] != "answer":
        raise ContentError(
            f"{owner} takes the route {raw['route']} and uses {{{optional[0]}}}, which may be unknown. Give it an"
            " `if_unknown`, or the fact `required: true`."
        )
    if otherwise and not optional:
        raise ContentError(f"{owner} has an `if_unknown`, but uses no fact that may be unknown. Take it out.")
    if needed := clinic.optional_in(otherwise):
        raise ContentError(
            f"{owner}: `if_unknown` uses {{{needed[0]}}}, which may be unknown itself. Use facts that are `required`."
        )
    if not optional:
        return _Said(clinic.fill(text, owner))
    instead = clinic.fill(otherwise or IF_UNKNOWN, f"{owner}: `if_unknown`")
    return _Said(instead if unknown else clinic.fill(text, owner), instead, unknown)


def _spelled(text: str, topic: str, clinic: Clinic) -> str:
    return text if topic == OTHER_LANGUAGES else clinic.spelling.of(text)


def _short_version(snippet: Snippet, text: object, path: Path, clinic: Clinic) -> tuple[Snippet, ...]:
    """The short version of an answer, if it has one and knows
    its facts: everything but the words is the answer's own."""
    if text is None:
        return ()
    owner = f"{path}: `{snippet.id}`"
    if snippet.route != Route.ANSWER or not str(text).strip():
        raise ContentError(f"{owner}: `short` must be a text, and only an answer has one.")
    words = _spelled(str(text).strip(), snippet.topic, clinic)
    if clinic.unknown_in(words):
        return ()
    filled = clinic.fill(words, f"{owner}: `short`")
    return (
        replace(snippet, id=snippet.id + SHORT, text=filled, seed=(), short_of=snippet.id, if_unknown="", unknown=()),
    )


def _source(source_id: object, sources: Mapping[str, Source], owner: str) -> Source:
    if str(source_id) not in sources:
        raise ContentError(
            f"{owner} names the source `{source_id}`, which is not listed. Add it to data/snippets/sources.yml."
        )
    return sources[str(source_id)]
