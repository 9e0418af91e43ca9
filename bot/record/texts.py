"""The life of a text or fact of the clinic: draft, in review, approved, published, superseded or withdrawn.

Each step is one transaction with its entry in the audit, which comes first because it takes the write lock. A version
never changes once somebody approved it: its signature covers all that was approved, who approved it, in which role and
when.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils import Database

from bot.content.published import Published
from bot.record import audit
from bot.record.review import ReviewError

SNIPPET, FACT = "snippet", "fact"
CLINICIAN = "clinician"
"""The role that approves what is clinical."""

STATES: Mapping[str, str] = {
    "draft": "draft",
    "review": "waits for approval",
    "approved": "approved, not sent yet",
    "published": "sent now",
    "superseded": "replaced",
    "withdrawn": "taken back",
}
"""Each state as people say it."""

_OPEN = ("draft", "review")
_BORN = ("topic", "route", "after_risk", "clinic_only")
"""What a question that was made in the console keeps from version to version, because no file holds it."""
EDITORS = "Project editors"
"""Who wrote what nobody of the clinic changed."""
_COLUMNS = (
    "id, kind, name, number, state, body, author, reason, created_at, changed_at, approver, approver_role, approved_at,"
    " signature, based_on, review_by, alone"
)


@dataclass(frozen=True)
class Version:
    """One wording of a snippet (`body` as in data/snippets) or a fact (`body` is `{"value": ...}` as in clinic.yml).

    `id` names it among all; `number` is what people call it. `alone` says that its author approved it, which the
    clinic's one-person setting allowed. `based_on` is the id of the version that its author saw.
    """

    id: int
    kind: str
    name: str
    number: int
    state: str
    body: Mapping[str, Any]
    author: str
    reason: str
    created_at: str
    changed_at: str
    approver: str | None
    approver_role: str | None
    approved_at: str | None
    signature: str | None
    based_on: int | None
    review_by: str | None
    alone: bool


class Conflict(ReviewError):
    """Somebody saved another version meanwhile; `theirs` is that one, `mine` what was to be saved."""

    def __init__(self, theirs: Version, mine: Mapping[str, Any]) -> None:
        super().__init__(f"{theirs.author} saved this meanwhile, so yours was not saved over it.")
        self.theirs, self.mine = theirs, mine


def create(database: Database) -> None:
    """Makes the tables."""
    database.execute("""CREATE TABLE texts (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('snippet', 'fact')), name TEXT NOT NULL,
            number INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('draft', 'review', 'approved', 'published', 'superseded',
            'withdrawn')), body TEXT NOT NULL,
            author TEXT NOT NULL, reason TEXT NOT NULL, created_at TEXT NOT NULL, changed_at TEXT NOT NULL,
            approver TEXT, approver_role TEXT,
            approved_at TEXT, signature TEXT, based_on INTEGER, review_by TEXT, alone INTEGER NOT NULL DEFAULT 0
        )""")
    fixed = (
        "kind",
        "name",
        "number",
        "body",
        "author",
        "created_at",
        "approver",
        "approver_role",
        "approved_at",
        "signature",
        "review_by",
        "alone",
    )
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in fixed)
    database.execute(
        f"""CREATE TRIGGER texts_approved_never_change BEFORE UPDATE ON texts WHEN OLD.signature IS NOT NULL
            AND ({changed})
        BEGIN SELECT RAISE(ABORT, 'an approved version never changes'); END"""
    )
    database.execute(
        "CREATE TRIGGER texts_are_kept BEFORE DELETE ON texts BEGIN SELECT RAISE(ABORT, 'versions of texts are"
        " kept'); END"
    )
    database.execute("CREATE INDEX texts_name ON texts (kind, name, id)")
    database.execute("CREATE INDEX texts_state ON texts (state, id)")
    database.execute("CREATE UNIQUE INDEX texts_published ON texts (kind, name) WHERE state = 'published'")
    database.execute("CREATE UNIQUE INDEX texts_open ON texts (kind, name) WHERE state IN ('draft', 'review')")
    database.execute(
        "CREATE TABLE text_revisions (id INTEGER PRIMARY KEY, text INTEGER NOT NULL REFERENCES texts (id), by TEXT NOT"
        " NULL, at TEXT NOT NULL)"
    )
    database.execute("INSERT OR IGNORE INTO console_settings (name, value) VALUES ('one_person', '0')")
    database.execute(
        "CREATE TABLE serving_texts (process TEXT PRIMARY KEY, revision INTEGER NOT NULL, at TEXT NOT NULL)"
    )


def save_draft(
    database: Database,
    kind: str,
    name: str,
    body: Mapping[str, Any],
    *,
    by: str,
    reason: str,
    based_on: int | None,
    number: int,
    now: str,
) -> Version:
    """Keeps a wording that is not approved yet; an open one of before is replaced by it and kept.

    Args:
        based_on: the id of the newest version when its author began, None when there was none.
        number: what people call it: one more than the version that is sent.

    Raises:
        Conflict: there is a newer version than `based_on`.
        ReviewError: no reason.
    """
    if not reason.strip():
        raise ReviewError("“Why?” is empty. One short sentence is enough; colleagues and whoever approves read it.")
    with database.atomic():
        audit.append(database, by, "text.drafted", f"{kind} {name}", now, number=number, reason=reason.strip())
        newest = _newest(database, kind, name)
        if newest is not None and newest.id != based_on:
            raise Conflict(newest, body)
        body = _as_born(newest, body)
        database.execute(
            f"UPDATE texts SET state = 'superseded', changed_at = ? WHERE kind = ? AND name = ? AND state IN {_OPEN}",
            [now, kind, name],
        )
        row = database.execute(
            """INSERT INTO texts (kind, name, number, state, body, author, reason, created_at, changed_at, based_on)
            VALUES (?, ?, ?, 'draft', ?, ?, ?, ?, ?, ?) RETURNING id""",
            [
                kind,
                name,
                number,
                json.dumps(body, ensure_ascii=False, sort_keys=True),
                by,
                reason.strip(),
                now,
                now,
                based_on,
            ],
        ).fetchall()[0]
        return get(database, int(row[0]))


def send_for_approval(database: Database, version: int, *, by: str, now: str) -> None:
    """A draft waits for somebody else from now on.

    Raises:
        ReviewError: it is no draft any more.
    """
    with database.atomic():
        found = _step(database, version, by, "text.sent_for_approval", now, "draft")
        _set(database, found, "review", now)


def approve(
    database: Database, version: int, *, by: str, role: str, now: str, one_person: bool, review_by: date | None = None
) -> None:
    """Somebody answers for a version.

    Args:
        role: the approver's.
        one_person: whether the clinic lets the author approve.
        review_by: the day by which it is looked at again.

    Raises:
        ReviewError: it does not wait, or its author may not approve it.
    """
    with database.atomic():
        found = _step(
            database,
            version,
            by,
            "text.approved",
            now,
            "review",
            role=role,
            review_by=review_by.isoformat() if review_by else None,
        )
        alone = found.author == by
        if alone and not one_person:
            raise ReviewError(
                "You wrote this yourself, so a colleague has to approve it. An administrator can allow one person to do"
                " both (Settings)."
            )
        until = review_by.isoformat() if review_by else None
        database.execute(
            """UPDATE texts SET state = 'approved', changed_at = ?, approver = ?, approver_role = ?, approved_at = ?,
                signature = ?,
            review_by = ?, alone = ? WHERE id = ?""",
            [now, by, role, now, _signature(found, by, role, now, until), until, alone, found.id],
        )


def send_back(database: Database, version: int, *, by: str, reason: str, now: str) -> None:
    """A version goes back to its author, as a draft.

    Raises:
        ReviewError: it does not wait, or there is no reason.
    """
    if not reason.strip():
        raise ReviewError("Say why, so that its author knows what to change.")
    with database.atomic():
        found = _step(database, version, by, "text.sent_back", now, "review", reason=reason.strip())
        database.execute(
            "UPDATE texts SET state = 'draft', changed_at = ?, reason = ? WHERE id = ?",
            [now, f"{found.reason} – sent back by {by}: {reason.strip()}", found.id],
        )


def publish(database: Database, version: int, *, by: str, now: str) -> int:
    """Visitors get an approved version from now on; returns the number of the new state of all texts.

    Raises:
        ReviewError: it is not approved, or was changed since.
    """
    with database.atomic():
        found = _step(database, version, by, "text.published", now, "approved")
        _check_signature(found)
        return _put_in_use(database, found, by, now)


def withdraw(database: Database, version: int, *, by: str, reason: str, now: str) -> int | None:
    """Takes back a draft, or a version that is sent; returns the
    number of the new state of all texts when visitors notice.

    Raises:
        ReviewError: it is neither, or there is no reason.
    """
    if not reason.strip():
        raise ReviewError("“Why?” is empty. One short sentence is enough.")
    with database.atomic():
        found = _step(
            database, version, by, "text.withdrawn", now, *_OPEN, "approved", "published", reason=reason.strip()
        )
        _set(database, found, "withdrawn", now)
        told = f"{found.reason} – taken back by {by}: {reason.strip()}"
        database.execute("UPDATE texts SET reason = ? WHERE id = ?", [told, found.id])
        return _new_revision(database, found, by, now) if found.state == "published" else None


def withdraw_as_shipped(
    database: Database, name: str, body: Mapping[str, Any], *, number: int, by: str, reason: str, now: str
) -> int:
    """Takes back a text that is sent as the files hold it; returns the number of the new state of all texts.

    Args:
        body: its words, for whoever looks back.
        number: its version.

    Raises:
        ReviewError: it is not sent so, somebody writes a new version of it, or there is no reason.
    """
    if not reason.strip():
        raise ReviewError("“Why?” is empty. One short sentence is enough.")
    with database.atomic():
        audit.append(database, by, "text.withdrawn", f"{SNIPPET} {name}", now, number=number, reason=reason.strip())
        newest = _newest(database, SNIPPET, name)
        if newest is not None and newest.state in (*_OPEN, "approved"):
            raise ReviewError("A new version of this text is being written. Give that one up or approve it first.")
        if name in {version.name for version in (*published(database), *stopped(database))}:
            raise ReviewError("This text is not sent as the files hold it any more. Reload the page.")
        row = database.execute(
            """INSERT INTO texts (kind, name, number, state, body, author, reason, created_at, changed_at, based_on)
            VALUES (?, ?, ?, 'withdrawn', ?, ?, ?, ?, ?, ?) RETURNING id""",
            [
                SNIPPET,
                name,
                number,
                json.dumps(body, ensure_ascii=False, sort_keys=True),
                EDITORS,
                reason.strip(),
                now,
                now,
                newest.id if newest else None,
            ],
        ).fetchall()[0]
        return _new_revision(database, get(database, int(row[0])), by, now)


def bring_back(database: Database, name: str, *, by: str, reason: str, now: str) -> int:
    """A text that was taken back is sent again, word for word as before; returns the number of the new state of all
    texts. It was approved already.

    Raises:
        ReviewError: it is not taken back, is not what was approved, or there is no reason.
    """
    if not reason.strip():
        raise ReviewError("“Why?” is empty. One short sentence is enough.")
    with database.atomic():
        audit.append(database, by, "text.brought_back", f"{SNIPPET} {name}", now, reason=reason.strip())
        found = next((version for version in stopped(database) if version.name == name), None)
        if found is None:
            raise ReviewError("This text is not taken back, so there is nothing to bring back.")
        if found.signature:
            _check_signature(found)
            return _put_in_use(database, found, by, now)
        _set(database, found, "superseded", now)
        return _new_revision(database, found, by, now)


def undo(database: Database, kind: str, name: str, *, by: str, reason: str, now: str) -> int:
    """The version before is sent again at once; returns the number of the new state of all texts.

    It was approved already. Without one, what the files hold is sent again.

    Raises:
        ReviewError: nothing was published here, or no reason is given.
    """
    if not reason.strip():
        raise ReviewError("“Why?” is empty. One short sentence is enough.")
    with database.atomic():
        audit.append(database, by, "text.undone", f"{kind} {name}", now, reason=reason.strip())
        before = before_published(database, kind, name)
        present = next(version for version in published(database) if (version.kind, version.name) == (kind, name))
        if before is None and present.body.get("topic"):
            raise ReviewError("This is the first version of its question. Take it back instead.")
        _set(database, present, "superseded", now)
        return (
            _put_in_use(database, before, by, now) if before is not None else _new_revision(database, present, by, now)
        )


def drafts(database: Database) -> list[Version]:
    """What somebody is still writing, the newest first."""
    return _some(database, "state = 'draft' ORDER BY id DESC")


def waiting(database: Database) -> list[Version]:
    """What waits for approval, the oldest first."""
    return _some(database, "state = 'review' ORDER BY id")


def history(database: Database, kind: str, name: str) -> list[Version]:
    """All versions, the newest first."""
    return _some(database, "kind = ? AND name = ? ORDER BY id DESC", kind, name)


def get(database: Database, version: int) -> Version:
    """One version.

    Raises:
        ReviewError: there is none with this id.
    """
    found = _some(database, "id = ?", version)
    if not found:
        raise ReviewError("There is no such version.")
    return found[0]


def published(database: Database) -> list[Version]:
    """All that is sent now."""
    return _some(database, "state = 'published' ORDER BY id")


def published_set(database: Database) -> Published:
    """What takes the place of what the files hold: texts with their version and approval, and facts."""
    entries: dict[str, Mapping[str, Any]] = {}
    facts: dict[str, Any] = {}
    for version in published(database):
        if version.kind == FACT:
            facts[version.name] = version.body["value"]
        else:
            entries[version.name] = entry_of(version)
    for version in stopped(database):
        entries[version.name] = {**entry_of(version), "status": "retired"}
    return Published(entries, facts)


def entry_of(version: Version) -> dict[str, Any]:
    """A version of a snippet as it would be written in data/snippets."""
    approved = (
        {"by": version.approver, "role": version.approver_role, "on": str(version.approved_at)[:10]}
        if version.signature
        else None
    )
    return {
        **version.body,
        "version": version.number,
        "status": "approved",
        **({"approval": approved} if approved else {}),
        **({"review_by": version.review_by} if version.review_by else {}),
    }


def revision(database: Database) -> int:
    """The number of the present state of all texts; it grows with each change that visitors notice."""
    return int(database.execute("SELECT coalesce(max(id), 0) FROM text_revisions").fetchone()[0])


def serving_content(database: Database) -> dict[str, tuple[int, str]]:
    """The state of the texts that each process of the website sends, and since when."""
    return {
        process: (int(number), at)
        for process, number, at in database.execute("SELECT process, revision, at FROM serving_texts")
    }


def note_serving_content(database: Database, process: str, number: int, at: str) -> None:
    """Notes which state of the texts a process of the website sends from now on."""
    database.execute(
        "INSERT OR REPLACE INTO serving_texts (process, revision, at) VALUES (?, ?, ?)", [process, number, at]
    )


def forget_serving(database: Database, process: str) -> None:
    """A process of the website is gone."""
    database.execute("DELETE FROM serving_texts WHERE process = ?", [process])


def stopped(database: Database) -> list[Version]:
    """Snippets whose version that was sent last is taken back, with no other in its place."""
    return _some(
        database,
        """kind = 'snippet' AND state = 'withdrawn' AND id =
        (SELECT r.text FROM text_revisions r JOIN texts o ON o.id = r.text WHERE o.kind = texts.kind
        AND o.name = texts.name ORDER BY r.id DESC LIMIT 1) ORDER BY id""",
    )


def before_published(database: Database, kind: str, name: str) -> Version | None:
    """The version that `undo` would send again; None when that is what the files hold.

    Raises:
        ReviewError: nothing was published here.
    """
    versions = history(database, kind, name)
    present = next((version for version in versions if version.state == "published"), None)
    if present is None:
        raise ReviewError("Nothing was published here, so there is nothing to go back from.")
    return next(
        (
            version
            for version in versions
            if version.state == "superseded" and version.signature and version.id < present.id
        ),
        None,
    )


def add_typing(database: Database) -> None:
    """Makes the table of what people are typing just now: it passes, and nobody is held to it."""
    database.execute(
        """CREATE TABLE text_typing (name TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL, fields TEXT NOT NULL,
            PRIMARY KEY (name, who)) WITHOUT ROWID"""
    )


def note_typing(database: Database, name: str, who: str, fields: Mapping[str, str], now: str) -> None:
    """Keeps what somebody has typed into a form and not saved yet; what they typed before into it is replaced."""
    with database.atomic():
        database.execute(
            "INSERT OR REPLACE INTO text_typing (name, who, at, fields) VALUES (?, ?, ?, ?)",
            [name, who, now, json.dumps(fields, ensure_ascii=False, sort_keys=True)],
        )


def forget_typing(database: Database, name: str, who: str) -> None:
    """What somebody typed is saved, or given up."""
    with database.atomic():
        database.execute("DELETE FROM text_typing WHERE name = ? AND who = ?", [name, who])


def typed(database: Database, name: str, who: str) -> tuple[str, dict[str, str]] | None:
    """When (ISO 8601 in UTC) and what somebody typed into a form without saving it."""
    row = database.execute("SELECT at, fields FROM text_typing WHERE name = ? AND who = ?", [name, who]).fetchone()
    return (str(row[0]), json.loads(row[1])) if row else None


def typing_now(database: Database, name: str, *, but: str, since: str) -> list[tuple[str, str]]:
    """Who else types into a form, and when they did last; `since` is ISO 8601 in UTC."""
    return database.execute(
        "SELECT who, at FROM text_typing WHERE name = ? AND who <> ? AND at >= ? ORDER BY at DESC", [name, but, since]
    ).fetchall()


def _as_born(newest: Version | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A wording with what its question keeps from version to version."""
    kept = {key: newest.body[key] for key in _BORN if key in newest.body} if newest is not None else {}
    return {**kept, **body}


