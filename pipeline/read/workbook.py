"""Published files opened safely and read by what their tables say; what a publication means by it is its source's.

A table is found by its title and a column by its heading, never by a position. Every value keeps its cell.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipeline.read import periods
from pipeline.read.marks import heading, is_number, label, plain, read_values

GSS = r"[EWKSN]\d{8}"
# The names of sheets but those that only speak of the figures.
FIGURES = r"(?!cover|front|title|contents|index|notes|about|information|read ?me|method|definition).*"
LARGEST_FILE = 200 * 2**20
LARGEST_UNPACKED = 2000 * 2**20
LARGEST_SHEET = 20_000_000
MOST_PARTS = 5_000
TITLE_ROWS = 12


class Refused(Exception):
    """A file that cannot be read right: one sentence with the file, the sheet or cell, and why."""


# --- opening -----------------------------------------------------------------------------------------------


def _sheet_size(reference: str) -> int:
    """Cells in a range such as A1:XFD1048576."""
    corners = [re.fullmatch(r"([A-Z]+)(\d+)", corner) for corner in reference.split(":")]
    if not all(corners):
        return 0
    width, height = _column_number(corners[-1][1]), int(corners[-1][2])
    return width * height


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def inspect(path: Path) -> str:
    """The format of a file (xlsx, ods, xls or csv), judged from its first bytes and its directory alone.

    Raises Refused for what must not be parsed: a file, an unpacked size or a sheet beyond any real publication, a
    web page or a text that only has a spreadsheet's name.
    """
    size = path.stat().st_size
    if size == 0:
        raise Refused(f"{path.name} is empty")
    if size > LARGEST_FILE:
        raise Refused(f"{path.name} has {size / 2**20:.0f} MB; the limit is {LARGEST_FILE / 2**20:.0f} MB")
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if not head.startswith(b"PK"):
        if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype", b"<html", b"<?xml", b"%pdf")):
            raise Refused(f"{path.name} is a web page or a document, not a data file")
        if b"\0" in head:
            raise Refused(f"{path.name} is neither a spreadsheet nor text")
        return "csv"
    try:
        with zipfile.ZipFile(path) as archive:
            return _inspect_archive(path, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Refused(f"{path.name} is a damaged archive: {error}") from error


def _inspect_archive(path: Path, archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise Refused(f"{path.name} holds {len(parts)} parts; the limit is {MOST_PARTS}")
    if (unpacked := sum(part.file_size for part in parts)) > LARGEST_UNPACKED:
        raise Refused(f"{path.name} unpacks to {unpacked / 2**20:.0f} MB; the limit is {LARGEST_UNPACKED >> 20} MB")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused(f"{path.name} is encrypted")
    names = {part.filename for part in parts}
    for name in names:
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
            with archive.open(name) as sheet:
                found = re.search(rb'<dimension ref="([^"]*)"', sheet.read(4096))
            if found and _sheet_size(found[1].decode()) > LARGEST_SHEET:
                raise Refused(f"{path.name}: {name} claims the range {found[1].decode()}, beyond any publication")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise Refused(f"{path.name} is an archive, but no xlsx or ods workbook")


# --- tables ------------------------------------------------------------------------------------------------


def column_letters(number: int) -> str:
    """Spreadsheet letters of a column counted from 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


BESIDE = ("lower", "upper", "base", "flag")
_STACKED = re.compile(r"(?:(?:appendix )?(?:table|worksheet) [a-z]?\d|[a-z]?\d+[a-z]? ?:)")


def _places(cells: np.ndarray, pattern: str) -> Iterator[tuple[int, int]]:
    """Rows and columns, of the first three columns, whose label a pattern matches as a whole."""
    wanted = re.compile(pattern, re.IGNORECASE)
    return ((r, c) for r, row in enumerate(cells) for c, cell in enumerate(row[:3]) if wanted.fullmatch(label(cell)))


