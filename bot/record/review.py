"""What staff think of a turn: queues, reservations, verdicts, notes, tags and flags.

Each change is one transaction with its entry in the audit, which comes first because it takes the write lock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.record import audit
from bot.record.waiting import conversation_counts, episode

QUEUES: Mapping[str, tuple[str, str]] = {
    "missed": (
        "Missed emergencies",
        "A colleague says that this should have been an emergency. It waits until somebody has seen to it.",
    ),
    "emergencies": (
        "Emergencies",
        "The visitor was shown the emergency numbers, or asked whether it is happening now.",
    ),
    "referrals": ("Referrals", "The visitor was referred to a clinician."),
    "not_understood": ("Not understood", "The assistant asked back, or said that it does not know."),
    "low_confidence": ("Low confidence", "An answer was given, but the assistant was not sure of the question."),
    "not_helpful": ("Not helpful", "The visitor marked the answer as not helpful."),
    "flagged": ("Flagged", "A colleague wants somebody to look again."),
    "sample": ("Sample of the rest", "A random share of the turns in no other queue."),
    "no_warning": ("Turns without a warning", "This queue must be empty: every reply carries the warning."),
}
"""Each queue's name and what is in it, in the order in which they are worked off."""

VERDICTS: Mapping[str, str] = {
    "right": "Right",
    "wrong_snippet": "Another answer would fit",
    "should_refer": "Should have gone to a clinician",
    "should_alarm": "Should have been an emergency",
    "should_not_refer": "Referred or alarmed for nothing",
    "wrong_text": "The text itself is wrong or outdated",
    "missing_content": "No answer exists",
}
"""The verdicts that can be given, in the order of their keys."""

VERDICT_LABELS: Mapping[str, str] = {**VERDICTS, "wrong_route": "Another outcome would fit"}
"""Those and the ones that earlier versions let staff give; they stay as they were given."""

OF_THE_OUTCOME = ("right", "should_refer", "should_alarm", "should_not_refer")
"""Verdicts on what became of the visitor, which can be given to all
messages of a conversation at once; the others are about one text."""

RESERVED_MINUTES = 15
MAX_TEXT = 2_000
MAX_TAG = 40


class ReviewError(ValueError):
    """Something that cannot be noted; the message is one sentence for the reviewer."""


class ReviewConflict(ReviewError):
    """Somebody else was there first, so nothing was noted; the message says who and what they noted."""


@dataclass(frozen=True)
class Verdict:
    """One judgement; `correct` is the id of the snippet that would have been right, if any.

    The authoritative one has no `superseded_at`.

    `state` is `withdrawn` for one that was undone and `restored` for one that an undone one had replaced, otherwise
    empty.
    """

    id: int
    verdict: str
    correct: str | None
    comment: str
    by: str
    at: str
    superseded_at: str | None
    state: str = ""


@dataclass(frozen=True)
class Mark:
    """A note or an open flag."""

    id: int
    text: str
    by: str
    at: str


@dataclass(frozen=True)
class Review:
    """Everything staff noted about one turn.

    `reserved` and `assigned` name who has it, `fixed_in` the promoted run that learnt from it.
    """

    verdicts: tuple[Verdict, ...] = ()
    notes: tuple[Mark, ...] = ()
    tags: tuple[str, ...] = ()
    flag: Mark | None = None
    reserved: str | None = None
    assigned: str | None = None
    correction: str | None = None
    fixed_in: int | None = None

    @property
    def verdict(self) -> Verdict | None:
        """The authoritative judgement."""
        return next((verdict for verdict in self.verdicts if verdict.superseded_at is None), None)


def queue_counts(database: Database) -> dict[str, int]:
    """Turns that wait, by queue, every queue named."""
    counted = dict(database.execute("SELECT queue, open FROM queue_counts").fetchall())
    return {queue: int(counted.get(queue, 0)) for queue in QUEUES}


def oldest_waiting(database: Database) -> dict[str, str]:
    """When the oldest turn of each queue was, for those in which one waits."""
    found = {}
    for queue in QUEUES:
        row = database.execute(
            "SELECT at FROM turn_facts WHERE turn = (SELECT min(turn) FROM queue_items WHERE queue = ?)", [queue]
        ).fetchone()
        if row:
            found[queue] = str(row[0])
    return found


def judged_since(database: Database, by: str, since: str) -> int:
    """How many verdicts somebody gave and did not undo."""
    return int(
        database.execute(
            "SELECT count(*) FROM verdicts WHERE by = ? AND at >= ? AND state = ''", [by, since]
        ).fetchone()[0]
    )


