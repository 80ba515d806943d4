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
    # From the first of the month after: a year before 28 February may be the day before a 29th.
    start = date(year - (month < 12), month % 12 + 1, 1)
    return Period(f"YE {_short(month)} {year}", start, end, "rolling_12_months")


def months(first: int, last: int, year: int) -> Period:
    """From the first of one month to the end of another in the same year; three months are a quarter.

    Raises ValueError when the last month comes before the first.
    """
    if last < first:
        raise ValueError(f"no period runs from {_short(first)} to {_short(last)} of {year}")
    if (first, last) == (1, 12):
        return calendar_year(year)
    kind = "quarter" if last - first == 2 else "part_year"
    name = _short(first) if first == last else f"{_short(first)}-{_short(last)}"
    return Period(f"{name} {year}", date(year, first, 1), _last_day(year, last), kind)


def span(start: date, end: date) -> Period:
    """From the first day of one month to the last of another: a year or a quarter where it is one.

    Raises ValueError when the days are not those, or the last comes before the first.
    """
    if start.day != 1 or end != _last_day(end.year, end.month) or end < start:
        raise ValueError(f"no whole months run from {start} to {end}")
    length = 12 * (end.year - start.year) + end.month - start.month + 1
    if start.year == end.year:
        return months(start.month, end.month, end.year)
    if length == 12:
        return year_ending(end.month, end.year)
    label = f"{_short(start.month)} {start.year}-{_short(end.month)} {end.year}"
    return Period(label, start, end, "several_years" if length > 12 else "part_year")


SINGLE_YEARS = {
    "calendar_year": calendar_year,
    "financial_year": financial_year,
    "academic_year": academic_year,
}


def _full_year(text: str, century_of: int | None = None) -> int:
    if len(text) == 4:
        return int(text)
    # Nothing here is older than 1970 or as late as 2070.
    century = (century_of or (2000 if int(text) < 70 else 1900)) // 100 * 100
    year = century + int(text)
    return year + 100 if century_of and year < century_of else year


def _read_year_ending(found: re.Match[str], single: str) -> Period:
    return year_ending(MONTHS[found[1]], _full_year(found[2]))


def _read_two_dates(found: re.Match[str], single: str) -> Period:
    period = _read_span(found, single)
    if found[2] != found[4] and (period.end - period.start).days not in (364, 365):
        raise ValueError("it is neither twelve months nor within one year")
    return period


def _read_span(found: re.Match[str], single: str) -> Period:
    return span(date(int(found[2]), MONTHS[found[1]], 1), _last_day(int(found[4]), MONTHS[found[3]]))


def _read_months(found: re.Match[str], single: str) -> Period:
    return months(MONTHS[found[1]], MONTHS[found[2]], _full_year(found[3]))


def _read_month(found: re.Match[str], single: str) -> Period:
    return months(MONTHS[found[1]], MONTHS[found[1]], int(found[2]))


def _read_quarter(found: re.Match[str], single: str) -> Period:
    if single != "calendar_year":
        raise ValueError("it may be a quarter of a calendar or of another year")
    return months(3 * int(found[2]) - 2, 3 * int(found[2]), int(found[1]))


def _read_years(found: re.Match[str], single: str) -> Period:
    return _years(int(found[1]), found[2], found[3], single)


def _years(first: int, between: str, ending: str, single: str) -> Period:
    last = _full_year(ending, century_of=first)
    if last - first == 2:
        return three_years(last)
    if last - first != 1:
        raise ValueError(f"it spans {last - first + 1} years")
    if single != "calendar_year":
        return SINGLE_YEARS[single](last)
    if between == "/" or len(ending) == 2:
        return financial_year(last)
    raise ValueError("it may be two calendar years or one financial year")


def _read_pooled_years(found: re.Match[str], single: str) -> Period:
    years = ((int(found[1]), found[2]), (_full_year(found[3], int(found[1])), found[4]))
    first, last = (_years(year, "/", ending, single) for year, ending in years)
    return span(first.start, last.end)


