"""What the rules make of a message, for whoever reads or writes them: what fires, on which words, what is silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.safety.denials import without_denials
from bot.safety.normalise import every_sentence
from bot.safety.triage import Finding, Triage
from bot.vocabulary import Route, is_emergency


@dataclass(frozen=True)
class Silenced:
    """A rule whose words were there and that did not fire: `by` are the words of the sentence that stopped it.

    `denied` tells that the symptom is denied there ("no chest pain"), so that no rule for emergencies sees it.
    """

    rule: str
    category: str
    words: str
    by: str
    denied: bool = False


@dataclass(frozen=True)
class Sentence:
    """One sentence as the rules see it."""

    normalised: str
    fired: tuple[Finding, ...]
    silenced: tuple[Silenced, ...]


@dataclass(frozen=True)
class Explained:
    """A whole message. `second` is what a disguised one says in its second reading, or empty."""

    sentences: tuple[Sentence, ...]
    findings: tuple[Finding, ...]
    second: str = ""

    @property
    def route(self) -> Route | None:
        """Where the rules alone send it; None where they leave it to the questions.

        The classifier is not asked: it may call an alarm that no rule does, and overrule words that were not meant.
        """
        if not self.findings:
            return None
        gravest = self.findings[0]
        if not is_emergency(gravest.category):
            return Route.CLINICIAN
        alarms = [finding for finding in self.findings if is_emergency(finding.category)]
        return Route.CHECK if all(finding.asks for finding in alarms) else Route.EMERGENCY

    def lines(self) -> Iterator[str]:
        """To read in a terminal."""
        if self.second:
            yield f"Disguised; read a second time as: {self.second}"
        for sentence in self.sentences:
            yield f"The rules see: {sentence.normalised}"
            for finding in sentence.fired:
                yield f"  fires     {finding.rule} ({finding.category}) on “{finding.words.strip()}”{_kind(finding)}"
            for one in sentence.silenced:
                why = "the sentence denies it" if one.denied else f"silenced by “{one.by.strip()}”"
                yield f"  silent    {one.rule} ({one.category}) saw “{one.words.strip()}”: {why}"
            if not sentence.fired and not sentence.silenced:
                yield "  no rule"
        if not self.sentences:
            yield "No words."
        yield {
            None: "The rules leave it to the approved questions.",
            Route.CLINICIAN: f"The rules alone: to a clinician, as {self.findings[0].category}."
            if self.findings
            else "",
            Route.CHECK: "The rules alone: asked whether it is happening now.",
            Route.EMERGENCY: f"The rules alone: emergency, as {self.findings[0].category}." if self.findings else "",
        }[self.route]


def _kind(finding: Finding) -> str:
    if finding.asks:
        return "; it is asked about first"
    return "; weak, the classifier may overrule it" if finding.weak else ""


def explained(triage: Triage, text: str, second: str | None = None) -> Explained:
    """What the rules make of a message as it was typed, and of its second reading where there is one."""
    texts = [text, second] if second else [text]
    seen = dict.fromkeys(sentence for one in texts for sentence in every_sentence(one))
    findings = triage.gravest_first([finding for one in texts for finding in triage.check(one)])
    return Explained(tuple(_sentence(triage, one) for one in seen), findings, second or "")


def _sentence(triage: Triage, sentence: str) -> Sentence:
    affirmed = without_denials(sentence)
    silenced = []
    for rule in triage.rules:
        searched = affirmed if is_emergency(rule.category) else sentence
        match, denied = rule.pattern.search(searched), rule.pattern.search(sentence)
        stopped = rule.unless.search(searched) if rule.unless is not None and match else None
        if match and stopped:
            silenced.append(Silenced(rule.id, rule.category, match[0], stopped[0]))
        elif denied and not match:
            silenced.append(Silenced(rule.id, rule.category, denied[0], "", denied=True))
    return Sentence(sentence, triage.check_sentence(sentence), tuple(silenced))
