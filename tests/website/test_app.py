"""The HTTP contract, and what bad requests get."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.conversation.engine import Engine
from bot.record.database import open_record
from bot.safety.warning import WARNING
from bot.settings import MAX_BODY_BYTES, Settings
from bot.website.app import create_app


class Client:
    """A browser without a screen, on the engine's own thread: the record's connection belongs to it."""

    def __init__(self, app: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._loop = loop

    def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://test") as client:
                return await client.request(method, path, **kwargs)

        return self._loop.run_until_complete(send())

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)

    def post(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.request("POST", path, **kwargs)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine, loop: asyncio.AbstractEventLoop) -> Client:
    monkeypatch.setenv("OZONE_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("OZONE_DATABASE", str(tmp_path / "record.db"))
    monkeypatch.setenv("OZONE_ALLOWED_ORIGINS", "https://clinic.example")
    settings = Settings()
    open_record(settings.database).close()
    return Client(create_app(settings, engine), loop)


def _chat(client: Client, **body: Any) -> Any:
    return client.post("/api/chat", json=body)


def test_a_turn_has_the_agreed_shape(client: Client) -> None:
    body = _chat(client, message="What is ozone?").json()
    assert set(body) == {"token", "conversation", "turn", "route", "messages", "warning", "contact"}
    assert body["route"] == "answer"
    assert body["turn"] == 1
    assert body["warning"] == {"text": WARNING}
    (message,) = body["messages"]
    assert message["snippet"]["id"] == "what_is_ozone"
    assert message["snippet"]["sources"][0]["title"]
    assert set(message["buttons"][0]) == {"title", "send"}


def test_a_token_continues_its_conversation(client: Client) -> None:
    first = _chat(client, message="What is ozone?").json()
    second = _chat(client, message="thanks", token=first["token"]).json()
    assert second["conversation"] == first["conversation"]
    assert second["turn"] == 2


def test_a_client_cannot_choose_a_conversation(client: Client) -> None:
    first = _chat(client, message="What is ozone?").json()
    assert _chat(client, message="hi", token=first["conversation"]).status_code == 401
    assert _chat(client, message="hi", conversation=first["conversation"]).json()["conversation"] != first["conversation"]


def test_a_referral_brings_the_contact(client: Client) -> None:
    body = _chat(client, message="I take warfarin, can I have it?").json()
    assert body["route"] == "clinician"
    assert body["contact"]["phone"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"{}", 400),
        (b'{"message": 1}', 400),
        (b'{"message": null}', 400),
        (b'{"message": ["a"]}', 400),
        (b'{"message": "a", "token": 5}', 400),
        (b'{"message": "a", "token": "nonsense"}', 401),
        (b'{"message": "a", "client_id": ""}', 400),
        (b"[" * 5000, 400),
        (b'{"message": "' + b"a" * (MAX_BODY_BYTES + 1) + b'"}', 413),
        (b"\xff\xfe", 400),
    ],
)
def test_a_bad_request_gets_one_sentence(client: Client, body: bytes, status: int) -> None:
    response = client.post("/api/chat", content=body)
    assert response.status_code == status
    assert response.json()["error"].endswith(".")
    assert response.json()["warning"]["text"] == WARNING


@pytest.mark.parametrize("message", ["", " ", "x" * 5000, "\u0000", "\u202e", "🙂", "/restart", '/faq{"a":1}', "<b>hi</b>", "\ud800"])
def test_strange_messages_get_a_reply(client: Client, message: str) -> None:
    response = client.post(
        "/api/chat",
        content=('{"message": "' + message.encode("unicode_escape").decode().replace('"', "'").replace("\\x", "\\u00").replace("\\U0001", "\\ud83d\\u") + '"}'),
    )
    assert response.status_code in (200, 400)
    assert response.json()["warning"]["text"] == WARNING


def test_an_unknown_path_is_a_page_that_helps(client: Client) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "href" in response.text
    assert client.get("/api/nowhere").json()["error"]


def test_the_wrong_method_is_refused(client: Client) -> None:
    assert client.get("/api/chat").status_code == 405


@pytest.mark.parametrize("path", ["/", "/about", "/demo"])
def test_every_page_shows_the_warning_and_forbids_foreign_code(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert WARNING in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_the_process_is_alive_and_ready(client: Client) -> None:
    assert client.get("/healthz").json() == {"alive": True}
    assert client.get("/readyz").json()["problems"] == []


def test_a_record_that_cannot_be_written_is_not_ready(client: Client, tmp_path: Path) -> None:
    (tmp_path / "record.db").unlink()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "record" in response.json()["problems"][0]


def test_metrics_count_turns_by_route(client: Client) -> None:
    _chat(client, message="What is ozone?")
    assert 'ozone_turns_total{route="answer"} 1.0' in client.get("/metrics").text


def test_only_the_clinics_own_origin_may_call_from_elsewhere(client: Client) -> None:
    allowed = client.request("OPTIONS", "/api/chat", headers={"Origin": "https://clinic.example", "Access-Control-Request-Method": "POST"})
    foreign = client.request("OPTIONS", "/api/chat", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"})
    assert allowed.headers["access-control-allow-origin"] == "https://clinic.example"
    assert "access-control-allow-origin" not in foreign.headers
