"""What a visitor types into the form and never agrees to send lies nowhere in the clear."""

from __future__ import annotations

import asyncio
import uuid

from bot.on_rasa.engine import Engine
from bot.record.requests import list_requests


def test_what_is_typed_into_an_abandoned_form_lies_nowhere_in_the_clear(
    engine: Engine, loop: asyncio.AbstractEventLoop
) -> None:
    conversation = uuid.uuid4().hex
    database = engine.store.database
    before = len(list_requests(database, limit=10_000, seal=engine.store.seal()))
    for text in (
        "Leave a question for our clinical team",
        "What about the rash on my xylophonic elbow?",
        "xylophonist@mail.example",
    ):
        loop.run_until_complete(engine.turn(conversation, text))
    (slots,) = database.execute("SELECT slots FROM conversations WHERE id = ?", [conversation]).fetchone()
    assert slots.count("sealed1:") == 2
    for table in database.table_names():
        assert "xylophoni" not in str(database.execute(f"SELECT * FROM [{table}]").fetchall()), table
    assert len(list_requests(database, limit=10_000, seal=engine.store.seal())) == before
