"""Texts that are drawn over a table: what they say of its numbers counts as if it stood in a cell."""

from pathlib import Path

import pytest
import xlsxwriter

from pipeline.read.opening import Refused
from pipeline.read.wording import laid_over
from pipeline.read.workbook import Workbook
from tests.read.test_opening import ods

AGAINST = [
    "Withdrawn",
    "These figures have been withdrawn.",
    "SUPERSEDED: see the edition of March, which has more of them",
    "DRAFT",
    "Draft for comment",
    "This table is a draft, and may still change in some of its rows.",
    "Not to be used",
    "Not for publication",
    "Do not quote",
    "Numbers in thousands",
    "Cumulative",
    "Seasonally adjusted",
    "Old series",
]
HARMLESS = [
    "",
    "Back to contents",
    "Source: Home Office",
    "Crown copyright 2024",
    "Contact: crime.statistics@example.gov.uk",
    "Numbers below 5 are not shown, so that nobody can be known from them.",
    "The army is drafted in, and previously published figures were revised where a force had found others.",
]
HEADED = [["Table 1: Deaths by area"], ["Area", "Deaths"], ["E92000001", 5]]


def xlsx(path: Path, *texts: str) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("A1")
        for at, row in enumerate(HEADED):
            sheet.write_row(at, 0, row)
        for at, text in enumerate(texts):
            sheet.insert_textbox(4 + at, 4, text)
        # What is drawn over another sheet says nothing of this one.
        book.add_worksheet("Notes").insert_textbox(0, 0, "Withdrawn")
    return path


def as_ods(path: Path, *texts: str) -> Path:
    boxes = [f"<draw:frame><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>" for text in texts]
    rows = "".join(
        f"<table:table-row>{''.join(f'<table:table-cell {cell}</table:table-cell>' for cell in map(_cell, row))}"
        "</table:table-row>"
        for row in HEADED
    )
    return ods(path, f"<table:shapes>{''.join(boxes)}</table:shapes>{rows}")


def _cell(held: str | int) -> str:
    kind = 'office:value-type="string"' if isinstance(held, str) else f'office:value-type="float" office:value="{held}"'
    return f"{kind}><text:p>{held}</text:p>"


@pytest.mark.parametrize("text", AGAINST)
def test_a_text_may_speak_against_the_numbers_that_it_is_laid_over(text):
    assert laid_over(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_link_or_a_credit_says_nothing_of_numbers(text):
    assert not laid_over(text)


@pytest.mark.parametrize("write", [xlsx, as_ods])
def test_a_table_is_refused_over_which_it_is_said_that_its_numbers_do_not_stand(write, tmp_path):
    path = tmp_path / f"a.{'xlsx' if write is xlsx else 'ods'}"
    assert len(Workbook(write(path, *HARMLESS[1:])).tables("deaths")) == 1
    with pytest.raises(Refused, match="'Figures withdrawn', which says 'withdrawn'"):
        Workbook(write(path, HARMLESS[1], "Figures withdrawn")).tables("deaths")
