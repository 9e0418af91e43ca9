"""What is read to be measured, and what is said of what cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.library import Library
from bot.evaluation.data import EvaluationError, Question, read_examples, read_questions, require_known


def test_an_example_knows_its_line_and_loses_its_annotation(toy: Path) -> None:
    examples = read_examples(toy)
    assert len(examples) == 18
    assert (examples[1].text, examples[1].intent, examples[1].line) == ("what does one session cost", "cost", 6)


def test_a_folder_is_read_whole_and_other_yaml_in_it_is_passed_over(toy: Path) -> None:
    (toy.parent / "domain.yml").write_text("intents: [cost]\n")
    assert len(read_examples(toy.parent)) == 18


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("nlu:\n- intent: a\n  examples: |\n    - x\n bad: [", 5, "not valid YAML"),
        ("rules: []\n", 1, "expected `nlu:`"),
        ("nlu:\n  intent: a\n", 2, "must be a list"),
        ("nlu:\n- just words\n", 2, "expected a mapping"),
        ("nlu:\n- examples: |\n    - x\n", 2, "no `intent`"),
        ("nlu:\n- intent: a\n", 2, "no `examples`"),
        ("nlu:\n- intent: a\n  examples: one sentence\n", 3, "starts with `|`"),
        ("nlu:\n- intent: a\n  examples: |\n    no dash\n", 4, "must start with"),
        ("nlu:\n- intent: a\n  examples: |\n    - fine\n    -\n", 5, "is empty"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = tmp_path / "bad.yml"
    path.write_text(text)
    with pytest.raises(EvaluationError) as raised:
        read_examples(path)
    assert str(raised.value).startswith(f"{path}: line {line}: ")
    assert words in str(raised.value)


@pytest.mark.parametrize("name", ["missing.yml", "empty.yml", "latin.yml"])
def test_a_file_with_nothing_to_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.yml").write_text("")
    (tmp_path / "latin.yml").write_bytes("nlu: caf\xe9".encode("latin-1"))
    with pytest.raises(EvaluationError, match=name):
        read_examples(tmp_path / name)


def test_an_intent_that_nobody_trained_is_named_where_it_first_stands(toy: Path, tmp_path: Path) -> None:
    test = tmp_path / "test.yml"
    test.write_text("nlu:\n- intent: parking\n  examples: |\n    - where do I park\n")
    with pytest.raises(EvaluationError, match=r"test\.yml: line 4: the intent `parking`"):
        require_known(read_examples(test), read_examples(toy))


def test_questions_may_name_one_snippet_or_several_or_none(tmp_path: Path, library: Library) -> None:
    path = tmp_path / "questions.jsonl"
    rows = [
        '{"text": "a", "route": "answer", "snippet": "cost"}',
        "",
        '{"text": "b", "route": "answer", "snippet": ["cost", "booking"]}',
    ]
    path.write_text("\n".join([*rows, '{"text": "c", "route": "clarify"}']))
    assert read_questions(path, library) == [
        Question("a", "answer", ("cost",)),
        Question("b", "answer", ("cost", "booking")),
        Question("c", "clarify"),
    ]


def test_a_turn_of_a_dialogue_names_its_conversation_and_every_route_that_is_right(
    tmp_path: Path, library: Library
) -> None:
    path = tmp_path / "dialogues.jsonl"
    path.write_text('{"conversation": 7, "text": "why", "route": ["answer", "clarify"]}')
    assert read_questions(path, library) == [Question("why", "answer", (), ("clarify",), "7")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{nonsense", "not valid JSON"),
        ("[1]", "expected a JSON object"),
        ('{"route": "answer"}', "`text`"),
        ('{"text": 3, "route": "answer"}', "`text`"),
        ('{"text": "a"}', "`route`"),
        ('{"text": "a", "route": "reply"}', "`route`"),
        ('{"text": "a", "route": []}', "`route`"),
        ('{"text": "a", "route": ["answer", "reply"]}', "`route`"),
        ('{"text": "a", "route": {"answer": 1}}', "`route`"),
        ('{"text": "a", "route": "answer", "conversation": ["c"]}', "`conversation`"),
        ('{"text": "a", "route": "answer", "snippet": 3}', "`snippet`"),
        ('{"text": "a", "route": "answer", "snippet": "no_such_thing"}', "no_such_thing"),
    ],
)
def test_a_bad_question_is_named_with_its_line(tmp_path: Path, library: Library, line: str, words: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"text": "fine", "route": "answer"}\n' + line + "\n")
    with pytest.raises(EvaluationError) as raised:
        read_questions(path, library)
    assert str(raised.value).startswith(f"{path}: line 2: ")
    assert words in str(raised.value)
