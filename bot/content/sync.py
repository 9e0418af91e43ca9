"""Writes what Rasa needs to know from the snippets: domain.yml, data/rules.yml and data/nlu/approved_questions.yml.

Rasa wants each question named four times (intent, response, rule, examples). An editor names it once, in the snippet;
this module writes the rest, and a test fails when the files are out of step.

Rasa's `triggers:` would spare the rules, but `rasa data validate` rejects it since 3.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from bot.content.files import ContentError, read_mapping
from bot.content.follow_ups import load_follow_ups
from bot.content.ingredients import REVIEWED
from bot.content.library import Library
from bot.content.short_questions import load_short_questions
from bot.content.spelling import SPELLINGS, load_spelling
from bot.safety.warning import WARNING
from bot.vocabulary import FALLBACK, FORM, FORM_SLOTS, Route

_EXAMPLE = re.compile(r"^\s*-\s+(.*\S)\s*$", re.MULTILINE)
_WRITTEN = "# Written by `python -m bot content sync` from data/snippets and data/nlu. Edit those, then run it again.\n"
_APPROVED_QUESTIONS = "approved_questions.yml"

_HEAD = """version: "3.1"

session_config:
  session_expiration_time: {silence}
  carry_over_slots_to_new_session: true

# What must outlive the part of a conversation that Rasa looks at.
slots:
  risk:  # category of a personal risk the visitor told of
    type: text
    influence_conversation: false
    mappings: [{type: custom}]
  emergency:  # category of an emergency that is not over yet
    type: text
    influence_conversation: false
    mappings: [{type: custom}]
  doubtful:  # whether that emergency was seen by the classifier alone
    type: bool
    influence_conversation: false
    mappings: [{type: custom}]
  checking:  # category of a danger that was asked about, and the snippet that answers the question if there is none
    type: any
    influence_conversation: false
    mappings: [{type: custom}]
  cautioned:  # whether the caution on account of a risk was given
    type: bool
    influence_conversation: false
    mappings: [{type: custom}]
  offered:  # ids of the approved questions offered as buttons
    type: list
    influence_conversation: false
    mappings: [{type: custom}]
  topics:  # ids of the last answers, the latest last
    type: list
    influence_conversation: false
    mappings: [{type: custom}]
  shown:  # ids of the questions answered or offered so far
    type: list
    influence_conversation: false
    mappings: [{type: custom}]
  misses:  # misunderstandings in a row
    type: float
    min_value: 0.0
    max_value: 1000.0
    influence_conversation: false
    mappings: [{type: custom}]
"""

_FORM_SLOT = """  {slot}:
    type: text
    influence_conversation: false
    mappings:
    - type: from_text
      conditions: [{{active_loop: {form}, requested_slot: {slot}}}]
"""

_FORM_HEAD = f"""
forms:
  {FORM}:
    required_slots: [{", ".join(FORM_SLOTS)}]

"""

_SAID_BY_RULES = (Route.CLARIFY, "request_left")
"""Snippets without an intent that a rule names."""

_STARTS_FORM = "leave_question"
_ACTIONS = ("action_choose_questions", "action_leave_request", f"validate_{FORM}")
"""Ours, without `action_session_start`: named here, Rasa would look for
it on an action server, and `rasa shell` alone would answer nothing."""

_RULES_HEAD = """version: "3.1"

rules:
- rule: nlu_fallback
  steps:
  - intent: nlu_fallback
  - action: action_choose_questions
  - action: utter_clarify
- rule: the form is filled
  condition:
  - active_loop: request_form
  steps:
  - action: request_form
  - active_loop: null
  - slot_was_set:
    - requested_slot: null
  - action: action_leave_request
  - action: utter_request_left
"""


def examples_by_intent(folder: Path) -> dict[str, list[str]]:
    """The training examples of every NLU file, by intent, without the generated file.

    Raises:
        ContentError: a file that is not in Rasa's NLU format; the message names it.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name == _APPROVED_QUESTIONS:
            continue
        entries = read_mapping(path).get("nlu")
        if not isinstance(entries, list):
            raise ContentError(f"{path}: expected `nlu:` with a list of intents.")
        for entry in entries:
            if (
                not isinstance(entry, dict)
                or not isinstance(entry.get("intent"), str)
                or not isinstance(entry.get("examples"), str)
            ):
                raise ContentError(f"{path}: each entry needs `intent:` and `examples: |` with one example a line.")
            found.setdefault(entry["intent"], []).extend(_EXAMPLE.findall(entry["examples"]))
    return found


