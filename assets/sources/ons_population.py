"""The mid-year population estimates; the areas that they are of, and how these lie, are ons_geography's."""

import re
from collections.abc import Iterable, Iterator

import pandas as pd

from assets.sources.explore_education import areas as explore_education_areas
from assets.sources.ons_death_tables import age_band
from pipeline.fetch.ons import Ons
from pipeline.read.labels import heading
from pipeline.read.opening import Refused
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.workbook import Workbook
from schemas.ons import OnsPopulation


@source(
    publisher="ONS",
    formats="xls xlsx csv",
    contract=OnsPopulation,
    divides=True,
    omits=("areas",),
    editions=Ons(
        "/peoplepopulationandcommunity/populationandmigration/populationestimates/datasets/estimatesofthepopulationforenglandandwales"
    ),
)
def ons_population(book: Workbook) -> Iterator[pd.DataFrame]:
    """Mid-year population estimates by local authority, sex and single year of age.

    Three layouts: the mid-year workbook (table MYE2, persons, males and females, ages 0 to 90 and over, where 90 alone
    is 90 and over if the ages of every area add to all); a flat file
    of single ages for several years; and the flat file of children aged 0 to 17 that accompanies children's
    statistics. The period is the calendar year of the mid-year (30 June). Each is on the boundaries of its edition.
    Proved on two real workbooks (mid-2020, mid-2021) and one real file of either other layout; the older names of
    the sheets ("MYE2 - All", "UK males", "Males UK") on synthetic workbooks only.
    """
    if book.format != "csv":
        found = {}
        wanted = (
            r"^(?!.*\bhouseholds?\b)(?:mye ?2\b(?:.*\b(?:persons|males|females)\b)?|.*single year of age"
            r"|(?:uk )?(?:persons|males|females)(?: uk)?$)"
        )
        for table in book.tables(wanted, sheet=r"MYE ?2\b.*"):
            sex = _sex_of(table)
            if sex in found:
                raise table.refused(f"it and sheet {found[sex].sheet!r} both hold a table MYE2 of {sex}")
            found[sex] = table
        if set(found) != {"all", "male", "female"}:
            raise book.no_table(wanted, "MYE2 of persons, males and females")
        years = {_mid_year(table) for table in found.values()}
        if len(years) > 1:
            raise found["all"].refused(f"the tables MYE2 are of mid-{' and mid-'.join(sorted(years))}")
        for sex, table in found.items():
            codes = table.text(table.column("codes?"))
            rows = pd.DataFrame({"area_code": codes, "area_label": table.names(table.column("names?"))})
            rows = rows[codes.str.fullmatch(GSS)]
            people = {"measure": "population", "unit": "people", "period": table.period(_mid_year(table)), "sex": sex}
            columns = {(everybody := table.column("all ages")): people | {"age": "all"}}
            ages = {c: age_band(table.heading_of(c, r"\d+\+?")) for c in table.columns(r"\d+\+?")}
            if "90" in ages.values() and _add_to(table, rows.index, [*ages], everybody):
                ages = {c: "90 and over" if age == "90" else age for c, age in ages.items()}
            _require_ages(ages.values(), table)
            columns |= {c: people | {"age": age} for c, age in ages.items()}
            table.require_all_read(rows.index, columns)
            yield table.unpivot(rows, columns)
        return
    records = book.records()
    if "population_estimate" in records.frame:
        rows = explore_education_areas(records, "calendar_year")
        records.require("age_group")
        rows["age"] = records.frame["age_group"].map(_children)
        yield records.unpivot(rows, {"population_estimate": {"measure": "population", "unit": "people"}}, {"x": "x"})
        return
    records.require("name", "code", "year", "Age 0", "Age 89", "Aged 90+")
    frame = records.frame
    rows = pd.DataFrame({"area_code": frame["code"], "area_label": frame["name"]})
    rows["period"] = records.periods("year")
    ages = {name: age_band(found[1]) for name in frame if (found := re.fullmatch(r"Aged? (\d+\+?)", name))}
    _require_ages(ages.values(), records)
    columns = {name: {"measure": "population", "unit": "people", "age": age} for name, age in ages.items()}
    yield records.unpivot(rows, columns, {"-": "x"})


def _sex_of(table: Table) -> str:
    """The sex that the name of the sheet or the title gives."""
    named = re.search(r"\b(persons|all|males?|females?|[mf])\b", table.sheet.lower())
    titled = re.search(r"\b(persons|males|females)\b", heading(table.title))
    sexes = {{"a": "all", "p": "all", "m": "male", "f": "female"}[found[1][0]] for found in (named, titled) if found}
    if len(sexes) != 1:
        raise table.refused(f"its name and title give {' and '.join(sorted(sexes)) or 'no sex'}")
    return sexes.pop()


def _add_to(table: Table, rows: pd.Index, parts: list[int], whole: int) -> bool:
    """Whether the numbers of some columns add to those of another in every row."""
    numbers = pd.DataFrame(table.cells[rows]).apply(pd.to_numeric, errors="coerce")
    return bool(numbers[parts].sum(axis=1, skipna=False).eq(numbers[whole]).all())


def _mid_year(table: Table) -> str:
    """The one mid-year that the title names, or a line below it."""
    for texts in ([table.title], table.preamble):
        found = {year for text in texts for year in re.findall(r"\bmid-? ?((?:19|20)\d\d)\b", text.lower())}
        if len(found) == 1:
            return found.pop()
    raise table.refused(f"its title names no single mid-year: {table.title!r}")


def _require_ages(ages: Iterable[str], table: Table | Records) -> None:
    expected = [*map(str, range(90)), "90 and over"]
    if sorted(ages) != sorted(expected):
        odd = sorted(set(ages) ^ set(expected))
        raise table.refused(f"its ages are not 0 to 89 and 90 and over, each once: {', '.join(odd[:5]) or 'repeated'}")


def _children(text: str) -> str:
    found = re.fullmatch(r"Children aged (\d+) to (\d+) years", text)
    if not found:
        raise Refused(f"unknown age_group {text!r}")
    return f"{found[1]}-{found[2]}"
