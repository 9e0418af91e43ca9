"""What is left to do before visitors may see the chat, and the
clinic's own page about ozone beside what the assistant says."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.console.page import library_of, page, zone_of
from bot.console.state import console_of
from bot.content.files import ContentError
from bot.content.golive import before_going_live
from bot.content.own_page import VERDICTS, load_own_page
from bot.record.metrics import today
from bot.record.texts import waiting

LABELS = {
    "wrong": "Contradicts the assistant",
    "loose": "Says more than is known",
    "neutral": "States nothing",
    "fair": "May stay",
    "": "Not compared yet",
}
"""What is said of a sentence, by its verdict."""


def golive(request: Request) -> Response:
    """The steps that are open, in order, and every sentence of
    the clinic's page with the answers that speak about the same."""
    console = console_of(request)
    library = library_of(request)
    if library is None:
        raise HTTPException(503, "The texts cannot be read at the moment: the note above says why.")
    data = console.settings.data
    try:
        parts = before_going_live(data, today(console.clock(), zone_of(request)))
        sentences = load_own_page(data / "own_page.yml", library)
    except (ContentError, OSError) as error:
        raise HTTPException(503, f"This cannot be worked out at the moment. {error}") from error
    rank = {verdict: place for place, verdict in enumerate(("", *VERDICTS))}
    ordered = sorted(sentences, key=lambda sentence: (rank[sentence.verdict], sentence.number))
    counts = {verdict: sum(sentence.verdict == verdict for sentence in sentences) for verdict in rank}
    with console.record(durable=False) as database:
        to_approve = len(waiting(database))
    return page(
        request,
        "golive.html",
        to_approve=to_approve,
        parts=[part for part in parts if part.name != "own_page"],
        sentences=ordered,
        counts={verdict: count for verdict, count in counts.items() if count},
        labels=LABELS,
        library=library,
    )
