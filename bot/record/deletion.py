"""Taking conversations and requests out of the record.

Their words are gone from every table at once, and from the bytes of every file with the next wipe
(`bot.record.wiping`), which each deletion asks for.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence

from sqlite_utils import Database

from bot.record import audit
from bot.record.corrections import without_erased
from bot.record.erasure_schema import ERASED
from bot.record.holds import held, move_under_hold
from bot.record.requests import NoSuchRequest
from bot.record.sealed import Seal
from bot.record.turns import utc
from bot.safety.redaction import kept

VISITOR = "visitor"

MAX_REASON = 200
"""Characters of the reason for an erasure that the audit keeps."""


class ErasureError(ValueError):
    """Something that is not erased, with the reason; the message is fit for staff."""


def delete_conversation(database: Database, conversation: str, seal: Callable[[], Seal]) -> bool:
    """Deletes a conversation for its visitor: its turns with the
    search index, Rasa's events, and everything that holds its words.

    Questions left for the clinical team stay, without a link to it. The hash of its id stays too, so that nobody can go
    on with it (`was_deleted`). One under a legal hold is gone for everybody as well; a copy that only the holder's
    `record export-person` can open stays, sealed with `seal`, until the hold is released.

    Returns:
        Whether there was something to delete.

    Raises:
        sqlite3.Error: the record cannot be written; nothing is deleted.
    """
    with database.atomic():
        _note_deleted(database, conversation)
        if not _is_there(database, conversation):
            return False
        audit.append(database, VISITOR, "conversation.deleted", conversation, utc(time.time()))
        if held(database, conversation) is not None:
            move_under_hold(database, conversation, name_hash(conversation), seal())
        take_out(database, [conversation])
        ask_for_wipe(database)
    return True


def erase_conversation(database: Database, conversation: str, *, by: str, reason: str, requests: bool = False) -> None:
    """Erases a conversation in the name of somebody of the staff;
    with `requests` also the questions that were left in it.

    Raises:
        ErasureError: no reason, no such conversation, or it is under a legal hold.
    """
    told = _told(reason)
    with database.atomic():
        audit.append(
            database, by, "conversation.erased", conversation, utc(time.time()), reason=told, requests=requests
        )
        if not _is_there(database, conversation):
            raise ErasureError("There is no such conversation. It may have been erased already.")
        if held(database, conversation) is not None:
            raise ErasureError(
                "This conversation is under a legal hold. Release the hold first: `python -m bot record release`."
            )
        _note_deleted(database, conversation)
        if requests:
            for number, created_at in database.execute(
                "SELECT id, created_at FROM requests WHERE conversation = ?", [conversation]
            ).fetchall():
                _take_out_request(database, number, created_at)
        take_out(database, [conversation])
        ask_for_wipe(database)


def erase_request(database: Database, number: int, *, by: str, reason: str) -> None:
    """Erases a question that a visitor left, with the way to reach them.

    Raises:
        ErasureError: no reason, no such request, or its conversation is under a legal hold.
    """
    told = _told(reason)
    with database.atomic():
        audit.append(database, by, "request.erased", f"request {number}", utc(time.time()), reason=told)
        found = database.execute("SELECT created_at, conversation FROM requests WHERE id = ?", [number]).fetchone()
        if found is None:
            raise NoSuchRequest(f"There is no request {number}. It may have been erased already.")
        if found[1] is not None and held(database, found[1]) is not None:
            raise ErasureError(
                "The conversation of this request is under a legal hold. Release the hold first: `python -m bot record"
                " release`."
            )
        _take_out_request(database, number, found[0])
        ask_for_wipe(database)


def take_out(database: Database, conversations: Sequence[str]) -> None:
    """Takes conversations out of every table, with the copies of
    their words; the caller holds the transaction and asks for a wipe.

    A sentence that a model was trained with leaves a mark in its place, so that the next training does without it
    (`without_erased`).
    """
    for conversation in conversations:
        of_it = "SELECT id FROM turns WHERE conversation = ?"
        groups = database.execute(
            f"""SELECT id FROM gap_clusters WHERE exemplar IN (SELECT text FROM turns WHERE conversation = ?)
            UNION SELECT cluster FROM gap_members WHERE turn IN ({of_it})""",
            [conversation, conversation],
        ).fetchall()
        words = [text for (text,) in database.execute("SELECT text FROM turns WHERE conversation = ?", [conversation])]
        database.execute(f"DELETE FROM corrections WHERE run IS NULL AND turn IN ({of_it})", [conversation])
        trained = database.execute(
            f"UPDATE corrections SET text = ?, turn = NULL, state = 'declined', advice = '' WHERE turn IN ({of_it})"
            " RETURNING id",
            [ERASED, conversation],
        ).fetchall()
        database.execute("DELETE FROM holds WHERE conversation = ?", [conversation])
        database.execute("DELETE FROM conversations WHERE id = ?", [conversation])
        for (group,) in groups:
            _give_group_another_exemplar(database, group, words)
        if trained:
            _take_out_of_runs(database)


def was_deleted(database: Database, conversation: str) -> bool:
    """Whether there was such a conversation that was deleted."""
    return (
        database.execute("SELECT 1 FROM deleted_conversations WHERE hash = ?", [name_hash(conversation)]).fetchone()
        is not None
    )


def ask_for_wipe(database: Database) -> None:
    """Notes that words were deleted that are still among the bytes of the files."""
    database.execute("INSERT INTO pending_wipes (at) VALUES (?)", [time.time()])


def name_hash(name: str) -> str:
    """What is kept of the name of something erased."""
    return hashlib.sha256(name.encode()).hexdigest()


def request_name(number: int, created_at: str) -> str:
    """What a request is called among the hashes of erased things."""
    return f"request {number} of {created_at}"


def _told(reason: str) -> str:
    if not reason.strip():
        raise ErasureError("Give a reason: the audit keeps it. Nothing was erased.")
    return kept(" ".join(reason.split()))[:MAX_REASON]


def _is_there(database: Database, conversation: str) -> bool:
    return database.execute("SELECT 1 FROM conversations WHERE id = ?", [conversation]).fetchone() is not None


def _note_deleted(database: Database, name: str) -> None:
    database.execute(
        "INSERT OR IGNORE INTO deleted_conversations (hash, at) VALUES (?, ?)", [name_hash(name), utc(time.time())]
    )


def _take_out_request(database: Database, number: int, created_at: str) -> None:
    _note_deleted(database, request_name(number, created_at))
    database.execute("DELETE FROM requests WHERE id = ?", [number])


def _give_group_another_exemplar(database: Database, group: int, words: Sequence[str]) -> None:
    """A group of questions without members goes; one that was shown by erased words is shown by another's."""
    another = database.execute(
        "SELECT t.text FROM gap_members m JOIN turns t ON t.id = m.turn WHERE m.cluster = ? ORDER BY m.at DESC LIMIT 1",
        [group],
    ).fetchone()
    if another is None:
        database.execute("DELETE FROM gap_clusters WHERE id = ?", [group])
    elif database.execute("SELECT exemplar FROM gap_clusters WHERE id = ?", [group]).fetchone()[0] in words:
        database.execute("UPDATE gap_clusters SET exemplar = ? WHERE id = ?", [another[0], group])


def _take_out_of_runs(database: Database) -> None:
    """The runs keep the files that they were trained with."""
    for run, before, after in database.execute("SELECT id, file_before, file_after FROM improvement_runs").fetchall():
        files = [None if file is None else without_erased(database, file) for file in (before, after)]
        if files != [before, after]:
            database.execute("UPDATE improvement_runs SET file_before = ?, file_after = ? WHERE id = ?", [*files, run])
