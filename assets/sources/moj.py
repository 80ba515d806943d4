"""The publications of the Ministry of Justice and HM Prison and Probation Service, and no other publisher's."""

import re
from collections.abc import Iterator

import pandas as pd

from pipeline import places
from pipeline.read.labels import WHOLE, joined, part
from pipeline.read.opening import Refused
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.tables import GSS, Table
from pipeline.read.workbook import Workbook

ENGLAND_AND_WALES = {"area_code": "K04000001", "area_label": "England and Wales"}
MARKS = {"*": "c", "..": "x"}


def _with_whole(parts: pd.DataFrame, wholes: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    """Counts beside the whole they are part of."""
    return parts.join(wholes.drop_duplicates(on).set_index(on)["value"].rename("base"), on=on)


def _once(table: Table, heading: str, default: str = "") -> pd.Series:
    """The labels of a column in which each may stand once for the rows below it."""
    labels = table.printed(heading, table.text(table.key).index, default)
    return labels.mask(labels == "").ffill().fillna("")


# --- proven reoffending ------------------------------------------------------------------------------------

COHORT = r"(offender )?cohort([ _]period)?|period|(12|twelve)[- ]month cohort"
OFFENCE = r"index[ _]offence([ _](group|type))?"
AREA = r"(area|region|police[ _]force([ _]area)?|(upper[- ]tier )?local[ _]authority)([ _]name)?"
AREA_CODE = r"(area|ons|gss|region|police[ _]force([ _]area)?|local[ _]authority)[ _]code"
MEASURE = r"measure|statistic|data type"
COUNTS = {
    "offenders in cohort": r"(number[ _]of[ _])?offenders([ _]in[ _](the[ _])?cohort)?",
    "reoffenders": r"(number[ _]of[ _])?re-?offenders",
}
RESULTS = r"(number of |average number of |frequency |proportion |percentage |previous |rate ).*"
AGES = {
    r"adults?( offenders)?": "18 and over",
    r"(juvenile|youth|children)s?( offenders)?": "10-17",
    r"(\d+) ?(?:to|-|–) ?(\d+)": r"\1-\2",
    r"(\d+) ?(?:\+|(?:and|or) over)": r"\1 and over",
    WHOLE: "all",
}
SEXES = {r"males?": "male", r"females?": "female", WHOLE: "all"}
LEVEL = r"(area|geograph(y|ic|ical))[ _](type|level)"
LEVELS = {
    r"nation(al)?|country": ("country",),
    r"regions?([ _]name)?": ("region",),
    r"police[ _]force([ _]area)?s?([ _]name)?": ("police_force_area",),
    r"(upper[- ]tier )?local[ _]authorit(y|ies)([ _]name)?": places.UPPER_TIER,
}


def _area_named(text: str) -> str:
    """The code of an area from its level, if that is printed, and its name: Kent is a county and a force."""
    level, name = text.split(": ", 1)
    levels = [kinds for pattern, kinds in LEVELS.items() if not level or re.fullmatch(pattern, level.lower())]
    found = {code for kinds in levels if (code := places.code_for(name, kinds))}
    if len(found) != 1:
        raise ValueError(f"{len(found) or 'no'} areas of England and Wales are called {name!r}")
    return found.pop()


def _offenders(table: Table | Records, rows: pd.Index) -> pd.DataFrame:
    """Area, sex, age and index offence of each row."""
    names, level = table.printed(AREA, rows, "England and Wales"), table.printed(LEVEL, rows, "")
    codes = table.printed(AREA_CODE, rows, "")
    by_name = ~codes.str.fullmatch(GSS)
    codes[by_name] = table.each((level + ": " + names)[by_name], _area_named)
    described = pd.DataFrame({"area_code": codes, "area_label": names})
    described["sex"] = table.words_of(table.printed(r"sex|gender", rows, "all"), SEXES)
    described["age"] = table.words_of(table.printed(r"age([ _](group|band))?", rows, "all"), AGES)
    offence = part(table.printed(OFFENCE, rows, "all"))
    return described.assign(category=offence.str.removesuffix(" offences"))


def _cohorts_down(table: Table | Records) -> pd.DataFrame:
    """A row for each cohort, offenders and reoffenders in columns."""
    cohort = table.text(table.column(COHORT))
    rows = cohort.index[cohort.str.contains(r"20\d\d")]
    described = _offenders(table, rows).assign(period=table.periods_of(cohort.loc[rows]))
    columns = {table.column(heading): {"measure": name} for name, heading in COUNTS.items()}
    return table.unpivot(described, columns, MARKS)


def _cohorts_across(table: Table) -> pd.DataFrame:
    """Cohorts in columns, a block of rows for each result; a label stands once for the rows below it."""
    columns = {column: {"period": period} for column, period in table.periods_across().items()}
    lower = _once(table, MEASURE).str.lower()
    there = table.filled(columns) & lower.ne("")
    measures = pd.Series(None, index=lower.index, dtype=object)
    for name, heading in COUNTS.items():
        measures[lower.str.fullmatch(heading)] = name
    others = there & measures.isna()
    if unknown := sorted(set(lower[others & ~lower.str.fullmatch(RESULTS)])):
        raise table.refused(f"nobody knows what {', '.join(unknown)} counts")
    described = _offenders(table, there.index[there & measures.notna()])
    described["measure"] = measures.loc[described.index]
    if missing := set(COUNTS) - set(described["measure"]):
        raise table.refused(f"no rows of {', '.join(sorted(missing))}")
    return table.unpivot(described, columns, MARKS, there.index[others])


@source(publisher="MoJ", formats="ods csv")
def moj_reoffending(book: Workbook) -> Iterator[pd.DataFrame]:
    """Proven reoffending statistics.

    Offenders released, convicted or cautioned in a cohort, and those with a proven reoffence within twelve months
    (allowing six more for a conviction). National tables by index offence, sex and age have three-month cohorts
    across and results in blocks of rows (ods); tables by police force area and local authority have twelve-month
    cohorts down and results across (csv, or a sheet of the same workbook). Numbers are read, rates are not: they
    follow from them. "*" hides a cohort of fewer than 30 offenders, ".." is not available, and "-", which may be
    either or nil, is refused. An area without a code is read by its level and name, as the area of today.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    if book.format == "csv":
        tables = [book.records()]
    else:
        by = r"proven re-?offend.*\b(index offence|area|local authorit|police force)"
        tables = book.tables(by, heads=rf"{COHORT}|{OFFENCE}|{MEASURE}|{AREA_CODE}|{AREA}")
    if not tables:
        raise Refused(f"{book.name}: no table titled 'Proven reoffending ... by index offence' or by area")
    for table in tables:
        down = table.column_if_any(COUNTS["reoffenders"]) is not None
        tidy = (_cohorts_down if down else _cohorts_across)(table).assign(unit="offenders")
        same = ["area_code", "period", "sex", "age", "category"]
        offenders, again = (tidy[tidy["measure"] == name] for name in COUNTS)
        yield offenders
        yield _with_whole(again, offenders, same)


# --- requirements of court orders --------------------------------------------------------------------------

REQUIREMENT = r"(type of )?requirements?( type| started)?"
ORDER = r"(type of )?((court )?order|sentence)( type)?"
PROBATION_REGION = r"(probation )?(region|area)( name)?"
PROBATION_REGIONS = {
    "east-midlands", "east-of-england", "greater-manchester", "kent-surrey-and-sussex", "london", "north-east",
    "north-west", "south-central", "south-west", "wales", "west-midlands", "yorkshire-and-the-humber",
}  # fmt: skip
ORDERS = {
    r"community( sentence)?( orders?)?": "community order",
    r"suspended( sentence)?( orders?)?": "suspended sentence order",
    WHOLE: "all orders",
}
DRUG_TREATMENT = r"drug (treatment|rehabilitation)( requirements?)?( \(d[rt]r\))?"


def _order_of(table: Table) -> str:
    """The one kind of order that a title names."""
    named = [order for order in ("community order", "suspended sentence order") if order in table.title.lower()]
    if len(named) != 1:
        raise table.refused(f"its title names {' and '.join(named) or 'no kind of order'}, and no column does")
    return named[0]


@source(publisher="MoJ", formats="ods")
def moj_offender_management(book: Workbook) -> Iterator[pd.DataFrame]:
    """Offender management statistics quarterly: probation requirements.

    Requirements started under community orders and under suspended sentence orders in England and Wales, kinds of
    requirement down and quarters or calendar years across, and by probation region. The kind of order stands in the
    title or in a column; it may stand once for the rows below it. An order may have several requirements, so they add
    to more than the orders; the share is of all requirements started under the same kind of order. Regions are those of
    the Probation Service since June 2021: another name is refused. Columns of percentages and changes are not read.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    tables = book.tables(
        r"requirements?\b.*\b(started|commenced|starting)|(started|commenced).*requirement", heads=REQUIREMENT
    )
    if not tables:
        raise Refused(f"{book.name}: no table titled 'Requirements started under ... orders'")
    for table in tables:
        columns = {column: {"period": period} for column, period in table.periods_across().items()}
        requirement = table.text(table.column(REQUIREMENT))
        rows = requirement.index[requirement.ne("") & table.filled(columns)]
        order = _once(table, ORDER).loc[rows]
        if order.eq("").all():
            order = pd.Series(_order_of(table), index=rows)
        region = _once(table, PROBATION_REGION, "England and Wales").loc[rows]
        nation = region.str.fullmatch(WHOLE, case=False)
        if unknown := set(region[~nation].map(places.slug)) - PROBATION_REGIONS:
            raise table.refused(f"no probation region is called {', '.join(sorted(unknown))}")
        described = pd.DataFrame(
            {
                "area_code": ("probation-region-" + region.map(places.slug)).mask(nation, "K04000001"),
                "area_label": region.mask(nation, "England and Wales"),
                "order": table.words_of(order, ORDERS),
                "kind": part(requirement.loc[rows]).str.replace(rf"^{DRUG_TREATMENT}$", "drug treatment", regex=True),
                "measure": "requirements started",
                "unit": "requirements",
            }
        )
        if "drug treatment" not in set(described["kind"]):
            raise table.refused("no row 'Drug treatment' among its requirements")
        tidy = table.unpivot(described, columns, MARKS)
        tidy["category"] = joined(tidy["order"], tidy["kind"])
        yield _with_whole(tidy, tidy[tidy["kind"] == "all"], ["area_code", "period", "order"])


# --- finds of drugs in prisons -----------------------------------------------------------------------------

YEAR = r"(financial )?year( ending( march)?)?|period|(12|twelve) months (ending|to)( march)?"
PRISON = r"(prison|establishment)( name)?"
PRISON_REGION = r"(prison |hmpps )?(region|group|area)( name)?"
ESTATE = r"(sex|gender)( of (establishment|prison|estate))?|(establishment|prison|estate) (sex|gender)|estate"
FOUND = r"(type of )?drugs?( type| found)?"
FINDS = r"(?!.*\bper )(number of )?(drug )?(finds?|incidents?)( incidents?)?( (of|where) .*)?"
PRISONERS = r"(average |mean )?((monthly|annual) )?(prison(er)? )?population|(average )?(number of )?prisoners"
RATE = r"(drug )?(finds?|incidents?|rate)\b.* per 1,000 prisoners"
ESTATES = {
    r"males?( .*)?|men'?s?( .*)?": "male establishments",
    r"females?( .*)?|women'?s?( .*)?": "female establishments",
    WHOLE: "all",
    r"mixed( .*)?": "mixed establishments",
}


@source(publisher="MoJ; HMPPS", formats="ods")
def hmpps_digest(book: Workbook) -> Iterator[pd.DataFrame]:
    """HMPPS annual digest: finds of drugs by type.

    The data tool "08_Finds_drug_type_data_tool": incidents in which drugs were found, in the twelve months to March, by
    establishment, prison region, sex of establishment and type of drug, one row each. A find of several drugs counts
    once in the total and once for each. Male and female establishments add to less than the total. Where the file
    prints the prison population or the rate per 1,000 prisoners, they are read too. Prisons and prison regions are no
    statistical areas and have words for codes (`prison-leeds`, `prison-region-london`). Sheets that only show a
    selection, without a column of incidents, are not read.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    titled = book.tables(r"(?=.*\bdrug)(?=.*\bfinds?\b).*", heads=rf"{YEAR}|{PRISON}|{PRISON_REGION}")
    tables = [table for table in titled if table.column_if_any(FINDS) is not None]
    if not tables:
        raise Refused(f"{book.name}: no table of drug finds with a column headed {FINDS!r}")
    for table in tables:
        year = table.text(table.column(YEAR))
        rows = year.index[year.str.contains(r"20\d\d") & table.filled([table.column(FINDS)])]
        prison = table.printed(PRISON, rows, "All")
        region, drug = table.printed(PRISON_REGION, rows, "All"), part(table.printed(FOUND, rows, "All"))
        estate = table.words_of(table.printed(ESTATE, rows, "All"), ESTATES)
        if (blank := prison.eq("") | region.eq("")).any():
            raise table.refused(f"row {blank.idxmax() + 1} has no establishment or region")
        every = prison.str.fullmatch(WHOLE, case=False)
        nation = every & region.str.fullmatch(WHOLE, case=False)
        code = ("prison-" + prison.map(places.slug)).mask(every, "prison-region-" + region.map(places.slug))
        described = pd.DataFrame(
            {
                "area_code": code.mask(nation, "K04000001"),
                "area_label": prison.mask(every, region).mask(nation, "England and Wales"),
                "category": joined(estate.where(every, "all"), drug),
                "period": table.periods_of(year.loc[rows], "financial_year"),
            }
        )
        columns = {
            table.column_if_any(FINDS): {"measure": "drug finds", "unit": "incidents"},
            table.column_if_any(PRISONERS): {"measure": "prison population", "unit": "prisoners"},
            table.column_if_any(RATE): {"measure": "rate of drug finds", "unit": "per 1,000 prisoners"},
        }
        tidy = table.unpivot(described, {column: said for column, said in columns.items() if column is not None}, MARKS)
        # The population is printed beside every drug.
        yield tidy[(tidy["measure"] != "prison population") | (tidy["category"] == "all")]
