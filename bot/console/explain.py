"""Why a turn went the way it did, in plain words. Pure: a stored turn and today's content in, values for a page out.

What is stored may come from an older version, so every field is looked at before it is believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bot.console.current import RuleText, Snapshot
from bot.content.opening import is_made_of
from bot.content.snippet import Snippet
from bot.record.turns import Turn
from bot.safety.warning import WARNING

FALLBACK_INTENT = "nlu_fallback"
OUT_OF_SCOPE_INTENT = "out_of_scope"
EMERGENCY_MEASURE = "emergency"


@dataclass(frozen=True)
class Seen:
    """One rule that fired: the words it saw and, when the rule still exists, how it is written today."""

    rule: str
    category: str
    words: str
    text: RuleText | None


@dataclass(frozen=True)
class Measure:
    """One score of the risk classifier and the threshold from which it counts, both between 0 and 1."""

    name: str
    score: float | None
    threshold: float | None

    @property
    def reached(self) -> bool:
        """At or over the threshold."""
        return self.score is not None and self.threshold is not None and self.score >= self.threshold


@dataclass(frozen=True)
class Classified:
    """What the risk classifier made of the message.

    `category` is empty when no threshold was reached; `nearest` is then empty too. `similarity` is a cosine.
    """

    category: str
    measures: tuple[Measure, ...]
    nearest: str
    similarity: float | None

    @property
    def deciding(self) -> Measure | None:
        """The score that its category rests on."""
        emergency = self.category.startswith("emergency_")
        return next((measure for measure in self.measures if (measure.name == EMERGENCY_MEASURE) == emergency), None)


@dataclass(frozen=True)
class Guess:
    """One intent that was considered, with the question it stands for, if that is still among the approved ones."""

    name: str
    confidence: float | None
    question: str


@dataclass(frozen=True)
class Run:
    """A run of the visitor's words that a rule saw, or that none saw."""

    text: str
    seen: bool


@dataclass(frozen=True)
class Why:
    """The reason of a turn: one sentence, then the evidence. `earlier` is the category of a risk that was told of in an earlier turn."""

    summary: str
    rules: tuple[Seen, ...]
    classifier: Classified | None
    ranking: tuple[Guess, ...]
    earlier: str


@dataclass(frozen=True)
class Sent:
    """One message of a reply and how it stands against today's snippets.

    `state` is `current`, `changed`, `gone`, `unknown` (the snippets cannot be read), `altered` (the words do not give
    the hash that was logged) or `none` (no snippet was named). `worked_out` are the sentences before the snippet's text that
    were worked out at the time of the question, each with the approved pattern that it fills.
    """

    text: str
    snippet_id: str
    version: int | None
    hash: str
    state: str
    snippet: Snippet | None
    buttons: tuple[str, ...]
    worked_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explained:
    """A turn, ready to be shown."""

    turn: Turn
    words: tuple[Run, ...]
    why: Why
    sent: tuple[Sent, ...]
    warned: bool


def plain(identifier: str | None) -> str:
    """An identifier in words: `clinician_after_session` becomes `after session`."""
    words = (identifier or "").removeprefix("emergency_").removeprefix("clinician_")
    return words.replace("_", " ").strip() or "not named"


def unsigned(snippet: Snippet) -> bool:
    """Whether the text is still the starter set's, which no clinician has signed."""
    return not snippet.approval.signed


def explain(turn: Turn, snapshot: Snapshot) -> Explained:
    """Everything the page of a conversation says about one turn."""
    why = _why(turn, snapshot)
    return Explained(turn, marked(turn.text, [seen.words for seen in why.rules]), why, _sent(turn, snapshot), warned=turn.warning == WARNING)


def marked(text: str, seen: Sequence[str]) -> tuple[Run, ...]:
    """The text in runs, so that what the rules saw can be marked. What they saw after smoothing, but is not there letter by letter, is left."""
    lower = text.lower()
    inside = [False] * len(text)
    for words in filter(None, seen if len(lower) == len(text) else ()):
        place = lower.find(words.lower())
        while place >= 0:
            inside[place : place + len(words)] = [True] * len(words)
            place = lower.find(words.lower(), place + 1)
    runs = groupby(zip(text, inside, strict=True), key=lambda pair: pair[1])
    return tuple(Run("".join(letter for letter, _ in run), found) for found, run in runs)


