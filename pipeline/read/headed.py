"""Where the columns and rows of a sheet's table lie, by their headings and labels; their values are read in tables.

A column is found by its heading, never by a position.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, reduce
from operator import add

import numpy as np
import pandas as pd

from pipeline.read.cells import column_letters
from pipeline.read.labels import is_note, label, plain
from pipeline.read.layout import UNHIDDEN, Hidden, Merged, filled, header_rows, headings, heads_like, labels_like
from pipeline.read.marks import where_numbers
from pipeline.read.nearest import but_found
from pipeline.read.opening import Refused
from pipeline.read.tabular import Tabular
from pipeline.read.wording import STANDING

# How the title of a table begins that has a number.
_NUMBERED = r"(?i)(?:appendix )?(?:table|worksheet) ?[a-z]?[\d._]+[a-z]?\b|[a-z]?\d+[a-z]?:"


class Headed(Tabular[int]):
    """The title of a table, its columns' headings and its rows, each at its place in the sheet.

    `headings` holds one tuple of normalised labels a column, outermost first; a label that spans columns stands in
    each. `first` is the pattern of the first data row, looked for in the first three columns; `top` is that row and
    `key` the column in which it matched, both counted from 0. Where the rows' labels have no common pattern, `heads` is
    that of the label above them, and the data begin in the next row with a label and a cell beside it. `merged` gives
    the merged ranges of the sheet, `hidden` its hidden rows and columns: they may hold labels, but no figures. `sought`
    is the pattern that the title matched: what it says, and matches or captures, may limit a table.
    """

    _counted_from = 1

    def __init__(
        self,
        file: str,
        sheet: str,
        cells: np.ndarray,
        title: str,
        first: str,
        merged: Sequence[Merged] = (),
        heads: str = "",
        hidden: Hidden = UNHIDDEN,
        sought: str = "",
    ):
        super().__init__()
        self.file, self.sheet, self.cells, self.title, self.hidden = file, sheet, cells, title, hidden
        self.sought, self.merged = sought, merged
        found = next(heads_like(cells, heads) if heads else labels_like(cells, first), None)
        if found is None:
            labels = (label(cell) for row in cells for cell in row[:3] if isinstance(cell, str) and cell)
            raise self.refused(f"no row begins with {heads or first!r}{but_found('label', heads or first, labels)}")
        self.top, self.key = found
        if heads:
            below = range(self.top + 1, len(cells))
            beside = (row for row in below if (there := filled(cells, row))[self.key] and there.sum() > 1)
            if (top := next(beside, None)) is None:
                raise self.refused(f"no row below {heads!r} holds anything")
            self.top = top
        self.preamble = [plain(cell) for row in cells[: self.top] for cell in row[:2] if plain(cell)]
        self.numbered = [line for line in self.preamble if re.match(_NUMBERED, line)]
        self._band = header_rows(cells, self.top)
        self.headings = headings(cells, self._band, merged)

    @cached_property
    def said_above(self) -> str:
        """All that is said above the rows, in lower case."""
        return " ".join(plain(cell) for row in self.cells[: self.top] for cell in row if isinstance(cell, str)).lower()

    def refused(self, why: str) -> Refused:
        """The error that says why this table cannot be read right."""
        return Refused(f"{self.file}, sheet {self.sheet!r}: {why}")

    def called(self, column: int) -> str:
        """A column by its letters and headings."""
        return f"{column_letters(column)} ({' | '.join(self.headings[column]) or 'no heading'})"

    def labels_of(self, column: int) -> tuple[str, ...]:
        """The labels that head a column."""
        return self.headings[column]

    def headed(self, *patterns: str) -> list[int]:
        """Every column in which each pattern matches one whole label."""
        compiled = [re.compile(pattern) for pattern in patterns]
        return [
            column
            for column, parts in enumerate(self.headings)
            if all(any(pattern.fullmatch(part) for part in parts) for pattern in compiled)
        ]

    def columns(self, *patterns: str) -> list[int]:
        """The columns in which each pattern matches one whole label; refused when there is none."""
        if not (found := self.headed(*patterns)):
            near = but_found("heading", " ".join(patterns), (" | ".join(parts) for parts in self.headings if parts))
            raise self.refused(f"no column headed {' with '.join(map(repr, patterns))}{near}")
        self.know(*found)
        return found

    def column(self, *patterns: str) -> int:
        """The one column in which each pattern matches one whole label."""
        found = self.columns(*patterns)
        if len(found) > 1:
            at = ", ".join(map(column_letters, found))
            raise self.refused(f"columns {at} are all headed {' with '.join(map(repr, patterns))}")
        return found[0]

    def heading_of(self, column: int, pattern: str) -> str:
        """The one label of a column that a pattern matches as a whole."""
        found = [part for part in self.headings[column] if re.fullmatch(pattern, part)]
        if len(found) != 1:
            raise self.refused(f"column {column_letters(column)} has {len(found)} labels like {pattern!r}")
        return found[0]

    def _texts(self, column: int) -> pd.Series:
        """A column's texts below the headings, indexed by sheet row counted from 0."""
        texts = [label(cell) for cell in self.cells[self.top :, column]]
        return pd.Series(texts, index=range(self.top, len(self.cells)), dtype=object)

    def filled(self, columns: Iterable[int]) -> pd.Series:
        """Whether each row holds anything in some columns; only rows without a number are looked through."""
        at = list(columns)
        rows = zip(self._numbers[:, at], self.cells[self.top :, at], strict=True)
        there = [bool(numbers.any()) or any(map(label, cells)) for numbers, cells in rows]
        return pd.Series(there, index=range(self.top, len(self.cells)), dtype=bool)

    def names(self, column: int) -> pd.Series:
        """The one name of each row, where names may be spread by indent over the unheaded columns that follow."""
        columns = [column]
        while columns[-1] + 1 < len(self.headings) and self.headings[columns[-1] + 1] in ((), self.headings[column]):
            columns.append(columns[-1] + 1)
        texts = [self.text(column) for column in columns]
        filled = np.sum([text.ne("") for text in texts], axis=0)
        if (filled > 1).any():
            raise self.refused(f"row {self.top + int(filled.argmax()) + 1} has several names")
        return reduce(add, texts)

    @cached_property
    def _numbers(self) -> np.ndarray:
        """Where the rows below the headings hold numbers."""
        return where_numbers(self.cells[self.top :])

    def require_all_known(self, rows: pd.Index, read: Iterable[int] = ()) -> None:
        """As its base; columns of numbers, which are other measures, are not read as texts."""
        measures = set(np.flatnonzero(self._numbers.any(axis=0)).tolist()) - set(self.headed(STANDING))
        super().require_all_known(rows, measures.union(read))

    def _holds_numbers(self, column: int) -> bool:
        """Whether a column holds numbers in several rows, and marks or labels in fewer."""
        numbers = self._numbers[:, column]
        return bool(numbers.sum() > max(1, self._texts(column)[~numbers].ne("").sum()))

    def rows_with_numbers(self) -> pd.Index:
        """The rows below the headings, counted from 0, that hold a number outside the first three columns."""
        return pd.Index(np.flatnonzero(self._numbers[:, 3:].any(axis=1)) + self.top)

    def last_number(self) -> int:
        """How many rows there are from the first data row to the last with a number; notes stand below."""
        rows = self.rows_with_numbers()
        return rows[-1] - self.top + 1 if len(rows) else 0

    def row_labels(self) -> pd.Series:
        """The label of each row that has one down to the last number, but for notes: sentences with nothing beside."""
        texts = self.text(self.key)[: self.last_number()]
        texts = texts[texts.ne("")]
        alone = pd.Series([filled(self.cells, row).sum() == 1 for row in texts.index], index=texts.index, dtype=bool)
        return texts[~(alone & texts.map(is_note).astype(bool))]

    def footnotes_below(self) -> dict[str, str]:
        """Numbered notes under the table, by number; the number may stand in a cell of its own."""
        notes = {}
        for row in self.cells[self.top :]:
            first, second = str(row[0]).strip(), str(row[1]).strip() if len(row) > 1 else ""
            if (number := re.fullmatch(r"(\d{1,2})(?:\.0)?", first)) and second:
                notes[number[1]] = " ".join(second.split())
            elif found := re.match(r"(\d{1,2})[.\s]\s*(\D.*)", first, re.DOTALL):
                notes[found[1]] = " ".join(found[2].split())
        return notes
