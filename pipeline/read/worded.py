"""What the words of a table say against what is read of it; which words do so is wording's."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
import pandas as pd

from pipeline.read.headed import Headed
from pipeline.read.labels import MALE_OR_FEMALE, heading, is_note, plain
from pipeline.read.wording import (
    ALL_THOUSANDS,
    ANOTHER,
    ELSEWHERE,
    INSTEAD,
    THOUSANDS,
    TITLED_SOME,
    WITHDRAWN,
    another,
    part_alone,
    part_of,
    sentences_of_some,
    workings,
)
from schemas.scales import per_how_many
from schemas.vocabulary import WORKINGS


class Worded(Headed):
    """A table that is refused where its title, headings, labels or lines are of something else, or of some only."""

    def require_words(
        self, rows: pd.DataFrame, columns: Mapping[int, Mapping[str, object]], read_of: np.ndarray, *, thousands: bool
    ) -> None:
        """Refuse a table whose words are against what is read of it; see `Table.unpivot`, `read_of` are all columns."""
        self._require_unit(read_of, thousands)
        self._require_title()
        # Of a column without a unit of its own it is that of the rows.
        of_rows = rows["unit"].unique().tolist() if "unit" in rows else []
        units = {*of_rows, *(about["unit"] for about in columns.values() if "unit" in about)}
        self._require_rate(units)
        lines = self._lines(rows)
        self._require_headings(rows, columns, lines, of_rows)
        self._require_labels(rows, columns)
        self._require_lines(rows, columns, lines, units)

    @property
    def _titles(self) -> tuple[str, ...]:
        """Its titles: a sheet of several tables may have one for all, and one above each."""
        return plain(self.title), *self.numbered[-1:]

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
        for title in (*self._titles, self.sheet):
            said = heading(title)
            if other := re.search(rf"{WORKINGS}|{ANOTHER}|{WITHDRAWN}", said) or re.search(ELSEWHERE, said):
                raise self.refused(f"its title or name {title!r} {INSTEAD}: it says {other[0]!r}")
            found = re.search(self.sought, said)
            matched = found.regs if found else ()
            for some in re.finditer(TITLED_SOME, said):
                within = any(start <= some.start() and some.end() <= end for start, end in matched)
                if not within or some[0] not in self.sought:
                    raise self.refused(f"its title or name {title!r} says {some[0]!r}, so that it may be of some only")

    def _require_rate(self, units: Collection[object]) -> None:
        """Refuse a title that says per how many people its rates are, where none of the units that are read is so."""
        read = set().union(*(per_how_many(str(unit)) for unit in units))
        for title in self._titles:
            said = per_how_many(heading(title))
            if units and said and not said & read and (read or not re.search(r"\brates?\b", heading(title))):
                known = " or ".join(sorted(map(str, units)))
                raise self.refused(f"its title {title!r} speaks of another rate than what is read, {known}")

    def _require_headings(
        self,
        rows: pd.DataFrame,
        columns: Mapping[int, Mapping[str, object]],
        lines: Mapping[int, str],
        units: Sequence[object],
    ) -> None:
        """Refuse columns that are said to be of another quantity, or of less than what is read of them."""
        # What is said of a whole table stands alone in a row, between the headings and the first row that is read.
        above = chain(*self.cells[self._band.stop : self.top], *self.cells[self.top : rows.index.min(), [*columns]])
        alone = {heading(cell) for cell in above if isinstance(cell, str)}
        of_all = [another(text, None) for text in sorted(alone)]
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
        self,
        rows: pd.DataFrame,
        columns: Mapping[int, Mapping[str, object]],
        lines: Mapping[int, str],
        units: Collection[object],
    ) -> None:
        """Refuse a line of its own, above the headings or the rows or between two, that makes what it heads less.

        Between rows of areas stand the names of those that hold them.
        """
        by_area = "area_code" in rows
        unit = next(iter(units)) if len(units) == 1 else None
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


def _is_said(some: str, read: Collection[str]) -> bool:
    """Whether what is read says too, in these words or of the same ages or sex alone, that it is of some."""
    if (sex := MALE_OR_FEMALE.get(some)) in read:
        return not {*MALE_OR_FEMALE.values()}.difference([sex]).intersection(read)
    ages = re.findall(r"\d+", some)
    return any(some in text or (ages and ages == re.findall(r"\d+", text)) for text in read)
