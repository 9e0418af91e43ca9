"""Rasa's graph and its rules, run without the detours: same nodes, same rules, same predictions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Dict, List, Optional

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import State
from rasa.shared.nlu.constants import ACTION_NAME, INTENT


class StraightGraphRunner(DaskGraphRunner):
    """Runs the nodes of a model one after the other, in an order worked out once.

    Rasa plans each run afresh with dask, three times a turn, for a graph that is a short list.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._order = lru_cache(maxsize=None)(self._ordered)
        for node in self._instantiated_nodes.values():
            if isinstance(node._component, RulePolicy):
                index_rules(node._component)

    def run(self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None) -> Dict[str, Any]:
        """The output of each target."""
        wanted = targets or self._graph_schema.target_names
        outputs = dict(inputs or {})
        for name in self._order(tuple(wanted)):
            if name not in outputs:
                needed = self._graph_schema.nodes[name].needs.values()
                _, outputs[name] = self._instantiated_nodes[name](*((need, outputs[need]) for need in needed if need in outputs))
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


def index_rules(policy: RulePolicy) -> None:
    """Lets a rule policy look only at the rules that end in the present intent and action, not at one rule per approved question.

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


def _end(state: Mapping[str, Any]) -> tuple[Any, Any]:
    """Intent and action of a state; None where a rule asks for none in particular."""
    intent, action = state.get(USER, {}).get(INTENT), state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
    return (None if intent == SHOULD_NOT_BE_SET else intent), (None if action == SHOULD_NOT_BE_SET else action)
