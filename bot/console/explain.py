"""Why a turn went the way it did, in plain words. Pure: a stored turn and today's content in, values for a page out.

What is stored may come from an older version, so every field is looked at before it is believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, assert_never

from bot.console.current import RuleText, Snapshot
from bot.content.opening import is_made_of
from bot.content.snippet import Snippet
from bot.record.turns import Turn
from bot.safety.warning import WARNING
from bot.vocabulary import FALLBACK, OUT_OF_SCOPE, Level, Reason, is_emergency, without_kind


@dataclass(frozen=True)
class Seen:
    """One rule that fired: the words it saw and, when the rule still exists, how it is written today.

    A `weak` one looks only at the shape of a sentence.
    """

    rule: str
    category: str
    words: str
    weak: bool
    text: RuleText | None


@dataclass(frozen=True)
class Measure:
    """One chance that the classifier gives, and the threshold from which it counts, both between 0 and 1."""

    name: str
    score: float | None
    threshold: float | None

    @property
    def reached(self) -> bool:
        """At or over the threshold."""
        return self.score is not None and self.threshold is not None and self.score >= self.threshold


@dataclass(frozen=True)
class Classified:
    """What the classifier made of the message: its `level`, if it saw a risk, and why.

    `category` is empty without a level; `nearest` is then empty too. `similarity` is a cosine. `for_rule` and
    `for_emergency_rule` are what a rule needs beside it; below that, its words were not meant.
    """

    level: Level | None
    category: str
    alarm: Measure
    asking: Measure
    risk: Measure
    for_rule: float | None
    for_emergency_rule: float | None
    nearest: str
    similarity: float | None

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that were stored."""
        return tuple(measure for measure in (self.alarm, self.asking, self.risk) if measure.score is not None)


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
    """The reason of a turn: one sentence, then the evidence.

    `earlier` is the category of a risk that was told of in an earlier turn.
    """

    summary: str
    rules: tuple[Seen, ...]
    classifier: Classified | None
    ranking: tuple[Guess, ...]
    earlier: str


@dataclass(frozen=True)
class Sent:
    """One message of a reply and how it stands against today's snippets.

    `state` is `current`, `changed`, `gone`, `unknown` (the snippets cannot be read), `altered` (the words do not give
    the hash that was logged) or `none` (no snippet was named). `worked_out` are the sentences before the snippet's text
    that were worked out at the time of the question, each with the approved pattern that it fills.
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
    return without_kind(identifier or "").replace("_", " ").strip() or "not named"


def unsigned(snippet: Snippet) -> bool:
    """Whether the text is still the starter set's, which no clinician has signed."""
    return not snippet.approval.signed


def explain(turn: Turn, snapshot: Snapshot) -> Explained:
    """Everything the page of a conversation says about one turn."""
    why = _why(turn, snapshot)
    return Explained(
        turn,
        marked(turn.text, [seen.words for seen in why.rules]),
        why,
        _sent(turn, snapshot),
        warned=turn.warning == WARNING,
    )


def marked(text: str, seen: Sequence[str]) -> tuple[Run, ...]:
    """The text in runs, so that what the rules saw can be marked.

    What they saw after smoothing, but is not there letter by letter, is left.
    """
    lower = text.lower()
    inside = [False] * len(text)
    for words in filter(None, seen if len(lower) == len(text) else ()):
        place = lower.find(words.lower())
        while place >= 0:
            inside[place : place + len(words)] = [True] * len(words)
            place = lower.find(words.lower(), place + 1)
    runs = groupby(zip(text, inside, strict=True), key=lambda pair: pair[1])
    return tuple(Run("".join(letter for letter, _ in run), found) for found, run in runs)


_CARRIED = (
    Reason.EARLIER_RISK,
    Reason.CAUTION,
    Reason.EMERGENCY_OVER,
    Reason.EMERGENCY_NOT_OVER,
    Reason.EMERGENCY_DOUBTED,
    Reason.CHECK_DENIED,
)
"""Reasons that lie in an earlier turn."""


