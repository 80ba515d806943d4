"""Figures that were counted from records, in the file that leaves the place where the records are; readable by eye."""

import csv
from collections.abc import Iterable, Iterator
from math import isnan
from pathlib import Path

import pandas as pd

from pipeline.read import periods
from pipeline.read.workbook import Workbook

COLUMNS = [
    "measure",
    "period",
    "area_code",
    "area_name",
    "sex",
    "age",
    "category",
    "value",
    "base",
    "unit",
    "precision",
]
HIDDEN = "[c]"


def spans(labels: Iterable[str]) -> dict[str, periods.Period]:
    """The period that each label stands for."""
    return {label: periods.parse(label, "calendar_year") for label in labels}


def write(figures: pd.DataFrame, path: Path) -> None:
    """Write figures with the columns of COLUMNS: a number that is hidden is NaN, a base that there is none of None."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for row in figures[COLUMNS].itertuples(index=False, name=None):
            rows.writerow([_printed(cell) for cell in row])


def _printed(cell: object) -> object:
    if isinstance(cell, float):
        return HIDDEN if isnan(cell) else int(cell)
    return cell


def read(book: Workbook) -> Iterator[pd.DataFrame]:
    """The figures of such a file."""
    records = book.records().require(*COLUMNS)
    rows = records.frame[["measure", "area_code", "sex", "age", "category", "unit", "precision"]].copy()
    rows["area_label"] = records.frame["area_name"]
    rows["period"] = records.periods("period")
    yield records.unpivot(rows, {"value": {}}, base="base")
