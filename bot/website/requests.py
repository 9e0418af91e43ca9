"""Reading what a visitor's browser sends. Everything that cannot be used ends in one sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from bot.settings import MAX_BODY_BYTES

Value = TypeVar("Value")
_HALF = re.compile(r"[\ud800-\udfff]")
"""What JSON may spell but nothing can store or send: one half of a surrogate pair."""

_WEIGHT = re.compile(r"[01](?:\.\d{0,3})?")

_NAMES = {str: "text", bool: "true or false", int: "a whole number"}


class BadRequest(HTTPException):
    """A request that cannot be served; `detail` is one sentence that says what to change."""


async def json_body(request: Request) -> Mapping[str, Any]:
    """The JSON object of a request.

    Raises:
        BadRequest: it is too large, cut short, not JSON or not an object.
    """
    received = bytearray()
    try:
        async for chunk in request.stream():
            received += chunk
            if len(received) > MAX_BODY_BYTES:
                raise BadRequest(
                    413, f"The request is larger than {MAX_BODY_BYTES} bytes. Please send a shorter message."
                )
    except ClientDisconnect as error:
        raise BadRequest(400, "The request was cut short. Please send it again.") from error
    try:
        body = json.loads(received)
    except (ValueError, RecursionError) as error:
        raise BadRequest(400, "The request is not JSON. Send a JSON object.") from error
    if not isinstance(body, dict):
        raise BadRequest(400, "The request must be a JSON object.")
    return body


def takes_gzip(request: Request) -> bool:
    """Whether the answer may be compressed with gzip: it is named, or everything is, and neither with a weight of 0."""
    weights = {}
    for part in request.headers.get("accept-encoding", "")[:500].lower().split(","):
        coding, _, parameter = part.partition(";")
        weights[coding.strip()] = _weight(parameter)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _weight(parameter: str) -> float:
    """A weight as `;q=0.5` gives it, 1 where there is none and 0 where it cannot be read."""
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    return float(value) if _WEIGHT.fullmatch(value.strip()) else 0.0


def field[Value](body: Mapping[str, Any], name: str, kind: type[Value]) -> Value:
    """A field that must be there.

    Raises:
        BadRequest: it is missing or of another type.
    """
    value = body.get(name)
    if type(value) is not kind:
        raise BadRequest(400, f"The field `{name}` is missing or is not {_NAMES[kind]}.")
    return value


def optional_text(body: Mapping[str, Any], name: str, longest: int | None = None) -> str | None:
    """A text that may be missing; with `longest` it is a name of 1 to that many characters, and half an emoji is none.

    Words that somebody wrote may hold such halves: they are taken out where the words are cleaned, and nobody goes
    without an answer.

    Raises:
        BadRequest: it is of another type, or no such name.
    """
    value = body.get(name)
    if value is None or (isinstance(value, str) and (longest is None or _is_name(value, longest))):
        return value
    raise BadRequest(400, f"The field `{name}` must be text{f' of 1 to {longest} characters' if longest else ''}.")


def _is_name(value: str, longest: int) -> bool:
    return 0 < len(value) <= longest and not _HALF.search(value)
