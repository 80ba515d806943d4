"""A published file opened once: its sheets, and the tables or records in them; what one of these holds is its own."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook, SheetMetadata, SheetTypeEnum, SheetVisibleEnum

from pipeline.files import DAMAGED
from pipeline.read.labels import heading, plain
from pipeline.read.layout import Hidden, Merged, lists_tables, stacked, uncovered
from pipeline.read.nearest import but_found
from pipeline.read.ods import Ods, without_blanks
from pipeline.read.opening import LARGEST_TEXT, Refused, inspect
from pipeline.read.records import Records
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.unsaid import Unsaid
from pipeline.read.wording import ALL_THOUSANDS, OF_SOME, WITHDRAWN, laid_over
from pipeline.read.xls import Xls
from pipeline.read.xlsx import Xlsx

# How the names of sheets begin that only speak of the figures.
_ABOUT = re.compile(
    r"cover|front|title|contents|index|notes|about|information|read ?me|method|definition", re.IGNORECASE
)

_TITLE_ROWS = 12
# A line with more than these is a title, and no number of a table alone.
_A_FEW_WORDS = 4
# What a sheet of another edition of a table has in its name.
_OTHER_EDITION = r"correct|revis|amend|updat|replac|\bnew\b|\bold\b|copy|final|\bv\d|\(\d\)$"
# The title of a publication, what stands above it, and its second line.
_COVER_LINES = 3


def _title_lines(cells: np.ndarray, start: int = 0) -> list[tuple[int, str]]:
    """Row and text of each line, from the first row of a table on, that may be its title."""
    return [(r, str(cell)) for r, row in enumerate(cells[: start + _TITLE_ROWS]) for cell in row[:2]]


@contextmanager
def _parsing(failed: str) -> Iterator[None]:
    """Refuse what the parser does not understand, saying what failed."""
    try:
        yield
    except (CalamineError, OSError, *DAMAGED) as error:
        raise Refused(f"{failed}: {error}") from error
    except BaseException as error:  # it is written in Rust, and panics beyond Exception
        if type(error).__name__ != "PanicException":
            raise
        raise Refused(f"{failed}: it is damaged") from error


class Workbook:
    """A published file, opened once: sheets are parsed when first asked for and kept; hidden sheets are not read.

    Raises Refused where `inspect` does, and for a workbook that cannot be parsed.
    """

    def __init__(self, path: Path):
        self.path, self.name = path, path.name
        self.format = inspect(path)
        self._sheets: dict[str, np.ndarray] = {}
        self._merged: dict[str, Sequence[Merged]] = {}
        self._hidden: dict[str, Hidden] = {}
        self._boxes: dict[str, list[str]] = {}

    @cached_property
    def _book(self) -> CalamineWorkbook:
        if self.format == "csv":
            raise Refused(f"{self.name} is text, not a workbook")
        with _parsing(f"{self.name} cannot be opened as {self.format}"):
            try:
                return CalamineWorkbook.from_path(self.path)
            except CalamineError:
                if self.format != "ods":
                    raise
                return CalamineWorkbook.from_filelike(without_blanks(self.path))

    @property
    def metadata(self) -> list[SheetMetadata]:
        """Every sheet of the workbook, of whatever kind and hidden or not, in its order."""
        return self._book.sheets_metadata

    @cached_property
    def _raw(self) -> Xlsx | Ods | Xls | None:
        kinds: dict[str, type[Xlsx | Ods | Xls]] = {"xlsx": Xlsx, "ods": Ods, "xls": Xls}
        return kinds[self.format](self.path) if self.format in kinds else None

    @cached_property
    def sheets(self) -> list[str]:
        """The names of the sheets of cells that a reader of the workbook sees, in its order."""
        return [
            sheet.name
            for sheet in self.metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def cells(self, sheet: str) -> np.ndarray:
        """A sheet's cells, from A1, as a two-dimensional array of numbers and texts; an error is its text."""
        if sheet not in self._sheets:
            with _parsing(f"{self.name}, sheet {sheet!r} cannot be parsed"):
                parsed = self._book.get_sheet_by_name(sheet)
                rows = parsed.to_python(skip_empty_area=False)
            longest = max(map(len, [cell for row in rows for cell in row if type(cell) is str]), default=0)
            if longest > LARGEST_TEXT:
                raise Refused(
                    f"{self.name}, sheet {sheet!r}: a cell holds {longest:,} characters; the limit is {LARGEST_TEXT:,}"
                )
            cells = np.empty((len(rows), max(map(len, rows), default=0)), dtype=object)
            for number, row in enumerate(rows):
                cells[number] = row
            unsaid = self._unsaid(sheet)
            for (number, column), text in unsaid.texts.items():
                if number < len(cells) and column < cells.shape[1]:
                    cells[number, column] = text
            self._boxes[sheet] = unsaid.boxes
            self._merged[sheet] = parsed.merged_cell_ranges or unsaid.merged
            self._sheets[sheet], self._hidden[sheet] = uncovered(cells, self._merged[sheet]), unsaid.hidden
        return self._sheets[sheet]

    def _unsaid(self, sheet: str) -> Unsaid:
        try:
            return self._raw.unsaid(sheet) if self._raw else Unsaid()
        except (*DAMAGED, OSError, LookupError, ValueError) as error:
            raise Refused(f"{self.name}, sheet {sheet!r} cannot be parsed: {error}") from error

    def hidden(self, sheet: str) -> Hidden:
        """What of a sheet nobody sees."""
        self.cells(sheet)
        return self._hidden[sheet]

    def tables(self, title: str, sheet: str = ".*", first: str = GSS, heads: str = "") -> list[Table]:
        """Every table whose title matches; the list may be empty.

        They are looked for in the sheets whose name matches, and only where there is none in all others. A list of
        contents, which gives many titles, is no table, and where a sheet's name says that it is about the others there
        need be none. With `heads` (see Table) a sheet may hold several tables, one under the other. Raises Refused for
        a sheet with the title whose data cannot be found.
        """
        named = [name for name in self.sheets if re.fullmatch(sheet, name.strip(), re.IGNORECASE)]
        others = [name for name in self.sheets if name not in named]
        if not (found := self._tables_in(named, title, first, heads)):
            return self._tables_in(others, title, first, heads)
        self._require_one_of_each(found, others)
        return found

    def _require_one_of_each(self, found: Iterable[Table], others: Iterable[str]) -> None:
        """Refuse a table that another sheet has too: one of the two is corrected, or of an earlier edition.

        To read all sheets would take as long again as all else; such a one says in its name what it is, or is a copy.
        """
        titles = {heading(table.title): table for table in found}
        copies = "|".join([_OTHER_EDITION, *(rf"\b{re.escape(table.sheet.strip())}\b" for table in found)])
        for name in (name for name in others if re.search(copies, name, re.IGNORECASE)):
            cells = self.cells(name)
            again = [titles[said] for _, line in _title_lines(cells) if (said := heading(line)) in titles]
            if again and not lists_tables(cells):
                raise again[0].refused(f"the sheet {name!r} holds a table with the same title")

    def _tables_in(self, sheets: list[str], title: str, first: str, heads: str) -> list[Table]:
        wanted = re.compile(title)
        found = []
        parts = [
            (name, *part)
            for name in sheets
            for part in (stacked(self.cells(name), heads) if heads else [(0, self.cells(name))])
        ]
        for name, start, cells in parts:
            titles = [(row, line) for row, line in _title_lines(cells, start) if wanted.search(heading(line))]
            if not titles:
                continue
            try:
                table = Table(
                    self.name, name, cells, titles[0][1], first, self._merged[name], heads, self._hidden[name], title
                )
            except Refused:
                if lists_tables(cells) or _ABOUT.match(name.strip()):
                    continue
                raise
            if titles[0][0] >= table.top:
                continue
            # What stands below a title with a number may speak of what is in no other table.
            own = [line for line in table.numbered if len(re.sub(r"\(.*?\)", "", line).split()) > _A_FEW_WORDS]
            if own and not wanted.search(heading(own[-1])):
                raise table.refused(f"it says {titles[0][1]!r}, and its own title is {own[-1]!r}")
            for line in self._boxes[name]:
                if said := laid_over(line):
                    raise table.refused(f"a text is drawn over it, {line!r}, which says {said!r}")
            found.append(table)
        return found

    def table(self, title: str, sheet: str = ".*", first: str = GSS, heads: str = "", called: str = "") -> Table:
        """The one table whose title matches, `called` so in plain words; refused when there is none or several."""
        table = self.table_if_any(title, sheet, first, heads)
        if table is None:
            raise self.no_table(title, called)
        return table

    def no_table(self, title: str, called: str = "") -> Refused:
        """The error that says there is no table so titled, `called` so in plain words, and which title is nearest."""
        lines = {heading(line): line for name in self.sheets for _, line in _title_lines(self.cells(name))}
        near = but_found("title", title, (plain(line) for said, line in lines.items() if said))
        return Refused(
            f"{self.name}: no table {called or f'titled {title!r}'} in the sheets {', '.join(self.sheets)}{near}"
        )

    def table_if_any(self, title: str, sheet: str = ".*", first: str = GSS, heads: str = "") -> Table | None:
        """The one table whose title matches, None where there is none; refused when there are several."""
        found = self.tables(title, sheet, first, heads)
        if len(found) > 1:
            raise Refused(f"{self.name}: {' and '.join(repr(t.sheet) for t in found)} both hold a table like {title!r}")
        return found[0] if found else None

    def require_whole(self) -> None:
        """Refuse a workbook whose cover says that nobody is to use it, or above all else that it is of some only."""
        if self.format == "csv" or not self.sheets or not _ABOUT.match(self.sheets[0].strip()):
            return
        lines = [heading(line) for _, line in _title_lines(self.cells(self.sheets[0])) if line.strip()]
        for line in lines:
            if found := re.search(rf"{WITHDRAWN}|{ALL_THOUSANDS}|^(?:scotland|wales|northern ireland)$", line):
                raise Refused(f"{self.name}: its cover says {found[0]!r}: {line!r}")
        for line in lines[:_COVER_LINES]:
            if found := re.search(OF_SOME, line):
                raise Refused(f"{self.name}: its cover, {line!r}, says {found[0]!r}, so that it may be of some only")

    def require_said(self, pattern: str, headings: Iterable[str] = ()) -> None:
        """Refuse a file that says what it is about neither in its name, nor in a line that may be a title, or heading.

        Publications of one kind, or files of a few common headings, are not told apart by their tables.
        """
        words = re.compile(pattern, re.IGNORECASE)
        sheets = self.sheets if self.format != "csv" else []
        lines = (line for sheet in sheets for _, line in _title_lines(self.cells(sheet)))
        if not any(words.search(re.sub(r"[\W_]+", " ", text)) for text in chain([self.name], headings, lines)):
            raise Refused(f"{self.name}: nothing in it says {pattern!r}, so it may be another publication")

    def records(self) -> Records:
        """The rows of a CSV file."""
        if self.format != "csv":
            raise Refused(f"{self.name} is a workbook ({self.format}), not a CSV file")
        return Records(self.path)
