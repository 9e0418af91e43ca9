"""A sample in the console: drawn in a form, judged blindly, settled by somebody who did not judge it."""

from __future__ import annotations

import re

import pytest
from sqlite_utils import Database

from bot.record import review, samples
from tests.console.conftest import Add, LogIn

AT = "2027-01-16T00:00:00.000+00:00"
PERIOD = {"from": "2027-01-01", "to": "2027-01-31", "size": "10", "name": "January"}
TWO = {"who reviewer": "1", "who clinician": "1"}


@pytest.fixture
def drawn(log_in: LogIn, add: Add) -> list[int]:
    """Three messages in a sample for the reviewer and the clinician."""
    turns = [add("clinician", text=f"I take a pill {place}") for place in range(3)]
    assert log_in("admin").post("/samples", PERIOD | TWO) == (303, "/samples/1?said=drawn")
    return turns


def _through(log_in: LogIn, name: str, verdict: str) -> None:
    browser = log_in(name)
    _, address = browser.post("/samples/1/next")
    while "/turns/" in address:
        html = browser.get(address)
        assert "What the others think" not in html
        _, address = browser.post(address.partition("?")[0], {"verdict": verdict, "comment": f"{name} thinks"})


def test_nobody_sees_what_others_think_before_they_have_judged_all_of_it(
    log_in: LogIn, drawn: list[int], database: Database
) -> None:
    assert "Sample: January" in log_in("reviewer").get("/")
    _through(log_in, "reviewer", "right")
    carla = log_in("clinician")
    secret = ("Agreement", "reviewer thinks", 'class="mark good">Right')
    for path in ("/samples/1", f"/samples/1/turns/{drawn[0]}", "/search", "/conversations/talk-1", "/queues/referrals"):
        html = carla.get(path)
        assert [words for words in secret if words in html] == [], path
    assert "3</dd>" in re.sub(r" <span.*?</span>", "", carla.get("/samples/1")), "how far they are is no secret"
    _through(log_in, "clinician", "should_alarm")
    html = carla.get("/samples/1")
    assert 'What they disagree about <span class="count">3</span>' in html
    assert "reviewer thinks" in html
    assert "somebody else has to settle" in html
    assert "Sample: January" not in carla.get("/")


def test_notes_flags_and_verdicts_from_before_are_not_shown_to_whoever_judges(
    log_in: LogIn, drawn: list[int], database: Database
) -> None:
    review.give_verdict(database, drawn[0], "should_alarm", by="admin", now=AT, comment="a grave one")
    review.add_note(database, drawn[0], "look at the pill", by="admin", now=AT)
    html = log_in("reviewer").get(f"/samples/1/turns/{drawn[0]}")
    assert "I take a pill 0" in html
    assert not any(words in html for words in ("a grave one", "look at the pill", "judged by admin"))


def test_a_third_settles_and_the_figures_are_shown(log_in: LogIn, drawn: list[int], database: Database) -> None:
    _through(log_in, "reviewer", "right")
    _through(log_in, "clinician", "should_alarm")
    admin = log_in("admin")
    html = admin.get("/samples/1")
    assert re.search(r"both judged </span>3</td>.*?the same </span>0</td>.*?0 %</td>.*?kappa </span>0.00", html, re.S)
    status, said = admin.post(f"/samples/1/turns/{drawn[1]}/settle", {"verdict": "wrong_text", "comment": " "})
    assert (status, "what is wrong with the text" in said) == (400, True)
    status, said = admin.post(
        f"/samples/1/turns/{drawn[1]}/settle", {"verdict": "wrong_snippet", "correct": "zebra", "comment": "keep me"}
    )
    assert (status, "Nothing was noted" in said, ">keep me</textarea>" in said) == (400, True, True)
    status, address = admin.post(f"/samples/1/turns/{drawn[1]}/settle", {"verdict": "should_refer"})
    assert (status, address) == (303, "/samples/1?said=settled#disagreements")
    assert "Settled by admin: Should have gone to a clinician" in admin.get("/samples/1")
    assert database.execute("SELECT turn, verdict, by FROM verdicts").fetchall() == [
        (drawn[1], "should_refer", "admin")
    ]
    assert log_in("reviewer").post(f"/samples/1/turns/{drawn[0]}/settle", {"verdict": "right"})[0] == 400


def test_a_refusal_keeps_what_was_typed(log_in: LogIn, drawn: list[int], database: Database) -> None:
    reviewer = log_in("reviewer")
    form = {"verdict": "wrong_snippet", "correct": "zebra crossing", "comment": "do not lose me"}
    status, html = reviewer.post(f"/samples/1/turns/{drawn[0]}", form)
    assert (status, "Nothing was noted" in html, ">do not lose me</textarea>" in html) == (400, True, True)
    assert database.execute("SELECT count(*) FROM sample_verdicts").fetchone() == (0,)
    _, address = reviewer.post(f"/samples/1/turns/{drawn[0]}/skip")
    assert address.startswith("/samples/1/turns/")
    assert f"/turns/{drawn[0]}" not in address


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"from": "2027-02-02"}, "A period has a first and a last day"),
        ({"from": ""}, "A period has a first and a last day"),
        ({"from": "soon"}, "is no day"),
        ({"size": "many"}, "not complete"),
        ({"size": "0"}, "1 to 500"),
        ({"from": "2020-01-01", "to": "2020-01-31"}, "no message in this period"),
        ({"who clinician": None}, "2 to 5 people"),
        ({"who viewer": "1"}, "no account that may review"),
    ],
)
def test_a_sample_that_cannot_be_drawn_keeps_the_form(
    log_in: LogIn, add: Add, database: Database, changed: dict[str, str | None], said: str
) -> None:
    add()
    form = {name: value for name, value in {**PERIOD, **TWO, **changed}.items() if value is not None}
    status, html = log_in("clinician").post("/samples", form)
    assert (status, said in html) == (400, True)
    assert 'value="January"' in html
    assert samples.samples(database) == []


def test_whoever_has_no_part_in_it_is_told_so(log_in: LogIn, drawn: list[int]) -> None:
    assert log_in("admin").status("GET", f"/samples/1/turns/{drawn[0]}") == 404
    assert log_in("admin").status("GET", "/samples/7") == 404
    assert log_in("reviewer").post("/samples", PERIOD | TWO)[0] == 403
    status, said = log_in("admin").post(f"/samples/1/turns/{drawn[0]}", {"verdict": "right"})
    assert (status, "not yours to judge" in said) == (400, True)


def test_who_left_the_clinic_is_replaced_on_the_page(log_in: LogIn, drawn: list[int], database: Database) -> None:
    admin = log_in("admin")
    assert "can judge no more" not in admin.get("/samples/1")
    database.execute("UPDATE staff SET disabled = 1 WHERE username = 'reviewer'")
    html = admin.get("/samples/1")
    assert "reviewer can judge no more" in html
    assert "<option>admin</option>" in html
    status, said = admin.post("/samples/1/replace", {"gone": "reviewer", "came": "clinician"})
    assert (status, "clinician has judged or settled in this sample already" in said) == (400, True)
    assert admin.post("/samples/1/replace", {"gone": "reviewer", "came": "admin"}) == (303, "/samples/1?said=replaced")
    html = admin.get("/samples/1")
    assert "admin judges in the place of reviewer" in html
    assert "Judge the 3 messages that are left for you" in html
