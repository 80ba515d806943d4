"""The file of a workbook, as gptables writes it to the guidance; what its worksheets hold is figures' and about's."""

import gc
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple

import duckdb
import pandas as pd
from gptables import GPWorkbook, Theme, gptheme
from gptables.core.wrappers import GPWorksheet

from pipeline.editions import words
from pipeline.editions.workbook import about, lookup
from pipeline.editions.workbook.figures import figures, publications
from pipeline.editions.workbook.sheet import Link, Sheet
from pipeline.files import put
from pipeline.publish import published
from schemas.dictionary import CREDIT, SAMPLE, TITLE

_BACK = Link("Contents", "internal:Contents!A1")
_BLANK = "none"
_WHOLE = "#,##0"  # how numbers look; the cells keep every digit
_FRACTIONS = "#,##0.0##"
_COVER = 110  # characters that a line of the cover holds
_DAYS = "yyyy-mm-dd"
_DAY_0 = pd.Timestamp(1899, 12, 30)
_LONGEST = 32_767  # characters that a cell may hold
_LIKE_FORMULAS = ("=", "+", "-", "@", "\t")
_SHORTHAND = re.compile(r"\[[\w\s]+\]")

Cell = str | float | Link

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
    save(path, title, says, credits, sheets, sample=published.is_sample(con), created=published.edition(con).newest)


def save(
    path: Path,
    title: str,
    says: list[str],
    credits: list[str],
    sheets: dict[str, Sheet],
    *,
    sample: bool,
    created: datetime,
) -> None:
    """Write a workbook with a cover, contents and those sheets that hold anything. OSError where it cannot write."""
    saved = BytesIO()  # xlsxwriter hides why a file cannot be written
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with _no_garbage(), GPWorkbook(saved, options) as book:
        book.set_properties({"title": title, "subject": TITLE, "author": "ncdof", "created": created})
        book.set_custom_property("Language", "en-GB")
        book.set_theme(_theme())
        filled = {name: sheet for name, sheet in sheets.items() if len(sheet.rows)}
        _fill(book, title, says, credits, filled, sample)

    put(path, saved.getvalue())


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Cells live until a workbook is written: a sixth of its time would go into looking for some that do not."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


def _fill(
    book: GPWorkbook, title: str, says: list[str], credits: list[str], sheets: dict[str, Sheet], sample: bool
) -> None:
    """Write the cover, the contents and every sheet; each says so where the figures are made up."""
    theme, page = book.theme, book.add_worksheet("Cover")
    title, said = _marked(title, sample), [SAMPLE, *says] if sample else says
    above = [(title, theme.cover_title_format)]
    for heading, texts in {"Introductory information": said, "About these data": credits}.items():
        above += [(heading, theme.cover_subtitle_format), *((text, theme.cover_text_format) for text in texts)]
    _write_lines(book, page, above)
    page.set_column(0, 0, _COVER)
    _set_heights(page, 0, [_lines(text, _COVER) for text, _ in above])
    page.set_row(0, 21 * _lines(title, 70))
    for name, sheet in {"Contents": about.contents(sheets), **sheets}.items():
        _write_sheet(book, name, sheet, sample)


