"""Periods as publications print them, parsed once; what a publication counts within a period belongs to its source."""

import re
from calendar import month_abbr, month_name
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

import pandas as pd

MONTHS = {
    spelling: number for number in range(1, 13) for spelling in (month_name[number].lower(), month_abbr[number].lower())
} | {"sept": 9}
_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
# Nothing here is older than 1970 or as late as 2070, in however many digits.
_YEAR = r"(?:19[7-9]|20[0-6])\d"


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
    kind = "several_years" if length > 12 else "quarter" if length == 3 else "part_year"
    return Period(label, start, end, kind)


Reading = Callable[[re.Match[str], str], Period]

SINGLE_YEARS = {
    "calendar_year": calendar_year,
    "financial_year": financial_year,
    "academic_year": academic_year,
}


def _full_year(text: str, century_of: int | None = None) -> int:
    if len(text) == 4:
        return int(text)
    century = (century_of or (2000 if int(text) < 70 else 1900)) // 100 * 100
    year = century + int(text)
    return year + 100 if century_of and year < century_of else year


# --- what each form says -----------------------------------------------------------------------------------

_COUNTS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_LENGTHS = {"year": 12, "half year": 6, "half-year": 6, "quarter": 3}


def _first_day(year: str, month: str, day: str | None) -> date:
    if day and int(day) != 1:
        raise ValueError(f"{day} {month} is no first day of a month")
    return date(_full_year(year), MONTHS[month], 1)


def _end(year: str, month: str, day: str | None) -> date:
    last = _last_day(_full_year(year), MONTHS[month])
    if day and int(day) != last.day:
        raise ValueError(f"{day} {month} {year} is no last day of a month")
    return last


