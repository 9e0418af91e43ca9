"""The OpenAPI document is what the website does: its paths, what it answers, what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from starlette.routing import Mount, Route

from bot.on_rasa.engine import Engine
from bot.settings import Settings
from bot.vocabulary import Route as Way
from bot.website.app import Website
from tests.docs.pages import DOCS
from tests.website.test_app import Client, client, origins

__all__ = ["client", "origins"]  # fixtures

DOCUMENT = yaml.safe_load((DOCS / "reference" / "openapi.yml").read_text(encoding="utf-8"))
PAGES = {
    "/",
    "/answers",
    "/answers/{id}",
    "/look/{name}",
    "/about",
    "/privacy",
    "/demo",
    "/demo/es",
    "/install",
    "/theme",
    "/static/widget.js",
}


def _fits(answer: Any, path: str, method: str = "post") -> None:
    """An answer has the shape that the document gives for its path and status."""
    told = DOCUMENT["paths"][path][method]["responses"][str(answer.status_code)]
    if "$ref" in told:
        told = DOCUMENT["components"]["responses"][told["$ref"].rpartition("/")[2]]
    schema = {**told["content"]["application/json"]["schema"], "components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(answer.json())


def test_every_path_is_told_and_none_that_is_not_there(engine: Engine, tmp_path: Any) -> None:
    routes = Website(Settings(secret_file=tmp_path / "secret", database=tmp_path / "record.db"), engine).routes()
    served = {(route.path, method) for route in routes if isinstance(route, Route) for method in route.methods or ()}
    told = {(path, method.upper()) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert {(path, method) for path, method in served if method != "HEAD" and path not in PAGES} == told
    page = (DOCS / "reference" / "http.md").read_text(encoding="utf-8")
    assert all(f"`{path}`" in page or path.startswith("/static") or path.startswith("/look") for path in PAGES)
    assert {route.path for route in routes if isinstance(route, Mount)} == {"/static/i18n", "/static"}


def test_the_routes_are_those_of_the_vocabulary() -> None:
    assert DOCUMENT["components"]["schemas"]["Route"]["enum"] == [*Way]


@pytest.mark.parametrize(
    "message",
    [
        "What is ozone?",
        "I take warfarin",
        "I can't breathe",
        "hi",
        "qwertz uiop",
        "who won the football",
        "hola, ¿cuánto cuesta?",
        "my chest hurts, is it from the drip",
        "",
    ],
)
def test_each_kind_of_reply_has_the_shape_that_is_told(client: Client, message: str) -> None:
    _fits(client.post("/api/chat", json={"message": message}), "/api/chat")


def test_the_form_and_what_is_read_back_have_the_shape_that_is_told(client: Client) -> None:
    token, seen = None, set()
    for words in ("leave a question for our clinical team", "Do you treat knees?", "555-0199", "Any time"):
        answer = client.post("/api/chat", json={"message": words, "token": token, "client_id": words[:20]})
        _fits(answer, "/api/chat")
        token = answer.json()["token"]
        seen |= set(answer.json()) | set(answer.json()["messages"][-1])
    assert {"input", "summary"} <= seen
    _fits(
        client.post("/api/feedback", json={"token": token, "turn": 1, "helpful": False, "reason": "long"}),
        "/api/feedback",
    )
    _fits(client.post("/api/conversation", json={"token": token}), "/api/conversation")
    _fits(client.post("/api/conversation", json={}), "/api/conversation")
    _fits(client.post("/api/conversation/delete", json={"token": token}), "/api/conversation/delete")
    gone = client.post("/api/conversation", json={"token": token})
    assert gone.status_code == 401
    _fits(gone, "/api/conversation")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/chat", {}, 400),
        ("/api/chat", {"message": "hi", "token": "forged"}, 401),
        ("/api/chat", {"message": "x" * 70_000}, 413),
        ("/api/conversation", {"token": 7}, 400),
        ("/api/conversation/delete", {"token": "forged"}, 401),
        ("/api/feedback", {"token": "forged", "turn": 1, "helpful": True}, 401),
    ],
)
def test_refusals_have_the_shape_that_is_told(client: Client, path: str, body: dict[str, Any], status: int) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == status
    _fits(answer, path)


def test_health_has_the_shape_that_is_told(client: Client) -> None:
    _fits(client.get("/healthz"), "/healthz", "get")
    _fits(client.get("/readyz"), "/readyz", "get")
    assert client.get("/metrics").headers["content-type"].startswith("text/plain")
