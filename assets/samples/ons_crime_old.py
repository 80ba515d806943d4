"""The sample of ONS police force area tables to March 2020: merged headings, footnote digits; newer ones are apart."""

import calendar
from dataclasses import dataclass
from pathlib import Path

from assets.samples import crime, writers
from assets.samples.writers import SAMPLE, Sheet

_AGAINST_SOCIETY = ["Drug offences", "Possession of weapons offences", "Public order offences"]
_RATE_NAMES = {
    "Other theft offences": "All other theft offences",
    "Stalking and harassment": "Stalking\nand harassment",
    "Miscellaneous crimes": "Miscellaneous crimes against society",
}
_SPLIT_YEAR = 2018
_BEFORE_SPLIT = {"Residential burglary": "Domestic burglary", "Non-residential burglary": "Non-domestic burglary"}


@dataclass(frozen=True)
class _Release:
    year: int
    month: int
    released: str
    file: str
    missing: str | None = None

    @property
    def ending(self) -> float:
        return self.year + self.month / 12

    @property
    def period(self) -> str:
        return f"year ending {calendar.month_name[self.month]} {self.year}"

    @property
    def place(self) -> str:
        return "England and Wales" + " (excluding Greater Manchester Police)" * bool(self.missing)


_MARCH = {
    2013: "2013-07-18", 2014: "2014-07-17", 2015: "2015-07-16", 2016: "2016-07-21", 2017: "2017-07-20",
    2018: "2018-07-19", 2019: "2019-07-18", 2020: "2020-07-17",
}  # fmt: skip
_RELEASES = [
    *(_Release(year, 3, day, f"policeforceareatablesyearendingmarch{year}.xlsx") for year, day in _MARCH.items()),
    _Release(2019, 12, "2020-04-23", "pfatablesdec19.xlsx", missing=crime.GREATER_MANCHESTER),
]


def write(folder: Path) -> None:
    for release in _RELEASES:
        path = folder / "ons_police_force_tables" / release.released / release.file
        path.parent.mkdir(parents=True)
        writers.xlsx(path, [_notes(release), _numbers(release), _rates(release)])


def _title(table: str, release: _Release) -> str:
    what = "number of offences" if table == "P1" else "rate of offences"
    return (
        f"Table {table}:  Police recorded crime by offence group and police force area, English regions and Wales, "
        f"{what}, {release.period}"
    )


def _notes(release: _Release) -> Sheet:
    sheet = Sheet("Notes")
    sheet.put(0, 0, f"Crime in England & Wales, {release.period} - PFA tables")
    sheet.put(2, 0, SAMPLE)
    sheet.put(
        10, 0, f"These data tables are published alongside the bulletin Crime in England & Wales, {release.period}"
    )
    sheet.put(16, 0, "The data contained in this file comprise:")
    sheet.column(18, 0, [_title("P1", release), _title("P3", release)])
    return sheet


def _victim_based(year: int) -> list[str]:
    """The offences of crime with a victim, in the order and the detail of their day."""
    detail = ["Stalking and harassment", "Death or serious injury - unlawful driving"] if year >= _SPLIT_YEAR else []
    return [
        "Violence against the person", "Homicide", "Violence with injury", "Violence without injury", *detail,
        "Sexual offences", "Robbery", "Theft offences", "Burglary", "Residential burglary", "Non-residential burglary",
        "Vehicle offences", "Theft from the person", "Bicycle theft", "Shoplifting", "Other theft offences",
        "Criminal damage and arson",
    ]  # fmt: skip


def _heading(offence: str, year: int, marks: str) -> str:
    if offence not in _BEFORE_SPLIT:
        return offence
    return offence + marks if year >= _SPLIT_YEAR else _BEFORE_SPLIT[offence]


def _counted(release: _Release):
    """The offences of the release; before 2018 violence without injury held what was later told apart."""
    figures = crime.offences(release.ending)
    if release.year < _SPLIT_YEAR:
        detail = ["Stalking and harassment", "Death or serious injury - unlawful driving"]
        merged = figures["Violence without injury"] + figures[detail].sum(axis=1)
        figures = figures.drop(columns=detail).assign(**{"Violence without injury": merged})
    return figures


def _name(code: str | None, name: str, marks: dict[str, str]) -> str:
    return name + " " * (code in ("E12000005", "E12000006")) + marks.get(code or "", "")


