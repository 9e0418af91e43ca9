"""Opening record.db and bringing its schema up to date."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

from bot.record import (
    alerts,
    api_tokens,
    chain,
    erasure_schema,
    following,
    promotion,
    proof,
    reminders,
    review_schema,
    samples,
    sentences,
    texts,
    waiting,
)
from bot.rights import narrow, private_file, private_folder

BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another process before it gives up."""

READERS_CHECKPOINT_PAGES = 10_000
"""Pages of the write-ahead log from which even a reader folds it
into the file, which takes a while; writers do so ten times sooner."""

migrations = Migrations("ozone-faq")


class RecordError(RuntimeError):
    """The record cannot be read or written; the message names the file and the remedy."""


class Writing(Database):
    """A database whose transactions take the write lock when they begin.

    One that reads first and then writes would fail at once, without waiting, whenever somebody else wrote in between:
    with visitors talking, that is nearly always.
    """

    @contextmanager
    def atomic(self) -> Generator[Database]:
        """A transaction, or a part of the one that is open."""
        if self.conn.in_transaction:
            with super().atomic():
                yield self
            return
        self.conn.execute("BEGIN IMMEDIATE")
        try:
            yield self
        except BaseException:
            self.rollback()
            raise
        try:
            self.conn.execute("COMMIT")
        except BaseException:
            self.rollback()
            raise


def open_record(path: Path | None, *, any_thread: bool = False) -> Database:
    """The record at `path`, created if need be; None gives one in memory that ends with the process.

    `any_thread` lets threads hand the connection to one another; a record in memory allows it always.

    Nobody but the account that runs this can read what is made here, or what was there (`bot.rights`).

    WAL, so that staff can read while visitors write; `synchronous=FULL`, so that a committed turn survives a power cut.

    Raises:
        RecordError: the folder or file cannot be created, opened or migrated.
    """
    if path is None:
        database: Database = Writing(sqlite3.connect(":memory:", check_same_thread=False))
        chain.use_key(database.conn, secrets.token_bytes(32))
        database.execute("PRAGMA foreign_keys=ON")
        database.execute("PRAGMA secure_delete=ON")
        _bring_up_to_date(database)
        return database
    try:
        private_folder(path.parent)
        private_file(path)  # SQLite gives the files beside it the rights of this one
        for beside in ("-wal", "-shm"):
            narrow(path.with_name(path.name + beside))
        database = connect(path, any_thread=any_thread)
        if migrations.pending(database):
            database.conn.execute("BEGIN IMMEDIATE")  # another process may be opening the same new file
            with database.conn:
                _bring_up_to_date(database)
    except (OSError, sqlite3.Error) as error:
        raise RecordError(
            f"{path}: the record cannot be opened ({error}). Check the folder, its permissions and the free space, or"
            " set OZONE_DATABASE."
        ) from error
    return database


def _bring_up_to_date(database: Database) -> None:
    migrations.apply(database)
    chain.arm(database)


def connect(path: Path, *, any_thread: bool = False, durable: bool = True) -> Database:
    """A further connection to a record that `open_record` has brought up to date already; much quicker than that.

    What is written on one that is not `durable` does not wait for the disk: a power cut can take the last of it, and
    harms nothing else.

    Raises:
        sqlite3.Error: it cannot be opened.
        OSError: its key cannot be read.
    """
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=not any_thread)
    chain.use_key(connection, chain.load_key(path))
    _use_write_ahead_log(connection)
    connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    if not durable:
        connection.execute(f"PRAGMA wal_autocheckpoint={READERS_CHECKPOINT_PAGES}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(
        "PRAGMA secure_delete=ON"
    )  # what is replaced or moved leaves no copy in a page that nobody reads any more
    return Writing(connection)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switches the file to WAL; for this one step SQLite does not
    wait for others that are opening it too, so it is done here."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


