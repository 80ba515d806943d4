"""The file of a workbook, as gptables writes it to the guidance; what its worksheets hold is figures' and about's."""

import re
from collections.abc import Iterable
from copy import deepcopy
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import Any

import duckdb
from gptables import Cover, GPTable, GPWorkbook, Theme, gptheme
from gptables.core.gptable import FormatList
from gptables.core.wrappers import GPWorksheet

from pipeline.editions import words
from pipeline.editions.workbook import about, lookup
from pipeline.editions.workbook.figures import figures, publications
from pipeline.editions.workbook.sheet import Sheet
from pipeline.files import write_atomically
from pipeline.publish import published
from schemas.dictionary import CREDIT, SAMPLE, TITLE

_BACK = "[Contents](internal:Contents!A1)"  # a link, as gptables reads it
_BLANK = "none"
_WHOLE = "#,##0"  # how numbers look; the cells keep every digit
_LONGEST = 32_767  # characters that a cell may hold

Format = dict[str, Any]
"""How a text, row or column looks, as gptables takes it."""


def write(con: duckdb.DuckDBPyConnection, path: Path, area_code: str | None = None) -> None:
    """Write the workbook of an area, or that of the nation, from the published file; the same bytes for the same file.

    An area's has a worksheet a metric, with the whole time series of every series and the national value beside it.
    The nation's has the time series of the nation and, in worksheets of their own, the newest figures of every area for
    the breakdown that leads a metric. Raises LookupError for a code that no area has, OSError where it cannot write.
    """
    metrics = {metric.metric_id: metric for metric in lookup.metrics(con)}
    area = lookup.area(con, area_code) if area_code else None
    rows = lookup.observations(con, area_code)
    limits = lookup.limits_of(con, {metric.metric_id: metric.title for metric in metrics.values()})
    held = set(rows["metric_id"])
    without = [metric for metric in metrics.values() if metric.metric_id not in held]
    sheets = {
        "Notes": about.notes(),
        "Metrics": about.metrics(metrics.values()),
        "Missing": about.missing(area, without, limits),
        **dict(figures(metrics, rows, limits)),
        "Sources": about.sources(lookup.sources(con, rows)),
    }
    place = "nation and areas" if area is None else f"{area.name} ({area.code})"
    title = f"{TITLE}: {place}"
    says = about.cover(area, len(metrics), len(without))
    newest = [f"Newest release: {words.day(rows['released'].max())}."] if len(rows) else []
    credits = [*newest, CREDIT, *publications(rows)]
    saved = BytesIO()  # xlsxwriter hides why a file cannot be written
    with GPWorkbook(saved, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        created = lookup.newest_release(con)
        book.set_properties({"title": title, "subject": TITLE, "author": "ncdof", "created": created})
        book.set_custom_property("Language", "en-GB")
        book.set_theme(_theme())
        filled = {name: sheet for name, sheet in sheets.items() if len(sheet.rows)}
        _fill(book, title, says, credits, filled, published.is_sample(con))

    def save(arriving: Path) -> None:
        arriving.write_bytes(saved.getvalue())

    write_atomically(path, save)


def _fill(
    book: GPWorkbook, title: str, says: list[str], credits: list[str], sheets: dict[str, Sheet], sample: bool
) -> None:
    """Write the cover, the contents and every sheet; each says so where the figures are made up."""
    title, said = _marked(title, sample), [SAMPLE, *says] if sample else says
    cover = Cover(_cell(title), intro=list(map(_text, said)), about=list(map(_text, credits)), width=110)
    page = book.add_worksheet(cover.cover_label)
    page.write_cover(cover)
    page.set_row(0, 21 * _lines(title, 70))
    _set_heights(page, 0, [[], [], *([line] for line in said), [], *([line] for line in credits)], [cover.width])
    for name, sheet in {"Contents": about.contents(sheets), **sheets}.items():
        table, widths = _table(name, sheet, sample), [column.width for column in sheet.columns.values()]
        page = book.add_worksheet(name)
        page.write_gptable(table, auto_width=False)
        for number, width in enumerate(widths):
            page.set_column(number, number, width)
        _set_heights(page, table.data_range[0], [table.table.columns, *table.table.itertuples(index=False)], widths)
        page.freeze_panes(0, sheet.frozen)


def _set_heights(page: GPWorksheet, first: int, rows: Iterable[Iterable[object]], widths: list[int]) -> None:
    """Make room for texts of several lines, which Excel does by itself and others do not."""
    for number, cells in enumerate(rows, first):
        texts = ((cell, width) for cell, width in zip(cells, widths, strict=False) if isinstance(cell, str))
        lines = max((_lines(text, width) for text, width in texts if len(text) > width), default=1)
        if lines > 1:
            page.set_row(number, 16 * lines)


@lru_cache(10_000)
def _lines(text: str, width: int) -> int:
    return len(wrap(text, width))


def _theme() -> Theme:
    """That of the Analysis Function, with the cells of a row beginning on one line and not touching."""
    theme = deepcopy(gptheme)
    theme.update_data_format({"valign": "top", "indent": 1, "num_format": _WHOLE})
    theme.update_column_heading_format({"indent": 1})
    return theme


def _marked(title: str, sample: bool) -> str:
    return f"SAMPLE. {title}" if sample else title


def _table(name: str, sheet: Sheet, sample: bool) -> GPTable:
    rows = sheet.rows[list(sheet.columns)].reset_index(drop=True)
    days = {str(day): rows[day].dt.date for day in rows.select_dtypes("datetime")}
    rows = rows.assign(**days).astype(object)
    rows = rows.where(rows.notna(), _BLANK).map(lambda cell: _cell(cell) if isinstance(cell, str) else cell)
    table = GPTable(
        rows.set_axis([column.heading for column in sheet.columns.values()], axis="columns"),
        name,
        _text(_marked(sheet.title, sample)),
        scope=_text(sheet.scope),
        source=_text(f"{sheet.source} {CREDIT}".strip()),
        legend=[*([SAMPLE] if sample else []), *([] if name == "Contents" else [_BACK]), *map(_text, sheet.says)],
        index_columns={},
        additional_formatting=_formats(sheet),
    )
    table.set_instructions(
        f"This worksheet contains one table, which begins in cell A{table.data_range[0] + 1}. Shorthand in square "
        "brackets is explained in the worksheet Notes."
    )
    return table


def _formats(sheet: Sheet) -> list[Format]:
    """How numbers that are not whole and days look, in gptables' terms: row 0 is the heading."""
    formats: list[Format] = []
    if "fractions" in sheet.rows and sheet.rows["fractions"].any():
        fractions = [row for row, there in enumerate(sheet.rows["fractions"], start=1) if there]
        formats.append({"row": {"rows": fractions, "format": {"num_format": "#,##0.0##"}}})
    looks = {"numerator": _WHOLE, "denominator": _WHOLE}
    looks |= {str(day): "yyyy-mm-dd" for day in sheet.rows.select_dtypes("datetime")}
    return formats + [
        {"column": {"columns": [column.heading], "format": {"num_format": looks[name]}}}
        for name, column in sheet.columns.items()
        if name in looks
    ]


def _text(text: str) -> str | list[Format | str]:
    """A text as it stands, for the elements of a gptables object.

    gptables takes `[a](b)` for a link and `$$a$$` for a note, and refuses a cell without a letter or digit; it leaves
    the pieces of a formatted text alone. What a spreadsheet might take for a formula stays text when it is edited, too.
    """
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    pieces = re.split(r"(?<=\])(?=\()|(?<=\$)(?=\$)", text)
    looks = {"quote_prefix": True} if text.startswith(("=", "+", "-", "@", "\t")) else {}
    if len(pieces) == 1 and not looks and re.search("[a-zA-Z0-9]", text):
        return text
    return [part for piece in pieces for part in (looks, piece)] if text.strip() else _BLANK


def _cell(text: str) -> str | FormatList:
    """A text as it stands, for a cell of a table."""
    said = _text(text)
    return said if isinstance(said, str) else FormatList(said)