def new_intents(folder: Path) -> set[str]:
    """The intents among the reviewed examples whose question staff made in the console. No file of data/snippets need
    hold it, and no generated file names it, so that a promotion changes one file: the training itself adds them
    (bot/on_rasa/training_files.py).

    Raises:
        ContentError: the file cannot be read.
    """
    path = folder / REVIEWED
    entries = read_mapping(path).get("nlu") if path.is_file() else None
    return {
        str(entry.get("intent"))
        for entry in entries or ()
        if isinstance(entry, dict) and (entry.get("metadata") or {}).get("new") is True
    }


def generated_files(library: Library, data: Path) -> dict[Path, str]:
    """What each generated file must hold, by path.

    Raises:
        ContentError: an intent without a snippet, or an answer without training examples.
    """
    examples = examples_by_intent(data / "nlu")
    new = new_intents(data / "nlu")
    for name in new:
        del examples[name]
    for intent in examples:
        if intent not in library:
            raise ContentError(
                f"{data / 'nlu'}: the intent `{intent}` has no snippet. Add one with this id to data/snippets."
            )
    for snippet in library.of_route(Route.ANSWER):
        if snippet.id not in examples and snippet.id not in new:
            raise ContentError(
                f"{data / 'nlu'}: the snippet `{snippet.id}` has no training examples. Add the intent `{snippet.id}`."
            )
    intents = sorted(examples)
    unasked = sorted(
        snippet.id
        for snippet in library
        if snippet.id not in examples and snippet.id not in _SAID_BY_RULES and snippet.id not in new
    )
    load_follow_ups(data, library)
    load_short_questions(data, library)
    slots = (_FORM_SLOT.format(form=FORM, slot=slot) for slot in FORM_SLOTS)
    domain = [
        _WRITTEN,
        _HEAD.replace("{silence}", f"{library.clinic.silence_minutes:g}"),
        *slots,
        _FORM_HEAD,
        "intents:\n",
        *(f"- {intent}\n" for intent in [FALLBACK, *intents]),
    ]
    domain += [
        "\n# Spoken by the safety policy; no rule names them.\nactions:\n",
        *(f"- {action}\n" for action in _ACTIONS),
        *(f"- utter_{name}\n" for name in unasked),
    ]
    domain += [
        (
            "\n# The words come from data/snippets (see endpoints.yml). Whoever runs Rasa without that gets the"
            " warning, never an unapproved text.\nresponses:\n"
        ),
        *(
            f"  utter_{name}: [{{text: {WARNING}}}]\n"
            for name in sorted([*intents, *(name for name in _SAID_BY_RULES if name in library)])
        ),
    ]
    rules = [_WRITTEN, _RULES_HEAD, *(_rule(intent) for intent in intents)]
    questions = [_WRITTEN, 'version: "3.1"\nnlu:\n', *_questions(library, data, new)]
    root = data.parent
    return {
        root / "domain.yml": "".join(domain),
        data / "rules.yml": "".join(rules),
        data / "nlu" / _APPROVED_QUESTIONS: "".join(questions),
    }


def _rule(intent: str) -> str:
    form = f"  - action: {FORM}\n  - active_loop: {FORM}\n" if intent == _STARTS_FORM else ""
    return f"- rule: {intent}\n  steps:\n  - intent: {intent}\n  - action: utter_{intent}\n{form}"


def _questions(library: Library, data: Path, new: set[str]) -> Iterable[str]:
    """The questions on the buttons in both spellings, so that a model fits whichever the clinic chooses."""
    spellings = [load_spelling(data / "spelling.yml", spelling) for spelling in SPELLINGS]
    for snippet in library.of_route(Route.ANSWER):
        if snippet.id in new:
            continue
        spelled = dict.fromkeys(spelling.of(snippet.question) for spelling in spellings)
        yield f"- intent: {snippet.id}\n  examples: |\n" + "".join(f"    - {question}\n" for question in spelled)


def out_of_step(library: Library, data: Path) -> list[Path]:
    """Generated files that do not hold what they must."""
    return [
        path
        for path, text in generated_files(library, data).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def sync(library: Library, data: Path) -> list[Path]:
    """Writes the generated files that are out of step and returns them."""
    changed = out_of_step(library, data)
    wanted = generated_files(library, data)
    for path in changed:
        path.write_text(wanted[path], encoding="utf-8")
    return changed