def place_of(database: Database, turn: int) -> tuple[str, int]:
    """Conversation and number of a turn.

    Raises:
        ReviewError: there is no such turn.
    """
    row = database.execute("SELECT conversation, number FROM turns WHERE id = ?", [turn]).fetchone()
    if row is None:
        raise ReviewError("There is no such turn. It may have been erased.")
    return str(row[0]), int(row[1])


def reserve_next(
    database: Database, queue: str, by: str, now: str, *, after: int = 0, newest: bool = False
) -> int | None:
    """Reserves the next conversation of a queue that nobody else has,
    and returns the first turn of it that waits; None when there is none.

    It is the one after the turn `after`, else the first of the queue. Other reservations of `by` end: nobody reviews
    two at a time.
    """
    order, beyond = ("DESC", "<") if newest else ("ASC", ">")
    free = """FROM queue_items q WHERE queue = :queue
        AND NOT EXISTS (SELECT 1 FROM queue_items p WHERE p.queue = q.queue AND p.conversation = q.conversation
        AND p.turn < q.turn)
        AND NOT EXISTS (SELECT 1 FROM queue_items p JOIN reservations r ON r.turn = p.turn
            WHERE p.queue = q.queue AND p.conversation = q.conversation AND r.by <> :by AND r.until > :now)
        AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.turn = q.turn AND a.assignee <> :by)"""
    with database.atomic():
        database.execute("DELETE FROM reservations WHERE by = ? OR until <= ?", [by, now])
        values = {"queue": queue, "by": by, "now": now, "after": after}
        row = None
        if after:
            row = database.execute(
                f"SELECT turn {free} AND turn {beyond} :after ORDER BY turn {order} LIMIT 1", values
            ).fetchone()
        if row is None:
            elsewhere = "AND q.conversation IS NOT (SELECT conversation FROM turns WHERE id = :after)"
            row = database.execute(f"SELECT turn {free} {elsewhere} ORDER BY turn {order} LIMIT 1", values).fetchone()
        if row is not None:
            for turn in episode(database, queue, row[0]):
                reserve(database, turn, by, now)
    return int(row[0]) if row else None


def reserve(database: Database, turn: int, by: str, now: str) -> None:
    """Keeps a turn for one person for a while."""
    until = (datetime.fromisoformat(now) + timedelta(minutes=RESERVED_MINUTES)).isoformat(timespec="milliseconds")
    database.execute("INSERT OR REPLACE INTO reservations (turn, by, until) VALUES (?, ?, ?)", [turn, by, until])


def position(database: Database, queue: str, by: str, since: str) -> tuple[int, int]:
    """ "2 of 9": the present conversation's place among those `by`
    has judged in this queue since then and those that still wait."""
    (done,) = database.execute(
        """SELECT count(DISTINCT f.conversation) FROM verdicts v JOIN turn_facts f ON f.turn = v.turn
        WHERE v.by = ? AND v.at >= ? AND v.queue = ? AND v.state = ''""",
        [by, since, queue],
    ).fetchone()
    return done + 1, done + conversation_counts(database).get(queue, 0)


def check_free(database: Database, turn: int, *, by: str, now: str, seen: int | None) -> None:
    """Refuses a verdict over one that whoever gives it has not `seen`
    (its number, None for no verdict), or over a colleague's head.

    Raises:
        ReviewConflict: with who was first and what they noted.
    """
    known = reviews(database, [turn], now)[turn]
    if known.reserved not in (None, by):
        raise ReviewConflict(
            f"{known.reserved} has taken this message meanwhile, so your verdict was not noted. Take the next one"
            " instead."
        )
    verdict = known.verdict
    if verdict is None or verdict.id == seen:
        return
    label = VERDICT_LABELS.get(verdict.verdict, verdict.verdict)
    comment = f", with the comment “{verdict.comment}”" if verdict.comment else ""
    if verdict.by == by:
        raise ReviewConflict(
            f"You judged this message a moment ago, in another tab: “{label}”{comment}. Save again to replace that"
            " verdict."
        )
    raise ReviewConflict(
        f"{verdict.by} judged this message meanwhile: “{label}”{comment}. Yours was not noted yet. Save again if it is"
        " to replace theirs."
    )


