"""The readers of the seven publications: published figures at their cells, and what becomes of an altered workbook.

Real files are read where they are; the altered ones are samples rewritten in a temporary folder.
"""

import csv
import random
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook


from pipeline import periods
from pipeline.releases import Release
from pipeline.source import SOURCES, figures
from pipeline.workbook import GSS, Refused, column_letters
from tests.conftest import ROOT, real_file

SAMPLES = ROOT / "data" / "raw" / "_sample"
SAYS = ["measure", "period_label", "area_code", "sex", "age", "category", "unit", "precision", "status"]
NUMBERS = ["value", "lower", "upper", "base"]

Sheets = dict[str, list[list]]


def read(source_id: str, path: Path) -> pd.DataFrame:
    return figures(SOURCES[source_id], Release(source_id, date(2024, 1, 1), path, "0" * 64, False))


def said(frame: pd.DataFrame) -> pd.DataFrame:
    """What figures say, whatever their order and cells."""
    return frame[SAYS + NUMBERS].astype(dict.fromkeys(SAYS, object)).sort_values(SAYS).reset_index(drop=True)


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(said(found), said(expected))


def write(path: Path, sheets: Sheets, hidden: tuple[str, ...] = (), merged: dict[str, list] | None = None) -> Path:
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for first, last in (merged or {}).get(name, ()):
                sheet.merge_range(*first, *last, "")
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, bool):
                        sheet.write_boolean(number, column, cell)
                    elif isinstance(cell, datetime):
                        sheet.write_datetime(number, column, cell, dates)
                    elif isinstance(cell, str):
                        sheet.write_string(number, column, cell) if cell else None
                    else:
                        sheet.write_number(number, column, cell)
            if name in hidden:
                sheet.hide()
    return path


def cells_of(path: Path, wanted: str) -> Sheets:
    book = CalamineWorkbook.from_path(path)
    sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    return {name: rows for name, rows in sheets.items() if re.fullmatch(wanted, name.strip())}


# --- the bases that tests alter ----------------------------------------------------------------------------

# Source, release of the sample, and the sheets that its reader needs.
BASES = {
    "deaths": ("ons_drug_deaths", "2022-08-03", r"Table (1|2|4|5|6|7|10)|Contents"),
    "local deaths": ("ons_drug_deaths_local", "2022-08-03", r"Table \d|Contents"),
    "homelessness 2018": ("mhclg_homelessness", "2018-10-22", r"A[13](\b|_).*|Contents"),
    "homelessness 2022": ("mhclg_homelessness", "2023-04-22", r"A[13](\b|_).*|Contents"),
    "forces 2019": ("ons_police_force_tables", "2020-04-23", r"Table P[123]|Notes"),
    "forces 2024": ("ons_police_force_tables", "2025-04-24", r"Table [PC]\d|Notes.*"),
    "population": ("ons_population", "2023-11-23", r"MYE2.*|Contents"),
}
KEPT = re.compile(r"K.*|E92.*|W92.*|E12.*|E0600000\d|E060000[56]\d|E0700000\d|E2[23]0000[012]\d|W.*", re.IGNORECASE)


@cache
def _base(name: str) -> Sheets:
    source_id, released, wanted = BASES[name]
    (path,) = (SAMPLES / source_id / released).iterdir()
    sheets = cells_of(path, wanted)
    if name in ("local deaths", "population", "forces 2024"):
        codes = {sheet: (2 if sheet.startswith("Table C") else 0) for sheet in sheets}
        for sheet, rows in sheets.items():
            at = codes[sheet]
            sheets[sheet] = [
                row for row in rows if not re.fullmatch(GSS, str(row[at]).strip()) or KEPT.fullmatch(str(row[at]))
            ]
    return sheets


def base(name: str) -> Sheets:
    return deepcopy(_base(name))


@pytest.fixture(scope="module")
def unaltered(tmp_path_factory) -> Callable[[str], pd.DataFrame]:
    @cache
    def read_base(name: str) -> pd.DataFrame:
        path = write(tmp_path_factory.mktemp("base") / "base.xlsx", base(name))
        return read(BASES[name][0], path)

    return read_base


@pytest.fixture
def altered(tmp_path) -> Callable[..., pd.DataFrame]:
    def read_altered(name: str, sheets: Sheets, **options) -> pd.DataFrame:
        return read(BASES[name][0], write(tmp_path / "altered.xlsx", sheets, **options))

    return read_altered


