"""Content written to a file as a spreadsheet program writes it; what it holds is content's."""

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from tests.fuzz.content import Archive, Cell, Content, Error, Formula, Page, Raised, Shown


def write(content: Content | Archive, path: Path) -> Path:
    """A file of the form that the content has, whatever its name."""
    if isinstance(content, Archive):
        _zip(content, path)
    else:
        {"csv": _csv, "xlsx": _xlsx, "ods": _ods}[content.form.suffix](content, path)
    return path


def _zip(archive: Archive, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, content in archive.members:
            member = write(content, path.with_name("member"))
            packed.write(member, name)
            member.unlink()


def _csv(content: Content, path: Path) -> None:
    path.write_bytes(text_of(content).encode(content.form.encoding, errors="replace"))


def text_of(content: Content) -> str:
    form, text = content.form, io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if form.quote_all else csv.QUOTE_MINIMAL
    lines = csv.writer(text, delimiter=form.delimiter, lineterminator=form.line_end, quoting=quoting)
    lines.writerows([[_as_text(cell) for cell in row] for row in content.pages[0].rows])
    written = form.before + text.getvalue()
    return written if form.last_line_end else written.removesuffix(form.line_end)


def _as_text(cell: Cell) -> str:
    if isinstance(cell, Error):
        return cell.shows
    if isinstance(cell, Raised):
        return cell.text + cell.above
    if isinstance(cell, Formula):
        return "" if cell.cached is None else repr(cell.cached)
    return repr(cell) if isinstance(cell, float) else str(cell)


def _xlsx(content: Content, path: Path) -> None:
    with xlsxwriter.Workbook(path, {"in_memory": True, "strings_to_numbers": False}) as book:
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        raised = book.add_format({"font_script": 1})
        looks = cache(lambda look: book.add_format(dict(look)))
        for page in content.pages:
            sheet = book.add_worksheet(page.name)
            for block in page.merged:
                if block[:2] != block[2:]:
                    sheet.merge_range(*block, "")
            for row, cells in enumerate(page.rows):
                for column, cell in enumerate(cells):
                    if cell == "" or cell is None:
                        continue
                    if isinstance(cell, bool):
                        sheet.write_boolean(row, column, cell)
                    elif isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    elif isinstance(cell, datetime | date | time):
                        sheet.write_datetime(row, column, cell, dates)
                    elif isinstance(cell, Error):
                        sheet.write_formula(row, column, "=NA()" if cell.shows == "#N/A" else "=Z9+1", None, cell.shows)
                    elif isinstance(cell, Formula):
                        cached = "" if cell.cached is None else cell.cached
                        sheet.write_formula(row, column, cell.says, None, cached)
                    elif isinstance(cell, Raised):
                        sheet.write_rich_string(row, column, cell.text, raised, cell.above, " ")
                    elif isinstance(cell, Shown):
                        sheet.write_number(row, column, cell.number, looks(cell.look))
                    else:
                        sheet.write_number(row, column, cell)
            for condition, look in page.rules:
                sheet.conditional_format(0, 0, len(page.rows), page.width, dict(condition) | {"format": looks(look)})
            for number, text in enumerate(page.boxes):
                sheet.insert_textbox(number, 0, text)
            hidden = {} if page.flattened else {"hidden": True}
            for row in page.hidden_rows:
                sheet.set_row(row, 0.75 if page.flattened else None, None, hidden)
            for column in page.hidden_columns:
                sheet.set_column(column, column, 0.08 if page.flattened else None, None, hidden)
            if page.hidden:
                sheet.hide()
        seen = [sheet for sheet, page in zip(book.worksheets(), content.pages, strict=True) if not page.hidden]
        seen[0].activate()


_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{full}:1.0"'
    for name, full in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "fo": "xsl-fo-compatible",
        "of": "of",
    }.items()
)
# The looks of a number that are written as styles of cells: what these say of letters, and of what is behind them.
_LOOKS = {
    (("font_strikeout", True),): ('style:text-line-through-style="solid"', ""),
    (("font_color", "white"),): ('fo:color="#ffffff"', ""),
    (("font_color", "#FEFEFE"),): ('fo:color="#fefefe"', ""),
    (("font_color", "black"), ("bg_color", "black")): ('fo:color="#000000"', 'fo:background-color="#000000"'),
    (("font_color", "white"), ("bg_color", "navy")): ('fo:color="#ffffff"', 'fo:background-color="#000080"'),
}
_STYLES_OF_LOOKS = "".join(
    f'<style:style style:name="look{number}" style:family="table-cell"><style:table-cell-properties {behind}/>'
    f"<style:text-properties {letters}/></style:style>"
    for number, (letters, behind) in enumerate(_LOOKS.values())
)
_STYLES = (
    f'<office:automatic-styles>{_STYLES_OF_LOOKS}<style:style style:name="unseen" style:family="table">'
    '<style:table-properties table:display="false"/></style:style><style:style style:name="up" style:family="text">'
    '<style:text-properties style:text-position="super 58%"/></style:style></office:automatic-styles>'
)