def give_verdict(
    database: Database,
    turn: int,
    verdict: str,
    *,
    by: str,
    now: str,
    correct: str | None = None,
    comment: str = "",
    queue: str | None = None,
    also: Sequence[int] = (),
) -> None:
    """Notes the authoritative judgement of a turn, and of those of `also`; an earlier one stays as history.

    The turns leave their queues. A flag stays until it is resolved, or until the turn is judged in the queue of flags.
    A missed emergency waits until it is judged in its own queue, or judged otherwise. With `correct` the visitor's
    words are proposed as training for it; without, an earlier proposal that nobody has trained with is withdrawn.

    Raises:
        ReviewError: no such verdict or turn, a correct snippet for a verdict that has none, or no word on what is wrong
            with a text.
    """
    if verdict not in VERDICTS:
        raise ReviewError(f"There is no verdict {verdict[:40]!r}. The verdicts are: {', '.join(VERDICTS.values())}.")
    if correct and verdict == "right":
        raise ReviewError(
            "The verdict “right” needs no other answer. Choose what was wrong, or leave the answer empty."
        )
    if verdict == "wrong_text" and not comment.strip():
        raise ReviewError(
            "Write into the comment what is wrong with the text, so that whoever mends it knows. Nothing was noted yet."
        )
    conversation, number = place_of(database, turn)
    with database.atomic():
        audit.append(
            database,
            by,
            "turn.judged",
            f"{conversation}#{number}",
            now,
            verdict=verdict,
            correct=correct,
            also=len(also) or None,
        )
        _judge(database, turn, verdict, by, now, correct, comment, queue)
        for other in also:
            _judge(database, other, verdict, by, now, None, "", queue)


def _judge(
    database: Database, turn: int, verdict: str, by: str, now: str, correct: str | None, comment: str, queue: str | None
) -> None:
    queues = [name for (name,) in database.execute("SELECT queue FROM queue_items WHERE turn = ?", [turn])]
    assigned = database.execute("SELECT assignee, by, at FROM assignments WHERE turn = ?", [turn]).fetchone()
    before = json.dumps({"queues": queues, "assigned": assigned})
    database.execute("UPDATE verdicts SET superseded_at = ? WHERE turn = ? AND superseded_at IS NULL", [now, turn])
    database.execute(
        "INSERT INTO verdicts (turn, verdict, correct, comment, queue, by, at, before) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [turn, verdict, correct, comment.strip()[:MAX_TEXT], queue, by, now, before],
    )
    database.execute("UPDATE turn_facts SET verdict = ?, reviewer = ? WHERE turn = ?", [verdict, by, turn])
    if queue == "flagged":
        _resolve(database, turn, by, now)
    database.execute("DELETE FROM queue_items WHERE turn = ? AND queue <> 'flagged'", [turn])
    if verdict == "should_alarm" and queue != "missed":
        database.execute("INSERT INTO queue_items (queue, turn) VALUES ('missed', ?)", [turn])
    database.execute("DELETE FROM reservations WHERE turn = ?", [turn])
    database.execute("DELETE FROM assignments WHERE turn = ?", [turn])
    database.execute("DELETE FROM corrections WHERE turn = ? AND run IS NULL", [turn])
    propose(database, turn, correct, by, now)


def propose(database: Database, turn: int, correct: str | None, by: str, now: str) -> None:
    """Proposes a turn's words as training for the snippet that would have been right, if one is named."""
    if correct:
        database.execute(
            """INSERT INTO corrections (turn, text, intent, state, proposed_by, proposed_at) SELECT id, text,
                ?, 'proposed', ?, ? FROM turns WHERE id = ?
            ON CONFLICT (turn) DO UPDATE SET intent = excluded.intent, state = 'proposed',
            proposed_by = excluded.proposed_by,
            proposed_at = excluded.proposed_at, decided_by = NULL, decided_at = NULL, run = NULL, advice = ''""",
            [correct, by, now, turn],
        )


def add_note(database: Database, turn: int, text: str, *, by: str, now: str) -> None:
    """Adds a note for colleagues.

    Raises:
        ReviewError: an empty note, or no such turn.
    """
    text = text.strip()
    if not text:
        raise ReviewError("The note is empty. Write something, or leave it.")
    conversation, number = place_of(database, turn)
    with database.atomic():
        audit.append(database, by, "turn.noted", f"{conversation}#{number}", now)
        database.execute("INSERT INTO notes (turn, text, by, at) VALUES (?, ?, ?, ?)", [turn, text[:MAX_TEXT], by, now])


def clean_tag(tag: str) -> str:
    """A tag as it is kept: lower case, words joined by hyphens.

    Raises:
        ReviewError: nothing is left of it, or it is too long.
    """
    kept = "-".join("".join(character if character.isalnum() else " " for character in tag.lower()).split())
    if not kept or len(kept) > MAX_TAG:
        raise ReviewError(f"A tag has 1 to {MAX_TAG} letters or digits, for example “price” or “for-training”.")
    return kept


