"""The approved texts, as they are now."""

from __future__ import annotations

from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console.page import library_of, page
from bot.content.snippet import Snippet


def snippets(request: Request) -> Response:
    """All snippets by topic, with who answers for each."""
    library = library_of(request)
    topics: dict[str, list[Snippet]] = {}
    for snippet in library or ():
        if snippet.status == "approved":
            topics.setdefault(snippet.topic, []).append(snippet)
    others = [snippet for snippet in library or () if snippet.status != "approved"]
    fictional = library is not None and library.clinic.fictional
    return page(request, "snippets.html", topics=topics, others=others, today=date.today(), fictional=fictional, readable=library is not None)


def snippet(request: Request) -> Response:
    """One snippet as it is sent, byte for byte, with its sources."""
    library = library_of(request)
    snippet_id = request.path_params["id"]
    if library is None:
        raise HTTPException(503, "The snippets cannot be read at the moment.")
    if snippet_id not in library:
        raise HTTPException(404, "There is no snippet with this id. It may have been renamed or taken out.")
    found = library[snippet_id]
    return page(request, "snippet.html", snippet=found, related=[library[related] for related in found.related], today=date.today())