def _read_ending(found: re.Match[str], single: str) -> Period:
    count = found["count"] or "12"
    length = _LENGTHS.get(found["length"]) or (int(count) if count.isdecimal() else _COUNTS.index(count))
    end = _end(found["year"], found["month"], found["day"])
    if not 1 <= length <= 12:
        raise ValueError(f"it is of {length} months")
    if length == 12:
        return year_ending(end.month, end.year)
    start = 12 * end.year + end.month - length
    return span(date(start // 12, start % 12 + 1, 1), end)


def _read_span(found: re.Match[str], single: str) -> Period:
    if (found["opening"] == "between") != (found["to"] == "and"):
        raise ValueError(f"{found[0]!r} may be two periods")
    start = _first_day(found["first_year"], found["first"], found["first_day"])
    return span(start, _end(found["year"], found["last"], found["last_day"]))


def _read_two_dates(found: re.Match[str], single: str) -> Period:
    period = _read_span(found, single)
    twelve_months = (period.end - period.start).days in (364, 365)
    if not twelve_months and period.start.year != period.end.year:
        raise ValueError("it is neither twelve months nor within one year")
    if not twelve_months and len(found["first_year"]) == 2:
        raise ValueError(f"{found['first_year']} may be a day or a year")
    return period


def _read_months(found: re.Match[str], single: str) -> Period:
    return months(MONTHS[found["first"]], MONTHS[found["last"] or found["first"]], _full_year(found["year"]))


def _read_months_within(found: re.Match[str], single: str) -> Period:
    """Months of a year that does not begin in January: January to March of 2022/23 are those of 2023."""
    within = "academic_year" if single == "academic_year" else "financial_year"
    whole = _years(int(found["year"]), "/", found["ending"], within)
    if whole.kind != within:
        raise ValueError("it is of several years")
    first, last = (MONTHS[found[name] or found["first"]] for name in ("first", "last"))
    start, end = (whole.start.year + (month < whole.start.month) for month in (first, last))
    return span(date(start, first, 1), _last_day(end, last))


def _read_months_after_year(found: re.Match[str], single: str) -> Period:
    if single != "calendar_year":
        raise ValueError("they may be months of a calendar or of another year")
    return _read_months(found, single)


def _read_quarter(found: re.Match[str], single: str) -> Period:
    if single != "calendar_year":
        raise ValueError("it may be a quarter of a calendar or of another year")
    last = 3 * int(found["quarter"])
    return months(last - 2, last, int(found["year"]))


def _read_years(found: re.Match[str], single: str) -> Period:
    return _years(int(found["year"]), found["between"], found["ending"], single)


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
    first, last = int(found["year"]), _full_year(found["last"], int(found["year"]))
    return span(_years(first, "/", found["ending"], single).start, _years(last, "/", found["last_ending"], single).end)


def _read_year(found: re.Match[str], single: str) -> Period:
    return SINGLE_YEARS[single](int(found["year"]))


# --- the forms ---------------------------------------------------------------------------------------------


def _day(name: str) -> str:
    return rf"(?:(?P<{name}>\d\d?)(?:st|nd|rd|th)?\s+(?:of\s+)?)?"


# Footnote digits may be glued to the year of a month: "march 181,2,3" is March 2018 with notes 1, 2 and 3.
_NOTED = rf"(?P<year>{_YEAR}|\d\d)(?:[1-9](?:,\s?\d\d?)*)?(?![\d/-]|\s*(?:-|to)\s*\d)"
# One of the four digits of a year may be lost, where no other year says which it is: "march 202".
_NOTED_ALONE = rf"(?!(?:19|20)\d(?![\d,])){_NOTED}"
_ALONE = rf"\b(?<!\d[-/.,])(?P<year>{_YEAR})"
_PAIR = rf"{_ALONE}\s*(?P<between>-|/|\bto\b)\s*(?P<ending>{_YEAR}|\d\d)(?![-/]?\d)"
_TO = r"\s*(?:\bto\b|-)\s*"
_SPAN = rf"\b(?P<first>{_MONTH})(?:{_TO}(?P<last>{_MONTH}))"
_OF = r"[\s,:(]*(?:\b(?:of|in)\s+)?"
_COUNT = rf"(?P<count>\d\d?|{'|'.join(_COUNTS[1:])})[\s-]months?"
_TWO_DATES = (
    rf"\b(?:(?P<opening>between|from)\s+)?{_day('first_day')}(?P<first>{_MONTH})\s+(?P<first_year>{_YEAR}|\d\d)"
    rf"\s*(?P<to>\bto\b|\band\b|-)\s*{_day('last_day')}(?P<last>{_MONTH})\s+{_NOTED}"
)
_FORMS = [
    (
        rf"\b(?:ye|(?:(?P<length>{'|'.join(_LENGTHS)})|{_COUNT})\s+(?:ending|ended|to))\s+(?:the\s+)?"
        rf"{_day('day')}(?P<month>{_MONTH})\s+{_NOTED_ALONE}",
        _read_ending,
    ),
    (_TWO_DATES, _read_two_dates),
    (rf"{_SPAN}?{_OF}{_PAIR}\)?", _read_months_within),
    (rf"{_PAIR}{_OF}{_SPAN}?\b\)?", _read_months_within),
    (rf"{_ALONE}{_OF}{_SPAN}\b\)?(?!\s*[\d'])", _read_months_after_year),
    (rf"{_SPAN}\s+{_NOTED_ALONE}", _read_months),
    (rf"(?<!\d\s)(?<![/-])\b(?P<first>{_MONTH})(?P<last>)\s+(?P<year>{_YEAR})(?!\d)", _read_months),
    (rf"{_ALONE}\s*,?\s*q(?P<quarter>[1-4])\b", _read_quarter),
    (
        rf"{_ALONE}/(?P<ending>\d\d){_TO}(?P<last>{_YEAR}|\d\d)/(?P<last_ending>\d\d)(?![-/\d])",
        _read_pooled_years,
    ),
    (_PAIR, _read_years),
    (r"^(?P<year>(?:19[7-9]|20[0-6])\d)(?P<between>)(?P<ending>\d\d)$", _read_years),
    (rf"(?:\bmid[- ])?{_ALONE}(?![-/]?\d)", _read_year),
]


# --- what may stand beside one -----------------------------------------------------------------------------

# A label may name its kind of year and its state, and nothing else.
_KINDS = {"financial": "financial_year", "fiscal": "financial_year", "calendar": "calendar_year"}
_KINDS |= {"academic": "academic_year", "school": "academic_year"}
_FILLERS = {
    *("the", "in", "for", "during", "of", "year", "years", "period", "cohort", "estimate", "estimates"),
    *("provisional", "revised", "final", "p", "r", "e"),
    *_KINDS,
}

# What says in a title that years are not those of the calendar.
_OTHER_YEARS = (
    r"\b(?:financial|fiscal|academic) (?:years?|quarters?)\b"
    r"|\b(?:years?|(?:12|twelve) months) (?:ending|to|ended)(?: \d+)?"
    r" (?!dec)(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov)[a-z]*\b"
)

# In a title many words stand beside a period. These, or these next to it, say that it is another one.
_READ = "\0"
_UNREAD = re.compile(
    rf"\b(?:(?!may\b){_MONTH}|may\s*\d|since|before|after|until|till|onwards?|up to|between|to date|ending|ended"
    rf"|as (?:at|of)|(?:1[89]|2\d)\d\d|\d\d\d\d/\d\d|months? to)\b"
    rf"|\b(?:to|by|from|than|through|at|not|except|excluding|without|end|end of|start of|months?)\s*{_READ}"
    rf"|{_READ}\s*\(?(?:part|partial|incomplete)\b"
    rf"|{_READ}\s*(?:to\b|through\b|\+|(?:and|or) (?:earlier|later|before|after|over|under)\b|[-/]\s*(?:\d|$))"
)
_PART = re.compile(r"\b(?:quarter|half|(?<!\ba )week|q[1-4]|h[12])\b")


def _named(text: str, words: str, single: str, forms: Iterable[tuple[str, Reading]]) -> tuple[set[Period], str]:
    """The periods that a text names, and what is left of its words when they are taken out."""
    named = set()
    for form, read in forms:
        for found in re.finditer(form, words):
            try:
                named.add(read(found, single))
            except ValueError as error:
                raise ValueError(f"cannot read the period {text!r}: {error}") from error
        words = re.sub(form, f" {_READ} ", words)
    return named, " ".join(words.split())


def _one_of(text: str, single: str, spans: bool) -> tuple[Period, str]:
    words = re.sub(r"[‐-―−]", "-", " ".join(str(text).split())).lower()
    words = re.sub(r"\[(?:notes?\b[^\]]*|[a-z]\d?|revised|provisional)\]|[⁰¹²³⁴-⁹]+(?:,[⁰¹²³⁴-⁹]+)*", " ", words)
    words = re.sub(r"^(\d{4})\.0$", r"\1", words.strip())
    words = re.sub(r"(?<=[a-z])\s*['’](\d\d)\b", lambda found: f" {_full_year(found[1])}", words)
    named, left = _named(text, words, single, [(_TWO_DATES, _read_span), *_FORMS] if spans else _FORMS)
    if not named:
        raise ValueError(f"cannot read a period in {text!r}")
    if len(named) > 1:
        labels = " and ".join(sorted(period.label for period in named))
        raise ValueError(f"cannot read the period {text!r}: it names {labels}")
    period = named.pop()
    for word, kind in _KINDS.items():
        if re.search(rf"\b{word} years?\b|\b{word} {_READ}", left) and period.kind != kind:
            raise ValueError(f"cannot read the period {text!r}: {period.label} is no {word} year")
    return period, left


@cache
def parse(text: str, single: str = "calendar_year", *, spans: bool = False) -> Period:
    """The period that a label is: a heading, or a cell of a column of periods. Nothing of the label is left over.

    `single` says what a lone year (2021) or a pair of years (2020/21, 202021) means in this publication:
    calendar_year, financial_year or academic_year; in a publication by calendar years a pair is a financial year. A
    span of three years is always a pooled period. With `spans` two months of different years may be any number of
    months apart; elsewhere that is likelier a slip. Footnote digits may be glued to the year ("year ending March
    181,2,3"). Raises ValueError when the label is no period, names two, or may be read in more than one way.
    """
    period, left = _one_of(text, single, spans)
    unread = [word for word in re.findall(r"[^\s,.:;()\0]+", left) if word not in _FILLERS]
    if unread:
        raise ValueError(f"cannot read the period {text!r}: {' '.join(unread)!r} may change what it is")
    return period


@cache
def mentioned(text: str, single: str = "calendar_year", *, spans: bool = False) -> Period:
    """The one period that a title or another sentence names, as `parse` reads it, among words about other things.

    Raises ValueError as `parse`, and when the words beside it say that another period is meant ("since 2021").
    """
    period, left = _one_of(text, single, spans)
    unread = _UNREAD.search(left) or (period.kind not in ("quarter", "part_year") and _PART.search(left))
    if unread:
        word = unread[0].replace(_READ, period.label)
        raise ValueError(f"cannot read the period {text!r}: {word!r} may change what it is")
    return period


def of_same_kind(text: str, named: Period, single: str) -> Period | None:
    """The period of the same kind as one that is named, and another, which a text mentions; None if it does not."""
    mentions = _if_any(mentioned, text, single)
    return mentions if mentions and mentions.kind == named.kind and mentions != named else None


def other_years(title: str, read: Iterable[object]) -> str:
    """What a title says of years that are not the calendar's, where some are read so; else an empty text."""
    if not (found := re.search(_OTHER_YEARS, title)):
        return ""
    of_calendar = any(isinstance(one, Period) and one.kind in ("calendar_year", "quarter") for one in read)
    return found[0] if of_calendar else ""


def is_lost(text: str, read: Collection[Period], single: str = "calendar_year") -> bool:
    """Whether a label that is not read as a period is one all the same, of which nothing is read.

    "2023/24 (changed method)" and "2023/24: method changed" are no change of two years, and "new method of 2023/24" is
    none where that is the newest year.
    """
    bare = re.sub(r"[(\[].*?[)\]]|, .*", "", text).strip()
    if not (period := _if_any(mentioned if bare == text else parse, bare, single)):
        return False
    # A year alone may be a part of what heads a column, and of two that are compared the earlier need not be read.
    begins = speaks_of_time(re.sub("^year (?:ending|to) ", "", text).split()[0])
    of_one = all(period.end - period.start < 2 * (one.end - one.start) for one in read)
    first = bare != text or (begins and of_one and not _if_any(parse, text))
    newest = max((one.end for one in read), default=date.max)
    return (first or period.end > newest) and (period.start, period.end) not in {(one.start, one.end) for one in read}


def _if_any(read: Callable[[str, str], Period], text: str, single: str = "calendar_year") -> Period | None:
    """The period that `parse` or `mentioned` reads in a text, None where it would raise."""
    try:
        return read(text, single)
    except ValueError:
        return None


def speaks_of_time(text: str) -> bool:
    """Whether a label holds what may be a part of a period: a year, a month, a quarter."""
    words = re.sub(r"[‐-―−]", "-", str(text)).lower()
    years = rf"(?<![\d,.])[12]\d{{3}}(?![\d,])|\d\d/\d\d|\b(?!may\b){_MONTH}\b|\bmay\s*(?:to\b|-|\d)"
    return bool(re.search(rf"{years}|\b(?:q[1-4]|quarter|half|months?|ye)\b", words))