_CARRIED = ("earlier_risk", "emergency_over", "emergency_not_over")
"""Reasons that lie in an earlier turn."""


def _why(turn: Turn, snapshot: Snapshot) -> Why:
    explanation = _mapping(turn.explanation)
    rules = tuple(_seen(finding, snapshot) for finding in _mappings(explanation.get("findings")))
    classifier = _classified(_mapping(explanation.get("classifier")))
    reason = str(explanation.get("reason") or "")
    return Why(
        summary=_summary(
            turn,
            reason,
            _decided(turn, rules, classifier),
            plain(str(explanation.get("earlier") or turn.risk_category or "")),
            rules,
            question_of(turn.intent, snapshot),
        ),
        rules=rules,
        classifier=classifier,
        ranking=tuple(_guess(row, snapshot) for row in _mappings(turn.ranking)),
        earlier=str(explanation.get("earlier") or turn.risk_category or "") if reason in _CARRIED else "",
    )


def _guess(row: Mapping[str, Any], snapshot: Snapshot) -> Guess:
    name = str(row.get("name") or "not named")
    return Guess(name, _number(row.get("confidence")), question_of(name, snapshot))


def question_of(intent: str | None, snapshot: Snapshot) -> str:
    """The approved question that an intent stands for; empty when there is none."""
    library = snapshot.library
    return library[intent].question if library is not None and intent and intent in library else ""


def _summary(turn: Turn, reason: str, decided: str, earlier: str, rules: Sequence[Seen], question: str) -> str:
    """The reason as a sentence; `reason` is the word that the safety decision stored, `question` the one that was understood."""
    fixed = {
        "no_words": "The message held no words.",
        "too_long": "The message was longer than what is answered, and no emergency was seen in it.",
        "emergency_over": f"An emergency was told of earlier ({earlier}), and the visitor has now said that it is over.",
        "emergency_not_over": f"An emergency was told of earlier ({earlier}), and the visitor has not said that it is over: it still comes first.",
        "earlier_risk": f"The message is not risky by itself, but a risk told of earlier in the conversation still holds: {earlier}.",
        "fault": "Something failed while the message was answered, so only the rules were asked. " + (decided or "None of them fired."),
    }
    return fixed.get(reason) or decided or _overruled(rules) + _understood(turn, question)


def _overruled(rules: Sequence[Seen]) -> str:
    """What is said first when rules fired and the message was answered all the same."""
    if not rules:
        return ""
    names = ", ".join(dict.fromkeys(seen.rule for seen in rules))
    return f"Overruled: {names} looks only at the shape of a sentence, and the classifier was sure of an ordinary message. "


def _decided(turn: Turn, rules: Sequence[Seen], classifier: Classified | None) -> str:
    """What `risk_rule` stands for: a rule that fired, the classifier, or the intent itself; empty when there was no risk."""
    rule = turn.risk_rule or ""
    seen = next((seen for seen in rules if seen.rule == rule), None)
    if seen is not None:
        return f"The rule {seen.rule} saw the words “{seen.words}”, which tell of: {plain(seen.category)}."
    if rule.startswith("classifier") and classifier is not None:
        measure = classifier.deciding
        return f"The risk classifier put the message at {_score(measure.score if measure else None)} for: {plain(turn.risk_category or classifier.category)}."
    if rule.startswith("intent."):
        return f"The question itself, understood as {rule.removeprefix('intent.')}, is one for a clinician: {plain(turn.risk_category)}."
    if turn.risk_category or rule:
        return f"A risk was noted: {plain(turn.risk_category)}, by {rule or 'a rule that is not named'}."
    return ""


