"""Proven reoffending by offence, sex, age and area; what courts order is moj_offender_management's."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import pandas as pd

from assets.sources.moj_tables import MARKS, printed_once, with_whole
from pipeline import naming, places
from pipeline.fetch.govuk import GovUk
from pipeline.read.labels import SEX_WORDS, WHOLE, part
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.workbook import Workbook
from schemas.moj import MojReoffending

COHORT = r"(offender )?cohort([ _]period)?|period|(12|twelve)[- ]month cohort"
OFFENCE = r"index[ _]offence([ _](group|type))?"
AREA = r"(area|region|police[ _]force([ _]area)?|(upper[- ]tier )?local[ _]authority)([ _]name)?"
SEX, AGE = r"sex|gender", r"age([ _](group|band))?"
AREA_CODE = r"(area|ons|gss|region|police[ _]force([ _]area)?|local[ _]authority)[ _]code"
MEASURE = r"measure|statistic|data type"
COUNTS = {
    "offenders in cohort": r"(number[ _]of[ _])?offenders([ _]in[ _](the[ _])?cohort)?",
    "reoffenders": r"(number[ _]of[ _])?re-?offenders",
}
RESULTS = r"(number of |average number of |frequency |proportion |percentage |previous |rate ).*"
AGES = {
    r"(all )?adults?( offenders)?": "18 and over",
    r"(all )?(juvenile|youth|children)s?( offenders)?": "10-17",
    r"(\d+) ?(?:to|-|–) ?(\d+)": r"\1-\2",
    r"(\d+) ?(?:\+|(?:and|or) over)": r"\1 and over",
    WHOLE: "all",
}
SEXES = SEX_WORDS | {WHOLE: "all"}
LEVEL = r"(area|geograph(y|ic|ical))[ _](type|level)"
LEVELS = {
    r"nation(al)?|country": ("country",),
    r"regions?([ _]name)?": ("region",),
    r"police[ _]force([ _]area)?s?([ _]name)?": ("police_force_area",),
    r"(upper[- ]tier )?local[ _]authorit(y|ies)([ _]name)?": places.UPPER_TIER,
}


def _codes_of(table: Table | Records, levels: pd.Series, names: pd.Series) -> pd.Series:
    """The codes of areas from their level, if that is printed, and their name: Kent is a county and a force."""
    fits: dict[str, set[str]] = defaultdict(set)
    for level, listed in names.groupby(levels):
        for kinds in [kinds for pattern, kinds in LEVELS.items() if not level or re.fullmatch(pattern, level.lower())]:
            for name, code in naming.codes_for(listed, kinds, date.today()).items():
                if code:
                    fits[f"{level}: {name}"].add(code)

    def code(text: str) -> str:
        if len(found := fits[text]) != 1:
            name = text.split(": ", 1)[1]
            raise ValueError(f"{len(found) or 'no'} areas of England and Wales are called {name!r}")
        return next(iter(found))

    return table.each(levels + ": " + names, code)


def _offenders(table: Table | Records, rows: pd.Index) -> pd.DataFrame:
    """Area, sex, age and index offence of each row."""
    names, level = table.printed(AREA, rows, "England and Wales"), table.printed(LEVEL, rows, "")
    codes = table.printed(AREA_CODE, rows, "")
    table.require_whole_codes(codes)
    by_name = ~codes.str.fullmatch(GSS)
    codes[by_name] = _codes_of(table, level[by_name], names[by_name])
    described = pd.DataFrame({"area_code": codes, "area_label": names})
    described["sex"] = table.words_of(table.printed(SEX, rows, "all"), SEXES)
    described["age"] = table.words_of(table.printed(AGE, rows, "all"), AGES)
    offence = part(table.printed(OFFENCE, rows, "all"))
    return described.assign(category=offence.str.removesuffix(" offences"), unit="offenders")


def _cohorts_down(table: Table | Records) -> pd.DataFrame:
    """A row for each cohort, offenders and reoffenders in columns."""
    cohort = table.text(table.column(COHORT))
    columns = {table.column(heading): {"measure": name} for name, heading in COUNTS.items()}
    # A note has no numbers beside it.
    rows = cohort.index[table.filled(columns)]
    described = _offenders(table, rows).assign(period=table.periods_of(cohort.loc[rows]))
    return table.unpivot(described, columns, MARKS)


def _require_same_rows(table: Table, measures: pd.Series) -> None:
    """Refuse blocks of other rows than the first: a label that stands once, and slipped, would take rows from another.

    `measures` names the block of each row.
    """
    labels = [table.printed(heading, measures.index, "") for heading in (AREA_CODE, LEVEL, AREA, SEX, AGE, OFFENCE)]
    described = pd.concat(labels, axis=1).agg(" ".join, axis=1).str.lower()
    blocks = list(described.groupby(measures, sort=False))
    first, wanted = blocks[0]
    for name, rows in blocks[1:]:
        if rows.tolist() != wanted.tolist():
            differing = (at for at, one, other in zip(rows.index, rows, wanted, strict=False) if one != other)
            at = next(differing, rows.index[-1])
            raise table.refused(f"the rows of {name} are other ones than those of {first}, from row {at + 1} on")


def _cohorts_across(table: Table) -> pd.DataFrame:
    """Cohorts in columns, a block of rows for each result; a label stands once for the rows below it."""
    columns = {column: {"period": period} for column, period in table.periods_across().items()}
    lower = printed_once(table, MEASURE).str.lower()
    there = table.filled(columns) & lower.ne("")
    if not there.any():
        raise table.refused("no label says which of its rows are of offenders and which of reoffenders")
    measures = pd.Series(None, index=lower.index, dtype=object)
    for name, heading in COUNTS.items():
        measures[lower.str.fullmatch(heading)] = name
    others = there & measures.isna()
    if unknown := sorted(set(lower[others & ~lower.str.fullmatch(RESULTS)])):
        raise table.refused(f"nobody knows what {', '.join(unknown)} counts")
    _require_same_rows(table, lower[there])
    described = _offenders(table, there.index[there & measures.notna()])
    described["measure"] = measures.loc[described.index]
    if missing := set(COUNTS) - set(described["measure"]):
        raise table.refused(f"no rows of {', '.join(sorted(missing))}")
    return table.unpivot(described, columns, MARKS, there.index[others])


@source(
    publisher="MoJ",
    formats="ods csv",
    contract=MojReoffending,
    since=2011,
    omits=("areas", "categories"),
    editions=GovUk(
        "/government/collections/proven-reoffending-statistics",
        title=r"proven reoffending statistics.*",
        attachment=r".*proven.reoffending.*(tables|areas).*",
    ),
)
def moj_reoffending(book: Workbook) -> Iterator[pd.DataFrame]:
    """Proven reoffending statistics.

    Offenders released, convicted or cautioned in a cohort, and those with a proven reoffence within twelve months
    (allowing six more for a conviction). National tables by index offence, sex and age have three-month cohorts
    across and results in blocks of rows (ods); tables by police force area and local authority have twelve-month
    cohorts down and results across (csv, or a sheet of the same workbook). Numbers are read, rates are not: they
    follow from them. "*" hides a cohort of fewer than 30 offenders, ".." is not available, and "-", which may be
    either or nil, is refused. An area without a code is read by its level and name, as one of the last day
    on which all of its level existed.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    if book.format == "csv":
        tables = [book.records()]
    else:
        by = r"proven re-?offend.*\b(index offence|area|local authorit|police force)"
        tables = book.tables(by, heads=rf"{COHORT}|{OFFENCE}|{MEASURE}|{AREA_CODE}|{AREA}")
        if not tables:
            raise book.no_table(by, "titled 'Proven reoffending ... by index offence' or by area")
    for table in tables:
        across = isinstance(table, Table) and table.column_if_any(COUNTS["reoffenders"]) is None
        tidy = _cohorts_across(table) if across else _cohorts_down(table)
        same = ["area_code", "period", "sex", "age", "category"]
        offenders, again = (tidy[tidy["measure"] == name] for name in COUNTS)
        yield offenders
        again = with_whole(again, offenders, same)
        # Where one is hidden so is the other; a number that slipped to its neighbour leaves a blank.
        if (slipped := again["value"].notna() & again["base"].isna()).any():
            raise table.refused(f"{again['cell'][slipped].iloc[0]} counts reoffenders, and nothing their cohort")
        yield again
