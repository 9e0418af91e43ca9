"""Rasa's graph and its rules, run without the detours: same nodes, same rules, same predictions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Dict, List, Optional

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.constants import PLACEHOLDER_TRACKER
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

from bot.understanding.together import Together


class StraightGraphRunner(DaskGraphRunner):
    """Runs the nodes of a model one after the other, in an order worked out once.

    Rasa plans each run afresh with dask, three times a turn, for a graph that is a short list.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._order = lru_cache(maxsize=None)(self._ordered)
        self._early = [
            node._component.begin for node in self._instantiated_nodes.values() if hasattr(node._component, "begin")
        ]
        self.together: Callable[[str, str, str], Together | None] = next(
            (
                node._component.together
                for node in self._instantiated_nodes.values()
                if hasattr(node._component, "together")
            ),
            lambda text, combined, topic: None,
        )
        self._rules = frozenset(
            name for name, node in self._instantiated_nodes.items() if isinstance(node._component, RulePolicy)
        )
        for name in self._rules:
            index_rules(self._instantiated_nodes[name]._component)
            look_back_no_further_than_rules(self._instantiated_nodes[name]._component)

    def begin(self, text: str) -> None:
        """Tells the components that can start on a message before the graph comes to them."""
        for begin in self._early:
            begin(text)

    def run(self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None) -> Dict[str, Any]:
        """The output of each target."""
        wanted = targets or self._graph_schema.target_names
        outputs = dict(inputs or {})
        for name in self._order(tuple(wanted)):
            if name in self._rules and rules_have_no_say(outputs):
                outputs[name] = None
            if name not in outputs:
                needed = self._graph_schema.nodes[name].needs.values()
                _, outputs[name] = self._instantiated_nodes[name](
                    *((need, outputs[need]) for need in needed if need in outputs)
                )
        return {name: outputs[name] for name in wanted}

    def _ordered(self, targets: Sequence[str]) -> List[str]:
        """The targets and all they need, each after what it needs."""
        order: Dict[str, None] = {}

        def visit(name: str) -> None:
            if name in self._graph_schema.nodes and name not in order:
                for need in self._graph_schema.nodes[name].needs.values():
                    visit(need)
                order[name] = None

        for target in targets:
            visit(target)
        return list(order)


def rules_have_no_say(outputs: Mapping[str, Any]) -> bool:
    """Whether Rasa's ensemble would pay no attention to a rule policy.

    Where a policy predicts without regard to the visitor's words, as ours does, only such predictions compete. Rules
    make one only in an open loop, and only there have they events of their own.
    """
    tracker = outputs.get(PLACEHOLDER_TRACKER)
    decided = any(isinstance(output, PolicyPrediction) and output.is_no_user_prediction for output in outputs.values())
    return decided and isinstance(tracker, DialogueStateTracker) and tracker.active_loop_name is None


def index_rules(policy: RulePolicy) -> None:
    """Lets a rule policy look only at the rules that end in the
    present intent and action, not at one rule per approved question.

    Which rules apply is still decided by Rasa's own check.
    """
    all_rules: Mapping[str, str] = policy.lookup.get("rules", {})
    check_all = policy._get_possible_keys
    index: Dict[Any, List[str]] = defaultdict(list)
    for rule in all_rules:
        index[_end(policy._rule_key_to_state(rule)[-1])].append(rule)

    def possible(lookup: Dict[str, str], states: List[State]) -> Any:
        intent, action = _end(states[-1]) if states else (None, None)
        if lookup is not all_rules or action is None:
            return check_all(lookup, states)
        ends = {(wanted, done) for wanted in (intent, None) for done in (action, None)}
        return check_all({rule: lookup[rule] for end in ends for rule in index.get(end, ())}, states)

    policy._get_possible_keys = possible


def look_back_no_further_than_rules(policy: RulePolicy) -> None:
    """Lets a rule policy see only as many states of a conversation
    as its longest rule has: Rasa compares no more than those.

    The states are made as Rasa makes them, once for both looks that it takes at a message, by its text and by its
    intent.
    """
    rules = {rule for part in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH) for rule in policy.lookup.get(part, {})}
    longest = max((len(policy._rule_key_to_state(rule)) for rule in rules), default=1)
    last: List[Any] = [None, 0, []]

    def states(
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: Any = None,
    ) -> List[State]:
        if last[0] is not tracker or last[1] != len(tracker.events):
            last[:] = [tracker, len(tracker.events), recent_states(tracker, domain, longest)]
        found = [{name: dict(part) for name, part in state.items()} for state in last[2]]
        policy.featurizer._choose_last_user_input([found], use_text_for_last_user_input)
        return found

    policy._prediction_states = states


_TAKES_BACK = frozenset((Restarted, ActionReverted, UserUtteranceReverted, ActiveLoop))
"""Events on account of which earlier ones may not count."""


def recent_states(tracker: DialogueStateTracker, domain: Domain, count: int) -> List[State]:
    """The last states of `domain.states_for_tracker_history(tracker)`, without those before them.

    Slots that have no influence on a conversation are in no state, so they are left out from the beginning.
    """
    events = _applied(tracker)
    to_skip = sum(type(event) is ActionExecuted for event in events) + 1 - count
    slots = {name: slot for name, slot in tracker.slots.items() if slot.influence_conversation}
    prior = DialogueStateTracker(tracker.sender_id, slots.values(), is_rule_tracker=tracker.is_rule_tracker)
    states: List[State] = []
    for event in events:
        if type(event) is ActionExecuted:
            to_skip -= 1
            if to_skip < 0:
                states.append(domain.get_active_state(prior))
        if type(event) is not SlotSet or event.key in slots:
            prior.update(event)
    return [*states, domain.get_active_state(prior)]


def _applied(tracker: DialogueStateTracker) -> List[Event]:
    """`tracker.applied_events()`, which looks for much that can hardly ever have happened."""
    events = list(tracker.events)
    if not _TAKES_BACK.isdisjoint(map(type, events)):
        return tracker.applied_events()
    return events[
        next((place for place in range(len(events), 0, -1) if type(events[place - 1]) is SessionStarted), 0) :
    ]


def _end(state: Mapping[str, Any]) -> tuple[Any, Any]:
    """Intent and action of a state; None where a rule asks for none in particular."""
    intent, action = state.get(USER, {}).get(INTENT), state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
    return (None if intent == SHOULD_NOT_BE_SET else intent), (None if action == SHOULD_NOT_BE_SET else action)