def _write_sheet(book: GPWorkbook, name: str, sheet: Sheet, sample: bool) -> None:
    """Write a worksheet as gptables does: a line for each text above the table, in the order of the guidance.

    gptables itself keeps a format for each cell in a table of its own, which takes most of a workbook's time.
    """
    theme, page = book.theme, book.add_worksheet(name)
    legend: list[Cell] = [*([SAMPLE] if sample else []), *([] if name == "Contents" else [_BACK]), *sheet.says]
    begins = 4 + len(legend)
    instructions = (
        f"This worksheet contains one table, which begins in cell A{begins + 1}. Shorthand in square brackets is "
        "explained in the worksheet Notes."
    )
    above: list[tuple[Cell, Format]]
    above = [(_marked(sheet.title, sample), theme.title_format), (instructions, theme.instructions_format)]
    above += [(text, theme.legend_format) for text in legend]
    above += [(f"{sheet.source} {CREDIT}".strip(), theme.source_format), (sheet.scope, theme.scope_format)]
    _write_lines(book, page, above)
    headings, lines = [], [1] * (len(sheet.rows) + 1)
    fractions = sheet.rows["fractions"].tolist() if "fractions" in sheet.rows else [False] * len(sheet.rows)
    for number, (key, column) in enumerate(sheet.columns.items()):
        cells = _cells(sheet.rows[key])
        dated = sheet.rows[key].dtype.kind == "M"
        align = {"align": "right" if number and not dated and _is_numeric(cells) else "left"}
        headings.append(
            {"header": column.heading, "header_format": book.add_format(theme.column_heading_format | align)}
        )
        page.set_column(number, number, column.width)
        look = theme.data_format | align
        if key in ("numerator", "denominator"):
            kinds = [_WHOLE, _WHOLE]
        else:
            kinds = [_DAYS, _DAYS] if dated else [_WHOLE, _FRACTIONS]
        looks = [_look(book, look | {"num_format": kind}) for kind in kinds]
        for row, (cell, fraction) in enumerate(zip(cells, fractions, strict=True), begins + 1):
            _write_cell(page, row, number, cell, looks[fraction])
        for row, cell in enumerate([column.heading, *cells]):
            if isinstance(cell, str) and len(cell) > column.width:
                lines[row] = max(lines[row], _lines(cell, column.width))
    _set_heights(page, begins, lines)
    page.add_table(
        begins,
        0,
        begins + len(sheet.rows),
        len(sheet.columns) - 1,
        {"header_row": True, "autofilter": False, "columns": headings, "style": None, "name": name},
    )
    page.freeze_panes(0, sheet.frozen)


def _write_lines(book: GPWorkbook, page: GPWorksheet, lines: Iterable[tuple[Cell, Format]]) -> None:
    for row, (text, look) in enumerate(lines):
        _write_cell(page, row, 0, text, _look(book, look))


def _cells(column: "pd.Series[Any]") -> list[Cell]:
    """What the cells of a column hold, each of them something."""
    # A day is the number of days since the one that spreadsheets count from.
    if column.dtype.kind == "M":
        column = (column - _DAY_0).dt.days
    cells: list[Cell] = column.tolist()
    if not column.hasnans:
        return cells
    return [_BLANK if blank else cell for cell, blank in zip(cells, column.isna(), strict=True)]


def _is_numeric(cells: list[Cell]) -> bool:
    """Whether a column holds numbers, or shorthand in place of one."""
    others = (cell for cell in cells if not isinstance(cell, int | float))
    shorthand = all(isinstance(cell, str) and _SHORTHAND.search(cell) for cell in others)
    return shorthand and any(isinstance(cell, int | float) for cell in cells)


class _Look(NamedTuple):
    """How a cell looks: as it is, as what a spreadsheet might take for a formula, and as a link."""

    plain: object
    quoted: object
    link: object


def _look(book: GPWorkbook, look: Format) -> _Look:
    more: tuple[Format, ...] = ({}, {"quote_prefix": True}, {"underline": True, "font_color": "blue"})
    return _Look(*(book.add_format(look | one) for one in more))


def _write_cell(page: GPWorksheet, row: int, column: int, cell: Cell, look: _Look) -> None:
    match cell:
        case str():
            text = cell if len(cell) <= _LONGEST else f"{cell[: _LONGEST - 1]}…"
            # It stays text when it is edited, too.
            shown = look.quoted if text.startswith(_LIKE_FORMULAS) else look.plain
            page.write_string(row, column, text if text.strip() else _BLANK, shown)
        case Link():
            page.write_url(row, column, cell.address, look.link, cell.text)
        case _:
            page.write_number(row, column, cell, look.plain)


def _set_heights(page: GPWorksheet, first: int, lines: Iterable[int]) -> None:
    """Make room for texts of several lines, which Excel does by itself and others do not."""
    for row, number in enumerate(lines, first):
        if number > 1:
            page.set_row(row, 16 * number)


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
