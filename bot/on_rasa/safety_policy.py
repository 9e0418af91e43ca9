"""The policy that speaks first: it refers and it calls for help, and otherwise stays out of the way."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from rasa.core.policies.policy import Policy, PolicyPrediction, confidence_scores_for
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.content.shared import (
    shared_follow_ups,
    shared_form_words,
    shared_languages,
    shared_library,
    shared_plain_words,
    shared_short_questions,
    shared_triage,
)
from bot.conversation.decision import (
    Checking,
    Content,
    Context,
    Decision,
    decide,
    remember,
    told_of,
)
from bot.conversation.memory import Memory
from bot.conversation.nets import Understanding
from bot.conversation.request_form import emptied
from bot.safety.triage import Finding
from bot.vocabulary import FORM

PRIORITY = 100
"""Above RulePolicy's 4, so that a tie is never a question."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class SafetyPolicy(Policy):
    """Predicts `utter_<referral>` for a risky message, then listens; abstains otherwise.

    A prediction is marked as "no user prediction": in Rasa's ensemble only such predictions then compete, so neither a
    rule nor a form can outrank it. A message such as `/faq{...}` does not pass the NLU components; its rules are run
    here.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`priority` is required by Rasa."""
        return {"priority": PRIORITY}

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context, **kwargs)
        self._library = shared_library()
        self._content = Content(
            shared_form_words(), shared_follow_ups(), shared_languages(), shared_short_questions(), shared_plain_words()
        )

    def train(self, training_trackers: List[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """Nothing to learn: the rules are data, read when the policy is made."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[Dict[str, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The decision on the visitor's last message, then what follows it, then `action_listen`; otherwise nothing.

        Whatever is said, by this policy or by a rule, is remembered as soon as it was said.
        """
        done: List[ActionExecuted] = []
        for event in reversed(tracker.events):
            if isinstance(event, UserUttered):
                break
            if isinstance(event, ActionExecuted):
                done.insert(0, event)
        else:
            return self._prediction(self._default_predictions(domain))
        if done:
            remembered = self._remembered(tracker)
            if not str(done[0].policy or "").endswith(type(self).__name__):
                return self._prediction(self._default_predictions(domain), events=remembered)
            then = [*((done[0].metadata or {}).get("then") or ()), ACTION_LISTEN_NAME]
            return self._predict(then[min(len(done), len(then)) - 1], domain, remembered)
        decision = self.decision(event, tracker)
        if decision is None:
            told = self._told(event, tracker)
            dropped = [SlotSet(name, value) for name, value in self._asked_no_longer(tracker).items()]
            return self._prediction(self._default_predictions(domain), events=[*told, *dropped])
        slots: List[Event] = [
            SlotSet(name, value) for name, value in {**self._asked_no_longer(tracker), **decision.slots}.items()
        ]
        if decision.ends_form:
            slots += [ActiveLoop(None), *(SlotSet(name, value) for name, value in emptied().items())]
        return self._predict(f"utter_{decision.snippet}", domain, slots, decision)

    def decision(self, said: UserUttered, tracker: DialogueStateTracker) -> Optional[Decision]:
        """What `decide` makes of a message in its conversation."""
        slots = tracker.current_slot_values()
        checking = slots.get("checking")
        context = Context(
            _asked(tracker),
            Memory.of(slots),
            Checking(**checking) if checking else None,
            cautioned=bool(slots.get("cautioned")),
            doubtful=bool(slots.get("doubtful")),
        )
        message = self._understanding(said)
        return decide(
            message,
            risk=slots.get("risk"),
            emergency=slots.get("emergency"),
            library=self._library,
            context=context,
            content=self._content,
        )

    def _understanding(self, said: UserUttered) -> Understanding:
        text = str(said.text or "")
        parsed = said.parse_data or {}
        rules = parsed.get("rules")
        return Understanding(
            text=text,
            intent=said.intent_name,
            confidence=float((said.intent or {}).get("confidence") or 0.0),
            findings=shared_triage().check(text) if rules is None else [Finding(**rule) for rule in rules],
            classifier=parsed.get("risk") or {},
            parts=parsed.get("parts") or (),
            questions=parsed.get("questions") or (),
            in_context=(parsed.get("in_context") or {}).get("answer"),
            gap=bool((parsed.get("in_context") or {}).get("gap")),
            again=parsed.get("again"),
        )

    @staticmethod
    def _asked_no_longer(tracker: DialogueStateTracker) -> Dict[str, Any]:
        """A question whether it is happening now holds for one message."""
        return {"checking": None} if tracker.get_slot("checking") else {}

    def _told(self, said: UserUttered, tracker: DialogueStateTracker) -> List[Event]:
        """The personal risk that a message tells of beside its question, or an answer to the form: it stays with the
        conversation like any other."""
        message, earlier = self._understanding(said), tracker.get_slot("risk")
        if _asked(tracker) is not None:
            return [SlotSet(name, value) for name, value in remember(message, None, earlier).items()]
        told = told_of(message) if earlier is None else None
        return [] if told is None else [SlotSet("risk", told.category)]

    def _remembered(self, tracker: DialogueStateTracker) -> List[Event]:
        """What the replies of this turn change in the memory."""
        before = Memory.of(tracker.current_slot_values())
        said: List[str] = []
        offered: List[str] = []
        for event in reversed(tracker.events):
            if isinstance(event, UserUttered):
                break
            if isinstance(event, BotUttered):
                snippet = (event.metadata or {}).get("snippet") or {}
                said.insert(0, str(snippet.get("id")))
                offered += (event.metadata or {}).get("offers") or ()
        after = before.after(said, offered, self._library).as_slots()
        return [SlotSet(name, value) for name, value in after.items() if value != before.as_slots()[name]]

    def _predict(
        self, action: str, domain: Domain, events: Optional[List[Event]] = None, decision: Optional[Decision] = None
    ) -> PolicyPrediction:
        return self._prediction(
            confidence_scores_for(action, 1.0, domain),
            optional_events=events,
            is_no_user_prediction=True,
            action_metadata=decision.as_metadata() if decision else None,
        )


def _asked(tracker: DialogueStateTracker) -> Optional[str]:
    """The slot that the open form asks for, or None."""
    return tracker.get_slot(REQUESTED_SLOT) if tracker.active_loop_name == FORM else None
