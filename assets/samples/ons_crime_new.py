"""The sample of ONS police force area tables from March 2021, with notes in brackets; the older layout is apart."""

from pathlib import Path

from assets.samples import crime, ons_crime_partnerships, writers
from assets.samples.ons_crime_columns import (
    CITY_HIDDEN,
    HOUSEHOLDS_AT,
    NOT_ACCREDITED,
    OFFENCES,
    ONE_TABLE,
    RATE_NAMES,
    SOURCE,
    SUPPRESSED,
    Release,
    changes_of,
    rates_of,
)
from assets.samples.writers import SAMPLE, Sheet

_NOTES = [
    "When interpreting data for police force areas, users should be aware of recent changes to recording practices.",
    "Currently, offences of fraud are excluded from subnational breakdowns of police recorded crime.",
    "Includes British Transport Police.",
    "Some offences were recorded late.",
    "Based on mid-year population estimates for England and Wales. Some totals may not add due to rounding.",
    "Based on household estimates. Some totals may not add due to rounding.",
    "Residential burglary rates are shown both by rate per 1,000 population and rate per 1,000 households.",
    "Numbers will be affected by the size of the resident population relative to the transient population.",
    "Total rate for England and Wales includes offences recorded by British Transport Police.",
    "Rates for London include 'City of London'.",
]
_RELEASES = [
    Release(2021, "March", "2021-07-22"),
    Release(2022, "March", "2022-07-21"),
    Release(2023, "March", "2023-07-20"),
    Release(2024, "March", "2024-07-24"),
    Release(2024, "December", "2025-04-24"),
]


def write(folder: Path) -> None:
    for release in _RELEASES:
        file = f"policeforceareatablesye{release.month.lower()}{release.year}.xlsx"
        path = folder / "ons_police_force_tables" / release.released / file
        path.parent.mkdir(parents=True)
        force_tables = [_p1(release), _p2(release), _p3(release), _p4(release)]
        notes = [_notes("Notes- PFA ", _NOTES), _notes("Notes - CSP", ons_crime_partnerships.NOTES)]
        writers.xlsx(
            path, [*_front(release), notes[0], *force_tables, notes[1], *ons_crime_partnerships.tables(release)]
        )


def _front(release: Release) -> list[Sheet]:
    cover = Sheet("Cover_sheet")
    cover.put(0, 0, f"Police force area data tables - {release.period}")
    cover.put(1, 0, "Information", "Useful links")
    cover.put(2, 0, SAMPLE)
    contents = Sheet("Table of Contents")
    tables = {
        "Table P1": "number of offences (current year)", "Table P2": "percentage change",
        "Table P3": "rate of offences per 1,000 population", "Table P4": "number of offences (previous year)",
        "Table C1": "List of combined Local Authorities by Community Safety Partnership",
        "Table C2": "Number of police recorded crimes for headline offences by Community Safety Partnership area",
        "Table C3": "Percentage change between recorded crimes, by Community Safety Partnership area",
        "Table C4": "Recorded crime rate per 1,000 population, by Community Safety Partnership area",
        "Table C5": "Number of police recorded crimes by Community Safety Partnership area (previous year)",
    }  # fmt: skip
    contents.column(0, 0, ["Table of contents", "This worksheet contains 2 tables."])
    contents.put(4, 0, "Table number", "Table title", "Table link")
    for row, (name, title) in enumerate(tables.items(), start=5):
        contents.put(row, 0, name, title, f"Link to {name}")
    return [cover, contents]


def _notes(name: str, notes: list[str]) -> Sheet:
    sheet = Sheet(name)
    sheet.column(0, 0, ["Notes", "This worksheet contains one table. "])
    sheet.put(2, 0, "Note number", "Note text")
    for number, note in enumerate(notes, start=1):
        sheet.put(2 + number, 0, number, note)
    return sheet


