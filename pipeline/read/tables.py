"""The tables of a sheet, by what they say of themselves; what a publication means by one is its source's.

A table is found by its title and a column by its heading, never by a position. Every value keeps its cell.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import chain, pairwise

import numpy as np
import pandas as pd

from pipeline.read import periods
from pipeline.read.cells import column_letters
from pipeline.read.labels import heading, label, plain
from pipeline.read.marks import is_mark, read_values, where_numbers
from pipeline.read.worded import Worded
from pipeline.read.wording import UNIT

# What heads a column that follows from others, and is not read.
DERIVED = r"change|%|per ?cent"
# What a title says of its edition behind its period.
_EDITION = r"(?i)[,;\s(\[]+(?:last )?(?:revised|updated|published|released)(?: (?:in|on))? [\w ]+[)\]]?$"


class Table(Worded):
    """One table of a sheet, whose periods and values are read, and refused where its words make them something else."""

    def period(self, text: str | None = None, single: str = "calendar_year") -> periods.Period:
        """The period that a label is, or the one that the title names; refused where none can be read."""
        try:
            if text is None:
                named = periods.mentioned(re.sub(_EDITION, "", label(self.title)), single)
                if other := periods.of_same_kind(label(self.sheet), named, single):
                    raise self.refused(f"its title is of {named.label}, and its sheet of {other.label}")
                return named
            return periods.parse(label(text), single)
        except ValueError as error:
            raise self.refused(str(error)) from error

    def period_over(self, column: int, single: str = "calendar_year", *, spans: bool = False) -> periods.Period:
        """The period that the headings of a column name together; what else they speak of is left to others."""
        texts = [part for part in reversed(self.headings[column]) if periods.speaks_of_time(part)]
        try:
            return periods.parse(" ".join(texts), single, spans=spans)
        except ValueError as error:
            raise self.refused(f"column {column_letters(column)}: {error}") from error

    def periods_across(self, single: str = "calendar_year", apart: str = DERIVED) -> dict[int, periods.Period]:
        """The period that heads each column, from the first so headed to the right; columns headed `apart` or idle not.

        Refused when a headed column among them names no period, when two name the same, or when there is none.
        """
        across: dict[int, periods.Period] = {}
        for column, parts in enumerate(self.headings):
            text = " ".join(reversed(parts))
            timed = periods.speaks_of_time(text)
            if not parts or re.search(apart, text) or (not timed and self.is_idle(column)):
                continue
            if across or timed or (column > self.key and self._holds_numbers(column)):
                across[column] = self.period_over(column, single)
        self._require_alike(across)
        self._require_in_order(across.values())
        self._require_all_quarters(across.values())
        self.require_every_period(across.values(), single)
        labels = [period.label for period in across.values()]
        if len(labels) != len(set(labels)) or not labels:
            repeated = sorted({text for text in labels if labels.count(text) > 1})
            raise self.refused(
                f"two columns are headed {', '.join(repeated)}" if repeated else "no column headed by a period"
            )
        return across

    def _require_in_order(self, read: Iterable[periods.Period]) -> None:
        """Refuse periods that do not stand in order and of which one is missing: another is not what it says.

        A column that was moved stands out of order, but leaves no gap.
        """
        there = list(read)
        starts = [period.start for period in there]
        if starts in (sorted(starts), sorted(starts, reverse=True)):
            return
        for kind in {period.kind for period in there}:
            alike = sorted((period for period in there if period.kind == kind), key=lambda period: period.start)
            if any(after.start > before.end + timedelta(days=1) for before, after in pairwise(alike)):
                raise self.refused("its periods do not stand in order, so that one of them may be another")

    def _require_all_quarters(self, read: Iterable[periods.Period]) -> None:
        """Refuse a year beside which some of its quarters stand, and one not: the year may be that quarter."""
        there = list(read)
        for year in there:
            inside = [one for one in there if one.kind == "quarter" and year.start <= one.start and one.end <= year.end]
            if year.kind != "quarter" and 0 < len(inside) < 4:
                raise self.refused(f"of {year.label} stand {len(inside)} quarters, so that the year may be another one")

    def require_every_period(self, read: Iterable[periods.Period], single: str = "calendar_year") -> None:
        """Refuse a column of numbers under a period, with more said beside it, that no column which is read has."""
        there = list(read)
        for column, parts in enumerate(self.headings):
            if any(periods.is_lost(part, there, single) for part in parts) and self._holds_numbers(column):
                raise self.refused(f"column {self.called(column)} is not read, and no other column is of that period")

    def _require_alike(self, across: Iterable[int]) -> None:
        """Refuse a column whose lowest label is no time where those of others are, and no whole of them."""
        lowest = {column: self.headings[column][-1] for column in across}
        timed = {column for column, text in lowest.items() if periods.speaks_of_time(text)}
        odd = [column for column, text in lowest.items() if column not in timed and not re.match(r"total|all\b", text)]
        if timed and odd:
            raise self.refused(f"column {column_letters(odd[0])}: {lowest[odd[0]]!r} stands where others have a period")

    def require_known(self, pattern: str) -> None:
        """Refuse a table with numbers in a column of which no label matches the pattern, but for derived ones."""
        for column, parts in enumerate(self.headings):
            known = any(re.fullmatch(pattern, part) or re.search(DERIVED, part) for part in parts)
            if self._holds_numbers(column) and not known and not self.is_idle(column):
                raise self.refused(f"nobody knows what column {self.called(column)} counts")

    def require_all_read(self, rows: pd.Index, columns: Iterable[int], apart: Iterable[int] = ()) -> None:
        """Refuse when these rows hold numbers in a column that is not read and is not set apart on purpose."""
        there = self._numbers[rows.to_numpy() - self.top].any(axis=0)
        lost = sorted(set(np.flatnonzero(there).tolist()) - set(columns) - set(apart))
        if lost:
            named = ", ".join(map(self.called, lost[:5]))
            raise self.refused(f"numbers in a column that nobody knows how to read: {named}")

    def _require_all_rows(
        self, rows: pd.Index, columns: np.ndarray, apart: Iterable[int], marks: Mapping[str, str]
    ) -> None:
        left = sorted(set(range(self.top, len(self.cells))) - set(rows) - set(apart))
        numbers = set(np.flatnonzero(self._numbers[:, columns].any(axis=1)) + self.top)
        lost = [row for row in left if row in numbers or self._marked(row, columns, marks)]
        if lost:
            named = [" ".join(filter(None, map(label, self.cells[row][:3]))) for row in lost[:5]]
            rows_at = ", ".join(f"{row + 1} ({name})" for row, name in zip(lost, named, strict=False))
            raise self.refused(f"numbers in rows without a known area or period: {rows_at}")

    def _marked(self, row: int, columns: np.ndarray, marks: Mapping[str, str]) -> bool:
        """Whether a row holds marks for numbers in all of some columns."""
        return all(plain(cell) and is_mark(cell, marks) for cell in self.cells[row, columns])

    def _require_no_row_above(self) -> None:
        """Refuse several numbers in a row above the first that is known: they would be lost as headings.

        Ages are headings that are numbers, one after the other. Where one column alone holds numbers, one is several.
        """
        several = min(2, self._numbers.any(axis=0).sum()) or 1
        for row, cells in enumerate(self.cells[: self.top].tolist()):
            numbers = [cell for cell in cells if _is_count(cell)]
            ages = len(numbers) > 1 and str not in map(type, numbers) and set(np.diff(numbers)) == {1}
            if len(numbers) >= several and not ages:
                first = plain(cells[0])
                raise self.refused(f"row {row + 1} ({first!r}) holds numbers above the first row that is known")

    def _require_a_cell_each(self, rows: np.ndarray, columns: np.ndarray) -> None:
        """Refuse a number in a cell that is merged over several of those that are read."""
        for (top, left), (bottom, right) in self.merged:
            inside = ((rows >= top) & (rows <= bottom)).sum() * ((columns >= left) & (columns <= right)).sum()
            if not inside:
                continue
            numbers = np.flatnonzero(where_numbers(self.cells[top : bottom + 1, left : right + 1]))
            # Of several cells nobody knows whose the number is; one that another is merged over nobody sees.
            if (inside > 1 and 0 in numbers) or (numbers > 0).any():
                ends = f"{column_letters(left)}{top + 1} to {column_letters(right)}{bottom + 1}"
                raise self.refused(f"the cells {ends} are merged, and nobody knows for which of them their number is")

    def _require_a_heading_each(self, columns: np.ndarray) -> None:
        """Refuse columns over which their lowest heading is merged, but for a unit: nobody knows whose it is."""
        for (top, left), (bottom, right) in self.merged:
            several = bottom == self._band.stop - 1 and ((columns >= left) & (columns <= right)).sum() > 1
            if several and not re.fullmatch(UNIT, heading(self.cells[top, left])):
                ends = f"{column_letters(left)} to {column_letters(right)}"
                raise self.refused(f"one heading is merged over the columns {ends}, and nobody knows whose it is")

    def unpivot(
        self,
        rows: pd.DataFrame,
        columns: Mapping[int, Mapping[str, object]],
        marks: Mapping[str, str] | None = None,
        apart: Iterable[int] = (),
        *,
        thousands: bool = False,
    ) -> pd.DataFrame:
        """One row for each cell of the given rows and columns, with value, status and cell.

        rows: attributes by sheet row (a frame indexed as `text` is). columns: attributes by column; the attributes
        `lower`, `upper`, `base` and `flag` name the columns that hold the value's limits, its base and a separate
        mark. apart: rows left out on purpose. thousands: whether what stands above the rows must say that numbers are
        in thousands; else it must not. Raises Refused, with the cells, for a mark that is not in `marks` or the
        bracketed shorthand, for numbers in any other row, and where there is no row or column to read.
        """
        marks = marks or {}
        if rows.empty or not columns:
            raise self.refused(f"no {'row' if rows.empty else 'column'} to read")
        beside, attributes = self.parted(columns.values())
        read_of = np.unique([*columns, *chain(*beside.values())])
        self._require_readable(rows, columns, read_of, thousands=thousands)
        at_rows, at_columns = rows.index.to_numpy(), np.array(list(columns))
        self._require_all_rows(rows.index, at_columns, apart, marks)
        values, statuses = self._values(at_rows, at_columns, marks)
        across, down = (
            np.tile(np.arange(len(at_columns)), len(at_rows)),
            np.repeat(np.arange(len(at_rows)), len(at_columns)),
        )
        # Texts of pandas' own type are taken many times without a look at each; a frame leaves two columns as they are.
        tidy = {str(name): rows[name].infer_objects().array.take(down) for name in rows}
        tidy |= {str(name): attributes[name].array.take(across) for name in attributes}
        letters = np.array([f"{self.sheet}!{column_letters(column)}" for column in at_columns], dtype=object)
        numbers = np.array([str(row + 1) for row in at_rows], dtype=object)
        tidy["cell"] = pd.array(letters[across] + numbers[down], dtype="str")
        for name in ("lower", "upper", "base"):
            if name in beside:
                tidy[name] = self._values(at_rows, np.array(beside[name]), marks)[0]
        if "flag" in beside:
            flagged = self._flags(at_rows, np.array(beside["flag"]), marks)
            statuses = np.where(statuses == "", flagged, statuses)
        return pd.DataFrame(tidy | {"value": values, "status": statuses}, copy=False)

    def _require_readable(
        self, rows: pd.DataFrame, columns: Mapping[int, Mapping[str, object]], read_of: np.ndarray, *, thousands: bool
    ) -> None:
        """Refuse a table of which nobody can say what each number is, or that holds more than is read of it."""
        self.require_said(rows)
        if unseen := self.hidden.among(rows.index, read_of.tolist()):
            raise self.refused(f"{unseen} is hidden, and figures are read of what is shown only")
        self.require_words(rows, columns, read_of, thousands=thousands)
        named = (about["period"] for about in columns.values() if "period" in about)
        if other := periods.other_years(heading(self.title), chain(rows.get("period", ()), named)):
            raise self.refused(f"its title says {other!r}, and its years or quarters are read as the calendar's")
        self._require_no_row_above()
        self._require_a_cell_each(rows.index.to_numpy(), read_of)
        self._require_a_heading_each(np.array(list(columns)))
        self.require_all_read(rows.index, np.flatnonzero([bool(parts) for parts in self.headings]))
        self.require_all_known(rows.index, read_of.tolist())

    def _values(self, rows: np.ndarray, columns: np.ndarray, marks: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
        """The numbers, and what stands for one, of some rows and columns, row by row; refused for an unknown mark."""
        values, statuses, unknown = read_values(self.cells[np.ix_(rows, columns)].ravel(), marks)
        if unknown:
            cells = [
                f"{self._at(rows, columns, position)} {text!r}"
                for text, positions in unknown.items()
                for position in positions[:3]
            ]
            raise self.refused(f"no meaning is known for {', '.join(sorted(cells)[:10])}")
        return values, statuses

    def _flags(self, rows: np.ndarray, columns: np.ndarray, marks: Mapping[str, str]) -> np.ndarray:
        """What the marks in columns of their own mean, row by row; empty where there is none."""
        numbers, flags = self._values(rows, columns, marks)
        if (there := np.flatnonzero(~np.isnan(numbers))).size:
            raise self.refused(f"{self._at(rows, columns, there[0])} holds a number where a mark is looked for")
        printed = self.cells[np.ix_(rows, columns)].ravel().tolist()
        marked = np.array([cell != "" and str(cell).strip() != "" for cell in printed], dtype=bool)
        return np.where(marked, flags, "")

    @staticmethod
    def _at(rows: np.ndarray, columns: np.ndarray, position: int) -> str:
        """The cell at a position among those of some rows and columns, row by row."""
        return f"{column_letters(columns[position % len(columns)])}{rows[position // len(columns)] + 1}"


def _is_count(cell: object) -> bool:
    """Whether a cell holds a number that is no year."""
    if isinstance(cell, str):
        return cell.lstrip()[:1].isdigit() and re.fullmatch(r"\d{1,3}(,\d{3})+", cell.strip()) is not None
    return isinstance(cell, int | float) and not 1900 <= cell < 2100