def _numbers(release: _Release) -> Sheet:
    sheet, figures = Sheet("Table P1"), _counted(release)
    victim = _victim_based(release.year)
    last = 4 + len(victim) - 1
    sheet.put(0, 0, f"{_title('P1', release)}1,2")
    sheet.merge(0, 0, 0, last + 5)
    sheet.put(2, 0, release.place)
    sheet.put(3, 2, "Total recorded crime (excluding fraud3)", None, "Victim-based crime")
    sheet.merge(3, 2, 4, 2)
    sheet.merge(3, 4, 3, last)
    sheet.put(3, last + 2, "Other crimes against society")
    sheet.merge(3, last + 2, 3, last + 5)
    society = [*_AGAINST_SOCIETY, "Miscellaneous crimes"]
    sheet.put(
        4, 0, "Area Code", "Area Name", None, None, *(_heading(offence, release.year, "4,5") for offence in victim)
    )
    sheet.put(4, last + 2, *society)
    sheet.put(5, 2, "Numbers")
    sheet.merge(5, 2, 5, last + 5)
    marks = {"K04000001": "6"}
    if release.missing:
        marks = {"K04000001": "6,7", "E92000001": "7", "E12000002": "7", crime.GREATER_MANCHESTER: "7,8"}
    for row, (code, name, members) in enumerate(crime.printed_areas(release.missing), start=6):
        name = "London, City of" if code == crime.CITY_OF_LONDON else name
        sheet.put(row, 0, code, _name(code, name, marks))
        if code == release.missing and code:
            sheet.put(row, 2, "..", None, *[".."] * (last + 2))
            continue
        counts = crime.recorded(figures, code, members)
        sheet.put(row, 2, int(counts[crime.TOTAL]), None, *(int(counts[offence]) for offence in victim))
        sheet.put(row, last + 2, *(int(counts[offence]) for offence in society))
    _foot(sheet, row + 1, release, ["Includes British Transport Police."])
    return sheet


def _rates(release: _Release) -> Sheet:
    sheet, figures = Sheet("Table P3"), _counted(release)
    victim = _victim_based(release.year)
    at = victim.index("Residential burglary") + 1
    last = 7 + len(victim)
    middle = release.year - 2 if release.month == 3 else release.year - 1
    sheet.put(0, 0, f"{_title('P3', release)}1,2")
    sheet.merge(0, 0, 0, last + 5)
    sheet.put(2, 0, release.place)
    sheet.put(3, 7, "Victim-based crime")
    sheet.merge(3, 7, 3, last)
    sheet.put(3, last + 2, "Other crimes against society")
    sheet.merge(3, last + 2, 3, last + 5)
    people = f"Population figures\n (mid-{middle})9  rounded to 100"
    households = f"Household figures\n (mid-{middle})10  rounded to 100 "
    sheet.put(4, 0, "Area Code", "Area Name", people, households, None, "Total recorded crime (excluding fraud3)")
    names = [_RATE_NAMES.get(offence, _heading(offence, release.year, "4,5")) for offence in victim]
    per_household = f"{_heading('Residential burglary', release.year, '')} (households) 4,11"
    sheet.put(4, 7, *names[:at], per_household, *names[at:])
    society = [*_AGAINST_SOCIETY, "Miscellaneous crimes"]
    sheet.put(4, last + 2, *(_RATE_NAMES.get(offence, offence) for offence in society))
    sheet.put(5, 5, "Rate per 1,000 population")
    sheet.merge(5, 5, 5, last + 5)
    marks = {"K04000001": "6", "E12000007": "12", crime.CITY_OF_LONDON: "12"}
    if release.missing:
        marks |= {"K04000001": "6,7", "E92000001": "7", "E12000002": "7", crime.GREATER_MANCHESTER: "7,8"}
    for row, (code, name, members) in enumerate(crime.printed_areas(release.missing)[:-1], start=6):
        sheet.put(row, 0, code, _name(code, name, marks))
        if code == release.missing and code:
            for column in [2, 3, 5, *range(7, last + 1), *range(last + 2, last + 6)]:
                sheet.put(row, column, "..")
            continue
        people, households = crime.residents(members, middle)
        counts = crime.recorded(figures, code, members) / people * 1_000
        cells = [counts[offence] for offence in victim]
        cells.insert(at, counts["Residential burglary"] * people / households)
        cells = [round(float(value), 2) for value in [counts[crime.TOTAL], *cells, *(counts[name] for name in society)]]
        if code == crime.CITY_OF_LONDON:
            cells = ["+"] * len(cells)
        sheet.put(row, 2, people, households, None, cells[0], None, *cells[1:-4])
        sheet.put(row, last + 2, *cells[-4:])
    last_notes = [
        f"Based on mid-{middle} population estimates for England and Wales.",
        f"Based on {middle} household estimates.",
        "Numbers will be affected by the size of the resident population relative to the transient population.",
        "'+' Rates for London include 'City of London'.",
    ]
    total = "Total rate for England and Wales includes offences recorded by British Transport Police."
    _foot(sheet, row + 1, release, [total], last_notes)
    return sheet


def _foot(sheet: Sheet, row: int, release: _Release, sixth: list[str], rest: list[str] = ()) -> None:
    notes = [
        "Police recorded crime data are not designated as National Statistics.",
        "When interpreting data for police force areas, users should be aware of changes to recording practices.",
        "Currently, offences of fraud are excluded from subnational breakdowns of police recorded crime.",
        "Figures for burglary are affected by classification changes.",
        "Figures may differ slightly from other tables.",
        *sixth,
    ]
    if release.missing or rest:
        notes += [
            "Following the implementation of a new IT system in July 2019, Greater Manchester Police have been unable "
            "to supply data for the period July to December 2019. The totals exclude Greater Manchester Police."
            if release.missing
            else "All forces supplied data.",
            "'..'  indicates data not available.",
            *rest,
        ]
    numbered = [f"{number}. {note}" for number, note in enumerate(notes, start=1)]
    sheet.column(row, 0, ["Source: Police recorded crime, Home Office", *numbered])
