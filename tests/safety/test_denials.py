"""A symptom that is denied is no sign of danger; what only sounds like a denial is one."""

from __future__ import annotations

import pytest

from bot.safety.denials import without_denials
from bot.safety.normalise import phrase


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Just stings, no swelling, no trouble breathing.", "just stings"),
        ("no fever", ""),
        ("no chest pain or shortness of breath, but my face droops", "but my face droops"),
        ("no real pain and no numbness, only a bruise", "only a bruise"),
        ("without any allergic reactions so far", "so far"),
        (
            "I hate how they make me feel. Not suicidal or anything just flat",
            "i hate how they make me feel or anything just flat",
        ),
        ("she does not have difficulty breathing, that was in 2018", "she that was in 2018"),
        ("not having any symptoms now", "now"),
        ("I have no suicide thoughts", "i have"),
        ("what does it cost?", "what does it cost"),
    ],
)
def test_denied_symptoms_are_left_out(said: str, left: str) -> None:
    assert without_denials(phrase(said)) == left


@pytest.mark.parametrize(
    "danger",
    [
        "no pulse",
        "no reaction when I shake her",
        "he does not have a pulse",
        "she does not have any feeling in her face",
        "not breathing",
        "not moving",
        "no feeling in my left arm",
        "no blood in my foot, it is white",
        "no answer from him, he is grey",
    ],
)
def test_a_missing_sign_of_life_is_never_left_out(danger: str) -> None:
    assert without_denials(phrase(danger)) == phrase(danger)
