"""The HTTP contract, and what bad requests get."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from starlette.applications import Starlette

from bot.on_rasa.engine import Engine
from bot.record.database import open_record
from bot.record.record import Record
from bot.safety.warning import WARNING
from bot.settings import MAX_BODY_BYTES, Settings, SettingsError
from bot.storage.sqlite import SqliteStore
from bot.website import app as app_module
from bot.website.app import create_app
from bot.website.bundle import integrity
from tests.storage.stores import Kept

pytestmark = pytest.mark.usefixtures("kept")


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
def origins() -> str:
    """The other websites that may ask, separated by commas."""
    return "https://clinic.example"


@pytest.fixture
def client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine, loop: asyncio.AbstractEventLoop, origins: str
) -> Client:
    monkeypatch.setenv("OZONE_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("OZONE_DATABASE", str(tmp_path / "record.db"))
    monkeypatch.setenv("OZONE_ALLOWED_ORIGINS", origins)
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
    assert (
        _chat(client, message="hi", conversation=first["conversation"]).json()["conversation"] != first["conversation"]
    )


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
        (b'{"message": "I cannot breathe", "client_id": "a\\ud800"}', 400),
        (b'{"message": "I cannot breathe", "token": "\\udfff"}', 401),
        (b'{"message": "I cannot breathe", "token": "\xed\xa0\x80"}', 401),
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


@pytest.mark.parametrize(
    "message", ["", " ", "x" * 5000, "\u0000", "\u202e", "🙂", "/restart", '/faq{"a":1}', "<b>hi</b>", "\ud800"]
)
def test_strange_messages_get_a_reply(client: Client, message: str) -> None:
    response = client.post(
        "/api/chat",
        content=(
            '{"message": "'
            + message.encode("unicode_escape")
            .decode()
            .replace('"', "'")
            .replace("\\x", "\\u00")
            .replace("\\U0001", "\\ud83d\\u")
            + '"}'
        ),
    )
    assert response.status_code in (200, 400)
    assert response.json()["warning"]["text"] == WARNING


@pytest.mark.parametrize("place", range(len("I cannot breathe") + 1))
@pytest.mark.parametrize("half", [r"\ud83d", r"\ude42", r"\ude42\ud83d"])
def test_half_an_emoji_hides_no_emergency(client: Client, place: int, half: str) -> None:
    said = "I cannot breathe"
    body = f'{{"message": "{said[:place]}{half}{said[place:]}", "client_id": "{place}"}}'
    response = client.post("/api/chat", content=body.encode())
    assert (response.status_code, response.json()["route"]) == (200, "emergency")
    (kept,) = _post(client, "/api/conversation", token=response.json()["token"]).json()["turns"]
    assert kept["text"] == said


def test_half_an_emoji_in_a_reason_costs_no_feedback(client: Client) -> None:
    token = _chat(client, message="What is ozone?").json()["token"]
    body = f'{{"token": "{token}", "turn": 1, "helpful": false, "reason": "too long \\ud83d"}}'
    assert client.post("/api/feedback", content=body.encode()).json() == {"saved": True}
    (kept,) = _post(client, "/api/conversation", token=token).json()["turns"]
    assert kept["feedback"]["reason"] == "too long"


def test_an_unknown_path_is_a_page_that_helps(client: Client) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "href" in response.text
    assert client.get("/api/nowhere").json()["error"]


def test_the_wrong_method_is_refused(client: Client) -> None:
    assert client.get("/api/chat").status_code == 405


@pytest.mark.parametrize("path", ["/", "/about", "/demo", "/demo/es"])
def test_every_page_shows_the_warning_and_forbids_foreign_code(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert WARNING in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_the_process_is_alive_and_ready(client: Client) -> None:
    assert client.get("/healthz").json() == {"alive": True}
    assert client.get("/readyz").json()["problems"] == []


def test_a_record_that_cannot_be_written_is_not_ready(
    client: Client, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.store, "door", SqliteStore(Record(tmp_path / "nowhere" / "record.db")))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "record" in response.json()["problems"][0]


def test_the_metric_tells_whether_it_is_ready_though_nobody_asks(
    engine: Engine, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In a cluster /readyz is asked when a worker starts and not again."""
    monkeypatch.setattr(app_module, "_WATCH_SECONDS", 0.001)
    monkeypatch.setattr(app_module, "_READY_SECONDS", 0.0)
    monkeypatch.setenv("OZONE_SECRET_FILE", str(tmp_path / "secret"))
    wrong: list[str] = []

    async def problems() -> list[str]:
        return wrong

    monkeypatch.setattr(engine, "problems", problems)
    website = app_module.Website(Settings(), engine)
    client = Client(Starlette(routes=website.routes()), loop)
    watching = loop.create_task(website.watch())
    try:
        assert _until_metrics_say(client, "ozone_ready 1.0")
        wrong.append("It has a cold.")
        assert _until_metrics_say(client, "ozone_ready 0.0")
    finally:
        watching.cancel()


