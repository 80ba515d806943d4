"""Published files opened safely and read by what their tables say; what a publication means by it is its source's.

A table is found by its title and a column by its heading, never by a position. Every value keeps its cell.
"""

import csv
import re
import zipfile
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from pipeline import periods

GSS = r"[EWKSN]\d{8}"
LARGEST_FILE = 200 * 2**20
LARGEST_UNPACKED = 1000 * 2**20
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
    except zipfile.BadZipFile as error:
        raise Refused(f"{path.name} is a damaged archive: {error}") from error


def _inspect_archive(path: Path, archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise Refused(f"{path.name} holds {len(parts)} parts; the limit is {MOST_PARTS}")
    if (unpacked := sum(part.file_size for part in parts)) > LARGEST_UNPACKED:
        raise Refused(f"{path.name} unpacks to {unpacked / 2**20:.0f} MB; the limit is {LARGEST_UNPACKED >> 20} MB")
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


# --- labels and marks --------------------------------------------------------------------------------------


# Words after which a number belongs to the label, not to a footnote: "Under 20", "year ending March 18".
_COUNTED = set(periods.MONTHS).union(
    ("under", "over", "age", "aged", "ages", "than", "least", "to", "and", "from", "since"),
    ("table", "year", "years", "quarter", "mid"),
)
_NOTES = re.compile(
    r"^(?P<text>.*?(?P<word>[A-Za-z)']{3,}))(?P<gap>\s?)(?P<notes>\d{1,2}(?:\s?,\s?\d{1,2})*)$", re.DOTALL
)


def _split_notes(text: str) -> tuple[str, list[str]]:
    """A label without the footnote numbers at its end, and those numbers."""
    found = _NOTES.match(text)
    if not found or (found["gap"] and found["word"].lower() in _COUNTED):
        return text, []
    return found["text"], re.findall(r"\d+", found["notes"])


@cache
def label(text: str) -> str:
    """A printed label without footnote marks, line breaks and doubled spaces; its case is kept."""
    text = re.sub(r"\[note[^\]]*\]", " ", str(text), flags=re.IGNORECASE)
    text = re.sub(r"[‒–—−]", "-", text)
    text = re.sub(r"(?<=[A-Za-z])\d{1,2}(?=\))", "", text)
    return _split_notes(" ".join(text.split()))[0]


@cache
def heading(text: str) -> str:
    """A label for comparing: lower case, numbers such as 2021.0 as 2021."""
    return re.sub(r"^(\d+)\.0$", r"\1", label(text).lower())


@cache
def footnotes(text: str) -> tuple[str, ...]:
    """The footnote numbers glued to a printed label ("ENGLAND AND WALES7,8", "ENGLAND [note 3]")."""
    bracketed = re.findall(r"\[note\s*(\d+)\]", str(text), flags=re.IGNORECASE)
    return (*bracketed, *_split_notes(" ".join(str(text).split()))[1])


SHORTHAND = {f"[{code}]": code for code in ("c", "x", "z", "low", "u", "p", "r", "e", "b", "n")} | {"": "x"}
_NUMBER = re.compile(r"^([<>~]?)\s*(-?[\d,]*\.?\d+(?:e-?\d+)?)\s*(.*)$", re.IGNORECASE)


def read_mark(text: str, marks: Mapping[str, str]) -> tuple[float, str]:
    """Value and status of a cell that holds text: a mark, or a number with a mark beside it.

    `marks` adds a publication's own marks to the shorthand in square brackets; a value is NaN where only a mark
    stands. Raises KeyError for a mark that nobody has given a meaning.
    """
    text = " ".join(text.split())
    known = {**SHORTHAND, **marks}
    lowered = {mark.lower(): status for mark, status in known.items()}
    if text.lower() in lowered:
        return np.nan, lowered[text.lower()]
    found = _NUMBER.match(text)
    if not found or found[1]:
        raise KeyError(text)
    status = lowered[found[3].lower()] if found[3] else ""
    return float(found[2].replace(",", "")), status


def read_values(raw: np.ndarray, marks: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Values (float, NaN where none) and statuses of an array of cells, and where each unknown mark stands."""
    values = np.full(raw.shape, np.nan)
    statuses = np.full(raw.shape, "", dtype=object)
    unknown = {}
    texts = np.frompyfunc(lambda cell: isinstance(cell, str), 1, 1)(raw).astype(bool)
    values[~texts] = raw[~texts].astype(float)
    words = raw[texts]
    for text in set(words):
        at = np.flatnonzero(texts)[words == text]
        try:
            values[at], statuses[at] = read_mark(text, marks)
        except KeyError:
            unknown[text] = at
    return values, statuses, unknown


# --- tables ------------------------------------------------------------------------------------------------


def column_letters(number: int) -> str:
    """Spreadsheet letters of a column counted from 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Table:
    """One table of a sheet: its title, its columns' headings and its rows, each at its place in the sheet.

    `headings` holds one tuple of normalised labels a column, outermost first; a label that spans columns stands in
    each. `first` is the pattern of the first data row, looked for in the first three columns; `top` is that row and
    `key` the column in which it matched, both counted from 0.
    """

    def __init__(self, file: str, sheet: str, cells: np.ndarray, title: str, first: str):
        self.file, self.sheet, self.cells, self.title = file, sheet, cells, title
        pattern = re.compile(first, re.IGNORECASE)
        places = (
            (r, c) for r, row in enumerate(cells) for c, cell in enumerate(row[:3]) if pattern.fullmatch(label(cell))
        )
        self.top, self.key = next(places, (None, None))
        if self.top is None:
            raise self.refused(f"no row begins with {first!r}")
        band = self._header_rows()
        self.preamble = [str(cell) for row in cells[: band[0]] for cell in row[:2] if str(cell).strip()]
        self.headings = self._read_headings(band)

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
        return np.array([str(cell).strip() != "" for cell in self.cells[row]])

    def _read_headings(self, band: range) -> list[tuple[str, ...]]:
        rows = [[heading(cell) for cell in self.cells[row]] for row in band]
        for depth, row in enumerate(rows[:-1]):
            spanning = ""
            for column, text in enumerate(row):
                spanning = text or spanning
                if any(lower[column] for lower in rows[depth + 1 :]):
                    row[column] = spanning
        columns = zip(*rows, strict=True) if rows else [() for _ in self.cells[0]]
        return [tuple(dict.fromkeys(part for part in parts if part)) for parts in columns]

    def refused(self, why: str) -> Refused:
        """The error that says why this table cannot be read right."""
        return Refused(f"{self.file}, sheet {self.sheet!r}: {why}")

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

    def names(self, columns: list[int]) -> pd.Series:
        """The one name of each row where names are spread over columns by indent."""
        return pd.concat([self.text(column) for column in columns], axis=1).agg("".join, axis=1)

    def unpivot(
        self, rows: pd.DataFrame, columns: Mapping[int, Mapping], marks: Mapping[str, str] | None = None
    ) -> pd.DataFrame:
        """One row for each cell of the given rows and columns, with value, status and cell.

        rows: attributes by sheet row (a frame indexed as `text` is). columns: attributes by column; the attributes
        `lower`, `upper`, `base` and `flag` name the columns that hold the value's limits, its base and a separate
        mark. Raises Refused, with the cells, for a mark that is not in `marks` or the bracketed shorthand.
        """
        marks = marks or {}
        at_rows, at_columns = rows.index.to_numpy(), np.array(list(columns))
        across, down = (
            np.tile(np.arange(len(at_columns)), len(at_rows)),
            np.repeat(np.arange(len(at_rows)), len(at_columns)),
        )
        references = pd.DataFrame(columns.values())
        beside = [name for name in ("lower", "upper", "base", "flag") if name in references]

        def read(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            raw = self.cells[at_rows[down], numbers]
            values, statuses, unknown = read_values(raw, marks)
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
        attributes = references.drop(columns=beside).take(across).reset_index(drop=True)
        tidy = pd.concat([tidy, attributes], axis=1)
        tidy["value"], tidy["status"] = values, statuses
        letters = np.array([column_letters(column) for column in at_columns], dtype=object)
        tidy["cell"] = f"{self.sheet}!" + letters[across] + (at_rows[down] + 1).astype(str).astype(object)
        for name in ("lower", "upper", "base"):
            if name in beside:
                tidy[name] = read(references[name].to_numpy()[across])[0]
        if "flag" in beside:
            flags = self.cells[at_rows[down], references["flag"].to_numpy()[across]]
            try:
                meaning = {text: read_mark(text, marks)[1] if text.strip() else "" for text in set(flags)}
            except (KeyError, AttributeError) as error:
                raise self.refused(f"no meaning is known for the flag {error}") from error
            flagged = pd.Series(flags).map(meaning)
            tidy["status"] = tidy["status"].where(tidy["status"] != "", flagged)
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
    """A published file, opened once: sheets are parsed when first asked for and kept.

    Raises Refused where `inspect` does, and for a workbook that cannot be parsed.
    """

    def __init__(self, path: Path):
        self.path, self.name = path, path.name
        self.format = inspect(path)
        self._sheets: dict[str, np.ndarray] = {}

    @cached_property
    def _book(self) -> CalamineWorkbook:
        if self.format == "csv":
            raise Refused(f"{self.name} is text, not a workbook")
        try:
            return CalamineWorkbook.from_path(self.path)
        except (CalamineError, OSError) as error:
            raise Refused(f"{self.name} cannot be opened as {self.format}: {error}") from error

    @property
    def sheets(self) -> list[str]:
        return self._book.sheet_names

    def cells(self, sheet: str) -> np.ndarray:
        """A sheet's cells, from A1, as a two-dimensional array of numbers and texts."""
        if sheet not in self._sheets:
            try:
                rows = self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            except CalamineError as error:
                raise Refused(f"{self.name}, sheet {sheet!r} cannot be parsed: {error}") from error
            cells = np.empty((len(rows), max(map(len, rows), default=0)), dtype=object)
            for number, row in enumerate(rows):
                cells[number] = row
            self._sheets[sheet] = cells
        return self._sheets[sheet]

    def tables(self, title: str, sheet: str = ".*", first: str = GSS) -> list[Table]:
        """Every table whose title matches, in sheets whose name matches; the list may be empty.

        A sheet with the title but without a data row (a list of contents) is no table.
        """
        wanted = re.compile(title)
        found = []
        for name in self.sheets:
            if not re.fullmatch(sheet, name.strip(), re.IGNORECASE):
                continue
            cells = self.cells(name)
            lines = [(r, str(cell)) for r, row in enumerate(cells[:TITLE_ROWS]) for cell in row[:2]]
            if titles := [(row, line) for row, line in lines if wanted.search(heading(line))]:
                try:
                    table = Table(self.name, name, cells, titles[0][1], first)
                except Refused:
                    continue
                if titles[0][0] < table.top:
                    found.append(table)
        return found

    def table(self, title: str, sheet: str = ".*", first: str = GSS) -> Table:
        """The one table whose title matches; refused, with what was looked for, when there is none or several."""
        found = self.tables(title, sheet, first)
        if len(found) == 1:
            return found[0]
        among = [name for name in self.sheets if re.fullmatch(sheet, name.strip(), re.IGNORECASE)]
        if not found:
            raise Refused(f"{self.name}: no table titled {title!r} in the sheets {', '.join(among) or sheet!r}")
        raise Refused(f"{self.name}: {' and '.join(repr(t.sheet) for t in found)} both hold a table titled {title!r}")

    def records(self) -> "Records":
        """The rows of a CSV file."""
        if self.format != "csv":
            raise Refused(f"{self.name} is a workbook ({self.format}), not a CSV file")
        return Records(self.path)


class Records:
    """The records of a CSV file as texts, with the number of each record (the heading is row 1)."""

    def __init__(self, path: Path):
        self.file = path.name
        raw = path.read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        try:
            rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise Refused(f"{self.file} is not a well-formed CSV file: {error}") from error
        if len(rows) < 2:
            raise Refused(f"{self.file} holds no records")
        columns = [name.strip() for name in rows[0]]
        for number, row in enumerate(rows[1:], start=2):
            if row and len(row) != len(columns):
                raise Refused(f"{self.file}, row {number}: {len(row)} fields where the heading has {len(columns)}")
        if repeated := {name for name in columns if columns.count(name) > 1}:
            raise Refused(f"{self.file}: the columns {', '.join(sorted(repeated))} stand twice")
        numbered = {number: row for number, row in enumerate(rows[1:], start=2) if row}
        self.frame = pd.DataFrame.from_dict(numbered, orient="index", columns=columns)

    def require(self, *columns: str) -> "Records":
        """These records, once it is sure that the columns are there."""
        if missing := [name for name in columns if name not in self.frame]:
            raise Refused(f"{self.file}: no column {', '.join(missing)} among {', '.join(self.frame.columns[:30])}")
        return self

    def unpivot(
        self,
        rows: pd.DataFrame,
        columns: Mapping[str, Mapping],
        marks: Mapping[str, str] | None = None,
        base: str | None = None,
    ) -> pd.DataFrame:
        """One row for each of the given records and columns, as `Table.unpivot`; `base` names the whole's column."""
        pieces = []
        for name, attributes in columns.items():
            values, statuses = self._read(name, rows.index, marks or {})
            cells = [f"row {number}, {name}" for number in rows.index]
            piece = rows.assign(value=values, status=statuses, cell=cells, **attributes)
            if base:
                piece["base"] = self._read(base, rows.index, marks or {})[0]
            pieces.append(piece)
        return pd.concat(pieces, ignore_index=True)

    def _read(self, column: str, index: pd.Index, marks: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
        raw = self.frame.loc[index, column].str.strip()
        values = pd.to_numeric(raw, errors="coerce").to_numpy(dtype=float, copy=True)
        statuses = np.full(len(raw), "", dtype=object)
        texts = np.isnan(values)
        values[texts], statuses[texts], unknown = read_values(raw.to_numpy(dtype=object)[texts], marks)
        if unknown:
            cells = [f"row {index[texts][at[0]]} {text!r}" for text, at in list(unknown.items())[:10]]
            raise Refused(f"{self.file}, column {column}: no meaning is known for {', '.join(cells)}")
        return values, statuses