# Where each base has a table of counts to alter: sheet, row of its lowest headings, first row and column of numbers.
PLACES = {
    "deaths": ("Table 1", 6, 8, 3),
    "local deaths": ("Table 1", 3, 5, 4),
    "homelessness 2018": ("A3 - Apr-Jun 18", 2, 4, 13),
    "homelessness 2022": ("A3", 3, 5, 13),
    "forces 2019": ("Table P1", 4, 6, 4),
    "forces 2024": ("Table P1", 6, 7, 2),
    "population": ("MYE2 - Persons", 7, 8, 3),
}


def test_the_places_are_where_the_altered_tables_have_their_numbers():
    for name, (sheet, heads, top, left) in PLACES.items():
        rows = _base(name)[sheet]
        assert isinstance(rows[heads][left], str | float | int) and rows[heads][left] != "", name
        assert isinstance(rows[top][left], float | int), (name, rows[top][:8])


# --- alterations that change no figure ----------------------------------------------------------------------


def rename_sheets(name: str, sheets: Sheets) -> Sheets:
    return {
        sheet if sheet.startswith("Notes") else f"x{number}": rows
        for number, (sheet, rows) in enumerate(sheets.items())
    }


def reverse_sheets(name: str, sheets: Sheets) -> Sheets:
    return dict(reversed(sheets.items()))


def note_above_headings(name: str, sheets: Sheets) -> Sheets:
    sheet, heads, _, _ = PLACES[name]
    first = next(row for row in range(heads, 0, -1) if not any(sheets[sheet][row - 1][1:]))
    sheets[sheet].insert(first, ["Some shorthand is used in this table. [x] means not available."])
    return sheets


def insert_blank_column(name: str, sheets: Sheets) -> Sheets:
    sheet, _, _, left = PLACES[name]
    for row in sheets[sheet]:
        row.insert(left, "")
    return sheets


def decorate_headings(name: str, sheets: Sheets) -> Sheets:
    sheet, heads, _, _ = PLACES[name]
    row = sheets[sheet][heads]
    row[:] = [f" {cell.upper()}\n [note 9] " if isinstance(cell, str) and cell else cell for cell in row]
    return sheets


def hard_spaces_in_headings(name: str, sheets: Sheets) -> Sheets:
    sheet, heads, _, _ = PLACES[name]
    row = sheets[sheet][heads]
    row[:] = [cell.replace(" ", "\u00a0") + "\u200b" if isinstance(cell, str) and cell else cell for cell in row]
    return sheets


def swap_two_columns(name: str, sheets: Sheets) -> Sheets:
    sheet, _, _, left = PLACES[name]
    for row in sheets[sheet][1:]:
        # A label over several columns stays on the first of them.
        if len(row) > left + 1 and (row[left] == "") == (row[left + 1] == ""):
            row[left], row[left + 1] = row[left + 1], row[left]
    return sheets


def blank_rows_in_the_middle(name: str, sheets: Sheets) -> Sheets:
    sheet, _, top, _ = PLACES[name]
    sheets[sheet].insert(top + 3, [""] * len(sheets[sheet][top]))
    sheets[sheet].insert(top + 5, [""] * len(sheets[sheet][top]))
    return sheets


def numbers_as_text(name: str, sheets: Sheets) -> Sheets:
    sheet, _, top, left = PLACES[name]
    for row in sheets[sheet][top:]:
        row[left:] = [f"{cell:,.0f} " if isinstance(cell, float | int) else cell for cell in row[left:]]
    return sheets


def spaces_after_codes(name: str, sheets: Sheets) -> Sheets:
    for rows in sheets.values():
        for row in rows:
            row[:] = [f"{cell}\u00a0 " if re.fullmatch(GSS, str(cell)) else cell for cell in row]
    return sheets


def hidden_sheet(name: str, sheets: Sheets) -> Sheets:
    sheet, _, top, left = PLACES[name]
    copy = deepcopy(sheets[sheet])
    copy[top][left] = 77_777
    return {**sheets, "hidden": copy}


def trailing_blank_columns(name: str, sheets: Sheets) -> Sheets:
    return {sheet: [[*row, "", " "] for row in rows] for sheet, rows in sheets.items()}


