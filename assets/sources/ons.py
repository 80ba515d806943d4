"""The publications of the Office for National Statistics on health, population and geography; crime is in ons_crime."""

import re
from collections.abc import Iterable, Iterator

import pandas as pd

from assets.sources.dfe import areas as explore_education_areas
from pipeline import places
from pipeline.read import periods
from pipeline.read.cells import column_letters
from pipeline.read.labels import heading, plain
from pipeline.read.opening import Refused
from pipeline.read.outlines import Outlines
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.tables import GSS, Table
from pipeline.read.workbook import Workbook

YEAR = r"(?:19|20)\d\d(?:\.0)?"
POOLED = r"(?:19|20)\d\d *(?:-|to) *(?:(?:19|20)\d\d|\d\d)"
SEXES = {"persons": "all", "people": "all", "all persons": "all", "males": "male", "females": "female"}
NATIONS = {"england and wales": "K04000001", "england": "E92000001", "wales": "W92000004"}
CAUSES = {
    "all drug poisoning": "drug poisoning",
    "all drug poisonings": "drug poisoning",
    "drug poisoning": "drug poisoning",
    "of which: drug misuse": "drug misuse",
    "of which drug misuse": "drug misuse",
    "drug misuse": "drug misuse",
}
MARKS = {":": "x", "u": "u", "*": "u"}

YEAR_COLUMN = r"year(?: of (?:death )?registration)?|registration year"
PERIOD_COLUMN = rf"{YEAR_COLUMN}|years(?: of (?:death )?registration)?|period|registration (?:years|period)"
SEX_COLUMN = r"sex"

_PER = r"(?: per (?:1 )?(?:100,000|million)(?: (?:people|persons|population))?)?"
RATE_COLUMNS = {
    "deaths": r"(?:number of )?deaths(?: registered)?",
    "rate": rf"(?:age-standardised |age-specific )?(?:mortality )?rate{_PER}",
    "lower": r"lower (?:95% )?(?:confidence )?(?:limit|interval|ci)(?: \(.*\))?",
    "upper": r"upper (?:95% )?(?:confidence )?(?:limit|interval|ci)(?: \(.*\))?",
}


def _unit(table: Table, *headings: str) -> str:
    """The unit of a table's rates: in their headings, else in its title and notes.

    National tables are per million, local ones per 100,000; what does not say one or says both is refused.
    """

    def said(texts) -> set[str]:
        return {match for text in texts for match in re.findall(r"per (?:1 )?(million|100,000)", text.lower())}

    notes = [plain(cell) for row in table.cells[table.top :] for cell in row[:2] if isinstance(cell, str)]
    found = said(headings) | said([table.title, *table.preamble, *notes])
    if len(found) != 1:
        raise table.refused(f"it gives {' and '.join(sorted(found)) or 'no population'} as the unit of its rates")
    return f"per {found.pop()}"


def _known(table: Table, column: int, meanings: dict[str, str]) -> pd.Series:
    """The meaning of each row's text, from the last row that has one above; refused for a text without meaning."""
    texts = table.text(column).str.lower()
    texts = texts[: table.last_number()]
    if unknown := sorted(set(texts) - set(meanings) - {""}):
        raise table.refused(f"column {column_letters(column)} holds {', '.join(map(repr, unknown[:3]))}, unknown here")
    return texts.map(meanings).ffill()


def _years(table: Table, column: int, pattern: str = YEAR) -> pd.Series:
    """The period of each row, where the column holds one; refused for anything else beside numbers."""
    years = table.text(column)[: table.last_number()]
    years = years[years.ne("")]
    if odd := years[~years.str.fullmatch(pattern) & years.index.isin(table.rows_with_numbers())].tolist():
        raise table.refused(f"column {column_letters(column)} holds {', '.join(map(repr, odd[:3]))}, which is no year")
    return years[years.str.fullmatch(pattern)].map(table.period)


def _by_sex_and_year(table: Table) -> pd.DataFrame:
    """Rows whose sex may stand on the first row of a block only."""
    sexes = _known(table, table.column(SEX_COLUMN), SEXES)
    rows = pd.DataFrame({"period": _years(table, table.column(YEAR_COLUMN))}).join(sexes.rename("sex"))
    if rows["sex"].isna().any():
        raise table.refused(f"row {rows['sex'].isna().idxmax() + 1} has no sex")
    return rows


def _parted(parts: tuple[str, ...], ends: Iterable[str]) -> tuple[tuple[str, ...], str] | None:
    """The outer labels and the innermost one of a column, when that is one of the ends; also out of one flat label."""
    *outer, last = parts or ("",)
    for end in ends:
        if re.fullmatch(end, last):
            return tuple(outer), last
        for flat in (rf"(?P<outer>.+?)[\s,:;|(-]+(?P<end>{end})\)?", rf"(?P<end>{end})[\s,:;|(-]+(?P<outer>.+?)\)?"):
            if found := re.fullmatch(flat, last):
                labels = re.split(r"\s*[:;|]\s*|,\s+(?=of which|all drug|drug misuse)", _whole(found["outer"]))
                return (*outer, *labels), found["end"]
    return None


