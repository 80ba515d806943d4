"""Files with the same bytes on every run: cells as xlsx, ods and xls, and rows as csv; no figure belongs here."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt

SAMPLE = (
    "SAMPLE: every figure in this file is made up. It has the publisher's layout and none of the publisher's numbers."
)

Cell = str | int | float | None

_MADE = datetime(2000, 1, 1)


@dataclass(frozen=True)
class Span:
    """A cell merged with those to its right and below it."""

    value: Cell
    across: int = 1
    down: int = 1


# One cell stands for a row of its own, None for a blank one.
Row = Cell | Span | Iterable[Cell | Span]


@dataclass
class Sheet:
    """Rows from the top, kept as cells and spans by row and column, both from 0."""

    name: str
    rows: InitVar[Iterable[Row]] = ()
    hidden: set[int] = field(default_factory=set)
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    spans: dict[tuple[int, int], Span] = field(default_factory=dict)

    def __post_init__(self, rows: Iterable[Row]) -> None:
        self.fill(0, rows)

    @property
    def title(self) -> str:
        return str(self.cells[0, 0])

    def fill(self, top: int, rows: Iterable[Row], left: int = 0) -> None:
        """Write rows one below the other."""
        for place, row in enumerate(rows, start=top):
            self.put(place, left, *(row if isinstance(row, Iterable) and not isinstance(row, str) else [row]))

    def put(self, row: int, column: int, *values: Cell | Span) -> None:
        """Write values from a cell to the right; None leaves a cell empty."""
        for value in values:
            if isinstance(value, Span):
                self.spans[row, column], self.cells[row, column] = value, value.value
                column += value.across - 1
            elif value is not None:
                self.cells[row, column] = value
            column += 1


@dataclass(frozen=True)
class Csv:
    """Rows of a text file; `marked` begins it with a byte order mark."""

    rows: Iterable[Iterable[Cell]]
    marked: bool = False
    line_end: str = "\n"


# Where a file of a publication lies (source, day of release, name), and what it holds.
Releases = Iterator[tuple[str, list[Sheet] | Csv]]


def save(path: Path, content: list[Sheet] | Csv) -> None:
    """Write a file in the format that its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Csv):
        with path.open("w", newline="", encoding="utf-8-sig" if content.marked else "utf-8") as file:
            csv.writer(file, lineterminator=content.line_end).writerows(content.rows)
    else:
        {".xlsx": xlsx, ".xls": xls, ".ods": ods}[path.suffix](path, content)


def xlsx(path: Path, sheets: list[Sheet]) -> None:
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        book.set_properties({"title": SAMPLE, "created": _MADE})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for (row, column), span in sheet.spans.items():
                page.merge_range(row, column, row + span.down - 1, column + span.across - 1, "")
            text, number = page.write_string, page.write_number
            for (row, column), value in sheet.cells.items():
                (text if isinstance(value, str) else number)(row, column, value)
            for row in sheet.hidden:
                page.set_row(row, None, None, {"hidden": True})


def xls(path: Path, sheets: list[Sheet]) -> None:
    book = xlwt.Workbook()
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        for (row, column), span in sheet.spans.items():
            page.merge(row, row + span.down - 1, column, column + span.across - 1)
        for (row, column), value in sheet.cells.items():
            page.write(row, column, value)
    book.save(str(path))


def ods(path: Path, sheets: list[Sheet]) -> None:
    """By hand, because the library takes as long over one sheet as this takes over all of them."""
    namespace = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(
        f'xmlns:{name}="{namespace}:{name}:1.0"' for name in ("office", "table", "text", "manifest", "meta")
    )
    media = "application/vnd.oasis.opendocument.spreadsheet"
    body = "".join(_ods_table(sheet) for sheet in sheets)
    members = {
        "mimetype": media,
        "content.xml": f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.2">'
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>",
        "META-INF/manifest.xml": f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest {names} '
        f'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="{media}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, text in members.items():
            stamp = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            # Readers tell the format from the first bytes, so the media type lies uncompressed.
            stamp.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            package.writestr(stamp, text)
    path.write_bytes(archive.getvalue())


def _ods_table(sheet: Sheet) -> str:
    rows: dict[int, dict[int, Cell]] = {}
    for (row, column), value in sheet.cells.items():
        rows.setdefault(row, {})[column] = value
    lines, next_row = [], 0
    for row in sorted(rows):
        if row > next_row:
            lines.append(f'<table:table-row table:number-rows-repeated="{row - next_row}"><table:table-cell/>')
            lines.append("</table:table-row>")
        visibility = ' table:visibility="collapse"' if row in sheet.hidden else ""
        lines.append(f"<table:table-row{visibility}>")
        next_column = 0
        for column, value in sorted(rows[row].items()):
            if column > next_column:
                lines.append(f'<table:table-cell table:number-columns-repeated="{column - next_column}"/>')
            span = sheet.spans.get((row, column))
            lines.append(_ods_cell(value, span))
            next_column = column + (span.across if span else 1)
            if next_column > column + 1:
                lines.append(f'<table:covered-table-cell table:number-columns-repeated="{next_column - column - 1}"/>')
        lines.append("</table:table-row>")
        next_row = row + 1
    return f'<table:table table:name="{escape(sheet.name)}">{"".join(lines)}</table:table>'


def _ods_cell(value: Cell, span: Span | None) -> str:
    covers = ""
    if span and span.down * span.across > 1:
        covers = f' table:number-rows-spanned="{span.down}" table:number-columns-spanned="{span.across}"'
    if isinstance(value, str):
        paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
        return f'<table:table-cell office:value-type="string"{covers}>{paragraphs}</table:table-cell>'
    number = f'office:value-type="float" office:value="{value}"{covers}'
    return f"<table:table-cell {number}><text:p>{value}</text:p></table:table-cell>"
