"""Tables, triggers and indexes of the staff's side of the record, as SQL.

What a page has to find or count among a million turns is kept up to date by triggers, in the transaction of the turn
itself:

- `turn_facts`: one narrow row a turn, with everything that a filter asks for;
- `hours` and `counters`: sums by UTC hour, which a page adds up to days of its reader's time zone, and by UTC day and
  month for what lies between;
- `queue_items`: the turns that wait for a reviewer, with their number in `queue_counts`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from bot.safety.warning import WARNING

LOW_CONFIDENCE = 0.6
"""Answers below it wait for a reviewer, until an administrator sets another value."""

SAMPLE_PERCENT = 5
"""Share of the turns in no other queue that are reviewed nevertheless, until an administrator sets another value."""

LATENCY_BOUNDS_MS = (10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 2_000, 5_000, 60_000)
"""Upper ends of the classes in which first replies are counted; the last one holds everything slower."""

DAILY, MONTHLY = "daily.", "monthly."
"""Before the kind of a counter whose span is a UTC day or month instead of an hour."""

_SPANS = (("", 13), (DAILY, 10), (MONTHLY, 7))
"""Each span's prefix, and how many letters of a time name it."""

KEPT_APART = "[kept apart from the transcript]"
"""In the place of what a visitor typed into the form for the clinical team.

Such a turn needs no review: there is nothing to read in it.
"""

