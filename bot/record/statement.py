"""A dated statement for a period: what visitors were sent, who approved it, and whether the record holds up.

For a clinic's files.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from fpdf import FPDF, FontFace
from markupsafe import Markup, escape
from sqlite_utils import Database

from bot.record.chain import head
from bot.record.proof import prove
from bot.safety.warning import WARNING
from bot.vocabulary import GRAVEST_FIRST

_LATIN = str.maketrans(
    {
        "Ł": "L",
        "ł": "l",
        "Đ": "D",
        "đ": "d",
        "ı": "i",
        "–": "-",
        "—": "-",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "…": "...",
    }
)
_PROBLEMS_SHOWN = 200


@dataclass(frozen=True)
class Table:
    """Rows under column heads; every cell is a text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Statement:
    """What is told, in order: a title, sentences, tables. `holds` is whether the record could be proved."""

    title: str
    sentences: tuple[str, ...]
    tables: tuple[Table, ...]
    holds: bool


def make_statement(database: Database, path: Path | None, clinic: str, first: date, last: date, now: str) -> Statement:
    """The statement for the days from `first` to `last`, both included, by UTC.

    Args:
        database: the record.
        path: its file, for the heads that were noted; None for a record in memory.
        clinic: the clinic's name.
        now: ISO 8601 in UTC.
    """
    proof = prove(database, path)
    span = [first.isoformat(), (last + timedelta(days=1)).isoformat()]
    turns = dict(
        database.execute("SELECT route, count(*) FROM turns WHERE at >= ? AND at < ? GROUP BY route", span).fetchall()
    )
    (unwarned,) = database.execute(
        "SELECT count(*) FROM turns WHERE at >= ? AND at < ? AND warning <> ?", [*span, WARNING]
    ).fetchone()
    (erased,) = database.execute("SELECT count(*) FROM deleted_conversations WHERE at >= ? AND at < ?", span).fetchone()
    number, digest = head(database)
    holds = not proof.problems
    total = sum(turns.values())
    sentences = (
        (
            f"Made on {now[:10]} at {now[11:16]} UTC for {clinic}, about the days from {first.isoformat()} to"
            f" {last.isoformat()}."
        ),
        (
            f"Visitors were answered {total} times. {'Every reply' if not unwarned else f'All but {unwarned} replies'}"
            f" carried the warning: {WARNING}"
        ),
        f"{erased} conversations were erased in this time, and their words with them.",
        (
            f"The whole record was checked: {proof.turns} replies, {proof.texts} approved texts, {proof.entries}"
            " entries of the audit. Each sentence that was sent was an approved text in use at that time, and nothing"
            " was changed or taken out since."
            if holds
            else f"The whole record was checked and does NOT hold: {len(proof.problems)} findings are listed below."
        ),
        f"The chain over the record has {number} links; the newest is {digest or 'not there yet'}.",
    )
    tables = [
        Table(
            "Replies by route",
            ("Route", "Replies"),
            tuple((route.replace("_", " "), str(turns[route])) for route in GRAVEST_FIRST if route in turns),
        ),
        Table(
            "Texts that were sent",
            ("Text", "Version", "Times", "In use since", "Approved by"),
            tuple(_texts(database, span)),
        ),
        Table("What staff did", ("Action", "Times"), tuple(_actions(database, span))),
    ]
    if not holds:
        more = len(proof.problems) - _PROBLEMS_SHOWN
        note = f"And {more} more; `python -m bot record verify` lists them." if more > 0 else ""
        tables.insert(
            0,
            Table(
                "What does not hold",
                ("Finding",),
                tuple((problem,) for problem in proof.problems[:_PROBLEMS_SHOWN]),
                note,
            ),
        )
    return Statement("Statement about approved answers", sentences, tuple(tables), holds)


