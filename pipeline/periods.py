"""Periods as publications print them, parsed once; what a publication counts within a period belongs to its source."""

import re
from calendar import month_abbr, month_name
from dataclasses import dataclass
from datetime import date
from functools import cache

import pandas as pd

MONTHS = {
    spelling: number for number in range(1, 13) for spelling in (month_name[number].lower(), month_abbr[number].lower())
} | {"sept": 9}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"


@dataclass(frozen=True)
class Period:
    """A span of whole months: its label in one spelling, first and last day, and kind."""

    label: str
    start: date
    end: date
    kind: str


def _last_day(year: int, month: int) -> date:
    return (pd.Timestamp(year, month, 1) + pd.offsets.MonthEnd()).date()


def _short(month: int) -> str:
    return date(2000, month, 1).strftime("%b")


def calendar_year(year: int) -> Period:
    return Period(str(year), date(year, 1, 1), date(year, 12, 31), "calendar_year")


def financial_year(ending: int) -> Period:
    return Period(f"{ending - 1}/{ending % 100:02d}", date(ending - 1, 4, 1), date(ending, 3, 31), "financial_year")


def academic_year(ending: int) -> Period:
    return Period(f"{ending - 1}/{ending % 100:02d}", date(ending - 1, 9, 1), date(ending, 8, 31), "academic_year")


def three_years(ending: int) -> Period:
    return Period(f"{ending - 2}-{ending % 100:02d}", date(ending - 2, 1, 1), date(ending, 12, 31), "three_years")


def year_ending(month: int, year: int) -> Period:
    """Twelve months to the end of a month; a year to March is a financial year."""
    if month == 3:
        return financial_year(year)
    end = _last_day(year, month)
    start = (pd.Timestamp(end) - pd.DateOffset(years=1) + pd.Timedelta(days=1)).date()
    return Period(f"YE {_short(month)} {year}", start, end, "rolling_12_months")


def months(first: int, last: int, year: int) -> Period:
    """From the first of one month to the end of another in the same year; three months are a quarter."""
    kind = "quarter" if last - first == 2 else "part_year"
    return Period(f"{_short(first)}-{_short(last)} {year}", date(year, first, 1), _last_day(year, last), kind)


SINGLE_YEARS = {
    "calendar_year": calendar_year,
    "financial_year": financial_year,
    "academic_year": academic_year,
}


def _full_year(text: str, century_of: int | None = None) -> int:
    if len(text) == 4:
        return int(text)
    century = (century_of or 2000) // 100 * 100
    year = century + int(text)
    return year + 100 if century_of and year < century_of else year


@cache
def parse(text: str, single: str = "calendar_year") -> Period:
    """The one period that a text names: a heading, a title, a cell of a period column.

    `single` says what a lone year (2021) or a pair of years (2020/21, 202021) means in this publication:
    calendar_year, financial_year or academic_year. A span of three years is always a pooled period.
    Footnote digits may be glued to the year ("year ending March 181,2,3"). Raises ValueError when the text
    names no period or more than one way to read it.
    """
    words = re.sub(r"[‒–—−]", "-", " ".join(str(text).split())).lower()
    words = re.sub(r"^(\d{4})\.0$", r"\1", words)
    if found := re.search(rf"(?:year ending|ye)(?: \d+)?\s+({_MONTH})\s+({_YEAR}|\d\d(?=\D|\d,|$))", words):
        return year_ending(MONTHS[found[1]], _full_year(found[2]))
    if found := re.search(rf"\b({_MONTH})\s+({_YEAR})\s*(?:to|-)\s*({_MONTH})\s+({_YEAR})", words):
        first, last = MONTHS[found[1]], MONTHS[found[3]]
        if int(found[4]) - int(found[2]) == 1 and first == last + 1:
            return year_ending(last, int(found[4]))
        if (found[2], first, last) == (found[4], 1, 12):
            return calendar_year(int(found[2]))
        if found[2] == found[4]:
            return months(first, last, int(found[2]))
        raise ValueError(f"cannot read the period {text!r}")
    if found := re.search(rf"\b({_MONTH})\s*(?:to|-)\s*({_MONTH})\s+({_YEAR}|\d\d)\b", words):
        return months(MONTHS[found[1]], MONTHS[found[2]], _full_year(found[3]))
    if found := re.search(rf"\b({_YEAR})\s*,?\s*q([1-4])\b", words):
        return months(3 * int(found[2]) - 2, 3 * int(found[2]), int(found[1]))
    if found := re.search(rf"\b({_YEAR})\s*(?:-|/|to|and)\s*({_YEAR}|\d\d)\b", words) or re.fullmatch(
        r"((?:19|20)\d\d)(\d\d)", words
    ):
        first = int(found[1])
        last = _full_year(found[2], century_of=first)
        if last - first == 2:
            return three_years(last)
        if last - first == 1 and single != "calendar_year":
            return SINGLE_YEARS[single](last)
        if last - first == 1:
            return financial_year(last)
        raise ValueError(f"cannot read the period {text!r}: it spans {last - first + 1} years")
    if len(found := set(re.findall(rf"(?<!\d)({_YEAR})(?!\d)", words))) == 1:
        return SINGLE_YEARS[single](int(found.pop()))
    raise ValueError(f"cannot read a period in {text!r}")
