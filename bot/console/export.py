"""Rows as files: JSON lines for programs, CSV for a spreadsheet. Pure but for the chunks handed in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.console.queries import CONVERSATION_COLUMNS, EXPORTED, REVIEWED

CSV_COLUMNS: Mapping[str, Sequence[str]] = {
    "turns": tuple(name for name in (*EXPORTED, *REVIEWED) if name not in ("ranking", "explanation", "messages")),
    "conversations": CONVERSATION_COLUMNS,
}
"""What fits a cell, by what a row is; the nested columns are in the JSON lines."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def safe_cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers."""
    if isinstance(value, str) and (value.startswith(_FORMULA_STARTS) or value.lstrip().startswith(_FORMULA_STARTS)):
        return f"'{value}"
    return value


def json_lines(chunks: Iterable[list[dict[str, Any]]]) -> Iterator[str]:
    """One JSON object a row, one piece of output a chunk."""
    for rows in chunks:
        yield "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def csv_lines(chunks: Iterable[list[dict[str, Any]]], columns: Sequence[str]) -> Iterator[str]:
    """A header and the rows; the byte order mark tells spreadsheets that it is UTF-8."""
    yield "\ufeff" + _csv([dict(zip(columns, columns, strict=True))], columns)
    for rows in chunks:
        yield _csv(rows, columns)


def _csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([safe_cell(row[name]) for name in columns])
    return buffer.getvalue()