def _stacked(cells: np.ndarray, heads: str) -> Iterator[tuple[int, np.ndarray]]:
    """The first row and the cells, where they stand in the sheet, of each table of a sheet.

    A further table begins with its title, alone in its row, once there was a label that heads rows.
    """
    headed = sorted({row for row, _ in _places(cells, heads)})
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


class _Labels:
    """What the rows of a table and of a CSV file share: labels by heading, read as words or periods, or refused."""

    # What is added to a row's index to give its number in the file.
    _counted_from = 0

    def printed(self, pattern: str, rows: pd.Index, default: str) -> pd.Series:
        """The labels of some rows in the one column so headed; the default in each where there is no such column."""
        column = self.column_if_any(pattern)
        return pd.Series(default, index=rows) if column is None else self.text(column).loc[rows]

    def each(self, texts: pd.Series, read: Callable[[str], object]) -> pd.Series:
        """What `read` makes of each label; refused, with the row, where it raises ValueError."""
        known = {}
        for text in texts.unique():
            try:
                known[text] = read(text)
            except ValueError as error:
                row = texts.index[texts == text][0] + self._counted_from
                raise self.refused(f"row {row}: {error}") from error
        return texts.map(known)

    def periods_of(self, texts: pd.Series, single: str = "calendar_year") -> pd.Series:
        """The period that each label names; refused, with the row, where one names none."""
        return self.each(texts, lambda text: periods.parse(text, single))

    def words_of(self, texts: pd.Series, words: Mapping[str, str]) -> pd.Series:
        """Labels in one spelling: the word, or what a pattern makes of it, of the first of `words` that fits.

        Refused, with the row, where none does.
        """

        def read(text: str) -> str:
            for pattern, word in words.items():
                if found := re.fullmatch(pattern, text.lower()):
                    return found.expand(word)
            raise ValueError(f"nobody knows which of {', '.join(words.values())} {text!r} is")

        return self.each(texts, read)


