"""Whose word on a visitor's address counts: the console throttles logins by that address, so nobody may choose it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2 as httpx
import pytest

from bot.cli import server_config
from bot.settings import Settings, SettingsError

SAYS = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


def _seen(peer: str) -> tuple[str, str]:
    """The address and scheme that an app sees when `peer` says that it forwards for somebody."""
    seen: list[tuple[str, str]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["client"][0], scope["scheme"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    config = server_config(app, Settings())
    config.load()

    async def ask() -> None:
        transport = httpx.ASGITransport(app=config.loaded_app, client=(peer, 40000))
        async with httpx.AsyncClient(transport=transport, base_url="http://clinic.example") as client:
            await client.get("/", headers=SAYS)

    asyncio.run(ask())
    return seen[0]


@pytest.mark.parametrize("proxies", ["172.30.80.2", "192.0.2.1, 172.30.80.0/24"])
def test_a_proxy_that_is_named_is_believed(monkeypatch: pytest.MonkeyPatch, proxies: str) -> None:
    monkeypatch.setenv("OZONE_TRUSTED_PROXIES", proxies)
    assert _seen("172.30.80.2") == ("203.0.113.9", "https")


def test_anybody_else_speaks_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OZONE_TRUSTED_PROXIES", "172.30.80.2")
    assert _seen("172.30.80.3") == ("172.30.80.3", "http")
    assert _seen("127.0.0.1") == ("127.0.0.1", "http")


def test_without_the_setting_only_this_machine_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OZONE_TRUSTED_PROXIES", raising=False)
    assert _seen("127.0.0.1") == ("203.0.113.9", "https")
    assert _seen("172.30.80.2") == ("172.30.80.2", "http")


@pytest.mark.parametrize("proxies", ["*", "proxy", "172.30.80.2/24", "10.0.0.1;10.0.0.2", "300.1.1.1"])
def test_what_is_no_address_is_one_sentence(monkeypatch: pytest.MonkeyPatch, proxies: str) -> None:
    """The server would take a name it cannot compare for one that nobody ever has, and say nothing."""
    monkeypatch.setenv("OZONE_TRUSTED_PROXIES", proxies)
    with pytest.raises(SettingsError, match="OZONE_TRUSTED_PROXIES holds"):
        Settings()
