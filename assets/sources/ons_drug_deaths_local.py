"""The registered drug deaths by local authority; causes, ages and substances are ons_drug_deaths'."""

import re
from collections.abc import Iterator
from functools import partial

import pandas as pd

from assets.sources.ons_death_tables import (
    MARKS,
    PERIOD_COLUMN,
    YEAR,
    rate_columns,
    row_columns,
    unpivot_rates,
    years_down,
)
from pipeline.fetch.ons import Ons
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.workbook import Workbook
from schemas.ons import OnsDrugDeathsLocal

POOLED = r"(?:19|20)\d\d *(?:-|to) *(?:(?:19|20)\d\d|\d\d)"


@source(
    publisher="ONS",
    formats="xlsx xls",
    contract=OnsDrugDeathsLocal,
    editions=Ons(
        "/peoplepopulationandcommunity/birthsdeathsandmarriages/deaths/datasets/drugmisusedeathsbylocalauthority"
    ),
)
def ons_drug_deaths_local(book: Workbook) -> Iterator[pd.DataFrame]:
    """Deaths related to drug poisoning by local authority, England and Wales.

    Counts for each year of registration and age-standardised rates per 100,000 for three pooled years, by sex, on
    the boundaries of the edition for the whole back series. Counties stand beside their districts: adding a column
    double counts. ":" is a rate not calculated (under ten deaths), "U" beside a rate marks ten to nineteen deaths.
    All eight tables are needed: counts of persons, and rates of persons, males and females, each of poisoning and
    of misuse. Table 6 of the 2021 edition swaps Rhondda Cynon Taf and Merthyr Tydfil in 2001-03 to 2009-11 (Tables 7
    and 8 have them right): the figures are kept as published, and a check of the published file says so.
    Proved on one real workbook (2021 registrations) and on samples of its layout. Accessible workbooks (one flat row
    of headings such as "2020 to 2022 rate per 100,000", or a column of periods; "[x]" and "[u]" for marks) on
    synthetic ones only.
    """
    for cause in ("drug poisoning", "drug misuse"):
        table = book.table(
            rf"^(table \d+\w?[:.-]? *)?number of deaths (related to|from) {cause},? persons,? by local authority"
        )
        years = table.columns(YEAR)
        deaths = {"measure": "deaths", "unit": "deaths", "category": cause}
        columns = {c: deaths | {"period": table.period(table.heading_of(c, YEAR))} for c in years}
        rows = _areas(table)
        table.require_all_read(rows.index, columns, row_columns(table))
        yield table.unpivot(rows, columns, MARKS)

        for printed, sex in (("persons", "all"), ("males", "male"), ("females", "female")):
            table = book.table(rf"age-standardised mortality rates? for .*\b{cause},? {printed},? by local authority")
            rows, period = _areas(table), table.column_if_any(PERIOD_COLUMN)
            if period is not None:
                rows["period"] = years_down(table, period, POOLED).reindex(rows.index).ffill()
            of = {"sex": sex, "category": cause}
            columns = rate_columns(table, "age-standardised rate", partial(_of_block, table, of, period is not None))
            yield from unpivot_rates(table, rows, columns)


def _of_block(table: Table, common: dict[str, str], by_row: bool, outer: tuple[str, ...]) -> dict[str, object]:
    """What a block is about: sex, cause and three years, which may stand in a column of their own instead."""
    found = [part for part in outer if re.fullmatch(POOLED, part)]
    if len(found) != (0 if by_row else 1) or len(outer) != len(found):
        raise table.refused(f"a block under {' | '.join(outer)!r} is about no single period")
    return {**common, **({"period": table.period(found[0])} if found else {})}


def _areas(table: Table) -> pd.DataFrame:
    """Areas by row, of the rows with an area code."""
    codes = table.text(table.column("area codes?"))
    return pd.DataFrame({"area_code": codes, "area_label": table.names(table.column("area names?"))})[
        codes.str.fullmatch(GSS)
    ]
