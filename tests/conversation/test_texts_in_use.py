"""What staff publish reaches visitors within seconds, one reply
is of one state, and words that nobody approved are not sent."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.content.approvals import seal
from bot.content.files import ContentError
from bot.content.library import load_library
from bot.content.published import Published
from bot.content.shared import one_library, shared_library
from bot.content.sync import new_intents
from bot.conversation.texts_in_use import TextsInUse
from bot.on_rasa.engine import Engine
from bot.on_rasa.model import model_path
from bot.record import text_files, texts
from bot.record.database import open_record
from bot.record.proof import prove
from bot.settings import Settings
from bot.storage.choice import this_process
from bot.storage.sqlite import RecordDecisions
from tests.conftest import DATA

NOW = "2026-12-01T10:00:00.000+00:00"
PRICE = "One session costs $260."


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The shipped content, to be changed."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copytree(DATA / "snippets", folder / "snippets")
    for path in DATA.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    return folder


@pytest.fixture
def database() -> Database:
    return open_record(None)


def publish(database: Database, kind: str, name: str, body: dict[str, object], *, number: int = 2) -> None:
    """Has one wording written by ann, approved by carla and published."""
    newest = texts.newest(database).get((kind, name))
    draft = texts.save_draft(
        database,
        kind,
        name,
        body,
        by="ann",
        reason="because",
        based_on=newest.id if newest else None,
        number=number,
        now=NOW,
    )
    texts.send_for_approval(database, draft.id, by="ann", now=NOW)
    until = date(2027, 10, 1)
    texts.approve(database, draft.id, by="carla", role="clinician", now=NOW, one_person=False, review_by=until)
    texts.publish(database, draft.id, by="carla", now=NOW)


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _in_use(data: Path) -> TextsInUse:
    return TextsInUse(data, load_library(data))


def test_a_published_fact_and_text_are_taken_up_and_told(data: Path, database: Database) -> None:
    found = _in_use(data)
    assert found.look(RecordDecisions(database), NOW) is False
    publish(database, texts.FACT, "price", {"value": PRICE})
    publish(database, texts.SNIPPET, "cost", {"text": "{price} Ask us for more. Call {phone}."})
    assert found.look(RecordDecisions(database), NOW) is True
    assert found.library["cost"].text.startswith(f"{PRICE} Ask us for more.")
    assert found.library["cost"].approval.by == "carla"
    assert found.look(RecordDecisions(database), NOW) is False, "it is in use already"
    found.tell(RecordDecisions(database), NOW)
    assert texts.serving_content(database)[this_process()][0] == texts.revision(database)


def test_going_back_is_taken_up_too(data: Path, database: Database) -> None:
    found = _in_use(data)
    before = found.library["cost"].text
    publish(database, texts.FACT, "price", {"value": PRICE})
    found.look(RecordDecisions(database), NOW)
    texts.undo(database, texts.FACT, "price", by="ann", reason="a slip", now=NOW)
    assert found.look(RecordDecisions(database), NOW) is True
    assert found.library["cost"].text == before


def test_a_state_that_cannot_be_used_leaves_the_one_before_and_says_so(data: Path, database: Database) -> None:
    found = _in_use(data)
    before = found.library
    _edit(data / "snippets" / "clinic.yml", "- id: cost", "- id: cost\n  nonsense: 1")
    assert found.look(RecordDecisions(database), NOW) is False
    assert found.library is before
    assert "nonsense" in str(found.problem)


def test_an_answer_changed_in_the_files_is_not_sent_until_it_is_approved(data: Path, database: Database) -> None:
    found = _in_use(data)
    _edit(data / "snippets" / "clinic.yml", "You can book {booking}:", "You can just turn up. You can")
    assert found.look(RecordDecisions(database), NOW) is True
    assert found.library["booking"].status == "changed"
    assert "`booking`" in str(found.problem)
    seal(load_library(data), data)
    assert found.look(RecordDecisions(database), NOW) is True
    assert found.library["booking"].text.startswith("You can just turn up.")
    assert found.problem is None


def test_a_clinical_fact_changed_in_the_files_takes_its_answers_along_and_a_plain_one_does_not(
    data: Path, database: Database
) -> None:
    found = _in_use(data)
    _edit(data / "clinic.yml", "a G6PD test and a complete blood count", "no test at all and a complete blood count")
    _edit(data / "clinic.yml", "One session costs $180 to $240", "One session costs $280")
    found.look(RecordDecisions(database), NOW)
    held = {snippet.id for snippet in found.library if snippet.status == "changed"}
    assert "cost" not in held
    assert held
    assert all("no test at all" in found.library[name].text for name in held if not name.endswith("_in_short"))


def test_an_emergency_text_changed_in_the_files_never_falls_silent(data: Path, database: Database) -> None:
    found = _in_use(data)
    _edit(data / "snippets" / "emergency.yml", "- id: emergency_breathing", "- id: emergency_breathing\n  version: 9")
    found.look(RecordDecisions(database), NOW)
    assert found.library["emergency_breathing"].status == "approved"
    assert "`emergency_breathing`" in str(found.problem)


def test_processes_of_this_machine_that_are_gone_are_forgotten(data: Path, database: Database) -> None:
    host = this_process().rpartition(" ")[0]
    for process in (f"{host} 999999999", "elsewhere 1"):
        texts.note_serving_content(database, process, 1, NOW)
    _in_use(data).tell(RecordDecisions(database), NOW)
    assert set(texts.serving_content(database)) == {this_process(), "elsewhere 1"}


# Within a turn


def test_what_is_worked_out_within_is_of_one_library_whoever_asks(data: Path) -> None:
    other = load_library(data, published=Published(facts={"price": PRICE}))
    with one_library(other):
        assert shared_library()["cost"].text.startswith(PRICE)
        with one_library(load_library(data)):
            assert shared_library()["cost"].text.startswith(PRICE), "the turn that is under way keeps its own"
    assert not shared_library()["cost"].text.startswith(PRICE)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine on a record in a file."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(DATA, folder / "data")
    (folder / "models").mkdir()
    settings = Settings(
        data=folder / "data", models=folder / "models", database=folder / "record.db", secret_file=folder / "secret"
    )
    os.link(model_path(Settings()), model_path(settings)) if folder.stat().st_dev == model_path(
        Settings()
    ).stat().st_dev else shutil.copy(model_path(Settings()), model_path(settings))
    engine = Engine(settings)
    engine.load()
    assert engine.fault is None
    yield engine
    engine.store.record.close()


def test_while_texts_are_published_no_turn_is_lost_and_no_reply_is_mixed(
    served: Engine, loop: asyncio.AbstractEventLoop
) -> None:
    path = served.store.record.path
    assert path is not None
    allowed = set()
    with closing(open_record(path)) as database:
        publish(database, texts.SNIPPET, "cost", {"text": "{price} Once more: {price}", "short": None}, number=3)
    served._take_up_texts()
    allowed.add(served.library["cost"].text)

    done = asyncio.Event()
    said: list[str] = []

    async def publishing() -> None:
        for number in range(4):
            price = f"A session costs ${300 + number}."
            allowed.add(f"{price} Once more: {price}")

            def change(price: str = price, number: int = number) -> None:
                with closing(open_record(path)) as database:
                    publish(database, texts.FACT, "price", {"value": price}, number=number + 2)

            await asyncio.to_thread(change)
            await asyncio.to_thread(served._take_up_texts)
        done.set()

    async def visiting(visitor: int) -> None:
        turn = 0
        while not done.is_set() or turn == 0:
            turn += 1
            reply = await served.turn(f"visitor {visitor} {turn}", "How much does it cost?")
            assert reply.turn is not None
            said.append(reply.messages[0].text)

    async def both() -> None:
        await asyncio.gather(publishing(), *(visiting(visitor) for visitor in range(8)))

    loop.run_until_complete(both())
    assert set(said) <= allowed
    assert len(set(said)) > 1
    assert prove(served.store.database, path).problems == ()


# Files and console


def test_export_brings_what_was_published_into_the_files_and_the_check_agrees(data: Path, database: Database) -> None:
    publish(database, texts.FACT, "price", {"value": PRICE})
    publish(
        database,
        texts.SNIPPET,
        "parking_details",
        {"text": "Park in the yard behind the house. It is free: ring the bell, then call {phone}."},
    )
    assert set(text_files.standing(database, data).newer) == {"price", "parking_details"}
    assert set(text_files.export(database, data)) == {"price", "parking_details"}
    after = load_library(data)
    assert after["cost"].text.startswith(PRICE)
    assert after["parking_details"].approval.by == "carla"
    assert text_files.standing(database, data).newer == ()
    assert text_files.standing(database, data).changed == ()
    assert list(text_files.differences(database, data)) == []


def test_a_new_question_is_exported_once_a_model_was_trained_with_it(data: Path, database: Database) -> None:
    words = "You may knit during a session if the arm with the needle stays still. Ask our staff: {phone}."
    body = {"question": "May I knit?", "text": words, "topic": "visit", "route": "answer", "sources": ["clinic"]}
    publish(database, texts.SNIPPET, "knit", {**body, "related": []}, number=1)
    (data / "nlu").mkdir()
    assert text_files.export(database, data) == []
    (data / "nlu" / "reviewed.yml").write_text(
        "nlu:\n- intent: knit\n  metadata: {new: true}\n  examples: |\n    - may I knit\n", encoding="utf-8"
    )
    assert new_intents(data / "nlu") == {"knit"}
    assert text_files.export(database, data) == ["knit"]
    assert load_library(data)["knit"].topic == "visit"
    assert text_files.standing(database, data).newer == ()


def test_what_was_changed_on_both_sides_is_a_conflict_and_nothing_is_written(data: Path, database: Database) -> None:
    publish(database, texts.SNIPPET, "booking", {"text": "Call {phone} to book."})
    _edit(data / "snippets" / "clinic.yml", "You can book {booking}:", "You can just turn up. You can")
    before = (data / "snippets" / "clinic.yml").read_bytes()
    with pytest.raises(ContentError, match="changed in the files and in the console"):
        text_files.export(database, data)
    assert (data / "snippets" / "clinic.yml").read_bytes() == before


def test_import_makes_drafts_of_what_was_changed_in_the_files(data: Path, database: Database) -> None:
    _edit(data / "snippets" / "clinic.yml", "You can book {booking}:", "You can just turn up. You can")
    assert text_files.import_changes(database, data, by="ann", now=NOW) == ["booking"]
    (draft,) = texts.drafts(database)
    assert (draft.name, draft.author) == ("booking", "ann")
    assert str(draft.body["text"]).startswith("You can just turn up.")
    with pytest.raises(ContentError, match="a draft of it is open"):
        text_files.import_changes(database, data, by="ann", now=NOW)
