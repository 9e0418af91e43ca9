"""The one file that other websites embed: small, up to date, complete in every language."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re

import pytest

from bot.safety.warning import TRANSLATIONS, WARNING
from bot.website.bundle import BUILT, SOURCE, fingerprint, integrity, script, texts

MOST_BYTES = 15 * 1024
LANGUAGES = sorted(texts())


def test_script_styles_and_texts_fit_into_15_kb() -> None:
    assert len(gzip.compress(script("911"), 9)) <= MOST_BYTES


def test_the_built_file_is_made_from_the_present_sources() -> None:
    assert fingerprint() in BUILT.read_text(encoding="utf-8").splitlines()[0], (
        "the widget is older than its sources: run `make widget`"
    )


def test_the_widget_needs_no_other_code() -> None:
    assert not re.search(r"\bimport\s*[({\"'*]|\bfrom\s*[\"']|\brequire\(", BUILT.read_text(encoding="utf-8"))


def test_nothing_can_become_markup_or_code() -> None:
    code = "".join(module.read_text(encoding="utf-8") for module in SOURCE.glob("*.js"))
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|\.style\s*=|'style'",
        code,
    )


@pytest.mark.parametrize("number", ["911", "112", 'a "quoted" one', "999 or 112"])
def test_the_clinics_emergency_number_is_in_the_served_file(number: str) -> None:
    served = script(number).decode()
    assert json.dumps(number) in served
    assert "EMERGENCY_NUMBER_OF" not in served


def test_the_warning_is_in_the_file_word_for_word() -> None:
    assert WARNING in script("911").decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_values(language: str) -> None:
    english, own = texts()["en"], texts()[language]
    assert sorted(own) == sorted(english), "a text is missing, or nobody uses it"
    for key, words in english.items():
        assert sorted(re.findall(r"\{\w+\}", str(own[key]).replace("{'title'", "").replace("{'send'", ""))) == sorted(
            re.findall(r"\{\w+\}", str(words))
        )


def test_every_text_is_used() -> None:
    code = (SOURCE / "widget.js").read_text(encoding="utf-8")
    unused = [key for key in texts()["en"] if not re.search(rf"'{key}'|\.{key}\b", code)]
    assert set(unused) <= {"retrying", "busy", "ended", "slow", "retry", "edit"}, (
        "these are named by the state or the remedy of a message"
    )


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_language_says_the_warning_in_its_own_words_too(language: str) -> None:
    assert len(TRANSLATIONS[language]) == 2


def test_the_integrity_value_is_that_of_the_served_bytes() -> None:
    served = script("911")
    assert integrity(served) == "sha384-" + base64.b64encode(hashlib.sha384(served).digest()).decode()
