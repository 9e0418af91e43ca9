"""A random sample of a period that several people judge without seeing each other's verdicts.

Their verdicts stand apart from the others until everybody has judged a message: where they agree it is judged (unless
it was already), where they do not a person who is none of them settles it. Who can judge no more is replaced: what they
judged counts, and the other one judges the rest.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlite_utils import Database

from bot.record import audit, review
from bot.record.agreement import Agreement, agreement
from bot.record.review import MAX_TEXT, VERDICTS, ReviewError
from bot.record.review_schema import KEPT_APART

FEWEST_REVIEWERS, MOST_REVIEWERS = 2, 5
MOST_TURNS = 500

_LOOKED_AT_ONCE = 500


@dataclass(frozen=True)
class Sample:
    """A sample. Times are ISO 8601 in UTC.

    `left` counts what each of its reviewers has still to judge, by name; `replaced` tells who came for whom.
    """

    id: int
    name: str
    since: str
    until: str
    by: str
    at: str
    size: int
    left: dict[str, int]
    replaced: dict[str, str]

    @property
    def done(self) -> bool:
        """Whether everybody has judged everything."""
        return not any(self.left.values())


@dataclass(frozen=True)
class Opinion:
    """One verdict on a message of a sample."""

    verdict: str
    correct: str | None
    comment: str
    by: str
    at: str


@dataclass(frozen=True)
class Disagreement:
    """A message that its reviewers judged in different ways, and how it was settled, if it was."""

    turn: int
    conversation: str
    number: int
    text: str
    reply: str
    route: str
    opinions: tuple[Opinion, ...]
    settled: Opinion | None


def create(database: Database) -> None:
    """Makes the tables."""
    of_turn = "turn INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE"
    of_sample = "sample INTEGER NOT NULL REFERENCES samples (id) ON DELETE CASCADE"
    for statement in (
        """CREATE TABLE samples (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, since TEXT NOT NULL,
            until TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL)""",
        f"CREATE TABLE sample_reviewers ({of_sample}, reviewer TEXT NOT NULL, PRIMARY KEY (sample, reviewer))",
        f"CREATE TABLE sample_turns ({of_sample}, {of_turn}, place INTEGER NOT NULL, PRIMARY KEY (sample, turn))",
        "CREATE INDEX sample_turns_turn ON sample_turns (turn)",
        f"""CREATE TABLE sample_verdicts (id INTEGER PRIMARY KEY AUTOINCREMENT, {of_sample}, {of_turn},
            settles INTEGER NOT NULL DEFAULT 0, verdict TEXT NOT NULL, correct TEXT, comment TEXT NOT NULL DEFAULT '',
            by TEXT NOT NULL, at TEXT NOT NULL, UNIQUE (sample, turn, by))""",
        "CREATE INDEX sample_verdicts_turn ON sample_verdicts (turn)",
        "CREATE UNIQUE INDEX sample_verdicts_settled ON sample_verdicts (sample, turn) WHERE settles",
    ):
        database.execute(statement)


def create_replacements(database: Database) -> None:
    """Makes the table of who came for whom."""
    database.execute(
        """CREATE TABLE sample_replacements (sample INTEGER NOT NULL REFERENCES samples (id) ON DELETE CASCADE,
            gone TEXT NOT NULL, came TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (sample, gone))"""
    )


def draw(
    database: Database,
    *,
    name: str,
    since: str,
    until: str,
    size: int,
    reviewers: Sequence[str],
    by: str,
    now: str,
    chance: random.Random | None = None,
) -> int:
    """Draws messages of a period, each as likely as every other, and gives them to `reviewers`; returns its number.

    What a visitor typed into the form for the clinical team is not drawn: there is nothing to read.

    Raises:
        ReviewError: it cannot be drawn as asked; nothing was made.
    """
    if not 1 <= size <= MOST_TURNS:
        raise ReviewError(f"A sample has 1 to {MOST_TURNS} messages.")
    chosen = sorted(set(reviewers))
    unable = set(chosen) - set(review.reviewers(database))
    if unable:
        raise ReviewError(f"{sorted(unable)[0][:40]!r} has no account that may review.")
    if not FEWEST_REVIEWERS <= len(chosen) <= MOST_REVIEWERS:
        raise ReviewError(f"Choose {FEWEST_REVIEWERS} to {MOST_REVIEWERS} people who judge it.")
    turns = _drawn(database, since, until, size, chance or random.SystemRandom())
    if not turns:
        raise ReviewError("There is no message in this period. Choose another one.")
    with database.atomic():
        audit.append(database, by, "sample.drawn", f"{since[:10]} to {until[:10]}", now, turns=len(turns), to=chosen)
        ((sample,),) = database.execute(
            "INSERT INTO samples (name, since, until, by, at) VALUES (?, ?, ?, ?, ?) RETURNING id",
            [" ".join(name.split())[:60], since, until, by, now],
        ).fetchall()
        database.conn.executemany(
            "INSERT INTO sample_reviewers (sample, reviewer) VALUES (?, ?)", [(sample, one) for one in chosen]
        )
        database.conn.executemany(
            "INSERT INTO sample_turns (sample, turn, place) VALUES (?, ?, ?)",
            [(sample, turn, place) for place, turn in enumerate(turns)],
        )
    return int(sample)


def _drawn(database: Database, since: str, until: str, size: int, chance: random.Random) -> list[int]:
    low, high = database.execute(
        "SELECT min(first_turn), max(last_turn) FROM hours WHERE hour >= ? AND hour <= ?", [since[:13], until[:13]]
    ).fetchone()
    rows = database.execute(
        "SELECT turn FROM turn_facts WHERE turn BETWEEN ? AND ? AND at >= ? AND at < ?", [low, high, since, until]
    )
    there = [turn for (turn,) in rows]
    chance.shuffle(there)
    drawn: list[int] = []
    for place in range(0, len(there), _LOOKED_AT_ONCE):
        part = there[place : place + _LOOKED_AT_ONCE]
        marks = ", ".join("?" * len(part))
        readable = database.execute(f"SELECT id FROM turns WHERE text <> ? AND id IN ({marks})", [KEPT_APART, *part])
        kept = {turn for (turn,) in readable}
        drawn += [turn for turn in part if turn in kept]
        if len(drawn) >= size:
            break
    return drawn[:size]


def samples(database: Database) -> list[Sample]:
    """All samples, the newest first."""
    return [_sample(database, row) for row in database.execute(f"SELECT {_COLUMNS} FROM samples ORDER BY id DESC")]


def sample(database: Database, number: int) -> Sample:
    """One sample.

    Raises:
        ReviewError: there is none with this number.
    """
    row = database.execute(f"SELECT {_COLUMNS} FROM samples WHERE id = ?", [number]).fetchone()
    if row is None:
        raise ReviewError("There is no such sample.")
    return _sample(database, row)


_COLUMNS = "id, name, since, until, by, at"


def _sample(database: Database, row: Sequence[Any]) -> Sample:
    (size,) = database.execute("SELECT count(*) FROM sample_turns WHERE sample = ?", [row[0]]).fetchone()
    seats, replaced = _seats(database, row[0])
    left = dict.fromkeys(sorted(set(seats.values())), int(size))
    counted = database.execute(
        "SELECT by, count(*) FROM sample_verdicts WHERE sample = ? AND NOT settles GROUP BY by", [row[0]]
    )
    for by, judged in counted:
        left[seats[by]] -= judged
    told = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return Sample(**told, size=size, left=left, replaced=replaced)


def _seats(database: Database, number: int) -> tuple[dict[str, str], dict[str, str]]:
    """Who judges now in whose place, by the name of everybody who ever was a reviewer of it; and who came for whom."""
    replaced = dict(
        database.execute("SELECT gone, came FROM sample_replacements WHERE sample = ? ORDER BY gone", [number])
    )
    seats = {}
    rows = database.execute("SELECT reviewer FROM sample_reviewers WHERE sample = ? ORDER BY reviewer", [number])
    for (name,) in rows.fetchall():
        now = name
        while now in replaced:
            now = replaced[now]
        seats[name] = now
    return seats, replaced


def replace(database: Database, number: int, gone: str, came: str, *, by: str, now: str) -> None:
    """Gives what a reviewer can judge no more to somebody else; what they have judged counts.

    Raises:
        ReviewError: they are no reviewer of it, can still judge, or have judged everything; or the other one may not,
            or has to do with this sample already.
    """
    able = set(review.reviewers(database))
    with database.atomic():
        found = sample(database, number)
        seats, _ = _seats(database, number)
        if not found.left.get(gone):
            raise ReviewError("Nothing is left to judge for them in this sample.")
        if gone in able:
            raise ReviewError(
                f"{gone} can still judge. Only somebody whose account is disabled, or may review no more, is replaced."
            )
        if came not in able:
            raise ReviewError(f"{came[:40]!r} has no account that may review.")
        settled = database.execute(
            "SELECT 1 FROM sample_verdicts WHERE sample = ? AND settles AND by = ? LIMIT 1", [number, came]
        ).fetchone()
        if came in seats or settled:
            raise ReviewError(f"{came} has judged or settled in this sample already. Choose somebody else.")
        audit.append(database, by, "sample.replaced", f"sample {number}", now, gone=gone, came=came)
        database.execute("INSERT INTO sample_reviewers (sample, reviewer) VALUES (?, ?)", [number, came])
        database.execute(
            "INSERT INTO sample_replacements (sample, gone, came, by, at) VALUES (?, ?, ?, ?, ?)",
            [number, gone, came, by, now],
        )


def next_turn(database: Database, number: int, by: str, *, after: int = 0) -> int | None:
    """The next message of a sample that somebody has not judged: after the one `after`, else the first."""
    seats, _ = _seats(database, number)
    judged = {
        turn
        for turn, who in database.execute(
            "SELECT turn, by FROM sample_verdicts WHERE sample = ? AND NOT settles", [number]
        )
        if seats[who] == by
    }
    rows = database.execute("SELECT turn FROM sample_turns WHERE sample = ? ORDER BY place", [number])
    order = [turn for (turn,) in rows.fetchall()]
    start = order.index(after) + 1 if after in order else 0
    return next((turn for turn in (*order[start:], *order[:start]) if turn not in judged), None)


def own_opinion(database: Database, number: int, turn: int, by: str) -> Opinion | None:
    """What somebody thinks of a message of a sample, if they have said so.

    Raises:
        ReviewError: the message is not in the sample, or was not given to them.
    """
    asked = (
        "SELECT 1 FROM sample_turns JOIN sample_reviewers USING (sample) WHERE sample = ? AND turn = ? AND reviewer = ?"
    )
    if database.execute(asked, [number, turn, by]).fetchone() is None:
        raise ReviewError("This message is not yours to judge in this sample.")
    seats, _ = _seats(database, number)
    said = next((one for one in _opinions(database, number, turn) if seats[one.by] == seats[by]), None)
    if said and said.by != by:
        raise ReviewError(f"{said.by} and not you judged this message of the sample, and that stays.")
    return said


def judge(
    database: Database,
    number: int,
    turn: int,
    verdict: str,
    *,
    by: str,
    now: str,
    correct: str | None = None,
    comment: str = "",
) -> None:
    """Notes what one of the reviewers thinks; said again it replaces what they said, as long as others have to judge.

    When that was the last of them and all agree, it becomes the message's verdict, unless it has one.

    Raises:
        ReviewError: no such verdict, a message that is not theirs, one that all have judged, or no word on what is
            wrong with a text.
    """
    _check(verdict, correct, comment)
    with database.atomic():
        earlier = own_opinion(database, number, turn, by)
        everybody = len(sample(database, number).left)
        if earlier and len(_opinions(database, number, turn)) >= everybody:
            raise ReviewError("Everybody has judged this message, so verdicts on it stay as they are.")
        audit.append(database, by, "sample.judged", f"sample {number}, turn {turn}", now)
        database.execute("DELETE FROM sample_verdicts WHERE sample = ? AND turn = ? AND by = ?", [number, turn, by])
        _insert(database, number, turn, False, Opinion(verdict, correct, comment, by, now))
        said = _opinions(database, number, turn)
        agreed = len(said) >= everybody and len({one.verdict for one in said}) == 1
        if agreed and review.reviews(database, [turn], now)[turn].verdict is None:
            answers = {one.correct for one in said}
            told = "; ".join(one.comment for one in said if one.comment)
            right = answers.pop() if len(answers) == 1 else None
            review.give_verdict(database, turn, verdict, by=by, now=now, correct=right, comment=told)


def settle(
    database: Database,
    number: int,
    turn: int,
    verdict: str,
    *,
    by: str,
    now: str,
    correct: str | None = None,
    comment: str = "",
) -> None:
    """Decides what the reviewers disagree about; it becomes the message's verdict. Said again it replaces that.

    Raises:
        ReviewError: whoever settles it is one of them, or they do not disagree (yet), or the verdict cannot be given.
    """
    _check(verdict, correct, comment)
    with database.atomic():
        if by in _seats(database, number)[0]:
            raise ReviewError(
                "You judged this sample yourself, so somebody else has to settle what you disagree about."
            )
        if turn not in {one.turn for one in disagreements(database, number)}:
            raise ReviewError("The reviewers do not disagree about this message, or not all of them have judged it.")
        audit.append(database, by, "sample.settled", f"sample {number}, turn {turn}", now, verdict=verdict)
        database.execute("DELETE FROM sample_verdicts WHERE sample = ? AND turn = ? AND settles", [number, turn])
        _insert(database, number, turn, True, Opinion(verdict, correct, comment, by, now))
        review.give_verdict(database, turn, verdict, by=by, now=now, correct=correct, comment=comment)


def _check(verdict: str, correct: str | None, comment: str) -> None:
    """The rules of every verdict, before it is anybody's.

    Raises:
        ReviewError: it breaks one.
    """
    if verdict not in VERDICTS:
        raise ReviewError("Choose a verdict. Nothing was noted yet.")
    if correct and verdict == "right":
        raise ReviewError(
            "The verdict “right” needs no other answer. Choose what was wrong, or leave the answer empty."
        )
    if verdict == "wrong_text" and not comment.strip():
        raise ReviewError("Write into the comment what is wrong with the text. Nothing was noted yet.")


def _insert(database: Database, number: int, turn: int, settles: bool, said: Opinion) -> None:
    database.execute(
        "INSERT INTO sample_verdicts (sample, turn, settles, verdict, correct, comment, by, at) VALUES (?, ?, ?, ?, ?,"
        " ?, ?, ?)",
        [number, turn, settles, said.verdict, said.correct, said.comment.strip()[:MAX_TEXT], said.by, said.at],
    )


def _opinions(database: Database, number: int, turn: int) -> list[Opinion]:
    rows = database.execute(
        "SELECT verdict, correct, comment, by, at FROM sample_verdicts WHERE sample = ? AND turn = ? AND NOT settles"
        " ORDER BY by",
        [number, turn],
    )
    return [Opinion(*row) for row in rows]


def agreements(database: Database, number: int) -> list[tuple[str, str, Agreement]]:
    """How far each two of the reviewers agree, in the verdict, over what both have judged."""
    seats, _ = _seats(database, number)
    said: dict[str, dict[int, str]] = {name: {} for name in seats}
    for by, turn, verdict in database.execute(
        "SELECT by, turn, verdict FROM sample_verdicts WHERE sample = ? AND NOT settles", [number]
    ):
        said[by][turn] = verdict
    return [
        (
            one,
            other,
            agreement([(said[one][turn], said[other][turn]) for turn in sorted(said[one].keys() & said[other])]),
        )
        for one, other in combinations(said, 2)
        if seats[one] != seats[other]
    ]


def disagreements(database: Database, number: int) -> list[Disagreement]:
    """The messages that everybody has judged, not all in the same way, in the order of the sample."""
    rows = database.execute(
        """SELECT t.id, t.conversation, t.number, t.text, t.reply, t.route FROM sample_turns s
        JOIN turns t ON t.id = s.turn
        WHERE s.sample = :sample AND (SELECT count(*) FROM sample_verdicts v WHERE v.sample = s.sample
            AND v.turn = s.turn AND NOT v.settles) = (SELECT count(*) FROM sample_reviewers WHERE sample = :sample)
            - (SELECT count(*) FROM sample_replacements WHERE sample = :sample)
        AND (SELECT count(DISTINCT verdict) FROM sample_verdicts v WHERE v.sample = s.sample AND v.turn = s.turn
            AND NOT v.settles) > 1 ORDER BY s.place""",
        {"sample": number},
    ).fetchall()
    found = []
    for row in rows:
        settled = database.execute(
            "SELECT verdict, correct, comment, by, at FROM sample_verdicts WHERE sample = ? AND turn = ? AND settles",
            [number, row[0]],
        ).fetchone()
        opinions = tuple(_opinions(database, number, row[0]))
        case = dict(zip(("turn", "conversation", "number", "text", "reply", "route"), row, strict=True))
        found.append(Disagreement(**case, opinions=opinions, settled=Opinion(*settled) if settled else None))
    return found
