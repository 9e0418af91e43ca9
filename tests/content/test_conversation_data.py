"""Follow-ups, languages and words of the form are data, and a mistake in them is one clear sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.files import ContentError
from bot.content.follow_ups import load_follow_ups
from bot.content.form_words import load_form_words
from bot.content.languages import load_languages
from bot.content.library import Library
from bot.content.short_questions import ASK, load_short_questions
from bot.safety.triage import Triage
from tests.conftest import DATA


def test_every_shipped_follow_up_leads_to_an_answer(library: Library) -> None:
    follow_ups = load_follow_ups(DATA, library)
    for kind in follow_ups.targets:
        for snippet in library.of_route("answer"):
            target = follow_ups.target(kind, snippet.id, (), library)
            assert target is None or (library[target].route == "answer" and target != snippet.id)


@pytest.mark.parametrize(
    "text",
    [
        "why_so: {default: nobody_wrote_this}",
        "why_so: {what_is_ozone: oxidation}",
        "nobody_wrote_this: {default: related}",
        "why_so: related",
    ],
)
def test_a_follow_up_that_leads_nowhere_is_named(text: str, tmp_path: Path, library: Library) -> None:
    (tmp_path / "follow_ups.yml").write_text(text)
    with pytest.raises(ContentError, match=r"follow_ups\.yml"):
        load_follow_ups(tmp_path, library)


@pytest.mark.parametrize(
    ("text", "topic", "target"),
    [
        ("how long?", "session_what_happens", "session_length"),
        ("And how long?", "claimed_benefits", "effects_duration"),
        ("ok but how long", "first_visit", "first_visit"),
        ("How often?", "side_effects", "side_effect_frequency"),
        ("how long?", "side_effects", "side_effect_duration"),
        ("how long?", "exposure_limits", ASK),
        ("when?", None, "opening_hours"),
        ("who?", None, None),
        ("how long does surgery take", "session_length", None),
        ("and", "session_length", None),
        ("", "session_length", None),
        ("how long?", "no_longer_there", "session_length"),
    ],
)
def test_a_short_question_asks_about_the_last_answer(
    text: str, topic: str | None, target: str | None, library: Library
) -> None:
    assert load_short_questions(DATA, library).target(text, topic, library) == target


@pytest.mark.parametrize(
    "text",
    [
        "openers: []",
        "openers: []\nquestions: [{says: [how], answers: {about: cost}}]",
        "openers: []\nquestions: [{says: [how], answers: {default: nobody_wrote_this}}]",
        "openers: []\nquestions: [{says: [how], answers: {default: clinician_dose}}]",
        "openers: []\nquestions: [{says: [how], answers: {default: cost, nowhere: cost}}]",
        "openers: []\nquestions: [{says: [how, How?], answers: {default: cost}}]",
    ],
)
def test_a_mistake_in_the_short_questions_is_named(text: str, tmp_path: Path, library: Library) -> None:
    (tmp_path / "short_questions.yml").write_text(text)
    with pytest.raises(ContentError, match=r"short_questions\.yml"):
        load_short_questions(tmp_path, library)


def test_no_short_question_is_risky_by_itself(triage: Triage, library: Library) -> None:
    assert [said for said in load_short_questions(DATA, library).targets if triage.check(said)] == []


def test_a_short_version_is_shorter_and_has_all_else_of_its_answer(library: Library) -> None:
    shorts = [snippet for snippet in library if snippet.short_of]
    assert len(shorts) > 40
    for snippet in shorts:
        answer = library[snippet.short_of]
        assert len(snippet.text) < len(answer.text), snippet.id
        assert (snippet.sources, snippet.after_risk, snippet.approval, snippet.route) == (
            answer.sources,
            answer.after_risk,
            answer.approval,
            answer.route,
        )
        assert library.short_version(answer.id) == snippet.id


@pytest.mark.parametrize("code", ["es", "fr", "de", "pt", "it", "zh", "ar", "hi"])
def test_eight_languages_have_a_sentence_for_questions_and_for_emergencies(code: str, library: Library) -> None:
    assert library.clinic.fields["emergency.number"] in library[f"emergency_language_{code}"].text
    assert library.clinic.fields["phone"] in library[f"other_language_{code}"].text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("¿Qué es la terapia con ozono?", "es"),
        ("Qu'est-ce que l'ozonothérapie ? Combien ça coûte ?", "fr"),
        ("Ist die Behandlung gefährlich?", "de"),
        ("O que é a ozonioterapia?", "pt"),
        ("Dove si trova la clinica?", "it"),
        ("什么是臭氧疗法？", "zh"),
        ("ما هو العلاج بالأوزون؟", "ar"),
        ("ओज़ोन थेरेपी क्या है?", "hi"),
        ("What is ozone therapy?", None),
        ("is la the or", None),
        ("E.B.O.O.", None),
        ("オゾン療法とは何ですか", "ja"),
        ("ازون درمانی چیست؟", "fa"),
        ("no puedo respirar", "es"),
        ("je ne peux pas respirer", "fr"),
        ("ich bekomme keine Luft", "de"),
        ("não consigo respirar", "pt"),
        ("non riesco a respirare", "it"),
        ("", None),
        ("12345", None),
    ],
)
def test_a_language_is_recognised(text: str, code: str | None) -> None:
    assert load_languages(DATA).of(text) == code


@pytest.mark.parametrize("text", ["scripts: [a]", "words: 3", 'scripts: {zh: ["z-a"]}'])
def test_a_mistake_in_the_languages_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "languages.yml").write_text(text)
    with pytest.raises(ContentError, match=r"languages\.yml"):
        load_languages(tmp_path)


def test_a_missing_list_of_the_form_is_named(tmp_path: Path) -> None:
    (tmp_path / "request_form.yml").write_text("cancel: [stop]")
    with pytest.raises(ContentError, match=r"request_form\.yml"):
        load_form_words(tmp_path)


def test_no_word_of_the_form_means_two_things() -> None:
    words = load_form_words(DATA)
    lists = [words.cancel, words.open, words.back, words.yes, words.no, *words.change.values()]
    assert sum(map(len, lists)) == len(frozenset().union(*lists))
