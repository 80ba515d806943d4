"""The registered drug deaths of England, Wales and regions; those by local authority are ons_drug_deaths_local's."""

import re
from collections.abc import Iterator

import pandas as pd

from assets.sources.ons_death_tables import (
    MARKS,
    SEX_COLUMN,
    YEAR,
    YEAR_COLUMN,
    age_band,
    parted,
    rate_columns,
    row_columns,
    unit_of_rates,
    unpivot_rates,
    years_down,
)
from pipeline import places
from pipeline.fetch.ons import Ons
from pipeline.read.cells import column_letters
from pipeline.read.labels import SEX_WORDS
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.workbook import Workbook
from schemas.ons import OnsDrugDeaths
from schemas.rules import ENGLAND, ENGLAND_AND_WALES, WALES

EVERYBODY = "persons|people|all persons|both sexes"
NATIONS = {"england and wales": ENGLAND_AND_WALES, "england": ENGLAND, "wales": WALES}
CAUSES = {
    "all drug poisoning": "drug poisoning",
    "all drug poisonings": "drug poisoning",
    "drug poisoning": "drug poisoning",
    "of which: drug misuse": "drug misuse",
    "of which drug misuse": "drug misuse",
    "drug misuse": "drug misuse",
}
DELAY = r"median delay(?: \(?(?:in )?days\)?)?"
AGE = r"all ages|under \d+|<1|\d+ *-+ *\d+|\d+ to \d+|\d+\+|\d+ and over"


@source(
    publisher="ONS",
    formats="xlsx xls",
    contract=OnsDrugDeaths,
    editions=Ons(
        "/peoplepopulationandcommunity/birthsdeathsandmarriages/deaths/datasets/deathsrelatedtodrugpoisoningenglandandwalesreferencetable",
        verified=True,
    ),
)
def ons_drug_deaths(book: Workbook) -> Iterator[pd.DataFrame]:
    """Deaths related to drug poisoning in England and Wales: registrations, reference tables.

    Deaths by underlying cause and by age, with age-standardised rates per million by substance and by region and
    age-specific rates, for each year of registration since 1993, and the median registration delay. England and Wales
    includes non-residents. ":" is a rate the publisher does not calculate (under ten deaths); "u" beside a rate, or a
    star glued to it, marks ten to nineteen deaths. Table 5 repeats the deaths by age of Table 2, a few lower for 2016
    and 2017 in the 2021 edition: its deaths are kept as the base of its rates only. Tables by deprivation and by
    substance and age are not read. The tables of age-specific rates and of the registration delay are optional; the
    others are needed.
    Proved on one real workbook (2021 registrations) and on samples of its layout. Accessible workbooks (one flat row
    of headings such as "All drug poisoning: England", "[x]" and "[u]" for marks, the unit in the heading of a rate)
    on synthetic ones only.
    """
    counted = r"number of deaths (?:from drug-related poisoning|related to drug poisoning) and drug misuse"
    for title in ("by sex, country and underlying cause", "by sex, country and age"):
        table = book.table(rf"{counted},? {title}", first=EVERYBODY)
        columns = {}
        for column, parts in enumerate(table.headings):
            if found := parted(parts, NATIONS):
                outer, nation = found
                deaths = {"measure": "deaths", "unit": "deaths", "area_label": nation, "area_code": NATIONS[nation]}
                ages = [part for part in outer if re.fullmatch(AGE, part)] if title.endswith("age") else []
                if title.endswith("age") and len(ages) != 1:
                    raise table.refused(f"column {column_letters(column)} is headed with {len(ages)} ages")
                columns[column] = deaths | {
                    "age": age_band(ages[0]) if ages else "all",
                    "category": _cause(table, tuple(part for part in outer if part not in ages)),
                }
        rows = _by_sex_and_year(table)
        table.require_all_read(rows.index, columns, row_columns(table))
        yield table.unpivot(rows, columns, MARKS)

    both = places.labelled(ENGLAND_AND_WALES)
    table = book.table("age-standardised mortality rates for .* and selected substances by sex", first=EVERYBODY)
    columns = rate_columns(table, "age-standardised rate", lambda outer: both | {"category": _cause(table, outer)})
    yield from unpivot_rates(table, _by_sex_and_year(table), columns)

    misuse = both | {"category": "drug misuse"}
    table = book.table_if_any(
        "age-specific mortality rates for .* drug misuse,? by sex and (?:broad )?age group", first=EVERYBODY
    )
    if table:
        columns = rate_columns(
            table, "age-specific rate", lambda outer: misuse | {"age": age_band(_one_age(table, outer))}
        )
        _, rates = unpivot_rates(table, _by_sex_and_year(table), columns)
        yield rates

    title = "age-specific mortality rates per .* drug misuse,? by (?:5|five)[- ]year age groups?"
    table = book.table_if_any(title, first="<1|0")
    if table:
        ages = table.text(table.column("age groups?"))
        rows = pd.DataFrame(
            {"age": ages[ages.str.fullmatch(r"<1|\d+ *- *\d+|\d+ to \d+|\d+\+|\d+ and over")].map(age_band)}
        )
        rate = misuse | {"measure": "age-specific rate", "unit": unit_of_rates(table)}
        columns = {c: rate | {"period": table.period(table.heading_of(c, YEAR))} for c in table.columns(YEAR)}
        table.require_all_read(rows.index, columns, row_columns(table))
        yield table.unpivot(rows, columns, MARKS)

    table = book.table("age-standardised mortality rates for .* by sex, country and region")
    codes = table.text(table.column("area codes?"))
    rows = pd.DataFrame({"area_code": codes, "area_label": table.names(table.column("area names?"))})
    rows = rows[codes.str.fullmatch(GSS)]
    rows["period"] = years_down(table, table.column(YEAR_COLUMN)).reindex(codes.index).ffill()
    sex = table.column_if_any(SEX_COLUMN)
    if sex is not None:
        rows["sex"] = _known(table, sex, SEX_WORDS)
    columns = rate_columns(table, "age-standardised rate", lambda outer: _sex_and_cause(table, outer, sex is not None))
    yield from unpivot_rates(table, rows, columns)

    table = book.table_if_any("(?:average|median) registration delays? for deaths", first=YEAR)
    if table:
        delay = {"measure": "median registration delay", "unit": "days"}
        columns = {}
        for column, parts in enumerate(table.headings):
            if odd := [part for part in parts if part.startswith("median delay") and not re.fullmatch(DELAY, part)]:
                raise table.refused(f"column {column_letters(column)}: {odd[0]!r} is not in days")
            if found := parted(tuple(part for part in parts if not re.fullmatch(DELAY, part)), NATIONS):
                outer, nation = found
                of = {"area_code": NATIONS[nation], "area_label": nation, "category": _cause(table, outer)}
                columns[column] = delay | of
        rows = pd.DataFrame({"period": years_down(table, table.column(YEAR_COLUMN))})
        table.require_all_read(rows.index, columns, row_columns(table))
        yield table.unpivot(rows, columns, MARKS)


