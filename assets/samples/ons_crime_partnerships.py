"""The partnership tables of ONS crime since 2021, C1 to C5; the force tables are apart."""

from functools import cache

import pandas as pd

from assets.samples import crime, model
from assets.samples.ons_crime_columns import (
    CITY_HIDDEN,
    HOUSEHOLDS_AT,
    NOT_ACCREDITED,
    OFFENCES,
    ONE_TABLE,
    RATE_NAMES,
    SOURCE,
    SUPPRESSED,
    UNAVAILABLE,
    Release,
    changes_of,
    rates_of,
)
from assets.samples.writers import Sheet
from pipeline import places

_PARTNERSHIP_NAMES = RATE_NAMES | {
    crime.TOTAL: "Total recorded crime\n (excluding fraud)",
    "Death or serious injury - unlawful driving": "Death or serious injury caused by illegal driving",
}
_COMBINED = "Combined Local Authorities"
NOTES = [
    "Caution must be taken when interpreting small numbers of offences.",
    "Some offences may not have an exact location so it may not be possible to allocate an offence to a CSP, these "
    "areas are referred to in the tables as 'Unassigned'.",
    "There may be negative offence numbers for some CSPs.",
    "Some offences were recorded late.",
    "Percentage changes have not been calculated for 'Unassigned' CSPs",
    "Caution needs to be taken when considering crime rates of city centre areas.",
    "Rates per 1,000 population are not calculable for 'Unassigned' CSPs or Manchester Airport.",
    "Rates will not match those published on the police force area table (p3).",
    "Rates per 1,000 population are not presented for City of London owing to its small resident population.",
]


def tables(release: Release) -> list[Sheet]:
    return [_c1(release), _c2(release), _c3(release), _c4(release), _c5(release)]


def _authorities(release: Release, units: list[int], force: str) -> list[str]:
    """The codes of the authorities a partnership is printed under."""
    if force == crime.CUMBRIA:
        # The publisher keeps the partnerships of Cumbria under the districts they were formed for.
        return [model.units().index[unit] for unit in units]
    codes = model.authority_codes("2022-03-31" if release.year < 2023 else "2024-03-31").to_numpy()
    found = sorted(set(codes[units]))
    whole = [code for code in found if (codes == code).sum() == (codes[units] == code).sum()]
    return whole if len(whole) == 1 else found


@cache
def _partnership_rows(release: Release) -> list[tuple[list[str | None], str, list[int]]]:
    """Each line of a partnership table: the six cells that name it, its force, its rows in crime.partnerships."""
    lines = []
    table, names = crime.partnerships(), places.areas().set_index("area_code")["area_name"]
    forces = table.dropna(subset="force").sort_values("force_name", kind="stable")
    for force, group in forces.groupby("force_name", sort=False):
        code = group["force"].iloc[0]
        if code != crime.CITY_OF_LONDON:
            lines.append(([code, force, None, None, None, None], code, group.index.tolist()))
        for index, partnership in group.sort_values("name").iterrows():
            cells = [code, force, partnership["code"] or None, partnership["name"], None, None]
            if partnership["code"]:
                found = _authorities(release, list(partnership["units"]), code)
                cells[4:] = [found[0], names[found[0]]] if len(found) == 1 else [_COMBINED, None]
            lines.append((cells, code, [index]))
    return lines


def _c1(release: Release) -> Sheet:
    sheet = Sheet("Table C1")
    sheet.put(0, 0, "Table C1: List of combined Local Authorities by Community Safety Partnership in England and Wales")
    sheet.column(1, 0, ["This worksheet contains one table.", "Link to table of contents"])
    sheet.put(
        3,
        0,
        "Police Force Area name",
        "Community Safety Partnership name",
        "Local Authority code",
        "Local Authority name",
    )
    names, row = places.areas().set_index("area_code")["area_name"], 4
    for cells, code, index in _partnership_rows(release):
        if cells[4] != _COMBINED:
            continue
        found = _authorities(release, list(crime.partnerships().at[index[0], "units"]), code)
        for place, authority in enumerate(found):
            head = [cells[1], cells[3]] if place == 0 else [None, None]
            sheet.put(row, 0, *head, authority, names[authority])
            row += 1
    return sheet


