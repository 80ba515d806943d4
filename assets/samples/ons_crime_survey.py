"""The sample of survey estimates of crime: tables A1 (stacked) and A2 of the appendix tables."""

from dataclasses import dataclass
from pathlib import Path

from assets.samples import model, writers
from assets.samples.writers import SAMPLE, Cell, Sheet


@dataclass(frozen=True)
class _Edition:
    """One release; `ending` is the end of its last year of interviews (2020.25 is the end of March 2020)."""

    released: str
    ending: float
    file: str
    prints_total: bool = True

    @property
    def years(self) -> dict[str, float]:
        """Each heading of a year and the moment in which it ends."""
        calendar = {f"Jan {year} to Dec {year}": year + 1.0 for year in _SWEEPS}
        years = {f"Apr {year - 1} to Mar {year}": year + 0.25 for year in range(2002, int(self.ending) + 1)}
        last = {f"Oct {int(self.ending) - 1} to Sep {int(self.ending)}": self.ending} if self.ending % 1 > 0.5 else {}
        return calendar | {heading: when for heading, when in years.items() if when <= self.ending} | last


_SWEEPS = (1981, 1983, 1987, 1991, 1993, 1995, 1997, 1999)
_EDITIONS = [
    _Edition("2020-07-17", 2020.25, "appendixtablesyearendingmarch20.xlsx", prints_total=False),
    _Edition("2023-07-20", 2023.25, "appendixtablesyearendingmarch2023.xlsx"),
    _Edition("2025-01-30", 2024.75, "appendixtablesyesept24.xlsx"),
]
_TELEPHONE = (2021.25, 2022.25)

# Thousands of incidents, of the size they really have; the four of March 2020 add to the published 1.96 million.
_NEIGHBOURHOOD = {
    "Domestic burglary": {1982: 749, 1992: 1_380, 1996: 1_770, 2002.25: 970, 2006.25: 733, 2012.25: 700, 2017.25: 650,
                          2020.25: 582, 2023.25: 478, 2025: 430},
    "Robbery": {1982: 164, 1992: 182, 1996: 339, 2002.25: 356, 2007.25: 320, 2014.25: 165, 2020.25: 139, 2023.25: 117,
                2025: 128},
    "Theft from the person": {1982: 434, 1992: 438, 1996: 680, 2002.25: 603, 2012.25: 625, 2017.25: 420, 2020.25: 387,
                              2023.25: 260, 2025: 330},
    "Vehicle-related theft": {1982: 1_751, 1992: 3_845, 1996: 4_350, 2002.25: 2_490, 2012.25: 1_250, 2016.25: 880,
                              2020.25: 852, 2023.25: 700, 2025: 735},
}  # fmt: skip
_BY_HOUSEHOLD = ("Domestic burglary", "Vehicle-related theft")
_HOUSEHOLDS = {1982: 18_000, 2002: 21_700, 2020: 24_900, 2025: 25_900}
_ADULTS = {1982: 38_000, 2002: 41_800, 2020: 47_200, 2025: 49_500}
_TOTAL = "NEIGHBOURHOOD CRIME [note 6]"
_ROWS = [
    "VIOLENCE", "ROBBERY [note 3]", "THEFT OFFENCES", "Theft from the person", "Snatch theft", "Domestic burglary",
    "Domestic burglary in a dwelling [note 4]", "Vehicle-related theft [note 5]", "Theft from vehicles",
    "Bicycle theft", "CRIMINAL DAMAGE", _TOTAL, "Unweighted base - number of adults",
]  # fmt: skip
_OTHERS = {"VIOLENCE": 1_250, "THEFT OFFENCES": 3_300, "Bicycle theft": 290, "CRIMINAL DAMAGE": 1_050}
_PARTS = {
    "Snatch theft": ("Theft from the person", 0.15),
    "Domestic burglary in a dwelling [note 4]": ("Domestic burglary", 0.7),
    "Theft from vehicles": ("Vehicle-related theft", 0.75),
}
_NAMES = {"ROBBERY [note 3]": "Robbery", "Vehicle-related theft [note 5]": "Vehicle-related theft"}


def write(folder: Path) -> None:
    for edition in _EDITIONS:
        path = folder / "csew_crime" / edition.released / edition.file
        path.parent.mkdir(parents=True)
        writers.xlsx(path, [*_front(edition), _incidents(edition), _rates(edition)])


def _thousands(offence: str, when: float, edition: _Edition) -> int:
    """Each release weights older years anew, but for the year of the baseline."""
    chance = model.chance("survey crime", offence, when)
    number = model.between(when, _NEIGHBOURHOOD[offence]) * (1 + 0.03 * chance.normal() * (when != 2020.25))
    again = model.chance("survey crime weights", offence, when, edition.ending).normal()
    return round(number * (1 + 0.004 * again * (when != 2020.25)))