def _why(turn: Turn, snapshot: Snapshot) -> Why:
    explanation = _mapping(turn.explanation)
    told = _Told(
        turn,
        rules=tuple(_seen(finding, snapshot) for finding in _mappings(explanation.get("findings"))),
        classifier=_classified(_mapping(explanation.get("classifier"))),
        earlier=str(explanation.get("earlier") or turn.risk_category or ""),
        understood=question_of(turn.intent, snapshot),
        sent=question_of(turn.snippet_id, snapshot),
    )
    reason = _reason(explanation.get("reason"))
    return Why(
        summary=_summary(reason, told),
        rules=told.rules,
        classifier=told.classifier,
        ranking=tuple(_guess(row, snapshot) for row in _mappings(turn.ranking)),
        earlier=told.earlier if reason in _CARRIED else "",
    )


def _reason(stored: object) -> Reason:
    """The reason of a turn; one of a version that had other reasons is told from the evidence."""
    try:
        return Reason(str(stored))
    except ValueError:
        return Reason.INTENT


def _guess(row: Mapping[str, Any], snapshot: Snapshot) -> Guess:
    name = str(row.get("name") or "not named")
    return Guess(name, _number(row.get("confidence")), question_of(name, snapshot))


def question_of(intent: str | None, snapshot: Snapshot) -> str:
    """The approved question that an intent stands for; empty when there is none."""
    library = snapshot.library
    return library[intent].question if library is not None and intent and intent in library else ""


@dataclass(frozen=True)
class _Told:
    """What a sentence on a turn is made of; `understood` and
    `sent` are the questions of its intent and of its reply."""

    turn: Turn
    rules: tuple[Seen, ...]
    classifier: Classified | None
    earlier: str
    understood: str
    sent: str


def _summary(reason: Reason, told: _Told) -> str:
    """The reason of a turn in plain words; every `Reason` has its own."""
    earlier = plain(told.earlier)
    match reason:
        case Reason.EMERGENCY:
            return _decided(told) or "The message tells of an emergency."
        case Reason.EMERGENCY_OVER:
            return f"An emergency was told of earlier ({earlier}), and the visitor has now said that it is over."
        case Reason.EMERGENCY_NOT_OVER:
            return (
                f"An emergency was told of earlier ({earlier}), and the visitor has not said that it is over: it still"
                " comes first."
            )
        case Reason.EMERGENCY_DOUBTED:
            return (
                f"The classifier alone had seen an emergency ({earlier}). The visitor then asked something calm, "
                "so it was answered after one sentence on what to do in danger, and the emergency ended."
            )
        case Reason.CHECK:
            return (
                f"{_decided(told)} That is too little for an alarm: the number was shown, and the visitor was asked"
                " whether it is happening now.".lstrip()
            )
        case Reason.CHECK_DENIED:
            return (
                f"The visitor had been asked whether it is happening now ({earlier}) and said no, so the conversation"
                f" went on{_with(told)}."
            )
        case Reason.CHECK_CONFIRMED:
            return (
                "The visitor had been asked whether it is happening now and said yes:"
                f" {plain(told.turn.risk_category)}."
            )
        case Reason.NO_WORDS:
            return "The message held no words."
        case Reason.TOO_LONG:
            return "The message was longer than what is answered, and no emergency was seen in it."
        case Reason.RISK:
            return _decided(told) or "The message tells of a risk."
        case Reason.EARLIER_RISK:
            return (
                "The message is not risky by itself, but it asks about having the treatment, "
                f"and a risk told of earlier in the conversation still holds: {earlier}."
            )
        case Reason.CAUTION:
            return (
                f"A risk was told of earlier in the conversation ({earlier}), so the answer came after a caution, which"
                " is given once."
            )
        case Reason.CAUTION_TOLD:
            return (
                f"{_overruled(told)}The message tells of a risk ({plain(told.turn.risk_category)}) and asks something"
                f" that can be answered in general: the answer came after a caution{_with(told)}."
            )
        case Reason.CONTACT_DATA:
            return "The message is a telephone number or an e-mail address, so the visitor was told where to leave one."
        case Reason.CALL_ME:
            return "The visitor asked to be called or booked, so the form for the clinical team was opened."
        case Reason.SEVERAL_QUESTIONS:
            return f"{_overruled(told)}The message asks several questions, and each was answered in its order."
        case Reason.PART:
            return (
                f"{_overruled(told)}The message as a whole was not understood, but one of its sentences was, and it was"
                f" answered{_with(told)}."
            )
        case Reason.SHORT_QUESTION:
            return (
                "The message is too short to tell what is meant, so the visitor was asked back with the questions near"
                " the last answer."
            )
        case Reason.FOLLOW_UP:
            return (
                f"{_overruled(told)}The message leans on what was said before, and was taken together with"
                f" it{_with(told)}."
            )
        case Reason.DETAIL_GAP:
            return (
                f"{_overruled(told)}The message asks for a detail of what was answered last, and no answer holds it. "
                "The visitor was told so; the question waits among the gaps."
            )
        case Reason.OTHER_LANGUAGE:
            return "The message is not in English, so the approved sentence in its own language was sent."
        case Reason.IN_BETWEEN:
            return (
                f"{_overruled(told)}The visitor asked something in the middle of the form: it was"
                f" answered{_with(told)}, and the form asked again."
            )
        case Reason.FORM_CANCELLED:
            return "The visitor cancelled the form for the clinical team."
        case Reason.FORM_DECLINED:
            return "The visitor did not agree to send the form, so nothing was sent to the clinical team."
        case Reason.FORM_HELP:
            return "The visitor asked for help with the form."
        case Reason.FORM_OPEN:
            return "The visitor asked for the form, which was open already."
        case Reason.FORM_CHANGED:
            return "The visitor wanted to change an earlier answer in the form."
        case Reason.INTENT:
            return _decided(told) or _overruled(told) + _understood(told.turn, told.understood)
        case Reason.FAULT:
            return "Something failed while the message was answered, so only the rules were asked. " + (
                _decided(told) or "None of them fired."
            )
        case _:
            assert_never(reason)


