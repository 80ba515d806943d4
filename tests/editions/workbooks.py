"""A workbook read back as its sheets, tables and parts, and the areas whose workbooks are looked at."""

import re
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook

DARLINGTON, CITY_OF_LONDON, DURHAM_POLICE, ENGLAND = "E06000005", "E09000001", "E23000013", "E92000001"
CARDIFF, ENDED_IN_2009 = "W06000015", "E07000001"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@cache
def sheets(path: Path) -> dict[str, list[list]]:
    """The cells of every sheet; read once a file, so they are not to be changed."""
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def begins(rows: list[list]) -> int:
    """The row of the headings, from 0, as the sheet itself says it."""
    return int(re.search(r"begins in cell A(\d+)", rows[1][0])[1]) - 1


def table(rows: list[list]) -> list[dict]:
    headings, *records = rows[begins(rows) :]
    return [dict(zip(headings, record, strict=True)) for record in records]


def figures(path: Path) -> Iterator[tuple[str, dict]]:
    """Every row of every sheet of figures, with the name of the sheet."""
    for name, rows in sheets(path).items():
        if name.islower():
            yield from ((name, record) for record in table(rows))


def parts(path: Path, folder: str) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(path) as file:
        return {
            name: ElementTree.fromstring(file.read(name))
            for name in file.namelist()
            if re.fullmatch(rf"xl/{folder}/[a-z]+\d+\.xml", name)
        }