def _number(row: str, when: float, edition: _Edition) -> Cell:
    if when in _TELEPHONE:
        return "[x]"
    if row == _TOTAL:
        return sum(_thousands(offence, when, edition) for offence in _NEIGHBOURHOOD)
    if row in _PARTS:
        whole, share = _PARTS[row]
        return round(share * _thousands(whole, when, edition))
    if row.startswith("Unweighted"):
        return round(model.between(when, {1982: 10_900, 2001: 19_400, 2002: 32_800, 2012: 46_000, 2020: 33_700}))
    name = _NAMES.get(row, row)
    if name in _NEIGHBOURHOOD:
        return _thousands(name, when, edition)
    return round(_OTHERS[row] * model.between(when, {1982: 1.6, 1996: 3.2, 2012: 1.5, 2020: 1.0}))


def _rate(row: str, when: float, edition: _Edition) -> Cell:
    number = _number(row, when, edition)
    if isinstance(number, str) or row.startswith("Unweighted"):
        return number
    by_household = any(row.startswith(offence) for offence in _BY_HOUSEHOLD)
    return round(1_000 * number / model.between(when, _HOUSEHOLDS if by_household else _ADULTS), 1)


def _listed(edition: _Edition) -> list[str]:
    return [row for row in _ROWS if row != _TOTAL or edition.prints_total]


def _front(edition: _Edition) -> list[Sheet]:
    cover = Sheet("Cover sheet")
    cover.column(0, 0, ["Crime in England and Wales - Appendix tables", SAMPLE, f"Release date: {edition.released}"])
    contents = Sheet("Table of contents")
    contents.put(0, 0, "Table of contents")
    contents.put(1, 0, "Table number", "Table title")
    contents.put(2, 0, "Table A1", f"Trends in CSEW incidents of crime, {_span(edition)}")
    contents.put(3, 0, "Table A2", f"Trends in CSEW incidence rates, {_span(edition)}")
    return [cover, contents]


def _span(edition: _Edition) -> str:
    month = {0.25: "March", 0.75: "September"}[edition.ending % 1]
    return f"year ending December 1981 to year ending {month} {int(edition.ending)}"


def _head(name: str, title: str, edition: _Edition) -> Sheet:
    sheet = Sheet(name)
    lines = [
        f"{name}: {title}, {_span(edition)}, with percentage change and statistical significance of change [note 1]",
        "England and Wales",
        "This worksheet contains two tables, one above the other, with one row between them.",
        "Some shorthand is used: [x] indicates that data are not available and [s] that a change is significant.",
        "Link to table of contents",
        "Link to notes page",
        "Source: Office for National Statistics - Crime Survey for England and Wales",
    ]
    sheet.column(0, 0, lines)
    return sheet


def _incidents(edition: _Edition) -> Sheet:
    sheet = _head("Table A1", "Trends in CSEW incidents of crime", edition)
    sheet.put(8, 0, "A1a: Trends in CSEW incidents of crime, adults aged 16 and over/households (1,000s)")
    sheet.put(9, 0, "Offence group [note 2]", *edition.years)
    rows = _listed(edition)
    for row, offence in enumerate(rows, start=10):
        sheet.put(row, 0, offence, *(_number(offence, when, edition) for when in edition.years.values()))
    start = 11 + len(rows)
    sheet.put(start, 0, "A1b: Percentage change in CSEW incidents of crime and its statistical significance")
    last = list(edition.years)[-1]
    compared = {"Jan 1995 to Dec 1995": 1996.0, "Apr 2012 to Mar 2013": 2013.25}
    sheet.put(start + 1, 0, "Offence group [note 2]", *(f"{last} compared with {year}" for year in compared))
    for row, offence in enumerate(rows[:-1], start=start + 2):
        now = float(_number(offence, edition.ending, edition))
        changes = [round(100 * now / float(_number(offence, when, edition)) - 100) for when in compared.values()]
        sheet.put(row, 0, offence, *changes)
    return sheet


def _rates(edition: _Edition) -> Sheet:
    sheet = _head("Table A2", "Trends in CSEW incidence rates", edition)
    sheet.put(8, 0, "A2a: Trends in CSEW incidence rates per 1,000 adults/households")
    sheet.put(9, 0, "Offence group [note 2]", *edition.years)
    for row, offence in enumerate(_listed(edition), start=10):
        sheet.put(row, 0, offence, *(_rate(offence, when, edition) for when in edition.years.values()))
    return sheet
