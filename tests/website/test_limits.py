"""One visitor cannot keep the others waiting, and an emergency is answered whatever limit is met."""

from __future__ import annotations

import asyncio
import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from bot.on_rasa.engine import Engine
from bot.record.database import open_record
from bot.safety.warning import WARNING
from bot.settings import Settings, SettingsError
from bot.website.app import create_app
from bot.website.limits import CONVERSATIONS, IN_A_CONVERSATION, MESSAGES, Limits
from tests.clock import Clock

Ask = Callable[..., httpx.Response]
Site = Callable[..., Ask]
_Disk = namedtuple("_Disk", "total used free")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine, loop: asyncio.AbstractEventLoop) -> Site:
    """Makes a website with settings of its own, which is then asked from an address."""

    def make(**environment: str) -> Ask:
        own = {"OZONE_SECRET_FILE": str(tmp_path / "secret"), "OZONE_DATABASE": str(tmp_path / "record.db")}
        for name, value in {**own, "OZONE_PROCESSES": "1", **environment}.items():
            monkeypatch.setenv(name, value)
        settings = Settings()
        open_record(settings.database).close()
        app = create_app(settings, engine)

        def ask(path: str, body: Any = None, address: str = "203.0.113.7", **headers: str) -> httpx.Response:
            async def send() -> httpx.Response:
                transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(address, 40000))
                async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client:
                    return await client.request("GET" if body is None else "POST", path, json=body, headers=headers)

            return loop.run_until_complete(send())

        return ask

    return make


def _chat(ask: Ask, message: str, **more: Any) -> httpx.Response:
    return ask("/api/chat", {"message": message, **more.pop("body", {})}, **more)


def test_who_asks_without_end_is_told_when_to_go_on_and_nobody_else_notices(site: Site) -> None:
    ask = site(OZONE_LIMITS="0.01")
    for _ in range(6):
        assert _chat(ask, "What is ozone?").status_code == 200
    refused = _chat(ask, "What is ozone?")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    said = refused.json()
    assert said["error"].endswith("If somebody is in danger, do not wait: call 911 now.")
    assert said["warning"]["text"] == WARNING
    assert ask("/api/conversation", {}).status_code == 429
    assert _chat(ask, "What is ozone?", address="203.0.113.8").status_code == 200


