"""The sample of ONS police force area tables to March 2020: merged headings, footnote digits; newer ones are apart."""

import calendar
from dataclasses import dataclass

from assets.samples import crime
from assets.samples.writers import SAMPLE, Cell, Releases, Row, Sheet, Span

_AGAINST_SOCIETY = ["Drug offences", "Possession of weapons offences", "Public order offences", "Miscellaneous crimes"]
_RATE_NAMES = {
    "Other theft offences": "All other theft offences",
    "Stalking and harassment": "Stalking\nand harassment",
    "Miscellaneous crimes": "Miscellaneous crimes against society",
}
_NOTES = [
    "Police recorded crime data are not designated as National Statistics.",
    "When interpreting data for police force areas, users should be aware of changes to recording practices.",
    "Currently, offences of fraud are excluded from subnational breakdowns of police recorded crime.",
    "Figures for burglary are affected by classification changes.",
    "Figures may differ slightly from other tables.",
]
_MISSING = (
    "Following the implementation of a new IT system in July 2019, Greater Manchester Police have been unable "
    "to supply data for the period July to December 2019. The totals exclude Greater Manchester Police."
)
_UNAVAILABLE = "'..'  indicates data not available."
_TABLES = {"P1": ("number of offences", "Numbers"), "P3": ("rate of offences", "Rate per 1,000 population")}
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


def releases() -> Releases:
    for release in _RELEASES:
        tables = [_notes(release), _numbers(release), _rates(release)]
        yield f"ons_police_force_tables/{release.released}/{release.file}", tables


def _title(table: str, release: _Release) -> str:
    by = "Police recorded crime by offence group and police force area, English regions and Wales"
    return f"Table {table}:  {by}, {_TABLES[table][0]}, {release.period}"


def _notes(release: _Release) -> Sheet:
    sheet = Sheet("Notes", [f"Crime in England & Wales, {release.period} - PFA tables", None, SAMPLE])
    beside = f"These data tables are published alongside the bulletin Crime in England & Wales, {release.period}"
    contents = ["The data contained in this file comprise:", None, _title("P1", release), _title("P3", release)]
    sheet.fill(10, [beside, *[None] * 5, *contents])
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


def _table(
    table: str, release: _Release, left: list[Cell], names: list[str], rows: list[Row], notes: list[str]
) -> Sheet:
    """Crimes with a victim right of what stands `left`, then the four against society; P1 has its total higher up."""
    total = [None, None, Span("Total recorded crime (excluding fraud3)", down=2), None]
    victims, width = len(names) - 4, len(left) + len(names) + 3
    return Sheet(f"Table {table}", [
        Span(f"{_title(table, release)}1,2", across=width),
        None,
        release.place,
        [*(total if table == "P1" else [None] * 7), Span("Victim-based crime", across=victims), None,
         Span("Other crimes against society", across=4)],
        ["Area Code", "Area Name", *left, *names[:-4], None, *names[-4:]],
        [*[None] * len(left), Span(_TABLES[table][1], across=width - len(left))],
        *rows,
        "Source: Police recorded crime, Home Office",
        *(f"{number}. {note}" for number, note in enumerate([*_NOTES, *notes], start=1)),
    ])  # fmt: skip


def _lines(release: _Release, last: int | None, marks: dict[str, str]) -> list[tuple[crime.Line, list[Cell]]]:
    """Lines and how they are named: two names end in a space, and some have the digits of notes."""
    marks = {"E12000005": " ", "E12000006": " "} | marks
    if release.missing:
        marks |= {"K04000001": "6,7", "E92000001": "7", "E12000002": "7", crime.GREATER_MANCHESTER: "7,8"}
    lines = crime.force_lines(release.missing)[:last]
    return [(line, [line.code, f"{line.named[1]}{marks.get(line.code or '', '')}"]) for line in lines]


def _numbers(release: _Release) -> Sheet:
    figures, victim, rows = _counted(release), _victim_based(release.year), []
    for line, named in _lines(release, None, {"K04000001": "6"}):
        if line.code == crime.CITY_OF_LONDON:
            named = [line.code, "London, City of"]
        if line.code and line.code == release.missing:
            rows.append([*named, "..", None, *[".."] * (len(victim) + 5)])
        else:
            counts = line.counts(figures).astype(int)
            rows.append([*named, counts[crime.TOTAL], None, *counts[victim], None, *counts[_AGAINST_SOCIETY]])
    names = [*(_heading(offence, release.year, "4,5") for offence in victim), *_AGAINST_SOCIETY]
    notes = ["Includes British Transport Police.", *([_MISSING, _UNAVAILABLE] if release.missing else [])]
    return _table("P1", release, [None, None], names, rows, notes)


def _rates(release: _Release) -> Sheet:
    figures, victim, rows = _counted(release), _victim_based(release.year), []
    at, middle = victim.index("Residential burglary") + 1, release.year - (2 if release.month == 3 else 1)
    for line, named in _lines(release, -1, {"K04000001": "6", "E12000007": "12", crime.CITY_OF_LONDON: "12"}):
        if line.code == release.missing:
            residents, cells = ("..", ".."), [".."] * (len(victim) + 6)
        else:
            residents = people, households = line.residents(middle)
            counts = line.counts(figures) / people * 1_000
            values = counts[[crime.TOTAL, *victim, *_AGAINST_SOCIETY]].tolist()
            values.insert(1 + at, counts["Residential burglary"] * people / households)
            hidden = line.code == crime.CITY_OF_LONDON
            cells = ["+" if hidden else round(float(value), 2) for value in values]
        rows.append([*named, *residents, None, cells[0], None, *cells[1:-4], None, *cells[-4:]])
    left = [f"Population figures\n (mid-{middle})9  rounded to 100",
            f"Household figures\n (mid-{middle})10  rounded to 100 ", None, "Total recorded crime (excluding fraud3)",
            None]  # fmt: skip
    printed = (_heading(offence, release.year, "4,5") for offence in [*victim, *_AGAINST_SOCIETY])
    names = [_RATE_NAMES.get(name, name) for name in printed]
    names.insert(at, f"{_heading('Residential burglary', release.year, '')} (households) 4,11")
    notes = [
        "Total rate for England and Wales includes offences recorded by British Transport Police.",
        _MISSING if release.missing else "All forces supplied data.",
        _UNAVAILABLE,
        f"Based on mid-{middle} population estimates for England and Wales.",
        f"Based on {middle} household estimates.",
        "Numbers will be affected by the size of the resident population relative to the transient population.",
        "'+' Rates for London include 'City of London'.",
    ]
    return _table("P3", release, left, names, rows, notes)
