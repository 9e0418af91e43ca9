"""What the rules make of a sentence is told with the words that fired and those that silenced."""

from __future__ import annotations

import pytest

from bot.safety.explained import explained
from bot.safety.triage import Triage
from bot.vocabulary import Route


def test_a_rule_is_told_with_its_words(triage: Triage) -> None:
    told = list(explained(triage, "My chest hurts!").lines())
    assert told[0] == "The rules see: my chest hurts"
    assert "  fires     emergency.chest.pain (emergency_chest_pain) on “chest hurts”" in told
    assert told[-1].startswith("The rules alone: emergency, as emergency_")


def test_what_silences_a_rule_is_told(triage: Triage) -> None:
    told = "\n".join(explained(triage, "Can ozone cause chest pain?").lines())
    assert "silent    emergency.chest.pain (emergency_chest_pain) saw “chest pain”: silenced by “can ozone" in told
    assert told.endswith("The rules leave it to the approved questions.")


def test_a_denied_symptom_is_told(triage: Triage) -> None:
    told = "\n".join(explained(triage, "it stings, no chest pain").lines())
    assert "saw “chest pain”: the sentence denies it" in told
    assert "fires     emergency.chest" not in told


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("I cannot breathe", Route.EMERGENCY),
        ("911", Route.CHECK),
        ("911. I cannot breathe", Route.EMERGENCY),
        ("I take warfarin", Route.CLINICIAN),
        ("Where can I park?", None),
        ("", None),
    ],
)
def test_the_route_by_the_rules_alone(triage: Triage, text: str, route: Route | None) -> None:
    assert explained(triage, text).route is route


def test_the_findings_are_those_of_the_rules(triage: Triage) -> None:
    text = "I take warfarin. My lips are blue. What does it cost?"
    told = explained(triage, text)
    assert told.findings == triage.check(text)
    assert [sentence.normalised for sentence in told.sentences] == [
        "i take warfarin",
        "my lips are blue",
        "what does it cost",
    ]


def test_a_second_reading_is_told_and_counts(triage: Triage) -> None:
    told = explained(triage, "1 c4n't br34the", "i can't breathe")
    assert told.route is Route.EMERGENCY
    assert next(told.lines()) == "Disguised; read a second time as: i can't breathe"
