"""The publications of the Office for National Statistics on health, population and geography; crime is in ons_crime."""

import re
from collections.abc import Iterator

import pandas as pd

from assets.sources.dfe import areas as explore_education_areas
from pipeline import periods
from pipeline.source import source
from pipeline.workbook import GSS, Refused, Table, Workbook, heading

YEAR = r"(?:19|20)\d\d(?:\.0)?"
POOLED = r"(?:19|20)\d\d *(?:-|to) *(?:(?:19|20)\d\d|\d\d)"
SEXES = {"persons": "all", "males": "male", "females": "female"}
CAUSES = {"all drug poisoning": "drug poisoning", "of which: drug misuse": "drug misuse"}
NATIONS = {"england and wales": "K04000001", "england": "E92000001", "wales": "W92000004"}
MARKS = {":": "x", "u": "u", "*": "u"}

RATE_COLUMNS = {
    "deaths": r"(?:number of )?deaths",
    "rate": r"(?:age-standardised |age-specific )?(?:mortality )?rate(?: per .*)?",
    "lower": r"lower (?:95% )?confidence (?:limit|interval).*",
    "upper": r"upper (?:95% )?confidence (?:limit|interval).*",
}


def _unit(table: Table) -> str:
    """The unit of a table's rates, from its title and notes: national tables are per million, local per 100,000."""
    texts = [*table.preamble, *table.footnotes_below().values()]
    found = {match for text in texts for match in re.findall(r"per (?:1 )?(million|100,000)", text)}
    if len(found) != 1:
        raise table.refused(f"its notes give {' and '.join(sorted(found)) or 'no population'} as the unit of its rates")
    return f"per {found.pop()}"


def _years(table: Table, column: int) -> pd.Series:
    """Calendar years by row, where the column holds one."""
    years = table.text(column)
    return years[years.str.fullmatch(YEAR)].map(periods.parse)


def _by_sex_and_year(table: Table) -> pd.DataFrame:
    """Rows whose sex stands on the first row of a block only."""
    sexes = table.text(table.column("sex")).str.lower().map(SEXES).ffill()
    return pd.DataFrame({"period": _years(table, table.column("year of death registration"))}).join(sexes.rename("sex"))


def _rates(table: Table, measure: str, attributes) -> dict[int, dict]:
    """Columns of deaths and of rates with their limits; `attributes` gives those of a block from its outer labels.

    A rate may be followed by an unnamed column for its mark.
    """
    blocks: dict[tuple, dict[str, int]] = {}
    for column, parts in enumerate(table.headings):
        for name, pattern in RATE_COLUMNS.items():
            if parts and re.fullmatch(pattern, parts[-1]):
                block = blocks.setdefault(parts[:-1], {})
                if name in block:
                    raise table.refused(f"two columns of {name} under {' | '.join(parts[:-1])!r}")
                block[name] = column
    if not blocks or any(set(block) != set(RATE_COLUMNS) for block in blocks.values()):
        raise table.refused("its blocks are not deaths, rate, lower and upper confidence limit each")
    unit, columns = _unit(table), {}
    for outer, block in blocks.items():
        common = attributes(outer)
        columns[block["deaths"]] = {"measure": "deaths", "unit": "deaths", **common}
        columns[block["rate"]] = {
            "measure": measure,
            "unit": unit,
            **common,
            "lower": block["lower"],
            "upper": block["upper"],
            "base": block["deaths"],
            "flag": block["rate"] + 1,
        }
        if any(table.headings[block["rate"] + 1]) and block["rate"] + 1 != block["lower"]:
            raise table.refused(f"the column after the rate under {' | '.join(outer)!r} is headed otherwise")
    return columns