def _partnership_table(
    release: Release, number: int, title: str, lines: list[str], headings: list[str], cells
) -> Sheet:
    sheet = Sheet(f"Table C{number}")
    above = [
        f"Table C{number}: {title}",
        NOT_ACCREDITED,
        ONE_TABLE,
        *lines,
        "Link to Notes page",
        "Link to table of contents",
    ]
    sheet.column(0, 0, [*above, SOURCE])
    row = len(above) + 1
    area = ["Police Force\nArea {}", "Community Safety\nPartnership {}", "Local Authority {}"]
    names = [text.format(kind) for text in area for kind in ("code", "name")]
    sheet.put(row, 0, *names, *headings)
    for named, force, index in _partnership_rows(release):
        row += 1
        sheet.put(row, 0, *named, *cells(named, force, index))
    return sheet


def _counts(figures: pd.DataFrame):
    table = figures.to_numpy()
    return lambda named, force, index: table[index].sum(axis=0).tolist()


def _c2(release: Release) -> Sheet:
    title = (
        "Number of police recorded crimes for headline offences by Community Safety Partnership area, England and "
        f"Wales, {release.period} [note 1][note 2][note 3]"
    )
    headings = [_PARTNERSHIP_NAMES.get(name, name) for name in OFFENCES]
    return _partnership_table(release, 2, title, [UNAVAILABLE], headings, _counts(release.now))


def _c3(release: Release) -> Sheet:
    title = (
        "Percentage change between recorded crimes for headline offences, by Community Safety Partnership area, "
        f"England and Wales, for {release.period_before} and {release.period} [note 1][note 5]"
    )
    headings = [_PARTNERSHIP_NAMES.get(name, name) for name in OFFENCES]
    now, before = release.now.to_numpy(), release.before.to_numpy()

    def cells(named: list, force: str, index: list[int]) -> list[float | str]:
        if named[3] and not named[2]:
            return ["[x]"] * len(OFFENCES)
        return changes_of(now[index].sum(axis=0), before[index].sum(axis=0))

    lines = [f"Some shorthand is used in this table. {SUPPRESSED} [x] indicates data are unavailable."]
    return _partnership_table(release, 3, title, lines, headings, cells)


def _c4(release: Release) -> Sheet:
    title = (
        "Recorded crime rate per 1,000 population/households for headline offences, by Community Safety Partnership "
        f"area, England and Wales, {release.period} [note 1][note 6][note 7][note 8]"
    )
    year = release.people_year - 1
    headings = [_PARTNERSHIP_NAMES.get(name, name) for name in OFFENCES]
    headings[HOUSEHOLDS_AT - 1] = "Residential burglary (per 1,000 population)"
    headings.insert(HOUSEHOLDS_AT, "Residential burglary (per 1,000 household)")
    people = f"Population figures\n (mid-{year}) \n- rounded to 100"
    households = f"Household figures\n (mid-{year})\n - rounded to 100"
    now, members, residents = (
        release.now.to_numpy(),
        crime.partnerships()["units"],
        model.population(year).sum(axis=(1, 2)),
    )

    def cells(named: list, force: str, index: list[int]) -> list[float | str]:
        if named[3] and not named[2]:
            return ["[x]"] * (len(OFFENCES) + 3)
        people, households = crime.rounded_residents(sum(int(residents[members[row]].sum()) for row in index))
        rates = rates_of(now[index].sum(axis=0), people, households)
        return [people, households, *(["[u1]"] * len(rates) if force == crime.CITY_OF_LONDON else rates)]

    lines = [f"{UNAVAILABLE} {CITY_HIDDEN}"]
    return _partnership_table(release, 4, title, lines, [people, households, *headings], cells)


def _c5(release: Release) -> Sheet:
    title = (
        "Number of police recorded crimes for headline offences by Community Safety Partnership area, England and "
        f"Wales, {release.period_before} [note 1][note 2][note 3]"
    )
    headings = [_PARTNERSHIP_NAMES.get(name, name) for name in OFFENCES]
    return _partnership_table(release, 5, title, [UNAVAILABLE], headings, _counts(release.before))