@pytest.mark.parametrize("limit", ["address", "conversation", "length"])
def test_an_emergency_is_answered_whatever_limit_is_met(
    site: Site, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    ask = site(OZONE_LIMITS={"address": "0.002", "conversation": "0.01", "length": "0.003"}[limit])
    if limit == "length":
        monkeypatch.setattr("bot.website.limits.IN_A_CONVERSATION", MESSAGES)
    body: dict[str, Any] = {}
    for number in range(8):
        reply = _chat(
            ask,
            f"What does it cost {number}",
            body=body,
            address=f"203.0.113.{number}" if limit != "address" else "203.0.113.7",
        )
        body = {"token": reply.json()["token"]} if reply.status_code == 200 else body
    assert reply.status_code in (401, 429)
    emergency = _chat(ask, "I cannot breathe", body=body).json()
    assert (emergency["route"], emergency["turn"]) == ("emergency", None)
    assert emergency["warning"]["text"] == WARNING
    assert "911" in emergency["messages"][0]["text"]


def test_a_conversation_that_never_ends_goes_on_in_a_new_one(site: Site) -> None:
    ask = site(OZONE_LIMITS="0.01")
    token = _chat(ask, "What is ozone?", address="203.0.113.0").json()["token"]
    spoken = [
        _chat(ask, "thanks", body={"token": token}, address=f"203.0.113.{number}").status_code for number in range(1, 3)
    ]
    assert spoken == [200, 429], "two messages at once are what a hundredth allows after the first"


def test_five_hundred_turns_are_the_end_of_a_conversation(clock: Clock) -> None:
    limits = Limits(1, 1, lambda: "911", clock)
    limits.answered("talk", 499)
    assert limits.message("a", "talk", "hi") is None
    limits.answered("talk", 500)
    refusal = limits.message("a", "talk", "hi")
    assert refusal is not None
    assert (refusal.seconds, refusal.sentence.split(". ")[1]) == (0, "Please start a new one")
    assert limits.message("a", None, "hi") is None


def test_a_waiting_room_behind_one_address_meets_no_limit(clock: Clock) -> None:
    """Fifty people who each write every twenty seconds."""
    limits = Limits(1, 2, lambda: "911", clock)
    for _ in range(30):
        for person in range(50):
            clock.now += 0.4
            assert limits.message("203.0.113.7", f"talk{person}", "How long does a session take?") is None


def test_a_flood_runs_dry_and_what_it_used_up_comes_back(clock: Clock) -> None:
    limits = Limits(1, 1, lambda: "911", clock)
    served = sum(limits.message("203.0.113.7", None, "hi") is None for _ in range(20_000))
    assert served == MESSAGES.most
    clock.now += MESSAGES.seconds / 2
    assert sum(limits.message("203.0.113.7", None, "hi") is None for _ in range(1000)) == MESSAGES.most / 2


def test_new_conversations_and_bytes_have_shares_of_their_own(clock: Clock) -> None:
    limits, begun = Limits(1, 1, lambda: "911", clock), 0
    for _ in range(4000):
        clock.now += 0.5  # within what may be sent
        begun += limits.message("203.0.113.7", None, "hi") is None
    assert CONVERSATIONS.most <= begun < 2 * CONVERSATIONS.most
    limits, kept = Limits(1, 1, lambda: "911", clock), 0
    for number in range(20_000):
        clock.now += 1
        kept += limits.message("203.0.113.7", f"talk{number}", "x" * 2000) is None
    assert kept < 12_000


def test_several_processes_give_no_more_than_one(clock: Clock) -> None:
    several = [Limits(1, 4, lambda: "911", clock) for _ in range(4)]
    for one in several:
        while one.message("203.0.113.7", None, "hi") is None:
            pass
    clock.now += 60
    served = sum(one.message("203.0.113.7", None, "hi") is None for one in several for _ in range(1000))
    assert served == pytest.approx(60 * MESSAGES.most / MESSAGES.seconds, abs=4)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_a_household_counts_as_one(clock: Clock, one: str, other: str, same: bool) -> None:
    limits = Limits(1, 1, lambda: "911", clock)
    while limits.message(one, None, "hi") is None:
        pass
    assert (limits.message(other, None, "hi") is not None) is same


def test_a_conversation_counts_for_itself_wherever_it_comes_from(clock: Clock) -> None:
    limits = Limits(1, 1, lambda: "911", clock)
    served = sum(limits.message(f"203.0.113.{number % 250}", "talk", "hi") is None for number in range(500))
    assert served == IN_A_CONVERSATION.most


def test_limits_can_be_switched_off(site: Site) -> None:
    ask = site(OZONE_LIMITS="off")
    assert {ask("/api/conversation", {}).status_code for _ in range(700)} == {200}


@pytest.mark.parametrize("value", ["", "-1", "many", "1e9", "nan", "1,5"])
def test_limits_that_are_no_number_are_one_sentence(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OZONE_LIMITS", value)
    with pytest.raises(SettingsError, match=r"OZONE_LIMITS is .*, or off"):
        Settings()


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_operators_pages_are_for_this_machine(site: Site, path: str) -> None:
    ask = site(OZONE_OPERATORS="10.9.0.0/16")
    for address in ("127.0.0.1", "127.0.0.2", "::1", "10.9.3.4"):
        assert ask(path, address=address).status_code == 200
    for address in ("203.0.113.7", "10.8.0.1", "unknown"):
        assert ask(path, address=address).status_code == 404
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert ask(path, address="127.0.0.1", **{header: "203.0.113.7"}).status_code == 404
    assert ask("/healthz", address="203.0.113.7").json() == {"alive": True}


def test_a_probe_every_moment_costs_one_check_in_five_seconds(
    site: Site, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    problems = engine.problems

    async def counted() -> list[str]:
        checked.append("")
        return await problems()

    monkeypatch.setattr(engine, "problems", counted)
    ask = site()
    assert {ask("/readyz", address="127.0.0.1").status_code for _ in range(20)} == {200}
    assert len(checked) == 1


def test_a_disk_that_fills_up_is_told_before_it_is_full(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = site()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Disk(50_000_000_000, 49_880_000_000, 120_000_000))
    response = ask("/readyz", address="127.0.0.1")
    assert response.status_code == 503
    assert "nearly full (120 MB are free)" in response.json()["problems"][0]
    assert _chat(ask, "What is ozone?").json()["turn"] == 1


def test_what_is_refused_says_what_would_be_right(site: Site) -> None:
    refused = site()("/api/chat")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


def test_what_holds_a_token_is_kept_nowhere_and_https_stays_https(site: Site) -> None:
    ask = site(OZONE_HTTPS="1")
    for response in (ask("/api/conversation", {}), _chat(ask, "What is ozone?"), ask("/api/nowhere", {})):
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" in ask("/").headers
    assert "strict-transport-security" not in site(OZONE_HTTPS="")("/").headers
