"""What the record keeps about erasing: what is still to be wiped, holds, and notes of the upkeep.

None of it holds a visitor's words in the clear.
"""

from __future__ import annotations

from sqlite_utils import Database

ERASED = "[erased with its conversation]"
"""In the place of a sentence that a model was trained with and whose conversation was erased since."""

_STATEMENTS = (
    (
        "CREATE TABLE pending_wipes (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, folded INTEGER NOT NULL"
        " DEFAULT 0)"
    ),
    "CREATE TABLE upkeep (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE leases (name TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL)",
    "CREATE TABLE holds (conversation TEXT PRIMARY KEY, by TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL)",
    (
        "CREATE TABLE held_copies (hash TEXT PRIMARY KEY, by TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL,"
        " sealed TEXT NOT NULL)"
    ),
    "CREATE INDEX requests_conversation ON requests (conversation)",
    "CREATE INDEX requests_changed_at ON requests (changed_at)",
    "CREATE INDEX conversations_form ON conversations (last_at) WHERE instr(slots, '\"request_') > 0",
)

_NEWEST_MEMBER = "SELECT t.text FROM gap_members m JOIN turns t ON t.id = m.turn WHERE m.cluster = gap_clusters.id"


def create(database: Database) -> None:
    """Makes the tables, and takes out what erased conversations of an
    earlier version left behind in corrections and groups of questions."""
    for statement in _STATEMENTS:
        database.execute(statement)
    database.execute("DELETE FROM corrections WHERE turn IS NULL AND run IS NULL")
    database.execute("UPDATE corrections SET text = ?, state = 'declined' WHERE turn IS NULL", [ERASED])
    database.execute(
        "DELETE FROM gap_clusters WHERE NOT EXISTS (SELECT 1 FROM gap_members WHERE cluster = gap_clusters.id)"
    )
    database.execute(
        f"UPDATE gap_clusters SET exemplar = ({_NEWEST_MEMBER} ORDER BY m.at DESC LIMIT 1) WHERE exemplar NOT IN"
        f" ({_NEWEST_MEMBER})"
    )
    database.execute("INSERT INTO pending_wipes (at) VALUES (0)")