def _with(told: _Told) -> str:
    """Which approved text was sent, at the end of a clause."""
    return f" with “{told.sent}” ({told.turn.snippet_id})" if told.sent else ""


def _overruled(told: _Told) -> str:
    """What is said first when rules fired and the message was answered all the same."""
    if not told.rules:
        return ""
    names = ", ".join(dict.fromkeys(seen.rule for seen in told.rules))
    return f"Overruled: {names}. {_against(told) or 'The classifier was sure that the words were not meant.'} "


def _against(told: _Told) -> str:
    """The classifier's chance and the threshold that the rules needed beside it; empty where they were not stored."""
    classifier = told.classifier
    if classifier is None:
        return ""
    if any(is_emergency(seen.category) for seen in told.rules):
        of, score, needed = "an emergency", classifier.alarm.score, classifier.for_emergency_rule
    else:
        strong = classifier.for_rule if any(not seen.weak for seen in told.rules) else classifier.risk.threshold
        of, score, needed = "any risk", classifier.risk.score, strong
    if score is None or needed is None:
        return ""
    return (
        f"The classifier put the chance of {of} at {_score(score)}, and a rule like that counts from"
        f" {_score(needed)} on."
    )


def _decided(told: _Told) -> str:
    """What `risk_rule` stands for: a rule that fired, the
    classifier, or the intent itself; empty when there was no risk."""
    turn, classifier = told.turn, told.classifier
    rule = turn.risk_rule or ""
    seen = next((seen for seen in told.rules if seen.rule == rule), None)
    if seen is not None:
        return (
            f"The rule {seen.rule} saw the words “{seen.words}”, which tell of:"
            f" {plain(seen.category)}.{_doubted(seen, told)}"
        )
    if rule.startswith("classifier") and classifier is not None:
        return _by_classifier(classifier, turn.risk_category or classifier.category)
    if rule.startswith("intent."):
        return (
            f"The question itself, understood as {rule.removeprefix('intent.')}, is one for a clinician:"
            f" {plain(turn.risk_category)}."
        )
    if turn.risk_category or rule:
        return f"A risk was noted: {plain(turn.risk_category)}, by {rule or 'a rule that is not named'}."
    return ""


