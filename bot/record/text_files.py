"""What the files hold beside what staff published: the files
are what git keeps, the published versions are what is sent."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bot.content.approvals import not_as_approved, seal
from bot.content.files import ContentError, Written
from bot.content.library import Library, load_library
from bot.content.published import Published
from bot.content.sync import examples_by_intent
from bot.content.write_back import with_entry, with_fact
from bot.record import texts

_TOLD = ("question", "text", "short", "if_unknown", "sources", "related")


@dataclass(frozen=True)
class Standing:
    """Ids of texts and names of facts: `changed` in the files since they were approved, `newer` where a published
    version differs from the file, `open` where a draft or a version that waits for approval is in the console."""

    texts: int
    revision: int
    changed: tuple[str, ...]
    newer: tuple[str, ...]
    open: tuple[str, ...]


def standing(database: Database, data: Path) -> Standing:
    """How files and record stand to each other.

    Raises:
        ContentError: the files cannot be used.
    """
    files, published = load_library(data), texts.published_set(database)
    changed = not_as_approved(files, data)
    newer = [name for name, *_ in _differences(files, data, published)]
    waiting = [version.name for version in (*texts.drafts(database), *texts.waiting(database))]
    return Standing(len(files.written), texts.revision(database), tuple(changed), tuple(newer), tuple(waiting))


def differences(database: Database, data: Path, only: str | None = None) -> Iterator[str]:
    """A diff from each file to what is sent in its place, as lines.

    Raises:
        ContentError: the files cannot be used.
    """
    for name, before, after in _differences(load_library(data), data, texts.published_set(database)):
        if only in (None, name):
            yield from difflib.unified_diff(
                before.splitlines(), after.splitlines(), f"{name} (files)", f"{name} (sent)", lineterm=""
            )


def _differences(files: Library, data: Path, published: Published) -> Iterator[tuple[str, str, str]]:
    """Name, words in the files and words that are sent, of each text and fact where they differ."""
    sent = load_library(data, published=published)
    for name in published.entries:
        before, after = _words(files.written.get(name, {})), _words(sent.written[name])
        if before != after:
            yield name, before, after
    for name in published.facts:
        before, after = (
            json.dumps(plain(written.get(name)), ensure_ascii=False)
            for written in (files.clinic.written, sent.clinic.written)
        )
        if before != after:
            yield name, before, after


def _words(entry: Mapping[str, Any]) -> str:
    status = "" if entry.get("status") in (None, "approved") else f"\nstatus: {entry['status']}"
    return "\n".join(f"{key}: {entry[key]}" for key in _TOLD if entry.get(key)) + status


def plain(written: Written | None) -> Any:
    """A value as it is written, as texts, lists and mappings."""
    if written is None:
        return None
    if written.kind == "mapping" or written.pairs:
        return {key: plain(value) for key, value in written.pairs}
    return written.text if written.text is not None else [plain(item) for item in written.items]


def export(database: Database, data: Path) -> list[str]:
    """Writes what staff published into the files, and seals it; returns the names of what was written.

    A new question that no model was trained with stays in the record: a file with it would be one without examples.

    Raises:
        ContentError: a file was changed since its words were approved (both would be lost in each other), cannot be
            written back, or
            would say something else afterwards; nothing is written then.
    """
    published = texts.published_set(database)
    files = load_library(data)
    trained = examples_by_intent(data / "nlu")
    ready = {name: entry for name, entry in published.entries.items() if name in files or name in trained}
    published = Published(ready, published.facts)
    named = [name for name, *_ in _differences(files, data, published)]
    if conflicts := [name for name in not_as_approved(files, data) if name in named]:
        raise ContentError(
            f"`{conflicts[0]}` was changed in the files and in the console. Look at `python -m bot snippets diff"
            f" {conflicts[0]}`, take one of the two, and seal it or publish it; then export again."
        )
    sent = load_library(data, published=published)
    contents: dict[Path, str] = {}
    for name in named:
        clinic = data / "clinic.yml"
        path = clinic if name in published.facts else data / "snippets" / f"{sent[name].topic}.yml"
        before = contents.get(path) or path.read_text(encoding="utf-8")
        contents[path] = (
            with_fact(before, path, name, published.facts[name])
            if path == clinic
            else with_entry(before, path, sent.written[name])
        )
    _write_all(contents, data, sent)
    if named:
        seal(load_library(data), data)
    return named


def _write_all(contents: Mapping[Path, str], data: Path, wanted: Library) -> None:
    """Writes all files, and puts them all back if what they say then is not what is wanted."""
    before = {path: path.read_bytes() for path in contents}
    try:
        for path, text in contents.items():
            unfinished = path.with_suffix(".unfinished")
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(path)
        after = load_library(data)
        wrong = [name for name, entry in wanted.written.items() if _words(after.written.get(name, {})) != _words(entry)]
        if wrong or after.clinic.fields != wanted.clinic.fields:
            raise ContentError(
                f"{', '.join(wrong) or 'clinic.yml'} would not say the same in the files, so nothing was written."
                " Change it there by hand."
            )
    except (ContentError, OSError) as error:
        for path, was in before.items():
            path.write_bytes(was)
        if isinstance(error, OSError):
            raise ContentError(
                f"{data}: cannot be written ({error.strerror}). Run this as somebody who may."
            ) from error
        raise


def import_changes(database: Database, data: Path, *, by: str, now: str) -> list[str]:
    """Takes what was changed in the files since it was approved as drafts into the console; returns the ids.

    Raises:
        ContentError: the files cannot be used, or a draft of the same text is open in the console.
    """
    files = load_library(data)
    changed = not_as_approved(files, data)
    waiting = {version.name for version in (*texts.drafts(database), *texts.waiting(database))}
    if both := [name for name in changed if name in waiting]:
        raise ContentError(
            f"`{both[0]}` was changed in the files, and a draft of it is open in the console. Settle that one first;"
            " nothing was taken over."
        )
    newest = texts.newest(database)
    with database.atomic():
        for name in changed:
            entry = {key: value for key, value in files.written[name].items() if key in _TOLD}
            last = newest.get((texts.SNIPPET, name))
            number = max(files[name].version, last.number if last else 0) + 1
            based_on = last.id if last else None
            texts.save_draft(
                database,
                texts.SNIPPET,
                name,
                entry,
                by=by,
                reason="Changed in the files.",
                based_on=based_on,
                number=number,
                now=now,
            )
    return changed