def set_tag(database: Database, turns: Sequence[int], tag: str, *, by: str, now: str, on: bool = True) -> None:
    """Puts a tag on turns, or takes it off.

    Raises:
        ReviewError: a tag that cannot be used.
    """
    tag = clean_tag(tag)
    with database.atomic():
        audit.append(
            database,
            by,
            "turns.tagged" if on else "turns.untagged",
            _named(database, turns),
            now,
            tag=tag,
            turns=len(turns),
        )
        if on:
            database.conn.executemany(
                "INSERT OR IGNORE INTO tags (tag, turn, by, at) VALUES (?, ?, ?, ?)",
                [(tag, turn, by, now) for turn in turns],
            )
        else:
            database.conn.executemany("DELETE FROM tags WHERE tag = ? AND turn = ?", [(tag, turn) for turn in turns])


def set_flag(database: Database, turns: Sequence[int], *, by: str, now: str, reason: str = "") -> None:
    """Flags turns, so that somebody looks again; a flag that is there already stays as it is."""
    with database.atomic():
        audit.append(database, by, "turns.flagged", _named(database, turns), now, turns=len(turns))
        for turn in turns:
            database.execute(
                "INSERT OR IGNORE INTO flags (turn, reason, by, at) VALUES (?, ?, ?, ?)",
                [turn, reason.strip()[:MAX_TEXT], by, now],
            )
            database.execute("UPDATE turn_facts SET flagged = 1 WHERE turn = ?", [turn])
            database.execute(
                """INSERT INTO queue_items (queue, turn) SELECT 'flagged', :turn WHERE NOT EXISTS
                (SELECT 1 FROM queue_items WHERE queue = 'flagged' AND turn = :turn)""",
                {"turn": turn},
            )


def resolve_flag(database: Database, turn: int, *, by: str, now: str) -> None:
    """Takes the flag off a turn; who did it is kept."""
    conversation, number = place_of(database, turn)
    with database.atomic():
        audit.append(database, by, "turn.unflagged", f"{conversation}#{number}", now)
        _resolve(database, turn, by, now)


def _resolve(database: Database, turn: int, by: str, now: str) -> None:
    database.execute(
        "UPDATE flags SET resolved_by = ?, resolved_at = ? WHERE turn = ? AND resolved_at IS NULL", [by, now, turn]
    )
    database.execute("UPDATE turn_facts SET flagged = 0 WHERE turn = ?", [turn])
    database.execute("DELETE FROM queue_items WHERE queue = 'flagged' AND turn = ?", [turn])


def assign(database: Database, turns: Sequence[int], assignee: str, *, by: str, now: str) -> None:
    """Gives turns to one person to review; an empty `assignee` gives them back to everybody.

    Raises:
        ReviewError: no such account that may review.
    """
    may = "SELECT 1 FROM staff WHERE username = ? AND NOT disabled AND role <> 'viewer'"
    if assignee and database.execute(may, [assignee]).fetchone() is None:
        raise ReviewError(f"{assignee[:40]!r} has no account that may review.")
    with database.atomic():
        audit.append(database, by, "turns.assigned", _named(database, turns), now, to=assignee, turns=len(turns))
        database.conn.executemany("DELETE FROM assignments WHERE turn = ?", [(turn,) for turn in turns])
        if assignee:
            database.conn.executemany(
                "INSERT INTO assignments (turn, assignee, by, at) VALUES (?, ?, ?, ?)",
                [(turn, assignee, by, now) for turn in turns],
            )


def judged_or_held(database: Database, turns: Sequence[int], *, by: str, now: str) -> tuple[set[int], set[int]]:
    """Those of the turns that somebody else judged, and those that somebody else has just taken."""
    marks = ", ".join("?" * len(turns))
    judged = database.execute(
        f"SELECT turn FROM turn_facts WHERE reviewer IS NOT NULL AND reviewer <> ? AND turn IN ({marks})", [by, *turns]
    )
    held = database.execute(
        f"SELECT turn FROM reservations WHERE by <> ? AND until > ? AND turn IN ({marks})", [by, now, *turns]
    )
    return {turn for (turn,) in judged}, {turn for (turn,) in held}


def judge_all(database: Database, turns: Sequence[int], verdict: str, *, by: str, now: str) -> None:
    """The same judgement for many turns, without a correction.

    Raises:
        ReviewError: no such verdict, or one that needs a comment for each.
    """
    if verdict not in VERDICTS:
        raise ReviewError(f"There is no verdict {verdict[:40]!r}.")
    if verdict == "wrong_text":
        raise ReviewError("What is wrong with a text is said in a comment, so this verdict is given one by one.")
    with database.atomic():
        audit.append(database, by, "turns.judged", _named(database, turns), now, verdict=verdict, turns=len(turns))
        for turn in turns:
            _judge(database, turn, verdict, by, now, None, "", None)


