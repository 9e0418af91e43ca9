"""What a page about a mistake offers: the way back to where the
form stood, and the words typed into it, so that none are lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

from bot.console.security import safe_target

_TYPED: Mapping[str, str] = {
    "note": "Note",
    "text": "Note",
    "comment": "Comment",
    "reason": "Reason",
    "correct": "Right would have been",
    "target": "Belongs to",
    "tag": "Tag",
    "name": "Name",
    "value": "Value",
    "value_tag": "Tag",
    "value_flag": "Reason",
}
"""Fields that people type words into, and what they are called. Passwords, codes and keys are not among them."""

_PLACES: Mapping[str, str] = {
    "queues": "/queues/{}",
    "gaps": "/gaps",
    "training": "/training",
    "corrections": "/training",
    "requests": "/requests",
    "staff": "/staff",
    "settings": "/settings",
    "account": "/account",
    "answers": "/answers/{}",
    "facts": "/facts/changes",
    "approve": "/approve",
}
"""Where a form stands that does not say so, by the first part of its address; `{}` is the second."""


def came_from(request: Request) -> dict[str, Any]:
    """`back`, the page on which the form stood (empty when unknown),
    and `typed`, what was written there by what it is called."""
    form: Mapping[str, str] = getattr(request.state, "form", {})
    typed = [(called, form[name]) for name, called in _TYPED.items() if form.get(name, "").strip()]
    return {"back": _back(request, form) if request.method == "POST" else "", "typed": typed}


def _back(request: Request, form: Mapping[str, str]) -> str:
    first, *rest = request.url.path.strip("/").split("/")
    if form.get("back"):
        return safe_target(form["back"])
    if first in ("queues", "judge") and form.get("turn", "").isdecimal():
        place = request.url.path.rpartition("/")[0]
        query = f"?query={quote(form['query'])}" if "query" in form else ""
        return f"{place}/turns/{form['turn']}{query}"
    if "query" in form:
        return safe_target(f"/{'conversations' if form.get('list') == 'conversations' else 'search'}?{form['query']}")
    return _PLACES[first].format(quote(rest[0]) if rest else "") if first in _PLACES else ""