# Footnote digits may be glued to the year: "march 181,2,3" is March 2018 with notes 1, 2 and 3.
_SHORT_YEAR = r"\d\d(?!\d{2,})(?=\D|\d,|\d?$)"
_DAY = r"(?:\d\d?(?:st|nd|rd|th)?\s+)?"
_TO = r"(?:\b(?:year|12 months|twelve months) (?:ending|ended|to)|\bye)"
_TWO_DATES = rf"\b{_DAY}({_MONTH})\s+({_YEAR})\s*(?:to|-)\s*{_DAY}({_MONTH})\s+({_YEAR})"
_FORMS = [
    (rf"{_TO}\s+{_DAY}({_MONTH})\s+({_YEAR}|{_SHORT_YEAR})", _read_year_ending),
    (_TWO_DATES, _read_two_dates),
    (rf"\b({_MONTH})\s*(?:to|-)\s*({_MONTH})\s+({_YEAR}|\d\d)\b", _read_months),
    (rf"(?<!\d\s)(?<![/-])\b({_MONTH})\s+({_YEAR})(?!\d)", _read_month),
    (rf"(?<![-/\d])({_YEAR})\s*,?\s*q([1-4])\b", _read_quarter),
    (rf"(?<![-/\d])({_YEAR})/(\d\d)\s*(?:-|to)\s*({_YEAR}|\d\d)/(\d\d)(?![-/\d])", _read_pooled_years),
    (rf"(?<![-/\d])({_YEAR})\s*(-|/|to)\s*({_YEAR}|\d\d)(?![-/\d])", _read_years),
    (r"^((?:19|20)\d\d)()(\d\d)$", _read_years),
]
_ALONE = rf"(?<!\d)(?<!\d[-/.])({_YEAR})(?![-/]?\d)"
# What says that a year is not meant whole.
_PART = r"\b(quarter|half|week|q[1-4]|h[12])\b"
_VAGUE = rf"\b({_MONTH}|ending|ended|since|before|after|until|onwards?|up to|between|to date)\b"


@cache
def parse(text: str, single: str = "calendar_year", *, spans: bool = False) -> Period:
    """The one period that a text names: a heading, a title, a cell of a period column.

    `single` says what a lone year (2021) or a pair of years (2020/21, 202021) means in this publication:
    calendar_year, financial_year or academic_year; in a publication by calendar years a pair is a financial year. A
    span of three years is always a pooled period. With `spans` two months of different years may be any number of
    months apart; elsewhere that is likelier a slip. Footnote digits may be glued to the year ("year ending March
    181,2,3"). Raises ValueError when the text names no period, two different ones or more than one way to read it.
    """
    words = re.sub(r"[‐-―−]", "-", " ".join(str(text).split())).lower()
    words = re.sub(r"^(\d{4})\.0$", r"\1", words)
    words = re.sub(r"(?<=[a-z])\s*['’](\d\d)\b", lambda found: f" {_full_year(found[1])}", words)
    named = set()
    for form, read in [(_TWO_DATES, _read_span), *_FORMS] if spans else _FORMS:
        for found in re.finditer(form, words):
            try:
                named.add(read(found, single))
            except ValueError as error:
                raise ValueError(f"cannot read the period {text!r}: {error}") from error
        words = re.sub(form, " ", words)
    years = set(re.findall(_ALONE, words))
    whole = years or any(period.kind not in ("quarter", "part_year") for period in named)
    vague = re.search(_PART, words) if whole else None
    if years and not named:
        vague = vague or re.search(_VAGUE, words)
    if vague:
        raise ValueError(f"cannot read the period {text!r}: {vague[0]!r} may change what the year means")
    named |= {SINGLE_YEARS[single](int(year)) for year in years}
    if len(named) > 1:
        labels = " and ".join(sorted(period.label for period in named))
        raise ValueError(f"cannot read the period {text!r}: it names {labels}")
    if not named:
        raise ValueError(f"cannot read a period in {text!r}")
    return named.pop()