_TABLES = (
    """CREATE TABLE turn_facts (
        turn INTEGER PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE, conversation TEXT NOT NULL,
        number INTEGER NOT NULL, at TEXT NOT NULL,
        route TEXT NOT NULL, intent TEXT, snippet TEXT, category TEXT, rule TEXT, confidence REAL,
        warned INTEGER NOT NULL,
        helpful INTEGER, verdict TEXT, reviewer TEXT, flagged INTEGER NOT NULL DEFAULT 0
    )""",
    (
        "CREATE TABLE hours (hour TEXT PRIMARY KEY, turns INTEGER NOT NULL, conversations INTEGER NOT NULL, first_turn"
        " INTEGER, last_turn INTEGER) WITHOUT ROWID"
    ),
    """CREATE TABLE counters (kind TEXT NOT NULL, hour TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (kind, hour, name)) WITHOUT ROWID""",
    """CREATE TABLE queue_items (queue TEXT NOT NULL, turn INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
        PRIMARY KEY (queue, turn)) WITHOUT ROWID""",
    "CREATE TABLE queue_counts (queue TEXT PRIMARY KEY, open INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE console_settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE verdicts (
        id INTEGER PRIMARY KEY, turn INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE, verdict TEXT NOT NULL,
        correct TEXT,
        comment TEXT NOT NULL DEFAULT '', queue TEXT, by TEXT NOT NULL, at TEXT NOT NULL, superseded_at TEXT
    )""",
    """CREATE TABLE notes (id INTEGER PRIMARY KEY, turn INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
        text TEXT NOT NULL,
        by TEXT NOT NULL, at TEXT NOT NULL)""",
    """CREATE TABLE tags (tag TEXT NOT NULL, turn INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
        by TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (tag, turn)) WITHOUT ROWID""",
    """CREATE TABLE flags (
        id INTEGER PRIMARY KEY, turn INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
        reason TEXT NOT NULL DEFAULT '', by TEXT NOT NULL,
        at TEXT NOT NULL, resolved_by TEXT, resolved_at TEXT
    )""",
    (
        "CREATE TABLE reservations (turn INTEGER PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE, by TEXT NOT NULL,"
        " until TEXT NOT NULL)"
    ),
    """CREATE TABLE assignments (turn INTEGER PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
        assignee TEXT NOT NULL,
        by TEXT NOT NULL, at TEXT NOT NULL)""",
    """CREATE TABLE saved_views (id INTEGER PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL, owner TEXT NOT NULL,
        shared INTEGER NOT NULL, at TEXT NOT NULL, UNIQUE (owner, name))""",
    """CREATE TABLE improvement_runs (
        id INTEGER PRIMARY KEY, state TEXT NOT NULL
        CHECK (state IN ('training', 'ready', 'failed', 'promoted', 'stepped_back')), by TEXT NOT NULL,
        started_at TEXT NOT NULL, finished_at TEXT, message TEXT NOT NULL DEFAULT '', model_before TEXT,
        model_after TEXT,
        file_before TEXT, file_after TEXT, results TEXT NOT NULL DEFAULT '{}', decided_by TEXT, decided_at TEXT
    )""",
    """CREATE TABLE corrections (
        id INTEGER PRIMARY KEY, turn INTEGER UNIQUE REFERENCES turns (id) ON DELETE SET NULL, text TEXT NOT NULL,
        intent TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('proposed', 'accepted', 'declined')), proposed_by TEXT NOT NULL,
        proposed_at TEXT NOT NULL,
        decided_by TEXT, decided_at TEXT, advice TEXT NOT NULL DEFAULT '', run INTEGER REFERENCES improvement_runs (id)
        ON DELETE SET NULL
    )""",
    """CREATE TABLE gap_clusters (
        id INTEGER PRIMARY KEY, exemplar TEXT NOT NULL, centroid BLOB NOT NULL, size INTEGER NOT NULL,
        decision TEXT NOT NULL DEFAULT 'open',
        target TEXT, decided_by TEXT, decided_at TEXT
    )""",
    """CREATE TABLE gap_members (turn INTEGER PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
        cluster INTEGER NOT NULL REFERENCES gap_clusters (id),
        at TEXT NOT NULL)""",
    """CREATE TABLE audit (id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
        what TEXT NOT NULL, detail TEXT NOT NULL,
        previous TEXT NOT NULL, hash TEXT NOT NULL)""",
    "CREATE TABLE audit_head (id INTEGER PRIMARY KEY CHECK (id = 1), entries INTEGER NOT NULL, hash TEXT NOT NULL)",
)

_INDEXES = (
    *(f"CREATE INDEX turn_facts_{name} ON turn_facts ({name})" for name in ("route", "confidence", "conversation")),
    *(
        f"CREATE INDEX turn_facts_{name} ON turn_facts ({name}) WHERE {name} IS NOT NULL"
        for name in ("intent", "snippet", "rule", "category", "helpful", "verdict", "reviewer")
    ),
    "CREATE INDEX turn_facts_flagged ON turn_facts (turn) WHERE flagged",
    "CREATE INDEX turn_facts_unwarned ON turn_facts (turn) WHERE NOT warned",
    "CREATE INDEX queue_items_turn ON queue_items (turn)",
    "CREATE UNIQUE INDEX verdicts_authoritative ON verdicts (turn) WHERE superseded_at IS NULL",
    "CREATE INDEX verdicts_turn ON verdicts (turn)",
    "CREATE INDEX verdicts_by ON verdicts (by, at)",
    "CREATE INDEX verdicts_at ON verdicts (at, verdict) WHERE superseded_at IS NULL",
    "CREATE INDEX verdicts_superseded ON verdicts (superseded_at) WHERE superseded_at IS NOT NULL",
    "CREATE INDEX notes_turn ON notes (turn)",
    "CREATE INDEX tags_turn ON tags (turn)",
    "CREATE INDEX flags_turn ON flags (turn)",
    "CREATE UNIQUE INDEX flags_open ON flags (turn) WHERE resolved_at IS NULL",
    "CREATE INDEX assignments_assignee ON assignments (assignee)",
    "CREATE INDEX gap_members_cluster ON gap_members (cluster, at)",
    "CREATE INDEX corrections_state ON corrections (state, id)",
)

_SETTING = "(SELECT CAST(value AS REAL) FROM console_settings WHERE name = '{}')"
_WARNED = "{t}.warning = '" + WARNING.replace("'", "''") + "'"

_QUEUE = f"""CASE WHEN {{t}}.route = 'emergency' THEN 'emergencies' WHEN {{t}}.text = '{KEPT_APART}' THEN NULL
WHEN {{t}}.route = 'clinician' THEN 'referrals'
    WHEN {{t}}.route IN ('clarify', 'out_of_scope') THEN 'not_understood'
    WHEN {{t}}.route = 'answer' AND {{t}}.confidence < {_SETTING.format("low_confidence")} THEN 'low_confidence'
    WHEN (({{t}}.id * 2654435761) & 4294967295) * 100.0 / 4294967296 < {_SETTING.format("sample_percent")}
    THEN 'sample' END"""
"""The one queue of a turn's own nature.

The sample goes by the turn's number, mixed, so that it is the same whoever asks.