def _understood(turn: Turn, question: str) -> str:
    if turn.intent == FALLBACK_INTENT:
        return "No risk was seen. No approved question was clearly the nearest, so the visitor was asked back."
    if turn.intent == OUT_OF_SCOPE_INTENT:
        return "No risk was seen. The message is outside what the approved questions cover, or none of them was near enough."
    if turn.intent:
        told = f"“{question}” ({turn.intent})" if question else turn.intent
        return f"No risk was seen. The message was understood as {told} with a confidence of {turn.confidence or 0:.2f}."
    return "No risk was seen, and no intent was stored."


def _seen(finding: Mapping[str, Any], snapshot: Snapshot) -> Seen:
    rule = str(finding.get("rule") or "not named")
    return Seen(rule, str(finding.get("category") or ""), str(finding.get("words") or ""), snapshot.rules.get(rule))


def _classified(raw: Mapping[str, Any]) -> Classified | None:
    thresholds = _mapping(raw.get("thresholds"))
    measures = (
        Measure(EMERGENCY_MEASURE, _number(raw.get("emergency_score")), _number(thresholds.get("emergency"))),
        Measure("any risk", _number(raw.get("score")), _number(thresholds.get("risk"))),
    )
    known = tuple(measure for measure in measures if measure.score is not None)
    if not known:
        return None
    return Classified(str(raw.get("category") or ""), known, str(raw.get("nearest") or ""), _number(raw.get("similarity")))


def _sent(turn: Turn, snapshot: Snapshot) -> tuple[Sent, ...]:
    messages = _mappings(turn.messages)
    if not messages:
        snippet = {"id": turn.snippet_id, "version": turn.snippet_version, "hash": turn.snippet_hash}
        return (_message({"text": turn.reply, "snippet": snippet if turn.snippet_id else None}, snapshot),) if turn.reply else ()
    return tuple(_message(message, snapshot) for message in messages)


def _message(message: Mapping[str, Any], snapshot: Snapshot) -> Sent:
    text = str(message.get("text") or "")
    logged = _mapping(message.get("snippet"))
    snippet_id, digest, version = str(logged.get("id") or ""), str(logged.get("hash") or ""), logged.get("version")
    library = snapshot.library
    return Sent(
        text=text,
        snippet_id=snippet_id,
        version=version if isinstance(version, int) else None,
        hash=digest,
        state=_state(text, logged, snapshot),
        snippet=library[snippet_id] if library is not None and snippet_id in library else None,
        buttons=tuple(str(button.get("title") or "") for button in _mappings(message.get("buttons"))),
        worked_out=tuple(str(sentence.get("text") or "") for sentence in _mappings(_mapping(logged.get("made_of")).get("sentences"))),
    )


def _state(text: str, logged: Mapping[str, Any], snapshot: Snapshot) -> str:
    """See `Sent`; on channels without a page of their own the warning follows the text, and is no part of the snippet."""
    snippet_id, digest, made_of = str(logged.get("id") or ""), str(logged.get("hash") or ""), logged.get("made_of")
    if not snippet_id:
        return "none"
    approved = text.removesuffix(f"\n\n{WARNING}")
    if hashlib.sha256(approved.encode()).hexdigest() != digest or (made_of is not None and not is_made_of(made_of, approved)):
        return "altered"
    if made_of is not None:
        digest = str(made_of["base"])
    if snapshot.library is None:
        return "unknown"
    if snippet_id not in snapshot.library:
        return "gone"
    return "current" if snapshot.library[snippet_id].hash == digest else "changed"


def _score(value: float | None) -> str:
    """Three digits: the classifier's thresholds are chosen for recall and can be as low as 0.01."""
    return "an unknown value" if value is None else f"{value:.3f}"


def _mapping(raw: object) -> Mapping[str, Any]:
    return raw if isinstance(raw, Mapping) else {}


def _mappings(raw: object) -> list[Mapping[str, Any]]:
    return [row for row in raw if isinstance(row, Mapping)] if isinstance(raw, (list, tuple)) else []


def _number(raw: object) -> float | None:
    return float(raw) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else None
