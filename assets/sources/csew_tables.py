"""How a table of the Crime Survey for England and Wales is read, survey years across; rows are each publication's."""

import re
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from pipeline.read import periods
from pipeline.read.cells import column_letters
from pipeline.read.labels import label
from pipeline.read.periods import Period
from pipeline.read.tables import Table
from pipeline.read.wording import UNIT

MARKS = {".": "x", "..": "x", ":": "u", "u": "u"}

BASE = r"unweighted base\b.*"
LIMIT_WORDS = r"\b(?:lower|upper|95|confidence|limits?|bounds?|intervals?|ci)\b%?"
COMPARED = r"significan|change|compared"


def _survey_year(table: Table, text: str) -> Period:
    """The interviews that a heading names.

    Until 2000 sweeps were held in even years and asked about the odd year before, and either may name a column alone.
    """
    if other := re.search(r"\b(?:only|excluding|except|without|months?)\b", text):
        raise table.refused(f"{text!r} is no whole year of interviews: it says {other[0]!r}")
    if sweep := re.fullmatch(r"(19[89]\d|2000)(?:\.0)?", text):
        period = periods.calendar_year(int(sweep[1]) - (int(sweep[1]) % 2 == 0))
    elif re.fullmatch(r"\d{4}(?:\.0)?", text):
        raise table.refused(f"a column headed {text!r} alone may be about one year of interviews or another")
    else:
        try:
            # An apostrophe leaves out a century: what follows the two digits ("Mar '131") is a footnote.
            period = periods.parse(re.sub(r"(['’]\d\d)[\d,]+\b", r"\1", label(text)), "financial_year", spans=True)
        except ValueError as error:
            raise table.refused(str(error)) from error
    if (period.start.month, period.end.month, period.kind) == (1, 12, "rolling_12_months"):
        period = periods.calendar_year(period.end.year)
    if period.kind in ("calendar_year", "financial_year", "rolling_12_months"):
        return replace(period, kind="survey_year")
    if period.kind != "part_year":
        raise table.refused(f"{text!r} names {period.label}, which is no year of interviews")
    return period


def _year_headings(table: Table) -> dict[int, str]:
    """What heads each column right of the rows' labels, up to a second table beside the first.

    A label that heads the rows' labels too is the table's title, and names no year.
    """
    heads = table.headings[table.key]
    right = range(table.key + 1, len(table.headings))
    beside = next((column for column in right if heads and table.headings[column][-1:] == heads[-1:]), right.stop)
    table.know(*range(beside, right.stop))
    return {
        c: " ".join(part for part in table.headings[c] if part not in heads and not re.fullmatch(UNIT, part))
        for c in right
        if c < beside
    }


def survey_years(table: Table) -> dict[int, dict]:
    """The column of each survey year, with the columns of its limits; not those that compare two years."""
    found: dict[Period, dict[str, int]] = {}
    for column, text in _year_headings(table).items():
        # Whom a table is of may stand over a column that holds nothing.
        if not text or re.search(COMPARED, text) or re.fullmatch(BASE, text) or not table.filled([column]).any():
            continue
        limit = re.search(r"\b(lower|upper)\b", text)
        year = re.sub(LIMIT_WORDS, " ", text) if limit else text
        columns = found.setdefault(_survey_year(table, year), {})
        name = limit[1] if limit else "value"
        if name in columns:
            at = " and ".join(map(column_letters, (columns[name], column)))
            raise table.refused(f"columns {at} are both headed like {text!r}")
        columns[name] = column
    if not found or any("value" not in columns for columns in found.values()):
        raise table.refused("no column headed with a survey year" if not found else "limits without an estimate")
    table.require_every_period(found)
    return {columns.pop("value"): {"period": period} | columns for period, columns in found.items()}


def by_year(table: Table, rows: pd.DataFrame, apart: Iterable[int], *, thousands: bool = False) -> pd.DataFrame:
    """One row for each cell of the rows and survey years; limits may be printed for some years only."""
    years = survey_years(table)
    alike = {frozenset(of): {c: years[c] for c in years if set(years[c]) == set(of)} for of in years.values()}
    pieces = [table.unpivot(rows, columns, MARKS, apart, thousands=thousands) for columns in alike.values()]
    return pd.concat(pieces, ignore_index=True)
