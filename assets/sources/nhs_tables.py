"""How an NHS table is read whose rows or columns may say period, sex or age; what labels mean is each publication's."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pandas as pd

from pipeline.read import periods
from pipeline.read.cells import column_letters
from pipeline.read.labels import SEX_WORDS, heading, plain
from pipeline.read.marks import is_number
from pipeline.read.opening import Refused
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.workbook import Workbook

MARKS = {"*": "c", ":": "x", "..": "x", ".": "z"}
SEXES = SEX_WORDS | dict.fromkeys(("all pupils", "all", "total"), "all")
WHOLE = ("all", "total", "all ages", "all age groups", "age", "sex", "gender")

# What a lone year is, by the kind of year of a publication.
SINGLE = {"financial_year": "financial_year", "survey_year": "calendar_year"}

# What a label says, by the column of a figure it settles; None where nobody knows.
Said = dict[str, object] | None


def age_band(text: str) -> str | None:
    """An age or a band of ages in one spelling: 11, 16-24, under 25, 75 and over."""
    text = re.sub(r"^ages?d? | years?( olds?)?", "", text)
    if found := re.fullmatch(r"(\d+)(?: ?(?:-|to) ?(\d+))?", text):
        return "-".join(filter(None, found.groups()))
    if found := re.fullmatch(r"(\d+) ?(?:\+|(?:and|or) (?:over|above|older))|over (\d+)", text):
        return f"{found[1] or int(found[2]) + 1} and over"
    found = re.fullmatch(r"(?:under|less than|below|<) ?(\d+)", text)
    return f"under {found[1]}" if found else None


def period_named(text: str, kind: str) -> periods.Period | None:
    """The period that is all a label says, a year being of this kind."""
    if not re.search(r"(19|20)\d\d", text) or re.fullmatch(GSS, text.upper()):
        return None
    try:
        return _of_kind(periods.parse(text, SINGLE[kind]), kind)
    except ValueError:
        return None


def _of_kind(period: periods.Period, kind: str) -> periods.Period:
    return replace(period, kind=kind) if kind == "survey_year" else period


def titled(book: Workbook, title: str, heads: str, first: str) -> list[Table]:
    """The tables of a title, whose row labels have a label above them or, in older ones, a blank cell."""
    try:
        return book.tables(title, heads=heads)
    except Refused:
        return book.tables(title, first=first)


def read_cells(table: Table, kind: str, meaning: Callable[[str], Said], apart: str, **fixed: object) -> pd.DataFrame:
    """The figures of a table of one area, whatever stands in its rows and whatever across.

    A row with labels only speaks of the rows below it, until the next such row. Refused: numbers beside or below a
    label that nobody knows, or beside one that speaks of other rows; rows and columns `apart` are left out. `kind` is
    that of a year, `fixed` what the title says.
    """
    labels = _label_columns(table)
    table.know(*labels)
    rows, set_apart = {}, []
    alone: dict[str, int] = {}
    beside: dict[str, int] = {}
    above: dict[str, object] = {}
    for row in range(_first_row(table, labels), len(table.cells)):
        texts = [heading(cell) for cell in table.cells[row, labels] if heading(cell)]
        said = _together(map(meaning, texts))
        if not any(plain(cell) for cell in table.cells[row, len(labels) :]):
            # Beyond the table stand notes, which say nothing that anybody knows; a blank row says nothing.
            above = said or {} if texts else above
            alone |= dict.fromkeys(texts, row) if said else {}
        elif any(re.search(apart, text) for text in texts):
            set_apart.append(row)
        elif said is not None and texts:
            rows[row] = above | said
            beside |= dict.fromkeys(texts, row)
    if twice := alone.keys() & beside.keys():
        at, text = min((beside[text], text) for text in twice)
        raise table.refused(f"row {at + 1} ({text!r}) has figures, and row {alone[text] + 1} says so of those below it")
    columns = named_columns(table, len(labels), meaning, apart)
    settled = [{role for said in about.values() for role in said} for about in (rows, columns)]
    if both := settled[0] & settled[1]:
        raise table.refused(f"rows and columns both say the {', '.join(sorted(both))}")
    whole = {"sex": "all", "age": "all", "category": "all"} | fixed
    across, down = ({role: whole.get(role) for role in roles} for roles in settled)
    index = pd.DataFrame([across | said for said in rows.values()], index=list(rows))
    read = {said["period"] for about in (rows, columns) for said in about.values() if "period" in said}
    table.require_every_period(read, SINGLE[kind])
    for row in set_apart:
        if any(periods.is_lost(heading(cell), read, SINGLE[kind]) for cell in table.cells[row, labels]):
            raise table.refused(f"row {row + 1} is not read, and no other row is of that period")
    tidy = table.unpivot(index, {column: down | said for column, said in columns.items()}, MARKS, set_apart)
    tidy = tidy.assign(**{role: value for role, value in whole.items() if role not in tidy})
    if "period" not in tidy:
        tidy["period"] = _of_kind(table.period(single=SINGLE[kind]), kind)
    for role in ("period", "measure"):
        if (unsaid := tidy[role].isna()).any():
            raise table.refused(f"neither a label nor the title says the {role} of {tidy['cell'][unsaid].iloc[0]}")
    return tidy


def _first_row(table: Table, labels: list[int]) -> int:
    """The first row below the headings: a row of labels only may stand between them and the first figures."""
    filled = [row for row in range(table.top) if any(map(plain, table.cells[row]))]
    said = filled and not any(plain(cell) for cell in table.cells[filled[-1], len(labels) :])
    return filled[-1] if said else table.top


def named_columns(table: Table, start: int, meaning: Callable[[str], Said], apart: str) -> dict[int, dict]:
    """What each headed column from `start` is about; refused where nobody knows."""
    columns = {}
    for column in range(start, len(table.headings)):
        parts = table.headings[column]
        if parts and not any(re.search(apart, part) for part in parts) and not table.is_idle(column):
            if (said := _together(map(meaning, parts))) is None:
                raise table.refused(f"column {column_letters(column)} has a heading unknown here: {' | '.join(parts)}")
            columns[column] = said
    return columns


def _label_columns(table: Table) -> list[int]:
    """The columns left of the first number; a year in the first column is a label."""
    for column in range(1, len(table.headings)):
        if any(map(is_number, table.cells[table.top :, column])):
            return list(range(column))
    raise table.refused("no column holds a number")


def _together(said: Iterator[Said]) -> Said:
    """All that several labels say, None where nobody knows one of them or two contradict each other."""
    together: dict[str, object] = {}
    for one in said:
        if one is None or any(together.get(role, value) != value for role, value in one.items()):
            return None
        together |= one
    return together
