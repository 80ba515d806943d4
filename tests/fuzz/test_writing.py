"""Content written to a file and read again is what it was, in each form."""

import zipfile
from datetime import date, datetime

import pytest

from pipeline.read.workbook import Workbook
from tests.fuzz.content import Archive, Cell, Content, Form, Page, Shown, content_of, name_of, place_of
from tests.fuzz.writing import write

ROWS = [
    ["Table 1: Deaths  in two\nlines & <more>"],
    [],
    ["Code", "", "2021", 2022.0],
    ["E06000001", " spaced ", 12.0, 0.1 + 0.2],
    ["", "", True, datetime(2013, 12, 1)],
]


def _filled(row: list[Cell]) -> list[object]:
    """The filled cells of a row; a day is a day whatever type it comes as, and numbers are as programs save them."""
    cells = [cell for cell in row if cell != ""]
    return [
        str(cell)[:10] if isinstance(cell, date) else round(cell, 12) if type(cell) is float else cell for cell in cells
    ]


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
def test_a_workbook_holds_what_was_written(suffix, tmp_path):
    seen = Page("Table 1", ROWS, merged=[(0, 0, 0, 2)], hidden_rows={3})
    path = write(Content([seen, Page("away", [["x"]], hidden=True)], Form(suffix)), tmp_path / f"a.{suffix}")
    first, second = content_of(path).pages
    assert [_filled(row) for row in first.rows] == [_filled(row) for row in ROWS]
    assert (first.hidden_rows, first.hidden, second.hidden) == ({3}, False, True)
    if suffix == "xlsx":
        assert first.merged == seen.merged


@pytest.mark.parametrize(
    "form",
    [
        Form("csv"),
        Form("csv", encoding="utf-8-sig", line_end="\r\n", quote_all=True),
        Form("csv", encoding="cp1252", last_line_end=False),
    ],
)
def test_a_text_holds_what_was_written(form, tmp_path):
    rows = [["a", "b"], ["1,2", 'said "é"'], ["", "line\nbreak"]]
    assert content_of(write(Content([Page("", rows)], form), tmp_path / "a.csv")).pages[0].rows == rows


def test_a_number_keeps_its_value_under_a_format(tmp_path):
    shown = Shown(1234.0, (("num_format", '"[c]"'),))
    path = write(Content([Page("a", [["Code", shown]])], Form("xlsx")), tmp_path / "a.xlsx")
    assert content_of(path).pages[0].rows == [["Code", 1234.0]]
    assert b'formatCode="&quot;[c]&quot;"' in zipfile.ZipFile(path).read("xl/styles.xml")


def test_a_number_keeps_its_value_in_white(tmp_path):
    shown = Shown(1234.0, (("font_color", "white"),))
    path = write(Content([Page("a", [["Code", shown]])], Form("ods")), tmp_path / "a.ods")
    assert content_of(path).pages[0].rows == [["Code", 1234.0]]
    assert Workbook(path).cells("a").tolist() == [["Code", "1234 in the colour of its cell"]]


def test_an_archive_holds_its_members_by_name(tmp_path):
    content = Content([Page("", [["a"], ["1"]])], Form("csv"))
    path = write(Archive([("b.csv", content), ("old/b.csv", content)]), tmp_path / "a.zip")
    assert zipfile.ZipFile(path).namelist() == ["b.csv", "old/b.csv"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_row_that_is_flattened_is_seen_by_nobody_and_not_hidden(tmp_path):
    page = Page("a", [["1", "2"], ["3", "4"]], hidden_rows={1}, hidden_columns=frozenset({1}), flattened=True)
    sheet = zipfile.ZipFile(write(Content([page], Form("xlsx")), tmp_path / "a.xlsx")).read("xl/worksheets/sheet1.xml")
    assert b"hidden" not in sheet
    assert b'ht="0.75" customHeight="1"' in sheet and b'customWidth="1"' in sheet


def test_a_place_is_named_as_figures_name_it():
    content = Content([Page("", [["Area", " Value "], ["E", "1"]])], Form("csv"))
    assert place_of(content, "row 2, Value") == ("", 1, 1)
    assert place_of(content, "Table 1!AB12") == ("Table 1", 11, 27)
    assert name_of(("Table 1", 11, 27)) == "Table 1!AB12"
    assert place_of(content, "Table 1!A2 (first of 8 rows)") is None


def test_what_is_inserted_or_removed_takes_merged_cells_and_hidden_rows_along():
    page = Page("a", [["1"], ["2"], ["3"]], merged=[(1, 0, 1, 1)], hidden_rows={2})
    page.insert_row(1, ["new"])
    assert (page.merged, page.hidden_rows) == ([(2, 0, 2, 1)], {3})
    page.insert_column(0, [])
    assert page.merged == [(2, 1, 2, 2)]
    page.remove_row(0)
    assert (page.merged, page.hidden_rows, page.rows[0]) == ([(1, 1, 1, 2)], {2}, ["", "new"])
