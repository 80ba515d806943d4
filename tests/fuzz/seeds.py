"""Released files to alter, and what is known of their cells from the figures read of them."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.read import periods
from pipeline.read.labels import label
from pipeline.read.marks import is_number, read_mark
from pipeline.read.source import SOURCES, figures
from pipeline.read.tabular import GSS
from pipeline.releases import is_published, release_of
from tests.conftest import ROOT, real_file, records
from tests.fuzz.content import Cell, Content, Place, content_of, place_of
from tests.reading import SAMPLES

Site = tuple[Place, list[int]]  # a cell and the figures, by row, that it speaks of

# What holds no statistics, or holds them in another form than cells.
APART = {"ons_boundaries", "ons_geography", "published_figures"}


def number_of(cell: Cell) -> float | None:
    """The number that a cell holds, alone."""
    if type(cell) in (int, float):
        return float(cell)
    if isinstance(cell, str) and is_number(cell):
        try:
            return read_mark(cell, {})[0]
        except KeyError:
            return None
    return None


@cache
def _periods_named(text: str) -> set[tuple[date, date]]:
    """The spans that a text may name, whatever a year means."""
    found = set()
    if re.search(r"\d\d", text) and len(text) < 120:
        for single in periods.SINGLE_YEARS:
            with suppress(ValueError):
                period = periods.parse(text, single)
                found.add((period.start, period.end))
    return found


@dataclass(eq=False)
class Seed:
    """A released file, its content, and the figures that are read of it."""

    source: str
    path: Path
    released: date
    real: bool

    @property
    def name(self) -> str:
        return f"{self.source}/{self.path.name}"

    def read(self, path: Path) -> pd.DataFrame:
        return figures(SOURCES[self.source], release_of(self.source, self.released, [path]))

    @cached_property
    def content(self) -> Content:
        return content_of(self.path)

    @cached_property
    def base(self) -> pd.DataFrame:
        return self.read(self.path).reset_index(drop=True)

    @property
    def is_csv(self) -> bool:
        return self.content.form.suffix == "csv"

    @cached_property
    def places(self) -> list[Place | None]:
        """The one cell of each figure."""
        known = {cell: place_of(self.content, cell) for cell in self.base["cell"].unique()}
        return [known[cell] for cell in self.base["cell"]]

    @cached_property
    def numbers(self) -> list[tuple[Place, int]]:
        """The cells that hold the number of a figure as it stands, and that figure."""
        found, twice = {}, set()
        for row, (place, value) in enumerate(zip(self.places, self.base["value"], strict=True)):
            if place is None or place in found:
                twice.add(place)
            elif np.isfinite(value) and number_of(self.content.at(place)) == value:
                found[place] = row
        return [(place, row) for place, row in found.items() if place not in twice]

    @cached_property
    def is_summed(self) -> bool:
        """Whether some figures are sums over records, or counts of them."""
        return any(place is None for place in self.places)

    @cached_property
    def first_places(self) -> list[Place | None]:
        """The one cell of each figure, or the first of those that it is the sum of."""
        first = {cell: place_of(self.content, cell.split(" (first of")[0]) for cell in self.base["cell"].unique()}
        return [first[cell] for cell in self.base["cell"]]

    @cached_property
    def by_row(self) -> dict[tuple[str, int], list[int]]:
        """The figures of each row of a sheet; a sum is of its first row."""
        rows: dict[tuple[str, int], list[int]] = {}
        for number, place in enumerate(self.first_places):
            if place is not None:
                rows.setdefault(place[:2], []).append(number)
        return rows

    @cached_property
    def by_column(self) -> dict[tuple[str, int], list[int]]:
        """The figures of each column of a sheet."""
        columns: dict[tuple[str, int], list[int]] = {}
        for number, place in enumerate(self.places):
            if place is not None:
                columns.setdefault((place[0], place[2]), []).append(number)
        return columns

    @cached_property
    def read_sheets(self) -> list[str]:
        return sorted({place[0] for place in self.first_places if place is not None})

    @cached_property
    def top(self) -> dict[str, int]:
        """The first row with a figure of each sheet."""
        return {sheet: min(row for named, row in self.by_row if named == sheet) for sheet in self.read_sheets}

    def labels(self) -> Iterator[tuple[Place, Cell, list[int]]]:
        """The cells of rows with figures that hold none."""
        held = set(self.first_places)
        for (sheet, row), numbers in self.by_row.items():
            for column, cell in enumerate(self.content.page(sheet).rows[row]):
                if cell != "" and (sheet, row, column) not in held:
                    yield (sheet, row, column), cell, numbers

    @cached_property
    def codes(self) -> list[Site]:
        """Cells with the GSS code that is the area of the figures of their row."""
        codes = self.base["area_code"].to_numpy()
        return [
            (place, numbers)
            for place, cell, numbers in self.labels()
            if re.fullmatch(GSS, str(cell).strip()) and all(codes[number] == str(cell).strip() for number in numbers)
        ]

    def columns_of(self, sheet: str) -> set[int]:
        """The columns of a sheet that hold figures."""
        return {place[2] for place in self.first_places if place and place[0] == sheet}

    @cached_property
    def names(self) -> list[Site]:
        """Cells with the printed name of the area of the figures of their row."""
        labels = self.base["area_label"].map(lambda text: label(text).lower()).to_numpy()
        return [
            (place, numbers)
            for place, cell, numbers in self.labels()
            if isinstance(cell, str)
            and not re.fullmatch(GSS, cell.strip())
            and all(labels[number] == label(cell).lower() for number in numbers)
        ]

    @cached_property
    def named(self) -> list[tuple[Place, Place, list[int]]]:
        """The rows that have both: the cell of the code, that of the name, and the figures."""
        names: dict[tuple[str, int], list[Place]] = {}
        for place, _ in self.names:
            names.setdefault(place[:2], []).append(place)
        codes = Counter(place[:2] for place, _ in self.codes)
        return [
            (place, names[place[:2]][0], numbers)
            for place, numbers in self.codes
            if len(names.get(place[:2], ())) == 1 and codes[place[:2]] == 1
        ]

    @cached_property
    def uncoded(self) -> list[Site]:
        """Cells with the one printed name of a row that has no code."""
        coded = {place[:2] for place, _, _ in self.labels() if re.fullmatch(GSS, str(self.content.at(place)).strip())}
        there = Counter(place[:2] for place, _ in self.names)
        return [site for site in self.names if site[0][:2] not in coded and there[site[0][:2]] == 1]

    @cached_property
    def _spans(self) -> list[tuple[date, date]]:
        return [
            (start.date(), end.date()) for start, end in self.base[["period_start", "period_end"]].itertuples(False)
        ]

    def _is_period(self, cell: Cell, numbers: list[int]) -> bool:
        spans = {self._spans[number] for number in numbers}
        return len(spans) == 1 and spans <= _periods_named(label(cell))

    @cached_property
    def row_periods(self) -> list[Site]:
        """Cells with the period of the figures of their row."""
        found = [(place, numbers) for place, cell, numbers in self.labels() if self._is_period(cell, numbers)]
        # A number that stands alone among other numbers may look like a year, and is none.
        alone = {
            place for place, times in Counter((sheet, column) for (sheet, _, column), _ in found).items() if times < 3
        }
        return [
            site for site in found if (site[0][0], site[0][2]) not in alone or isinstance(self.content.at(site[0]), str)
        ]

    @cached_property
    def headings(self) -> list[Site]:
        """The lowest heading of each column of figures."""
        found = []
        for (sheet, column), numbers in self.by_column.items():
            if place := self._heading(sheet, column, numbers):
                found.append((place, numbers))
        return found

    def _heading(self, sheet: str, column: int, numbers: list[int]) -> Place | None:
        rows = self.content.page(sheet).rows
        first = min(self.first_places[number][1] for number in numbers)
        years = {year for number in numbers for day in self._spans[number] for year in (day.year - 1, day.year)}
        if self.is_csv:
            return sheet, 0, column
        for row in range(first - 1, max(-1, first - 7), -1):
            cell = rows[row][column] if column < len(rows[row]) else ""
            if isinstance(cell, float) and cell not in years:
                continue
            if cell != "":
                return (sheet, row, column) if (column or sum(c != "" for c in rows[row]) > 1) else None
        return None

    @cached_property
    def column_periods(self) -> list[Site]:
        """Headings that name the period of their column."""
        return [site for site in self.headings if self._is_period(self.content.at(site[0]), site[1])]

    @cached_property
    def titles(self) -> list[Site]:
        """Titles that name the one period of their sheet, which neither its rows nor its columns name."""
        if self.is_csv:
            return []
        said = {place[0] for place, _ in [*self.row_periods, *self.column_periods]}
        found = []
        for sheet in self.read_sheets:
            numbers = [number for number, place in enumerate(self.places) if place and place[0] == sheet]
            if sheet in said:
                continue
            for row, cells in enumerate(self.content.page(sheet).rows[: self.top[sheet]]):
                for column, cell in enumerate(cells[:2]):
                    if isinstance(cell, str) and self._is_period(cell, numbers):
                        found.append(((sheet, row, column), numbers))
        return found

    @cached_property
    def tables(self) -> dict[str, list[int]]:
        """The rows with figures of each sheet, in order."""
        found: dict[str, list[int]] = {}
        for sheet, row in sorted(self.by_row):
            found.setdefault(sheet, []).append(row)
        return found


def samples() -> list[Seed]:
    found = []
    for path in sorted(SAMPLES.glob("*/*/*")):
        source, day = path.parts[-3:-1]
        if source in SOURCES and source not in APART and is_published(path.name):
            found.append(Seed(source, path, date.fromisoformat(day), real=False))
    return found


def real_files() -> list[Seed]:
    """The real published files of known days, where they are at hand."""
    seeds = [
        Seed(row["source"], real_file(row["source"], row["file"]), date.fromisoformat(row["released"]), real=True)
        for row in records(ROOT / "tests" / "real_releases.csv")
        if row["source"] not in APART
    ]
    return [seed for seed in seeds if seed.path.is_file()]