def _unpivot_rates(table: Table, rows: pd.DataFrame, columns: dict[int, dict]) -> Iterator[pd.DataFrame]:
    plain = {column: attributes for column, attributes in columns.items() if "lower" not in attributes}
    rated = {column: attributes for column, attributes in columns.items() if "lower" in attributes}
    flagged = all(not any(table.headings[attributes["flag"]]) for attributes in rated.values())
    if not flagged:
        rated = {column: {k: v for k, v in attributes.items() if k != "flag"} for column, attributes in rated.items()}
    yield table.unpivot(rows, plain, MARKS)
    yield table.unpivot(rows, rated, MARKS)


def _cause(outer: tuple[str, ...]) -> str:
    """The category of a block: misuse or poisoning, with the underlying cause or the substance where there is one."""
    cause = next((CAUSES[part] for part in outer if part in CAUSES), None)
    others = [part for part in outer if part not in CAUSES and part not in NATIONS and part != "all causes"]
    return ", ".join(filter(None, [cause, *others])) if others else cause


def _age(text: str) -> str:
    """An age band in one spelling: 01-04 is 1-4, <1 is 0, 85+ is 85 and over."""
    text = re.sub(r"^(\d+)\+$", r"\1 and over", text.replace("<1", "0"))
    return "all" if text == "all ages" else re.sub(r"\b0(?=\d)", "", text)


@source(publisher="ONS", formats="xlsx")
def ons_drug_deaths(book: Workbook) -> Iterator[pd.DataFrame]:
    """Deaths related to drug poisoning in England and Wales: registrations, reference tables.

    Deaths by underlying cause and by age, with age-standardised rates per million by substance and by region and
    age-specific rates, for each year of registration since 1993, and the median registration delay. England and Wales
    includes non-residents. ":" is a rate the publisher does not calculate (under ten deaths); "u" beside a rate, or a
    star glued to it, marks ten to nineteen deaths. Table 5 repeats the deaths by age of Table 2, a few lower for 2016
    and 2017 in the 2021 edition: its deaths are kept as the base of its rates only. Tables by deprivation and by
    substance and age are not read.
    Proved on one real workbook (2021 registrations) and on samples of its layout.
    """
    for title in ("by sex, country and underlying cause", "by sex, country and age"):
        table = book.table(rf"number of deaths from drug-related poisoning and drug misuse, {title}", first="persons")
        columns = {}
        for column, parts in enumerate(table.headings):
            if parts and parts[-1] in NATIONS:
                outer, deaths = parts[:-1], {"measure": "deaths", "unit": "deaths", "area_label": parts[-1]}
                ages = [part for part in outer if part not in CAUSES] if title.endswith("age") else []
                columns[column] = deaths | {
                    "area_code": NATIONS[parts[-1]],
                    "age": _age(ages[0]) if ages else "all",
                    "category": _cause(tuple(part for part in outer if part not in ages)),
                }
        yield table.unpivot(_by_sex_and_year(table), columns, MARKS)

    both = {"area_code": "K04000001", "area_label": "England and Wales"}
    table = book.table("age-standardised mortality rates for .* and selected substances by sex", first="persons")
    columns = _rates(table, "age-standardised rate", lambda outer: both | {"category": _cause(outer)})
    yield from _unpivot_rates(table, _by_sex_and_year(table), columns)

    table = book.table("age-specific mortality rates for .* drug misuse, by sex and broad age group", first="persons")
    misuse = both | {"category": "drug misuse"}
    columns = _rates(table, "age-specific rate", lambda outer: misuse | {"age": _age(outer[-1])})
    _, rates = _unpivot_rates(table, _by_sex_and_year(table), columns)
    yield rates

    table = book.table("age-specific mortality rates per million .* drug misuse, by 5-year age groups", first="<1|0")
    rows = pd.DataFrame({"age": table.text(table.column("age group"))})
    rows = rows[rows["age"].str.fullmatch(r"<1|\d+ *- *\d+|\d+\+")]
    columns = {
        column: misuse | {"measure": "age-specific rate", "unit": _unit(table), "period": periods.parse(part)}
        for column, parts in enumerate(table.headings)
        for part in parts
        if re.fullmatch(YEAR, part)
    }
    yield table.unpivot(rows.assign(age=rows["age"].map(_age)), columns, MARKS)

    table = book.table("age-standardised mortality rates for .* by sex, country and region")
    codes = table.text(table.column("area code"))
    names = table.names(list(range(table.column("area name"), min(_deaths_columns(table)))))
    rows = pd.DataFrame({"area_code": codes, "area_label": names})[codes.str.fullmatch(GSS)]
    rows["period"] = _years(table, table.column("year of death registration")).reindex(codes.index).ffill()
    columns = _rates(
        table, "age-standardised rate", lambda outer: {"sex": SEXES[outer[0]], "category": _cause(outer[1:])}
    )
    yield from _unpivot_rates(table, rows, columns)

    table = book.table("average registration delay for deaths", first=YEAR)
    columns = {
        column: {
            "measure": "median registration delay",
            "unit": "days",
            "area_code": NATIONS[parts[-1]],
            "area_label": parts[-1],
            "category": _cause(tuple(part for part in parts if part in CAUSES)),
        }
        for column, parts in enumerate(table.headings)
        if parts and parts[-1] in NATIONS
    }
    yield table.unpivot(
        pd.DataFrame({"period": _years(table, table.column("year of death registration"))}), columns, MARKS
    )


