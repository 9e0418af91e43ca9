"""The three things that can be measured: our own data in folds, a
test set against a training set, and questions through the assistant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.content.library import Library
from bot.content.shared import shared_library, shared_triage
from bot.conversation.decision import decide
from bot.conversation.nets import Understanding
from bot.evaluation.data import EvaluationError, Example, Question
from bot.evaluation.pipeline import Parsed, encoded_once, trained, uses_encoder
from bot.evaluation.scores import Guess, Net, Routed
from bot.on_rasa.engine import Engine
from bot.record.database import open_record
from bot.safety.triage import Finding
from bot.settings import Settings
from bot.understanding.encoder import judged_by
from bot.understanding.linear import fold_numbers
from bot.vocabulary import FALLBACK, OUT_OF_SCOPE, RISKY, Route

_OFFERED = 3
_OUTCOMES: Mapping[str, str] = {Route.CLARIFY: "asked back", Route.OUT_OF_SCOPE: "refused"}


class Progress(Protocol):
    """Told what is being done, and how far it is."""

    def start(self, what: str, total: int | None) -> None:
        """A new step of `total` pieces, or of unknown length."""

    def advance(self, pieces: int) -> None:
        """Some pieces of the present step are done."""


class Silent:
    """Progress nobody looks at."""

    def start(self, what: str, total: int | None) -> None:
        """Nothing."""

    def advance(self, pieces: int) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Measured:
    """One part of an evaluation. `rows` and `nets` are empty where no route was asked for.

    `of_intents`: whether every message had an intent to find; otherwise the guesses are about answerable questions
    alone.
    """

    name: str
    title: str
    of_intents: bool
    guesses: Sequence[Guess] = ()
    rows: Sequence[Routed] = ()
    nets: Sequence[Net] = ()


def cross_validate(examples: Sequence[Example], config: Mapping[str, Any], folds: int, progress: Progress) -> Measured:
    """Examples read by a pipeline that was trained on the other folds; folds are stratified and the same every time.

    Only examples that the encoder was not tuned on are read, and counted; all are learnt from.

    Raises:
        EvaluationError: a pipeline cannot be trained.
    """
    numbers = fold_numbers([example.intent for example in examples], folds)
    judged = judged_by([example.text for example in examples])
    parsed: dict[int, Parsed] = {}
    with _primed(examples, config, progress):
        for fold in range(folds):
            unseen = [index for index, number in enumerate(numbers) if number == fold and judged[index]]
            seen = [example for example, number in zip(examples, numbers, strict=True) if number != fold]
            results = _train_and_read(
                config, seen, [examples[index].text for index in unseen], f"fold {fold + 1} of {folds}", progress
            )
            parsed.update(zip(unseen, results, strict=True))
    read = sorted(parsed)
    title = (
        f"Cross-validation: {len(read):,} of {len(examples):,} examples in {folds} folds, each read by a model and an"
        " encoder that had not seen it"
    )
    return measured("cross_validation", title, [examples[index] for index in read], [parsed[index] for index in read])


def train_and_test(
    train: Sequence[Example], test: Sequence[Example], config: Mapping[str, Any], progress: Progress
) -> Measured:
    """The test examples read by a pipeline trained on the training examples.

    Raises:
        EvaluationError: the pipeline cannot be trained.
    """
    with _primed([*train, *test], config, progress):
        parsed = _train_and_read(config, train, [example.text for example in test], "the pipeline", progress)
    return measured("test", f"Test set: {len(test):,} examples after training on {len(train):,}", test, parsed)


def _primed(examples: Sequence[Example], config: Mapping[str, Any], progress: Progress) -> Any:
    texts = list(dict.fromkeys(example.text for example in examples)) if uses_encoder(config) else []
    if texts:
        progress.start("Encoding sentences", len(texts))
    return encoded_once(texts, progress.advance)


def _train_and_read(
    config: Mapping[str, Any], seen: Sequence[Example], texts: Sequence[str], what: str, progress: Progress
) -> list[Parsed]:
    progress.start(f"Training {what}", None)
    with trained(config, seen) as pipeline:
        progress.start(f"Scoring {what}", len(texts))
        return pipeline.parse(texts, progress.advance)


def measured(name: str, title: str, examples: Sequence[Example], parsed: Sequence[Parsed]) -> Measured:
    """Guesses from what a pipeline made of examples; routes and nets too where all intents are our own snippets."""
    guesses = [guess_of(example, reading) for example, reading in zip(examples, parsed, strict=True)]
    library = shared_library()
    if not all(example.intent in library for example in examples):
        return Measured(name, title, True, guesses)
    understood = [understanding_of(example.text, reading) for example, reading in zip(examples, parsed, strict=True)]
    rows = []
    for example, message, reading in zip(examples, understood, parsed, strict=True):
        wanted = library[example.intent]
        snippet, why = _snippet_for(message, library)
        route = library[snippet].route if snippet is not None and snippet in library else Route.CLARIFY
        offered = _answers_among(reading, library) if route == Route.CLARIFY else ()
        rows.append(Routed(example.text, wanted.route, (wanted.id,), route, snippet, offered, why))
    return Measured(name, title, True, guesses, rows, nets([row.wanted_route for row in rows], understood, library))


def guess_of(example: Example, parsed: Parsed) -> Guess:
    """The best-ranked intent (not the fallback, which only
    says that it is unsure) and what the thresholds made of it."""
    ranking = [row for row in parsed.get("intent_ranking") or [] if row["name"] != FALLBACK]
    chosen = (parsed.get("intent") or {}).get("name")
    outcome = {FALLBACK: "asked back", None: "asked back", OUT_OF_SCOPE: "refused"}.get(chosen, "answered")
    name, confidence = (ranking[0]["name"], ranking[0]["confidence"]) if ranking else (chosen, 0.0)
    return Guess(example.text, (example.intent,), str(name), float(confidence), outcome)


def understanding_of(text: str, parsed: Parsed) -> Understanding:
    """What the safety policy would be given; the rules are run here for pipelines that do not run them."""
    intent = parsed.get("intent") or {}
    rules = parsed.get("rules")
    findings = shared_triage().check(text) if rules is None else [Finding(**rule) for rule in rules]
    return Understanding(
        text, intent.get("name"), float(intent.get("confidence") or 0.0), findings, parsed.get("risk") or {}
    )


def _snippet_for(message: Understanding, library: Library) -> tuple[str | None, str]:
    """The snippet of a first message and why, without Rasa's
    dialogue part (which only looks the intent's snippet up)."""
    decision = decide(message, risk=None, emergency=None, library=library)
    if decision is not None:
        return decision.snippet, f"{decision.reason}: {decision.risk['rule']}" if decision.risk else decision.reason
    return (message.intent if message.intent != FALLBACK else None), f"confidence {message.confidence:.2f}"


def _answers_among(parsed: Parsed, library: Library) -> tuple[str, ...]:
    ranked = [str(row["name"]) for row in parsed.get("intent_ranking") or []]
    return tuple(name for name in ranked if name in library and library[name].route == Route.ANSWER)[:_OFFERED]


def nets(wanted: Sequence[str], understood: Sequence[Understanding], library: Library) -> list[Net]:
    """Both nets for risk, each alone and together, as `decide` uses them.

    A classifier alone includes the intent it chose.
    """

    def routed(messages: Iterable[Understanding]) -> tuple[tuple[str, str], ...]:
        return tuple(zip(wanted, (_net_route(message, library) for message in messages), strict=True))

    return [
        Net(
            "Rules alone",
            routed(replace(message, intent=None, confidence=0.0, classifier={}) for message in understood),
        ),
        Net("Classifier alone", routed(replace(message, findings=()) for message in understood)),
        Net("Both together", routed(understood)),
    ]


def _net_route(message: Understanding, library: Library) -> str:
    decision = decide(message, risk=None, emergency=None, library=library)
    route = library[decision.snippet].route if decision and decision.risk else "none"
    return route if route in RISKY else "none"


def load_assistant(progress: Progress) -> Engine:
    """The trained assistant on a record in memory.

    Raises:
        EvaluationError: there is no model that fits.
    """
    progress.start("Loading the assistant", None)
    engine = Engine(Settings(), open_record(None))
    engine.load()
    if engine.fault is not None:
        raise EvaluationError(engine.fault)
    return engine


async def ask_questions(
    engine: Engine, questions: Sequence[Question], name: str, title: str, progress: Progress
) -> Measured:
    """Each question asked of the assistant, in its conversation or in one of its own."""
    progress.start("Asking questions", len(questions))
    ids = {snippet.question: snippet.id for snippet in engine.library if not snippet.short_of}
    rows, guesses, understood = [], [], []
    for number, question in enumerate(questions):
        own = f"{name}-{number}" if question.conversation is None else f"{name}-of-{question.conversation}"
        reply = await engine.turn(own, question.text)
        understood.append(await engine.understand(question.text))
        progress.advance(1)
        turn = reply.turn
        snippet = turn.snippet_id if turn else None
        offered = tuple(
            ids[button["title"]] for message in reply.messages for button in message.buttons if button["title"] in ids
        )
        why = (
            turn.risk_rule
            if turn and turn.risk_rule
            else f"confidence {turn.confidence:.2f}"
            if turn and turn.confidence is not None
            else ""
        )
        rows.append(
            Routed(
                question.text,
                question.route,
                question.snippets,
                reply.route,
                snippet,
                offered if reply.route == Route.CLARIFY else (),
                why,
                question.also,
            )
        )
        if turn and question.snippets and question.route == Route.ANSWER and turn.ranking:
            outcome = _OUTCOMES.get(reply.route, "answered")
            best = turn.ranking[0]
            guesses.append(
                Guess(question.text, question.snippets, str(best["name"]), float(best["confidence"]), outcome)
            )
    return Measured(
        name, title, False, guesses, rows, nets([row.wanted_route for row in rows], understood, engine.library)
    )
