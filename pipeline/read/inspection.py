"""What a file holds as its reader sees it, and what a reader asks of it; nothing is staged here."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
from python_calamine import SheetTypeEnum, SheetVisibleEnum

from pipeline.read.cells import column_letters
from pipeline.read.labels import plain
from pipeline.read.layout import filled, header_rows, lists_tables
from pipeline.read.marks import is_number
from pipeline.read.nearest import nearest
from pipeline.read.opening import Refused
from pipeline.read.records import Records
from pipeline.read.source import SOURCES
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.workbook import Workbook

_ACROSS, _DOWN, _LONGEST = 6, 3, 60


@dataclass
class Asked:
    """A table that a reader asked for by its title: where there were some, and else the title that is nearest."""

    title: str
    found: list[tuple[str, str]] = field(default_factory=list)
    nearest: str = ""


class Watched(Workbook):
    """A workbook that remembers which tables its reader asked for."""

    def __init__(self, path: Path):
        super().__init__(path)
        self.asked: list[Asked] = []

    def tables(self, title: str, sheet: str = ".*", first: str = GSS, heads: str = "") -> list[Table]:
        self.asked.append(asked := Asked(title))
        tables = super().tables(title, sheet, first, heads)
        asked.found = [(table.sheet, plain(table.title)) for table in tables]
        if not tables:
            sheets = [name for name in self.sheets if not lists_tables(self.cells(name))]
            lines = {plain(line): name for name in sheets for line in _lines(self.cells(name))}
            near = nearest(title, lines)
            asked.nearest = f"{near!r} in sheet {lines[near]!r}" if near else ""
        return tables


def report(path: Path, source: str = "", module: str = "") -> Iterator[str]:
    """The lines that say what a file holds and, with a source, what its reader asks for, finds and makes of it.

    Raises Refused for a file that must not be parsed, and at the end where the source's reader refuses it.
    """
    book = Watched(path)
    yield from _records(book.records()) if book.format == "csv" else _sheets(book)
    if source:
        import_module(module)  # which declares the source
        yield from _reading(book, source)


def _reading(book: Watched, source: str) -> Iterator[str]:
    pieces: list[pd.DataFrame] = []
    refused: Refused | None = None
    try:
        pieces.extend(SOURCES[source].read(book))
    except Refused as error:
        refused = error
    yield ""
    yield f"{source} asks for"
    for asked in book.asked:
        yield f"  a table titled {asked.title}"
        for sheet, title in asked.found:
            yield f"    found: {title!r} in sheet {sheet!r}"
        if not asked.found:
            yield f"    not found; the nearest title is {asked.nearest}" if asked.nearest else "    not found"
    if not book.asked:
        yield "  no table by its title"
    yield f"{source} reads"
    counts = Counter(
        (cell.rpartition("!")[0] or book.name, measure)
        for piece in pieces
        for cell, measure in piece[["cell", "measure"]].itertuples(index=False)
    )
    for (place, measure), number in counts.items():
        yield f"  {number:,} figures, {measure}, of {place}"
    if not counts:
        yield "  nothing"
    if refused:
        raise refused


def _sheets(book: Watched) -> Iterator[str]:
    for sheet in book.metadata:
        unseen = sheet.typ != SheetTypeEnum.WorkSheet or sheet.visible != SheetVisibleEnum.Visible
        if unseen:
            yield f"{sheet.name}: hidden or no sheet of cells, and not read"
            continue
        cells = book.cells(sheet.name)
        yield f"{sheet.name}: {len(cells):,} rows, {cells.shape[1]:,} columns"
        yield from _outline(cells)


def _outline(cells: np.ndarray) -> Iterator[str]:
    """The lines above the first row of numbers, its headings, and the first rows."""
    top = next((row for row in range(len(cells)) if _holds_numbers(cells[row])), len(cells))
    heads = header_rows(cells, top) if 0 < top < len(cells) else range(0)
    above = [row for row in range(top) if row not in heads and filled(cells, row).any()]
    for what, rows in (("title", above[:_DOWN]), ("headings", heads), ("rows", range(top, len(cells))[:_DOWN])):
        for place, row in enumerate(rows):
            yield f"  {what if place == 0 else '':10}{row + 1:<5}{_cells(cells[row])}"


def _holds_numbers(row: Sequence[object]) -> bool:
    """Whether a row holds a number beside a label, and not a note's number beside its text."""
    return any(map(is_number, row[1:])) and plain(row[0]) != ""


def _cells(row: Sequence[object]) -> str:
    alone = sum(plain(cell) != "" for cell in row) == 1
    shown = [(column_letters(c), plain(cell) if alone else _text(cell)) for c, cell in enumerate(row) if plain(cell)]
    more = f" | ... to {shown[-1][0]}" if len(shown) > _ACROSS else ""
    return " | ".join(f"{letters} {text}" for letters, text in shown[:_ACROSS]) + more


def _text(cell: object) -> str:
    text = f"{cell:g}" if isinstance(cell, float) and cell == round(cell) and abs(cell) < 1e6 else plain(cell)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _lines(cells: np.ndarray) -> Iterator[str]:
    return (plain(cell) for row in cells[:12] for cell in row[:2] if plain(cell))


def _records(records: Records) -> Iterator[str]:
    yield f"{records.file}: {len(records.frame):,} records"
    for name in records.frame:
        words = list(dict.fromkeys(records.frame[name]))
        more = f", ... {len(words):,} in all" if len(words) > _DOWN else ""
        yield f"  {name}: {', '.join(map(_text, words[:_DOWN]))}{more}"


def write(report_of: Callable[[], Iterator[str]], to: Path) -> None:
    """Write the lines of a report as they come, so that what came before an error is kept."""
    with to.open("w", encoding="utf-8") as file:
        for line in report_of():
            print(line, file=file, flush=True)
