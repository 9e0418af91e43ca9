"""The warning is the owner's sentence, and nothing can take it away."""

from __future__ import annotations

from bot.safety.warning import WARNING, WARNING_DETAIL


def test_the_warning_is_the_owners_sentence_word_for_word() -> None:
    assert WARNING == "Ozone is toxic to the lungs and should not be inhaled."


def test_the_detail_tells_of_late_symptoms_and_of_smell() -> None:
    assert WARNING_DETAIL == "Symptoms can come hours later, and smell is not a reliable warning."
