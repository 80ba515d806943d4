"""What a published file holds, as cells to alter; how it is written to a file again is writing's."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipeline.read.cells import column_letters

Place = tuple[str, int, int]  # a sheet, and a row and a column from 0; the sheet of a CSV file has no name


# What a format says of cells, by the names that xlsxwriter has for it.
Look = tuple[tuple[str, str | bool | int], ...]


@dataclass(frozen=True)
class Error:
    """A cell that shows an error of the spreadsheet program."""

    shows: str


@dataclass(frozen=True)
class Formula:
    """A cell with a formula, and the value that was saved with it, if any."""

    says: str
    cached: float | None = None


@dataclass(frozen=True)
class Raised:
    """A text whose end is a superscript."""

    text: str
    above: str


@dataclass(frozen=True)
class Shown:
    """A number that a workbook shows in a way of its own, by the properties of a format as xlsxwriter names them."""

    number: float
    look: Look


Cell = str | float | int | bool | datetime | date | time | Error | Formula | Raised | Shown


@dataclass
class Page:
    """A sheet, or the lines of a CSV file: rows of cells, which may differ in length."""

    name: str
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # first row and column, last row and column
    hidden_rows: set[int] = field(default_factory=set)
    hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()
    flattened: bool = False  # whether what is hidden is next to no height or width instead
    rules: tuple[tuple[Look, Look], ...] = ()  # conditions for all cells, and the look of those that meet one
    boxes: tuple[str, ...] = ()  # texts that are drawn over the cells

    def copy(self) -> "Page":
        return replace(
            self, rows=[list(row) for row in self.rows], merged=list(self.merged), hidden_rows=set(self.hidden_rows)
        )

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    def put(self, row: int, column: int, cell: Cell) -> None:
        line = self.rows[row]
        line.extend([""] * (column + 1 - len(line)))
        line[column] = cell

    def insert_row(self, at: int, cells: list[Cell]) -> None:
        self.rows.insert(at, cells)
        self.hidden_rows = {row + (row >= at) for row in self.hidden_rows}
        self.merged = [(a + (a >= at), b, c + (c >= at), d) for a, b, c, d in self.merged]

    def remove_row(self, at: int) -> None:
        del self.rows[at]
        self.hidden_rows = {row - (row > at) for row in self.hidden_rows if row != at}
        self.merged = [(a - (a > at), b, c - (c >= at), d) for a, b, c, d in self.merged if not a == at == c]

    def insert_column(self, at: int, cells: list[Cell]) -> None:
        """A column before another; `cells` from the first row down, blank below its end."""
        for number, line in enumerate(self.rows):
            if at <= len(line):
                line.insert(at, cells[number] if number < len(cells) else "")
        self.merged = [(a, b + (b >= at), c, d + (d >= at)) for a, b, c, d in self.merged]

    def exchange_columns(self, one: int, other: int) -> None:
        for line in self.rows:
            line.extend([""] * (max(one, other) + 1 - len(line)))
            line[one], line[other] = line[other], line[one]


@dataclass(frozen=True)
class Form:
    """The form of a file: xlsx, ods or csv; and of a CSV file how its text is written."""

    suffix: str
    encoding: str = "utf-8"
    delimiter: str = ","
    line_end: str = "\n"
    quote_all: bool = False
    before: str = ""
    last_line_end: bool = True


@dataclass
class Content:
    """The pages of a file and its form. Copies share pages until one is asked for to be changed."""

    pages: list[Page]
    form: Form

    def copy(self) -> "Content":
        return Content(list(self.pages), self.form)

    def page(self, name: str) -> Page:
        return next(page for page in self.pages if page.name == name)

    def altered(self, name: str) -> tuple["Content", Page]:
        """A copy of this content, and a page of it to change."""
        other = self.copy()
        at = next(number for number, page in enumerate(other.pages) if page.name == name)
        other.pages[at] = other.pages[at].copy()
        return other, other.pages[at]

    def with_cells(self, changes: dict[Place, Cell]) -> "Content":
        other = self.copy()
        for sheet in {sheet for sheet, _, _ in changes}:
            other, page = other.altered(sheet)
            for (named, row, column), cell in changes.items():
                if named == sheet:
                    page.put(row, column, cell)
        return other

    def at(self, place: Place) -> Cell:
        sheet, row, column = place
        line = self.page(sheet).rows[row]
        return line[column] if column < len(line) else ""

    def of_form(self, **changed: object) -> "Content":
        return Content(list(self.pages), replace(self.form, **changed))


@dataclass
class Archive:
    """A zip archive: the names of its members, and what each holds."""

    members: list[tuple[str, Content]]
    form: Form = Form("zip")


def place_of(content: Content, cell: str) -> Place | None:
    """The place that a figure names as its cell; None where it names several, or rows of a record."""
    if found := re.fullmatch(r"row (\d+), (.+)", cell):
        heads = [str(text).strip().lstrip("\ufeff") for text in content.pages[0].rows[0]]
        return ("", int(found[1]) - 1, heads.index(found[2])) if found[2] in heads else None
    if not (found := re.fullmatch(r"(.+)!([A-Z]+)(\d+)", cell)):
        return None
    column = 0
    for letter in found[2]:
        column = 26 * column + ord(letter) - 64
    return found[1], int(found[3]) - 1, column - 1


def name_of(place: Place) -> str:
    sheet, row, column = place
    return f"{sheet}!{column_letters(column)}{row + 1}"


# --- read from a file --------------------------------------------------------------------------------------------


def content_of(path: Path) -> Content:
    """What a published file holds. Of a workbook sheets of charts are left out; a workbook of 1997 becomes xlsx."""
    if path.suffix.lower() == ".csv":
        return _of_text(path.read_bytes())
    book = CalamineWorkbook.from_path(path)
    suffix = "ods" if path.suffix.lower() == ".ods" else "xlsx"
    hidden = dict(_hidden_rows(path))
    pages = []
    for sheet in book.sheets_metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet:
            continue
        parsed = book.get_sheet_by_name(sheet.name)
        merged = [(a, b, c, d) for (a, b), (c, d) in parsed.merged_cell_ranges or ()]
        rows = parsed.to_python(skip_empty_area=False)
        shown = sheet.visible == SheetVisibleEnum.Visible
        pages.append(Page(sheet.name, rows, merged, hidden.get(sheet.name, set()), not shown))
    return Content(pages, Form(suffix))


def _of_text(raw: bytes) -> Content:
    encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"
        text = raw.decode(encoding)
    line_end = "\r\n" if "\r\n" in text else "\n"
    rows = list(csv.reader(io.StringIO(text, newline="")))
    quoted = text.startswith('"') and text.count('"') > 2 * len(rows)
    return Content([Page("", rows)], Form("csv", encoding, ",", line_end, quoted))


_ODS = {"table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0"}


def _hidden_rows(path: Path) -> Iterator[tuple[str, set[int]]]:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if "content.xml" in archive.namelist():
            yield from _hidden_in_ods(archive)
            return
        names = re.findall(r'<sheet [^>]*?name="([^"]*)"[^>]*?r:id="([^"]*)"', archive.read("xl/workbook.xml").decode())
        links = archive.read("xl/_rels/workbook.xml.rels").decode()
        for name, link in names:
            element = next(one for one in re.findall(r"<Relationship [^>]*>", links) if f'Id="{link}"' in one)
            part = re.search(r'Target="/?(?:xl/)?([^"]*)"', element)[1]
            xml = archive.read(f"xl/{part}").decode()
            rows = re.findall(r'<row [^>]*?hidden="(?:1|true)"[^>]*>', xml)
            yield _plain(name), {int(re.search(r' r="(\d+)"', row)[1]) - 1 for row in rows}


def _plain(name: str) -> str:
    return ElementTree.fromstring(f"<a>{name}</a>").text or ""


def _hidden_in_ods(archive: zipfile.ZipFile) -> Iterator[tuple[str, set[int]]]:
    space = f"{{{_ODS['table']}}}"
    with archive.open("content.xml") as file:
        root = ElementTree.parse(file)
    for table in root.iter(f"{space}table"):
        hidden, at = set(), 0
        for row in table.iter(f"{space}table-row"):
            repeated = int(row.get(f"{space}number-rows-repeated", 1))
            if row.get(f"{space}visibility", "visible") != "visible":
                hidden |= set(range(at, min(at + repeated, 5000)))
            at += repeated
        yield table.get(f"{space}name", ""), hidden