def _by_classifier(classifier: Classified, category: str) -> str:
    """The chance on which a level of the classifier rests, and what it had to reach."""
    level = classifier.level or (Level.EMERGENCY if is_emergency(category) else Level.CLINICIAN)
    measure = classifier.risk if level == Level.CLINICIAN else classifier.alarm
    of = "any risk" if level == Level.CLINICIAN else "an emergency"
    needed = {Level.CLINICIAN: classifier.risk, Level.CHECK: classifier.asking, Level.EMERGENCY: classifier.alarm}[
        level
    ].threshold
    counts = {
        Level.CLINICIAN: "a clinician is asked",
        Level.CHECK: "the visitor is asked first",
        Level.EMERGENCY: "it is an alarm",
    }[level]
    return (
        f"The classifier put the chance of {of} at {_score(measure.score)} ({counts} from {_score(needed)} on), and"
        f" named it: {plain(category)}."
    )


def _doubted(seen: Seen, told: _Told) -> str:
    """Why a rule for emergencies called no alarm; empty when it did."""
    alarm = told.classifier.alarm if told.classifier is not None and is_emergency(seen.category) else None
    if alarm is None or alarm.score is None or alarm.threshold is None or alarm.reached:
        return ""
    return (
        f" But the classifier put the chance of an emergency at {_score(alarm.score)}, under the"
        f" {_score(alarm.threshold)} of an alarm."
    )


def _understood(turn: Turn, question: str) -> str:
    if turn.intent == FALLBACK:
        return "No risk was seen. No approved question was clearly the nearest, so the visitor was asked back."
    if turn.intent == OUT_OF_SCOPE:
        return (
            "No risk was seen. The message is outside what the approved questions cover, or none of them was near"
            " enough."
        )
    if turn.intent:
        told = f"“{question}” ({turn.intent})" if question else turn.intent
        return (
            f"No risk was seen. The message was understood as {told} with a confidence of {turn.confidence or 0:.2f}."
        )
    return "No risk was seen, and no intent was stored."


def _seen(finding: Mapping[str, Any], snapshot: Snapshot) -> Seen:
    rule = str(finding.get("rule") or "not named")
    category, words = str(finding.get("category") or ""), str(finding.get("words") or "")
    return Seen(rule, category, words, finding.get("weak") is True, snapshot.rules.get(rule))


def _classified(raw: Mapping[str, Any]) -> Classified | None:
    thresholds, danger = _mapping(raw.get("thresholds")), _number(raw.get("emergency_score"))
    found = Classified(
        level=next((level for level in Level if level == raw.get("level")), None),
        category=str(raw.get("category") or ""),
        alarm=Measure("Emergency", danger, _number(thresholds.get("emergency"))),
        asking=Measure("Asked first", danger if "check" in thresholds else None, _number(thresholds.get("check"))),
        risk=Measure("Any risk", _number(raw.get("score")), _number(thresholds.get("risk"))),
        for_rule=_number(thresholds.get("rule")),
        for_emergency_rule=_number(thresholds.get("emergency_rule")),
        nearest=str(raw.get("nearest") or ""),
        similarity=_number(raw.get("similarity")),
    )
    return found if found.measures else None


def _sent(turn: Turn, snapshot: Snapshot) -> tuple[Sent, ...]:
    messages = _mappings(turn.messages)
    if not messages:
        snippet = {"id": turn.snippet_id, "version": turn.snippet_version, "hash": turn.snippet_hash}
        return (
            (_message({"text": turn.reply, "snippet": snippet if turn.snippet_id else None}, snapshot),)
            if turn.reply
            else ()
        )
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
        worked_out=tuple(
            str(sentence.get("text") or "") for sentence in _mappings(_mapping(logged.get("made_of")).get("sentences"))
        ),
    )


def _state(text: str, logged: Mapping[str, Any], snapshot: Snapshot) -> str:
    """See `Sent`; on channels without a page of their own the
    warning follows the text, and is no part of the snippet."""
    snippet_id, digest, made_of = str(logged.get("id") or ""), str(logged.get("hash") or ""), logged.get("made_of")
    if not snippet_id:
        return "none"
    approved = text.removesuffix(f"\n\n{WARNING}")
    if hashlib.sha256(approved.encode()).hexdigest() != digest or (
        made_of is not None and not is_made_of(made_of, approved)
    ):
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
