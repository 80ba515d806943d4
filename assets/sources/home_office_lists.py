"""Lists of offences, one record a row, as they stand in a file; what is made of them is home_office_crime's."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.read import periods
from pipeline.read.cells import column_letters
from pipeline.read.labels import heading, is_note, label, plain
from pipeline.read.marks import is_number, read_values
from pipeline.read.opening import Refused
from pipeline.read.tabular import require_silent
from pipeline.read.wording import INSTEAD, TITLED_SOME, part_alone, workings
from pipeline.read.workbook import Workbook
from schemas.vocabulary import WORKINGS

_HEADING_ROWS = 40
# A sheet of a year with more rows than these is a list of it.
_FEW_ROWS = 3


@dataclass(frozen=True)
class Listed:
    """A list of offences: which column holds what, the records' cells and rows, and how a cell of a row is called.

    The years are those of its sheet's name, by their ends, where it names any.
    """

    columns: dict[str, int]
    cells: np.ndarray
    rows: np.ndarray
    references: dict[str, str]
    years: range | None = None

    def place(self, column: str, at: int | np.intp) -> str:
        return self.references[column].format(self.rows[at])


def lists(book: Workbook, columns: dict[str, str]) -> Iterator[Listed]:
    """Each list of offences in a file, by its headings; a row with a single cell is a note."""
    if book.format == "csv":
        frame = book.records().frame
        at, cells = _headed(frame.columns, columns, book.name), frame.to_numpy(dtype=object)
        _require_no_other(book.name, frame.columns, at, cells)
        references = {name: f"row {{}}, {frame.columns[column]}" for name, column in at.items()}
        yield Listed(at, cells, frame.index.to_numpy(), references)
        return
    for sheet in book.sheets:
        if found := re.search(rf"{WORKINGS}|{TITLED_SOME}", heading(sheet)):
            raise Refused(f"{book.name}: the sheet {sheet!r} may not be of all offences: it says {found[0]!r}")
        cells, where = book.cells(sheet), f"{book.name}, sheet {sheet!r}"
        for row, texts in enumerate(cells[:_HEADING_ROWS]):
            headings = [heading(text) for text in texts]
            if sum(any(re.fullmatch(pattern, text) for text in headings) for pattern in columns.values()) > 2:
                at = _headed(headings, columns, where)
                rows = np.flatnonzero((cells != "").sum(axis=1) > 1)
                first = at[next(iter(columns))]
                rows = rows[[below > row and not _is_blank(cells[below], first) for below in rows.tolist()]]
                _require_no_line(where, cells)
                _require_none_above(where, cells[:row, list(at.values())])
                if unseen := book.hidden(sheet).among(rows.tolist(), at.values()):
                    raise Refused(f"{where}: {unseen} of the list is hidden")
                _require_no_other(where, headings, at, cells[rows])
                references = {name: f"{sheet}!{column_letters(column)}{{}}" for name, column in at.items()}
                yield Listed(at, cells[rows], rows + 1, references, _years_named(sheet))
                break
        else:
            if re.search(r"(19|20)\d\d", sheet) and ((cells != "").sum(axis=1) > 3).sum() > _FEW_ROWS:
                wanted = ", ".join(columns.values())
                raise Refused(f"{where}: no row of it is headed {wanted}")


def _years_named(sheet: str) -> range | None:
    """The financial years that a sheet's name may mean, by their ends: 2019 alone may begin or end one."""
    ends = []
    for first, last in re.findall(r"(?<!\d)((?:19|20)\d\d)(?: ?[-_/–] ?(?:19|20)?(\d\d)(?!\d))?", sheet):
        start = int(first)
        ends += [start + 1, start + (int(last) - start) % 100] if last else [start, start + 1]
    return range(min(ends), max(ends) + 1) if ends else None


def _is_blank(cells: np.ndarray, first: int) -> bool:
    """Whether a row holds nothing but spaces, as its cell of some column does."""
    return isinstance(cells[first], str) and not cells[first].strip() and not any(map(plain, cells))


def _require_no_line(where: str, cells: np.ndarray) -> None:
    """Refuse a line of its own that says of which offences the list is, or is a number: a list is of all."""
    for row in np.flatnonzero((cells != "").sum(axis=1) == 1):
        (text,) = (plain(cell) for cell in cells[row].tolist() if cell != "")
        if is_number(text):
            raise Refused(f"{where}: row {row + 1} holds a number alone, {text}, and nothing says what it is of")
        if not is_note(text) and (some := part_alone(heading(text), places=True)):
            raise Refused(f"{where}: row {row + 1} says {some!r} alone, so that the list may be of that only")


