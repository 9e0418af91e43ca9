"""Follow-ups, languages and words of the form are data, and a mistake in them is one clear sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.files import ContentError
from bot.content.follow_ups import load_follow_ups
from bot.content.form_words import load_form_words
from bot.content.languages import load_languages
from bot.content.library import Library
from tests.conftest import DATA


def test_every_shipped_follow_up_leads_to_an_answer(library: Library) -> None:
    follow_ups = load_follow_ups(DATA, library)
    for kind in follow_ups.targets:
        for snippet in library.of_route("answer"):
            target = follow_ups.target(kind, snippet.id, (), library)
            assert target is None or (library[target].route == "answer" and target != snippet.id)


@pytest.mark.parametrize(
    "text", ["why_so: {default: nobody_wrote_this}", "why_so: {what_is_ozone: oxidation}", "nobody_wrote_this: {default: related}", "why_so: related"]
)
def test_a_follow_up_that_leads_nowhere_is_named(text: str, tmp_path: Path, library: Library) -> None:
    (tmp_path / "follow_ups.yml").write_text(text)
    with pytest.raises(ContentError, match=r"follow_ups\.yml"):
        load_follow_ups(tmp_path, library)


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
