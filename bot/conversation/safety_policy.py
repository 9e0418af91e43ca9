"""The policy that speaks first: it refers and it calls for help, and otherwise stays out of the way."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from rasa.core.policies.policy import Policy, PolicyPrediction, confidence_scores_for
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.shared import shared_library, shared_triage
from bot.conversation.decision import Decision, Understanding, decide
from bot.safety.triage import Finding

PRIORITY = 100
"""Above RulePolicy's 4, so that a tie is never a question."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class SafetyPolicy(Policy):
    """Predicts `utter_<referral>` for a risky message, then listens; abstains otherwise.

    A prediction is marked as "no user prediction": in Rasa's ensemble only such predictions then compete, so neither a
    rule nor a form can outrank it. A message such as `/faq{...}` does not pass the NLU components; its rules are run here.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`priority` is required by Rasa."""
        return {"priority": PRIORITY}

    def __init__(self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext, **kwargs: Any) -> None:
        super().__init__(config, model_storage, resource, execution_context, **kwargs)
        self._triage = shared_triage()
        self._library = shared_library()

    def train(self, training_trackers: List[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """Nothing to learn: the rules are data, read when the policy is made."""
        return self._resource

    def predict_action_probabilities(
        self, tracker: DialogueStateTracker, domain: Domain, rule_only_data: Optional[Dict[str, Any]] = None, **kwargs: Any
    ) -> PolicyPrediction:
        """The referral for the visitor's last message; `action_listen` right after one of its own replies."""
        spoken = next((event for event in reversed(tracker.events) if isinstance(event, (ActionExecuted, UserUttered))), None)
        if isinstance(spoken, ActionExecuted):
            if spoken.action_name != ACTION_LISTEN_NAME and str(spoken.policy or "").endswith(type(self).__name__):
                return self._predict(ACTION_LISTEN_NAME, domain)
            return self._prediction(self._default_predictions(domain))
        if not isinstance(spoken, UserUttered):
            return self._prediction(self._default_predictions(domain))
        decision = self.decision(spoken, tracker)
        if decision is None:
            return self._prediction(self._default_predictions(domain))
        slots: List[Event] = [SlotSet(name, value) for name, value in decision.slots.items()]
        return self._predict(f"utter_{decision.snippet}", domain, slots, decision)

    def decision(self, said: UserUttered, tracker: DialogueStateTracker) -> Optional[Decision]:
        """What `decide` makes of a message in its conversation."""
        text = str(said.text or "")
        parsed = said.parse_data or {}
        rules = parsed.get("rules")
        message = Understanding(
            text=text,
            intent=said.intent_name,
            confidence=float((said.intent or {}).get("confidence") or 0.0),
            findings=self._triage.check(text) if rules is None else [Finding(**rule) for rule in rules],
            classifier=parsed.get("risk") or {},
        )
        return decide(message, risk=tracker.get_slot("risk"), emergency=tracker.get_slot("emergency"), library=self._library)

    def _predict(self, action: str, domain: Domain, events: Optional[List[Event]] = None, decision: Optional[Decision] = None) -> PolicyPrediction:
        return self._prediction(
            confidence_scores_for(action, 1.0, domain),
            optional_events=events,
            is_no_user_prediction=True,
            action_metadata=decision.as_metadata() if decision else None,
        )
