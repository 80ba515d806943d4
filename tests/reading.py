"""What files hold, read anew beside the readers, and figures that say the same; rows are copies to alter."""

import csv
import io
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from python_calamine import CalamineWorkbook

from pipeline.read.cells import column_letters
from pipeline.read.marks import is_number
from pipeline.read.source import SOURCES, Source, figures
from pipeline.read.tabular import GSS
from pipeline.releases import Release
from tests.conftest import ROOT, kept_build
from tests.fuzz import writing
from tests.fuzz.content import Content, Form, Page

SAMPLES = ROOT / "data" / "raw" / "_sample"

Rows = list[list]
Sheets = dict[str, Rows]


# The day on which tests have every file released, and of what checksum.
RELEASED = date(2026, 11, 1)


def read(source_id: str, path: Path) -> pd.DataFrame:
    return figures(SOURCES[source_id], Release(source_id, RELEASED, (path,), "0" * 64, False))


@cache
def of_some_areas(source_id: str) -> Source:
    """A source whose files may hold some of the areas only."""
    declared = SOURCES[source_id]
    contract, rules = type("Some", (declared.contract,), {}), declared.contract.__rules__
    contract.__rules__ = replace(rules, areas=replace(rules.areas, partial=True))
    return replace(declared, contract=contract)