def _check_signature(version: Version) -> None:
    """Raises ReviewError when a version is not what was approved."""
    if version.signature != _signature(
        version, str(version.approver), str(version.approver_role), str(version.approved_at), version.review_by
    ):
        raise ReviewError(
            "This version is not what was approved, so it is not sent. Please tell whoever runs the server."
        )


def _some(database: Database, where: str, *values: object) -> list[Version]:
    rows = database.execute(f"SELECT {_COLUMNS} FROM texts WHERE {where}", list(values))
    return [Version(*(*row[:5], json.loads(row[5]), *row[6:16], bool(row[16]))) for row in rows]


def _newest(database: Database, kind: str, name: str) -> Version | None:
    found = _some(database, "kind = ? AND name = ? ORDER BY id DESC LIMIT 1", kind, name)
    return found[0] if found else None


def _step(database: Database, version: int, by: str, action: str, now: str, *states: str, **detail: Any) -> Version:
    """The version, which must be in one of these states; the audit has its entry."""
    found = get(database, version)
    audit.append(database, by, action, f"{found.kind} {found.name}", now, number=found.number, **detail)
    found = get(database, version)
    if found.state not in states:
        raise ReviewError(
            f"This version is not where you saw it any more: it is {STATES[found.state]}. Nothing was changed."
        )
    return found