def _known(table: Table, column: int, meanings: dict[str, str]) -> pd.Series:
    """The meaning of each row's text, from the last row that has one above; refused for a text without meaning."""
    texts = table.text(column).str.lower()
    texts = texts[: table.last_number()]
    if unknown := sorted(set(texts) - set(meanings) - {""}):
        raise table.refused(f"column {column_letters(column)} holds {', '.join(map(repr, unknown[:3]))}, unknown here")
    return texts.map(meanings).ffill()


def _by_sex_and_year(table: Table) -> pd.DataFrame:
    """Rows whose sex may stand on the first row of a block only."""
    sexes = _known(table, table.column(SEX_COLUMN), SEX_WORDS)
    rows = pd.DataFrame({"period": years_down(table, table.column(YEAR_COLUMN))}).join(sexes.rename("sex"))
    if rows["sex"].isna().any():
        raise table.refused(f"row {rows['sex'].isna().idxmax() + 1} has no sex")
    return rows


def _cause(table: Table, outer: tuple[str, ...]) -> str:
    """The category of a block: misuse or poisoning, with the underlying cause or the substance where there is one."""
    causes = [CAUSES[part] for part in outer if part in CAUSES]
    others = [part for part in outer if part not in CAUSES and part not in NATIONS and part != "all causes"]
    if len(causes) > 1 or not causes + others:
        raise table.refused(f"a block under {' | '.join(outer)!r} is about no single cause")
    return ", ".join(causes + others)


def _one_age(table: Table, outer: tuple[str, ...]) -> str:
    ages = [part for part in outer if re.fullmatch(AGE, part)]
    if len(ages) != 1 or len(set(outer) - set(ages) - set(CAUSES)):
        raise table.refused(f"a block under {' | '.join(outer)!r} is about no single age")
    return ages[0]


def _sex_and_cause(table: Table, outer: tuple[str, ...], by_row: bool) -> dict[str, str]:
    """Sex and cause of a block; the sex may stand in a column of its own instead."""
    sexes = [SEX_WORDS[part] for part in outer if part in SEX_WORDS]
    if len(sexes) != (0 if by_row else 1):
        raise table.refused(f"a block under {' | '.join(outer)!r} is about no single sex")
    cause = {"category": _cause(table, tuple(part for part in outer if part not in SEX_WORDS))}
    return cause | ({"sex": sexes[0]} if sexes else {})
