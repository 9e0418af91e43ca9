"""A statement for a period says what was sent, who approved it and whether the record holds; as a page and as a PDF."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.record.database import open_record
from bot.record.statement import as_html, as_pdf, make_statement
from tests.record.test_proof import _forge
from tests.record.test_proof import path as path

JANUARY = (date(2027, 1, 1), date(2027, 1, 31))


def test_it_tells_what_was_sent_who_approved_it_and_that_the_record_holds(path: Path) -> None:
    with closing(open_record(path)) as database:
        page = as_html(make_statement(database, path, "Łódź Clinic", *JANUARY, "2027-02-01T10:00:00.000+00:00"))
    assert "Visitors were answered 3 times. Every reply carried the warning" in page
    assert "what_is_ozone" in page
    assert "Project editors (starter set)" in page
    assert "nothing was changed or taken out since" in page
    assert "Łódź Clinic" in page


def test_it_says_where_the_record_does_not_hold(path: Path) -> None:
    _forge(path, "UPDATE turns SET text = 'thanks' WHERE id = 3")
    with closing(open_record(path)) as database:
        made = make_statement(database, path, "Clinic", *JANUARY, "2027-02-01T10:00:00.000+00:00")
    assert not made.holds
    assert "turns 3: was changed" in as_html(made)


def test_words_of_the_record_are_no_markup(path: Path) -> None:
    with closing(open_record(path)) as database:
        assert "<script>" not in as_html(
            make_statement(database, path, "<script>", *JANUARY, "2027-02-01T10:00:00.000+00:00")
        )


def test_the_pdf_is_one_whatever_the_letters(path: Path) -> None:
    with closing(open_record(path)) as database:
        assert as_pdf(
            make_statement(database, path, "Łódź 療法 Clinic", *JANUARY, "2027-02-01T10:00:00.000+00:00")
        ).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "2027-01-01", "--to", "2027-01-31", "x.doc"], "ends in .html or .pdf"),
        (["--from", "2027-02-01", "--to", "2027-01-31", "x.pdf"], "Swap them"),
    ],
)
def test_bad_input_gets_a_sentence(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["record", "statement", *arguments])
    assert result.exit_code == 2
    assert said in result.output
