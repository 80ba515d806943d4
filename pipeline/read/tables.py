"""The tables of a sheet, by what they say of themselves; what a publication means by one is its source's.

A table is found by its title and a column by its heading, never by a position. Every value keeps its cell.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from itertools import chain, pairwise

import numpy as np
import pandas as pd

from pipeline.read import periods
from pipeline.read.cells import column_letters
from pipeline.read.headed import Headed
from pipeline.read.labels import (
    ALL_THOUSANDS,
    ANOTHER,
    ELSEWHERE,
    INSTEAD,
    MALE_OR_FEMALE,
    THOUSANDS,
    TITLED_SOME,
    UNIT,
    WITHDRAWN,
    another,
    heading,
    is_note,
    label,
    part_alone,
    part_of,
    plain,
    sentences_of_some,
    workings,
)
from pipeline.read.marks import is_mark, read_values, where_numbers
from schemas.vocabulary import WORKINGS

# What heads a column that follows from others, and is not read.
DERIVED = r"change|%|per ?cent"
# What a title says of its edition behind its period.
_EDITION = r"(?i)[,;\s(\[]+(?:last )?(?:revised|updated|published|released)(?: (?:in|on))? [\w ]+[)\]]?$"


class Table(Headed):
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

    def _require_unit(self, columns: np.ndarray, thousands: bool) -> None:
        """Refuse columns that are said to be in thousands, or not said to be, against what their reader knows."""
        above = [plain(cell).lower() for row in range(self.top) if row not in self._band for cell in self.cells[row]]
        # Alone in its row a text is the caption of all columns, wherever it stands.
        texts = ([cell for cell in self.cells[row].tolist() if plain(cell)] for row in self._band)
        above += [plain(alone[0]).lower() for alone in texts if len(alone) == 1]
        said = re.search(THOUSANDS, " ".join(chain(above, *(self.headings[column] for column in columns))))
        below = (heading(cell) for cell in self.cells[self.top :, 0].tolist() if isinstance(cell, str))
        said = said or next(filter(None, (re.search(ALL_THOUSANDS, text) for text in below)), None)
        if bool(said) != thousands:
            who = f"{said[0]!r} says" if said else "nothing says"
            raise self.refused(f"above its rows {who} that the numbers are in thousands")

    def _require_title(self) -> None:
        """Refuse a title, or a sheet, of something else, of workings, of an earlier edition or of some only."""
        # A sheet of several tables may have a title for all, and one above each.
        for title in (plain(self.title), *self.numbered[-1:], self.sheet):
            said = heading(title)
            if other := re.search(rf"{WORKINGS}|{ANOTHER}|{WITHDRAWN}", said) or re.search(ELSEWHERE, said):
                raise self.refused(f"its title or name {title!r} {INSTEAD}: it says {other[0]!r}")
            found = re.search(self.sought, said)
            matched = found.regs if found else ()
            for some in re.finditer(TITLED_SOME, said):
                within = any(start <= some.start() and some.end() <= end for start, end in matched)
                if not within or some[0] not in self.sought:
                    raise self.refused(f"its title or name {title!r} says {some[0]!r}, so that it may be of some only")

    def _require_headings(
        self, rows: pd.DataFrame, columns: Mapping[int, Mapping[str, object]], lines: Mapping[int, str]
    ) -> None:
        """Refuse columns that are said to be of another quantity, or of less than what is read of them."""
        # What is said of a whole table stands alone in a row, between the headings and the first row that is read.
        above = chain(*self.cells[self._band.stop : self.top], *self.cells[self.top : rows.index.min(), [*columns]])
        alone = {heading(cell) for cell in above if isinstance(cell, str)}
        of_all = [another(text, None) for text in sorted(alone)]
        units = rows["unit"].unique().tolist() if "unit" in rows else []
        titles, by_themselves = set(map(heading, self.numbered)), set(map(heading, lines.values()))
        for column, about in columns.items():
            unit = about.get("unit", units[0] if len(units) == 1 else None)
            labels = self.headings[column]
            if found := next(filter(None, (*of_all, *(another(part, unit) for part in labels))), ""):
                raise self.refused(f"column {self.called(column)} {INSTEAD}: it says {found!r}")
            for text in alone.union(labels) - titles:
                some = part_of(text)
                if not some and (text in labels or text not in by_themselves):
                    some = part_alone(text, places=text in labels or "area_code" not in rows)
                # What its category or age says too is no part of it.
                if some and not _is_said(some, self._read_of(rows, [about])):
                    raise self.refused(f"column {self.called(column)} says {some!r}, so that it may be of some only")

    def _require_lines(
        self, rows: pd.DataFrame, columns: Mapping[int, Mapping[str, object]], lines: Mapping[int, str]
    ) -> None:
        """Refuse a line of its own, above the headings or the rows or between two, that makes what it heads less.

        Between rows of areas stand the names of those that hold them.
        """
        by_area = "area_code" in rows
        units = {*rows.get("unit", ()), *(about["unit"] for about in columns.values() if "unit" in about)}
        unit = units.pop() if len(units) == 1 else None
        titles = {*map(heading, (self.title, *self.numbered))}
        # A line of one sex heads the rows as far as that of the other.
        of_sex, last = rows, rows.index.max()
        for number, line in sorted(lines.items(), reverse=True):
            # Notes below a table are about earlier editions too.
            not_to_use = re.search(WITHDRAWN, heading(line))
            if not_to_use and (number < last or not is_note(line)):
                raise self.refused(f"row {number + 1} says {not_to_use[0]!r}: {line!r}")
            if number > last:
                continue
            for some in sentences_of_some(heading(line)) if number < self._band.start else ():
                if not _is_said(some, {heading(self.title)}):
                    raise self.refused(f"row {number + 1} says {some!r}, so that what is below may be of that only")
            if is_note(line) or (text := heading(line)) in titles:
                continue
            some = part_alone(text, places=number < self._band.start or not by_area)
            headed = of_sex[of_sex.index > number] if some in MALE_OR_FEMALE else rows
            unsaid = some and not _is_said(some, self._read_of(headed, columns.values()))
            if said := another(text, unit) or (unsaid and some):
                raise self.refused(f"row {number + 1} says {said!r} alone, so that what is below may be of that only")
            if some in MALE_OR_FEMALE:
                of_sex = of_sex[of_sex.index < number]

    def _lines(self, rows: pd.DataFrame) -> dict[int, str]:
        """The texts that stand alone in a row, by the number of the row."""
        others = sorted({*range(len(self.cells))}.difference(rows.index, self._band))
        there = {row: [cell for cell in self.cells[row].tolist() if cell != "" and plain(cell)] for row in others}
        return {row: plain(cells[0]) for row, cells in there.items() if len(cells) == 1 and isinstance(cells[0], str)}

    def _read_of(self, rows: pd.DataFrame, columns: Iterable[Mapping[str, object]]) -> set[str]:
        """The words of what is read of some rows and columns, and of the title."""
        across = (text for about in columns for text in about.values())
        down = chain.from_iterable(rows[name].unique() for name in ("sex", "age", "category") if name in rows)
        said = (text.lower() for text in chain(across, down, [self.title]) if isinstance(text, str))
        # Both together are no part, but the whole of most publications.
        return {re.sub(r"\bengland (?:and|&) wales\b", "", text) for text in said}

    def _require_labels(self, rows: pd.DataFrame, columns: Iterable[int]) -> None:
        """Refuse rows of workings, or of less than their label says."""
        labels = self.cells[rows.index.to_numpy(), : min(columns)].ravel().tolist()
        for text in [text for text in set(labels) if isinstance(text, str)]:
            self.require_no_workings(text)
            if some := part_of(heading(text)):
                raise self.refused(f"the row {plain(text)!r} says {some!r}, so that it may be of some only")

    def require_no_workings(self, text: str) -> None:
        """Refuse a row whose label speaks of workings."""
        if said := workings(text):
            raise self.refused(f"the row {plain(text)!r} {INSTEAD}: it says {said!r}")

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
        at_rows, at_columns = rows.index.to_numpy(), np.array(list(columns))
        beside, attributes = self.parted(columns.values())
        self.require_said(rows)
        read_of = np.unique([*columns, *chain(*beside.values())])
        if unseen := self.hidden.among(rows.index, read_of.tolist()):
            raise self.refused(f"{unseen} is hidden, and figures are read of what is shown only")
        self._require_unit(read_of, thousands)
        self._require_title()
        named = (about["period"] for about in columns.values() if "period" in about)
        if other := periods.other_years(heading(self.title), chain(rows.get("period", ()), named)):
            raise self.refused(f"its title says {other!r}, and its years or quarters are read as the calendar's")
        lines = self._lines(rows)
        self._require_headings(rows, columns, lines)
        self._require_labels(rows, columns)
        self._require_lines(rows, columns, lines)
        self._require_all_rows(rows.index, at_columns, apart, marks)
        self._require_no_row_above()
        self._require_a_cell_each(at_rows, read_of)
        self._require_a_heading_each(at_columns)
        self.require_all_read(rows.index, np.flatnonzero([bool(parts) for parts in self.headings]))
        self.require_all_known(rows.index, read_of.tolist())
        across = np.tile(np.arange(len(at_columns)), len(at_rows))
        down = np.repeat(np.arange(len(at_rows)), len(at_columns))

        def read(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            values, statuses, unknown = read_values(self.cells[np.ix_(at_rows, numbers)].ravel(), marks)
            if unknown:
                cells = [
                    f"{column_letters(numbers[across[at]])}{at_rows[down[at]] + 1} {text!r}"
                    for text, positions in unknown.items()
                    for at in positions[:3]
                ]
                raise self.refused(f"no meaning is known for {', '.join(sorted(cells)[:10])}")
            return values, statuses

        values, statuses = read(at_columns)
        # Texts of pandas' own type are taken many times without a look at each; a frame leaves two columns as they are.
        tidy = {str(name): rows[name].infer_objects().array.take(down) for name in rows}
        tidy |= {str(name): attributes[name].array.take(across) for name in attributes}
        letters = np.array([f"{self.sheet}!{column_letters(column)}" for column in at_columns], dtype=object)
        numbers = np.array([str(row + 1) for row in at_rows], dtype=object)
        tidy["cell"] = pd.array(letters[across] + numbers[down], dtype="str")
        for name in ("lower", "upper", "base"):
            if name in beside:
                tidy[name] = read(np.array(beside[name]))[0]
        if "flag" in beside:
            at_flags = np.array(beside["flag"])
            flags, flagged = read(at_flags)
            if (there := np.flatnonzero(~np.isnan(flags))).size:
                at = f"{column_letters(at_flags[across[there[0]]])}{at_rows[down[there[0]]] + 1}"
                raise self.refused(f"{at} holds a number where a mark is looked for")
            printed = self.cells[np.ix_(at_rows, at_flags)].ravel().tolist()
            marked = np.array([cell != "" and str(cell).strip() != "" for cell in printed], dtype=bool)
            statuses = np.where((statuses == "") & marked, flagged, statuses)
        return pd.DataFrame(tidy | {"value": values, "status": statuses}, copy=False)


def _is_said(some: str, read: Collection[str]) -> bool:
    """Whether what is read says too, in these words or of the same ages or sex alone, that it is of some."""
    if (sex := MALE_OR_FEMALE.get(some)) in read:
        return not {*MALE_OR_FEMALE.values()}.difference([sex]).intersection(read)
    ages = re.findall(r"\d+", some)
    return any(some in text or (ages and ages == re.findall(r"\d+", text)) for text in read)


def _is_count(cell: object) -> bool:
    """Whether a cell holds a number that is no year."""
    if isinstance(cell, str):
        return cell.lstrip()[:1].isdigit() and re.fullmatch(r"\d{1,3}(,\d{3})+", cell.strip()) is not None
    return isinstance(cell, int | float) and not 1900 <= cell < 2100
