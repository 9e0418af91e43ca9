"""Topics of the page with all answers: what the file may say, and which answers a topic shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.content.files import ContentError
from bot.content.library import Library
from bot.content.topics import Topic, answers_of, load_topics
from tests.conftest import DATA


def test_every_file_with_answers_has_a_plain_title(library: Library) -> None:
    topics = load_topics(DATA / "topics.yml", library)
    assert {topic.id for topic in topics} == {snippet.topic for snippet in library if snippet.answers_a_question}
    assert all(topic.title != topic.id.capitalize() for topic in topics)


def test_a_new_file_is_shown_under_its_own_name(tmp_path: Path, library: Library) -> None:
    (tmp_path / "topics.yml").write_text("money: {title: Costs}", encoding="utf-8")
    first, *others = load_topics(tmp_path / "topics.yml", library)
    assert first == Topic("money", "Costs")
    assert Topic("safety", "Safety") in others


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mony: {title: Costs}", "`mony` is no file with answers"),
        ("emergency: {title: Emergencies}", "`emergency` is no file with answers"),
        ("money: Costs", "`money` needs a `title`"),
        ("money: {title: ' '}", "`money` needs a `title`"),
        ("money: {title: Costs, asks: cost}", "`money` needs a `title`"),
        ("money: {title: Costs, ask: clinician_dose}", "`money`: `ask` is 'clinician_dose', which is no answer"),
    ],
)
def test_a_topic_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, library: Library, text: str, message: str
) -> None:
    (tmp_path / "topics.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=rf"topics\.yml: {message}"):
        load_topics(tmp_path / "topics.yml", library)


def test_only_what_may_be_sent_today_is_shown(library: Library) -> None:
    topic, today = Topic("money", "Costs"), date(2026, 12, 1)
    first, second, third = list(answers_of(topic, library, today))[:3]
    changed = {
        first.id: replace(first, status="retired"),
        second.id: replace(second, review_by=today - timedelta(days=1), clinic_only=False),
        third.id: replace(third, unknown=("price",)),
    }
    shown = {
        answer.id for answer in answers_of(topic, replace(library, snippets={**library.snippets, **changed}), today)
    }
    assert not shown & set(changed)
    assert len(shown) > 5
