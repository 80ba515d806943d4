"""Files with the same bytes on every run: cells as xlsx, ods and xls, and rows as csv; no figure belongs here."""

import csv as csv_format
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
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


@dataclass
class Sheet:
    """Cells by row and column, both from 0, with the blocks that are merged and the rows that are hidden."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    def put(self, row: int, column: int, *values: Cell) -> None:
        """Write values from a cell to the right; None leaves a cell empty."""
        for place, value in enumerate(values, start=column):
            if value is not None:
                self.cells[row, place] = value

    def column(self, row: int, column: int, values: Iterable[Cell]) -> None:
        """Write values from a cell downwards."""
        for place, value in enumerate(values, start=row):
            self.put(place, column, value)

    def merge(self, row: int, column: int, last_row: int, last_column: int) -> None:
        """Merge a block; the top left cell keeps its value."""
        self.merged.append((row, column, last_row, last_column))


def xlsx(path: Path, sheets: list[Sheet]) -> None:
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        book.set_properties({"title": SAMPLE, "created": _MADE})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for block in sheet.merged:
                page.merge_range(*block, "")
            for (row, column), value in sheet.cells.items():
                write = page.write_string if isinstance(value, str) else page.write_number
                write(row, column, value)
            for row in sheet.hidden:
                page.set_row(row, None, None, {"hidden": True})


def xls(path: Path, sheets: list[Sheet]) -> None:
    book = xlwt.Workbook()
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        for row, column, last_row, last_column in sheet.merged:
            page.merge(row, last_row, column, last_column)
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
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in sheet.merged}
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
            down, across = spans.get((row, column), (1, 1))
            lines.append(_ods_cell(value, down, across))
            if across > 1:
                lines.append(f'<table:covered-table-cell table:number-columns-repeated="{across - 1}"/>')
            next_column = column + across
        lines.append("</table:table-row>")
        next_row = row + 1
    return f'<table:table table:name="{escape(sheet.name)}">{"".join(lines)}</table:table>'


def _ods_cell(value: Cell, down: int, across: int) -> str:
    spanned = f' table:number-rows-spanned="{down}" table:number-columns-spanned="{across}"' * (down * across > 1)
    if isinstance(value, str):
        paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
        return f'<table:table-cell office:value-type="string"{spanned}>{paragraphs}</table:table-cell>'
    number = f'office:value-type="float" office:value="{value}"{spanned}'
    return f"<table:table-cell {number}><text:p>{value}</text:p></table:table-cell>"


def csv(path: Path, rows: Iterable[Iterable[Cell]], *, marked: bool = False, line_end: str = "\n") -> None:
    """`marked` begins the file with a byte order mark."""
    with path.open("w", newline="", encoding="utf-8-sig" if marked else "utf-8") as file:
        csv_format.writer(file, lineterminator=line_end).writerows(rows)
