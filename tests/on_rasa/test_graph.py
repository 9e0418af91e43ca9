"""The shortcuts through Rasa's graph lead where Rasa's own way leads."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.on_rasa.engine import Engine
from bot.on_rasa.quick.graph import recent_states
from bot.on_rasa.quick.processor import only_forms_fill_slots

LISTEN, ASKED = ActionExecuted("action_listen"), UserUttered("cost?", {"name": "cost"})
TALKS: dict[str, list[Any]] = {
    "nothing said": [],
    "first message": [ActionExecuted("action_session_start"), SessionStarted(), LISTEN, ASKED],
    "after a reply": [LISTEN, ASKED, ActionExecuted("utter_cost"), SlotSet("topics", ["cost"])],
    "third turn": [
        LISTEN,
        ASKED,
        ActionExecuted("utter_cost"),
        LISTEN,
        ASKED,
        ActionExecuted("utter_cost"),
        LISTEN,
        ASKED,
    ],
    "new session": [
        LISTEN,
        ASKED,
        ActionExecuted("utter_cost"),
        ActionExecuted("action_session_start"),
        SessionStarted(),
        LISTEN,
        ASKED,
    ],
    "in the form": [
        LISTEN,
        ASKED,
        ActionExecuted("request_form"),
        ActiveLoop("request_form"),
        SlotSet("requested_slot", "request_question"),
        LISTEN,
        ASKED,
    ],
    "form goes on": [
        LISTEN,
        ActionExecuted("request_form"),
        ActiveLoop("request_form"),
        LISTEN,
        ASKED,
        ActionExecuted("request_form"),
        LISTEN,
        ASKED,
    ],
    "form ended": [
        LISTEN,
        ActionExecuted("request_form"),
        ActiveLoop("request_form"),
        LISTEN,
        ASKED,
        ActiveLoop(None),
        LISTEN,
        ASKED,
    ],
    "restarted": [LISTEN, ASKED, Restarted(), LISTEN, ASKED],
    "taken back": [LISTEN, ASKED, ActionExecuted("utter_cost"), LISTEN, ASKED, UserUtteranceReverted(), LISTEN, ASKED],
}


@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.parametrize("count", [1, 3, 50])
def test_recent_states_are_the_last_of_rasas_states(talk: str, count: int, engine: Engine) -> None:
    domain = engine.store.domain
    tracker = DialogueStateTracker.from_events("talk", TALKS[talk], domain.slots, domain=domain)
    assert recent_states(tracker, domain, count) == domain.states_for_tracker_history(tracker)[-count:]


def test_each_turn_of_a_conversation_is_predicted_as_rasa_predicts_it(
    engine: Engine, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor = engine._processor
    assert processor is not None
    (policy,) = (
        node._component
        for node in processor.graph_runner._instantiated_nodes.values()
        if isinstance(node._component, RulePolicy)
    )
    monkeypatch.setattr(processor.graph_runner, "_rules", frozenset())  # ask the rules even where they have no say
    seen = []

    def predict(tracker: DialogueStateTracker, domain: Any, rule_only_data: Any = None, **_: Any) -> Any:
        quick = RulePolicy.predict_action_probabilities(policy, tracker, domain)
        with monkeypatch.context() as plain:
            for name in ("_prediction_states", "_get_possible_keys"):
                plain.delattr(policy, name)
            slow = RulePolicy.predict_action_probabilities(policy, tracker, domain)
        assert (quick.probabilities, quick.events, quick.is_no_user_prediction) == (
            slow.probabilities,
            slow.events,
            slow.is_no_user_prediction,
        )
        seen.append(quick.max_confidence_index)
        return quick

    monkeypatch.setattr(policy, "predict_action_probabilities", predict)
    for node in processor.graph_runner._instantiated_nodes.values():
        if node._component is policy:
            monkeypatch.setattr(node, "_fn", lambda _, **inputs: predict(**inputs))
    for text in (
        "hello",
        "How much does it cost?",
        "how",
        "I am pregnant",
        "I want to leave a question",
        "What is ozone?",
        "cancel",
        "thanks",
    ):
        loop.run_until_complete(engine.turn("same predictions", text))
    assert len(set(seen)) > 3


def test_rules_that_are_not_asked_would_have_changed_nothing(
    engine: Engine, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor = engine._processor
    assert processor is not None
    runner = processor.graph_runner
    rules, run = runner._rules, runner.run
    (policy,) = (runner._instantiated_nodes[name] for name in rules)
    asked, told = [], []

    def both(inputs: Any = None, targets: Any = None) -> Any:
        with monkeypatch.context() as plain:
            plain.setattr(runner, "_rules", frozenset())
            whole = run(inputs, targets)
        with monkeypatch.context() as watched:
            call = policy._fn

            def counted(*args: Any, **kwargs: Any) -> Any:
                asked.append(1)
                return call(*args, **kwargs)

            watched.setattr(policy, "_fn", counted)
            quick = run(inputs, targets)
        for name, slow in whole.items():
            if isinstance(slow, PolicyPrediction):
                assert vars(quick[name]) == vars(slow)
                told.append(slow.max_confidence_index)
        return quick

    monkeypatch.setattr(runner, "run", both)
    texts = (
        "hello",
        "How much does it cost?",
        "how",
        "I am pregnant",
        "I want to leave a question",
        "What is ozone?",
        "I cannot breathe",
    )
    for text in (
        *texts,
        "I want to leave a question",
        "Does it hurt?",
        "call me on 5550100200",
        "cancel",
        "thanks",
        "qwertz",
    ):
        loop.run_until_complete(engine.turn("rules left out", text))
    assert len(set(told)) > 6
    assert 0 < len(asked) < len(told)


def test_here_only_the_form_fills_slots(engine: Engine) -> None:
    assert only_forms_fill_slots(engine.store.domain)
