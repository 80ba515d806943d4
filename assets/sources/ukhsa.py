"""The publications of the UK Health Security Agency, and no other publisher's."""

import re
from collections.abc import Iterator

import pandas as pd

from pipeline import naming
from pipeline.fetch.govuk import GovUk
from pipeline.read.labels import SEX_WORDS, heading
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.workbook import Workbook
from schemas.rules import ENGLAND, NORTHERN_IRELAND, WALES
from schemas.ukhsa import UkhsaUam

MARKS = {"*": "c", "c": "c", "x": "x", "z": "z"}
WHOLE = "England, Wales and Northern Ireland"
COUNTRIES = {"england": ENGLAND, "wales": WALES, "northern ireland": NORTHERN_IRELAND}
SEXES = SEX_WORDS | {"": "all", "all": "all"}

YEAR = r"(survey )?year"
AREA = r"(area|region|country|nation|geography)( name)?"
SEX = r"sex|gender"
GROUP = r"(injecting )?group|participants"
# What may be said of an infection, and of people none of whom are left out.
_HEPATITIS = r"hepatitis c|hcv|rna|anti-?hcv|antibod(y|ies)|chronic(ally)?|current(ly)?|ever|infect(ed|ion)|positive"
_PEOPLE = (
    rf"all|the|those|participants?|people|pwid|inject|drugs|individuals|samples|who|were|are|with|and|{_HEPATITIS}"
)
TESTED = rf"(total )?number (of (({_PEOPLE}) )*)?(tested|participants|sampled|antibody positive)|denominator"
POSITIVE = rf"number (of (({_PEOPLE}|tested) )*)?(positive|infected|with( ({_HEPATITIS}))+)|numerator"
SHARE = (
    r"(prevalence|proportion|percentage|per ?cent|%)( ?\(%\)| %)?"
    rf"|(({_HEPATITIS}) )+(prevalence|proportion) ?\(?%?\)?"
)
BOUND = r"(95% (ci|confidence interval):? )?{0}( (limit|bound))?( ?\(?95% (ci|confidence interval)\)?)?"


@source(
    publisher="UKHSA",
    formats="ods",
    contract=UkhsaUam,
    omits=("periods", "categories"),
    editions=GovUk(
        "/government/publications/people-who-inject-drugs-hiv-and-viral-hepatitis-monitoring",
        attachment=r".*(UAM|unlinked anonymous).*tables.*",
        announced=r".*people who inject drugs.*",
    ),
)
def ukhsa_uam(book: Workbook) -> Iterator[pd.DataFrame]:
    """Unlinked anonymous monitoring survey of people who inject drugs: tables.

    Hepatitis C among participants by calendar year, ten years an edition: the share with chronic infection and the
    share with antibodies (ever infected), with 95% limits, for England, Wales and Northern Ireland, nations, English
    regions, sexes and recent initiates. Chronic infection is a share of all participants in newer editions and of
    those with antibodies in older ones, under one title (2017 is 26 or 49 percent): the denominator is part of the
    category, and a table that does not say its own is refused. "*" hides small numbers.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    first = rf"(19|20)\d\d(\.0)?|{WHOLE}|{'|'.join(COUNTRIES)}"
    infected = r"(?=.*(hepatitis c|\bhcv\b))(?=.*(prevalence|proportion|infect))(?=.*(chronic|current|antibod))"
    wanted = rf"^(?!.*(aware|treat|uptake|vaccin|diagnos|clear|incidence)){infected}"
    tables = book.tables(wanted, first=first)
    if not tables:
        raise book.no_table(wanted, "of the prevalence of hepatitis C")
    for table in tables:
        rows = _rows(table)
        tested, positive = table.column(TESTED), table.column(POSITIVE)
        lower, upper = (table.column(BOUND.format(name)) for name in ("lower", "upper"))
        share = {"measure": "hepatitis C prevalence", "unit": "percent"}
        limits = {"lower": lower, "upper": upper, "base": tested}
        yield table.unpivot(rows, {table.column(SHARE): share | limits}, MARKS)
        people = {"measure": "participants with hepatitis C", "unit": "people", "base": tested}
        yield table.unpivot(rows, {positive: people}, MARKS)


def _infection(table: Table, title: str) -> str:
    """What is a share of what, as the title says it, or the heading of the whole."""
    whole = f"{title} {' '.join(table.headings[table.column(TESTED)])}"
    antibodies = r"antibod(y|ies)|ever infected"
    if not re.search(r"chronic|current", title):
        return "antibodies: all participants"
    if re.search(antibodies, whole):
        return "chronic infection: antibody positive"
    if re.search(r"\ball (participants|people|pwid|those)|whether or not", whole):
        return "chronic infection: all participants"
    raise table.refused("nothing says whether it is a share of all participants or of those with antibodies")


def _rows(table: Table) -> pd.DataFrame:
    """Year, area, sex and category of each row with figures."""
    title = heading(table.title)
    filled = table.filled([table.column(SHARE), table.column(POSITIVE)])
    at = filled.index[filled]

    def texts(pattern: str, otherwise: str) -> pd.Series:
        column = table.column_if_any(pattern)
        return pd.Series(otherwise, index=at) if column is None else table.text(column)[at]

    rows = pd.DataFrame({"area_label": texts(AREA, _named_by(title))})
    rows["period"] = texts(YEAR, "").map(lambda text: table.period(str(text)))
    codes = {name: _code(name) for name in rows["area_label"].unique()}
    if unknown := [name for name, code in codes.items() if code is None]:
        raise table.refused(f"no area is known as {', '.join(map(repr, unknown))}")
    rows["area_code"] = rows["area_label"].map(codes)
    sexes = texts(SEX, "").str.lower()
    if unknown := set(sexes) - set(SEXES):
        raise table.refused(f"no sex is known as {', '.join(map(repr, sorted(unknown)))}")
    rows["sex"] = sexes.map(SEXES)
    recent = texts(GROUP, title).str.contains("recent|initiate", case=False)
    rows["category"] = _infection(table, title) + recent.map({True: ", recent initiates", False: ""})
    return rows


def _named_by(title: str) -> str:
    """The area that a title names, for a table without a column of areas."""
    if WHOLE.lower() in title:
        return WHOLE
    named = [name for name in COUNTRIES if re.search(rf"\b{name}\b", title)]
    return named[0].title() if len(named) == 1 else ""


def _code(name: str) -> str | None:
    words = heading(name)
    if naming.slug(words) == naming.slug(WHOLE):
        return naming.slug(WHOLE)
    return COUNTRIES.get(words) or naming.code_for(name, ("region",))
