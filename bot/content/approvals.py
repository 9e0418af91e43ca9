"""What was approved, word for word: data/approvals.yml holds a hash for every snippet in the files.

It covers the words with their {fields} still open, the short version, sources, route, who approved it and when, and the
values of the clinical facts that the text names. Whoever changes any of that has to have it approved again. A version
that staff published in the console has its own signature in the record and is not looked for here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from bot.content.fact_groups import CLINICAL, load_fact_groups
from bot.content.files import ContentError, read_mapping
from bot.content.library import SHORT, Library
from bot.content.wordings import named_in
from bot.vocabulary import Route

FILE = "approvals.yml"
CHANGED = "changed"
"""The status of an answer whose words are not those that were approved: it is not sent."""

_COVERED = (
    "question",
    "text",
    "short",
    "if_unknown",
    "sources",
    "route",
    "after_risk",
    "speaks_of",
    "clinic_only",
    "version",
    "approval",
)
_HEAD = (
    "# Made by `python -m bot snippets seal`: what was approved, as a hash of each text. Not to be edited by hand.\n"
    "# A text whose words are others now is not sent until somebody approves it again.\n"
)


def hashes(library: Library, data: Path) -> dict[str, str]:
    """The hash of each snippet as it is written, in hexadecimal, by id.

    Raises:
        ContentError: data/fact_groups.yml cannot be used.
    """
    groups = load_fact_groups(data / "fact_groups.yml", library.clinic.schema)
    clinical = {name for group in groups if group.care == CLINICAL for name in group.names}
    found = {}
    for snippet_id, entry in library.written.items():
        facts = {name: library.clinic.fields.get(name) for name in sorted(named_in(entry) & clinical)}
        told = [snippet_id, {key: entry.get(key) for key in _COVERED}, facts]
        found[snippet_id] = hashlib.sha256(
            json.dumps(told, ensure_ascii=False, sort_keys=True, default=str).encode()
        ).hexdigest()
    return found


def read_approvals(data: Path) -> Mapping[str, str] | None:
    """The hashes that were approved, by id; None where a clinic keeps none.

    Raises:
        ContentError: the file cannot be read.
    """
    path = data / FILE
    if not path.is_file():
        return None
    approved = read_mapping(path)
    if not all(isinstance(value, str) for value in approved.values()):
        raise ContentError(
            f"{path}: every line must be an id and a hash. Make it anew with `python -m bot snippets seal`."
        )
    return approved


def not_as_approved(library: Library, data: Path, published: Collection[str] = ()) -> list[str]:
    """The ids of approved snippets whose words are not those that were approved, in the order of the files.

    Args:
        published: ids of snippets that staff published in the console.

    Raises:
        ContentError: the approvals or the groups of facts cannot be read.
    """
    approved = read_approvals(data)
    if approved is None:
        return []
    return [
        name
        for name, digest in hashes(library, data).items()
        if name not in published and library[name].status == "approved" and approved.get(name) != digest
    ]


def without(library: Library, names: Collection[str]) -> Library:
    """The library in which these answers are not sent.

    A referral or an emergency text stays: old words are worth more than none.
    """
    held = {name for name in names if library[name].route == Route.ANSWER}
    if not held:
        return library
    both = held | {name + SHORT for name in held}
    snippets = {
        name: replace(snippet, status=CHANGED) if name in both else snippet
        for name, snippet in library.snippets.items()
    }
    return replace(library, snippets=snippets)


def seal(library: Library, data: Path) -> list[str]:
    """Writes the hashes of all approved snippets as they are written now; returns the ids whose hash is a new one.

    Raises:
        ContentError: the file cannot be written.
    """
    before = read_approvals(data) or {}
    now = {name: digest for name, digest in sorted(hashes(library, data).items()) if library[name].status == "approved"}
    path = data / FILE
    unfinished = path.with_suffix(".unfinished")
    try:
        unfinished.write_text(_HEAD + "".join(f"{name}: {digest}\n" for name, digest in now.items()), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise ContentError(f"{path}: cannot be written ({error.strerror}). Run this as somebody who may.") from error
    return [name for name, digest in now.items() if before.get(name) != digest]