def _set(database: Database, version: Version, state: str, now: str) -> None:
    database.execute("UPDATE texts SET state = ?, changed_at = ? WHERE id = ?", [state, now, version.id])


def _put_in_use(database: Database, version: Version, by: str, now: str) -> int:
    database.execute(
        "UPDATE texts SET state = 'superseded', changed_at = ? WHERE kind = ? AND name = ? AND state = 'published'",
        [now, version.kind, version.name],
    )
    _set(database, version, "published", now)
    return _new_revision(database, version, by, now)


def _new_revision(database: Database, version: Version, by: str, now: str) -> int:
    row = database.execute(
        "INSERT INTO text_revisions (text, by, at) VALUES (?, ?, ?) RETURNING id", [version.id, by, now]
    ).fetchall()[0]
    return int(row[0])


def _signature(version: Version, by: str, role: str, at: str, review_by: str | None) -> str:
    """SHA-256 over all that is approved, by whom, in which role and when."""
    told = [version.kind, version.name, version.number, version.body, by, role, at, review_by]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def newest(database: Database) -> dict[tuple[str, str], Version]:
    """The newest version of each text and fact that staff ever changed, by kind and name."""
    found = _some(database, "id IN (SELECT max(id) FROM texts GROUP BY kind, name) ORDER BY id")
    return {(version.kind, version.name): version for version in found}


