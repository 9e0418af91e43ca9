"""The review record has every turn of PostgreSQL once and in order, whatever ends when, and what staff decide goes
back.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import asyncpg
import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from bot.cli import main
from bot.content import library as content
from bot.record.chain import verify_chain
from bot.record.database import open_record
from bot.record.deletion import erase_conversation, name_hash, was_deleted
from bot.record.feedback import feedback_of
from bot.record.holds import held_copy, hold
from bot.record.requests import list_requests, sealed_request
from bot.record.retention import Keeping, clean_up
from bot.record.sealed import Seal
from bot.record.texts import FACT
from bot.record.turns import all_turns, turns_of
from bot.storage.door import Store
from bot.storage.follow import Follower, FollowError
from bot.storage.link import Link
from bot.storage.postgres import PostgresStore
from tests.conversation.test_texts_in_use import PRICE, publish
from tests.postgres import Server
from tests.record.test_record import full_disk
from tests.storage.stores import Stores, postgres_stores
from tests.storage.test_door import commit, entry

Make = Callable[..., Follower]


@pytest.fixture
def stores(postgres_url: str, tmp_path: Path) -> Iterator[Stores]:
    with postgres_stores(postgres_url, tmp_path) as another:
        yield another


@pytest.fixture
def store(stores: Stores) -> Store:
    return stores()


@pytest.fixture
def make(postgres_url: str, tmp_path: Path, seal: Seal) -> Iterator[Make]:
    """Makes followers, of one record unless named."""
    link = Link(postgres_url, 2)
    (tmp_path / "data" / "nlu").mkdir(parents=True)

    def another(name: str = "record.db", **given: Any) -> Follower:
        return Follower(tmp_path / name, link, tmp_path / "data", tmp_path / "models", lambda: seal, **given)

    yield another
    link.close()


@pytest.fixture
def record(make: Make, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """The review record, after everything has come."""
    follower, opened = make(), open_record(tmp_path / "record.db", any_thread=True)

    def caught_up() -> Database:
        asyncio.run(follower.catch_up())
        return opened

    yield caught_up
    opened.close()


def test_turns_come_once_and_in_order_with_their_events(store: Store, record: Callable[[], Database]) -> None:
    told = commit(store, *(entry(conversation=name, text=f"{n}") for n in range(4) for name in ("a", "b")))
    database = record()
    assert list(all_turns(database)) == told
    assert database.execute("SELECT count(*) FROM events").fetchone() == (16,)
    commit(store, entry(conversation="a", slots={"risk": "x"}))
    assert [turn.number for turn in turns_of(record(), "a")] == [1, 2, 3, 4, 5]
    assert database.execute("SELECT turns, slots FROM conversations WHERE id = 'a'").fetchone() == (5, '{"risk":"x"}')


def test_what_is_committed_later_under_an_earlier_number_holds_nobody_up_and_comes_too(
    store: Store, record: Callable[[], Database], postgres_url: str
) -> None:
    async def overtaken() -> None:
        slow = await asyncpg.connect(postgres_url)
        try:
            async with slow.transaction():
                await slow.execute(
                    "INSERT INTO conversations SELECT 'slow', 'web', '1', '1', 1, '{}' ",
                )
                await slow.execute(
                    "INSERT INTO turns (conversation, number, at, attempt, data)"
                    " SELECT 'slow', 1, '1', gen_random_uuid(), replace(data, 'first', 'slow') FROM turns"
                    " WHERE conversation = 'first'"
                )
                await slow.execute("INSERT INTO outbox (kind, conversation, number) VALUES ('turn', 'slow', 1)")
                await store.commit(entry(conversation="quick"))
                early = await asyncio.to_thread(seen)
                assert early == ["first", "quick"]
        finally:
            await slow.close()

    def seen() -> list[str]:
        return [row[0] for row in record().execute("SELECT id FROM conversations ORDER BY rowid")]

    commit(store, entry(conversation="first"))
    asyncio.run(overtaken())
    assert [turn.conversation for turn in all_turns(record())] == ["first", "quick", "slow"]
    assert record().execute("SELECT count(*) FROM followed").fetchone() == (3,)


def test_a_transaction_that_somebody_left_open_elsewhere_holds_nobody_up(
    store: Store, record: Callable[[], Database], postgres: Server
) -> None:
    async def left_open() -> None:
        elsewhere = await asyncpg.connect(postgres.url(postgres.create()))
        try:
            await elsewhere.execute("BEGIN; CREATE TABLE a_long_migration (id integer)")
            await store.commit(entry())
            assert [turn.number for turn in turns_of(await asyncio.to_thread(record), "talk")] == [1]
        finally:
            await elsewhere.close()

    asyncio.run(left_open())


def test_a_row_that_cannot_be_understood_waits_alone_and_is_tried_again(
    store: Store, make: Make, record: Callable[[], Database], postgres: Server, postgres_url: str
) -> None:
    name = postgres_url.rpartition("/")[2]
    told = commit(store, *(entry(conversation=talk) for talk in ("spoiled", "whole", "spoiled", "whole")))
    postgres.ask("UPDATE turns SET data = '{' || data WHERE conversation = 'spoiled' AND number = 1", name)
    follower = make()
    progress = asyncio.run(follower.catch_up())
    assert (progress.waiting, progress.copied) == (2, 2)
    database = record()
    assert list(all_turns(database)) == [told[1], told[3]]
    postgres.ask("UPDATE turns SET data = substr(data, 2) WHERE conversation = 'spoiled' AND number = 1", name)
    follower._slow_at -= 60  # a minute later
    asyncio.run(follower.catch_up())
    asyncio.run(follower.catch_up())
    assert follower.progress.waiting == 0
    assert turns_of(database, "spoiled") == [told[0], told[2]]


@pytest.mark.parametrize("fault", [asyncpg.InternalClientError("in a word"), AttributeError("_config"), OSError()])
def test_no_fault_of_the_way_to_postgres_ends_a_follower(
    fault: Exception, store: Store, make: Make, record: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    told, once, faults = commit(store, entry()), Link._once, [fault] * 2

    async def faulty(self: Link, work: Any, most: float) -> Any:
        if faults:
            raise faults.pop()
        return await once(self, work, most)

    follower = make()
    monkeypatch.setattr(Link, "_once", faulty)

    async def run() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(follower.run(stop))
        while not follower.progress.copied:
            await asyncio.sleep(0.05)
        stop.set()
        await running

    asyncio.run(asyncio.wait_for(run(), 30))
    assert turns_of(record(), "talk") == told


def test_killed_between_the_two_commits_nothing_is_doubled(
    store: Store, make: Make, record: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = sealed_request(question="May I?", reach="555", best_time="", seal=Seal("secret"))
    commit(store, entry(), replace(entry(), request=sealed), entry())
    killed = make()

    async def ask(work: Any) -> Any:
        result = await Follower._ask(killed, work)
        if isinstance(result, list):
            monkeypatch.setattr(killed, "_ask", _dies)
        return result

    async def _dies(work: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(killed, "_ask", ask)
    database = killed._open()
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(killed.copy(database))
    database.close()
    database = record()
    assert [turn.number for turn in turns_of(database, "talk")] == [1, 2, 3]
    assert database.execute("SELECT count(*) FROM requests").fetchone() == (1,)


def test_a_text_is_in_use_since_whoever_used_it_first_and_not_since_postgres_was_back(
    stores: Stores, record: Callable[[], Database], library: content.Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def noted() -> list[str]:
        return [row[0] for row in record().execute("SELECT DISTINCT noted_at FROM sent_texts")]

    first, other = stores(), stores()
    times = [f"2027-01-01T10:00:0{second}.000+00:00" for second in range(3)]
    with monkeypatch.context() as away:
        away.setattr("bot.storage.postgres._READ_SECONDS", 0.0)
        away.setattr(Link, "_once", _away)
        for at in times[:2]:  # as it is tried again every second
            first.note_texts(library, at)
    other.note_texts(library, times[2])
    assert noted() == [times[2]]
    commit(first, entry())
    assert noted() == [times[0]]
    assert verify_chain(record(), None) == (ANY, [])


async def _away(self: Link, work: Any, most: float) -> Any:
    raise OSError


def test_feedback_and_requests_come_along(store: Store, record: Callable[[], Database], seal: Seal) -> None:
    request = sealed_request(question="May I?", reach="555 0100", best_time="mornings", seal=seal)
    commit(store, replace(entry(), request=request))
    asyncio.run(store.feedback("talk", 1, False, "no"))
    asyncio.run(store.feedback("talk", 1, True, "yes"))
    database = record()
    assert feedback_of(database, "talk") == {1: (True, "yes")}
    (left,) = list_requests(database, seal=seal)
    assert (left.question, left.reach, left.conversation) == ("May I?", "555 0100", "talk")
    asyncio.run(store.feedback("talk", 1, False, ""))
    assert feedback_of(record(), "talk") == {1: (False, "")}


@pytest.mark.parametrize("seen", [True, False])
def test_what_a_visitor_deletes_leaves_the_record(
    seen: bool, store: Store, record: Callable[[], Database], seal: Seal
) -> None:
    commit(store, entry(), entry(), entry(conversation="another"))
    if seen:
        record()
    asyncio.run(store.delete("talk", lambda: seal))
    database = record()
    assert [turn.conversation for turn in all_turns(database)] == ["another"]
    assert was_deleted(database, "talk")


def test_what_staff_erase_leaves_postgres_and_its_token_is_worthless(
    store: Store, record: Callable[[], Database]
) -> None:
    commit(store, entry(), entry(conversation="another"))
    erase_conversation(record(), "talk", by="ann", reason="asked for it")
    commit(store, entry())  # the visitor is still talking
    record()
    assert asyncio.run(store.deleted("talk")) is True
    assert asyncio.run(store.conversations()) == ["another"]
    assert turns_of(record(), "talk") == []


def test_what_is_too_old_leaves_postgres_unless_its_visitor_spoke_again(
    store: Store, record: Callable[[], Database]
) -> None:
    commit(store, entry(conversation="old"), entry(conversation="again"))
    database = record()
    clean_up(database, Keeping(30, 30), time.time() + 400 * 86_400)
    commit(store, entry(conversation="again", at="2028-06-01T10:00:00.000+00:00"))
    record()
    assert asyncio.run(store.conversations()) == ["again"]


def test_a_held_conversation_that_its_visitor_deletes_leaves_a_sealed_copy(
    store: Store, record: Callable[[], Database], seal: Seal
) -> None:
    commit(store, entry(text="the words"))
    hold(record(), "talk", by="ann", reason="court")
    record()
    commit(store, entry(text="and these"))
    asyncio.run(store.delete("talk", lambda: seal))
    assert asyncio.run(store.deleted("talk")) is True
    database = record()
    copy = held_copy(database, name_hash("talk"), seal)
    assert copy is not None
    assert [turn["text"] for turn in copy["turns"]] == ["the words", "and these"]
    record()
    assert asyncio.run(store.conversations()) == []


def test_what_staff_publish_reaches_every_worker_and_outlives_postgres(
    stores: Stores, record: Callable[[], Database], postgres_url: str, tmp_path: Path
) -> None:
    one, other = stores(), stores()
    assert one.revision() == 0
    database = record()
    publish(database, FACT, "price", {"value": PRICE})
    record()
    for store in (one, other):
        time.sleep(1.0)  # as often as a process looks
        assert store.revision() == 1
        assert store.published().facts == {"price": PRICE}
        assert store.warnings(0) == []
    gone = PostgresStore(Link("postgresql://nobody@127.0.0.1:1/x", 1), "p", tmp_path / "decided.json")
    assert gone.revision() == 1
    assert gone.published().facts == {"price": PRICE}
    assert any("PostgreSQL was away" in sentence for sentence in gone.warnings(0))
    gone.close()


def test_only_one_record_follows(store: Store, record: Callable[[], Database], make: Make) -> None:
    commit(store, entry())
    record()
    with pytest.raises(FollowError, match="Another review record"):
        asyncio.run(make("other.db").catch_up())
    commit(store, entry())
    assert asyncio.run(make("other.db", instead=True).catch_up()).copied == 1


def test_a_record_that_was_lost_is_filled_again(store: Store, record: Callable[[], Database], make: Make) -> None:
    told = commit(store, entry(), entry(), entry(conversation="another"))
    asyncio.run(store.feedback("talk", 2, True, ""))
    record()
    instead = make("put back.db", instead=True)
    asyncio.run(instead.again())
    asyncio.run(instead.again())
    asyncio.run(instead.catch_up())
    database = instead._open()
    assert sorted(all_turns(database), key=str) == sorted(told, key=str)
    assert feedback_of(database, "talk") == {2: (True, "")}
    instead.close()


def test_the_lag_is_told(store: Store, make: Make) -> None:
    commit(store, entry())
    follower = make()
    progress = asyncio.run(follower.catch_up())
    assert (progress.waiting, progress.lag, progress.copied) == (0, 0.0, 1)


def test_a_postgres_that_is_away_is_waited_for(
    store: Store, make: Make, record: Callable[[], Database], postgres: Server
) -> None:
    commit(store, entry())
    follower = make()

    async def run() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(follower.run(stop))
        await asyncio.to_thread(postgres.stop)
        turn = asyncio.create_task(store.commit(entry()))
        await asyncio.to_thread(postgres.start)
        assert (await turn).number == 2
        while follower.progress.copied < 2:
            await asyncio.sleep(0.1)
        stop.set()
        await running

    asyncio.run(asyncio.wait_for(run(), 60))
    assert [turn.number for turn in turns_of(record(), "talk")] == [1, 2]


def test_a_full_disk_holds_the_record_up_and_loses_nothing(
    store: Store, make: Make, record: Callable[[], Database]
) -> None:
    told = commit(store, entry())
    record()
    told += commit(store, *(entry(text="x" * 20_000) for _ in range(3)))
    follower = make()
    with full_disk():
        assert asyncio.run(follower._one_round()) > 0
    assert follower.progress.faults == 1
    assert turns_of(record(), "talk") == told


def test_a_record_that_was_put_back_is_filled_up_in_the_right_places(
    store: Store, record: Callable[[], Database], make: Make
) -> None:
    times = [f"2027-01-01T1{hour}:00:00.000+00:00" for hour in range(4)]
    told = commit(store, *(entry(at=at) for at in times[:2]))
    asyncio.run(make("put back.db").catch_up())
    told += commit(store, entry(at=times[2]))
    asyncio.run(make(instead=True).catch_up())
    told += commit(store, entry(at=times[3]))
    instead = make("put back.db", instead=True)
    asyncio.run(instead.again())
    assert asyncio.run(instead.catch_up()).conflicts == 0
    database = instead._open()
    assert turns_of(database, "talk") == told
    assert database.execute("SELECT turns, started_at, last_at FROM conversations").fetchone() == (
        4,
        times[0],
        times[3],
    )
    instead.close()


def test_when_postgres_fell_back_both_turns_are_kept_and_told_of(
    store: Store, make: Make, record: Callable[[], Database], postgres: Server, postgres_url: str
) -> None:
    (lost,) = commit(store, entry(text="acknowledged and lost"))
    record()
    postgres.ask("DELETE FROM conversations", postgres_url.rpartition("/")[2])
    (other,) = commit(store, entry(text="acknowledged since", at="2027-01-02T10:00:00.000+00:00"))
    follower = make()
    assert asyncio.run(follower.catch_up()).conflicts == 1
    assert turns_of(record(), "talk") == [lost, replace(other, number=2)]


def test_the_command_follows_to_the_end_and_says_what_it_needs(
    store: Store, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(store, entry())
    monkeypatch.setenv("OZONE_DATABASE", str(tmp_path / "var" / "record.db"))
    monkeypatch.setenv("OZONE_SECRET_FILE", str(tmp_path / "var" / "secret"))
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    monkeypatch.setattr("bot.cli.configure_logging", lambda **_: None)
    ended = CliRunner().invoke(main, ["record", "follow", "--once"])
    assert (ended.exit_code, ended.stdout) == (0, "Copied: 1. Waiting: 0.\n")
    monkeypatch.delenv("DATABASE_URL")
    ended = CliRunner().invoke(main, ["record", "follow"])
    assert ended.exit_code == 2
    assert "set DATABASE_URL" in ended.output