HARMLESS = [
    rename_sheets,
    reverse_sheets,
    note_above_headings,
    insert_blank_column,
    decorate_headings,
    hard_spaces_in_headings,
    swap_two_columns,
    blank_rows_in_the_middle,
    numbers_as_text,
    spaces_after_codes,
    hidden_sheet,
    trailing_blank_columns,
]


@pytest.mark.parametrize("alter", HARMLESS, ids=lambda alter: alter.__name__)
@pytest.mark.parametrize("name", BASES)
def test_an_alteration_of_form_changes_no_figure(name, alter, unaltered, altered):
    found = altered(name, alter(name, base(name)), hidden=("hidden",))
    assert_same(found, unaltered(name))


# --- alterations that must be refused -----------------------------------------------------------------------


def unknown_mark(name: str, sheets: Sheets) -> str:
    sheet, _, top, left = PLACES[name]
    sheets[sheet][top][left] = "[q]"
    return rf"{re.escape(repr(sheet))}.*{column_letters(left)}{top + 1} '\[q\]'"


def decimal_comma(name: str, sheets: Sheets) -> str:
    sheet, _, top, left = PLACES[name]
    sheets[sheet][top][left] = "5,1"
    return rf"{column_letters(left)}{top + 1} '5,1'"


def a_date(name: str, sheets: Sheets) -> str:
    sheet, _, top, left = PLACES[name]
    sheets[sheet][top][left] = datetime(2021, 3, 1)
    return rf"{column_letters(left)}{top + 1} '2021-03-01"


def a_truth_value(name: str, sheets: Sheets) -> str:
    sheet, _, top, left = PLACES[name]
    sheets[sheet][top][left] = True
    return rf"{column_letters(left)}{top + 1} 'True'"


def column_without_heading(name: str, sheets: Sheets) -> str:
    sheet, _, top, _ = PLACES[name]
    width = max(map(len, sheets[sheet])) + 1
    for row in sheets[sheet][top:]:
        row.extend([""] * (width - len(row)))
        row.append(7 if any(isinstance(cell, float) for cell in row) else "")
    return rf"{column_letters(width)} \(no heading\)"


def row_with_a_broken_code(name: str, sheets: Sheets) -> str:
    sheet, _, top, _ = PLACES[name]
    row = sheets[sheet][top + 1 if isinstance(sheets[sheet][top + 1][-1], float) else top + 2]
    at = 1 if name == "deaths" else 0
    row[at] = "20x1" if name == "deaths" else str(row[at])[:-1]
    return r"20x1|rows without a known area"


def copy_with_another_number(name: str, sheets: Sheets) -> str:
    sheet, _, top, left = PLACES[name]
    copy = deepcopy(sheets[sheet])
    copy[top][left] += 1
    sheets[f"{sheet} (2)"] = copy
    return "both hold|printed twice"


def repeated_column_with_another_number(name: str, sheets: Sheets) -> str:
    sheet, _, top, left = PLACES[name]
    for row in sheets[sheet]:
        row.append(row[left] if len(row) > left else "")
    width = len(sheets[sheet][top])
    sheets[sheet][top][width - 1] += 1
    return "printed twice|all headed|each once|knows how to read|two columns|several|about no single|headed with 0"


def no_table(name: str, sheets: Sheets) -> str:
    title = PLACES[name][0]
    del sheets[title][PLACES[name][2] :]
    return "no row begins with|no table|no row to read"


def no_headings(name: str, sheets: Sheets) -> str:
    sheet, heads, top, _ = PLACES[name]
    del sheets[sheet][heads:top]
    return rf"{re.escape(repr(sheet))}: .*(no column headed|no single column|columns headed|no number of|no row begins|knows how)"


HARMFUL = [
    unknown_mark,
    decimal_comma,
    a_date,
    a_truth_value,
    column_without_heading,
    row_with_a_broken_code,
    copy_with_another_number,
    repeated_column_with_another_number,
    no_table,
    no_headings,
]


@pytest.mark.parametrize("alter", HARMFUL, ids=lambda alter: alter.__name__)
@pytest.mark.parametrize("name", BASES)
def test_an_alteration_of_substance_is_refused_with_its_place(name, alter, altered):
    sheets = base(name)
    reason = alter(name, sheets)
    with pytest.raises(Refused, match=reason) as refused:
        altered(name, sheets)
    assert "altered.xlsx" in str(refused.value)