def _whole(text: str) -> str:
    """A flat label without the colon within "of which: drug misuse"."""
    return re.sub(r"of which:? drug misuse", "drug misuse", text)


def _rates(table: Table, measure: str, attributes) -> dict[int, dict]:
    """Columns of deaths and of rates with their limits; `attributes` gives those of a block from its outer labels.

    A rate may be followed by an unnamed column for its mark.
    """
    blocks: dict[tuple, dict[str, int]] = {}
    for column, parts in enumerate(table.headings):
        for name, pattern in RATE_COLUMNS.items():
            if found := _parted(parts, [pattern]):
                block = blocks.setdefault(found[0], {})
                if name in block:
                    raise table.refused(f"two columns of {name} under {' | '.join(found[0])!r}")
                block[name] = column
    if not blocks or any(set(block) != set(RATE_COLUMNS) for block in blocks.values()):
        raise table.refused("its blocks are not deaths, rate, lower and upper confidence limit each")
    unit, columns = _unit(table, *(table.headings[block["rate"]][-1] for block in blocks.values())), {}
    flagged = {table.headings[block["rate"] + 1] == () for block in blocks.values()}
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
        }
        after = block["rate"] + 1
        if flagged == {True}:
            columns[block["rate"]]["flag"] = after
        elif True in flagged or after not in block.values():
            raise table.refused(f"the column after the rate under {' | '.join(outer)!r} is not as in other blocks")
    return columns


def _unpivot_rates(table: Table, rows: pd.DataFrame, columns: dict[int, dict]) -> Iterator[pd.DataFrame]:
    """Deaths, then rates; refused when a column of numbers is neither."""
    plain_columns = {column: attributes for column, attributes in columns.items() if "lower" not in attributes}
    rated = {column: attributes for column, attributes in columns.items() if "lower" in attributes}
    limits = {attributes[name] for attributes in rated.values() for name in ("lower", "upper")}
    table.require_all_read(rows.index, {*columns, *limits}, _row_columns(table))
    yield table.unpivot(rows, plain_columns, MARKS)
    yield table.unpivot(rows, rated, MARKS)


def _row_columns(table: Table) -> set[int]:
    """The columns that say what a row is about."""
    about = rf"{SEX_COLUMN}|{PERIOD_COLUMN}|area codes?|area names?|(?:area )?geography|age groups?"
    return {column for column, parts in enumerate(table.headings) if any(re.fullmatch(about, part) for part in parts)}


def _cause(table: Table, outer: tuple[str, ...]) -> str:
    """The category of a block: misuse or poisoning, with the underlying cause or the substance where there is one."""
    causes = [CAUSES[part] for part in outer if part in CAUSES]
    others = [part for part in outer if part not in CAUSES and part not in NATIONS and part != "all causes"]
    if len(causes) > 1 or not causes + others:
        raise table.refused(f"a block under {' | '.join(outer)!r} is about no single cause")
    return ", ".join(causes + others)


def _age(text: str) -> str:
    """An age band in one spelling: 01-04 is 1-4, <1 is 0, 85+ is 85 and over."""
    text = re.sub(r"^(\d+)\+$", r"\1 and over", text.replace("<1", "0"))
    return "all" if text == "all ages" else re.sub(r"\b0(?=\d)", "", text)


AGE = r"all ages|under \d+|<1|\d+ *-+ *\d+|\d+ to \d+|\d+\+|\d+ and over"