@migrations()
def conversations_and_turns(database: Database) -> None:
    """Conversations, their turns with the explanation of each, and Rasa's own events."""
    database.execute("""CREATE TABLE conversations (
            id TEXT PRIMARY KEY, channel TEXT NOT NULL, started_at TEXT NOT NULL, last_at TEXT NOT NULL,
            turns INTEGER NOT NULL DEFAULT 0, worst_route TEXT, slots TEXT NOT NULL DEFAULT '{}'
        )""")
    database.execute("CREATE INDEX conversations_last_at ON conversations (last_at DESC)")
    database.execute("""CREATE TABLE turns (
            id INTEGER PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            number INTEGER NOT NULL, at TEXT NOT NULL, client_id TEXT, text TEXT NOT NULL, route TEXT NOT NULL,
            intent TEXT, confidence REAL, ranking TEXT NOT NULL, risk_category TEXT, risk_rule TEXT,
            explanation TEXT NOT NULL,
            snippet_id TEXT, snippet_version INTEGER, snippet_hash TEXT, reply TEXT NOT NULL, messages TEXT NOT NULL,
            warning TEXT NOT NULL, latency_ms REAL, model_id TEXT, UNIQUE (conversation, number), UNIQUE (conversation,
            client_id)
        )""")
    database.execute("CREATE INDEX turns_route ON turns (route, id)")
    database.execute("""CREATE TABLE events (
            id INTEGER PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            type TEXT NOT NULL, at REAL NOT NULL, data TEXT NOT NULL
        )""")
    database.execute("CREATE INDEX events_conversation ON events (conversation, id)")
    database.table("turns").enable_fts(["text", "reply"], create_triggers=True, tokenize="porter unicode61")


@migrations()
def staff_accounts(database: Database) -> None:
    """Who may read, and their sessions; only hashes of passwords and of session tokens are kept."""
    database.execute(
        "CREATE TABLE staff (username TEXT PRIMARY KEY, password_hash TEXT NOT NULL, created_at TEXT NOT NULL, disabled"
        " INTEGER NOT NULL DEFAULT 0)"
    )
    database.execute("""CREATE TABLE staff_sessions (
            token_hash TEXT PRIMARY KEY, username TEXT NOT NULL REFERENCES staff (username) ON DELETE CASCADE,
            created_at TEXT NOT NULL, last_seen_at TEXT NOT NULL
        )""")


@migrations()
def heartbeat(database: Database) -> None:
    """One row that readiness checks write, because only a write proves that a record can be written."""
    database.execute("CREATE TABLE heartbeat (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL)")


@migrations()
def feedback_and_requests(database: Database) -> None:
    """What visitors thought of an answer, and the questions
    they left for the clinical team, apart from the transcript."""
    database.execute("""CREATE TABLE feedback (
            conversation TEXT NOT NULL, number INTEGER NOT NULL, helpful INTEGER NOT NULL CHECK (helpful IN (0, 1)),
            reason TEXT NOT NULL DEFAULT '',
            at TEXT NOT NULL, PRIMARY KEY (conversation, number),
            FOREIGN KEY (conversation, number) REFERENCES turns (conversation, number) ON DELETE CASCADE
        )""")
    database.execute("CREATE INDEX feedback_helpful ON feedback (helpful, at)")
    database.execute("""CREATE TABLE requests (
            id INTEGER PRIMARY KEY, conversation TEXT REFERENCES conversations (id) ON DELETE SET NULL,
            created_at TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'taken', 'done')), question TEXT NOT NULL,
            reach TEXT NOT NULL,
            best_time TEXT NOT NULL, consent_at TEXT NOT NULL, taken_by TEXT, changed_at TEXT NOT NULL
        )""")
    database.execute("CREATE INDEX requests_state ON requests (state, id)")


@migrations()
def staff_roles(database: Database) -> None:
    """What each account may do, its second factor and how it likes
    the console; whoever was there before could do everything."""
    for column in (
        "role TEXT NOT NULL DEFAULT 'viewer' CHECK (role IN ('viewer', 'reviewer', 'clinician', 'admin'))",
        "totp_secret TEXT",
        "totp_used INTEGER NOT NULL DEFAULT 0",
        "shortcuts INTEGER NOT NULL DEFAULT 1",
        "zone TEXT NOT NULL DEFAULT ''",
    ):
        database.execute(f"ALTER TABLE staff ADD COLUMN {column}")
    database.execute("UPDATE staff SET role = 'admin'")


@migrations()
def review(database: Database) -> None:
    """Queues, verdicts, figures, corrections and the audit, counted from the turns that are there."""
    review_schema.create(database)


@migrations()
def deleted_conversations(database: Database) -> None:
    """Hashes of the ids of deleted conversations: their tokens are worthless from then on."""
    database.execute("CREATE TABLE deleted_conversations (hash TEXT PRIMARY KEY, at TEXT NOT NULL)")


@migrations()
def months(database: Database) -> None:
    """Sums by month and of verdicts, and the latency among a turn's facts."""
    review_schema.add_months(database)


@migrations()
def serving(database: Database) -> None:
    """Which model the website answers with."""
    database.execute(
        "CREATE TABLE serving (id INTEGER PRIMARY KEY CHECK (id = 1), model TEXT NOT NULL, at TEXT NOT NULL)"
    )