def _deaths_columns(table: Table) -> list[int]:
    return [
        column
        for column, parts in enumerate(table.headings)
        if parts and re.fullmatch(RATE_COLUMNS["deaths"], parts[-1])
    ]


@source(publisher="ONS", formats="xlsx xls")
def ons_drug_deaths_local(book: Workbook) -> Iterator[pd.DataFrame]:
    """Deaths related to drug poisoning by local authority, England and Wales.

    Counts for each year of registration and age-standardised rates per 100,000 for three pooled years, by sex, on
    the boundaries of the edition for the whole back series. Counties stand beside their districts: adding a column
    double counts. ":" is a rate not calculated (under ten deaths), "U" beside a rate marks ten to nineteen deaths.
    Proved on one real workbook (2021 registrations) and on samples of its layout.
    """
    for cause in ("drug poisoning", "drug misuse"):
        table = book.table(rf"^(table \d+:? )?number of deaths related to {cause},? persons,? by local authority")
        years = table.columns(YEAR)
        deaths = {"measure": "deaths", "unit": "deaths", "category": cause}
        columns = {c: deaths | {"period": periods.parse(table.heading_of(c, YEAR))} for c in years}
        yield table.unpivot(_indented_areas(table, min(years)), columns, MARKS)

        for printed, sex in SEXES.items():
            table = book.table(rf"age-standardised mortality rates? for .*{cause},? {printed},? by local authority")
            columns = _rates(
                table,
                "age-standardised rate",
                lambda outer, sex=sex, cause=cause: {"sex": sex, "category": cause, "period": _pooled(outer)},
            )
            yield from _unpivot_rates(table, _indented_areas(table, min(columns)), columns)


def _pooled(outer: tuple[str, ...]) -> periods.Period:
    found = [part for part in outer if re.fullmatch(POOLED, part)]
    return periods.parse(found[0]) if len(found) == 1 else periods.parse(" | ".join(outer))


def _indented_areas(table: Table, values: int) -> pd.DataFrame:
    """Areas by row where names are spread over the columns between the code and the first value."""
    codes = table.text(table.column("area codes?"))
    names = table.names(list(range(table.column("area names?"), values)))
    return pd.DataFrame({"area_code": codes, "area_label": names})[codes.str.fullmatch(GSS)]