@source(publisher="ONS", formats="xlsx xls")
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
    for title in ("by sex, country and underlying cause", "by sex, country and age"):
        table = book.table(
            rf"number of deaths from drug-related poisoning and drug misuse,? {title}", first="persons|people"
        )
        columns = {}
        for column, parts in enumerate(table.headings):
            if found := _parted(parts, NATIONS):
                outer, nation = found
                deaths = {"measure": "deaths", "unit": "deaths", "area_label": nation, "area_code": NATIONS[nation]}
                ages = [part for part in outer if re.fullmatch(AGE, part)] if title.endswith("age") else []
                if title.endswith("age") and len(ages) != 1:
                    raise table.refused(f"column {column_letters(column)} is headed with {len(ages)} ages")
                columns[column] = deaths | {
                    "age": _age(ages[0]) if ages else "all",
                    "category": _cause(table, tuple(part for part in outer if part not in ages)),
                }
        rows = _by_sex_and_year(table)
        table.require_all_read(rows.index, columns, _row_columns(table))
        yield table.unpivot(rows, columns, MARKS)

    both = {"area_code": "K04000001", "area_label": "England and Wales"}
    table = book.table("age-standardised mortality rates for .* and selected substances by sex", first="persons|people")
    columns = _rates(table, "age-standardised rate", lambda outer: both | {"category": _cause(table, outer)})
    yield from _unpivot_rates(table, _by_sex_and_year(table), columns)

    misuse = both | {"category": "drug misuse"}
    table = book.table_if_any(
        "age-specific mortality rates for .* drug misuse,? by sex and broad age group", first="persons|people"
    )
    if table:
        columns = _rates(table, "age-specific rate", lambda outer: misuse | {"age": _age(_one_age(table, outer))})
        _, rates = _unpivot_rates(table, _by_sex_and_year(table), columns)
        yield rates

    table = book.table_if_any("age-specific mortality rates per .* drug misuse,? by 5-year age groups", first="<1|0")
    if table:
        ages = table.text(table.column("age groups?"))
        rows = pd.DataFrame(
            {"age": ages[ages.str.fullmatch(r"<1|\d+ *- *\d+|\d+ to \d+|\d+\+|\d+ and over")].map(_age)}
        )
        rate = misuse | {"measure": "age-specific rate", "unit": _unit(table)}
        columns = {c: rate | {"period": table.period(table.heading_of(c, YEAR))} for c in table.columns(YEAR)}
        table.require_all_read(rows.index, columns, _row_columns(table))
        yield table.unpivot(rows, columns, MARKS)

    table = book.table("age-standardised mortality rates for .* by sex, country and region")
    codes = table.text(table.column("area codes?"))
    rows = pd.DataFrame({"area_code": codes, "area_label": table.names(table.column("area names?"))})
    rows = rows[codes.str.fullmatch(GSS)]
    rows["period"] = _years(table, table.column(YEAR_COLUMN)).reindex(codes.index).ffill()
    sex = table.column_if_any(SEX_COLUMN)
    if sex is not None:
        rows["sex"] = _known(table, sex, SEXES)
    columns = _rates(table, "age-standardised rate", lambda outer: _sex_and_cause(table, outer, sex is not None))
    yield from _unpivot_rates(table, rows, columns)

    table = book.table_if_any("average registration delay for deaths", first=YEAR)
    if table:
        delay = {"measure": "median registration delay", "unit": "days"}
        columns = {}
        for column, parts in enumerate(table.headings):
            if found := _parted(tuple(part for part in parts if not part.startswith("median delay")), NATIONS):
                outer, nation = found
                of = {"area_code": NATIONS[nation], "area_label": nation, "category": _cause(table, outer)}
                columns[column] = delay | of
        rows = pd.DataFrame({"period": _years(table, table.column(YEAR_COLUMN))})
        table.require_all_read(rows.index, columns, _row_columns(table))
        yield table.unpivot(rows, columns, MARKS)


def _one_age(table: Table, outer: tuple[str, ...]) -> str:
    ages = [part for part in outer if re.fullmatch(AGE, part)]
    if len(ages) != 1 or len(set(outer) - set(ages) - set(CAUSES)):
        raise table.refused(f"a block under {' | '.join(outer)!r} is about no single age")
    return ages[0]


def _sex_and_cause(table: Table, outer: tuple[str, ...], by_row: bool) -> dict[str, str]:
    """Sex and cause of a block; the sex may stand in a column of its own instead."""
    sexes = [SEXES[part] for part in outer if part in SEXES]
    if len(sexes) != (0 if by_row else 1):
        raise table.refused(f"a block under {' | '.join(outer)!r} is about no single sex")
    cause = {"category": _cause(table, tuple(part for part in outer if part not in SEXES))}
    return cause | ({"sex": sexes[0]} if sexes else {})


@source(publisher="ONS", formats="xlsx xls")
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
        table.require_all_read(rows.index, columns, _row_columns(table))
        yield table.unpivot(rows, columns, MARKS)

        for printed, sex in (("persons", "all"), ("males", "male"), ("females", "female")):
            table = book.table(rf"age-standardised mortality rates? for .*\b{cause},? {printed},? by local authority")
            rows, period = _areas(table), table.column_if_any(PERIOD_COLUMN)
            if period is not None:
                rows["period"] = _years(table, period, POOLED).reindex(rows.index).ffill()
            of = {"sex": sex, "category": cause}
            columns = _rates(
                table,
                "age-standardised rate",
                lambda outer, of=of, table=table, period=period: of | _pooled(table, outer, period is not None),
            )
            yield from _unpivot_rates(table, rows, columns)