@migrations()
def requests_by_words(database: Database) -> None:
    """What is unique in a conversation is the request, which its words belong to, no longer the client's id alone.
    Turns from before keep that id in both places, so none of them answers a request again.

    A table's constraint goes with its column and cannot be dropped, so the column is renamed. The search index knows
    neither, and a million rows are not to be indexed anew: its trigger is away meanwhile.
    """
    ((trigger,),) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'turns_au'").fetchall()
    database.execute("ALTER TABLE turns RENAME COLUMN client_id TO request")
    database.execute("ALTER TABLE turns ADD COLUMN client_id TEXT")
    database.execute("DROP TRIGGER turns_au")
    database.execute("UPDATE turns SET client_id = request WHERE request IS NOT NULL")
    database.execute(trigger)


@migrations()
def checks_wait(database: Database) -> None:
    """A turn that was asked whether it is happening now waits with
    the emergencies, also one from before that nobody has judged.

    Only the one condition in the trigger changes; all else of it stays as an earlier version wrote it.
    """
    ((trigger,),) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'turn_counted'").fetchall()
    database.execute("DROP TRIGGER turn_counted")
    database.execute(trigger.replace("NEW.route = 'emergency'", "NEW.route IN ('check', 'emergency')"))
    unjudged = "FROM turn_facts WHERE route = 'check' AND verdict IS NULL"
    database.execute(f"DELETE FROM queue_items WHERE queue = 'sample' AND turn IN (SELECT turn {unjudged})")
    database.execute(f"INSERT INTO queue_items (queue, turn) SELECT 'emergencies', turn {unjudged}")


@migrations()
def reasons_for_losses(database: Database) -> None:
    """Why people accept that a candidate is less safe with a sentence."""
    promotion.create(database)


@migrations()
def keyed_chain(database: Database) -> None:
    """Which texts were in use when, and one keyed chain over all that is read, decided or sent."""
    proof.create(database)
    chain.create(database)


@migrations()
def versions_of_texts(database: Database) -> None:
    """The texts and facts that staff wrote, approved and published, and which of them the website sends."""
    texts.create(database)


@migrations()
def accounts_in_the_page(database: Database) -> None:
    """One-time links with which somebody sets a password (a role: for a new account; none: for one that is there), and
    recovery codes. Of both only hashes are kept.
    """
    database.execute("""CREATE TABLE staff_links (
            token_hash TEXT PRIMARY KEY, username TEXT NOT NULL UNIQUE, role TEXT, made_by TEXT NOT NULL,
            made_at TEXT NOT NULL, expires_at TEXT NOT NULL
        )""")
    database.execute("""CREATE TABLE staff_recovery_codes (
            username TEXT NOT NULL REFERENCES staff (username) ON DELETE CASCADE, hash TEXT NOT NULL,
            PRIMARY KEY (username, hash)
        )""")


@migrations()
def erasure(database: Database) -> None:
    """What is still to be wiped, legal holds, and when the
    clean-up was; nothing that an erased conversation left behind."""
    erasure_schema.create(database)


@migrations()
def conversations_that_wait(database: Database) -> None:
    """What waits is counted by conversation, and a verdict can be undone."""
    waiting.create(database)


@migrations()
def events_to_tell(database: Database) -> None:
    """New requests and emergencies, and how far each way out has told them."""
    alerts.create(database)


@migrations()
def tokens_for_programs(database: Database) -> None:
    """With which programs read what staff judged."""
    api_tokens.create(database)


@migrations()
def samples_for_several(database: Database) -> None:
    """Samples that several people judge without seeing each other's verdicts."""
    samples.create(database)


@migrations()
def new_questions(database: Database) -> None:
    """The sentences that lead to a question which staff made, and what they are typing into a text just now."""
    sentences.create(database)
    texts.add_typing(database)


@migrations()
def following_postgres(database: Database) -> None:
    """What a record keeps that follows the turns of a PostgreSQL."""
    following.create(database)


@migrations()
def reminders_of_reviews(database: Database) -> None:
    """When staff are reminded of texts whose review date comes near."""
    reminders.create(database)


def writable(path: Path, timeout_seconds: float = 1.0) -> str | None:
    """Why the record at `path` cannot be written just now, in one sentence; None when it can."""
    try:
        with (
            closing(
                sqlite3.connect(path.resolve().as_uri() + "?mode=rw", uri=True, timeout=timeout_seconds)
            ) as connection,
            connection,
        ):
            connection.execute("INSERT OR REPLACE INTO heartbeat (id, at) VALUES (1, datetime('now'))")
    except sqlite3.Error as error:
        return f"the record cannot be written ({error}). Check the folder, its permissions and the free space."
    return None


@migrations()
def replaced_reviewers(database: Database) -> None:
    """Who judges a sample in whose place."""
    samples.create_replacements(database)
