"""What visitors asked and nobody answered, in groups that stay the same from one grouping to the next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from bot.record import audit
from bot.record.review import ReviewError
from bot.record.review_schema import KEPT_APART
from bot.vocabulary import NOT_UNDERSTOOD, OUT_OF_SCOPE, Reason

DECISIONS: Mapping[str, str] = {
    "open": "Not decided",
    "new_snippet": "Needs a new answer",
    "add_to_intent": "Belongs to an answer",
    OUT_OF_SCOPE: "Out of scope",
}

_ROUTES = ", ".join(f"'{route}'" for route in NOT_UNDERSTOOD)


@dataclass(frozen=True)
class Gap:
    """A group of unanswered questions.

    `recent` and `before` count those of the last two equal periods; `exemplar` is the one in the middle.

    `accepted` says that staff judged all of them and found the reply right; `ranking` is what the newest of them was
    taken for.
    """

    id: int
    exemplar: str
    size: int
    recent: int
    before: int
    decision: str
    target: str | None
    decided_by: str | None
    decided_at: str | None
    accepted: bool = False
    ranking: Sequence[Mapping[str, Any]] = ()


def ungrouped(database: Database, limit: int) -> list[tuple[int, str, str]]:
    """Turn, words and time of the newest unanswered questions that are in no group.

    Those not understood, those for a detail that no answer holds, and those that staff said have no content.
    """
    rows = database.execute(
        f"""SELECT t.id, t.text, t.at FROM turns t WHERE t.id IN (
            SELECT turn FROM (SELECT turn FROM turn_facts WHERE route IN ({_ROUTES}) AND turn NOT IN (SELECT turn
            FROM gap_members)
                ORDER BY turn DESC LIMIT :limit)
            UNION SELECT turn FROM turn_facts WHERE snippet = '{Reason.DETAIL_GAP}' AND turn NOT IN (SELECT turn
            FROM gap_members)
            UNION SELECT turn FROM turn_facts WHERE verdict = 'missing_content' AND turn NOT IN (SELECT turn
            FROM gap_members)
        ) AND t.text NOT IN ('', '{KEPT_APART}') ORDER BY t.id DESC LIMIT :limit""",
        {"limit": limit},
    )
    return rows.fetchall()


def centroids(database: Database) -> list[tuple[int, bytes, int]]:
    """Number, mean embedding (float32) and size of each group."""
    return database.execute("SELECT id, centroid, size FROM gap_clusters ORDER BY id").fetchall()


def add_group(database: Database, exemplar: str, centroid: bytes) -> int:
    """A new, empty group; the caller holds the transaction."""
    row = database.execute(
        "INSERT INTO gap_clusters (exemplar, centroid, size) VALUES (?, ?, 0) RETURNING id", [exemplar, centroid]
    ).fetchall()[0]
    return int(row[0])


def add_members(database: Database, cluster: int, turns: Sequence[tuple[int, str]], centroid: bytes) -> None:
    """Puts turns (number and time) into a group and moves its centroid; the caller holds the transaction."""
    database.conn.executemany(
        "INSERT OR IGNORE INTO gap_members (turn, cluster, at) VALUES (?, ?, ?)",
        [(turn, cluster, at) for turn, at in turns],
    )
    database.execute("UPDATE gap_clusters SET centroid = ? WHERE id = ?", [centroid, cluster])


def asked_once(database: Database) -> set[int]:
    """Groups of a single question about which nothing is decided."""
    return {group for (group,) in database.execute("SELECT id FROM gap_clusters WHERE size = 1 AND decision = 'open'")}


def merge_groups(database: Database, groups: Sequence[int], into: int) -> None:
    """Moves the members of some groups into another and drops these groups; the caller holds the transaction."""
    for group in groups:
        members = database.execute("SELECT turn, at FROM gap_members WHERE cluster = ?", [group]).fetchall()
        database.execute("DELETE FROM gap_members WHERE cluster = ?", [group])
        database.conn.executemany(
            "INSERT INTO gap_members (turn, cluster, at) VALUES (?, ?, ?)", [(turn, into, at) for turn, at in members]
        )
        database.execute("DELETE FROM gap_clusters WHERE id = ?", [group])


def list_gaps(database: Database, *, since: str, before: str, decision: str, limit: int) -> list[Gap]:
    """Groups with this decision, those that grew most since `since`
    first; `before` starts the period they are compared with."""
    rows = database.execute(
        """WITH trend AS (SELECT cluster, sum(at >= :since) AS recent, sum(at < :since) AS earlier FROM gap_members
            WHERE at >= :before GROUP BY cluster)
        SELECT g.id, g.exemplar, g.size, coalesce(trend.recent, 0), coalesce(trend.earlier, 0), g.decision, g.target,
        g.decided_by, g.decided_at,
            NOT EXISTS (SELECT 1 FROM gap_members m JOIN turn_facts f ON f.turn = m.turn WHERE m.cluster = g.id
            AND f.verdict IS NOT 'right'),
            (SELECT t.ranking FROM gap_members m JOIN turns t ON t.id = m.turn WHERE m.cluster = g.id ORDER BY m.at DESC
            LIMIT 1)
        FROM gap_clusters g LEFT JOIN trend ON trend.cluster = g.id WHERE g.size > 0 AND g.decision = :decision
        ORDER BY 4 DESC, g.size DESC, g.id LIMIT :limit""",
        {"since": since, "before": before, "decision": decision, "limit": limit},
    )
    names = tuple(Gap.__dataclass_fields__)
    return [
        Gap(**{**dict(zip(names, row, strict=True)), "accepted": bool(row[-2]), "ranking": json.loads(row[-1] or "[]")})
        for row in rows
    ]


def gap_page(database: Database, decision: str, *, start: int, limit: int) -> list[dict[str, Any]]:
    """Groups by their number from `start` on, those with a decision or (empty) all: `exemplar` is the question in the
    middle, `turns` are the numbers of the newest hundred questions like it, of `size`; `decided_at` is ISO 8601 in UTC.
    """
    rows = database.execute(
        """SELECT id, exemplar, size, decision, target, decided_by, decided_at FROM gap_clusters
        WHERE size > 0 AND id >= :start AND :decision IN ('', decision) ORDER BY id LIMIT :limit""",
        {"decision": decision, "start": start, "limit": limit},
    ).fetchall()
    found = []
    for number, *values in rows:
        members = database.execute(
            "SELECT turn FROM gap_members WHERE cluster = ? ORDER BY at DESC, turn DESC LIMIT 100", [number]
        ).fetchall()
        names = ("exemplar", "size", "decision", "target", "decided_by", "decided_at")
        found.append({"id": number, **dict(zip(names, values, strict=True)), "turns": [turn for (turn,) in members]})
    return found


def counts(database: Database) -> dict[str, int]:
    """Groups by decision, each decision named."""
    found = dict(
        database.execute("SELECT decision, count(*) FROM gap_clusters WHERE size > 0 GROUP BY decision").fetchall()
    )
    return {decision: int(found.get(decision, 0)) for decision in DECISIONS}


def examples(database: Database, clusters: Sequence[int], limit: int) -> dict[int, list[str]]:
    """A few different wordings of each group, the newest first."""

    def some(cluster: int) -> Iterator[str]:
        rows = database.execute(
            "SELECT t.text FROM (SELECT turn FROM gap_members WHERE cluster = ? ORDER BY at DESC LIMIT 40) m JOIN turns"
            " t ON t.id = m.turn",
            [cluster],
        )
        yield from dict.fromkeys(text for (text,) in rows)

    return {cluster: [text for text, _ in zip(some(cluster), range(limit), strict=False)] for cluster in clusters}


def decide_gap(database: Database, gap: int, decision: str, target: str | None, *, by: str, now: str) -> int:
    """Notes what is to be done about a group and returns how many sentences were proposed as training.

    `add_to_intent` proposes the group's different wordings for `target`; the other decisions propose nothing.

    Raises:
        ReviewError: no such group or decision, or no target where one is needed.
    """
    if decision not in DECISIONS:
        raise ReviewError(f"There is no decision {decision[:40]!r}.")
    if decision == "add_to_intent" and not target:
        raise ReviewError("Choose the answer that these questions belong to.")
    if database.execute("SELECT 1 FROM gap_clusters WHERE id = ?", [gap]).fetchone() is None:
        raise ReviewError("There is no such group of questions. Its conversations may have been erased.")
    with database.atomic():
        audit.append(database, by, "gap.decided", f"gap {gap}", now, decision=decision, target=target)
        database.execute(
            "UPDATE gap_clusters SET decision = ?, target = ?, decided_by = ?, decided_at = ? WHERE id = ?",
            [decision, target if decision == "add_to_intent" else None, by, now, gap],
        )
        if decision != "add_to_intent":
            return 0
        proposed = database.execute(
            """INSERT INTO corrections (turn, text, intent, state, proposed_by, proposed_at)
            SELECT min(t.id), t.text, :target, 'proposed', :by, :now FROM gap_members m JOIN turns t ON t.id = m.turn
            WHERE m.cluster = :gap
            GROUP BY lower(trim(t.text)) LIMIT 50 ON CONFLICT (turn) DO NOTHING""",
            {"target": target, "by": by, "now": now, "gap": gap},
        )
        return int(proposed.rowcount)