def _require_none_above(where: str, cells: np.ndarray) -> None:
    """Refuse a record above the headings, where it is not looked for."""
    if len(full := np.flatnonzero((cells != "").all(axis=1))):
        raise Refused(f"{where}: row {full[0] + 1} is full, and stands above the headings")


def _require_no_other(where: str, headings: Iterable[str], at: dict[str, int], cells: np.ndarray) -> None:
    """Refuse a list with a column more that says something of its records, or nothing says what it holds."""
    for column, text in enumerate(headings):
        if column in at.values():
            continue
        if text:
            require_silent(lambda why: Refused(f"{where}: {why}"), text, [heading(text)], cells[:, column])
        elif any(map(is_number, cells[:, column])):
            raise Refused(f"{where}: column {column_letters(column)} holds numbers and has no heading")


def _headed(headings: Iterable[str], columns: dict[str, str], where: str) -> dict[str, int]:
    found = {}
    for name, pattern in columns.items():
        at = [column for column, text in enumerate(headings) if re.fullmatch(pattern, heading(text))]
        if len(at) != 1:
            raise Refused(f"{where}: {len(at)} columns are headed {pattern!r} where one is looked for")
        found[name] = at[0]
    return found


def records_of(book: Workbook, listed: Listed) -> pd.DataFrame:
    """The records of a list: their texts, years and quarters, number of offences, and cells."""

    def refused(column: str, at: np.ndarray, why: str) -> Refused:
        return Refused(f"{book.name}, {listed.place(column, np.flatnonzero(at)[0])}: {why}")

    read = {}
    for column in listed.columns.keys() - {"count"}:
        codes, printed = pd.factorize(listed.cells[:, listed.columns[column]])
        parse = {"year": _year, "quarter": _quarter}.get(column, _text)
        values = []
        for code, text in enumerate(printed):
            try:
                values.append(parse(label(text)))
            except ValueError as error:
                raise refused(column, codes == code, str(error)) from error
        read[column] = np.array(values, dtype=object)[codes]
    counts = listed.cells[:, listed.columns["count"]]
    read["value"], status, unknown = read_values(counts, {})
    # A hidden or revised number would be lost in a sum.
    unknown |= {counts[at]: np.array([at]) for at in np.flatnonzero(~np.isin(status.astype(str), ["", "x"]))[:1]}
    for text, at in unknown.items():
        raise Refused(f"{book.name}, {listed.place('count', at[0])}: no meaning is known for {text!r}")
    if listed.years and (other := ~np.isin(read["year"].astype(int), listed.years)).any():
        held = listed.cells[:, listed.columns["year"]][other][0]
        raise refused("year", other, f"the sheet's name says another year than {held!r}")
    read["time"] = (4 * read["year"] + read["quarter"]).astype(int)
    place = listed.references["count"].split("{}")
    read["cell"] = np.array([f"{place[0]}{row}{place[1]}" for row in listed.rows], dtype=object)
    return pd.DataFrame(read)


def _text(text: str) -> str:
    if not text:
        raise ValueError("nothing stands here")
    # Offences under a label that goes on elsewhere, or is numbered, would be missing from those of the label alone.
    if re.search(r"(\.{2,}|…|[,;:/&+-])$|^\W|^(\d[\d.]*[.)]?|[A-Za-z][.)]|[ivx]+[.)]) \D", text):
        raise ValueError(f"{text!r} is no whole label")
    if said := workings(text):
        raise ValueError(f"{text!r} {INSTEAD}: it says {said!r}")
    if re.search(r"\btotals?\b|^all\b(?! other)|^of which\b", text, re.IGNORECASE):
        raise ValueError(f"{text!r} may be of offences that are listed too, and all that is listed is added up")
    return text


def _year(text: str) -> int:
    period = periods.parse(text, "financial_year")
    if period.kind != "financial_year" or len(re.findall(r"\d", text)) < 6:
        raise ValueError(f"{text!r} is no financial year such as 2023/24")
    return period.end.year


def _quarter(text: str) -> int:
    found = re.fullmatch(r"q?([1-4])(?:\.0)?", text, re.IGNORECASE)
    if not found:
        raise ValueError(f"{text!r} is no quarter of a financial year")
    return int(found[1])