def sign(
    database: Database,
    name: str,
    body: Mapping[str, Any],
    *,
    author: str,
    number: int,
    by: str,
    role: str,
    now: str,
    one_person: bool,
    review_by: date,
) -> int:
    """Somebody answers for the words of a snippet as they are sent; they do not change.

    Returns the number of the new state of all texts.

    Args:
        author: who wrote them.

    Raises:
        ReviewError: `by` wrote them and the clinic does not let one person do both.
    """
    with database.atomic():
        audit.append(
            database,
            by,
            "text.signed",
            f"{SNIPPET} {name}",
            now,
            number=number,
            role=role,
            review_by=review_by.isoformat(),
        )
        if author == by and not one_person:
            raise ReviewError(
                "You wrote this text, so a colleague has to sign it. An administrator can allow one person to do both"
                " (Settings)."
            )
        if (newest := _newest(database, SNIPPET, name)) is not None and newest.state in _OPEN:
            raise ReviewError(
                "A new version of this text is being written. Approve that one instead, or skip this text."
            )
        reason = "signed as it is sent"
        row = database.execute(
            """INSERT INTO texts (kind, name, number, state, body, author, reason, created_at, changed_at, based_on)
            VALUES (?, ?, ?, 'review', ?, ?, ?, ?, ?, ?) RETURNING id""",
            [
                SNIPPET,
                name,
                number,
                json.dumps(_as_born(newest, body), ensure_ascii=False, sort_keys=True),
                author,
                reason,
                now,
                now,
                newest.id if newest else None,
            ],
        ).fetchall()[0]
        approve(database, int(row[0]), by=by, role=role, now=now, one_person=one_person, review_by=review_by)
        return publish(database, int(row[0]), by=by, now=now)