def _pooled(table: Table, outer: tuple[str, ...], by_row: bool) -> dict[str, periods.Period]:
    """The three years of a block; they may stand in a column of their own instead."""
    found = [part for part in outer if re.fullmatch(POOLED, part)]
    if len(found) != (0 if by_row else 1) or len(outer) != len(found):
        raise table.refused(f"a block under {' | '.join(outer)!r} is about no single period")
    return {"period": table.period(found[0])} if found else {}


def _areas(table: Table) -> pd.DataFrame:
    """Areas by row, of the rows with an area code."""
    codes = table.text(table.column("area codes?"))
    return pd.DataFrame({"area_code": codes, "area_label": table.names(table.column("area names?"))})[
        codes.str.fullmatch(GSS)
    ]


@source(publisher="ONS", formats="xls xlsx csv", divides=True)
def ons_population(book: Workbook) -> Iterator[pd.DataFrame]:
    """Mid-year population estimates by local authority, sex and single year of age.

    Three layouts: the mid-year workbook (table MYE2, persons, males and females, ages 0 to 90 and over); a flat file
    of single ages for several years; and the flat file of children aged 0 to 17 that accompanies children's
    statistics. The period is the calendar year of the mid-year (30 June). Each is on the boundaries of its edition.
    Proved on two real workbooks (mid-2020, mid-2021) and one real file of either other layout; the older names of
    the sheets ("MYE2 - All", "MYE2 - M") on synthetic workbooks only.
    """
    if book.format != "csv":
        found = {}
        for table in book.tables(r"^mye ?2\b|single year of age", sheet=r"MYE ?2\b.*"):
            sex = _sex_of(table)
            if sex in found:
                raise table.refused(f"it and sheet {found[sex].sheet!r} both hold a table MYE2 of {sex}")
            found[sex] = table
        if set(found) != {"all", "male", "female"}:
            raise Refused(f"{book.name}: no table MYE2 of persons, males and females in {', '.join(book.sheets)}")
        for sex, table in found.items():
            codes = table.text(table.column("codes?"))
            rows = pd.DataFrame({"area_code": codes, "area_label": table.names(table.column("names?"))})
            rows = rows[codes.str.fullmatch(GSS)]
            people = {"measure": "population", "unit": "people", "period": table.period(_mid_year(table)), "sex": sex}
            columns = {table.column("all ages"): people | {"age": "all"}}
            ages = {c: _age(table.heading_of(c, r"\d+\+?")) for c in table.columns(r"\d+\+?")}
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
    ages = {name: _age(found[1]) for name in frame if (found := re.fullmatch(r"Aged? (\d+\+?)", name))}
    _require_ages(ages.values(), records)
    columns = {name: {"measure": "population", "unit": "people", "age": age} for name, age in ages.items()}
    yield records.unpivot(rows, columns, {"-": "x"})


def _sex_of(table: Table) -> str:
    """The sex that the name of the sheet or the title gives."""
    named = re.search(r"\b(persons|all|males?|females?|[mf])$", table.sheet.strip().lower())
    titled = re.search(r"\b(persons|males|females)\b", heading(table.title))
    sexes = {{"a": "all", "p": "all", "m": "male", "f": "female"}[found[1][0]] for found in (named, titled) if found}
    if len(sexes) != 1:
        raise table.refused(f"its name and title give {' and '.join(sorted(sexes)) or 'no sex'}")
    return sexes.pop()


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


LEVELS = {
    "LAD": "local authority",
    "LTLA": "local authority",
    "UTLA": "upper-tier authority",
    "RGN": "region",
    "CSP": "community safety partnership",
    "PFA": "police force area",
}


@source(publisher="ONS", formats="csv", names_areas=True)
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


@source(publisher="ONS", formats="geojson", names_areas=True)
def ons_boundaries(book: Workbook) -> Iterator[pd.DataFrame]:
    """Boundaries of areas, generalised: the outlines that maps are drawn from.

    GeoJSON of one kind of area and one vintage (LAD21CD, LAD21NM), in degrees or on the National Grid. Figures of the
    measure `area` name each area, as in the lookups; the outlines are read again when a map is drawn. The
    ultra-generalised edition (BUC) is detailed enough.
    Proved on local authority districts of December 2021 and police force areas of December 2023.
    """
    areas = Outlines(book.path)
    if len(odd := areas.frame[areas.frame["area_code"].map(places.kind) == "other"]):
        raise areas.refused(f"feature {odd.index[0]}: {odd['area_code'].iloc[0]} is a code of no known kind of area")
    yield pd.DataFrame(
        {
            "area_code": areas.frame["area_code"],
            "area_label": areas.frame["area_label"],
            "cell": [f"feature {number}, {areas.code}" for number in areas.frame.index],
        }
    ).assign(measure="area", unit="area", value=1.0, period=periods.calendar_year(areas.vintage))