def _ods(content: Content, path: Path) -> None:
    body = "".join(map(_ods_table, content.pages))
    media = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr(zipfile.ZipInfo("mimetype"), media)
        package.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} '
            'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.2">'
            f"{_STYLES}<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
            "</office:document-content>",
        )
        package.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.2" '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{media}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>",
        )


def _ods_table(page: Page) -> str:
    spans, covered = {}, set()
    for top, left, bottom, right in page.merged:
        spans[top, left] = (bottom - top + 1, right - left + 1)
        covered |= {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)} - {(top, left)}
    unseen = {True: ' table:visibility="collapse"', False: ""}
    columns = range(max(page.hidden_columns, default=-1) + 1)
    lines = [f"<table:table-column{unseen[column in page.hidden_columns]}/>" for column in columns]
    for number, cells in enumerate(page.rows):
        lines.append(f"<table:table-row{unseen[number in page.hidden_rows]}>")
        blanks = 0
        for column, cell in enumerate(cells):
            at = (number, column)
            if (cell == "" or cell is None) and at not in spans and at not in covered:
                blanks += 1
                continue
            if blanks:
                lines.append(f'<table:table-cell table:number-columns-repeated="{blanks}"/>')
                blanks = 0
            if at in covered:
                lines.append("<table:covered-table-cell/>")
            else:
                lines.append(_ods_cell(cell, *spans.get(at, (1, 1))))
        if blanks or not cells:
            lines.append(f'<table:table-cell table:number-columns-repeated="{blanks or 1}"/>')
        lines.append("</table:table-row>")
    seen = ' table:style-name="unseen"' if page.hidden else ""
    return f"<table:table table:name={quoteattr(page.name)}{seen}>{''.join(lines)}</table:table>"


def _ods_cell(cell: Cell, down: int, across: int) -> str:
    spanned = f' table:number-rows-spanned="{down}" table:number-columns-spanned="{across}"' * (down * across > 1)

    def made(said: str, shown: str) -> str:
        return f"<table:table-cell{spanned} {said}>{shown}</table:table-cell>"

    def typed(kind: str) -> str:
        return f'office:value-type="{kind}"'

    if isinstance(cell, bool):
        return made(f'{typed("boolean")} office:boolean-value="{str(cell).lower()}"', f"<text:p>{cell}</text:p>")
    if isinstance(cell, str):
        return made(typed("string"), _paragraphs(_spaced(line) for line in cell.split("\n")))
    if isinstance(cell, datetime | date):
        return made(f'{typed("date")} office:date-value="{cell.isoformat()}"', f"<text:p>{cell}</text:p>")
    if isinstance(cell, time):
        said = f'office:time-value="PT{cell.hour:02d}H{cell.minute:02d}M{cell.second:02d}S"'
        return made(f"{typed('time')} {said}", f"<text:p>{cell}</text:p>")
    if isinstance(cell, Error):
        # As LibreOffice writes it.
        said = f'table:formula="of:=[.#REF!]+1" {typed("string")} office:string-value="" calcext:value-type="error"'
        return made(said, f"<text:p>{escape(cell.shows)}</text:p>")
    if isinstance(cell, Formula):
        said = f"table:formula={quoteattr('of:' + cell.says)}"
        if cell.cached is None:
            return made(said, "")
        return made(f'{said} {typed("float")} office:value="{cell.cached!r}"', f"<text:p>{cell.cached}</text:p>")
    if isinstance(cell, Raised):
        *lines, last = map(escape, cell.text.split("\n"))
        above = f'<text:span text:style-name="up">{escape(cell.above)}</text:span>'
        return made(typed("string"), _paragraphs([*lines, last + above]))
    if isinstance(cell, Shown):
        styled = f'table:style-name="look{list(_LOOKS).index(cell.look)}"'
        return made(f'{styled} {typed("float")} office:value="{cell.number!r}"', f"<text:p>{cell.number}</text:p>")
    return made(f'{typed("float")} office:value="{cell!r}"', f"<text:p>{cell}</text:p>")


def _paragraphs(lines: Iterable[str]) -> str:
    return "".join(f"<text:p>{line}</text:p>" for line in lines)


def _spaced(line: str) -> str:
    """A line as text of a paragraph, in which spaces that would be lost are elements."""
    text = escape(line)
    while "  " in text:
        text = text.replace("  ", " <text:s/>", 1)
    text = "<text:s/>" + text[1:] if text.startswith(" ") else text
    return text[:-1] + "<text:s/>" if text.endswith(" ") else text
