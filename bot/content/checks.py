"""What an approved text must be, checked by `python -m bot content check` and by the tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from bot.content.approvals import not_as_approved
from bot.content.files import ContentError
from bot.content.library import OTHER_LANGUAGES, Library, load_library
from bot.content.opening import FACTS, Opening, Sentence
from bot.content.own_page import load_own_page
from bot.content.readability import reading_grade
from bot.content.rules import load_categories, load_triage
from bot.content.snippet import Snippet
from bot.content.source import check_source
from bot.content.spelling import SPELLINGS
from bot.content.sync import examples_by_intent, out_of_step
from bot.content.topics import load_topics
from bot.safety.normalise import sentences
from bot.safety.triage import Triage
from bot.vocabulary import CLINICIAN, Route

MAX_WORDS = 90
MIN_WORDS = {Route.ANSWER: 25, Route.CLINICIAN: 25, Route.CHECK: 20, Route.EMERGENCY: 20}
MAX_SHORT_WORDS = 45
MAX_GRADE = 9.0
"""Flesch-Kincaid grade of the running text, names of methods and substances set aside: about the eighth school year."""
MAX_QUESTION = 90
SEED_SENTENCES = 17

_PROMISES = re.compile(
    r"\b(guarantee[ds]?|miracle|completely safe|totally safe|perfectly safe|no side effects|no risks?\b(?! of)"
    r"|risk[- ]free"
    r"|will (cure|heal|fix|restore|boost|detox\w*|reverse)|(ozone|it|therapy) (cures|heals|boosts|detoxifies|reverses"
    r"|eliminates)"
    r"|you will (be fine|feel better|be cured)|is safe for you|nothing to worry about|do not worry)\b|\b100 ?%",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"(yes|no|correct|right|exactly|indeed|absolutely|certainly|definitely|not at all|that is (right|true|wrong))\b"
    r"(?=[,.;:!]| [-–]| (it|they|you|we|there)\b)",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(not|no|never|cannot|nobody|without|neither|nor|whether|claims?|claimed|say|says|said)\b[^.]*$", re.IGNORECASE
)
_DOSES = re.compile(
    r"\b\d[\d.,]*\s?(mg|mcg|µg|ug|gamma|gammas|ml|millilit\w+|microgram\w*|milligram\w*|iu|units of|cc)\b|\b(mcg|µg|ug"
    r"|mg)/(ml|l)\b",
    re.IGNORECASE,
)

_FINDINGS = re.compile(
    r"\b(been shown|(trial|trials|study|studies|research|reviews?|evidence) (has|have|shows?|showed|finds?|found"
    r"|suggests?)"
    r"|some people (feel|get|report))\b",
    re.IGNORECASE,
)
"""Words that tell what was found out about the treatment, which a clinic cannot vouch for alone."""


def check_content(data: Path, today: date | None = None) -> list[str]:
    """Everything that is wrong with the content, one sentence each; empty when all is well."""
    try:
        library = load_library(data)
        triage = load_triage(data / "safety")
        categories = load_categories(data / "safety")
        stale = out_of_step(library, data)
        load_own_page(data / "own_page.yml", library)
        load_topics(data / "topics.yml", library)
        examples = examples_by_intent(data / "nlu")
        changed = not_as_approved(library, data)
        spelled = [load_library(data, spelling) for spelling in SPELLINGS]
    except ContentError as error:
        return str(error).splitlines()
    checked = (
        problem for texts in spelled for snippet in texts for problem in check_snippet(snippet, today or date.today())
    )
    problems = list(dict.fromkeys(checked))
    problems += [
        problem for source in library.sources.values() for problem in check_source(source, today or date.today())
    ]
    if library.opening is not None:
        problems += _check_opening(library.opening, today or date.today())
    problems += [
        f"data/snippets/{library[name].topic}.yml: `{name}` is not what was approved. Have it approved, then run"
        " `python -m bot snippets seal`."
        for name in changed
    ]
    problems += _missing_seed(library)
    problems += [
        f"data/safety/categories.yml: `{name}` has no approved snippet with this id and a fitting route."
        for name in categories
        if not _worded(name, library)
    ]
    problems += [
        f"data/snippets/{snippet.topic}.yml: the question of `{snippet.id}` fires the rule `{finding.rule}`; a button"
        " with it would be referred."
        for snippet in library.of_route(Route.ANSWER)
        for finding in triage.check(snippet.question)[:1]
    ]
    problems += [
        f"data/snippets/{snippet.topic}.yml: `{snippet.id}` speaks of `{category}`, which is no category of"
        " data/safety/categories.yml for a clinician."
        for snippet in library
        if not snippet.short_of
        for category in snippet.speaks_of
        if category not in categories or not category.startswith(CLINICIAN)
    ]
    problems += list(_rule_examples(triage))
    problems += list(_examples_of_two(examples))
    problems += [f"{path.name}: out of step with the snippets. Run `python -m bot content sync`." for path in stale]
    return problems


def check_snippet(snippet: Snippet, today: date) -> Iterator[str]:
    """What is wrong with one snippet, one sentence each."""
    owner = f"data/snippets/{snippet.topic}.yml: `{snippet.id}`"
    low, high = (5, MAX_SHORT_WORDS) if snippet.short_of else (MIN_WORDS.get(snippet.route, 5), MAX_WORDS)
    if not snippet.sources:
        yield f"{owner} names no source. Add one from data/snippets/sources.yml."
    yield from _check_vouched(snippet, owner)
    if not snippet.unknown:
        yield from _check_text(snippet.text, owner, low, high, english=snippet.topic != OTHER_LANGUAGES)
    if snippet.if_unknown:
        yield from _check_text(snippet.if_unknown, f"{owner}: `if_unknown`", 5, high, english=True)
    if len(snippet.question) > MAX_QUESTION:
        yield f"{owner} has a question of {len(snippet.question)} characters; keep it at {MAX_QUESTION} or fewer."
    yield from _check_dates(snippet, owner, today)
    if not all(isinstance(number, int) and 1 <= number <= SEED_SENTENCES for number in snippet.seed):
        yield (
            f"{owner} names a sentence of the owner's text that does not exist; use numbers from 1 to {SEED_SENTENCES}."
        )


def _check_vouched(snippet: Snippet, owner: str) -> Iterator[str]:
    """An answer that the clinic alone vouches for must be about nothing else."""
    if snippet.route != Route.ANSWER or not snippet.sources or not all(source.own for source in snippet.sources):
        return
    if not snippet.clinic_only:
        yield (
            f"{owner} has no source but the clinic. Name another one, or write `clinic_only: true` if it only tells how"
            " things are done here."
        )
    elif (finding := _FINDINGS.search(snippet.text)) is not None:
        yield (
            f"{owner} tells what is known ({finding.group(0)!r}) with no source but the clinic. Name one that says so,"
            " or leave it out."
        )


def _check_opening(opening: Opening, today: date) -> Iterator[str]:
    """What is wrong with the sentences that are worked out at the
    time of a question; a time stands for each of their facts."""
    for name, text in opening.patterns.items():
        example = Sentence(name, text, dict.fromkeys(FACTS[name], "5 pm"))
        yield from _check_text(example.words, f"data/opening.yml: `{name}`", 4, MAX_SHORT_WORDS, english=True)
    yield from _check_dates(opening, "data/opening.yml", today)


def _check_dates(approved: Snippet | Opening, owner: str, today: date) -> Iterator[str]:
    if today > approved.review_by:
        yield f"{owner} was due for review by {approved.review_by}. Have it approved again or retire it."
    if approved.approval.on > today:
        yield f"{owner} was approved on {approved.approval.on}, which is in the future."


def _check_text(text: str, owner: str, low: int, high: int, *, english: bool) -> Iterator[str]:
    words = len(text.split())
    if words > high or words < (low if english else 1):  # not every script puts spaces between words
        yield f"{owner} has {words} words; keep it between {low} and {high}."
    if english and (grade := reading_grade(text)) > MAX_GRADE:  # the formula is made for English
        yield f"{owner} reads at grade {grade:.1f}; use shorter sentences and words (at most {MAX_GRADE:.0f})."
    if english and (answered := _YES_OR_NO.match(text)) is not None:
        yield (
            f"{owner} begins with {answered.group(0)!r}, which is wrong when the question is turned round. State the"
            " fact."
        )
    if (promise := _promise(text)) is not None:
        yield f"{owner} promises something ({promise!r}). Say what is known instead."
    if (dose := _DOSES.search(text)) is not None:
        yield f"{owner} names a dose ({dose.group(0)!r}). Doses belong to the clinician."


def _promise(text: str) -> str | None:
    """The first promise that its own sentence does not deny."""
    for match in _PROMISES.finditer(text):
        if not _NEGATED.search(text[: match.start()].rsplit(".", 1)[-1]):
            return match.group(0)
    return None


def _missing_seed(library: Library) -> list[str]:
    spoken = {number for snippet in library for number in snippet.seed}
    missing = [str(number) for number in range(1, SEED_SENTENCES + 1) if number not in spoken]
    return (
        [f"data/snippets: no snippet speaks for sentence {', '.join(missing)} of the owner's text."] if missing else []
    )


def _examples_of_two(examples: Mapping[str, list[str]]) -> Iterator[str]:
    """A sentence that teaches two intents teaches neither, and Rasa's own check fails on it."""
    taught: dict[str, str] = {}
    for intent, sentences_of_it in examples.items():
        for text in sentences_of_it:
            first = taught.setdefault(text, intent)
            if first != intent:
                yield f"data/nlu: {text!r} is an example of `{first}` and of `{intent}`. Keep it under one of them."


def _worded(category: str, library: Library) -> bool:
    return (
        category in library and category.startswith(library[category].route) and library[category].status == "approved"
    )


def _rule_examples(triage: Triage) -> Iterator[str]:
    for rule in triage.rules:
        for text in rule.fires:
            if not any(rule.search(sentence) for sentence in sentences(text)):
                yield f"data/safety: `{rule.id}` does not fire on its own example {text!r}."
        for text in rule.silent:
            if any(rule.search(sentence) for sentence in sentences(text)):
                yield f"data/safety: `{rule.id}` fires on its counter-example {text!r}."
