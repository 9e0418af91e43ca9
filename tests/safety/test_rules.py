"""Every shipped rule fires on its own examples and stays silent on its counter-examples."""

from __future__ import annotations

import pytest

from bot.content.shared import shared_triage
from bot.safety.normalise import sentences
from bot.safety.triage import Rule

RULES = shared_triage().rules


def _fires(rule: Rule, text: str) -> bool:
    return any(rule.search(sentence) for sentence in sentences(text))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_fires_on_its_own_examples(rule: Rule) -> None:
    assert rule.fires, "every rule needs examples that must fire"
    assert [text for text in rule.fires if not _fires(rule, text)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_silent_on_its_counter_examples(rule: Rule) -> None:
    assert [text for text in rule.silent if _fires(rule, text)] == []
