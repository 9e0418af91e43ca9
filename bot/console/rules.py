"""What the rules make of a sentence that somebody tries, as the files of data/safety are now."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.console.page import page
from bot.console.state import console_of
from bot.content.files import ContentError
from bot.content.shared import shared_second_reader
from bot.safety.explained import Explained, explained
from bot.safety.normalise import shortened


def rules(request: Request) -> Response:
    """The page to try a sentence on. Rules that cannot be read are a sentence on it, with file, line and remedy."""
    text = shortened(request.query_params.get("q", ""))
    shown: Explained | None = None
    fault = ""
    if text:
        try:
            snapshot = console_of(request).content.snapshot()
            shown = explained(snapshot.triage, text, shared_second_reader().read(text))
        except ContentError as error:
            fault = str(error)
    return page(request, "rules.html", text=text, shown=shown, fault=fault)