The routes are those of this version of the schema, in plain letters: what a later vocabulary adds is a later
migration's.
"""

_LATENCY = " ".join(f"WHEN {{t}}.latency_ms <= {bound} THEN '{bound}'" for bound in LATENCY_BOUNDS_MS[:-1])
_FACTS = f"""INSERT INTO turn_facts (turn, conversation, number, at, route, intent, snippet, category, rule, confidence,
    warned)
    SELECT {{t}}.id, {{t}}.conversation, {{t}}.number, {{t}}.at, {{t}}.route, {{t}}.intent, {{t}}.snippet_id,
    {{t}}.risk_category, {{t}}.risk_rule,
    {{t}}.confidence, {_WARNED} {{source}}"""
_LATER_FACTS = "UPDATE turn_facts SET latency = NEW.latency_ms WHERE turn = NEW.id"
_HOUR = "substr({t}.at, 1, 13)"
_HOURS = f"""INSERT INTO hours (hour, turns, conversations, first_turn, last_turn)
    SELECT {_HOUR}, 1, {{t}}.number = 1, {{t}}.id, {{t}}.id {{source}} WHERE true
    ON CONFLICT (hour) DO UPDATE SET turns = turns + 1, conversations = conversations + excluded.conversations,
    first_turn = min(first_turn, excluded.first_turn), last_turn = max(last_turn, excluded.last_turn)"""
_COUNT = """INSERT INTO counters (kind, hour, name, count) SELECT '{kind}', {span}, {name}, 1 {source} WHERE {when}
    ON CONFLICT (kind, hour, name) DO UPDATE SET count = count + 1"""
_INTO_QUEUE = f"INSERT INTO queue_items (queue, turn) SELECT {_QUEUE}, {{t}}.id {{source}} WHERE {_QUEUE} IS NOT NULL"
_INTO_UNWARNED = f"INSERT INTO queue_items (queue, turn) SELECT 'no_warning', {{t}}.id {{source}} WHERE NOT ({_WARNED})"


def _per_turn(t: str, source: str, spans: Sequence[tuple[str, int]]) -> list[str]:
    """What a new turn adds: `t` is NEW in a trigger, or the table, with `source` its FROM."""
    counts = (
        {"kind": "route", "name": f"{t}.route", "when": "true"},
        {"kind": "snippet", "name": f"{t}.snippet_id", "when": f"{t}.snippet_id IS NOT NULL"},
        {
            "kind": "first_reply",
            "name": f"CASE {_LATENCY.format(t=t)} ELSE '{LATENCY_BOUNDS_MS[-1]}' END",
            "when": f"{t}.number = 1 AND {t}.latency_ms IS NOT NULL",
        },
    )
    statements = [statement.format(t=t, source=source) for statement in (_FACTS, _HOURS, _INTO_QUEUE, _INTO_UNWARNED)]
    for count in counts:
        for prefix, letters in spans:
            statements.append(
                _COUNT.format(
                    **{**count, "kind": prefix + count["kind"]}, span=f"substr({t}.at, 1, {letters})", source=source
                )
            )
    return statements


def _feedback(row: str, step: int, spans: Sequence[tuple[str, int]]) -> list[str]:
    """Counts a visitor's judgement in (`step` 1) or out (-1),
    under the turn's hour, the spans around it, and its snippet."""
    return [
        f"""INSERT INTO counters (kind, hour, name, count)
        SELECT '{prefix}' || iif({row}.helpful, 'helpful', 'not_helpful'), substr(f.at, 1, {letters}),
        coalesce(f.snippet, ''), {step}
        FROM turn_facts f WHERE f.conversation = {row}.conversation AND f.number = {row}.number
        ON CONFLICT (kind, hour, name) DO UPDATE SET count = count + excluded.count"""
        for prefix, letters in spans
    ]


def _verdict(row: str, step: int) -> list[str]:
    """Counts a colleague's judgement in or out."""
    return [
        f"""INSERT INTO counters (kind, hour, name, count) VALUES ('{prefix}verdict', substr({row}.at, 1, {letters}),
            {row}.verdict, {step})
        ON CONFLICT (kind, hour, name) DO UPDATE SET count = count + excluded.count"""
        for prefix, letters in _SPANS
    ]


_TURN_OF_FEEDBACK = "(SELECT id FROM turns WHERE conversation = NEW.conversation AND number = NEW.number)"
_JUDGED = (
    f"UPDATE turn_facts SET helpful = NEW.helpful WHERE turn = {_TURN_OF_FEEDBACK}",
    f"DELETE FROM queue_items WHERE queue = 'not_helpful' AND turn = {_TURN_OF_FEEDBACK} AND NEW.helpful",
    f"""INSERT INTO queue_items (queue, turn) SELECT 'not_helpful', {_TURN_OF_FEEDBACK} WHERE NOT NEW.helpful
        AND NOT EXISTS (SELECT 1 FROM queue_items WHERE queue = 'not_helpful' AND turn = {_TURN_OF_FEEDBACK})""",
)


def _trigger(name: str, event: str, statements: list[str]) -> str:
    return f"CREATE TRIGGER {name} {event} BEGIN {'; '.join(statements)}; END"