def _until_metrics_say(client: Client, line: str) -> bool:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if line in client.get("/metrics").text:
            return True
    return False


def test_metrics_count_turns_by_route(client: Client) -> None:
    _chat(client, message="What is ozone?")
    assert 'ozone_turns_total{route="answer"} 1.0' in client.get("/metrics").text


def test_only_the_clinics_own_origin_may_call_from_elsewhere(client: Client) -> None:
    allowed = client.request(
        "OPTIONS", "/api/chat", headers={"Origin": "https://clinic.example", "Access-Control-Request-Method": "POST"}
    )
    foreign = client.request(
        "OPTIONS", "/api/chat", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert allowed.headers["access-control-allow-origin"] == "https://clinic.example"
    assert "access-control-allow-origin" not in foreign.headers


def _post(client: Client, path: str, **body: Any) -> httpx.Response:
    return client.post(path, json=body)


def test_an_answer_says_who_approved_it_and_what_can_be_called(client: Client) -> None:
    answer = _chat(client, message="What is ozone?").json()["messages"][0]
    assert set(answer["snippet"]["approved"]) == {"on", "role"}
    emergency = _chat(client, message="I cannot breathe").json()["messages"][0]
    assert {"text": "911", "href": "tel:911"} in emergency["links"]


def test_a_new_conversation_begins_empty_and_leaves_no_trace_before_the_first_message(
    client: Client, kept: Kept
) -> None:
    before = kept.record().execute("SELECT count(*) FROM conversations").fetchone()
    body = _post(client, "/api/conversation").json()
    assert body["turns"] == []
    assert kept.record().execute("SELECT count(*) FROM conversations").fetchone() == before
    assert _chat(client, message="hi", token=body["token"]).json()["conversation"] == body["conversation"]


def test_a_message_sent_again_is_answered_once(client: Client) -> None:
    token = _post(client, "/api/conversation").json()["token"]
    first = _chat(client, message="What is ozone?", token=token, client_id="a").json()
    again = _chat(client, message="What is ozone?", token=token, client_id="a").json()
    assert (again["turn"], again["messages"]) == (first["turn"], first["messages"])
    assert len(_post(client, "/api/conversation", token=token).json()["turns"]) == 1


def test_an_emergency_under_an_id_that_was_used_before_is_answered_and_kept(client: Client) -> None:
    token = _chat(client, message="What is ozone?", client_id="a").json()["token"]
    emergency, again = (_chat(client, message="I cannot breathe", token=token, client_id="a").json() for _ in range(2))
    assert (emergency["route"], emergency["turn"]) == ("emergency", 2)
    assert (again["turn"], again["messages"]) == (2, emergency["messages"])
    kept = _post(client, "/api/conversation", token=token).json()["turns"]
    assert [(turn["client_id"], turn["text"]) for turn in kept] == [("a", "What is ozone?"), ("a", "I cannot breathe")]


def test_a_conversation_can_be_read_back_as_it_was_shown(client: Client) -> None:
    first = _chat(client, message="What is ozone?", client_id="a").json()
    _chat(client, message="I take warfarin", token=first["token"])
    _post(client, "/api/feedback", token=first["token"], turn=1, helpful=False, reason="too short")
    answered, referred = _post(client, "/api/conversation", token=first["token"]).json()["turns"]
    assert {key: answered[key] for key in ("turn", "route", "messages", "warning", "contact")} == {
        key: first[key] for key in ("turn", "route", "messages", "warning", "contact")
    }
    assert (answered["text"], answered["client_id"], answered["feedback"]) == (
        "What is ozone?",
        "a",
        {"helpful": False, "reason": "too short"},
    )
    assert answered["at"].endswith("+00:00")
    assert referred["contact"]["phone"]
    assert referred["feedback"] is None


def test_feedback_is_for_turns_of_ones_own_conversation(client: Client) -> None:
    own, other = _chat(client, message="What is ozone?").json(), _chat(client, message="What is ozone?").json()
    _chat(client, message="thanks", token=other["token"])
    assert _post(client, "/api/feedback", token=own["token"], turn=1, helpful=True).json() == {"saved": True}
    for turn in (0, 2, -1, 10**30):
        response = _post(client, "/api/feedback", token=own["token"], turn=turn, helpful=True)
        assert (response.status_code, response.json()["error"]) == (404, "There is no such turn in this conversation.")


def test_a_deleted_conversation_is_gone_and_its_token_worthless(client: Client, kept: Kept) -> None:
    first = _chat(client, message="What is ozone?").json()
    token, conversation = first["token"], first["conversation"]
    assert _post(client, "/api/conversation/delete", token=token).json() == {"deleted": True}
    for path, more in (
        ("/api/chat", {"message": "hi"}),
        ("/api/conversation", {}),
        ("/api/feedback", {"turn": 1, "helpful": True}),
    ):
        assert _post(client, path, token=token, **more).status_code == 401
    assert _post(client, "/api/conversation/delete", token=token).status_code == 200
    assert kept.record().execute("SELECT count(*) FROM turns WHERE conversation = ?", [conversation]).fetchone()[0] == 0


def test_a_reply_that_is_made_while_its_conversation_is_deleted_is_not_kept(
    client: Client, engine: Engine, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _chat(client, message="I take warfarin").json()
    turn = engine.turn

    async def deleted_meanwhile(conversation: str, text: str, client_id: str | None = None) -> Any:
        await engine.door.delete(conversation, engine.store.seal)
        return await turn(conversation, text, client_id)

    monkeypatch.setattr(engine, "turn", deleted_meanwhile)
    assert _chat(client, message="hi", token=first["token"]).status_code == 401
    assert (
        kept.record().execute("SELECT count(*) FROM conversations WHERE id = ?", [first["conversation"]]).fetchone()[0]
        == 0
    )


def test_no_request_uses_the_record_but_through_its_thread(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else waited for a lock, or for a disk, would do so on the event loop, and everybody else with it."""
    monkeypatch.setattr(Record, "database", property(lambda record: pytest.fail("the event loop would wait")))
    token = _chat(client, message="What is ozone?").json()["token"]
    assert _chat(client, message="thanks", token=token, client_id="a").status_code == 200
    assert _post(client, "/api/conversation", token=token).status_code == 200
    assert _post(client, "/api/feedback", token=token, turn=1, helpful=True).status_code == 200
    assert _post(client, "/api/conversation/delete", token=token).status_code == 200
    for path in ("/healthz", "/readyz", "/metrics", "/", "/about"):
        assert client.get(path).status_code == 200


def test_an_expired_token_may_delete_but_not_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    token = _chat(client, message="What is ozone?").json()["token"]
    monkeypatch.setattr("bot.website.tokens.TOKEN_LIFETIME_SECONDS", -1)
    refused = _post(client, "/api/conversation", token=token)
    assert (refused.status_code, refused.json()["error"]) == (
        401,
        "This conversation has expired. Please start a new one.",
    )
    assert _post(client, "/api/conversation/delete", token=token).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/conversation", b"x", 400),
        ("/api/conversation", b'{"token": 1}', 400),
        ("/api/conversation", b'{"token": "nonsense"}', 401),
        ("/api/conversation", b'{"token": "TOKEN\\ud800"}', 401),
        ("/api/conversation/delete", b'{"token": "TOKEN\\ud800"}', 401),
        ("/api/feedback", b'{"token": "TOKEN\\ud800", "turn": 1, "helpful": true}', 401),
        ("/api/conversation/delete", b"{}", 400),
        ("/api/conversation/delete", b'{"token": null}', 400),
        ("/api/conversation/delete", b'{"token": "nonsense"}', 401),
        ("/api/feedback", b"[]", 400),
        ("/api/feedback", b'{"turn": 1, "helpful": true}', 400),
        ("/api/feedback", b'{"token": "TOKEN", "helpful": true}', 400),
        ("/api/feedback", b'{"token": "TOKEN", "turn": true, "helpful": true}', 400),
        ("/api/feedback", b'{"token": "TOKEN", "turn": "1", "helpful": true}', 400),
        ("/api/feedback", b'{"token": "TOKEN", "turn": 1}', 400),
        ("/api/feedback", b'{"token": "TOKEN", "turn": 1, "helpful": 1}', 400),
        ("/api/feedback", b'{"token": "TOKEN", "turn": 1, "helpful": true, "reason": ["x"]}', 400),
        ("/api/feedback", b'{"token": "TOKEN", "turn": 1, "helpful": true}', 404),
    ],
)
def test_bad_requests_about_a_conversation_get_one_sentence(
    client: Client, path: str, body: bytes, status: int
) -> None:
    token = _post(client, "/api/conversation").json()["token"]
    response = client.post(path, content=body.replace(b"TOKEN", token.encode()))
    assert response.status_code == status
    assert response.json()["error"].endswith(".")
    assert response.json()["warning"]["text"] == WARNING


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "https://clinic.example"}, 200),
        ({"Origin": "http://test"}, 200),
        ({"Origin": "https://behind-a-proxy.example", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://test", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://clinic.example.evil.example"}, 403),
        ({"Origin": "http://clinic.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_other_websites_are_refused_before_anything_happens(
    client: Client, kept: Kept, headers: dict[str, str], status: int
) -> None:
    before = kept.record().execute("SELECT count(*) FROM turns").fetchone()[0]
    response = client.request(
        "POST", "/api/chat", content=b'{"message": "hi"}', headers={"Content-Type": "text/plain", **headers}
    )
    assert response.status_code == status
    assert kept.record().execute("SELECT count(*) FROM turns").fetchone()[0] - before == (status == 200)


def test_the_widget_is_served_compressed_to_allowed_websites_and_only_when_it_changed(client: Client) -> None:
    response = client.request(
        "GET", "/static/widget.js", headers={"Origin": "https://clinic.example", "Accept-Encoding": "gzip"}
    )
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["access-control-allow-origin"] == "https://clinic.example"
    assert (
        client.request("GET", "/static/widget.js", headers={"If-None-Match": response.headers["etag"]}).status_code
        == 304
    )
    assert client.request("GET", "/static/widget.js", headers={"Accept-Encoding": "identity"}).text == response.text
    assert client.get("/static/i18n/es.json").json()["send"] == "Enviar"


@pytest.mark.parametrize("path", ["/static/widget.js", "/answers"])
@pytest.mark.parametrize(
    ("asked", "compressed"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5, br", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("identity, *;q=0", False),
        ("br, notgzip", False),
        ("gzip;q=many", False),
    ],
)
def test_compressed_is_sent_to_those_who_take_it(client: Client, path: str, asked: str, compressed: bool) -> None:
    response = client.request("GET", path, headers={"Accept-Encoding": asked})
    assert response.status_code == 200
    assert (response.headers.get("content-encoding") == "gzip") == compressed
    assert response.headers["vary"].startswith("Accept-Encoding")


@pytest.mark.parametrize("path", ["/demo", "/demo/es"])
def test_the_demo_page_documents_the_embedding_with_this_files_hash(client: Client, path: str) -> None:
    page = client.get(path).text
    assert (
        integrity(client.get("/static/widget.js").content).replace("+", "&#43;") in page
        or integrity(client.get("/static/widget.js").content) in page
    )
    assert "OZONE_ALLOWED_ORIGINS" in page
    assert "built-in" not in page


@pytest.mark.parametrize(
    "origins", ["*", "https://clinic.example/", "clinic.example", "https://a.example;https://b.example"]
)
def test_an_origin_that_no_browser_would_send_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, origins: str
) -> None:
    monkeypatch.setenv("OZONE_ALLOWED_ORIGINS", origins)
    with pytest.raises(SettingsError, match="OZONE_ALLOWED_ORIGINS holds"):
        Settings()