class Table(_Labels):
    """One table of a sheet: its title, its columns' headings and its rows, each at its place in the sheet.

    `headings` holds one tuple of normalised labels a column, outermost first; a label that spans columns stands in
    each. `first` is the pattern of the first data row, looked for in the first three columns; `top` is that row and
    `key` the column in which it matched, both counted from 0. Where the rows' labels have no common pattern, `heads` is
    that of the label above them, and the data begin in the next row with a label and a cell beside it. `merged` gives
    the first and last cell of merged ranges: where the publisher merged the labels of a row, a label spans what it is
    merged over; else it spans the columns up to the next label.
    """

    _counted_from = 1

    def __init__(
        self,
        file: str,
        sheet: str,
        cells: np.ndarray,
        title: str,
        first: str,
        merged: Sequence[tuple] | None = None,
        heads: str = "",
    ):
        self.file, self.sheet, self.cells, self.title = file, sheet, cells, title
        self.top, self.key = next(_places(cells, heads or first), (None, None))
        if self.top is None:
            raise self.refused(f"no row begins with {heads or first!r}")
        if heads:
            below = range(self.top + 1, len(cells))
            beside = (row for row in below if (there := self._filled(row))[self.key] and there.sum() > 1)
            if (top := next(beside, None)) is None:
                raise self.refused(f"no row below {heads!r} holds anything")
            self.top = top
        band = self._header_rows()
        self.preamble = [plain(cell) for row in cells[: self.top] for cell in row[:2] if plain(cell)]
        self.headings = self._read_headings(band, merged or ())

    def _header_rows(self) -> range:
        """The rows that head the columns: the filled block above the data, without title and notes in column A.

        A lowest row with a single cell (the unit of the whole table) heads no column.
        """
        bottom = self.top - 1
        while bottom > 0 and self._filled(bottom).sum() <= 1:
            bottom -= 1
        start = bottom
        while start > 0 and self._filled(start - 1)[1:].any():
            start -= 1
        return range(start, bottom + 1)

    def _filled(self, row: int) -> np.ndarray:
        return np.array([plain(cell) != "" for cell in self.cells[row]])

    def _read_headings(self, band: range, merged: Sequence[tuple]) -> list[tuple[str, ...]]:
        rows = [[heading(cell) for cell in self.cells[row]] for row in band]
        for depth, row in enumerate(rows[:-1]):
            across = {left: right for (r, left), (_, right) in merged if r == band[depth] and right > left}
            spanning, end = "", -1
            for column, text in enumerate(row):
                if text:
                    spanning, end = text, across.get(column, column if across else len(row))
                if column <= end and any(lower[column] for lower in rows[depth + 1 :]):
                    row[column] = spanning
        columns = zip(*rows, strict=True) if rows else [() for _ in self.cells[0]]
        # A label repeated down a column counts where it stands lowest.
        return [tuple(dict.fromkeys(part for part in parts[::-1] if part))[::-1] for parts in columns]

    def refused(self, why: str) -> Refused:
        """The error that says why this table cannot be read right."""
        return Refused(f"{self.file}, sheet {self.sheet!r}: {why}")

    def period(self, text: str | None = None, single: str = "calendar_year") -> periods.Period:
        """The period that a heading names, or the title where no text is given; refused where none can be read."""
        try:
            return periods.parse(label(self.title if text is None else text), single)
        except ValueError as error:
            raise self.refused(str(error)) from error

    def columns(self, *patterns: str) -> list[int]:
        """The columns in which each pattern matches one whole label; refused when there is none."""
        compiled = [re.compile(pattern) for pattern in patterns]
        found = [
            column
            for column, parts in enumerate(self.headings)
            if all(any(pattern.fullmatch(part) for part in parts) for pattern in compiled)
        ]
        if not found:
            raise self.refused(f"no column headed {' with '.join(map(repr, patterns))}")
        return found

    def column(self, *patterns: str) -> int:
        """The one column in which each pattern matches one whole label."""
        found = self.columns(*patterns)
        if len(found) > 1:
            at = ", ".join(map(column_letters, found))
            raise self.refused(f"columns {at} are all headed {' with '.join(map(repr, patterns))}")
        return found[0]

    def column_if_any(self, pattern: str) -> int | None:
        """The one column that a pattern matches, or None where there is none."""
        return self.column(pattern) if any(re.fullmatch(pattern, part) for h in self.headings for part in h) else None

    def periods_across(
        self, single: str = "calendar_year", apart: str = r"change|%|per ?cent"
    ) -> dict[int, periods.Period]:
        """The period that heads each column, from the first so headed to the right; columns headed `apart` are not.

        Refused when a headed column among them names no period, when two name the same, or when there is none.
        """
        across: dict[int, periods.Period] = {}
        for column, parts in enumerate(self.headings):
            text = " ".join(reversed(parts))
            if not parts or re.search(apart, text):
                continue
            try:
                across[column] = periods.parse(text, single)
            except ValueError as error:
                if across:
                    raise self.refused(f"column {column_letters(column)}: {error}") from error
        labels = [period.label for period in across.values()]
        if len(labels) != len(set(labels)) or not labels:
            repeated = sorted({text for text in labels if labels.count(text) > 1})
            raise self.refused(
                f"two columns are headed {', '.join(repeated)}" if repeated else "no column headed by a period"
            )
        return across

    def heading_of(self, column: int, pattern: str) -> str:
        """The one label of a column that a pattern matches as a whole."""
        found = [part for part in self.headings[column] if re.fullmatch(pattern, part)]
        if len(found) != 1:
            raise self.refused(f"column {column_letters(column)} has {len(found)} labels like {pattern!r}")
        return found[0]

    def text(self, column: int, *, clean: bool = True) -> pd.Series:
        """A column's texts below the headings, indexed by sheet row counted from 0."""
        texts = [label(cell) if clean else str(cell) for cell in self.cells[self.top :, column]]
        return pd.Series(texts, index=range(self.top, len(self.cells)), dtype=object)

    def names(self, column: int) -> pd.Series:
        """The one name of each row, where names may be spread by indent over the unheaded columns that follow."""
        columns = [column]
        while columns[-1] + 1 < len(self.headings) and self.headings[columns[-1] + 1] in ((), self.headings[column]):
            columns.append(columns[-1] + 1)
        texts = [self.text(column) for column in columns]
        filled = sum(text.ne("").astype(int) for text in texts)
        if (filled > 1).any():
            raise self.refused(f"row {filled.idxmax() + 1} has several names")
        return pd.concat(texts, axis=1).agg("".join, axis=1)

    @cached_property
    def _numbers(self) -> np.ndarray:
        """Where the rows below the headings hold numbers."""
        return np.frompyfunc(is_number, 1, 1)(self.cells[self.top :]).astype(bool)

    def rows_with_numbers(self) -> pd.Index:
        """The rows below the headings, counted from 0, that hold a number outside the first three columns."""
        return pd.Index(np.flatnonzero(self._numbers[:, 3:].any(axis=1)) + self.top)

    def last_number(self) -> int:
        """How many rows there are from the first data row to the last with a number; notes stand below."""
        rows = self.rows_with_numbers()
        return rows[-1] - self.top + 1 if len(rows) else 0

    def filled(self, columns: Iterable[int]) -> pd.Series:
        """Whether each row below the headings holds anything in the columns, indexed as `text` is."""
        texts = [self.text(column).ne("") for column in columns]
        return pd.concat(texts, axis=1).any(axis=1)

    def require_all_read(self, rows: pd.Index, columns: Iterable[int], apart: Iterable[int] = ()) -> None:
        """Refuse when these rows hold numbers in a column that is not read and is not set apart on purpose."""
        there = self._numbers[rows.to_numpy() - self.top].any(axis=0)
        lost = sorted(set(np.flatnonzero(there)) - set(columns) - set(apart))
        if lost:
            named = [f"{column_letters(c)} ({' | '.join(self.headings[c]) or 'no heading'})" for c in lost[:5]]
            raise self.refused(f"numbers in a column that nobody knows how to read: {', '.join(named)}")

    def _require_all_rows(self, rows: pd.Index, columns: np.ndarray, apart: Iterable[int]) -> None:
        there = np.flatnonzero(self._numbers[:, columns].any(axis=1)) + self.top
        lost = sorted(set(there) - set(rows) - set(apart))
        if lost:
            named = [" ".join(filter(None, map(label, self.cells[row][:3]))) for row in lost[:5]]
            rows_at = ", ".join(f"{row + 1} ({name})" for row, name in zip(lost, named, strict=False))
            raise self.refused(f"numbers in rows without a known area or period: {rows_at}")

    def unpivot(
        self,
        rows: pd.DataFrame,
        columns: Mapping[int, Mapping],
        marks: Mapping[str, str] | None = None,
        apart: Iterable[int] = (),
    ) -> pd.DataFrame:
        """One row for each cell of the given rows and columns, with value, status and cell.

        rows: attributes by sheet row (a frame indexed as `text` is). columns: attributes by column; the attributes
        `lower`, `upper`, `base` and `flag` name the columns that hold the value's limits, its base and a separate
        mark. apart: rows left out on purpose. Raises Refused, with the cells, for a mark that is not in `marks` or
        the bracketed shorthand, for numbers in any other row, and where there is no row or column to read.
        """
        marks = marks or {}
        if rows.empty or not columns:
            raise self.refused(f"no {'row' if rows.empty else 'column'} to read")
        at_rows, at_columns = rows.index.to_numpy(), np.array(list(columns))
        self._require_all_rows(rows.index, at_columns, apart)
        self.require_all_read(rows.index, np.flatnonzero([bool(parts) for parts in self.headings]))
        across = np.tile(np.arange(len(at_columns)), len(at_rows))
        down = np.repeat(np.arange(len(at_rows)), len(at_columns))
        references = pd.DataFrame(columns.values())
        beside = [name for name in BESIDE if name in references]

        def read(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            values, statuses, unknown = read_values(self.cells[at_rows[down], numbers], marks)
            if unknown:
                cells = [
                    f"{column_letters(numbers[at])}{at_rows[down[at]] + 1} {text!r}"
                    for text, positions in unknown.items()
                    for at in positions[:3]
                ]
                raise self.refused(f"no meaning is known for {', '.join(sorted(cells)[:10])}")
            return values, statuses

        values, statuses = read(at_columns[across])
        tidy = rows.take(down).reset_index(drop=True)
        attributes = references.drop(columns=beside)
        for name in attributes:
            tidy[name] = attributes[name].to_numpy()[across]
        letters = np.array([column_letters(column) for column in at_columns], dtype=object)
        numbers = np.array([str(row + 1) for row in at_rows], dtype=object)
        tidy["cell"] = f"{self.sheet}!" + letters[across] + numbers[down]
        for name in ("lower", "upper", "base"):
            if name in beside:
                tidy[name] = read(references[name].to_numpy()[across])[0]
        if "flag" in beside:
            flags, flagged = read(references["flag"].to_numpy()[across])
            if (there := np.flatnonzero(~np.isnan(flags))).size:
                at = f"{column_letters(references['flag'][across[there[0]]])}{at_rows[down[there[0]]] + 1}"
                raise self.refused(f"{at} holds a number where a mark is looked for")
            printed = self.cells[at_rows[down], references["flag"].to_numpy()[across]]
            marked = np.frompyfunc(lambda cell: str(cell).strip() != "", 1, 1)(printed).astype(bool)
            statuses = np.where((statuses == "") & marked, flagged, statuses)
        tidy["value"], tidy["status"] = values, statuses
        return tidy

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


class Workbook:
    """A published file, opened once: sheets are parsed when first asked for and kept; hidden sheets are not read.

    Raises Refused where `inspect` does, and for a workbook that cannot be parsed.
    """

    def __init__(self, path: Path):
        self.path, self.name = path, path.name
        self.format = inspect(path)
        self._sheets: dict[str, np.ndarray] = {}
        self._merged: dict[str, Sequence[tuple]] = {}

    @cached_property
    def _book(self) -> CalamineWorkbook:
        if self.format == "csv":
            raise Refused(f"{self.name} is text, not a workbook")
        try:
            return CalamineWorkbook.from_path(self.path)
        except (CalamineError, OSError) as error:
            raise Refused(f"{self.name} cannot be opened as {self.format}: {error}") from error

    @cached_property
    def sheets(self) -> list[str]:
        """The names of the sheets of cells that a reader of the workbook sees, in its order."""
        return [
            sheet.name
            for sheet in self._book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def cells(self, sheet: str) -> np.ndarray:
        """A sheet's cells, from A1, as a two-dimensional array of numbers and texts."""
        if sheet not in self._sheets:
            try:
                parsed = self._book.get_sheet_by_name(sheet)
                rows = parsed.to_python(skip_empty_area=False)
            except CalamineError as error:
                raise Refused(f"{self.name}, sheet {sheet!r} cannot be parsed: {error}") from error
            cells = np.empty((len(rows), max(map(len, rows), default=0)), dtype=object)
            for number, row in enumerate(rows):
                cells[number] = row
            self._sheets[sheet], self._merged[sheet] = cells, parsed.merged_cell_ranges or ()
        return self._sheets[sheet]

    def tables(self, title: str, sheet: str = ".*", first: str = GSS, heads: str = "") -> list[Table]:
        """Every table whose title matches; the list may be empty.

        They are looked for in the sheets whose name matches, and only where there is none in all others. A list of
        contents, which gives many titles, is no table. With `heads` (see Table) a sheet may hold several tables, one
        under the other. Raises Refused for a sheet with the title whose data cannot be found.
        """
        named = [name for name in self.sheets if re.fullmatch(sheet, name.strip(), re.IGNORECASE)]
        others = [name for name in self.sheets if name not in named]
        return self._tables_in(named, title, first, heads) or self._tables_in(others, title, first, heads)

    def _tables_in(self, sheets: list[str], title: str, first: str, heads: str) -> list[Table]:
        wanted = re.compile(title)
        found = []
        parts = [
            (name, *part)
            for name in sheets
            for part in (_stacked(self.cells(name), heads) if heads else [(0, self.cells(name))])
        ]
        for name, start, cells in parts:
            lines = [(r, str(cell)) for r, row in enumerate(cells[: start + TITLE_ROWS]) for cell in row[:2]]
            titles = [(row, line) for row, line in lines if wanted.search(heading(line))]
            if not titles:
                continue
            try:
                table = Table(self.name, name, cells, titles[0][1], first, self._merged[name], heads)
            except Refused:
                if _lists_tables(cells):
                    continue
                raise
            if titles[0][0] < table.top:
                found.append(table)
        return found

    def table(self, title: str, sheet: str = ".*", first: str = GSS, heads: str = "") -> Table:
        """The one table whose title matches; refused, with what was looked for, when there is none or several."""
        table = self.table_if_any(title, sheet, first, heads)
        if table is None:
            raise Refused(f"{self.name}: no table titled {title!r} in the sheets {', '.join(self.sheets)}")
        return table

    def table_if_any(self, title: str, sheet: str = ".*", first: str = GSS, heads: str = "") -> Table | None:
        """The one table whose title matches, None where there is none; refused when there are several."""
        found = self.tables(title, sheet, first, heads)
        if len(found) > 1:
            raise Refused(f"{self.name}: {' and '.join(repr(t.sheet) for t in found)} both hold a table like {title!r}")
        return found[0] if found else None

    def records(self) -> "Records":
        """The rows of a CSV file."""
        if self.format != "csv":
            raise Refused(f"{self.name} is a workbook ({self.format}), not a CSV file")
        return Records(self.path)


def _lists_tables(cells: np.ndarray) -> bool:
    """Whether a sheet lists tables: several of its rows begin with the name of one, or no row has a second cell."""
    if not any(sum(plain(cell) != "" for cell in row) > 1 for row in cells):
        return True
    beginnings = (plain(cell).lower() for cell in cells[:, 0])
    return sum(bool(re.match(r"(table|worksheet|mye) ?\w*\d", text)) for text in beginnings) > 1


class Records(_Labels):
    """The records of a CSV file as texts without surrounding spaces, each with its number (the heading is row 1).

    A record with line breaks inside quotes is one row, as a spreadsheet program shows it.
    """

    def __init__(self, path: Path):
        self.file = path.name
        rows = self._rows(path.read_bytes())
        if len(rows) < 2:
            raise Refused(f"{self.file} holds no records")
        columns = [plain(name) for name in rows[0]]
        for number, row in enumerate(rows[1:], start=2):
            if row and len(row) != len(columns):
                raise Refused(f"{self.file}, row {number}: {len(row)} fields where the heading has {len(columns)}")
        if repeated := {name for name in columns if columns.count(name) > 1}:
            raise Refused(f"{self.file}: the columns {', '.join(sorted(repeated))} stand twice")
        numbered = {number: row for number, row in enumerate(rows[1:], start=2) if row}
        if not numbered:
            raise Refused(f"{self.file} holds no records")
        self.frame = pd.DataFrame(list(numbered.values()), index=list(numbered), columns=columns, dtype="str")
        for name in columns:
            self.frame[name] = self.frame[name].str.strip()

    def _rows(self, raw: bytes) -> list[list[str]]:
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                text = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
        else:
            raise Refused(f"{self.file} is text in no known encoding")
        if odd := re.search(r"[\x00-\x08\x0e-\x1f]", text):
            raise Refused(f"{self.file} is no text: it holds the character {odd[0]!r}")
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        try:
            return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise Refused(f"{self.file} is not a well-formed CSV file: {error}") from error

    def refused(self, why: str) -> Refused:
        """The error that says why this file cannot be read right."""
        return Refused(f"{self.file}: {why}")

    def require(self, *columns: str) -> "Records":
        """These records, once it is sure that the columns are there."""
        if missing := [name for name in columns if name not in self.frame]:
            raise self.refused(f"no column {', '.join(missing)} among {', '.join(self.frame.columns[:30])}")
        return self

    def column(self, pattern: str) -> str:
        """The one column whose name a pattern matches as a whole, in lower case and without footnotes."""
        found = [name for name in self.frame if re.fullmatch(pattern, heading(name))]
        if len(found) != 1:
            among = ", ".join(self.frame.columns[:30])
            raise self.refused(f"{len(found) or 'no'} columns headed {pattern!r} among {among}")
        return found[0]

    def column_if_any(self, pattern: str) -> str | None:
        """The one column that a pattern matches, or None where there is none."""
        return self.column(pattern) if any(re.fullmatch(pattern, heading(name)) for name in self.frame) else None

    def text(self, column: str) -> pd.Series:
        """A column's texts without footnotes, by row."""
        return self.frame[column].map(label)

    def periods(self, column: str, single: str = "calendar_year") -> pd.Series:
        """The period of each record; refused, with the row, where one cannot be read."""
        read = {}
        for text in self.frame[column].unique():
            try:
                read[text] = periods.parse(text, single)
            except ValueError as error:
                row = self.frame.index[self.frame[column] == text][0]
                raise Refused(f"{self.file}, row {row}, {column}: {error}") from error
        codes, printed = pd.factorize(self.frame[column])
        return pd.Series(np.array([read[text] for text in printed], dtype=object)[codes], index=self.frame.index)

    def unpivot(
        self,
        rows: pd.DataFrame,
        columns: Mapping[str, Mapping],
        marks: Mapping[str, str] | None = None,
        base: str | None = None,
    ) -> pd.DataFrame:
        """One row for each of the given records and columns, as `Table.unpivot`; `base` names the whole of all columns.

        The attributes `lower`, `upper` and `base` of a column name the columns that hold its limits and its base.
        """
        marks = marks or {}
        across = np.repeat(np.arange(len(columns)), len(rows))
        down = np.tile(np.arange(len(rows)), len(columns))
        tidy = rows.take(down).reset_index(drop=True)
        references = pd.DataFrame(columns.values())
        beside = [name for name in BESIDE if name in references]
        attributes = references.drop(columns=beside)
        for name in attributes:
            tidy[name] = attributes[name].to_numpy()[across]
        for name in beside:
            tidy[name] = np.concatenate([self._read(column, rows.index, marks)[0] for column in references[name]])
        read = [self._read(name, rows.index, marks) for name in columns]
        tidy["value"], tidy["status"] = (np.concatenate(arrays) for arrays in zip(*read, strict=True))
        if base:
            tidy["base"] = np.tile(self._read(base, rows.index, marks)[0], len(columns))
        numbers = np.array([f"row {number}, " for number in rows.index], dtype=object)
        tidy["cell"] = numbers[down] + np.array(list(columns), dtype=object)[across]
        return tidy

    def _read(self, column: str, index: pd.Index, marks: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
        raw = self.frame.loc[index, column].to_numpy(dtype=object)
        values, statuses = np.full(len(raw), np.nan), np.full(len(raw), "", dtype=object)
        digits = np.fromiter((text.isascii() and text.isdigit() for text in raw), dtype=bool, count=len(raw))
        values[digits] = raw[digits].astype(float)
        values[~digits], statuses[~digits], unknown = read_values(raw[~digits], marks)
        if unknown:
            cells = [f"row {index[~digits][at[0]]} {text!r}" for text, at in list(unknown.items())[:10]]
            raise Refused(f"{self.file}, column {column}: no meaning is known for {', '.join(cells)}")
        return values, statuses
