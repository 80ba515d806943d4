"""Sample releases as a publisher's files hold them, and altered ones read as releases; rows are copies to alter."""

import csv
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pandas as pd
import xlsxwriter
from python_calamine import CalamineWorkbook

from pipeline.read.source import SOURCES, figures
from pipeline.releases import Release
from tests.conftest import ROOT

SAMPLES = ROOT / "data" / "raw" / "_sample"

Rows = list[list]
Sheets = dict[str, Rows]


def read(source_id: str, path: Path) -> pd.DataFrame:
    return figures(SOURCES[source_id], Release(source_id, date(2024, 1, 1), path, "0" * 64, False))


def sample(source_id: str, released: str) -> Path:
    (path,) = (SAMPLES / source_id / released).iterdir()
    return path


@cache
def _sheets(path: Path) -> Sheets:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def sheets(path: Path) -> Sheets:
    return {name: [list(row) for row in rows] for name, rows in _sheets(path).items()}


@cache
def _lines(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def lines(path: Path) -> Rows:
    """The rows of a CSV file."""
    return [list(row) for row in _lines(path)]


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


def read_altered(folder: Path, source_id: str, content: Sheets | Rows, encoding: str = "utf-8", **form) -> pd.DataFrame:
    """Sheets, or rows of a CSV file, written to a folder and read as a release of a source."""
    if isinstance(content, dict):
        return read(source_id, write(folder / "altered.xlsx", content, **form))
    path = folder / "altered.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **form).writerows(content)
    return read(source_id, path)
