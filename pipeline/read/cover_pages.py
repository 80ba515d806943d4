"""What a workbook says of itself on its cover: its day of release, or that it is made up; tables are readers'."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.read import archive
from pipeline.read.labels import plain
from pipeline.read.workbook import Workbook

# A cover says it among the first lines of a sheet without figures, or above the only table.
_SHEETS, _ROWS, _COLUMNS = 4, 60, 6

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = (
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH},? (?P<year>\d{{4}})",
    rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
    r"(?P<day>\d{1,2})[/.](?P<number>\d{1,2})[/.](?P<year>\d{4})",
    r"(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})",
)
_WORDS = (
    r"(date|day) (of )?(this )?(first |latest |last )?(publication|release|publishing)"
    r"|(this |first |last |latest |data )?(publication|release|published|released)( date| day)?"
    r"|(date|first|last|originally|was|were|is) (published|released)|published( date)?"
)
_SAYS = re.compile(rf"(?<![a-z])(?:{_WORDS})(?![a-z])(?: (?:was|is|were|on|at))*\s*[:\-\u2013]?\s*(?:on )?")
_OTHER = re.compile(
    r"\b(next|previous|previously|last|future|forthcoming|planned|earlier|superseded|due|will be|to be)\b"
)
_FIGURES = r"\b(?:data|figures?|numbers?|values?)\b"
_INVENTED = r"\b(?:dummy|dummies|fictitious|invented|made[- ]up|mocked[- ]up|mock[- ]up|not real|simulated|synthetic)\b"
_MADE_UP = re.compile(rf"{_INVENTED} {_FIGURES}|{_FIGURES}[^.]*\b(?:is|are|was|were) {_INVENTED}", re.IGNORECASE)


class Cover(NamedTuple):
    """What files say of themselves, with the words and where they stand: days of release, that they are made up."""

    days: dict[date, str]
    made_up: str = ""


def read(files: Iterable[Path], wanted: str) -> Cover:
    """What files say of themselves on their covers; of an archive the parts that are wanted."""
    days: dict[date, str] = {}
    made_up = ""
    for part in archive.parts(files, wanted):
        book = Workbook(part.path)
        for sheet in [] if book.format == "csv" else book.sheets[:_SHEETS]:
            for row, text in _lines(book.cells(sheet)):
                said = f"{part.name}, {sheet!r}, row {row}: {text!r}"
                if day := printed(text):
                    days.setdefault(day, said)
                if not made_up and _MADE_UP.search(text):
                    made_up = said
    return Cover(days, made_up)


def _lines(cells: np.ndarray) -> Iterator[tuple[int, str]]:
    """The texts of the first rows, and each with that of the cell to the right or below."""
    rows = [[_text(cell) for cell in row[:_COLUMNS]] for row in cells[:_ROWS]]
    for number, row in enumerate(rows, start=1):
        texts = [text for text in row if text]
        yield from ((number, text) for text in texts)
        yield from ((number, f"{label} {text}") for label, text in pairwise(texts))
    for number, (above, below) in enumerate(pairwise(rows), start=1):
        yield from ((number, f"{label} {text}") for label, text in zip(above, below, strict=True) if label and text)


def _text(cell: object) -> str:
    return cell.strftime("%Y-%m-%d") if isinstance(cell, date | datetime) else plain(str(cell))


def printed(text: str) -> date | None:
    """The day on which a line says that it was published, if it says one: not that of another edition."""
    line = re.sub(
        r"\b(mon|tues|wednes|thurs|fri|satur|sun)day,? |\d{1,2}(:\d{2}|\.\d{2}(?= ?[ap]m)) ?([ap]m)?,? (on )?",
        "",
        text.lower(),
    )
    for found in _SAYS.finditer(line):
        if _OTHER.search(line[: found.end()].rpartition(". ")[2]):
            continue
        for pattern in _DAY:
            if day := re.match(pattern, line[found.end() :]):
                return _date(day.groupdict())
    return None


def _date(said: dict[str, str | None]) -> date | None:
    month = int(said["number"] or 0) if said.get("number") else _MONTHS.index(said["month"] or "") + 1
    try:
        return date(int(said["year"] or 0), month, int(said["day"] or 0))
    except ValueError:
        return None
