"""A random visitor: buttons, the form, questions, risks and noise in any order.

`make walk` takes 10,000 turns, the suite a few hundred.
"""

from __future__ import annotations

import asyncio
import os
import uuid

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from bot.content.library import Library
from bot.conversation.reply import Reply
from bot.on_rasa.engine import Engine
from bot.record.proof import prove
from bot.safety.warning import WARNING
from bot.vocabulary import Route

TURNS = int(os.environ.get("OZONE_WALK_TURNS", "300"))
STEPS = 25

RISKS = (
    "I take warfarin",
    "I am pregnant",
    "can ozone cure my cancer",
    "my son is six, can he have it",
    "how much ozone should I inject at home",
)
EMERGENCIES = (
    "I cannot breathe",
    "my chest hurts badly",
    "I want to kill myself",
    "she collapsed and does not wake up",
)
FOLLOW_UPS = (
    "tell me more",
    "why?",
    "is that proven",
    "where is that from",
    "the previous one",
    "repeat that",
    "shorter please",
    "none of these",
    "and the cost?",
    "how long?",
    "how often?",
    "when?",
    "is that safe?",
    "who approved that and when?",
)
FORM = (
    "Leave a question for our clinical team",
    "Is it all right for me to come?",
    "555-0123 45",
    "jo@mail.example",
    "nonsense",
    "any time",
    "yes",
    "no",
    "go back",
    "cancel",
    "Change the time",
)
NOISE = (
    "",
    "asdf qwer",
    "???",
    "🫁",
    "/restart",
    "how do I bake bread",
    "¿Cuánto cuesta?",
    "hello",
    "thanks",
    "you are useless",
    "x" * 2500,
)
_ONCE = ("clarify", "out_of_scope", "none_of_these", "clinician_earlier_risk")
"""What is never said twice in a row, unless the visitor asks to hear it again."""
_REMEMBERED = ("clinician_medicine", "clinician_pregnancy", "clinician_child", "clinician_older_person")
"""Risks that tell of a person and stay with the conversation."""


def _ids(reply: Reply) -> list[str]:
    return [str((message.snippet or {})["id"]) for message in reply.messages]


class Visitor(RuleBasedStateMachine):
    """Says something and checks what every reply must be."""

    engine: Engine
    loop: asyncio.AbstractEventLoop
    turns = 0

    def __init__(self) -> None:
        super().__init__()
        self.conversation = uuid.uuid4().hex
        self.last: Reply | None = None
        self.alarmed = False
        self.at_risk = False
        self.said = ""

    def _say(self, text: str) -> Reply:
        type(self).turns += 1
        reply = self.loop.run_until_complete(self.engine.turn(self.conversation, text))
        library = self.engine.library
        assert reply.messages, text
        assert reply.warning == WARNING
        assert reply.turn is not None, text
        for message in reply.messages:
            assert message.snippet is not None
            assert message.text == library[str(message.snippet["id"])].text
            assert message.snippet["id"] != "technical_problem", text
            for button in message.buttons:
                self._offered(button["send"], library)
        first = str(reply.turn.snippet_id)
        if first in _ONCE and text != "repeat that":
            assert self.said != first or self.in_form, f"{first} twice in a row"
        self.said = first
        if self.alarmed:
            doubted = "caution_emergency" in _ids(reply)  # calm questions one after the other
            assert first == "emergency_over" or doubted or reply.route == Route.EMERGENCY, text
        if self.at_risk:
            assert reply.route != Route.ANSWER or library[first].after_risk != "refer", text
        self.alarmed = reply.route == Route.EMERGENCY
        self.at_risk = self.at_risk or reply.turn.risk_category in _REMEMBERED
        self.last = reply
        return reply

    def _offered(self, send: str, library: Library) -> None:
        asked = next((snippet for snippet in library.of_route(Route.ANSWER) if snippet.question == send), None)
        assert asked is None or not self.at_risk or asked.after_risk != "refer", f"{send!r} would be referred"

    @property
    def in_form(self) -> bool:
        return self.last is not None and str((self.last.messages[-1].snippet or {}).get("id")).startswith(
            "ask_request_"
        )

    @precondition(lambda self: self.last is not None and self.last.messages[-1].buttons)
    @rule(data=st.data())
    def press(self, data: st.DataObject) -> None:
        assert self.last is not None
        button = data.draw(st.sampled_from(list(self.last.messages[-1].buttons)))
        self._say(button["send"])

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        self._say(data.draw(st.sampled_from(self.engine.library.of_route(Route.ANSWER))).question)

    @rule(text=st.sampled_from(RISKS))
    def tell_a_risk(self, text: str) -> None:
        in_form = self.in_form
        reply = self._say(text)
        assert reply.route in ("clinician", "emergency") or in_form, text

    @rule(text=st.sampled_from(EMERGENCIES))
    def tell_an_emergency(self, text: str) -> None:
        assert self._say(text).route == "emergency"
        assert not self.in_form

    @rule(text=st.sampled_from(FOLLOW_UPS))
    def follow_up(self, text: str) -> None:
        self._say(text)

    @rule(text=st.sampled_from(FORM))
    def fill_the_form(self, text: str) -> None:
        self._say(text)

    @rule(text=st.one_of(st.sampled_from(NOISE), st.text(max_size=60)))
    def make_noise(self, text: str) -> None:
        self._say(text)

    @precondition(lambda self: self.last is not None)
    @rule()
    def be_silent_for_hours(self) -> None:
        with self.engine.store.database.atomic():
            self.engine.store.database.execute(
                "UPDATE events SET data = json_set(data, '$.timestamp', json_extract(data, '$.timestamp') - 7200) WHERE"
                " conversation = ?",
                [self.conversation],
            )
        alarmed = self.alarmed
        reply = self._say("When are you open?")
        first, *between, last = _ids(reply)
        assert (first, last) == ("new_conversation", "opening_hours")
        assert between in ([["emergency_followup"], ["caution_emergency"]] if alarmed else [[]])

    @precondition(lambda self: self.in_form)
    @rule()
    def cancel_the_form(self) -> None:
        assert str((self._say("cancel").messages[-1].snippet or {})["id"]) == "request_cancelled"

    @precondition(lambda self: self.alarmed)
    @rule(text=st.sampled_from(["I am safe now", "It was a misunderstanding"]))
    def end_the_emergency(self, text: str) -> None:
        assert self._say(text).turn is not None
        assert not self.alarmed


def test_a_random_visitor_always_gets_an_approved_reply(engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
    class Walk(Visitor):
        pass

    Walk.engine, Walk.loop = engine, loop
    examples = max(TURNS // STEPS, 1)
    while Walk.turns < TURNS:
        run_state_machine_as_test(
            Walk,
            settings=settings(
                max_examples=examples,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=[Phase.generate],  # a step is a whole turn: shrinking a failure would take minutes
                suppress_health_check=list(HealthCheck),
            ),
        )
    proof = prove(engine.store.database, None)
    assert proof.turns >= TURNS
    assert proof.problems == ()
