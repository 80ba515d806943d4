"""How tables lie in the cells of a sheet: where one begins, what heads its columns; what is read of it is tables'."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.read.cells import column_letters
from pipeline.read.labels import heading, label, plain

# The first and the last cell of a merged range, each as row and column.
Merged = tuple[tuple[int, int], tuple[int, int]]


class Hidden(NamedTuple):
    """The rows and the columns of a sheet, counted from 0, that nobody sees."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()

    def among(self, rows: Iterable[int], columns: Iterable[int]) -> str:
        """The first of some rows, or else of some columns, that is hidden, as the sheet counts it; or an empty text."""
        if unseen := sorted(self.rows.intersection(rows)):
            return f"row {unseen[0] + 1}"
        return f"column {column_letters(min(there))}" if (there := self.columns.intersection(columns)) else ""


UNHIDDEN = Hidden()


def uncovered(cells: np.ndarray, merged: Iterable[Merged]) -> np.ndarray:
    """Cells without the texts that nobody sees because another is merged over them; a number stays, to be noticed."""
    for (top, left), (bottom, right) in merged:
        covered = cells[top : bottom + 1, left : right + 1]
        if covered.size:
            seen = covered[0, 0]
            covered[...] = [["" if isinstance(cell, str) else cell for cell in row] for row in covered]
            covered[0, 0] = seen
    return cells


_STACKED = re.compile(r"(?:(?:appendix )?(?:table|worksheet) [a-z]?\d|[a-z]?\d+[a-z]? ?:)")


def labels_like(cells: np.ndarray, pattern: str, among: int = 3) -> Iterator[tuple[int, int]]:
    """Rows and columns, of so many first columns, whose label a pattern matches as a whole."""
    wanted = re.compile(pattern, re.IGNORECASE)
    first = enumerate(cells[:, :among])
    return ((r, c) for r, row in first for c, cell in enumerate(row) if wanted.fullmatch(label(cell)))


def heads_like(cells: np.ndarray, pattern: str) -> Iterator[tuple[int, int]]:
    """As `labels_like`, of what heads the labels of rows: it may stand behind columns that say nothing."""
    return labels_like(cells, pattern, among=5)


def filled(cells: np.ndarray, row: int) -> np.ndarray:
    """Which cells of a row hold anything."""
    return np.array([plain(cell) != "" for cell in cells[row]])


def header_rows(cells: np.ndarray, top: int) -> range:
    """The rows that head the columns: the filled block above the data, without title and notes in column A.

    A lowest row with a single cell (the unit of the whole table) heads no column.
    """
    bottom = top - 1
    while bottom > 0 and filled(cells, bottom).sum() <= 1:
        bottom -= 1
    start = bottom
    while start > 0 and filled(cells, start - 1)[1:].any():
        start -= 1
    return range(start, bottom + 1)


def headings(cells: np.ndarray, band: range, merged: Sequence[Merged]) -> list[tuple[str, ...]]:
    """The labels that each column has in the rows that head it, outermost first.

    Where the publisher merged the labels of a row, a label spans what it is merged over; else it spans the columns up
    to the next label, but for the lowest row.
    """
    rows = [[heading(cell) for cell in cells[row]] for row in band]
    for depth, row in enumerate(rows):
        across = {left: right for (r, left), (_, right) in merged if r == band[depth] and right > left}
        others, lowest = rows[depth + 1 :] or rows[:-1], depth == len(rows) - 1
        spanning, end = "", -1
        for column, text in enumerate(row):
            if text:
                spanning, end = text, across.get(column, column if across or lowest else len(row))
            if column <= end and any(other[column] for other in others):
                row[column] = spanning
    columns = zip(*rows, strict=True) if rows else [() for _ in cells[0]]
    # A label repeated down a column counts where it stands lowest.
    return [tuple(dict.fromkeys(part for part in parts[::-1] if part))[::-1] for parts in columns]


def stacked(cells: np.ndarray, heads: str) -> Iterator[tuple[int, np.ndarray]]:
    """The first row and the cells, where they stand in the sheet, of each table of a sheet.

    A further table begins with its title, alone in its row, once there was a label that heads rows.
    """
    headed = sorted({row for row, _ in heads_like(cells, heads)})
    titles = [
        row
        for row in range(1, len(cells))
        if _STACKED.match(plain(cells[row][0]).lower()) and not any(plain(cell) for cell in cells[row][1:])
    ]
    starts = [0]
    for row in titles:
        if any(starts[-1] <= head < row for head in headed):
            starts.append(row)
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        part = cells.copy()
        part[:start] = part[end:] = ""
        yield start, part


def lists_tables(cells: np.ndarray) -> bool:
    """Whether a sheet lists tables: several of its rows begin with the name of one, or no row has a second cell."""
    if not any(sum(plain(cell) != "" for cell in row) > 1 for row in cells):
        return True
    beginnings = (plain(cell).lower() for cell in cells[:, 0])
    return sum(bool(re.match(r"(table|worksheet|mye) ?\w*\d", text)) for text in beginnings) > 1