def read_some_areas(source_id: str, path: Path, lookup: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The figures of a file of which only some areas were kept; `lookup` names those that no register has."""
    return figures(of_some_areas(source_id), Release(source_id, RELEASED, (path,), "0" * 64, False), lookup)


def sample(source_id: str, released: str) -> Path:
    (path,) = (SAMPLES / source_id / released).iterdir()
    return path


@cache
def sample_figures(source_id: str, released: str) -> pd.DataFrame:
    """The figures of a sample release, read once or as the sample build read them. Copy before changing it."""
    if (staged := kept_build() / "staging" / source_id / f"{released}.parquet").exists():
        return pd.read_parquet(staged).assign(released=pd.Timestamp(RELEASED), release_id="0" * 12)
    return read(source_id, sample(source_id, released))


def sample_releases(source_id: str) -> Iterator[tuple[Path, pd.DataFrame]]:
    """The file and the figures of each sample release of a source."""
    for path in sorted((SAMPLES / source_id).glob("*/*")):
        yield path, sample_figures(source_id, path.parent.name)


# --- what a file holds -----------------------------------------------------------------------------------------


@cache
def _book(path: Path) -> CalamineWorkbook:
    return CalamineWorkbook.from_path(path)


@cache
def _sheet(path: Path, name: str) -> Rows:
    return _book(path).get_sheet_by_name(name).to_python(skip_empty_area=False)


def sheets(path: Path, wanted: str = ".*") -> Sheets:
    """The rows of the sheets of a workbook whose names match a pattern."""
    names = [name for name in _book(path).sheet_names if re.fullmatch(wanted, name.strip())]
    return {name: [list(row) for row in _sheet(path, name)] for name in names}


def numbers(path: Path, sheet: str, top: int, left: int, apart: str = "^$") -> list[float]:
    """The numbers of a sheet from a row and a column on, without those of columns headed otherwise."""
    rows = _sheet(path, sheet)
    kept = [at for at in range(left, len(rows[top - 1])) if not re.search(apart, str(rows[top - 1][at]))]
    return [row[at] for row in rows[top:] for at in kept if isinstance(row[at], float | int)]


def labelled_rows(path: Path, sheet: str, start: int, end: int) -> dict[str, list]:
    """Rows of a sheet by their label, without the notes that it refers to."""
    return {str(row[0]).split(" [")[0].strip().lower(): row[1:] for row in _sheet(path, sheet)[start:end]}


@cache
def _lines(path: Path) -> Rows:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_bytes().decode("cp1252")
    return list(csv.reader(io.StringIO(text, newline="")))


def lines(path: Path) -> Rows:
    """The rows of a CSV file."""
    return [list(row) for row in _lines(path)]


def printed(path: Path, cell: str) -> float | str:
    """What stands in the cell that a figure names, read anew: a number, or the text that is none."""
    if found := re.fullmatch(r"row (\d+), (.+)", cell):
        rows = _lines(path)
        content = rows[int(found[1]) - 1][rows[0].index(found[2])]
    else:
        sheet, place = cell.rsplit("!", 1)
        letters, row = re.fullmatch(r"([A-Z]+)(\d+)", place).groups()
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        content = _sheet(path, sheet)[int(row) - 1][column - 1]
    if isinstance(content, str):
        number = re.match(r"-?[\d,]*\.?\d+", content.strip())
        return float(number[0].replace(",", "")) if number and not re.fullmatch(GSS, content.strip()) else content
    return float(content)


@cache
def cells(path: Path) -> dict[str, object]:
    """Every filled cell of a file by its name."""
    if path.suffix == ".csv":
        heads, *rows = _lines(path)
        return {f"row {r}, {h}": cell for r, row in enumerate(rows, 2) for h, cell in zip(heads, row, strict=True)}
    return {
        f"{sheet}!{column_letters(c)}{r}": cell
        for sheet in _book(path).sheet_names
        for r, row in enumerate(_sheet(path, sheet), 1)
        for c, cell in enumerate(row)
        if cell != ""
    }


# --- figures beside their file ---------------------------------------------------------------------------------


def one(frame: pd.DataFrame, **wanted: str) -> pd.Series:
    """The one figure with these attributes."""
    found = frame[np.logical_and.reduce([frame[name] == text for name, text in wanted.items()])]
    assert len(found) == 1, (wanted, found)
    return found.iloc[0]


def of_all(frame: pd.DataFrame, area_code: str, **wanted: str) -> pd.Series:
    """The one figure of an area that is of everybody and everything that is not said."""
    return one(frame, **{"area_code": area_code, "sex": "all", "age": "all", "category": "all"} | wanted)


def assert_printed(frame: pd.DataFrame, path: Path, value: float, cell: str, **wanted: str) -> None:
    """That the one figure with these attributes is the number that the file prints in this cell."""
    found = one(frame, sex="all", age="all", **wanted)
    assert found[["value", "cell"]].tolist() == [value, cell]
    assert printed(path, cell) == value


def assert_cells_hold(frame: pd.DataFrame, path: Path, some: int = 500) -> None:
    """That some of the figures are what their cells hold: a number, or a text where there is no value."""
    rows = random.Random(path.name).sample(range(len(frame)), some)
    wrong = []
    for value, cell in frame.iloc[rows][["value", "cell"]].itertuples(index=False):
        there = printed(path, cell)
        if there != value and not (np.isnan(value) and isinstance(there, str)):
            wrong.append((cell, value, there))
    assert wrong == []


def assert_no_number_is_lost(frame: pd.DataFrame, path: Path, sheet: str, code: int, left: int, *heads: str) -> None:
    """That each number from a column on is a figure, in the rows that have a code and not one of the headings."""
    rows = [tuple(row) for row in _sheet(path, sheet) if row[code] not in ("", *heads)]
    # London is printed twice, above the regions and among them.
    there = sum(isinstance(cell, float | int) for row in dict.fromkeys(rows) for cell in row[left:])
    assert frame[frame["cell"].str.startswith(f"{sheet}!")]["value"].notna().sum() == there


def assert_the_numbers_are_read(frame: pd.DataFrame, path: Path, left_out: Callable[[str], bool]) -> None:
    """That figures are the numbers that a file holds, but for the cells that the reader leaves out."""
    there = cells(path)
    texts = [str(there[cell]).replace("*", "nan") for cell in frame["cell"]]
    assert all(text in ("..", "nan") or float(text) == v for text, v in zip(texts, frame["value"], strict=True))
    hidden = frame["value"].isna()
    assert set(frame.loc[hidden, "status"]) <= {"c", "x"}
    missed = {cell for cell, text in there.items() if is_number(text)} - set(frame["cell"])
    assert [cell for cell in missed if not left_out(cell)] == [], path.name


def assert_no_part_exceeds_its_whole(frame: pd.DataFrame, least: int = 100) -> None:
    parts = frame.dropna(subset=["value", "base"])
    assert len(parts) > least and (parts["value"] <= parts["base"]).all()


SAYS = ["measure", "period_label", "area_code", "sex", "age", "category", "unit", "precision", "status", "note"]
NUMBERS = ["value", "lower", "upper", "base"]


def said(frame: pd.DataFrame) -> pd.DataFrame:
    """What figures say, whatever their order and cells."""
    return frame[SAYS + NUMBERS].astype(dict.fromkeys(SAYS, object)).sort_values(SAYS).reset_index(drop=True)


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(said(found), said(expected))


# --- altered files ---------------------------------------------------------------------------------------------


def write(path: Path, sheets: Sheets, hidden: tuple[str, ...] = ()) -> Path:
    pages = [Page(name, rows, hidden=name in hidden) for name, rows in sheets.items()]
    return writing.write(Content(pages, Form("xlsx")), path)


def read_altered(
    folder: Path,
    source_id: str,
    content: Sheets | Rows,
    encoding: str = "utf-8",
    lookup: Mapping[str, str] | None = None,
    **form,
) -> pd.DataFrame:
    """Sheets, or rows of a CSV file, written to a folder and read as a release of a source, of some areas at least."""
    if isinstance(content, dict):
        return read_some_areas(source_id, write(folder / "altered.xlsx", content, **form), lookup)
    path = folder / "altered.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **form).writerows(content)
    return read_some_areas(source_id, path, lookup)
