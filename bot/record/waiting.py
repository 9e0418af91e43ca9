"""What waits, counted by conversation: a talk of ten messages is one piece of work, whichever of them wait.

`waiting_conversations` holds how many turns of a conversation wait in a queue, under the queue `ALL` in any of them (a
turn in two queues twice), and `waiting_counts` how many conversations that are. Triggers keep both up to date in the
transaction of whatever changes a queue.
"""

from __future__ import annotations

from sqlite_utils import Database

ALL = ""
"""In the place of a queue: any of them."""

_CONVERSATION = "(SELECT conversation FROM turns WHERE id = NEW.turn)"


def _added(queue: str) -> str:
    return f"""INSERT INTO waiting_conversations (queue, conversation, turns) SELECT {queue}, conversation, 1 FROM turns
        WHERE id = NEW.turn
        ON CONFLICT (queue, conversation) DO UPDATE SET turns = turns + 1"""


def _gone(queue: str) -> str:
    of = f"queue = {queue} AND conversation = OLD.conversation"
    return (
        f"UPDATE waiting_conversations SET turns = turns - 1 WHERE {of}; DELETE FROM waiting_conversations WHERE {of}"
        " AND turns <= 0"
    )


def create(database: Database) -> None:
    """Makes the tables and triggers, counts what waits already, and gives verdicts what it takes to undo them.

    A queue's item keeps its conversation, because a turn that is erased takes its own away first.
    """
    for statement in (
        "ALTER TABLE queue_items ADD COLUMN conversation TEXT",
        "UPDATE queue_items SET conversation = (SELECT conversation FROM turns WHERE id = queue_items.turn)",
        "CREATE INDEX queue_items_conversation ON queue_items (queue, conversation, turn)",
        """CREATE TABLE waiting_conversations (queue TEXT NOT NULL, conversation TEXT NOT NULL, turns INTEGER NOT NULL,
            PRIMARY KEY (queue, conversation)) WITHOUT ROWID""",
        "CREATE TABLE waiting_counts (queue TEXT PRIMARY KEY, open INTEGER NOT NULL) WITHOUT ROWID",
        """CREATE TRIGGER waiting_conversation_added AFTER INSERT ON waiting_conversations BEGIN
            INSERT INTO waiting_counts (queue, open) VALUES (NEW.queue, 1) ON CONFLICT (queue) DO UPDATE
            SET open = open + 1; END""",
        """CREATE TRIGGER waiting_conversation_gone AFTER DELETE ON waiting_conversations BEGIN
            UPDATE waiting_counts SET open = open - 1 WHERE queue = OLD.queue; END""",
        f"""CREATE TRIGGER queue_item_placed AFTER INSERT ON queue_items BEGIN
            UPDATE queue_items SET conversation = {_CONVERSATION} WHERE queue = NEW.queue AND turn = NEW.turn;
            {_added("NEW.queue")}; {_added(f"'{ALL}'")}; END""",
        (
            f"CREATE TRIGGER queue_item_taken AFTER DELETE ON queue_items BEGIN {_gone('OLD.queue')};"
            f" {_gone(repr(ALL))}; END"
        ),
        """INSERT INTO waiting_conversations (queue, conversation, turns)
            SELECT queue, conversation, count(*) FROM queue_items WHERE conversation IS NOT NULL GROUP BY 1, 2""",
        f"""INSERT INTO waiting_conversations (queue, conversation, turns)
            SELECT '{ALL}', conversation, count(*) FROM queue_items WHERE conversation IS NOT NULL GROUP BY 2""",
        "ALTER TABLE verdicts ADD COLUMN before TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE verdicts ADD COLUMN state TEXT NOT NULL DEFAULT ''",
    ):
        database.execute(statement)


def conversation_counts(database: Database) -> dict[str, int]:
    """Conversations with a turn that waits, by queue; under `ALL` each once."""
    return {str(queue): int(count) for queue, count in database.execute("SELECT queue, open FROM waiting_counts")}


def episode(database: Database, queue: str, turn: int) -> list[int]:
    """The turns of this turn's conversation that wait in a queue, in their order."""
    rows = database.execute(
        "SELECT turn FROM queue_items WHERE queue = ? AND conversation = (SELECT conversation FROM turns WHERE id = ?)"
        " ORDER BY turn",
        [queue, turn],
    )
    return [found for (found,) in rows]


def first_waiting(database: Database, queue: str, limit: int, *, newest: bool) -> list[tuple[int, int]]:
    """The first turn that waits of each conversation, and how many of it wait in this queue."""
    rows = database.execute(
        f"""SELECT q.turn, w.turns FROM queue_items q JOIN waiting_conversations w ON w.queue = q.queue
            AND w.conversation = q.conversation
        WHERE q.queue = ? AND NOT EXISTS (SELECT 1 FROM queue_items p WHERE p.queue = q.queue
        AND p.conversation = q.conversation AND p.turn < q.turn)
        ORDER BY q.turn {"DESC" if newest else "ASC"} LIMIT ?""",
        [queue, limit],
    )
    return [(int(turn), int(turns)) for turn, turns in rows]
