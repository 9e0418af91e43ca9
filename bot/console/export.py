"""Rows as files: JSON lines for programs, CSV for a spreadsheet. Pure but for the chunks handed in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from bot.console.queries import CONVERSATION_COLUMNS, EXPORTED, REVIEWED

CSV_COLUMNS: Mapping[str, Sequence[str]] = {
    "turns": tuple(name for name in ("id", *EXPORTED, *REVIEWED) if name not in ("ranking", "explanation", "messages")),
    "conversations": CONVERSATION_COLUMNS,
}
"""What fits a cell, by what a row is; the nested columns are in the JSON lines."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")

_IDS = frozenset({"conversation", "snippet_hash", "model_id"})
"""Columns that other files are joined by: they stay letter by letter, and hold nothing that anybody typed."""

_TIMES = frozenset({"at", "judged_at", "started_at", "last_at"})

MAX_CELL = 32_000
"""Letters that a cell of a spreadsheet holds, with room for the mark that says that there was more."""

_BREAKS = {ord("\u2028"): "\\u2028", ord("\u2029"): "\\u2029", ord("\x85"): "\\u0085"}
"""What some readers take for the end of a line, written so that it is none."""


def safe_cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe
    in front, and one that it could not hold is cut; numbers stay numbers."""
    if isinstance(value, list):
        value = "\n".join(value)
    if not isinstance(value, str):
        return value
    cut = value if len(value) <= MAX_CELL else f"{value[:MAX_CELL]} … (cut: {len(value):,} letters)"
    return f"'{cut}" if cut.startswith(_FORMULA_STARTS) or cut.lstrip().startswith(_FORMULA_STARTS) else cut


def told_in(rows: Iterable[list[dict[str, Any]]], zone: tzinfo | None, address: str) -> Iterator[list[dict[str, Any]]]:
    """The rows with times in the zone of whoever asked, to the second
    with its distance from UTC, and links with the console's address."""
    for part in rows:
        for row in part:
            for name in _TIMES & row.keys():
                if row[name]:
                    row[name] = (
                        datetime.fromisoformat(row[name]).astimezone(zone).isoformat(sep=" ", timespec="seconds")
                    )
            if row.get("link"):
                row["link"] = f"{address}{row['link']}"
        yield part


def json_lines(chunks: Iterable[list[dict[str, Any]]]) -> Iterator[str]:
    """One JSON object a row, one piece of output a chunk."""
    for rows in chunks:
        yield "".join(json.dumps(row, ensure_ascii=False).translate(_BREAKS) + "\n" for row in rows)


def csv_lines(chunks: Iterable[list[dict[str, Any]]], columns: Sequence[str]) -> Iterator[str]:
    """A header and the rows; the byte order mark tells spreadsheets that it is UTF-8."""
    yield "\ufeff" + _csv([dict(zip(columns, columns, strict=True))], columns)
    for rows in chunks:
        yield _csv(rows, columns)


def _csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([row[name] if name in _IDS else safe_cell(row[name]) for name in columns])
    return buffer.getvalue()
