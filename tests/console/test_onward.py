"""From a verdict or an unanswered question to the draft that mends it, in one click."""

from __future__ import annotations

import re

import pytest
from sqlite_utils import Database

from bot.record.gaps import add_group, add_members
from tests.console.conftest import Add, LogIn
from tests.console.test_texts import text_of

WRONG = {"verdict": "wrong_text", "comment": "It is $260 since May."}


@pytest.mark.parametrize("sent", ["cost", "cost_in_short"])
def test_a_wrong_text_leads_to_its_draft_with_the_comment_as_reason(log_in: LogIn, add: Add, sent: str) -> None:
    turn = add(snippet_id=sent, text="What is the price?")
    reviewer = log_in("reviewer")
    _, address = reviewer.post(f"/turns/{turn}/verdict", WRONG)
    html = reviewer.get(address.partition("#")[0])
    assert html.count(f'href="/turns/{turn}/draft">Change the text</a>') == 2, "in the notice and beside the verdict"
    status, draft = reviewer.status("GET", f"/turns/{turn}/draft"), f"/answers/cost/draft?turn={turn}"
    assert status == 303
    form = reviewer.get(draft)
    assert re.search(r'name="reason" value="It is \$260 since May."', form)
    assert "The visitor asked What is the price?" in text_of(form)
    if sent == "cost":
        assert f'href="/turns/{turn}/draft">Change the text for it</a>' in reviewer.get("/answers/cost")


def test_no_answer_leads_to_a_new_question_with_the_visitors_words(log_in: LogIn, add: Add) -> None:
    turn = add("clarify", text="may i knit here")
    reviewer = log_in("reviewer")
    _, address = reviewer.post(f"/turns/{turn}/verdict", {"verdict": "missing_content"})
    assert f'href="/questions/new?turn={turn}">Write the answer</a>' in reviewer.get(address.partition("#")[0])
    form = reviewer.get(f"/questions/new?turn={turn}")
    assert 'name="question" value="May i knit here?"' in form
    assert f'name="w{turn}" value="1" checked' in form


def test_in_a_queue_the_way_on_is_in_the_notice_of_the_next_message(log_in: LogIn, add: Add) -> None:
    turns = [add("clinician", text=f"I take a pill {place}", snippet_id="clinician_medicine") for place in range(2)]
    reviewer = log_in("reviewer")
    _, address = reviewer.post("/queues/referrals/next")
    judged = int(address.rpartition("/")[2].partition("?")[0])
    _, address = reviewer.post("/queues/referrals/complete", {"turn": str(judged), **WRONG})
    html = reviewer.get(address)
    assert f'href="/turns/{judged}/draft">Change the text</a>' in html
    assert f"I take a pill {1 - turns.index(judged)}" in html
    _, address = reviewer.post("/queues/referrals/skip", {"turn": str(sum(turns) - judged)})
    assert "Change the text" not in reviewer.get(address)


def test_right_leads_nowhere(log_in: LogIn, add: Add) -> None:
    turn = add()
    reviewer = log_in("reviewer")
    _, address = reviewer.post(f"/turns/{turn}/verdict", {"right": "1"})
    html = reviewer.get(address.partition("#")[0])
    assert not any(words in html for words in ("Change the text", "Write the answer"))


def test_a_group_of_questions_leads_to_the_draft_of_the_nearest_answer(
    log_in: LogIn, add: Add, database: Database
) -> None:
    guess = [{"name": "cost", "confidence": 0.4}]
    turns = [add("clarify", text=text, ranking=guess) for text in ("is it cheaper for students", "a student price?")]
    with database.atomic():
        gap = add_group(database, "is it cheaper for students", b"")
        add_members(database, gap, [(turn, "2027-01-15T00:00:00.000+00:00") for turn in turns], b"")
    reviewer = log_in("reviewer")
    assert f'href="/answers/cost/draft?gap={gap}"' in reviewer.get("/gaps")
    form = reviewer.get(f"/answers/cost/draft?gap={gap}")
    assert "Visitors asked, and got no answer" in form
    assert "is it cheaper for students" in form
    assert "Visitors ask: “a student price?”" in form
    assert 'value="Is it cheaper for students?"' in reviewer.get(f"/questions/new?gap={gap}") or (
        'value="A student price?"' in reviewer.get(f"/questions/new?gap={gap}")
    )


def test_a_message_without_a_text_of_ours_has_none_to_change(log_in: LogIn, add: Add) -> None:
    turn = add(snippet_id=None)
    assert log_in("reviewer").status("GET", f"/turns/{turn}/draft") == 404
    assert log_in("reviewer").status("GET", "/turns/77/draft") == 404