def _force_table(name: str, title: str, lines: list[str | None], headings: list[str]) -> tuple[Sheet, int]:
    """A sheet with its title, the lines above the table and its headings, and the row of its first area."""
    sheet = Sheet(name)
    sheet.column(
        0, 0, [title, ONE_TABLE, "Link to Notes page", NOT_ACCREDITED, *lines, "Link to Table of Contents", SOURCE]
    )
    row = 6 + len(lines)
    sheet.put(row, 0, "Area Code", "Area Name", *headings)
    return sheet, row + 1


def _force_title(name: str, what: str) -> str:
    return f"{name}:  Police recorded crime by offence group and police force area, England and Wales, {what} [note 1]"


def _put_forces(sheet: Sheet, row: int, note: int, cells, skip_last: bool = False) -> None:
    for code, name, members in crime.printed_areas()[: -1 if skip_last else None]:
        marked = f"{name} [note {note}]" if code == "K04000001" else name
        sheet.put(row, 0, code, marked + " " * (code in ("E12000005", "E12000006")), *cells(code, members))
        row += 1


def _p1(release: Release) -> Sheet:
    headings = ["Total recorded crime\n (excluding fraud) \n[note 2]", *OFFENCES[1:]]
    title = _force_title("Table P1", f"number of offences, {release.period}")
    sheet, row = _force_table("Table P1", title, [], headings)
    _put_forces(sheet, row, 3, lambda code, members: crime.recorded(release.now, code, members).tolist())
    return sheet


def _p2(release: Release) -> Sheet:
    headings = [
        "Total recorded crime (excluding fraud) \n[note 2]",
        *(RATE_NAMES.get(name, name) for name in OFFENCES[1:]),
    ]
    title = _force_title("Table P2", f"percentage change, {release.period} compared with {release.period_before}")
    sheet, row = _force_table("Table P2", title, [f"Some shorthand is used in this table, {SUPPRESSED}"], headings)

    def cells(code: str | None, members: list[str]) -> list[float | str]:
        return changes_of(
            *(crime.recorded(figures, code, members).to_numpy() for figures in (release.now, release.before))
        )

    _put_forces(sheet, row, 3, cells)
    return sheet


def _p3(release: Release) -> Sheet:
    names = [RATE_NAMES.get(name, name) for name in OFFENCES[1:]]
    names[HOUSEHOLDS_AT - 2] = "Residential burglary\n [note 7]"
    names.insert(HOUSEHOLDS_AT - 1, "Residential burglary (households)\n [note 7,8]")
    people = f"Population figures\n (mid-{release.people_year}) rounded to 100 [note 5]"
    households = f"Household figures\n (mid-{release.people_year})  rounded to 100\n[note 6] "
    title = _force_title("Table P3", f"rate of offences per 1,000 population, {release.period}")
    headings = [people, households, "Total recorded crime (excluding fraud)\n [note 2]", *names]
    sheet, row = _force_table("Table P3", title, [f"Some shorthand is used in this table, {CITY_HIDDEN}"], headings)

    def cells(code: str | None, members: list[str]) -> list[float | str]:
        people, households = crime.residents(members, release.people_year)
        rates = rates_of(crime.recorded(release.now, code, members).to_numpy(), people, households)
        return [people, households, *(["[u1]"] * len(rates) if code == crime.CITY_OF_LONDON else rates)]

    _put_forces(sheet, row, 9, cells, skip_last=True)
    return sheet


def _p4(release: Release) -> Sheet:
    headings = [" Total recorded crime\n (excluding fraud)\n [note 2]", *OFFENCES[1:-1], RATE_NAMES[OFFENCES[-1]]]
    title = _force_title("Table P4", f"number of offences, {release.period_before}").replace("[note 1]", "[note1]")
    sheet, row = _force_table("Table P4 ", title, [], headings)
    _put_forces(sheet, row, 3, lambda code, members: crime.recorded(release.before, code, members).tolist())
    return sheet
