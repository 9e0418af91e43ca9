"""PostgreSQL goes away, says nothing, or loses connections at the worst moment: no turn is lost or doubled, and
somebody in danger has their words.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from bot.content.ingredients import fingerprint
from bot.on_rasa.engine import Engine
from bot.record.promotion import read_reviewed, reviewed_file
from bot.record.sealed import Seal
from bot.safety.warning import WARNING
from bot.settings import Settings
from bot.storage.choice import open_store
from bot.storage.door import StorageError, Store
from bot.storage.follow import Follower
from bot.storage.link import Link
from bot.website.app import create_app
from tests.ports import free_port
from tests.postgres import Server
from tests.storage.stores import postgres_stores
from tests.storage.test_door import commit, entry
from tests.website.test_faults import Site


@pytest.fixture
def store(postgres_url: str, tmp_path: Path) -> Iterator[Store]:
    with postgres_stores(postgres_url, tmp_path) as another:
        yield another()


@pytest.fixture
def site(postgres_url: str, tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The website on PostgreSQL."""
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    monkeypatch.setenv("OZONE_DATABASE", str(tmp_path / "record.db"))
    monkeypatch.setenv("OZONE_SECRET_FILE", str(tmp_path / "secret"))
    settings, port = Settings(), free_port()
    engine = Engine(settings)
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings, engine), port=port, log_config=None, access_log=False, ws="none")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield Site(f"http://127.0.0.1:{port}")
    server.should_exit = True
    thread.join(20)
    engine.door.close()


def test_a_commit_whose_outcome_got_lost_is_there_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    once = Link._once
    lost: list[Any] = []

    async def committed_and_cut(self: Link, work: Any, most: float) -> Any:
        result = await once(self, work, most)
        if len(lost) < 2 and getattr(result, "number", None):
            lost.append(result)
            raise ConnectionResetError
        return result

    monkeypatch.setattr(Link, "_once", committed_and_cut)
    turns = commit(store, entry(request="r1"), replace(entry(request="r2"), expected=1), entry(request="r3"))
    assert [turn.number for turn in turns] == [1, 2, 3]
    assert [turn for turn, _ in asyncio.run(store.history("talk"))] == turns
    assert len(lost) == 2


def test_a_restart_costs_time_and_no_turn(store: Store, postgres: Server) -> None:
    commit(store, entry())
    postgres.stop()

    async def meanwhile() -> list[Any]:
        waiting = [asyncio.create_task(store.commit(entry())) for _ in range(3)]
        await asyncio.to_thread(postgres.start)
        return await asyncio.gather(*waiting)

    assert sorted(turn.number for turn in asyncio.run(meanwhile())) == [2, 3, 4]


def test_a_postgres_that_stays_away_is_given_up_and_told_of(postgres_url: str, tmp_path: Path) -> None:
    nowhere = "postgresql://ozone@127.0.0.1:1/nothing"
    with postgres_stores(nowhere, tmp_path) as another:
        away = another()
        with pytest.raises(StorageError, match="cannot be reached"):
            asyncio.run(away.commit(entry(), time.monotonic() + 0.2))
        assert "DATABASE_URL" in str(away.problem())
        assert away.faults > 0
        with pytest.raises(StorageError):
            away.revision()


def test_somebody_in_danger_has_their_words_while_postgres_says_nothing(
    site: Site, postgres: Server, postgres_url: str
) -> None:
    assert site.ask("What is ozone?")["turn"] == 1
    token = site.ask_nothing()
    postgres.pause(on=True)
    try:
        with ThreadPoolExecutor(2) as visitors:
            urgent = visitors.submit(site.post, "/api/chat", message="I cannot breathe", token=token)
            reply = urgent.result(timeout=30)
            assert site.get("/healthz")[0] == 200
            status, told = site.get("/readyz")
    finally:
        postgres.pause(on=False)
    assert (reply["route"], reply["turn"], reply["warning"]["text"]) == ("emergency", None, WARNING)
    assert (status, "the turns cannot be written" in told) == (503, True)
    name = postgres_url.rpartition("/")[2]
    deadline = time.monotonic() + 20
    while postgres.ask("SELECT count(*) FROM turns WHERE data LIKE '%cannot breathe%'", name).strip() != "1":
        assert time.monotonic() < deadline, "it is recorded when PostgreSQL is back"
        time.sleep(0.1)
    assert site.post("/api/chat", message="What is ozone?", token=token)["turn"] == 2
    assert site.get("/readyz")[0] == 200


def test_what_a_visitor_deletes_is_in_no_table(site: Site, postgres: Server, postgres_url: str) -> None:
    said = site.ask("What is a xylophonist doing with ozone?")
    site.post("/api/feedback", token=said["token"], turn=1, helpful=False, reason="the xylophonist was not amused")
    assert _places(postgres, postgres_url) == {"turns"}
    assert site.post("/api/conversation/delete", token=said["token"]) == {"deleted": True}
    assert _places(postgres, postgres_url) == set()


def _places(postgres: Server, url: str) -> set[str]:
    name = url.rpartition("/")[2]
    tables = postgres.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", name).split()
    asked = "SELECT count(*) FROM {0} WHERE {0}::text LIKE '%xylophonist%'"
    return {table for table in tables if postgres.ask(asked.format(table), name).strip() != "0"}


def test_a_model_that_staff_promote_reaches_a_worker_elsewhere(
    project: Path, tmp_path: Path, postgres_url: str, store: Store, seal: Seal
) -> None:
    here, there = tmp_path / "here" / "data", project / "data"
    shutil.copytree(there, here)
    reviewed_file(there).write_text('version: "3.1"\nnlu: []\n', encoding="utf-8")
    (tmp_path / "models").mkdir()
    name = fingerprint(there)
    (tmp_path / "models" / f"{name}.tar.gz").write_bytes(b"a model")
    link = Link(postgres_url, 1)
    asyncio.run(Follower(tmp_path / "record.db", link, there, tmp_path / "models", lambda: seal).catch_up())
    link.close()
    assert store.revision() == 0, "no text was published"
    store.bring_promoted(here, tmp_path / "brought")
    assert read_reviewed(here) == read_reviewed(there)
    assert (tmp_path / "brought" / f"{name}.tar.gz").read_bytes() == b"a model"


def test_a_promoted_model_of_another_release_is_not_taken(
    project: Path, tmp_path: Path, postgres_url: str, store: Store, seal: Seal
) -> None:
    here, there = tmp_path / "here" / "data", project / "data"
    shutil.copytree(there, here)
    reviewed_file(there).write_text('version: "3.1"\nnlu: []\n', encoding="utf-8")
    link = Link(postgres_url, 1)
    asyncio.run(Follower(tmp_path / "record.db", link, there, tmp_path / "models", lambda: seal).catch_up())
    link.close()
    store.revision()
    store.bring_promoted(here, tmp_path / "brought")
    assert read_reviewed(here) == ""


def test_without_a_setting_the_turns_stay_on_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OZONE_DATABASE", str(tmp_path / "record.db"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    store = open_store(Settings())
    assert store.keeps_record
    store.close()
