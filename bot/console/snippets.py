"""The approved texts, as they are now."""

from __future__ import annotations

from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console.page import library_of, now, page, who
from bot.console.state import console_of
from bot.content.snippet import Snippet
from bot.record import audit
from bot.record.complaints import text_complaints


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
    with console_of(request).record() as database:
        complaints = text_complaints(database, found.id)
        if complaints:
            audit.append(database, who(request), "complaints.read", found.id, now(request))
    related = [library[other] for other in found.related]
    return page(request, "snippet.html", snippet=found, related=related, complaints=complaints, today=date.today())