def _counting(spans: Sequence[tuple[str, int]], later: Sequence[str] = ()) -> list[str]:
    """The triggers that count turns and visitors' judgements of them."""
    return [
        _trigger("turn_counted", "AFTER INSERT ON turns", [*_per_turn("NEW", "", spans), *later]),
        _trigger("feedback_given", "AFTER INSERT ON feedback", [*_JUDGED, *_feedback("NEW", 1, spans)]),
        _trigger(
            "feedback_changed",
            "AFTER UPDATE ON feedback",
            [*_feedback("OLD", -1, spans), *_JUDGED, *_feedback("NEW", 1, spans)],
        ),
    ]


def _triggers() -> list[str]:
    never = "SELECT RAISE(ABORT, 'the audit is append-only')"
    return [
        *_counting(_SPANS[:2]),
        _trigger(
            "queue_item_added",
            "AFTER INSERT ON queue_items",
            [
                "INSERT INTO queue_counts (queue, open) VALUES (NEW.queue, 1) ON CONFLICT (queue) DO UPDATE SET open ="
                " open + 1"
            ],
        ),
        _trigger(
            "queue_item_gone",
            "AFTER DELETE ON queue_items",
            ["UPDATE queue_counts SET open = open - 1 WHERE queue = OLD.queue"],
        ),
        _trigger(
            "gap_member_added",
            "AFTER INSERT ON gap_members",
            ["UPDATE gap_clusters SET size = size + 1 WHERE id = NEW.cluster"],
        ),
        _trigger(
            "gap_member_gone",
            "AFTER DELETE ON gap_members",
            ["UPDATE gap_clusters SET size = size - 1 WHERE id = OLD.cluster"],
        ),
        _trigger("audit_not_changed", "BEFORE UPDATE ON audit", [never]),
        _trigger("audit_not_deleted", "BEFORE DELETE ON audit", [never]),
    ]


def create(database: Database) -> None:
    """Makes everything and counts the turns and the judgements that are there already."""
    for statement in (*_TABLES, *_INDEXES):
        database.execute(statement)
    for name, value in (("low_confidence", LOW_CONFIDENCE), ("sample_percent", SAMPLE_PERCENT)):
        database.execute("INSERT INTO console_settings (name, value) VALUES (?, ?)", [name, str(value)])
    database.execute("INSERT INTO audit_head (id, entries, hash) VALUES (1, 0, '')")
    for statement in _triggers():
        database.execute(statement)
    for statement in _per_turn("turns", "FROM turns", _SPANS[:2]):
        database.execute(statement)
    judgements = database.execute("SELECT conversation, number, helpful, reason, at FROM feedback").fetchall()
    database.execute("DELETE FROM feedback")
    for judgement in judgements:
        database.execute(
            "INSERT INTO feedback (conversation, number, helpful, reason, at) VALUES (?, ?, ?, ?, ?)", judgement
        )


def add_months(database: Database) -> None:
    """Sums by month, so that a year is read in a moment; sums of
    colleagues' judgements; and how long a turn took, to filter by."""
    database.execute("ALTER TABLE turn_facts ADD COLUMN latency REAL")
    database.execute("UPDATE turn_facts SET latency = (SELECT latency_ms FROM turns WHERE id = turn)")
    database.execute("CREATE INDEX turn_facts_first ON turn_facts (latency) WHERE number = 1")
    database.execute(
        "DELETE FROM queue_items WHERE queue <> 'emergencies' AND (SELECT text FROM turns WHERE id = turn) ="
        f" '{KEPT_APART}'"
    )
    for name in ("turn_counted", "feedback_given", "feedback_changed"):
        database.execute(f"DROP TRIGGER {name}")
    for statement in _counting(_SPANS, [_LATER_FACTS]):
        database.execute(statement)
    superseded = (
        "AFTER UPDATE OF superseded_at ON verdicts WHEN OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL"
    )
    database.execute(_trigger("verdict_given", "AFTER INSERT ON verdicts", _verdict("NEW", 1)))
    database.execute(_trigger("verdict_superseded", superseded, _verdict("OLD", -1)))
    for prefix, letters in _SPANS:
        database.execute(
            f"""INSERT INTO counters (kind, hour, name, count) SELECT '{prefix}verdict', substr(at, 1, {letters}),
                verdict, count(*) FROM verdicts
            WHERE superseded_at IS NULL GROUP BY 2, 3"""
        )
    database.execute(
        """INSERT INTO counters (kind, hour, name, count) SELECT ? || substr(kind, ?), substr(hour, 1, 7), name,
            sum(count) FROM counters
        WHERE kind LIKE ? AND kind <> ? GROUP BY 1, 2, 3""",
        [MONTHLY, len(DAILY) + 1, f"{DAILY}%", f"{DAILY}verdict"],
    )
