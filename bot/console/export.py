"""Turns as files: JSON lines for programs, CSV for a spreadsheet. Pure but for the chunks handed in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.console.queries import EXPORTED

CSV_COLUMNS = tuple(name for name in EXPORTED if name not in ("ranking", "explanation", "messages"))
"""What fits a cell; the nested columns are in the JSON lines."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def safe_cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers."""
    if isinstance(value, str) and (value.startswith(_FORMULA_STARTS) or value.lstrip().startswith(_FORMULA_STARTS)):
        return f"'{value}"
    return value


def json_lines(chunks: Iterable[list[dict[str, Any]]]) -> Iterator[str]:
    """One JSON object a turn, one piece of output a chunk."""
    for rows in chunks:
        yield "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def csv_lines(chunks: Iterable[list[dict[str, Any]]]) -> Iterator[str]:
    """A header and one row a turn; the byte order mark tells spreadsheets that it is UTF-8."""
    yield "\ufeff" + _csv([dict(zip(CSV_COLUMNS, CSV_COLUMNS, strict=True))])
    for rows in chunks:
        yield _csv(rows)


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([safe_cell(row[name]) for name in CSV_COLUMNS])
    return buffer.getvalue()