def _named(database: Database, turns: Sequence[int]) -> str:
    """One turn by its place, many by their numbers in the record."""
    if len(turns) == 1:
        return "{}#{}".format(*place_of(database, turns[0]))
    return f"turns {', '.join(map(str, turns[:20]))}{' …' if len(turns) > 20 else ''}"


def reviewers(database: Database) -> list[str]:
    """Accounts that may review, by name."""
    return [
        name
        for (name,) in database.execute(
            "SELECT username FROM staff WHERE NOT disabled AND role <> 'viewer' ORDER BY username"
        )
    ]


def known_tags(database: Database, limit: int = 200) -> list[str]:
    """Tags in use, one index step a tag, however many turns carry them."""
    rows = database.execute(
        """WITH RECURSIVE used (tag) AS (
            SELECT min(tag) FROM tags UNION ALL SELECT (SELECT min(tag) FROM tags WHERE tag > used.tag) FROM used
            WHERE used.tag IS NOT NULL
        ) SELECT tag FROM used WHERE tag IS NOT NULL LIMIT ?""",
        [limit],
    )
    return [tag for (tag,) in rows]


def assigned_to(database: Database, assignee: str, limit: int) -> list[int]:
    """Turns that were given to somebody, the oldest first."""
    return [
        turn
        for (turn,) in database.execute(
            "SELECT turn FROM assignments WHERE assignee = ? ORDER BY turn LIMIT ?", [assignee, limit]
        )
    ]


def reviews(database: Database, turns: Sequence[int], now: str) -> dict[int, Review]:
    """What staff noted about these turns; each of them has an entry."""
    marks = ", ".join("?" * len(turns))

    def by_turn(sql: str) -> dict[int, list[tuple[Any, ...]]]:
        found: dict[int, list[tuple[Any, ...]]] = {}
        for turn, *values in database.execute(sql.format(marks=marks), list(turns)):
            found.setdefault(turn, []).append(tuple(values))
        return found

    verdicts = by_turn(
        "SELECT turn, id, verdict, correct, comment, by, at, superseded_at, state FROM verdicts WHERE turn IN ({marks})"
        " ORDER BY id DESC"
    )
    notes = by_turn("SELECT turn, id, text, by, at FROM notes WHERE turn IN ({marks}) ORDER BY id")
    tags = by_turn("SELECT turn, tag FROM tags WHERE turn IN ({marks}) ORDER BY tag")
    flags = by_turn("SELECT turn, id, reason, by, at FROM flags WHERE turn IN ({marks}) AND resolved_at IS NULL")
    reserved = by_turn("SELECT turn, by FROM reservations WHERE turn IN ({marks}) AND until > '" + now + "'")
    assigned = by_turn("SELECT turn, assignee FROM assignments WHERE turn IN ({marks})")
    corrections = by_turn(
        """SELECT turn, c.state, iif(r.state = 'promoted', r.id, NULL) FROM corrections c LEFT JOIN improvement_runs r
            ON r.id = c.run
        WHERE turn IN ({marks})"""
    )
    nothing: list[tuple[Any, ...]] = [(None, None)]
    return {
        turn: Review(
            verdicts=tuple(Verdict(*row) for row in verdicts.get(turn, ())),
            notes=tuple(Mark(*row) for row in notes.get(turn, ())),
            tags=tuple(tag for (tag,) in tags.get(turn, ())),
            flag=Mark(*flags[turn][0]) if turn in flags else None,
            reserved=reserved.get(turn, nothing)[0][0],
            assigned=assigned.get(turn, nothing)[0][0],
            correction=corrections.get(turn, nothing)[0][0],
            fixed_in=corrections.get(turn, nothing)[0][1],
        )
        for turn in turns
    }


def setting(database: Database, name: str) -> float:
    """A number an administrator can change: `low_confidence` or `sample_percent`."""
    return float(database.execute("SELECT value FROM console_settings WHERE name = ?", [name]).fetchone()[0])


def change_setting(database: Database, name: str, value: float, *, by: str, now: str) -> None:
    """Sets it for the turns to come; those that are in a queue already stay."""
    with database.atomic():
        audit.append(database, by, "setting.changed", name, now, value=value)
        database.execute("UPDATE console_settings SET value = ? WHERE name = ?", [str(value), name])