@source(publisher="ONS", formats="xls xlsx csv", divides=True)
def ons_population(book: Workbook) -> Iterator[pd.DataFrame]:
    """Mid-year population estimates by local authority, sex and single year of age.

    Three layouts: the mid-year workbook (table MYE2, persons, males and females, ages 0 to 90 and over); a flat file
    of single ages for several years; and the flat file of children aged 0 to 17 that accompanies children's
    statistics. The period is the calendar year of the mid-year (30 June). Each is on the boundaries of its edition.
    Proved on two real workbooks (mid-2020, mid-2021) and one real file of either other layout.
    """
    if book.format != "csv":
        for printed, sex in SEXES.items():
            table = book.table(rf"^mye2:? {printed} by single year of age", sheet=r"MYE ?2\b.*")
            codes = table.text(table.column("code"))
            rows = pd.DataFrame({"area_code": codes, "area_label": table.text(table.column("name"))})
            people = {
                "measure": "population",
                "unit": "people",
                "period": periods.parse(heading(table.title)),
                "sex": sex,
            }
            columns = {table.column("all ages"): people}
            columns |= {c: people | {"age": _age(table.headings[c][-1])} for c in table.columns(r"\d+\+?")}
            yield table.unpivot(rows[codes.str.fullmatch(GSS)], columns)
        return
    records = book.records()
    if "population_estimate" in records.frame:
        rows = explore_education_areas(records, "calendar_year")
        rows["age"] = records.frame["age_group"].map(_children)
        yield records.unpivot(rows, {"population_estimate": {"measure": "population", "unit": "people"}}, {"x": "x"})
        return
    records.require("name", "code", "year", "Age 0", "Age 89", "Aged 90+")
    frame = records.frame
    rows = pd.DataFrame({"area_code": frame["code"], "area_label": frame["name"]})
    rows["period"] = frame["year"].map(periods.parse)
    ages = {name: re.fullmatch(r"Aged? (\d+\+?)", name) for name in frame}
    columns = {
        name: {"measure": "population", "unit": "people", "age": _age(age[1])} for name, age in ages.items() if age
    }
    yield records.unpivot(rows, columns, {"-": "x"})


def _children(text: str) -> str:
    found = re.fullmatch(r"Children aged (\d+) to (\d+) years", text)
    if not found:
        raise Refused(f"unknown age_group {text!r}")
    return f"{found[1]}-{found[2]}"


LEVELS = {
    "LAD": "local authority",
    "LTLA": "local authority",
    "UTLA": "upper-tier authority",
    "RGN": "region",
    "CSP": "community safety partnership",
    "PFA": "police force area",
}


@source(publisher="ONS", formats="csv")
def ons_geography(book: Workbook) -> Iterator[pd.DataFrame]:
    """Area lookups: local authorities to upper-tier authorities, regions, partnerships and police forces.

    A code column and a name column for each level, the vintage in their names (LAD21CD, LAD21NM); Welsh names and
    row numbers may stand between. Figures of the measure `area` name each area of the vintage; those of the measure
    `member of ...` hold the code of the area it lies in as category. The value is 1 throughout.
    Proved on six real lookups, 2017 to 2023.
    """
    records = book.records()
    levels = {found: name for name in records.frame if (found := re.fullmatch(r"([A-Z]+)(\d\d)CD", name))}
    if len(levels) < 2 or len({found[2] for found in levels}) != 1 or any(found[1] not in LEVELS for found in levels):
        raise Refused(f"{records.file}: no code columns of one vintage among {', '.join(records.frame.columns[:12])}")
    lowest, *upper = levels
    period = periods.calendar_year(2000 + int(lowest[2]))
    one = {"measure": "area", "unit": "area", "value": 1.0, "period": period}
    frame = records.frame
    for found, code in levels.items():
        name = f"{code[:-2]}NM"
        records.require(name)
        first = ~frame[code].duplicated()
        yield _stated(frame[first], code, code, name, **one)
        if found in upper:
            member = one | {"measure": f"member of {LEVELS[found[1]]}"}
            yield _stated(frame, levels[lowest], code, f"{levels[lowest][:-2]}NM", **member, category=frame[code])


def _stated(frame: pd.DataFrame, code: str, column: str, name: str, **attributes) -> pd.DataFrame:
    cells = [f"row {number}, {column}" for number in frame.index]
    return pd.DataFrame({"area_code": frame[code], "area_label": frame[name], "cell": cells}).assign(**attributes)
