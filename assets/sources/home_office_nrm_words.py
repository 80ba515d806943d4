"""What the National Referral Mechanism's publication calls its periods, ages, sexes, places and flags."""

import re

import pandas as pd

from pipeline.read import periods
from pipeline.read.labels import SEX_WORDS, WHOLE
from pipeline.read.records import Records
from pipeline.read.tables import Table

YEAR, QUARTER = r"(calendar )?year( of referral)?", r"quarter( of referral)?|period"
AGE = r"age( group)?( at (exploitation|referral))?( group)?"
SEX = r"gender|sex"
REFERRALS = r"((number of|all|total) )*(nrm )?referrals|(number of )?people"
COUNTY_LINES = r"county[- ]lines"
# What may be said of referrals, or a flag, so that no age, sex or kind of exploitation is.
_SAID = rf"(?:(?:number|of|all|total|nrm|referrals|flagged|flag|indicator|as|with|for|the|an?|{COUNTY_LINES})(?: |$))+"
FLAGGED = rf"(?=.*{COUNTY_LINES})(?=.*referrals){_SAID}"
FLAG = rf"(?!.*referrals)(?=.*{COUNTY_LINES}){_SAID}"
# What holds numbers in a table of referrals, or may.
BESIDE = rf"{YEAR}|{QUARTER}|{REFERRALS}|{FLAGGED}|.*proportion.*"
GROUNDS = (
    r"(?:(?P<age>.+?) - )?(?:grand )?(?P<outcome>negative|positive|total)"
    r"(?: (?P<grounds>reasonable|conclusive) grounds)?"
)
NOT_SAID = r"(?:not |un)(?:specified|known|recorded|stated|disclosed|provided|available|given|reported|declared)"
UNKNOWN = rf"(?:(?:age|gender|sex) )?(?:{NOT_SAID}|prefers? not to \w+|missing)(?:\s*(?:or|and|/|,)\s*{NOT_SAID})*"
AGES = {
    r"adults?( \(?18( (or|and) over|\+)\)?)?|18 (or|and) over": "18 and over",
    r"(child(ren)?|minors?)( \(?(17 (or|and) under|under 18)\)?)?|17 (or|and) under": "under 18",
    UNKNOWN: "unknown",
    WHOLE: "all",
}
SEXES = {
    **SEX_WORDS,
    r"(other|another)( sex| gender)?|non-?binary|trans(gender)?": "other",
    UNKNOWN: "unknown",
    WHOLE: "all",
}
LOCATIONS = {
    "overseas": "overseas",
    r"uk( and overseas)?": r"uk\1",
    UNKNOWN: "not specified or unknown",
    WHOLE: "all",
}
# What heads the columns of a table without one of referrals, a row of headings each.
ACROSS = {"age": AGES, "sex": SEXES, "location": LOCATIONS}
_FLAGGED = rf"(flagged|(flagged as )?{COUNTY_LINES}( flag(ged)?)?)"
FLAGS = {rf"y(es)?|{_FLAGGED}": "county lines", rf"no?|(not|no|non)[ -]{_FLAGGED}": "no county lines", WHOLE: "all"}


def referral_periods(table: Table | Records, rows: pd.Index) -> pd.Series:
    """The quarter or year of each row, from its columns; a file without them says its quarter in its name."""
    columns = [column for column in (table.column_if_any(QUARTER), table.column_if_any(YEAR)) if column is not None]
    if not columns:
        name = re.sub(r"[_-]", " ", table.file).lower().rsplit(".", 1)[0]
        if len(set(re.findall(r"\bq[1-4]\b", name))) > 1 or re.search(
            r"\bq[1-4] (?:to )?[1-4]\b|\b20\d\d \d\d\b", name
        ):
            raise table.refused("no column of years or quarters, and its name says more than one quarter")
        try:
            return pd.Series(referral_period(name, whole=False), index=rows)
        except ValueError as error:
            raise table.refused(f"no column of years or quarters, and in its name it {error}") from error
    *quarters, last = (table.text(column).loc[rows].str.lower().str.removesuffix(".0") for column in columns)
    if not quarters:
        return table.each(last, lambda text: referral_period(text, whole=True))
    return table.each(quarters[0] + " " + table.each(last, _year), lambda text: referral_period(text, whole=False))


def _year(text: str) -> str:
    """A year beside its quarters, which says nothing of them."""
    if not re.fullmatch(r"20\d\d", text):
        raise ValueError(f"cannot read the year in {text!r}")
    return text


def referral_period(text: str, whole: bool) -> periods.Period:
    """A quarter or year in words such as "q1 2023", "2023 q1", "jan-mar 2023" or "total 2023".

    Not `whole`: what stands before the year says which part of it is meant, and must be known.
    """
    text = re.sub(r"\bq([1-4]),? (20\d\d)", r"\2 q\1", text)
    total = re.fullmatch(r"(?:total|all(?: quarters)?|full year) (20\d\d)", text)
    period = (periods.parse if whole else periods.mentioned)(total[1] if total else text)
    if period.kind == "calendar_year" and not total and not whole:
        raise ValueError(f"cannot read the quarter in {text!r}")
    return period