def _texts(database: Database, span: Sequence[str]) -> Iterator[tuple[str, ...]]:
    rows = database.execute(
        """SELECT t.snippet_id, t.snippet_version, count(*), s.noted_at, s.approval FROM turns t
        LEFT JOIN sent_texts s ON s.id = t.snippet_id AND s.version = t.snippet_version AND s.hash = t.snippet_hash
        WHERE t.at >= ? AND t.at < ? GROUP BY 1, 2, 4, 5 ORDER BY 3 DESC, 1""",
        span,
    )
    for name, version, times, since, approval in rows:
        yield (
            str(name),
            str(version),
            str(times),
            (since or "")[:10],
            approval or "worked out from an approved pattern and the opening hours",
        )


def _actions(database: Database, span: Sequence[str]) -> Iterator[tuple[str, ...]]:
    rows = database.execute(
        "SELECT action, count(*) FROM audit WHERE at >= ? AND at < ? GROUP BY 1 ORDER BY 2 DESC, 1", span
    )
    for action, times in rows:
        yield str(action).replace(".", " ").replace("_", " "), str(times)


def as_html(statement: Statement) -> str:
    """A page that stands by itself and prints well."""
    parts = [
        Markup("<h1>{}</h1>").format(statement.title),
        *(Markup("<p>{}</p>").format(sentence) for sentence in statement.sentences),
    ]
    for table in statement.tables:
        heads = Markup("").join(Markup("<th scope=col>{}</th>").format(column) for column in table.columns)
        rows = Markup("").join(
            Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(cell) for cell in row))
            for row in table.rows
        )
        shown = (
            Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(heads, rows)
            if table.rows
            else Markup("<p>None.</p>")
        )
        parts.append(Markup("<h2>{}</h2>{}<p>{}</p>").format(table.title, shown, table.note))
    style = (
        "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0"
        " 1rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem"
        " .3rem 0;border-bottom:1px solid #bbb}tr{break-inside:avoid}"
    )
    head_part = (
        '<meta charset="utf-8"><meta name="viewport"'
        f' content="width=device-width"><title>{escape(statement.title)}</title>'
    )
    return (
        "<!doctype html>\n<html"
        f' lang="en"><head>{head_part}<style>{style}</style></head><body>{Markup("").join(parts)}</body></html>\n'
    )


def as_pdf(statement: Statement) -> bytes:
    """The same as a PDF of A4 pages.

    Its letters are Latin ones: others are told without their marks, or as a question mark.
    """
    pdf = FPDF(format="A4")
    pdf.set_title(_latin(statement.title))
    pdf.set_auto_page_break(True, margin=18)
    pdf.add_page()
    pdf.set_font("helvetica", "B", 18)
    pdf.multi_cell(0, 10, _latin(statement.title), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("helvetica", size=10)
    for sentence in statement.sentences:
        pdf.multi_cell(0, 5.5, _latin(sentence), new_x="LMARGIN", new_y="NEXT")
        pdf.ln(1.5)
    for table in statement.tables:
        pdf.ln(3)
        pdf.set_font("helvetica", "B", 13)
        pdf.multi_cell(0, 8, _latin(table.title), new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", size=9)
        if not table.rows:
            pdf.multi_cell(0, 5.5, "None.", new_x="LMARGIN", new_y="NEXT")
            continue
        with pdf.table(
            borders_layout="HORIZONTAL_LINES", text_align="LEFT", headings_style=FontFace(emphasis="BOLD")
        ) as drawn:
            for row in (table.columns, *table.rows):
                cells = drawn.row()
                for cell in row:
                    cells.cell(_latin(cell))
        if table.note:
            pdf.multi_cell(0, 5.5, _latin(table.note), new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def _latin(text: str) -> str:
    """The text in the letters of ISO 8859-1, which every reader of PDF has a font for."""
    shown = []
    for letter in text.translate(_LATIN):
        plain = (
            letter
            if letter <= "\xff"
            else "".join(part for part in unicodedata.normalize("NFKD", letter) if part <= "\xff")
        )
        shown.append(plain or "?")
    return "".join(shown)
